//! What a dependency asks for: the right-hand side in package.json, and what is typed behind `add`.

use crate::name;
use crate::semver::Range;

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Spec {
    /// Versions of the registry in a range; an exact version is a range of one.
    Range {
        /// The package's real name when the dependency is an alias (`npm:real@^1`).
        alias: Option<String>,
        /// The versions.
        range: Range,
        /// The range as it was written.
        text: String,
    },
    /// The version that carries a tag.
    Tag {
        /// The package's real name when the dependency is an alias.
        alias: Option<String>,
        /// The tag.
        tag: String,
    },
    /// A folder of this machine, as written after `file:`.
    Folder(String),
    /// A tarball of this machine, as written after `file:`.
    Tarball(String),
    /// A folder of this machine that is linked, not copied (`link:`).
    Link(String),
    /// A kind that is not installed here, and which.
    Unsupported {
        /// The text.
        text: String,
        /// What it is.
        reason: &'static str,
    },
}

impl Spec {
    /// Reads the right-hand side of a dependency.
    pub fn parse(text: &str) -> Self {
        let text = text.trim();
        if let Some(rest) = text.strip_prefix("npm:") {
            return alias(rest);
        }
        if let Some(path) = text.strip_prefix("file:") {
            return local(path.strip_prefix("//").unwrap_or(path));
        }
        if let Some(path) = text.strip_prefix("link:") {
            return Self::Link(path.to_owned());
        }
        if is_path(text) {
            return local(text);
        }
        if let Some(reason) = foreign(text) {
            return Self::Unsupported {
                text: text.to_owned(),
                reason,
            };
        }
        registry(None, text)
    }

    /// The package of the registry that is asked for under this name.
    pub fn package<'a>(&'a self, name: &'a str) -> Option<&'a str> {
        match self {
            Self::Range { alias, .. } | Self::Tag { alias, .. } => {
                Some(alias.as_deref().unwrap_or(name))
            }
            _ => None,
        }
    }

    /// Whether nothing in particular is asked for (`*`, or nothing).
    pub fn is_any(&self) -> bool {
        matches!(self, Self::Range { range, .. } if *range == Range::any())
    }
}

impl std::fmt::Display for Spec {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Range { alias, text, .. } | Self::Tag { alias, tag: text } => match alias {
                Some(alias) => write!(out, "npm:{alias}@{text}"),
                None => out.write_str(text),
            },
            Self::Folder(path) | Self::Tarball(path) => write!(out, "file:{path}"),
            Self::Link(path) => write!(out, "link:{path}"),
            Self::Unsupported { text, .. } => out.write_str(text),
        }
    }
}

fn alias(rest: &str) -> Spec {
    let (package, spec) = split_at_version(rest);
    if !name::is_valid(package) {
        return Spec::Unsupported {
            text: format!("npm:{rest}"),
            reason: "the alias names no package",
        };
    }
    registry(Some(package.to_owned()), spec.unwrap_or("*"))
}

fn registry(alias: Option<String>, text: &str) -> Spec {
    match Range::parse(text) {
        Some(range) => Spec::Range {
            alias,
            range,
            text: text.to_owned(),
        },
        None => Spec::Tag {
            alias,
            tag: text.to_owned(),
        },
    }
}

fn is_path(text: &str) -> bool {
    text.starts_with('/')
        || text.starts_with("./")
        || text.starts_with("../")
        || text.starts_with("~/")
        || matches!(text, "." | "..")
        || (is_tarball(text) && !text.contains("://"))
}

fn is_tarball(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    [".tgz", ".tar.gz", ".tar"]
        .iter()
        .any(|ending| lower.ends_with(ending))
}

fn local(path: &str) -> Spec {
    if is_tarball(path) {
        Spec::Tarball(path.to_owned())
    } else {
        Spec::Folder(path.to_owned())
    }
}

fn foreign(text: &str) -> Option<&'static str> {
    const KINDS: [(&str, &str); 12] = [
        ("workspace:", "workspaces are not supported"),
        ("catalog:", "catalogs are not supported"),
        ("patch:", "patched packages are not supported"),
        ("portal:", "portals are not supported"),
        ("jsr:", "packages of JSR are not supported"),
        ("git", "git dependencies are not supported"),
        ("github:", "git dependencies are not supported"),
        ("gitlab:", "git dependencies are not supported"),
        ("bitbucket:", "git dependencies are not supported"),
        ("gist:", "git dependencies are not supported"),
        ("http:", "only packages of the registry are fetched"),
        ("https:", "only packages of the registry are fetched"),
    ];
    let lower = text.to_ascii_lowercase();
    for (start, reason) in KINDS {
        let is = if start == "git" {
            ["git:", "git+", "git@"]
                .iter()
                .any(|start| lower.starts_with(start))
        } else {
            lower.starts_with(start)
        };
        if is {
            return Some(reason);
        }
    }
    if text.contains("://") {
        return Some("no such kind of dependency is known");
    }
    // `owner/repository` is GitHub's.
    if text.contains('/') {
        return Some("git dependencies are not supported");
    }
    None
}

