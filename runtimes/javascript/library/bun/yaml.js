// `Bun.YAML`: YAML 1.2 as configuration files use it.
import { blockScalar, foldLines, resolvePlain, unescape, YamlError } from 'belljar:bun/yaml_scalars';

// Aliases share what they stand for, so the depth of nesting is what has to have an end.
const MAX_DEPTH = 500;

function define(object, key, value) {
  Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
}

function keyText(key) {
  return typeof key === 'object' && key !== null ? JSON.stringify(key) : String(key);
}

function isBreak(character) {
  return character === undefined || character === '\n';
}

class Parser {
  constructor(text) {
    this.text = text;
    this.at = 0;
    this.anchors = new Map();
    this.depth = 0;
  }

  fail(message = 'Unexpected token') {
    throw new YamlError(message);
  }

  peek(offset = 0) {
    return this.text[this.at + offset];
  }

  column() {
    return this.at - (this.text.lastIndexOf('\n', this.at - 1) + 1);
  }

  // Blanks, comments and ends of lines. Tells whether a line ended.
  space() {
    let ended = false;
    for (;;) {
      const character = this.peek();
      if (character === ' ' || character === '\t') {
        this.at++;
      } else if (character === '\n') {
        ended = true;
        this.at++;
      } else if (character === '#' && (this.at === 0 || /\s/.test(this.text[this.at - 1]))) {
        while (!isBreak(this.peek())) this.at++;
      } else {
        return ended;
      }
    }
  }

  blanks() {
    while (this.peek() === ' ' || this.peek() === '\t') this.at++;
  }

  marker() {
    return this.column() === 0 && /^(?:---|\.\.\.)(?:\s|$)/.test(this.text.slice(this.at, this.at + 4));
  }

  ended() {
    return this.at >= this.text.length || this.marker();
  }

  documents() {
    const documents = [];
    let explicit = false;
    for (;;) {
      this.space();
      while (this.peek() === '%' && this.column() === 0) {
        while (!isBreak(this.peek())) this.at++;
        this.space();
      }
      if (this.marker() && this.text.startsWith('---', this.at)) {
        explicit = true;
        this.at += 3;
        this.space();
      } else if (this.marker()) {
        this.at += 3;
        this.space();
        explicit = false;
        continue;
      }
      if (this.at >= this.text.length && !explicit) break;
      this.anchors.clear();
      documents.push(this.ended() ? null : this.block(-1));
      this.space();
      if (!this.ended()) this.fail();
      explicit = false;
      if (this.at >= this.text.length) break;
    }
    return documents;
  }

  properties() {
    const found = {};
    for (;;) {
      const mark = this.peek();
      if (mark === '&') {
        this.at++;
        found.anchor = this.word();
      } else if (mark === '!') {
        found.tag = this.word();
      } else {
        return found;
      }
      const line = this.at;
      this.space();
      found.broke ||= this.text.slice(line, this.at).includes('\n');
    }
  }

  word() {
    const match = /[^\s,[\]{}]+/y;
    match.lastIndex = this.at;
    const word = match.exec(this.text)?.[0];
    if (word === undefined) this.fail();
    this.at += word.length;
    return word;
  }

  // A node whose lines are indented by more than `indent`.
  block(indent, { compact = false } = {}) {
    if (++this.depth > MAX_DEPTH) this.fail('Too deeply nested');
    try {
      return this.node(indent, compact);
    } finally {
      this.depth--;
    }
  }

