// `expect.any(...)` and the others that stand for a value in a comparison.
import { equals, isAsymmetric, matches } from 'belljar:bun/test/equality';
import { format } from 'belljar:bun/test/format';

const MARK = Symbol.for('jest.asymmetricMatcher');

class Asymmetric {
  constructor(sample, inverse = false) {
    this.$$typeof = MARK;
    this.sample = sample;
    this.inverse = inverse;
  }

  asymmetricMatch(other) {
    return this.matches(other) !== this.inverse;
  }

  toString() {
    return this.constructor.name;
  }

  toAsymmetricMatcher() {
    return `${this.inverse ? 'Not' : ''}${this.constructor.name} ${format(this.sample)}`;
  }
}

class Anything extends Asymmetric {
  matches(other) {
    return other !== undefined && other !== null;
  }

  toAsymmetricMatcher() {
    return 'Anything';
  }
}

const PRIMITIVES = new Map([[String, 'string'], [Number, 'number'], [Boolean, 'boolean'], [BigInt, 'bigint'], [Symbol, 'symbol'], [Function, 'function']]);

class Any extends Asymmetric {
  constructor(sample) {
    if (typeof sample !== 'function') throw new TypeError('any() expects to be passed a constructor function. Please pass one or use anything() to match any object.');
    super(sample);
  }

  matches(other) {
    const type = PRIMITIVES.get(this.sample);
    if (type !== undefined && typeof other === type) return true;
    if (this.sample === Object) return typeof other === 'object';
    if (this.sample === Array) return Array.isArray(other);
    return other instanceof this.sample;
  }

  toAsymmetricMatcher() {
    return `Any<${this.sample.name}>`;
  }
}

class ObjectContaining extends Asymmetric {
  matches(other) {
    if (other === null || typeof other !== 'object') return false;
    return Reflect.ownKeys(this.sample).every((key) => key in other && (
      isAsymmetric(this.sample[key]) ? this.sample[key].asymmetricMatch(other[key]) : equals(other[key], this.sample[key]) || matches(other[key], this.sample[key])
    ));
  }
}

class ArrayContaining extends Asymmetric {
  matches(other) {
    return Array.isArray(other) && this.sample.every((item) => other.some((candidate) => equals(candidate, item)));
  }
}

class StringContaining extends Asymmetric {
  matches(other) {
    return typeof other === 'string' && other.includes(this.sample);
  }
}

class StringMatching extends Asymmetric {
  matches(other) {
    return typeof other === 'string' && new RegExp(this.sample).test(other);
  }

  toAsymmetricMatcher() {
    return `${this.inverse ? 'Not' : ''}StringMatching ${this.sample instanceof RegExp ? this.sample : JSON.stringify(this.sample)}`;
  }
}

class CloseTo extends Asymmetric {
  constructor(sample, precision = 2, inverse = false) {
    super(sample, inverse);
    this.precision = precision;
  }

  matches(other) {
    if (typeof other !== 'number') return false;
    if (!Number.isFinite(other)) return Object.is(other, this.sample);
    return Math.abs(this.sample - other) < 10 ** -this.precision / 2;
  }

  toAsymmetricMatcher() {
    return `NumberCloseTo ${this.sample} (${this.precision} digits)`;
  }
}

export const asymmetric = {
  any: (type) => new Any(type),
  anything: () => new Anything(),
  objectContaining: (sample) => new ObjectContaining(sample),
  arrayContaining: (sample) => new ArrayContaining(sample),
  stringContaining: (sample) => new StringContaining(sample),
  stringMatching: (sample) => new StringMatching(sample),
  closeTo: (sample, precision) => new CloseTo(sample, precision),
};

export const inverted = {
  objectContaining: (sample) => new ObjectContaining(sample, true),
  arrayContaining: (sample) => new ArrayContaining(sample, true),
  stringContaining: (sample) => new StringContaining(sample, true),
  stringMatching: (sample) => new StringMatching(sample, true),
  closeTo: (sample, precision) => new CloseTo(sample, precision, true),
};

// A matcher of `expect.extend`, as one of these.
export function customAsymmetric(name, matcher, context, inverse) {
  return (...samples) => ({
    $$typeof: MARK,
    asymmetricMatch(other) {
      const result = matcher.call({ ...context, isNot: inverse }, other, ...samples);
      return Boolean(result?.pass) !== inverse;
    },
    toString: () => name,
    toAsymmetricMatcher: () => `${inverse ? 'not.' : ''}${name}<${samples.map((sample) => format(sample)).join(', ')}>`,
  });
}
