// Checks entity_backend.ts with tsc and runs it. Argument: BackendOptions as JSON. Standard output: a line for whatever happens.
const fs = require("fs");
const path = require("path");
const { load } = require("./compiled.js");

const { Backend } = load(path.join(__dirname, "entity_backend.ts"), { types: ["node"] });
new Backend(JSON.parse(process.argv[2]), (line) => fs.writeSync(1, `${line}\n`)).start();
