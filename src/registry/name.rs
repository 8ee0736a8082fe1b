//! Names of packages, their versions, and what a user writes to have one installed.

use std::fmt;

use super::{Asked, Error};

/// npm publishes no longer ones; those that are older and longer are not worth a door for long URLs.
const MAX_NAME: usize = 214;

/// As the `semver` package of npm.
const MAX_VERSION: usize = 256;

/// What is quoted of a name in an error.
const MAX_QUOTED: usize = 80;

/// Checks the name of a package by npm's rules (`validate-npm-package-name`, those for packages
/// that exist: capital letters and `~'!()*` are no longer given out, but there).
///
/// # Errors
/// If no package can have it.
pub fn check_name(name: &str) -> Result<(), Error> {
    fault(name).map_or(Ok(()), |reason| {
        Err(Error::InvalidName {
            name: name.chars().take(MAX_QUOTED).collect(),
            reason,
        })
    })
}

fn fault(name: &str) -> Option<&'static str> {
    if name.is_empty() {
        return Some("it is empty");
    }
    if name.len() > MAX_NAME {
        return Some("it is longer than 214 characters");
    }
    let (scope, bare) = match name.strip_prefix('@') {
        None => (None, name),
        Some(rest) => match rest.split_once('/') {
            None => return Some("a scope is followed by a slash and a name"),
            Some((scope, bare)) => (Some(scope), bare),
        },
    };
    for part in scope.into_iter().chain([bare]) {
        if part.is_empty() {
            return Some("a part of it is empty");
        }
        if part.starts_with('.') {
            return Some("it begins with a period");
        }
        if !part.bytes().all(is_unreserved) {
            return Some("it contains characters that a name cannot have");
        }
    }
    if scope.is_none() {
        if name.starts_with('-') {
            return Some("it begins with a hyphen");
        }
        if name.starts_with('_') {
            return Some("it begins with an underscore");
        }
        if ["node_modules", "favicon.ico"]
            .iter()
            .any(|taken| name.eq_ignore_ascii_case(taken))
        {
            return Some("it is reserved");
        }
    }
    None
}

/// What `encodeURIComponent` leaves as it is.
const fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(
            byte,
            b'-' | b'_' | b'.' | b'!' | b'~' | b'*' | b'\'' | b'(' | b')'
        )
}

/// Checks that `version` could be one: the characters of Semantic Versioning, and not too long.
///
/// # Errors
/// If it is none.
pub fn check_version(name: &str, version: &str) -> Result<(), Error> {
    let fits = (1..=MAX_VERSION).contains(&version.len())
        && version.starts_with(|first: char| first.is_ascii_digit())
        && version
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'+'));
    if fits {
        return Ok(());
    }
    let version: String = version.chars().take(MAX_QUOTED).collect();
    Err(Error::InvalidRequest {
        asked: Asked::Metadata {
            name: name.to_owned(),
        },
        reason: format!("{version:?} is not a version"),
    })
}

/// What is to be installed: a package, and perhaps which version: `zod`, `zod@3.23.8`,
/// `zod@^3.20`, `@hono/node-server@latest`.
///
/// Only packages of the registry: no addresses, no folders, no git repositories, no aliases.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PackageSpec {
    name: String,
    wanted: Option<String>,
}

impl PackageSpec {
    /// Reads one.
    ///
    /// # Errors
    /// If the name is none, or what follows `@` is neither a range of versions nor a tag.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let at = text
            .char_indices()
            .skip(1)
            .find(|(_, character)| *character == '@');
        let (name, wanted) = match at {
            None => (text, None),
            Some((at, _)) => {
                let (name, rest) = text.split_at(at);
                (name, rest.strip_prefix('@'))
            }
        };
        check_name(name)?;
        if let Some(wanted) = wanted
            && let Some(reason) = range_fault(wanted)
        {
            return Err(Error::InvalidRequest {
                asked: Asked::Metadata {
                    name: name.to_owned(),
                },
                reason: reason.to_owned(),
            });
        }
        Ok(Self {
            name: name.to_owned(),
            wanted: wanted.map(str::to_owned),
        })
    }

    /// The package.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The range of versions or the tag, as written.
    #[must_use]
    pub fn wanted(&self) -> Option<&str> {
        self.wanted.as_deref()
    }
}

