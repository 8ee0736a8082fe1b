// Functions on text: `escapeHTML`, `stringWidth`, `stripANSI`, `wrapAnsi`, `indexOfLine`.
import { toBytes } from 'belljar:bun/bytes';

const ENTITIES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#x27;' };

export function escapeHTML(value) {
  return String(value).replace(/[&<>"']/g, (character) => ENTITIES[character]);
}

// ECMA-48: control sequences, strings of the operating system, and the two-byte escapes.
const ESCAPES = /(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]|(?:\u001b\]|\u009d)[^\u0007\u001b\u009c]*(?:\u0007|\u001b\\|\u009c)?|\u001b[PX^_][^\u001b\u009c]*(?:\u001b\\|\u009c)?|\u001b[ -/]*[0-Z\\^-~]/g;

export function stripANSI(value) {
  const text = String(value);
  return text.includes('\u001b') || /[\u009b\u009d]/.test(text) ? text.replace(ESCAPES, '') : text;
}

// Unicode 16, East Asian Width W and F, in ranges.
const WIDE = [
  [0x1100, 0x115f], [0x231a, 0x231b], [0x2329, 0x232a], [0x23e9, 0x23ec], [0x23f0, 0x23f0], [0x23f3, 0x23f3], [0x25fd, 0x25fe], [0x2614, 0x2615], [0x2630, 0x2637],
  [0x2648, 0x2653], [0x267f, 0x267f], [0x268a, 0x268f], [0x2693, 0x2693], [0x26a1, 0x26a1], [0x26aa, 0x26ab], [0x26bd, 0x26be], [0x26c4, 0x26c5], [0x26ce, 0x26ce],
  [0x26d4, 0x26d4], [0x26ea, 0x26ea], [0x26f2, 0x26f3], [0x26f5, 0x26f5], [0x26fa, 0x26fa], [0x26fd, 0x26fd], [0x2705, 0x2705], [0x270a, 0x270b], [0x2728, 0x2728],
  [0x274c, 0x274c], [0x274e, 0x274e], [0x2753, 0x2755], [0x2757, 0x2757], [0x2795, 0x2797], [0x27b0, 0x27b0], [0x27bf, 0x27bf], [0x2b1b, 0x2b1c], [0x2b50, 0x2b50],
  [0x2b55, 0x2b55], [0x2e80, 0x303e], [0x3041, 0x33ff], [0x3400, 0x4dbf], [0x4dc0, 0xa4cf], [0xa960, 0xa97c], [0xac00, 0xd7a3], [0xf900, 0xfaff], [0xfe10, 0xfe19],
  [0xfe30, 0xfe6f], [0xff01, 0xff60], [0xffe0, 0xffe6], [0x16fe0, 0x18cff], [0x1aff0, 0x1b2ff], [0x1d300, 0x1d376], [0x1f004, 0x1f004], [0x1f0cf, 0x1f0cf], [0x1f18e, 0x1f18e],
  [0x1f191, 0x1f19a], [0x1f200, 0x1f320], [0x1f32d, 0x1f335], [0x1f337, 0x1f37c], [0x1f37e, 0x1f393], [0x1f3a0, 0x1f3ca], [0x1f3cf, 0x1f3d3], [0x1f3e0, 0x1f3f0],
  [0x1f3f4, 0x1f3f4], [0x1f3f8, 0x1f43e], [0x1f440, 0x1f440], [0x1f442, 0x1f4fc], [0x1f4ff, 0x1f53d], [0x1f54b, 0x1f54e], [0x1f550, 0x1f567], [0x1f57a, 0x1f57a],
  [0x1f595, 0x1f596], [0x1f5a4, 0x1f5a4], [0x1f5fb, 0x1f64f], [0x1f680, 0x1f6c5], [0x1f6cc, 0x1f6cc], [0x1f6d0, 0x1f6d2], [0x1f6d5, 0x1f6d7], [0x1f6dc, 0x1f6df],
  [0x1f6eb, 0x1f6ec], [0x1f6f4, 0x1f6fc], [0x1f7e0, 0x1f7eb], [0x1f7f0, 0x1f7f0], [0x1f90c, 0x1f93a], [0x1f93c, 0x1f945], [0x1f947, 0x1f9ff], [0x1fa70, 0x1faff],
  [0x20000, 0x3fffd],
];

function isWide(code) {
  if (code < 0x1100) return false;
  let low = 0;
  let high = WIDE.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    if (code < WIDE[middle][0]) high = middle - 1;
    else if (code > WIDE[middle][1]) low = middle + 1;
    else return true;
  }
  return false;
}

