// writeFiles, readFile, listFiles, mkDir, rmFile, rmDir.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { client, limit, py, raw, text, thrown, withSandbox } from './support.mjs';

const file = (path, content) => ({ path, content: Buffer.from(content) });

test('write, list, read and remove', limit, async () => {
  await withSandbox({}, async (sandbox) => {
    assert.equal(await sandbox.mkDir('src', true), undefined);
    const written = await sandbox.writeFiles([file('src/a b.txt', 'ok'), file('src/deep/er/ü.txt', 'é')]);
    assert.equal(written, 2);
    const entries = await sandbox.listFiles('src');
    assert.deepEqual(entries.map((entry) => entry.path).sort(), ['a b.txt', 'deep']);
    const plain = entries.find((entry) => entry.path === 'a b.txt');
    assert.deepEqual([plain.size, plain.isDir], [2, false]);
    assert.match(plain.mode, /^0[0-7]{3}$/);
    assert.match(plain.modTime, /^\d{4}-\d\d-\d\dT/);
    assert.equal(entries.find((entry) => entry.path === 'deep').isDir, true);
    assert.equal(await text(await sandbox.readFile('src/a b.txt')), 'ok');
    assert.equal(await text(await sandbox.readFile('src/deep/er/ü.txt')), 'é');
    assert.deepEqual(await sandbox.rmFile('src/a b.txt'), { found: true });
    assert.deepEqual(await sandbox.rmFile('src/a b.txt'), { found: false });
    assert.deepEqual(await sandbox.rmDir('src', true), { found: true });
    assert.deepEqual(await sandbox.rmDir('src', true), { found: false });
  });
});

test('without a path the workspace is listed', limit, async () => {
  await withSandbox({}, async (sandbox) => {
    await sandbox.writeFiles([file('top.txt', 't')]);
    assert.ok((await sandbox.listFiles()).some((entry) => entry.path === 'top.txt'));
  });
});

test('the program and the API see the same files', limit, async () => {
  await withSandbox({}, async (sandbox) => {
    await sandbox.writeFiles([file('in.txt', 'from outside')]);
    const execution = await sandbox.execute({ command: py('open("out.txt", "w").write(open("in.txt").read().upper())') });
    assert.equal(execution.exitCode, 0);
    assert.equal(await text(await sandbox.readFile('out.txt')), 'FROM OUTSIDE');
    assert.equal(await text(await sandbox.readFile('/home/agentuity/out.txt')), 'FROM OUTSIDE');
  });
});

test('files can be written while a program runs', limit, async () => {
  await withSandbox({}, async (sandbox) => {
    const running = sandbox.execute({
      command: py('import os, time\nwhile not os.path.exists("go"): time.sleep(0.05)\nprint("went")'),
      timeout: '30s',
    });
    await new Promise((resolve) => setTimeout(resolve, 300));
    assert.equal(await sandbox.writeFiles([file('go', '')]), 1);
    assert.equal((await running).exitCode, 0);
  });
});

test('any bytes and no bytes', limit, async () => {
  await withSandbox({}, async (sandbox) => {
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
    await sandbox.writeFiles([{ path: 'all', content: bytes }, file('none', '')]);
    assert.deepEqual(Buffer.from(await new Response(await sandbox.readFile('all')).arrayBuffer()), bytes);
    assert.equal(await text(await sandbox.readFile('none')), '');
    const answer = await raw('GET', `/fs/${sandbox.id}?path=none`);
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get('content-length'), '0');
    const whole = await raw('GET', `/fs/${sandbox.id}?path=all`);
    assert.equal(whole.headers.get('content-type'), 'application/octet-stream');
    assert.equal(whole.headers.get('content-length'), '256');
  });
});

test('eight megabytes there and back', limit, async () => {
  await withSandbox({}, async (sandbox) => {
    const bytes = Buffer.alloc(8 * 1024 * 1024);
    for (let i = 0; i < bytes.length; i += 4) bytes.writeUInt32LE((i * 2654435761) >>> 0, i);
    assert.equal(await sandbox.writeFiles([{ path: 'big.bin', content: bytes }]), 1);
    const back = Buffer.from(await new Response(await sandbox.readFile('big.bin')).arrayBuffer());
    assert.ok(back.equals(bytes));
  });
});

test('a missing file is 404 with its name', limit, async () => {
  await withSandbox({}, async (sandbox) => {
    const error = await thrown(sandbox.readFile('missing.txt'));
    assert.equal(error._tag, 'SandboxResponseError');
    assert.match(error.message, /404/);
    const answer = await raw('GET', `/fs/${sandbox.id}?path=missing.txt`);
    assert.deepEqual([answer.status, answer.json.code], [404, 'FILE_NOT_FOUND']);
  });
});

test('directories: existing, not empty, missing parents', limit, async () => {
  await withSandbox({}, async (sandbox) => {
    await sandbox.mkDir('a/b', true);
    await sandbox.mkDir('a/b', true);
    assert.equal((await thrown(sandbox.mkDir('a', false))).status, 409);
    assert.equal((await thrown(sandbox.mkDir('x/y', false))).status, 404);
    assert.equal((await thrown(sandbox.rmDir('a', false))).status, 409);
    assert.deepEqual(await sandbox.rmDir('a/b', false), { found: true });
    assert.deepEqual(await sandbox.rmDir('a', false), { found: true });
  });
});

test('paths that leave the sandbox are refused', limit, async () => {
  await withSandbox({}, async (sandbox) => {
    for (const path of ['../../../../etc/passwd', '/../../etc/passwd', 'a/../../../../../etc/passwd']) {
      const answer = await raw('GET', `/fs/${sandbox.id}?path=${encodeURIComponent(path)}`);
      assert.ok([400, 404].includes(answer.status), `${path}: ${answer.status} ${answer.content}`);
      assert.ok(!answer.content.includes('root:'), path);
    }
    const error = await thrown(sandbox.writeFiles([file('a/\0b', 'x')]));
    assert.equal(error.status, 400);
  });
});

test('client.writeFiles and client.readFile work by id', limit, async () => {
  await withSandbox({}, async (sandbox) => {
    assert.equal(await client.writeFiles(sandbox.id, [file('by-id', 'x')]), 1);
    assert.equal(await text(await client.readFile(sandbox.id, 'by-id')), 'x');
  });
});