/// Whether a range means anything is for whoever resolves it; this keeps out what is none: a colon or
/// a slash make it an address, an alias or a folder.
fn range_fault(wanted: &str) -> Option<&'static str> {
    if wanted.is_empty() {
        return Some("there is no version after the @");
    }
    if wanted.len() > MAX_VERSION {
        return Some("what follows the @ is longer than 256 characters");
    }
    let fits = |byte: u8| {
        byte.is_ascii_alphanumeric()
            || matches!(
                byte,
                b'.' | b'-' | b'+' | b'_' | b'^' | b'~' | b'*' | b'<' | b'>' | b'=' | b'|' | b' '
            )
    };
    (!wanted.bytes().all(fits)).then_some(
        "what follows the @ must be a version, a range of versions or a tag of the registry",
    )
}

impl fmt::Display for PackageSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        self.wanted
            .as_ref()
            .map_or(Ok(()), |wanted| write!(f, "@{wanted}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_packages_have() {
        for name in [
            "zod",
            "lodash.merge",
            "JSONStream",
            "@hono/node-server",
            "@types/node",
            "is-number",
            "a_b",
            "@scope/_private",
            "crazy!",
            "3d",
        ] {
            assert_eq!(check_name(name), Ok(()), "{name}");
        }
    }

    #[test]
    fn names_that_none_has() {
        let long = "a".repeat(215);
        for name in [
            "",
            ".",
            "..",
            "../x",
            "../../etc/passwd",
            ".bin",
            "_x",
            "-g",
            "a/b",
            "a b",
            " a",
            "a ",
            "a\0b",
            "a\nb",
            "ä",
            "@",
            "@/",
            "@a",
            "@a/",
            "@/b",
            "@a/b/c",
            "@../x",
            "@a/..",
            "@a/.b",
            "node_modules",
            "Favicon.ico",
            "a%2fb",
            "a?b",
            "a#b",
            "a:b",
            "a\\b",
            "http://x/y",
            &long,
        ] {
            assert!(
                matches!(check_name(name), Err(Error::InvalidName { .. })),
                "{name:?}"
            );
        }
    }

    #[test]
    fn versions() {
        for version in ["1.2.3", "0.0.0-beta.1+build.5", "2024.1.1"] {
            assert_eq!(check_version("x", version), Ok(()), "{version}");
        }
        for version in ["", "^1", "latest", "1/../2", "1 2", &"1".repeat(300)] {
            assert!(check_version("x", version).is_err(), "{version:?}");
        }
    }

    #[test]
    fn what_users_write() {
        for (text, name, wanted) in [
            ("zod", "zod", None),
            ("zod@3.23.8", "zod", Some("3.23.8")),
            (
                "zod@^3 || >=4.0.0-beta <5",
                "zod",
                Some("^3 || >=4.0.0-beta <5"),
            ),
            ("@a/b", "@a/b", None),
            ("@a/b@next", "@a/b", Some("next")),
            ("left-pad@*", "left-pad", Some("*")),
        ] {
            let spec = PackageSpec::parse(text).unwrap();
            assert_eq!((spec.name(), spec.wanted()), (name, wanted), "{text}");
            assert_eq!(spec.to_string(), text);
        }
        for text in [
            "",
            "@",
            "zod@",
            "-g",
            "--global",
            "zod@npm:lodash",
            "zod@file:../x",
            "zod@1;rm",
            "zod@$(x)",
            "https://x/y.tgz",
            "user/repo",
            "zod@git+ssh://x",
            "./x",
            "zod@1`x`",
            "a@b@c",
        ] {
            assert!(PackageSpec::parse(text).is_err(), "{text:?}");
        }
    }
}
