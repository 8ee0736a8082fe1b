//! Guest paths: absolute, normalised, resolved without ever asking the host.

use std::fmt;

use super::error::FsError;

/// Longest path accepted, as POSIX's `PATH_MAX` on Linux. Bounds what one request can make us hash
/// and compare.
const MAX_PATH_BYTES: usize = 4096;
/// Longest component, as `NAME_MAX`.
const MAX_NAME_BYTES: usize = 255;

/// An absolute path inside a sandbox: starts with `/`, has no `.`, `..`, empty component, NUL or
/// trailing slash. Never a path of the host.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct GuestPath(String);

impl GuestPath {
    /// The root, `/`.
    pub(crate) fn root() -> Self {
        Self("/".into())
    }

    /// Resolves `path` against the absolute `cwd`. `..` is resolved by name, not through symbolic
    /// links.
    ///
    /// # Errors
    /// [`FsError::InvalidPath`] for an empty path, a NUL, or a `..` that would leave the root;
    /// [`FsError::NameTooLong`] for more than 4096 bytes or a component of more than 255.
    pub(crate) fn parse(path: &str, cwd: &Self) -> Result<Self, FsError> {
        let invalid = |reason| FsError::InvalidPath {
            path: path.chars().take(200).collect(),
            reason,
        };
        if path.is_empty() {
            return Err(invalid("it is empty"));
        }
        if path.contains('\0') {
            return Err(invalid("it contains a NUL character"));
        }
        if path.len() > MAX_PATH_BYTES {
            return Err(FsError::NameTooLong {
                limit: MAX_PATH_BYTES,
            });
        }
        let mut components: Vec<&str> = Vec::new();
        let base = if path.starts_with('/') { "" } else { &cwd.0 };
        for component in base.split('/').chain(path.split('/')) {
            match component {
                "" | "." => {}
                ".." => {
                    if components.pop().is_none() {
                        return Err(invalid("it leads outside of the sandbox"));
                    }
                }
                name if name.len() > MAX_NAME_BYTES => {
                    return Err(FsError::NameTooLong {
                        limit: MAX_NAME_BYTES,
                    });
                }
                name => components.push(name),
            }
        }
        let resolved = format!("/{}", components.join("/"));
        if resolved.len() > MAX_PATH_BYTES {
            return Err(FsError::NameTooLong {
                limit: MAX_PATH_BYTES,
            });
        }
        Ok(Self(resolved))
    }

    /// The path as text.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// The path from the root; `.` for the root itself.
    pub(crate) fn relative(&self) -> &str {
        match self.0.get(1..) {
            None | Some("") => ".",
            Some(path) => path,
        }
    }

    /// The path without its last component; none for the root.
    pub(crate) fn parent(&self) -> Option<Self> {
        match self.0.rsplit_once('/')? {
            (_, "") => None,
            ("", _) => Some(Self::root()),
            (parent, _) => Some(Self(parent.to_owned())),
        }
    }
}

impl fmt::Display for GuestPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parse(path: &str) -> Result<String, FsError> {
        let cwd = GuestPath::parse("/home/agentuity", &GuestPath::root()).unwrap();
        GuestPath::parse(path, &cwd).map(|path| path.0)
    }

    #[test]
    fn resolves_against_the_working_directory() {
        assert_eq!(parse("a/b").unwrap(), "/home/agentuity/a/b");
        assert_eq!(parse("./a//b/").unwrap(), "/home/agentuity/a/b");
        assert_eq!(parse("../../etc/x").unwrap(), "/etc/x");
        assert_eq!(parse("/").unwrap(), "/");
        assert_eq!(parse("/tmp/../usr").unwrap(), "/usr");
    }

    #[test]
    fn refuses_what_leads_outside_or_cannot_be_a_name() {
        for path in ["", "../../..", "/..", "a\0b", "/tmp/../../x"] {
            assert!(
                matches!(parse(path), Err(FsError::InvalidPath { .. })),
                "{path:?}"
            );
        }
        assert!(matches!(
            parse(&"x".repeat(256)),
            Err(FsError::NameTooLong { limit: 255 })
        ));
        assert!(matches!(
            parse(&"x/".repeat(2100)),
            Err(FsError::NameTooLong { limit: 4096 })
        ));
    }

    #[test]
    fn a_parent_is_one_name_shorter() {
        let path = |text| GuestPath::parse(text, &GuestPath::root()).unwrap();
        assert_eq!(path("/usr/lib").parent(), Some(path("/usr")));
        assert_eq!(path("/usr").parent(), Some(GuestPath::root()));
        assert_eq!(path("/").parent(), None);
        assert_eq!(path("/usr/lib").relative(), "usr/lib");
        assert_eq!(path("/").relative(), ".");
    }

    proptest! {
        #[test]
        fn a_resolved_path_is_canonical_and_never_leaves_the_root(path in "[a./\\x00é ]{0,40}") {
            if let Ok(resolved) = parse(&path) {
                prop_assert!(resolved.starts_with('/'));
                prop_assert!(resolved == "/" || !resolved.ends_with('/'));
                prop_assert!(!resolved.split('/').any(|part| part == ".." || part == "."));
                prop_assert!(!resolved.contains('\0') && !resolved.contains("//"));
                let again = GuestPath::parse(&resolved, &GuestPath::root()).unwrap();
                prop_assert_eq!(again.as_str(), resolved);
            }
        }
    }
}
