// execute(), getExecution(), listExecutions(): commands in a sandbox that stays.
import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { client, eventually, limit, ok, py, raw, sink, sleep, sleeper, text, thrown, url, withSandbox } from './support.mjs';

const body = async (streamUrl) => text((await fetch(streamUrl)).body);

test('status, exit code, duration and both streams', limit, async () => {
  await withSandbox({}, async (sandbox) => {
    const execution = await sandbox.execute({
      command: py('import sys; print("out"); print("err", file=sys.stderr); sys.exit(7)'),
    });
    assert.equal(execution.status, 'completed');
    assert.equal(execution.exitCode, 7);
    assert.ok(execution.durationMs >= 0);
    assert.match(execution.executionId, /^exec_/);
    assert.notEqual(execution.stdoutStreamUrl, execution.stderrStreamUrl);
    for (let i = 0; i < 2; i++) {
      assert.equal(await body(execution.stdoutStreamUrl), 'out\n');
      assert.equal(await body(execution.stderrStreamUrl), 'err\n');
    }
    assert.equal((await sandbox.get()).status, 'idle');
  });
});

test('files are written before the command starts', limit, async () => {
  await withSandbox({}, async (sandbox) => {
    const execution = await sandbox.execute({
      command: ['python3', 'src/main.py'],
      files: [{ path: 'src/main.py', content: Buffer.from('print(__file__)') }],
    });
    assert.match(await body(execution.stdoutStreamUrl), /main\.py/);
  });
});

test('pipe forwards live and ends with the command', limit, async () => {
  await withSandbox({}, async (sandbox) => {
    const out = await sink();
    const err = await sink();
    const execution = await sandbox.execute({
      command: py('import sys\nfor i in range(1000): print(i)\nprint("done", file=sys.stderr)'),
      pipe: { stdout: out.writable, stderr: err.writable },
    });
    assert.equal(execution.exitCode, 0);
    assert.equal(out.text().trimEnd().split('\n').length, 1000);
    assert.equal(err.text(), 'done\n');
  });
});

test('pipe of a command without output does not reject', limit, async () => {
  await withSandbox({}, async (sandbox) => {
    const out = new PassThrough();
    out.resume();
    assert.equal((await sandbox.execute({ command: py('pass'), pipe: { stdout: out, stderr: out } })).exitCode, 0);
  });
});

test('a slow reader gets everything', limit, async () => {
  await withSandbox({}, async (sandbox) => {
    const { Writable } = await import('node:stream');
    let size = 0;
    const slow = new Writable({
      highWaterMark: 1024,
      write(chunk, _encoding, done) {
        size += chunk.length;
        setTimeout(done, 5);
      },
    });
    await sandbox.execute({ command: py('print("x" * 3_000_000)'), pipe: { stdout: slow } });
    assert.equal(size, 3_000_001);
  });
});

test('a timeout is status timeout and exit code 124, and the sandbox goes on', limit, async () => {
  await withSandbox({}, async (sandbox) => {
    const execution = await sandbox.execute({ command: sleeper(), timeout: '300ms' });
    assert.deepEqual([execution.status, execution.exitCode], ['timeout', 124]);
    assert.equal((await sandbox.execute({ command: py('print(1)') })).exitCode, 0);
  });
});

test("the sandbox's execution timeout counts, and the command's overrides it", limit, async () => {
  await withSandbox({ timeout: { execution: '300ms' } }, async (sandbox) => {
    assert.equal((await sandbox.execute({ command: sleeper() })).status, 'timeout');
    const longer = await sandbox.execute({ command: sleeper(1), timeout: '20s' });
    assert.deepEqual([longer.status, longer.exitCode], ['completed', 0]);
  });
});

test('a program that does not exist failed with exit code 127', limit, async () => {
  await withSandbox({}, async (sandbox) => {
    const execution = await sandbox.execute({ command: ['no-such-program'] });
    assert.deepEqual([execution.status, execution.exitCode], ['failed', 127]);
    assert.equal((await sandbox.get()).status, 'idle');
  });
});

test('a second execution is refused as busy while one runs', limit, async () => {
  await withSandbox({}, async (sandbox) => {
    const first = await ok('POST', `/sandbox/${sandbox.id}/execute`, { command: sleeper() });
    const error = await thrown(sandbox.execute({ command: py('1') }));
    assert.equal(error._tag, 'SandboxBusyError');
    assert.equal(error.sandboxId, sandbox.id);
    const answer = await raw('POST', `/sandbox/${sandbox.id}/execute`, { body: { command: py('1') } });
    assert.deepEqual([answer.status, answer.json.code], [409, 'SANDBOX_BUSY']);
    // Files are not executions.
    assert.equal(await sandbox.writeFiles([{ path: 'meanwhile', content: Buffer.from('') }]), 1);
    await ok('POST', `/sandbox/execution/${first.executionId}/cancel`);
    assert.equal((await sandbox.execute({ command: py('1') })).exitCode, 0);
  });
});

