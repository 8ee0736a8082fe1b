// The command line of `node`.
import fs from 'node:fs';
import path from 'node:path';
import process from 'node:process';

import { checkText, formatError, importFile, resolve, runFile, runSource } from 'belljar:internal/program';
import { loadNodeEnvironment } from 'belljar:command/environment';
import { findManifest, scriptsOf } from 'belljar:command/manifest';
import { OptionError, parseOptions } from 'belljar:command/options';
import { CommandError, notSupported, print, printError } from 'belljar:command/report';
import { quoteForShell, scriptEnvironment, shell } from 'belljar:command/scripts';
import { nodeTest } from 'belljar:command/node_test';

const OPTIONS = {
  help: 'flag', h: '>help', version: 'flag', v: '>version',
  eval: 'value', e: '>eval', print: 'optional', p: '>print', pe: 'value',
  check: 'flag', c: '>check', interactive: 'flag', i: '>interactive',
  require: 'list', r: '>require', import: 'list',
  'input-type': 'value',
  'env-file': 'list', 'env-file-if-exists': 'list',
  test: 'flag', 'test-name-pattern': 'list', 'test-skip-pattern': 'list', 'test-only': 'flag', 'test-reporter': 'list', 'test-reporter-destination': 'list', 'test-concurrency': 'value',
  'test-timeout': 'value', 'test-force-exit': 'flag', 'test-isolation': 'value', 'experimental-test-isolation': '>test-isolation',
  run: 'value', watch: 'flag', 'watch-path': 'list',
  title: 'value', conditions: 'list', C: '>conditions', loader: 'list', 'experimental-loader': 'list',
  'stack-trace-limit': 'value', 'unhandled-rejections': 'value',
  'max-old-space-size': 'value', 'max-semi-space-size': 'value', 'stack-size': 'value', 'max-http-header-size': 'value', 'dns-result-order': 'value',
  'disable-warning': 'list', 'experimental-default-type': 'value', 'icu-data-dir': 'value', 'heapsnapshot-signal': 'value', 'secure-heap': 'value',
};

// Flags that change nothing here: what they turn on is on, what they tune is not there.
const ACCEPTED = /^--(?:(?:no-)?(?:warnings|deprecation|addons|global-search-paths|network-family-autoselection|verify-base-objects)|(?:no-)?experimental-[\w-]+|enable-source-maps|(?:no-)?strip-types|trace-(?:warnings|deprecation|uncaught|exit|sigint|sync-io)|throw-deprecation|pending-deprecation|preserve-symlinks(?:-main)?|expose-(?:gc|internals)|abort-on-uncaught-exception|force-fips|enable-fips|use-openssl-ca|use-bundled-ca|use-system-ca|insecure-http-parser|zero-fill-buffers|interpreted-frames-native-stack|frozen-intrinsics|jitless|harmony[\w-]*|allow-natives-syntax|single-threaded|predictable|optimize-for-size|v8-pool-size=.*|max-[\w-]+=.*|disable-proto=.*|huge-max-old-generation-size)(?:=.*)?$/;

const REFUSED = ['watch', 'loader', 'experimental-loader', 'conditions'];

const USAGE = `Usage: node [options] [ script.js ] [arguments]

Options:
  -                           script read from stdin (default if no file name is provided)
  --                          indicate the end of node options
  -c, --check                 syntax check script without executing
  -e, --eval=...              evaluate script
  -h, --help                  print node command line options (currently set)
  -p, --print [...]           evaluate script and print result
  -r, --require=...           CommonJS module to preload (option can be repeated)
  --import=...                ES module to preload (option can be repeated)
  --input-type=...            set module type for string input
  --env-file=...              set environment variables from supplied file
  --run=...                   Run a script specified in package.json
  --test                      launch test runner on startup
  -v, --version               print Node.js version

This is Belljar's runtime, which follows Node.js ${process.version}.`;

function bad(message) {
  return new CommandError(message, { exitCode: 9, prefix: `${process.execPath}: ` });
}

function readOptions(argv) {
  try {
    return parseOptions(argv, OPTIONS, {
      unknown: (option) => {
        if (ACCEPTED.test(option)) return true;
        throw new OptionError('unknown', option);
      },
    });
  } catch (error) {
    if (!(error instanceof OptionError)) throw error;
    throw bad(error.kind === 'missing' ? `${error.option} requires an argument` : `bad option: ${error.option}`);
  }
}

