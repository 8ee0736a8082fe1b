// The twenty facts about the published client that break a naive server, each shown on the wire.
// Facts 7 (typed errors as 200) and 16 (an answer nobody takes) need server settings or a cut
// connection at an exact moment: tests/it/http.rs has them.
import assert from 'node:assert/strict';
import net from 'node:net';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { SandboxClient } from '@agentuity/core/sandbox';
import { client, eventually, key, limit, ok, py, raw, runtime, sleep, sleeper, text, thrown, url, withSandbox } from './support.mjs';

const oneshot = (exec, more = {}) =>
  ok('POST', '/sandbox', { runtime, command: { exec, mode: 'oneshot' }, stream: {}, ...more });

// Every null in a document, as paths.
function nulls(value, path = '$') {
  if (value === null) return [path];
  if (typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([name, inner]) => nulls(inner, `${path}.${name}`));
}

test('1: no version prefix, and slashes that pile up do not matter', limit, async () => {
  for (const base of [`${url}/`, `${url}//`]) {
    const slashed = new SandboxClient({ apiKey: key, url: base });
    assert.ok((await slashed.list()).total >= 0);
    assert.ok((await slashed.listRuntimes()).total >= 1);
  }
  assert.equal((await raw('GET', '//sandbox//runtimes/')).status, 200);
});

test('2, 3, 4, 5: every success has a JSON body, its type, a 2xx status, and no null', limit, async () => {
  const create = await raw('POST', '/sandbox', { body: { runtime } });
  const id = create.json.data.sandboxId;
  const answers = [create];
  const call = async (method, path, body) => {
    const answer = await raw(method, path, { body });
    answers.push(answer);
    return answer.json?.data;
  };
  await call('POST', `/fs/mkdir/${id}`, { path: 'd', recursive: true });
  await call('POST', `/fs/${id}`, { files: [{ path: 'd/f', content: '' }] });
  await call('GET', `/fs/list/${id}?path=d`);
  await call('POST', `/fs/rm/${id}`, { path: 'd/f' });
  await call('POST', `/fs/rmdir/${id}`, { path: 'd', recursive: false });
  await call('PATCH', `/sandbox/env/${id}`, { env: { A: null } });
  const execution = await call('POST', `/sandbox/${id}/execute`, { command: py('print(1)') });
  await call('GET', `/sandbox/execution/${execution.executionId}`);
  await call('GET', `/sandbox/execution/${execution.executionId}?wait=20s`);
  await call('GET', `/sandbox/sandboxes/${id}/executions`);
  await call('GET', `/sandbox/sandboxes/${id}/events`);
  await call('GET', `/sandbox/${id}`);
  await call('GET', `/sandbox/status/${id}`);
  await call('GET', '/sandbox?limit=100');
  await call('GET', '/sandbox/runtimes');
  const run = await oneshot(py('print(1)'));
  await call('GET', `/sandbox/execution/${run.executionId}?wait=20s`);
  await call('GET', `/sandbox/${run.sandboxId}`);
  await call('DELETE', `/sandbox/${id}`);
  await call('DELETE', `/sandbox/${id}`);
  for (const answer of answers) {
    assert.ok([200, 201].includes(answer.status), answer.content);
    assert.match(answer.headers.get('content-type'), /application\/json/);
    assert.equal(answer.json.success, true, answer.content);
    assert.notEqual(answer.headers.get('content-length'), '0');
    assert.deepEqual(nulls(answer.json), [], answer.content);
    assert.match(answer.headers.get('x-session-id'), /^sess_/);
  }
  assert.equal(create.status, 201);
  const sessions = new Set(answers.map((answer) => answer.headers.get('x-session-id')));
  assert.equal(sessions.size, answers.length);
});

