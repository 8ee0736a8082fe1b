// The examples of the API document with JavaScript and TypeScript, word for word but for three things:
// types are left out where an example annotates its own code, `logger` and `process` are ones whose
// output is looked at, and an id that the document makes up is one that exists.
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { test } from 'node:test';
import { SandboxClient } from '@agentuity/core/sandbox';
import { Hono } from 'hono';
import { eventually, key, sink, text, unique, url } from './support.mjs';

const runtime = 'bun:1';

// Packages are installed in some of them, from a registry that may be far away.
const limit = { timeout: 180_000 };

// What the examples' `new SandboxClient()` goes by.
process.env.AGENTUITY_SDK_KEY = key;
process.env.AGENTUITY_SANDBOX_URL = url;

// What the examples log with; each call is kept, to be looked at.
function logging() {
  const calls = [];
  return { calls, info: (message, fields) => calls.push([message, fields]) };
}

const output = async (execution) => text((await fetch(execution.stdoutStreamUrl)).body);
const errors = async (execution) => text((await fetch(execution.stderrStreamUrl)).body);

// A sandbox for examples that begin with one.
async function withBun(options, body) {
  const client = new SandboxClient();
  const sandbox = await client.create({ runtime, ...options });
  try {
    await body(sandbox, client);
  } finally {
    await sandbox.destroy();
  }
}

// Waits until the program of a job is there, or has failed.
const begun = (job) => eventually('a job has begun', async () => (await job.get()).status !== 'pending');

// Where the server has no npm registry, nothing can be installed.
const installs = process.env.BELLJAR_NO_REGISTRY ? { ...limit, skip: 'no npm registry' } : limit;

test('the runtime catalog', limit, async () => {
  const logger = logging();
  const client = new SandboxClient();
  const { runtimes } = await client.listRuntimes({ limit: 50 });

  logger.info('sandbox runtimes', {
    names: runtimes.map((runtime) => runtime.name),
  });

  const [[, { names }]] = logger.calls;
  for (const name of ['bun:1', 'node:24', 'python:3.14']) assert.ok(names.includes(name), names.join());
});

test('write files before running', limit, async () => {
  const logger = logging();
  const client = new SandboxClient();

  const result = await client.run({
    runtime: 'bun:1',
    command: {
      exec: ['bun', 'run', 'index.ts'],
      files: [
        {
          path: 'index.ts',
          content: Buffer.from('process.stdout.write("hello from TypeScript")'),
        },
        {
          path: 'data.json',
          content: Buffer.from(JSON.stringify({ items: [1, 2, 3] })),
        },
      ],
    },
  });

  logger.info('sandbox output', { stdout: result.stdout });

  assert.deepEqual(logger.calls, [['sandbox output', { stdout: 'hello from TypeScript' }]]);
  assert.equal(result.exitCode, 0);
});

test('stream output', limit, async () => {
  const logger = logging();
  const [out, err] = [await sink(), await sink()];
  const process = { stdout: out.writable, stderr: err.writable };
  const client = new SandboxClient();

  const result = await client.run(
    {
      runtime: 'bun:1',
      command: { exec: ['bun', '-e', 'process.stderr.write("err"); process.stdout.write("out")'] },
    },
    {
      stdout: process.stdout,
      stderr: process.stderr,
    }
  );

  logger.info('sandbox run finished', { exitCode: result.exitCode });

  assert.deepEqual(logger.calls, [['sandbox run finished', { exitCode: 0 }]]);
  assert.deepEqual([out.text(), err.text()], ['out', 'err']);
});

