// The command lines of `npm` and `npx`.
import fs from 'node:fs';
import path from 'node:path';
import process from 'node:process';

import { provide } from 'belljar:command/bunx';
import { execute } from 'belljar:command/execute';
import { changeDirectory } from 'belljar:command/install';
import { findManifest, scriptsOf } from 'belljar:command/manifest';
import { config } from 'belljar:command/npm_config';
import { npmInstall, npmUninstall } from 'belljar:command/npm_install';
import { npmInit, npmList, npmVersion } from 'belljar:command/npm_project';
import { parseOptions } from 'belljar:command/options';
import { pkg } from 'belljar:command/pkg';
import { CommandError, print, printError } from 'belljar:command/report';
import { quoteForShell, runScript, searchPath, shell } from 'belljar:command/scripts';
import { NPM_VERSION } from 'belljar:command/version';

const OPTIONS = {
  help: 'flag', h: '>help', version: 'flag', v: '>version',
  'save-dev': 'flag', D: '>save-dev', 'save-optional': 'flag', O: '>save-optional', 'save-peer': 'flag', 'save-prod': 'flag', P: '>save-prod',
  'save-exact': 'flag', E: '>save-exact', save: 'flag', S: '>save', 'no-save': 'flag',
  global: 'flag', g: '>global', location: 'value',
  omit: 'list', include: 'list', production: 'flag', only: 'value',
  silent: 'flag', s: '>silent', quiet: 'flag', q: '>quiet', verbose: 'flag', d: '>verbose', loglevel: 'value',
  'if-present': 'flag', yes: 'flag', y: '>yes', no: 'flag', force: 'flag', f: '>force',
  prefix: 'value', C: '>prefix', json: 'flag', all: 'flag', a: '>all', depth: 'value', long: 'flag', l: '>long', parseable: 'flag', p: '>parseable',
  package: 'list', call: 'value', c: '>call',
  workspace: 'list', w: '>workspace', workspaces: 'flag', ws: '>workspaces', registry: 'value',
  'dry-run': 'flag', 'package-lock-only': 'flag', scope: 'value', 'init-type': 'value', 'script-shell': 'value',
};

const REFUSED = ['workspace', 'workspaces', 'dry-run', 'package-lock-only', 'no-save', 'registry', 'script-shell'];

export const SUPPORTED = 'ci, config, exec, get, init, install, ls, pkg, prefix, restart, root, run, set, start, stop, test, uninstall, update, version';

const NAMES = new Map(Object.entries({
  i: 'install', in: 'install', ins: 'install', inst: 'install', add: 'install', isntall: 'install',
  'clean-install': 'ci', ic: 'ci', 'install-clean': 'ci',
  rm: 'uninstall', r: 'uninstall', remove: 'uninstall', un: 'uninstall', unlink: 'uninstall',
  'run-script': 'run', rum: 'run', urn: 'run', t: 'test', tst: 'test',
  list: 'ls', la: 'ls', ll: 'ls', create: 'init', innit: 'init', x: 'exec', up: 'update', upgrade: 'update', c: 'config',
}));

const ABSENT = new Set([
  'access', 'adduser', 'audit', 'bugs', 'cache', 'completion', 'dedupe', 'deprecate', 'diff', 'dist-tag', 'docs', 'doctor', 'edit', 'explain', 'explore',
  'find-dupes', 'fund', 'help-search', 'hook', 'link', 'login', 'logout', 'org', 'outdated', 'owner', 'pack', 'ping', 'profile', 'prune', 'publish', 'query',
  'rebuild', 'repo', 'sbom', 'search', 'shrinkwrap', 'star', 'stars', 'team', 'token', 'unpublish', 'unstar', 'view', 'info', 'show', 'v', 'whoami',
  'install-test', 'install-ci-test',
]);

export class NpmError extends CommandError {
  constructor(message, exitCode = 1) {
    super(message.split('\n').map((line) => (line === '' ? 'npm error' : `npm error ${line}`)).join('\n'), { exitCode, prefix: '' });
  }
}

export async function npm(argv) {
  try {
    return await dispatch(argv);
  } catch (error) {
    if (error instanceof CommandError && !(error instanceof NpmError) && error.prefix !== '') throw new NpmError(error.message, error.exitCode);
    throw error;
  }
}

