// `.env` files, as Bun reads them (node's differ: no substitution, see `parseNodeEnvironment`).
import fs from 'node:fs';
import path from 'node:path';
import process from 'node:process';

const KEY = /^(?:export[ \t]+)?([A-Za-z_][\w.-]*)[ \t]*[=:][ \t]*/;

function skipLine(text, position) {
  const end = text.indexOf('\n', position);
  return end < 0 ? text.length : end + 1;
}

// The entries of a file in order: name, value as written, and the quote it stood in.
function* entries(text) {
  let position = 0;
  while (position < text.length) {
    const blank = /^[ \t\r\n]+/.exec(text.slice(position, position + 4096));
    if (blank) {
      position += blank[0].length;
      continue;
    }
    if (text[position] === '#') {
      position = skipLine(text, position);
      continue;
    }
    const lineEnd = skipLine(text, position);
    const key = KEY.exec(text.slice(position, lineEnd));
    if (!key) {
      position = lineEnd;
      continue;
    }
    position += key[0].length;
    const quote = text[position];
    if (quote === '"' || quote === "'" || quote === '`') {
      const close = closingQuote(text, position + 1, quote);
      const after = close < 0 ? '' : text.slice(close + 1, skipLine(text, close)).trim();
      if (close >= 0 && (after === '' || after.startsWith('#'))) {
        yield { name: key[1], value: text.slice(position + 1, close), quote };
        position = skipLine(text, close);
        continue;
      }
    }
    // The key's blanks may have run over the end of an empty value's line.
    const end = position >= lineEnd ? lineEnd : skipLine(text, position);
    let value = position >= lineEnd ? '' : text.slice(position, end);
    const comment = value.indexOf('#');
    if (comment >= 0) value = value.slice(0, comment);
    yield { name: key[1], value: value.trim(), quote: '' };
    position = end;
  }
}

function closingQuote(text, from, quote) {
  for (let position = from; position < text.length; position++) {
    if (text[position] === '\\' && quote === '"') position++;
    else if (text[position] === quote) return position;
  }
  return -1;
}

// `$NAME`, `${NAME}` and `${NAME:-default}`; a backslash keeps a dollar sign.
function substitute(value, look) {
  return value.replace(
    /\\\$|\$\{([A-Za-z_]\w*)(?::?-([^}]*))?\}|\$([A-Za-z_]\w*)/g,
    (match, braced, fallback, plain) => {
      if (match === '\\$') return '$';
      const found = look(braced ?? plain);
      if (found === undefined || found === '') return fallback ?? found ?? '';
      return found;
    },
  );
}

export function parseEnvironment(text, look = () => undefined) {
  const raw = new Map();
  for (const { name, value, quote } of entries(text.replace(/\r\n?/g, '\n'))) {
    raw.set(name, quote === '"' ? value.replace(/\\n/g, '\n').replace(/\\r/g, '\r').replace(/\\"/g, '"') : value);
  }
  // Names of the environment win over those of the file, in what they are replaced with as well.
  const resolving = new Set();
  const resolved = new Map();
  const resolve = (name) => {
    const outer = look(name);
    if (outer !== undefined) return outer;
    if (resolved.has(name)) return resolved.get(name);
    if (!raw.has(name) || resolving.has(name)) return undefined;
    resolving.add(name);
    const value = substitute(raw.get(name), resolve);
    resolving.delete(name);
    resolved.set(name, value);
    return value;
  };
  const result = {};
  for (const name of raw.keys()) result[name] = substitute(raw.get(name), resolve);
  return result;
}

export function parseNodeEnvironment(text) {
  const result = {};
  for (const { name, value, quote } of entries(text.replace(/\r\n?/g, '\n'))) {
    result[name] = quote === '"' ? value.replace(/\\n/g, '\n') : value;
  }
  return result;
}

function read(file) {
  // Most are not there, and an exception costs more than a look.
  if (!fs.existsSync(file)) return undefined;
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

// Bun's files, the strongest first. What the environment holds already stays.
export function loadEnvironment({ files, disabled = false, directory = process.cwd(), mode } = {}) {
  let names = files?.flatMap((list) => list.split(',')).filter(Boolean).reverse();
  if (!names) {
    if (disabled) return;
    const stage = mode ?? process.env.NODE_ENV;
    const suffix = stage === 'production' || stage === 'test' ? stage : 'development';
    names = [`.env.${suffix}.local`];
    if (suffix !== 'test') names.push('.env.local');
    names.push(`.env.${suffix}`, '.env');
  }
  const texts = [];
  for (const name of names) {
    const text = read(path.resolve(directory, name));
    if (text !== undefined) texts.push(text);
  }
  if (texts.length === 0) return;
  // Joined with the weakest first, so that a name that is set twice has the strongest value before
  // others refer to it.
  const outer = (name) => process.env[name];
  const values = parseEnvironment(texts.reverse().join('\n'), outer);
  for (const [name, value] of Object.entries(values)) {
    if (process.env[name] === undefined) process.env[name] = value;
  }
}

export function loadNodeEnvironment(file) {
  const text = fs.readFileSync(path.resolve(file), 'utf8');
  for (const [name, value] of Object.entries(parseNodeEnvironment(text))) {
    if (process.env[name] === undefined) process.env[name] = value;
  }
}
