import * as yup from 'yup';

const schema = yup.object({
  name: yup.string().trim().min(2).required(),
  age: yup.number().positive().integer().max(120),
  email: yup.string().email(),
  site: yup.string().url().nullable().default(null),
  role: yup.string().oneOf(['admin', 'user'] as const).default('user'),
  tags: yup.array().of(yup.string().lowercase().required()).min(1).ensure(),
  created: yup.date().min(new Date(Date.UTC(2020, 0, 1))),
  secret: yup.string().when('role', { is: 'admin', then: (one) => one.required('admins need ${path}'), otherwise: (one) => one.strip() }),
  pair: yup.tuple([yup.string().required(), yup.number().required()]),
  confirm: yup.string().oneOf([yup.ref('name')], 'must match'),
}).noUnknown();
type Person = yup.InferType<typeof schema>;

const person: Person = await schema.validate({ name: ' Ada ', age: '36', tags: ['A', 'B'], created: '2024-02-29T00:00:00Z', secret: 'gone', pair: ['x', '1'], extra: 1, confirm: 'Ada' });
console.log(JSON.stringify(person));
try {
  await schema.validate({ name: 'A', age: -1.5, email: 'x', site: 'no', role: 'admin', tags: [], created: 'never', confirm: 'B' }, { abortEarly: false });
} catch (error) {
  const { errors, inner, name } = error as yup.ValidationError;
  console.log(name, errors.length);
  for (const { path, type, message } of inner) console.log(path, type, '|', message.startsWith('created') ? 'created: not a date' : message);
}
const even = yup.number().test('even', ({ path, value }) => `${path}: ${value} is odd`, (value) => value === undefined || value % 2 === 0);
console.log(await even.isValid(3), even.isValidSync(4), await even.validate(5).catch((error: Error) => error.message));
const later = yup.string().test({ name: 'taken', test: async (value, context) => { await null; return value !== 'ada' || context.createError({ message: 'taken' }); } });
console.log(await later.validate('ada').catch((error: Error) => error.message));
console.log(schema.cast({ name: ' x ', tags: 'solo' }, { assert: false })?.tags?.length, JSON.stringify(schema.getDefault()));
console.log(JSON.stringify(yup.object({ a: yup.object({ b: yup.number().required() }) }).pick(['a']).describe().fields).length > 50, yup.reach(schema, 'tags[0]').type);
const upper = yup.mixed((value: unknown): value is Map<string, number> => value instanceof Map).transform((value) => new Map(Object.entries(value)));
console.log([...(upper.cast({ k: 1 }) as Map<string, number>)].join(), yup.bool().cast('true'), yup.lazy((value) => (Array.isArray(value) ? yup.array() : yup.string())).cast(5));
interface Node { value: number; next?: Node }
const node: yup.Schema<Node> = yup.object({ value: yup.number().required(), next: yup.lazy(() => node.default(undefined)) }) as never;
console.log(node.isValidSync({ value: 1, next: { value: 2 } }), node.isValidSync({ value: 1, next: { value: 'x' } }));
