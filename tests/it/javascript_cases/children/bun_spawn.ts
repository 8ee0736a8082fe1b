const proc = Bun.spawn(['echo', 'hello']);
console.log(await new Response(proc.stdout).text(), await proc.exited, proc.exitCode, proc.signalCode, proc.stdin, proc.stderr);
const cat = Bun.spawn(['cat'], { stdin: 'pipe', stdout: 'pipe' });
cat.stdin.write('one ');
cat.stdin.write(new TextEncoder().encode('two'));
await cat.stdin.flush();
await cat.stdin.end();
console.log(await cat.stdout.text(), await cat.exited);
for (const stdin of [new Blob(['blob']), new Response('response'), new TextEncoder().encode('array'), new ReadableStream({ start(c) { c.enqueue('stream'); c.close(); } })]) {
  const p = Bun.spawn({ cmd: ['cat'], stdin });
  console.log(await new Response(p.stdout).text());
}
await Bun.write('in.txt', 'from a file');
const f = Bun.spawn(['cat'], { stdin: Bun.file('in.txt'), stdout: Bun.file('out.txt') });
console.log(await f.exited, await Bun.file('out.txt').text());
const env = Bun.spawn(['sh', '-c', 'echo $X; pwd; echo err >&2; exit 4'], { env: { ...process.env, X: 'x' }, cwd: '/tmp', stderr: 'pipe' });
console.log(await env.stdout.text(), await env.stderr.text(), await env.exited);
await new Promise((resolve) => {
  Bun.spawn(['sh', '-c', 'exit 3'], { onExit(p, code, signal, error) { console.log(p.exitCode, code, signal, error); resolve(); } });
});
const k = Bun.spawn(['sleep', '30']);
k.kill();
console.log(await k.exited, k.exitCode, k.signalCode, k.killed);
try { Bun.spawn(['nope-nope']); } catch (e) { console.log(e.code, e.message); }
const s = Bun.spawnSync(['sh', '-c', 'echo out; echo err >&2; exit 1']);
console.log(s.success, s.exitCode, s.stdout.toString(), s.stderr.toString());
console.log(Bun.spawnSync({ cmd: ['cat'], stdin: Buffer.from('sync in') }).stdout.toString());
const t = Bun.spawn(['sleep', '30'], { timeout: 30 });
console.log(await t.exited, t.signalCode);
