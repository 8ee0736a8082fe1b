//! What the tidy tests hold the sources to: the import table, the names that may occur in some
//! places only, and the strings that may occur nowhere.

use super::source::NamedPath;

/// The leaves: everything may import them, they import at most one another as said here.
pub(crate) const LEAVES: &[(&str, &[&str])] = &[
    ("id", &[]),
    ("digest", &[]),
    ("units", &[]),
    ("clock", &[]),
    ("limits", &["units"]),
    ("registry", &[]),
];

/// Every other module with what it may import beside the leaves and itself.
///
/// `a::b` allows that part of `a` only; `*` allows everything.
pub(crate) const MODULES: &[(&str, &[&str])] = &[
    ("store", &[]),
    ("vfs", &["store"]),
    ("engine", &[]),
    ("net", &[]),
    ("http", &["net"]),
    ("no_http", &["net"]),
    ("npm", &[]),
    ("otel", &[]),
    ("no_otel", &[]),
    ("process", &["vfs", "net"]),
    (
        "host",
        &["engine", "store", "vfs", "net", "http", "process"],
    ),
    ("runtime", &["store", "engine"]),
    (
        "sandbox",
        &[
            "store", "vfs", "engine", "net", "process", "host", "runtime",
        ],
    ),
    ("db", &["sandbox::records"]),
    ("api", &["sandbox", "otel"]),
    ("cli", &["*"]),
];

/// A name that may be used in some files only.
pub(crate) struct Rule {
    pub(crate) name: &'static str,
    pub(crate) applies: fn(&NamedPath) -> bool,
    /// Parts of `src` where it may occur: `engine` is `engine.rs` and everything in `engine/`.
    pub(crate) allowed: &'static [&'static str],
    /// Whether test code (`tests.rs`, inline modules) may use it anywhere.
    pub(crate) tests_may: bool,
    pub(crate) instead: &'static str,
}

pub(crate) const RULES: &[Rule] = &[
    Rule {
        name: "unsafe",
        applies: |path| path.segments == ["unsafe"],
        allowed: &["engine/cache", "engine/watch"],
        tests_may: false,
        instead: "only loading code we compiled ourselves and raising a guest's signal flag need it",
    },
    Rule {
        name: "print macros",
        applies: |path| {
            path.is_macro
                && path.segments.last().is_some_and(|name| {
                    ["print", "println", "eprint", "eprintln", "dbg"].contains(&name.as_str())
                })
        },
        allowed: &["cli/output"],
        tests_may: true,
        instead: "the library never prints: use tracing; the command prints through cli::output",
    },
    Rule {
        name: "std::env",
        // `std::env::consts` describes the build, not the environment.
        applies: |path| {
            path.segments
                .starts_with(&["std".to_owned(), "env".to_owned()])
                && path.segments.get(2).is_none_or(|next| next != "consts")
        },
        allowed: &["cli", "main"],
        tests_may: true,
        instead: "the library takes options; only the command reads the environment",
    },
    Rule {
        name: "std::fs",
        applies: |path| {
            matches!(
                path.segments.first().map(String::as_str),
                Some("std" | "tokio")
            ) && path.segments.get(1).is_some_and(|second| second == "fs")
        },
        allowed: &[
            "store",
            "vfs",
            "runtime",
            "engine/cache",
            "db",
            "npm/cache",
            "npm/config",
            "npm/settings",
            "process/spool",
            "cli",
            "main",
            "sandbox/folder",
            "sandbox/bundle",
            "sandbox/files",
            "sandbox/stream",
        ],
        tests_may: true,
        instead: "the host's files belong to store, vfs, runtime, engine::cache, db, npm, process::spool",
    },
    Rule {
        name: "SystemTime::now",
        applies: |path| {
            path.segments
                .ends_with(&["SystemTime".to_owned(), "now".to_owned()])
        },
        allowed: &["clock"],
        tests_may: true,
        instead: "take a `Clock`, so that tests can set the time",
    },
    Rule {
        name: "wasmtime",
        applies: |path| first_segment(path, |name| name.starts_with("wasmtime")),
        allowed: &["engine", "host", "http", "no_http"],
        tests_may: false,
        instead: "engine, host and http alone know the WebAssembly runtime",
    },
    Rule {
        name: "bindgen!",
        applies: |path| path.is_macro && path.segments.last().is_some_and(|name| name == "bindgen"),
        allowed: &["host"],
        tests_may: false,
        instead: "host is the only place where guests' interfaces become Rust",
    },
    Rule {
        name: "rusqlite",
        applies: |path| first_segment(path, |name| name == "rusqlite"),
        allowed: &["db"],
        tests_may: false,
        instead: "pass `Records`",
    },
    Rule {
        name: "reqwest or rustls",
        applies: |path| first_segment(path, |name| name == "reqwest" || name.starts_with("rustls")),
        allowed: &["npm", "http", "otel", "cli/client"],
        tests_may: false,
        instead: "the host asks nobody but the npm registry and the collector of traces; guests ask through http, the command through cli::client",
    },
    Rule {
        name: "axum",
        applies: |path| first_segment(path, |name| name == "axum"),
        allowed: &["api", "cli/serve", "cli/client"],
        tests_may: false,
        instead: "HTTP stops at api",
    },
    Rule {
        name: "clap, indicatif, toml or tracing_subscriber",
        applies: |path| {
            first_segment(path, |name| {
                [
                    "clap",
                    "clap_complete",
                    "indicatif",
                    "toml",
                    "tracing_subscriber",
                ]
                .contains(&name)
            })
        },
        allowed: &["cli", "main"],
        tests_may: false,
        instead: "terminals and log output are the command's business",
    },
    Rule {
        name: "anyhow",
        applies: |path| first_segment(path, |name| name == "anyhow"),
        // The trait through which a component is initialised returns it.
        allowed: &["host/preinit"],
        tests_may: true,
        instead: "each layer has its own error enum",
    },
];

fn first_segment(path: &NamedPath, wanted: fn(&str) -> bool) -> bool {
    // A lone word may be a field or a variable; a crate is followed by `::`.
    path.segments.len() > 1 && path.segments.first().is_some_and(|name| wanted(name))
}

/// Written in pieces, or this file would be the first to be reported.
pub(crate) const FOREIGN: &[&str] = &[
    concat!("crates", ".io"),
    concat!("npmjs", "."),
    concat!("pypi", ".org"),
    concat!("pythonhosted", "."),
    concat!("deb.debian", "."),
    concat!("/work", "/main"),
    concat!("/work", "/shared"),
    concat!("/work", "/target"),
    concat!("/work", "/scratch"),
    concat!("/root", "/."),
    concat!("/home", "/runner"),
    concat!("C:", "\\Users\\"),
];
