//! Modules that are part of the image: Node's, Bun's, and what they are made of.

use std::cell::RefCell;
use std::collections::HashMap;

/// Names that only other modules of the image may import.
const INTERNAL: [&str; 3] = ["belljar:", "layer:", "native:"];
/// How the published layer calls its own modules.
const LAYER: &str = "__wasm_rquickjs_builtin/";
/// Modules of the layer whose other names are used inside it.
const NATIVE_SUFFIX: &str = "_native";

thread_local! {
    static KEPT: RefCell<HashMap<Box<str>, Option<Box<str>>>> = RefCell::new(HashMap::new());
}

/// Names and texts, as the builder hands them over.
pub struct Sources(Vec<(Box<str>, Box<str>)>);

impl Sources {
    /// Reads what `builder/src/bundle.rs` writes: for each module its name and its text, each after
    /// its length in four bytes, little-endian.
    ///
    /// # Panics
    /// If it is anything else.
    pub fn parse(mut bytes: &[u8]) -> Self {
        let mut modules = Vec::new();
        let mut next = || {
            let (length, rest) = bytes.split_first_chunk::<4>()?;
            let length = usize::try_from(u32::from_le_bytes(*length)).expect("a length");
            let (text, rest) = rest.split_at(length);
            bytes = rest;
            Some(Box::<str>::from(std::str::from_utf8(text).expect("UTF-8")))
        };
        while let Some(name) = next() {
            modules.push((name, next().expect("a text for each name")));
        }
        Self(modules)
    }

    /// From now on they can be imported.
    pub fn keep(self) {
        KEPT.with_borrow_mut(|kept| {
            for (name, text) in self.0 {
                kept.insert(name, Some(text));
            }
        });
    }
}

/// The text of a module, once: the engine keeps what it has compiled.
pub fn take(name: &str) -> Option<Box<str>> {
    KEPT.with_borrow_mut(|kept| kept.get_mut(name).and_then(Option::take))
}

/// Whether there is such a module in the image.
pub fn exists(name: &str) -> bool {
    name.starts_with("native:") || KEPT.with_borrow(|kept| kept.contains_key(name))
}

/// Whether a module is part of the image, by its name.
pub fn is_internal(name: &str) -> bool {
    name.starts_with("node:") || INTERNAL.iter().any(|prefix| name.starts_with(prefix))
}

/// The module of the image that a specifier means, as seen from a module of that name.
pub fn find(base: &str, specifier: &str) -> Option<String> {
    if base.is_empty() || is_internal(base) {
        if let Some(name) = specifier.strip_prefix(LAYER) {
            return Some(name.strip_suffix(NATIVE_SUFFIX).map_or_else(
                || match name {
                    "timeout" => "belljar:node/timeout".to_owned(),
                    "url" => "node:url".to_owned(),
                    "web_crypto" => "node:crypto".to_owned(),
                    name => format!("layer:{name}"),
                },
                |native| {
                    // Some have a native half of ours in JavaScript.
                    let ours = format!("belljar:native/{native}");
                    if exists(&ours) {
                        ours
                    } else {
                        format!("native:{native}")
                    }
                },
            ));
        }
        if INTERNAL.iter().any(|prefix| specifier.starts_with(prefix)) || exists(specifier) {
            return Some(specifier.to_owned());
        }
    }
    // What stands for a CommonJS module that is imported begins so (`load.rs`).
    if specifier == "belljar:internal/commonjs" {
        return Some(specifier.to_owned());
    }
    public(specifier)
}

/// The module of the image that a program means by a specifier.
pub fn public(specifier: &str) -> Option<String> {
    match specifier {
        "bun" => return Some("belljar:bun/index".to_owned()),
        "bun:test" => return Some("belljar:bun/test".to_owned()),
        "bun:ffi" => return Some("belljar:bun/ffi".to_owned()),
        "bun:jsc" => return Some("belljar:bun/jsc".to_owned()),
        "bun:sqlite" => return Some("belljar:bun/sqlite".to_owned()),
        _ => {}
    }
    if let Some(name) = specifier.strip_prefix("node:") {
        let ours = format!("belljar:node/{name}");
        if exists(&ours) {
            return Some(ours);
        }
        return exists(specifier).then(|| specifier.to_owned());
    }
    // `test` and others exist with the scheme only.
    if matches!(specifier, "test" | "sqlite" | "sea") || specifier.starts_with("test/") {
        return None;
    }
    if specifier.starts_with(['.', '/', '#', '@']) || specifier.contains(':') {
        return None;
    }
    public(&format!("node:{specifier}"))
}

/// Names of Node's modules, without the scheme.
pub fn names() -> Vec<String> {
    let mut names: Vec<String> = KEPT.with_borrow(|kept| {
        kept.keys()
            .filter_map(|name| {
                name.strip_prefix("node:")
                    .or_else(|| name.strip_prefix("belljar:node/"))
            })
            .filter(|name| *name != "timeout")
            .map(str::to_owned)
            .collect()
    });
    names.sort();
    names.dedup();
    names
}
