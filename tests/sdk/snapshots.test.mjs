// createSnapshot, getSnapshot, listSnapshots, tagSnapshot, deleteSnapshot, getSnapshotLineage, public
// snapshots, and sandboxes made from them.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import * as core from '@agentuity/core/sandbox';
import { APIClient } from '@agentuity/core/api';
import { client, key, limit, ok, py, raw, runtime, sleeper, text, thrown, unique, url, withSandbox } from './support.mjs';

const quiet = { trace() {}, debug() {}, info() {}, warn() {}, error() {} };
const low = new APIClient(url, quiet, key, { maxRetries: 0 });

async function refused(call, status, message) {
  const error = await thrown(call());
  assert.deepEqual([error._tag, error.status], ['APIErrorResponse', status], error.message);
  assert.match(error.message, message);
}

const write = (sandbox, path, content) => sandbox.writeFiles([{ path, content: Buffer.from(content) }]);
const read = async (sandbox, path) => text(await sandbox.readFile(path));

// A snapshot of a sandbox that holds `files`.
const taken = (files, params, options) =>
  withSandbox(options ?? {}, async (sandbox) => {
    for (const [path, content] of Object.entries(files)) await write(sandbox, path, content);
    return client.createSnapshot(sandbox.id, params);
  });

test('a snapshot says what it is and what it holds', limit, async () => {
  const name = unique('told');
  const snapshot = await taken({ 'src/a.py': 'print(1)\n', 'b.txt': 'b' }, { name, tag: 'v1', description: 'two files' });
  assert.match(snapshot.snapshotId, /^snp_[A-Za-z0-9_]+$/);
  assert.deepEqual([snapshot.name, snapshot.tag, snapshot.description], [name, 'v1', 'two files']);
  assert.deepEqual([snapshot.fileCount, snapshot.sizeBytes, snapshot.public], [2, 10, false]);
  assert.match(snapshot.runtimeId, /^srt_/);
  assert.match(snapshot.user.id, /./);
  assert.equal(snapshot.files, undefined);
  const got = await client.getSnapshot(snapshot.snapshotId);
  assert.equal(got.createdAt, snapshot.createdAt);
  const files = Object.fromEntries(got.files.map((file) => [file.path, file]));
  const a = files['/home/agentuity/src/a.py'];
  assert.equal(a.size, 9);
  assert.equal(a.sha256, createHash('sha256').update('print(1)\n').digest('hex'));
  assert.match(a.contentType, /python/);
  assert.equal(a.mode & 0o777, 0o644);
  assert.match(files['/home/agentuity/b.txt'].contentType, /^text\/plain/);
  assert.equal(got.files.length, 2);
  assert.equal(got.downloadUrl, `${url}/sandbox/snapshots/${snapshot.snapshotId}/export`);
});

test('without a name one is made up, without a tag it is latest', limit, async () => {
  const answer = await withSandbox({}, (sandbox) => raw('POST', `/sandbox/${sandbox.id}/snapshot`));
  assert.equal(answer.status, 201);
  assert.match(answer.json.data.name, /^[A-Za-z0-9_-]+$/);
  assert.equal(answer.json.data.tag, 'latest');
});

test('a sandbox is made from an id, name:tag, tag or name', limit, async () => {
  const [name, tag] = [unique('name'), unique('tag')];
  const snapshot = await taken({ f: 'content' }, { name, tag });
  for (const reference of [snapshot.snapshotId, `${name}:${tag}`, tag, name]) {
    const sandbox = await client.create({ snapshot: reference, resources: { memory: '512Mi' } });
    try {
      assert.equal(await read(sandbox, 'f'), 'content');
      const execution = await sandbox.execute({ command: py('print(open("f").read())') });
      assert.equal(await text((await fetch(execution.stdoutStreamUrl)).body), 'content\n');
      const info = await sandbox.get();
      assert.equal(info.runtime.name, runtime);
      assert.deepEqual([info.snapshot.id, info.snapshot.name, info.snapshot.tag], [snapshot.snapshotId, name, tag]);
      assert.deepEqual([info.snapshot.public, typeof info.snapshot.user.id], [false, 'string']);
    } finally {
      await sandbox.destroy();
    }
  }
});

test('a one-shot runs on a snapshot', limit, async () => {
  const { snapshotId } = await taken({ 'main.py': 'print("from the snapshot")' }, {});
  const result = await client.run({ snapshot: snapshotId, command: { exec: ['python3', 'main.py'] } });
  assert.deepEqual([result.exitCode, result.stdout], [0, 'from the snapshot\n']);
});