test('6: a JSON content type without a body is accepted everywhere', limit, async () => {
  const empty = { headers: { 'content-length': '0' } };
  // 404 comes from behind the reading of the body; 400 and 415 would not.
  assert.equal((await raw('POST', '/sandbox/execution/exec_1/cancel', empty)).status, 404);
  const created = await raw('POST', '/sandbox', empty);
  assert.equal(created.status, 201, created.content);
  const at = `/sandbox/${created.json.data.sandboxId}`;
  for (const call of ['pause', 'resume', 'snapshot', 'fork']) {
    const answer = await raw('POST', `${at}/${call}`, empty);
    assert.ok([200, 201].includes(answer.status), answer.content);
  }
  await ok('POST', `${at}/checkpoint`, { name: 'c' });
  assert.equal((await raw('POST', `${at}/checkpoint/c/restore`, empty)).status, 200);
  assert.equal((await raw('DELETE', `${at}/checkpoint/c`, empty)).status, 200);
  assert.equal((await raw('DELETE', at)).status, 200);
});

test('7: failures have their status, the full envelope, and execute its two typed errors', limit, async () => {
  const gone = await client.create({ runtime });
  const connected = await client.connect(gone.id);
  await gone.destroy();
  const missing = await raw('GET', '/sandbox/sbx_nothing');
  assert.deepEqual([missing.status, missing.json.success, missing.json.code], [404, false, 'SANDBOX_NOT_FOUND']);
  assert.equal(typeof missing.json.message, 'string');
  assert.equal((await thrown(connected.execute({ command: py('1') }))).status, 410);
  const answer = await raw('POST', '/sandbox/sbx_nothing/execute', { body: { command: py('1') } });
  assert.deepEqual([answer.status, answer.json.code], [404, 'SANDBOX_NOT_FOUND']);
});

test('8, 9: stream URLs are absolute and are fetched without a key', limit, async () => {
  const run = await oneshot(py('print("open")'));
  for (const address of [run.stdoutStreamUrl, run.stderrStreamUrl]) {
    assert.ok(address.startsWith(`${url}/stream/`), address);
    // What is not guessable: 128 bits and more.
    assert.ok(address.slice(`${url}/stream/stream_`.length).length >= 26, address);
  }
  assert.equal(run.stdoutStreamUrl, `${url}/stream/${run.stdoutStreamId}`);
  const answer = await fetch(run.stdoutStreamUrl);
  assert.equal(answer.status, 200);
  assert.equal(await answer.text(), 'open\n');
  assert.equal((await fetch(`${url}/stream/stream_guess`)).status, 404);
});

test('10: the query of a stream URL changes nothing', limit, async () => {
  const run = await oneshot(py('print("same")'));
  for (const query of ['?v=2', '?token=x&v=2', '?follow=true&v=2']) {
    assert.equal(await text((await fetch(run.stdoutStreamUrl + query)).body), 'same\n');
  }
});

test('11: a stream ends when the process does, also when it wrote nothing', limit, async () => {
  const run = await oneshot(py('import time; time.sleep(1)'));
  const started = Date.now();
  const [out, err] = await Promise.all(
    [run.stdoutStreamUrl, run.stderrStreamUrl].map(async (address) => {
      const answer = await fetch(`${address}?v=2`);
      const headersAfter = Date.now() - started;
      const content = await answer.text();
      return { status: answer.status, content, headersAfter, endedAfter: Date.now() - started };
    }),
  );
  const ended = await ok('GET', `/sandbox/execution/${run.executionId}?wait=20s`);
  for (const stream of [out, err]) {
    assert.deepEqual([stream.status, stream.content], [200, '']);
    assert.ok(stream.headersAfter < 900, `headers after ${stream.headersAfter} ms`);
  }
  // The record was final before the streams ended: nothing more had to be waited for.
  assert.ok(Date.now() - started - out.endedAfter < 1000);
  assert.equal(ended.exitCode, 0);
});

