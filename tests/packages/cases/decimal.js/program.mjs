import Decimal from 'decimal.js';

Decimal.set({ precision: 40 });
console.log(String(Decimal.acos(-1)), String(new Decimal(1).exp()), String(new Decimal(2).ln()), String(Decimal.sqrt(2)));
console.log(String(new Decimal('0.1').plus('0.2')), String(new Decimal(1).div(3)), String(new Decimal('1e+9000000000000000').times(10)));
for (const name of ['sin', 'cos', 'tan', 'sinh', 'atan', 'log', 'cbrt', 'asinh']) console.log(name, String(new Decimal('0.7')[name]()));
console.log(String(Decimal.pow('1.01', 365)), String(new Decimal(2).pow('0.5')), String(new Decimal('-8').cbrt()), String(Decimal.hypot(3, 4, '12')));
console.log(new Decimal(255).toHex(), new Decimal('0x1f.8p3').toString(), new Decimal('0b1101.1').toString(), new Decimal(0.1).toBinary().slice(0, 20), new Decimal(64).toOctal());
for (let rounding = 0; rounding <= 8; rounding += 1) {
  const D = Decimal.clone({ rounding });
  console.log(rounding, ['2.5', '-2.5', '2.4', '-2.6'].map((text) => new D(text).round().toString()).join(' '));
}
const x = new Decimal('-12345.6789');
console.log(x.toFixed(2), x.toExponential(3), x.toSignificantDigits(6).toString(), x.toDecimalPlaces(1, Decimal.ROUND_FLOOR).toString(), x.toNearest('0.25').toString(), x.toFraction(100).join('/'));
console.log(x.abs().floor().toString(), x.ceil().toString(), x.trunc().toString(), x.mod(100).toString(), x.divToInt(7).toString(), x.sd(), x.dp(), x.cmp(0), x.isNeg(), x.clamp(-10, 10).toString());
Decimal.set({ modulo: Decimal.EUCLID });
console.log(x.mod(100).toString(), String(Decimal.max(1, '3', 2)), String(Decimal.sum(1, '2.5')), Decimal.isDecimal(x), String(new Decimal(-0)), JSON.stringify([x, new Decimal(NaN), new Decimal(-Infinity)]));
const Five = Decimal.clone({ precision: 5, toExpNeg: -3, toExpPos: 6 });
console.log(String(new Five(1).div(3)), String(new Five('0.0001')), String(new Five(1234567)), String(Five.exp(5)));
let [pi, term] = [new Decimal(0), new Decimal(1)];
for (let n = 1; term.gt('1e-38'); n += 1) { pi = pi.plus(term); term = term.times(n).div(2 * n + 1); }
console.log(pi.times(2).toFixed(35), Decimal.acos(-1).toFixed(35) === pi.times(2).toFixed(35));
for (const bad of ['1x', '', null, '0xg', '--1']) {
  try {
    new Decimal(bad);
  } catch (error) {
    console.log(error.message);
  }
}
