// Headers, Request, Response and their bodies, as programs of Bun's see them.
const headers = new Headers({ 'X-B': ' 2 ', a: '1' });
headers.append('a', '3');
headers.append('Set-Cookie', 'x=1');
headers.append('set-cookie', 'y=2');
console.log([...headers].filter(([name]) => name !== 'set-cookie'), headers.get('A'), headers.getSetCookie(), headers.has('none'), headers.get('none'));
for (const wrong of [() => headers.append('a b', '1'), () => headers.append('a', 'x\ny'), () => new Response('', { status: 1000 }), () => new Request('/relative')]) {
  try { wrong(); console.log('no error'); } catch (error) { console.log((error as Error).constructor.name); }
}
const response = new Response('body', { status: 201, headers: { a: 'b' } });
console.log(response.status, response.ok, response.bodyUsed, await response.clone().text(), await response.text(), response.bodyUsed);
await response.text().catch((error) => console.log(error.name));
console.log(await Response.json({ a: 1 }).json(), Response.json(1).headers.get('content-type'), Response.redirect('/x').status, Response.redirect('http://a/x', 307).headers.get('location'));
console.log(await new Response(new Uint8Array([1, 2])).bytes(), await new Response(new Blob(['b'], { type: 'text/x' })).blob(), await new Response(new URLSearchParams('a=b')).text(), await new Response().text());
const form = new FormData();
form.append('a', 'b');
form.append('file', new File(['content\r\n--'], 'n.txt', { type: 'text/plain' }));
const back = await new Response(form).formData();
console.log(back.get('a'), (back.get('file') as File).name, JSON.stringify(await (back.get('file') as File).text()), [...(await new Response(new URLSearchParams('q=1&q=2')).formData())]);
const request = new Request('http://a.b/c?d', { method: 'post', body: 'x', headers: { q: '1' } });
console.log(request.method, request.url, request.headers.get('q'), await request.clone().text(), await new Request(request, { headers: {} }).text());
const stream = new Response(new ReadableStream({ start(controller) { controller.enqueue(new TextEncoder().encode('st')); controller.enqueue(new TextEncoder().encode('ream')); controller.close(); } }));
console.log(await stream.text(), await new Response(async function* () { yield 'gen'; yield 'erator'; }() as unknown as BodyInit).text());
const copy = new Response('twice').clone();
const parts: string[] = [];
for await (const part of copy.body!) parts.push(new TextDecoder().decode(part));
console.log(parts, new Response(null).body, request.signal.aborted);
