// sandboxDownloadArchive, sandboxUploadArchive.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { APIClient } from '@agentuity/core/api';
import { sandboxDownloadArchive, sandboxUploadArchive } from '@agentuity/core/sandbox';
import { key, limit, text, thrown, url, withSandbox } from './support.mjs';

const quiet = Object.fromEntries(['trace', 'debug', 'info', 'warn', 'error'].map((level) => [level, () => {}]));
const low = new APIClient(url, quiet, key, { maxRetries: 0 });
const file = (path, content) => ({ path, content: Buffer.from(content) });

for (const format of ['tar.gz', 'zip', undefined]) {
  test(`a directory goes out and comes back (${format})`, limit, async () => {
    await withSandbox({}, async (sandbox) => {
      const sandboxId = sandbox.id;
      await sandbox.writeFiles([file('src/a.txt', 'a'), file('src/deep/ü.txt', 'ü')]);
      await sandbox.mkDir('src/empty');
      const stream = await sandboxDownloadArchive(low, { sandboxId, path: 'src', format });
      const archive = new Uint8Array(await new Response(stream).arrayBuffer());
      const sent = await sandboxUploadArchive(low, { sandboxId, archive, path: 'copy', format: format ?? '' });
      assert.equal(sent, undefined);
      assert.equal(await text(await sandbox.readFile('copy/deep/ü.txt')), 'ü');
      const entries = await sandbox.listFiles('copy');
      assert.deepEqual(entries.map((entry) => entry.path).sort(), ['a.txt', 'deep', 'empty']);
    });
  });
}

test('what is no archive says so', limit, async () => {
  await withSandbox({}, async (sandbox) => {
    const sandboxId = sandbox.id;
    const upload = sandboxUploadArchive(low, { sandboxId, archive: Buffer.from('hello') });
    const error = await thrown(upload);
    assert.equal(error._tag, 'SandboxResponseError');
    assert.match(error.message, /400 .*neither a tar\.gz nor a zip/);
    const missing = await thrown(sandboxDownloadArchive(low, { sandboxId, path: 'nowhere' }));
    assert.match(missing.message, /404 .*FILE_NOT_FOUND/);
  });
});
