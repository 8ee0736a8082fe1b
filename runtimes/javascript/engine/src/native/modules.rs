//! `native:modules`: what our CommonJS and command lines ask the module loader.

use std::collections::HashSet;

use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use base64::{Engine as _, alphabet};
use percent_encoding::percent_decode_str;

use crate::modules::{self, Format, Kind};

/// How many files are read for names that a CommonJS module exports from others.
const MAX_REEXPORTS: usize = 200;

/// Names that CommonJS modules export which `path` exports as a whole.
pub fn reexported(path: &str, specifiers: &[String]) -> Vec<String> {
    let mut names = Vec::new();
    let mut seen = HashSet::new();
    let mut open: Vec<(String, String)> = specifiers
        .iter()
        .map(|specifier| (path.to_owned(), specifier.clone()))
        .collect();
    while let Some((base, specifier)) = open.pop() {
        let Ok(found) = modules::resolve(&base, &specifier, Kind::Require) else {
            continue;
        };
        if !found.starts_with('/') || seen.len() >= MAX_REEXPORTS || !seen.insert(found.clone()) {
            continue;
        }
        let Ok(loaded) = modules::read(&found, None) else {
            continue;
        };
        if loaded.format == Format::CommonJs {
            let (exports, reexports) = modules::exports(&loaded.code);
            names.extend(exports);
            open.extend(reexports.into_iter().map(|next| (found.clone(), next)));
        }
    }
    names
}

/// The body of a `data:` URL as text.
pub fn data_body(head: &str, body: &str) -> Option<String> {
    let mut bytes: Vec<u8> = percent_decode_str(body).collect();
    if head.ends_with(";base64") {
        bytes.retain(|byte| !byte.is_ascii_whitespace());
        bytes = BASE64.decode(bytes).ok()?;
    }
    String::from_utf8(bytes).ok()
}

/// As the Fetch standard decodes it: padded or not.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The module.
#[rquickjs::module]
pub mod native_module {
    use rquickjs::context::EvalOptions;
    use rquickjs::promise::PromiseState;
    use rquickjs::{Array, Ctx, Exception, Function, Module, Object, Promise, Result, Value};

    use crate::modules::bytecode::{self, Compiled};
    use crate::modules::{self, Format, Kind, Loaded};

    fn kind(name: &str) -> Kind {
        if name == "require" {
            Kind::Require
        } else {
            Kind::Import
        }
    }

    fn options(filename: String) -> EvalOptions {
        let mut options = EvalOptions::default();
        options.global = true;
        options.strict = false;
        options.filename = Some(filename);
        options
    }

    /// Packages are told that this is Node from now on.
    #[rquickjs::function]
    #[qjs(rename = "asNode")]
    pub fn as_node() {
        modules::as_node();
    }

    /// Names of the built-in modules.
    #[rquickjs::function]
    pub fn builtins() -> Vec<String> {
        modules::names()
    }

    #[rquickjs::function]
    #[qjs(rename = "isBuiltin")]
    pub fn is_builtin(name: String) -> bool {
        modules::public(&name).is_some()
    }

    /// The module of the image that a specifier means; null if it means none.
    #[rquickjs::function]
    #[qjs(rename = "resolveBuiltin")]
    pub fn resolve_builtin(name: String) -> Option<String> {
        modules::public(&name)
    }

    /// Resolves a specifier for "import" or "require".
    #[rquickjs::function]
    pub fn resolve(ctx: Ctx<'_>, base: String, specifier: String, how: String) -> Result<String> {
        modules::resolve(&base, &specifier, kind(&how)).map_err(|unresolved| unresolved.throw(&ctx))
    }

    /// `node_modules` folders that modules in a folder see.
    #[rquickjs::function]
    #[qjs(rename = "parentPaths")]
    pub fn parent_paths(folder: String) -> Vec<String> {
        std::path::Path::new(&folder)
            .ancestors()
            .filter(|ancestor| !ancestor.ends_with("node_modules"))
            .map(|ancestor| ancestor.join("node_modules").to_string_lossy().into_owned())
            .collect()
    }

