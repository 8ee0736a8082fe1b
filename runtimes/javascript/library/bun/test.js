// The module `bun:test`.
import { settings, current } from 'belljar:bun/test/context';
import { expect } from 'belljar:bun/test/expect';
import { clearAll, createMock, isMock, replaceProperty, resetAll, restoreAll, spyOn } from 'belljar:bun/test/mock';
import { mockModule, restoreModules } from 'belljar:bun/test/mock_module';
import { afterAll, afterEach, beforeAll, beforeEach, describe, test } from 'belljar:bun/test/registry';
import { setSystemTime, timers } from 'belljar:bun/test/clock';

export { afterAll, afterEach, beforeAll, beforeEach, describe, expect, setSystemTime, spyOn, test };
export const it = test;
export const xit = test.skip;
export const xtest = test.skip;
export const xdescribe = describe.skip;
export const fit = test.only;
export const fdescribe = describe.only;

export function onTestFinished(body) {
  if (current.test === undefined) throw new Error('Cannot call onTestFinished() outside of a test');
  current.test.finished.push(body);
}

export function setDefaultTimeout(milliseconds) {
  settings.timeout = milliseconds;
}

export function mock(implementation) {
  return createMock(implementation);
}
mock.module = mockModule;
mock.restore = () => {
  restoreAll();
  restoreModules();
};
mock.clearAllMocks = clearAll;

const self = () => jest;

export const jest = {
  fn: mock,
  spyOn,
  mock: mockModule,
  isMockFunction: isMock,
  mocked: (value) => value,
  replaceProperty,
  restoreAllMocks: () => (restoreAll(), jest),
  clearAllMocks: () => (clearAll(), jest),
  resetAllMocks: () => (resetAll(), jest),
  setSystemTime: (time) => (setSystemTime(time), jest),
  setTimeout: (milliseconds) => (setDefaultTimeout(milliseconds), jest),
  now: timers.now,
  useFakeTimers: (options) => (timers.useFakeTimers(options), jest),
  useRealTimers: () => (timers.useRealTimers(), jest),
  advanceTimersByTime: (duration) => (timers.advanceTimersByTime(duration), jest),
  advanceTimersToNextTimer: (steps) => (timers.advanceTimersToNextTimer(steps), jest),
  runAllTimers: () => (timers.runAllTimers(), jest),
  runOnlyPendingTimers: () => (timers.runOnlyPendingTimers(), jest),
  clearAllTimers: () => (timers.clearAllTimers(), jest),
  getTimerCount: timers.getTimerCount,
  isFakeTimers: timers.isFakeTimers,
  getRealSystemTime: () => Date.now(),
  enableAutomock: self,
  disableAutomock: self,
  requireActual: (name) => globalThis.require(name),
};

export const vi = {
  ...jest,
  module: mockModule,
  mock: mockModule,
  stubGlobal: (name, value) => {
    globalThis[name] = value;
    return vi;
  },
};

export function expectTypeOf() {
  // Types are gone when a test runs: whatever is asserted about them holds.
  const always = new Proxy(() => always, { get: () => always });
  return always;
}

export const globals = { test, it, describe, expect, beforeAll, afterAll, beforeEach, afterEach, jest, vi, xit, xtest, xdescribe, onTestFinished, setDefaultTimeout };

export default { test, it, describe, expect, beforeAll, afterAll, beforeEach, afterEach, mock, spyOn, jest, vi, setSystemTime, setDefaultTimeout, onTestFinished, expectTypeOf, xit, xtest, xdescribe };
