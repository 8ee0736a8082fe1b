// The questions of a browser, on standard output and input.
import { readSync } from 'native:process';

import { write } from 'belljar:internal/streams';

// Byte by byte: what follows the line is for whoever reads next. Nothing at the end of the input.
function readLine() {
  const bytes = [];
  for (;;) {
    const [byte] = readSync(1) ?? [];
    if (byte === undefined && bytes.length === 0) return undefined;
    if (byte === undefined || byte === 0x0a) break;
    bytes.push(byte);
  }
  return Buffer.from(bytes).toString().replace(/\r$/, '');
}

export function alert(message) {
  write(1, `${message === undefined ? 'Alert' : message} [Enter] `);
  readLine();
}

export function confirm(message) {
  write(1, `${message === undefined ? 'Confirm' : message} [y/N] `);
  return /^y$/i.test(readLine() ?? '');
}

export function prompt(message, initial) {
  write(1, `${message === undefined ? 'Prompt' : message} ${initial === undefined ? '' : `[${initial}] `}`);
  const line = readLine();
  if (line === undefined) return null;
  return line === '' ? (initial === undefined ? null : String(initial)) : line;
}
