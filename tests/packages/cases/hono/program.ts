import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { basicAuth } from 'hono/basic-auth';
import { getCookie, setCookie } from 'hono/cookie';
import { cors } from 'hono/cors';
import { HTTPException } from 'hono/http-exception';
import { sign, verify } from 'hono/jwt';
import { streamText } from 'hono/streaming';
import { validator } from 'hono/validator';

type Variables = { user: string };
const app = new Hono<{ Variables: Variables }>();
app.use('/api/*', cors({ origin: 'https://example.com', allowMethods: ['GET'] }));
app.use('*', async (c, next) => {
  c.set('user', c.req.header('x-user') ?? 'nobody');
  await next();
  c.header('x-seen', 'yes');
});
app.get('/', (c) => c.text(`hello ${c.get('user')}`));
app.get('/api/items/:id{[0-9]+}', (c) => c.json({ id: Number(c.req.param('id')), sort: c.req.query('sort') ?? null, tags: c.req.queries('tag') ?? [] }));
app.post(
  '/api/items',
  validator('json', (value, c) => (typeof value.name === 'string' ? { name: value.name as string } : c.json({ error: 'name' }, 400))),
  (c) => c.json({ made: c.req.valid('json').name }, 201),
);
app.get('/cookie', (c) => { setCookie(c, 'a', getCookie(c, 'a') ?? 'new', { path: '/', httpOnly: true }); return c.body(null, 204); });
app.get('/fail', () => { throw new HTTPException(403, { message: 'not you' }); });
app.get('/stream', (c) => streamText(c, async (stream) => { await stream.write('one '); await stream.write('two'); }));
app.use('/secret', basicAuth({ username: 'ada', password: 'pw' }));
app.get('/secret', (c) => c.html('<b>in</b>'));
app.route('/sub', new Hono().get('/deep/*', (c) => c.text(c.req.path)));
app.notFound((c) => c.text(`no ${c.req.path}`, 404));
app.onError((error, c) => (error instanceof HTTPException ? error.getResponse() : c.text('oops', 500)));

async function show(label: string, response: Response) {
  const headers = ['content-type', 'x-seen', 'access-control-allow-origin', 'set-cookie', 'www-authenticate'];
  // Bun writes the charset of a text in small letters, Node in capitals.
  const shown = headers.map((name) => response.headers.get(name) ?? '-').join(' | ').replaceAll('UTF-8', 'utf-8');
  console.log(label, response.status, shown, await response.text());
}

const json = { 'content-type': 'application/json' };
const basic = { authorization: `Basic ${btoa('ada:pw')}` };
const calls: [string, RequestInit?][] = [
  ['/', { headers: { 'x-user': 'Ada' } }],
  ['/api/items/12?sort=up&tag=a&tag=b', { headers: { origin: 'https://example.com' } }],
  ['/api/items/x'],
  ['/api/items', { method: 'POST', headers: json, body: '{"name":"n"}' }],
  ['/api/items', { method: 'POST', headers: json, body: '{}' }],
  ['/cookie', { headers: { cookie: 'a=old' } }],
  ['/fail'], ['/stream'], ['/secret'], ['/secret', { headers: basic }], ['/sub/deep/er'], ['/none'],
];
for (const [path, init] of calls) await show(path, await app.request(path, init));

const token = await sign({ sub: 'ada', n: 1 }, 'key', 'HS256');
console.log(token, JSON.stringify(await verify(token, 'key', 'HS256')));

const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, async ({ port }) => {
  for (const [path, init] of calls.slice(0, 8)) await show(path, await fetch(`http://127.0.0.1:${port}${path}`, init));
  server.close(() => console.log('closed'));
  if ('closeAllConnections' in server) server.closeAllConnections();
});
