// One program under several names: argv[0] says which.
import path from 'node:path';
import process from 'node:process';

import 'belljar:web/install';
import { become } from 'belljar:bun/personality';
import { bun } from 'belljar:command/bun';
import { bunx } from 'belljar:command/bunx';
import { node } from 'belljar:command/node';
import { npm, npx } from 'belljar:command/npm';
import { CommandError, printError } from 'belljar:command/report';

const COMMANDS = { bun, bunx, node, npm, npx };

// Gives the exit code, or nothing where a program was started: then its event loop decides.
async function dispatch([name, ...argv]) {
  const base = path.basename(name ?? 'bun').replace(/\.wasm$/, '');
  const command = Object.hasOwn(COMMANDS, base) ? COMMANDS[base] : bun;
  become(command === bun || command === bunx ? 'bun' : 'node');
  try {
    return await command(argv);
  } catch (error) {
    if (error instanceof CommandError) {
      const text = `${error.prefix}${error.message}`;
      if (text !== '') printError(text);
      return error.exitCode;
    }
    throw error;
  }
}

export async function main(argv) {
  const code = await dispatch(argv);
  if (typeof code === 'number') process.exitCode = code;
}
