// The tests of node:test: declared as a tree, run one after the other, each with its hooks.
import process from 'node:process';

import { MockTracker } from 'belljar:internal/test/mock';

export const settings = { patterns: [], skipPatterns: [], onlyMode: false, timeout: Infinity };

class Failure {
  constructor(reason, { cancelled = false, subtests = false } = {}) {
    this.reason = reason;
    this.cancelled = cancelled;
    this.subtests = subtests;
  }
}

// Where in the user's file something was declared.
function location() {
  const holder = {};
  if (Error.captureStackTrace) Error.captureStackTrace(holder, location);
  const stack = String(holder.stack ?? new Error('here').stack).split('\n');
  for (const line of stack) {
    if (/\b(?:node|belljar|layer|native):/.test(line)) continue;
    const found = /(?:file:\/\/)?(\/[^()]*?):(\d+)(?::(\d+))?\)?$/.exec(line);
    if (found) return { file: found[1], line: Number(found[2]), column: Number(found[3] ?? 1) };
  }
  return undefined;
}

function number(value, name) {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'number' || Number.isNaN(value)) throw Object.assign(new TypeError(`The "options.${name}" property must be of type number.`), { code: 'ERR_INVALID_ARG_TYPE' });
  return value;
}

export class Node {
  constructor({ kind, name, parent, options = {}, body }) {
    this.kind = kind; // 'root', 'suite', 'test'
    this.name = name;
    this.parent = parent;
    this.options = options;
    this.body = body;
    this.children = [];
    this.hooks = { before: [], after: [], beforeEach: [], afterEach: [] };
    this.skipped = options.skip;
    this.todo = options.todo;
    this.only = options.only === true;
    this.timeout = number(options.timeout, 'timeout') ?? settings.timeout;
    this.planned = options.plan === undefined ? undefined : { wanted: options.plan, seen: 0 };
    this.diagnostics = [];
    this.failure = undefined;
    this.duration = 0;
    this.location = parent ? location() : undefined;
    this.controller = new AbortController();
    this.done = new Promise((resolve) => {
      this.finish = resolve;
    });
    this.begun = false;
  }

  get fullName() {
    const names = [this.name];
    for (let node = this.parent; node && node.kind !== 'root'; node = node.parent) names.unshift(node.name);
    return names;
  }

  get isFailed() {
    return this.failure !== undefined && !this.todo;
  }

  get depth() {
    let depth = 0;
    for (let node = this.parent; node && node.kind !== 'root'; node = node.parent) depth++;
    return depth;
  }
}

function callBody(body, args, { timeout, signal, node }) {
  return new Promise((resolve, reject) => {
    let timer;
    const settle = (end) => (value) => {
      if (timer !== undefined) clearTimeout(timer);
      signal?.removeEventListener('abort', aborted);
      running.delete(node);
      end(value);
    };
    const done = settle(resolve);
    const failed = settle((error) => reject(error instanceof Failure ? error : new Failure(error)));
    const aborted = () => failed(new Failure(signal.reason, { cancelled: true }));
    running.set(node, failed);
    if (timeout !== Infinity) {
      timer = setTimeout(() => {
        node.controller.abort(new DOMException('This operation was aborted', 'AbortError'));
        failed(new Failure(`test timed out after ${timeout}ms`, { cancelled: true }));
      }, timeout);
    }
    if (signal?.aborted) {
      aborted();
      return;
    }
    signal?.addEventListener('abort', aborted);
    try {
      const takesCallback = body.length > args.length;
      const result = takesCallback ? body(...args, (error) => (error ? failed(error) : done())) : body(...args);
      if (result !== null && typeof result?.then === 'function') {
        if (takesCallback) failed(new Failure('passed a callback but also returned a Promise'));
        else result.then(done, failed);
      } else if (!takesCallback) {
        done();
      }
    } catch (error) {
      failed(error);
    }
  });
}

// What runs, and how to fail it: errors that nobody awaits belong to the test that runs last.
const running = new Map();

export function failRunning(error) {
  const last = [...running.values()].at(-1);
  if (!last) return false;
  last(error);
  return true;
}

async function runHooks(list, context) {
  for (const { body, options } of list) {
    await callBody(body, [context], { timeout: options?.timeout ?? Infinity, signal: options?.signal, node: {} });
  }
}

function lineage(node) {
  const nodes = [];
  for (let current = node; current; current = current.parent) nodes.unshift(current);
  return nodes;
}

