use super::commonjs_exports;

/// Source, names, re-exports.
type Case = (
    &'static str,
    &'static [&'static str],
    &'static [&'static str],
);

const CASES: &[Case] = &[
    (
        "exports.a = 1; exports['b'] = 2; exports.c",
        &["a", "b"],
        &[],
    ),
    (
        "module.exports.a = 1; module.exports['b-c'] = 2",
        &["a", "b-c"],
        &[],
    ),
    ("exports.a = exports.b = void 0", &["a", "b"], &[]),
    (
        "exports.a == 1; exports.b === 2; exports.c(); exports.d += 1",
        &[],
        &[],
    ),
    ("x.exports.a = 1; my.module.exports.b = 2", &[], &[]),
    (
        "(function (exports) { if (x) { exports.a = 1 } })(exports)",
        &["a"],
        &[],
    ),
    (
        "// exports.a = 1\n'exports.b = 1'; `exports.c = 1`; /exports.d = 1/",
        &[],
        &[],
    ),
    ("`${exports.a = 1}`", &["a"], &[]),
    (
        "Object.defineProperty(exports, '__esModule', { value: true })",
        &["__esModule"],
        &[],
    ),
    (
        "Object.defineProperty(exports, 'a', { enumerable: true, get: function () { return b.c } })",
        &["a"],
        &[],
    ),
    (
        "Object.defineProperty(module.exports, 'a', { enumerable: !0, get() { return b } })",
        &["a"],
        &[],
    ),
    (
        "Object.defineProperty(exports, 'a', { get() { return warn() } })",
        &[],
        &[],
    ),
    ("Object.defineProperty(other, 'a', { value: 1 })", &[], &[]),
    (
        "module.exports = { a, b: 1, 'c': f({ x: 1, y }), d() { return { z: 1 } }, [e]: 1, f }",
        &["a", "b", "c", "d", "f"],
        &[],
    ),
    (
        "module.exports = { get a() { return 1 }, async b() {}, get, async: 1 }",
        &["a", "b", "get", "async"],
        &[],
    ),
    (
        "module.exports = { a: `x${ {y: 1} },${z},`, b }",
        &["a", "b"],
        &[],
    ),
    (
        "module.exports = { a, ...require('d'), b }",
        &["a", "b"],
        &["d"],
    ),
    ("module.exports = { ...x, a }", &["a"], &[]),
    (
        "exports = module.exports = { a }; module.exports = exports = { b }",
        &["a", "b"],
        &[],
    ),
    ("module.exports = require('./x.js')", &[], &["./x.js"]),
    (
        "if (process.env.NODE_ENV === 'production') module.exports = require('./a.js'); \
         else module.exports = require('./b.js');",
        &[],
        &["./b.js"],
    ),
    ("module.exports = require('a')(b)", &[], &["a"]),
    (
        "0 && (module.exports = { a, b, ...require('c') })",
        &["a", "b"],
        &["c"],
    ),
    (
        "__exportStar(require('a'), exports); tslib_1.__exportStar(require(\"b\"), exports)",
        &[],
        &["a", "b"],
    ),
    (
        "function __export(m) { for (var p in m) exports[p] = m[p] } __export(require('./a'))",
        &[],
        &["./a"],
    ),
    (
        "var _a = require('a');\nObject.keys(_a).forEach(function (key) {\n\
         if (key === 'default' || key === '__esModule') return;\n\
         if (key in exports && exports[key] === _a[key]) return;\n\
         Object.defineProperty(exports, key, { enumerable: true, get: function () { return _a[key]; } });\n});",
        &[],
        &["a"],
    ),
    (
        "const _b = _interopRequireWildcard(require('b'));\nObject.keys(_b).forEach(function (k) {\n\
         if (k !== 'default' && !Object.prototype.hasOwnProperty.call(exports, k)) exports[k] = _b[k];\n});",
        &[],
        &["b"],
    ),
    (
        "var _a = require('a'); Object.keys(_a).forEach(k => console.log(k)); exports.z = 1",
        &["z"],
        &[],
    ),
    ("Object.assign(exports, { a, b })", &["a", "b"], &[]),
    ("exports['\\u0061\\x62\\n'] = 1", &["ab\n"], &[]),
    (
        "exports.default = f; function f() {} exports.default.x = 1",
        &["default"],
        &[],
    ),
    (
        "var x = a / 2; exports.b = 1 / 2; if (y) /'/.test(z); exports.c = 1",
        &["b", "c"],
        &[],
    ),
];

#[test]
fn finds_what_a_commonjs_file_exports() {
    for (source, names, reexports) in CASES {
        let found = commonjs_exports(source);
        assert_eq!(found.names, *names, "{source}");
        assert_eq!(found.reexports, *reexports, "{source}");
    }
}

#[test]
fn hostile_sources_end() {
    for source in [
        "module.exports = {",
        "exports[",
        "exports['a",
        "module.exports = { ...",
        "`${exports.",
        "Object.keys(exports",
    ] {
        let _ = commonjs_exports(source);
    }
}
