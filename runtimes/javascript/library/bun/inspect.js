// `Bun.inspect`, and what `console.log` writes in a program of Bun's.
import { entriesOf, isProxyOf, platformText, promiseState } from 'belljar:bun/inspect_details';

const CUSTOM = Symbol.for('nodejs.util.inspect.custom');
const LINE_WIDTH = 80;
const MAX_ITEMS = 100;
const IDENTIFIER = /^[A-Za-z_$][\w$]*$/;

export function quote(text) {
  return JSON.stringify(text).replace(/\u007f/g, '\\x7F');
}

// An error is written with the lines of its source, which the module loader knows; it sets this.
let describeError = (error) => error.stack ?? String(error);
export function setErrorFormat(format) {
  describeError = format;
}

class Writer {
  constructor(options) {
    this.output = '';
    this.indent = 0;
    this.depth = 0;
    this.maxDepth = options.depth ?? 2;
    this.single = options.compact === true;
    this.sorted = options.sorted === true;
    this.options = options;
    this.stack = [];
    // How long the line is, roughly: what Bun estimates decides where lists are broken.
    this.line = 0;
  }

  resetLine() {
    this.line = this.indent * 2;
  }

  tooLong() {
    if (this.line <= LINE_WIDTH) return false;
    this.resetLine();
    return true;
  }

  write(text) {
    this.output += text;
  }

  newLine() {
    this.output += `\n${'  '.repeat(this.indent)}`;
  }

  plain(text) {
    this.line += text.length;
    this.output += text;
  }

  value(value) {
    switch (typeof value) {
      case 'string': {
        const quoted = quote(value);
        this.line += quoted.length - 2;
        this.output += quoted;
        return;
      }
      case 'number':
        this.plain(Object.is(value, -0) ? '-0' : String(value));
        return;
      case 'bigint':
        this.plain(`${value}n`);
        return;
      case 'symbol':
        this.plain(`Symbol(${value.description ?? ''})`);
        return;
      case 'undefined':
      case 'boolean':
        this.plain(String(value));
        return;
      default:
        if (value === null) this.plain('null');
        else this.object(value);
    }
  }

  object(value) {
    if (this.stack.includes(value)) {
      this.plain('[Circular]');
      return;
    }
    // The classes of the platform are written in JavaScript here and have node's way of showing
    // themselves, which is not Bun's.
    if (platformText(value, this)) return;
    if (!isProxyOf(value) && typeof value[CUSTOM] === 'function' && value[CUSTOM] !== inspect) {
      const result = value[CUSTOM](this.maxDepth - this.depth, { ...this.options, depth: this.maxDepth - this.depth }, inspect);
      if (result !== value) {
        if (typeof result === 'string') this.write(result.replaceAll('\n', `\n${'  '.repeat(this.indent)}`));
        else this.value(result);
        return;
      }
    }
    this.stack.push(value);
    try {
      this.compound(value);
    } finally {
      this.stack.pop();
    }
  }

  compound(value) {
    if (typeof value === 'function') {
      this.plain(functionText(value));
      return;
    }
    if (Array.isArray(value)) {
      this.array(value);
      return;
    }
    const tag = Object.prototype.toString.call(value).slice(8, -1);
    if (value instanceof Error || tag === 'Error') {
      this.write(describeError(value));
      this.resetLine();
      return;
    }
    const special = entriesOf(value, tag, this);
    if (special !== undefined) {
      if (special !== true) this.write(special);
      return;
    }
    this.properties(value, tag);
  }

  array(value) {
    const length = value.length;
    if (length === 0 && Object.keys(value).length === 0) {
      this.plain('[]');
      return;
    }
    let broken = !this.single && length > 10;
    this.indent++;
    this.depth++;
    this.line += 2;
    const open = (primitive) => {
      broken = !this.single && (broken || !primitive || this.tooLong());
      if (broken) {
        this.resetLine();
        this.write('[');
        this.newLine();
        this.line += 1;
      } else {
        this.write('[ ');
        this.line += 2;
      }
    };
    const separate = () => {
      this.write(',');
      this.line += 1;
      if (!this.single && this.tooLong()) {
        broken = true;
        this.newLine();
      } else {
        this.write(' ');
        this.line += 1;
      }
    };
    let first = true;
    let shown = 0;
    const next = (primitive) => {
      if (first) open(primitive);
      else separate();
      first = false;
    };
    for (let index = 0; index < length; ) {
      let end = index;
      while (end < length && !(end in value)) end++;
      if (end > index) {
        next(true);
        this.plain(end - index === 1 ? 'empty item' : `${end - index} x empty items`);
        index = end;
        continue;
      }
      if (shown >= MAX_ITEMS) {
        this.write(',');
        this.newLine();
        this.write(`... ${length - index} more items`);
        break;
      }
      const item = value[index++];
      next(isInline(item));
      this.value(item);
      shown++;
    }
    for (const key of Object.keys(value)) {
      if (/^\d+$/.test(key) && Number(key) < length) continue;
      next(true);
      this.write(`${keyText(key)}: `);
      this.value(value[key]);
    }
    this.indent--;
    this.depth--;
    if (broken) {
      this.resetLine();
      this.newLine();
      this.write(']');
      this.resetLine();
      this.line += 1;
    } else {
      this.write(' ]');
      this.line += 2;
    }
  }

  // A block of lines, or of one line where everything is to be on one.
  block(prefix, entries) {
    this.write(`${prefix}{`);
    if (entries.length === 0) {
      this.write('}');
      return;
    }
    this.indent++;
    this.depth++;
    entries.forEach((write, index) => {
      if (this.single) {
        this.write(index === 0 ? ' ' : ', ');
      } else {
        this.newLine();
      }
      this.resetLine();
      write();
      if (!this.single) this.write(',');
    });
    this.indent--;
    this.depth--;
    if (this.single) this.write(' ');
    else this.newLine();
    this.write('}');
    this.resetLine();
  }

