// Runs every program several times and prints the best time of each in nanoseconds, and what it came
// to, as JSON.
'use strict';

const programs = { ...require('./richards.cjs'), ...require('./deltablue.cjs'), ...require('./everyday.cjs') };
const ROUNDS = 4;

const result = {};
for (const [name, program] of Object.entries(programs)) {
  let best = Infinity;
  let check;
  for (let round = 0; round < ROUNDS; round += 1) {
    const started = process.hrtime.bigint();
    check = program();
    best = Math.min(best, Number(process.hrtime.bigint() - started));
  }
  result[name] = { nanoseconds: best, check };
}
console.log(JSON.stringify(result));