function eachHooks(node, name) {
  const owners = lineage(node.parent);
  const lists = owners.map((owner) => owner.hooks[name]);
  return (name === 'afterEach' ? lists.reverse() : lists).flat();
}

function matches(node) {
  const name = node.fullName.join(' ');
  if (settings.skipPatterns.some((pattern) => pattern.test(name) || pattern.test(node.name))) return false;
  return settings.patterns.length === 0 || settings.patterns.some((pattern) => pattern.test(name) || pattern.test(node.name));
}

function selected(node) {
  if (node.kind === 'suite') return node.children.some(selected) || node.children.length === 0;
  if (!matches(node)) return false;
  return !settings.onlyMode || lineage(node).some(({ only }) => only);
}

export function isShown(node) {
  return !node.filtered && (node.begun || (node.kind !== 'suite' && node.skipped !== undefined));
}

export async function run(node) {
  if (!selected(node)) {
    node.filtered = true;
    node.finish();
    return;
  }
  node.begun = true;
  const begin = performance.now();
  try {
    if (isOn(node.skipped)) return;
    if (node.kind === 'suite') await runSuite(node);
    else await runTest(node);
  } finally {
    node.duration = performance.now() - begin;
    node.finish();
  }
}

export function isOn(option) {
  return option !== undefined && option !== false;
}

async function runBefore(node) {
  if (node.prepared) return;
  node.prepared = true;
  await runHooks(node.hooks.before, node.context);
}

async function runSuite(node) {
  try {
    await node.collected;
    await runBefore(node);
    const limit = node.options.concurrency === true ? Infinity : (Number(node.options.concurrency) || 1);
    const waiting = [...node.children];
    const worker = async () => {
      for (let child = waiting.shift(); child; child = waiting.shift()) await run(child);
    };
    await Promise.all(Array.from({ length: Math.min(limit, Math.max(waiting.length, 1)) }, worker));
  } catch (failure) {
    node.failure = failure instanceof Failure ? failure : new Failure(failure);
  }
  try {
    await runHooks(node.hooks.after, node.context);
  } catch (failure) {
    node.failure ??= failure;
  }
  checkChildren(node);
}

function checkChildren(node) {
  const count = node.children.filter((child) => child.isFailed).length;
  if (count > 0) node.failure ??= new Failure(`${count} subtest${count === 1 ? '' : 's'} failed`, { subtests: true });
}

async function runTest(node) {
  const { context } = node;
  try {
    if (node.parent.kind === 'root') await runBefore(node.parent);
    await runHooks(eachHooks(node, 'beforeEach'), context);
    await callBody(node.body, [context], { timeout: node.timeout, signal: node.options.signal, node });
    await Promise.all(node.children.map(({ done }) => done));
    if (node.planned && node.planned.seen !== node.planned.wanted) {
      throw new Failure(`plan expected ${node.planned.wanted} assertions but received ${node.planned.seen}`);
    }
  } catch (failure) {
    node.failure = failure instanceof Failure ? failure : new Failure(failure);
  }
  for (const list of [node.hooks.after, eachHooks(node, 'afterEach')]) {
    try {
      await runHooks(list, context);
    } catch (failure) {
      node.failure ??= failure;
    }
  }
  node.mock?.restoreAll();
  node.controller.abort(new DOMException('This operation was aborted', 'AbortError'));
  checkChildren(node);
}

export function trackerOf(node) {
  node.mock ??= new MockTracker();
  return node.mock;
}

export const root = new Node({ kind: 'root', name: '<root>' });
root.context = { name: '<root>' };

let queue = Promise.resolve();
const listeners = new Set();

export function onTopLevel(listener) {
  listeners.add(listener);
}

// A test at the top runs when those before it have; a subtest at once, after its siblings.
export function start(node) {
  node.parent.children.push(node);
  if (node.parent.kind === 'root') {
    // Not before the file that declares it has gone on: hooks may follow.
    const before = queue;
    queue = (async () => {
      await before;
      await new Promise((resolve) => process.nextTick(resolve));
      await run(node);
      for (const listener of listeners) listener(node);
    })();
    return;
  }
  if (node.parent.kind === 'test') {
    const before = node.parent.last ?? Promise.resolve();
    node.parent.last = before.then(() => run(node));
  }
}

// When all that has been declared so far has run.
export async function idle() {
  for (let last; last !== queue; ) {
    last = queue;
    await last;
  }
}

export async function finishRoot() {
  await idle();
  if (root.finished) return;
  root.finished = true;
  try {
    await runHooks(root.hooks.after, root.context);
  } catch (failure) {
    root.failure = failure;
  }
}
