const { parse, parseExpression } = require('@babel/parser');

const types = (node, found = []) => {
  if (node && typeof node.type === 'string' && node.start !== undefined) found.push(node.type);
  for (const value of Object.values(node ?? {})) {
    if (Array.isArray(value)) value.forEach((one) => one && typeof one === 'object' && types(one, found));
    else if (value && typeof value === 'object' && value.type) types(value, found);
  }
  return found;
};
const samples = {
  plain: ['a ??= b?.[c] ** 2n; label: while (1) break label; `x${y}z`'],
  typescript: ['abstract class A<T extends keyof B = any> implements C { private readonly x!: T[]; constructor(public y?: number) { super(); } } type U = A extends infer V ? `a${string}` : never; enum E { X } declare module "m" { export = x; }', 'typescript'],
  jsx: ['<><A.B c="d" {...e}>text {f} &amp; </A.B></>', 'jsx'],
  flow: ['type T = {| +a: ?number, [string]: mixed |}; function f(x: number): boolean %checks { return !x; }', 'flow'],
  decorators: ['@a.b() class C { @d accessor e = 1; static { f(); } #g; has(o) { return #g in o; } }', 'decorators', 'decoratorAutoAccessors'],
  modules: ['import d, * as n from "m" with { type: "json" }; export * as q from "r"; await import.meta.url', 'importAttributes'],
};
for (const [name, [code, ...plugins]] of Object.entries(samples)) {
  const ast = parse(code, { sourceType: 'module', plugins, errorRecovery: true });
  console.log(name, types(ast.program).join(' '));
  console.log('  errors', ast.errors.map((error) => `${error.reasonCode}@${error.loc.line}:${error.loc.column}`).join() || 'none');
}
const ast = parse('/** doc */ function f() { // trailing\n}\n/* end */', { tokens: true, ranges: true });
console.log(ast.comments.map(({ type, value }) => `${type}:${value}`).join('|'), ast.program.body[0].leadingComments.length, ast.tokens.length);
console.log(parseExpression('(a, b) => a + b', { createParenthesizedExpressions: true }).type, parseExpression('1_000.5e3').extra.raw);
for (const [code, options] of [['let a; let a'], ['return 1'], ['return 1', { allowReturnOutsideFunction: true }], ['await x', { allowAwaitOutsideFunction: true }], ['class A { constructor(){} constructor(){} }'], ['a\n  ?? b || c'], ['"\\u{110000}"']]) {
  try {
    console.log(parse(code, options).program.body.length, 'statements');
  } catch (error) {
    console.log(error.code, error.reasonCode, `${error.loc.line}:${error.loc.column}`, error.message);
  }
}