test('two sandboxes of one snapshot do not see each other, nor does the snapshot', limit, async () => {
  const { snapshotId } = await taken({ f: '0' }, {});
  const [one, two] = await Promise.all([client.create({ snapshot: snapshotId }), client.create({ snapshot: snapshotId })]);
  try {
    await write(one, 'f', '1');
    await write(two, 'g', '2');
    assert.deepEqual([await read(one, 'f'), await read(two, 'f')], ['1', '0']);
    assert.equal((await one.listFiles()).length, 1);
    const third = await client.create({ snapshot: snapshotId });
    assert.equal(await read(third, 'f'), '0');
    await third.destroy();
  } finally {
    await Promise.all([one.destroy(), two.destroy()]);
  }
});

test('a list of sandboxes can be that of one snapshot', limit, async () => {
  const { snapshotId } = await taken({}, {});
  const sandbox = await client.create({ snapshot: snapshotId });
  try {
    const listed = await client.list({ snapshotId });
    assert.deepEqual(listed.sandboxes.map((row) => row.sandboxId), [sandbox.id]);
    assert.deepEqual([listed.total, listed.sandboxes[0].snapshot.id], [1, snapshotId]);
    assert.equal((await client.list({ snapshotId: 'snp_nothing' })).total, 0);
    assert.equal((await raw('GET', '/sandbox?snapshotId=nonsense')).status, 400);
  } finally {
    await sandbox.destroy();
  }
});

test('a deleted snapshot is gone, and a sandbox made from it is not', limit, async () => {
  const name = unique('deleted');
  const { snapshotId } = await taken({ f: 'still here' }, { name });
  const sandbox = await client.create({ snapshot: snapshotId });
  try {
    assert.equal(await client.deleteSnapshot(snapshotId), undefined);
    for (const reference of [snapshotId, name, `${name}:latest`]) {
      await refused(() => client.create({ snapshot: reference }), 404, /no snapshot/);
    }
    await refused(() => client.getSnapshot(snapshotId), 404, /no snapshot/);
    await refused(() => client.deleteSnapshot(snapshotId), 404, /no snapshot/);
    await refused(() => client.tagSnapshot(snapshotId, 'v1'), 404, /no snapshot/);
    assert.equal(await read(sandbox, 'f'), 'still here');
    assert.equal((await sandbox.get()).snapshot.id, snapshotId);
    const child = await client.createSnapshot(sandbox.id, {});
    const { lineage } = await client.getSnapshotLineage({ snapshot: child.snapshotId });
    assert.deepEqual(lineage.map((one) => [one.snapshotId, one.deleted ?? false]), [[child.snapshotId, false], [snapshotId, true]]);
  } finally {
    await sandbox.destroy();
  }
});

test('lineage goes from the newest to the first, by id, name:tag, name, and name with tag', limit, async () => {
  const name = unique('line');
  const first = await taken({ f: '1' }, { name, tag: 'one' });
  const second = await withSandboxOf(first, (sandbox) => client.createSnapshot(sandbox.id, { name, tag: 'two' }));
  const third = await withSandboxOf(second, (sandbox) => client.createSnapshot(sandbox.id, { name }));
  assert.equal(third.parentSnapshotId, second.snapshotId);
  const ids = [third, second, first].map((one) => one.snapshotId);
  for (const params of [{ snapshot: ids[0] }, { snapshot: `${name}:latest` }, { name }, { name, tag: 'latest' }]) {
    const line = await client.getSnapshotLineage(params);
    assert.deepEqual([line.total, line.lineage.map((one) => one.snapshotId)], [3, ids], JSON.stringify(params));
  }
  const part = await client.getSnapshotLineage({ snapshot: ids[0], limit: 2 });
  assert.deepEqual([part.total, part.lineage.length], [3, 2]);
  assert.equal((await client.getSnapshotLineage({ name, tag: 'one' })).total, 1);
  const [entry] = part.lineage;
  assert.deepEqual([entry.name, entry.tag, entry.public, entry.parentSnapshotId], [name, 'latest', false, ids[1]]);
  await refused(() => client.getSnapshotLineage({ snapshot: 'snp_nothing' }), 404, /no snapshot/);
  await refused(() => client.getSnapshotLineage({ name: unique('no') }), 404, /no snapshot/);
  await refused(() => client.getSnapshotLineage(), 400, /names no snapshot/);
  await refused(() => client.getSnapshotLineage({ snapshot: ids[0], name }), 400, /one says it all/);
});

async function withSandboxOf(snapshot, body) {
  const sandbox = await client.create({ snapshot: snapshot.snapshotId });
  try {
    return await body(sandbox);
  } finally {
    await sandbox.destroy();
  }
}

