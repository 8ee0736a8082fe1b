const { BigNumber } = require('bignumber.js');

BigNumber.config({ DECIMAL_PLACES: 30, ROUNDING_MODE: BigNumber.ROUND_HALF_EVEN, EXPONENTIAL_AT: [-20, 40] });
const a = new BigNumber('12345678901234567890.123456789');
const b = new BigNumber('-0.000000000987654321');
for (const operation of ['plus', 'minus', 'times', 'div', 'idiv', 'mod']) console.log(operation, a[operation](b).toString());
console.log(new BigNumber(0.1).plus(0.2).eq(0.3), new BigNumber(2).pow(200).toFixed(), new BigNumber(2).sqrt().toString());
console.log(new BigNumber('ff.8', 16).toString(), new BigNumber(255.5).toString(2), new BigNumber('zz', 36).toNumber(), new BigNumber('0b101').toString());
console.log(a.toFormat(3), a.toFixed(2, BigNumber.ROUND_UP), a.toExponential(5), a.toPrecision(8), b.toFixed(12));
console.log(new BigNumber('1234567.891').toFormat(2, { prefix: '€ ', groupSeparator: '.', groupSize: 3, decimalSeparator: ',', suffix: ' net' }));
for (let mode = 0; mode <= 8; mode += 1) console.log(mode, ['2.5', '-2.5', '3.5', '2.51'].map((text) => new BigNumber(text).integerValue(mode).toString()).join(' '));
console.log(new BigNumber(3).pow(-2).toString(), new BigNumber(3).pow(1000, 1009).toString(), new BigNumber(Math.PI.toString()).toFraction(1000).join('/'));
console.log(BigNumber.max(1, '2', 1.5).toString(), BigNumber.sum('0.1', '0.2', '0.3').toString(), new BigNumber('NaN').isNaN(), new BigNumber(1).div(0).toString(), new BigNumber('-0').toString(), new BigNumber(-0).isNegative());
console.log(a.comparedTo(b), a.isGreaterThan(b), a.decimalPlaces(), a.precision(), a.precision(true), a.shiftedBy(-5).toString(), JSON.stringify({ a }), typeof a.valueOf());
const Small = BigNumber.clone({ DECIMAL_PLACES: 3, POW_PRECISION: 5 });
console.log(new Small(1).div(3).toString(), new BigNumber(1).div(3).toString(), new Small('1.0001').pow(300).toString());
let factorial = new BigNumber(1);
for (let n = 2; n <= 60; n += 1) factorial = factorial.times(n);
console.log(factorial.toFixed());
