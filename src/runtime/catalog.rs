//! The runtimes this build can install.

use std::sync::LazyLock;

use serde::Deserialize;

use crate::digest::Digest;
use crate::id::RuntimeId;
use crate::units::ByteSize;

/// What is known about a runtime before it is installed.
#[derive(Debug)]
pub(crate) struct Manifest {
    /// Catalog name, as in `runtime: 'python:3.14'`.
    pub(crate) name: &'static str,
    /// One sentence for people.
    pub(crate) description: &'static str,
    /// What it is and what is different in it, for people, in Markdown.
    pub(crate) readme: &'static str,
    /// Tags for people.
    pub(crate) tags: &'static [&'static str],
    /// The program, below the runtime's tree.
    pub(crate) program: &'static str,
    /// Names the program is found under in `/usr/bin`.
    pub(crate) names: &'static [&'static str],
    /// Least memory a sandbox needs to start it.
    pub(crate) least_memory: ByteSize,
    /// Environment of the initialising run; `None` if the artefact is what processes begin from.
    pub(crate) initialize: Option<&'static [(&'static str, &'static str)]>,
    /// The artefact that the runtime's own build made, compressed with zstd.
    pub(crate) artefact: &'static [u8],
    /// What that build wrote about it.
    pub(crate) built: Built,
}

/// `dist/manifest.json` of a runtime.
#[derive(Debug, Deserialize)]
pub(crate) struct Built {
    /// Digest of the uncompressed artefact.
    pub(crate) digest: Digest,
    /// Its size in bytes.
    pub(crate) size: u64,
    /// Version of the language.
    pub(crate) version: String,
}

impl Manifest {
    /// The runtime's id, derived from its name.
    pub(crate) fn id(&self) -> RuntimeId {
        RuntimeId::of_name(self.name)
    }

    /// Finds a runtime by name or id.
    pub(crate) fn find(name_or_id: &str) -> Option<&'static Self> {
        CATALOG
            .iter()
            .find(|manifest| manifest.name == name_or_id || manifest.id().as_str() == name_or_id)
    }
}

/// All runtimes, in the order they are listed.
pub(crate) static CATALOG: LazyLock<Vec<Manifest>> =
    LazyLock::new(|| vec![python(), bun(), node()]);

fn python() -> Manifest {
    Manifest {
        name: "python:3.14",
        description: "CPython 3.14 with its standard library",
        readme: include_str!("../../runtimes/python/catalog.md"),
        tags: &["python", "language"],
        program: "usr/bin/python3",
        names: &["python3", "python", "python3.14"],
        least_memory: ByteSize::mib(64),
        initialize: Some(&[]),
        artefact: include_bytes!("../../runtimes/python/dist/python.wasm.zst"),
        built: serde_json::from_str(include_str!("../../runtimes/python/dist/manifest.json"))
            .expect("our own build wrote it; a test reads it"),
    }
}

/// JavaScript, under the name of the command line that programs are written for.
fn javascript(
    name: &'static str,
    description: &'static str,
    tags: &'static [&'static str],
) -> Manifest {
    Manifest {
        name,
        description,
        readme: include_str!("../../runtimes/javascript/catalog.md"),
        tags,
        program: "usr/bin/bun",
        names: &["bun", "bunx", "node", "npm", "npx"],
        least_memory: ByteSize::mib(64),
        initialize: None,
        artefact: include_bytes!("../../runtimes/javascript/dist/javascript.wasm.zst"),
        built: serde_json::from_str(include_str!("../../runtimes/javascript/dist/manifest.json"))
            .expect("our own build wrote it; a test reads it"),
    }
}

fn bun() -> Manifest {
    javascript(
        "bun:1",
        "JavaScript and TypeScript with the command line and the APIs of Bun, on QuickJS-NG",
        &["javascript", "typescript", "bun", "language"],
    )
}

fn node() -> Manifest {
    let mut manifest = javascript(
        "node:24",
        "JavaScript and TypeScript with the command line and the APIs of Node.js, on QuickJS-NG",
        &["javascript", "typescript", "node", "language"],
    );
    "24.3.0".clone_into(&mut manifest.built.version);
    manifest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn artefacts_are_what_their_manifests_say() {
        for manifest in CATALOG.iter() {
            let wasm = zstd::decode_all(manifest.artefact).unwrap();
            assert_eq!(wasm.len() as u64, manifest.built.size, "{}", manifest.name);
            assert_eq!(
                Digest::of(&wasm),
                manifest.built.digest,
                "{}",
                manifest.name
            );
            let (language, version) = manifest.name.split_once(':').unwrap();
            assert!(manifest.built.version.starts_with(version), "{language}");
        }
    }

    #[test]
    fn found_by_name_and_by_id() {
        let python = Manifest::find("python:3.14").unwrap();
        assert_eq!(
            Manifest::find(python.id().as_str()).unwrap().name,
            python.name
        );
        assert!(Manifest::find("python:2.7").is_none());
    }
}
