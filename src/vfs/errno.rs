//! What a call on an open file or a path below one can answer instead of success.

use thiserror::Error;

/// An error number, by POSIX's names (POSIX.1-2024, `errno.h`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub(crate) enum Errno {
    /// `EACCES`: the mode bits do not allow it.
    #[error("permission denied")]
    Access,
    /// `EBADF`: the handle was not opened for this.
    #[error("bad file descriptor")]
    BadF,
    /// `EBUSY`.
    #[error("resource busy")]
    Busy,
    /// `EEXIST`.
    #[error("file exists")]
    Exist,
    /// `EFBIG`.
    #[error("file too large")]
    FBig,
    /// `EINVAL`.
    #[error("invalid argument")]
    Inval,
    /// `EIO`: the storage beneath failed; the log says how.
    #[error("input/output error")]
    Io,
    /// `EISDIR`.
    #[error("is a directory")]
    IsDir,
    /// `ELOOP`.
    #[error("too many levels of symbolic links")]
    Loop,
    /// `EMLINK`.
    #[error("too many links")]
    MLink,
    /// `ENAMETOOLONG`.
    #[error("file name too long")]
    NameTooLong,
    /// `ENOENT`.
    #[error("no such file or directory")]
    NoEnt,
    /// `ENOSPC`: the quota is used up.
    #[error("no space left on device")]
    NoSpc,
    /// `ENOTDIR`.
    #[error("not a directory")]
    NotDir,
    /// `ENOTEMPTY`.
    #[error("directory not empty")]
    NotEmpty,
    /// `EPERM`.
    #[error("operation not permitted")]
    Perm,
    /// `ESTALE`: the filesystem was replaced under the handle.
    #[error("stale file handle")]
    Stale,
}
