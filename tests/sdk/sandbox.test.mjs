// create, get, connect, list, setEnv, destroy, events.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { client, limit, ok, py, raw, runtime, sleeper, text, thrown, unique, withSandbox } from './support.mjs';

const output = async (execution) => text((await fetch(execution.stdoutStreamUrl)).body);

test('create without options gives an interactive Python sandbox', limit, async () => {
  const sandbox = await client.create();
  try {
    assert.match(sandbox.id, /^sbx_[A-Za-z0-9_]+$/);
    assert.ok(['creating', 'idle'].includes(sandbox.status), sandbox.status);
    const info = await sandbox.get();
    assert.equal(info.runtime.name, runtime);
    assert.equal(info.mode, 'interactive');
    assert.equal(info.executions, 0);
  } finally {
    await sandbox.destroy();
  }
});

test('get gives back what create was told', limit, async () => {
  const asked = {
    name: unique('told'),
    description: 'a description',
    projectId: 'proj_1',
    resources: { memory: '256Mi', cpu: '0.5', disk: '1Gi' },
    network: { enabled: false },
    timeout: { idle: '10m', execution: '2m', paused: '0s' },
    metadata: { build: 7, nested: { list: [1, 'two', null] } },
    env: { A: '1' },
    scopes: ['services:read'],
  };
  await withSandbox(asked, async (sandbox) => {
    const info = await sandbox.get();
    assert.equal(info.sandboxId, sandbox.id);
    assert.equal(info.name, asked.name);
    assert.equal(info.description, asked.description);
    assert.deepEqual(info.resources, { memory: '256Mi', cpu: '500m', disk: '1Gi' });
    assert.deepEqual(info.timeout, { idle: '10m0s', execution: '2m0s', paused: '0s' });
    assert.deepEqual(info.metadata, asked.metadata);
    assert.equal(info.networkEnabled, false);
    assert.match(info.createdAt, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    assert.match(info.org.id, /^org_/);
    assert.ok(info.org.name.length > 0);
  });
});

test('runtimeId names a runtime too', limit, async () => {
  const { runtimes } = await client.listRuntimes({ limit: 50 });
  const python = runtimes.find((entry) => entry.name === runtime);
  const sandbox = await client.create({ runtimeId: python.id });
  try {
    assert.equal((await sandbox.get()).runtime.id, python.id);
  } finally {
    await sandbox.destroy();
  }
});

test('listRuntimes pages and sorts', limit, async () => {
  const all = await client.listRuntimes();
  assert.ok(all.total >= 1);
  const python = all.runtimes.find((entry) => entry.name === runtime);
  assert.match(python.id, /^srt_/);
  assert.equal(typeof python.requirements.networkEnabled, 'boolean');
  const none = await client.listRuntimes({ offset: all.total });
  assert.deepEqual([none.runtimes.length, none.total], [0, all.total]);
  const named = await client.listRuntimes({ sort: 'name', direction: 'desc', limit: 1 });
  assert.equal(named.runtimes.length, 1);
});

test('files are given to create and stay for every execution', limit, async () => {
  await withSandbox({ files: [{ path: 'n.txt', content: Buffer.from('1') }] }, async (sandbox) => {
    const count = py('n = int(open("n.txt").read()); open("n.txt", "w").write(str(n + 1)); print(n)');
    assert.equal(await output(await sandbox.execute({ command: count })), '1\n');
    assert.equal(await output(await sandbox.execute({ command: count })), '2\n');
    assert.equal((await sandbox.get()).executions, 2);
  });
});

test('connect gives an instance that works', limit, async () => {
  await withSandbox({ files: [{ path: 'here.txt', content: Buffer.from('yes') }] }, async (sandbox) => {
    const again = await client.connect(sandbox.id);
    assert.equal(again.id, sandbox.id);
    assert.equal(await text(await again.readFile('here.txt')), 'yes');
    assert.equal((await again.execute({ command: py('print(1)') })).exitCode, 0);
  });
});

test('setEnv sets, removes, and gives back all', limit, async () => {
  await withSandbox({ env: { KEEP: 'k' } }, async (sandbox) => {
    assert.deepEqual(await sandbox.setEnv({ A: '1', B: '2' }), { A: '1', B: '2', KEEP: 'k' });
    assert.deepEqual(await sandbox.setEnv({ B: null, C: '' }), { A: '1', C: '', KEEP: 'k' });
    const seen = await sandbox.execute({
      command: py('import os; print([os.environ.get(name) for name in ("A", "B", "C", "KEEP")])'),
    });
    assert.equal(await output(seen), "['1', None, '', 'k']\n");
  });
});

test('two sandboxes share nothing', limit, async () => {
  await withSandbox({ env: { WHO: 'one' } }, (one) =>
    withSandbox({}, async (two) => {
      await one.writeFiles([{ path: 'secret.txt', content: Buffer.from('s') }]);
      const look = py('import os; print(os.path.exists("secret.txt"), os.environ.get("WHO"))');
      assert.equal(await output(await one.execute({ command: look })), 'True one\n');
      assert.equal(await output(await two.execute({ command: look })), 'False None\n');
    }),
  );
});

test('list filters, sorts and pages', limit, async () => {
  const projectId = unique('proj');
  const made = [];
  try {
    for (const name of ['b', 'a', 'c']) made.push(await client.create({ runtime, name, projectId }));
    const names = async (query) => (await client.list({ projectId, ...query })).sandboxes.map((row) => row.name);
    assert.deepEqual(await names({}), ['c', 'a', 'b']);
    assert.deepEqual(await names({ sort: 'name', direction: 'asc' }), ['a', 'b', 'c']);
    assert.deepEqual(await names({ sort: 'created', direction: 'asc', limit: 1, offset: 1 }), ['a']);
    assert.deepEqual(await names({ name: 'b' }), ['b']);
    assert.deepEqual(await names({ status: 'idle', mode: 'interactive', live: true }), ['c', 'a', 'b']);
    assert.deepEqual(await names({ mode: 'oneshot' }), []);
    assert.equal((await client.list({ projectId, limit: 1 })).total, 3);
    await made[2].destroy();
    assert.deepEqual(await names({ live: true }), ['a', 'b']);
    const rows = (await client.list({ projectId, live: true })).sandboxes;
    for (const row of rows) {
      assert.match(row.org.id, /^org_/);
      assert.equal(row.executions, 0);
      assert.equal(row.runtime.name, runtime);
    }
  } finally {
    await Promise.all(made.map((sandbox) => sandbox.destroy()));
  }
});

test('destroy ends a running program and can be repeated', limit, async () => {
  const sandbox = await client.create({ runtime });
  const execution = await ok('POST', `/sandbox/${sandbox.id}/execute`, { command: sleeper() });
  await sandbox.destroy();
  await sandbox.destroy();
  await client.destroy(sandbox.id);
  const ended = await client.getExecution(execution.executionId, '5s');
  assert.equal(ended.status, 'cancelled');
  assert.equal(ended.exitCode, 130);
  const status = await ok('GET', `/sandbox/status/${sandbox.id}`);
  assert.ok(['terminated', 'deleted'].includes(status.status), status.status);
});

test('an ended sandbox refuses work with 410', limit, async () => {
  const sandbox = await client.create({ runtime });
  await sandbox.destroy();
  for (const call of [
    () => sandbox.writeFiles([{ path: 'a', content: Buffer.from('a') }]),
    () => sandbox.listFiles(),
    () => sandbox.mkDir('d', true),
    () => sandbox.setEnv({ A: '1' }),
    () => sandbox.execute({ command: py('1') }),
  ]) {
    const error = await thrown(call());
    assert.equal(error.status, 410, `${error._tag} ${error.message}`);
  }
});

test('events tell the story in order', limit, async () => {
  const sandbox = await client.create({ runtime });
  await sandbox.execute({ command: py('print(1)') });
  await sandbox.destroy();
  const { events } = await client.listEvents(sandbox.id, { limit: 50, direction: 'asc' });
  const types = events.map((event) => event.type);
  assert.equal(types[0], 'create');
  for (const type of ['execution:started', 'execution:completed', 'destroy']) {
    assert.ok(types.includes(type), `${type} is not in ${types}`);
  }
  assert.ok(types.indexOf('execution:started') < types.indexOf('execution:completed'));
  assert.ok(types.indexOf('execution:completed') < types.indexOf('destroy'));
  const times = events.map((event) => event.createdAt);
  assert.deepEqual(times, [...times].sort());
  for (const event of events) {
    assert.match(event.eventId, /^evt_/);
    assert.equal(event.sandboxId, sandbox.id);
    assert.equal(typeof event.event, 'object');
  }
  const byDefault = await client.listEvents(sandbox.id);
  assert.deepEqual(byDefault.events.map((event) => event.type), types);
  const newest = await client.listEvents(sandbox.id, { direction: 'desc', limit: 1 });
  assert.deepEqual(newest.events.map((event) => event.type), types.slice(-1));
});

test('the client of the command line finds sandboxes too', limit, async () => {
  const core = await import('@agentuity/core/sandbox');
  const { APIClient } = await import('@agentuity/core/api');
  const quiet = { trace() {}, debug() {}, info() {}, warn() {}, error() {} };
  const { url, key } = await import('./support.mjs');
  const api = new APIClient(url, quiet, key, { maxRetries: 0 });
  const projectId = unique('proj');
  await withSandbox({ projectId }, async (sandbox) => {
    const resolved = await core.sandboxResolve(api, sandbox.id);
    assert.equal(resolved.id, sandbox.id);
    assert.match(resolved.orgId, /^org_/);
    assert.equal(resolved.projectId, projectId);
    const listed = await core.cliSandboxList(api, { projectId });
    assert.deepEqual(listed.sandboxes.map((row) => row.id), [sandbox.id]);
    assert.equal(listed.total, 1);
    const status = await core.sandboxGetStatus(api, { sandboxId: sandbox.id });
    assert.equal(status.status, 'idle');
  });
});

test('status waits: at once, until it is reached, or until the time is over', limit, async () => {
  await withSandbox({}, async (sandbox) => {
    const at = `/sandbox/status/${sandbox.id}`;
    let started = Date.now();
    assert.equal((await ok('GET', `${at}?waitForStatus=idle%2Crunning&waitMs=5000`)).status, 'idle');
    assert.ok(Date.now() - started < 2000);
    started = Date.now();
    assert.equal((await ok('GET', `${at}?waitForStatus=paused&waitMs=300`)).status, 'idle');
    assert.ok(Date.now() - started >= 290);
    const waiting = ok('GET', `/sandbox/${sandbox.id}?waitForStatus=terminated,deleted&waitMs=20000&includeDeleted=true`);
    await sandbox.destroy();
    const ended = await waiting;
    assert.ok(['terminated', 'deleted'].includes(ended.status), ended.status);
  });
});

test('execute works on a sandbox that create has just answered for', limit, async () => {
  const answer = await raw('POST', '/sandbox', { body: { runtime } });
  assert.equal(answer.status, 201);
  const id = answer.json.data.sandboxId;
  const execution = await ok('POST', `/sandbox/${id}/execute`, { command: py('print(1)') });
  assert.equal((await client.getExecution(execution.executionId, '20s')).status, 'completed');
  await client.destroy(id);
});
