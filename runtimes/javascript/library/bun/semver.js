// `Bun.semver`.
import * as packages from 'native:packages';

export const semver = {
  satisfies(version, range) {
    return packages.satisfies(String(version), String(range));
  },
  order(left, right) {
    const result = packages.compare(String(left), String(right));
    if (result === null || result === undefined) {
      const invalid = packages.compare(String(left), String(left)) === null ? left : right;
      throw new Error(`Invalid SemVer: ${invalid}\n`);
    }
    return Math.sign(result);
  },
};
