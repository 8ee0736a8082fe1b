// The matchers on values. Each gives `{ pass, signature, detail }`: what stands in the brackets of the
// first line of its message, and the lines below it (a function of whether it was negated).
import { inspect } from 'belljar:bun/inspect';
import { difference } from 'belljar:bun/test/diff';
import { equals, matches } from 'belljar:bun/test/equality';
import { format } from 'belljar:bun/test/format';

export function show(value) {
  return inspect(value);
}

function check(pass, signature, detail) {
  return { pass, signature, detail };
}

function state(pass, received) {
  return check(pass, '', () => `Received: ${show(received)}`);
}

// The expected in words, with "not" where it belongs.
function wanted(pass, words, expected, received, { signature = 'expected', not } = {}) {
  return check(pass, signature, (negated) => `${negated ? (not ?? `Expected: not ${expected}`) : `${words}: ${expected}`}\nReceived: ${show(received)}`);
}

function isPlainText(value) {
  return typeof value !== 'object' && typeof value !== 'function';
}

export function compareTexts(expected, received) {
  const before = format(expected);
  const after = format(received);
  const oneLine = !before.includes('\n') && !after.includes('\n');
  if (oneLine) return `Expected: ${before}\nReceived: ${after}`;
  return before === after ? `Expected: ${before}\nReceived: serializes to the same string` : difference(before, after);
}

function equality(pass, received, expected) {
  return check(pass, 'expected', (negated) => (negated ? `Expected: not ${format(expected)}` : compareTexts(expected, received)));
}

function compareNumbers(name, compare) {
  return (received, expected) => {
    for (const value of [received, expected]) {
      if (typeof value !== 'number' && typeof value !== 'bigint') throw new TypeError('Expected and actual values must be numbers or bigints');
    }
    return check(compare(received, expected), 'expected', (negated) => `Expected: ${negated ? 'not ' : ''}${name} ${show(expected)}\nReceived: ${show(received)}`);
  };
}

function lengthOf(value) {
  if (value === null || value === undefined) return undefined;
  return value.length ?? value.size ?? undefined;
}

function isEmpty(value) {
  if (value === null || value === undefined) return false;
  const length = lengthOf(value);
  if (length !== undefined) return length === 0;
  if (typeof value[Symbol.iterator] === 'function') return value[Symbol.iterator]().next().done === true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}

function path(keys) {
  if (Array.isArray(keys)) return keys;
  const parts = [];
  for (const match of String(keys).matchAll(/\[([^\]]*)\]|([^.[\]]+)|(?:^|\.)(?=\.|$)/g)) parts.push(match[1] ?? match[2] ?? '');
  return parts;
}

function look(value, keys) {
  // A property that is named like the whole path comes first.
  if (!Array.isArray(keys) && value !== null && value !== undefined && Object.hasOwn(Object(value), keys)) return { found: true, value: value[keys] };
  let current = value;
  for (const key of path(keys)) {
    if (current === null || current === undefined || !(key in Object(current))) return { found: false };
    current = current[key];
  }
  return { found: true, value: current };
}

function textOf(received, matcher) {
  if (typeof received !== 'string') throw new TypeError(`Received value must be a string: ${matcher}`);
  return received;
}

function keysCheck(quantify, words) {
  return (received, expected) => {
    const list = Array.isArray(expected) ? expected : [expected];
    const pass = received !== null && received !== undefined && quantify(list, Object.keys(Object(received)));
    return check(pass, 'expected', (negated) => `Expected to ${negated ? 'not ' : ''}${words}: ${show(expected)}\nReceived: ${show(received)}`);
  };
}

function valuesCheck(quantify, words) {
  return (received, expected) => {
    const list = Array.isArray(expected) ? expected : [expected];
    const values = Object.values(Object(received ?? {}));
    const pass = quantify(list, values);
    return check(pass, 'expected', (negated) => `Expected to ${negated ? 'not ' : ''}${words}: ${show(expected)}\nReceived: ${show(received)}`);
  };
}

const has = (values, item) => values.some((value) => equals(value, item));

