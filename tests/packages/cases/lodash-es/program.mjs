import { chunk, debounce, flow, keyBy, mapValues, pickBy, throttle, uniqBy, wrapperLodash } from 'lodash-es';
import * as all from 'lodash-es';
import sortedIndexBy from 'lodash-es/sortedIndexBy.js';

console.log(Object.keys(all).length > 300, typeof all.default, typeof wrapperLodash);
console.log(JSON.stringify(chunk(['a', 'b', 'c', 'd', 'e'], 2)));
console.log(sortedIndexBy([{ x: 4 }, { x: 5 }], { x: 4.5 }, 'x'));

const inventory = [
  { id: 'a', price: 3, stock: 0 },
  { id: 'b', price: 2, stock: 10 },
  { id: 'c', price: 5, stock: 4 },
  { id: 'b', price: 9, stock: 9 },
];
const value = flow(
  (items) => uniqBy(items, 'id'),
  (items) => keyBy(items, 'id'),
  (byId) => pickBy(byId, (item) => item.stock > 0),
  (byId) => mapValues(byId, ({ price, stock }) => price * stock),
);
console.log(JSON.stringify(value(inventory)));
console.log(JSON.stringify(all.partition([1, 2, 3, 4], (n) => n % 2)));
console.log(all.isPlainObject(Object.create(null)), all.isPlainObject(new (class A {})()), all.isEmpty(new Map()));
console.log(all.toPath('a[0].b["c.d"]').join('|'), all.escapeRegExp('[x](y)'), all.unescape('&lt;p&gt;'));
console.log(JSON.stringify(all.xor([2, 1], [2, 3])), JSON.stringify(all.invertBy({ a: 1, b: 2, c: 1 })));

const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const seen = [];
const leading = debounce((x) => seen.push(`d${x}`), 20, { leading: true, trailing: false });
const slow = throttle((x) => seen.push(`t${x}`), 1000);
for (const x of [1, 2, 3]) { leading(x); slow(x); }
await wait(60);
slow.cancel();
leading(4);
console.log(seen.join(' '));