  node(indent, compact) {
    const start = this.at;
    const properties = this.properties();
    const finish = (value) => {
      const typed = properties.tag ? applyTag(properties.tag, value, this) : value;
      if (properties.anchor) this.anchors.set(properties.anchor, typed);
      return typed;
    };
    if (this.ended() || (properties.broke && this.column() <= indent)) return finish(null);
    const column = this.column();
    const character = this.peek();
    if (character === '-' && /\s/.test(this.peek(1) ?? ' ') && !(compact && !properties.broke)) return finish(this.sequence(column));
    if (character === '|' || character === '>') return finish(this.blockText(indent));
    if (character === '?' && /\s/.test(this.peek(1) ?? ' ')) return finish(this.mapping(column));
    // A key of one line is looked for first: properties before it are the key's own.
    if (!(compact && !properties.broke)) {
      const place = this.at;
      if (properties.anchor !== undefined && !properties.broke && this.isKey()) {
        this.at = start;
        return this.mapping(this.column());
      }
      this.at = place;
      if (this.isKey()) return finish(this.mapping(column));
    }
    return finish(this.flowOrScalar(indent));
  }

  flowOrScalar(indent) {
    const character = this.peek();
    if (character === '*') {
      this.at++;
      const name = this.word();
      if (!this.anchors.has(name)) this.fail('Unresolved alias');
      return this.anchors.get(name);
    }
    if (character === '[' || character === '{') {
      const value = this.flow();
      return value;
    }
    if (character === '"' || character === "'") return this.quoted();
    return this.plain(indent);
  }

  // Whether an implicit key stands here: a scalar or a flow collection, then a colon, on one line.
  isKey() {
    const place = this.at;
    try {
      const character = this.peek();
      if (character === '&' || character === '!') this.properties();
      const begin = this.at;
      if (this.peek() === '"' || this.peek() === "'") this.quoted();
      else if (this.peek() === '[' || this.peek() === '{') this.flow();
      else if (this.peek() === '*') this.word();
      else this.plainLine();
      if (this.text.slice(begin, this.at).includes('\n')) return false;
      this.blanks();
      return this.peek() === ':' && /\s/.test(this.peek(1) ?? '\n');
    } catch (error) {
      if (error instanceof YamlError) return false;
      throw error;
    } finally {
      this.at = place;
    }
  }

  sequence(column) {
    const items = [];
    while (!this.ended() && this.column() === column && this.peek() === '-' && /\s/.test(this.peek(1) ?? ' ')) {
      this.at++;
      const ended = this.space();
      if (this.ended() || (ended && this.column() <= column)) items.push(null);
      else items.push(this.block(column));
      this.space();
      if (!this.ended() && this.column() > column) this.fail();
    }
    return items;
  }

  mapping(column) {
    const result = {};
    const merged = [];
    while (!this.ended() && this.column() === column) {
      if (this.peek() === '\t') this.fail();
      let key;
      if (this.peek() === '?' && /\s/.test(this.peek(1) ?? ' ')) {
        this.at++;
        this.space();
        key = this.block(column);
        this.space();
        if (this.peek() !== ':' || this.column() !== column) {
          define(result, keyText(key), null);
          continue;
        }
      } else {
        if (!this.isKey()) this.fail();
        key = this.key();
      }
      this.blanks();
      this.at++;
      const value = this.valueAfterColon(column);
      if (key === '<<') merged.push(value);
      else define(result, keyText(key), value);
      this.space();
      if (!this.ended() && this.column() > column) this.fail();
    }
    for (const source of merged.flat()) {
      for (const [name, value] of Object.entries(source ?? {})) if (!Object.hasOwn(result, name)) define(result, name, value);
    }
    return result;
  }

  key() {
    const { anchor } = this.properties();
    let key;
    if (this.peek() === '"' || this.peek() === "'") key = this.quoted();
    else if (this.peek() === '[' || this.peek() === '{' || this.peek() === '*') key = this.flowOrScalar(-1);
    else key = this.plainLine() === '<<' ? '<<' : this.lastPlain;
    if (anchor) this.anchors.set(anchor, key);
    return key;
  }

  valueAfterColon(column) {
    const ended = this.space();
    if (this.ended()) return null;
    if (!ended) return this.block(column, { compact: true });
    // A list may stand right below its key.
    if (this.column() === column && this.peek() === '-' && /\s/.test(this.peek(1) ?? ' ')) return this.block(column - 1);
    return this.column() > column ? this.block(column) : null;
  }

