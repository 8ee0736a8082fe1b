//! Which packages are for this machine.

/// What `process.platform` and `process.arch` say, and the C library.
///
/// Native code for it does not exist, so optional packages that bring some are left out, and
/// required ones are an error rather than a program that cannot start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Platform {
    /// `process.platform`.
    pub os: String,
    /// `process.arch`.
    pub cpu: String,
    /// `glibc` or `musl`, if either.
    pub libc: Option<String>,
}

impl Default for Platform {
    fn default() -> Self {
        Self {
            os: "linux".to_owned(),
            cpu: "wasm32".to_owned(),
            libc: None,
        }
    }
}

impl Platform {
    /// Whether a package with these lists may be installed.
    pub fn admits(&self, os: &[String], cpu: &[String], libc: &[String]) -> bool {
        admits(os, Some(&self.os))
            && admits(cpu, Some(&self.cpu))
            && (libc.is_empty() || self.os != "linux" || admits(libc, self.libc.as_deref()))
    }
}

impl std::fmt::Display for Platform {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{} {}", self.os, self.cpu)
    }
}

/// npm's rule: what is excluded by `!name` is out, and of what is named without it, one must match.
fn admits(list: &[String], actual: Option<&str>) -> bool {
    let named = |entry: &&String| !entry.starts_with('!') && *entry != "any";
    let excluded = list.iter().any(|entry| {
        entry
            .strip_prefix('!')
            .is_some_and(|name| Some(name) == actual)
    });
    let listed = list.iter().any(|entry| Some(entry.as_str()) == actual);
    !excluded && (listed || !list.iter().any(|entry| named(&entry)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(text: &str) -> Vec<String> {
        text.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn lists_name_or_exclude() {
        let here = Platform::default();
        let is = |os: &str, cpu: &str, libc: &str| here.admits(&list(os), &list(cpu), &list(libc));
        assert!(is("", "", ""));
        assert!(is("linux darwin", "", ""));
        assert!(is("!win32", "", ""));
        assert!(is("any", "wasm32", ""));
        assert!(!is("darwin", "", ""));
        assert!(!is("!linux", "", ""));
        assert!(!is("linux", "x64", ""));
        assert!(!is("linux", "wasm32", "glibc"));
    }
}
