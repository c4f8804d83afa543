// Checks entity_backend.ts with tsc and runs it. Argument: BackendOptions as JSON. Standard output: a line for whatever happens.
const fs = require("fs");
const path = require("path");
const { load } = require("./compiled.js");

const { Backend } = load(path.join(__dirname, "entity_backend.ts"), { types: ["node"] });
const options = JSON.parse(process.argv[2]);
const backend = new Backend(options, (line) => fs.writeSync(1, `${line}\n`));
process.on("SIGUSR2", () => backend.hangUp());
if (options.listens) {
  backend.listen();
} else {
  backend.start();
}