export async function node(argv) {
  const { options, rest, consumed } = readOptions(argv);
  if (options.version) return printed(process.version);
  if (options.help) return printed(USAGE);
  for (const name of REFUSED) if (options[name]) throw notSupported(`\`--${name}\``);
  checkInputType(options['input-type']);
  process.execArgv = argv.slice(0, consumed);
  if (options.title !== undefined) process.title = options.title;
  if (options['stack-trace-limit'] !== undefined) Error.stackTraceLimit = Number(options['stack-trace-limit']);
  environment(options);
  if (options.run !== undefined) return runPackageScript(options.run, rest);
  if (options.test) return nodeTest(options, rest, () => preload(options));

  // `-p CODE`, `-pe CODE`, `-p -e CODE`: the code may be what follows the options.
  let source = options.pe ?? options.eval;
  const printing = options.print !== undefined || options.pe !== undefined;
  let args = rest;
  if (printing && source === undefined) {
    if (typeof options.print === 'string') source = options.print;
    else if (rest.length > 0) {
      [source, ...args] = rest;
      process.execArgv = argv.slice(0, consumed + 1);
    }
  }
  if (source !== undefined) {
    if (options.check) throw bad('either --check or --eval can be used, not both');
    await preload(options);
    await runSource(source, {
      kind: 'node', name: '[eval]', language: 'ts', print: printing, args, inputType: withoutTypescript(options['input-type']),
    });
    return undefined;
  }
  const [script, ...following] = args;
  if (script === undefined || script === '-') {
    if (options.interactive || (script === undefined && process.stdin.isTTY)) throw notSupported("node's REPL");
    return standardInput(options, script === '-' ? ['-', ...following] : []);
  }
  if (options.check) return check(script);
  await preload(options);
  await runFile(script, { kind: 'node', args: following });
  return undefined;
}

function printed(text) {
  print(text);
  return 0;
}

function checkInputType(type) {
  if (type === undefined || ['module', 'commonjs', 'module-typescript', 'commonjs-typescript'].includes(type)) return;
  throw bad('--input-type must be "module","commonjs", "module-typescript" or "commonjs-typescript"');
}

function withoutTypescript(type) {
  return type?.replace(/-typescript$/, '');
}

function environment(options) {
  for (const file of options['env-file'] ?? []) {
    if (!fs.existsSync(file)) throw bad(`${file}: not found`);
    loadNodeEnvironment(file);
  }
  for (const file of options['env-file-if-exists'] ?? []) {
    if (fs.existsSync(file)) loadNodeEnvironment(file);
    else printError(`${file} not found. Continuing without it.`);
  }
}

async function preload(options) {
  const from = path.join(process.cwd(), '[preload]');
  for (const name of options.require ?? []) await importFile(resolve(name, from, 'require'));
  for (const name of options.import ?? []) await importFile(resolve(name, from, 'import'));
}

async function standardInput(options, args) {
  const source = fs.readFileSync(0, 'utf8');
  if (options.check) return checkSource(source, '[stdin]', 'ts');
  await preload(options);
  await runSource(source, {
    kind: 'node', name: '[stdin]', language: 'ts', print: options.print !== undefined, args, inputType: withoutTypescript(options['input-type']),
  });
  return undefined;
}

function check(script) {
  const file = resolve(path.resolve(script), path.join(process.cwd(), '[check]'), 'require');
  return checkSource(fs.readFileSync(file, 'utf8'), file, 'js');
}

function checkSource(source, file, language) {
  try {
    checkText(source, file, language);
    return 0;
  } catch (error) {
    printError(formatError(error, 'node'));
    return 1;
  }
}

function runPackageScript(name, args) {
  const manifest = findManifest(process.cwd());
  if (!manifest) throw new CommandError(`Can't find package.json for directory ${process.cwd()}`, { prefix: '' });
  const scripts = scriptsOf(manifest);
  if (!Object.hasOwn(scripts, name)) {
    const list = Object.entries(scripts).map(([key, command]) => `  ${key}: ${command}\n`).join('');
    throw new CommandError(`Missing script: "${name}" for ${manifest.file}\n\nAvailable scripts are:\n${list}`.trimEnd(), { prefix: '' });
  }
  const command = [scripts[name], ...args.map(quoteForShell)].join(' ');
  const env = {
    ...scriptEnvironment(manifest, { kind: 'node', event: name, command: scripts[name] }),
    NODE_RUN_SCRIPT_NAME: name,
    NODE_RUN_PACKAGE_JSON_PATH: manifest.file,
  };
  const child = shell(command, { cwd: manifest.directory, env });
  return child.status ?? 1;
}
