// node:test
import assert from 'node:assert';
import process from 'node:process';

import { MockTracker } from 'belljar:internal/test/mock';
import { dot, spec, tap } from 'belljar:internal/test/reporters';
import { failRunning, finishRoot, isOn, isShown, Node, onTopLevel, root, settings, start, trackerOf } from 'belljar:internal/test/tree';

const REPORTERS = { spec, tap, dot };
let reporter = spec;
let suite = root;
let hooked = false;
let began = 0;
let pending = '';

export function configure(options) {
  Object.assign(settings, options);
  if (options.reporter !== undefined) {
    if (!Object.hasOwn(REPORTERS, options.reporter)) throw new Error(`The test reporter '${options.reporter}' is not supported`);
    reporter = REPORTERS[options.reporter];
  }
}

function flush() {
  if (pending !== '') process.stdout.write(pending);
  pending = '';
}

// Results are written between turns, so that they do not stand in the middle of what tests print.
function write(text) {
  if (pending === '') setImmediate(flush);
  pending += text;
}

function walk(node, visit) {
  for (const child of node.children) {
    if (!isShown(child)) continue;
    walk(child, visit);
    visit(child);
  }
}

function summarize() {
  const counts = { tests: 0, suites: 0, pass: 0, fail: 0, cancelled: 0, skipped: 0, todo: 0 };
  const nodes = [];
  walk(root, (node) => {
    nodes.push(node);
    if (node.kind === 'suite') {
      counts.suites++;
      return;
    }
    counts.tests++;
    if (isOn(node.skipped)) counts.skipped++;
    else if (isOn(node.todo)) counts.todo++;
    else if (node.failure?.cancelled) counts.cancelled++;
    else counts[node.failure ? 'fail' : 'pass']++;
  });
  const failed = counts.fail + counts.cancelled > 0 || nodes.some((node) => node.isFailed) || root.failure !== undefined;
  return { counts: { ...counts, duration_ms: (performance.now() - began).toFixed(6) }, nodes, failed };
}

function hook() {
  if (hooked) return;
  hooked = true;
  began = performance.now();
  onTopLevel((node) => {
    if (isShown(node)) write(reporter.result(node));
  });
  process.on('uncaughtException', uncaught);
  process.on('unhandledRejection', uncaught);
  let finished = false;
  process.on('beforeExit', () => {
    if (finished) return;
    finished = true;
    finishRoot().then(conclude);
  });
  process.on('exit', () => {
    // The loop ran dry, or somebody ended the process, while tests were not done.
    if (!concluded) conclude();
  });
}

function uncaught(error) {
  if (!failRunning(error)) {
    root.failure ??= { reason: error };
    root.diagnostics.push(`Error: an error was thrown outside of a test: ${error?.message ?? error}`);
  }
}

let concluded = false;
function conclude() {
  concluded = true;
  cancelUnfinished(root);
  const { counts, nodes, failed } = summarize();
  pending += reporter.summary(counts, nodes, root.diagnostics);
  flush();
  if (failed) process.exitCode = 1;
}

function cancelUnfinished(node) {
  for (const child of node.children) {
    cancelUnfinished(child);
    if (child.begun && child.duration === 0 && !child.failure && !isOn(child.skipped)) {
      child.failure = { reason: 'Promise resolution is still pending but the event loop has already resolved', cancelled: true };
      child.duration = performance.now() - began;
      if (child.parent === root) pending += reporter.result(child);
    }
  }
}

// (name, options, fn), each of which may be absent.
function split(args) {
  let [name, options, body] = args;
  if (typeof name === 'function') [name, options, body] = [undefined, undefined, name];
  else if (name !== null && typeof name === 'object') [name, options, body] = [undefined, name, options];
  if (typeof options === 'function') [options, body] = [undefined, options];
  const given = body ?? (() => {});
  return { name: typeof name === 'string' && name !== '' ? name : (given.name || '<anonymous>'), options: options ?? {}, body: given };
}

class TestContext {
  #node;

  constructor(node) {
    this.#node = node;
  }

  get name() {
    return this.#node.name;
  }

  get fullName() {
    return this.#node.fullName.join(' > ');
  }

  get filePath() {
    return this.#node.location?.file;
  }

  get signal() {
    return this.#node.controller.signal;
  }

