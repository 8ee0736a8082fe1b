// `bun pm`.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';

import { globalDirectory } from 'belljar:command/install';
import { findManifest } from 'belljar:command/manifest';
import { pkg } from 'belljar:command/pkg';
import { CommandError, notSupported, print } from 'belljar:command/report';
import { countInstalled, draw, tree } from 'belljar:command/tree';

const USAGE = `
Usage: bun pm [flags] [<command>]

  Run package manager utilities.

Commands:

  bun pm bin                  print the path to bin folder
  └ -g                        print the global path to bin folder
  bun pm ls                   list the dependency tree according to node_modules
  └ --all                     list the entire dependency tree
  bun pm pkg                  manage data in package.json
  ├ get [key ...]
  ├ set key=value ...
  └ delete key ...
  bun pm cache                print the path to the cache folder
`;

function requireManifest(directory = process.cwd()) {
  const manifest = findManifest(directory);
  if (manifest) return manifest;
  throw new CommandError(`No package.json was found for directory "${directory}"\nnote: Run "bun init" to initialize a project`);
}

export function list(argv) {
  const { directory, value } = requireManifest();
  const all = argv.includes('--all') || argv.includes('-a');
  const { nodes } = tree(directory, value, { depth: all ? Infinity : 0 });
  const modules = path.join(directory, 'node_modules');
  if (!fs.existsSync(modules)) throw new CommandError('Lockfile not found');
  print(all ? `${directory} node_modules` : `${directory} node_modules (${countInstalled(modules)})`);
  for (const line of draw(nodes.filter((node) => !node.missing))) print(line);
  return 0;
}

export function pm(argv) {
  const [command, ...rest] = argv;
  switch (command) {
    case undefined:
    case '--help':
    case '-h':
      print(USAGE);
      return 0;
    case 'ls':
    case 'list':
      return list(rest);
    case 'bin': {
      const isGlobal = rest.includes('-g') || rest.includes('--global');
      print(isGlobal
        ? path.join(path.dirname(path.dirname(globalDirectory())), 'bin')
        : path.join(requireManifest().directory, 'node_modules', '.bin'));
      return 0;
    }
    case 'cache':
      if (rest[0] === 'rm') throw notSupported('`bun pm cache rm`');
      print(path.join(process.env.BUN_INSTALL ?? path.join(os.homedir(), '.bun'), 'install', 'cache'));
      return 0;
    case 'pkg':
      return pkg(rest, requireManifest(), 'bun pm pkg');
    case 'trust':
    case 'untrusted':
    case 'default-trusted':
      throw new CommandError(`\`bun pm ${command}\` has nothing to do here: scripts of packages are never run`);
    default:
      throw notSupported(`\`bun pm ${command}\``);
  }
}
