// TypeScript of this folder: checked by tsc as a whole, loaded as a module.
const path = require("path");
const ts = require("typescript");

/** The script that tsc makes of `file`. Throws what tsc has to object. */
function compiled(file, more = {}) {
  const options = {
    strict: true,
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.CommonJS,
    moduleResolution: ts.ModuleResolutionKind.Node10,
    esModuleInterop: true,
    lib: ["lib.es2022.d.ts", "lib.dom.d.ts"],
    types: [],
    typeRoots: [path.join(__dirname, "node_modules", "@types")],
    skipLibCheck: true,
    noEmitOnError: true,
    ...more,
  };
  const made = path.basename(file).replace(/\.ts$/, ".js");
  const host = ts.createCompilerHost(options);
  let script;
  host.writeFile = (name, text) => (script = path.basename(name) === made ? text : script);
  const program = ts.createProgram([file], options, host);
  const emitted = program.emit();
  const objections = [...ts.getPreEmitDiagnostics(program), ...emitted.diagnostics];
  if (objections.length !== 0) throw new Error(ts.formatDiagnostics(objections, host));
  return script;
}

/** The exports of `file`. */
function load(file, more = {}) {
  const exports = {};
  new Function("exports", "require", compiled(file, more))(exports, require);
  return exports;
}

module.exports = { load };
