// `expect`.
import { inspect } from 'belljar:bun/inspect';
import { asymmetric, customAsymmetric, inverted } from 'belljar:bun/test/asymmetric';
import { equals, matches } from 'belljar:bun/test/equality';
import { format } from 'belljar:bun/test/format';
import { matchers } from 'belljar:bun/test/matchers';
import { callMatchers } from 'belljar:bun/test/matchers_calls';
import { outcome, toThrow } from 'belljar:bun/test/matchers_throw';
import { difference } from 'belljar:bun/test/diff';
import { snapshotMatchers } from 'belljar:bun/test/snapshot';

// What the running test has asserted so far; the runner reads and resets it.
export const assertions = { total: 0, current: 0, expected: undefined, atLeastOne: false };

const testers = [];
const extensions = new Map();

function failure(message, at) {
  const error = new Error(message);
  if (at instanceof Error) error.stack = at.stack;
  else if (Error.captureStackTrace) Error.captureStackTrace(error, at);
  return error;
}

function utilities() {
  return {
    stringify: (value) => inspect(value),
    printReceived: (value) => inspect(value),
    printExpected: (value) => inspect(value),
    matcherHint: (name, received = 'received', expected = 'expected', { isNot, promise } = {}) => `expect(${received})${promise ? `.${promise}` : ''}${isNot ? '.not' : ''}.${name}(${expected})`,
    diff: (expected, received) => difference(format(expected), format(received)),
    printWithType: (label, value, print) => `${label} has type: ${typeof value}\n${label} has value: ${print(value)}`,
    EXPECTED_COLOR: (text) => text,
    RECEIVED_COLOR: (text) => text,
    iterableEquality: () => undefined,
    subsetEquality: (received, subset) => matches(received, subset),
  };
}

function extensionContext(state) {
  return {
    isNot: state.negated,
    promise: state.promised ?? '',
    equals: (a, b) => equals(a, b, { testers }),
    utils: utilities(),
    expand: false,
    customTesters: testers,
  };
}

class Expectation {
  constructor(received, label, state = { negated: false, promised: undefined }) {
    Object.defineProperty(this, 'received', { value: received });
    Object.defineProperty(this, 'label', { value: label });
    Object.defineProperty(this, 'state', { value: state });
  }

  get not() {
    return new Expectation(this.received, this.label, { ...this.state, negated: !this.state.negated });
  }

  get resolves() {
    return new Expectation(this.received, this.label, { ...this.state, promised: 'resolves' });
  }

  get rejects() {
    return new Expectation(this.received, this.label, { ...this.state, promised: 'rejects' });
  }
}

function judge(expectation, name, result, at) {
  const { negated } = expectation.state;
  if (Boolean(result.pass) !== negated) return;
  if (result.text !== undefined) throw failure(result.text, at);
  const head = expectation.label ?? `expect(received)${negated ? '.not' : ''}.${name}(${result.signature})`;
  throw failure(`${head}\n\n${result.detail(negated)}\n`, at);
}

// With `resolves` and `rejects` the matcher runs on what the promise gives.
function settle(expectation, run, method) {
  const { promised } = expectation.state;
  let { received } = expectation;
  if (promised === undefined) return run(received, method);
  // By the time the promise is settled, the stack of who asked is gone.
  const at = new Error('expect');
  if (Error.captureStackTrace) Error.captureStackTrace(at, method);
  if (typeof received === 'function') received = received();
  if (received === null || received === undefined || typeof received.then !== 'function') {
    throw failure(`\n\nExpected promise\nReceived: ${inspect(received)}\n`, at);
  }
  const unexpected = (word, other) => failure(`\n\nExpected promise that ${word}\nReceived promise that ${other}: ${inspect(received)}\n`, at);
  return received.then(
    (value) => {
      if (promised === 'rejects') throw unexpected('rejects', 'resolved');
      return run(value, at);
    },
    (reason) => {
      if (promised === 'resolves') throw unexpected('resolves', 'rejected');
      return run(reason, at);
    },
  );
}

function define(name, matcher) {
  const method = function (...args) {
    assertions.total++;
    assertions.current++;
    const context = { testers, promised: this.state.promised, negated: this.state.negated };
    return settle(this, (received, at) => {
      let result;
      try {
        result = matcher(received, ...args, context);
      } catch (error) {
        // A misuse is reported from where it was written.
        if (error instanceof TypeError && Error.captureStackTrace) throw failure(error.message, at);
        throw error;
      }
      judge(this, name, result, at);
      return undefined;
    }, method);
  };
  Object.defineProperty(method, 'name', { value: name });
  Object.defineProperty(Expectation.prototype, name, { value: method, writable: true, configurable: true });
}

function defineExtension(name, matcher) {
  const method = function (...args) {
    assertions.total++;
    assertions.current++;
    return settle(this, (received, at) => {
      const result = matcher.call(extensionContext(this.state), received, ...args);
      const finish = (given) => {
        if (given === null || typeof given !== 'object' || typeof given.pass === 'undefined') {
          throw failure(`Unexpected return from matcher function \`${name}\`.\nMatcher functions should return an object in the following format:\n  {message?: string | function, pass: boolean}\n'${inspect(given)}' was returned`, at);
        }
        if (Boolean(given.pass) !== this.state.negated) return;
        const text = typeof given.message === 'function' ? given.message() : (given.message ?? 'No message was specified for this matcher.');
        throw failure(`${this.label ?? ''}\n\n${text}`, at);
      };
      return result !== null && typeof result?.then === 'function' ? result.then(finish) : finish(result);
    }, method);
  };
  Object.defineProperty(method, 'name', { value: name });
  Object.defineProperty(Expectation.prototype, name, { value: method, writable: true, configurable: true });
}

for (const [name, matcher] of Object.entries({ ...matchers, ...callMatchers, ...snapshotMatchers(outcome), toThrow, toThrowError: toThrow })) define(name, matcher);

export function expect(received, label) {
  return new Expectation(received, typeof label === 'string' && label !== '' ? label : undefined);
}

Object.assign(expect, asymmetric);
expect.not = inverted;

expect.extend = (given) => {
  for (const [name, matcher] of Object.entries(given)) {
    if (typeof matcher !== 'function') throw new TypeError(`expect.extend: \`${name}\` is not a valid matcher. Must be a function, is "${typeof matcher}"`);
    extensions.set(name, matcher);
    defineExtension(name, matcher);
    const context = extensionContext({ negated: false });
    expect[name] = customAsymmetric(name, matcher, context, false);
    expect.not[name] = customAsymmetric(name, matcher, context, true);
  }
};

expect.assertions = (number) => {
  if (!Number.isInteger(number) || number < 0) throw new TypeError('Expected value must be a non-negative integer: assertions');
  assertions.expected = number;
};

expect.hasAssertions = () => {
  assertions.atLeastOne = true;
};

expect.addEqualityTesters = (list) => {
  testers.push(...list);
};

expect.addSnapshotSerializer = () => {
  throw new Error('expect.addSnapshotSerializer is not supported');
};

expect.unreachable = (message) => {
  const error = failure(message instanceof Error ? message.message : (message ?? 'reached unreachable code'), expect.unreachable);
  error.name = 'UnreachableError';
  throw error;
};

expect.getState = () => ({ assertionCalls: assertions.current, expectedAssertionsNumber: assertions.expected ?? null, isExpectingAssertions: assertions.atLeastOne });