  properties(value, tag) {
    if (this.depth > this.maxDepth) {
      this.plain('[Object ...]');
      return;
    }
    const prototype = Object.getPrototypeOf(value);
    let prefix = '';
    if (prototype === null) {
      prefix = '[Object: null prototype] ';
    } else {
      const constructor = constructorName(value);
      const name = constructor && constructor !== 'Object' ? constructor : tag !== 'Object' && tag !== 'Arguments' ? tag : '';
      if (name) prefix = `${name} `;
    }
    const entries = propertiesOf(value);
    if (this.sorted) entries.sort(([a], [b]) => (String(a) < String(b) ? -1 : 1));
    this.block(prefix, entries.map(([key, descriptor]) => () => this.property(key, descriptor)));
  }

  property(key, descriptor) {
    const label = typeof key === 'symbol' ? `[Symbol(${key.description ?? ''})]` : keyText(key);
    this.plain(`${label}: `);
    if (Object.hasOwn(descriptor, 'value')) {
      this.value(descriptor.value);
    } else {
      this.plain(descriptor.get ? (descriptor.set ? '[Getter/Setter]' : '[Getter]') : '[Setter]');
    }
  }
}

function isInline(value) {
  return (typeof value !== 'object' && typeof value !== 'function') || value === null || value instanceof RegExp;
}

function keyText(key) {
  return IDENTIFIER.test(key) ? key : quote(key);
}

function functionText(value) {
  const name = typeof value.name === 'string' ? value.name : '';
  // What can only be a class: its prototype cannot be replaced.
  if (Object.getOwnPropertyDescriptor(value, 'prototype')?.writable === false) {
    const parent = Object.getPrototypeOf(value);
    const extended = typeof parent === 'function' && parent !== Function.prototype && parent.name ? ` extends ${parent.name}` : '';
    return `[class ${name || '(anonymous)'}${extended}]`;
  }
  const kind = Object.prototype.toString.call(value).slice(8, -1);
  const known = ['AsyncFunction', 'GeneratorFunction', 'AsyncGeneratorFunction'].includes(kind) ? kind : 'Function';
  return name ? `[${known}: ${name}]` : `[${known}]`;
}

function constructorName(value) {
  for (let owner = value; owner !== null; owner = Object.getPrototypeOf(owner)) {
    const descriptor = Object.getOwnPropertyDescriptor(owner, 'constructor');
    if (owner !== value && typeof descriptor?.value === 'function') return descriptor.value.name;
  }
  return '';
}

// Own properties, then those of the prototypes: Bun shows methods and getters as well.
function propertiesOf(value) {
  const found = new Map();
  for (let owner = value; owner !== null && owner !== Object.prototype; owner = Object.getPrototypeOf(owner)) {
    for (const key of Reflect.ownKeys(owner)) {
      if (found.has(key) || (key === 'constructor' && owner !== value) || key === Symbol.toStringTag) continue;
      if (key === '__proto__' && owner !== value) continue;
      let descriptor;
      try {
        descriptor = Reflect.getOwnPropertyDescriptor(owner, key);
      } catch {
        continue;
      }
      if (descriptor) found.set(key, descriptor);
    }
  }
  return [...found];
}

export function inspect(value, options = {}) {
  const settings = options !== null && typeof options === 'object' ? options : {};
  const writer = new Writer({ depth: settings.depth === null ? Infinity : (settings.depth ?? 8), compact: settings.compact, sorted: settings.sorted });
  writer.value(value);
  return writer.output;
}
inspect.custom = CUSTOM;

// The primitives of a line of output are written as they are.
function topLevel(value, depth) {
  if (typeof value === 'string') return value;
  if (value instanceof String || value instanceof Number || value instanceof Boolean) {
    return value instanceof String ? `[String: ${quote(String(value))}]` : `[${value instanceof Number ? 'Number' : 'Boolean'}: ${value}]`;
  }
  const writer = new Writer({ depth });
  writer.value(value);
  return writer.output;
}

function substitute(letter, value, depth) {
  switch (letter) {
    case 's':
      return typeof value === 'function' ? topLevel(value, depth) : Object.is(value, -0) ? '0' : String(value);
    case 'd':
    case 'i': {
      if (typeof value === 'bigint') return String(value);
      const number = typeof value === 'symbol' ? NaN : Number(value);
      return String(Math.trunc(number));
    }
    case 'f':
      return String(typeof value === 'symbol' ? NaN : Number(value));
    case 'j':
      return JSON.stringify(value) ?? 'undefined';
    case 'o':
    case 'O':
      return topLevel(typeof value === 'string' ? { value }.value : value, depth);
    default:
      return '';
  }
}

// What `console.log(...values)` writes, without the end of the line.
export function formatLog(values, { depth = 2, margin = '' } = {}) {
  const show = (value) => {
    const text = topLevel(value, depth);
    return margin === '' || typeof value === 'string' ? text : text.replaceAll('\n', `\n${margin}`);
  };
  if (values.length === 1) return show(values[0]);
  const parts = [];
  for (let index = 0; index < values.length; index++) {
    const value = values[index];
    if (typeof value !== 'string' || index + 1 >= values.length || !value.includes('%')) {
      parts.push(show(value));
      continue;
    }
    parts.push(value.replace(/%([sdifjoOc%])/g, (match, letter) => {
      if (letter === '%') return '%';
      if (index + 1 >= values.length) return match;
      return substitute(letter, values[++index], depth);
    }));
  }
  return parts.join(' ');
}

export { promiseState };
