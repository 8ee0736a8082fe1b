// The differences of two texts, line by line.

// The cells of the table grow with the product of the two lengths, so what is long and different is
// compared only where the ends differ, and not at all beyond this.
const MAX_CELLS = 4_000_000;

function steps(a, b) {
  const width = b.length + 1;
  const table = new Uint32Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      table[i * width + j] = a[i] === b[j]
        ? table[(i + 1) * width + j + 1] + 1
        : Math.max(table[(i + 1) * width + j], table[i * width + j + 1]);
    }
  }
  const result = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      result.push(['=', a[i]]);
      i++;
      j++;
    } else if (i < a.length && (j >= b.length || table[(i + 1) * width + j] >= table[i * width + j + 1])) {
      result.push(['-', a[i++]]);
    } else {
      result.push(['+', b[j++]]);
    }
  }
  return result;
}

export function lineSteps(expected, received) {
  const a = expected.split('\n');
  const b = received.split('\n');
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end++;
  const middleA = a.slice(start, a.length - end);
  const middleB = b.slice(start, b.length - end);
  const middle = middleA.length * middleB.length > MAX_CELLS
    ? [...middleA.map((line) => ['-', line]), ...middleB.map((line) => ['+', line])]
    : steps(middleA, middleB);
  return [...a.slice(0, start).map((line) => ['=', line]), ...middle, ...a.slice(a.length - end).map((line) => ['=', line])];
}

// What `toEqual` shows: the lines, those of the expected marked with `-`, those received with `+`.
export function difference(expected, received) {
  const marked = lineSteps(expected, received);
  const count = (sign) => marked.filter(([mark]) => mark === sign).length;
  const body = marked.map(([mark, line]) => `${mark === '=' ? ' ' : mark} ${line}`).join('\n');
  return `${body}\n\n- Expected  - ${count('-')}\n+ Received  + ${count('+')}`;
}
