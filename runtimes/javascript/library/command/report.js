import process from 'node:process';

export function print(text) {
  process.stdout.write(`${text}\n`);
}

export function printError(text) {
  process.stderr.write(`${text}\n`);
}

// An error that is the user's to mend: printed as it is, without a stack.
export class CommandError extends Error {
  constructor(message, { exitCode = 1, prefix = 'error: ' } = {}) {
    super(message);
    this.name = 'CommandError';
    this.exitCode = exitCode;
    this.prefix = prefix;
  }
}

export function notSupported(what) {
  return new CommandError(`${what} is not supported in this sandbox`);
}

// The status a shell gives for a child that has ended, one way or the other.
export function exitStatus(child, signals) {
  if (child.signal) return 128 + (signals[child.signal] ?? 15);
  return child.status ?? 1;
}

export function milliseconds(since) {
  const elapsed = performance.now() - since;
  return elapsed < 1000 ? `${elapsed.toFixed(2)}ms` : `${(elapsed / 1000).toFixed(2)}s`;
}
