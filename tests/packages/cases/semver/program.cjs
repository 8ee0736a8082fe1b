const semver = require('semver');

const versions = ['1.2.3', '1.10.0', '1.2.3-beta.11', '1.2.3-beta.2', '1.2.3-alpha', '2.0.0-rc.1', '0.9.9', 'v1.2.4+build.5', '1.2'];
console.log(versions.filter(semver.valid).sort(semver.compare).join(' '));
console.log(semver.rsort(['1.0.0', '10.0.0', '9.9.9']).join(), semver.compareBuild('1.0.0+2', '1.0.0+10'));
for (const range of ['^1.2.3', '~1.2', '>=1 <2 || 3.x', '1.2.3 - 2', '*', '^0.0.3', '~>1', '>=1.2.3-beta.3', 'x.1', '<=2.0.0 !1', '']) {
  console.log(JSON.stringify(range), semver.validRange(range), versions.filter((one) => semver.valid(one) && semver.satisfies(one, range)).join(' '));
}
console.log(semver.maxSatisfying(versions.slice(0, 8), '^1.2'), semver.minSatisfying(['1.3.0', '1.2.9'], '^1'), semver.minVersion('>1.2.3-alpha <2').version);
for (const kind of ['major', 'minor', 'patch', 'premajor', 'preminor', 'prepatch', 'prerelease', 'release']) {
  console.log(kind, semver.inc('1.2.3-beta.4', kind, 'rc'));
}
console.log(semver.diff('1.2.3', '1.3.0-pre'), JSON.stringify(semver.prerelease('1.2.3-a.1.b')), semver.coerce('v3.4 replaces 3.3.1').version, semver.coerce('1.2.3.4', { rtl: true }).version);
console.log(semver.subset('^1.2.3', '^1.0.0'), semver.intersects('<1.5', '>=1.4'), semver.gtr('2.0.0', '^1'), semver.outside('1.0.0', '^2', '<'));
console.log(semver.simplifyRange(['1.0.0', '1.1.0', '1.2.0', '2.0.0'], '1.0.0 || 1.1.0 || 1.2.0'), semver.satisfies('1.3.0-a', '^1.2', { includePrerelease: true }), semver.parse('1.2.3-a+b').build.join(), semver.clean('  =v1.2.3  '));
try {
  new semver.SemVer('not.a.version');
} catch (error) {
  console.log(error.name, error.message);
}
