//! Which members are meant.

use crate::glob::{self, Rules};

#[derive(Debug, Default)]
pub(super) struct Select {
    excluded: Vec<String>,
    /// Names on the command line are patterns.
    pub(super) wildcards: bool,
}

impl Select {
    pub(super) fn exclude(&mut self, pattern: &str) {
        self.excluded.push(pattern.trim_end_matches('/').to_owned());
    }

    /// A pattern excludes what has it as the last parts of its path, and all below.
    pub(super) fn is_excluded(&self, path: &str) -> bool {
        let path = path.trim_end_matches('/');
        self.excluded.iter().any(|pattern| {
            let mut ends: Vec<usize> = path.match_indices('/').map(|it| it.0).collect();
            ends.push(path.len());
            ends.into_iter().any(|end| {
                let upper = &path[..end];
                let starts = std::iter::once(0).chain(upper.match_indices('/').map(|it| it.0 + 1));
                starts
                    .into_iter()
                    .any(|start| glob::matches(pattern, &upper[start..], Rules::default()))
            })
        })
    }

    /// Whether a name on the command line means a member.
    pub(super) fn names(&self, name: &str, member: &str) -> bool {
        let name = name.trim_end_matches('/');
        let member = member.trim_end_matches('/');
        if self.wildcards && glob::matches(name, member, Rules::default()) {
            return true;
        }
        member == name
            || member
                .strip_prefix(name)
                .is_some_and(|rest| rest.starts_with('/'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exclusion() {
        let mut select = Select::default();
        select.exclude("*.o");
        select.exclude("dir/sub");
        select.exclude("node_modules/");
        assert!(select.is_excluded("a/b.o"));
        assert!(select.is_excluded("dir/sub/x"));
        assert!(select.is_excluded("x/node_modules/y/z"));
        assert!(!select.is_excluded("dir/subs"));
        assert!(select.names("a", "a/b"));
        assert!(!select.names("a", "ab"));
    }
}
