import * as v from 'valibot';

const Login = v.object({
  email: v.pipe(v.string(), v.trim(), v.toLowerCase(), v.email('not an address')),
  password: v.pipe(v.string(), v.minLength(8), v.check((text) => /\d/.test(text), 'a digit, please')),
  age: v.optional(v.pipe(v.union([v.string(), v.number()]), v.transform(Number), v.integer(), v.minValue(18))),
  tags: v.fallback(v.array(v.picklist(['a', 'b'])), ['a']),
  when: v.nullish(v.pipe(v.string(), v.isoDate(), v.transform((text) => new Date(text)))),
});
type Login = v.InferOutput<typeof Login>;
const login: Login = v.parse(Login, { email: ' ADA@Example.com', password: 'secret123', age: '20', tags: ['z'], when: '2024-02-29', more: 1 });
console.log(JSON.stringify(login));
const failed = v.safeParse(Login, { email: 'x', password: 'short', age: 3.5 });
for (const issue of failed.issues ?? []) console.log(issue.type, v.getDotPath(issue), '|', issue.message);
console.log(JSON.stringify(v.flatten<typeof Login>(failed.issues!)), v.is(v.number(), NaN), v.is(v.pipe(v.string(), v.uuid()), '6f9619ff-8b86-4d01-b42d-00cf4fc964ff'));

const Shape = v.variant('kind', [v.object({ kind: v.literal('circle'), r: v.number() }), v.strictObject({ kind: v.literal('box'), w: v.number(), h: v.number() })]);
for (const shape of [{ kind: 'circle', r: 1 }, { kind: 'box', w: 1, h: 2, d: 3 }, { kind: 'line' }]) {
  const result = v.safeParse(Shape, shape);
  console.log(result.success, result.success ? JSON.stringify(result.output) : result.issues.map((issue) => issue.message).join());
}
interface Tree { value: number; children: Tree[] }
const Tree: v.GenericSchema<Tree> = v.object({ value: v.number(), children: v.array(v.lazy(() => Tree)) });
console.log(JSON.stringify(v.parse(Tree, { value: 1, children: [{ value: 2, children: [] }] })), v.safeParse(Tree, { value: 1, children: [{ value: 2 }] }).issues?.[0] && 'bad child');
const Later = v.pipeAsync(v.string(), v.checkAsync(async (text) => text !== 'taken', 'taken'), v.transformAsync(async (text) => text.length));
console.log(await v.parseAsync(Later, 'free'), (await v.safeParseAsync(Later, 'taken')).issues?.[0].message);
console.log(JSON.stringify(v.parse(v.record(v.pipe(v.string(), v.maxLength(2)), v.bigint()), { a: 1n }), (_, value) => (typeof value === 'bigint' ? `${value}n` : value)), [...v.parse(v.map(v.string(), v.set(v.number())), new Map([['k', new Set([1])]])).keys()].join());
console.log(JSON.stringify(v.parse(v.intersect([v.object({ a: v.number() }), v.object({ b: v.string() })]), { a: 1, b: 'x' })), JSON.stringify(v.parse(v.tupleWithRest([v.string()], v.number()), ['a', 1, 2])), JSON.stringify(v.parse(v.partial(v.pick(Login, ['age'])), {})));
console.log(JSON.stringify(v.getDefaults(v.object({ a: v.optional(v.string(), 'd'), b: v.number() }))), Object.keys(v.omit(Login, ['when']).entries).join(), v.parse(v.pipe(v.string(), v.brand('Id')), 'id'));
try {
  v.parse(v.pipe(v.number(), v.multipleOf(5), v.readonly()), 7);
} catch (error) {
  console.log(error instanceof v.ValiError, (error as Error).name, (error as Error).message);
}
