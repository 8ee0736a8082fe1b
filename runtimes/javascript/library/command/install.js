// `bun add`, `bun install`, `bun remove`, `bun update`.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';

import * as packages from 'native:packages';
import { parents } from 'belljar:command/manifest';
import { parseOptions } from 'belljar:command/options';
import { CommandError, milliseconds, notSupported, print, printError } from 'belljar:command/report';
import { BUN_TITLE } from 'belljar:command/version';

const OPTIONS = {
  help: 'flag', h: '>help',
  dev: 'flag', d: '>dev', D: '>dev', development: '>dev',
  optional: 'flag', peer: 'flag',
  exact: 'flag', E: '>exact',
  global: 'flag', g: '>global',
  production: 'flag', p: '>production', prod: '>production',
  'frozen-lockfile': 'flag',
  force: 'flag', f: '>force',
  silent: 'flag', quiet: 'flag', verbose: 'flag',
  omit: 'list',
  cwd: 'value',
  yarn: 'flag', y: '>yarn',
  trust: 'flag', analyze: 'flag', a: '>analyze', 'dry-run': 'flag', 'lockfile-only': 'flag', 'no-save': 'flag',
  filter: 'list', registry: 'value', linker: 'value',
  // Said about a machine that is not ours to tune.
  config: 'value', c: '>config', save: 'flag', 'save-text-lockfile': 'flag', 'ignore-scripts': 'flag', backend: 'value', 'cache-dir': 'value',
  'no-cache': 'flag', 'no-progress': 'flag', 'no-summary': 'flag', 'network-concurrency': 'value', 'concurrent-scripts': 'value',
  ca: 'value', cafile: 'value', 'only-missing': 'flag', cpu: 'value', os: 'value',
};

const REFUSED = ['trust', 'analyze', 'dry-run', 'lockfile-only', 'no-save', 'no-verify', 'yarn', 'latest', 'registry', 'filter', 'minimum-release-age'];

const USAGES = {
  add: ['bun add [flags] <package><@version>', 'Add a new dependency to package.json and install it.'],
  install: ['bun install [flags] <name>@<version>', 'Install the dependencies listed in package.json.'],
  remove: ['bun remove [flags] [<packages>]', 'Remove a package from package.json and uninstall from node_modules.'],
  update: ['bun update [flags] <name>@<version>', 'Update dependencies to their most recent versions within the version range in package.json.'],
};

function usage(verb) {
  const [line, text] = USAGES[verb];
  const flags = [
    ['-p, --production', "Don't install devDependencies"],
    ['    --frozen-lockfile', 'Disallow changes to lockfile'],
    ['-f, --force', 'Install all packages again'],
    ['    --silent', "Don't log anything"],
    ['-g, --global', 'Install globally'],
    ['    --omit=<val>', "Exclude 'dev', 'optional', or 'peer' dependencies from install"],
    ['    --cwd=<val>', 'Set a specific cwd'],
    ...(verb === 'remove' ? [] : [
      ['-d, --dev', 'Add dependency to "devDependencies"'],
      ['    --optional', 'Add dependency to "optionalDependencies"'],
      ['    --peer', 'Add dependency to "peerDependencies"'],
      ['-E, --exact', 'Add the exact version instead of the ^range'],
    ]),
    ['-h, --help', 'Print this help menu'],
  ];
  return `\nUsage: ${line}\n\n  ${text}\n\nFlags:\n${flags.map(([flag, what]) => `  ${flag.padEnd(32)} ${what}`).join('\n')}`;
}

export function globalDirectory() {
  return path.join(process.env.BUN_INSTALL ?? path.join(os.homedir(), '.bun'), 'install', 'global');
}

// Where programs of packages that are installed globally are linked: in the PATH of sandboxes.
export function globalBinaries() {
  return path.dirname(process.execPath);
}

function projectDirectory() {
  for (const parent of parents(process.cwd())) {
    if (fs.existsSync(path.join(parent, 'package.json'))) return parent;
  }
  return undefined;
}

export async function callInstaller(settings, onProgress = () => {}) {
  let report;
  try {
    report = await packages.install(JSON.stringify(settings), onProgress);
  } catch (error) {
    throw new CommandError(error.message);
  }
  return typeof report === 'string' ? JSON.parse(report) : report;
}

