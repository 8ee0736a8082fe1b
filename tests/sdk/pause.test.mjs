// pause, resume, and what a paused sandbox does when it is used.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { client, eventually, limit, ok, py, raw, runtime, sleeper, text, thrown, withSandbox } from './support.mjs';

const nobody = 'sbx_00000000000000000000000000';

async function refused(call, status, message) {
  const error = await thrown(call());
  assert.deepEqual([error._tag, error.status], ['APIErrorResponse', status], error.message);
  assert.match(error.message, message);
}

test('a paused sandbox is listed and shown as paused, and nothing of it is lost', limit, async () => {
  await withSandbox({ env: { A: '1' }, timeout: { paused: '1h' } }, async (sandbox) => {
    await sandbox.writeFiles([{ path: 'd/f', content: Buffer.from('kept') }]);
    const paused = await sandbox.pause();
    assert.deepEqual([paused.sandboxId, paused.status], [sandbox.id, 'paused']);
    const info = await ok('GET', `/sandbox/${sandbox.id}`);
    assert.equal(info.status, 'paused');
    assert.equal(info.terminatesAt, paused.terminatesAt);
    assert.equal(info.timeout.paused, '1h0m0s');
    assert.match(info.pausedAt, /Z$/);
    assert.equal((await sandbox.get()).status, 'paused');
    // Clients have two words for it.
    for (const status of ['paused', 'suspended']) {
      const listed = await client.list({ status, limit: 100 });
      assert.ok(listed.sandboxes.some((row) => row.sandboxId === sandbox.id && row.status === 'paused'));
      const waited = await ok('GET', `/sandbox/status/${sandbox.id}?waitForStatus=${status}&waitMs=20000`);
      assert.equal(waited.status, 'paused');
    }
    assert.equal((await ok('GET', `/sandbox/status/${sandbox.id}`)).status, 'paused');

    assert.equal(await sandbox.resume(), undefined);
    const after = await ok('GET', `/sandbox/${sandbox.id}`);
    assert.deepEqual([after.status, after.pausedAt, after.terminatesAt], ['idle', undefined, undefined]);
    assert.equal(await text(await sandbox.readFile('d/f')), 'kept');
    const seen = await sandbox.execute({ command: py('import os; print(os.environ["A"])') });
    assert.equal(await text((await fetch(seen.stdoutStreamUrl)).body), '1\n');
  });
});

test('the answer to pause is flat, and without a timeout it never ends', limit, async () => {
  for (const timeout of [undefined, { paused: '0s' }, { paused: '0' }]) {
    await withSandbox({ timeout }, async (sandbox) => {
      const answer = await raw('POST', `/sandbox/${sandbox.id}/pause`);
      assert.equal(answer.status, 200);
      assert.deepEqual(answer.json, { success: true, sandboxId: sandbox.id, status: 'paused' });
      const resumed = await raw('POST', `/sandbox/${sandbox.id}/resume`);
      assert.deepEqual([resumed.status, resumed.json], [200, { success: true }]);
    });
  }
});

test('an execution resumes a paused sandbox and says so in all three places', limit, async () => {
  await withSandbox({ files: [{ path: 'f', content: Buffer.from('kept') }] }, async (sandbox) => {
    await sandbox.pause();
    const answer = await raw('POST', `/sandbox/${sandbox.id}/execute`, { body: { command: py('print(open("f").read())') } });
    assert.equal(answer.status, 200);
    assert.equal(answer.json.autoResumed, true);
    assert.equal(answer.json.data.autoResumed, true);
    const ended = await ok('GET', `/sandbox/execution/${answer.json.data.executionId}?wait=20s`);
    assert.deepEqual([ended.status, ended.exitCode, ended.autoResumed], ['completed', 0, true]);
    const again = await raw('POST', `/sandbox/${sandbox.id}/execute`, { body: { command: py('1') } });
    assert.equal(again.json.autoResumed, false);
    assert.equal(again.json.data.autoResumed, false);
    await client.getExecution(again.json.data.executionId, '20s');
    const { executions } = await ok('GET', `/sandbox/sandboxes/${sandbox.id}/executions`);
    assert.deepEqual(executions.map((one) => one.autoResumed), [false, true]);
  });
});

test('files can be read and written while it is paused, or after it was resumed for them', limit, async () => {
  await withSandbox({ files: [{ path: 'f', content: Buffer.from('1') }] }, async (sandbox) => {
    await sandbox.pause();
    assert.equal(await text(await sandbox.readFile('f')), '1');
    await sandbox.writeFiles([{ path: 'f', content: Buffer.from('2') }]);
    assert.equal(await text(await sandbox.readFile('f')), '2');
    const { status } = await sandbox.get();
    if (status !== 'paused') await sandbox.pause();
    await sandbox.resume();
    assert.equal(await text(await sandbox.readFile('f')), '2');
  });
});

test('resume needs a paused sandbox, pause one that is not', limit, async () => {
  await withSandbox({}, async (sandbox) => {
    await refused(() => sandbox.resume(), 409, /idle|paused/);
    await sandbox.pause();
    await refused(() => sandbox.pause(), 409, /paused/);
    await sandbox.resume();
    const running = await ok('POST', `/sandbox/${sandbox.id}/execute`, { command: sleeper() });
    await refused(() => sandbox.pause(), 409, /running/);
    await refused(() => sandbox.resume(), 409, /running/);
    assert.equal((await client.getExecution(running.executionId)).status, 'running');
  });
});

test('what is not there cannot be paused, what has ended neither', limit, async () => {
  for (const call of [(id) => client.pause(id), (id) => client.resume(id)]) {
    await refused(() => call(nobody), 404, /no sandbox/);
    await refused(() => call('not-an-id'), 404, /no sandbox/);
  }
  const sandbox = await client.create({ runtime });
  await sandbox.pause();
  await sandbox.destroy();
  await refused(() => sandbox.resume(), 410, /deleted|terminated/);
  await refused(() => sandbox.pause(), 410, /deleted|terminated/);
});

test('a paused timeout ends it', limit, async () => {
  const sandbox = await client.create({ runtime, timeout: { paused: '1s' } });
  const paused = await sandbox.pause();
  assert.ok(Date.parse(paused.terminatesAt) > Date.now() - 1000);
  const ended = await eventually('it has ended', async () => {
    const { status } = await ok('GET', `/sandbox/status/${sandbox.id}`);
    return ['terminated', 'deleted'].includes(status) && status;
  }, 30_000);
  assert.equal(ended, 'terminated');
});

test('pausing and resuming are events', limit, async () => {
  await withSandbox({}, async (sandbox) => {
    await sandbox.pause();
    await sandbox.resume();
    const { events } = await client.listEvents(sandbox.id);
    const types = events.map((event) => event.type);
    assert.ok(types.indexOf('pause') > 0 && types.indexOf('resume') > types.indexOf('pause'), `${types}`);
  });
});
