// As Node prints it, whoever runs this.
const log = (...args) => process.stdout.write(require('util').format(...args) + '\n');
process.chdir(require('fs').mkdtempSync('/tmp/case-'));
const fs = require('fs');
const { pipeline } = require('stream/promises');
(async () => {
  const w = fs.createWriteStream('f');
  w.on('open', (fd) => log('open', typeof fd));
  w.on('ready', () => log('ready'));
  w.on('close', () => log('close'));
  log(w.pending, w.path);
  w.write('hello ');
  w.write(Buffer.from('world\n'));
  await new Promise((r) => w.end('end', r));
  log('finished', w.bytesWritten);
  if (!w.closed) await new Promise((r) => w.once('close', r));
  log(fs.readFileSync('f', 'utf8'));
  let text = '';
  for await (const c of fs.createReadStream('f', { encoding: 'utf8', start: 2, end: 8 })) text += c;
  log(JSON.stringify(text));
  const sizes = [];
  fs.writeFileSync('big', Buffer.alloc(200000, 'x'));
  for await (const c of fs.createReadStream('big')) sizes.push(c.length);
  log(sizes);
  await pipeline(fs.createReadStream('big', { highWaterMark: 1000 }), fs.createWriteStream('copy'));
  log(fs.statSync('copy').size);
  const a = fs.createWriteStream('copy', { flags: 'a' });
  await new Promise((r) => a.end('tail', r));
  log(fs.statSync('copy').size);
  const m = fs.createWriteStream('f', { flags: 'r+', start: 6 });
  await new Promise((r) => m.end('WORLD', r));
  log(fs.readFileSync('f', 'utf8'));
  const e = fs.createReadStream('nope');
  await new Promise((r) => e.on('error', (x) => { log(x.code, x.syscall, x.path); }).on('close', () => { log('closed', e.destroyed); r(); }));
  const d = fs.createReadStream('big');
  d.once('data', (c) => { log(c.length, d.bytesRead); d.destroy(); });
  await new Promise((r) => d.on('close', r));
  log('destroyed', d.destroyed);
  try { fs.createReadStream('f', { start: 5, end: 2 }); } catch (x) { log(x.code, x.message); }
  try { fs.createReadStream(123); } catch (x) { log(x.code); }
  const fd = fs.openSync('f');
  const s = fs.createReadStream(null, { fd, autoClose: false });
  for await (const c of s) log(c.toString().length);
  log(fs.fstatSync(fd).size);
  fs.closeSync(fd);
  const old = Object.create(fs.ReadStream.prototype);
  log(fs.ReadStream.apply(old, ['f']) === undefined, typeof fs.WriteStream('f2').write);
})();
