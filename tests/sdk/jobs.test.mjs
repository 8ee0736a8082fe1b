// createJob, getJob, listJobs, and a job's get and stop.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { client, eventually, limit, ok, py, runtime, sleeper, text, thrown, unique, withSandbox } from './support.mjs';

const ended = (job) =>
  eventually('a job has ended', async () => {
    const now = await job.get();
    return now.completedAt && now;
  });

const running = (job) => eventually('a job runs', async () => (await job.get()).status === 'running');

const output = async (url) => text((await fetch(url)).body);

test('a job goes on after it was answered, beside executions', limit, async () => {
  await withSandbox({ env: { A: '1' } }, async (sandbox) => {
    const code = 'import os, time\nprint(os.environ["A"], flush=True)\nwhile not os.path.exists("go"): time.sleep(0.01)\nprint("gone")';
    const job = await client.createJob(sandbox.id, { command: py(code) });
    assert.match(job.id, /^job_[A-Za-z0-9_]+$/);
    assert.equal(job.sandboxId, sandbox.id);
    assert.ok(['pending', 'running'].includes(job.status), job.status);
    await running(job);
    const now = await job.get();
    assert.deepEqual(now.command, py(code));
    assert.match(now.startedAt, /Z$/);
    assert.deepEqual([now.exitCode, now.completedAt, now.error], [undefined, undefined, undefined]);
    assert.equal((await sandbox.get()).status, 'idle');
    // Readable while it runs, to its end.
    const reading = output(now.stdoutStreamUrl);
    const execution = await sandbox.execute({ command: py('open("go", "w")') });
    assert.equal(execution.exitCode, 0);
    const after = await ended(job);
    assert.deepEqual([after.status, after.exitCode], ['completed', 0]);
    assert.equal(await reading, '1\ngone\n');
    assert.equal(await output(after.stdoutStreamUrl), '1\ngone\n');
    assert.equal(await output(after.stderrStreamUrl), '');
  });
});

test('getJob finds a job again, and listJobs has the newest first', limit, async () => {
  await withSandbox({}, async (sandbox) => {
    assert.deepEqual(await client.listJobs(sandbox.id), { jobs: [] });
    const ids = [];
    for (const code of [0, 1, 2]) {
      const job = await client.createJob(sandbox.id, { command: py(`exit(${code})`) });
      await ended(job);
      ids.unshift(job.id);
    }
    const { jobs } = await client.listJobs(sandbox.id, 10);
    assert.deepEqual(jobs.map((job) => job.jobId), ids);
    assert.deepEqual(jobs.map((job) => [job.status, job.exitCode]), [2, 1, 0].map((code) => ['completed', code]));
    assert.deepEqual((await client.listJobs(sandbox.id, 2)).jobs.map((job) => job.jobId), ids.slice(0, 2));
    const again = await client.getJob(sandbox.id, ids[0]);
    assert.deepEqual([again.id, again.status], [ids[0], 'completed']);
    assert.deepEqual(await again.get(), jobs[0]);
  });
});

test('stop ends a job as cancelled, and is harmless afterwards', limit, async () => {
  await withSandbox({}, async (sandbox) => {
    for (const [force, code] of [[undefined, 143], [true, 137]]) {
      const job = await client.createJob(sandbox.id, { command: sleeper() });
      await running(job);
      const stopped = await job.stop(force);
      assert.deepEqual([stopped.status, stopped.exitCode, stopped.error], ['cancelled', code, 'stopped']);
      assert.match(stopped.completedAt, /Z$/);
      assert.deepEqual(await job.stop(), stopped);
      assert.deepEqual(await job.get(), stopped);
    }
    const job = await client.createJob(sandbox.id, { command: py('1') });
    const over = await ended(job);
    assert.deepEqual(await job.stop(true), over);
  });
});

test('a job that cannot be started has failed and says why', limit, async () => {
  await withSandbox({}, async (sandbox) => {
    const job = await client.createJob(sandbox.id, { command: ['nothing-of-that-name'] });
    const failed = await ended(job);
    assert.deepEqual([failed.status, failed.exitCode], ['failed', 127]);
    assert.match(failed.error, /command not found/);
    assert.match(await output(failed.stderrStreamUrl), /command not found/);
  });
});

