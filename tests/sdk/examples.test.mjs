// The examples of the API document on pausing, checkpoints, snapshots and lineage, word for word but
// for what this version has not: the runtime is Python instead of Bun, commands are Python programs,
// and nothing is installed from a network.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SandboxClient } from '@agentuity/core/sandbox';
import { client, key, limit, py, runtime, text, thrown, url, withSandbox } from './support.mjs';

// What the examples log with; each call is kept, to be looked at.
function logging() {
  const calls = [];
  return { calls, info: (message, fields) => calls.push([message, fields]) };
}

const output = async (execution) => text((await fetch(execution.stdoutStreamUrl)).body);

test('pause and resume', limit, async () => {
  const logger = logging();
  const file = { path: 'test.py', content: Buffer.from('print(open("kept").read())') };
  await withSandbox({ files: [file, { path: 'kept', content: Buffer.from('kept') }] }, async (sandbox) => {
    await sandbox.pause();
    await sandbox.resume();

    const execution = await sandbox.execute({
      command: ['python3', 'test.py'],
    });

    logger.info('sandbox execution finished', { autoResumed: execution.autoResumed });

    assert.equal(execution.exitCode, 0);
    assert.equal(await output(execution), 'kept\n');
    // The client's own instance leaves this out; what the server said is in the execution tests.
    assert.deepEqual(logger.calls, [['sandbox execution finished', { autoResumed: undefined }]]);
  });
});

test('a paused timeout', limit, async () => {
  const logger = logging();
  process.env.AGENTUITY_SDK_KEY = key;
  process.env.AGENTUITY_SANDBOX_URL = url;
  const client = new SandboxClient();
  const sandbox = await client.create({
    runtime,
    timeout: {
      idle: '10m',
      // terminate the sandbox if it stays paused for more than 24 hours
      paused: '24h',
    },
  });

  try {
    const pauseResult = await sandbox.pause();
    // terminatesAt is set when a paused timeout is configured
    if (pauseResult.terminatesAt !== undefined) {
      logger.info('paused sandbox terminates at', {
        terminatesAt: pauseResult.terminatesAt,
      });
    }
  } finally {
    await sandbox.destroy();
  }
  assert.equal(logger.calls.length, 1);
  const [[, { terminatesAt }]] = logger.calls;
  assert.match(terminatesAt, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  const hours = (Date.parse(terminatesAt) - Date.now()) / 3_600_000;
  assert.ok(hours > 23.9 && hours <= 24.01, terminatesAt);
});

test('disk checkpoints', limit, async () => {
  const logger = logging();
  await withSandbox({}, async (sandbox) => {
    const checkpoint = await client.createDiskCheckpoint(sandbox.id, 'before-upgrade');

    await sandbox.execute({ command: py('open("typescript", "w").write("5")') });
    assert.equal((await sandbox.listFiles()).length, 1);
    await checkpoint.restore();

    const checkpoints = await client.listDiskCheckpoints(sandbox.id);
    logger.info('sandbox checkpoints', { names: checkpoints.map((item) => item.name) });

    await checkpoint.delete();

    assert.deepEqual(logger.calls, [['sandbox checkpoints', { names: ['before-upgrade'] }]]);
    assert.deepEqual(await sandbox.listFiles(), []);
    assert.deepEqual(await client.listDiskCheckpoints(sandbox.id), []);
  });
});

test('create a snapshot and use it, manage it, and see its lineage', limit, async () => {
  const logger = logging();
  const sandbox = await client.create({
    runtime,
  });

  try {
    await sandbox.execute({ command: py('import os; os.mkdir("node_modules")') });
    await sandbox.execute({ command: py('open("node_modules/zod", "w").write("4")') });

    const snapshot = await client.createSnapshot(sandbox.id, {
      name: 'bun-zod',
      tag: 'bun-zod',
      description: 'Bun project with Zod installed',
    });

    logger.info('snapshot created', { snapshotId: snapshot.snapshotId });
  } finally {
    await sandbox.destroy();
  }

  const next = await client.create({
    snapshot: 'bun-zod',
    resources: { memory: '512Mi' },
  });
  assert.equal(await text(await next.readFile('node_modules/zod')), '4');

  await next.destroy();

  const [[, { snapshotId: created }]] = logger.calls;
  assert.match(created, /^snp_/);
  await manage(created);
});

// The second and third example begin with an id.
async function manage(snp_xyz789) {
  const logger = logging();
  {
    const lineage = await client.getSnapshotLineage({ snapshot: snp_xyz789 });

    for (const entry of lineage.lineage) {
      logger.info('snapshot lineage entry', {
        snapshotId: entry.snapshotId,
        name: entry.name,
        createdAt: entry.createdAt,
      });
    }
    assert.deepEqual(logger.calls.map(([, entry]) => [entry.snapshotId, entry.name]), [[snp_xyz789, 'bun-zod']]);
  }
  const { snapshots } = await client.listSnapshots({ limit: 20 });
  const snapshot = await client.getSnapshot(snp_xyz789);

  await client.tagSnapshot(snapshot.snapshotId, 'v1.0');
  await client.tagSnapshot(snapshot.snapshotId, null);
  await client.deleteSnapshot(snapshot.snapshotId);

  logger.info('snapshots listed', { count: snapshots.length });

  assert.ok(snapshots.length >= 1);
  assert.equal((await thrown(client.getSnapshot(snp_xyz789))).status, 404);
}
