import Fraction from 'fraction.js';

const show = (value: Fraction) => `${value.toFraction(true)} = ${value.toString()} [${value.s * value.n}/${value.d}]`;
for (const input of ['1.(3)', '-0.125', '3 1/7', '22/7', 0.1, [6, 8], { n: -4, d: 6 }, "0.'142857'", '1e-3'.replace('1e-3', '0.001')] as (string | number | [number, number])[]) {
  console.log(JSON.stringify(input), show(new Fraction(input)));
}
const a = new Fraction('7/3');
const b = new Fraction('-2.5');
console.log(show(a.add(b)), '|', show(a.sub(b)), '|', show(a.mul(b)), '|', show(a.div(b)), '|', show(a.mod(b)));
console.log(show(a.pow(3)!), show(a.pow(-2)!), new Fraction(2).pow('1/2'), new Fraction(4).pow('1/2')!.toString(), show(b.abs()), show(b.neg()), show(a.inverse()));
console.log(a.compare(b), a.equals('14/6'), a.gte(b), show(a.gcd('14/9')), show(a.lcm('14/9')), a.divisible('1/3'));
console.log(a.floor().toString(), a.ceil(2).toString(), a.round(3).toString(), b.round().toString(), a.roundTo('1/8').toFraction());
console.log(JSON.stringify(new Fraction(Math.PI).toContinued().slice(0, 6).map(String)), new Fraction(Math.PI).simplify(0.001).toFraction(), a.toLatex(true), a.valueOf().toFixed(4));
let sum = new Fraction(0);
for (let n = 1; n <= 30; n += 1) sum = sum.add(1, n);
console.log(sum.toFraction(), typeof sum.n);
console.log(new Fraction('1/97').toString(120));
for (const bad of ['1/0', 'x', '1.2.3', '1/2/3']) {
  try {
    new Fraction(bad);
  } catch (error) {
    console.log((error as Error).message);
  }
}
