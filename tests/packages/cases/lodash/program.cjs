const _ = require('lodash');

const people = [
  { name: 'Ada', born: 1815, tags: ['math', 'poetry'], at: { city: 'London' } },
  { name: 'Alan', born: 1912, tags: ['logic'], at: { city: 'London' } },
  { name: 'Grace', born: 1906, tags: ['navy', 'compilers'], at: { city: 'New York' } },
];
console.log(JSON.stringify(_.groupBy(people, 'at.city')));
console.log(JSON.stringify(_.orderBy(people, ['at.city', 'born'], ['desc', 'asc']).map((one) => one.name)));
console.log(JSON.stringify(_.chain(people).flatMap('tags').countBy('length').toPairs().sortBy(0).value()));
console.log(JSON.stringify(_.merge({ a: { b: [1, 2], c: 1 } }, { a: { b: [9], d: null } })));

const deep = { list: [{ when: new Date(0), re: /x+/gi, set: new Set([1]), map: new Map([['k', { v: 1 }]]) }] };
const copy = _.cloneDeep(deep);
console.log(_.isEqual(deep, copy), copy.list[0].map !== deep.list[0].map, copy.list[0].re.flags);
_.set(copy, 'list[0].set', new Set([2]));
console.log(_.isEqual(deep, copy), _.get(copy, ['list', 0, 'none', 'deeper'], 'default'));

console.log(_.camelCase('--foo-bar baz'), _.kebabCase('FooBarBaz'), _.startCase('fooBar_baz'), _.deburr('déjà vu'));
console.log(_.template('<% _.forEach(users, function(u) { %><li><%- u %></li><% }); %>')({ users: ['<a>', 'b&c'] }));
console.log(_.truncate('a long sentence with words', { length: 16, separator: ' ' }), _.pad('x', 5, '-='), _.words('fred, barney, & pebbles').length);

const calls = [];
const memo = _.memoize((n) => { calls.push(n); return n * n; });
console.log(memo(4), memo(4), calls.length, memo.cache.has(4));
const curried = _.curry((a, b, c) => [a, b, c]);
console.log(JSON.stringify([curried(1)(2, 3), curried(1, _, 3)(2), _.partialRight(curried, 'z')('x', 'y')]));
console.log(JSON.stringify(_.chunk(_.range(0, 10, 2), 2)), JSON.stringify(_.zipObjectDeep(['a.b[0].c', 'a.b[1].d'], [1, 2])));
console.log(JSON.stringify(_.differenceWith([{ x: 1 }, { x: 2 }], [{ x: 1 }], _.isEqual)), _.sumBy(people, 'born'), _.meanBy(people, (one) => one.tags.length).toFixed(3));

let fired = 0;
const debounced = _.debounce(() => { fired += 1; }, 5);
debounced(); debounced(); debounced();
_.delay((word) => console.log(word, fired), 40, 'after');
_.defer(() => console.log('deferred', fired));
