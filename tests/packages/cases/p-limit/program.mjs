import pLimit, { limitFunction } from 'p-limit';

const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const limit = pLimit(2);
let active = 0;
let most = 0;
const order = [];
const job = async (name, ms) => {
  active += 1;
  most = Math.max(most, active);
  order.push(`>${name}`);
  await wait(ms);
  order.push(`<${name}`);
  active -= 1;
  return name.toUpperCase();
};
const results = Promise.all([limit(job, 'a', 150), limit(job, 'b', 10), limit(() => job('c', 30)), limit(job, 'd', 300)]);
await null;
await null;
console.log(limit.activeCount, limit.pendingCount, limit.concurrency);
console.log((await results).join(), most, order.join(' '));

console.log((await limit.map([3, 1, 2], async (n, index) => { await wait(n); return n * 10 + index; })).join());
const failed = await Promise.allSettled([limit(async () => { throw new Error('one'); }), limit(() => { throw new Error('two'); }), limit(() => 'fine')]);
console.log(failed.map((one) => one.reason?.message ?? one.value).join());

limit.concurrency = 1;
const kept = limit(() => wait(5));
limit(() => order.push('never'));
limit(() => order.push('never'));
await null;
await null;
limit.clearQueue();
await kept;
await wait(10);
console.log(limit.pendingCount, order.includes('never'));
const one = limitFunction(async (name) => { active += 1; const seen = active; await wait(2); active -= 1; return `${name}${seen}`; }, { concurrency: 1 });
console.log((await Promise.all(['x', 'y', 'z'].map(one))).join());
for (const bad of [0, -1, 1.5, 'two']) {
  try {
    pLimit(bad);
  } catch (error) {
    console.log(error.constructor.name, error.message);
  }
}
