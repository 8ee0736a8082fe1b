// What goes wrong, as the client shows it and as it is on the wire.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SandboxClient } from '@agentuity/core/sandbox';
import { client, key, limit, py, raw, runtime, thrown, url, withSandbox } from './support.mjs';

const nobody = 'sbx_00000000000000000000000000';

// Every failure is an envelope whose parts the client can read, with a session id.
function envelope(answer, status, code, message) {
  assert.equal(answer.status, status, answer.content);
  assert.match(answer.headers.get('content-type'), /application\/json/);
  assert.match(answer.headers.get('x-session-id'), /^sess_/);
  assert.equal(answer.json.success, false);
  assert.equal(answer.json.code, code);
  assert.match(answer.json.message, message);
}

test('a wrong key is 401', limit, async () => {
  const wrong = new SandboxClient({ apiKey: 'bj_wrong', url });
  const error = await thrown(wrong.list());
  assert.deepEqual([error._tag, error.status], ['APIErrorResponse', 401]);
  for (const authorization of ['', 'Basic abc', 'Bearer', 'Bearer ', key]) {
    envelope(await raw('GET', '/sandbox', { headers: { authorization } }), 401, 'UNAUTHORIZED', /key|Bearer/);
  }
  envelope(await raw('GET', '/sandbox', { auth: false }), 401, 'UNAUTHORIZED', /no API key/);
});

test("the key's organization may be named, another one not", limit, async () => {
  const { org } = await withSandbox({}, (sandbox) => sandbox.get());
  assert.ok((await new SandboxClient({ apiKey: key, url, orgId: org.id }).list()).total >= 0);
  const error = await thrown(new SandboxClient({ apiKey: key, url, orgId: 'org_other' }).list());
  assert.equal(error.status, 403);
  envelope(await raw('GET', '/sandbox', { headers: { 'x-agentuity-orgid': 'org_other' } }), 403, 'FORBIDDEN', /organization/);
});

test('unknown things are 404', limit, async () => {
  for (const [method, path, code] of [
    ['GET', `/sandbox/${nobody}`, 'SANDBOX_NOT_FOUND'],
    ['GET', '/sandbox/not-an-id', 'SANDBOX_NOT_FOUND'],
    ['GET', `/sandbox/status/${nobody}`, 'SANDBOX_NOT_FOUND'],
    ['GET', `/sandbox/status/${nobody}?waitForStatus=idle&waitMs=60000`, 'SANDBOX_NOT_FOUND'],
    ['DELETE', `/sandbox/${nobody}`, 'SANDBOX_NOT_FOUND'],
    ['GET', `/sandbox/sandboxes/${nobody}/events`, 'SANDBOX_NOT_FOUND'],
    ['GET', `/sandbox/sandboxes/${nobody}/executions`, 'SANDBOX_NOT_FOUND'],
    ['GET', `/sandbox/sandboxes/${nobody}/jobs`, 'SANDBOX_NOT_FOUND'],
    ['GET', `/sandbox/sandboxes/${nobody}/jobs/job_0`, 'SANDBOX_NOT_FOUND'],
    ['DELETE', `/sandbox/sandboxes/${nobody}/jobs/job_0`, 'SANDBOX_NOT_FOUND'],
    ['GET', '/sandbox/execution/exec_0?wait=5m', 'EXECUTION_NOT_FOUND'],
    ['POST', '/sandbox/execution/exec_0/cancel', 'EXECUTION_NOT_FOUND'],
    ['GET', `/fs/${nobody}?path=a`, 'SANDBOX_NOT_FOUND'],
    ['GET', `/fs/list/${nobody}`, 'SANDBOX_NOT_FOUND'],
    ['POST', `/sandbox/${nobody}/pause`, 'SANDBOX_NOT_FOUND'],
    ['POST', `/sandbox/${nobody}/resume`, 'SANDBOX_NOT_FOUND'],
    ['POST', `/sandbox/${nobody}/fork`, 'SANDBOX_NOT_FOUND'],
    ['POST', `/sandbox/${nobody}/snapshot`, 'SANDBOX_NOT_FOUND'],
    ['GET', `/sandbox/checkpoints/${nobody}`, 'SANDBOX_NOT_FOUND'],
    ['POST', `/sandbox/${nobody}/checkpoint/ckpt_1/restore`, 'SANDBOX_NOT_FOUND'],
    ['DELETE', `/sandbox/${nobody}/checkpoint/ckpt_1`, 'SANDBOX_NOT_FOUND'],
    ['GET', `/sandbox/diff?from=${nobody}&to=${nobody}`, 'SANDBOX_NOT_FOUND'],
    ['GET', '/sandbox/snapshots/snp_0', 'SNAPSHOT_NOT_FOUND'],
    ['GET', '/sandbox/snapshots/snp_0/export', 'SNAPSHOT_NOT_FOUND'],
    ['GET', '/stream/stream_0', 'STREAM_NOT_FOUND'],
    ['GET', `/cli/sandbox/${nobody}`, 'NOT_FOUND'],
    ['GET', '/nothing/here', 'ROUTE_NOT_FOUND'],
    ['POST', '/', 'ROUTE_NOT_FOUND'],
  ]) {
    const started = Date.now();
    envelope(await raw(method, path), 404, code, /./);
    assert.ok(Date.now() - started < 5000, path);
  }
  const error = await thrown(client.get(nobody));
  assert.deepEqual([error._tag, error.status], ['APIErrorResponse', 404]);
  assert.match(error.message, /no sandbox/);
  assert.match(error.sessionId, /^sess_/);
});

