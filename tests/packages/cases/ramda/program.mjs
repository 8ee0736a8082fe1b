import * as R from 'ramda';

const people = [{ name: 'Ada', age: 36, at: { city: 'London' } }, { name: 'Bob', age: 17, at: { city: 'Paris' } }, { name: 'Cy', age: 60, at: { city: 'London' } }];
const show = (value) => console.log(JSON.stringify(value));

show(R.pipe(R.filter(R.propSatisfies(R.gte(R.__, 18), 'age')), R.groupBy(R.path(['at', 'city'])), R.map(R.pluck('name')))(people));
show(R.sortWith([R.ascend(R.path(['at', 'city'])), R.descend(R.prop('age'))], people).map(R.prop('name')));
const cityLens = R.lensPath(['at', 'city']);
show([R.view(cityLens, people[0]), R.over(cityLens, R.toUpper, people[0]), R.set(R.lensIndex(1), 'x', [1, 2])]);
show(R.evolve({ age: R.inc, at: { city: R.length } }, people[1]));
show(R.converge(R.divide, [R.sum, R.length])([1, 2, 3, 4]));
show([R.curry((a, b, c) => a + b + c)(1)(R.__, 3)(2), R.flip(R.subtract)(1, 5), R.compose(R.toUpper, R.join('-'), R.reverse)(['a', 'b'])]);
show(R.into([], R.compose(R.map(R.multiply(2)), R.filter((n) => n > 4), R.take(2)), [1, 2, 3, 4, 5]));
show(R.transduce(R.map(R.add(1)), R.flip(R.append), [], [1, 2]));
show([R.equals({ a: [1, { b: new Set([2]) }] }, { a: [1, { b: new Set([2]) }] }), R.equals(NaN, NaN), R.identical(0, -0), R.type(/x/), R.type(async () => {})]);
show(R.mergeDeepWith(R.concat, { a: { x: [1] }, b: 1 }, { a: { x: [2], y: [3] } }));
show([R.zipObj(['a', 'b'], [1, 2]), R.xprod([1, 2], ['a', 'b']), R.aperture(2, [1, 2, 3]), R.splitWhen(R.equals(2), [1, 2, 3])]);
show(R.cond([[R.lt(R.__, 0), R.always('negative')], [R.equals(0), R.always('zero')], [R.T, (n) => `positive ${n}`]])(5));
show([R.scan(R.multiply, 1, [1, 2, 3]), R.unfold((n) => (n > 50 ? false : [-n, n + 20]), 10), R.reduceWhile((sum) => sum < 6, R.add, 0, [1, 2, 3, 4, 5])]);
show([R.invertObj({ a: 'x' }), R.toPairs({ a: 1, b: 2 }), R.pathOr('d', ['x', 'y'], {}), R.assocPath(['a', 0, 'b'], 1, {}), R.dissocPath(['a', 'b'], { a: { b: 1, c: 2 } })]);
show([R.traverse(R.of(Array), R.of(Array), [1, 2]), R.sequence(R.of(Array), [[1, 2], [3]]), R.lift(R.add)([1, 2], [10, 20]), R.ap([R.inc, R.dec], [5])]);
show([R.countBy(Math.floor)([1, 1.1, 2.5]), R.uniqBy(Math.abs, [1, -1, 2]), R.symmetricDifference([1, 2], [2, 3]), R.innerJoin((a, b) => a.id === b, [{ id: 1 }, { id: 2 }], [2])]);
show([R.toString({ b: [1, 'x', undefined, new Date(0)], a: /r/g }), R.test(/^x/, 'xy'), R.match(/([a-z]a)/g, 'bananas'), R.trim('  a ')]);
const memo = R.memoizeWith(String, R.tap(() => { memo.count = (memo.count ?? 0) + 1; }));
memo(1); memo(1); memo(2);
show([memo.count, await R.andThen(R.inc, Promise.resolve(1)), await R.pipeWith((f, value) => Promise.resolve(value).then(f))([R.inc, R.negate])(1)]);
show(R.tryCatch(() => { throw new Error('x'); }, (error, value) => `${error.message}:${value}`)('in'));
