// package.json files.
import fs from 'node:fs';
import path from 'node:path';

import { CommandError } from 'belljar:command/report';

export function* parents(directory) {
  let current = path.resolve(directory);
  for (;;) {
    yield current;
    const next = path.dirname(current);
    if (next === current) return;
    current = next;
  }
}

export function readManifest(file) {
  const text = fs.readFileSync(file, 'utf8').replace(/^\uFEFF/, '');
  let value;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new CommandError(`${file} is not valid JSON: ${error.message}`);
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    throw new CommandError(`${file} must hold an object`);
  }
  return { value, text };
}

// The nearest package.json at or above a directory.
export function findManifest(directory) {
  for (const parent of parents(directory)) {
    const file = path.join(parent, 'package.json');
    if (fs.existsSync(file)) return { file, directory: parent, ...readManifest(file) };
  }
  return undefined;
}

export function indentation(text) {
  return /^[{[]\s*?\n([ \t]+)/.exec(text)?.[1] ?? '  ';
}

export function writeManifest(file, value, text) {
  const trailing = text === undefined || text.endsWith('\n') ? '\n' : '';
  const indent = text === undefined ? '  ' : indentation(text);
  fs.writeFileSync(file, JSON.stringify(value, null, indent) + trailing);
}

export function scriptsOf(manifest) {
  const scripts = manifest?.value.scripts;
  if (scripts === null || typeof scripts !== 'object') return {};
  return Object.fromEntries(Object.entries(scripts).filter(([, command]) => typeof command === 'string'));
}

export function binariesOf(manifest) {
  const { bin, name } = manifest;
  if (typeof bin === 'string') {
    return typeof name === 'string' ? { [name.replace(/^@[^/]*\//, '')]: bin } : {};
  }
  return bin !== null && typeof bin === 'object' ? bin : {};
}
