// Runs each program of ./programs twice, prepared by this crate and transpiled by the npm package
// `typescript`, and compares what they print.
//
// Usage: node differential.mjs PREPARE_BINARY FOLDER [NAME...]
// PREPARE_BINARY is the crate's example `prepare`; FOLDER has node_modules/typescript and is where
// the outputs are written.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, extname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const [binary, folder, ...only] = process.argv.slice(2);
const work = resolve(folder);
const ts = createRequire(join(work, "x.js"))("typescript");
const here = dirname(fileURLToPath(import.meta.url));

// Stands in for React: elements are plain objects, so that they can be printed.
const react = join(work, "node_modules/react");
mkdirSync(react, { recursive: true });
writeFileSync(join(react, "package.json"), JSON.stringify({
  name: "react", type: "module",
  exports: { ".": "./index.js", "./jsx-runtime": "./jsx-runtime.js" },
}));
const element = `
const name = (type) => typeof type === "function" ? type.name : typeof type === "symbol" ? "F" : type ?? "undefined";
export const Fragment = Symbol.for("F");
export const jsx = (type, props, key) => ({ jsx: name(type), props, key });
export const jsxs = (type, props, key) => ({ jsxs: name(type), props, key });
export const createElement = (type, props, ...children) => ({ create: name(type), props, children });
`;
writeFileSync(join(react, "jsx-runtime.js"), element);
writeFileSync(join(react, "index.js"), element);
writeFileSync(join(work, "comp.mjs"), `
export class Comp { static Inner = Object.assign(function Inner() {}, { deep: { } }) }
Comp.Inner.deep["x-y"] = 1;
`);

let failed = 0;
const programs = readdirSync(join(here, "programs")).filter((name) => !only.length || only.includes(name));
for (const name of programs) {
  const path = join(here, "programs", name);
  const source = readFileSync(path, "utf8");
  // The first line may name options: `// prepare: --legacy --assign`.
  const flags = /^\/\/ prepare: (.*)/.exec(source)?.[1].split(" ") ?? [];
  const commonjs = extname(name) === ".cts";
  const has = (flag) => flags.includes(flag);
  const theirs = ts.transpileModule(source, {
    fileName: name,
    compilerOptions: {
      target: ts.ScriptTarget.ES2022,
      module: commonjs ? ts.ModuleKind.CommonJS : ts.ModuleKind.ESNext,
      jsx: has("--classic") ? ts.JsxEmit.React : ts.JsxEmit.ReactJSX,
      experimentalDecorators: has("--legacy"),
      emitDecoratorMetadata: has("--metadata"),
      useDefineForClassFields: !has("--assign"),
      verbatimModuleSyntax: has("--verbatim"),
      esModuleInterop: true,
    },
  }).outputText;
  let ours;
  try {
    ours = execFileSync(binary, [...flags, path], { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  } catch (error) {
    console.log(`${name}: not prepared\n${error.stderr}`);
    failed++;
    continue;
  }
  const run = (code, kind) => {
    code = code.replaceAll('"./comp"', '"./comp.mjs"');
    const file = join(work, `${name}.${kind}.${commonjs ? "cjs" : "mjs"}`);
    writeFileSync(file, code);
    const { stdout, stderr } = spawnSync(process.execPath, [file], { encoding: "utf8", cwd: work });
    return stdout + stderr.replaceAll(file, name);
  };
  const [a, b] = [run(ours, "ours"), run(theirs, "theirs")];
  if (a === b) {
    console.log(`${name}: same (${a.split("\n").length} lines)`);
  } else {
    failed++;
    const [x, y] = [a.split("\n"), b.split("\n")];
    const at = x.findIndex((line, i) => line !== y[i]);
    console.log(`${name}: differs at line ${at + 1} of the output\n  ours:   ${x.slice(at, at + 8).join("\n          ")}\n  theirs: ${y.slice(at, at + 8).join("\n          ")}`);
  }
}
console.log(`${programs.length - failed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
