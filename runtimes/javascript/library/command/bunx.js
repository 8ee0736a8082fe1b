// `bunx NAME` and `npx NAME`: a program of a package, which is installed into a folder for such
// packages where the project does not have it.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';

import { execute } from 'belljar:command/execute';
import { callInstaller } from 'belljar:command/install';
import { binariesOf, readManifest } from 'belljar:command/manifest';
import { parseOptions } from 'belljar:command/options';
import { CommandError, print, printError } from 'belljar:command/report';
import { findBinary, searchPath } from 'belljar:command/scripts';

const OPTIONS = {
  help: 'flag', h: '>help', bun: 'flag', b: '>bun', package: 'value', p: '>package', 'no-install': 'flag', verbose: 'flag', silent: 'flag', yes: 'flag', y: '>yes',
};

const USAGE = `Usage: bunx [flags] <package><@version> [flags and arguments for the package]
Execute an npm package executable (CLI), automatically installing into a global shared cache if not installed in node_modules.

Flags:
  --bun                  Force the command to run with Bun instead of Node.js
  -p, --package <package>    Specify package to install when binary name differs from package name
  --no-install           Skip installation if package is not already installed
  --verbose              Enable verbose output during installation
  --silent               Suppress output during installation

Examples:
  bunx prisma migrate
  bunx prettier foo.js
  bunx -p @angular/cli ng new my-app
  bunx --bun vite dev foo.js`;

// How long an installed package of no exact version is used without asking again.
const FRESH_MILLISECONDS = 24 * 60 * 60 * 1000;

// Commands whose package has another name, and whose own name is somebody else's package.
const WELL_KNOWN = new Map([['tsc', 'typescript'], ['tsserver', 'typescript']]);

export function splitSpec(spec) {
  const at = spec.indexOf('@', 1);
  return at < 0 ? { name: spec, version: undefined } : { name: spec.slice(0, at), version: spec.slice(at + 1) };
}

function cacheFolder(spec) {
  const user = typeof process.getuid === 'function' ? process.getuid() : 0;
  return path.join(os.tmpdir(), `bunx-${user}-${spec.replaceAll('/', '+')}`);
}

function installedBinary(folder, packageName, wanted) {
  const file = path.join(folder, 'node_modules', packageName, 'package.json');
  if (!fs.existsSync(file)) return undefined;
  const binaries = binariesOf({ name: packageName, ...readManifest(file).value });
  const names = Object.keys(binaries);
  const name = Object.hasOwn(binaries, wanted) ? wanted : names.length === 1 ? names[0] : undefined;
  return name === undefined ? undefined : path.join(folder, 'node_modules', '.bin', name);
}

// Finds, or installs, and gives the path of the program.
export async function provide(request, { command, install = true, localOnly = false }) {
  const spec = WELL_KNOWN.get(request) ?? request;
  const { name, version } = splitSpec(spec);
  const wanted = command ?? request.replace(/(?!^)@.*/, '').replace(/^.*\//, '');
  if (version === undefined) {
    const local = findBinary(wanted, process.cwd());
    if (local) return local;
  }
  if (localOnly) return undefined;
  const folder = cacheFolder(spec);
  const manifest = path.join(folder, 'package.json');
  const fresh = fs.existsSync(manifest) && Date.now() - fs.statSync(manifest).mtimeMs < FRESH_MILLISECONDS;
  if (!fresh || !installedBinary(folder, name, wanted)) {
    if (!install) {
      throw new CommandError(`Could not find an existing '${wanted}' binary to run. Stopping because --no-install was passed.`);
    }
    fs.mkdirSync(folder, { recursive: true });
    fs.writeFileSync(manifest, '{}\n');
    await callInstaller({ directory: folder, add: [spec], remove: [], lockfile: 'bun' });
  }
  const binary = installedBinary(folder, name, wanted);
  if (!binary) throw new CommandError(`could not determine executable to run for package ${name}`);
  process.env.PATH = `${path.join(folder, 'node_modules', '.bin')}:${searchPath(process.cwd())}`;
  return binary;
}

export async function bunx(argv) {
  const { options, rest } = parseOptions(argv, OPTIONS, { unknown: () => true });
  const [first, ...args] = rest;
  if (options.help || first === undefined) {
    (options.help ? print : printError)(USAGE);
    return options.help ? 0 : 1;
  }
  const binary = options.package === undefined
    ? await provide(first, { install: !options['no-install'] })
    : await provide(options.package, { command: first, install: !options['no-install'] });
  return execute(binary, args, { forceBun: options.bun === true, describe: false });
}
