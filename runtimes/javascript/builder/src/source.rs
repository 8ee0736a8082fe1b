//! What the artefacts are made of.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// Folders and files that decide what the guests are.
const FOLDERS: [&str; 10] = [
    "builder/src",
    "engine",
    "layer",
    "library",
    "npm",
    "syntax",
    "toolchain",
    "../unix/sys",
    "../unix/toolchain",
    "../../wit",
];
const FILES: [&str; 4] = [
    "Cargo.lock",
    "Cargo.toml",
    "builder/Cargo.lock",
    "builder/Cargo.toml",
];

/// Digest of everything that decides what the guests are: our sources and the versions of the rest.
///
/// A test compares it with the manifest to notice a `dist/` that is out of date.
pub(crate) fn digest(here: &Path) -> Result<String> {
    let mut files = Vec::new();
    for folder in FOLDERS {
        collect(&here.join(folder), folder, &mut files)?;
    }
    for file in FILES {
        files.push((file.to_owned(), here.join(file)));
    }
    files.sort();
    let mut hasher = blake3::Hasher::new();
    for (name, path) in files {
        let content = fs::read(&path).with_context(|| format!("read {}", path.display()))?;
        // A checkout may have changed the line ends.
        let content: Vec<u8> = content.into_iter().filter(|&byte| byte != b'\r').collect();
        hasher.update(format!("{name}\0{}\0", content.len()).as_bytes());
        hasher.update(&content);
    }
    Ok(hasher.finalize().to_hex().to_string())
}

fn collect(folder: &Path, name: &str, files: &mut Vec<(String, PathBuf)>) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("list {}", folder.display()))? {
        let entry = entry?;
        let file_name = entry.file_name().into_string().ok().context("file name")?;
        let name = format!("{name}/{file_name}");
        if entry.file_type()?.is_dir() {
            collect(&entry.path(), &name, files)?;
        } else {
            files.push((name, entry.path()));
        }
    }
    Ok(())
}
