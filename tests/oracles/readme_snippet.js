// The TypeScript of a README, as a customer would use it: type-checked, compiled, imported and called. Arguments: the README and
// the function that its one block of TypeScript exports. Standard input: a JSON array, what the function is called with. Standard
// output: what it returned. Exits with 1 when there is no such block, tsc has an objection or the function throws.
const fs = require("fs");
const ts = require("typescript");

function snippetOf(readme) {
  const blocks = [...fs.readFileSync(readme, "utf8").matchAll(/^```ts\n(.*?)^```$/gms)];
  if (blocks.length !== 1) throw new Error(`${readme}: expected one block of TypeScript, found ${blocks.length}`);
  return blocks[0][1];
}

function compiled(source) {
  const name = "snippet.ts";
  // The DOM has the types of fetch; @types/node would be a second package.
  const options = {
    strict: true,
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ES2022,
    lib: ["lib.es2022.d.ts", "lib.dom.d.ts"],
    types: [],
    skipLibCheck: true,
  };
  const host = ts.createCompilerHost(options);
  const getSourceFile = host.getSourceFile;
  let script;
  host.getSourceFile = (file, ...rest) =>
    file === name ? ts.createSourceFile(file, source, ...rest) : getSourceFile(file, ...rest);
  host.writeFile = (_, text) => (script = text);
  const program = ts.createProgram([name], options, host);
  const emitted = program.emit();
  const objections = [...ts.getPreEmitDiagnostics(program), ...emitted.diagnostics];
  if (objections.length !== 0) throw new Error(ts.formatDiagnostics(objections, host));
  return script;
}

async function main() {
  const [readme, name] = process.argv.slice(2);
  const script = compiled(snippetOf(readme));
  const module = await import("data:text/javascript;base64," + Buffer.from(script).toString("base64"));
  const given = JSON.parse(fs.readFileSync(0, "utf8"));
  process.stdout.write(JSON.stringify(await module[name](...given)) + "\n");
}

main().catch((error) => {
  console.error(error.message, String(error.cause ?? ""));
  process.exitCode = 1;
});
