// Snapshots: those beside the test file in `__snapshots__`, and those in its source.
import fs from 'node:fs';
import path from 'node:path';
import process from 'node:process';

import { inspect } from 'belljar:bun/inspect';
import { current, settings } from 'belljar:bun/test/context';
import { difference } from 'belljar:bun/test/diff';
import { matches } from 'belljar:bun/test/equality';
import { formatSnapshot } from 'belljar:bun/test/format';
import { callPosition, indent, rewrite, unindent } from 'belljar:bun/test/inline_snapshot';

const HEADER = '// Bun Snapshot v1, https://bun.sh/docs/test/snapshots\n';

export const counts = { passed: 0, failed: 0, added: 0, total: 0 };

function escape(text) {
  return text.replaceAll('\\', '\\\\').replaceAll('`', '\\`').replaceAll('${', '\\${');
}

// The snapshots of one test file.
class SnapshotFile {
  constructor(file) {
    this.file = file;
    this.path = path.join(path.dirname(file), '__snapshots__', `${path.basename(file)}.snap`);
    this.entries = new Map();
    this.counters = new Map();
    this.inline = [];
    this.changed = false;
    if (!settings.updateSnapshots && fs.existsSync(this.path)) this.read();
  }

  read() {
    // A snapshot file is a module that assigns to `exports`, as with Jest.
    const exports = {};
    new Function('exports', fs.readFileSync(this.path, 'utf8'))(exports);
    for (const [name, text] of Object.entries(exports)) this.entries.set(name, text);
  }

  next(name) {
    const number = (this.counters.get(name) ?? 0) + 1;
    this.counters.set(name, number);
    return `${name} ${number}`;
  }

  save() {
    if (this.changed) {
      const body = [...this.entries].map(([name, text]) => `\nexports[\`${escape(name)}\`] = \`${escape(text)}\`;\n`).join('');
      fs.mkdirSync(path.dirname(this.path), { recursive: true });
      fs.writeFileSync(this.path, HEADER + body);
    }
    if (this.inline.length > 0) {
      const source = fs.readFileSync(this.file, 'utf8');
      fs.writeFileSync(this.file, rewrite(source, this.inline));
    }
  }
}

const files = new Map();

function snapshots() {
  const { file } = current;
  if (file === undefined || current.test === undefined) throw new Error('Snapshot matchers cannot be used outside of a test');
  if (!files.has(file)) files.set(file, new SnapshotFile(file));
  return files.get(file);
}

export function saveSnapshots(file) {
  files.get(file)?.save();
  files.delete(file);
}

function creationAllowed() {
  const { CI } = process.env;
  return settings.updateSnapshots || CI === undefined || CI === '' || CI === 'false' || CI === '0';
}

function withProperties(received, properties) {
  if (properties === undefined) return { value: received, same: true };
  if (received === null || typeof received !== 'object') return { value: received, same: false };
  return { value: mergeProperties(received, properties), same: matches(received, properties) };
}

function mergeProperties(received, properties) {
  const merged = Array.isArray(received) ? [...received] : { ...received };
  for (const key of Object.keys(properties)) {
    const property = properties[key];
    const plain = property !== null && typeof property === 'object' && !('$$typeof' in property);
    merged[key] = plain && received[key] !== null && typeof received[key] === 'object' ? mergeProperties(received[key], property) : property;
  }
  return merged;
}

function compared(pass, stored, text) {
  counts.total++;
  counts[pass ? 'passed' : 'failed']++;
  const multiline = stored.includes('\n') || text.includes('\n');
  return {
    pass,
    signature: 'expected',
    detail: () => (multiline ? difference(stored, text) : `Expected: ${stored}\nReceived: ${text}`),
  };
}

function block(text) {
  return text.includes('\n') && !text.startsWith('\n') ? `\n${text}\n` : text;
}

