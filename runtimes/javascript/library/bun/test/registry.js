// What a test file declares: suites, tests and hooks.
import { inspect } from 'belljar:bun/inspect';
import { settings } from 'belljar:bun/test/context';

export class Suite {
  constructor(name, parent, mode) {
    this.name = name;
    this.parent = parent;
    this.mode = mode; // 'normal', 'skip', 'todo', 'only'
    this.children = [];
    this.hooks = { beforeAll: [], afterAll: [], beforeEach: [], afterEach: [] };
    this.body = undefined;
  }
}

class Test {
  constructor(name, parent, mode, body, options) {
    this.name = name;
    this.parent = parent;
    this.mode = mode;
    this.body = body;
    this.failing = options.failing === true;
    this.timeout = options.timeout;
    this.retry = options.retry;
    this.repeats = options.repeats ?? 0;
    this.args = options.args;
  }

  get path() {
    const names = [this.name];
    for (let suite = this.parent; suite?.parent; suite = suite.parent) names.unshift(suite.name);
    return names.filter((name, index) => name !== '' || index === names.length - 1);
  }
}

let root;
let suite;

export function beginFile() {
  root = new Suite('', undefined, 'normal');
  suite = root;
  return root;
}

export function endFile() {
  suite = undefined;
}

// The bodies of `describe` run when the file has been evaluated, one after the other.
export async function collect(target, onError) {
  for (const child of target.children) {
    if (!(child instanceof Suite)) continue;
    suite = child;
    try {
      await child.body?.();
    } catch (error) {
      onError(error);
    }
    suite = child;
    await collect(child, onError);
    suite = target;
  }
}

function place(what) {
  if (suite === undefined) {
    const message = settings.active
      ? `Cannot call ${what}() inside a test. Call it inside describe() instead.`
      : `Cannot use ${what} outside of the test runner. Run "bun test" to run tests.`;
    const error = new Error(message);
    Error.captureStackTrace?.(error, place);
    throw error;
  }
  return suite;
}

function nameOf(value) {
  if (typeof value === 'string') return value;
  if (typeof value === 'function') return value.name;
  if (typeof value === 'number') return String(value);
  return '';
}

function optionsOf(given) {
  return typeof given === 'number' ? { timeout: given } : (given ?? {});
}

// (name, fn, options?), (name, options, fn), (fn) as Bun takes them.
function split(what, args, needsBody) {
  let [name, body, options] = args;
  if (typeof name === 'function' && body === undefined) [name, body, options] = ['', name, undefined];
  if (typeof body !== 'function' && typeof options === 'function') [body, options] = [options, body];
  if (typeof body !== 'function' && needsBody) throw new TypeError(`${what} expects a function as the second argument`);
  const label = nameOf(name);
  return { name: label, body, options: optionsOf(options) };
}

function addTest(modes, args, extra = {}) {
  const mode = modes.todo ? 'todo' : modes.skip ? 'skip' : modes.only ? 'only' : 'normal';
  const { name, body, options } = split('test', args, mode === 'normal' || mode === 'only');
  const test = new Test(name === '' && typeof args[0] === 'function' ? '(unnamed)' : name, place('test'), mode, body, { ...options, ...extra, failing: modes.failing });
  test.parent.children.push(test);
}

function addSuite(modes, args, values) {
  const parent = place('describe');
  const { name, body } = split('describe', args, !modes.todo);
  const mode = modes.todo ? 'todo' : modes.skip ? 'skip' : modes.only ? 'only' : 'normal';
  const child = new Suite(name, parent, mode);
  child.body = body && (() => body(...(values ?? [])));
  parent.children.push(child);
}

function lookUp(row, path) {
  return path.split('.').reduce((value, key) => (value === null || value === undefined ? undefined : value[key]), row);
}

export function eachName(template, row, index) {
  const values = Array.isArray(row) ? [...row] : [row];
  let text = template;
  if (!Array.isArray(row) && row !== null && typeof row === 'object') {
    text = text.replace(/\$(#|[A-Za-z_][\w.]*)/g, (match, path) => {
      if (path === '#') return String(index);
      const value = lookUp(row, path);
      return value === undefined && !Object.hasOwn(row, path.split('.')[0]) ? match : typeof value === 'string' ? value : inspect(value);
    });
  }
  return text.replace(/%([sdifjoOpc#%])/g, (match, letter) => {
    if (letter === '%') return '%';
    if (letter === '#') return String(index);
    if (values.length === 0) return match;
    const value = values.shift();
    switch (letter) {
      case 's':
        return typeof value === 'object' && value !== null ? inspect(value, { depth: 1 }) : String(value);
      case 'd':
      case 'f':
        return String(Number(value));
      case 'i':
        return String(Math.trunc(Number(value)));
      case 'j':
        return JSON.stringify(value);
      case 'c':
        return '';
      default:
        return typeof value === 'string' ? value : inspect(value);
    }
  });
}

// A table written as a template: names in its first line, then rows of values.
function templateRows(strings, values) {
  const names = strings[0].split('|').map((name) => name.trim()).filter(Boolean);
  const rows = [];
  for (let index = 0; index + names.length <= values.length; index += names.length) {
    rows.push(Object.fromEntries(names.map((name, column) => [name, values[index + column]])));
  }
  return rows;
}

function each(add, modes) {
  return (table, ...values) => {
    const rows = Array.isArray(table?.raw) ? templateRows(table, values) : [...table];
    return (name, body, options) => {
      [body, options] = typeof body === 'function' ? [body, options] : [options, body];
      rows.forEach((row, index) => {
        const args = Array.isArray(row) ? row : [row];
        add(modes, [eachName(nameOf(name), row, index), body, options], args);
      });
    };
  };
}

const MODES = ['only', 'skip', 'todo', 'failing', 'concurrent', 'serial'];

// `test`, `test.only`, `test.skip.each`, ... Each is a function with the others on it.
function withModes(add, modes = {}) {
  const declare = (...args) => add(modes, args, undefined);
  for (const mode of MODES) {
    Object.defineProperty(declare, mode, { get: () => withModes(add, { ...modes, [mode]: true }), configurable: true });
  }
  const when = (mode, condition) => withModes(add, condition ? { ...modes, [mode]: true } : modes);
  declare.if = (condition) => when('skip', !condition);
  declare.skipIf = (condition) => when('skip', condition);
  declare.todoIf = (condition) => when('todo', condition);
  declare.failingIf = (condition) => when('failing', condition);
  declare.concurrentIf = () => withModes(add, modes);
  declare.serialIf = () => withModes(add, modes);
  declare.each = each(add, modes);
  return declare;
}

export const test = withModes((modes, args, values) => addTest(modes, args, { args: values }));
export const describe = withModes(addSuite);

function hook(name) {
  return (body, options) => {
    if (typeof body !== 'function') throw new TypeError(`${name} expects a function as the first argument`);
    place(name).hooks[name].push({ body, timeout: optionsOf(options).timeout });
  };
}

export const beforeAll = hook('beforeAll');
export const afterAll = hook('afterAll');
export const beforeEach = hook('beforeEach');
export const afterEach = hook('afterEach');