test('interactive sandboxes', installs, async () => {
  const logger = logging();
  const client = new SandboxClient();
  const sandbox = await client.create({
    runtime: 'bun:1',
    resources: { memory: '1Gi', cpu: '1000m' },
    network: { enabled: true },
    timeout: { idle: '10m', execution: '2m' },
  });

  try {
    await sandbox.execute({ command: ['bun', 'init', '-y'] });
    await sandbox.execute({ command: ['bun', 'add', 'zod'] });

    await sandbox.writeFiles([
      {
        path: 'index.ts',
        content: Buffer.from(`
        import { z } from 'zod';
 
        const schema = z.object({ name: z.string() });
        process.stdout.write(schema.parse({ name: 'Ada' }).name);
      `),
      },
    ]);

    const execution = await sandbox.execute({
      command: ['bun', 'run', 'index.ts'],
    });

    logger.info('sandbox execution finished', {
      executionId: execution.executionId,
      exitCode: execution.exitCode,
    });

    assert.equal(execution.exitCode, 0, await errors(execution));
    assert.equal(await output(execution), 'Ada');
    const project = JSON.parse(await text(await sandbox.readFile('package.json')));
    assert.match(project.dependencies.zod, /^\^\d+\.\d+\.\d+/);
    assert.equal(project.type, 'module');
    const files = (await sandbox.listFiles()).map((file) => file.path);
    for (const file of ['.gitignore', 'README.md', 'bun.lock', 'node_modules', 'tsconfig.json']) {
      assert.ok(files.includes(file), `${file} is not among ${files.join()}`);
    }
  } finally {
    await sandbox.destroy();
  }
  const [[message, fields]] = logger.calls;
  assert.deepEqual([message, fields.exitCode], ['sandbox execution finished', 0]);
  assert.match(fields.executionId, /^exec_/);
});

test('file operations', limit, async () => {
  const logger = logging();
  const client = new SandboxClient();
  const sandbox = await client.create({ runtime: 'bun:1' });

  try {
    await sandbox.mkDir('src', true);

    const filesWritten = await sandbox.writeFiles([
      { path: 'src/index.ts', content: Buffer.from('process.stdout.write("ok")') },
    ]);

    const files = await sandbox.listFiles('src');
    const stream = await sandbox.readFile('src/index.ts');
    const source = await readText(stream);

    logger.info('sandbox files', { filesWritten, files, source });

    assert.equal(await output(await sandbox.execute({ command: ['bun', 'src/index.ts'] })), 'ok');
    // The second example goes on with the same sandbox.
    {
      const removedFile = await sandbox.rmFile('src/index.ts');
      const removedDir = await sandbox.rmDir('src', true);

      logger.info('sandbox files removed', {
        fileExisted: removedFile.found,
        dirExisted: removedDir.found,
      });
    }
  } finally {
    await sandbox.destroy();
  }

  async function readText(stream) {
    const reader = stream.getReader();
    const decoder = new TextDecoder();
    let output = '';

    while (true) {
      const { done, value } = await reader.read();
      if (done) break;
      output += decoder.decode(value, { stream: true });
    }

    return output + decoder.decode();
  }

  const [[, { filesWritten, files, source }], removed] = logger.calls;
  assert.deepEqual([filesWritten, source], [1, 'process.stdout.write("ok")']);
  assert.deepEqual(files.map((file) => [file.path, file.size, file.isDir]), [['index.ts', 26, false]]);
  assert.deepEqual(removed, ['sandbox files removed', { fileExisted: true, dirExisted: true }]);
});

test('reading execution output', limit, async () => {
  const logger = logging();
  await withBun({}, async (sandbox) => {
    const execution = await sandbox.execute({
      command: ['bun', '-e', 'process.stdout.write("build output")'],
    });

    const stdout = execution.stdoutStreamUrl
      ? await readOutputUrl(execution.stdoutStreamUrl)
      : '';

    logger.info('sandbox output fetched', {
      exitCode: execution.exitCode,
      stdout,
    });

    async function readOutputUrl(url) {
      const response = await fetch(url);

      if (!response.ok || !response.body) {
        throw new Error(`Unable to read sandbox output: ${response.status}`);
      }

      const reader = response.body.getReader();
      const decoder = new TextDecoder();
      let output = '';

      while (true) {
        const { done, value } = await reader.read();
        if (done) break;
        output += decoder.decode(value, { stream: true });
      }

      return output + decoder.decode();
    }
  });
  assert.deepEqual(logger.calls, [['sandbox output fetched', { exitCode: 0, stdout: 'build output' }]]);
});

