const express = require('express');
const http = require('node:http');

const app = express();
app.disable('x-powered-by');
app.use(express.json({ limit: '10kb' }));
app.use(express.urlencoded({ extended: true }));
app.use((req, res, next) => {
  res.set('X-Trace', `${req.method} ${req.path}`);
  next();
});
app.get('/', (req, res) => res.send('<h1>hello</h1>'));
const api = express.Router({ mergeParams: true });
api.param('id', (req, res, next, id) => { req.number = Number(id); next(); });
api.route('/items/:id')
  .get((req, res) => res.json({ id: req.number, query: req.query, org: req.params.org }))
  .put((req, res) => res.status(201).location('/there').json(req.body))
  .delete((req, res) => res.sendStatus(204));
app.use('/api/:org', api);
app.post('/form', (req, res) => res.type('text').send(JSON.stringify(req.body)));
app.get('/go', (req, res) => res.redirect(302, '/'));
app.get('/fail', async () => { throw Object.assign(new Error('broken'), { status: 418 }); });
app.get('/stream', (req, res) => { res.write('one '); setImmediate(() => res.end('two')); });
app.get('/kind', (req, res) => res.format({ json: () => res.json({ is: 'json' }), text: () => res.send('plain') }));
app.use((req, res) => res.status(404).cookie('seen', '1', { httpOnly: true }).send('nothing here'));
app.use((error, req, res, next) => res.status(error.status ?? 500).json({ error: error.message, type: error.type }));

function call(port, method, path, body, headers = {}) {
  return new Promise((resolve, reject) => {
    const request = http.request({ host: '127.0.0.1', port, method, path, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk) => { text += chunk; }).on('end', () => resolve([response, text]));
    });
    request.on('error', reject).end(body);
  });
}

const server = app.listen(0, '127.0.0.1', async () => {
  const { port } = server.address();
  const json = { 'content-type': 'application/json' };
  for (const [method, path, body, headers] of [
    ['GET', '/'],
    ['GET', '/api/acme/items/7?a=1&b=x%20y&b=z'],
    ['PUT', '/api/acme/items/8', '{"name":"Ada","n":[1,2]}', json],
    ['PUT', '/api/acme/items/8', '{"name":', json],
    ['DELETE', '/api/acme/items/8'],
    ['POST', '/form', 'a[b]=1&c=x+y', { 'content-type': 'application/x-www-form-urlencoded' }],
    ['GET', '/go'], ['GET', '/fail'], ['GET', '/stream'], ['HEAD', '/'],
    ['GET', '/kind', undefined, { accept: 'text/plain' }],
    ['GET', '/none'],
  ]) {
    const [response, text] = await call(port, method, path, body, headers);
    const { location, etag, 'x-trace': trace, 'content-type': type, 'set-cookie': cookie } = response.headers;
    // The engine's words for broken JSON are in this body, and so in its tag.
    if (response.statusCode === 400) console.log(400, JSON.parse(text).type);
    else console.log(response.statusCode, trace, type, location ?? '-', etag ?? '-', String(cookie ?? '-'), text);
  }
  const fetched = await fetch(`http://127.0.0.1:${port}/api/acme/items/9`);
  console.log(fetched.status, JSON.stringify(await fetched.json()));
  server.close(() => console.log('closed'));
  server.closeAllConnections();
});