test('output of a job goes to the streams that are named', limit, async () => {
  await withSandbox({}, async (sandbox) => {
    const { url, key } = await import('./support.mjs');
    const made = await fetch(`${url}/stream`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ name: unique('out') }),
    });
    const { id } = await made.json();
    const streams = { stdout: id, stderr: 'ignore' };
    const job = await client.createJob(sandbox.id, { command: py('print("routed")'), streams });
    const after = await ended(job);
    assert.ok(after.stdoutStreamUrl.endsWith(id));
    assert.equal(after.stderrStreamUrl, undefined);
    assert.equal(await output(after.stdoutStreamUrl), 'routed\n');
  });
});

test('jobs end with their sandbox, and are events', limit, async () => {
  const sandbox = await client.create({ runtime });
  const job = await client.createJob(sandbox.id, { command: sleeper() });
  await running(job);
  await sandbox.destroy();
  const after = await job.get();
  assert.deepEqual([after.status, after.exitCode], ['cancelled', 137]);
  assert.equal((await client.listJobs(sandbox.id)).jobs.length, 1);
  const { events } = await client.listEvents(sandbox.id, { limit: 50, direction: 'asc' });
  const types = events.map((event) => event.type);
  const [started, completed] = ['job:started', 'job:completed'].map((type) => types.indexOf(type));
  assert.ok(started > 0 && started < completed && completed < types.indexOf('destroy'), `${types}`);
  assert.deepEqual([events[completed].event.jobId, events[completed].event.status], [job.id, 'cancelled']);
  assert.equal((await thrown(client.createJob(sandbox.id, { command: py('1') }))).status, 410);
});

test('pausing stops jobs, and a job resumes a paused sandbox', limit, async () => {
  await withSandbox({}, async (sandbox) => {
    const job = await client.createJob(sandbox.id, { command: sleeper() });
    await running(job);
    await sandbox.pause();
    const paused = await job.get();
    assert.deepEqual([paused.status, paused.error], ['cancelled', 'the sandbox was paused']);
    const next = await client.createJob(sandbox.id, { command: py('print(1)') });
    assert.equal((await ended(next)).status, 'completed');
    assert.equal((await sandbox.get()).status, 'idle');
  });
});

test('a job keeps a sandbox from being idle for too long', limit, async () => {
  const sandbox = await client.create({ runtime, timeout: { idle: '1s' } });
  const job = await client.createJob(sandbox.id, { command: sleeper(3) });
  const after = await ended(job);
  assert.equal(after.status, 'completed');
  const waiting = await ok('GET', `/sandbox/status/${sandbox.id}?waitForStatus=terminated&waitMs=20000`);
  assert.equal(waiting.status, 'terminated');
});

test('what is wrong with a job is said', limit, async () => {
  await withSandbox({}, async (sandbox) => {
    for (const [call, status, message] of [
      [() => client.createJob(sandbox.id, { command: [] }), 400, /command is empty/],
      [() => client.getJob(sandbox.id, 'job_0'), 404, /no job/],
      [() => client.createJob('sbx_0', { command: py('1') }), 404, /no sandbox/],
      [() => client.listJobs('sbx_0'), 404, /no sandbox/],
    ]) {
      const error = await thrown(call());
      assert.deepEqual([error._tag, error.status], ['APIErrorResponse', status], error.message);
      assert.match(error.message, message);
    }
  });
});

// Word for word from the API document, but for the runtime. Needs `sh` and `sleep` in the runtime.
test('needs sh: the example of background jobs', limit, async () => {
  const calls = [];
  const logger = { info: (message, fields) => calls.push([message, fields]) };
  const sandbox = await client.create({ runtime });

  try {
    const job = await client.createJob(sandbox.id, {
      command: ['sh', '-c', 'sleep 30 && echo done'],
    });

    await running(job);
    const current = await job.get();
    logger.info('sandbox job status', { status: current.status });

    const { jobs } = await client.listJobs(sandbox.id, 10);
    logger.info('sandbox jobs', { jobIds: jobs.map((item) => item.jobId) });

    const stopped = await job.stop();

    assert.deepEqual(calls, [
      ['sandbox job status', { status: 'running' }],
      ['sandbox jobs', { jobIds: [job.id] }],
    ]);
    assert.equal(stopped.status, 'cancelled');
    assert.equal(await output(stopped.stdoutStreamUrl), '');
  } finally {
    await sandbox.destroy();
  }
});
