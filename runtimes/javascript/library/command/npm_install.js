// `npm install`, `npm ci`, `npm update`, `npm uninstall`.
import fs from 'node:fs';
import path from 'node:path';
import process from 'node:process';

import { callInstaller, globalBinaries, globalDirectory } from 'belljar:command/install';
import { NpmError, projectPrefix } from 'belljar:command/npm';
import { print, printError } from 'belljar:command/report';

function elapsed(begin) {
  const time = performance.now() - begin;
  return time < 1000 ? `${Math.round(time)}ms` : `${Math.round(time / 1000)}s`;
}

function count(number, verb) {
  return `${verb} ${number} package${number === 1 ? '' : 's'}`;
}

async function change(settings, options) {
  const begin = performance.now();
  const report = await callInstaller({ add: [], remove: [], lockfile: 'npm', ...settings });
  for (const warning of report.warnings ?? []) printError(`npm warn ${warning}`);
  if (options.silent) return 0;
  if (options.json) {
    print(JSON.stringify({ added: report.added.length, removed: report.removed.length, changed: report.updated?.length ?? 0 }, null, 2));
    return 0;
  }
  const parts = [];
  // The report counts what got another version among what was added.
  const fresh = report.added.length - (report.updated?.length ?? 0);
  if (fresh > 0) parts.push(count(fresh, 'added'));
  if (report.removed.length > 0) parts.push(count(report.removed.length, 'removed'));
  if (report.updated?.length > 0) parts.push(count(report.updated.length, 'changed'));
  const time = elapsed(begin);
  if (parts.length === 0) print(`\nup to date in ${time}`);
  else print(`\n${parts.length > 1 ? `${parts.slice(0, -1).join(', ')}, and ${parts.at(-1)}` : parts[0]} in ${time}`);
  return 0;
}

function target(options) {
  if (!options.global) return projectPrefix();
  const directory = globalDirectory();
  fs.mkdirSync(directory, { recursive: true });
  const file = path.join(directory, 'package.json');
  if (!fs.existsSync(file)) fs.writeFileSync(file, '{}\n');
  return directory;
}

export function npmInstall(add, options) {
  const directory = target(options);
  if (options.frozen && !fs.existsSync(path.join(directory, 'package-lock.json')) && !fs.existsSync(path.join(directory, 'npm-shrinkwrap.json'))) {
    throw new NpmError(`code EUSAGE

The \`npm ci\` command can only install with an existing package-lock.json or
npm-shrinkwrap.json with lockfileVersion >= 1. Run an install with npm@5 or
later to generate a package-lock.json file, then try again.`);
  }
  const omit = [...(options.omit ?? []).flatMap((list) => list.split(',')), options.only?.startsWith('prod') ? 'dev' : ''];
  const include = (options.include ?? []).flatMap((list) => list.split(','));
  const production = (omit.includes('dev') || options.production === true || process.env.NODE_ENV === 'production') && !include.includes('dev');
  // npm makes a package.json for what is added, and installs nothing where there is none.
  if (add.length === 0 && !fs.existsSync(path.join(directory, 'package.json'))) {
    if (!options.silent) print('\nup to date in 0ms');
    return 0;
  }
  return change({
    directory,
    add: options.update ? [] : add,
    dev: options['save-dev'] === true,
    optional: options['save-optional'] === true,
    peer: options['save-peer'] === true,
    exact: options['save-exact'] === true,
    globalBins: options.global === true ? globalBinaries() : undefined,
    frozen: options.frozen === true,
    clean: options.frozen === true,
    production,
    force: false,
    refresh: options.update === true,
  }, options);
}

export function npmUninstall(names, options) {
  if (names.length === 0) throw new NpmError('Must provide a package name to remove');
  return change({ directory: target(options), remove: names, globalBins: options.global === true ? globalBinaries() : undefined }, options);
}