  plainLine(inFlow = false) {
    const begin = this.at;
    const first = this.peek();
    if (isBreak(first) || ',[]{}#&*!|>\'"%@`'.includes(first)) this.fail();
    if ('-?:'.includes(first) && (/\s/.test(this.peek(1) ?? ' ') || (inFlow && ',[]{}'.includes(this.peek(1))))) this.fail();
    while (!isBreak(this.peek())) {
      const character = this.peek();
      const next = this.peek(1);
      if (character === ':' && (next === undefined || /\s/.test(next) || (inFlow && ',[]{}'.includes(next)))) break;
      if (character === '#' && /\s/.test(this.text[this.at - 1] ?? ' ')) break;
      if (inFlow && ',[]{}'.includes(character)) break;
      this.at++;
    }
    while (this.at > begin && /[ \t]/.test(this.text[this.at - 1])) this.at--;
    this.lastPlain = this.text.slice(begin, this.at);
    return this.lastPlain;
  }

  // A plain scalar may go on over lines that are indented more.
  plain(indent) {
    let text = this.plainLine();
    if (this.followedByColon()) this.fail();
    for (;;) {
      const place = this.at;
      this.blanks();
      if (!isBreak(this.peek()) || this.at >= this.text.length) {
        this.at = place;
        break;
      }
      const breaks = /\n(?:[ \t]*\n)*/y;
      breaks.lastIndex = this.at;
      const gap = breaks.exec(this.text)[0];
      this.at += gap.length;
      this.blanks();
      if (this.at >= this.text.length || this.column() <= indent || this.marker() || this.peek() === '#' || this.isKey()) {
        this.at = place;
        break;
      }
      text += gap + this.plainLine();
      if (this.followedByColon()) this.fail();
    }
    return text.includes('\n') ? foldLines(text) : resolvePlain(text);
  }

  followedByColon() {
    return this.peek() === ':' && /\s/.test(this.peek(1) ?? '\n');
  }

  quoted() {
    const quote = this.peek();
    const begin = ++this.at;
    for (; this.at < this.text.length; this.at++) {
      const character = this.peek();
      if (character === '\\' && quote === '"') this.at++;
      else if (character === quote && quote === "'" && this.peek(1) === "'") this.at++;
      else if (character === quote) {
        const text = this.text.slice(begin, this.at++);
        return quote === '"' ? unescape(text) : foldLines(text).replaceAll("''", "'");
      }
    }
    return this.fail('Unexpected EOF');
  }

  blockText(indent) {
    const style = this.text[this.at++];
    const header = /[-+0-9]{0,2}/y;
    header.lastIndex = this.at;
    const marks = header.exec(this.text)[0];
    this.at += marks.length;
    this.blanks();
    if (this.peek() === '#') while (!isBreak(this.peek())) this.at++;
    if (!isBreak(this.peek())) this.fail();
    this.at++;
    const given = /\d/.exec(marks)?.[0];
    let margin = given === undefined ? undefined : Math.max(indent, 0) + Number(given);
    const lines = [];
    while (this.at < this.text.length) {
      const end = this.text.indexOf('\n', this.at);
      const line = this.text.slice(this.at, end < 0 ? this.text.length : end);
      const width = /^ */.exec(line)[0].length;
      if (line.trim() !== '' || (margin !== undefined && width > margin)) {
        margin ??= width;
        if (width < margin || width <= indent) break;
        lines.push(line.slice(margin));
      } else {
        lines.push('');
      }
      this.at = end < 0 ? this.text.length : end + 1;
    }
    return blockScalar(lines, style, /[-+]/.exec(marks)?.[0]);
  }

