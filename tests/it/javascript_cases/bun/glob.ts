// Bun.Glob.
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
mkdirSync('area/src/deep', { recursive: true });
process.chdir('area');
for (const name of ['src/a.ts', 'src/b.js', 'src/deep/c.ts', 'src/.hidden.ts', 'top.ts']) writeFileSync(name, '');
symlinkSync('src', 'link');
const match = (pattern: string, text: string) => new Bun.Glob(pattern).match(text);
console.log(match('**/*.ts', 'a/b.ts'), match('*.{js,ts}', 'x.js'), match('!*.js', 'a.ts'), match('[a-c]?.x', 'bz.x'), match('*.ts', 'a/b.ts'), match('src/**', 'src/deep/c.ts'));
const sorted = (list: Iterable<string>) => [...list].sort().join(' ');
console.log(sorted(new Bun.Glob('*.ts').scanSync('.')));
console.log(sorted(new Bun.Glob('**/*.ts').scanSync('.')));
console.log(sorted(new Bun.Glob('src/*.{ts,js}').scanSync('.')));
console.log(sorted(new Bun.Glob('**/*.ts').scanSync({ cwd: 'src', dot: true })));
console.log(sorted(new Bun.Glob('*').scanSync({ cwd: 'src', onlyFiles: false })));
const found: string[] = [];
for await (const name of new Bun.Glob('**/c.*').scan({ cwd: '.' })) found.push(name);
console.log(found);
