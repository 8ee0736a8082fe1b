//! Turns a runtime's artefact into a folder and compiled code.
//!
//! Layout below the cache folder:
//!
//! ```text
//! runtimes-v1/<name>-<artefact>/tree/usr/…      what guests see, read-only
//! runtimes-v1/<name>-<artefact>/image.json      digest of the initialised program; written last
//! runtimes-v1/<name>-<artefact>.lock            held while installing or removing
//! ```
//!
//! `<artefact>` is the beginning of the artefact's digest: another build of this program with
//! another artefact installs beside it. A folder appears whole, by rename; after `kill -9` there
//! is at most a leftover `.partial-…` folder, which the next installation removes.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use serde::{Deserialize, Serialize};

use super::catalog::Manifest;
use super::error::RuntimeError;
use super::progress::{InstallProgress, Progress, Stage};
use crate::digest::Digest;
use crate::engine::preinit::{self, preinitialize};
use crate::engine::{Engine, EngineError};

const LAYOUT: &str = "runtimes-v1";
/// The custom section of an artefact that holds the runtime's files as a tar.
const TREE_SECTION: &str = "belljar.tree";
/// Most bytes that a tree may unpack to: the artefact is ours, but a damaged one must not fill
/// the disk.
const MAX_TREE_BYTES: u64 = 512 << 20;

/// An installed runtime.
#[derive(Debug)]
pub(crate) struct Installed {
    /// What it is.
    pub(crate) manifest: &'static Manifest,
    /// The folder that guests see as `/usr`.
    pub(crate) usr: PathBuf,
    /// Digest of its program.
    pub(crate) program: Digest,
    /// The program's bytes.
    pub(crate) program_file: PathBuf,
}

/// `image.json`.
#[derive(Debug, Serialize, Deserialize)]
struct Image {
    program: Digest,
}

/// Installs and removes runtimes below one cache folder.
#[derive(Debug)]
pub(crate) struct Installer {
    folder: PathBuf,
    progress: Progress,
    installed: Mutex<HashMap<&'static str, Arc<Installed>>>,
}

impl Installer {
    /// An installer that keeps runtimes below `cache`.
    pub(crate) fn new(cache: &Path, progress: Progress) -> Self {
        Self {
            folder: cache.join(LAYOUT),
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
    ) -> Result<Arc<Installed>, RuntimeError> {
        if let Some(installed) = self.find(manifest)
            && engine.is_compiled(installed.program)
        {
            return Ok(installed);
        }
        let _lock = self.lock_file(manifest)?;
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
            Some(installed) if engine.is_compiled(installed.program) => return Ok(installed),
            Some(installed) => installed,
            None => {
                self.unpack(manifest, &report)?;
                self.find(manifest).ok_or_else(|| RuntimeError::Folder {
                    path: self.path(manifest),
                    source: io::Error::other("the runtime just installed cannot be read"),
                })?
            }
        };
        report(Stage::Compile, false);
        engine
            .load(installed.program, || fs::read(&installed.program_file))
            .map_err(|source| engine_error(manifest, source))?;
        report(Stage::Compile, true);
        Ok(installed)
    }

