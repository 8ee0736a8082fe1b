// The command line of `bun`.
import fs from 'node:fs';
import path from 'node:path';
import process from 'node:process';

import { importFile, resolve, runSource } from 'belljar:internal/program';
import { build } from 'belljar:command/build';
import { bunx } from 'belljar:command/bunx';
import { loadEnvironment } from 'belljar:command/environment';
import { BUN_FLAGS, BUN_HELP, RUN_HELP } from 'belljar:command/help';
import { init } from 'belljar:command/init';
import { changeDirectory, install } from 'belljar:command/install';
import { findManifest } from 'belljar:command/manifest';
import { OptionError, parseOptions } from 'belljar:command/options';
import { pm } from 'belljar:command/pm';
import { CommandError, notSupported, print, printError } from 'belljar:command/report';
import { listScripts, runTarget } from 'belljar:command/run';
import { shell } from 'belljar:command/scripts';
import { test } from 'belljar:command/test';
import { BUN_VERSION, BUN_VERSION_WITH_REVISION } from 'belljar:command/version';

const OPTIONS = {
  help: 'flag', h: '>help', version: 'flag', v: '>version', revision: 'flag',
  eval: 'value', e: '>eval', print: 'value', p: '>print',
  cwd: 'value', 'env-file': 'list', 'no-env-file': 'flag',
  preload: 'list', r: '>preload', require: '>preload', import: '>preload',
  silent: 'flag', 'if-present': 'flag', bun: 'flag', b: '>bun',
  define: 'list', d: '>define', port: 'value',
  config: 'value', c: '>config',
  watch: 'flag', hot: 'flag',
  filter: 'list', F: '>filter', workspaces: 'flag', parallel: 'flag', sequential: 'flag',
  inspect: 'optional', 'inspect-wait': 'optional', 'inspect-brk': 'optional', 'cpu-prof': 'flag', 'heap-prof': 'flag',
  loader: 'list', l: '>loader', drop: 'list', conditions: 'list', 'tsconfig-override': 'value', 'main-fields': 'value', 'extension-order': 'value',
  'jsx-factory': 'value', 'jsx-fragment': 'value', 'jsx-import-source': 'value', 'jsx-runtime': 'value',
  // These tune what does not exist here, or say what is so anyway.
  smol: 'flag', 'no-install': 'flag', install: 'optional', i: 'flag', 'prefer-offline': 'flag', 'prefer-latest': 'flag', 'no-clear-screen': 'flag',
  'no-deprecation': 'flag', 'throw-deprecation': 'flag', 'expose-gc': 'flag', title: 'value', 'zero-fill-buffers': 'flag', 'no-addons': 'flag',
  'unhandled-rejections': 'value', 'console-depth': 'value', 'user-agent': 'value', 'elide-lines': 'value', shell: 'value', 'no-macros': 'flag',
  'fetch-preconnect': 'value', 'max-http-header-size': 'value', 'dns-result-order': 'value', 'no-orphans': 'flag', 'preserve-symlinks': 'flag',
};

const REFUSED = [
  'watch', 'hot', 'filter', 'workspaces', 'parallel', 'sequential', 'inspect', 'inspect-wait', 'inspect-brk', 'cpu-prof', 'heap-prof', 'loader', 'drop',
  'conditions', 'tsconfig-override', 'main-fields', 'extension-order', 'jsx-factory', 'jsx-fragment', 'jsx-import-source', 'jsx-runtime',
];

const INSTALLERS = new Map([
  ['install', 'install'], ['i', 'install'], ['ci', 'ci'], ['add', 'add'], ['a', 'add'],
  ['remove', 'remove'], ['rm', 'remove'], ['r', 'remove'], ['uninstall', 'remove'], ['update', 'update'],
]);

const ABSENT = new Set(['upgrade', 'audit', 'outdated', 'link', 'unlink', 'publish', 'patch', 'patch-commit', 'info', 'why', 'repl', 'feedback', 'deploy']);

export async function bun(argv) {
  const globals = readOptions(argv);
  const { options, rest } = globals;
  if (options.version) return printed(BUN_VERSION);
  if (options.revision) return printed(BUN_VERSION_WITH_REVISION);
  if (options.help) return printed(rest.length === 0 ? `${BUN_HELP}\n${BUN_FLAGS}` : BUN_HELP);
  if (options.eval !== undefined || options.print !== undefined) return evaluate(options, rest);

  const [command, ...following] = rest;
  if (command === undefined) return printed(BUN_HELP);
  if (command === '-' && following.length === 0) return standardInput(options, ['-']);
  const verb = INSTALLERS.get(command);
  if (verb !== undefined) {
    enter(options);
    return verb === 'ci' ? install('install', ['--frozen-lockfile', ...following]) : install(verb, following);
  }
  switch (command) {
    case 'run':
      return run(options, following);
    case 'test':
      return test(options, following, { enter, preload });
    case 'x':
      return enter(options), bunx(options.bun ? ['--bun', ...following] : following);
    case 'pm':
      return enter(options), pm(following);
    case 'list':
      return enter(options), pm(['ls', ...following]);
    case 'init':
      return enter(options), init(following);
    case 'create':
    case 'c':
      return enter(options), create(following);
    case 'build':
      return enter(options), build(following);
    case 'exec':
      enter(options);
      environment(options);
      return execute(following);
    case 'help':
      return printed(BUN_HELP);
    default:
      if (ABSENT.has(command)) throw notSupported(`\`bun ${command}\``);
      return start(options, command, following, { explicit: false });
  }
}

