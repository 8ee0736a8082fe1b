//! Files, as several tools need them.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A time in nanoseconds since the epoch as the standard library has it.
pub(crate) fn time(nanos: i64) -> SystemTime {
    let distance = Duration::from_nanos(nanos.unsigned_abs());
    if nanos < 0 {
        UNIX_EPOCH - distance
    } else {
        UNIX_EPOCH + distance
    }
}

/// Makes a symbolic link.
#[cfg(unix)]
pub(crate) fn symlink(target: &str, path: &str) -> std::io::Result<()> {
    std::os::unix::fs::symlink(target, path)
}

/// Makes a symbolic link. (The function has another name where links to directories are special.)
#[cfg(not(unix))]
#[expect(
    deprecated,
    reason = "the only stable function for it that WASI has"
)]
pub(crate) fn symlink(target: &str, path: &str) -> std::io::Result<()> {
    std::fs::soft_link(target, path)
}

/// A path as a member of an archive may have it, made harmless: relative, without `..`. None if it
/// would lead out of the directory.
pub(crate) fn inside(path: &str) -> Option<String> {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => return None,
            other => parts.push(other),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::inside;

    #[test]
    fn members_stay_inside() {
        assert_eq!(inside("/etc/passwd").as_deref(), Some("etc/passwd"));
        assert_eq!(inside("./a//b/").as_deref(), Some("a/b"));
        assert_eq!(inside("a/../../b"), None);
    }
}
