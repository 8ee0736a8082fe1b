// Small functions of the Bun object.
import { deepEquals, escapeHTML, file } from 'bun';
console.log(escapeHTML(`<a href="x">'&'</a>`), Bun.stripANSI('\u001b[31mred\u001b[0m'), typeof file);
console.log(['hello', '日本', '\u001b[31mred\u001b[0m', '👩‍👩‍👧‍👦', 'é', 'e\u0301', ''].map((text) => Bun.stringWidth(text)));
console.log(Bun.fileURLToPath('file:///a%20b'), Bun.pathToFileURL('/a b').href, Bun.which('nosuchprogram'), Bun.which('sh')?.endsWith('/sh'));
console.log(deepEquals({ a: [1, new Map([[1, 2]])] }, { a: [1, new Map([[1, 2]])] }), deepEquals({ a: undefined }, {}), deepEquals({ a: undefined }, {}, true));
console.log(Bun.semver.satisfies('1.2.3', '^1.0.0'), Bun.semver.satisfies('1.2.3-beta', '^1.0.0'), Bun.semver.order('1.0.0', '1.0.1'), ['2.0.0', '1.0.0', '1.0.0-a'].sort(Bun.semver.order), Bun.semver.satisfies('1.2.3', '1.x || >=2.5.0'), Bun.semver.satisfies('1.2.3', '>=1.2.0 <1.2.3'));
console.log(Bun.peek(Promise.resolve(5)), Bun.peek.status(new Promise(() => {})), Bun.peek(7), Bun.nanoseconds() > 0, await Bun.sleep(1), typeof Bun.version, Bun.isMainThread, Bun.main.endsWith('/text.ts'));
console.log(new TextDecoder().decode(Bun.gunzipSync(Bun.gzipSync('zip'))), Bun.inflateSync(Bun.deflateSync('abc')), Bun.gzipSync('a') instanceof Uint8Array);
console.log(Bun.TOML.parse('a = 1\nt = true\n[b]\nc = "x"\nd = [1, 2.5]\n[b.e]\nf = \'\'\'raw\nlines\'\'\'\n[[list]]\nn = 1\n[[list]]\nn = 2'));
console.log(await Bun.readableStreamToText(new Response('a').body!), await Bun.readableStreamToJSON(new Response('[1]').body!), await Bun.readableStreamToBytes(new Response('ab').body!), Bun.concatArrayBuffers([new Uint8Array([1]), new Uint8Array([2])]));
console.log(Bun.color('red', 'hex'), Bun.color('#ff0000', 'css'), Bun.color('rgb(1,2,3)', '[rgb]'), Bun.color('red', 'number'), Bun.color('zzz'), Bun.color('#abc', 'rgb'), Bun.color('hsl(120, 100%, 50%)', 'HEX'));
console.log(Bun.randomUUIDv7().length, Bun.randomUUIDv7() < Bun.randomUUIDv7(), Bun.env === process.env, Bun.argv.length, Bun.cwd === process.cwd());
const missing = await import('./nothing' as string).catch((error: Error) => error.name);
console.log(typeof missing, String(Bun), Object.prototype.toString.call(Bun));
