import { z } from 'zod';

const Address = z.object({ street: z.string().min(1), zip: z.string().regex(/^\d{5}$/) });
const User = z.object({
  id: z.uuid(),
  name: z.string().trim().min(2).max(20),
  age: z.coerce.number().int().nonnegative().optional(),
  role: z.enum(['admin', 'user']).default('user'),
  tags: z.array(z.string()).transform((tags) => tags.map((tag) => tag.toUpperCase())),
  address: Address.partial({ zip: true }).nullable(),
});
type User = z.infer<typeof User>;

const ada: User = User.parse({
  id: '6f9619ff-8b86-4d01-b42d-00cf4fc964ff',
  name: '  Ada ',
  age: '36',
  tags: ['math', 'code'],
  address: { street: 'Main' },
});
console.log(JSON.stringify(ada));

const failed = User.safeParse({ id: 'x', name: 'A', age: -1.5, role: 'root', tags: [1], address: {} });
if (!failed.success) {
  for (const issue of failed.error.issues) {
    console.log(issue.code, issue.path.join('.'), '|', issue.message);
  }
  console.log(JSON.stringify(z.flattenError(failed.error).fieldErrors));
}

const Shape = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('circle'), radius: z.number() }),
  z.strictObject({ kind: z.literal('square'), side: z.number() }),
]);
console.log(JSON.stringify(Shape.parse({ kind: 'circle', radius: 2, extra: true })));
console.log(Shape.safeParse({ kind: 'square', side: 1, extra: true }).success);

const Even = z.number().refine((value) => value % 2 === 0, { message: 'odd' }).brand<'Even'>();
console.log(Even.safeParse(3).error?.issues[0]?.message, Even.parse(4));

interface Tree { value: number; children: Tree[] }
const Tree: z.ZodType<Tree> = z.lazy(() => z.object({ value: z.number(), children: z.array(Tree) }));
console.log(JSON.stringify(Tree.parse({ value: 1, children: [{ value: 2, children: [] }] })));

const Remote = z.string().refine(async (name) => name.length > 3, 'short').pipe(z.string().endsWith('!'));
console.log((await Remote.safeParseAsync('abc')).success, await Remote.parseAsync('abcd!'));
console.log(JSON.stringify(z.toJSONSchema(z.object({ when: z.iso.date(), n: z.number().min(1).max(9) }))));
console.log(JSON.stringify(z.record(z.string(), z.bigint().transform(String)).parse({ a: 12345678901234567890n })));
