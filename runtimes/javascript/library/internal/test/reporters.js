// How the results of node:test are written.
import path from 'node:path';
import process from 'node:process';
import { inspect } from 'node:util';

import { isOn, isShown } from 'belljar:internal/test/tree';

const MARKS = { pass: '✔', fail: '✖', skip: '﹣', todo: '⚠', suite: '▶', info: 'ℹ' };

function indent(depth) {
  return '  '.repeat(depth);
}

function note(node) {
  if (isOn(node.skipped)) return ` # ${typeof node.skipped === 'string' && node.skipped !== '' ? node.skipped : 'SKIP'}`;
  if (isOn(node.todo)) return ` # ${typeof node.todo === 'string' && node.todo !== '' ? node.todo : 'TODO'}`;
  return '';
}

function outcome(node) {
  if (isOn(node.skipped)) return 'skip';
  if (!node.failure) return 'pass';
  return isOn(node.todo) ? 'todo' : 'fail';
}

function specLine(node, depth) {
  return `${indent(depth)}${MARKS[outcome(node)]} ${node.name} (${node.duration.toFixed(6)}ms)${note(node)}\n`;
}

function reasonText(failure) {
  return inspect(failure.reason);
}

function place(node) {
  const { file, line, column } = node.location ?? {};
  return file ? `test at ${path.relative(process.cwd(), file)}:${line}:${column}\n` : '';
}

export const spec = {
  result(node, depth = 0) {
    const shown = node.children.filter(isShown);
    let text = shown.length > 0 ? `${indent(depth)}${MARKS.suite} ${node.name}\n` : '';
    for (const child of shown) text += this.result(child, depth + 1);
    text += specLine(node, depth);
    for (const message of node.diagnostics) text += `${indent(depth)}${MARKS.info} ${message}\n`;
    return text;
  },
  summary(counts, nodes, messages) {
    let text = messages.map((message) => `${MARKS.info} ${message}\n`).join('');
    for (const [name, value] of Object.entries(counts)) text += `${MARKS.info} ${name} ${value}\n`;
    const failed = nodes.filter((node) => node.failure && !node.failure.subtests && !isOn(node.skipped));
    if (failed.length === 0) return text;
    text += `\n${MARKS.fail} failing tests:\n`;
    for (const node of failed) {
      const reason = reasonText(node.failure).split('\n').map((line) => `  ${line}\n`).join('');
      text += `\n${place(node)}${specLine(node, 0)}${reason}`;
    }
    return text;
  },
};

function yaml(value, margin) {
  return `${margin}  ${String(value).replaceAll('\n', `\n${margin}    `)}\n`;
}

function tapResult(node, number, depth) {
  const margin = '    '.repeat(depth);
  let text = `${margin}# Subtest: ${node.name}\n`;
  const shown = node.children.filter(isShown);
  shown.forEach((child, index) => {
    text += tapResult(child, index + 1, depth + 1);
  });
  if (shown.length > 0) text += `${margin}    1..${shown.length}\n`;
  const directive = isOn(node.skipped) ? ` # SKIP${typeof node.skipped === 'string' ? ` ${node.skipped}` : ''}` : isOn(node.todo) ? ` # TODO${typeof node.todo === 'string' ? ` ${node.todo}` : ''}` : '';
  text += `${margin}${node.failure ? 'not ok' : 'ok'} ${number} - ${node.name.replace(/[#\\]/g, '\\$&')}${directive}\n`;
  text += `${margin}  ---\n`;
  text += yaml(`duration_ms: ${node.duration.toFixed(6)}`, margin);
  text += yaml(`type: '${node.kind}'`, margin);
  if (node.failure) {
    const { reason } = node.failure;
    if (node.location) text += yaml(`location: '${node.location.file}:${node.location.line}:${node.location.column}'`, margin);
    text += yaml(`failureType: '${node.failure.subtests ? 'subtestsFailed' : node.failure.cancelled ? 'testTimeoutFailure' : 'testCodeFailure'}'`, margin);
    text += yaml(`error: ${typeof reason === 'string' ? `'${reason}'` : `|-\n  ${String(reason?.message ?? inspect(reason))}`}`, margin);
    text += yaml(`code: '${reason?.code ?? 'ERR_TEST_FAILURE'}'`, margin);
    if (reason?.stack) text += yaml(`stack: |-\n  ${String(reason.stack).split('\n').map((line) => line.trim()).filter(Boolean).join('\n  ')}`, margin);
  }
  text += `${margin}  ...\n`;
  for (const message of node.diagnostics) text += `${margin}# ${message}\n`;
  return text;
}

export const tap = {
  count: 0,
  result(node) {
    this.count++;
    return `${this.count === 1 ? 'TAP version 13\n' : ''}${tapResult(node, this.count, 0)}`;
  },
  summary(counts, _nodes, messages) {
    let text = `${this.count === 0 ? 'TAP version 13\n' : ''}${messages.map((message) => `# ${message}\n`).join('')}1..${this.count}\n`;
    for (const [name, value] of Object.entries(counts)) text += `# ${name} ${value}\n`;
    return text;
  },
};

export const dot = {
  result(node) {
    const below = node.children.filter(isShown).map((child) => this.result(child)).join('');
    return below + (node.isFailed ? 'X' : '.');
  },
  summary(_counts, nodes) {
    const failed = nodes.filter((node) => node.isFailed && !node.failure.subtests);
    return `\n${failed.length === 0 ? '' : `\nFailed tests:\n\n${failed.map((node) => `${specLine(node, 0)}  ${reasonText(node.failure).replaceAll('\n', '\n  ')}\n`).join('')}`}`;
  },
};
