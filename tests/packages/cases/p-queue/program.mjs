import PQueue, { TimeoutError } from 'p-queue';

const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const queue = new PQueue({ concurrency: 1, autoStart: false });
const log = [];
for (const event of ['active', 'idle', 'empty', 'error']) queue.on(event, (error) => log.push(error?.message ? `${event}:${error.message}` : event));
const job = (name) => async () => { log.push(`run ${name}`); await wait(1); return name; };
const results = [queue.add(job('low'), { priority: 0 }), queue.add(job('high'), { priority: 9 }), queue.add(job('middle'), { priority: 5, id: 'm' })];
queue.add(async () => { throw new Error('bad'); }, { priority: 1 }).catch(() => log.push('caught'));
console.log(queue.size, queue.pending, queue.isPaused, queue.sizeBy({ priority: 9 }));
queue.setPriority('m', 10);
queue.start();
await queue.onIdle();
console.log((await Promise.all(results)).join(), log.join(' | '));

const wide = new PQueue({ concurrency: 3 });
let active = 0;
let most = 0;
await wide.addAll(Array.from({ length: 7 }, () => async () => { active += 1; most = Math.max(most, active); await wait(2); active -= 1; }));
console.log(most, wide.size, wide.pending);

const timed = new PQueue({ timeout: 10 });
await timed.add(() => wait(5_00)).catch((error) => console.log(error instanceof TimeoutError, error.name));
const controller = new AbortController();
const cancelled = wide.add(({ signal }) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('stopped')))), { signal: controller.signal });
controller.abort(new Error('why'));
await cancelled.catch((error) => console.log(error.message));

const slow = new PQueue({ interval: 30, intervalCap: 2 });
const begun = Date.now();
await slow.addAll([1, 2, 3, 4, 5].map((n) => async () => n));
console.log(Date.now() - begun >= 55);
wide.pause();
wide.add(() => log.push('never'));
await wide.onSizeLessThan(2);
wide.clear();
console.log(wide.size, log.includes('never'));
for (const bad of [{ concurrency: 0 }, { interval: -1 }, { intervalCap: 0.5 }]) {
  try {
    new PQueue(bad);
  } catch (error) {
    console.log(error.constructor.name, error.message);
  }
}
process.exit(0);
