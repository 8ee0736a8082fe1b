// `npm init`, `npm ls`, `npm version`.
import fs from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { inspect } from 'node:util';

import { readManifest, writeManifest } from 'belljar:command/manifest';
import { NpmError, required } from 'belljar:command/npm';
import { print, printError } from 'belljar:command/report';
import { draw, tree } from 'belljar:command/tree';
import { NPM_VERSION } from 'belljar:command/version';

export function npmInit(options) {
  if (!options.yes && !options.force && process.stdin.isTTY) {
    throw new NpmError('questions cannot be asked in this sandbox; use `npm init -y`');
  }
  const directory = process.cwd();
  const file = path.join(directory, 'package.json');
  const existing = fs.existsSync(file) ? readManifest(file) : undefined;
  const given = existing?.value ?? {};
  const known = ['name', 'version', 'description', 'main', 'scripts', 'keywords', 'author', 'license', 'type'];
  const scripts = given.scripts ?? {};
  const manifest = {
    name: given.name ?? path.basename(directory).toLowerCase().replace(/\s+/g, '-').replace(/^[._]+/, ''),
    version: given.version ?? '1.0.0',
    description: given.description ?? '',
    main: given.main ?? mainOf(directory),
    scripts: Object.hasOwn(scripts, 'test') ? scripts : { test: 'echo "Error: no test specified" && exit 1', ...scripts },
    keywords: given.keywords ?? [],
    author: given.author ?? '',
    license: given.license ?? 'ISC',
    type: given.type ?? options['init-type'] ?? 'commonjs',
  };
  for (const [key, value] of Object.entries(given)) if (!known.includes(key)) manifest[key] = value;
  writeManifest(file, manifest);
  if (!options.silent) print(`Wrote to ${file}:\n\n${JSON.stringify(manifest, null, 2)}\n\n`);
  return 0;
}

function mainOf(directory) {
  const names = fs.readdirSync(directory).filter((name) => name.endsWith('.js')).sort();
  return names.find((name) => ['index.js', 'main.js', 'server.js', 'app.js'].includes(name)) ?? names[0] ?? 'index.js';
}

function only(nodes, names) {
  const kept = [];
  for (const node of nodes) {
    const children = only(node.children, names);
    const name = node.label.slice(0, node.label.indexOf('@', 1));
    if (children.length > 0 || names.includes(name)) kept.push({ ...node, children });
  }
  return kept;
}

export function npmList(names, options) {
  const { directory, value } = required();
  const depth = options.all || names.length > 0 ? Infinity : Number(options.depth ?? 0);
  const { nodes: all, missing } = tree(directory, value, { depth });
  const nodes = names.length > 0 ? only(all, names) : all;
  const title = [value.name, value.version].filter(Boolean).join('@');
  if (options.json) {
    const entry = (list) => Object.fromEntries(list.map((node) => {
      const at = node.label.indexOf('@', 1);
      const below = node.children.length > 0 ? { dependencies: entry(node.children) } : {};
      return [node.label.slice(0, at), node.missing ? { required: node.label.slice(at + 1), missing: true } : { version: node.label.slice(at + 1), overridden: false, ...below }];
    }));
    print(JSON.stringify({ version: value.version, name: value.name, ...(nodes.length > 0 ? { dependencies: entry(nodes) } : {}) }, null, 2));
  } else {
    print(`${title === '' ? directory : `${title} ${directory}`}`);
    const decorate = (node) => `${node.missing ? 'UNMET DEPENDENCY ' : ''}${node.label}${node.again && depth > 0 ? ' deduped' : ''}`;
    for (const line of nodes.length > 0 ? draw(nodes, { style: 'npm', decorate }) : ['└── (empty)']) print(line);
    print('');
  }
  if (missing.length > 0) {
    printError('npm error code ELSPROBLEMS');
    for (const { name, range, by } of missing) printError(`npm error missing: ${name}@${range}, required by ${by.name}@${by.version}`);
    return 1;
  }
  return names.length > 0 && nodes.length === 0 ? 1 : 0;
}

function increment(version, release) {
  const parts = /^(\d+)\.(\d+)\.(\d+)(-[\w.-]+)?/.exec(version);
  if (!parts) throw new NpmError(`Invalid version: "${version}"`);
  const [major, minor, patch] = parts.slice(1, 4).map(Number);
  const early = parts[4] !== undefined;
  switch (release) {
    case 'major':
      return early && minor === 0 && patch === 0 ? `${major}.0.0` : `${major + 1}.0.0`;
    case 'minor':
      return early && patch === 0 ? `${major}.${minor}.0` : `${major}.${minor + 1}.0`;
    case 'patch':
      return early ? `${major}.${minor}.${patch}` : `${major}.${minor}.${patch + 1}`;
    default:
      break;
  }
  if (/^v?\d+\.\d+\.\d+(?:-[\w.-]+)?(?:\+[\w.-]+)?$/.test(release)) return release.replace(/^v/, '');
  throw new NpmError(`Invalid version: "${release}". Must be a version, major, minor or patch.`);
}

export function npmVersion([release], options) {
  if (release === undefined) {
    const { value } = fs.existsSync('package.json') ? readManifest(path.resolve('package.json')) : { value: {} };
    const own = value.name !== undefined && value.version !== undefined ? { [value.name]: value.version } : {};
    const versions = { ...own, npm: NPM_VERSION, ...process.versions };
    print(options.json ? JSON.stringify(versions, null, 2) : inspect(versions));
    return 0;
  }
  const { file, value, text } = required();
  const version = increment(value.version ?? '0.0.0', release);
  if (version === value.version) throw new NpmError('Version not changed');
  value.version = version;
  writeManifest(file, value, text);
  print(`v${version}`);
  return 0;
}
