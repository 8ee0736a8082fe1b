import * as cookie from 'cookie';

const show = (value) => console.log(JSON.stringify(value));
show(cookie.parse('a=1; b="quoted"; c=%E2%9C%93; d=x=y; a=second; e; f=; g=%ZZ; __proto__=p;h = spaced ;'));
show(cookie.parse('x=a%20b; y=c+d', { decode: (value) => value.toUpperCase() }));
show(Object.getPrototypeOf(cookie.parse('a=1')) === null || Object.getPrototypeOf(cookie.parse('a=1')) !== Object.prototype);
for (const [name, value, options] of [
  ['plain', 'value'], ['odd', 'a b;c,✓'], ['full', 'v', { httpOnly: true, secure: true, maxAge: 3600, domain: 'example.com', path: '/p', sameSite: 'lax', priority: 'high', partitioned: true }],
  ['when', '', { expires: new Date(0) }], ['strict', 'x', { sameSite: true }], ['none', 'x', { sameSite: 'none' }], ['raw', 'a/b', { encode: (text) => text }], ['age', 'x', { maxAge: 0 }],
]) console.log(cookie.serialize(name, value, options));
for (const [name, value, options] of [['bad name', 'x'], ['n', 'x', { encode: () => 'a b\n' }], ['n', 'x', { maxAge: 'soon' }], ['n', 'x', { domain: 'a b' }], ['n', 'x', { path: '/;' }], ['n', 'x', { sameSite: 'odd' }], ['n', 'x', { priority: 'urgent' }], ['n', 'x', { expires: new Date(NaN) }]]) {
  try {
    console.log(cookie.serialize(name, value, options));
  } catch (error) {
    console.log(error.name, error.message);
  }
}
if (cookie.parseSetCookie) show(cookie.parseSetCookie('id=a%20b; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=5; HttpOnly; SameSite=Strict; Unknown=1'));
