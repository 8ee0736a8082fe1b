import { Glob, escape, glob, globIterate, globSync, hasMagic } from 'glob';
import fs from 'node:fs';

for (const file of ['a.js', 'b.ts', 'src/c.js', 'src/d.test.js', 'src/deep/e.js', 'src/deep/.hidden.js', '.dot/f.js', 'weird[1]/g.js', 'src/node_modules/h.js', 'UPPER.JS', 'src/empty/']) {
  if (file.endsWith('/')) fs.mkdirSync(`tree/${file}`, { recursive: true });
  else {
    fs.mkdirSync(`tree/${file}`.replace(/\/[^/]*$/, ''), { recursive: true });
    fs.writeFileSync(`tree/${file}`, file);
  }
}
fs.symlinkSync('src', 'tree/linked');
const options = { cwd: 'tree', posix: true };
const show = (label, found) => console.log(label, found.map(String).sort().join(' '));
show('star', await glob('*.js', options));
show('deep', await glob('**/*.js', options));
show('dots', globSync('**/*.js', { ...options, dot: true, ignore: '**/node_modules/**' }));
show('braces', await glob('{src,.dot}/**/*.{js,ts}', options));
show('several', await glob(['a.*', 'src/*/', '!(a|b).js'], options));
show('extglob', await glob('src/!(*.test).js', options));
show('class', await glob('[ab].[jt]s', options));
show('literal', await glob(`${escape('weird[1]')}/*`, options));
show('folders', await glob('src/**/', { ...options, mark: true }));
show('nodir', await glob('src/*', { ...options, nodir: true }));
show('depth', await glob('**', { ...options, maxDepth: 1 }));
show('case', await glob('upper.js', { ...options, nocase: true }));
show('follow', await glob('**/c.js', { ...options, follow: true }));
show('match base', await glob('e.js', { ...options, matchBase: true }));
const iterated = [];
for await (const file of globIterate('src/**/*.js', options)) iterated.push(file);
show('iterate', iterated);
const walker = new Glob('**/*.ts', { cwd: 'tree', withFileTypes: true });
for await (const entry of walker) console.log(entry.name, entry.isFile(), entry.relative(), entry.parent.name);
console.log(hasMagic('a/b'), hasMagic('a/*'), hasMagic(['a', '{b,c}'], { magicalBraces: true }));
show('ignored', await glob('**', { ...options, nodir: true, ignore: { ignored: (path) => path.name.length > 4, childrenIgnored: (path) => path.isNamed('deep') } }));
