//! From a source file to what the engine runs, with the crate `belljar-syntax`: its format, types and
//! JSX out of it, and which names modules want from each other.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use belljar_syntax::{Contexts, Language, Options};
use serde::Deserialize;

use super::config;
use super::source::{Format, Loaded, Unreadable};

thread_local! {
    /// What `package.json` of a folder says, as far as it has been read.
    static PACKAGES: RefCell<HashMap<PathBuf, Option<Box<str>>>> = RefCell::new(HashMap::new());
    /// Names that a module imports, by its path, by specifier.
    static WANTED: RefCell<HashMap<Box<str>, HashMap<Box<str>, Vec<String>>>> = RefCell::new(HashMap::new());
    /// Names that are imported from a module, by its path.
    static NAMES: RefCell<HashMap<Box<str>, HashSet<String>>> = RefCell::new(HashMap::new());
}

/// The functions of `internal/context.js`, under names that no program has.
const CONTEXTS: Contexts = Contexts {
    capture: "ǃc",
    restore: "ǃr",
    iterate: "ǃi",
};

#[derive(Deserialize)]
struct Package {
    #[serde(rename = "type", default)]
    kind: Option<Box<str>>,
}

/// What the `package.json` that holds for a file says of its format.
fn package_type(path: &str) -> Option<Box<str>> {
    for folder in Path::new(path).ancestors().skip(1) {
        let known = PACKAGES.with_borrow(|packages| packages.get(folder).cloned());
        let found = match known {
            Some(found) => found,
            None => {
                let found = std::fs::read(folder.join("package.json"))
                    .ok()
                    .map(|bytes| {
                        let package = serde_json::from_slice::<Package>(&bytes);
                        package
                            .ok()
                            .and_then(|package| package.kind)
                            .unwrap_or_else(|| "".into())
                    });
                PACKAGES
                    .with_borrow_mut(|packages| packages.insert(folder.to_owned(), found.clone()));
                found
            }
        };
        if found.is_some() {
            return found;
        }
        // Packages end where another begins to be looked for.
        if folder.ends_with("node_modules") {
            return None;
        }
    }
    None
}

/// Remembers that the module that a specifier has led to is asked for names.
pub fn resolved(base: &str, specifier: &str, found: &str) {
    let names = WANTED.with_borrow_mut(|wanted| wanted.get_mut(base)?.remove(specifier));
    if let Some(names) = names {
        NAMES.with_borrow_mut(|all| all.entry(found.into()).or_default().extend(names));
    }
}

/// Remembers what a module imports that was compiled before.
pub fn will_want(path: &str, imports: Vec<(String, Vec<String>)>) {
    WANTED.with_borrow_mut(|wanted| {
        let of_this = wanted.entry(path.into()).or_default();
        for (specifier, names) in imports {
            of_this.insert(specifier.into(), names);
        }
    });
}

/// What a module imports that has just been prepared, by specifier.
pub fn wants(path: &str) -> Vec<(String, Vec<String>)> {
    WANTED.with_borrow(|wanted| {
        let of_this = wanted.get(path).into_iter().flatten();
        of_this
            .map(|(specifier, names)| (specifier.to_string(), names.clone()))
            .collect()
    })
}

/// Names that have been asked for of a module.
pub fn wanted_of(path: &str) -> Vec<String> {
    NAMES
        .with_borrow_mut(|names| names.remove(path))
        .into_iter()
        .flatten()
        .collect()
}

/// Makes a text ready.
///
/// # Errors
/// If it is no program.
pub fn prepare(
    path: &str,
    extension: &str,
    text: String,
    format: Option<Format>,
) -> Result<Loaded, Unreadable> {
    let language = match extension {
        "ts" | "mts" | "cts" => Language::Ts,
        "tsx" => Language::Tsx,
        "jsx" => Language::Jsx,
        _ => Language::Js,
    };
    let format = format.or(match extension {
        "mjs" | "mts" => Some(Format::Module),
        "cjs" | "cts" => Some(Format::CommonJs),
        _ => match package_type(path).as_deref() {
            Some("module") => Some(Format::Module),
            _ => None,
        },
    });
    let mut options = Options::new(path, language);
    options.contexts = Some(CONTEXTS);
    options.format = format.map(|format| match format {
        Format::Module => belljar_syntax::Format::Module,
        _ => belljar_syntax::Format::CommonJs,
    });
    if language != Language::Js {
        config::apply(path, &mut options);
    }
    let prepared =
        belljar_syntax::prepare(&text, &options).map_err(|error| Unreadable::Syntax {
            message: error.message.clone(),
            line: error.line,
            column: error.column,
            text: error.source_line.clone(),
        })?;
    let format = match prepared.format {
        belljar_syntax::Format::Module => Format::Module,
        belljar_syntax::Format::CommonJs => Format::CommonJs,
    };
    if format == Format::Module {
        WANTED.with_borrow_mut(|wanted| {
            let of_this = wanted.entry(path.into()).or_default();
            for import in prepared.imports {
                if !import.names.is_empty() {
                    let names = of_this.entry(import.specifier.into()).or_default();
                    names.extend(import.names);
                }
            }
        });
    }
    // The common case of JavaScript: nothing to change, nothing to copy.
    let code = match prepared.code {
        std::borrow::Cow::Borrowed(_) => None,
        std::borrow::Cow::Owned(code) => Some(code),
    };
    Ok(Loaded {
        format,
        code: code.unwrap_or(text),
    })
}

/// What a CommonJS module exports, as far as its text tells: names, and modules all of whose names.
pub fn exports(code: &str) -> (Vec<String>, Vec<String>) {
    let found = belljar_syntax::commonjs_exports(code);
    (found.names, found.reexports)
}
