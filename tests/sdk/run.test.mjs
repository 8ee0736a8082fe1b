// run(): one command in a sandbox of its own.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { client, eventually, limit, ok, py, runtime, sink, sleeper, text, thrown } from './support.mjs';

const run = (command, options = {}, io = {}) =>
  client.run({ runtime, ...options, command: { exec: command, ...options.command } }, io);

test('the example of the documentation', limit, async () => {
  const result = await client.run({
    runtime: 'python:3.14',
    command: { exec: ['python3', '-c', 'print(sum([1, 2, 3]))'] },
    resources: { memory: '256Mi', cpu: '500m' },
    timeout: { execution: '30s' },
  });
  assert.equal(result.stdout, '6\n');
  assert.equal(result.stderr, '');
  assert.equal(result.exitCode, 0);
  assert.match(result.sandboxId, /^sbx_[A-Za-z0-9_]+$/);
  assert.ok(result.durationMs >= 0);
});

test('exit codes and both streams come back', limit, async () => {
  const result = await run(py('import sys; print("out"); print("err", file=sys.stderr); sys.exit(3)'));
  assert.deepEqual([result.exitCode, result.stdout, result.stderr], [3, 'out\n', 'err\n']);
});

test('an uncaught exception is exit code 1 with a traceback', limit, async () => {
  const result = await run(py('1/0'));
  assert.equal(result.exitCode, 1);
  assert.match(result.stderr, /ZeroDivisionError: division by zero/);
});

test('command.files and files are both written before the program starts', limit, async () => {
  const result = await run(['python3', 'main.py'], {
    files: [{ path: 'data/three.txt', content: Buffer.from('three') }],
    command: {
      files: [
        { path: 'main.py', content: Buffer.from('import lib; print(lib.two, open("data/three.txt").read())') },
        { path: 'lib.py', content: Buffer.from('two = "two"') },
      ],
    },
  });
  assert.equal(result.stderr, '');
  assert.equal(result.stdout, 'two three\n');
});

test('bytes of files arrive unchanged', limit, async () => {
  const content = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
  const result = await run(py('print(list(open("all.bin", "rb").read()) == list(range(256)))'), {
    command: { files: [{ path: 'all.bin', content }] },
  });
  assert.equal(result.stdout, 'True\n');
});

test('env reaches the program', limit, async () => {
  const result = await run(py('import os; print(os.environ["GREETING"], os.environ["EMPTY"] == "")'), {
    env: { GREETING: 'grüß dich', EMPTY: '' },
  });
  assert.equal(result.stdout, 'grüß dich True\n');
});

test('output is forwarded while the program runs', limit, async () => {
  const out = await sink();
  const err = await sink();
  const running = run(
    py('import sys, time; print("first", flush=True); print("e", file=sys.stderr, flush=True); time.sleep(2); print("last")'),
    {},
    { stdout: out.writable, stderr: err.writable },
  );
  const started = Date.now();
  await eventually('first output', () => out.text() === 'first\n' && err.text() === 'e\n');
  const sawFirst = Date.now() - started;
  const result = await running;
  const total = Date.now() - started;
  assert.ok(total - sawFirst > 1000, `saw the first line ${total - sawFirst} ms before the end`);
  assert.equal(result.stdout, 'first\nlast\n');
  assert.equal(out.text(), 'first\nlast\n');
});

test('a megabyte of output is complete and in order', limit, async () => {
  const result = await run(py('for i in range(20000): print(f"{i:051d}")'));
  const lines = result.stdout.trimEnd().split('\n');
  assert.equal(lines.length, 20000);
  assert.ok(lines.every((line, i) => Number(line) === i));
});

test('output that is not UTF-8 is decoded once, at the end', limit, async () => {
  const result = await run(py('import sys; sys.stdout.buffer.write(b"a\\xffb\\xe2\\x82"); sys.stdout.flush(); sys.stdout.buffer.write(b"\\xac")'));
  assert.equal(result.stdout, 'a\ufffdb€');
});

test('stdin is read to its end', limit, async () => {
  const result = await run(py('import sys; data = sys.stdin.read(); print(len(data), data[:3])'), {}, {
    stdin: Readable.from([Buffer.from('abc'), Buffer.from('def')]),
  });
  assert.equal(result.stdout, '6 abc\n');
});

test('stdin reaches the program piece by piece', limit, async () => {
  const input = new Readable({ read() {} });
  const out = await sink();
  const running = run(
    py('import sys\nfor line in sys.stdin: print("got", line.strip(), flush=True)'),
    {},
    { stdin: input, stdout: out.writable },
  );
  input.push('one\n');
  await eventually('the echo of one', () => out.text() === 'got one\n');
  input.push('two\n');
  await eventually('the echo of two', () => out.text() === 'got one\ngot two\n');
  input.push(null);
  assert.equal((await running).exitCode, 0);
});

test('eight megabytes of stdin arrive whole', limit, async () => {
  const piece = Buffer.alloc(64 * 1024, 'x');
  const input = Readable.from((function* () { for (let i = 0; i < 128; i++) yield piece; })());
  const result = await run(py('import sys; print(len(sys.stdin.buffer.read()))'), {}, { stdin: input });
  assert.equal(result.stdout, `${128 * 64 * 1024}\n`);
});

