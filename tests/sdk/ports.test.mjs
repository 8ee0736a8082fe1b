// The URL of an exposed port, with the server of the API document's example behind it.
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { test } from 'node:test';
import { client, eventually, limit, withSandbox } from './support.mjs';

const server = `
  Bun.serve({
    port: 3000,
    fetch: async (request) => {
      const { pathname } = new URL(request.url);
      return pathname === '/echo' ? new Response(await request.text(), { status: 201 }) : new Response('ok');
    },
  });
`;

test('info.url leads to the server in the sandbox, without a key', limit, async () => {
  await withSandbox({ runtime: 'bun:1', network: { port: 3000 } }, async (sandbox) => {
    const info = await sandbox.get();
    assert.match(info.identifier, /^port-[a-z0-9]+$/);
    assert.ok(info.url.includes(info.identifier), info.url);
    // Nothing listens yet.
    assert.equal((await fetch(info.url)).status, 502);
    await sandbox.writeFiles([{ path: 'server.ts', content: Buffer.from(server) }]);
    await client.createJob(sandbox.id, { command: ['bun', 'run', 'server.ts'] });
    const answer = await eventually('the server answers', async () => {
      const answer = await fetch(info.url);
      return answer.ok && answer;
    });
    assert.equal(await answer.text(), 'ok');
    const echo = await fetch(`${info.url}/echo`, { method: 'POST', body: 'said' });
    assert.deepEqual([echo.status, await echo.text()], [201, 'said']);
    const { sandboxes } = await client.list();
    assert.equal(sandboxes.find((one) => one.sandboxId === sandbox.id).url, info.url);
    await sandbox.destroy();
    assert.equal((await fetch(info.url)).status, 410);
  });
});

test('a sandbox without a port has no URL', limit, async () => {
  await withSandbox({ network: { enabled: true } }, async (sandbox) => {
    const info = await sandbox.get();
    assert.deepEqual([info.url, info.identifier], [undefined, undefined]);
  });
});
