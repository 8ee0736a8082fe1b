// Bun's console: its own way of showing values, and output that goes straight to the descriptors.
import { write as writeOut } from 'belljar:internal/streams';
import { formatLog, inspect } from 'belljar:bun/inspect';
import { table } from 'belljar:bun/table';

let margin = '';
const counts = new Map();
const clocks = new Map();
let depth = 2;

export function setConsoleDepth(value) {
  depth = value;
}

function write(descriptor, text) {
  writeOut(descriptor, `${margin}${text}\n`);
}

function format(values, options) {
  return formatLog(values, { depth, margin, ...options });
}

function logger(descriptor) {
  return (...values) => write(descriptor, format(values));
}

function elapsed(begin) {
  return `${(performance.now() - begin).toFixed(2)}ms`;
}

export const bunConsole = {
  log: logger(1),
  info: logger(1),
  debug: logger(1),
  warn: logger(2),
  error: logger(2),
  trace(...values) {
    const trace = new Error('trace');
    Error.captureStackTrace?.(trace, bunConsole.trace);
    const lines = String(trace.stack).split('\n').filter((line) => /^\s*at /.test(line) && !/\((?:belljar|node|native|layer):/.test(line));
    write(2, [format(values), ...lines.map((line) => `      ${line.trim()}`)].filter((line, index) => index > 0 || line !== '').join('\n'));
  },
  dir(value, options = {}) {
    write(1, inspect(value, { depth: options?.depth === undefined ? depth : options.depth }));
  },
  dirxml: logger(1),
  assert(condition, ...values) {
    if (condition) return;
    write(2, values.length === 0 ? 'Assertion failed' : format(values));
  },
  table(data, properties) {
    if (data === null || typeof data !== 'object') write(1, format([data]));
    else write(1, table(data, properties).replace(/\n$/, '').replaceAll('\n', `\n${margin}`));
  },
  group(...values) {
    if (values.length > 0) write(1, format(values));
    margin += '  ';
  },
  groupEnd() {
    margin = margin.slice(2);
  },
  count(label = 'default') {
    const number = (counts.get(label) ?? 0) + 1;
    counts.set(label, number);
    write(1, `${label}: ${number}`);
  },
  countReset(label = 'default') {
    counts.set(label, 0);
  },
  time(label = 'default') {
    clocks.set(label, performance.now());
  },
  timeEnd(label = 'default') {
    if (!clocks.has(label)) return;
    write(1, `[${elapsed(clocks.get(label))}] ${label}`);
    clocks.delete(label);
  },
  timeLog(label = 'default', ...values) {
    if (!clocks.has(label)) return;
    write(1, [`[${elapsed(clocks.get(label))}] ${label}`, ...values.map((value) => format([value]))].join(' '));
  },
  clear() {},
  write(...values) {
    let length = 0;
    for (const value of values) {
      const bytes = typeof value === 'string' ? Buffer.from(value) : value;
      length += bytes.byteLength;
      writeOut(1, bytes);
    }
    return length;
  },
  // Lines of standard input.
  async *[Symbol.asyncIterator]() {
    let rest = '';
    const decoder = new TextDecoder();
    for await (const chunk of process.stdin) {
      rest += typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true });
      const lines = rest.split('\n');
      rest = lines.pop();
      for (const line of lines) yield line.replace(/\r$/, '');
    }
    if (rest !== '') yield rest;
  },
};
bunConsole.groupCollapsed = bunConsole.group;

for (const [name, method] of Object.entries(bunConsole)) {
  if (typeof method === 'function') Object.defineProperty(method, 'name', { value: name, configurable: true });
}
