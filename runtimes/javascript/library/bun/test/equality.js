// Deep equality, as `expect().toEqual` and `Bun.deepEquals` have it.
import * as util from 'node:util';

const { types } = util;

export function isAsymmetric(value) {
  return value !== null && typeof value === 'object' && typeof value.asymmetricMatch === 'function' && '$$typeof' in value;
}

function ownKeys(value) {
  const keys = Object.keys(value);
  for (const symbol of Object.getOwnPropertySymbols(value)) {
    if (Object.getOwnPropertyDescriptor(value, symbol).enumerable) keys.push(symbol);
  }
  return keys;
}

// `strict` minds types, undefined properties and holes; `subset` lets the received have more;
// `testers` are those of `expect.addEqualityTesters`.
export function equals(received, expected, options = {}) {
  return compare(received, expected, options, []);
}

function compare(a, b, options, stack) {
  if (isAsymmetric(b)) return isAsymmetric(a) ? Object.is(a, b) : Boolean(b.asymmetricMatch(a));
  if (isAsymmetric(a)) return Boolean(a.asymmetricMatch(b));
  for (const tester of options.testers ?? []) {
    const result = tester.call({ equals: (x, y) => compare(x, y, options, stack) }, a, b);
    if (result !== undefined) return result;
  }
  if (Object.is(a, b)) return true;
  if (a === null || b === null || typeof a !== 'object' || typeof b !== 'object') {
    return false;
  }
  const tag = Object.prototype.toString.call(a);
  if (tag !== Object.prototype.toString.call(b)) return false;
  // A pair that is being compared further up is equal unless something else tells them apart.
  if (stack.some(([x, y]) => x === a && y === b)) return true;
  stack.push([a, b]);
  const result = compareObjects(a, b, tag, options, stack);
  stack.pop();
  return result;
}

function compareObjects(a, b, tag, options, stack) {
  switch (tag) {
    case '[object Boolean]':
    case '[object Number]':
    case '[object String]':
      if (typeof a.valueOf() !== typeof b.valueOf() || !Object.is(a.valueOf(), b.valueOf())) return false;
      break;
    case '[object Date]':
      return Object.is(a.getTime(), b.getTime());
    case '[object RegExp]':
      return a.source === b.source && a.flags === b.flags;
    case '[object Error]':
      if (a.message !== b.message || a.name !== b.name) return false;
      if (!compare(a.cause, b.cause, options, stack)) return false;
      if (a instanceof AggregateError || b instanceof AggregateError) {
        if (!compare(a.errors, b.errors, options, stack)) return false;
      }
      return !options.strict || Object.getPrototypeOf(a) === Object.getPrototypeOf(b);
    default:
      break;
  }
  if (typeof URL === 'function' && a instanceof URL && b instanceof URL) return a.href === b.href;
  if (types.isAnyArrayBuffer(a)) return equalBytes(new Uint8Array(a), new Uint8Array(b));
  if (ArrayBuffer.isView(a)) {
    if (a instanceof DataView) return equalBytes(bytes(a), bytes(b));
    return a.length === b.length && Array.prototype.every.call(a, (item, index) => Object.is(item, b[index]));
  }
  if (options.strict && a.constructor !== b.constructor) return false;
  if (types.isMap(a)) {
    if (!types.isMap(b) || !equalMaps(a, b, options, stack)) return false;
  } else if (types.isSet(a)) {
    if (!types.isSet(b) || !equalSets(a, b, options, stack)) return false;
  }
  if (Array.isArray(a)) {
    if (a.length !== b.length) return false;
    if (options.strict && a.some((_, index) => index in a !== index in b)) return false;
  }
  return equalProperties(a, b, options, stack);
}

function bytes(view) {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}

function equalBytes(a, b) {
  return a.length === b.length && a.every((item, index) => item === b[index]);
}

function equalMaps(a, b, options, stack) {
  if (a.size !== b.size) return false;
  for (const [key, value] of a) {
    if (b.has(key)) {
      if (!compare(value, b.get(key), options, stack)) return false;
    } else if (![...b].some(([other, entry]) => compare(key, other, options, stack) && compare(value, entry, options, stack))) {
      return false;
    }
  }
  return true;
}

function equalSets(a, b, options, stack) {
  if (a.size !== b.size) return false;
  for (const value of a) {
    if (b.has(value)) continue;
    if (![...b].some((other) => compare(value, other, options, stack))) return false;
  }
  return true;
}

function equalProperties(a, b, options, stack) {
  const keys = new Set([...ownKeys(a), ...ownKeys(b)]);
  for (const key of keys) {
    const inA = Object.hasOwn(a, key);
    const inB = Object.hasOwn(b, key);
    if (options.strict && inA !== inB) return false;
    if (!compare(inA ? a[key] : undefined, inB ? b[key] : undefined, options, stack)) return false;
  }
  return true;
}

// `toMatchObject`: all that the expected has, wherever it is a plain object or an array.
export function matches(received, expected, options = {}) {
  return subset(received, expected, options, []);
}

function subset(a, b, options, stack) {
  if (isAsymmetric(b)) return Boolean(b.asymmetricMatch(a));
  if (b === null || typeof b !== 'object' || a === null || typeof a !== 'object') return compare(a, b, options, []);
  if (stack.some(([x, y]) => x === a && y === b)) return true;
  if (Array.isArray(b)) {
    if (!Array.isArray(a) || a.length !== b.length) return false;
    stack.push([a, b]);
    const same = b.every((item, index) => subset(a[index], item, options, stack));
    stack.pop();
    return same;
  }
  if (Object.prototype.toString.call(b) !== '[object Object]') return compare(a, b, options, []);
  stack.push([a, b]);
  const same = ownKeys(b).every((key) => key in a && subset(a[key], b[key], options, stack));
  stack.pop();
  return same;
}