  flow() {
    if (++this.depth > MAX_DEPTH) this.fail('Too deeply nested');
    const isList = this.peek() === '[';
    const close = isList ? ']' : '}';
    const result = isList ? [] : {};
    this.at++;
    for (;;) {
      this.space();
      if (this.peek() === close) break;
      const key = this.peek() === ':' ? null : this.flowNode();
      this.space();
      if (this.peek() === ':') {
        this.at++;
        this.space();
        const value = this.peek() === ',' || this.peek() === close ? null : this.flowNode();
        if (isList) result.push({ [keyText(key)]: value });
        else define(result, keyText(key), value);
      } else if (isList) {
        result.push(key);
      } else {
        define(result, keyText(key), null);
      }
      this.space();
      if (this.peek() === ',') this.at++;
      else if (this.peek() !== close) this.fail();
    }
    this.at++;
    this.depth--;
    return result;
  }

  flowNode() {
    const { anchor, tag } = this.properties();
    const character = this.peek();
    let value;
    if (character === ',' || character === ']' || character === '}') value = null;
    else if ('[{"\'*'.includes(character)) value = this.flowOrScalar(-1);
    else value = resolvePlain(this.plainLine(true));
    if (tag) value = applyTag(tag, value, this);
    if (anchor) this.anchors.set(anchor, value);
    return value;
  }
}

function applyTag(tag, value, parser) {
  if (tag === '!!str' || tag === '!') return value === null ? '' : typeof value === 'string' ? value : (parser.lastPlain ?? String(value));
  if (tag === '!!int' || tag === '!!float') return Number(value);
  return value;
}

export function parseYaml(input) {
  const text = (typeof input === 'string' ? input : input instanceof Blob ? '' : new TextDecoder().decode(input)).replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n');
  const documents = new Parser(text).documents();
  return documents.length > 1 ? documents : (documents[0] ?? null);
}

const SAFE = /^[A-Za-z_/.][\w ./-]*$/;
const RESERVED = /^(?:true|false|null|yes|no|on|off|y|n|~|\.inf|\.nan)$/i;

function scalarText(value) {
  if (typeof value !== 'string') return Object.is(value, -0) ? '-0' : Number.isNaN(value) ? '.nan' : value === Infinity ? '.inf' : value === -Infinity ? '-.inf' : String(value);
  return SAFE.test(value) && !RESERVED.test(value) && value.trim() === value ? value : JSON.stringify(value);
}

function isSkipped(value) {
  return value === undefined || typeof value === 'function' || typeof value === 'symbol';
}

function write(value, step, margin, seen) {
  if (value === null || typeof value !== 'object') return scalarText(value);
  if (value instanceof Date) return JSON.stringify(value.toISOString());
  if (seen.includes(value)) throw new TypeError('Converting circular structure to YAML');
  const path = [...seen, value];
  const entries = Array.isArray(value)
    ? value.map((item) => [undefined, isSkipped(item) ? null : item])
    : Object.entries(value).filter(([, item]) => !isSkipped(item));
  if (step === '') {
    const inner = entries.map(([key, item]) => (key === undefined ? '' : `${scalarText(key)}: `) + write(item, '', '', path)).join(',');
    return Array.isArray(value) ? `[${inner}]` : `{${inner}}`;
  }
  if (entries.length === 0) return Array.isArray(value) ? '[]' : '{}';
  return entries.map(([key, item]) => {
    const nested = item !== null && typeof item === 'object' && !(item instanceof Date);
    if (key === undefined) return `- ${write(item, step, `${margin}  `, path)}`;
    return `${scalarText(key)}: ${nested ? `\n${margin}${step}` : ''}${write(item, step, margin + (nested ? step : ''), path)}`;
  }).join(`\n${margin}`);
}

export function stringifyYaml(value, _replacer, space) {
  if (isSkipped(value)) return undefined;
  const step = typeof space === 'number' ? ' '.repeat(Math.min(space, 10)) : typeof space === 'string' ? space : '';
  return write(value, step, '', []);
}
