//! Users and groups, from `/etc/passwd` and `/etc/group`.

use std::fs;

/// The fields of the first line that has `value` in a field.
fn line(file: &str, field: usize, value: &str) -> Option<Vec<String>> {
    let text = fs::read_to_string(file).ok()?;
    let mut lines = text.lines().map(|it| it.split(':').collect::<Vec<_>>());
    let found = lines.find(|it| it.get(field) == Some(&value))?;
    Some(found.into_iter().map(str::to_owned).collect())
}

pub(crate) fn user_name(uid: u32) -> Option<String> {
    line("/etc/passwd", 2, &uid.to_string())?.into_iter().next()
}

pub(crate) fn group_name(gid: u32) -> Option<String> {
    line("/etc/group", 2, &gid.to_string())?.into_iter().next()
}

/// A user by name or number.
pub(crate) fn user_id(name: &str) -> Option<u32> {
    let found = line("/etc/passwd", 0, name).and_then(|it| it.get(2)?.parse().ok());
    found.or_else(|| name.parse().ok())
}

/// A group by name or number.
pub(crate) fn group_id(name: &str) -> Option<u32> {
    let found = line("/etc/group", 0, name).and_then(|it| it.get(2)?.parse().ok());
    found.or_else(|| name.parse().ok())
}