// Installs and reports as Bun does.
export async function installPackages(settings, { verb, silent = false }) {
  const begin = performance.now();
  if (!silent) print(`bun ${verb} ${BUN_TITLE}`);
  const adding = (settings.add ?? []).length > 0;
  if (adding && !silent) printError('Resolving dependencies');
  const report = await callInstaller({ add: [], remove: [], lockfile: 'bun', ...settings });
  if (silent) return report;
  for (const warning of report.warnings ?? []) printError(`warn: ${warning}`);
  if (adding) printError(`Resolved, downloaded and extracted [${report.added.length}]`);
  if (report.lockfile === 'Saved' || (adding && report.lockfile === undefined)) printError('Saved lockfile');
  print('');
  const time = `[${milliseconds(begin)}]`;
  const count = report.added.length;
  const installed = `${count} package${count === 1 ? '' : 's'} installed ${time}`;
  if (adding) {
    for (const { name, version, bins = [] } of report.direct) {
      print(`installed ${name}@${version}${bins.length > 0 ? ' with binaries:' : ''}`);
      for (const binary of bins) print(` - ${binary}`);
    }
    print(`\n${count > 0 ? installed : `${time} done`}`);
  } else if ((settings.remove ?? []).length > 0) {
    for (const name of settings.remove) if (named(report.removed).includes(name)) print(`- ${name}`);
    const gone = report.removed.length;
    print(gone > 0 ? `${gone} package${gone === 1 ? '' : 's'} removed ${time}` : `${time} done`);
  } else if (count > 0) {
    const added = new Set(named(report.added));
    const direct = report.direct.filter(({ name }) => added.has(name));
    for (const { name, version } of direct) print(`+ ${name}@${version}`);
    if (direct.length > 0) print('');
    print(installed);
  } else {
    const total = report.packages ?? 0;
    print(`Checked ${total} install${total === 1 ? '' : 's'} across ${total + 1} packages (no changes) ${time}`);
  }
  const blocked = report.blockedScripts ?? [];
  if (blocked.length > 0) {
    print(`\nBlocked ${blocked.length} postinstall${blocked.length === 1 ? '' : 's'}: scripts of packages are not run.`);
  }
  return report;
}

export function named(list) {
  return (list ?? []).map((entry) => (typeof entry === 'string' ? entry : entry.name));
}

export async function install(verb, argv) {
  const { options, rest } = parseOptions(argv, OPTIONS, { permute: true, unknown: (option) => {
    if (REFUSED.some((name) => option === `--${name}` || option.startsWith(`--${name}=`))) throw notSupported(`\`bun ${verb} ${option}\``);
    return true;
  } });
  if (options.help) {
    print(usage(verb));
    return 0;
  }
  for (const name of REFUSED) if (options[name] !== undefined) throw notSupported(`\`bun ${verb} --${name}\``);
  if (options.cwd) changeDirectory(options.cwd);
  if ((verb === 'add' || verb === 'remove') && rest.length === 0) {
    print(`bun ${verb} ${BUN_TITLE}`);
    printError(`error: no package specified to ${verb}`);
    print(usage(verb));
    return 0;
  }
  const effective = verb === 'install' && rest.length > 0 ? 'add' : verb;
  let directory = options.global ? globalDirectory() : projectDirectory();
  if (directory === undefined && effective === 'remove') {
    print('No package.json, so nothing to remove');
    return 1;
  }
  if (directory === undefined && effective !== 'add') {
    print(`bun ${effective} ${BUN_TITLE}`);
    throw new CommandError('Bun could not find a package.json file to install from\nnote: Run "bun init" to initialize a project');
  }
  directory ??= process.cwd();
  if (options.global) prepareGlobal(directory);
  const omit = (options.omit ?? []).flatMap((list) => list.split(','));
  const settings = {
    directory,
    add: effective === 'remove' ? [] : rest,
    remove: effective === 'remove' ? rest : [],
    dev: options.dev === true,
    optional: options.optional === true,
    peer: options.peer === true,
    exact: options.exact === true,
    frozen: options['frozen-lockfile'] === true,
    production: options.production === true || omit.includes('dev') || process.env.NODE_ENV === 'production',
    force: options.force === true,
    refresh: effective === 'update',
    clean: false,
    globalBins: options.global === true ? globalBinaries() : undefined,
    lockfile: 'bun',
  };
  await installPackages(settings, { verb: effective, silent: options.silent === true });
  return 0;
}

function prepareGlobal(directory) {
  fs.mkdirSync(directory, { recursive: true });
  const file = path.join(directory, 'package.json');
  if (!fs.existsSync(file)) fs.writeFileSync(file, '{}\n');
}

export function changeDirectory(directory) {
  try {
    process.chdir(directory);
  } catch (error) {
    throw new CommandError(`${error.code ?? 'ENOENT'}: Could not change directory to "${directory}"`, { prefix: '' });
  }
}
