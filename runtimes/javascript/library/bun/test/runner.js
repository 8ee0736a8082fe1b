// Runs what a test file declares, and reports as Bun does.
import path from 'node:path';
import process from 'node:process';

import { formatError } from 'belljar:internal/program';
import { realTimer, restoreClock } from 'belljar:bun/test/clock';
import { current, settings } from 'belljar:bun/test/context';
import { assertions } from 'belljar:bun/test/expect';
import { beginFile, collect, endFile, Suite } from 'belljar:bun/test/registry';
import { saveSnapshots } from 'belljar:bun/test/snapshot';

export const totals = { pass: 0, fail: 0, skip: 0, todo: 0, filtered: 0, errors: 0, files: 0 };

export class Bail extends Error {}

function write(text) {
  process.stderr.write(`${text}\n`);
}

function time(begin) {
  const elapsed = performance.now() - begin;
  return elapsed < 0.005 ? '' : ` [${elapsed.toFixed(2)}ms]`;
}

// An error that nobody awaits belongs to the test that runs.
let stray;
function catchStray(error) {
  stray?.(error);
}

class TimedOut extends Error {}

// Calls a test or a hook, whichever way it says that it is done.
function call(body, args, timeout, takesDone) {
  return new Promise((resolve, reject) => {
    let timer;
    const finish = (settle, value) => {
      if (timer !== undefined) realTimer('clearTimeout')(timer);
      stray = undefined;
      settle(value);
    };
    stray = (error) => finish(reject, error);
    if (timeout > 0 && timeout !== Infinity) {
      timer = realTimer('setTimeout')(() => finish(reject, new TimedOut()), timeout);
    }
    try {
      let result;
      if (takesDone && body.length > args.length) {
        result = body(...args, (error) => (error ? finish(reject, error) : finish(resolve)));
        if (result === null || typeof result?.then !== 'function') return;
      } else {
        result = body(...args);
      }
      if (result !== null && typeof result?.then === 'function') result.then((value) => finish(resolve, value), (error) => finish(reject, error));
      // Unhandled rejections of this turn are told before the test is over.
      else realTimer('setImmediate')(() => finish(resolve));
    } catch (error) {
      finish(reject, error);
    }
  });
}

function callHook({ body, timeout }) {
  return call(body, [], timeout ?? settings.timeout, true);
}

function report(error) {
  if (!(error instanceof TimedOut)) write(formatError(error, 'bun').replace(/\n+$/, ''));
}

function hasOnly(node) {
  return node.children.some((child) => child.mode === 'only' || (child instanceof Suite && hasOnly(child)));
}

function matchesPattern(test) {
  return settings.pattern === undefined || settings.pattern.test(test.path.join(' '));
}

// Which of the tests run, and how those that do not are counted.
function plan(node, inherited, onlyMode) {
  let count = 0;
  for (const child of node.children) {
    let { mode } = child;
    if (inherited === 'skip' || inherited === 'todo') mode = inherited;
    if (child instanceof Suite) {
      const selected = onlyMode && mode === 'only' && !hasOnly(child);
      count += plan(child, selected ? 'selected' : inherited === 'selected' && mode === 'normal' ? 'selected' : mode, onlyMode);
      continue;
    }
    const excluded = onlyMode && mode !== 'only' && inherited !== 'selected';
    if (!matchesPattern(child)) child.fate = 'filtered';
    else if (excluded) child.fate = 'ignored';
    else if (mode === 'todo' && !(settings.todo && child.body)) child.fate = 'todo';
    else if (mode === 'skip') child.fate = 'skip';
    else child.fate = 'run';
    child.isTodo = mode === 'todo';
    if (child.fate === 'run') count++;
  }
  node.runs = count;
  return count;
}

function failed() {
  totals.fail++;
  if (settings.bail > 0 && totals.fail >= settings.bail) throw new Bail();
}

async function attempt(test, hooks) {
  Object.assign(assertions, { current: 0, expected: undefined, atLeastOne: false });
  test.finished = [];
  let failure;
  const fail = (error) => {
    failure ??= { error };
    if (!test.failing) report(error);
  };
  let ready = true;
  for (const hook of hooks.before) {
    try {
      await callHook(hook);
    } catch (error) {
      ready = false;
      fail(error);
      break;
    }
  }
  if (ready) {
    try {
      await call(test.body, test.args ?? [], test.timeout ?? settings.timeout, true);
      const shortfall = missingAssertions();
      if (shortfall) {
        failure = { error: new Error(shortfall) };
        if (!test.failing) write(`AssertionError: ${shortfall}`);
      }
    } catch (error) {
      fail(error);
    }
  }
  for (const hook of [...hooks.after, ...test.finished.map((body) => ({ body }))]) {
    try {
      await callHook(hook);
    } catch (error) {
      fail(error);
    }
  }
  return failure;
}

