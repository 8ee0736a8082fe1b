// `bun test`.
import fs from 'node:fs';
import path from 'node:path';
import process from 'node:process';

import { importFile } from 'belljar:internal/program';
import { settings } from 'belljar:bun/test/context';
import { assertions } from 'belljar:bun/test/expect';
import { Bail, runFile, totals } from 'belljar:bun/test/runner';
import { counts } from 'belljar:bun/test/snapshot';
import { globals } from 'belljar:bun/test';
import { loadEnvironment } from 'belljar:command/environment';
import { bunConfiguration } from 'belljar:command/bunfig';
import { changeDirectory } from 'belljar:command/install';
import { OptionError, parseOptions } from 'belljar:command/options';
import { CommandError, milliseconds, notSupported, print, printError } from 'belljar:command/report';
import { BUN_TITLE } from 'belljar:command/version';

const OPTIONS = {
  help: 'flag', h: '>help', timeout: 'value', 'update-snapshots': 'flag', u: '>update-snapshots', 'rerun-each': 'value', retry: 'value', todo: 'flag', only: 'flag',
  'pass-with-no-tests': 'flag', bail: 'optional', 'test-name-pattern': 'value', t: '>test-name-pattern', 'only-failures': 'flag', preload: 'list', r: '>preload', require: '>preload',
  cwd: 'value', 'env-file': 'list', 'no-env-file': 'flag', config: 'value', c: '>config',
  coverage: 'flag', 'coverage-reporter': 'value', 'coverage-dir': 'value', reporter: 'value', 'reporter-outfile': 'value', dots: 'flag', randomize: 'flag', seed: 'value', watch: 'flag', shard: 'value',
  concurrent: 'flag', 'max-concurrency': 'value', smol: 'flag', isolate: 'flag', parallel: 'optional', 'path-ignore-patterns': 'list', changed: 'optional', define: 'list', d: '>define', 'tsconfig-override': 'value',
};

const REFUSED = ['coverage', 'reporter', 'reporter-outfile', 'dots', 'randomize', 'watch', 'shard', 'isolate', 'parallel', 'path-ignore-patterns', 'changed', 'tsconfig-override'];

const USAGE = `Usage: bun test [flags] [<patterns>]
  Run all matching test files and print the results to stdout

Flags:
      --timeout=<val>                 Set the per-test timeout in milliseconds, default is 5000.
  -u, --update-snapshots              Update snapshot files
      --rerun-each=<val>              Re-run each test file <NUMBER> times, helps catch certain bugs
      --retry=<val>                   Default retry count for all tests, overridden by per-test { retry: N }
      --todo                          Include tests that are marked with "test.todo()"
      --only                          Run only tests that are marked with "test.only()" or "describe.only()"
      --pass-with-no-tests            Exit with code 0 when no tests are found
      --bail=<val>                    Exit the test suite after <NUMBER> failures. If you do not specify a number, it defaults to 1.
  -t, --test-name-pattern=<val>       Run only tests with a name that matches the given regex.
      --only-failures                 Only display test failures, hiding passing tests.

Examples:
  Run all test files
  bun test

  Run all test files with "foo" or "bar" in the file name
  bun test foo bar

  Run all test files, only including tests whose names includes "baz"
  bun test --test-name-pattern baz

Full documentation is available at https://bun.com/docs/cli/test`;

const NAMING = 'Tests need ".test", "_test_", ".spec" or "_spec_" in the filename (ex: "MyApp.test.ts")\n\nLearn more about bun test: https://bun.com/docs/cli/test';
const TEST_FILE = /(?:\.test|_test|\.spec|_spec)\.(?:[cm]?[jt]s|[jt]sx)$/;

function readOptions(argv) {
  try {
    return parseOptions(argv, OPTIONS, {
      permute: true,
      unknown: (option, written) => {
        if (option.startsWith('--')) return true;
        throw new OptionError('unknown', written);
      },
    });
  } catch (error) {
    if (!(error instanceof OptionError)) throw error;
    printError(error.kind === 'missing' ? `error: The argument '${error.option}' requires a value but none was supplied.` : `error: Invalid Argument '${error.option}'`);
    print(USAGE);
    throw new CommandError('', { prefix: '' });
  }
}

function positiveNumber(options, name, fallback) {
  if (options[name] === undefined || options[name] === true) return fallback;
  const number = Number(options[name]);
  if (!Number.isInteger(number) || number < 0) throw new CommandError(`Invalid ${name}: "${options[name]}"`);
  return number;
}

// All test files below a directory, and how many files were looked at.
function discover(directory) {
  const found = [];
  let searched = 0;
  const visit = (folder) => {
    let entries;
    try {
      entries = fs.readdirSync(folder, { withFileTypes: true });
    } catch {
      return;
    }
    entries.sort((a, b) => (a.name < b.name ? -1 : 1));
    const folders = [];
    for (const entry of entries) {
      const file = path.join(folder, entry.name);
      if (entry.isDirectory()) {
        if (entry.name !== 'node_modules' && !entry.name.startsWith('.')) folders.push(file);
        continue;
      }
      searched++;
      if (TEST_FILE.test(entry.name)) found.push(file);
    }
    folders.forEach(visit);
  };
  visit(directory);
  return { found, searched };
}

function isPathFilter(filter) {
  return /^\.{1,2}(?:\/|$)|^\//.test(filter);
}

