import { MAX, NIL, parse, stringify, v1, v3, v4, v5, v6ToV1, v7, validate, version } from 'uuid';

const random = Uint8Array.from({ length: 16 }, (_, index) => index * 7 + 3);
console.log(v4({ random }), v4({ random: random.toReversed?.() ?? [...random].reverse() }));
console.log(v3('hello.example.com', v3.DNS), v3('naïve ✓', v3.URL));
console.log(v5('hello.example.com', v5.DNS), v5('', v5.URL));
console.log(v5('nested', v5('parent', v5.DNS)));
console.log(v1({ node: [1, 35, 69, 103, 137, 171], clockseq: 0x1234, msecs: Date.UTC(2011, 10, 1), nsecs: 5678 }));
console.log(v7({ msecs: 1645557742000, seq: 0x12345678, random }));
console.log(v6ToV1('1e1041c7-10b9-662e-9234-0123456789ab'));

const bytes = parse('6ec0bd7f-11c0-43da-975e-2a8ad9ebae0b');
console.log(bytes.join(), stringify(bytes), bytes instanceof Uint8Array);
console.log(JSON.stringify([NIL, MAX, 'not', '6ec0bd7f-11c0-43da-975e-2a8ad9ebae0', 42].map((value) => validate(value))));
console.log(version(v5('x', v5.DNS)), version(NIL), version(v7()));
for (const bad of ['x', '6ec0bd7f-11c0-43da-975e-2a8ad9ebae0z']) {
  try {
    parse(bad);
  } catch (error) {
    console.log(error.name, error.message);
  }
}

const made = new Set(Array.from({ length: 200 }, () => v4()));
console.log(made.size, [...made].every((one) => validate(one) && version(one) === 4));
const ordered = Array.from({ length: 50 }, () => v7());
console.log(ordered.every((one, index) => index === 0 || ordered[index - 1] < one));
const buffer = new Uint8Array(20);
v5('in a buffer', v5.URL, buffer, 2);
console.log([...buffer].map((byte) => byte.toString(16).padStart(2, '0')).join(''));
