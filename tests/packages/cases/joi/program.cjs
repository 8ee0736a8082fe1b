const Joi = require('joi');

const schema = Joi.object({
  name: Joi.string().alphanum().min(3).max(10).required(),
  password: Joi.string().pattern(/^[a-z0-9]{3,30}$/),
  repeat: Joi.ref('password'),
  token: [Joi.string(), Joi.number()],
  born: Joi.number().integer().min(1900).max(2013),
  email: Joi.string().email({ tlds: { allow: false } }).lowercase().trim(),
  tags: Joi.array().items(Joi.string().valid('a', 'b')).unique().min(1).single(),
  when: Joi.date().iso().greater('2020-01-01'),
  kind: Joi.string().valid('x', 'y').default('x'),
  extra: Joi.when('kind', { is: 'y', then: Joi.number().required(), otherwise: Joi.forbidden() }),
  nested: Joi.object().pattern(/^k\d$/, Joi.boolean().truthy('yes')),
  site: Joi.string().uri({ scheme: ['https'] }),
}).with('name', 'born').xor('password', 'token').rename('mail', 'email');

const good = schema.validate({ name: 'abc', born: '1994', password: 'pw1', repeat: 'pw1', mail: '  ME@Example.com ', tags: 'a', when: '2024-02-29', nested: { k1: 'yes' } });
console.log(good.error, JSON.stringify(good.value));
const bad = schema.validate({ name: 'a!', password: 'x', token: 1, repeat: 'y', born: 2020.5, email: 'no', tags: ['a', 'a', 'c'], when: '2019-01-01', kind: 'y', nested: { z: 1 }, site: 'http://x', more: 1 }, { abortEarly: false });
for (const { message, path, type } of bad.error.details) console.log(type, path.join('.'), '|', message);
console.log(bad.error.isJoi, bad.error.name);

const custom = Joi.extend((joi) => ({
  type: 'even', base: joi.number(), messages: { 'even.base': '{{#label}} must be even', 'even.times': '{{#label}} must be a multiple of {{#n}}' },
  validate: (value, helpers) => (value % 2 ? { value, errors: helpers.error('even.base') } : undefined),
  rules: { times: { method(n) { return this.$_addRule({ name: 'times', args: { n } }); }, args: ['n'], validate: (value, helpers, { n }) => (value % n ? helpers.error('even.times', { n }) : value) } },
}));
for (const value of [3, 8, 12]) console.log(custom.even().times(6).label('n').validate(value).error?.message ?? 'fine');
console.log(Joi.attempt('5', Joi.number()), Joi.isSchema(schema), JSON.stringify(Joi.string().min(2).description('d').meta({ m: 1 }).describe()));
console.log(Joi.alternatives().conditional(Joi.object({ a: 1 }).unknown(), { then: Joi.object({ b: Joi.required() }).unknown(), otherwise: Joi.any() }).validate({ a: 1 }).error?.message);
console.log(Joi.string().messages({ 'string.base': 'give text, not {#value}' }).validate(4).error.message, Joi.object({ a: Joi.any().strip(), b: Joi.any() }).validate({ a: 1, b: 2 }).value.a);
console.log(JSON.stringify(Joi.object({ a: Joi.number() }).validate({ a: 1, b: 2 }, { stripUnknown: true }).value), Joi.link('#tree') && Joi.object({ v: Joi.number(), c: Joi.array().items(Joi.link('#tree')) }).id('tree').validate({ v: 1, c: [{ v: 'x' }] }).error.message);
schema.validateAsync({ name: 'abc' }).catch((error) => console.log('rejected', error.message));
Joi.string().external(async (value) => `${value}!`).validateAsync('later').then((value) => console.log(value));
