// What programs spend their time with besides calls: JSON, regular expressions, strings, maps, sorting,
// typed arrays.
'use strict';

// The same numbers everywhere, without Math.random.
function generator(seed) {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 4294967296) * below);
  };
}

exports.json = function json() {
  const random = generator(1);
  const records = Array.from({ length: 1500 }, (_, id) => ({
    id,
    name: `record ${id}`,
    tags: Array.from({ length: random(6) }, () => `tag-${random(100)}`),
    price: random(100_000) / 100,
    nested: { active: random(2) === 0, note: random(3) === 0 ? null : 'quotes " and \\ and \u00e9 and \n' },
  }));
  let length = 0;
  for (let round = 0; round < 12; round += 1) {
    const text = JSON.stringify(records);
    const parsed = JSON.parse(text);
    length += JSON.stringify(parsed, null, 2).length + parsed[round].tags.length;
  }
  return length;
};

exports.regexp = function regexp() {
  const random = generator(2);
  const lines = Array.from({ length: 3000 }, (_, index) => {
    const address = [random(256), random(256), random(256), random(256)].join('.');
    const day = String(random(28) + 1).padStart(2, '0');
    return `${address} - user${random(50)} [2024-0${random(9) + 1}-${day}T10:00:00Z] "GET /path/${index}?q=${random(1000)} HTTP/1.1" ${random(5) * 100 + 100} ${random(10_000)}`;
  });
  const text = lines.join('\n');
  const line = /^(?<address>\d{1,3}(?:\.\d{1,3}){3}) - (?<user>\w+) \[([^\]]+)\] "(?<method>[A-Z]+) (?<path>\S+) HTTP\/\d\.\d" (?<status>\d{3}) (?<size>\d+)$/gm;
  let size = 0;
  for (const match of text.matchAll(line)) size += Number(match.groups.size) + match.groups.path.length;
  const replaced = text.replace(/\b(\d+)\.(\d+)\b/g, '$2.$1').replace(/user(\d+)/g, (_, number) => `u${number * 2}`);
  const words = text.split(/[\s"[\]]+/).length;
  const emails = /[a-z0-9._%+-]+@[a-z0-9.-]+\.[a-z]{2,}/i;
  let found = 0;
  for (let index = 0; index < 3000; index += 1) {
    if (emails.test(`some text ${index} before ${index % 3 === 0 ? 'name.of@host.example' : 'nothing at all'} after`)) found += 1;
  }
  return size + replaced.length + words + found;
};

exports.strings = function strings() {
  let built = '';
  for (let index = 0; index < 120_000; index += 1) built += String.fromCharCode(97 + (index % 26));
  let hash = 0;
  for (let index = 0; index < built.length; index += 1) hash = (Math.imul(hash, 31) + built.charCodeAt(index)) | 0;
  const parts = [];
  for (let index = 0; index < 30_000; index += 1) parts.push(`${index}:${built.slice(index, index + 8)}`);
  const joined = parts.join(',');
  let upper = 0;
  for (const part of joined.split(',')) {
    if (part.includes('xyz') || part.startsWith('1')) upper += part.toUpperCase().trim().padEnd(20, '.').length;
  }
  const reversed = [...built.slice(0, 60_000)].reverse().join('');
  return hash + joined.length + upper + reversed.indexOf('cba', 50_000);
};

exports.maps = function maps() {
  const random = generator(3);
  const map = new Map();
  const set = new Set();
  for (let index = 0; index < 60_000; index += 1) {
    const key = `key${random(20_000)}`;
    map.set(key, (map.get(key) ?? 0) + 1);
    set.add(random(30_000));
  }
  let sum = 0;
  for (const [key, value] of map) sum += key.length * value;
  for (const value of set) if (set.has(value + 1)) sum += 1;
  const object = {};
  for (let index = 0; index < 60_000; index += 1) {
    const key = `k${random(500)}`;
    object[key] = (object[key] ?? 0) + index;
  }
  for (const key of Object.keys(object)) sum += object[key] % 97;
  return sum;
};

exports.sorting = function sorting() {
  const random = generator(4);
  const numbers = Array.from({ length: 20_000 }, () => random(1_000_000));
  const people = numbers.slice(0, 8_000).map((number, index) => ({ name: `n${number % 5000}`, age: number % 90, index }));
  const ascending = numbers.toSorted?.((a, b) => a - b) ?? [...numbers].sort((a, b) => a - b);
  people.sort((a, b) => a.age - b.age || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  const words = numbers.slice(0, 8_000).map(String).sort();
  const grouped = people.filter(({ age }) => age > 20).map(({ age, index }) => age * index).reduce((a, b) => (a + b) % 1_000_003, 0);
  return ascending[10_000] + people[4_000].index + words[4_000].length + grouped;
};

exports.arrays = function arrays() {
  const size = 64;
  const a = new Float64Array(size * size).map((_, index) => index % 7);
  const b = new Float64Array(size * size).map((_, index) => index % 5);
  const c = new Float64Array(size * size);
  for (let i = 0; i < size; i += 1) {
    for (let j = 0; j < size; j += 1) {
      let sum = 0;
      for (let k = 0; k < size; k += 1) sum += a[i * size + k] * b[k * size + j];
      c[i * size + j] = sum;
    }
  }
  const sieve = new Uint8Array(400_000);
  let primes = 0;
  for (let n = 2; n < sieve.length; n += 1) {
    if (sieve[n] !== 0) continue;
    primes += 1;
    for (let multiple = n * n; multiple < sieve.length; multiple += n) sieve[multiple] = 1;
  }
  let crc = -1;
  const bytes = new Uint8Array(20_000).map((_, index) => index * 31);
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return c[size * size - 1] + primes + (crc >>> 0);
};

exports.closures = function closures() {
  const fib = (n) => (n < 2 ? n : fib(n - 1) + fib(n - 2));
  function* count(to) {
    for (let index = 0; index < to; index += 1) yield index;
  }
  let sum = fib(24);
  for (const n of count(60_000)) sum += n & 3;
  const compose = (...all) => (value) => all.reduce((result, one) => one(result), value);
  const step = compose((x) => x + 1, (x) => x * 2, ({ x = 3, ...rest } = {}, ...more) => x + more.length + Object.keys(rest).length);
  for (let index = 0; index < 8_000; index += 1) sum += step(index);
  const tree = (depth) => (depth === 0 ? { value: 1 } : { left: tree(depth - 1), right: tree(depth - 1) });
  const total = (node) => node.value ?? total(node.left) + total(node.right);
  return sum + total(tree(14));
};