test('a program that ends before its stdin does is not waited for', limit, async () => {
  const input = new Readable({ read() {} });
  input.push('first\n');
  const started = Date.now();
  const result = await run(py('print(input())'), {}, { stdin: input });
  const took = Date.now() - started;
  input.push(null);
  assert.equal(result.stdout, 'first\n');
  assert.ok(took < 10_000, `took ${took} ms`);
});

test('a program that ends in the middle of much stdin is not waited for', limit, async () => {
  let more = true;
  const piece = Buffer.alloc(64 * 1024, 'x');
  const input = new Readable({
    read() {
      if (more) setTimeout(() => this.push(more ? piece : null), 1);
    },
  });
  const result = await run(py('import sys; sys.stdin.buffer.read(10); print("enough")'), {}, { stdin: input });
  more = false;
  input.destroy();
  assert.equal(result.stdout, 'enough\n');
});

test('without stdin the program sees its end at once', limit, async () => {
  const result = await run(py('import sys; print(repr(sys.stdin.read()))'));
  assert.equal(result.stdout, "''\n");
  const ignored = await run(py('import sys; print(repr(sys.stdin.read()))'), { stream: { stdin: 'ignore' } });
  assert.equal(ignored.stdout, "''\n");
});

test('ignored output is dropped', limit, async () => {
  const result = await run(py('import sys; print("out"); print("err", file=sys.stderr)'), {
    stream: { stdout: 'ignore' },
  });
  assert.deepEqual([result.stdout, result.stderr, result.exitCode], ['', 'err\n', 0]);
});

test('a timeout is exit code 124, not 0', limit, async () => {
  const result = await run(py('import time; print("started", flush=True); time.sleep(30)'), {
    timeout: { execution: '500ms' },
  });
  assert.equal(result.exitCode, 124);
  assert.equal(result.stdout, 'started\n');
  assert.ok(result.durationMs < 15_000);
});

test('a program that spins is stopped by its timeout', limit, async () => {
  const result = await run(py('while True: pass'), { timeout: { execution: '500ms' } });
  assert.equal(result.exitCode, 124);
});

test('a program that does not exist is exit code 127', limit, async () => {
  const result = await run(['no-such-program']);
  assert.equal(result.exitCode, 127);
});

test('aborting throws ExecutionCancelledError and destroys the sandbox', limit, async () => {
  const controller = new AbortController();
  const out = await sink();
  const running = thrown(
    run(py('import time; print("up", flush=True); time.sleep(30)'), { name: 'aborted' }, {
      signal: controller.signal,
      stdout: out.writable,
    }),
  );
  await eventually('the program is up', () => out.text() === 'up\n');
  const aborted = Date.now();
  controller.abort();
  const error = await running;
  assert.equal(error._tag, 'ExecutionCancelledError');
  assert.ok(Date.now() - aborted < 5000);
  const status = await ok('GET', `/sandbox/status/${error.sandboxId}`);
  assert.ok(['terminated', 'deleted'].includes(status.status), status.status);
});

test('an already aborted signal throws and leaves nothing running', limit, async () => {
  const error = await thrown(run(sleeper(), {}, { signal: AbortSignal.abort() }));
  assert.equal(error._tag, 'ExecutionCancelledError');
  const status = await ok('GET', `/sandbox/status/${error.sandboxId}`);
  assert.ok(['terminated', 'deleted'].includes(status.status), status.status);
});

test('ten runs at once do not mix', limit, async () => {
  const results = await Promise.all(
    Array.from({ length: 10 }, (_, i) => run(py(`import os; print(os.environ["N"])`), { env: { N: String(i) } })),
  );
  results.forEach((result, i) => assert.equal(result.stdout, `${i}\n`));
  assert.equal(new Set(results.map((result) => result.sandboxId)).size, 10);
});

test('a finished run stays readable: execution, status and output', limit, async () => {
  const result = await run(py('print("kept")'));
  const info = await client.get(result.sandboxId);
  assert.equal(info.status, 'terminated');
  assert.equal(info.exitCode, 0);
  assert.equal(info.mode, 'oneshot');
  assert.equal(info.executions, 1);
  for (let i = 0; i < 2; i++) {
    assert.equal(await text((await fetch(info.stdoutStreamUrl)).body), 'kept\n');
  }
  const { executions } = await client.listExecutions(result.sandboxId);
  assert.equal(executions.length, 1);
  assert.equal(executions[0].status, 'completed');
});

test('node ends by itself right after run(): no poll stays open', limit, async () => {
  const program = `
    import { SandboxClient } from '@agentuity/core/sandbox';
    const client = new SandboxClient({ apiKey: process.env.BELLJAR_KEY, url: process.env.BELLJAR_URL });
    const result = await client.run({ runtime: 'python:3.14', command: { exec: ['python3', '-c', 'print(1)'] } });
    console.log(result.exitCode, Date.now());
  `;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    cwd: new URL('.', import.meta.url),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const output = text(Readable.toWeb(child.stdout));
  const code = await new Promise((resolve) => child.on('exit', resolve));
  const ended = Date.now();
  const [exitCode, finished] = (await output).trim().split(' ').map(Number);
  assert.deepEqual([code, exitCode], [0, 0]);
  // Keep-alive connections hold node for some seconds; a poll would hold it for a minute and more.
  assert.ok(ended - finished < 15_000, `node went on for ${ended - finished} ms`);
});
