import { compile, match, parse, pathToRegexp, stringify } from 'path-to-regexp';

const show = (value) => console.log(JSON.stringify(value));
for (const path of ['/', '/users/:id', '/files/*path', '/a{/:b}{.:ext}', '/:"quoted-name"/x', '/:from-:to', '/über/:id', '/a\\:b/*rest/end']) {
  const { regexp, keys } = pathToRegexp(path);
  console.log(path, regexp.source, regexp.flags, keys.map((key) => `${key.type}:${key.name}`).join());
}
show(match('/users/:id')('/users/a%20b'));
show(match('/users/:id')('/other'));
show(match('/files/*path')('/files/x/y%2Fz/w'));
show(match('/a{/:b}{.:ext}')('/a/x.js'));
show(match('/a{/:b}')('/a'));
show(match(['/one/:x', '/two/:y'])('/two/2'));
show(match('/prefix', { end: false })('/prefix/more'));
show(match('/Case', { sensitive: true })('/case'));
show([match('/t', { trailing: false })('/t/'), match('/t')('/t/') && 'trailing', match('/d/:x', { decode: (text) => text.toUpperCase() })('/d/e').params.x, match('/r/:x', { decode: false })('/r/%20').params.x]);
console.log(compile('/users/:id{/:tab}')({ id: 'a b', tab: 'x/y' }), compile('/users/:id{/:tab}')({ id: '1' }), compile('/f/*path')({ path: ['a', 'b c'] }), compile('/u/:id', { encode: false })({ id: '✓' }));
show(parse('/a/:b{/*c}').tokens);
console.log(stringify(parse('/a/:b{/*c}')), stringify({ tokens: [{ type: 'text', value: '/' }, { type: 'param', name: 'my-name' }] }));
for (const bad of [() => pathToRegexp('/:'), () => pathToRegexp('/a?'), () => pathToRegexp('/*'), () => pathToRegexp('/{a'), () => pathToRegexp('/(a)'), () => compile('/:a')({}), () => compile('/*a')({ a: 'x' }), () => compile('/:a')({ a: 5 })]) {
  try {
    bad();
    console.log('no error');
  } catch (error) {
    console.log(error.constructor.name, error.message.split(';')[0]);
  }
}
