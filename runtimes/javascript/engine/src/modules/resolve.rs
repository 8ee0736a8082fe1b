//! From a specifier to the name of a module: as Node resolves, with what Bun adds (TypeScript files,
//! `tsconfig.json` paths, the condition `bun`).

use std::cell::{Cell, RefCell};
use std::path::{Path, PathBuf};

use oxc_resolver::{ResolveError, ResolveOptions, Resolver as Files, TsconfigDiscovery};
use percent_encoding::percent_decode_str;
use rquickjs::loader::{ImportAttributes, Resolver};
use rquickjs::{Ctx, Error, Exception, Result};

use super::{builtin, prepare};

/// How a module is asked for; decides the conditions of `exports`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Import,
    Require,
}

struct Resolvers {
    import: Files,
    require: Files,
}

thread_local! {
    static RESOLVERS: RefCell<Option<Resolvers>> = const { RefCell::new(None) };
    /// Whether packages are told that this is Node, and not Bun.
    static AS_NODE: Cell<bool> = const { Cell::new(false) };
}

/// Whether this is Node, and not Bun.
pub fn is_node() -> bool {
    AS_NODE.get()
}

/// From now on this is Node. To be called before anything is resolved.
pub fn as_node() {
    AS_NODE.set(true);
}

/// A specifier that leads nowhere.
#[derive(Clone, Debug)]
pub struct Unresolved {
    /// Node's code for it.
    pub code: &'static str,
    pub message: String,
}

fn strings<const N: usize>(list: [&str; N]) -> Vec<String> {
    list.map(str::to_owned).into()
}

fn options(kind: Kind) -> ResolveOptions {
    let mut conditions = strings(["node", "module-sync"]);
    conditions.push(
        if kind == Kind::Import {
            "import"
        } else {
            "require"
        }
        .to_owned(),
    );
    if !is_node() {
        conditions.push("bun".to_owned());
    }
    // TypeScript is imported by the names that it compiles to.
    let alias = [
        (".js", [".js", ".ts", ".tsx", ".jsx"].as_slice()),
        (".jsx", &[".jsx", ".tsx"]),
        (".mjs", &[".mjs", ".mts"]),
        (".cjs", &[".cjs", ".cts"]),
    ];
    ResolveOptions {
        tsconfig: Some(TsconfigDiscovery::Auto),
        condition_names: conditions,
        extensions: strings([
            ".tsx", ".ts", ".jsx", ".js", ".mjs", ".cjs", ".mts", ".cts", ".json",
        ]),
        extension_alias: alias
            .map(|(extension, others)| {
                let others = others.iter().map(|&other| other.to_owned()).collect();
                (extension.to_owned(), others)
            })
            .into(),
        main_fields: strings(["main", "module"]),
        ..ResolveOptions::default()
    }
}

/// Runs with the resolver for that kind, which remembers what it has seen of the file system.
fn with<T>(kind: Kind, run: impl FnOnce(&Files) -> T) -> T {
    RESOLVERS.with_borrow_mut(|resolvers| {
        let resolvers = resolvers.get_or_insert_with(|| {
            let import = Files::new(options(Kind::Import));
            let require = import.clone_with_options(options(Kind::Require));
            Resolvers { import, require }
        });
        run(match kind {
            Kind::Import => &resolvers.import,
            Kind::Require => &resolvers.require,
        })
    })
}

fn without_query(name: &str) -> &str {
    name.split(['?', '#']).next().unwrap_or(name)
}

/// The folder whose `node_modules` a module of that name sees.
fn folder(base: &str) -> PathBuf {
    let path = without_query(base);
    match Path::new(path).parent() {
        Some(parent) if path.starts_with('/') => parent.to_owned(),
        _ => std::env::current_dir().unwrap_or_else(|_| "/".into()),
    }
}

