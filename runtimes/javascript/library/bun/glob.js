// `Bun.Glob`.
import fs from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

import { expandBraces, pathMatcher } from 'belljar:internal/globs';

const MAGIC = /[*?[\]{}!\\]/;

function readOptions(given) {
  const options = typeof given === 'string' || given instanceof URL ? { cwd: given } : (given ?? {});
  const cwd = options.cwd instanceof URL ? fileURLToPath(options.cwd) : (options.cwd ?? process.cwd());
  return {
    root: path.resolve(cwd),
    dot: options.dot === true,
    absolute: options.absolute === true,
    followSymlinks: options.followSymlinks === true,
    throwOnBroken: options.throwErrorOnBrokenSymlink === true,
    onlyFiles: options.onlyFiles !== false,
  };
}

// The folders that a pattern names before its first wildcard: nothing outside of them can match.
function fixedPart(pattern) {
  const parts = pattern.split('/');
  const count = parts.findIndex((part) => MAGIC.test(part));
  return count < 0 ? parts.slice(0, -1) : parts.slice(0, count);
}

function* walk(folder, shown, options, depth, seen) {
  let entries;
  try {
    entries = fs.readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return;
    throw error;
  }
  for (const entry of entries) {
    if (!options.dot && entry.name.startsWith('.')) continue;
    const inner = path.join(folder, entry.name);
    const name = shown === '' ? entry.name : `${shown}/${entry.name}`;
    let isDirectory = entry.isDirectory();
    let isFile = !isDirectory;
    if (entry.isSymbolicLink()) {
      const stat = fs.statSync(inner, { throwIfNoEntry: false });
      if (!stat && options.throwOnBroken) throw Object.assign(new Error(`ENOENT: no such file or directory, stat '${inner}'`), { code: 'ENOENT' });
      isFile = stat === undefined || !stat.isDirectory();
      isDirectory = options.followSymlinks && stat?.isDirectory() === true;
      if (isDirectory) {
        const real = fs.realpathSync(inner);
        if (seen.has(real)) continue;
        seen.add(real);
      }
    }
    if (isFile || !options.onlyFiles) yield name;
    if (isDirectory && depth > 1) yield* walk(inner, name, options, depth - 1, seen);
  }
}

export class Glob {
  #pattern;
  #negated;
  #matches;

  constructor(pattern) {
    if (typeof pattern !== 'string') throw new TypeError('Glob.constructor: first argument is not a string');
    const marks = /^!*/.exec(pattern)[0];
    this.#negated = marks.length % 2 === 1;
    this.#pattern = pattern.slice(marks.length);
    this.#matches = pathMatcher(this.#pattern, true);
  }

  match(text) {
    if (typeof text !== 'string') throw new TypeError('Glob.matchString: first argument is not a string');
    return this.#matches(text) !== this.#negated;
  }

  *scanSync(given) {
    const options = readOptions(given);
    const found = new Set();
    for (const pattern of expandBraces(this.#pattern)) {
      const isAbsolute = pattern.startsWith('/');
      const fixed = fixedPart(pattern);
      // A name with a dot in the pattern is meant as it stands.
      const dot = options.dot || fixed.some((part) => part.startsWith('.')) || /(?:^|\/)\.[^./]/.test(pattern);
      const matches = pathMatcher(pattern.replace(/^\.\//, ''), dot);
      const rest = pattern.split('/').length - fixed.length;
      const depth = pattern.includes('**') ? Infinity : rest;
      const start = isAbsolute ? (fixed.join('/') || '/') : path.join(options.root, ...fixed);
      const shown = fixed.filter((part) => part !== '.').join('/');
      for (const name of walk(start, shown, { ...options, dot }, depth, new Set())) {
        if (!matches(name)) continue;
        const result = options.absolute && !isAbsolute ? path.join(options.root, name) : name;
        if (!found.has(result)) {
          found.add(result);
          yield result;
        }
      }
    }
  }

  async *scan(given) {
    yield* this.scanSync(given);
  }
}
