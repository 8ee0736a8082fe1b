use crate::{Contexts, Format, Import, JsxRuntime, Language, Options, prepare};

fn options(language: Language) -> Options {
    Options::new("x", language)
}

/// What TypeScript becomes, as an ES module. Runs of spaces are one space: where text stands is
/// tested by `tests/programs.rs`.
fn ts(source: &str) -> String {
    let prepared = prepare(source, &options(Language::Ts));
    squeeze(
        &prepared
            .unwrap_or_else(|error| panic!("{source}: {error}"))
            .code,
    )
}

fn squeeze(code: &str) -> String {
    let lines = code
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    lines.collect::<Vec<_>>().join("\n")
}

/// Source and result.
const TYPESCRIPT: &[(&str, &str)] = &[
    ("let x: number = 1", "let x = 1"),
    (
        "let x = y as T, z = y!, w = <T>y, v = y satisfies T",
        "let x = y , z = y , w = y, v = y",
    ),
    (
        "f<T>(x); new C<T>(); g<T>`x`; h?.<T>(1)",
        "f (x); new C (); g `x`; h?. (1)",
    ),
    (
        "function f(this: T, a?: U, ...b: V[]): void {}",
        "function f( a , ...b ) {}",
    ),
    ("function f(this: T) {}", "function f( ) {}"),
    ("function f(): void; function f() {}", "function f() {}"),
    ("type A = 1; interface B {} declare const c: 1; x", "x"),
    ("x\ntype A = 1\n(y)", "x\n;\n(y)"),
    ("x as T\n[y]", "x;\n[y]"),
    ("x as T\ny", "x\ny"),
    ("(a: {\n}) => b", "(a\n) => b"),
    ("(a): {\n} => b", "(a\n) => b"),
    ("async <\nT>(a) => b", "async (\na) => b"),
    ("() => <T>{}", "() => ( {})"),
    (
        "class A { private x?: T; static readonly y: T = 1; abstract z; }",
        "class A { x ; static y = 1; ; }",
    ),
    (
        "abstract class A<T> extends B<U> implements C, D<E> {}",
        "class A extends B {}",
    ),
    (
        "class A { x = 1\npublic [y] = 2 }",
        "class A { x = 1\n; [y] = 2 }",
    ),
    (
        "class A { f(): void; f() {} [k: string]: T; get x(): T { return 1 } }",
        "class A { ; f() {} ; get x() { return 1 } }",
    ),
    (
        "class A { constructor(private x: T, y?: U) {} }",
        "class A { x; constructor( x , y ) {; this.x = x;} }",
    ),
    (
        "enum E { A, B = 2, C }",
        "var E; (function (E) { E[E[\"A\"] = 0] = \"A\"; E[E[\"B\"] = 2] = \"B\"; E[E[\"C\"] = 3] = \"C\"; })(E || (E = {}));",
    ),
    (
        "enum E { A = 'a' }",
        "var E; (function (E) { E[\"A\"] = 'a'; })(E || (E = {}));",
    ),
    ("declare enum E { A } export declare enum F { B }", ""),
    (
        "export enum E {}",
        "export var E; (function (E) {})(E || (E = {}));",
    ),
    ("namespace N { export type T = 1 }", ""),
    (
        "namespace N { export const a = 1 }",
        "var N; (function (N) { const a = 1; N.a = a; })(N || (N = {}));",
    ),
    ("export = x", "module.exports = x"),
    (
        "import x = require('x'); x()",
        "const x = require('x'); x()",
    ),
    ("import x = require('x')", ""),
    (
        "import type { A } from 'a'; import { B } from 'b'; import 'c'",
        "import 'c'",
    ),
    (
        "import a, { B, c } from 'a'; a(c)",
        "import a, { c } from 'a'; a(c)",
    ),
    (
        "import a, { B } from 'a'; B()",
        "import { B } from 'a'; B()",
    ),
    ("import a, * as B from 'a'; a()", "import a from 'a'; a()"),
    (
        "import { A } from 'a'; export { A }; export type { B } from 'b'",
        "import { A } from 'a'; export { A };",
    ),
    (
        "export { type A, b } from 'a'; export * from 'c'; export type * from 'd'",
        "export { b } from 'a'; export * from 'c';",
    ),
    ("interface A {} export { A }; export default A", ""),
    ("import { A } from 'a'; f((A: T) => A)", "f((A ) => A)"),
    ("#!/usr/bin/env bun\nlet x: T", "#!/usr/bin/env bun\nlet x"),
    ("let x = a < b, y = c > (d)", "let x = a < b, y = c > (d)"),
    ("for (const x of <T[]>y) {}", "for (const x of y) {}"),
    (
        "class A { declare x: T; override y = 1; accessor z = 2 }",
        "class A { ; y = 1; #_z = 2; get z() { return this.#_z; } set z(v) { this.#_z = v; } }",
    ),
];

