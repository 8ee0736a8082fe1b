import {
  StructError, any, array, assert, assign, boolean, coerce, create, date, defaulted, define, deprecated, dynamic, enums, integer,
  intersection, is, lazy, literal, map, mask, max, min, nonempty, number, object, omit, optional, partial, pattern, pick, record,
  refine, set, size, string, trimmed, tuple, type, union, validate, type Describe, type Infer,
} from 'superstruct';

const Email = define<string>('Email', (value) => typeof value === 'string' && value.includes('@'));
const User = object({
  id: number(),
  name: size(trimmed(string()), 2, 10),
  email: optional(Email),
  role: defaulted(enums(['admin', 'user']), 'user'),
  tags: defaulted(array(nonempty(string())), () => []),
  at: optional(type({ city: string() })),
});
type User = Infer<typeof User>;
const user: User = create({ id: 1, name: '  Ada ', email: 'a@b', at: { city: 'x', more: 1 } }, User);
console.log(JSON.stringify(user), is(user, User), is({ id: '1' }, User));

const [error] = validate({ id: 'x', name: 'A', email: 'no', role: 'root', tags: [''], at: {}, extra: 1 }, User);
for (const failure of error!.failures()) console.log(failure.type, failure.path.join('.'), failure.refinement ?? '-', '|', failure.message);
console.log(error instanceof StructError, error!.key, error!.branch.length);
console.log(JSON.stringify(mask({ id: 1, name: 'Ada', role: 'user', tags: [], extra: 2 }, User)), Object.keys(pick(User, ['id', 'name']).schema).join(), Object.keys(omit(User, ['at']).schema).length);

const Numeric = coerce(number(), string(), (text) => Number.parseFloat(text));
console.log(create('3.5', Numeric), is(5, max(min(integer(), 1), 4)), is('abc', pattern(string(), /^b/)), is(new Date(NaN), date()), is(['a', 1], tuple([string(), number()])));
console.log(is({ a: 1, b: '2' }, intersection([type({ a: number() }), type({ b: string() })])), is(new Map([['k', new Set([1])]]), map(string(), set(number()))), is({ k: true }, record(string(), boolean())), is(3, union([literal(3), string()])));
interface Tree { value: number; next: Tree[] }
const Tree: Describe<Tree> = object({ value: number(), next: array(lazy(() => Tree)) });
console.log(is({ value: 1, next: [{ value: 2, next: [] }] }, Tree), is({ value: 1, next: [{ value: 2 }] }, Tree));
const Versioned = dynamic((value: any) => (value?.v === 2 ? object({ v: literal(2), b: string() }) : object({ v: literal(1), a: string() })) as never);
console.log(is({ v: 2, b: 'x' }, Versioned), is({ v: 1, b: 'x' }, Versioned), is({ a: 1, b: 2 }, assign(object({ a: number() }), object({ b: number() }))), is({}, partial(User)));
const even = refine(number(), 'even', (value) => value % 2 === 0 || `${value} is odd`);
for (const check of [() => assert(3, even), () => assert(undefined, any()), () => assert({ a: 1 }, object({}), 'nothing is allowed')]) {
  try {
    check();
    console.log('fine');
  } catch (failed) {
    console.log((failed as Error).message);
  }
}
const warnings: string[] = [];
is({ old: 1 }, object({ old: deprecated(number(), (_, context) => warnings.push(context.path.join())) }));
console.log(warnings.join());
