//! The files of a sandbox, from outside. Not executions: they work while a command runs, and resume
//! a paused sandbox. What a call has changed survives a crash once it has returned, if the sandbox
//! does.

use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;

use super::error::{Repr, SandboxError};
use super::handle::{Inner, Sandbox};
use super::options::FileWrite;
use crate::clock::Timestamp;
use crate::vfs::{EntryKind, FileReader, Follow, GuestPath, Usage, Vfs, VfsOptions, WORKSPACE};

/// One entry of a directory.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FileEntry {
    /// Path relative to the directory listed.
    pub path: String,
    /// Size in bytes; 0 for directories.
    pub size: u64,
    /// Whether it is a directory.
    pub is_dir: bool,
    /// Whether it is a symbolic link.
    pub is_symlink: bool,
    /// Where a symbolic link leads.
    pub link_target: Option<String>,
    /// Permission bits.
    pub mode: u32,
    /// Time of last modification.
    pub modified: Timestamp,
}

impl Inner {
    /// Does something with the filesystem, away from the threads that serve requests. Nobody takes it
    /// away before that is done, also if the future is dropped.
    async fn with_files<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Vfs) -> Result<T, SandboxError> + Send + 'static,
    ) -> Result<T, SandboxError> {
        let entered = self.enter().await?;
        let vfs = self.filesystem().await?;
        self.touch();
        let work = move || {
            let _entered = entered;
            work(&vfs)
        };
        self.blocking(work).await
    }

    /// Does something that may take long with the files as they are now. Nobody waits for it: neither who
    /// changes them nor who takes them away.
    pub(super) async fn with_saved<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Vfs) -> Result<T, SandboxError> + Send + 'static,
    ) -> Result<T, SandboxError> {
        let (root, pin) = {
            let _entered = self.enter().await?;
            // Of a sandbox that was not used yet, too.
            self.filesystem().await?;
            self.touch();
            self.present().await?
        };
        let shared = Arc::clone(&self.shared);
        let work = move || {
            let _pin = pin;
            let options = VfsOptions {
                quota: Usage { bytes: 0, nodes: 0 },
                base: None,
                programs: Arc::new([]),
                clock: Arc::clone(&shared.clock),
            };
            work(&Vfs::open(&shared.store, root, options)?)
        };
        self.blocking(work).await
    }

    /// As [`Inner::with_files`], and saves what has changed.
    pub(super) async fn change_files<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Vfs) -> Result<T, SandboxError> + Send + 'static,
    ) -> Result<T, SandboxError> {
        if !self.is_durable() {
            return self.with_files(work).await;
        }
        let disk = Arc::clone(&self.disk);
        let change = move |vfs: &Vfs| {
            let done = work(vfs)?;
            disk.save(vfs).map(drop)?;
            Ok(done)
        };
        let done = self.with_files(change).await;
        self.shared.add_waste(super::collector::SAVED);
        self.has_journal();
        done
    }

    /// Writes files for a command or a creation; the paths of all are checked before the first is
    /// written. They are saved with what comes next. While this happens the sandbox is not idle, so
    /// nobody takes its files away.
    pub(crate) async fn write_files(&self, files: Vec<FileWrite>) -> Result<u64, SandboxError> {
        let write = writer(files)?;
        let vfs = self.filesystem().await?;
        self.blocking(move || write(&vfs)).await
    }
}

/// What writes these files.
fn writer(
    files: Vec<FileWrite>,
) -> Result<impl FnOnce(&Vfs) -> Result<u64, SandboxError> + Send + 'static, SandboxError> {
    let mut resolved = Vec::with_capacity(files.len());
    for file in files {
        resolved.push((resolve(&file.path)?, file.content));
    }
    Ok(move |vfs: &Vfs| {
        for (path, _) in &resolved {
            vfs.check_writable(path)?;
        }
        for (path, content) in &resolved {
            vfs.write_file(path, content)?;
        }
        Ok(resolved.len() as u64)
    })
}

/// Relative paths are relative to the workspace.
fn resolve(path: &str) -> Result<GuestPath, SandboxError> {
    let workspace = GuestPath::parse(WORKSPACE, &GuestPath::root())?;
    Ok(GuestPath::parse(path, &workspace)?)
}

impl Sandbox {
    /// Writes whole files, making missing directories; returns how many.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`](super::ErrorKind::InvalidArgument) for a path that cannot be
    /// written, before any file is; [`ErrorKind::Gone`](super::ErrorKind::Gone) if the sandbox has
    /// ended.
    pub async fn write_files(&self, files: Vec<FileWrite>) -> Result<u64, SandboxError> {
        let write = writer(files)?;
        self.inner.change_files(write).await
    }

