// Scripts of package.json, run through the sandbox's shell.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';

import { parents } from 'belljar:command/manifest';
import { exitStatus } from 'belljar:command/report';
import { BUN_VERSION, NPM_VERSION } from 'belljar:command/version';

// What Bun writes in double quotes; everything that a shell would take for something else is among it.
const NEEDS_QUOTES = /[\s0-9$&|;<>(){}[\]*?!~#=,%'"`\\^]/;

export function quoteForBun(argument) {
  if (argument !== '' && !NEEDS_QUOTES.test(argument)) return argument;
  return `"${argument.replace(/[$`"\\]/g, '\\$&')}"`;
}

export function quoteForShell(argument) {
  if (/^[\w@%+=:,./-]+$/.test(argument)) return argument;
  return `'${argument.replaceAll("'", "'\\''")}'`;
}

export function searchPath(directory, existing = process.env.PATH ?? '') {
  const folders = [...parents(directory)].map((parent) => path.join(parent, 'node_modules', '.bin'));
  return [...folders, ...(existing === '' ? [] : [existing])].join(':');
}

export function scriptEnvironment(manifest, { kind, event, command, verb }) {
  const { directory, file, value } = manifest;
  const platform = `node/${process.version} ${process.platform} ${process.arch}`;
  const env = {
    ...process.env,
    PATH: searchPath(directory),
    npm_command: verb ?? 'run-script',
    npm_config_local_prefix: directory,
    npm_config_user_agent:
      kind === 'bun' ? `bun/${BUN_VERSION} npm/? ${platform}` : `npm/${NPM_VERSION} ${platform} workspaces/false`,
    npm_execpath: process.execPath,
    npm_lifecycle_event: event,
    npm_lifecycle_script: command,
    npm_node_execpath: nodePath(),
    npm_package_json: file,
    NODE: nodePath(),
  };
  if (kind === 'npm') env.INIT_CWD = process.cwd();
  for (const field of ['name', 'version']) {
    if (typeof value[field] === 'string') env[`npm_package_${field}`] = value[field];
  }
  for (const [name, setting] of Object.entries(value.config ?? {})) {
    if (typeof setting !== 'object') env[`npm_package_config_${name}`] = String(setting);
  }
  return env;
}

// `node` stands beside the program that runs.
export function nodePath() {
  return path.join(path.dirname(process.execPath), 'node');
}

export function shell(command, { cwd, env }) {
  const child = spawnSync('/bin/sh', ['-c', command], { cwd, env, stdio: 'inherit' });
  if (child.error) {
    if (child.error.code !== 'ENOENT') throw child.error;
    const other = spawnSync('sh', ['-c', command], { cwd, env, stdio: 'inherit' });
    if (other.error) throw other.error;
    return other;
  }
  return child;
}

// Runs a script with those before and after it. `announce` prints what is run, `failed` tells how it
// ended. Returns the exit code.
export function runScript(manifest, name, args, { kind, verb, announce, failed, quote, adapt = (text) => text }) {
  const scripts = manifest.value.scripts;
  for (const event of [`pre${name}`, name, `post${name}`]) {
    if (typeof scripts[event] !== 'string') continue;
    let command = adapt(scripts[event]);
    if (event === name && args.length > 0) command += ` ${args.map(quote).join(' ')}`;
    announce?.(event, command, event === name && args.length > 0 ? `${adapt(scripts[event])} ${args.join(' ')}` : command);
    const env = scriptEnvironment(manifest, { kind, event, command: scripts[event], verb });
    const child = shell(command, { cwd: manifest.directory, env });
    const status = exitStatus(child, os.constants.signals);
    if (status !== 0) {
      failed?.(event, child);
      return status;
    }
  }
  return 0;
}

// A file that may be executed under a name in the `node_modules/.bin` folders from a directory up.
export function findBinary(name, directory) {
  if (name.includes('/') || name === '' || name === '.' || name === '..') return undefined;
  for (const parent of parents(directory)) {
    const file = path.join(parent, 'node_modules', '.bin', name);
    if (fs.existsSync(file)) return file;
  }
  return undefined;
}

export function findOnPath(name, variable = process.env.PATH ?? '') {
  for (const folder of variable.split(':')) {
    const file = path.join(folder === '' ? '.' : folder, name);
    try {
      if (fs.statSync(file).isFile()) return file;
    } catch {
      // Most folders do not have it.
    }
  }
  return undefined;
}
