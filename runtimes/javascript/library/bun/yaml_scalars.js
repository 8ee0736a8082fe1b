// Scalars of YAML: what a plain text means (the core schema of YAML 1.2), and the escapes of quoted ones.
const ESCAPES = { 0: '\0', a: '\x07', b: '\b', t: '\t', '\t': '\t', n: '\n', v: '\v', f: '\f', r: '\r', e: '\x1b', ' ': ' ', '"': '"', '/': '/', '\\': '\\', N: '\x85', _: '\xa0', L: '\u2028', P: '\u2029' };
const WIDTHS = { x: 2, u: 4, U: 8 };

export class YamlError extends SyntaxError {
  constructor(message) {
    super(`YAML Parse error: ${message}`);
  }
}

export function resolvePlain(text) {
  switch (text) {
    case '':
    case '~':
    case 'null':
    case 'Null':
    case 'NULL':
      return null;
    case 'true':
    case 'True':
    case 'TRUE':
      return true;
    case 'false':
    case 'False':
    case 'FALSE':
      return false;
    default:
      break;
  }
  if (/^[-+]?\d+$/.test(text) || /^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?$/.test(text)) return Number(text);
  if (/^0o[0-7]+$/.test(text)) return Number.parseInt(text.slice(2), 8);
  if (/^0x[0-9a-fA-F]+$/.test(text)) return Number.parseInt(text.slice(2), 16);
  if (/^[-+]?\.(?:inf|Inf|INF)$/.test(text)) return text.startsWith('-') ? -Infinity : Infinity;
  if (/^\.(?:nan|NaN|NAN)$/.test(text)) return NaN;
  return text;
}

// Lines of a quoted or plain scalar become one; an empty line stands for an end of line.
export function foldLines(text) {
  if (!text.includes('\n')) return text;
  const lines = text.split('\n').map((line, index, all) => {
    let trimmed = line;
    if (index > 0) trimmed = trimmed.replace(/^[ \t]+/, '');
    if (index < all.length - 1) trimmed = trimmed.replace(/[ \t]+$/, '');
    return trimmed;
  });
  let result = lines[0];
  for (let index = 1; index < lines.length; index++) {
    let empty = 0;
    while (index < lines.length - 1 && lines[index] === '') {
      empty++;
      index++;
    }
    result += empty > 0 ? '\n'.repeat(empty) : ' ';
    result += lines[index];
  }
  return result;
}

export function unescape(text) {
  const folded = foldLines(text.replace(/\\\n[ \t]*/g, ''));
  return folded.replace(/\\([xuU])([0-9a-fA-F]*)|\\(.)/gs, (match, kind, digits, simple) => {
    if (kind !== undefined) {
      const width = WIDTHS[kind];
      if (digits.length < width) throw new YamlError('Invalid escape sequence');
      return String.fromCodePoint(Number.parseInt(digits.slice(0, width), 16)) + digits.slice(width);
    }
    if (!Object.hasOwn(ESCAPES, simple)) throw new YamlError('Invalid escape sequence');
    return ESCAPES[simple];
  });
}

// A block scalar: the lines below its header, `|` or `>`.
export function blockScalar(lines, style, chomping) {
  let text = '';
  if (style === '|') {
    text = lines.join('\n');
  } else {
    lines.forEach((line, index) => {
      if (index === 0) {
        text = line;
        return;
      }
      const before = lines[index - 1];
      const keeps = line === '' || /^[ \t]/.test(line) || /^[ \t]/.test(before);
      if (before === '' && !keeps) text += line;
      else if (keeps) text += `\n${line}`;
      else text += ` ${line}`;
    });
  }
  const body = text.replace(/\n*$/, '');
  if (chomping === '-') return body;
  if (chomping === '+') return lines.length === 0 ? '' : `${text}\n`;
  return body === '' ? '' : `${body}\n`;
}
