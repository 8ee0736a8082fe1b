const async = require('async');

const later = (ms, value, log) => (done) => setTimeout(() => { log?.push(value); done(null, value); }, ms);
async function main() {
  const log = [];
  console.log((await async.series([later(20, 'a', log), later(1, 'b', log)])).join(), log.splice(0).join());
  console.log(JSON.stringify(await async.parallel({ one: later(20, 1, log), two: later(1, 2, log) })), log.splice(0).join());
  console.log(await async.waterfall([(done) => done(null, 1, 2), (a, b, done) => done(null, a + b), async (sum) => sum * 10]));
  console.log(JSON.stringify(await async.auto({ read: later(1, 'data'), check: ['read', (results, done) => done(null, results.read.length)], write: ['check', 'read', async ({ check, read }) => read.repeat(check)] })));

  let active = 0;
  let most = 0;
  const squares = await async.mapLimit([1, 2, 3, 4, 5], 2, async (n) => { active += 1; most = Math.max(most, active); await null; active -= 1; return n * n; });
  console.log(squares.join(), most, (await async.filterSeries([1, 2, 3], async (n) => n % 2)).join(), await async.reduce([1, 2, 3], 10, async (sum, n) => sum + n), await async.detect([1, 5, 9], async (n) => n > 4));
  console.log((await async.sortBy([3, 1, 2], async (n) => -n)).join(), await async.every([1, 2], async (n) => n > 0), (await async.concat([1, 2], async (n) => [n, n])).join(), JSON.stringify(await async.groupBy(['a', 'bb', 'c'], async (text) => text.length)));

  const queue = async.queue((task, done) => setTimeout(() => { log.push(task); done(task === 'bad' ? new Error('bad task') : null, task); }, 1), 2);
  queue.push(['x', 'y']);
  queue.unshift('first', (error, task) => log.push(`done ${task}`));
  queue.push('bad').catch((error) => log.push(error.message));
  await queue.drain();
  console.log(log.splice(0).sort().join());
  const order = async.priorityQueue(async (task) => { log.push(task); }, 1);
  await Promise.all([order.push('low', 9), order.push('high', 1), order.push('middle', 5)]);
  console.log(log.splice(0).join());

  let tries = 0;
  console.log(await async.retry({ times: 4, interval: 1 }, async () => { tries += 1; if (tries < 3) throw new Error('again'); return `after ${tries}`; }));
  let count = 0;
  await async.whilst(async () => count < 3, async () => { count += 1; });
  const memo = async.memoize((n, done) => { count += 1; setImmediate(() => done(null, n * 2)); });
  await new Promise((resolve) => memo(4, () => memo(4, (error, value) => { console.log(value, count); resolve(); })));
  const slow = async.timeout((done) => setTimeout(done, 1000), 5);
  await new Promise((resolve) => slow((error) => { console.log(error.code, error.message); resolve(); }));
  await async.eachOfSeries({ a: 1, b: 2 }, async (value, key) => { log.push(`${key}${value}`); });
  const cargo = async.cargo((tasks, done) => { log.push(`[${tasks}]`); done(); }, 2);
  cargo.push([1, 2, 3]);
  await cargo.drain();
  console.log(log.join(' '), (await async.race([later(30, 'slow'), later(1, 'fast')])), async.compose((n, done) => done(null, n + 1), (n, done) => done(null, n * 2)).length);
  async.parallel([(done) => done(new Error('first')), (done) => done(null)], (error, results) => { console.log(error.message, results.length); process.exit(0); });
}
main();
