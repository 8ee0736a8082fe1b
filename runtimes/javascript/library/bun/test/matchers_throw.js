// `toThrow` in its forms.
import { inspect } from 'belljar:bun/inspect';
import { equals, isAsymmetric } from 'belljar:bun/test/equality';

function messageOf(thrown) {
  if (thrown !== null && typeof thrown === 'object' && 'message' in thrown) return String(thrown.message);
  return typeof thrown === 'string' ? thrown : undefined;
}

// What happened when the received was called. A rejected value counts as thrown.
export function outcome(received, promised) {
  if (promised === 'rejects') return { threw: true, thrown: received };
  if (promised === 'resolves' && typeof received !== 'function') return { threw: false, value: received };
  if (typeof received !== 'function') throw new TypeError('Expected value must be a function');
  try {
    return { threw: false, value: received() };
  } catch (thrown) {
    return { threw: true, thrown };
  }
}

function receivedText(thrown) {
  const message = messageOf(thrown);
  return message === undefined ? `Received value: ${inspect(thrown)}` : `Received message: ${JSON.stringify(message)}`;
}

export function toThrow(received, ...rest) {
  const context = rest.at(-1);
  const wants = rest.length > 1 && rest[0] !== undefined;
  const expected = rest[0];
  const { threw, thrown, value } = outcome(received, context.promised);
  const nothing = threw ? undefined : `Received function did not throw\nReceived value: ${inspect(value)}`;
  if (!wants) {
    return {
      pass: threw,
      signature: '',
      detail: (negated) => {
        if (!negated) return nothing;
        return thrown instanceof Error ? `Error name: ${JSON.stringify(thrown.name)}\nError message: ${JSON.stringify(thrown.message)}` : `Thrown value: ${inspect(thrown)}`;
      },
    };
  }
  const message = messageOf(thrown);
  const result = (pass, words) => ({
    pass: threw && pass,
    signature: 'expected',
    detail: (negated) => `${negated ? words.replace(/: /, ': not ') : words}${threw ? '\n' : '\n\n'}${nothing ?? receivedText(thrown)}`,
  });
  if (typeof expected === 'string') return result(message?.includes(expected) === true, `Expected substring: ${JSON.stringify(expected)}`);
  if (expected instanceof RegExp) return result(message !== undefined && expected.test(message), `Expected pattern: ${expected}`);
  if (isAsymmetric(expected)) return result(Boolean(expected.asymmetricMatch(thrown)), `Expected value: ${inspect(expected)}`);
  if (typeof expected === 'function') {
    const pass = threw && thrown instanceof expected;
    return {
      pass,
      signature: 'expected',
      detail: (negated) => {
        const lines = [`Expected constructor: ${negated ? 'not ' : ''}${expected.name}`];
        if (!threw) return `${lines[0]}\n\n${nothing}`;
        if (!negated) lines.push(`Received constructor: ${thrown?.constructor?.name ?? inspect(thrown)}`);
        return `${lines.join('\n')}\n\n${receivedText(thrown)}`;
      },
    };
  }
  if (expected instanceof Error || (expected !== null && typeof expected === 'object' && typeof expected.message === 'string')) {
    return result(message === expected.message, `Expected message: ${JSON.stringify(expected.message)}`);
  }
  return result(equals(thrown, expected), `Expected value: ${inspect(expected)}`);
}
