const Promise = require('bluebird');
const fs = require('node:fs');

Promise.config({ cancellation: true, warnings: false, longStackTraces: false });
const show = (...values) => console.log(JSON.stringify(values));

async function main() {
  show(await Promise.map([1, 2, 3], (n) => Promise.delay(4 - n, n * 2), { concurrency: 2 }), await Promise.mapSeries([1, 2], (n, index) => n + index), await Promise.filter([1, 2, 3, 4], (n) => n % 2));
  show(await Promise.reduce([1, 2, 3], (sum, n) => sum + n, 10), await Promise.props({ a: Promise.resolve(1), b: 2 }), await Promise.join(1, Promise.delay(1, 2), (a, b) => a + b), await Promise.resolve([1, 2, 3]).spread((a, b, c) => a * b * c));
  show(await Promise.some([Promise.delay(30, 'slow'), Promise.delay(1, 'fast'), Promise.reject(new Error('x')), 'now'], 2), await Promise.any([Promise.reject(new Error('x')), Promise.delay(1, 'any')]));
  await Promise.any([Promise.reject(new Error('x'))]).catch(Promise.AggregateError, (error) => show(error.length, error[0].message));

  class Special extends Error {}
  show(await Promise.try(() => { throw new Special('special'); }).catch(TypeError, () => 'type').catch(Special, (error) => `caught ${error.message}`));
  show(await Promise.reject({ code: 42 }).catch({ code: 42 }, () => 'by shape'), await Promise.reject(new RangeError('r')).catch((error) => error.message === 'r', () => 'by predicate'));
  show(await Promise.delay(100).timeout(5, 'too slow').catch(Promise.TimeoutError, (error) => error.message), await Promise.resolve(1).tap(() => Promise.delay(1)).return(5), await Promise.resolve({ f: (n) => n * 2, p: 7 }).call('f', 21), await Promise.resolve({ p: 7 }).get('p'));
  const resource = (name, log) => Promise.resolve(name).disposer(() => log.push(`closed ${name}`));
  const log = [];
  await Promise.using(resource('a', log), resource('b', log), (a, b) => { log.push(`using ${a}${b}`); });
  show(log);

  const readFile = Promise.promisify(fs.readFile);
  await Promise.fromCallback((done) => fs.writeFile('note.txt', 'written', done));
  show((await readFile('note.txt', 'utf8')), typeof Promise.promisifyAll({ go(done) { done(null, 'gone'); } }).goAsync, await Promise.promisifyAll({ go(done) { done(null, 'gone'); } }).goAsync());
  const generator = Promise.coroutine(function* (n) { const a = yield Promise.delay(1, n); return a + (yield Promise.resolve(1)); });
  show(await generator(41));
  const cancelled = Promise.delay(1000).finally(() => log.push('cleaned'));
  cancelled.cancel();
  await Promise.delay(5);
  show(cancelled.isCancelled(), log.at(-1), Promise.resolve(3).isFulfilled(), Promise.resolve(3).value(), Promise.reject(new Error('i')).reflect().constructor === Promise);
  await new Promise((resolve) => Promise.resolve('nodeback').asCallback((error, value) => { show(error, value); resolve(); }));
  show((await Promise.all([1, 2].map((n) => Promise.resolve(n).reflect()))).map((one) => one.value()), await Promise.each([1, 2], () => {}), Promise.is(Promise.resolve()), (await Promise.allSettled([Promise.reject(new Error('s'))]))[0].isRejected());
}
process.on('unhandledRejection', () => {});
main();
