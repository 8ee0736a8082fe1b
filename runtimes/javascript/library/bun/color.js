// `Bun.color`: colours as numbers, lists, objects and the forms of CSS that programs write most.
const NAMES = {
  black: 0x000000, silver: 0xc0c0c0, gray: 0x808080, grey: 0x808080, white: 0xffffff, maroon: 0x800000, red: 0xff0000, purple: 0x800080, fuchsia: 0xff00ff, magenta: 0xff00ff,
  green: 0x008000, lime: 0x00ff00, olive: 0x808000, yellow: 0xffff00, navy: 0x000080, blue: 0x0000ff, teal: 0x008080, aqua: 0x00ffff, cyan: 0x00ffff, orange: 0xffa500,
  pink: 0xffc0cb, brown: 0xa52a2a, gold: 0xffd700, indigo: 0x4b0082, violet: 0xee82ee, turquoise: 0x40e0d0, tomato: 0xff6347, salmon: 0xfa8072, crimson: 0xdc143c, coral: 0xff7f50,
  khaki: 0xf0e68c, lavender: 0xe6e6fa, beige: 0xf5f5dc, ivory: 0xfffff0, azure: 0xf0ffff, tan: 0xd2b48c, orchid: 0xda70d6, plum: 0xdda0dd, sienna: 0xa0522d, skyblue: 0x87ceeb,
  rebeccapurple: 0x663399, slateblue: 0x6a5acd, steelblue: 0x4682b4, royalblue: 0x4169e1, darkblue: 0x00008b, darkgreen: 0x006400, darkred: 0x8b0000, darkgray: 0xa9a9a9,
  lightblue: 0xadd8e6, lightgreen: 0x90ee90, lightgray: 0xd3d3d3, hotpink: 0xff69b4, chocolate: 0xd2691e, transparent: 0x000000,
};

function rgb(r, g, b, a = 1) {
  const byte = (value) => Math.round(Math.min(Math.max(value, 0), 255));
  return { r: byte(r), g: byte(g), b: byte(b), a: Math.min(Math.max(a, 0), 1) };
}

function fromNumber(number) {
  return rgb((number >> 16) & 255, (number >> 8) & 255, number & 255);
}

function hsl(hue, saturation, lightness, alpha) {
  const part = (offset) => {
    const k = (offset + hue / 30) % 12;
    return 255 * (lightness - saturation * Math.min(lightness, 1 - lightness) * Math.max(-1, Math.min(k - 3, 9 - k, 1)));
  };
  return rgb(part(0), part(8), part(4), alpha);
}

function amount(text, whole = 1) {
  return text.endsWith('%') ? (Number(text.slice(0, -1)) / 100) * whole : Number(text);
}

function parseText(text) {
  const name = text.trim().toLowerCase();
  if (Object.hasOwn(NAMES, name)) return { ...fromNumber(NAMES[name]), a: name === 'transparent' ? 0 : 1 };
  const hex = /^#([0-9a-f]{3,8})$/.exec(name)?.[1];
  if (hex && [3, 4, 6, 8].includes(hex.length)) {
    const digits = hex.length < 6 ? [...hex].map((digit) => digit + digit) : hex.match(/../g);
    const [r, g, b, a = 255] = digits.map((digit) => Number.parseInt(digit, 16));
    return rgb(r, g, b, a / 255);
  }
  const call = /^(rgb|hsl)a?\(([^)]*)\)$/.exec(name);
  if (!call) return undefined;
  const parts = call[2].split(/[\s,/]+/).filter(Boolean);
  if (parts.length < 3 || parts.length > 4) return undefined;
  const alpha = parts[3] === undefined ? 1 : amount(parts[3]);
  const color = call[1] === 'rgb'
    ? rgb(amount(parts[0], 255), amount(parts[1], 255), amount(parts[2], 255), alpha)
    : hsl(Number.parseFloat(parts[0]), amount(parts[1]), amount(parts[2]), alpha);
  return Object.values(color).some(Number.isNaN) ? undefined : color;
}

function parse(input) {
  if (typeof input === 'number') return fromNumber(input);
  if (typeof input === 'string') return parseText(input);
  if (Array.isArray(input) || ArrayBuffer.isView(input)) return rgb(input[0], input[1], input[2], input[3] === undefined ? 1 : input[3] / 255);
  if (input !== null && typeof input === 'object' && 'r' in input) return rgb(input.r, input.g, input.b, input.a ?? 1);
  return undefined;
}

const hexPair = (value) => value.toString(16).padStart(2, '0');

function css({ r, g, b, a }) {
  if (a < 1) return `#${hexPair(r)}${hexPair(g)}${hexPair(b)}${hexPair(Math.round(a * 255))}`;
  const number = (r << 16) | (g << 8) | b;
  const name = Object.keys(NAMES).find((key) => NAMES[key] === number && key !== 'transparent' && key !== 'grey');
  const hex = `#${hexPair(r)}${hexPair(g)}${hexPair(b)}`;
  const short = hex[1] === hex[2] && hex[3] === hex[4] && hex[5] === hex[6] ? `#${hex[1]}${hex[3]}${hex[5]}` : hex;
  return name && name.length <= short.length ? name : short;
}

const FORMS = {
  css,
  hex: ({ r, g, b }) => `#${hexPair(r)}${hexPair(g)}${hexPair(b)}`,
  HEX: (color) => FORMS.hex(color).toUpperCase(),
  number: ({ r, g, b }) => (r << 16) | (g << 8) | b,
  rgb: ({ r, g, b }) => `rgb(${r}, ${g}, ${b})`,
  rgba: ({ r, g, b, a }) => `rgba(${r}, ${g}, ${b}, ${a})`,
  '[rgb]': ({ r, g, b }) => [r, g, b],
  '[rgba]': ({ r, g, b, a }) => [r, g, b, Math.round(a * 255)],
  '{rgb}': ({ r, g, b }) => ({ r, g, b }),
  '{rgba}': (color) => color,
  'ansi-16m': ({ r, g, b }) => `\u001b[38;2;${r};${g};${b}m`,
  'ansi-24bit': (color) => FORMS['ansi-16m'](color),
  ansi: (color) => FORMS['ansi-16m'](color),
};

export function color(input, form = 'css') {
  if (!Object.hasOwn(FORMS, form)) throw new TypeError(`Bun.color: the format "${form}" is not supported`);
  const parsed = parse(input);
  return parsed === undefined ? null : FORMS[form](parsed);
}
