// The matchers on mock functions.
import { inspect } from 'belljar:bun/inspect';
import { difference } from 'belljar:bun/test/diff';
import { equals } from 'belljar:bun/test/equality';
import { format } from 'belljar:bun/test/format';

function recordOf(received) {
  const record = typeof received === 'function' ? received.mock : undefined;
  if (record === undefined || !Array.isArray(record.calls)) throw new TypeError(`Expected value must be a mock function: ${inspect(received)}`);
  return record;
}

function counted(pass, signature, expected, number, what = 'calls') {
  return { pass, signature, detail: (negated) => `Expected number of ${what}: ${negated ? `not ${expected}` : expected}\nReceived number of ${what}: ${number}` };
}

function listed(expected, entries, what) {
  const lines = entries.map((entry, index) => `              ${index + 1}: ${inspect(entry)}`).join('\n');
  return `    Expected: ${inspect(expected)}\n    Received:\n${lines}\n\n    Number of ${what}: ${entries.length}`;
}

function sameArguments(call, expected) {
  return call !== undefined && call.length === expected.length && equals(call, expected);
}

function oneCall(call, expected) {
  const pass = sameArguments(call, expected);
  return {
    pass,
    signature: '...expected',
    detail: (negated) => {
      if (negated) return `Expected: not ${inspect(expected)}`;
      if (call === undefined) return `Expected: ${inspect(expected)}\nBut it was not called.`;
      return difference(format(expected), format(call));
    },
  };
}

function returned(record) {
  return record.results.filter(({ type }) => type === 'return').map(({ value }) => value);
}

const calls = {
  toHaveBeenCalled(received) {
    const { length } = recordOf(received).calls;
    return { pass: length > 0, signature: '', detail: (negated) => `Expected number of calls: ${negated ? '0' : '>= 1'}\nReceived number of calls: ${length}` };
  },
  toHaveBeenCalledOnce(received) {
    const { length } = recordOf(received).calls;
    return counted(length === 1, '', 1, length);
  },
  toHaveBeenCalledTimes(received, times) {
    if (!Number.isInteger(times) || times < 0) throw new TypeError('toHaveBeenCalledTimes() requires 1 non-negative integer argument');
    const { length } = recordOf(received).calls;
    return counted(length === times, 'expected', times, length);
  },
  toHaveBeenCalledWith(received, ...rest) {
    const expected = rest.slice(0, -1);
    const { calls: list } = recordOf(received);
    return {
      pass: list.some((call) => sameArguments(call, expected)),
      signature: '...expected',
      detail: (negated) => {
        if (negated) return `Expected mock function not to have been called with: ${inspect(expected)}\nBut it was.`;
        if (list.length === 0) return `Expected: ${inspect(expected)}\nBut it was not called.`;
        return list.length === 1 ? difference(format(expected), format(list[0])) : listed(expected, list, 'calls');
      },
    };
  },
  toHaveBeenLastCalledWith(received, ...rest) {
    return oneCall(recordOf(received).calls.at(-1), rest.slice(0, -1));
  },
  toHaveBeenNthCalledWith(received, position, ...rest) {
    if (!Number.isInteger(position) || position < 1) throw new TypeError('toHaveBeenNthCalledWith() requires a positive integer argument');
    return { ...oneCall(recordOf(received).calls[position - 1], rest.slice(0, -1)), signature: 'n, ...expected' };
  },
  toHaveReturned(received) {
    const { length } = returned(recordOf(received));
    return { pass: length > 0, signature: '', detail: (negated) => `Expected number of successful calls: ${negated ? '0' : '>= 1'}\nReceived number of successful calls: ${length}` };
  },
  toHaveReturnedTimes(received, times) {
    const { length } = returned(recordOf(received));
    return counted(length === times, 'expected', times, length, 'successful calls');
  },
  toHaveReturnedWith(received, expected) {
    const values = returned(recordOf(received));
    return {
      pass: values.some((value) => equals(value, expected)),
      signature: 'expected',
      detail: (negated) => (negated ? `Expected mock function not to have returned: ${inspect(expected)}` : listed(expected, values, 'returns')),
    };
  },
  toHaveLastReturnedWith(received, expected) {
    const last = recordOf(received).results.at(-1);
    return {
      pass: last?.type === 'return' && equals(last.value, expected),
      signature: 'expected',
      detail: (negated) => `Expected: ${negated ? 'not ' : ''}${inspect(expected)}\nReceived: ${last === undefined ? 'not called' : inspect(last.value)}`,
    };
  },
  toHaveNthReturnedWith(received, position, expected) {
    const result = recordOf(received).results[position - 1];
    return {
      pass: result?.type === 'return' && equals(result.value, expected),
      signature: 'n, expected',
      detail: (negated) => `n: ${position}\nExpected: ${negated ? 'not ' : ''}${inspect(expected)}\nReceived: ${result === undefined ? 'not called' : inspect(result.value)}`,
    };
  },
};

// Jest's older names.
export const callMatchers = {
  ...calls,
  toBeCalled: calls.toHaveBeenCalled,
  toBeCalledTimes: calls.toHaveBeenCalledTimes,
  toBeCalledWith: calls.toHaveBeenCalledWith,
  lastCalledWith: calls.toHaveBeenLastCalledWith,
  nthCalledWith: calls.toHaveBeenNthCalledWith,
  toReturn: calls.toHaveReturned,
  toReturnTimes: calls.toHaveReturnedTimes,
  toReturnWith: calls.toHaveReturnedWith,
  lastReturnedWith: calls.toHaveLastReturnedWith,
  nthReturnedWith: calls.toHaveNthReturnedWith,
};
