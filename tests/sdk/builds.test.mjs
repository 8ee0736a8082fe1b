// snapshotBuildInit, snapshotUpload, snapshotBuildFinalize.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { APIClient } from '@agentuity/core/api';
import {
  sandboxDownloadArchive, snapshotBuildFinalize, snapshotBuildInit, snapshotUpload,
} from '@agentuity/core/sandbox';
import { client, key, limit, text, thrown, url, withSandbox } from './support.mjs';

const quiet = Object.fromEntries(['trace', 'debug', 'info', 'warn', 'error'].map((level) => [level, () => {}]));
const low = new APIClient(url, quiet, key, { maxRetries: 0 });

test('a snapshot is built from an archive', limit, async () => {
  const content = Buffer.from('built\n');
  const archive = await withSandbox({}, async (sandbox) => {
    await sandbox.writeFiles([{ path: 'src/a.txt', content }]);
    const stream = await sandboxDownloadArchive(low, { sandboxId: sandbox.id, format: 'tar.gz' });
    return new Uint8Array(await new Response(stream).arrayBuffer());
  });
  const init = { runtime: 'python:3.14', name: `built-${Date.now()}`, contentHash: 'h', git: { branch: 'main' } };
  const { snapshotId } = await snapshotBuildInit(low, init);
  const sent = await snapshotUpload(low, { snapshotId, body: archive, contentLength: archive.byteLength });
  assert.equal(sent.success, true);
  const sha256 = createHash('sha256').update(content).digest('hex');
  const files = [{ path: 'src/a.txt', size: content.length, sha256, contentType: 'text/plain', mode: 0o644 }];
  const finalize = { snapshotId, sizeBytes: archive.byteLength, fileCount: 1, files, env: { FROM: 'snapshot' } };
  const made = await snapshotBuildFinalize(low, finalize);
  assert.deepEqual([made.snapshotId, made.name, made.tag], [snapshotId, init.name, 'latest']);
  const again = await snapshotBuildInit(low, init);
  assert.deepEqual([again.unchanged, again.existingId], [true, snapshotId]);
  await withSandbox({ runtime: undefined, snapshot: snapshotId }, async (sandbox) => {
    assert.equal(await text(await sandbox.readFile('src/a.txt')), 'built\n');
  });
  const refused = await thrown(snapshotBuildFinalize(low, finalize));
  assert.match(refused.message, /snapshot/);
  await client.deleteSnapshot(snapshotId);
});
