// What a program finds depends on whose name it was started under: the `Bun` object and Bun's console,
// or neither.
import { Bun } from 'belljar:bun/index';
import { bunConsole } from 'belljar:bun/console';
import { absentClass } from 'belljar:bun/absent';
import { alert, confirm, prompt } from 'belljar:bun/prompts';
import { setErrorFormat } from 'belljar:bun/inspect';
import { Worker } from 'node:worker_threads';
import { formatError, setKind as setProgramKind } from 'belljar:internal/program';
import { setKind } from 'belljar:web/kind';

setErrorFormat((error) => formatError(error, 'bun'));

// The console as it is before Bun's is put over it.
const nodes = Object.fromEntries(Object.keys(bunConsole).map((name) => [name, console[name]]));

// What is global in Bun and not in Node.
const GLOBALS = { alert, Bun, confirm, HTMLRewriter: absentClass('HTMLRewriter'), prompt, Worker };

export function become(kind) {
  setKind(kind);
  setProgramKind(kind);
  if (kind === 'node') {
    for (const name of Object.keys(GLOBALS)) delete globalThis[name];
    Object.assign(console, nodes);
    return;
  }
  for (const [name, value] of Object.entries(GLOBALS)) {
    Object.defineProperty(globalThis, name, { value, writable: true, enumerable: false, configurable: true });
  }
  Object.assign(console, bunConsole);
}