async function dispatch(argv) {
  // `npm exec` has a command line of another program in it, which is left as it is.
  const first = argv.findIndex((argument) => !argument.startsWith('-'));
  if (first >= 0 && ['exec', 'x'].includes(argv[first])) return npx([...argv.slice(0, first), ...argv.slice(first + 1)], { npm: true });
  const separator = argv.indexOf('--');
  const own = separator < 0 ? argv : argv.slice(0, separator);
  const passed = separator < 0 ? [] : argv.slice(separator + 1);
  const { options, rest } = parseOptions(own, OPTIONS, { permute: true, unknown: () => true });
  const [written, ...args] = rest;
  if (options.version) return printed(NPM_VERSION);
  const name = NAMES.get(written) ?? written;
  if (name === undefined || name === 'help') {
    print(`npm <command>\n\nAll commands:\n\n    ${SUPPORTED}\n\nnpm@${NPM_VERSION}`);
    return name === 'help' || options.help ? 0 : 1;
  }
  if (ABSENT.has(name)) throw new NpmError(`\`npm ${written}\` is not supported in this sandbox`);
  for (const option of REFUSED) if (options[option]) throw new NpmError(`\`--${option}\` is not supported in this sandbox`);
  if (options.prefix !== undefined) changeDirectory(options.prefix);
  if (options.location === 'global') options.global = true;
  if (options.loglevel === 'silent') options.silent = true;
  if (written === 'la' || written === 'll') options.all = true;
  const command = COMMANDS[Object.hasOwn(COMMANDS, name) ? name : ''];
  if (command === undefined) {
    print(`Unknown command: "${written}"\n\nTo see a list of supported npm commands, run:\n  npm help`);
    return 1;
  }
  return command(args, options, passed);
}

const COMMANDS = {
  install: (args, options) => npmInstall(args, options),
  ci: (_args, options) => npmInstall([], { ...options, frozen: true }),
  update: (args, options) => npmInstall(args, { ...options, update: true }),
  uninstall: (args, options) => npmUninstall(args, options),
  run: ([script, ...args], options, passed) => (script === undefined ? listScripts() : run('run', script, [...args, ...passed], options)),
  test: (args, options, passed) => run('test', 'test', [...args, ...passed], options),
  start: (args, options, passed) => run('start', 'start', [...args, ...passed], options),
  stop: (args, options, passed) => run('stop', 'stop', [...args, ...passed], options),
  restart: (args, options, passed) => run('restart', 'restart', [...args, ...passed], options),
  init: (args, options, passed) => initialise(args, options, passed),
  ls: (args, options) => npmList(args, options),
  version: (args, options) => npmVersion(args, options),
  pkg: (args, options) => pkg(options.json ? [...args, '--json'] : args, required(), 'npm pkg'),
  root: (_args, options) => printed(path.join(prefix(options), options.global ? 'lib/node_modules' : 'node_modules')),
  prefix: (_args, options) => printed(prefix(options)),
  bin: (_args, options) => printed(options.global ? path.join(prefix(options), 'bin') : path.join(prefix(options), 'node_modules', '.bin')),
  config: (args, options) => config(args, options),
  get: (args, options) => config(['get', ...args], options),
  set: (args, options) => config(['set', ...args], options),
};

function printed(text) {
  print(text);
  return 0;
}

export function projectPrefix() {
  return findManifest(process.cwd())?.directory ?? process.cwd();
}

export function globalPrefix() {
  return path.dirname(path.dirname(process.execPath));
}

function prefix(options) {
  return options.global ? globalPrefix() : projectPrefix();
}

export function required() {
  const manifest = findManifest(process.cwd());
  if (manifest) return manifest;
  const file = path.join(process.cwd(), 'package.json');
  throw new NpmError(`code ENOENT
syscall open
path ${file}
errno -2
enoent Could not read package.json: Error: ENOENT: no such file or directory, open '${file}'
enoent This is related to npm not being able to find a file.
enoent`, 254);
}

const LIFE_CYCLE = new Set(['publish', 'install', 'uninstall', 'test', 'stop', 'start', 'restart', 'version'].flatMap((name) => [`pre${name}`, name, `post${name}`]));

