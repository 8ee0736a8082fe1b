// Bun.file and Bun.write.
import { readdirSync } from 'node:fs';
console.log(await Bun.write('a.txt', 'hello'), await Bun.write('b/c/d.txt', 'nested'), await Bun.write('c.bin', new Uint8Array([1, 2])));
console.log(await Bun.write('e.txt', new Blob(['bl'])), await Bun.write('f.txt', new Response('resp')), await Bun.write('g.txt', Bun.file('a.txt')), await Bun.write(Bun.file('h.txt'), 'to file'), await Bun.write('j.json', '{"a":1}'));
const file = Bun.file('a.txt');
console.log(file, file.size, file.type, file.name, file.lastModified > 0, await file.exists(), file instanceof Blob);
console.log(await file.text(), await file.slice(1, 3).text(), await file.slice(-2).text(), await file.arrayBuffer(), await file.bytes(), await Bun.file('j.json').json());
console.log(Bun.file('none').size, await Bun.file('none').exists(), ['x.json', 'x.html', 'x.ts', 'x.png', 'x', 'x.css', 'x.svg', 'x.wasm', 'x.woff2'].map((name) => Bun.file(name).type), Bun.file('x', { type: 'a/b' }).type);
for (const attempt of [() => Bun.file('none').text(), () => Bun.file('a.txt').json(), () => Bun.write('a.txt/x', 'q'), () => Bun.file('none').delete()]) {
  await attempt().then(() => console.log('no error'), (error) => console.log(error.name, error.code, error.message));
}
const writer = Bun.file('w.txt').writer();
console.log(writer.write('abc'), writer.write(new Uint8Array([100])), await writer.flush(), writer.write('x'), await writer.end(), await Bun.file('w.txt').text());
const chunks: Uint8Array[] = [];
for await (const chunk of Bun.file('a.txt').stream()) chunks.push(chunk);
console.log(chunks, await new Response(Bun.file('e.txt')).text(), new Response(Bun.file('j.json')).headers.get('content-type'));
await Bun.file('e.txt').delete();
console.log(await Bun.file('e.txt').exists(), (await Bun.file('a.txt').stat()).size, readdirSync('b'));
await Bun.write(Bun.stdout, 'to stdout\n');
const sink = new Bun.ArrayBufferSink();
sink.start({ asUint8Array: true, stream: true });
console.log(sink.write('ab'), sink.flush(), sink.write('c'), sink.end());
