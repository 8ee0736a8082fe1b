import { manual, native, rimraf, rimrafSync } from 'rimraf';
import fs from 'node:fs';

const plant = (top) => {
  for (const folder of ['a/b/c', 'a/d', 'e']) fs.mkdirSync(`${top}/${folder}`, { recursive: true });
  for (const file of ['a/1.txt', 'a/b/2.log', 'a/b/c/3.txt', 'e/4.log', '5.txt']) fs.writeFileSync(`${top}/${file}`, file);
  fs.symlinkSync('a', `${top}/link`);
};
const left = (top) => (fs.existsSync(top) ? fs.readdirSync(top, { recursive: true }).map(String).filter((path) => !path.startsWith('link/')).sort().join(' ') : 'gone');

plant('one');
console.log(await rimraf('one'), left('one'));
plant('two');
console.log(rimrafSync(['two/a', 'two/5.txt', 'two/none']), left('two'));
plant('three');
await rimraf('three/**/*.log', { glob: true });
console.log(left('three'));
await rimraf('three/link');
console.log(fs.existsSync('three/a/1.txt'), fs.existsSync('three/link'));
await rimraf('three/*.txt');
console.log(fs.existsSync('three/5.txt'));
const seen = [];
console.log(await manual('three', { filter: (path, entry) => { seen.push(`${path.split(/[\\/]three/).at(-1)}${entry.isDirectory() ? '/' : ''}`); return !path.endsWith('3.txt'); } }));
console.log(seen.length, left('three'));
console.log(await native('three', { maxRetries: 2 }), left('three'));
plant('four');
const controller = new AbortController();
controller.abort(new Error('enough'));
await rimraf('four', { signal: controller.signal }).then(() => console.log('removed'), (error) => console.log('stopped', error.message));
rimrafSync('four');
for (const bad of [() => rimraf('/'), () => rimraf([5]), () => rimraf('a\0b')]) {
  try {
    await bad();
    console.log('no error');
  } catch (error) {
    console.log(error.code ?? error.message);
  }
}