/// Splits `name@rest`, whose name may have a scope.
pub(crate) fn split_at_version(text: &str) -> (&str, Option<&str>) {
    let skip = usize::from(text.starts_with('@'));
    match text.get(skip..).and_then(|rest| rest.find('@')) {
        Some(at) => (
            text.get(..skip + at).unwrap_or(text),
            text.get(skip + at + 1..),
        ),
        None => (text, None),
    }
}

/// One argument of `add`: `zod`, `zod@4`, `z@npm:zod@^4`, `./folder`, `zod@file:x.tgz`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The name to install under, when it was given (a local package says its own).
    pub name: Option<String>,
    /// What is wanted.
    pub spec: Spec,
    /// The text behind the name, if any.
    pub text: Option<String>,
}

impl Request {
    /// Reads an argument; `None` if it is none.
    pub fn parse(argument: &str) -> Option<Self> {
        let argument = argument.trim();
        let bare = Spec::parse(argument);
        match &bare {
            Spec::Folder(_) | Spec::Tarball(_) | Spec::Link(_) => {
                return Some(Self {
                    name: None,
                    spec: bare,
                    text: Some(argument.to_owned()),
                });
            }
            _ => {}
        }
        if let Some(rest) = argument.strip_prefix("npm:") {
            // `add npm:zod@4` is `add zod@4`.
            return Self::parse(rest).filter(|request| request.name.is_some());
        }
        let (name, text) = split_at_version(argument);
        if name::is_valid(name) {
            let spec = match text {
                Some("") | None => Spec::Tag {
                    alias: None,
                    tag: "latest".to_owned(),
                },
                Some(text) => Spec::parse(text),
            };
            return Some(Self {
                name: Some(name.to_owned()),
                spec,
                text: text.filter(|text| !text.is_empty()).map(str::to_owned),
            });
        }
        // A kind that is known and not supported is told apart from nonsense, as far as it has the
        // form: `owner/repository` has two parts.
        let known = argument.contains(':')
            || argument.split('/').filter(|part| !part.is_empty()).count() == 2
                && !argument.starts_with('@')
                && !argument.contains("..");
        match bare {
            Spec::Unsupported { .. } if known => Some(Self {
                name: None,
                spec: bare,
                text: Some(argument.to_owned()),
            }),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn kind(text: &str) -> &'static str {
        match Spec::parse(text) {
            Spec::Range { alias: None, .. } => "range",
            Spec::Range { .. } => "alias range",
            Spec::Tag { alias: None, .. } => "tag",
            Spec::Tag { .. } => "alias tag",
            Spec::Folder(_) => "folder",
            Spec::Tarball(_) => "tarball",
            Spec::Link(_) => "link",
            Spec::Unsupported { .. } => "unsupported",
        }
    }

    #[test]
    fn kinds_are_told_apart() {
        for (text, expected) in [
            ("^1.2", "range"),
            ("", "range"),
            ("*", "range"),
            ("1 - 2 || 4", "range"),
            ("latest", "tag"),
            ("next-14", "tag"),
            ("npm:zod@^4", "alias range"),
            ("npm:@types/node", "alias range"),
            ("npm:zod@beta", "alias tag"),
            ("npm:../x@1", "unsupported"),
            ("file:../lib", "folder"),
            ("./lib", "folder"),
            ("file:a.tgz", "tarball"),
            ("a-1.0.0.tgz", "tarball"),
            ("link:../x", "link"),
            ("workspace:*", "unsupported"),
            ("git+ssh://x/y", "unsupported"),
            ("github:a/b", "unsupported"),
            ("a/b", "unsupported"),
            ("https://x/y.tgz", "unsupported"),
            ("catalog:", "unsupported"),
        ] {
            assert_eq!(kind(text), expected, "{text}");
        }
    }

    #[test]
    fn arguments_name_what_they_install() {
        let name = |text: &str| Request::parse(text).map(|request| request.name);
        assert_eq!(name("zod"), Some(Some("zod".to_owned())));
        assert_eq!(name("@types/node@22"), Some(Some("@types/node".to_owned())));
        assert_eq!(name("z@npm:zod@^4"), Some(Some("z".to_owned())));
        assert_eq!(name("npm:zod@^4"), Some(Some("zod".to_owned())));
        assert_eq!(name("./x"), Some(None));
        assert_eq!(name("a/b"), Some(None));
        assert_eq!(name("@x"), None);
        assert_eq!(name("not_valid/../x"), None);
        assert_eq!(name(""), None);
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "\\PC*", other in "[@a-z:/.^0-9]{0,20}") {
            for text in [text, other] {
                let _: Spec = Spec::parse(&text);
                let _: Option<Request> = Request::parse(&text);
            }
        }
    }
}
