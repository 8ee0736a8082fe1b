// Tables, as `console.table` and `Bun.inspect.table` draw them.
import { inspect } from 'belljar:bun/inspect';
import { stringWidth } from 'belljar:bun/text';

const VALUES = 'Values';

function cell(value) {
  return typeof value === 'string' ? value : inspect(value, { depth: 0, compact: true });
}

function rowsOf(data) {
  if (data instanceof Map) return [...data].map(([key, value], index) => [String(index), { Key: key, [VALUES]: value }]);
  if (data instanceof Set) return [...data].map((value, index) => [String(index), value]);
  if (Array.isArray(data) || ArrayBuffer.isView(data)) return Array.from(data, (value, index) => [String(index), value]);
  return Object.entries(data);
}

export function table(data, properties) {
  if (data === null || typeof data !== 'object') return `${cell(data)}\n`;
  const columns = [];
  const rows = [];
  let hasValues = false;
  for (const [name, value] of rowsOf(data)) {
    const cells = new Map();
    if (value !== null && typeof value === 'object') {
      for (const key of properties ?? Object.keys(value)) {
        if (!columns.includes(key)) columns.push(key);
        if (Object.hasOwn(value, key)) cells.set(key, cell(value[key]));
      }
    } else {
      hasValues = true;
      cells.set(VALUES, cell(value));
    }
    rows.push([name, cells]);
  }
  if (hasValues && !columns.includes(VALUES)) columns.push(VALUES);
  const lines = [['', ...columns], ...rows.map(([name, cells]) => [name, ...columns.map((column) => cells.get(column) ?? '')])];
  const widths = lines[0].map((_, index) => Math.max(...lines.map((line) => stringWidth(line[index]))) + 2);
  const rule = (left, middle, right) => left + widths.map((width) => '─'.repeat(width)).join(middle) + right;
  const draw = (line) => `│${line.map((text, index) => ` ${text}${' '.repeat(widths[index] - stringWidth(text) - 1)}`).join('│')}│`;
  return `${[rule('┌', '┬', '┐'), draw(lines[0]), rule('├', '┼', '┤'), ...lines.slice(1).map(draw), rule('└', '┴', '┘')].join('\n')}\n`;
}
