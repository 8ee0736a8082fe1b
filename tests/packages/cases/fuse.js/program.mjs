import Fuse from 'fuse.js';

const books = [
  { title: "Old Man's War", author: { first: 'John', last: 'Scalzi' }, tags: ['war', 'space'] },
  { title: 'The Lock Artist', author: { first: 'Steve', last: 'Hamilton' }, tags: ['thriller'] },
  { title: 'HTML5', author: { first: 'Remy', last: 'Sharp' }, tags: ['web', 'markup'] },
  { title: 'Right Ho Jeeves', author: { first: 'P.D', last: 'Woodhouse' }, tags: ['humour', 'classic'] },
  { title: 'The Code of the Wooster', author: { first: 'P.D', last: 'Woodhouse' }, tags: ['humour'] },
  { title: 'Thank You Jeeves', author: { first: 'P.D', last: 'Woodhouse' }, tags: ['humour', 'classic'] },
  { title: 'Der Prozeß', author: { first: 'Franz', last: 'Kafka' }, tags: ['klassiker'] },
];
const show = (label, results) => console.log(label, results.map(({ item, refIndex, score, matches }) => `${item.title ?? item}#${refIndex}${score === undefined ? '' : ` ${score.toFixed(4)}`}${matches ? ` ${JSON.stringify(matches.map(({ key, value, indices }) => [key, value, indices]))}` : ''}`).join(' | ') || 'nothing');
const fuse = new Fuse(books, { keys: ['title', 'author.first', { name: 'tags', weight: 2 }], includeScore: true, includeMatches: true, threshold: 0.4 });
for (const query of ['jeevs', 'humor', 'wod', 'html', 'xyzzy', 'the']) show(query, fuse.search(query));
show('limit', fuse.search('the', { limit: 1 }));
const extended = new Fuse(books, { keys: ['title', 'author.last'], useExtendedSearch: true });
for (const query of ["'Man 'Old", '^The !lock', 'jeeves$', '=HTML5', 'Old | HTML5', '"code of"']) show(query, extended.search(query));
show('logical', fuse.search({ $and: [{ title: 'the' }, { $or: [{ tags: 'thriller' }, { 'author.first': 'P.D' }] }] }));
const words = new Fuse(['apple', 'Ápple', 'maple', 'grape', 'pineapple'], { ignoreDiacritics: true, includeScore: true, ignoreLocation: true, isCaseSensitive: false, minMatchCharLength: 2 });
show('words', words.search('aple'));
words.add('applet');
console.log(words.remove((word) => word.startsWith('m')).join(), words.search('apple').length, words.search('maple').length);
const built = Fuse.createIndex(['title'], books);
const restored = Fuse.parseIndex(JSON.parse(JSON.stringify(built.toJSON())));
show('index', new Fuse(books, { keys: ['title'] }, restored).search('prozess'));
console.log(restored.size(), typeof Fuse.version, new Fuse(books, { keys: ['title'], getFn: () => 'same' }).search('same').length, new Fuse(books, { keys: ['title'], shouldSort: true, sortFn: (a, b) => b.idx - a.idx }).search('jeeves').map(({ refIndex }) => refIndex).join());
