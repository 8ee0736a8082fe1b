// Running a program of a package: in this process if it is JavaScript, else as a child.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import process from 'node:process';

import { runFile } from 'belljar:internal/program';
import { become } from 'belljar:bun/personality';
import { CommandError, exitStatus, printError } from 'belljar:command/report';

function firstLine(file) {
  const descriptor = fs.openSync(file, 'r');
  try {
    const bytes = Buffer.alloc(256);
    const length = fs.readSync(descriptor, bytes, 0, bytes.length, 0);
    return bytes.toString('latin1', 0, length).split('\n', 1)[0];
  } finally {
    fs.closeSync(descriptor);
  }
}

// 'node' or 'bun' for a script of theirs, else undefined.
export function interpreterOf(file) {
  const line = firstLine(file);
  const match = /^#!\s*(?:\S*\/env\s+(?:-S\s+)?)?(?:\S*\/)?(node|nodejs|bun)(?:\s|$)/.exec(line);
  if (match) return match[1] === 'bun' ? 'bun' : 'node';
  if (!line.startsWith('#!') && /\.(?:[cm]?[jt]s|[jt]sx)$/.test(fs.realpathSync(file))) return 'node';
  return undefined;
}

export async function execute(file, args, { forceBun = false, describe = true } = {}) {
  const kind = interpreterOf(file);
  if (kind) {
    const personality = forceBun ? 'bun' : kind;
    become(personality);
    await runFile(file, { kind: personality, args });
    return undefined;
  }
  const child = spawnSync(file, args, { stdio: 'inherit', env: process.env });
  if (child.error) {
    throw new CommandError(`Failed to run "${file}" due to error ${child.error.code ?? child.error.message}`);
  }
  const status = exitStatus(child, os.constants.signals);
  if (status !== 0 && describe) printError(describeEnd(`"${file}"`, child));
  return status;
}

const SIGNAL_TEXTS = {
  SIGHUP: 'Terminal hung up',
  SIGINT: 'Interrupted',
  SIGQUIT: 'Quit',
  SIGABRT: 'Abort',
  SIGKILL: 'Forced quit',
  SIGSEGV: 'Segmentation fault',
  SIGPIPE: 'Broken pipe',
  SIGALRM: 'Alarm',
  SIGTERM: 'Terminated',
};

export function describeEnd(what, child) {
  if (child.signal) {
    const text = SIGNAL_TEXTS[child.signal];
    return `error: ${what} was terminated by signal ${child.signal}${text ? ` (${text})` : ''}`;
  }
  return `error: ${what} exited with code ${child.status}`;
}