const NO_WIDTH = /^[\p{Mn}\p{Me}\p{Cf}\p{Cc}\u1160-\u11ff]$/u;
const REGIONAL = [0x1f1e6, 0x1f1ff];

// Clusters of what is drawn as one: joined emoji, flags, a letter with its marks.
function* clusters(text) {
  let current = '';
  let joined = false;
  let flags = 0;
  for (const character of text) {
    const code = character.codePointAt(0);
    const isFlag = code >= REGIONAL[0] && code <= REGIONAL[1];
    const extends_ = joined || code === 0x200d || (code >= 0xfe00 && code <= 0xfe0f) || (code >= 0x1f3fb && code <= 0x1f3ff && current !== '')
      || (code > 0x7f && /^[\p{Mn}\p{Me}]$/u.test(character)) || (isFlag && flags === 1);
    if (!extends_ && current !== '') {
      yield current;
      current = '';
      flags = 0;
    }
    current += character;
    joined = code === 0x200d;
    flags = isFlag ? flags + 1 : 0;
  }
  if (current !== '') yield current;
}

function clusterWidth(cluster, ambiguousIsNarrow) {
  let width = 0;
  const characters = [...cluster];
  for (const character of characters) {
    const code = character.codePointAt(0);
    if (code >= REGIONAL[0] && code <= REGIONAL[1]) width = Math.max(width, characters.length > 1 ? 2 : 1);
    else if (code === 0xfe0f && width === 1 && characters[0].codePointAt(0) > 0xff) width = 2;
    else if (!NO_WIDTH.test(character)) width = Math.max(width, isWide(code) || (!ambiguousIsNarrow && code > 0xa0 && code < 0x100) ? 2 : 1);
  }
  return width;
}

export function stringWidth(value, { countAnsiEscapeCodes = false, ambiguousIsNarrow = true } = {}) {
  const text = countAnsiEscapeCodes ? String(value) : stripANSI(value);
  if (/^[ -~]*$/.test(text)) return text.length;
  let width = 0;
  for (const cluster of clusters(text)) width += clusterWidth(cluster, ambiguousIsNarrow);
  return width;
}

// Breaks lines between words so that none is wider than `columns`, unless a word is.
export function wrapAnsi(value, columns, { hard = false, trim = true, wordWrap = true } = {}) {
  const pieces = (word) => {
    if (!hard && wordWrap) return [word];
    const parts = [''];
    for (const cluster of clusters(word)) {
      if (stringWidth(parts.at(-1) + cluster) > columns && parts.at(-1) !== '') parts.push('');
      parts[parts.length - 1] += cluster;
    }
    return parts;
  };
  return String(value).split('\n').map((line) => {
    const rows = [''];
    line.split(' ').forEach((word, index) => {
      const gap = index === 0 ? '' : ' ';
      if (stringWidth(rows.at(-1)) + gap.length + stringWidth(word) <= columns || (rows.at(-1) === '' && index === 0 && stringWidth(word) <= columns)) {
        rows[rows.length - 1] += gap + word;
        return;
      }
      pieces(word).forEach((piece, part) => {
        if (part === 0 && rows.at(-1) === '') rows[rows.length - 1] = piece;
        else rows.push(piece);
      });
    });
    return (trim ? rows.map((row) => row.trim()) : rows).join('\n');
  }).join('\n');
}

export function indexOfLine(buffer, offset = 0) {
  return toBytes(buffer, 'buffer').indexOf(10, offset);
}
