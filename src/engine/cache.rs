//! Compiled programs on disk.
//!
//! Layout, below the folder given to [`CompileCache::open`]:
//!
//! ```text
//! compiled-v1/<engine>/<digest>.cwasm   what wasmtime compiled; mapped into memory to run
//! compiled-v1/<engine>/<digest>.b3      digest of that file's contents
//! compiled-v1/<engine>/<digest>.lock    held while compiling
//! ```
//!
//! `<engine>` is a digest over the engine's version, its configuration and the CPU's features, as
//! wasmtime reports them; a change of any of them misses instead of loading foreign code. The
//! version in the folder's name is ours: a changed layout gets a new one.
//!
//! Compiled code is machine code: whoever writes it, owns us. So the folder must be private to
//! this user, files appear by rename, and contents are verified against the recorded digest
//! before they are mapped. After `kill -9` a file is either absent or whole.

use std::collections::HashMap;
use std::fs::{self, File};
use std::hash::{Hash, Hasher};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use wasmtime::component::Component;

use super::adapt;
use super::error::EngineError;
use crate::digest::Digest;

const LAYOUT: &str = "compiled-v1";

/// One component per digest; the cell is what several starters of one program wait on.
type Slot = Arc<Mutex<OnceLock<Component>>>;

/// The compile cache of one engine.
#[derive(Debug)]
pub(crate) struct CompileCache {
    folder: PathBuf,
    loaded: Mutex<HashMap<Digest, Slot>>,
}

impl CompileCache {
    pub(super) fn open(dir: &Path, engine: &wasmtime::Engine) -> Result<Self, EngineError> {
        let root = dir.join(LAYOUT);
        let folder = root.join(&engine_key(engine).to_hex()[..32]);
        create_private(&folder).map_err(|source| EngineError::CacheFolder {
            path: folder.clone(),
            source,
        })?;
        for path in [&root, &folder] {
            check_private(path)?;
        }
        Ok(Self {
            folder,
            loaded: Mutex::default(),
        })
    }

    pub(super) fn contains(&self, digest: Digest) -> bool {
        let loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        let in_memory = loaded
            .get(&digest)
            .is_some_and(|slot| slot.try_lock().is_ok_and(|cell| cell.get().is_some()));
        in_memory || self.path(digest, "b3").exists()
    }

    pub(super) fn load(
        &self,
        engine: &wasmtime::Engine,
        digest: Digest,
        read: impl FnOnce() -> io::Result<Vec<u8>>,
    ) -> Result<Component, EngineError> {
        let slot = {
            let mut loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(loaded.entry(digest).or_default())
        };
        // Held while compiling: that is how a second starter in this process waits.
        let cell = slot.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(component) = cell.get() {
            return Ok(component.clone());
        }
        let component = self.load_from_disk(engine, digest, read)?;
        Ok(cell.get_or_init(|| component).clone())
    }

