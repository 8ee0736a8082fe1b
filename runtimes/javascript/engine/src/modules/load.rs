//! From the name of a module to the module.

use rquickjs::loader::{ImportAttributes, Loader};
use rquickjs::module::{Declared, WriteOptions};
use rquickjs::{Ctx, Error, Exception, Module, Result};

use super::bytecode::{self, Compiled};
use super::source::{Format, Loaded};
use super::{builtin, prepare, read};
use crate::hooks;
use crate::native;

/// What the engine asks when a module is imported for the first time.
pub struct FileLoader;

impl Loader for FileLoader {
    fn load<'js>(
        &mut self,
        ctx: &Ctx<'js>,
        name: &str,
        attributes: Option<ImportAttributes<'js>>,
    ) -> Result<Module<'js, Declared>> {
        if let Some(native) = name.strip_prefix("native:") {
            return native::declare(ctx, name, native)
                .unwrap_or_else(|| Err(Error::new_loading(name)));
        }
        if let Some(text) = builtin::take(name) {
            return Module::declare(ctx.clone(), name, Vec::from(Box::<[u8]>::from(text)));
        }
        if builtin::is_internal(name) {
            let message = format!("No such module in the image: {name}");
            return Err(Exception::throw_message(ctx, &message));
        }
        if let Some(url) = name.strip_prefix("data:") {
            return data(ctx, name, url);
        }
        let wanted = attributes.and_then(|attributes| attributes.get_type().ok().flatten());
        let path = name.split(['?', '#']).next().unwrap_or(name);
        if wanted.is_none() && path == name {
            return file(ctx, path);
        }
        let loaded = read(path, wanted.as_deref()).map_err(|error| error.throw(ctx, path))?;
        declare(ctx, name, path, loaded)
    }
}

/// Declares a module from a file, compiled before or now.
fn file<'js>(ctx: &Ctx<'js>, path: &str) -> Result<Module<'js, Declared>> {
    let (stamp, compiled) = bytecode::find(path);
    if let Some(compiled) = compiled
        && compiled.format == Format::Module
    {
        prepare::will_want(path, compiled.imports);
        // SAFETY: the engine checks the version of the code, which is the sandbox's own.
        let module = unsafe { Module::load(ctx.clone(), &compiled.code) };
        if let Ok(module) = module {
            hooks::fill_meta(ctx, &module.meta()?, path, path)?;
            return Ok(module);
        }
        ctx.catch();
    }
    let loaded = read(path, None).map_err(|error| error.throw(ctx, path))?;
    let format = loaded.format;
    let module = declare(ctx, path, path, loaded)?;
    if let Some(stamp) = stamp
        && format == Format::Module
        && let Ok(code) = module.write(WriteOptions::default())
    {
        let imports = prepare::wants(path);
        bytecode::keep(
            path,
            stamp,
            Compiled {
                format,
                imports,
                code,
            },
        );
    }
    Ok(module)
}

/// Declares a module from its source.
pub fn declare<'js>(
    ctx: &Ctx<'js>,
    name: &str,
    path: &str,
    loaded: Loaded,
) -> Result<Module<'js, Declared>> {
    let quoted = |text: &str| quote(ctx, text);
    match loaded.format {
        Format::Module => {
            let module = Module::declare(ctx.clone(), name, loaded.code)?;
            hooks::fill_meta(ctx, &module.meta()?, name, path)?;
            Ok(module)
        }
        Format::CommonJs | Format::Data => {
            let mut names = Vec::new();
            if loaded.format == Format::CommonJs {
                let (own, reexports) = prepare::exports(&loaded.code);
                names = own;
                names.extend(native::modules::reexported(path, &reexports));
            }
            names.extend(prepare::wanted_of(name));
            names.sort();
            names.dedup();
            names.retain(|name| name != "default" && name != "module.exports");
            let mut code = format!(
                "import {{ imported }} from 'belljar:internal/commonjs';const $=imported({});let $d=$.default;export {{ $d as default }};",
                quoted(path)?
            );
            for (index, export) in names.iter().enumerate() {
                let export = quoted(export)?;
                code.push_str(&format!(
                    "let $${index}=$.names[{export}];export {{ $${index} as {export} }};"
                ));
            }
            code.push_str("let $m=$.exports;export { $m as 'module.exports' };");
            Module::declare(ctx.clone(), name, code)
        }
        Format::Json => {
            let value = ctx.json_parse(loaded.code.clone());
            if value.is_err() {
                let thrown = ctx.catch();
                let message = thrown
                    .as_exception()
                    .and_then(rquickjs::Exception::message)
                    .unwrap_or_default();
                return Err(Exception::throw_syntax(ctx, &format!("{path}: {message}")));
            }
            let mut code = format!(
                "const $=JSON.parse({});export default $;",
                quoted(&loaded.code)?
            );
            if let Some(object) = value?.as_object()
                && !object.is_array()
            {
                for (index, key) in object.keys::<String>().flatten().enumerate() {
                    if key != "default" {
                        let key = quoted(&key)?;
                        code.push_str(&format!(
                            "const $${index}=$[{key}];export {{ $${index} as {key} }};"
                        ));
                    }
                }
            }
            Module::declare(ctx.clone(), name, code)
        }
        Format::Text => Module::declare(
            ctx.clone(),
            name,
            format!("export default {};", quoted(&loaded.code)?),
        ),
    }
}

/// As a literal of JavaScript.
fn quote(ctx: &Ctx<'_>, text: &str) -> Result<String> {
    let quoted = ctx.json_stringify(text)?;
    quoted.map_or_else(|| Ok("undefined".to_owned()), |text| text.to_string())
}

/// A module that is its own URL (RFC 2397).
fn data<'js>(ctx: &Ctx<'js>, name: &str, url: &str) -> Result<Module<'js, Declared>> {
    let invalid = || Exception::throw_type(ctx, "Invalid data: URL");
    let (head, body) = url.split_once(',').ok_or_else(invalid)?;
    let body = native::modules::data_body(head, body).ok_or_else(invalid)?;
    let kind = head.split(';').next().unwrap_or("");
    match kind {
        "application/json" => {
            let loaded = Loaded {
                format: Format::Json,
                code: body,
            };
            declare(ctx, name, name, loaded)
        }
        "text/javascript" | "application/javascript" => Module::declare(ctx.clone(), name, body),
        "text/typescript" | "application/typescript" | "application/x-typescript" => {
            let loaded = super::read_source("data.mts", body, None, Some(Format::Module))
                .map_err(|error| error.throw(ctx, name))?;
            Module::declare(ctx.clone(), name, loaded.code)
        }
        other => Err(Exception::throw_type(
            ctx,
            &format!("Unknown module format: {other} for URL {name}"),
        )),
    }
}
