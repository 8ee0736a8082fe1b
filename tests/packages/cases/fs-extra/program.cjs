const fs = require('fs-extra');
const path = require('node:path');

const tree = (folder) => fs.readdirSync(folder, { withFileTypes: true })
  .sort((a, b) => (a.name < b.name ? -1 : 1))
  .flatMap((entry) => [`${path.posix.join(folder, entry.name)}${entry.isDirectory() ? '/' : ''}`, ...(entry.isDirectory() ? tree(path.posix.join(folder, entry.name)) : [])]);

async function main() {
  await fs.outputFile('work/a/b/c.txt', 'hello');
  await fs.outputJson('work/data.json', { list: [1, 2], name: 'x' }, { spaces: 2 });
  fs.outputJsonSync('work/sync.json', { date: 1 }, { EOL: '\n', replacer: (key, value) => (key === 'date' ? 'replaced' : value) });
  console.log(fs.readFileSync('work/data.json', 'utf8'), JSON.stringify(await fs.readJson('work/sync.json')));
  await fs.ensureDir('work/empty/deep');
  await fs.ensureFile('work/made.txt');
  console.log(await fs.pathExists('work/made.txt'), fs.pathExistsSync('work/none'), tree('work').join(' '));

  await fs.copy('work', 'copy', { filter: (source) => !source.endsWith('made.txt') });
  fs.copySync('work/a', 'copy/again', { overwrite: false });
  console.log(tree('copy').join(' '));
  await fs.move('copy/a', 'moved/here');
  await fs.move('copy/data.json', 'copy/sync.json', { overwrite: true });
  console.log(tree('copy').join(' '), tree('moved').join(' '), fs.readJsonSync('copy/sync.json').name);
  await fs.ensureSymlink('work/a/b/c.txt', 'links/to-c');
  console.log(fs.readFileSync('links/to-c', 'utf8'), (await fs.lstat('links/to-c')).isSymbolicLink());
  await fs.emptyDir('copy');
  await fs.remove('moved');
  await fs.remove('not/there');
  console.log(tree('copy').length, fs.existsSync('moved'));
  for (const bad of [() => fs.move('copy', 'work'), () => fs.readJson('work/a/b/c.txt'), () => fs.copy('work', 'work/a/inside'), () => fs.readJson('none.json', { throws: false }).then((value) => console.log(value)), () => fs.copy('missing', 'x')]) {
    await bad().catch((error) => console.log(error.code ?? error.name, error.code ? '' : error.message.split(/[:.]/)[0].slice(0, 12)));
  }
  console.log(fs.readJsonSync('work/a/b/c.txt', { throws: false }), typeof fs.promises?.readFile, typeof fs.createReadStream);
  const file = await fs.open('work/fd.txt', 'w+');
  await fs.write(file, 'written through a descriptor');
  await fs.ftruncate(file, 7);
  await fs.close(file);
  fs.appendFileSync('work/fd.txt', '!');
  console.log(await fs.readFile('work/fd.txt', 'utf8'), (await fs.stat('work/fd.txt')).size);
}
main();