test('a tag belongs to one snapshot of a name; tagging moves it, null takes it away', limit, async () => {
  const name = unique('tags');
  const old = await taken({ f: 'old' }, { name });
  const young = await taken({ f: 'young' }, { name });
  assert.equal((await client.getSnapshot(old.snapshotId)).tag, undefined);
  assert.equal(young.tag, 'latest');
  const tagged = await client.tagSnapshot(old.snapshotId, 'v1.0');
  assert.deepEqual([tagged.snapshotId, tagged.tag], [old.snapshotId, 'v1.0']);
  assert.equal((await client.tagSnapshot(young.snapshotId, 'v1.0')).tag, 'v1.0');
  assert.equal((await client.getSnapshot(old.snapshotId)).tag, undefined);
  assert.equal((await client.tagSnapshot(young.snapshotId, null)).tag, undefined);
  await refused(() => client.create({ snapshot: `${name}:v1.0` }), 404, /no snapshot/);
  for (const tag of ['', '.x', 'a b', 'a:b', 'x'.repeat(129)]) {
    await refused(() => client.tagSnapshot(young.snapshotId, tag), 400, /tag/);
  }
  for (const body of [{}, { tag: 1 }, '[]', '{']) {
    const answer = await raw('PATCH', `/sandbox/snapshots/${young.snapshotId}`, { body });
    assert.deepEqual([answer.status, answer.json.code], [400, 'INVALID_ARGUMENT'], answer.content);
  }
});

test('list filters, sorts and pages', limit, async () => {
  await withSandbox({}, async (sandbox) => {
    const sandboxId = sandbox.id;
    for (const [name, size] of [['b', 30], ['a', 20], ['c', 10]]) {
      await write(sandbox, 'f', 'x'.repeat(size));
      await client.createSnapshot(sandboxId, { name, tag: unique('t') });
      await write(sandbox, name, '');
    }
    const names = async (query) => (await client.listSnapshots({ sandboxId, ...query })).snapshots.map((one) => one.name);
    assert.deepEqual(await names({}), ['c', 'a', 'b']);
    assert.deepEqual(await names({ sort: 'name', direction: 'asc' }), ['a', 'b', 'c']);
    assert.deepEqual(await names({ sort: 'size' }), ['b', 'a', 'c']);
    assert.deepEqual(await names({ sort: 'files', direction: 'asc' }), ['b', 'a', 'c']);
    assert.deepEqual(await names({ sort: 'created', direction: 'asc', limit: 1, offset: 1 }), ['a']);
    assert.equal((await client.listSnapshots({ sandboxId, limit: 1 })).total, 3);
    const rows = await ok('GET', `/sandbox/snapshots?sandboxId=${sandboxId}`);
    for (const row of rows.snapshots) {
      assert.deepEqual([row.sandboxId, row.files, row.downloadUrl], [sandboxId, undefined, undefined]);
    }
  });
  for (const query of ['sort=colour', 'direction=up', 'limit=0', 'offset=-1', 'sandboxId=nonsense']) {
    const answer = await raw('GET', `/sandbox/snapshots?${query}`);
    assert.deepEqual([answer.status, answer.json.code], [400, 'INVALID_ARGUMENT'], answer.content);
  }
});

test('a public snapshot is found by everybody, also without a key', limit, async () => {
  const name = unique('public');
  const snapshot = await taken({ f: 'for all' }, { name, tag: 'v1', public: true });
  assert.equal(snapshot.public, true);
  assert.equal(snapshot.fullName, `@${snapshot.orgSlug}/${name}:v1`);
  assert.deepEqual([snapshot.org.name, snapshot.user], [snapshot.orgName, undefined]);
  const keyless = new APIClient(url, quiet, '', { maxRetries: 0 });
  for (const snapshotRef of [snapshot.snapshotId, snapshot.fullName]) {
    const found = await core.snapshotPublicGet(keyless, { snapshotRef });
    assert.deepEqual([found.snapshotId, found.public, found.org.id], [snapshot.snapshotId, true, snapshot.org.id]);
  }
  const listed = await core.snapshotPublicList(keyless, { limit: 100 });
  assert.ok(listed.total >= 1);
  assert.ok(listed.snapshots.every((one) => one.public));
  assert.ok(listed.snapshots.some((one) => one.snapshotId === snapshot.snapshotId));
  const without = await raw('GET', `/sandbox/snapshots/public/${encodeURIComponent(snapshot.fullName)}`, { auth: false });
  assert.equal(without.status, 200);
  assert.deepEqual([without.json.data.sandboxId, without.json.data.files], [undefined, undefined]);

  const sandbox = await client.create({ snapshot: snapshot.fullName });
  try {
    const { snapshot: base } = await sandbox.get();
    assert.deepEqual([base.public, base.org.id, base.fullName, base.user], [true, snapshot.org.id, snapshot.fullName, undefined]);
  } finally {
    await sandbox.destroy();
  }
  const hidden = await taken({}, { name: unique('private') });
  for (const snapshotRef of [hidden.snapshotId, `${hidden.name}:latest`, '@nobody/x:y', '@', 'a/b', 'x']) {
    const answer = await raw('GET', `/sandbox/snapshots/public/${encodeURIComponent(snapshotRef)}`, { auth: false });
    assert.deepEqual([answer.status, answer.json.code], [404, 'SNAPSHOT_NOT_FOUND'], answer.content);
  }
});

