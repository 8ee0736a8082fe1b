// `bun run TARGET`: which of a script, a file or a program of a package it is.
import fs from 'node:fs';
import path from 'node:path';
import process from 'node:process';

import { resolve, runFile } from 'belljar:internal/program';
import { describeEnd, execute } from 'belljar:command/execute';
import { findManifest, scriptsOf } from 'belljar:command/manifest';
import { CommandError, print, printError } from 'belljar:command/report';
import { findBinary, findOnPath, quoteForBun, runScript, scriptEnvironment, searchPath } from 'belljar:command/scripts';

const PROGRAMS = new Set(['.js', '.mjs', '.cjs', '.jsx', '.ts', '.mts', '.cts', '.tsx']);

function manifestOrNothing(directory) {
  try {
    return findManifest(directory);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    // A broken package.json must not keep a file from being run.
    printError(`warn: ${error.message}`);
    return undefined;
  }
}

// npm's command inside of a script means Bun's.
function asBun(command) {
  return command.replace(/(^|&&|\|\||;|\|)(\s*)(?:npm|yarn|pnpm) run(?=\s)/g, '$1$2bun run')
    .replace(/(^|&&|\|\||;|\|)(\s*)npx(?=\s)/g, '$1$2bunx');
}

function isFile(file) {
  try {
    return fs.statSync(file).isFile();
  } catch {
    return false;
  }
}

// Resolves as an import would, so that extensions and directories need not be written.
function resolveFile(target) {
  const absolute = path.resolve(target);
  if (isFile(absolute)) return absolute;
  try {
    return resolve(absolute, path.join(process.cwd(), '[run]'), 'import');
  } catch {
    return undefined;
  }
}

export async function startFile(file, args, { kind = 'bun', prepare } = {}) {
  const extension = path.extname(file);
  if (kind === 'bun' && extension !== '' && !PROGRAMS.has(extension) && !firstBytesAreShebang(file)) {
    const name = extension.slice(1);
    const sort = name === 'txt' ? 'text' : name;
    throw new CommandError(`Cannot run "${file}"\nnote: Bun cannot run ${sort} files directly`);
  }
  await prepare?.();
  const namespace = await runFile(file, { kind, args });
  if (kind === 'bun') await serveDefault(namespace);
  return undefined;
}

function firstBytesAreShebang(file) {
  const descriptor = fs.openSync(file, 'r');
  try {
    const bytes = Buffer.alloc(2);
    return fs.readSync(descriptor, bytes, 0, 2, 0) === 2 && bytes.toString('latin1') === '#!';
  } finally {
    fs.closeSync(descriptor);
  }
}

// A program whose default export can answer requests is a server.
async function serveDefault(namespace) {
  const options = await namespace?.default;
  if (options === null || (typeof options !== 'object' && typeof options !== 'function')) return;
  if (typeof options.fetch !== 'function' || typeof options.stop === 'function') return;
  const server = Bun.serve(options);
  process.stdout.write(`Started development server: ${server.url.href.replace(/\/$/, '')}\n`);
}

export function listScripts(manifest) {
  const scripts = Object.entries(scriptsOf(manifest));
  if (scripts.length === 0) return;
  print(`\npackage.json scripts (${scripts.length} found):`);
  for (const [name, command] of scripts) print(`  $ bun run ${name}\n    ${command}\n`);
}

export async function runTarget(target, args, { explicit, silent = false, ifPresent = false, forceBun = false, prepare }) {
  const isPath = /^\.{0,2}\//.test(target) || target === '.' || target === '..';
  const extension = path.extname(target);
  if (isPath || PROGRAMS.has(extension)) {
    const file = resolveFile(target);
    if (file) return startFile(file, args, { prepare });
  }
  const manifest = manifestOrNothing(process.cwd());
  if (Object.hasOwn(scriptsOf(manifest), target)) {
    return runScript(manifest, target, args, {
      kind: 'bun',
      quote: quoteForBun,
      adapt: asBun,
      announce: silent ? undefined : (_event, command) => printError(`$ ${command}`),
      failed: silent ? undefined : (event, child) => printError(describeEnd(`script "${event}"`, child)),
    });
  }
  const file = resolveFile(target);
  if (file) return startFile(file, args, { prepare });
  if (!isPath) {
    const binary = findBinary(target, process.cwd()) ?? (explicit ? findOnPath(target) : undefined);
    if (binary) return runBinary(binary, target, args, manifest, forceBun);
  }
  if (ifPresent) return 0;
  if (isPath || PROGRAMS.has(extension)) throw new CommandError(`Module not found "${target}"`);
  if (extension !== '') throw new CommandError(`File not found "${target}"`);
  throw new CommandError(`Script not found "${target}"`);
}

function runBinary(binary, name, args, manifest, forceBun) {
  if (manifest) {
    Object.assign(process.env, scriptEnvironment(manifest, { kind: 'bun', event: name, command: name }));
  } else {
    process.env.PATH = searchPath(process.cwd());
  }
  return execute(binary, args, { forceBun });
}
