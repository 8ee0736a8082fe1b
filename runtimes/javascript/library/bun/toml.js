// TOML 1.0, as `Bun.TOML.parse` and imports of `.toml` files need it.

class TomlError extends SyntaxError {}

const BARE = /[A-Za-z0-9_-]+/y;
const NUMBER = /[+-]?(?:0x[0-9a-fA-F_]+|0o[0-7_]+|0b[01_]+|(?:inf|nan)|\d[\d_]*(?:\.[\d_]+)?(?:[eE][+-]?[\d_]+)?)/y;
const DATE = /\d{4}-\d\d-\d\d(?:[Tt ]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)?)?|\d\d:\d\d:\d\d(?:\.\d+)?/y;
const ESCAPES = { b: '\b', t: '\t', n: '\n', f: '\f', r: '\r', e: '\u001b', '"': '"', '\\': '\\' };

class Parser {
  constructor(text) {
    this.text = text.replace(/\r\n/g, '\n');
    this.at = 0;
  }

  fail(message) {
    const line = this.text.slice(0, this.at).split('\n').length;
    throw new TomlError(`${message} (line ${line})`);
  }

  peek() {
    return this.text[this.at];
  }

  take(pattern) {
    pattern.lastIndex = this.at;
    const match = pattern.exec(this.text);
    if (match) this.at += match[0].length;
    return match?.[0];
  }

  blanks() {
    while (this.peek() === ' ' || this.peek() === '\t') this.at++;
  }

  // Blanks, ends of lines and comments.
  space() {
    for (;;) {
      const character = this.peek();
      if (character === '#') this.comment();
      else if (character === ' ' || character === '\t' || character === '\n') this.at++;
      else return;
    }
  }

  comment() {
    const end = this.text.indexOf('\n', this.at);
    this.at = end < 0 ? this.text.length : end;
  }

  lineEnd() {
    this.blanks();
    if (this.peek() === '#') this.comment();
    if (this.at < this.text.length && this.peek() !== '\n') this.fail(`Unexpected ${JSON.stringify(this.peek())}`);
  }

  expect(character) {
    if (this.peek() !== character) this.fail(`Expected ${JSON.stringify(character)}`);
    this.at++;
  }

  key() {
    const parts = [];
    do {
      if (parts.length > 0) this.at++;
      this.blanks();
      const quote = this.peek();
      const part = quote === '"' || quote === "'" ? this.string() : this.take(BARE);
      if (part === undefined) this.fail('Expected a key');
      parts.push(part);
      this.blanks();
    } while (this.peek() === '.');
    return parts;
  }

  string() {
    const quote = this.peek();
    const long = quote.repeat(3);
    if (this.text.startsWith(long, this.at)) return this.longString(quote, long);
    this.at++;
    let result = '';
    for (;;) {
      const character = this.text[this.at++];
      if (character === undefined || character === '\n') this.fail('Unterminated string');
      if (character === quote) return result;
      result += character === '\\' && quote === '"' ? this.escape() : character;
    }
  }

  longString(quote, long) {
    this.at += 3;
    if (this.peek() === '\n') this.at++;
    let result = '';
    for (;;) {
      if (this.at >= this.text.length) this.fail('Unterminated string');
      if (this.text.startsWith(long, this.at)) {
        // Up to two quotes may stand right before the end.
        let extra = 0;
        while (extra < 2 && this.text[this.at + 3 + extra] === quote) extra++;
        this.at += 3 + extra;
        return result + quote.repeat(extra);
      }
      const character = this.text[this.at++];
      if (character !== '\\' || quote === "'") {
        result += character;
      } else if (/^[ \t]*\n/.test(this.text.slice(this.at, this.at + 200))) {
        while (/\s/.test(this.peek() ?? '')) this.at++;
      } else {
        result += this.escape();
      }
    }
  }

  escape() {
    const character = this.text[this.at++];
    if (Object.hasOwn(ESCAPES, character)) return ESCAPES[character];
    const length = { x: 2, u: 4, U: 8 }[character];
    const digits = this.text.slice(this.at, this.at + (length ?? 0));
    if (length === undefined || !new RegExp(`^[0-9a-fA-F]{${length}}$`).test(digits)) this.fail('Invalid escape');
    this.at += length;
    const code = Number.parseInt(digits, 16);
    if (code > 0x10ffff) this.fail('Invalid escape');
    return String.fromCodePoint(code);
  }

  value() {
    const character = this.peek();
    if (character === '"' || character === "'") return this.string();
    if (character === '[') return this.array();
    if (character === '{') return this.inlineTable();
    if (this.text.startsWith('true', this.at)) return (this.at += 4), true;
    if (this.text.startsWith('false', this.at)) return (this.at += 5), false;
    const date = this.take(DATE);
    if (date !== undefined) return date;
    const number = this.take(NUMBER);
    if (number === undefined) this.fail('Expected a value');
    const bare = number.replaceAll('_', '');
    if (/inf$/.test(bare)) return bare.startsWith('-') ? -Infinity : Infinity;
    if (/nan$/.test(bare)) return NaN;
    return /^[+-]/.test(bare) ? Number(bare.slice(1)) * (bare[0] === '-' ? -1 : 1) : Number(bare);
  }

  array() {
    this.at++;
    const result = [];
    for (;;) {
      this.space();
      if (this.peek() === ']') break;
      result.push(this.value());
      this.space();
      if (this.peek() !== ',') break;
      this.at++;
    }
    this.expect(']');
    return result;
  }

  inlineTable() {
    this.at++;
    const result = {};
    for (;;) {
      this.space();
      if (this.peek() === '}') break;
      this.pair(result);
      this.space();
      if (this.peek() !== ',') break;
      this.at++;
    }
    this.expect('}');
    return result;
  }

  descend(table, keys) {
    let current = table;
    for (const key of keys) {
      if (!Object.hasOwn(current, key)) define(current, key, {});
      current = current[key];
      if (Array.isArray(current)) current = current.at(-1);
      if (current === null || typeof current !== 'object') this.fail(`Key ${JSON.stringify(key)} is no table`);
    }
    return current;
  }

  pair(table) {
    const keys = this.key();
    this.expect('=');
    this.blanks();
    const value = this.value();
    const owner = this.descend(table, keys.slice(0, -1));
    if (Object.hasOwn(owner, keys.at(-1))) this.fail(`Key ${JSON.stringify(keys.at(-1))} is defined twice`);
    define(owner, keys.at(-1), value);
  }

  document() {
    const root = {};
    let table = root;
    for (;;) {
      this.space();
      if (this.at >= this.text.length) return root;
      if (this.text.startsWith('[[', this.at)) {
        this.at += 2;
        const keys = this.key();
        this.expect(']');
        this.expect(']');
        const owner = this.descend(root, keys.slice(0, -1));
        if (!Object.hasOwn(owner, keys.at(-1))) define(owner, keys.at(-1), []);
        const list = owner[keys.at(-1)];
        if (!Array.isArray(list)) this.fail(`Key ${JSON.stringify(keys.at(-1))} is no array of tables`);
        table = {};
        list.push(table);
      } else if (this.peek() === '[') {
        this.at++;
        const keys = this.key();
        this.expect(']');
        table = this.descend(root, keys);
      } else {
        this.pair(table);
      }
      this.lineEnd();
    }
  }
}

// `__proto__` is a name like any other.
function define(table, key, value) {
  Object.defineProperty(table, key, { value, writable: true, enumerable: true, configurable: true });
}

export function parseToml(text) {
  return new Parser(text).document();
}
