//! Prepares source files for a JavaScript engine that knows neither TypeScript nor JSX.
//!
//! [`prepare`] takes one source file and gives the JavaScript that the engine runs, with every
//! line, and as far as possible every column, where it was: types are blanked, what has a meaning
//! at run time (enums, namespaces, parameter properties, decorators, JSX) is rewritten in place.
//! It says what the module loader has to know: whether the file is an ES module or CommonJS, what
//! it imports, what a CommonJS file exports.
//!
//! [`tsconfig`] reads `tsconfig.json` and matches its `paths`.

use std::borrow::Cow;

mod cjs;
mod depth;
mod edits;
mod error;
mod prepare;
mod rewrite;
mod scan;
pub mod tsconfig;

pub use cjs::{CommonJsExports, commonjs_exports};
pub use error::SyntaxError;
pub use prepare::prepare;

/// The language of a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Language {
    /// JavaScript; JSX in it is an error.
    Js,
    /// JavaScript with JSX.
    Jsx,
    /// TypeScript, in which `<T>x` is a type assertion.
    Ts,
    /// TypeScript with JSX.
    Tsx,
}

impl Language {
    /// The language by a path's extension; nothing for `.d.ts` and for what is no script.
    #[must_use]
    pub fn of_path(path: &str) -> Option<Self> {
        let name = path.rsplit('/').next().unwrap_or(path);
        if [".d.ts", ".d.mts", ".d.cts"]
            .iter()
            .any(|end| name.ends_with(end))
        {
            return None;
        }
        match name.rsplit_once('.')?.1 {
            "js" | "mjs" | "cjs" => Some(Self::Js),
            "jsx" => Some(Self::Jsx),
            "ts" | "mts" | "cts" => Some(Self::Ts),
            "tsx" => Some(Self::Tsx),
            _ => None,
        }
    }

    pub(crate) fn is_typescript(self) -> bool {
        matches!(self, Self::Ts | Self::Tsx)
    }

    pub(crate) fn has_jsx(self) -> bool {
        matches!(self, Self::Jsx | Self::Tsx)
    }
}

/// How a source is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// As an ECMAScript module.
    Module,
    /// As the body of a function with `require`, `module` and `exports`.
    CommonJs,
}

/// What JSX becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum JsxRuntime {
    /// Calls of `jsx` and `jsxs` of `<import source>/jsx-runtime`, which is imported.
    Automatic,
    /// Calls of a factory that must be in scope.
    Classic,
}

/// How JSX is rewritten. A file's `@jsx`, `@jsxFrag`, `@jsxRuntime` and `@jsxImportSource` comments
/// count before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Jsx {
    pub runtime: JsxRuntime,
    /// The classic runtime's factory.
    pub factory: String,
    /// The classic runtime's fragment.
    pub fragment: String,
    /// The automatic runtime's package.
    pub import_source: String,
}

impl Default for Jsx {
    fn default() -> Self {
        Self {
            runtime: JsxRuntime::Automatic,
            factory: "React.createElement".to_owned(),
            fragment: "React.Fragment".to_owned(),
            import_source: "react".to_owned(),
        }
    }
}

/// How one source is prepared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// The file's path, for messages only.
    pub path: String,
    pub language: Language,
    /// The format, if the extension or `package.json` says it; else the source's syntax decides.
    pub format: Option<Format>,
    pub jsx: Jsx,
    /// Imports stay unless they are marked as types.
    pub verbatim_module_syntax: bool,
    /// Decorators are TypeScript's legacy ones, not ECMAScript's.
    pub experimental_decorators: bool,
    /// Legacy decorators get type metadata, which needs types: sources in which this matters are
    /// refused.
    pub emit_decorator_metadata: bool,
    /// TypeScript's class fields are defined as ECMAScript's are, not assigned.
    pub use_define_for_class_fields: bool,
    /// What is written around `await`, if anything.
    pub contexts: Option<Contexts>,
}

/// Names of global functions that keep the context of an asynchronous function (that of
/// `AsyncLocalStorage`) where the engine has no hook for it: `await x` becomes
/// `restore(capture(),await x)`, and `for await (const x of y)` takes its `y` through `iterate`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Contexts {
    pub capture: &'static str,
    pub restore: &'static str,
    pub iterate: &'static str,
}

impl Options {
    /// The options of a file about which nothing but its path and language is known.
    #[must_use]
    pub fn new(path: impl Into<String>, language: Language) -> Self {
        Self {
            path: path.into(),
            language,
            format: None,
            jsx: Jsx::default(),
            verbatim_module_syntax: false,
            experimental_decorators: false,
            emit_decorator_metadata: false,
            use_define_for_class_fields: true,
            contexts: None,
        }
    }
}

/// A module that a source imports or re-exports.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Import {
    pub specifier: String,
    /// The names that must exist in it, `default` included, in order.
    pub names: Vec<String>,
    /// Whether its namespace is used: `import * as x` or `export *`.
    pub namespace: bool,
    /// Import attributes, such as `type: "json"`.
    pub attributes: Vec<(String, String)>,
}

/// A source as the engine runs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prepared<'s> {
    /// The code; the source itself where nothing had to change.
    pub code: Cow<'s, str>,
    pub format: Format,
    /// Whether a module awaits outside of its functions.
    pub has_top_level_await: bool,
    /// A module's static imports and re-exports, in order; those of types are gone. Empty for
    /// CommonJS.
    pub imports: Vec<Import>,
    /// Whether `import()` occurs. Always false for CommonJS JavaScript, which is not parsed.
    pub has_dynamic_import: bool,
    /// Whether `import.meta` occurs.
    pub uses_import_meta: bool,
}

impl Prepared<'_> {
    /// What a CommonJS file exports. Costs a scan of the code: ask only when an ES module imports it.
    #[must_use]
    pub fn commonjs_exports(&self) -> CommonJsExports {
        match self.format {
            Format::CommonJs => commonjs_exports(&self.code),
            Format::Module => CommonJsExports::default(),
        }
    }
}