test('unknown snapshots, and sandboxes, are 404', limit, async () => {
  for (const id of ['snp_nothing', 'nonsense']) {
    for (const [method, path, body] of [
      ['GET', id],
      ['DELETE', id],
      ['PATCH', id, { tag: 'x' }],
      ['GET', `${id}/export`],
    ]) {
      const answer = await raw(method, `/sandbox/snapshots/${path}`, { body });
      assert.deepEqual([answer.status, answer.json.code], [404, 'SNAPSHOT_NOT_FOUND'], `${method} ${path}`);
    }
  }
  await refused(() => client.createSnapshot('sbx_00000000000000000000000000', {}), 404, /no sandbox/);
  await refused(() => client.create({ snapshot: 'no-such-snapshot' }), 404, /no snapshot/);
  await refused(() => client.create({ snapshot: 'snp_nothing' }), 404, /no snapshot/);
  const ended = await client.create({ runtime });
  await ended.destroy();
  await refused(() => client.createSnapshot(ended.id, {}), 410, /deleted|terminated/);
});

test('names, tags and fields must be what they are called', limit, async () => {
  await withSandbox({}, async (sandbox) => {
    for (const [body, message] of [
      [{ name: 'a b' }, /name/],
      [{ name: '' }, /name/],
      [{ name: 'a:b' }, /name/],
      [{ tag: '-a' }, /tag/],
      [{ name: 1 }, /name/],
      [{ public: 'yes' }, /public/],
      [{ description: 'x'.repeat(5000) }, /description/],
      ['[]', /object/],
      ['{', /not JSON/],
    ]) {
      const answer = await raw('POST', `/sandbox/${sandbox.id}/snapshot`, { body });
      assert.deepEqual([answer.status, answer.json.code], [400, 'INVALID_ARGUMENT'], answer.content);
      assert.match(answer.json.message, message);
    }
    assert.equal((await client.listSnapshots({ sandboxId: sandbox.id })).total, 0);
  });
  const empty = await raw('POST', '/sandbox', { body: { snapshot: '' } });
  assert.deepEqual([empty.status, empty.json.code], [400, 'INVALID_ARGUMENT'], empty.content);
});

test('a snapshot can be taken of a running and of a paused sandbox', limit, async () => {
  await withSandbox({ files: [{ path: 'f', content: Buffer.from('1') }] }, async (sandbox) => {
    await sandbox.pause();
    const paused = await client.createSnapshot(sandbox.id, {});
    assert.equal(paused.fileCount, 1);
    await ok('POST', `/sandbox/${sandbox.id}/execute`, { command: sleeper() });
    const running = await client.createSnapshot(sandbox.id, {});
    assert.equal(running.fileCount, 1);
  });
});

test('2, 5: answers about snapshots have bodies and no null', limit, async () => {
  const nulls = (value) =>
    value === null || (typeof value === 'object' && Object.values(value).some(nulls));
  const { snapshotId } = await taken({ f: '1' }, {});
  for (const [method, path, body] of [
    ['PATCH', `/sandbox/snapshots/${snapshotId}`, { tag: null }],
    ['GET', `/sandbox/snapshots/${snapshotId}`],
    ['GET', '/sandbox/snapshots?limit=100'],
    ['GET', `/sandbox/snapshots/lineage?snapshot=${snapshotId}`],
    ['GET', '/sandbox/snapshots/public'],
    ['DELETE', `/sandbox/snapshots/${snapshotId}`],
  ]) {
    const answer = await raw(method, path, { body });
    assert.equal(answer.status, 200, answer.content);
    assert.equal(answer.json.success, true);
    assert.ok(!nulls(answer.json), answer.content);
  }
});
