const validator = require('validator');

const checks = {
  isEmail: [['a@b.co', 'a@b', 'ä@b.de', '"q q"@x.org', 'a..b@c.de']], isURL: [['https://x.org/a?b#c', 'x.org', 'ftp://x', 'http://localhost', '//x.org', 'http://[::1]:80']],
  isIP: [['127.0.0.1', '256.1.1.1', '::1', 'fe80::1%eth0', '1.2.3']], isUUID: [['6f9619ff-8b86-4d01-b42d-00cf4fc964ff', '6f9619ff']], isCreditCard: [['4111111111111111', '4111111111111112', '5500-0000-0000-0004']],
  isISBN: [['978-3-16-148410-0', '316148410X', '123']], isIBAN: [['DE89370400440532013000', 'DE00370400440532013000']], isISO8601: [['2024-02-29T10:00Z', '2024-13-01', '2024-W09-4']], isJSON: [['{"a":1}', '{a:1}', '5']], isJWT: [['a.b.c', 'eyJhbGciOiJub25lIn0.eyJhIjoxfQ.x']],
  isFloat: [['1.5', '-.5e3', 'x', '']], isInt: [['12', '012', '1.0', '+5']], isDecimal: [['1.50', '.5', '1e5']], isHexColor: [['#fff', 'abc', '#ggg']], isBase64: [['YWJj', 'YWJ', 'YW==']], isMobilePhone: [['+4915112345678', '123']], isPostalCode: [['12345', 'abc'], 'DE'], isStrongPassword: [['Aa1!aaaa', 'weak']], isMACAddress: [['01:23:45:67:89:ab', '01-23']], isSemVer: [['1.2.3-a+b', '1.2']], isSlug: [['a-b_c', 'A b']], isLatLong: [['48.1,11.5', '91,0']], isMongoId: [['507f1f77bcf86cd799439011', 'x']], isFQDN: [['sub.example.com', 'localhost', '-x.com']], isAlpha: [['äbc', 'abc1'], 'de-DE'], isAscii: [['abc', 'é']], isFullWidth: [['ｆｏｏ', 'foo']], isSurrogatePair: [['😀', 'x']], isDataURI: [['data:text/plain;base64,YQ==', 'data:x']], isMD5: [['d41d8cd98f00b204e9800998ecf8427e', 'x']], isLocale: [['en_US', 'deutsch']], isVAT: [['DE123456789', '1'], 'DE'], isEAN: [['4006381333931', '4006381333932']], isDate: [['2024/02/29', '2023/02/29']], isCurrency: [['$1,234.50', '1.2.3']], isMimeType: [['text/html; charset=utf-8', 'x']], isRgbColor: [['rgb(1,2,3)', 'rgb(1,2)']], isTime: [['23:59', '24:00']],
};
for (const [name, [values, ...rest]] of Object.entries(checks)) console.log(name, values.map((value) => validator[name](value, ...rest)).join(' '));
console.log(validator.normalizeEmail('Some.Name+tag@GMail.com'), validator.escape('<a href="x">\'&/`'), validator.unescape('&lt;&#x2F;&gt;'), validator.trim('..x..', '.'), validator.stripLow('a\u0007b\n', true), validator.whitelist('abc123', 'a-c'), validator.blacklist('abc', 'b'));
console.log(validator.toBoolean('1'), validator.toBoolean('yes', true), validator.toInt('ff', 16), validator.toFloat('1.5x'), validator.toDate('never'), validator.equals('a', 'a'), validator.contains('Abc', 'aB', { ignoreCase: true }), validator.matches('abc', /^a/), validator.isLength('😀b', { min: 2, max: 2 }), validator.isByteLength('é', { max: 1 }), validator.isIn('a', ['a', 'b']), validator.isAfter('2024-01-02', '2024-01-01'), validator.isDivisibleBy('10', 5));
console.log(validator.isURL('http://x.internal:99999'), validator.isEmail('Name <a@b.co>', { allow_display_name: true }), validator.isInt('5', { min: 6 }), validator.isStrongPassword('aB3!', { returnScore: true }), validator.isIdentityCard('12345678Z', 'ES'));
try {
  validator.isEmail(5);
} catch (error) {
  console.log(error.name, error.message);
}
