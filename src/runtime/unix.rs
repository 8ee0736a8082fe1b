//! The layer that all runtimes have in common: a shell and the Unix tools, each a program under many
//! names.

use std::io;
use std::sync::LazyLock;

use serde::Deserialize;

use super::install::ProgramContent;
use super::tree::Builder;
use crate::digest::Digest;

/// Where programs are, below the root.
const FOLDER: &str = "usr/bin";

/// A guest of `runtimes/unix`.
#[derive(Debug)]
pub(super) struct Tool {
    /// Its file's name in `/usr/bin`.
    pub(super) file: &'static str,
    /// Other names it has there, a line each.
    names: &'static str,
    /// The artefact of its own build, compressed with zstd.
    artefact: &'static [u8],
}

/// All of them, and what their build says of them.
pub(super) static TOOLS: [Tool; 3] = [
    Tool {
        file: "bash",
        names: include_str!("../../runtimes/unix/shell/names.txt"),
        artefact: include_bytes!("../../runtimes/unix/dist/sh.wasm.zst"),
    },
    Tool {
        file: "coreutils",
        names: include_str!("../../runtimes/unix/coreutils/names.txt"),
        artefact: include_bytes!("../../runtimes/unix/dist/coreutils.wasm.zst"),
    },
    Tool {
        file: "tools",
        names: include_str!("../../runtimes/unix/tools/names.txt"),
        artefact: include_bytes!("../../runtimes/unix/dist/tools.wasm.zst"),
    },
];

/// `dist/manifest.json` of the tools.
#[derive(Debug, Deserialize)]
struct Built {
    artefacts: Artefacts,
}

#[derive(Debug, Deserialize)]
struct Artefacts {
    sh: Artefact,
    coreutils: Artefact,
    tools: Artefact,
}

/// One of its entries.
#[derive(Debug, Deserialize)]
struct Artefact {
    digest: Digest,
    size: u64,
}

static BUILT: LazyLock<Built> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../runtimes/unix/dist/manifest.json"))
        .expect("our own build wrote it; a test reads it")
});

impl Tool {
    fn built(&self) -> &'static Artefact {
        let artefacts = &BUILT.artefacts;
        match self.file {
            "bash" => &artefacts.sh,
            "coreutils" => &artefacts.coreutils,
            _ => &artefacts.tools,
        }
    }

    /// Decompresses and checks it.
    fn component(&self) -> io::Result<Vec<u8>> {
        let built = self.built();
        let size = usize::try_from(built.size).map_err(io::Error::other)?;
        let component = zstd::bulk::decompress(self.artefact, size)?;
        if Digest::of(&component) != built.digest {
            let text = format!("{} is not what its manifest says", self.file);
            return Err(io::Error::other(text));
        }
        Ok(component)
    }

    fn names(&self) -> impl Iterator<Item = &'static str> {
        self.names.lines().filter(|name| !name.is_empty())
    }
}

/// Their names in `/usr/bin`.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    TOOLS.iter().flat_map(Tool::names)
}

/// Changes when any of them does.
pub(super) fn digest() -> Digest {
    let mut all = Vec::new();
    for tool in &TOOLS {
        all.extend_from_slice(tool.built().digest.as_bytes());
        all.extend_from_slice(tool.names.as_bytes());
    }
    Digest::of(&all)
}

/// Puts all of them into a tree and gives their contents.
///
/// # Errors
/// If an artefact is damaged or cannot be stored.
pub(super) fn put(tree: &mut Builder<'_>) -> io::Result<Vec<ProgramContent>> {
    let mut contents = Vec::new();
    for tool in &TOOLS {
        let component = tool.component()?;
        let content = tree.program(&format!("{FOLDER}/{}", tool.file), &component)?;
        contents.push(ProgramContent {
            digest: content.digest,
            size: content.size,
        });
        for name in tool.names().filter(|name| *name != tool.file) {
            tree.symlink(&format!("{FOLDER}/{name}"), tool.file)?;
        }
    }
    Ok(contents)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn artefacts_are_what_their_manifest_says() {
        for tool in &TOOLS {
            tool.component().unwrap();
        }
    }

    #[test]
    fn each_name_belongs_to_one_of_them() {
        let mut seen = HashSet::new();
        for tool in &TOOLS {
            for name in tool.names().filter(|name| *name != tool.file) {
                assert!(seen.insert(name), "{name} is there twice");
                assert!(!name.contains('/'));
            }
        }
        for name in ["sh", "ls", "grep", "["] {
            assert!(seen.contains(name), "{name}");
        }
    }
}
