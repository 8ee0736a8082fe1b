// `npm config`: what the environment and the `.npmrc` files say.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';

import * as packages from 'native:packages';
import { globalPrefix, NpmError, projectPrefix } from 'belljar:command/npm';
import { print } from 'belljar:command/report';
import { NPM_VERSION } from 'belljar:command/version';

function readFile(file) {
  let text;
  try {
    text = fs.readFileSync(file, 'utf8');
  } catch {
    return {};
  }
  const entries = {};
  for (const line of text.split(/\r?\n/)) {
    const match = /^\s*([^#;=\s][^=]*?)\s*(?:=\s*(.*?)\s*)?$/.exec(line);
    if (match) entries[match[1]] = (match[2] ?? 'true').replace(/\$\{([^}]+)\}/g, (whole, name) => process.env[name] ?? whole);
  }
  return entries;
}

function userFile() {
  return process.env.npm_config_userconfig ?? path.join(os.homedir(), '.npmrc');
}

function fromEnvironment() {
  const entries = {};
  for (const [name, value] of Object.entries(process.env)) {
    const match = /^npm_config_(.+)$/i.exec(name);
    if (match) entries[match[1].toLowerCase().replaceAll('_', '-')] = value;
  }
  return entries;
}

function defaults() {
  return {
    registry: typeof packages.registry === 'function' ? packages.registry() : undefined,
    prefix: globalPrefix(),
    cache: path.join(os.homedir(), '.npm'),
    userconfig: userFile(),
    'node-version': process.version,
    'npm-version': NPM_VERSION,
    'user-agent': `npm/${NPM_VERSION} node/${process.version} ${process.platform} ${process.arch} workspaces/false`,
    'ignore-scripts': 'true',
    'package-lock': 'true',
    save: 'true',
    'save-prefix': '^',
    loglevel: 'notice',
  };
}

export function configuration() {
  return { ...defaults(), ...readFile(userFile()), ...readFile(path.join(projectPrefix(), '.npmrc')), ...fromEnvironment() };
}

function isSecret(name) {
  return /_auth|password|token/i.test(name);
}

function change(name, value, options) {
  const file = options.location === 'project' ? path.join(projectPrefix(), '.npmrc') : userFile();
  const entries = readFile(file);
  if (value === undefined) delete entries[name];
  else entries[name] = value;
  fs.writeFileSync(file, Object.entries(entries).map(([key, entry]) => `${key}=${entry}\n`).join(''));
}

export function config([command, ...args], options) {
  switch (command) {
    case 'get': {
      const all = configuration();
      if (args.length === 0) return list(all, options);
      for (const name of args) {
        if (isSecret(name)) throw new NpmError(`The ${name} option is protected, and cannot be retrieved in this way`);
        print(args.length > 1 ? `${name}=${all[name]}` : String(all[name]));
      }
      return 0;
    }
    case 'set':
      if (args.length === 0) throw new NpmError('Usage: npm config set <key>=<value> [<key>=<value> ...]');
      if (args.length === 2 && !args[0].includes('=')) {
        change(args[0], args[1], options);
      } else {
        for (const pair of args) {
          const equals = pair.indexOf('=');
          change(equals < 0 ? pair : pair.slice(0, equals), equals < 0 ? 'true' : pair.slice(equals + 1), options);
        }
      }
      return 0;
    case 'delete':
    case 'rm':
      for (const name of args) change(name, undefined, options);
      return 0;
    case 'list':
    case 'ls':
    case undefined:
      return list(configuration(), options);
    default:
      throw new NpmError(`\`npm config ${command}\` is not supported in this sandbox`);
  }
}

function list(all, options) {
  const shown = Object.entries(all).filter(([name, value]) => value !== undefined && !isSecret(name)).sort();
  if (options.json) print(JSON.stringify(Object.fromEntries(shown), null, 2));
  else for (const [name, value] of shown) print(`${name} = ${JSON.stringify(value)}`);
  return 0;
}
