// `Headers`, as the Fetch standard has it, with Bun's additions.
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const MULTIPLE = 'set-cookie';

function checkName(name) {
  const text = String(name);
  if (!TOKEN.test(text)) throw new TypeError(`Invalid header name: '${text}'`);
  return text.toLowerCase();
}

function checkValue(name, value) {
  const text = String(value).replace(/^[\t\n\r ]+|[\t\n\r ]+$/g, '');
  if (/[\0\r\n]|[^\0-\u00ff]/.test(text)) throw new TypeError(`Header '${name}' has invalid value: '${text}'`);
  return text;
}

export class Headers {
  // name -> its values, in the order in which they were set
  #values = new Map();

  constructor(init) {
    if (init === undefined || init === null) return;
    if (typeof init !== 'object' && typeof init !== 'function') throw new TypeError('Headers constructor: the initial value must be an object');
    if (init instanceof Headers) {
      for (const [name, values] of init.#values) this.#values.set(name, values.slice());
    } else if (typeof init[Symbol.iterator] === 'function') {
      for (const pair of init) {
        const entry = [...pair];
        if (entry.length !== 2) throw new TypeError('Headers constructor: expected name/value pairs');
        this.append(entry[0], entry[1]);
      }
    } else {
      for (const name of Reflect.ownKeys(init)) {
        if (typeof name === 'symbol') throw new TypeError('Cannot convert a Symbol value to a string');
        if (Object.getOwnPropertyDescriptor(init, name)?.enumerable) this.append(name, init[name]);
      }
    }
  }

  // For our own server: names and values in turn, as they came over the wire and are known to be sound.
  static fromWire(pairs) {
    const headers = new Headers();
    const values = headers.#values;
    for (let index = 0; index < pairs.length; index += 2) {
      const name = pairs[index].toLowerCase();
      const list = values.get(name);
      if (list === undefined) values.set(name, [pairs[index + 1]]);
      else list.push(pairs[index + 1]);
    }
    return headers;
  }

  append(name, value) {
    const key = checkName(name);
    const text = checkValue(name, value);
    const list = this.#values.get(key);
    if (list === undefined) this.#values.set(key, [text]);
    else list.push(text);
  }

  set(name, value) {
    const key = checkName(name);
    this.#values.set(key, [checkValue(name, value)]);
  }

  get(name) {
    const key = checkName(name);
    const list = this.#values.get(key);
    if (list === undefined) return null;
    return list.length === 1 ? list[0] : list.join(key === 'cookie' ? '; ' : ', ');
  }

  has(name) {
    return this.#values.has(checkName(name));
  }

  delete(name) {
    this.#values.delete(checkName(name));
  }

  getSetCookie() {
    return (this.#values.get(MULTIPLE) ?? []).slice();
  }

  getAll(name) {
    if (checkName(name) !== MULTIPLE) throw new TypeError('Only "set-cookie" is supported.');
    return this.getSetCookie();
  }

  *entries() {
    // Sorted by name; what may not be joined comes one by one.
    for (const name of [...this.#values.keys()].sort()) {
      if (!this.#values.has(name)) continue;
      if (name === MULTIPLE) for (const value of this.#values.get(name)) yield [name, value];
      else yield [name, this.get(name)];
    }
  }

  *keys() {
    for (const [name] of this.entries()) yield name;
  }

  *values() {
    for (const [, value] of this.entries()) yield value;
  }

  forEach(callback, self) {
    if (typeof callback !== 'function') throw new TypeError('Headers.forEach: the callback must be a function');
    for (const [name, value] of this.entries()) callback.call(self, value, name, this);
  }

  get count() {
    return this.#values.size;
  }

  toJSON() {
    const result = {};
    for (const [name, values] of this.#values) result[name] = name === MULTIPLE ? values.slice() : this.get(name);
    return result;
  }

  get [Symbol.toStringTag]() {
    return 'Headers';
  }

  [Symbol.for('nodejs.util.inspect.custom')](depth, options, inspect) {
    return `Headers ${inspect(Object.fromEntries(this.entries()), { ...options, depth })}`;
  }

  // For our own server: what is to be sent, in the order in which it was set, without sorting it.
  *lines() {
    for (const [name, values] of this.#values) {
      if (name === MULTIPLE) for (const value of values) yield [name, value];
      else yield [name, values.length === 1 ? values[0] : values.join(', ')];
    }
  }
}
Object.defineProperty(Headers.prototype, Symbol.iterator, { value: Headers.prototype.entries, writable: true, configurable: true });
for (const name of ['append', 'set', 'get', 'has', 'delete', 'getSetCookie', 'entries', 'keys', 'values', 'forEach']) {
  Object.defineProperty(Headers.prototype, name, { enumerable: true });
}
for (const name of ['lines', 'getAll', 'count', 'toJSON']) Object.defineProperty(Headers.prototype, name, { enumerable: false });