test('a wrong method is 405', limit, async () => {
  envelope(await raw('PUT', '/sandbox'), 405, 'METHOD_NOT_ALLOWED', /PUT/);
  envelope(await raw('PATCH', `/sandbox/${nobody}`), 405, 'METHOD_NOT_ALLOWED', /PATCH/);
});

test('bad creates name what is wrong', limit, async () => {
  for (const [body, message] of [
    ['{"runtime": ', /not JSON.* line 1 column 12/],
    ['[]', /expected an object/],
    ['"text"', /expected an object/],
    [{ resources: ['256Mi'] }, /resources: .*expected an object/],
    [{ files: [['a', 'YQ==']] }, /files\[0\]: .*expected an object/],
    [{ runtime: 7 }, /runtime: invalid type.* line 1/],
    [{ resources: { memory: '12Q' } }, /resources\.memory: "12Q".*256Mi/],
    [{ resources: { memory: -1 } }, /resources\.memory/],
    [{ resources: { memory: true } }, /resources\.memory/],
    [{ resources: { cpu: '0' } }, /resources\.cpu: "0"/],
    [{ resources: { disk: '' } }, /resources\.disk/],
    [{ timeout: { execution: '30' } }, /timeout\.execution: "30".*30s/],
    [{ timeout: { idle: 'soon' } }, /timeout\.idle/],
    [{ network: { port: 80 } }, /network\.port.*1024/],
    [{ network: { port: 70000 } }, /network\.port/],
    [{ env: { A: 'b\0c' } }, /env\.A.*NUL/],
    [{ env: { 'A=B': 'c' } }, /env/],
    [{ env: { '': 'c' } }, /env/],
    [{ env: { A: 1 } }, /env\.A/],
    [{ command: { exec: [] } }, /command\.exec.*empty/],
    [{ command: { exec: [''] } }, /command\.exec\[0\]/],
    [{ command: { exec: ['python3', 'a\0b'] } }, /command\.exec\[1\].*NUL/],
    [{ command: { exec: ['python3'], mode: 'detached' } }, /command\.mode/],
    [{ files: [{ path: 'a', content: 'not base64!' }] }, /files\[0\]\.content.*base64/],
    [{ files: [{ path: 'a', content: 'YQ' }] }, /files\[0\]\.content.*base64/],
    [{ files: [{ path: '', content: '' }] }, /files\[0\]\.path/],
    [{ files: [{ path: 'a\0', content: '' }] }, /files\[0\]\.path.*NUL/],
    [{ files: [{ content: '' }] }, /files\[0\].*path/],
    [{ snapshot: 's', runtime }, /snapshot and runtime/],
    [{ snapshot: 's', runtimeId: 'srt_1' }, /snapshot and runtime/],
    [{ runtime, runtimeId: 'srt_1' }, /runtimeId/],
    [{ stream: { stdout: 'nonsense' } }, /stream\.stdout/],
    [{ metadata: 'text' }, /metadata/],
  ]) {
    envelope(await raw('POST', '/sandbox', { body }), 400, 'INVALID_ARGUMENT', message);
  }
  for (const body of [{ runtime: 'cobol:85' }, { runtimeId: 'srt_nothing' }]) {
    envelope(await raw('POST', '/sandbox', { body }), 404, 'RUNTIME_NOT_FOUND', /runtime/);
  }
});

test('null stands for absent in what we read', limit, async () => {
  const body = { runtime, name: null, resources: { memory: null }, env: null, timeout: null, stream: { stdin: null } };
  const answer = await raw('POST', '/sandbox', { body });
  assert.equal(answer.status, 201, answer.content);
  await client.destroy(answer.json.data.sandboxId);
});