test('streaming execution output', limit, async () => {
  const logger = logging();
  const [out, err] = [await sink(), await sink()];
  const process = { stdout: out.writable, stderr: err.writable };
  const client = new SandboxClient();
  const sandbox = await client.create({ runtime: 'bun:1' });

  try {
    const execution = await sandbox.execute({
      command: ['bun', '-e', 'process.stdout.write("line 1"); process.stderr.write("err 1")'],
      pipe: {
        stdout: process.stdout,
        stderr: process.stderr,
      },
    });

    logger.info('sandbox execution finished', { exitCode: execution.exitCode });
  } finally {
    await sandbox.destroy();
  }

  assert.deepEqual(logger.calls, [['sandbox execution finished', { exitCode: 0 }]]);
  assert.deepEqual([out.text(), err.text()], ['line 1', 'err 1']);
});

test('environment variables', limit, async () => {
  const logger = logging();
  const client = new SandboxClient();
  const result = await client.run({
    runtime: 'bun:1',
    command: { exec: ['bun', '-e', 'process.stdout.write(process.env.API_URL ?? "")'] },
    env: {
      API_URL: 'https://api.example.com',
    },
  });

  logger.info('sandbox env output', { stdout: result.stdout });

  await withBun({}, async (sandbox) => {
    const updated = await sandbox.setEnv({
      API_URL: 'https://api.example.com',
      DEBUG: 'true',
    });

    await sandbox.setEnv({
      DEBUG: null,
    });

    logger.info('sandbox env updated', { apiUrl: updated.API_URL });

    const code = 'console.log(process.env.API_URL, process.env.DEBUG, Bun.env.API_URL)';
    const execution = await sandbox.execute({ command: ['bun', '-e', code] });
    assert.equal(await output(execution), 'https://api.example.com undefined https://api.example.com\n');
  });
  assert.deepEqual(logger.calls, [
    ['sandbox env output', { stdout: 'https://api.example.com' }],
    ['sandbox env updated', { apiUrl: 'https://api.example.com' }],
  ]);
});

test('exposing ports', limit, async () => {
  const logger = logging();
  const client = new SandboxClient();
  const sandbox = await client.create({
    runtime: 'bun:1',
    network: {
      enabled: true,
      port: 3000,
    },
  });

  try {
    await sandbox.writeFiles([
      {
        path: 'server.ts',
        content: Buffer.from(`
        Bun.serve({
          port: 3000,
          fetch: () => new Response('ok'),
        });
      `),
      },
    ]);

    await client.createJob(sandbox.id, {
      command: ['bun', 'run', 'server.ts'],
    });

    const info = await sandbox.get();
    logger.info('sandbox exposed url', { url: info.url });

    // From the inside, where it is reached whether it is exposed or not.
    const code = 'const r = await fetch("http://localhost:3000/"); console.log(r.status, await r.text())';
    const answered = await eventually('the server answers', async () => {
      const execution = await sandbox.execute({ command: ['bun', '-e', code] });
      return execution.exitCode === 0 && output(execution);
    });
    assert.equal(answered, '200 ok\n');
    if (info.url !== undefined) assert.equal(await text((await fetch(info.url)).body), 'ok');
  } finally {
    await sandbox.destroy();
  }
  assert.equal(logger.calls.length, 1);
});

test('project association', limit, async () => {
  const logger = logging();
  const client = new SandboxClient();
  // Others may use the document's id at the same time.
  const proj_abc123 = unique('proj');

  const sandbox = await client.create({
    runtime: 'bun:1',
    projectId: proj_abc123,
  });

  try {
    const { sandboxes } = await client.list({
      projectId: proj_abc123,
      limit: 10,
    });

    logger.info('project sandboxes', {
      sandboxIds: sandboxes.map((item) => item.sandboxId),
    });
  } finally {
    await sandbox.destroy();
  }
  assert.deepEqual(logger.calls, [['project sandboxes', { sandboxIds: [sandbox.id] }]]);
});

