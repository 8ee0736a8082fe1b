const babel = require('@babel/core');

const source = `import def, { named as other } from './mod.js';
export const fn = async ({ a, ...rest }, b = 2) => { for await (const x of a?.list ?? []) await other(x ** b, ...rest); };
export default class Thing extends def { #secret = 1; static count = 0; get secret() { return this.#secret; } *[Symbol.iterator]() { yield \`v\${this.#secret}\`; } }
let big = 1_000, tpl = tag\`x\${big}\`; big ||= 3;
`;
const { code, map } = babel.transformSync(source, {
  configFile: false, babelrc: false, filename: 'source.js', sourceMaps: true, comments: false,
  presets: [['@babel/preset-env', { targets: { ie: '11' }, modules: 'commonjs' }]],
});
console.log(code.length > 3000, code.includes('regeneratorRuntime') || code.includes('_regenerator'), /=>|\bclass\b|`|\?\./.test(code), map.sources.join(), map.mappings.length > 200);
console.log(babel.transformSync('const f = (a = 1) => ({ ...a, [`k${a}`]: a?.b });', { configFile: false, babelrc: false, presets: [['@babel/preset-env', { targets: { node: '10' } }]] }).code);

const plugin = ({ types: t, template }) => ({
  name: 'count-calls',
  visitor: {
    Program: { exit(path) { path.unshiftContainer('body', template.ast`let calls = 0;`); } },
    CallExpression(path) {
      if (path.node.marked) return;
      path.node.marked = true;
      path.replaceWith(t.sequenceExpression([t.updateExpression('++', t.identifier('calls')), path.node]));
      path.skip();
    },
    Identifier(path) { if (path.isReferencedIdentifier({ name: 'PI' }) && !path.scope.hasBinding('PI')) path.replaceWith(t.numericLiteral(3)); },
  },
});
console.log(babel.transformSync('f(PI); { const PI = 4; g(PI, h(1)); }', { configFile: false, babelrc: false, plugins: [plugin] }).code);

const ast = babel.parseSync('function outer(a) { const b = a; return () => { var c = b; return c + d; }; }', { configFile: false, babelrc: false });
const scopes = [];
babel.traverse(ast, { Scope(path) { scopes.push(`${path.type}:${Object.keys(path.scope.bindings)}|${Object.keys(path.scope.globals ?? {})}`); } });
console.log(scopes.join(' '));
console.log(babel.transformFromAstSync(ast, undefined, { configFile: false, babelrc: false, minified: true }).code);
console.log(eval(babel.transformSync('class A { static #n = 41; static next() { return ++A.#n; } } A.next()', { configFile: false, babelrc: false, presets: [['@babel/preset-env', { targets: { ie: '11' } }]] }).code));
try {
  babel.transformSync('let x = {', { configFile: false, babelrc: false, filename: 'broken.js' });
} catch (error) {
  console.log(error.code, error.reasonCode, JSON.stringify(error.loc));
}
