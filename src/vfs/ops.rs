//! The calls of the files API: whole files, directories, listings.

use std::io::{self, Read};
use std::path::Path;
use std::time::SystemTime;

use cap_std::ambient_authority;
use cap_std::fs::{Dir, DirBuilder, FileType, Metadata, OpenOptions};

use super::error::FsError;
use super::{GuestPath, Vfs};

/// Largest file that is read into memory at once. Streaming reads come with the own filesystem;
/// until then this bounds what one request can take.
const MAX_READ_BYTES: u64 = 1 << 30;

/// One entry of a directory.
#[derive(Clone, Debug)]
pub(crate) struct DirEntry {
    /// Name within the directory.
    pub(crate) name: String,
    /// What it is.
    pub(crate) kind: EntryKind,
    /// Size in bytes; 0 for directories.
    pub(crate) size: u64,
    /// Permission bits.
    pub(crate) mode: u32,
    /// Time of last modification.
    pub(crate) modified: SystemTime,
}

/// Kind of a directory entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum EntryKind {
    /// A regular file (or anything else that is read like one).
    File,
    /// A directory.
    Directory,
    /// A symbolic link and where it leads.
    Symlink(String),
}

impl Vfs {
    /// Reads a whole file.
    ///
    /// # Errors
    /// [`FsError::TooLarge`] beyond 1 GiB, [`FsError::IsADirectory`], and what opening gives.
    pub(crate) fn read_file(&self, path: &GuestPath) -> Result<Vec<u8>, FsError> {
        self.read(path, MAX_READ_BYTES, true)
    }

    /// Reads at most `limit` bytes from the start of a file.
    pub(super) fn read_start(&self, path: &GuestPath, limit: u64) -> Result<Vec<u8>, FsError> {
        self.read(path, limit, false)
    }

    fn read(&self, path: &GuestPath, limit: u64, whole: bool) -> Result<Vec<u8>, FsError> {
        let io = |source| FsError::io(path, source);
        let (dir, relative) = self.readable(path)?;
        let metadata = dir.metadata(relative).map_err(io)?;
        if metadata.is_dir() {
            return Err(FsError::IsADirectory {
                path: path.to_string(),
            });
        }
        if whole && metadata.len() > limit {
            return Err(FsError::TooLarge {
                path: path.to_string(),
                size: metadata.len(),
                limit,
            });
        }
        let file = dir.open(relative).map_err(io)?;
        let mut contents = Vec::new();
        file.take(limit).read_to_end(&mut contents).map_err(io)?;
        Ok(contents)
    }

