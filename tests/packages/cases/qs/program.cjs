const qs = require('qs');

const show = (value) => console.log(JSON.stringify(value));
show(qs.parse('a[b][c]=1&a[b][d]=2&e[]=x&e[]=y&f=%F0%9F%98%80+z&g'));
show(qs.parse('?a.b=1&c[0][d]=2&c[1][d]=3&n=%00', { ignoreQueryPrefix: true, allowDots: true }));
show([qs.parse('a[100]=x'), qs.parse('a[1]=b&a[15]=c', { allowSparse: false }), qs.parse('a[2]=x', { allowSparse: true, parseArrays: true }), qs.parse('a[0]=b', { parseArrays: false })]);
show([qs.parse('a=1;b=2,3', { delimiter: ';' }), qs.parse('a=b,c', { comma: true }), qs.parse('a&b=', { strictNullHandling: true }), qs.parse('a=1&a=2', { duplicates: 'last' })]);
show([qs.parse('a[b][c][d][e][f][g]=1', { depth: 2 }), qs.parse('a=1&b=2&c=3', { parameterLimit: 2 }), qs.parse('__proto__[x]=1&toString=2'), qs.parse('utf8=%E2%9C%93&a=%C3%B8', { charsetSentinel: true })]);
show(qs.parse('x=%A7&y=%26%239786%3B', { charset: 'iso-8859-1', interpretNumericEntities: true }));
show(qs.parse('a=1&b=true', { decoder: (text, fallback, charset, type) => (type === 'value' && /^\d+$/.test(text) ? Number(text) : text === 'true' ? true : fallback(text)) }));

const value = { a: { b: { c: 'd e' } }, list: [1, [2], { x: null }], none: null, un: undefined, when: new Date(0), ok: false, text: '&=✓' };
for (const arrayFormat of ['indices', 'brackets', 'repeat', 'comma']) console.log(arrayFormat, qs.stringify({ a: [1, 2, ['x']], b: [] }, { arrayFormat, encode: false }));
console.log(qs.stringify(value));
console.log(qs.stringify(value, { encode: false, allowDots: true, skipNulls: true, addQueryPrefix: true, sort: (one, two) => one.localeCompare(two), serializeDate: (date) => date.getTime() }));
console.log(qs.stringify({ a: 'x y', b: null }, { format: 'RFC1738', strictNullHandling: true }), qs.stringify({ a: 'é' }, { charset: 'iso-8859-1', charsetSentinel: true }), qs.stringify({ a: 1, b: { c: 2 } }, { filter: ['b', 'c'] }));
console.log(qs.stringify({ a: [] }, { allowEmptyArrays: true }), qs.stringify({ 'k.1': { 'x&y': 1 } }, { encodeValuesOnly: true, allowDots: true, encodeDotInKeys: true }), qs.stringify({ a: 1n, f: Symbol.iterator, b: Buffer.from('hi') }));
show(qs.parse(qs.stringify(value)));
const circular = {};
circular.self = circular;
for (const bad of [() => qs.stringify(circular), () => qs.parse('a=1', { charset: 'none' }), () => qs.parse('a=1&b=2', { parameterLimit: 1, throwOnLimitExceeded: true })]) {
  try {
    bad();
  } catch (error) {
    console.log(error.name, error.message);
  }
}
