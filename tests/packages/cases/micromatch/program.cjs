const mm = require('micromatch');

const files = ['a.js', 'b.md', 'c/d.js', 'c/.e.js', 'foo.bar', 'qux.js', 'c/d/e/f.txt', '.dot', 'a1.js', 'a10.js'];
for (const patterns of ['*.js', '**/*.js', ['*', '!b.md'], '!(*.js)', '{a,b}*', 'a{1..3}.js', '[a-c]*', 'c/**', '?(a|q)*.js', '+([a-z0-9]).js', '*.!(js)', '**/{d,f}.*']) {
  console.log(JSON.stringify(patterns), mm(files, patterns).join(' ') || '-');
}
console.log(mm(files, '*', { dot: true, ignore: ['*.js'] }).join(), mm.not(files, '**/*.js').join(), mm(['A.JS', 'a.js'], '*.js', { nocase: true }).join(), mm(files, 'd.js', { basename: true }).join());
console.log(mm.isMatch('a/b.js', 'a/*.js'), mm.some(files, ['*.md']), mm.every(files, '*.js'), mm.all('foo.bar', ['f*', '*r']), mm.contains('aa/bb/cc', '*b'), mm.matcher('*.!(*a)')('a.b'));
console.log(JSON.stringify(mm.capture('src/*/(*).js', 'src/x/(y).js')), JSON.stringify(mm.capture('test/*/**.{js,ts}', 'test/a/b.ts')), JSON.stringify(mm.matchKeys({ aa: 1, ab: 2, c: 3 }, 'a*')));
console.log(mm.braces('{a,b{1..3}}', { expand: true }).join(), mm.braces('foo/{01..10..3}/x', { expand: true }).join(), mm.makeRe('*.{js,ts}').source, mm.hasBraces('{a,b}'));
console.log(JSON.stringify(mm.scan('!./foo/**/*.js')), mm.parse('a/*/b').length, mm.makeRe('[[:digit:]]').test('5'));
const matched = [];
mm(files, '*.js', { onMatch: ({ output }) => matched.push(output), onIgnore: ({ output }) => matched.push(`-${output}`), ignore: 'q*' });
console.log(matched.join());
for (const bad of [() => mm.isMatch(5, 'x'), () => mm.makeRe(''), () => mm(files, null), () => mm.makeRe('[', { strictBrackets: true })]) {
  try {
    console.log(JSON.stringify(bad()));
  } catch (error) {
    console.log(error.constructor.name, error.message.slice(0, 50));
  }
}
