import { customAlphabet, customRandom, nanoid, random, urlAlphabet } from 'nanoid';
import { customAlphabet as insecure, nanoid as fast } from 'nanoid/non-secure';

let seed = 42;
const bytes = (size) => Uint8Array.from({ length: size }, () => { seed = (seed * 1103515245 + 12345) % 2147483648; return seed >> 16; });
const fixed = customRandom('abcdef0123', 12, bytes);
console.log(fixed(), fixed(), customRandom(urlAlphabet, 21, bytes)());

console.log(urlAlphabet.length, new Set(urlAlphabet).size, nanoid().length, nanoid(5).length, nanoid(0) === '', random(7).length);
const many = Array.from({ length: 500 }, () => nanoid());
console.log(new Set(many).size, many.every((id) => /^[\w-]{21}$/.test(id)));
const digits = customAlphabet('0123456789', 30);
console.log(/^\d{30}$/.test(digits()), /^\d{3}$/.test(digits(3)), /^[xy]{8}$/.test(insecure('xy', 8)()), /^[\w-]{21}$/.test(fast()));
const counts = {};
for (const letter of customAlphabet('ab', 1000)()) counts[letter] = (counts[letter] ?? 0) + 1;
console.log(Object.keys(counts).sort().join(), Object.values(counts).every((count) => count > 380));
