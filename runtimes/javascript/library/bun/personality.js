// What a program finds depends on whose name it was started under: the `Bun` object and Bun's console,
// or neither.
import { Bun } from 'belljar:bun/index';
import { bunConsole } from 'belljar:bun/console';
import { absentClass } from 'belljar:bun/absent';
import { setErrorFormat } from 'belljar:bun/inspect';
import { formatError, setKind as setProgramKind } from 'belljar:internal/program';
import { setKind } from 'belljar:web/kind';

setErrorFormat((error) => formatError(error, 'bun'));

// The console as it is before Bun's is put over it.
const nodes = Object.fromEntries(Object.keys(bunConsole).map((name) => [name, console[name]]));

const HTMLRewriter = absentClass('HTMLRewriter');

export function become(kind) {
  setKind(kind);
  setProgramKind(kind);
  if (kind === 'node') {
    delete globalThis.Bun;
    delete globalThis.HTMLRewriter;
    Object.assign(console, nodes);
    return;
  }
  Object.defineProperty(globalThis, 'Bun', { value: Bun, writable: true, enumerable: false, configurable: true });
  Object.defineProperty(globalThis, 'HTMLRewriter', { value: HTMLRewriter, writable: true, enumerable: false, configurable: true });
  Object.assign(console, bunConsole);
}