test('cancelling commands', limit, async () => {
  const logger = logging();
  await withBun({}, async (sandbox) => {
    const controller = new AbortController();
    const timeout = setTimeout(() => controller.abort(), 5_000);

    try {
      const execution = await sandbox.execute({
        command: ['sh', '-c', 'sleep 60'],
        signal: controller.signal,
      });

      logger.info('sandbox execution status', { status: execution.status });
    } catch (error) {
      if (error instanceof DOMException && error.name === 'AbortError') {
        logger.info('sandbox execution cancelled');
      } else {
        throw error;
      }
    } finally {
      clearTimeout(timeout);
    }
  });
  assert.deepEqual(logger.calls, [['sandbox execution cancelled', undefined]]);
});

test('sandbox management', limit, async () => {
  const logger = logging();
  const client = new SandboxClient();
  const { id: sbx_abc123 } = await client.create({ runtime, files: [{ path: 'a.ts', content: Buffer.from('1') }] });
  await eventually('it is idle', async () => (await client.get(sbx_abc123)).status === 'idle');
  {
    const { sandboxes, total } = await client.list({
      status: 'idle',
      limit: 10,
      offset: 0,
    });

    logger.info('sandbox page', { total });

    for (const info of sandboxes) {
      logger.info('sandbox', {
        sandboxId: info.sandboxId,
        status: info.status,
        executions: info.executions,
      });
    }
    const [[, page], ...shown] = logger.calls.splice(0);
    assert.ok(page.total >= 1 && shown.length >= 1 && shown.length <= 10);
    assert.ok(shown.every(([, { status }]) => status === 'idle'));
  }
  const info = await client.get(sbx_abc123);
  logger.info('sandbox info', { status: info.status, createdAt: info.createdAt });

  const existing = await client.connect(sbx_abc123);
  const files = await existing.listFiles();
  logger.info('sandbox files', { files: files.map((file) => file.path) });

  await existing.destroy();

  const [[, { status, createdAt }], [, { files: paths }]] = logger.calls;
  assert.equal(status, 'idle');
  assert.ok(Date.parse(createdAt) <= Date.now());
  assert.deepEqual(paths, ['a.ts']);
});

test('background jobs', limit, async () => {
  const logger = logging();
  const client = new SandboxClient();
  const sandbox = await client.create({ runtime: 'bun:1' });

  try {
    const job = await client.createJob(sandbox.id, {
      command: ['sh', '-c', 'sleep 30 && echo done'],
    });
    await begun(job);

    const current = await job.get();
    logger.info('sandbox job status', { status: current.status });

    const { jobs } = await client.listJobs(sandbox.id, 10);
    logger.info('sandbox jobs', { jobIds: jobs.map((item) => item.jobId) });

    await job.stop();

    assert.deepEqual(logger.calls, [
      ['sandbox job status', { status: 'running' }],
      ['sandbox jobs', { jobIds: [job.id] }],
    ]);
    assert.equal((await job.get()).status, 'cancelled');
  } finally {
    await sandbox.destroy();
  }
});

test('pause, resume, and a script of the project', limit, async () => {
  const logger = logging();
  const files = [
    { path: 'package.json', content: Buffer.from('{ "scripts": { "test": "echo \\"tested $WHAT\\"" } }') },
  ];
  await withBun({ files, env: { WHAT: 'it' } }, async (sandbox) => {
    await sandbox.pause();
    await sandbox.resume();

    const execution = await sandbox.execute({
      command: ['bun', 'run', 'test'],
    });

    logger.info('sandbox execution finished', { autoResumed: execution.autoResumed });

    assert.equal(execution.exitCode, 0, await errors(execution));
    assert.equal(await output(execution), 'tested it\n');
    // The client's own instance leaves this out; what the server said is in the execution tests.
    assert.deepEqual(logger.calls, [['sandbox execution finished', { autoResumed: undefined }]]);
  });
});