export const matchers = {
  toBe(received, expected) {
    return check(Object.is(received, expected), 'expected', (negated) => {
      if (negated) return `Expected: not ${show(expected)}`;
      if (typeof expected === 'string' && typeof received === 'string') return compareTexts(expected, received);
      const same = !isPlainText(expected) && format(expected) === format(received);
      return `Expected: ${show(expected)}\nReceived: ${same ? 'serializes to the same string' : show(received)}`;
    });
  },
  toEqual(received, expected, { testers }) {
    return equality(equals(received, expected, { testers }), received, expected);
  },
  toStrictEqual(received, expected, { testers }) {
    return equality(equals(received, expected, { testers, strict: true }), received, expected);
  },
  toMatchObject(received, expected, { testers }) {
    if (received === null || typeof received !== 'object') {
      return check(false, 'expected', () => compareTexts(expected, received));
    }
    return equality(matches(received, expected, { testers }), received, expected);
  },
  toBeTruthy: (received) => state(Boolean(received), received),
  toBeFalsy: (received) => state(!received, received),
  toBeDefined: (received) => state(received !== undefined, received),
  toBeUndefined: (received) => state(received === undefined, received),
  toBeNull: (received) => state(received === null, received),
  toBeNil: (received) => state(received === null || received === undefined, received),
  toBeNaN: (received) => state(Number.isNaN(received), received),
  toBeTrue: (received) => state(received === true, received),
  toBeFalse: (received) => state(received === false, received),
  toBeNumber: (received) => state(typeof received === 'number', received),
  toBeInteger: (received) => state(Number.isInteger(received), received),
  toBeFinite: (received) => state(Number.isFinite(received), received),
  toBePositive: (received) => state(typeof received === 'number' && received > 0 && received !== Infinity, received),
  toBeNegative: (received) => state(typeof received === 'number' && received < 0 && received !== -Infinity, received),
  toBeEven: (received) => state(typeof received === 'bigint' ? received % 2n === 0n : Number.isInteger(received) && received % 2 === 0, received),
  toBeOdd: (received) => state(typeof received === 'bigint' ? received % 2n !== 0n : Number.isInteger(received) && Math.abs(received % 2) === 1, received),
  toBeString: (received) => state(typeof received === 'string' || received instanceof String, received),
  toBeBoolean: (received) => state(typeof received === 'boolean', received),
  toBeSymbol: (received) => state(typeof received === 'symbol', received),
  toBeFunction: (received) => state(typeof received === 'function', received),
  toBeObject: (received) => state((typeof received === 'object' || typeof received === 'function') && received !== null, received),
  toBeArray: (received) => state(Array.isArray(received), received),
  toBeDate: (received) => state(received instanceof Date, received),
  toBeValidDate: (received) => state(received instanceof Date && !Number.isNaN(received.getTime()), received),
  toBeArrayOfSize: (received, size) => wanted(Array.isArray(received) && received.length === size, 'Expected length', show(size), received, { signature: '' }),
  toBeEmpty: (received) => check(isEmpty(received), '', (negated) => `Expected value ${negated ? 'not ' : ''}to be empty\n\nReceived: ${show(received)}`),
  toBeEmptyObject: (received) => state(received !== null && typeof received === 'object' && Object.keys(received).length === 0, received),
  toBeTypeOf(received, type) {
    return check(typeof received === type, '', (negated) => `Expected type: ${negated ? 'not ' : ''}"${type}"\nReceived type: "${typeof received}"\nReceived value: ${show(received)}`);
  },
  toBeInstanceOf(received, type) {
    if (typeof type !== 'function') throw new TypeError('Expected value must be a function: toBeInstanceOf');
    return check(received instanceof type, 'expected', (negated) => `Expected constructor: ${negated ? 'not ' : ''}${show(type)}\nReceived value: ${show(received)}`);
  },
  toBeOneOf(received, list) {
    return check(has([...list], received), 'expected', (negated) => `Expected to ${negated ? 'not ' : ''}be one of: ${show([...list])}\nReceived: ${show(received)}`);
  },
  toBeWithin(received, start, end) {
    return check(received >= start && received < end, 'start, end', (negated) => `Expected: ${negated ? 'not ' : ''}between ${show(start)} (inclusive) and ${show(end)} (exclusive)\nReceived: ${show(received)}`);
  },
  toBeGreaterThan: compareNumbers('>', (a, b) => a > b),
  toBeGreaterThanOrEqual: compareNumbers('>=', (a, b) => a >= b),
  toBeLessThan: compareNumbers('<', (a, b) => a < b),
  toBeLessThanOrEqual: compareNumbers('<=', (a, b) => a <= b),
  toBeCloseTo(received, expected, precision = 2) {
    if (typeof received !== 'number' || typeof expected !== 'number') throw new TypeError('Expected and received values must be numbers: toBeCloseTo');
    const limit = 10 ** -(typeof precision === 'number' ? precision : 2) / 2;
    const apart = received === expected ? 0 : Math.abs(received - expected);
    return check(apart < limit, 'expected, precision', (negated) => [
      `Expected: ${negated ? 'not ' : ''}${show(expected)}`,
      `Received: ${show(received)}\n`,
      `Expected precision: ${typeof precision === 'number' ? precision : 2}`,
      `Expected difference: ${negated ? '>=' : '<'} ${limit}`,
      `Received difference: ${apart}`,
    ].join('\n'));
  },
  toContain(received, expected) {
    let pass;
    if (typeof received === 'string') {
      if (typeof expected !== 'string') throw new TypeError('Expected value must be a string: toContain');
      pass = received.includes(expected);
    } else if (received !== null && received !== undefined && typeof received[Symbol.iterator] === 'function') {
      pass = [...received].some((item) => Object.is(item, expected) || item === expected);
    } else {
      throw new TypeError(`Received value must be an array type, or both received and expected values must be strings: ${show(received)}`);
    }
    return check(pass, 'expected', (negated) => `Expected to ${negated ? 'not ' : ''}contain: ${show(expected)}\nReceived: ${show(received)}`);
  },
  toContainEqual(received, expected) {
    if (received === null || received === undefined || typeof received[Symbol.iterator] !== 'function') {
      throw new TypeError(`Received value must be an array type, or both received and expected values must be strings: ${show(received)}`);
    }
    const pass = typeof received === 'string' ? received.includes(expected) : has([...received], expected);
    return check(pass, 'expected', (negated) => `Expected to ${negated ? 'not ' : ''}contain: ${show(expected)}\nReceived: ${show(received)}`);
  },
  toContainKey: keysCheck((list, keys) => keys.includes(String(list[0])), 'contain'),
  toContainKeys: keysCheck((list, keys) => list.every((key) => keys.includes(String(key))), 'contain'),
  toContainAllKeys: keysCheck((list, keys) => list.length === keys.length && list.every((key) => keys.includes(String(key))), 'contain all keys'),
  toContainAnyKeys: keysCheck((list, keys) => list.some((key) => keys.includes(String(key))), 'contain'),
  toContainValue: valuesCheck((list, values) => has(values, list.length === 1 ? list[0] : list), 'contain'),
  toContainValues: valuesCheck((list, values) => list.every((item) => has(values, item)), 'contain'),
  toContainAllValues: valuesCheck((list, values) => list.length === values.length && list.every((item) => has(values, item)), 'contain all values'),
  toContainAnyValues: valuesCheck((list, values) => list.some((item) => has(values, item)), 'contain any of the following values'),
  toHaveLength(received, expected) {
    const length = received?.length ?? received?.size;
    if (typeof length !== 'number') throw new TypeError(`Received value does not have a length property: ${show(received)}`);
    return check(length === expected, 'expected', (negated) => (negated ? `Expected length: not ${show(expected)}` : `Expected length: ${show(expected)}\nReceived length: ${length}`));
  },
  toHaveProperty(received, keys, ...rest) {
    // The context is the last argument: a value is there only if two are.
    const [value, withValue] = rest.length > 1 ? [rest[0], true] : [undefined, false];
    const { found, value: actual } = look(received, keys);
    const pass = found && (!withValue || equals(actual, value));
    return check(pass, withValue ? 'path, value' : 'path', (negated) => {
      if (withValue && found) return negated ? `Expected: not ${format(value)}` : compareTexts(value, actual);
      const lines = [`Expected path: ${negated ? 'not ' : ''}${show(keys)}\n`];
      if (withValue) lines.push(`Expected value: ${negated ? 'not ' : ''}${show(value)}\n`);
      lines.push(found ? `Received value: ${show(actual)}` : 'Unable to find property');
      return lines.join('\n');
    });
  },
  toMatch(received, expected) {
    const pass = typeof expected === 'string' ? textOf(received, 'toMatch').includes(expected) : new RegExp(expected).test(textOf(received, 'toMatch'));
    return check(pass, 'expected', (negated) => `Expected substring or pattern: ${negated ? 'not ' : ''}${show(expected)}\nReceived: ${show(received)}`);
  },
  toStartWith: (received, expected) => check(typeof received === 'string' && received.startsWith(expected), 'expected', (negated) => `Expected to ${negated ? 'not ' : ''}start with: ${show(expected)}\nReceived: ${show(received)}`),
  toEndWith: (received, expected) => check(typeof received === 'string' && received.endsWith(expected), 'expected', (negated) => `Expected to ${negated ? 'not ' : ''}end with: ${show(expected)}\nReceived: ${show(received)}`),
  toInclude: (received, expected) => check(textOf(received, 'toInclude').includes(expected), 'expected', (negated) => `Expected to ${negated ? 'not ' : ''}include: ${show(expected)}\nReceived: ${show(received)}`),
  toIncludeRepeated(received, expected, times) {
    const count = expected === '' ? received.length + 1 : textOf(received, 'toIncludeRepeated').split(expected).length - 1;
    return check(count === times, 'expected', (negated) => `Expected to ${negated ? 'not ' : ''}include: ${show(expected)} \n${times} times\n\nReceived: ${show(received)}`);
  },
  toEqualIgnoringWhitespace(received, expected) {
    const bare = (text) => String(text).replace(/\s+/g, '');
    return wanted(bare(received) === bare(expected), 'Expected', show(expected), received);
  },
  toSatisfy(received, predicate) {
    if (typeof predicate !== 'function') throw new TypeError('toSatisfy() argument must be a function');
    return wanted(Boolean(predicate(received)), 'Expected', show(predicate), received);
  },
  pass: (_received, message) => ({ pass: true, text: typeof message === 'string' ? message : 'passes by .pass() assertion' }),
  fail: (_received, message) => ({ pass: false, text: typeof message === 'string' ? message : 'fails by .fail() assertion' }),
};
