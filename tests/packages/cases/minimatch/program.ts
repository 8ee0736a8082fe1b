import { Minimatch, escape, minimatch, unescape } from 'minimatch';

const { braceExpand, filter, match } = minimatch;

const paths = ['a', 'a.js', 'b/a.js', 'b/c/a.js', '.hidden', 'b/.git/x', 'foo bar.txt', '[x].js', 'b', 'abc.md', 'B.JS', 'x+y', 'a/b/c/d/e'];
const patterns = ['*', '*.js', '**/*.js', '**', 'b/**', '!*.js', '?', '[ab]*', '[!a]*.js', '{a,b}/**/*.js', '+(a|b).js', '@(a|abc).*', '!(a|b)', '*(x)+y', 'b/*/a.js', '**/.git/**', '[[:alpha:]].js', 'a/**/e', '\\[x\\].js', '{01..03}', 'a/**/c/**/e', '#*'];
for (const pattern of patterns) console.log(pattern, '=>', match(paths, pattern).join(' ') || '-');
console.log(match(paths, '*', { dot: true }).join(' '), '|', match(paths, '*.js', { nocase: true, matchBase: true }).join(' '));
console.log(match(['none'], 'x*', { nonull: true }).join(), minimatch('a/b', 'a\\b', { windowsPathsNoEscape: true }), minimatch('!x', '!x', { nonegate: true }), minimatch('a/b/c', 'a/*', { partial: true }));
console.log(braceExpand('{a,b{1..3},c}').join(), braceExpand('x{0..8..2}').join(), braceExpand('{a}').join(), braceExpand('a{,b}').join());
const source = new Minimatch('src/**/[a-c]?.{ts,tsx}');
console.log(source.match('src/x/ab.tsx'), source.match('src/ab.js'), source.globParts.length, new Minimatch('').empty);
const mm = new Minimatch('{a,b}/*/c.js');
console.log(mm.set.length, mm.hasMagic(), mm.match('b/x/c.js'), mm.negate, new Minimatch('plain/path').hasMagic(), new Minimatch('# comment').comment);
console.log(['a.js', 'b.txt'].filter(filter('*.js')).join(), escape('a*[b]{c}'), unescape(escape('x?')), minimatch('a*[b]', escape('a*[b]')));
console.log(minimatch('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab', '*(a)*(a)*(a)*(a)c'), minimatch('.x/y', '**/y'), minimatch('.x/y', '**/y', { dot: true }), minimatch('a/./b', 'a/b'));
const nested = minimatch.defaults({ nocase: true });
console.log(nested('ABC', 'a*'), minimatch('ab', 'a@(b)', { noext: true }), minimatch('a/b', '**', { noglobstar: true }), minimatch('ε.js', '?.js'));
