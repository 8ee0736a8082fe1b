// StreamStorageService: create, write, close, get, list, download, delete. And getServiceStats.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { APIClient, getServiceStats } from '@agentuity/core';
import { StreamStorageService } from '@agentuity/core/stream';
import { client, key, limit, raw, runtime, text, thrown, unique, url, withSandbox } from './support.mjs';

// What a runtime gives the service to send its requests with.
const adapter = {
  async invoke(target, { method, body, headers, contentType, binary, signal }) {
    const response = await fetch(target, {
      method,
      body,
      signal,
      headers: {
        authorization: `Bearer ${key}`,
        ...(contentType ? { 'content-type': contentType } : {}),
        ...headers,
      },
    });
    if (!response.ok) return { ok: false, data: undefined, response };
    return { ok: true, data: binary ? undefined : await response.json(), response };
  },
};
const streams = new StreamStorageService(`${url}/stream`, adapter);

test('a stream is written, read, described, listed and deleted', limit, async () => {
  const name = unique('log');
  const stream = await streams.create(name, { metadata: { day: name }, contentType: 'text/plain', compress: true });
  assert.match(stream.id, /^stream_/);
  // Blocks until something is written.
  const reader = stream.getReader().getReader();
  const first = reader.read();
  await stream.write('one ');
  assert.equal(Buffer.from((await first).value).toString(), 'one ');
  await stream.write(new Uint8Array(Buffer.from('two')));
  await stream.close();
  assert.equal(await text(await streams.download(stream.id)), 'one two');
  const info = await streams.get(stream.id);
  assert.deepEqual([info.namespace, info.metadata, info.sizeBytes], [name, { day: name }, 7]);
  assert.equal(new URL(info.url).pathname, `/stream/${stream.id}`);
  assert.ok(Date.parse(info.expiresAt) > Date.now());
  assert.equal((await fetch(info.url)).headers.get('content-type'), 'text/plain');
  const other = await streams.create(name, { ttl: null });
  assert.equal((await streams.get(other.id)).expiresAt, null);
  const all = await streams.list({ namespace: name, limit: 1, sort: 'created', direction: 'asc' });
  assert.deepEqual([all.total, all.streams.length], [2, 1]);
  assert.equal((await streams.list({ metadata: { day: name } })).total, 1);
  await streams.delete(other.id);
  await streams.delete(stream.id);
  const error = await thrown(streams.get(stream.id));
  assert.equal(error.statusCode ?? error.status, 404);
  assert.equal((await streams.list({ namespace: name })).total, 0);
});

test('a stream that was made takes the output of commands', limit, async () => {
  await withSandbox({}, async (sandbox) => {
    const stream = await streams.create(unique('output'));
    for (const word of ['one', 'two']) {
      const command = ['python3', '-c', `print("${word}")`];
      const { data } = (await raw('POST', `/sandbox/${sandbox.id}/execute`, { body: { command, stream: { stdout: stream.id } } })).json;
      await raw('GET', `/sandbox/execution/${data.executionId}?wait=30s`);
    }
    assert.equal(await text(await streams.download(stream.id)), 'one\ntwo\n');
    const error = await thrown(stream.write('late'));
    assert.equal(error.status, 409);
  });
});

test('a deleted sandbox counts in what was used', limit, async () => {
  const { orgId } = (await withSandbox({}, async (sandbox) => (await raw('GET', `/cli/sandbox/${sandbox.id}`)).json)).data;
  const quiet = Object.fromEntries(['trace', 'debug', 'info', 'warn', 'error'].map((level) => [level, () => {}]));
  const low = new APIClient(url, quiet, key, { maxRetries: 0 });
  const { sandbox } = (await getServiceStats(low, orgId, { service: 'sandbox', orgIdHeader: orgId })).services;
  for (const name of ['totalActive', 'running', 'idle', 'creating', 'totalExecutions', 'totalCpuTimeMs', 'totalMemoryByteSec', 'totalNetworkEgressBytes']) {
    assert.equal(typeof sandbox[name], 'number', name);
  }
  assert.equal((await raw('GET', '/services/stats/org_other')).status, 403);
});

test('dependencies say what to use instead', limit, async () => {
  const error = await thrown(client.create({ runtime, dependencies: ['git'] }));
  assert.equal(error.status, 400);
  assert.match(error.message, /packages/);
});