    /// Removes the runtime; `false` if it was not installed. Blocking. Running guests keep what
    /// they have open.
    ///
    /// # Errors
    /// [`RuntimeError::Folder`].
    pub(crate) fn remove(
        &self,
        manifest: &'static Manifest,
        engine: &Engine,
    ) -> Result<bool, RuntimeError> {
        let _lock = self.lock_file(manifest)?;
        let Some(installed) = self.find(manifest) else {
            return Ok(false);
        };
        engine
            .cache()
            .remove(installed.program)
            .map_err(|source| engine_error(manifest, source))?;
        self.lock().remove(manifest.name);
        let path = self.path(manifest);
        // Out of the way first, so that a half-removed runtime is never taken for a whole one.
        let gone = self.partial(manifest);
        at(&path, fs::rename(&path, &gone))?;
        at(&gone, fs::remove_dir_all(&gone))?;
        Ok(true)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<&'static str, Arc<Installed>>> {
        self.installed
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn path(&self, manifest: &Manifest) -> PathBuf {
        let digest = manifest.built.digest.to_hex();
        let name = manifest.name.replace(':', "-");
        self.folder
            .join(format!("{name}-{}", digest.get(..16).unwrap_or_default()))
    }

    fn partial(&self, manifest: &Manifest) -> PathBuf {
        let mut path = self.path(manifest).into_os_string();
        path.push(format!(".partial-{}", std::process::id()));
        path.into()
    }

    fn lock_file(&self, manifest: &Manifest) -> Result<File, RuntimeError> {
        at(&self.folder, fs::create_dir_all(&self.folder))?;
        let mut path = self.path(manifest).into_os_string();
        path.push(".lock");
        let path = PathBuf::from(path);
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
        let folder = self.path(manifest);
        let image: Image =
            serde_json::from_slice(&fs::read(folder.join("image.json")).ok()?).ok()?;
        let tree = folder.join("tree");
        let program_file = tree.join(manifest.program);
        program_file.exists().then(|| Installed {
            manifest,
            usr: tree.join("usr"),
            program: image.program,
            program_file,
        })
    }

    /// Unpacks and initialises into a folder beside, then renames it into place.
    fn unpack(
        &self,
        manifest: &'static Manifest,
        report: &dyn Fn(Stage, bool),
    ) -> Result<(), RuntimeError> {
        report(Stage::Unpack, false);
        let partial = self.partial(manifest);
        drop(fs::remove_dir_all(&partial));
        let tree = partial.join("tree");
        at(&tree, fs::create_dir_all(&tree))?;

        let damaged = |reason: String| RuntimeError::Artefact {
            runtime: manifest.name.into(),
            reason,
        };
        let artefact = decompress(manifest).map_err(|error| damaged(error.to_string()))?;
        if Digest::of(&artefact) != manifest.built.digest {
            return Err(damaged("its digest is not the one of its manifest".into()));
        }
        let (component, files) = split_tree(&artefact).map_err(&damaged)?;
        at(&tree, unpack_tar(files, &tree))?;

        let (stages, told) = std::sync::mpsc::channel();
        let initialized = std::thread::scope(|scope| {
            let tree = &tree;
            let running = scope.spawn(move || {
                preinitialize(&component, tree, manifest.environment, move |stage| {
                    // The receiver only goes away with the installation.
                    let _ = stages.send(stage);
                })
            });
            for stage in told {
                match stage {
                    preinit::Stage::Compile => report(Stage::Prepare, false),
                    preinit::Stage::Initialize => report(Stage::Initialize, false),
                    preinit::Stage::Snapshot => {}
                }
            }
            running.join()
        });
        let program = initialized
            .map_err(|_| damaged("its initialisation panicked".into()))?
            .map_err(|error| engine_error(manifest, error.into()))?;

        let program_file = tree.join(manifest.program);
        if let Some(folder) = program_file.parent() {
            at(folder, fs::create_dir_all(folder))?;
        }
        at(&program_file, fs::write(&program_file, &program))?;
        for name in manifest.names {
            let link = program_file.with_file_name(name);
            if !link.exists() {
                at(&link, link_program(&program_file, &link))?;
            }
        }
        let image = serde_json::to_vec(&Image {
            program: Digest::of(&program),
        })
        .map_err(|error| damaged(error.to_string()))?;
        let image_file = partial.join("image.json");
        at(&image_file, fs::write(&image_file, image))?;
        let path = self.path(manifest);
        // An unreadable earlier installation, or it would have been found.
        drop(fs::remove_dir_all(&path));
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

#[cfg(unix)]
fn link_program(program: &Path, link: &Path) -> io::Result<()> {
    // Relative, so that it means the same inside the sandbox.
    let target = program.file_name().unwrap_or(program.as_os_str());
    std::os::unix::fs::symlink(target, link)
}

#[cfg(not(unix))]
fn link_program(program: &Path, link: &Path) -> io::Result<()> {
    fs::hard_link(program, link)
}

/// Parts an artefact into the component without its tree, and the tree's tar.
///
/// A component is a preamble of eight bytes and sections: an id byte, a LEB128 length and the
/// contents; a custom section has id 0 and begins with its name (WebAssembly core specification,
/// section 5.5.2, which components share).
fn split_tree(artefact: &[u8]) -> Result<(Vec<u8>, &[u8]), String> {
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
    let tree = tree.ok_or_else(|| format!("it has no section {TREE_SECTION}"))?;
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

/// Unpacks regular files and folders; the tree of a runtime has nothing else.
fn unpack_tar(files: &[u8], into: &Path) -> io::Result<()> {
    let mut unpacked = 0u64;
    let mut archive = tar::Archive::new(files);
    for entry in archive.entries()? {
        let mut entry = entry?;
        let kind = entry.header().entry_type();
        if !(kind.is_file() || kind.is_dir()) {
            return Err(io::Error::other("an entry is neither file nor folder"));
        }
        unpacked = unpacked.saturating_add(entry.size());
        if unpacked > MAX_TREE_BYTES {
            return Err(io::Error::other("it unpacks to more than 512 MiB"));
        }
        // `unpack_in` refuses entries that lead outside.
        if !entry.unpack_in(into)? {
            return Err(io::Error::other("an entry leads outside"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
