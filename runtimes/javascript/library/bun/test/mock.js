// Mock functions and spies.
const mocks = new Set();
let order = 0;

function emptyState() {
  return { calls: [], results: [], instances: [], contexts: [], invocationCallOrder: [] };
}

export function isMock(value) {
  return typeof value === 'function' && mocks.has(value);
}

export function createMock(implementation) {
  let state = emptyState();
  let fallback = implementation;
  let once = [];
  let given = '';

  const mock = function (...args) {
    state.calls.push(args);
    state.contexts.push(this);
    state.invocationCallOrder.push(++order);
    const index = state.results.push({ type: 'incomplete', value: undefined }) - 1;
    const { results } = state;
    const run = once.length > 0 ? once.shift() : fallback;
    try {
      const value = new.target
        ? construct(run, args, new.target, state)
        : (state.instances.push(this), typeof run === 'function' ? run.apply(this, args) : undefined);
      results[index] = { type: 'return', value };
      return value;
    } catch (error) {
      results[index] = { type: 'throw', value: error };
      throw error;
    }
  };

  function construct(run, args, target, into) {
    const constructible = typeof run === 'function' && run.prototype !== undefined;
    const value = constructible ? Reflect.construct(run, args, target === mock ? run : target) : Object.create(target.prototype);
    into.instances.push(value);
    const result = !constructible && typeof run === 'function' ? run.apply(value, args) : value;
    return result !== null && typeof result === 'object' ? result : value;
  }

  const fixed = (make) => (value) => mock.mockImplementation(make(value));
  const fixedOnce = (make) => (value) => mock.mockImplementationOnce(make(value));
  const returning = (value) => () => value;
  const returningThis = () => function () {
    return this;
  };
  const resolving = (value) => () => Promise.resolve(value);
  const rejecting = (value) => () => Promise.reject(value);

  Object.defineProperties(mock, {
    name: { value: implementation?.name || 'mockConstructor', configurable: true },
    length: { value: implementation?.length ?? 0, configurable: true },
    _isMockFunction: { value: true },
    mock: { get: () => Object.defineProperty(state, 'lastCall', { get: () => state.calls.at(-1), configurable: true }), configurable: true },
  });
  if (typeof implementation === 'function' && implementation.prototype) mock.prototype = implementation.prototype;
  Object.assign(mock, {
    getMockName: () => given || mock.name,
    getMockImplementation: () => fallback,
    mockName: (name) => {
      given = name;
      return mock;
    },
    mockClear: () => {
      state = emptyState();
      return mock;
    },
    mockReset: () => {
      state = emptyState();
      fallback = undefined;
      once = [];
      return mock;
    },
    mockRestore: () => mock.mockReset(),
    mockImplementation: (run) => {
      fallback = run;
      return mock;
    },
    mockImplementationOnce: (run) => {
      once.push(run);
      return mock;
    },
    withImplementation: (run, callback) => {
      const saved = [fallback, once];
      fallback = run;
      once = [];
      const restore = () => {
        [fallback, once] = saved;
      };
      let result;
      try {
        result = callback();
      } catch (error) {
        restore();
        throw error;
      }
      if (result !== null && typeof result?.then === 'function') return Promise.resolve(result).finally(restore);
      restore();
      return mock;
    },
    mockReturnThis: () => mock.mockImplementation(returningThis()),
    mockReturnValue: fixed(returning),
    mockReturnValueOnce: fixedOnce(returning),
    mockResolvedValue: fixed(resolving),
    mockResolvedValueOnce: fixedOnce(resolving),
    mockRejectedValue: fixed(rejecting),
    mockRejectedValueOnce: fixedOnce(rejecting),
  });
  if (typeof Symbol.dispose === 'symbol') mock[Symbol.dispose] = () => mock.mockRestore();
  mocks.add(mock);
  return mock;
}

const spies = new Set();

function findDescriptor(object, key) {
  for (let owner = object; owner !== null && owner !== undefined; owner = Object.getPrototypeOf(owner)) {
    const descriptor = Object.getOwnPropertyDescriptor(owner, key);
    if (descriptor) return { owner, descriptor };
  }
  return undefined;
}

export function spyOn(object, key, access) {
  if (object === null || (typeof object !== 'object' && typeof object !== 'function')) {
    throw new TypeError('spyOn(target, prop) expects a target object or function');
  }
  const found = findDescriptor(object, key);
  if (access === 'get' || access === 'set') return spyOnAccess(object, key, access, found);
  const original = object[key];
  if (isMock(original)) return original;
  const spy = createMock(typeof original === 'function' ? original : () => original);
  const own = found?.owner === object;
  if (typeof original === 'function') {
    define(object, key, { value: spy, writable: true, configurable: true, enumerable: found?.descriptor.enumerable ?? true });
  } else {
    if (found === undefined) throw new TypeError(`spyOn(target, prop): ${String(key)} does not exist`);
    define(object, key, { get: spy, set: (value) => spy.mockImplementation(() => value), configurable: true, enumerable: found.descriptor.enumerable });
  }
  return remember(spy, () => {
    if (own) define(object, key, found.descriptor);
    else delete object[key];
  });
}

function define(object, key, descriptor) {
  if (!Reflect.defineProperty(object, key, descriptor)) throw new TypeError(`spyOn: ${String(key)} cannot be replaced`);
}

function spyOnAccess(object, key, access, found) {
  const original = found?.descriptor[access];
  if (typeof original !== 'function') throw new TypeError(`Property ${String(key)} does not have access type ${access}`);
  if (isMock(original)) return original;
  const spy = createMock(original);
  define(object, key, { ...found.descriptor, [access]: spy, configurable: true });
  return remember(spy, () => {
    if (found.owner === object) define(object, key, found.descriptor);
    else delete object[key];
  });
}

function remember(spy, undo) {
  const restore = () => {
    if (spies.delete(restore)) undo();
    spy.mockReset();
    return spy;
  };
  spies.add(restore);
  spy.mockRestore = restore;
  return spy;
}

export function restoreAll() {
  for (const restore of [...spies]) restore();
}

export function clearAll() {
  for (const mock of mocks) mock.mockClear();
}

export function resetAll() {
  for (const mock of mocks) mock.mockReset();
}

export function replaceProperty(object, key, value) {
  const saved = Object.getOwnPropertyDescriptor(object, key);
  if (saved === undefined) throw new Error(`Property ${String(key)} does not exist in the provided object`);
  object[key] = value;
  const undo = { replaceValue: (next) => ((object[key] = next), undo), restore: () => spies.delete(undo.restore) && Object.defineProperty(object, key, saved) };
  spies.add(undo.restore);
  return undo;
}
