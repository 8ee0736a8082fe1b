//! The folder that an engine has to itself: taken when it is opened, given back when it is closed. One
//! that nobody has named is temporary and is removed with what is in it.
//!
//! A program that is killed cannot remove anything. So whoever makes a temporary folder first removes
//! those that were left behind: a lock that is held for as long as their owner lives tells which.

use std::fs::{File, TryLockError};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::error::{Repr, SandboxError};

/// How long a data folder is waited for: a server that was just killed, or the last handle of a
/// [`Belljar`](super::Belljar) that was just dropped, may still be ending.
const LOCK_PATIENCE: Duration = Duration::from_secs(5);
/// The lock of a folder that somebody has named.
const LOCK: &str = "lock";
/// What the name of a temporary folder begins with.
const PREFIX: &str = "belljar-";
/// The lock of a temporary folder. Another name than that of others: those are never taken for one,
/// whatever they are called and wherever they are.
const TEMPORARY: &str = "lock.temporary";
/// Its name until it is held: nobody finds the lock of a folder that is just being made free.
const ASIDE: &str = "lock.new";
/// Folders of killed programs that are removed at a start, so that it does not take for ever.
const MOST_ABANDONED: usize = 16;
/// How often it is tried to remove a folder: what was begun may still write into it.
const ATTEMPTS: usize = 5;

/// See the module.
#[derive(Debug)]
pub(crate) struct Folder {
    path: PathBuf,
    temporary: bool,
    held: Mutex<Held>,
}

#[derive(Debug)]
struct Held {
    /// Keeps others out until it is given back.
    lock: Option<File>,
    /// It is removed; what is in its place then is somebody else's.
    removed: bool,
}

impl Held {
    fn by(lock: File) -> Mutex<Self> {
        Mutex::new(Self {
            lock: Some(lock),
            removed: false,
        })
    }
}

impl Folder {
    /// Takes the folder at `path`, which is made if it is not there, or a temporary one. Blocks.
    ///
    /// # Errors
    /// If it cannot be made or used, or is in use.
    pub(crate) fn take(path: Option<&Path>) -> Result<Self, SandboxError> {
        match path {
            Some(path) => Self::named(path),
            None => {
                let beside = tempfile::env::temp_dir();
                Self::temporary(&beside).map_err(|source| Repr::Data(source).into())
            }
        }
    }

    fn named(path: &Path) -> Result<Self, SandboxError> {
        std::fs::create_dir_all(path).map_err(Repr::Data)?;
        Ok(Self {
            path: path.to_owned(),
            temporary: false,
            held: Held::by(lock(path)?),
        })
    }

    fn temporary(beside: &Path) -> io::Result<Self> {
        let made = tempfile::Builder::new().prefix(PREFIX).tempdir_in(beside)?;
        let file = File::create_new(made.path().join(ASIDE))?;
        file.try_lock()?;
        std::fs::rename(made.path().join(ASIDE), made.path().join(TEMPORARY))?;
        if let Err(error) = remove_abandoned(beside, made.path()) {
            tracing::debug!(%error, "temporary folders of others are not looked for");
        }
        Ok(Self {
            path: made.keep(),
            temporary: true,
            held: Held::by(file),
        })
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Whether what is in it outlives this process.
    pub(crate) fn is_durable(&self) -> bool {
        !self.temporary
    }

    /// A folder in it, which is made if it is not there. Blocks.
    ///
    /// # Errors
    /// What the host says.
    pub(crate) fn inner(&self, name: &str) -> io::Result<PathBuf> {
        let path = self.path.join(name);
        std::fs::create_dir_all(&path)?;
        Ok(path)
    }

    /// Gives it back: others may have it from now on, and a temporary one is gone. Doing it again
    /// removes what could not be the first time. Blocks.
    pub(crate) fn give_back(&self) {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if self.temporary && !held.removed {
            match remove(&self.path) {
                Ok(()) => held.removed = true,
                // On Windows as long as something in it is open. What stays in the end goes when the
                // next temporary folder is made.
                Err(error) => {
                    tracing::debug!(%error, folder = %self.path.display(), "a temporary folder stays");
                }
            }
        }
        drop(held.lock.take());
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        self.give_back();
    }
}

/// Takes a data folder for this process: a second one on it would take the first one's running
/// executions for those of a server that has stopped.
fn lock(folder: &Path) -> Result<File, SandboxError> {
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(folder.join(LOCK))
        .map_err(Repr::Data)?;
    let started = Instant::now();
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            // There is no waiting for a lock with an end, other than by asking again.
            Err(TryLockError::WouldBlock) if started.elapsed() < LOCK_PATIENCE => {
                std::thread::sleep(Duration::from_millis(20));
            }
            Err(TryLockError::WouldBlock) => {
                return Err(Repr::DataInUse {
                    folder: folder.to_owned(),
                }
                .into());
            }
            Err(TryLockError::Error(source)) => return Err(Repr::Data(source).into()),
        }
    }
}

/// Removes the temporary folders in `beside` whose programs are gone and whose owner is that of `ours`.
fn remove_abandoned(beside: &Path, ours: &Path) -> io::Result<()> {
    let owner = std::fs::metadata(ours)?;
    let mut left = MOST_ABANDONED;
    for entry in std::fs::read_dir(beside)? {
        let Ok(entry) = entry else { continue };
        let name = entry.file_name();
        if left > 0
            && name.to_str().is_some_and(|name| name.starts_with(PREFIX))
            && remove_if_abandoned(&entry.path(), &owner)
        {
            left -= 1;
        }
    }
    Ok(())
}

/// Removes one of them, and tells whether it did. What cannot be looked into is somebody else's.
fn remove_if_abandoned(path: &Path, ours: &std::fs::Metadata) -> bool {
    // Not through a link: others may write where temporary folders are.
    let Ok(metadata) = std::fs::symlink_metadata(path) else {
        return false;
    };
    if !metadata.is_dir() || !same_owner(&metadata, ours) {
        return false;
    }
    let Ok(lock) = File::options().write(true).open(path.join(TEMPORARY)) else {
        return false;
    };
    lock.try_lock().is_ok() && remove(path).is_ok()
}

#[cfg(unix)]
fn same_owner(a: &std::fs::Metadata, b: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    a.uid() == b.uid()
}

/// Elsewhere every user has a place of his own for them.
#[cfg(not(unix))]
fn same_owner(_: &std::fs::Metadata, _: &std::fs::Metadata) -> bool {
    true
}

/// Removes a temporary folder, the lock last: if this is cut off, the rest is still found to be
/// abandoned.
fn remove(folder: &Path) -> io::Result<()> {
    let mut attempts = ATTEMPTS;
    loop {
        attempts -= 1;
        match remove_once(folder) {
            Err(error) if error.kind() == ErrorKind::DirectoryNotEmpty && attempts > 0 => {}
            done => return done,
        }
    }
}

fn remove_once(folder: &Path) -> io::Result<()> {
    let entries = match std::fs::read_dir(folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    for entry in entries {
        let entry = entry?;
        if entry.file_name() == TEMPORARY {
            continue;
        }
        unless_gone(if entry.file_type()?.is_dir() {
            std::fs::remove_dir_all(entry.path())
        } else {
            std::fs::remove_file(entry.path())
        })?;
    }
    unless_gone(std::fs::remove_file(folder.join(TEMPORARY)))?;
    unless_gone(std::fs::remove_dir(folder))
}

/// What somebody else has removed is removed.
fn unless_gone(removed: io::Result<()>) -> io::Result<()> {
    match removed {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}

#[cfg(test)]
mod tests;