  get mock() {
    return trackerOf(this.#node);
  }

  get passed() {
    return this.#node.failure === undefined;
  }

  get error() {
    return this.#node.failure?.reason ?? null;
  }

  get assert() {
    const node = this.#node;
    const counted = {};
    for (const name of Object.keys(assert)) {
      if (typeof assert[name] !== 'function' || name === 'AssertionError' || name === 'strict') continue;
      counted[name] = (...args) => {
        if (node.planned) node.planned.seen++;
        return assert[name](...args);
      };
    }
    Object.defineProperty(this, 'assert', { value: counted });
    return counted;
  }

  test(...args) {
    if (this.#node.planned) this.#node.planned.seen++;
    return declare('test', args, {}, this.#node);
  }

  before(body, options) {
    this.#node.hooks.before.push({ body, options });
    return callNow(body, this);
  }

  after(body, options) {
    this.#node.hooks.after.push({ body, options });
  }

  beforeEach(body, options) {
    this.#node.hooks.beforeEach.push({ body, options });
  }

  afterEach(body, options) {
    this.#node.hooks.afterEach.push({ body, options });
  }

  plan(count) {
    if (this.#node.planned) throw new Error('cannot set plan more than once');
    this.#node.planned = { wanted: count, seen: 0 };
  }

  skip(message) {
    this.#node.skipped = message ?? true;
  }

  todo(message) {
    this.#node.todo = message ?? true;
  }

  diagnostic(message) {
    this.#node.diagnostics.push(message);
  }

  runOnly(value) {
    settings.onlyMode = Boolean(value);
  }

  async waitFor(condition, { interval = 50, timeout = 1000 } = {}) {
    const end = performance.now() + timeout;
    for (;;) {
      try {
        return await condition();
      } catch (cause) {
        if (performance.now() > end) throw Object.assign(new Error('waitFor() timed out', { cause }), { code: 'ERR_TEST_FAILURE' });
      }
      await new Promise((resolve) => setTimeout(resolve, interval));
    }
  }
}

// A hook that is declared while its test runs is due at once.
function callNow(body, context) {
  return body.call(context, context);
}

function declare(kind, args, modes, parent = suite) {
  hook();
  const { name, options, body } = split(args);
  const node = new Node({ kind, name, parent, options: { ...options, ...modes }, body });
  if (kind === 'test') {
    node.context = new TestContext(node);
    node.body = body.bind(node.context);
    Object.defineProperty(node.body, 'length', { value: body.length });
  } else {
    node.context = { name, signal: node.controller.signal, fullName: node.fullName.join(' > ') };
    collect(node, body);
  }
  start(node);
  return kind === 'test' ? node.done : Promise.resolve();
}

// The body of a suite declares; it runs at once, its tests when it is their turn.
function collect(node, body) {
  if (isOn(node.skipped)) return;
  const outer = suite;
  suite = node;
  try {
    const result = body.call(node.context, node.context);
    node.collected = result !== null && typeof result?.then === 'function' ? result : Promise.resolve();
    node.collected.catch(() => {});
  } catch (error) {
    node.collected = Promise.reject(error);
    node.collected.catch(() => {});
  } finally {
    suite = outer;
  }
}

function declarer(kind) {
  const make = (modes) => (...args) => declare(kind, args, modes);
  const declared = make({});
  declared.skip = make({ skip: true });
  declared.todo = make({ todo: true });
  declared.only = (...args) => {
    if (!settings.onlyMode && !root.diagnostics.includes(ONLY_NOTE)) root.diagnostics.push(ONLY_NOTE);
    return declare(kind, args, { only: true });
  };
  return declared;
}
const ONLY_NOTE = "'only' and 'runOnly' require the --test-only command-line option.";

export const test = declarer('test');
export const describe = declarer('suite');
export const it = test;
export { describe as suite };

const hookOf = (name) => (body, options) => {
  hook();
  suite.hooks[name].push({ body, options });
};
export const before = hookOf('before');
export const after = hookOf('after');
export const beforeEach = hookOf('beforeEach');
export const afterEach = hookOf('afterEach');

export const mock = new MockTracker();

export function run() {
  throw new Error('run() of node:test is not supported: use `node --test`');
}

export const snapshot = {
  setDefaultSnapshotSerializers() {},
  setResolveSnapshotPath() {},
};

Object.assign(test, { test, it, describe, suite: describe, before, after, beforeEach, afterEach, mock, run, snapshot, assert: { register() {} } });

export default test;