function printed(text) {
  print(text);
  return 0;
}

function readOptions(argv) {
  try {
    return parseOptions(argv, OPTIONS, {
      unknown: (option, written) => {
        // Bun passes over long options that it does not know.
        if (option.startsWith('--')) return true;
        throw new OptionError('unknown', written);
      },
    });
  } catch (error) {
    if (!(error instanceof OptionError)) throw error;
    printError(error.kind === 'missing'
      ? `error: The argument '${error.option}' requires a value but none was supplied.`
      : `error: Invalid Argument '${error.option}'`);
    print(BUN_HELP);
    throw new CommandError('', { prefix: '' });
  }
}

function enter(options) {
  for (const name of REFUSED) if (options[name]) throw notSupported(`\`--${name}\``);
  if (options.cwd !== undefined) changeDirectory(options.cwd);
}

function environment(options) {
  loadEnvironment({ files: options['env-file'], disabled: options['no-env-file'] === true });
  if (options.port !== undefined) process.env.BUN_PORT = options.port;
  if (options.title !== undefined) process.title = options.title;
  for (const definition of options.define ?? []) define(definition);
}

// Names are set where the program will look for them; real constants would need the program to be
// compiled anew.
function define(definition) {
  const match = /^([\w$.]+)[:=](.*)$/s.exec(definition);
  if (!match) throw new CommandError(`--define wants NAME:VALUE, not "${definition}"`);
  let value;
  try {
    value = JSON.parse(match[2]);
  } catch {
    value = match[2];
  }
  const keys = match[1].split('.');
  let owner = globalThis;
  for (const key of keys.slice(0, -1)) {
    owner[key] ??= {};
    owner = owner[key];
  }
  owner[keys.at(-1)] = value;
}

async function preload(options, extra = []) {
  for (const name of [...extra, ...(options.preload ?? [])]) {
    let file;
    try {
      file = resolve(name, path.join(process.cwd(), '[preload]'), 'import');
    } catch {
      throw new CommandError(`preload not found "${name}"`);
    }
    await importFile(file);
  }
}

async function evaluate(options, args) {
  enter(options);
  environment(options);
  await preload(options);
  const print = options.print !== undefined;
  await runSource(print ? options.print : options.eval, { kind: 'bun', name: '[eval]', language: 'tsx', print, args });
}

async function standardInput(options, args) {
  enter(options);
  environment(options);
  const source = fs.readFileSync(0, 'utf8');
  await preload(options);
  await runSource(source, { kind: 'bun', name: '[stdin]', language: 'tsx', print: false, args });
}

async function run(outer, argv) {
  const { options: own, rest } = readOptions(argv);
  const options = { ...outer, ...own };
  for (const name of ['preload', 'define', 'env-file']) {
    if (outer[name] && own[name]) options[name] = [...outer[name], ...own[name]];
  }
  if (options.help) return printed(RUN_HELP);
  if (options.eval !== undefined || options.print !== undefined) return evaluate(options, rest);
  const [target, ...args] = rest;
  if (target === undefined) {
    enter(options);
    print(RUN_HELP);
    listScripts(findManifest(process.cwd()));
    return 0;
  }
  if (target === '-') return standardInput(options, ['-', ...args]);
  return start(options, target, args, { explicit: true });
}

async function start(options, target, args, { explicit }) {
  enter(options);
  // One separator between the program and its arguments is the command line's, not the program's.
  const passed = args[0] === '--' ? args.slice(1) : args;
  return runTarget(target, passed, {
    explicit,
    silent: options.silent === true,
    ifPresent: options['if-present'] === true,
    forceBun: options.bun === true,
    prepare: async () => {
      environment(options);
      await preload(options);
    },
  });
}

function execute(argv) {
  if (argv.length === 0) {
    printError('Usage: bun exec <script>');
    return 1;
  }
  const child = shell(argv.join(' '), { cwd: process.cwd(), env: process.env });
  return child.status ?? 1;
}

function create(argv) {
  const [template, ...rest] = argv;
  if (template === undefined || template.startsWith('-')) {
    printError('Usage:\n  bun create <template> [...flags] dest\n\nTemplates:\n  • NPM: Runs bunx create-<template> with given arguments');
    return 1;
  }
  if (/^[^@][^/]*\//.test(template)) throw notSupported('`bun create` from a repository or a file');
  const scoped = /^(@[^/@]+)(?:\/([^@]+))?(@.*)?$/.exec(template);
  if (scoped) {
    const [, scope, name, version = ''] = scoped;
    return bunx([`${scope}/create${name ? `-${name}` : ''}${version}`, ...rest]);
  }
  return bunx([`create-${template}`, ...rest]);
}