function toStored(value, hint) {
  const store = snapshots();
  const name = store.next(hint === undefined || hint === '' ? current.test.path.join(' ') : `${current.test.path.join(' ')}: ${hint}`);
  const text = block(formatSnapshot(value));
  const stored = store.entries.get(name);
  if (stored !== undefined) return compared(stored === text, stored, text);
  if (!creationAllowed()) {
    counts.total++;
    return { pass: false, text: `Snapshot creation is disabled in CI environments unless --update-snapshots is used\nTo override, set the environment variable CI=false.\n\nSnapshot name: ${JSON.stringify(name)}\nReceived: ${text}` };
  }
  store.entries.set(name, text);
  store.changed = true;
  counts.total++;
  counts.added++;
  return { pass: true };
}

function toInline(value, given, matcher) {
  const store = snapshots();
  store.next(current.test.path.join(' '));
  const text = formatSnapshot(value);
  if (given !== undefined && unindent(given) === text.trim()) {
    counts.total++;
    counts.passed++;
    return { pass: true };
  }
  if (given !== undefined && !settings.updateSnapshots) return compared(false, unindent(given), text);
  if (!creationAllowed()) {
    counts.total++;
    return { pass: false, signature: '', detail: () => `Matcher error: Inline snapshot creation is disabled in CI environments unless --update-snapshots is used.\nTo override, set the environment variable CI=false.\n\nReceived: ${text}` };
  }
  const position = callPosition(store.file, new Error('position').stack);
  if (position === undefined) throw new Error(`Failed to find where ${matcher} was called: ${inspect(value)}`);
  store.inline.push({ ...position, matcher, text: (margin) => `\`${escape(indent(text, margin))}\`` });
  counts.total++;
  counts.added++;
  return { pass: true };
}

function mismatch(properties, received) {
  return { pass: false, text: `expect(received).toMatchSnapshot(propertyMatchers, hint)\n\nExpected propertyMatchers to match properties from received object\n\nExpected: ${inspect(properties)}\n\nReceived: ${inspect(received)}\n` };
}

export function snapshotMatchers(outcome) {
  const thrownMessage = (received, context, matcher) => {
    const { threw, thrown } = outcome(received, context.promised);
    if (!threw) throw new Error(`Matcher error: Received function did not throw: ${matcher}`);
    return thrown instanceof Error ? thrown.message : String(thrown);
  };
  const refuseNot = (context, matcher) => {
    if (context.negated) throw new Error(`Snapshot matchers cannot be used with not: ${matcher}`);
  };
  return {
    toMatchSnapshot(received, ...rest) {
      const context = rest.pop();
      refuseNot(context, 'toMatchSnapshot');
      const properties = typeof rest[0] === 'object' && rest[0] !== null ? rest[0] : undefined;
      const hint = rest.find((argument) => typeof argument === 'string');
      const { value, same } = withProperties(received, properties);
      return same ? toStored(value, hint) : mismatch(properties, received);
    },
    toMatchInlineSnapshot(received, ...rest) {
      const context = rest.pop();
      refuseNot(context, 'toMatchInlineSnapshot');
      const properties = typeof rest[0] === 'object' && rest[0] !== null ? rest[0] : undefined;
      const { value, same } = withProperties(received, properties);
      return same ? toInline(value, rest.find((argument) => typeof argument === 'string'), 'toMatchInlineSnapshot') : mismatch(properties, received);
    },
    toThrowErrorMatchingSnapshot(received, ...rest) {
      const context = rest.pop();
      refuseNot(context, 'toThrowErrorMatchingSnapshot');
      return toStored(thrownMessage(received, context, 'toThrowErrorMatchingSnapshot'), rest[0]);
    },
    toThrowErrorMatchingInlineSnapshot(received, ...rest) {
      const context = rest.pop();
      refuseNot(context, 'toThrowErrorMatchingInlineSnapshot');
      return toInline(thrownMessage(received, context, 'toThrowErrorMatchingInlineSnapshot'), rest[0], 'toThrowErrorMatchingInlineSnapshot');
    },
  };
}
