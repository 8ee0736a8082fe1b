//! Turns a runtime's artefact into a tree of the cache's store and compiled code.
//!
//! Layout below the cache folder:
//!
//! ```text
//! store-v1/…                              the trees' objects
//! runtimes-v3/<name>-<artefact>.json      root of the tree, digests of programs; written last
//! runtimes-v3/lock                        held while installing or removing
//! ```
//!
//! `<artefact>` is the beginning of a digest of the runtime's artefact and those of the Unix layer:
//! another build of this program with other artefacts installs beside it. The file appears by rename; after `kill -9` there are at
//! most objects that nothing reaches, which the next removal collects.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use serde::{Deserialize, Serialize};

use super::catalog::Manifest;
use super::error::RuntimeError;
use super::initialize::{Initialize, InitializeStage, Uninitialized};
use super::progress::{InstallProgress, Progress, Stage};
use super::tree::Builder;
use super::unix;
use crate::digest::Digest;
use crate::engine::{Engine, EngineError};
use crate::store::{Content, Roots, Store, StoreError};

const LAYOUT: &str = "runtimes-v3";
/// The custom section of an artefact that holds the runtime's files as a tar.
const TREE_SECTION: &str = "belljar.tree";
/// An installed runtime.
#[derive(Debug)]
pub(crate) struct Installed {
    /// Root of its tree, in the cache's store.
    pub(crate) root: Digest,
    /// Its program, in the tree.
    pub(crate) program: ProgramContent,
    /// Shell and tools, in the tree.
    pub(crate) tools: Vec<ProgramContent>,
}

impl Installed {
    /// All contents that may be executed.
    pub(crate) fn programs(&self) -> impl Iterator<Item = ProgramContent> {
        std::iter::once(self.program).chain(self.tools.iter().copied())
    }

    /// Whether all of them are compiled.
    pub(crate) fn is_compiled(&self, engine: &Engine) -> bool {
        self.programs()
            .all(|program| engine.is_compiled(program.digest))
    }
}

/// What an installation leaves behind, as JSON.
#[derive(Debug, Serialize, Deserialize)]
struct Image {
    root: Digest,
    program: ProgramContent,
    tools: Vec<ProgramContent>,
}

/// The content of a program's file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ProgramContent {
    /// Its digest, as the store knows it.
    pub(crate) digest: Digest,
    /// Its size in bytes.
    pub(crate) size: u64,
}

impl ProgramContent {
    /// The same as the store has it.
    pub(crate) fn content(self) -> Content {
        Content {
            size: self.size,
            digest: self.digest,
        }
    }
}

/// Installs and removes runtimes below one cache folder.
#[derive(Debug)]
pub(crate) struct Installer {
    folder: PathBuf,
    store: Store,
    progress: Progress,
    installed: Mutex<HashMap<&'static str, Arc<Installed>>>,
}

impl Installer {
    /// An installer that keeps runtimes below `cache` and their trees in `store`.
    pub(crate) fn new(cache: &Path, store: Store, progress: Progress) -> Self {
        Self {
            folder: cache.join(LAYOUT),
            store,
            progress,
            installed: Mutex::default(),
        }
    }

    /// The runtime if it is known to be installed, without looking at the disk.
    pub(crate) fn known(&self, manifest: &'static Manifest) -> Option<Arc<Installed>> {
        self.lock().get(manifest.name).cloned()
    }

    /// The runtime if it is installed. Blocking.
    pub(crate) fn find(&self, manifest: &'static Manifest) -> Option<Arc<Installed>> {
        if let Some(installed) = self.known(manifest) {
            return Some(installed);
        }
        let installed = Arc::new(self.read(manifest)?);
        self.lock().insert(manifest.name, Arc::clone(&installed));
        Some(installed)
    }

    /// Installs the runtime unless it is installed, and compiles it unless it is compiled.
    /// Blocking, for half a minute on a cold machine; several callers at once install it once.
    ///
    /// # Errors
    /// [`RuntimeError`]; what was installed before is untouched.
    pub(crate) fn install(
        &self,
        manifest: &'static Manifest,
        engine: &Engine,
        initialize: &dyn Initialize,
    ) -> Result<Arc<Installed>, RuntimeError> {
        if let Some(installed) = self.find(manifest)
            && installed.is_compiled(engine)
        {
            return Ok(installed);
        }
        let _lock = self.lock_file()?;
        let start = Instant::now();
        let report = |stage: Stage, finished| {
            let index = Stage::ALL.iter().position(|one| *one == stage);
            self.progress.report(&InstallProgress {
                runtime: manifest.name.into(),
                stage,
                index: index.unwrap_or(0),
                of: Stage::ALL.len(),
                elapsed: start.elapsed(),
                finished,
            });
        };
        let installed = match self.find(manifest) {
            Some(installed) if installed.is_compiled(engine) => {
                return Ok(installed);
            }
            Some(installed) => installed,
            None => {
                self.unpack(manifest, initialize, &report)?;
                self.find(manifest).ok_or_else(|| RuntimeError::Folder {
                    path: self.path(manifest),
                    source: io::Error::other("the runtime just installed cannot be read"),
                })?
            }
        };
        report(Stage::Compile, false);
        for program in installed.programs() {
            engine
                .load(program.digest, || self.read_program(program))
                .map_err(|source| engine_error(manifest, source))?;
        }
        report(Stage::Compile, true);
        Ok(installed)
    }

