// createDiskCheckpoint, listDiskCheckpoints, getDiskCheckpoint, restore, delete.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { client, limit, ok, py, raw, runtime, sleeper, text, thrown, withSandbox } from './support.mjs';

const nobody = 'sbx_00000000000000000000000000';

async function refused(call, status, message) {
  const error = await thrown(call());
  assert.deepEqual([error._tag, error.status], ['APIErrorResponse', status], error.message);
  assert.match(error.message, message);
}

const write = (sandbox, path, content) => sandbox.writeFiles([{ path, content: Buffer.from(content) }]);
const read = async (sandbox, path) => text(await sandbox.readFile(path));

test('a checkpoint has an id, a name, a time and the name of the one before', limit, async () => {
  await withSandbox({}, async (sandbox) => {
    const first = await client.createDiskCheckpoint(sandbox.id, 'first');
    assert.match(first.id, /^ckpt_[A-Za-z0-9_]+$/);
    assert.deepEqual([first.name, first.parent, first.sandboxId], ['first', '', sandbox.id]);
    assert.match(first.createdAt, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    const second = await client.createDiskCheckpoint(sandbox.id, 'the second: with spaces');
    assert.equal(second.parent, 'first');
    const listed = await client.listDiskCheckpoints(sandbox.id);
    assert.deepEqual(listed.map((one) => one.id), [first.id, second.id]);
    assert.deepEqual(listed[0], { id: first.id, name: 'first', createdAt: first.createdAt, parent: '' });
    const found = await client.getDiskCheckpoint(sandbox.id, second.id);
    assert.equal(found.name, 'the second: with spaces');
    const answer = await raw('POST', `/sandbox/${sandbox.id}/checkpoint`, { body: { name: 'third' } });
    assert.equal(answer.status, 201);
    assert.deepEqual(Object.keys(answer.json.data).sort(), ['createdAt', 'id', 'name', 'parent']);
  });
});

test('restore brings back what was changed, added and removed', limit, async () => {
  await withSandbox({}, async (sandbox) => {
    await write(sandbox, 'changed', 'old');
    await write(sandbox, 'removed/deep/f', 'was here');
    const checkpoint = await client.createDiskCheckpoint(sandbox.id, 'before');
    await sandbox.execute({
      command: py(
        'import shutil; open("changed", "w").write("new"); open("added", "w").close(); shutil.rmtree("removed")',
      ),
    });
    await client.createDiskCheckpoint(sandbox.id, 'after');
    assert.equal(await checkpoint.restore(), undefined);
    assert.equal(await read(sandbox, 'changed'), 'old');
    assert.equal(await read(sandbox, 'removed/deep/f'), 'was here');
    const names = (await sandbox.listFiles()).map((entry) => entry.path).sort();
    assert.deepEqual(names, ['changed', 'removed']);
    // And forward again, and the next one comes after the one that was restored.
    await (await client.getDiskCheckpoint(sandbox.id, (await client.listDiskCheckpoints(sandbox.id))[1].id)).restore();
    assert.equal(await read(sandbox, 'changed'), 'new');
    await checkpoint.restore();
    assert.equal((await client.createDiskCheckpoint(sandbox.id, 'branch')).parent, 'before');
    const seen = await sandbox.execute({ command: py('print(open("changed").read())') });
    assert.equal(await text((await fetch(seen.stdoutStreamUrl)).body), 'old\n');
  });
});

test('a name does where an id does', limit, async () => {
  await withSandbox({}, async (sandbox) => {
    await write(sandbox, 'f', '1');
    await client.createDiskCheckpoint(sandbox.id, 'a name, 50%');
    await write(sandbox, 'f', '2');
    const at = `/sandbox/${sandbox.id}/checkpoint/${encodeURIComponent('a name, 50%')}`;
    await ok('POST', `${at}/restore`);
    assert.equal(await read(sandbox, 'f'), '1');
    const deleted = await raw('DELETE', at);
    assert.deepEqual([deleted.status, deleted.json], [200, { success: true }]);
    assert.deepEqual(await client.listDiskCheckpoints(sandbox.id), []);
  });
});

test('a name is taken once, and free again when its checkpoint is deleted', limit, async () => {
  await withSandbox({}, async (sandbox) => {
    const checkpoint = await client.createDiskCheckpoint(sandbox.id, 'name');
    await refused(() => client.createDiskCheckpoint(sandbox.id, 'name'), 409, /"name" already/);
    assert.equal(await checkpoint.delete(), undefined);
    await client.createDiskCheckpoint(sandbox.id, 'name');
    await withSandbox({}, (other) => client.createDiskCheckpoint(other.id, 'name'));
  });
});

test('checkpoints survive a pause, and a paused sandbox keeps them', limit, async () => {
  await withSandbox({}, async (sandbox) => {
    await write(sandbox, 'f', '1');
    const checkpoint = await client.createDiskCheckpoint(sandbox.id, 'kept');
    await write(sandbox, 'f', '2');
    await sandbox.pause();
    await refused(() => client.createDiskCheckpoint(sandbox.id, 'no'), 409, /paused/);
    await refused(() => checkpoint.restore(), 409, /paused/);
    await refused(() => checkpoint.delete(), 409, /paused/);
    assert.equal((await client.listDiskCheckpoints(sandbox.id)).length, 1);
    await sandbox.resume();
    await checkpoint.restore();
    assert.equal(await read(sandbox, 'f'), '1');
  });
});

test('while a command runs a checkpoint can be made and not restored', limit, async () => {
  await withSandbox({}, async (sandbox) => {
    await ok('POST', `/sandbox/${sandbox.id}/execute`, { command: sleeper() });
    const checkpoint = await client.createDiskCheckpoint(sandbox.id, 'meanwhile');
    await refused(() => checkpoint.restore(), 409, /running/);
  });
});

test('unknown checkpoints and sandboxes are 404, ended ones 410', limit, async () => {
  await withSandbox({}, async (sandbox) => {
    const error = await thrown(client.getDiskCheckpoint(sandbox.id, 'ckpt_nothing'));
    assert.ok(error);
    for (const which of ['ckpt_nothing', 'no-such-name', encodeURIComponent('../..')]) {
      for (const [method, path] of [['POST', `${which}/restore`], ['DELETE', which]]) {
        const answer = await raw(method, `/sandbox/${sandbox.id}/checkpoint/${path}`);
        assert.deepEqual([answer.status, answer.json.code], [404, 'CHECKPOINT_NOT_FOUND'], answer.content);
      }
    }
    // One of another sandbox is not there.
    await withSandbox({}, async (other) => {
      const { id } = await client.createDiskCheckpoint(other.id, 'theirs');
      const answer = await raw('POST', `/sandbox/${sandbox.id}/checkpoint/${id}/restore`);
      assert.deepEqual([answer.status, answer.json.code], [404, 'CHECKPOINT_NOT_FOUND']);
    });
  });
  await refused(() => client.createDiskCheckpoint(nobody, 'n'), 404, /no sandbox/);
  await refused(() => client.listDiskCheckpoints(nobody), 404, /no sandbox/);
  const ended = await client.create({ runtime });
  await ended.destroy();
  await refused(() => client.createDiskCheckpoint(ended.id, 'n'), 410, /deleted|terminated/);
});

test('a name must be one', limit, async () => {
  await withSandbox({}, async (sandbox) => {
    for (const [body, message] of [
      [{}, /name/],
      [{ name: 1 }, /name/],
      [{ name: '' }, /name/],
      [{ name: 'a/b' }, /name/],
      [{ name: 'a\nb' }, /name/],
      [{ name: 'ckpt_1' }, /name/],
      [{ name: 'x'.repeat(129) }, /name/],
      ['{"name"', /not JSON/],
      ['[]', /object/],
    ]) {
      const answer = await raw('POST', `/sandbox/${sandbox.id}/checkpoint`, { body });
      assert.deepEqual([answer.status, answer.json.code], [400, 'INVALID_ARGUMENT'], answer.content);
      assert.match(answer.json.message, message);
    }
    assert.deepEqual(await client.listDiskCheckpoints(sandbox.id), []);
  });
});
