const seedrandom = require('seedrandom');

const take = (random, count = 3) => Array.from({ length: count }, () => random().toFixed(12)).join(' ');
console.log(take(seedrandom('hello.')), take(seedrandom('hello.')));
console.log(take(seedrandom('✓ unicode')), take(seedrandom(42)), take(seedrandom([1, { a: 2 }])));
const random = seedrandom('kinds');
console.log(random.int32(), random.int32(), random.quick(), random.double());
for (const name of ['alea', 'xor128', 'xorwow', 'xorshift7', 'xor4096', 'tychei']) {
  const generator = seedrandom[name] ?? require(`seedrandom/lib/${name}`);
  const one = generator('hello.');
  console.log(name, take(one), one.int32(), one.quick().toFixed(8), one.double().toFixed(12));
}
const saved = seedrandom('state', { state: true });
take(saved, 5);
const state = saved.state();
const next = take(saved);
console.log(next === take(seedrandom('', { state })), next);
seedrandom('global', { global: true });
console.log(Math.random().toFixed(12), Math.random().toFixed(12));
const counts = new Array(4).fill(0);
const dice = seedrandom('dice');
for (let roll = 0; roll < 4000; roll += 1) counts[Math.floor(dice() * 4)] += 1;
console.log(counts.join(), seedrandom().quick() !== seedrandom().quick());
