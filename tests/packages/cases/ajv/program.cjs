const Ajv = require('ajv');
const addFormats = require('ajv-formats');

const ajv = new Ajv({ allErrors: true, useDefaults: true, coerceTypes: true, removeAdditional: true });
addFormats(ajv);
ajv.addKeyword({
  keyword: 'even',
  type: 'number',
  schemaType: 'boolean',
  validate: (wanted, value) => (value % 2 === 0) === wanted,
  errors: false,
});
ajv.addSchema({ $id: 'address.json', type: 'object', required: ['city'], properties: { city: { type: 'string' } } });

const validate = ajv.compile({
  type: 'object',
  additionalProperties: false,
  required: ['name', 'email'],
  properties: {
    name: { type: 'string', minLength: 2, pattern: '^[A-Z]' },
    email: { type: 'string', format: 'email' },
    age: { type: 'integer', minimum: 0, even: true },
    born: { type: 'string', format: 'date' },
    role: { enum: ['admin', 'user'], default: 'user' },
    address: { $ref: 'address.json' },
    tags: { type: 'array', items: { type: 'string' }, uniqueItems: true, maxItems: 2 },
  },
  if: { properties: { role: { const: 'admin' } } },
  then: { required: ['age'] },
});

const good = { name: 'Ada', email: 'ada@example.com', age: '36', extra: 1, address: { city: 'London' } };
console.log(validate(good), JSON.stringify(good));
const bad = { name: 'a', email: 'no', age: 3, born: '2023-02-30', role: 'admin', address: {}, tags: ['x', 'x', 'y'] };
console.log(validate(bad));
for (const { instancePath, keyword, message, params } of validate.errors) {
  console.log(instancePath, keyword, message, JSON.stringify(params));
}
console.log(ajv.errorsText(validate.errors.slice(0, 2), { separator: '; ', dataVar: 'user' }));

const tree = ajv.compile({
  $id: 'tree',
  type: 'object',
  properties: { value: { type: 'number' }, children: { type: 'array', items: { $ref: '#' } } },
  required: ['value'],
});
console.log(tree({ value: 1, children: [{ value: 2 }, { value: 3, children: [{}] }] }), tree.errors[0].instancePath);
const one = ajv.compile({ oneOf: [{ type: 'object', required: ['a'] }, { type: 'object', required: ['b'] }] });
console.log(one({ a: 1 }), one({ a: 1, b: 2 }), one.errors.map((error) => error.keyword).join());
try {
  ajv.compile({ type: 'strange' });
} catch (error) {
  console.log(error.message.slice(0, 60));
}
