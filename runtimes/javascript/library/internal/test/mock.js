// `mock` of node:test.
import { timers } from 'belljar:bun/test/clock';

function functionContext(state) {
  return {
    get calls() {
      return state.calls.slice();
    },
    get accesses() {
      return state.calls.slice();
    },
    callCount: () => state.calls.length,
    accessCount: () => state.calls.length,
    mockImplementation(implementation) {
      state.implementation = implementation;
    },
    mockImplementationOnce(implementation, onCall = state.count) {
      state.once.set(onCall, implementation);
    },
    resetCalls() {
      state.calls = [];
    },
    restore() {
      state.restore?.();
      state.implementation = state.original;
    },
  };
}

function create(original, implementation, { times = Infinity } = {}) {
  const state = { original, implementation, calls: [], once: new Map(), count: 0, restore: undefined };
  const choose = () => {
    const call = state.count++;
    if (state.once.has(call)) {
      const chosen = state.once.get(call);
      state.once.delete(call);
      return chosen;
    }
    return call >= times ? state.original : state.implementation;
  };
  const mocked = new Proxy(original, {
    apply(_target, self, args) {
      const record = { arguments: args, error: undefined, result: undefined, stack: new Error('call'), target: undefined, this: self };
      const run = choose();
      try {
        record.result = Reflect.apply(run, self, args);
        return record.result;
      } catch (error) {
        record.error = error;
        throw error;
      } finally {
        state.calls.push(record);
      }
    },
    construct(target, args, newTarget) {
      const record = { arguments: args, error: undefined, result: undefined, stack: new Error('call'), target, this: undefined };
      const run = choose();
      try {
        record.result = Reflect.construct(run, args, newTarget);
        record.this = record.result;
        return record.result;
      } catch (error) {
        record.error = error;
        throw error;
      } finally {
        state.calls.push(record);
      }
    },
    get: (target, key, receiver) => (key === 'mock' ? context : Reflect.get(target, key, receiver === mocked ? target : receiver)),
  });
  const context = functionContext(state);
  return { mocked, state, context };
}

function findDescriptor(object, name) {
  for (let owner = object; owner !== null && owner !== undefined; owner = Object.getPrototypeOf(owner)) {
    const descriptor = Object.getOwnPropertyDescriptor(owner, name);
    if (descriptor) return { owner, descriptor };
  }
  return undefined;
}

class MockTimers {
  #on = false;

  enable(options = {}) {
    if (this.#on) throw Object.assign(new Error('Invalid state: MockTimers is already enabled!'), { code: 'ERR_INVALID_STATE' });
    this.#on = true;
    timers.useFakeTimers({ now: options.now ?? 0 });
  }

  #check() {
    if (!this.#on) throw Object.assign(new Error('Invalid state: You should enable MockTimers first by calling the .enable function'), { code: 'ERR_INVALID_STATE' });
  }

  tick(duration = 1) {
    this.#check();
    timers.advanceTimersByTime(duration);
  }

  runAll() {
    this.#check();
    timers.runAllTimers();
  }

  setTime(time) {
    this.#check();
    timers.advanceTimersByTime(Math.max(time - timers.now(), 0));
  }

  reset() {
    if (this.#on) timers.useRealTimers();
    this.#on = false;
  }
}

export class MockTracker {
  #mocks = [];
  #timers;

  get timers() {
    this.#timers ??= new MockTimers();
    return this.#timers;
  }

  fn(original = function () {}, implementation = original, options = {}) {
    if (original !== null && typeof original === 'object') [original, implementation, options] = [function () {}, function () {}, original];
    if (implementation !== null && typeof implementation === 'object') [implementation, options] = [original, implementation];
    const made = create(original, implementation, options);
    this.#mocks.push(made);
    return made.mocked;
  }

  method(object, name, implementation, options = {}) {
    if (implementation !== null && typeof implementation === 'object') [implementation, options] = [undefined, implementation];
    const found = findDescriptor(object, name);
    const access = options.getter ? 'get' : options.setter ? 'set' : 'value';
    const original = found?.descriptor[access];
    if (typeof original !== 'function') {
      throw Object.assign(new TypeError(`The argument 'methodName' must be a method. Received ${typeof original}`), { code: 'ERR_INVALID_ARG_VALUE' });
    }
    const made = create(original, implementation ?? original, options);
    const own = found.owner === object;
    Object.defineProperty(object, name, { ...found.descriptor, [access]: made.mocked, configurable: true });
    made.state.restore = () => {
      if (own) Object.defineProperty(object, name, found.descriptor);
      else delete object[name];
      made.state.restore = undefined;
    };
    this.#mocks.push(made);
    return made.mocked;
  }

  getter(object, name, implementation, options) {
    return this.method(object, name, implementation, { ...options, getter: true });
  }

  setter(object, name, implementation, options) {
    return this.method(object, name, implementation, { ...options, setter: true });
  }

  module(specifier) {
    throw new Error(`mock.module is not supported (${JSON.stringify(specifier)})`);
  }

  restoreAll() {
    for (const { context } of this.#mocks) context.restore();
    this.#timers?.reset();
  }

  reset() {
    this.restoreAll();
    this.#mocks = [];
  }
}
