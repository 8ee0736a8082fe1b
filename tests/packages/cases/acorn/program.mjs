import { Parser, isIdentifierStart, parse, parseExpressionAt, tokTypes, tokenizer } from 'acorn';
import { ancestor, findNodeAt, full, simple } from 'acorn-walk';

const source = `import fs, { readFile as read } from 'fs';
export default class A extends (B ?? C) { #x = 1n; static { this.y = 2 ** 3; } get [\`k\${1}\`]() { return this?.#x; } }
label: for (const [a, { b = 2, ...c }] of await list) { if (a) continue label; }
const re = /(?<year>\\d{4})/u, f = async (x, ...y) => ({ x, y }), t = tag\`a\${b}c\`;
`;
const comments = [];
const ast = parse(source, { ecmaVersion: 'latest', sourceType: 'module', locations: true, onComment: comments });
console.log(JSON.stringify(ast, (key, value) => (['start', 'end', 'loc'].includes(key) ? undefined : typeof value === 'bigint' ? `${value}n` : value)));
console.log(ast.body[1].declaration.loc.start.line, ast.body.at(-1).range ?? 'no range', ast.end);

const counts = {};
full(ast, (node) => { counts[node.type] = (counts[node.type] ?? 0) + 1; });
console.log(JSON.stringify(counts));
const names = [];
simple(ast, { Identifier: (node) => names.push(node.name), PrivateIdentifier: (node) => names.push(`#${node.name}`) });
console.log(names.join());
ancestor(ast, { AwaitExpression: (_, state, ancestors) => console.log(ancestors.map((node) => node.type).join('>')) });
console.log(findNodeAt(ast, null, null, 'RegExpLiteral') === undefined, findNodeAt(ast, null, null, (_, node) => node.regex)?.node.regex.flags);

console.log([...tokenizer('a = b => /* c */ `x${1}` + 0x1F // end', { ecmaVersion: 2022, onComment: (block, text) => comments.push([block, text]) })].map((token) => token.type.label).join(' '));
console.log(JSON.stringify(comments), parseExpressionAt('x = (1 + 2) * 3; y', 4, { ecmaVersion: 5 }).type, isIdentifierStart(0x61), tokTypes._class.keyword);

const Shouting = Parser.extend((Base) => class extends Base {
  parseIdent(liberal) { const node = super.parseIdent(liberal); node.name = node.name.toUpperCase(); return node; }
});
console.log(Shouting.parse('let a = b', { ecmaVersion: 6 }).body[0].declarations[0].init.name);
for (const bad of ['let let = 1', 'a => {} ()', '"use strict"; with (a) {}', 'break', '/(/', 'class { }', '`${', '({a:1, a}) => a', 'x\n++\ny;', 'await 1']) {
  try {
    parse(bad, { ecmaVersion: 2020 });
    console.log(bad.replace(/\n/g, '\\n'), 'ok');
  } catch (error) {
    console.log(error.name, bad.startsWith('/') ? error.pos : error.message, JSON.stringify(error.loc));
  }
}
