//! The files of a sandbox, from outside. Not executions: they work while a command runs.

use std::path::Path;

use bytes::Bytes;

use super::error::{Repr, SandboxError};
use super::handle::{Inner, Sandbox};
use super::options::FileWrite;
use crate::clock::Timestamp;
use crate::vfs::{EntryKind, GuestPath, Vfs, WORKSPACE};

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
    /// Does something with the filesystem, away from the threads that serve requests.
    async fn with_files<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Vfs) -> Result<T, SandboxError> + Send + 'static,
    ) -> Result<T, SandboxError> {
        let vfs = self.filesystem().await?.clone();
        self.touch();
        self.shared
            .runtimes
            .engine()
            .spawn_blocking(move || work(&vfs))
            .await
            .map_err(Repr::Task)?
    }

    /// Writes files; the paths of all are checked before the first is written.
    pub(crate) async fn write_files(&self, files: Vec<FileWrite>) -> Result<u64, SandboxError> {
        let mut resolved = Vec::with_capacity(files.len());
        for file in files {
            resolved.push((resolve(&file.path)?, file.content));
        }
        self.with_files(move |vfs| {
            for (path, _) in &resolved {
                vfs.check_writable(path)?;
            }
            for (path, content) in &resolved {
                vfs.write_file(path, content)?;
            }
            Ok(resolved.len() as u64)
        })
        .await
    }
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
        self.inner.usable().await?;
        self.inner.write_files(files).await
    }

    /// Reads a whole file.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`](super::ErrorKind::NotFound) and others of the path;
    /// [`ErrorKind::LimitExceeded`](super::ErrorKind::LimitExceeded) beyond 1 GiB.
    pub async fn read_file(&self, path: &str) -> Result<Bytes, SandboxError> {
        self.inner.usable().await?;
        let path = resolve(path)?;
        let read = move |vfs: &Vfs| Ok(Bytes::from(vfs.read_file(&path)?));
        self.inner.with_files(read).await
    }

    /// Lists one directory, by name; the workspace without a path.
    ///
    /// # Errors
    /// As [`Sandbox::read_file`].
    pub async fn list_files(&self, path: Option<&str>) -> Result<Vec<FileEntry>, SandboxError> {
        self.inner.usable().await?;
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
        self.inner.usable().await?;
        let path = resolve(path)?;
        let make = move |vfs: &Vfs| Ok(vfs.create_dir(&path, recursive)?);
        self.inner.with_files(make).await
    }

    /// Removes a file; `false` if there was none.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`](super::ErrorKind::InvalidArgument) for a directory.
    pub async fn remove_file(&self, path: &str) -> Result<bool, SandboxError> {
        self.inner.usable().await?;
        let path = resolve(path)?;
        let remove = move |vfs: &Vfs| Ok(vfs.remove_file(&path)?);
        self.inner.with_files(remove).await
    }

    /// Removes a directory, with `recursive` and all in it; `false` if there was none.
    ///
    /// # Errors
    /// [`ErrorKind::Conflict`](super::ErrorKind::Conflict) if it is not empty and `recursive` is
    /// false.
    pub async fn remove_dir(&self, path: &str, recursive: bool) -> Result<bool, SandboxError> {
        self.inner.usable().await?;
        let path = resolve(path)?;
        let remove = move |vfs: &Vfs| Ok(vfs.remove_dir(&path, recursive)?);
        self.inner.with_files(remove).await
    }

    /// Copies a file of the host into the sandbox.
    ///
    /// # Errors
    /// What reading it gives, and as [`Sandbox::write_files`].
    pub async fn copy_in(&self, host: &Path, guest: &str) -> Result<(), SandboxError> {
        let host = host.to_owned();
        let content = self
            .inner
            .shared
            .runtimes
            .engine()
            .spawn_blocking(move || {
                std::fs::read(&host).map_err(|source| {
                    SandboxError::invalid("file", format!("{}: {source}", host.display()))
                })
            })
            .await
            .map_err(Repr::Task)??;
        let file = FileWrite {
            path: guest.into(),
            content: content.into(),
        };
        self.write_files(vec![file]).await.map(drop)
    }
}
