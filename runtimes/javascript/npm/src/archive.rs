//! Unpacks a package's tarball into a folder.
//!
//! A tarball is whatever its author made it. Nothing is created but plain files and folders below
//! the target: paths that lead elsewhere are an error, links and devices are passed over (npm does
//! so too: a handful of packages carry some by accident).

use flate2::read::GzDecoder;
use std::collections::HashSet;
use std::fs;
use std::io::{self, Read, Write as _};
use std::path::{Path, PathBuf};

/// What a tarball may become at most. Each bound stops a small download from filling the sandbox.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Files and folders; the largest packages of the registry have some tens of thousands.
    pub entries: u64,
    /// Bytes, headers included.
    pub bytes: u64,
    /// Bytes of one path; what the file systems of most machines allow.
    pub path: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            entries: 200_000,
            bytes: 2 << 30,
            path: 4_096,
        }
    }
}

/// A header that says how a long name goes on: no path that is allowed needs more.
const MAX_EXTENSION: u64 = 64 * 1024;

/// The package.json of a package is read into memory.
const MAX_MANIFEST: u64 = 16 << 20;

/// What was unpacked.
#[derive(Debug, Default)]
pub struct Unpacked {
    /// Files, with their paths below the target.
    pub files: u64,
    /// Those that were marked as programs.
    pub programs: Vec<PathBuf>,
    /// Links and devices that were passed over.
    pub skipped: u64,
}

/// Unpacks `bytes` below `target`, which exists. The error is what is wrong with the archive, or
/// what the file system said.
pub fn unpack(bytes: &[u8], target: &Path, limits: Limits) -> Result<Unpacked, String> {
    let mut folders = HashSet::new();
    each_file(bytes, limits, &mut |path, contents| {
        write_file(contents, &target.join(path), &mut folders)
    })
}

/// The package.json in a tarball.
pub(crate) fn manifest(bytes: &[u8], limits: Limits) -> Result<Vec<u8>, String> {
    let mut found = Vec::new();
    each_file(bytes, limits, &mut |path, contents| {
        if path == Path::new("package.json") {
            found.clear();
            contents.take(MAX_MANIFEST).read_to_end(&mut found)?;
        }
        Ok(())
    })?;
    if found.is_empty() {
        return Err("it has no package.json".to_owned());
    }
    Ok(found)
}

type Sink<'a> = dyn FnMut(&Path, &mut dyn Read) -> io::Result<()> + 'a;

fn each_file(bytes: &[u8], limits: Limits, sink: &mut Sink<'_>) -> Result<Unpacked, String> {
    // npm accepts both, and some registries serve tarballs that are not compressed.
    if bytes.starts_with(&[0x1f, 0x8b]) {
        each_file_of_tar(GzDecoder::new(bytes), limits, sink)
    } else {
        each_file_of_tar(bytes, limits, sink)
    }
}

fn each_file_of_tar(
    tar: impl Read,
    limits: Limits,
    sink: &mut Sink<'_>,
) -> Result<Unpacked, String> {
    let bounded = Bounded {
        inner: tar,
        left: limits.bytes,
    };
    let mut archive = tar::Archive::new(bounded);
    let mut unpacked = Unpacked::default();
    let mut long_name: Option<Vec<u8>> = None;
    let mut count = 0;
    let entries = archive
        .entries()
        .map_err(|error| error.to_string())?
        .raw(true);
    for entry in entries {
        let mut entry = entry.map_err(|error| error.to_string())?;
        count += 1;
        if count > limits.entries {
            return Err(format!("it has more than {} entries", limits.entries));
        }
        let kind = entry.header().entry_type();
        if kind.is_gnu_longname() {
            let mut name = extension(&mut entry)?;
            while name.last() == Some(&0) {
                name.pop();
            }
            long_name = Some(name);
            continue;
        }
        if kind.is_pax_local_extensions() {
            if let Some(path) = pax_path(&extension(&mut entry)?) {
                long_name = Some(path);
            }
            continue;
        }
        if kind.is_pax_global_extensions() {
            // git writes its commit here.
            continue;
        }
        if kind.is_gnu_longlink() {
            unpacked.skipped += 1;
            continue;
        }
        let name = match long_name.take() {
            Some(name) => name,
            None => entry.path_bytes().into_owned(),
        };
        let name = String::from_utf8(name).map_err(|_| "a path is not UTF-8")?;
        if kind.is_dir() {
            // Folders that matter have files in them.
            inside(&name, limits)?;
            continue;
        }
        if !kind.is_file() && !kind.is_contiguous() {
            unpacked.skipped += 1;
            continue;
        }
        let Some(path) = inside(&name, limits)? else {
            continue;
        };
        sink(&path, &mut entry).map_err(|error| format!("{name}: {error}"))?;
        if entry.header().mode().is_ok_and(|mode| mode & 0o111 != 0) {
            unpacked.programs.push(path);
        }
        unpacked.files += 1;
    }
    if count == 0 {
        return Err("it is empty".to_owned());
    }
    Ok(unpacked)
}

fn write_file(entry: &mut dyn Read, file: &Path, folders: &mut HashSet<PathBuf>) -> io::Result<()> {
    if let Some(parent) = file.parent()
        && !folders.contains(parent)
    {
        fs::create_dir_all(parent)?;
        folders.insert(parent.to_owned());
    }
    let mut out = fs::File::create(file)?;
    // Larger than io::copy's own: each write of a guest is a call of the host.
    let mut buffer = vec![0; 128 * 1024];
    loop {
        let read = entry.read(&mut buffer)?;
        match buffer.get(..read) {
            Some(bytes) if !bytes.is_empty() => out.write_all(bytes)?,
            _ => return Ok(()),
        }
    }
}

fn extension(entry: &mut tar::Entry<'_, impl Read>) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    entry
        .take(MAX_EXTENSION + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| error.to_string())?;
    if bytes.len() as u64 > MAX_EXTENSION {
        return Err("a header is too long".to_owned());
    }
    Ok(bytes)
}

fn pax_path(bytes: &[u8]) -> Option<Vec<u8>> {
    tar::PaxExtensions::new(bytes)
        .filter_map(Result::ok)
        .filter(|record| record.key_bytes() == b"path")
        .last()
        .map(|record| record.value_bytes().to_vec())
}

/// The path without its first component (`package/`, whatever it is called), if it stays inside.
fn inside(name: &str, limits: Limits) -> Result<Option<PathBuf>, String> {
    if name.len() > limits.path {
        return Err("a path is too long".to_owned());
    }
    if name.starts_with('/') {
        return Err(format!("{name:?} is an absolute path"));
    }
    if name.contains('\0') {
        return Err(format!("{name:?} is no path"));
    }
    let mut parts = name.split('/').filter(|part| !matches!(*part, "" | "."));
    if name.split('/').any(|part| part == "..") {
        return Err(format!("{name:?} leads out of the package"));
    }
    parts.next();
    let path: PathBuf = parts.collect();
    Ok((!path.as_os_str().is_empty()).then_some(path))
}

/// A reader that fails after so many bytes, instead of ending.
struct Bounded<R> {
    inner: R,
    left: u64,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.left = self
            .left
            .checked_sub(read as u64)
            .ok_or_else(|| io::Error::other("it is larger than what may be unpacked"))?;
        Ok(read)
    }
}

#[cfg(test)]
mod tests;
