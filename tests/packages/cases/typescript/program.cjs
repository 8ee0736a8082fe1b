const ts = require('typescript');

const source = `enum Color { Red, Green = 'g'.length, Blue }
namespace Shapes { export const sides = 4; export class Square<T> { constructor(private side: number, public tag?: T) {} get area() { return this.side ** 2; } } }
abstract class Base { abstract run(): Promise<void>; }
async function* walk(list: readonly string[]) { for (const one of list) { yield one?.trim() ?? 'none'; } }
export default function main(...args: string[]): asserts args is [string] { const [a, ...b] = args; console.log(\`\${a}\`, { ...b }); }
@sealed class Decorated { @log static x = 1; }
import type { X } from './x'; import { used } from './y'; used();
`;
for (const target of [ts.ScriptTarget.ES2015, ts.ScriptTarget.ES2022]) {
  const { outputText, diagnostics, sourceMapText } = ts.transpileModule(source, {
    reportDiagnostics: true,
    compilerOptions: { target, module: target === ts.ScriptTarget.ES2015 ? ts.ModuleKind.CommonJS : ts.ModuleKind.ESNext, sourceMap: true, experimentalDecorators: true, ignoreDeprecations: '6.0' },
  });
  console.log(outputText, diagnostics.length, JSON.parse(sourceMapText).mappings.length > 100);
}

const file = ts.createSourceFile('a.ts', source, ts.ScriptTarget.Latest, true);
const counts = new Map();
(function visit(node) {
  counts.set(ts.SyntaxKind[node.kind], (counts.get(ts.SyntaxKind[node.kind]) ?? 0) + 1);
  ts.forEachChild(node, visit);
})(file);
console.log([...counts].sort(([a], [b]) => (a < b ? -1 : 1)).map((pair) => pair.join(':')).join(' '));

// A type check of files in memory, with the library's real declarations.
const files = {
  '/main.ts': `import { add, type Pair } from './lib';
const pair: Pair<number> = [1, '2'];
const text: string = add(1, 2);
function never(x: 'a' | 'b') { switch (x) { case 'a': return 1; case 'b': return 2; default: return x satisfies never; } }
const inferred = [1, 2, 3].map((n) => ({ n, half: n / 2 })).filter(Boolean);
missing();
export { inferred, never, pair, text };`,
  '/lib.ts': 'export type Pair<T> = [T, T];\nexport const add = (a: number, b: number) => a + b;',
};
const options = { strict: true, noEmit: true, target: ts.ScriptTarget.ES2020, module: ts.ModuleKind.ESNext, lib: ['lib.es2020.d.ts'], types: [] };
const host = ts.createCompilerHost(options);
const { getSourceFile, fileExists, readFile } = host;
host.getSourceFile = (name, ...rest) => (files[name] ? ts.createSourceFile(name, files[name], ...rest) : getSourceFile.call(host, name, ...rest));
host.fileExists = (name) => name in files || fileExists.call(host, name);
host.readFile = (name) => files[name] ?? readFile.call(host, name);
host.getCurrentDirectory = () => '/';
const program = ts.createProgram(['/main.ts'], options, host);
for (const diagnostic of ts.getPreEmitDiagnostics(program)) {
  const at = diagnostic.file && ts.getLineAndCharacterOfPosition(diagnostic.file, diagnostic.start);
  console.log(`${diagnostic.file?.fileName}:${at?.line + 1}:${at?.character + 1} TS${diagnostic.code} ${ts.flattenDiagnosticMessageText(diagnostic.messageText, ' / ')}`);
}
const checker = program.getTypeChecker();
for (const symbol of checker.getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile('/main.ts')))) {
  console.log(symbol.name, checker.typeToString(checker.getTypeOfSymbol(checker.getAliasedSymbol(symbol))));
}