function select(filters) {
  const root = process.cwd();
  const paths = filters.filter(isPathFilter);
  const words = filters.filter((filter) => !isPathFilter(filter));
  const files = [];
  let searched = 0;
  for (const filter of paths) {
    const target = path.resolve(filter);
    const stat = fs.statSync(target, { throwIfNoEntry: false });
    const below = stat?.isDirectory() ? discover(target) : { found: stat ? [target] : [], searched: 1 };
    if (below.found.length === 0) throw new CommandError(`Test filter ${JSON.stringify(filter)} had no matches`, { prefix: '' });
    files.push(...below.found);
  }
  if (words.length > 0 || paths.length === 0) {
    const all = discover(root);
    searched = all.searched;
    files.push(...all.found.filter((file) => words.length === 0 || words.some((word) => path.relative(root, file).includes(word))));
  }
  return { files: [...new Set(files)], searched };
}

export async function test(outer, argv, { enter, preload }) {
  const { options, rest } = readOptions(argv);
  if (options.help) {
    print(USAGE);
    return 0;
  }
  enter(outer);
  for (const name of REFUSED) if (options[name]) throw notSupported(`\`bun test --${name}\``);
  if (options.cwd !== undefined) changeDirectory(options.cwd);
  process.env.NODE_ENV ??= 'test';
  process.env.TZ ??= 'Etc/UTC';
  loadEnvironment({ files: options['env-file'] ?? outer['env-file'], disabled: options['no-env-file'] === true || outer['no-env-file'] === true, mode: process.env.NODE_ENV });
  settings.active = true;
  settings.timeout = positiveNumber(options, 'timeout', 5000);
  settings.retry = positiveNumber(options, 'retry', 0);
  settings.bail = options.bail === undefined ? 0 : positiveNumber(options, 'bail', 1);
  settings.updateSnapshots = options['update-snapshots'] === true;
  settings.todo = options.todo === true;
  settings.only = options.only === true;
  settings.onlyFailures = options['only-failures'] === true;
  const pattern = options['test-name-pattern'];
  if (pattern !== undefined) settings.pattern = new RegExp(pattern);

  const begin = performance.now();
  print(`bun test ${BUN_TITLE}`);
  const { files, searched } = select(rest);
  if (files.length === 0) return nothingFound(rest, searched, begin, options['pass-with-no-tests'] === true);
  Object.assign(globalThis, globals);
  const configuration = bunConfiguration(options.config ?? outer.config);
  await preload({ preload: [...(outer.preload ?? []), ...(options.preload ?? [])] }, [configuration.preload ?? [], configuration.test?.preload ?? []].flat());

  const rounds = positiveNumber(options, 'rerun-each', 1);
  try {
    for (const file of files) {
      for (let round = 1; round <= rounds; round++) {
        process.argv = [process.execPath, file];
        // A second round evaluates the file anew: its name has something of its own.
        await runFile(file, (name) => importFile(round === 1 ? name : `${name}?round=${round}`), rounds > 1 ? ` (run #${round})` : '');
      }
    }
  } catch (error) {
    if (!(error instanceof Bail)) throw error;
    printError(`${ran(begin)}\nBailed out after ${totals.fail} failure${totals.fail === 1 ? '' : 's'}`);
    process.exit(1);
  }
  process.exit(summary(pattern, begin));
  return undefined;
}

function nothingFound(filters, searched, begin, allowed) {
  if (filters.length === 0) {
    printError(`No tests found!\n\n${NAMING}`);
  } else {
    printError(`The following filters did not match any test files:\n ${filters.join(' ')}\n${searched} file${searched === 1 ? ' was' : 's were'} searched [${milliseconds(begin)}]\n\nnote: ${NAMING}`);
  }
  return allowed ? 0 : 1;
}

function ran(begin) {
  const number = totals.pass + totals.fail + totals.skip + totals.todo;
  return `Ran ${number} test${number === 1 ? '' : 's'} across ${totals.files} file${totals.files === 1 ? '' : 's'}. [${milliseconds(begin)}]`;
}

function summary(pattern, begin) {
  const number = totals.pass + totals.fail + totals.skip + totals.todo;
  if (pattern !== undefined && number === 0 && totals.errors === 0) {
    printError(`\nerror: regex ${JSON.stringify(pattern)} matched 0 tests. Searched ${totals.files} file${totals.files === 1 ? '' : 's'} (skipping ${totals.filtered} test${totals.filtered === 1 ? '' : 's'}) [${milliseconds(begin)}]`);
    return 1;
  }
  const lines = ['', ` ${totals.pass} pass`];
  if (totals.skip > 0) lines.push(` ${totals.skip} skip`);
  if (totals.todo > 0) lines.push(` ${totals.todo} todo`);
  if (totals.filtered > 0) lines.push(` ${totals.filtered} filtered out`);
  lines.push(` ${totals.fail} fail`);
  if (totals.errors > 0) lines.push(` ${totals.errors} error${totals.errors === 1 ? '' : 's'}`);
  const expectations = assertions.total > 0 ? `${assertions.total} expect() calls` : '';
  if (counts.added + counts.failed > 0) {
    const parts = counts.passed > 0 ? [`${counts.passed} passed`] : [];
    if (counts.failed > 0) parts.push(`${counts.failed} failed`);
    if (counts.added > 0) parts.push(`${parts.length === 0 ? '+' : ''}${counts.added} added`);
    lines.push(`snapshots: ${parts.join(', ')}`);
    if (expectations) lines.push(` ${expectations}`);
  } else if (expectations) {
    lines.push(` ${counts.total > 0 ? `${counts.total} snapshots, ` : ''}${expectations}`);
  }
  lines.push(ran(begin));
  printError(lines.join('\n'));
  return totals.fail + totals.errors > 0 ? 1 : 0;
}