test('aborting a waiting execute is an AbortError, and the sandbox is free again', limit, async () => {
  await withSandbox({}, async (sandbox) => {
    const controller = new AbortController();
    const running = thrown(sandbox.execute({ command: sleeper(), signal: controller.signal }));
    await sleep(500);
    controller.abort();
    const error = await running;
    assert.ok(error instanceof DOMException, `${error._tag ?? error}`);
    assert.equal(error.name, 'AbortError');
    // Nobody waits for the execution any more: the server cancels it after a moment.
    const { executions } = await client.listExecutions(sandbox.id);
    const ended = await eventually('the execution is cancelled', async () => {
      const info = await client.getExecution(executions[0].executionId);
      return !['queued', 'running'].includes(info.status) && info;
    });
    assert.deepEqual([ended.status, ended.exitCode], ['cancelled', 130]);
    assert.equal((await sandbox.execute({ command: py('1') })).exitCode, 0);
  });
});

test('aborting a piped execute is an AbortError, and the sandbox is free again', limit, async () => {
  await withSandbox({}, async (sandbox) => {
    const controller = new AbortController();
    const out = await sink();
    const running = thrown(
      sandbox.execute({
        command: py('import time; print("up", flush=True); time.sleep(30)'),
        signal: controller.signal,
        pipe: { stdout: out.writable },
      }),
    );
    await eventually('output', () => out.text() === 'up\n');
    controller.abort();
    assert.equal((await running).name, 'AbortError');
    await eventually('the sandbox is idle', async () => (await sandbox.get()).status === 'idle');
    assert.equal((await sandbox.execute({ command: py('1') })).exitCode, 0);
  });
});

test('a reader that comes back in time does not cost the execution', limit, async () => {
  await withSandbox({}, async (sandbox) => {
    const started = await ok('POST', `/sandbox/${sandbox.id}/execute`, { command: sleeper(4) });
    const wait = `/sandbox/execution/${started.executionId}?wait=30s`;
    const dropped = new AbortController();
    const poll = thrown(raw('GET', wait, { signal: dropped.signal }));
    await sleep(200);
    dropped.abort();
    await poll;
    await sleep(1000);
    assert.equal((await ok('GET', wait)).status, 'completed');
  });
});

test('an execution nobody ever waited for is left alone', limit, async () => {
  await withSandbox({}, async (sandbox) => {
    const started = await ok('POST', `/sandbox/${sandbox.id}/execute`, { command: sleeper(4) });
    await sleep(4500);
    const ended = await eventually('the end', async () => {
      const info = await client.getExecution(started.executionId);
      return !['queued', 'running'].includes(info.status) && info;
    });
    assert.equal(ended.status, 'completed');
  });
});

test('cancel ends an execution at once and can be repeated', limit, async () => {
  await withSandbox({}, async (sandbox) => {
    const started = await ok('POST', `/sandbox/${sandbox.id}/execute`, { command: py('while True: pass') });
    const at = `/sandbox/execution/${started.executionId}/cancel`;
    const first = await ok('POST', at);
    const second = await ok('POST', at);
    for (const info of [first, second]) assert.deepEqual([info.status, info.exitCode], ['cancelled', 130]);
  });
});

test('getExecution: at once, until the end, or until the time is over', limit, async () => {
  await withSandbox({}, async (sandbox) => {
    const started = await ok('POST', `/sandbox/${sandbox.id}/execute`, { command: sleeper(2) });
    assert.ok(['queued', 'running'].includes(started.status), started.status);
    const now = await client.getExecution(started.executionId);
    assert.ok(['queued', 'running'].includes(now.status), now.status);
    assert.equal(now.sandboxId, sandbox.id);
    const before = Date.now();
    assert.equal((await ok('GET', `/sandbox/execution/${started.executionId}?wait=300ms`)).status, 'running');
    assert.ok(Date.now() - before >= 290);
    const ended = await client.getExecution(started.executionId, '30s');
    assert.equal(ended.status, 'completed');
    assert.deepEqual(ended.command, sleeper(2));
    assert.ok(ended.startedAt <= ended.completedAt);
    assert.ok(ended.durationMs >= 1900);
  });
});

test('listExecutions gives the newest first', limit, async () => {
  await withSandbox({}, async (sandbox) => {
    const ids = [];
    for (let i = 0; i < 3; i++) {
      ids.unshift((await sandbox.execute({ command: py(`print(${i})`) })).executionId);
      await sleep(5);
    }
    const all = await client.listExecutions(sandbox.id);
    assert.deepEqual(all.executions.map((info) => info.executionId), ids);
    const two = await client.listExecutions(sandbox.id, 2);
    assert.deepEqual(two.executions.map((info) => info.executionId), ids.slice(0, 2));
    assert.equal(all.executions[0].type, 'exec');
  });
});

test('timestamps are added only when asked for', limit, async () => {
  await withSandbox({}, async (sandbox) => {
    const stamped = await sandbox.execute({ command: py('print("a"); print("b")'), stream: { timestamps: true } });
    const lines = (await body(stamped.stdoutStreamUrl)).trimEnd().split('\n');
    assert.equal(lines.length, 2);
    for (const line of lines) assert.match(line, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z [ab]$/);
  });
});

test('a stream of the caller receives the output', limit, async () => {
  const { id } = (await raw('POST', '/stream', { body: { name: 'mine' } })).json;
  await withSandbox({}, async (sandbox) => {
    const execution = await sandbox.execute({ command: py('print("routed")'), stream: { stdout: id, stderr: 'ignore' } });
    assert.equal(execution.stdoutStreamUrl, `${url}/stream/${id}`);
    assert.equal(execution.stderrStreamUrl, undefined);
    assert.equal(await body(execution.stdoutStreamUrl), 'routed\n');
  });
});
