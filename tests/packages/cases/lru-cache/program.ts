import { LRUCache } from 'lru-cache';

const disposed: string[] = [];
const cache = new LRUCache<string, number>({ max: 3, dispose: (value, key, reason) => disposed.push(`${key}=${value}:${reason}`) });
for (const [key, value] of Object.entries({ a: 1, b: 2, c: 3 })) cache.set(key, value);
cache.get('a');
cache.set('d', 4).set('a', 10);
console.log([...cache.keys()].join(), [...cache.rentries()].join('|'), cache.has('b'), cache.peek('c'), cache.size, cache.get('zz'));
cache.delete('c');
console.log(disposed.join(' '), cache.pop(), cache.find((value) => value === 10), cache.info('a')?.value);
cache.clear();
console.log(cache.size, disposed.length);

const sized = new LRUCache<string, string>({ maxSize: 10, maxEntrySize: 6, sizeCalculation: (value, key) => value.length + key.length });
sized.set('a', 'xxxx').set('b', 'yyyy').set('huge', 'zzzzzzzzzzz').set('c', 'w');
console.log([...sized.keys()].join(), sized.calculatedSize, sized.get('huge'));

let now = 1000;
const perf = { now: () => now };
const timed = new LRUCache<string, string>({ max: 5, ttl: 100, allowStale: false, updateAgeOnGet: false, ttlResolution: 0, perf });
timed.set('x', '1').set('y', '2', { ttl: 500 });
now = 1050;
console.log(timed.get('x'), timed.getRemainingTTL('x'), timed.getRemainingTTL('y'));
now = 1150;
console.log(timed.get('x'), timed.get('y'), timed.has('x'), timed.purgeStale(), timed.size);
const stale = new LRUCache<string, string>({ max: 2, ttl: 10, allowStale: true, noDeleteOnStaleGet: true, perf });
stale.set('k', 'old');
now += 50;
console.log(stale.get('k'), stale.get('k', { allowStale: false }));

let fetches = 0;
const loading = new LRUCache<string, string>({
  max: 5, ttl: 10, perf, allowStaleOnFetchRejection: true,
  fetchMethod: async (key, before, { signal }) => { fetches += 1; await null; if (key === 'bad') throw new Error('cannot'); signal.throwIfAborted(); return `${key}${before ?? ''}!`; },
});
console.log((await Promise.all([loading.fetch('p'), loading.fetch('p'), loading.fetch('q')])).join(), fetches, await loading.fetch('p'), fetches);
now += 50;
console.log(await loading.fetch('p'), fetches, await loading.fetch('bad').catch((error: Error) => error.message));
const memo = new LRUCache<number, number>({ max: 10, memoMethod: (key) => { fetches += 1; return key * key; } });
console.log(memo.memo(7), memo.memo(7), fetches);
const dump = loading.dump().map(([key, { value }]) => `${key}:${value}`);
const restored = new LRUCache<string, string>({ max: 5 });
restored.load(loading.dump().map(([key, { value }]) => [key, { value }]));
console.log(dump.join(), [...restored].length);
for (const bad of [{}, { max: -1 }, { max: 1, ttl: 'x' }, { max: 1, dispose: 5 }] as never[]) {
  try {
    new LRUCache(bad);
    console.log('made');
  } catch (error) {
    console.log((error as Error).constructor.name, (error as Error).message);
  }
}
