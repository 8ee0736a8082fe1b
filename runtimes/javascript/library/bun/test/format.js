// How values are written in differences and snapshots. Bun's way, which is nearly Jest's.
import * as util from 'node:util';

const { types } = util;

function keys(value) {
  const names = Object.keys(value).sort();
  const symbols = Object.getOwnPropertySymbols(value).filter((symbol) => Object.getOwnPropertyDescriptor(value, symbol).enumerable);
  return [...names, ...symbols];
}

function keyText(key) {
  return typeof key === 'symbol' ? `[Symbol(${key.description ?? ''})]` : JSON.stringify(key);
}

function functionText(value) {
  const text = Function.prototype.toString.call(value);
  if (/^class\b/.test(text)) return value.name ? `[class ${value.name}]` : '[class (anonymous)]';
  return value.name ? `[Function: ${value.name}]` : '[Function]';
}

export class Formatter {
  // In snapshots a string of several lines has its quotes on lines of their own.
  constructor({ snapshot = false } = {}) {
    this.snapshot = snapshot;
    this.stack = [];
  }

  string(value) {
    if (value.includes('\n')) return this.snapshot ? `\n"${value}"\n` : `"${value}"`;
    return this.snapshot ? `"${value}"` : JSON.stringify(value);
  }

  format(value, indent = '') {
    switch (typeof value) {
      case 'string':
        return this.string(value);
      case 'number':
        return Object.is(value, -0) ? '-0' : String(value);
      case 'bigint':
        return `${value}n`;
      case 'symbol':
        return `Symbol(${value.description ?? ''})`;
      case 'function':
        return functionText(value);
      case 'object':
        break;
      default:
        return String(value);
    }
    if (value === null) return 'null';
    if (this.stack.includes(value)) return '[Circular]';
    this.stack.push(value);
    try {
      return this.object(value, indent);
    } finally {
      this.stack.pop();
    }
  }

  object(value, indent) {
    if (typeof value.toAsymmetricMatcher === 'function' && '$$typeof' in value) return value.toAsymmetricMatcher();
    if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Date { NaN }' : value.toISOString();
    if (value instanceof RegExp) return String(value);
    if (value instanceof Error) return `[${value.name}: ${value.message}]`;
    if (types.isPromise(value)) return 'Promise {}';
    if (types.isWeakMap(value) || types.isWeakSet(value)) return `${value.constructor.name} {}`;
    if (value instanceof Number || value instanceof String || value instanceof Boolean) {
      return `[${value.constructor.name}: ${this.format(value.valueOf())}]`;
    }
    if (typeof Buffer === 'function' && Buffer.isBuffer(value)) return this.properties('', value.toJSON(), indent);
    const inner = `${indent}  `;
    if (Array.isArray(value)) return this.list('', value.map((item) => this.format(item, inner)), indent);
    if (ArrayBuffer.isView(value) && !(value instanceof DataView)) {
      return this.list(`${value.constructor.name} `, Array.from(value, (item) => this.format(item, inner)), indent);
    }
    if (types.isAnyArrayBuffer(value)) return this.list('ArrayBuffer ', Array.from(new Uint8Array(value), String), indent);
    if (types.isMap(value)) {
      return this.collection('Map', [...value].map(([key, item]) => `${this.format(key, inner)} => ${this.format(item, inner)}`), indent);
    }
    if (types.isSet(value)) return this.collection('Set', [...value].map((item) => this.format(item, inner)), indent);
    const name = Object.getPrototypeOf(value) === null ? '' : value.constructor?.name ?? '';
    return this.properties(name === 'Object' || name === '' ? '' : `${name} `, value, indent);
  }

  list(prefix, items, indent) {
    if (items.length === 0) return `${prefix}[]`;
    return `${prefix}[\n${items.map((item) => `${indent}  ${item},\n`).join('')}${indent}]`;
  }

  collection(name, items, indent) {
    if (items.length === 0) return `${name} {}`;
    const body = `${name} {\n${items.map((item) => `${indent}  ${item},\n`).join('')}${indent}}`;
    // Inside of another value Bun puts a collection on lines of its own.
    return this.stack.length > 1 ? `${name === 'Set' ? indent : ''}\n${body}\n` : body;
  }

  properties(prefix, value, indent) {
    const names = keys(value);
    if (names.length === 0) return `${prefix}{}`;
    const lines = names.map((key) => `${indent}  ${keyText(key)}: ${this.format(value[key], `${indent}  `)},\n`);
    return `${prefix}{\n${lines.join('')}${indent}}`;
  }
}

export function format(value) {
  return new Formatter().format(value);
}

export function formatSnapshot(value) {
  return new Formatter({ snapshot: true }).format(value);
}
