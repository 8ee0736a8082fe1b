//! Filesystem errors, named for POSIX's.

use std::io;

use thiserror::Error;

/// An error of a filesystem call, with the guest path concerned.
#[derive(Debug, Error)]
pub(crate) enum FsError {
    /// `ENOENT`.
    #[error("{path}: no such file or directory")]
    NotFound {
        /// Guest path.
        path: String,
    },
    /// `ENOTDIR`.
    #[error("{path}: not a directory")]
    NotADirectory {
        /// Guest path.
        path: String,
    },
    /// `EISDIR`.
    #[error("{path}: is a directory")]
    IsADirectory {
        /// Guest path.
        path: String,
    },
    /// `EEXIST`.
    #[error("{path}: already exists")]
    Exists {
        /// Guest path.
        path: String,
    },
    /// `ENOTEMPTY`.
    #[error("{path}: directory not empty")]
    NotEmpty {
        /// Guest path.
        path: String,
    },
    /// `EROFS`: the path belongs to the runtime's tree.
    #[error("{path}: belongs to the runtime and is read-only")]
    ReadOnly {
        /// Guest path.
        path: String,
    },
    /// `EINVAL`: the path itself cannot be right.
    #[error("{path:?} is not a usable path: {reason}")]
    InvalidPath {
        /// The path as given, shortened.
        path: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// `ENAMETOOLONG`.
    #[error("a path or one of its names is longer than {limit} bytes")]
    NameTooLong {
        /// The limit crossed.
        limit: usize,
    },
    /// `EFBIG`: more than a caller of the files API may read at once.
    #[error("{path}: {size} bytes are more than the {limit} that can be read at once")]
    TooLarge {
        /// Guest path.
        path: String,
        /// Its size in bytes.
        size: u64,
        /// The limit in bytes.
        limit: u64,
    },
    /// `EACCES`, `ELOOP` and symbolic links that lead outside of the sandbox.
    #[error("{path}: permission denied")]
    PermissionDenied {
        /// Guest path.
        path: String,
        /// What the host said.
        #[source]
        source: io::Error,
    },
    /// `ENOSPC`, `EIO` and the like: the host's storage failed.
    #[error("{path}: the storage failed")]
    Io {
        /// Guest path.
        path: String,
        /// What the host said.
        #[source]
        source: io::Error,
    },
}

impl FsError {
    /// Sorts an error of the host's calls on `path`.
    pub(super) fn io(path: impl std::fmt::Display, source: io::Error) -> Self {
        let path = path.to_string();
        match source.kind() {
            io::ErrorKind::NotFound => Self::NotFound { path },
            io::ErrorKind::NotADirectory => Self::NotADirectory { path },
            io::ErrorKind::IsADirectory => Self::IsADirectory { path },
            io::ErrorKind::AlreadyExists => Self::Exists { path },
            io::ErrorKind::DirectoryNotEmpty => Self::NotEmpty { path },
            // cap-std reports an escape through a link as a denied permission.
            io::ErrorKind::PermissionDenied => Self::PermissionDenied { path, source },
            io::ErrorKind::InvalidFilename => Self::NameTooLong { limit: 255 },
            _ => Self::Io { path, source },
        }
    }
}