#[test]
fn strips_and_rewrites_typescript() {
    let wrong: Vec<String> = TYPESCRIPT
        .iter()
        .map(|(source, expected)| (source, expected, ts(source)))
        .filter(|(_, expected, found)| *expected != found)
        .map(|(source, expected, found)| format!("{source}\n  {found:?}\n  {expected:?}"))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn line_ends_of_all_kinds_stay() {
    let source = "type A = {\r\n a: 1,\n b: 2;\u{2028}}\r\nlet x: {\n} = 1";
    let code = prepare(source, &options(Language::Ts))
        .unwrap()
        .code
        .into_owned();
    assert_eq!(code.replace(' ', ""), "\r\n\n\u{2028}\r\nletx\n=1");
}

fn jsx(source: &str, runtime: JsxRuntime) -> String {
    let mut options = options(Language::Tsx);
    options.jsx.runtime = runtime;
    options.format = Some(Format::Module);
    squeeze(
        &prepare(source, &options)
            .unwrap_or_else(|error| panic!("{source}: {error}"))
            .code,
    )
}

#[test]
fn rewrites_jsx() {
    let automatic = |source| jsx(source, JsxRuntime::Automatic);
    assert_eq!(
        automatic("x = <a b='1' {...c}>{d}</a>"),
        "import { jsx as _jsx } from \"react/jsx-runtime\"; x = _jsx(\"a\", { b:\"1\", ...c,children:(d),})"
    );
    assert_eq!(
        automatic("x = <A key={k}><b/>t</A>"),
        "import { jsxs as _jsxs, jsx as _jsx } from \"react/jsx-runtime\"; x = _jsxs(A, { children:[_jsx(\"b\", {}) ,\"t\",]}, (k))"
    );
    assert!(
        automatic("<a {...b} key='c'/>")
            .contains("createElement as _createElement } from \"react\"")
    );
    let classic = |source| jsx(source, JsxRuntime::Classic);
    assert_eq!(classic("x = <a/>"), "x = React.createElement(\"a\", null)");
    assert_eq!(
        classic("x = <><b c/>d</>"),
        "x = React.createElement(React.Fragment, null,React.createElement(\"b\", { c: true,}) ,\"d\",)"
    );
    assert_eq!(
        classic("import React from 'react'; <a/>"),
        "import React from 'react'; React.createElement(\"a\", null)"
    );
    assert_eq!(
        classic("/* @jsxRuntime automatic @jsxImportSource preact */ <a/>"),
        "import { jsx as _jsx } from \"preact/jsx-runtime\"; /* @jsxRuntime automatic @jsxImportSource preact */ _jsx(\"a\", {})"
    );
}

#[test]
fn commonjs_gets_its_helpers_by_require() {
    let mut options = options(Language::Jsx);
    options.format = Some(Format::CommonJs);
    let prepared = prepare("'use strict'\nmodule.exports = <_jsx/>", &options).unwrap();
    assert_eq!(
        squeeze(&prepared.code),
        "'use strict';const { jsx: _jsx$ } = require(\"react/jsx-runtime\");\nmodule.exports = _jsx$(_jsx, {})"
            .replace("_jsx$(_jsx,", "_jsx$(\"_jsx\",")
            .replace("\"_jsx\"", "_jsx"),
    );
}

#[test]
fn says_what_a_module_imports() {
    let source = "import a, { b as c, default as d } from 'x' with { type: 'json' };\n\
                  import * as e from 'y'; export { f } from 'z'; export * from 'w'; import 'v'";
    let prepared = prepare(source, &options(Language::Js)).unwrap();
    let import = |specifier: &str, names: &[&str], namespace| Import {
        specifier: specifier.to_owned(),
        names: names.iter().map(ToString::to_string).collect(),
        namespace,
        attributes: Vec::new(),
    };
    let mut first = import("x", &["default", "b", "default"], false);
    first.attributes = vec![("type".to_owned(), "json".to_owned())];
    assert_eq!(
        prepared.imports,
        [
            first,
            import("y", &[], true),
            import("z", &["f"], false),
            import("w", &[], true),
            import("v", &[], false)
        ]
    );
    assert_eq!(prepared.code, source);
}

#[test]
fn detects_the_format() {
    let format = |source, language| prepare(source, &options(language)).unwrap().format;
    for (source, expected) in [
        ("x", Format::CommonJs),
        ("return 1", Format::CommonJs),
        ("import('x'); exports.a = 1", Format::CommonJs),
        ("const await = 1", Format::CommonJs),
        ("await (1)", Format::Module),
        ("function await() {} await(1)", Format::CommonJs),
        ("async () => await x", Format::CommonJs),
        ("with (a) b", Format::CommonJs),
        ("import 'x'", Format::Module),
        ("export {}", Format::Module),
        ("import.meta.url", Format::Module),
        ("await x", Format::Module),
        ("for await (const x of y) ;", Format::Module),
        ("const x = await y; function f() {}", Format::Module),
    ] {
        assert_eq!(format(source, Language::Js), expected, "{source}");
        if source != "with (a) b" {
            assert_eq!(format(source, Language::Ts), expected, "{source}");
        }
    }
    assert_eq!(
        format("import type { A } from 'a'", Language::Ts),
        Format::Module
    );
    assert_eq!(
        format("import a = require('a')", Language::Ts),
        Format::CommonJs
    );
    assert_eq!(format("export = 1", Language::Ts), Format::CommonJs);
}

#[test]
fn reports_top_level_await_and_import_meta() {
    let facts = |source| {
        let prepared = prepare(source, &options(Language::Ts)).unwrap();
        (
            prepared.has_top_level_await,
            prepared.uses_import_meta,
            prepared.has_dynamic_import,
        )
    };
    assert_eq!(
        facts("export {}; async () => await x"),
        (false, false, false)
    );
    assert_eq!(facts("export {}; { await x }"), (true, false, false));
    assert_eq!(
        facts("export const x = [import.meta.url, import('y')]"),
        (false, true, true)
    );
}

#[test]
fn errors_have_a_place() {
    let error = prepare("let a = 1;\n  let é = (;\n", &options(Language::Ts)).unwrap_err();
    assert_eq!((error.line, error.column), (2, 12));
    assert_eq!(error.source_line, "  let é = (;");
    assert_eq!(error.message, "Unexpected token");
    let error = prepare("export const x = <a/>", &options(Language::Js)).unwrap_err();
    assert_eq!(error.line, 1);
    let error = prepare("export {}; export = 1", &options(Language::Ts)).unwrap_err();
    assert!(error.message.contains("export ="), "{}", error.message);
}

#[test]
fn plain_commonjs_is_given_back_unparsed() {
    let source = "exports.a = 1; this is not JavaScript";
    let prepared = prepare(source, &options(Language::Js)).unwrap();
    assert!(matches!(prepared.code, std::borrow::Cow::Borrowed(_)));
    assert_eq!(prepared.commonjs_exports().names, ["a"]);
}

#[test]
fn a_require_in_an_es_module_is_made() {
    let prepared = prepare(
        "import a = require('a'); export const b = a",
        &options(Language::Ts),
    )
    .unwrap();
    assert!(
        prepared
            .code
            .starts_with("import { createRequire as _createRequire } from \"node:module\";")
    );
    assert!(squeeze(&prepared.code).contains("const a = _require('a');"));
    assert_eq!(prepared.imports[0].specifier, "node:module");
}

#[test]
fn contexts_are_kept_around_await_where_they_are_wanted() {
    let mut options = options(Language::Js);
    options.contexts = Some(Contexts {
        capture: "c",
        restore: "r",
        iterate: "i",
    });
    for (source, code) in [
        (
            "async () => await f(await g)",
            "async () => r(c(),await f(r(c(),await g)))",
        ),
        (
            "async function f() {\n  g()\n  await h\n  for await (const x of y()) await x\n}",
            "async function f() {\n  g()\n  r(c(),await h)\n  for await (const x of i(y())) r(c(),await x)\n}",
        ),
        // Neither is one that waits, and the second one is no program: the engine's to say.
        ("var await = 1; await", "var await = 1; await"),
        ("async () => { await ", "async () => { await "),
    ] {
        let prepared = prepare(source, &options).unwrap();
        assert_eq!(prepared.code, code, "{source}");
        assert_eq!(prepared.format, Format::CommonJs, "{source}");
    }
    options.format = Some(Format::Module);
    let prepared = prepare("export const x = await y;", &options).unwrap();
    assert_eq!(prepared.code, "export const x = r(c(),await y);");
    assert!(prepared.has_top_level_await);
}
