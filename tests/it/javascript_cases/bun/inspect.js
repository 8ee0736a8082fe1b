// What console.log writes in a program of Bun's.
class Point { x = 1; #hidden = 2; get length() { return 1; } move() {} static origin = 0; }
class Deep extends Point { constructor() { super(); this.inner = { a: { b: 1 } }; } }
const circular = { a: 1 };
circular.self = circular;
console.log(1, -0, NaN, 10n, true, undefined, null, Symbol('q'), Symbol());
console.log('text', ['it\'s', 'a"b', 'a\nb'], { s: 'a\nb' });
console.log({}, { a: 1, 'b-c': 2, 3: 4, [Symbol('k')]: 5 }, { a: { b: { c: { d: 1 } } } });
console.log([], [1, 2, 3], [[1, [2, [3]]]], [{ a: 1 }, { b: 2 }], [1, , 3], [, , 1, , ,]);
console.log(Array.from({ length: 30 }, (_, i) => i * 1000));
console.log(Array.from({ length: 120 }, (_, i) => i));
console.log(['x'.repeat(60), 'y'.repeat(30), 'z'], { k: ['x'.repeat(60), 'y'.repeat(30)] });
console.log([1, 'a', null, undefined, true, { a: 1 }, [2]], [() => {}, function named() {}]);
console.log(function foo() {}, () => {}, async function later() {}, function* many() {}, Point, Deep, class {}, Map);
console.log(new Point(), new Deep(), Object.create(null), Object.assign(Object.create(null), { a: 1 }));
console.log(new Map([['a', 1], [{ k: 1 }, { v: 2 }]]), new Map(), new Set([1, 'a', { b: 1 }]), new Set(), new WeakMap());
console.log(new Date(0), new Date(NaN), /a\/b/gi, Promise.resolve(1), new Promise(() => {}));
console.log(new Uint8Array([1, 2, 255]), new Float32Array([1.5]), new BigInt64Array([1n]), new ArrayBuffer(3), Buffer.from('abc'));
console.log({ get a() { return 1; }, set a(v) {}, get b() { return 1; }, set c(v) {} }, circular);
console.log(new Number(1), new Boolean(false), { [Symbol.toStringTag]: 'Tagged', a: 1 });
console.log(new URLSearchParams('a=1&b=2'), new Headers({ a: 'b', c: 'd' }), new URL('http://a.b/c?d=1#e'));
console.log({ [Symbol.for('nodejs.util.inspect.custom')]: (depth) => `CUSTOM ${depth}` });
console.log('%s is %i and %f %j %o %%', 'str', 2.7, '3.1', { a: 1 }, [1], 'extra', { d: 1 });
console.log('100%', 5, '%d'); console.log('%%', 1); console.log('%s'); console.log('a %s b %s', 'x');
console.log(Bun.inspect({ a: { b: 1 } }, { depth: 0 }), Bun.inspect('a"b'), Bun.inspect({ a: [1, { b: 1 }] }, { compact: true }), Bun.inspect({ b: 1, a: 2 }, { sorted: true }));
console.log(Bun.inspect.table([{ a: 1, b: 2 }, { a: 3 }]), Bun.inspect.table([{ a: 1, b: 2 }], ['b']));
console.table([{ a: 1, b: 'x' }, { a: 2, c: true }]); console.table([[1, 2], [3, 4]]); console.table(new Map([['k', 1]])); console.table(5);
console.group('G'); console.log('in\nner'); console.log({ a: 1 }); console.groupEnd(); console.log('out');
console.dir({ a: { b: 1 } }, { depth: 0 }); console.count(); console.count('x'); console.count();
