const { minify } = require('terser');

const source = `
/*! licence */
import { thing as renamed } from 'lib';
const UNUSED = 1, DEBUG = false;
function add(first, second) { return first + second; }
export function main(argument) {
  if (DEBUG) { console.log('debug', argument); }
  const result = [];
  for (let index = 0; index < 10; index++) { if (index % 2 === 0) { continue; } result.push(add(index, argument)); }
  const object = { property_: 1, other: renamed(result.length > 0 ? true : false) };
  return typeof argument === 'undefined' ? void 0 : (argument == null || !argument) ? object.property_ : object?.other ?? result.join('');
}
export class Shape { #sides = 4; get sides() { return this.#sides; } static create(...all) { return new Shape(...all); } }
export const text = 'a' + 'b' + \`c\${1 + 1}\`, days = 24 * 60 * 60, never = (() => { while (true) { break; } return 'iife'; })();
`;

async function main() {
  for (const options of [
    { module: true },
    { module: true, compress: false, mangle: false, format: { beautify: true, comments: 'all' } },
    { module: true, compress: { passes: 2, drop_console: true, unsafe: true, booleans_as_integers: true }, mangle: { properties: { regex: /_$/ } }, toplevel: true },
    { module: true, ecma: 5, compress: { defaults: false, dead_code: true, evaluate: true }, mangle: { reserved: ['argument'] } },
  ]) {
    const { code } = await minify(source, options);
    console.log(code.length < source.length, code, '\n');
  }
  const { code, map, nameCache } = await minify({ 'one.js': 'var longName = 1; function keep() { return longName }', 'two.js': 'console.log(keep(), longName)' }, { sourceMap: { url: 'out.js.map' }, toplevel: true, nameCache: {} });
  console.log(code, JSON.parse(map).sources.join(), nameCache === undefined);
  const inlined = await minify('(function () { function f(a, b) { return a * b } var x = f(3, 4), y = x > 10 ? "big" : "small"; console.log(y, f(x, 2)) })()', { compress: { passes: 3 } });
  console.log(inlined.code);
  eval(inlined.code);
  try {
    await minify('var a = {;', {});
  } catch (error) {
    console.log(error.name, error.message, error.line, error.col);
  }
}
main();