    /// Removes the runtime; `false` if it was not installed. Blocking. Filesystems that read the
    /// cache's store lose its files; those of a data folder that outlives its process have their
    /// own copy.
    ///
    /// # Errors
    /// [`RuntimeError::Folder`] and [`RuntimeError::Store`].
    pub(crate) fn remove(
        &self,
        manifest: &'static Manifest,
        engine: &Engine,
    ) -> Result<bool, RuntimeError> {
        let _lock = self.lock_file()?;
        let Some(installed) = self.find(manifest) else {
            return Ok(false);
        };
        self.lock().remove(manifest.name);
        let path = self.path(manifest);
        at(&path, fs::remove_file(&path))?;
        let others = self
            .images()
            .map_err(|source| store_error(manifest, source))?;
        let shared = |program: &ProgramContent| {
            others
                .iter()
                .any(|image| image.program == *program || image.tools.contains(program))
        };
        for program in installed.programs().filter(|program| !shared(program)) {
            engine
                .cache()
                .remove(program.digest)
                .map_err(|source| engine_error(manifest, source))?;
        }
        // Nobody else puts anything into this store without the lock.
        self.store
            .collect(&mut || self.roots())
            .map_err(|source| store_error(manifest, source))?;
        Ok(true)
    }

    /// What the cache's store must keep.
    fn roots(&self) -> Result<Roots, StoreError> {
        let roots = self.images()?.into_iter().map(|image| image.root);
        Ok(Roots {
            roots: roots.collect(),
            ..Roots::default()
        })
    }

    /// All that is installed, also by other builds of this program.
    fn images(&self) -> Result<Vec<Image>, StoreError> {
        let failed = |source| StoreError::Io {
            what: "listing the installed runtimes",
            path: self.folder.clone(),
            source,
        };
        let mut images = Vec::new();
        for entry in fs::read_dir(&self.folder).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            if path
                .extension()
                .is_some_and(|extension| extension == "json")
            {
                let image = fs::read(&path).map_err(failed)?;
                images.extend(serde_json::from_slice::<Image>(&image));
            }
        }
        Ok(images)
    }

    /// The bytes of an installed program, verified. Blocking.
    fn read_program(&self, program: ProgramContent) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        let content = program.content();
        self.store.read_content(&content).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<&'static str, Arc<Installed>>> {
        self.installed
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn path(&self, manifest: &Manifest) -> PathBuf {
        let both = [manifest.built.digest, unix::digest()].map(|digest| *digest.as_bytes());
        let digest = Digest::of(&both.concat()).to_hex();
        let name = manifest.name.replace(':', "-");
        let artefact = digest.get(..16).unwrap_or_default();
        self.folder.join(format!("{name}-{artefact}.json"))
    }

    fn lock_file(&self) -> Result<File, RuntimeError> {
        at(&self.folder, fs::create_dir_all(&self.folder))?;
        let path = self.folder.join("lock");
        let open = || -> io::Result<File> {
            let file = File::options()
                .create(true)
                .truncate(false)
                .write(true)
                .open(&path)?;
            file.lock()?;
            Ok(file)
        };
        at(&path, open())
    }

    /// What is installed on disk; `None` for nothing or anything unreadable, which an
    /// installation then replaces.
    fn read(&self, manifest: &'static Manifest) -> Option<Installed> {
        let image = fs::read(self.path(manifest)).ok()?;
        let image: Image = serde_json::from_slice(&image).ok()?;
        self.store.contains(image.root).then_some(Installed {
            root: image.root,
            program: image.program,
            tools: image.tools,
        })
    }

    /// Stores the tree, initialises the program in it, and says so in the runtime's file.
    fn unpack(
        &self,
        manifest: &'static Manifest,
        initialize: &dyn Initialize,
        report: &dyn Fn(Stage, bool),
    ) -> Result<(), RuntimeError> {
        report(Stage::Unpack, false);
        let damaged = |reason: String| RuntimeError::Artefact {
            runtime: manifest.name.into(),
            reason,
        };
        let stored = |source| store_error(manifest, source);
        let artefact = decompress(manifest).map_err(|error| damaged(error.to_string()))?;
        if Digest::of(&artefact) != manifest.built.digest {
            return Err(damaged("its digest is not the one of its manifest".into()));
        }
        let (component, files) = split_tree(&artefact).map_err(&damaged)?;
        let mut tree = Builder::new(&self.store).map_err(|error| damaged(error.to_string()))?;
        let tools = unix::put(&mut tree).map_err(|error| damaged(error.to_string()))?;
        if let Some(files) = files {
            tree.unpack(files)
                .map_err(|error| damaged(error.to_string()))?;
        }
        let program = match manifest.initialize {
            None => component,
            Some(_) if files.is_none() => {
                return Err(damaged(format!("it has no section {TREE_SECTION}")));
            }
            Some(environment) => initialize
                .initialize(
                    &Uninitialized {
                        component: &component,
                        store: &self.store,
                        root: tree.root().map_err(stored)?,
                        environment,
                    },
                    &mut |stage| match stage {
                        InitializeStage::Prepare => report(Stage::Prepare, false),
                        InitializeStage::Run => report(Stage::Initialize, false),
                    },
                )
                .map_err(|source| RuntimeError::Initialize {
                    runtime: manifest.name.into(),
                    source,
                })?,
        };

        let failed = |error: io::Error| damaged(error.to_string());
        let content = tree.program(manifest.program, &program).map_err(failed)?;
        let (folder, file) = manifest
            .program
            .rsplit_once('/')
            .unwrap_or(("", manifest.program));
        for name in manifest.names.iter().filter(|name| **name != file) {
            tree.symlink(&format!("{folder}/{name}"), file)
                .map_err(failed)?;
        }
        let image = Image {
            root: tree.root().map_err(stored)?,
            program: ProgramContent {
                digest: content.digest,
                size: content.size,
            },
            tools,
        };
        let image = serde_json::to_vec(&image).map_err(|error| damaged(error.to_string()))?;
        let path = self.path(manifest);
        let partial = path.with_extension("partial");
        at(&partial, fs::write(&partial, image))?;
        at(&path, fs::rename(&partial, &path))
    }
}

