// What all test files share: the server under test, a client for it, and small tools.
//
// BELLJAR_URL and BELLJAR_KEY say where the server is; the Rust test `sdk` sets them, and so can you
// for a server of your own (`belljar serve --dev --ready-file ready.json`).
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { SandboxClient } from '@agentuity/core/sandbox';

export const url = required('BELLJAR_URL').replace(/\/+$/, '');
export const key = required('BELLJAR_KEY');
export const runtime = 'python:3.14';

// Read by the client at the moment run() gets an input.
process.env.AGENTUITY_STREAM_URL = `${url}/stream`;

// No test may hang the run; guests start in milliseconds, so this is generous.
export const limit = { timeout: 60_000 };

function required(name) {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: start a server and say where it is`);
  return value;
}

export const client = new SandboxClient({ apiKey: key, url });

// A Python program as a command.
export const py = (code, ...args) => ['python3', '-c', code, ...args];

// A program that is there for as long as a test needs it.
export const sleeper = (seconds = 30) => py(`import time; time.sleep(${seconds})`);

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

// A name that no other test has.
export const unique = (prefix) => `${prefix}-${randomUUID()}`;

// All of a stream or response body as text.
export const text = (body) => new Response(body).text();

// Runs `body` with a fresh sandbox and destroys it whatever happens.
export async function withSandbox(options, body) {
  const sandbox = await client.create({ runtime, ...options });
  try {
    return await body(sandbox);
  } finally {
    await sandbox.destroy();
  }
}

// Calls `check` until it gives something true.
export async function eventually(what, check, ms = 10_000) {
  const end = Date.now() + ms;
  for (;;) {
    const value = await check();
    if (value) return value;
    if (Date.now() > end) assert.fail(`not within ${ms} ms: ${what}`);
    await sleep(50);
  }
}

// What a call throws.
export async function thrown(promise) {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  return assert.fail('nothing was thrown');
}

// A request as the client sends them, but with everything of the answer visible.
export async function raw(method, path, { body, headers, auth = true, signal } = {}) {
  const response = await fetch(`${url}${path}`, {
    method,
    headers: {
      'content-type': 'application/json',
      accept: 'application/json',
      ...(auth ? { authorization: `Bearer ${key}` } : {}),
      ...headers,
    },
    body: body === undefined || typeof body === 'string' ? body : JSON.stringify(body),
    signal,
  });
  const content = await response.text();
  let json;
  try {
    json = JSON.parse(content);
  } catch {
    json = undefined;
  }
  return { status: response.status, headers: response.headers, content, json };
}

// The same, for a call that must succeed; gives `data`.
export async function ok(method, path, body) {
  const answer = await raw(method, path, { body });
  assert.ok(answer.status >= 200 && answer.status < 300, `${method} ${path}: ${answer.content}`);
  assert.equal(answer.json?.success, true, answer.content);
  return answer.json.data;
}

// Collects what is written to it.
export async function sink() {
  const { Writable } = await import('node:stream');
  const chunks = [];
  const writable = new Writable({
    write(chunk, _encoding, done) {
      chunks.push(Buffer.from(chunk));
      done();
    },
  });
  return { writable, text: () => Buffer.concat(chunks).toString(), size: () => Buffer.concat(chunks).length };
}
