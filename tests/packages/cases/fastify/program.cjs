const fastify = require('fastify');

async function main() {
  const app = fastify({ logger: false, ajv: { customOptions: { removeAdditional: 'all' } } });
  app.decorate('half', (n) => n / 2);
  app.decorateRequest('user', null);
  const hooks = [];
  app.addHook('onRequest', async (request) => { hooks.push('onRequest'); request.user = request.headers['x-user'] ?? 'nobody'; });
  app.addHook('preHandler', (request, reply, done) => { hooks.push('preHandler'); done(); });
  app.addHook('onSend', async (request, reply, payload) => { hooks.push('onSend'); reply.header('x-user', request.user); return payload; });

  app.get('/', async () => ({ hello: 'world' }));
  app.get('/items/:id', {
    schema: {
      params: { type: 'object', properties: { id: { type: 'integer' } } },
      querystring: { type: 'object', properties: { full: { type: 'boolean', default: false } } },
      response: { 200: { type: 'object', properties: { id: { type: 'integer' }, full: { type: 'boolean' } } } },
    },
  }, async (request) => ({ id: request.params.id, full: request.query.full, secret: 'left out' }));
  app.post('/people', {
    schema: { body: { type: 'object', required: ['name'], properties: { name: { type: 'string', minLength: 2 }, age: { type: 'integer' } } } },
  }, async (request, reply) => reply.code(201).send({ ...request.body, half: app.half(request.body.age ?? 0) }));
  app.register(async (scope) => {
    scope.decorate('inner', true);
    scope.get('/', async () => ({ inner: scope.inner, half: scope.half(10) }));
    scope.setErrorHandler((error, request, reply) => reply.code(409).send({ caught: error.message }));
    scope.get('/fail', async () => { throw new Error('inside'); });
  }, { prefix: '/scoped' });
  app.addContentTypeParser('text/csv', { parseAs: 'string' }, (request, body, done) => done(null, body.split(',')));
  app.post('/csv', (request, reply) => { reply.type('text/plain').send(request.body.join('|')); });
  await app.ready();

  for (const options of [
    { url: '/' },
    { url: '/items/42?full=true', headers: { 'x-user': 'ada' } },
    { url: '/items/x' },
    { method: 'POST', url: '/people', payload: { name: 'Ada', age: '36', extra: 1 } },
    { method: 'POST', url: '/people', payload: { name: 'A' } },
    { method: 'POST', url: '/csv', headers: { 'content-type': 'text/csv' }, payload: 'a,b,c' },
    { url: '/scoped' }, { url: '/scoped/fail' }, { url: '/none' }, { method: 'HEAD', url: '/' },
  ]) {
    const response = await app.inject(options);
    console.log(response.statusCode, response.headers['content-type'], response.headers['x-user'], response.body, hooks.splice(0).join());
  }
  console.log('inner' in app, app.hasRoute({ url: '/items/:id', method: 'GET' }));
  await app.close();
  console.log('closed');
}

main();
