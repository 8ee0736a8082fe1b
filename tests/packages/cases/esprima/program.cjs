const esprima = require('esprima');

const source = `// lead
var a = 1, b = function () { return a /* inner */ + 1; };
class P extends Q { constructor() { super(); } static *gen() { yield* [1]; } set v(x) { this._v = x; } }
for (const { x, y: [z] = [] } of list) { try { f(x, ...z) } catch (e) { throw new Error(\`bad \${e}\`) } finally { done() } }
let s = async () => { await (0, obj).m?1:2 }, r = /a[/]b/gi.test('x');
`;
const script = esprima.parseScript(source, { comment: true, loc: true, range: true, tokens: true, tolerant: true });
console.log(script.body.map((node) => `${node.type}[${node.range}]`).join(' '), script.errors.length);
console.log(script.comments.map((comment) => `${comment.type}:${comment.value}@${comment.loc.start.line}`).join());
console.log(script.tokens.map((token) => `${token.type[0]}${token.value}`).join(' '));
console.log(JSON.stringify(esprima.parseScript('x = a ? b : c => (d, {e, [f]: 1, get g() {}})')));
console.log(JSON.stringify(esprima.parseModule('import a, * as b from "m"; export { b as c }; export default 3').body.map((node) => node.type)));

let functions = 0;
esprima.parseScript(source, {}, (node) => { if (/Function/.test(node.type)) functions += 1; });
console.log(functions, esprima.version);
console.log(esprima.tokenize('if (x === /re/) y >>>= 0b11', { range: true }).map((token) => `${token.type}@${token.range[0]}`).join(' '));
for (const bad of ['var 1a', 'return', 'if (', '"use strict"; 010', 'let a; let a', 'for (;;', "'open"]) {
  try {
    esprima.parseScript(bad);
    console.log(bad, 'ok');
  } catch (error) {
    console.log(error.message, error.index, error.lineNumber, error.column);
  }
}