/// Finds the module that `specifier` means in the module `base` (a path, or the name of a module of
/// the image).
///
/// # Errors
/// If there is none.
pub fn resolve(base: &str, specifier: &str, kind: Kind) -> std::result::Result<String, Unresolved> {
    if let Some(name) = builtin::find(base, specifier) {
        return Ok(name);
    }
    if specifier.starts_with("data:") {
        return Ok(specifier.to_owned());
    }
    if specifier.starts_with("node:") || specifier.starts_with("bun:") {
        return Err(Unresolved {
            code: "ERR_UNKNOWN_BUILTIN_MODULE",
            message: format!("No such built-in module: {specifier}"),
        });
    }
    let decoded;
    let mut wanted = specifier;
    let is_url =
        |specifier: &str| is_node() && kind == Kind::Import && specifier.starts_with(['.', '/']);
    if let Some(rest) = specifier
        .strip_prefix("file://")
        .or_else(|| Some(specifier).filter(|specifier| is_url(specifier)))
    {
        let (path, query) = match rest.find(['?', '#']) {
            Some(at) => rest.split_at(at),
            None => (rest, ""),
        };
        decoded = format!("{}{query}", percent_decode_str(path).decode_utf8_lossy());
        wanted = &decoded;
    } else if let Some((scheme, _)) = specifier.split_once("://") {
        return Err(Unresolved {
            code: "ERR_UNSUPPORTED_ESM_URL_SCHEME",
            message: format!(
                "Cannot import '{specifier}': the scheme '{scheme}:' is not supported"
            ),
        });
    }
    let find = |files: &Files| {
        let path = without_query(base);
        // The nearest `tsconfig.json` of a file says what `paths` there are, for Bun.
        if !is_node() && path.starts_with('/') && !path.contains("/node_modules/") {
            match files.resolve_file(path, wanted) {
                Err(
                    ResolveError::TsconfigNotFound(_)
                    | ResolveError::TsconfigSelfReference(_)
                    | ResolveError::TsconfigCircularExtend(_)
                    | ResolveError::TsconfigLoadFailed { .. },
                ) => {}
                found => return found,
            }
        }
        files.resolve(folder(base), wanted)
    };
    let found = match with(kind, find) {
        // It may have been made since it was looked for.
        Err(_) => with(kind, |files| {
            files.clear_cache();
            find(files)
        }),
        found => found,
    };
    match found {
        Ok(found) => Ok(found.full_path().to_string_lossy().into_owned()),
        Err(error) => Err(unresolved(base, specifier, kind, &error)),
    }
}

fn unresolved(base: &str, specifier: &str, kind: Kind, error: &ResolveError) -> Unresolved {
    let not_found = match kind {
        Kind::Import => "ERR_MODULE_NOT_FOUND",
        Kind::Require => "MODULE_NOT_FOUND",
    };
    match error {
        ResolveError::NotFound(_) | ResolveError::ExtensionAlias(..) => Unresolved {
            code: not_found,
            message: if specifier.starts_with(['.', '/']) {
                format!("Cannot find module '{specifier}' from '{base}'")
            } else {
                format!("Cannot find package '{specifier}' from '{base}'")
            },
        },
        ResolveError::PackagePathNotExported { .. } => Unresolved {
            code: "ERR_PACKAGE_PATH_NOT_EXPORTED",
            message: error.to_string(),
        },
        ResolveError::PackageImportNotDefined(..) => Unresolved {
            code: "ERR_PACKAGE_IMPORT_NOT_DEFINED",
            message: error.to_string(),
        },
        ResolveError::InvalidPackageTarget(..) => Unresolved {
            code: "ERR_INVALID_PACKAGE_TARGET",
            message: error.to_string(),
        },
        error => Unresolved {
            code: not_found,
            message: error.to_string(),
        },
    }
}

impl Unresolved {
    /// Throws it as Node does.
    pub fn throw(self, ctx: &Ctx<'_>) -> Error {
        match Exception::from_message(ctx.clone(), &self.message) {
            Ok(exception) => {
                let _set = exception.set("code", self.code);
                ctx.throw(exception.into_value())
            }
            Err(error) => error,
        }
    }
}

/// What the engine asks for `import`.
pub struct FileResolver;

impl Resolver for FileResolver {
    fn resolve<'js>(
        &mut self,
        ctx: &Ctx<'js>,
        base: &str,
        name: &str,
        _attributes: Option<ImportAttributes<'js>>,
    ) -> Result<String> {
        let found =
            resolve(base, name, Kind::Import).map_err(|unresolved| unresolved.throw(ctx))?;
        prepare::resolved(base, name, &found);
        Ok(found)
    }
}
