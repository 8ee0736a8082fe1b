const Koa = require('koa');
const http = require('node:http');

const app = new Koa({ keys: ['secret'] });
app.silent = true;
const order = [];
app.use(async (ctx, next) => {
  order.push('>1');
  await next();
  order.push('<1');
  ctx.set('X-Order', order.splice(0).join(' '));
});
app.use(async (ctx, next) => {
  order.push('>2');
  try {
    await next();
  } catch (error) {
    ctx.status = error.status ?? 500;
    ctx.body = { error: error.expose ? error.message : 'hidden' };
  }
  order.push('<2');
});
app.use(async (ctx, next) => {
  switch (ctx.path) {
    case '/json':
      ctx.body = { method: ctx.method, query: ctx.query, type: ctx.accepts('html', 'json') };
      break;
    case '/text':
      ctx.cookies.set('name', 'value', { signed: true, maxAge: 0, httpOnly: false });
      ctx.lastModified = new Date(0);
      ctx.body = 'some text';
      break;
    case '/throw':
      ctx.throw(422, 'not so', { expose: true });
      break;
    case '/crash':
      throw new Error('secret reason');
    case '/echo': {
      let text = '';
      for await (const chunk of ctx.req) text += chunk;
      ctx.body = text.toUpperCase();
      break;
    }
    case '/move':
      ctx.redirect('/json');
      break;
    default:
      await next();
  }
});

const server = http.createServer(app.callback()).listen(0, '127.0.0.1', async () => {
  const base = `http://127.0.0.1:${server.address().port}`;
  for (const [path, init] of [
    ['/json?a=1&a=2', { headers: { accept: 'application/json' } }], ['/text'], ['/throw'], ['/crash'],
    ['/echo', { method: 'POST', body: 'shout' }], ['/move', { redirect: 'manual' }], ['/nothing'],
  ]) {
    const response = await fetch(base + path, init);
    const get = (name) => response.headers.get(name) ?? '-';
    console.log(path, response.status, get('x-order'), '|', get('content-type'), '|', get('location'), '|', get('last-modified'), '|', get('set-cookie'));
    console.log(await response.text());
  }
  server.close(() => console.log('closed'));
  server.closeAllConnections();
});
