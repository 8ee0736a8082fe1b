const { manual, manualSync, mkdirp, native, sync } = require('mkdirp');
const fs = require('node:fs');
const path = require('node:path');

const short = (made) => (made === undefined ? made : path.relative(process.cwd(), made));
async function main() {
  console.log(short(await mkdirp('a/b/c')), short(await mkdirp('a/b/c')), short(await mkdirp('a/b/d/e')), fs.statSync('a/b/d/e').isDirectory());
  console.log(short(sync('s/t/u')), short(mkdirp.sync('s/t/u')), short(sync('s/x', 0o700)), (fs.statSync('s/x').mode & 0o777).toString(8));
  console.log(short(await native('n/1/2')), short(await manual('m/1/2')), short(manualSync('m/1/3/4')), fs.readdirSync('m/1').sort().join());
  console.log(short(await mkdirp(path.resolve('abs/olute'))), short(await mkdirp('./dots/../dots/in')), short(await mkdirp('trailing/slash/')));
  await Promise.all(['p/q/1', 'p/q/2', 'p/r', 'p/q/1'].map((one) => mkdirp(one)));
  console.log(fs.readdirSync('p', { recursive: true }).map(String).sort().join());
  fs.writeFileSync('file', '');
  for (const bad of [() => mkdirp('file/under'), () => mkdirp('file'), async () => manualSync('file/x')]) await bad().then(() => console.log('made'), (error) => console.log(error.code));
  const calls = [];
  const mkdir = (folder, options, done) => { calls.push(path.relative(process.cwd(), folder)); done(null); };
  const stat = (folder, done) => done(null, fs.statSync('a'));
  await mkdirp('fake/folder', { mkdir, stat, fs: {} }).then(() => console.log(calls.join()), (error) => console.log(error.code ?? error.name, calls.join()));
}
main();
