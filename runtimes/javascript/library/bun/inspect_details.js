// Values that `Bun.inspect` writes in a way of their own.
import * as util from 'node:util';

import { get_promise_details as getPromiseDetails } from 'native:internal/binding/util';

const { types } = util;

export function isProxyOf(value) {
  return types.isProxy?.(value) === true;
}

const STATES = ['pending', 'fulfilled', 'rejected'];

// `[state, result]` of a promise, which only the engine knows.
export function promiseDetails(promise) {
  const [state, result] = getPromiseDetails(promise);
  return [STATES[state], result];
}

export function promiseState(promise) {
  return promiseDetails(promise)[0];
}

const TYPED = Object.getPrototypeOf(Uint8Array.prototype);

function bytesText(name, values) {
  return `${name}(${values.length}) ${values.length === 0 ? '[]' : `[ ${values.join(', ')} ]`}`;
}

function sized(number) {
  return number < 1000 ? `${number} bytes` : `${(number / 1000).toFixed(2)} KB`.replace(/\.?0+ KB$/, ' KB');
}

function isA(value, name) {
  const constructor = globalThis[name];
  return typeof constructor === 'function' && value instanceof constructor;
}

const ITERATORS = new Map([['Map Iterator', 'MapIterator'], ['Set Iterator', 'SetIterator']]);

function pairs(writer, prefix, entries) {
  writer.block(prefix, entries.map(([key, item]) => () => {
    writer.value(key);
    writer.write(': ');
    writer.value(item);
  }));
  return true;
}

// Gives the text, or true when the writer has it already, or undefined for an ordinary object.
export function entriesOf(value, tag, writer) {
  switch (tag) {
    case 'Date':
      return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString();
    case 'RegExp':
      return RegExp.prototype.toString.call(value);
    case 'Number':
    case 'Boolean':
      return `[${tag}: ${value}]`;
    case 'String':
      return JSON.stringify(String(value));
    case 'Arguments':
      writer.array(Array.from(value));
      return true;
    case 'WeakMap':
    case 'WeakSet':
      return `${tag} {}`;
    case 'Promise': {
      const state = promiseState(value);
      return `Promise { <${state === 'fulfilled' ? 'resolved' : state}> }`;
    }
    default:
      break;
  }
  if (types.isMap(value)) {
    if (value.size === 0) return 'Map {}';
    return pairs(writer, `Map(${value.size}) `, [...Map.prototype.entries.call(value)]);
  }
  if (types.isSet(value)) {
    if (value.size === 0) return 'Set {}';
    writer.block(`Set(${value.size}) `, [...Set.prototype.values.call(value)].map((item) => () => writer.value(item)));
    return true;
  }
  const iterator = ITERATORS.get(tag);
  if (iterator) {
    const text = util.inspect(value, { depth: 0, breakLength: Infinity });
    return `${iterator} ${text.slice(text.indexOf('{'))}`;
  }
  if (ArrayBuffer.isView(value)) return viewText(value);
  if (types.isAnyArrayBuffer(value)) return bytesText(tag, [...new Uint8Array(value)]);
  return undefined;
}

function viewText(value) {
  if (value instanceof DataView) return bytesText('DataView', [...new Uint8Array(value.buffer, value.byteOffset, value.byteLength)]);
  if (typeof Buffer === 'function' && Buffer.isBuffer(value)) return util.inspect(value);
  const name = Reflect.get(TYPED, Symbol.toStringTag, value);
  return bytesText(name, Array.from(value, (item) => (typeof item === 'bigint' ? `${item}n` : String(item))));
}

const URL_FIELDS = ['href', 'origin', 'protocol', 'username', 'password', 'host', 'hostname', 'port', 'pathname', 'hash', 'search', 'searchParams'];
const PLATFORM = {
  Headers: (value, writer) => pairs(writer, 'Headers ', [...value.entries()]),
  URLSearchParams: (value, writer) => pairs(writer, 'URLSearchParams ', [...value.entries()]),
  FormData: (value, writer) => pairs(writer, 'FormData ', [...value.entries()]),
  URL: (value, writer) => writer.block('URL ', [
    ...URL_FIELDS.map((name) => () => named(writer, name, value[name])),
    ...['toJSON', 'toString'].map((name) => () => writer.write(`${name}: [Function: ${name}]`)),
  ]),
  Blob: (value, writer) => writer.write(blobText(value)),
  Response: (value, writer) => fields(value, writer, 'Response', ['ok', 'url', 'status', 'statusText', 'headers', 'redirected', 'bodyUsed']),
  Request: (value, writer) => fields(value, writer, 'Request', ['method', 'url', 'headers']),
  AbortSignal: (value, writer) => fields(value, writer, 'AbortSignal', ['aborted', 'reason', 'onabort']),
};

function fields(value, writer, name, names) {
  writer.block(`${name} `, names.map((field) => () => named(writer, field, field === 'onabort' ? (value[field] ?? null) : value[field])));
}

// Writes a value of the platform's classes; tells whether it is one.
export function platformText(value, writer) {
  for (const name of Object.keys(PLATFORM)) {
    // A file of Bun's is a Blob that shows itself.
    if (isA(value, name) && !(name === 'Blob' && typeof value.writer === 'function')) {
      PLATFORM[name](value, writer);
      return true;
    }
  }
  return false;
}

function named(writer, name, value) {
  writer.write(`${name}: `);
  writer.value(value, name);
}

export function blobText(blob) {
  const kind = isA(blob, 'File') ? 'File' : 'Blob';
  const type = blob.type ? ` {\n  type: ${JSON.stringify(blob.type)}\n}` : '';
  return `${kind} (${sized(blob.size)})${type}`;
}
