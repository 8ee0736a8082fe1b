//! Names of packages and of their programs.
//!
//! A name becomes a folder below node_modules, so it is checked wherever it comes from: a registry,
//! a tarball, a lock file, a package.json.

/// npm allows 214; old packages have none longer.
const MAX_NAME: usize = 214;

/// Whether the text may be the name of a package (`zod`, `@types/node`).
///
/// npm's rules for names that exist, which are wider than those for new ones: capitals are allowed.
pub fn is_valid(name: &str) -> bool {
    if name.len() > MAX_NAME {
        return false;
    }
    match name.strip_prefix('@') {
        Some(scoped) => scoped
            .split_once('/')
            .is_some_and(|(scope, rest)| is_part(scope) && is_part(rest)),
        None => is_part(name) && !matches!(name, "node_modules" | "favicon.ico"),
    }
}

/// Whether the text may be the name of a link in `.bin`.
pub fn is_valid_bin(name: &str) -> bool {
    name.len() <= MAX_NAME
        && !name.is_empty()
        && !matches!(name, "." | "..")
        && name
            .chars()
            .all(|c| !matches!(c, '/' | '\\' | ':' | '\0') && !c.is_control() && !c.is_whitespace())
}

fn is_part(part: &str) -> bool {
    !part.is_empty()
        && !part.starts_with(['.', '_'])
        && part.bytes().all(|byte| {
            // What encodeURIComponent leaves alone, which is npm's rule.
            byte.is_ascii_alphanumeric() || b"-_.!~*'()".contains(&byte)
        })
}

/// The name without its scope, which is what a single program is called.
pub fn base(name: &str) -> &str {
    name.rsplit_once('/').map_or(name, |(_, base)| base)
}

/// Splits `@scope/a/b` into names, as the keys of `bun.lock` are written.
pub(crate) fn split_path(key: &str) -> Option<Vec<&str>> {
    let mut names = Vec::new();
    let mut rest = key;
    loop {
        let skip = if rest.starts_with('@') {
            rest.find('/')? + 1
        } else {
            0
        };
        let end = rest
            .get(skip..)?
            .find('/')
            .map_or(rest.len(), |at| skip + at);
        let name = rest.get(..end)?;
        if !is_valid(name) {
            return None;
        }
        names.push(name);
        if end == rest.len() {
            return Some(names);
        }
        rest = rest.get(end + 1..)?;
    }
}

/// A key that sorts as npm sorts names (the root collation of `localeCompare`): punctuation before
/// digits before letters, capitals only where nothing else differs.
pub(crate) fn sort_key(text: &str) -> (Vec<u8>, Vec<u8>) {
    let primary = text
        .bytes()
        .map(|byte| match byte {
            b'_' => 1,
            b'-' => 2,
            b'.' => 3,
            b'!' => 4,
            b'\'' => 5,
            b'(' => 6,
            b')' => 7,
            b'@' => 8,
            b'*' => 9,
            b'/' => 10,
            b'~' => 11,
            b'0'..=b'9' => byte,
            _ => byte.to_ascii_lowercase(),
        })
        .collect();
    // Of two that differ in case only, the small letter comes first.
    let case = text
        .bytes()
        .map(|byte| u8::from(byte.is_ascii_uppercase()))
        .collect();
    (primary, case)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_are_no_folder_are_refused() {
        for name in [
            "zod",
            "@types/node",
            "lodash.merge",
            "JSONStream",
            "a~b",
            "@s/_x",
        ] {
            assert_eq!(is_valid(name), name != "@s/_x", "{name}");
        }
        for name in [
            "",
            ".",
            "..",
            "../x",
            "a/b",
            "@/x",
            "@x",
            "@x/",
            "@x/..",
            "@../x",
            "@x/y/z",
            ".bin",
            "_x",
            "a\\b",
            "a b",
            "a\0",
            "node_modules",
            "/x",
            "a:b",
            "é",
        ] {
            assert!(!is_valid(name), "{name:?}");
        }
        assert!(!is_valid(&"a".repeat(300)));
    }

    #[test]
    fn programs_with_a_path_in_their_name_are_refused() {
        assert!(is_valid_bin("node-which"));
        for name in ["", ".", "..", "a/b", "../x", "a\\b", "a b", "a\nb"] {
            assert!(!is_valid_bin(name), "{name:?}");
        }
    }

    #[test]
    fn keys_split_at_names() {
        assert_eq!(split_path("a/@s/b/c"), Some(vec!["a", "@s/b", "c"]));
        assert_eq!(split_path("@s/b"), Some(vec!["@s/b"]));
        for key in ["", "/", "a/", "@s", "a//b", "a/../b", "a/."] {
            assert_eq!(split_path(key), None, "{key:?}");
        }
    }

    #[test]
    fn names_sort_as_npm_sorts_them() {
        let mut names = ["b", "B", "a-b", "a_b", "ab", "@s/x", "a.b", "a1", "a"];
        names.sort_by_key(|name| sort_key(name));
        assert_eq!(
            names,
            ["@s/x", "a", "a_b", "a-b", "a.b", "a1", "ab", "b", "B"]
        );
    }
}