    /// Removes what is cached of `digest`. Running guests keep their mapping.
    pub(crate) fn remove(&self, digest: Digest) -> Result<(), EngineError> {
        self.loaded
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&digest);
        for extension in ["b3", "cwasm", "lock"] {
            let path = self.path(digest, extension);
            match fs::remove_file(&path) {
                Err(source) if source.kind() != io::ErrorKind::NotFound => {
                    return Err(EngineError::CacheFolder { path, source });
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn load_from_disk(
        &self,
        engine: &wasmtime::Engine,
        digest: Digest,
        read: impl FnOnce() -> io::Result<Vec<u8>>,
    ) -> Result<Component, EngineError> {
        if let Some(component) = self.map(engine, digest)? {
            return Ok(component);
        }
        // Another process may be compiling the same program: wait for it, then look again.
        let lock_path = self.path(digest, "lock");
        let lock = self.io(&lock_path, |path| {
            File::options()
                .create(true)
                .truncate(false)
                .write(true)
                .open(path)
        })?;
        self.io(&lock_path, |_| lock.lock())?;
        if let Some(component) = self.map(engine, digest)? {
            return Ok(component);
        }

        let bytes = read().map_err(|source| EngineError::ReadProgram { digest, source })?;
        let component = if adapt::is_module(&bytes) {
            adapt::componentize(&bytes)
        } else {
            Ok(bytes)
        };
        let compiled = component
            .and_then(|component| engine.precompile_component(&component))
            .map_err(|source| EngineError::Compile { digest, source })?;
        self.store(digest, "cwasm", &compiled)?;
        // Written last: without it the compiled file does not count.
        self.store(digest, "b3", Digest::of(&compiled).as_bytes())?;
        drop(compiled);
        self.map(engine, digest)?
            .ok_or_else(|| EngineError::CacheFolder {
                path: self.path(digest, "cwasm"),
                source: io::Error::other("the file just written cannot be loaded"),
            })
    }

    /// Maps a compiled program if it is there and intact. A damaged one counts as absent: it is
    /// compiled anew over it.
    fn map(
        &self,
        engine: &wasmtime::Engine,
        digest: Digest,
    ) -> Result<Option<Component>, EngineError> {
        let path = self.path(digest, "cwasm");
        let Ok(recorded) = fs::read(self.path(digest, "b3")) else {
            return Ok(None);
        };
        let mut hasher = blake3::Hasher::new();
        match hasher.update_mmap_rayon(&path) {
            Ok(_) => {}
            Err(source) if source.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(EngineError::CacheFolder { path, source }),
        }
        if hasher.finalize().as_bytes().as_slice() != recorded.as_slice() {
            tracing::warn!(%digest, "compiled program is damaged; compiling it again");
            return Ok(None);
        }
        #[expect(
            unsafe_code,
            reason = "the one place where code that we compiled ourselves is loaded"
        )]
        // SAFETY: the file was written by `store` below from the output of this very engine
        // configuration (the folder's name is a digest of it), into a folder that only this user
        // can write (checked in `open`), and its contents have just been compared with the digest
        // recorded then.
        let component = unsafe { Component::deserialize_file(engine, &path) };
        match component {
            Ok(component) => Ok(Some(component)),
            Err(error) => {
                tracing::warn!(%digest, %error, "compiled program does not load; compiling it again");
                Ok(None)
            }
        }
    }

    /// Writes aside, syncs, renames.
    fn store(&self, digest: Digest, extension: &str, contents: &[u8]) -> Result<(), EngineError> {
        let path = self.path(digest, extension);
        let aside = self.path(digest, &format!("{extension}.{}", std::process::id()));
        self.io(&aside, |aside| {
            let mut file = File::create(aside)?;
            file.write_all(contents)?;
            file.sync_all()
        })?;
        self.io(&path, |path| fs::rename(&aside, path))
    }

    fn path(&self, digest: Digest, extension: &str) -> PathBuf {
        self.folder.join(format!("{digest}.{extension}"))
    }

    fn io<T>(
        &self,
        path: &Path,
        work: impl FnOnce(&Path) -> io::Result<T>,
    ) -> Result<T, EngineError> {
        work(path).map_err(|source| EngineError::CacheFolder {
            path: path.to_owned(),
            source,
        })
    }
}

/// Digest of everything that compiled code depends on besides the program itself.
fn engine_key(engine: &wasmtime::Engine) -> Digest {
    /// Feeds what wasmtime hashes into blake3, so that the key is stable and wide.
    struct Feed(blake3::Hasher);
    impl Hasher for Feed {
        fn write(&mut self, bytes: &[u8]) {
            self.0.update(bytes);
        }
        fn finish(&self) -> u64 {
            0
        }
    }
    let mut feed = Feed(blake3::Hasher::new());
    engine.precompile_compatibility_hash().hash(&mut feed);
    // Copy-on-write images and address maps are decided at compile time, too.
    feed.0.update(adapt::VERSION.as_bytes());
    feed.0.update(std::env::consts::OS.as_bytes());
    feed.0.update(std::env::consts::ARCH.as_bytes());
    Digest::from(*feed.0.finalize().as_bytes())
}

#[cfg(unix)]
fn create_private(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
}

#[cfg(not(unix))]
fn create_private(folder: &Path) -> io::Result<()> {
    // Folders below a user's profile are private by their inherited access list.
    fs::create_dir_all(folder)
}

#[cfg(unix)]
fn check_private(folder: &Path) -> Result<(), EngineError> {
    use std::os::unix::fs::PermissionsExt;
    let metadata = fs::metadata(folder).map_err(|source| EngineError::CacheFolder {
        path: folder.to_owned(),
        source,
    })?;
    let mode = metadata.permissions().mode() & 0o777;
    if mode & 0o022 != 0 {
        return Err(EngineError::CacheNotPrivate {
            path: folder.to_owned(),
            mode,
        });
    }
    Ok(())
}

#[cfg(not(unix))]
fn check_private(_folder: &Path) -> Result<(), EngineError> {
    Ok(())
}

#[cfg(test)]
mod tests;