    /// The `package.json` that holds for a path; null if none does.
    #[rquickjs::function]
    #[qjs(rename = "findPackage")]
    pub fn find_package(specifier: String, base: Option<String>) -> Option<String> {
        let start = match base {
            Some(base) => modules::resolve(&base, &specifier, Kind::Import).ok()?,
            None => specifier,
        };
        std::path::Path::new(&start)
            .ancestors()
            .map(|folder| folder.join("package.json"))
            .find(|candidate| candidate.is_file())
            .map(|found| found.to_string_lossy().into_owned())
    }

    fn describe<'js>(ctx: &Ctx<'js>, loaded: Loaded) -> Result<Object<'js>> {
        let object = Object::new(ctx.clone())?;
        object.set(
            "format",
            match loaded.format {
                Format::Module => "module",
                Format::CommonJs => "commonjs",
                Format::Json => "json",
                Format::Text => "text",
                Format::Data => "data",
            },
        )?;
        object.set("code", loaded.code)?;
        Ok(object)
    }

    /// Reads a file: `{format, code}`.
    #[rquickjs::function]
    #[qjs(rename = "readModule")]
    pub fn read_module<'js>(ctx: Ctx<'js>, path: String) -> Result<Object<'js>> {
        let loaded = modules::read(&path, None).map_err(|error| error.throw(&ctx, &path))?;
        describe(&ctx, loaded)
    }

    /// Makes a text ready that stands for a file of that name; `format` is "module", "commonjs" or
    /// undefined to find out.
    #[rquickjs::function]
    pub fn prepare<'js>(
        ctx: Ctx<'js>,
        text: String,
        path: String,
        format: Option<String>,
    ) -> Result<Object<'js>> {
        let format = match format.as_deref() {
            Some("module") => Some(Format::Module),
            Some("commonjs") => Some(Format::CommonJs),
            _ => None,
        };
        let loaded = modules::read_source(&path, text, Some("code"), format)
            .map_err(|error| error.throw(&ctx, &path))?;
        describe(&ctx, loaded)
    }

    /// Takes types out of a text.
    #[rquickjs::function]
    #[qjs(rename = "stripTypes")]
    pub fn strip_types(ctx: Ctx<'_>, text: String, path: String) -> Result<String> {
        modules::read_source(&path, text, Some("code"), None)
            .map(|loaded| loaded.code)
            .map_err(|error| error.throw(&ctx, &path))
    }

    /// Compiles the function around a CommonJS module. The text is "prepared", or is made ready here.
    #[rquickjs::function]
    pub fn compile<'js>(
        ctx: Ctx<'js>,
        text: String,
        filename: String,
        how: String,
    ) -> Result<Function<'js>> {
        let mut code = text;
        if how != "prepared" {
            code = modules::read_source(&filename, code, Some("code"), Some(Format::CommonJs))
                .map_err(|error| error.throw(&ctx, &filename))?
                .code;
        }
        if code.starts_with("#!") {
            code.insert_str(0, "//");
        }
        let code =
            format!("(function (exports, require, module, __filename, __dirname) {{{code}\n}})");
        ctx.eval_with_options(code, options(filename))
    }

    /// The function around a CommonJS module in a file, compiled before or now; null if the file is
    /// anything else.
    #[rquickjs::function]
    #[qjs(rename = "loadFunction")]
    pub fn load_function<'js>(ctx: Ctx<'js>, path: String) -> Result<Option<Function<'js>>> {
        let (stamp, compiled) = bytecode::find(&path);
        if let Some(compiled) = compiled {
            if compiled.format != Format::CommonJs {
                return Ok(None);
            }
            match bytecode::run(&ctx, &compiled.code) {
                Ok(function) => return Ok(Some(function)),
                Err(_) => drop(ctx.catch()),
            }
        }
        let loaded = modules::read(&path, None).map_err(|error| error.throw(&ctx, &path))?;
        if loaded.format != Format::CommonJs {
            return Ok(None);
        }
        let mut code = loaded.code;
        if code.starts_with("#!") {
            code.insert_str(0, "//");
        }
        code.insert_str(
            0,
            "(function (exports, require, module, __filename, __dirname) {",
        );
        code.push_str("\n})");
        let (function, bytes) = bytecode::compile_function(&ctx, &code, &path)?;
        if let (Some(stamp), Some(code)) = (stamp, bytes) {
            let compiled = Compiled {
                format: Format::CommonJs,
                imports: Vec::new(),
                code,
            };
            bytecode::keep(&path, stamp, compiled);
        }
        Ok(Some(function))
    }

    /// Evaluates a script and gives its value.
    #[rquickjs::function]
    pub fn evaluate<'js>(ctx: Ctx<'js>, code: String, filename: String) -> Result<Value<'js>> {
        ctx.eval_with_options(code, options(filename))
    }

    /// Compiles a text without running it, as a "module", "commonjs" or "script".
    #[rquickjs::function]
    pub fn check<'js>(ctx: Ctx<'js>, code: String, filename: String, kind: String) -> Result<()> {
        if kind == "module" {
            return Module::declare(ctx, filename, code).map(|_| ());
        }
        let code = if kind == "commonjs" {
            format!("(function (exports, require, module, __filename, __dirname) {{{code}\n}})")
        } else {
            code
        };
        bytecode::check(&ctx, &code, &filename)
    }

    /// Evaluates a text as a module of that name.
    #[rquickjs::function]
    #[qjs(rename = "evaluateModule")]
    pub fn evaluate_module<'js>(ctx: Ctx<'js>, code: String, name: String) -> Result<Promise<'js>> {
        let module = Module::declare(ctx.clone(), name.as_str(), code)?;
        crate::hooks::fill_meta(&ctx, &module.meta()?, &name, &name)?;
        module.eval().map(|(_, promise)| promise)
    }

    /// Imports a module by its resolved name.
    #[rquickjs::function]
    #[qjs(rename = "importModule")]
    pub fn import_module<'js>(ctx: Ctx<'js>, name: String) -> Result<Promise<'js>> {
        Module::import(&ctx, name)
    }

    /// Imports a module by its resolved name and waits for it; an error if it waits for anything.
    #[rquickjs::function]
    #[qjs(rename = "requireModule")]
    pub fn require_module<'js>(ctx: Ctx<'js>, name: String) -> Result<Value<'js>> {
        let promise = Module::import(&ctx, name.as_str())?;
        while promise.state() == PromiseState::Pending {
            if !ctx.execute_pending_job() {
                let message = format!(
                    "require() cannot be used on an ESM graph with top-level await. Use import() instead.\n  {name}"
                );
                let exception = Exception::from_message(ctx.clone(), &message)?;
                exception.set("code", "ERR_REQUIRE_ASYNC_MODULE")?;
                return Err(ctx.throw(exception.into_value()));
            }
        }
        promise
            .result::<Value<'js>>()
            .unwrap_or_else(|| Ok(Value::new_undefined(ctx)))
    }

    /// Evaluates a script that may await outside of functions; a promise of `{value}`.
    #[rquickjs::function]
    #[qjs(rename = "evaluateAsync")]
    pub fn evaluate_async<'js>(
        ctx: Ctx<'js>,
        code: String,
        filename: String,
    ) -> Result<Promise<'js>> {
        let mut options = options(filename);
        options.promise = true;
        ctx.eval_with_options(code, options)
    }

    /// Makes a realm: `[global object, evaluate(code, filename)]`.
    #[rquickjs::function]
    #[qjs(rename = "makeRealm")]
    pub fn make_realm<'js>(ctx: Ctx<'js>) -> Result<Array<'js>> {
        crate::native::realm::make(&ctx)
    }
}