function listScripts() {
  const manifest = required();
  const entries = Object.entries(scriptsOf(manifest));
  if (entries.length === 0) return 0;
  const { name, version } = manifest.value;
  const title = [name, version].filter(Boolean).join('@') || manifest.directory;
  const show = (list) => list.map(([key, command]) => `  ${key}\n    ${command}`).join('\n');
  const cycle = entries.filter(([key]) => LIFE_CYCLE.has(key));
  const others = entries.filter(([key]) => !LIFE_CYCLE.has(key));
  if (cycle.length > 0) print(`Lifecycle scripts included in ${title}:\n${show(cycle)}`);
  if (others.length > 0) print(cycle.length > 0 ? `available via \`npm run\`:\n${show(others)}` : `Scripts available in ${title} via \`npm run\`:\n${show(others)}`);
  return 0;
}

function run(verb, script, args, options) {
  const manifest = required();
  const scripts = scriptsOf(manifest);
  if (!Object.hasOwn(scripts, script)) {
    if (script === 'start' && fs.existsSync(path.join(manifest.directory, 'server.js'))) {
      manifest.value.scripts = { ...scripts, start: 'node server.js' };
    } else if (script === 'restart') {
      const verbs = ['stop', 'start'].filter((name) => Object.hasOwn(scripts, name));
      if (verbs.length === 2) return verbs.reduce((code, name) => code || run(verb, name, [], options), 0);
      throw missing(script);
    } else if (options['if-present']) {
      return 0;
    } else {
      throw missing(script);
    }
  }
  const { name, version } = manifest.value;
  const title = name === undefined ? '' : `${[name, version].filter(Boolean).join('@')} `;
  return runScript(manifest, script, args, {
    kind: 'npm',
    verb,
    quote: quoteForShell,
    announce: options.silent ? undefined : (event, _command, shown) => print(`\n> ${title}${event}\n> ${shown}\n`),
  });
}

function missing(script) {
  return new NpmError(`Missing script: "${script}"\n\nTo see a list of scripts, run:\n  npm run`);
}

function initialise(args, options, passed) {
  const [initializer, ...rest] = args;
  if (initializer === undefined) return npmInit(options);
  const scoped = /^(@[^/@]+)(?:\/([^@]+))?(@.*)?$/.exec(initializer);
  const spec = scoped ? `${scoped[1]}/create${scoped[2] ? `-${scoped[2]}` : ''}${scoped[3] ?? ''}` : `create-${initializer}`;
  return npx([...(options.yes ? ['-y'] : []), spec, ...rest, ...passed]);
}

const NPX_OPTIONS = {
  help: 'flag', h: '>help', version: 'flag', v: '>version', yes: 'flag', y: '>yes', no: 'flag', 'no-install': '>no', package: 'list', p: '>package', call: 'value', c: '>call',
  quiet: 'flag', q: '>quiet', silent: 'flag', s: '>silent', prefix: 'value', workspace: 'list', w: '>workspace',
};

export async function npx(argv) {
  try {
    return await startProgram(argv);
  } catch (error) {
    if (error instanceof CommandError && error.prefix !== '') throw new NpmError(error.message, error.exitCode);
    throw error;
  }
}

async function startProgram(argv) {
  const { options, rest } = parseOptions(argv, NPX_OPTIONS, { unknown: () => true });
  if (options.version) return printed(NPM_VERSION);
  if (options.workspace) throw new NpmError('`--workspace` is not supported in this sandbox');
  if (options.prefix !== undefined) changeDirectory(options.prefix);
  const [first, ...args] = rest;
  const install = !options.no;
  if (options.call !== undefined) {
    let folders = searchPath(process.cwd());
    for (const spec of options.package ?? []) {
      await provide(spec, { command: first, install });
      folders = process.env.PATH;
    }
    const child = shell(options.call, { cwd: process.cwd(), env: { ...process.env, PATH: folders } });
    return child.status ?? 1;
  }
  if (first === undefined) {
    if (options.help) return printed('Run a command from a local or remote npm package\n\nUsage:\nnpx [-y] [--package=<pkg>] <pkg>[@<version>] [args...]\nnpx -c \'<cmd> [args...]\'');
    printError('npm error npx without a command starts an interactive shell, which is not supported in this sandbox');
    return 1;
  }
  const spec = options.package?.[0] ?? first;
  const binary = await provide(spec, { command: options.package ? first : undefined, install });
  return execute(binary, args, { describe: false });
}
