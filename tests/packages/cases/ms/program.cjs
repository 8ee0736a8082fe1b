const ms = require('ms');

for (const text of ['2 days', '1d', '10h', '2.5 hrs', '1m', '5s', '1y', '100', '-3 days', '-1h', '.5ms', '53 MILLISECONDS', '1 week', '2mo', 'nope', '1 fortnight', '10 h 3 m']) console.log(JSON.stringify(text), ms(text));
for (const value of [60000, 2 * 60000, -3 * 60000, ms('10 hours'), 500, 0, 1000 * 60 * 60 * 24 * 400, 1499, 1500, 86_399_999]) console.log(value, ms(value), ms(value, { long: true }));
for (const bad of ['', undefined, null, {}, NaN, Infinity, 'x'.repeat(101)]) {
  try {
    console.log(ms(bad));
  } catch (error) {
    console.log(error.message);
  }
}
