// Whose program runs: 'bun' or 'node'. Their fetch classes differ in what they say.
let kind = 'bun';

export function currentKind() {
  return kind;
}

export function setKind(value) {
  kind = value;
}