/// Decompresses an artefact into exactly the memory that its manifest says it takes.
fn decompress(manifest: &Manifest) -> io::Result<Vec<u8>> {
    let size = usize::try_from(manifest.built.size).map_err(io::Error::other)?;
    let artefact = zstd::bulk::decompress(manifest.artefact, size)?;
    if artefact.len() != size {
        return Err(io::Error::other("it is shorter than its manifest says"));
    }
    Ok(artefact)
}

fn at<T>(path: &Path, result: io::Result<T>) -> Result<T, RuntimeError> {
    result.map_err(|source| RuntimeError::Folder {
        path: path.to_owned(),
        source,
    })
}

fn engine_error(manifest: &Manifest, source: EngineError) -> RuntimeError {
    RuntimeError::Engine {
        runtime: manifest.name.into(),
        source,
    }
}

fn store_error(manifest: &Manifest, source: StoreError) -> RuntimeError {
    RuntimeError::Store {
        runtime: manifest.name.into(),
        source,
    }
}

/// Parts an artefact into the component without its tree, and the tree's tar.
///
/// A component is a preamble of eight bytes and sections: an id byte, a LEB128 length and the
/// contents; a custom section has id 0 and begins with its name (WebAssembly core specification,
/// section 5.5.2, which components share).
fn split_tree(artefact: &[u8]) -> Result<(Vec<u8>, Option<&[u8]>), String> {
    let mut component = artefact.get(..8).ok_or("it is too short")?.to_vec();
    let mut rest = artefact.get(8..).unwrap_or_default();
    let mut tree = None;
    while let Some((&id, after_id)) = rest.split_first() {
        let (length, body) = leb128(after_id).ok_or("a section has no length")?;
        let (contents, next) = body
            .split_at_checked(length)
            .ok_or("a section is cut off")?;
        match (id == 0).then(|| custom_name(contents)).flatten() {
            Some((name, payload)) if name == TREE_SECTION.as_bytes() => tree = Some(payload),
            _ => component.extend_from_slice(rest.get(..rest.len() - next.len()).unwrap_or(rest)),
        }
        rest = next;
    }
    Ok((component, tree))
}

fn custom_name(contents: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = leb128(contents)?;
    rest.split_at_checked(length)
}

/// An unsigned 32-bit LEB128 and what follows it.
fn leb128(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let mut value = 0u32;
    for (index, byte) in bytes.iter().take(5).enumerate() {
        value |= u32::from(byte & 0x7f).checked_shl(u32::try_from(index).ok()? * 7)?;
        if byte & 0x80 == 0 {
            return Some((usize::try_from(value).ok()?, bytes.get(index + 1..)?));
        }
    }
    None
}

#[cfg(test)]
mod tests;
