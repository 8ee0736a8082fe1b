//! Filesystem errors, named for POSIX's.

use thiserror::Error;

use super::errno::Errno;
use crate::store::StoreError;

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
    /// `EACCES`, `EPERM`, `ELOOP`: the path leads nowhere that the caller may go.
    #[error("{path}: {errno}")]
    PermissionDenied {
        /// Guest path.
        path: String,
        /// What exactly.
        errno: Errno,
    },
    /// `ENOSPC`, `EFBIG`: the quota is used up.
    #[error("{path}: no space left: the sandbox may store no more")]
    NoSpace {
        /// Guest path.
        path: String,
    },
    /// The store failed.
    #[error("the store failed")]
    Store(#[from] StoreError),
    /// `EIO` and the like: the host's storage failed.
    #[error("{path}: the storage failed: {errno}")]
    Io {
        /// Guest path.
        path: String,
        /// How.
        errno: Errno,
    },
}

impl FsError {
    /// What an error of a call on `path` means.
    pub(super) fn of(path: impl std::fmt::Display, errno: Errno) -> Self {
        let path = path.to_string();
        match errno {
            Errno::NoEnt => Self::NotFound { path },
            Errno::NotDir => Self::NotADirectory { path },
            Errno::IsDir => Self::IsADirectory { path },
            Errno::Exist => Self::Exists { path },
            Errno::NotEmpty => Self::NotEmpty { path },
            Errno::NameTooLong => Self::NameTooLong { limit: 255 },
            Errno::NoSpc | Errno::FBig => Self::NoSpace { path },
            Errno::Inval => Self::InvalidPath {
                path,
                reason: "it cannot be used for this",
            },
            Errno::Busy => Self::InvalidPath {
                path,
                reason: "it is the root directory, or `.` or `..`",
            },
            Errno::Access | Errno::Perm | Errno::Loop | Errno::MLink => {
                Self::PermissionDenied { path, errno }
            }
            Errno::BadF | Errno::Io | Errno::Stale => Self::Io { path, errno },
        }
    }
}