test('11: a reader sees output while the process runs, and the same from the start again', limit, async () => {
  const run = await oneshot(py('import time; print("a", flush=True); time.sleep(2); print("b")'));
  const reader = (await fetch(run.stdoutStreamUrl)).body.getReader();
  const started = Date.now();
  assert.equal(Buffer.from((await reader.read()).value).toString(), 'a\n');
  const late = text((await fetch(run.stdoutStreamUrl)).body);
  assert.equal(Buffer.from((await reader.read()).value).toString(), 'b\n');
  assert.ok(Date.now() - started > 1000);
  assert.equal((await reader.read()).done, true);
  assert.equal(await late, 'a\nb\n');
});

test('12: both long polls of a run are answered at its end', limit, async () => {
  const run = await oneshot(py('import time; time.sleep(1)'));
  const started = Date.now();
  const [execution, status] = await Promise.all([
    ok('GET', `/sandbox/execution/${run.executionId}?wait=5m`),
    ok('GET', `/sandbox/status/${run.sandboxId}?waitForStatus=idle,terminated,failed&waitMs=300000`),
  ]);
  assert.ok(Date.now() - started < 10_000);
  assert.deepEqual([execution.status, execution.exitCode], ['completed', 0]);
  assert.deepEqual([status.status, status.exitCode], ['terminated', 0]);
});

test('13: a one-shot sandbox is never idle', limit, async () => {
  const run = await oneshot(py('import time; time.sleep(1)'));
  const seen = new Set([run.status]);
  await eventually('the end', async () => {
    const { status } = await ok('GET', `/sandbox/status/${run.sandboxId}`);
    seen.add(status);
    return status === 'terminated';
  });
  seen.delete('creating');
  assert.deepEqual([...seen].sort(), ['running', 'terminated']);
});

test('14: every end has a number for an exit code', limit, async () => {
  const ends = [
    [await oneshot(sleeper(), { timeout: { execution: '300ms' } }), 'timeout', 124],
    [await oneshot(['no-such-program']), 'failed', 127],
    [await oneshot(py('import sys; sys.exit(9)')), 'completed', 9],
  ];
  const destroyed = await oneshot(sleeper());
  await client.destroy(destroyed.sandboxId);
  ends.push([destroyed, 'cancelled', 130]);
  for (const [run, expected, exitCode] of ends) {
    const execution = await ok('GET', `/sandbox/execution/${run.executionId}?wait=20s`);
    assert.deepEqual([execution.status, execution.exitCode], [expected, exitCode]);
    const status = await ok('GET', `/sandbox/status/${run.sandboxId}?waitForStatus=terminated,failed,deleted&waitMs=5000`);
    assert.equal(status.exitCode, exitCode, expected);
  }
});

test('15: the headers of a held poll are sent at once', limit, async () => {
  await withSandbox({}, async (sandbox) => {
    const execution = await ok('POST', `/sandbox/${sandbox.id}/execute`, { command: sleeper(2) });
    const started = Date.now();
    const answer = await fetch(`${url}/sandbox/execution/${execution.executionId}?wait=5m`, {
      headers: { authorization: `Bearer ${key}` },
    });
    const headersAfter = Date.now() - started;
    assert.equal(answer.status, 200);
    assert.match(answer.headers.get('content-type'), /application\/json/);
    const document = JSON.parse(await answer.text());
    assert.ok(headersAfter < 1000, `headers after ${headersAfter} ms`);
    assert.ok(Date.now() - started > 1000);
    assert.equal(document.data.status, 'completed');
  });
});

test('16: a repeated execute meets busy, not a second program', limit, async () => {
  await withSandbox({}, async (sandbox) => {
    const body = { command: sleeper() };
    await ok('POST', `/sandbox/${sandbox.id}/execute`, body);
    assert.equal((await raw('POST', `/sandbox/${sandbox.id}/execute`, { body })).status, 409);
    assert.equal((await client.listExecutions(sandbox.id)).executions.length, 1);
  });
});

