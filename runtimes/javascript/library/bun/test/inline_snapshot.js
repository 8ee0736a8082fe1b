// Snapshots that stand in the test's source: reading them, and writing them there.

// A snapshot of several lines is indented as the source around it.
export function unindent(text) {
  if (!text.includes('\n')) return text;
  const lines = text.replace(/^\s*\n/, '').replace(/\n[ \t]*$/, '').split('\n');
  const margin = /^[ \t]*/.exec(lines[0])[0];
  return lines.map((line) => (line.startsWith(margin) ? line.slice(margin.length) : line)).join('\n').trim();
}

export function indent(text, margin) {
  const body = text.trim();
  if (!body.includes('\n')) return body;
  const lines = body.split('\n').map((line) => (line === '' ? '' : `${margin}  ${line}`));
  return `\n${lines.join('\n')}\n${margin}`;
}

// Where in the test file the matcher was called, from a stack.
export function callPosition(file, stack) {
  for (const line of String(stack).split('\n')) {
    const at = line.indexOf(file);
    if (at < 0) continue;
    const numbers = /^:(\d+)(?::(\d+))?/.exec(line.slice(at + file.length));
    if (numbers) return { line: Number(numbers[1]), column: Number(numbers[2] ?? 1) };
  }
  return undefined;
}

// The position after a string, template or bracketed group that starts at `from`.
function skip(source, from) {
  const open = source[from];
  if (open === '"' || open === "'" || open === '`') {
    for (let index = from + 1; index < source.length; index++) {
      if (source[index] === '\\') index++;
      else if (open === '`' && source.startsWith('${', index)) index = skip(source, index + 1) - 1;
      else if (source[index] === open) return index + 1;
    }
    return source.length;
  }
  let depth = 0;
  for (let index = from; index < source.length; ) {
    const character = source[index];
    if (source.startsWith('//', index)) {
      const end = source.indexOf('\n', index);
      index = end < 0 ? source.length : end;
    } else if (source.startsWith('/*', index)) {
      const end = source.indexOf('*/', index + 2);
      index = end < 0 ? source.length : end + 2;
    } else if ('"\'`'.includes(character)) {
      index = skip(source, index);
    } else {
      if ('([{'.includes(character)) depth++;
      if (')]}'.includes(character)) depth--;
      index++;
      if (depth === 0) return index;
    }
  }
  return source.length;
}

// The arguments of a call, as ranges of the source.
function argumentsAt(source, open) {
  const end = skip(source, open) - 1;
  const ranges = [];
  let start = open + 1;
  for (let index = start; index <= end; ) {
    if (index === end || source[index] === ',') {
      if (source.slice(start, index).trim() !== '') ranges.push([start, index]);
      index++;
      start = index;
    } else {
      index = '"\'`([{'.includes(source[index]) ? skip(source, index) : index + 1;
    }
  }
  return { ranges, end };
}

export function rewrite(source, changes) {
  const lineStarts = [0];
  for (let index = source.indexOf('\n'); index >= 0; index = source.indexOf('\n', index + 1)) lineStarts.push(index + 1);
  const taken = new Set();
  const edits = [];
  for (const { line, matcher, text } of changes) {
    const lineStart = lineStarts[Math.min(line, lineStarts.length) - 1];
    let call = source.indexOf(`.${matcher}(`, lineStart);
    while (call >= 0 && taken.has(call)) call = source.indexOf(`.${matcher}(`, call + 1);
    if (call < 0) continue;
    taken.add(call);
    const open = call + matcher.length + 1;
    const { ranges, end } = argumentsAt(source, open);
    const margin = /^[ \t]*/.exec(source.slice(source.lastIndexOf('\n', call) + 1))[0];
    const written = text(margin);
    const string = ranges.find(([from, to]) => '"\'`'.includes(source.slice(from, to).trim()[0]));
    if (string) edits.push({ from: string[0] + /^\s*/.exec(source.slice(...string))[0].length, to: string[0] + source.slice(...string).trimEnd().length, written });
    else edits.push({ from: end, to: end, written: ranges.length > 0 ? `, ${written}` : written });
  }
  edits.sort((a, b) => b.from - a.from);
  return edits.reduce((result, { from, to, written }) => result.slice(0, from) + written + result.slice(to), source);
}
