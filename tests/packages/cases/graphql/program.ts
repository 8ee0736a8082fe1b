import {
  GraphQLEnumType, GraphQLError, GraphQLInt, GraphQLList, GraphQLNonNull, GraphQLObjectType, GraphQLScalarType, GraphQLSchema, GraphQLString,
  buildSchema, execute, findBreakingChanges, graphql, introspectionFromSchema, parse, print, printSchema, subscribe, validate, visit,
} from 'graphql';

const schema = buildSchema(`
  "A person" type Person implements Named { name: String! age: Int friends(first: Int = 2): [Person!]! role: Role }
  interface Named { name: String! }
  enum Role { ADMIN USER }
  input Filter { minAge: Int, roles: [Role!] }
  union Result = Person | Book
  type Book { title: String @deprecated(reason: "old") }
  type Query { person(id: ID!): Person, people(filter: Filter): [Person!]!, search(text: String!): [Result!]! , fail: String }
  type Mutation { rename(id: ID!, name: String!): Person }
`);
const people = [{ name: 'Ada', age: 36, role: 'ADMIN' }, { name: 'Bob', age: 17, role: 'USER' }].map((person) => ({ ...person, friends: ({ first }: { first: number }) => people.filter((other) => other.name !== person.name).slice(0, first) })) as any[];
const rootValue = {
  person: ({ id }: { id: string }) => people[Number(id)],
  people: async ({ filter }: any) => people.filter((person) => person.age >= (filter?.minAge ?? 0)),
  search: () => [{ __typename: 'Book', title: 'T' }, { __typename: 'Person', ...people[0] }],
  fail: () => { throw new GraphQLError('failed', { extensions: { code: 'BAD' } }); },
  rename: ({ id, name }: any) => people[Number(id)] && Object.assign(people[Number(id)], { name }),
};
for (const [source, variableValues] of [
  ['{ person(id: 0) { name age friends { ...F } } } fragment F on Person { name role }'],
  ['query Q($f: Filter, $skip: Boolean = true) { people(filter: $f) { who: name age @skip(if: $skip) } }', { f: { minAge: 18 } }],
  ['{ search(text: "x") { __typename ... on Book { title } ... on Named { name } } fail }'],
  ['mutation { a: rename(id: 0, name: "Eve") { name } b: rename(id: 5, name: "x") { name } }'],
  ['{ person { name } nope }'], ['{ person(id: 0) { name '], ['query Q($f: Filter) { people(filter: $f) { name } }', { f: { minAge: 'x' } }],
] as [string, Record<string, unknown>?][]) console.log(JSON.stringify(await graphql({ schema, source, rootValue, variableValues })));

const Even = new GraphQLScalarType({ name: 'Even', serialize: (value) => Number(value) * 2, parseValue: (value) => { if (Number(value) % 2) throw new TypeError('odd'); return value; } });
const Color = new GraphQLEnumType({ name: 'Color', values: { RED: { value: 0 }, GREEN: { value: 1 } } });
const code = new GraphQLSchema({
  query: new GraphQLObjectType({ name: 'Query', fields: { even: { type: new GraphQLNonNull(Even), args: { n: { type: Even } }, resolve: (_, { n }) => n ?? 1 }, color: { type: Color, resolve: () => 1 }, list: { type: new GraphQLList(GraphQLInt), resolve: async () => [1, 2] } } }),
  subscription: new GraphQLObjectType({ name: 'Subscription', fields: { tick: { type: GraphQLString, subscribe: async function* () { for (const n of [1, 2]) yield { tick: `t${n}` }; } } } }),
});
console.log(JSON.stringify(await execute({ schema: code, document: parse('{ even list color more: even(n: 4) }') })), JSON.stringify(await graphql({ schema: code, source: '{ even(n: 3) }' })));
const stream = await subscribe({ schema: code, document: parse('subscription { tick }') });
if (Symbol.asyncIterator in stream) for await (const result of stream) console.log(JSON.stringify(result));
console.log(printSchema(code));
const document = parse('query Q { a(b: 1, c: "x") @include(if: true) { d } }');
console.log(print(visit(document, { Field: (node) => (node.name.value === 'd' ? { ...node, name: { ...node.name, value: 'e' } } : undefined), Argument: { leave: (node) => (node.name.value === 'c' ? null : undefined) } })));
console.log(validate(schema, parse('{ person(id: 0) { ...X } } fragment Y on Book { title }')).map((error) => error.message).join(' / '), introspectionFromSchema(schema).__schema.types.length);
console.log(findBreakingChanges(schema, buildSchema('type Query { person: String }')).length);
