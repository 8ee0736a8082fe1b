// Runs a Python program with the published client and natively, in turn, and prints how many
// nanoseconds each took as JSON. Arguments: the server's URL, a key, the runtime, the native python3,
// how many rounds.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { SandboxClient } from '@agentuity/core/sandbox';

const [url, apiKey, runtime, python, rounds] = process.argv.slice(2);
const client = new SandboxClient({ apiKey, url });
const WARM_UP = 50;

async function run() {
  const { exitCode, stdout } = await client.run({
    runtime,
    command: { exec: ['python3', '-c', 'print(1)'] },
  });
  assert.deepEqual([exitCode, stdout], [0, '1\n']);
}

function native() {
  return new Promise((resolve, reject) => {
    const child = spawn(python, ['-c', 'print(1)'], { stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    child.stdout.setEncoding('utf8').on('data', (text) => (stdout += text));
    child.on('error', reject);
    // When both streams have ended as well.
    child.on('close', (code) => {
      try {
        assert.deepEqual([code, stdout], [0, '1\n']);
        resolve();
      } catch (error) {
        reject(error);
      }
    });
  });
}

async function timed(what) {
  const started = process.hrtime.bigint();
  await what();
  return Number(process.hrtime.bigint() - started);
}

for (let i = 0; i < WARM_UP; i++) {
  await run();
  await native();
}
const result = { run: [], native: [] };
for (let i = 0; i < Number(rounds); i++) {
  result.run.push(await timed(run));
  result.native.push(await timed(native));
}
console.log(JSON.stringify(result));
// Connections that are kept alive would keep it from ending for some seconds.
process.exit();
