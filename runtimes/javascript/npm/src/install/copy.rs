//! Copies of folders of this machine.

use crate::archive::Limits;
use crate::error::{At as _, Error};
use std::collections::BTreeMap;
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// Never part of a package.
const LEFT_OUT: [&str; 3] = ["node_modules", ".git", ".DS_Store"];

/// The files of a folder, with their lengths. Links are left out, as npm leaves them out of
/// tarballs: a copy of one would lead elsewhere.
fn files(folder: &Path, limits: Limits) -> Result<BTreeMap<PathBuf, u64>, Error> {
    let mut found = BTreeMap::new();
    let mut left = vec![PathBuf::new()];
    let mut bytes = 0_u64;
    while let Some(below) = left.pop() {
        let at = folder.join(&below);
        for entry in fs::read_dir(&at).at("reading", &at)? {
            let entry = entry.at("reading", &at)?;
            let name = entry.file_name();
            if LEFT_OUT.iter().any(|out| name == *out) {
                continue;
            }
            let path = below.join(&name);
            let about = entry.metadata().at("reading", &at)?;
            if about.is_dir() {
                left.push(path);
            } else if about.is_file() {
                bytes = bytes.saturating_add(about.len());
                found.insert(path, about.len());
            }
            if (found.len() + left.len()) as u64 > limits.entries || bytes > limits.bytes {
                return Err(Error::Limit {
                    what: format!("files in {}", folder.display()),
                    limit: limits.entries,
                });
            }
        }
    }
    Ok(found)
}

/// Copies a package's folder.
pub(super) fn copy(from: &Path, to: &Path, limits: Limits) -> Result<(), Error> {
    fs::create_dir_all(to).at("creating", to)?;
    for path in files(from, limits)?.into_keys() {
        let (source, target) = (from.join(&path), to.join(&path));
        if let Some(parent) = target.parent() {
            fs::create_dir_all(parent).at("creating", parent)?;
        }
        fs::copy(&source, &target).at("copying", &source)?;
    }
    Ok(())
}

/// Whether a copy still is one.
pub(super) fn is_same(from: &Path, to: &Path, limits: Limits) -> bool {
    let (Ok(theirs), Ok(ours)) = (files(from, limits), files(to, limits)) else {
        return false;
    };
    theirs == ours
        && theirs
            .keys()
            .all(|path| same_contents(&from.join(path), &to.join(path)))
}

fn same_contents(a: &Path, b: &Path) -> bool {
    let (Ok(mut a), Ok(mut b)) = (fs::File::open(a), fs::File::open(b)) else {
        return false;
    };
    let (mut left, mut right) = (Vec::new(), Vec::new());
    loop {
        left.clear();
        right.clear();
        let read = a.by_ref().take(64 * 1024).read_to_end(&mut left);
        let other = b.by_ref().take(64 * 1024).read_to_end(&mut right);
        if read.is_err() || other.is_err() || left != right {
            return false;
        }
        if left.is_empty() {
            return true;
        }
    }
}
