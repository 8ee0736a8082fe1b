// Bun.serve and fetch, in one program, over the loopback.
import net from 'node:net';
const server = Bun.serve({
  port: 0,
  hostname: '127.0.0.1',
  routes: {
    '/static': new Response('static', { headers: { 'x-a': '1' } }),
    '/users/:id': (request) => new Response(`user ${request.params.id}`),
    '/methods': { GET: () => new Response('get'), POST: async (request) => Response.json(await request.json()) },
    '/wild/*': (request) => new Response(`wild ${new URL(request.url).pathname}`),
    '/cookies': (request) => { request.cookies.set('seen', '1'); return new Response(request.cookies.get('a')); },
  },
  async fetch(request) {
    const url = new URL(request.url);
    switch (url.pathname) {
      case '/echo':
        return new Response(await request.text(), { status: 201, headers: [['set-cookie', 'x=1'], ['set-cookie', 'y=2']] });
      case '/stream':
        return new Response(new ReadableStream({ async start(controller) { controller.enqueue('one,'); await Bun.sleep(5); controller.enqueue(new TextEncoder().encode('two')); controller.close(); } }));
      case '/generator':
        return new Response(async function* () { yield 'a'; await Bun.sleep(1); yield 'b'; }() as unknown as BodyInit);
      case '/throw':
        throw new Error('boom');
      case '/length':
        return new Response(String((await request.arrayBuffer()).byteLength));
      case '/ip':
        return Response.json(server.requestIP(request)?.address);
      case '/empty':
        return new Response(null, { status: 204 });
      default:
        return new Response(`fallback ${request.method} ${url.pathname}${url.search}`);
    }
  },
  error: (error) => new Response(`handled ${error.message}`, { status: 500 }),
});
console.log(server.port > 0, server.hostname, server.url.href === `http://127.0.0.1:${server.port}/`, server.pendingRequests);
const ask = async (path: string, init?: RequestInit) => { const response = await fetch(new URL(path, server.url), init); return [response.status, await response.text()]; };
for (const path of ['/static', '/users/a%20b', '/methods', '/wild/x/y', '/nothing?q=1', '/stream', '/generator', '/throw', '/ip', '/empty']) console.log(path, ...(await ask(path)));
console.log(await ask('/methods', { method: 'POST', body: '{"a":[1]}' }), await ask('/length', { method: 'POST', body: new Uint8Array(300_000) }), await ask('/echo', { method: 'PUT', body: 'body' }));
console.log((await fetch(new URL('/cookies', server.url), { headers: { cookie: 'a=b' } })).headers.getSetCookie());
console.log((await Promise.all(Array.from({ length: 20 }, (_, index) => ask(`/users/${index}`)))).every(([status, text], index) => status === 200 && text === `user ${index}`));
const raw = (text: string) => new Promise<string>((resolve) => {
  let all = '';
  const socket = net.connect(server.port, '127.0.0.1', () => socket.write(text));
  socket.on('data', (data) => { all += data; });
  socket.on('close', () => resolve(all));
});
const twice = await raw('GET /static HTTP/1.1\r\nHost: x\r\n\r\nHEAD /methods HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
console.log(twice.split('\r\n').filter((line) => !/^Date|^Connection|^Content-|^etag/i.test(line)));
console.log((await raw('POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n')).endsWith('\r\n\r\nabcde'), (await raw('POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabc')).split('\r\n')[0]);
console.log((await raw('POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nConnection: close\r\n\r\nx')).split('\r\n').filter((line) => line.startsWith('set-cookie')));
server.reload({ fetch: () => new Response('reloaded') });
console.log(...(await ask('/anything')), await (await server.fetch('/inside')).text());
await server.stop(true);
try { Bun.serve({} as never); } catch (error) { console.log((error as Error).message.split('\n')[0]); }