test('17: when the only poll of an execution is closed, the execution is cancelled', limit, async () => {
  await withSandbox({}, async (sandbox) => {
    const { executionId } = await ok('POST', `/sandbox/${sandbox.id}/execute`, { command: py('while True: pass') });
    const controller = new AbortController();
    const poll = thrown(raw('GET', `/sandbox/execution/${executionId}?wait=5m`, { signal: controller.signal }));
    await sleep(300);
    controller.abort();
    await poll;
    const ended = await eventually('cancelled', async () => {
      const info = await ok('GET', `/sandbox/execution/${executionId}`);
      return !['queued', 'running'].includes(info.status) && info;
    });
    assert.deepEqual([ended.status, ended.exitCode], ['cancelled', 130]);
  });
});

test('18: list rows have their organization', limit, async () => {
  await withSandbox({}, async () => {
    const { sandboxes } = await ok('GET', '/sandbox?limit=100');
    assert.ok(sandboxes.length > 0);
    for (const row of sandboxes) {
      assert.equal(typeof row.org.id, 'string');
      assert.equal(typeof row.org.name, 'string');
    }
  });
});

test('19: create never says deleted; get says it only when asked to', limit, async () => {
  const sandbox = await client.create({ runtime });
  assert.notEqual(sandbox.status, 'deleted');
  await sandbox.destroy();
  const info = await ok('GET', `/sandbox/${sandbox.id}?includeDeleted=true`);
  assert.ok(['terminated', 'deleted'].includes(info.status), info.status);
  const plain = await raw('GET', `/sandbox/${sandbox.id}`);
  assert.equal(plain.status, info.status === 'deleted' ? 404 : 200);
});

test('20: the PUT of stdin is answered early, with Connection: close, when its reader is gone', limit, async () => {
  const { id } = (await raw('POST', '/stream', { body: { name: 'sandbox-stdin-1' } })).json;
  const run = await oneshot(py('print(input())'), { stream: { stdin: id } });
  const target = new URL(url);
  const socket = net.connect(Number(target.port), target.hostname);
  const received = [];
  socket.on('data', (chunk) => received.push(chunk));
  socket.on('error', () => {});
  socket.write(
    `PUT /stream/${id} HTTP/1.1\r\nhost: ${target.host}\r\nauthorization: Bearer ${key}\r\ntransfer-encoding: chunked\r\n\r\n` +
      '6\r\nhello\n\r\n',
  );
  // The body never ends; the answer comes all the same.
  const answer = await eventually('the answer to the PUT', () => {
    const so_far = Buffer.concat(received).toString();
    return so_far.includes('{"success":true}') && so_far;
  });
  assert.match(answer, /^HTTP\/1\.1 200 /);
  assert.match(answer, /\r\nconnection: close\r\n/i);
  assert.equal(await text((await fetch(run.stdoutStreamUrl)).body), 'hello\n');
  socket.destroy();
});

test('20: bytes reach the process as they arrive, not when the body is complete', limit, async () => {
  const { id } = (await raw('POST', '/stream', { body: { name: 'sandbox-stdin-2' } })).json;
  const run = await oneshot(py('print(input().upper(), flush=True); print(input().upper())'), { stream: { stdin: id } });
  const input = new Readable({ read() {} });
  const put = fetch(`${url}/stream/${id}`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${key}` },
    body: Readable.toWeb(input),
    duplex: 'half',
  });
  const reader = (await fetch(run.stdoutStreamUrl)).body.getReader();
  input.push('one\n');
  assert.equal(Buffer.from((await reader.read()).value).toString(), 'ONE\n');
  input.push('two\n');
  assert.equal(Buffer.from((await reader.read()).value).toString(), 'TWO\n');
  input.push(null);
  assert.equal((await put).status, 200);
});

test('20: writing a stream needs a key', limit, async () => {
  const { id } = (await raw('POST', '/stream', { body: { name: 'n' } })).json;
  assert.equal((await raw('PUT', `/stream/${id}`, { body: 'x', auth: false })).status, 401);
  assert.equal((await raw('POST', '/stream', { body: { name: '' } })).status, 400);
  assert.equal((await raw('POST', '/stream', { body: { name: 'x'.repeat(255) } })).status, 400);
});