function missingAssertions() {
  const counted = (number) => `${number} assertion${number === 1 ? '' : 's'}`;
  if (assertions.expected !== undefined && assertions.expected !== assertions.current) {
    return `expected ${counted(assertions.expected)}, but test ended with ${counted(assertions.current)}`;
  }
  if (assertions.atLeastOne && assertions.current === 0) return 'received 0 assertions, but expected at least one assertion to be called';
  return undefined;
}

async function runTest(test, hooks) {
  const label = test.path.join(' > ');
  if (test.fate === 'filtered' || test.fate === 'ignored') {
    if (test.fate === 'filtered') totals.filtered++;
    return;
  }
  if (test.fate !== 'run') {
    totals[test.fate]++;
    if (!settings.onlyFailures) write(`(${test.fate}) ${label}`);
    return;
  }
  current.test = test;
  const begin = performance.now();
  const tries = 1 + (test.retry ?? settings.retry);
  let failure;
  let note = '';
  for (let round = 1; round <= tries; round++) {
    failure = await attempt(test, hooks);
    if (!failure) {
      if (round > 1) note = ` (attempt ${round})`;
      break;
    }
  }
  for (let run = 1; !failure && run <= test.repeats; run++) {
    failure = await attempt(test, hooks);
    note = ` (run ${run + 1})`;
  }
  current.test = undefined;
  conclude(test, label, failure, note, time(begin));
}

function conclude(test, label, failure, note, duration) {
  if (test.isTodo) {
    if (failure) {
      totals.todo++;
      write(`(todo) ${label}${duration}`);
    } else {
      write(`(fail) ${label}${duration}\n  ^ this test is marked as todo but passes. Remove \`.todo\` if tested behavior now works`);
      failed();
    }
    return;
  }
  if (test.failing && !failure) {
    write(`(fail) ${label}${duration}\n  ^ this test is marked as failing but it passed. Remove \`.failing\` if tested behavior now works`);
    failed();
  } else if (failure && !test.failing) {
    write(`(fail) ${label}${note}${duration}`);
    if (failure.error instanceof TimedOut) write(`  ^ this test timed out after ${test.timeout ?? settings.timeout}ms.`);
    failed();
  } else {
    totals.pass++;
    if (!settings.onlyFailures) write(`(pass) ${label}${note}${duration}`);
  }
}

function hookFailed(error, begin) {
  report(error);
  write(`(fail) (unnamed)${time(begin)}`);
  failed();
}

async function runSuite(suite, inherited) {
  const hooks = {
    before: [...inherited.before, ...suite.hooks.beforeEach],
    after: [...suite.hooks.afterEach, ...inherited.after],
  };
  let ready = true;
  if (suite.runs > 0) {
    for (const hook of suite.hooks.beforeAll) {
      const begin = performance.now();
      try {
        await callHook(hook);
      } catch (error) {
        hookFailed(error, begin);
        ready = false;
        break;
      }
    }
  }
  if (ready) {
    for (const child of suite.children) {
      if (child instanceof Suite) await runSuite(child, hooks);
      else await runTest(child, hooks);
    }
  }
  if (suite.runs > 0) {
    for (const hook of suite.hooks.afterAll) {
      const begin = performance.now();
      try {
        await callHook(hook);
      } catch (error) {
        hookFailed(error, begin);
      }
    }
  }
}

function betweenTests(error) {
  totals.errors++;
  totals.fail++;
  const line = '-------------------------------';
  write(`\n# Unhandled error between tests\n${line}\n${formatError(error, 'bun').replace(/\n+$/, '')}\n${line}\n`);
}

// Evaluates one file and runs its tests. `load` evaluates it.
export async function runFile(file, load, note = '') {
  totals.files++;
  current.file = file;
  write(`\n${path.relative(process.cwd(), file)}:${note}`);
  const root = beginFile();
  process.on('uncaughtException', catchStray);
  process.on('unhandledRejection', catchStray);
  try {
    stray = betweenTests;
    try {
      await load(file);
    } catch (error) {
      betweenTests(error);
      return;
    }
    await collect(root, betweenTests);
    endFile();
    const onlyMode = settings.only || hasOnly(root);
    plan(root, 'normal', onlyMode);
    await runSuite(root, { before: [], after: [] });
  } finally {
    endFile();
    process.off('uncaughtException', catchStray);
    process.off('unhandledRejection', catchStray);
    saveSnapshots(file);
    restoreClock();
    current.file = undefined;
  }
}