test('a bare number is a size in MiB', limit, async () => {
  const answer = await raw('POST', '/sandbox', { body: { runtime, resources: { memory: 512 } } });
  const id = answer.json.data.sandboxId;
  assert.deepEqual((await client.get(id)).resources, { memory: '512Mi' });
  await client.destroy(id);
});

test('bad executes name what is wrong, and never look like busy or missing', limit, async () => {
  await withSandbox({}, async (sandbox) => {
    for (const [body, message] of [
      [{}, /command/],
      ['', /command/],
      [{ command: [] }, /command is empty/],
      [{ command: 'print' }, /command: invalid type/],
      [{ command: ['a', 'b\0'] }, /command\[1\].*NUL/],
      [{ command: ['a'], timeout: '5 minutes' }, /timeout/],
      [{ command: ['a'], files: [{ path: 'x', content: '?' }] }, /files\[0\]\.content/],
    ]) {
      envelope(await raw('POST', `/sandbox/${sandbox.id}/execute`, { body }), 400, 'INVALID_ARGUMENT', message);
    }
    const missing = await thrown((await client.connect(sandbox.id)).execute({ command: [] }));
    assert.equal(missing.status, 400);
  });
  const connected = await withSandbox({}, async (sandbox) => sandbox);
  assert.equal((await thrown(connected.execute({ command: py('1') }))).status, 410);
});

test('bad files name what is wrong', limit, async () => {
  await withSandbox({}, async (sandbox) => {
    const at = sandbox.id;
    for (const [method, path, body, message] of [
      ['GET', `/fs/${at}`, undefined, /no path/],
      ['POST', `/fs/${at}`, { files: 'x' }, /files/],
      ['POST', `/fs/${at}`, { files: [{ path: 'x', content: '====' }] }, /files\[0\]\.content/],
      ['POST', `/fs/mkdir/${at}`, { recursive: true }, /path/],
      ['POST', `/fs/mkdir/${at}`, { path: 'a', recursive: 'yes' }, /recursive/],
      ['POST', `/fs/rm/${at}`, { path: '' }, /path is empty/],
      ['PATCH', `/sandbox/env/${at}`, { env: { A: 1 } }, /env\.A/],
      ['PATCH', `/sandbox/env/${at}`, { env: { 'A=': '1' } }, /env/],
      ['PATCH', `/sandbox/env/${at}`, {}, /env/],
    ]) {
      envelope(await raw(method, path, { body }), 400, 'INVALID_ARGUMENT', message);
    }
  });
});

test('unknown query values are refused, unknown names ignored', limit, async () => {
  for (const query of [
    'status=sleeping', 'mode=batch', 'live=maybe', 'limit=0', 'limit=-1', 'limit=ten', 'offset=-1',
    'sort=colour', 'direction=up', 'deletedOnly=1',
  ]) {
    const name = new RegExp(query.split('=')[0]);
    envelope(await raw('GET', `/sandbox?${query}`), 400, 'INVALID_ARGUMENT', name);
  }
  await withSandbox({}, async (sandbox) => {
    for (const query of ['waitForStatus=sleeping', 'waitForStatus=idle,&waitMs=1', 'waitForStatus=idle&waitMs=soon', 'includeDeleted=perhaps']) {
      envelope(await raw('GET', `/sandbox/${sandbox.id}?${query}`), 400, 'INVALID_ARGUMENT', /./);
    }
    envelope(await raw('GET', `/sandbox/sandboxes/${sandbox.id}/events?direction=up`), 400, 'INVALID_ARGUMENT', /direction/);
    assert.equal((await raw('GET', `/sandbox/${sandbox.id}?colour=red&limit=`)).status, 200);
  });
  envelope(await raw('GET', '/sandbox/execution/exec_0?wait=soon'), 400, 'INVALID_ARGUMENT', /wait/);
  assert.equal((await raw('GET', '/sandbox?limit=100000')).status, 200);
});

test('a body over the limit is 413', { timeout: 120_000 }, async () => {
  const body = `{"files":[{"path":"a","content":"${'A'.repeat(65 * 1024 * 1024)}"}]}`;
  const answer = await raw('POST', `/fs/${nobody}`, { body });
  envelope(answer, 413, 'TOO_LARGE', /67108864/);
});

test('health needs no key', limit, async () => {
  const answer = await raw('GET', '/health', { auth: false });
  assert.equal(answer.status, 200);
  assert.equal(answer.json.data.status, 'ok');
});
