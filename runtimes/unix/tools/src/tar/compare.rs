//! `-d`: how files differ from what an archive has of them.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

use tar::{EntryType, Header};

use crate::os;
use crate::report;

/// What differs, in GNU's words. An error is one of reading the archive.
pub(super) fn member(
    path: &Path,
    header: &Header,
    target: Option<&Path>,
    content: &mut dyn Read,
) -> io::Result<Vec<String>> {
    let shown = path.to_string_lossy();
    let stat = match os::lstat(&shown) {
        Ok(stat) => stat,
        Err(error) => {
            return Ok(vec![format!(
                "Warning: Cannot stat: {}",
                report::text(&error)
            )]);
        }
    };
    let mut found = Vec::new();
    let mut differs = |what: &str| found.push(what.to_owned());
    let kind = header.entry_type();
    match kind {
        EntryType::Symlink => {
            if !stat.is_link() {
                differs("File type differs");
            } else if fs::read_link(path).ok().as_deref() != target {
                differs("Symlink differs");
            }
            return Ok(found);
        }
        EntryType::Link => {
            let first = target.map(|it| os::lstat(&it.to_string_lossy()));
            if !matches!(first, Some(Ok(first)) if first.same(&stat)) {
                let name = target.map(|it| it.to_string_lossy()).unwrap_or_default();
                differs(&format!("Not linked to {name}"));
            }
            return Ok(found);
        }
        EntryType::Directory if !stat.is_dir() => {
            differs("File type differs");
            return Ok(found);
        }
        EntryType::Directory => {}
        EntryType::Regular | EntryType::Continuous | EntryType::GNUSparse if !stat.is_file() => {
            differs("File type differs");
            return Ok(found);
        }
        _ => {}
    }
    if header.mode().is_ok_and(|it| it & 0o7777 != stat.mode & 0o7777) {
        differs("Mode differs");
    }
    if kind == EntryType::Directory {
        return Ok(found);
    }
    if header.uid().is_ok_and(|it| it != u64::from(stat.uid)) {
        differs("Uid differs");
    }
    if header.gid().is_ok_and(|it| it != u64::from(stat.gid)) {
        differs("Gid differs");
    }
    let seconds = stat.modified.div_euclid(1_000_000_000);
    if header.mtime().is_ok_and(|it| i64::try_from(it) != Ok(seconds)) {
        differs("Mod time differs");
    }
    if header.entry_size()? != stat.size {
        differs("Size differs");
        return Ok(found);
    }
    match File::open(path) {
        Ok(file) => {
            if !same_content(content, file)? {
                differs("Contents differ");
            }
        }
        Err(error) => differs(&format!("Cannot open: {}", report::text(&error))),
    }
    Ok(found)
}

/// Whether a file has the same bytes. A file that cannot be read has not.
fn same_content(content: &mut dyn Read, mut file: File) -> io::Result<bool> {
    let mut ours = vec![0; 1 << 16];
    let mut theirs = Vec::with_capacity(ours.len());
    loop {
        let count = content.read(&mut ours)?;
        if count == 0 {
            return Ok(true);
        }
        theirs.clear();
        let read = (&mut file).take(count as u64).read_to_end(&mut theirs);
        if read.is_err() || theirs != ours[..count] {
            return Ok(false);
        }
    }
}
