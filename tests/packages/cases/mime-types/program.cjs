const mime = require('mime-types');

for (const name of ['a.js', 'index.html', 'x.JSON', 'file.tar.gz', '.md', 'png', 'noextension', 'a.mjs', 'photo.jpeg', 'font.woff2', 'data.wasm', 'x.ts', 'folder/file.svg', 'a.unknownext', '']) {
  console.log(JSON.stringify(name), mime.lookup(name), mime.contentType(name));
}
for (const type of ['text/html', 'application/json; charset=utf-8', 'image/jpeg', 'text/x-unknown', 'TEXT/CSS', 'application/octet-stream', 'nonsense']) {
  console.log(type, mime.extension(type), mime.charset(type), mime.contentType(type), (mime.extensions[type] ?? []).slice(0, 3).join());
}
console.log(mime.lookup(null), mime.extension(5), mime.types.zip, Object.keys(mime.types).length > 900, Object.keys(mime.extensions).length > 700);
