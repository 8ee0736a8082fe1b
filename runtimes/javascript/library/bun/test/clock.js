// `setSystemTime` and fake timers.
const RealDate = globalThis.Date;
const NAMES = ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'setImmediate', 'clearImmediate'];
// The timers of the program while fake ones stand in their place.
let real;

// The runner's own waiting must not be stopped by a test's fake clock.
export function realTimer(name) {
  return (real ?? globalThis)[name];
}

// A loop of timers that set each other ends here, as with Jest.
const MAX_TIMERS = 100_000;

let offset; // what "now" is, in milliseconds; undefined: the real time
let fake; // the fake timers, while they are on

function now() {
  return fake ? fake.now : (offset ?? RealDate.now());
}

class FakeDate extends RealDate {
  constructor(...args) {
    if (args.length === 0) super(now());
    else super(...args);
  }

  static now() {
    return Math.floor(now());
  }
}
Object.defineProperty(FakeDate, 'name', { value: 'Date' });

const Callable = new Proxy(FakeDate, {
  apply: () => new FakeDate().toString(),
});
FakeDate.prototype.constructor = Callable;

function installDate() {
  globalThis.Date = offset === undefined && !fake ? RealDate : Callable;
}

export function setSystemTime(time) {
  if (time === undefined) {
    offset = undefined;
    if (fake) fake.now = RealDate.now();
  } else {
    const value = typeof time === 'number' ? time : new RealDate(time).getTime();
    if (Number.isNaN(value)) throw new TypeError('setSystemTime() expects a valid date');
    if (fake) fake.now = value;
    else offset = value;
  }
  installDate();
}

class FakeTimers {
  constructor(start) {
    this.now = start;
    this.timers = new Map();
    this.next = 1;
  }

  add(callback, delay, args, every) {
    const id = this.next++;
    const wait = Math.max(every ? 1 : 0, Number(delay) || 0);
    this.timers.set(id, { id, at: this.now + wait, callback, args, every: every ? wait : undefined });
    return { id, ref() { return this; }, unref() { return this; }, hasRef: () => true, refresh() { return this; }, [Symbol.toPrimitive]: () => id };
  }

  remove(handle) {
    this.timers.delete(typeof handle === 'object' && handle !== null ? handle.id : Number(handle));
  }

  first(limit) {
    let found;
    for (const timer of this.timers.values()) {
      if (timer.at <= limit && (found === undefined || timer.at < found.at)) found = timer;
    }
    return found;
  }

  run(timer) {
    this.now = Math.max(this.now, timer.at);
    if (timer.every === undefined) this.timers.delete(timer.id);
    else timer.at = this.now + timer.every;
    timer.callback(...timer.args);
  }

  advance(duration) {
    const end = this.now + duration;
    this.runWhile(() => this.first(end));
    this.now = end;
  }

  runWhile(pick) {
    for (let count = 0, timer = pick(); timer !== undefined; timer = pick()) {
      if (++count > MAX_TIMERS) throw new Error(`Aborting after running ${MAX_TIMERS} timers, assuming an infinite loop!`);
      this.run(timer);
    }
  }

  runAll() {
    this.runWhile(() => this.first(Infinity));
  }

  runPending() {
    const pending = [...this.timers.values()].sort((a, b) => a.at - b.at);
    for (const timer of pending) if (this.timers.has(timer.id)) this.run(timer);
  }
}

function required() {
  if (!fake) throw new Error('Fake timers are not active. Call useFakeTimers() first.');
  return fake;
}

export const timers = {
  useFakeTimers(options = {}) {
    real ??= Object.fromEntries(NAMES.map((name) => [name, globalThis[name]]));
    fake = new FakeTimers(options.now === undefined ? now() : new RealDate(options.now).getTime());
    globalThis.setTimeout = (callback, delay, ...args) => fake.add(callback, delay, args, false);
    globalThis.setInterval = (callback, delay, ...args) => fake.add(callback, delay, args, true);
    globalThis.setImmediate = (callback, ...args) => fake.add(callback, 0, args, false);
    for (const name of ['clearTimeout', 'clearInterval', 'clearImmediate']) globalThis[name] = (handle) => fake?.remove(handle);
    installDate();
  },
  useRealTimers() {
    fake = undefined;
    if (real) Object.assign(globalThis, real);
    real = undefined;
    installDate();
  },
  advanceTimersByTime: (duration) => required().advance(duration),
  advanceTimersToNextTimer(steps = 1) {
    for (let step = 0; step < steps; step++) {
      const timer = required().first(Infinity);
      if (timer) fake.run(timer);
    }
  },
  runAllTimers: () => required().runAll(),
  runOnlyPendingTimers: () => required().runPending(),
  clearAllTimers: () => required().timers.clear(),
  getTimerCount: () => required().timers.size,
  isFakeTimers: () => fake !== undefined,
  now: () => Math.floor(now()),
};

export function restoreClock() {
  if (fake) timers.useRealTimers();
  setSystemTime();
}