test('a paused timeout', limit, async () => {
  const logger = logging();
  const client = new SandboxClient();
  const sandbox = await client.create({
    runtime: 'bun:1',
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
  assert.match(logger.calls[0][1].terminatesAt, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
});

test('disk checkpoints around an installation', installs, async () => {
  const logger = logging();
  await withBun({ network: { enabled: true } }, async (sandbox, client) => {
    const checkpoint = await client.createDiskCheckpoint(sandbox.id, 'before-upgrade');

    const added = await sandbox.execute({ command: ['bun', 'add', 'typescript'] });
    assert.equal(added.exitCode, 0, await errors(added));
    const { version } = JSON.parse(await text(await sandbox.readFile('node_modules/typescript/package.json')));
    assert.match(version, /^\d+\.\d+\.\d+$/);
    await checkpoint.restore();

    const checkpoints = await client.listDiskCheckpoints(sandbox.id);
    logger.info('sandbox checkpoints', { names: checkpoints.map((item) => item.name) });

    await checkpoint.delete();

    assert.deepEqual(await sandbox.listFiles(), []);
  });
  assert.deepEqual(logger.calls, [['sandbox checkpoints', { names: ['before-upgrade'] }]]);
});

test('snapshots', installs, async () => {
  const logger = logging();
  const client = new SandboxClient();
  const sandbox = await client.create({
    runtime: 'bun:1',
    network: { enabled: true },
  });

  try {
    await sandbox.execute({ command: ['bun', 'init', '-y'] });
    await sandbox.execute({ command: ['bun', 'add', 'zod'] });

    // Other examples make snapshots of the document's name, too.
    const name = unique('bun-zod');
    const snapshot = await client.createSnapshot(sandbox.id, {
      name,
      tag: name,
      description: 'Bun project with Zod installed',
    });

    logger.info('snapshot created', { snapshotId: snapshot.snapshotId });
  } finally {
    await sandbox.destroy();
  }
  const [[, { snapshotId }]] = logger.calls;
  const { tag } = await client.getSnapshot(snapshotId);

  const next = await client.create({
    snapshot: tag,
    resources: { memory: '512Mi' },
  });

  const code = 'import { z } from "zod"; console.log(z.string().parse("from the snapshot"))';
  const execution = await next.execute({ command: ['bun', '-e', code] });
  assert.equal(execution.exitCode, 0, await errors(execution));
  assert.equal(await output(execution), 'from the snapshot\n');
  await next.destroy();
  await client.deleteSnapshot(snapshotId);
});

test('events', limit, async () => {
  const logger = logging();
  await withBun({}, async (sandbox, client) => {
    await sandbox.pause();
    await sandbox.resume();
    const { events } = await client.listEvents(sandbox.id, {
      limit: 50,
      direction: 'asc',
    });

    for (const event of events) {
      logger.info('sandbox event', { type: event.type, createdAt: event.createdAt });
    }
  });
  const types = logger.calls.map(([, { type }]) => type);
  assert.ok(types.length >= 3, types.join());
  const times = logger.calls.map(([, { createdAt }]) => Date.parse(createdAt));
  assert.deepEqual(times, times.toSorted?.((a, b) => a - b) ?? [...times].sort((a, b) => a - b));
});

test('scopes', limit, async () => {
  const client = new SandboxClient();
  const sandbox = await client.create({
    runtime: 'bun:1',
    scopes: ['services:read', 'services:write'],
  });
  assert.equal((await sandbox.get()).runtime.name, 'bun:1');
  await sandbox.destroy();
});

// Not published: what it does for sandboxes is to make the client once, and to hand it to all handlers.
function agentuity() {
  const client = new SandboxClient();
  return async (c, next) => {
    c.set('sandbox', client);
    await next();
  };
}

test('a Hono app', limit, async () => {
  const app = new Hono();

  app.use('*', agentuity());

  app.post('/execute', async (c) => {
    const result = await c.var.sandbox.run({
      runtime: 'bun:1',
      command: { exec: ['bun', '-e', 'process.stdout.write("ok")'] },
    });

    return c.json(result);
  });

  const response = await app.request('/execute', { method: 'POST' });
  assert.equal(response.status, 200);
  const { exitCode, stdout, sandboxId } = await response.json();
  assert.deepEqual([exitCode, stdout], [0, 'ok']);
  assert.match(sandboxId, /^sbx_/);
});