    /// Reads a whole file.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`](super::ErrorKind::NotFound) and others of the path;
    /// [`ErrorKind::LimitExceeded`](super::ErrorKind::LimitExceeded) beyond 1 GiB.
    pub async fn read_file(&self, path: &str) -> Result<Bytes, SandboxError> {
        let path = resolve(path)?;
        let read = move |vfs: &Vfs| Ok(Bytes::from(vfs.read_file(&path)?));
        self.inner.with_files(read).await
    }

    /// As [`Sandbox::read_file`], of a file with at most `most` bytes; `None` if it has more.
    ///
    /// # Errors
    /// As [`Sandbox::read_file`].
    pub async fn read_small_file(
        &self,
        path: &str,
        most: u64,
    ) -> Result<Option<Bytes>, SandboxError> {
        let path = resolve(path)?;
        let read = move |vfs: &Vfs| {
            let file = vfs.look(&path, Follow::Yes)?;
            if file.is_some_and(|file| file.size > most) {
                return Ok(None);
            }
            Ok(Some(Bytes::from(vfs.read_file(&path)?)))
        };
        self.inner.with_files(read).await
    }

    /// Writes the content of a file of any size, as it is at one moment. It is never in memory as a whole,
    /// and a slow writer holds nobody up. Dropping the future does not stop it.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`](super::ErrorKind::NotFound) and others of the path, before anything is
    /// written, and what writing gives.
    pub async fn copy_file(
        &self,
        path: &str,
        mut to: impl Write + Send + 'static,
    ) -> Result<(), SandboxError> {
        let path = resolve(path)?;
        let copy = move |vfs: &Vfs| {
            let mut from = FileReader::new(vfs.open_file(&path)?);
            let copied = std::io::copy(&mut from, &mut to).and_then(|_| to.flush());
            Ok(copied.map_err(Repr::Data)?)
        };
        self.inner.with_saved(copy).await
    }

    /// Lists one directory, by name; the workspace without a path.
    ///
    /// # Errors
    /// As [`Sandbox::read_file`].
    pub async fn list_files(&self, path: Option<&str>) -> Result<Vec<FileEntry>, SandboxError> {
        let path = resolve(path.filter(|path| !path.is_empty()).unwrap_or(WORKSPACE))?;
        let entries = self
            .inner
            .with_files(move |vfs| Ok(vfs.read_dir(&path)?))
            .await?;
        Ok(entries
            .into_iter()
            .map(|entry| FileEntry {
                is_dir: entry.kind == EntryKind::Directory,
                is_symlink: matches!(entry.kind, EntryKind::Symlink(_)),
                link_target: match entry.kind {
                    EntryKind::Symlink(target) => Some(target),
                    EntryKind::File | EntryKind::Directory => None,
                },
                path: entry.name,
                size: entry.size,
                mode: entry.mode,
                modified: Timestamp::from(entry.modified),
            })
            .collect())
    }

    /// Makes a directory; with `recursive` its parents too, and an existing one is no error.
    ///
    /// # Errors
    /// [`ErrorKind::Conflict`](super::ErrorKind::Conflict) if it exists and `recursive` is false.
    pub async fn make_dir(&self, path: &str, recursive: bool) -> Result<(), SandboxError> {
        let path = resolve(path)?;
        let make = move |vfs: &Vfs| Ok(vfs.create_dir(&path, recursive)?);
        self.inner.change_files(make).await
    }

    /// Removes a file; `false` if there was none.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`](super::ErrorKind::InvalidArgument) for a directory.
    pub async fn remove_file(&self, path: &str) -> Result<bool, SandboxError> {
        let path = resolve(path)?;
        let remove = move |vfs: &Vfs| Ok(vfs.remove_file(&path)?);
        self.inner.change_files(remove).await
    }

    /// Removes a directory, with `recursive` and all in it; `false` if there was none.
    ///
    /// # Errors
    /// [`ErrorKind::Conflict`](super::ErrorKind::Conflict) if it is not empty and `recursive` is
    /// false.
    pub async fn remove_dir(&self, path: &str, recursive: bool) -> Result<bool, SandboxError> {
        let path = resolve(path)?;
        let remove = move |vfs: &Vfs| Ok(vfs.remove_dir(&path, recursive)?);
        self.inner.change_files(remove).await
    }

    /// Copies a file of the host into the sandbox.
    ///
    /// # Errors
    /// What reading it gives, and as [`Sandbox::write_files`].
    pub async fn copy_in(&self, host: &Path, guest: &str) -> Result<(), SandboxError> {
        let host = host.to_owned();
        let content = self
            .inner
            .blocking(move || {
                std::fs::read(&host).map_err(|source| {
                    SandboxError::invalid("file", format!("{}: {source}", host.display()))
                })
            })
            .await?;
        let file = FileWrite {
            path: guest.into(),
            content: content.into(),
        };
        self.write_files(vec![file]).await.map(drop)
    }
}