    /// Writes a whole file, replacing what was there and making missing parent directories. A
    /// failure leaves the old contents: the new ones are written aside and renamed.
    ///
    /// # Errors
    /// [`FsError::IsADirectory`], [`FsError::ReadOnly`] and what the storage gives.
    pub(crate) fn write_file(&self, path: &GuestPath, contents: &[u8]) -> Result<(), FsError> {
        let relative = self.writable(path)?;
        let root = &self.inner.root;
        let io = |source| FsError::io(path, source);
        if let Some(parent) = relative.parent().filter(|parent| *parent != Path::new("")) {
            // What exists already and is in the way is a file.
            root.create_dir_all(parent)
                .map_err(|source| match source.kind() {
                    io::ErrorKind::AlreadyExists => FsError::NotADirectory {
                        path: path.to_string(),
                    },
                    _ => io(source),
                })?;
        }
        match root.metadata(relative) {
            Ok(metadata) if metadata.is_dir() => {
                return Err(FsError::IsADirectory {
                    path: path.to_string(),
                });
            }
            // A write through a link, or over a file whose mode matters, keeps the file.
            Ok(_) => {
                let mut options = OpenOptions::new();
                options.write(true).truncate(true);
                let mut file = root.open_with(relative, &options).map_err(io)?;
                return io::Write::write_all(&mut file, contents).map_err(io);
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(io(error)),
        }
        root.write(relative, contents).map_err(io)
    }

    /// Refuses a path that no write could succeed at, whatever is there.
    ///
    /// # Errors
    /// [`FsError::ReadOnly`] and [`FsError::InvalidPath`].
    pub(crate) fn check_writable(&self, path: &GuestPath) -> Result<(), FsError> {
        self.writable(path).map(drop)
    }

    /// Refuses what is no directory.
    ///
    /// # Errors
    /// [`FsError::NotFound`] and [`FsError::NotADirectory`].
    pub(crate) fn check_directory(&self, path: &GuestPath) -> Result<(), FsError> {
        let (dir, relative) = self.readable(path)?;
        let metadata = dir.metadata(relative);
        if !metadata
            .map_err(|source| FsError::io(path, source))?
            .is_dir()
        {
            return Err(FsError::NotADirectory {
                path: path.to_string(),
            });
        }
        Ok(())
    }

    /// Lists one directory, sorted by name.
    pub(crate) fn read_dir(&self, path: &GuestPath) -> Result<Vec<DirEntry>, FsError> {
        let io = |source| FsError::io(path, source);
        let (dir, relative) = self.readable(path)?;
        let relative = if relative.as_os_str().is_empty() {
            Path::new(".")
        } else {
            relative
        };
        if !dir.metadata(relative).map_err(io)?.is_dir() {
            return Err(FsError::NotADirectory {
                path: path.to_string(),
            });
        }
        let mut entries = Vec::new();
        for entry in dir.read_dir(relative).map_err(io)? {
            let entry = entry.map_err(io)?;
            // A name that is no UTF-8 cannot have come from a guest, nor be named on the wire.
            let Ok(name) = entry.file_name().into_string() else {
                continue;
            };
            // Gone between the two calls: a guest removed it; a listing without it is right.
            let Ok(metadata) = entry.metadata() else {
                continue;
            };
            let kind = kind_of(&dir, &relative.join(&name), metadata.file_type());
            entries.push(DirEntry {
                name,
                size: if metadata.is_dir() { 0 } else { metadata.len() },
                mode: mode_of(&metadata),
                modified: metadata
                    .modified()
                    .map_or(SystemTime::UNIX_EPOCH, |time| time.into_std()),
                kind,
            });
        }
        entries.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(entries)
    }

    /// Makes a directory; with `recursive` its parents too, and then an existing one is no error.
    pub(crate) fn create_dir(&self, path: &GuestPath, recursive: bool) -> Result<(), FsError> {
        let relative = self.writable(path)?;
        let io = |source| FsError::io(path, source);
        let mut builder = DirBuilder::new();
        builder.recursive(recursive);
        self.inner
            .root
            .create_dir_with(relative, &builder)
            .map_err(io)?;
        if !self.inner.root.metadata(relative).map_err(io)?.is_dir() {
            return Err(FsError::Exists {
                path: path.to_string(),
            });
        }
        Ok(())
    }

    /// Removes a file or link; `false` if there was none.
    pub(crate) fn remove_file(&self, path: &GuestPath) -> Result<bool, FsError> {
        let relative = self.writable(path)?;
        let root = &self.inner.root;
        match root.symlink_metadata(relative) {
            Ok(metadata) if metadata.is_dir() => {
                return Err(FsError::IsADirectory {
                    path: path.to_string(),
                });
            }
            Ok(_) => {}
            Err(error) => return absent(path, error),
        }
        match root.remove_file(relative) {
            Ok(()) => Ok(true),
            Err(error) => absent(path, error),
        }
    }

    /// Removes a directory, with `recursive` with all its contents; `false` if there was none.
    pub(crate) fn remove_dir(&self, path: &GuestPath, recursive: bool) -> Result<bool, FsError> {
        let relative = self.writable(path)?;
        let root = &self.inner.root;
        match root.symlink_metadata(relative) {
            Ok(metadata) if !metadata.is_dir() => {
                return Err(FsError::NotADirectory {
                    path: path.to_string(),
                });
            }
            Ok(_) => {}
            Err(error) => return absent(path, error),
        }
        let removed = if recursive {
            root.remove_dir_all(relative)
        } else {
            root.remove_dir(relative)
        };
        match removed {
            Ok(()) => Ok(true),
            Err(error) => absent(path, error),
        }
    }

    /// The capability and relative path to read `path` through.
    fn readable<'a>(&'a self, path: &'a GuestPath) -> Result<(DirRef<'a>, &'a Path), FsError> {
        for mount in self.inner.base.mounts() {
            if let Some(rest) = path.below(mount.guest) {
                let dir = Dir::open_ambient_dir(&mount.host, ambient_authority())
                    .map_err(|source| FsError::io(path, source))?;
                return Ok((DirRef::Owned(dir), or_dot(rest)));
            }
        }
        Ok((
            DirRef::Borrowed(&self.inner.root),
            or_dot(path.below("/").unwrap_or_default()),
        ))
    }

    /// The path below the private layer's root, if it may be written.
    fn writable<'a>(&self, path: &'a GuestPath) -> Result<&'a Path, FsError> {
        let base = &self.inner.base;
        if base
            .mounts()
            .iter()
            .any(|mount| path.below(mount.guest).is_some())
        {
            return Err(FsError::ReadOnly {
                path: path.to_string(),
            });
        }
        match path.below("/") {
            None | Some("") => Err(FsError::InvalidPath {
                path: path.to_string(),
                reason: "it is the root directory",
            }),
            Some(relative) => Ok(Path::new(relative)),
        }
    }
}

/// A capability that is ours or lent.
enum DirRef<'a> {
    Owned(Dir),
    Borrowed(&'a Dir),
}

impl std::ops::Deref for DirRef<'_> {
    type Target = Dir;

    fn deref(&self) -> &Dir {
        match self {
            DirRef::Owned(dir) => dir,
            DirRef::Borrowed(dir) => dir,
        }
    }
}

/// cap-std names the directory itself `.`.
fn or_dot(relative: &str) -> &Path {
    Path::new(if relative.is_empty() { "." } else { relative })
}

/// "It was not there" is an answer, anything else an error.
fn absent(path: &GuestPath, error: io::Error) -> Result<bool, FsError> {
    if error.kind() == io::ErrorKind::NotFound {
        Ok(false)
    } else {
        Err(FsError::io(path, error))
    }
}

fn kind_of(dir: &Dir, relative: &Path, file_type: FileType) -> EntryKind {
    if file_type.is_dir() {
        EntryKind::Directory
    } else if file_type.is_symlink() {
        let target = dir
            .read_link_contents(relative)
            .map(|target| target.to_string_lossy().into_owned());
        EntryKind::Symlink(target.unwrap_or_default())
    } else {
        EntryKind::File
    }
}

#[cfg(unix)]
fn mode_of(metadata: &Metadata) -> u32 {
    use cap_std::fs::PermissionsExt;
    metadata.permissions().mode() & 0o7777
}

#[cfg(not(unix))]
fn mode_of(metadata: &Metadata) -> u32 {
    match (metadata.is_dir(), metadata.permissions().readonly()) {
        (true, _) => 0o755,
        (false, false) => 0o644,
        (false, true) => 0o444,
    }
}
