import { AsyncLocalStorage } from 'node:async_hooks';
const als = new AsyncLocalStorage();
const sleep = (ms) => new Promise(r => setTimeout(r, ms));
async function work(n) {
  await null;
  const a = als.getStore();
  await sleep(5 - n);
  const b = als.getStore();
  for await (const x of (async function* () { yield 1; await sleep(1); yield 2; })()) { if (als.getStore() !== a) console.log('lost', x); }
  try { await Promise.reject(new Error('x')); } catch { if (als.getStore() !== a) console.log('lost in catch'); }
  await Promise.all([sleep(1), sleep(2)].map(async (p) => { await p; if (als.getStore() !== a) console.log('lost in map'); }));
  await new Promise(r => queueMicrotask(r));
  return [a, b, als.getStore()];
}
console.log(JSON.stringify(await Promise.all([1, 2, 3].map(n => als.run(n, work, n)))));
console.log(als.getStore());
als.enterWith('e'); await sleep(1); console.log(als.getStore());
