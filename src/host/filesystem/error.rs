//! From the filesystem's errors to those of WASI.

use wasmtime::component::ResourceTableError;

use super::bindings::wasi::filesystem::types::ErrorCode;
use crate::vfs::Errno;

/// Why a call fails.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The guest is told.
    Code(ErrorCode),
    /// A bug of ours: the guest is ended.
    Bug(wasmtime::Error),
}

impl Failure {
    /// A handle that the guest cannot have.
    pub(super) fn bug(error: ResourceTableError) -> Self {
        Self::Bug(error.into())
    }

    /// No room for another handle.
    pub(super) fn push(error: ResourceTableError) -> Self {
        match error {
            ResourceTableError::Full => Self::Code(ErrorCode::InsufficientMemory),
            ResourceTableError::NotPresent
            | ResourceTableError::WrongType
            | ResourceTableError::HasChildren => Self::bug(error),
        }
    }
}

impl From<ErrorCode> for Failure {
    fn from(code: ErrorCode) -> Self {
        Self::Code(code)
    }
}

impl From<Errno> for Failure {
    fn from(errno: Errno) -> Self {
        Self::Code(errno.into())
    }
}

impl From<Errno> for ErrorCode {
    fn from(errno: Errno) -> Self {
        match errno {
            Errno::Access => Self::Access,
            Errno::BadF => Self::BadDescriptor,
            Errno::Busy => Self::Busy,
            Errno::Exist => Self::Exist,
            Errno::FBig => Self::FileTooLarge,
            Errno::Inval => Self::Invalid,
            // WASI has no ESTALE.
            Errno::Io | Errno::Stale => Self::Io,
            Errno::IsDir => Self::IsDirectory,
            Errno::Loop => Self::Loop,
            Errno::MLink => Self::TooManyLinks,
            Errno::NameTooLong => Self::NameTooLong,
            Errno::NoEnt => Self::NoEntry,
            Errno::NoSpc => Self::InsufficientSpace,
            Errno::NotDir => Self::NotDirectory,
            Errno::NotEmpty => Self::NotEmpty,
            Errno::Perm => Self::NotPermitted,
        }
    }
}

/// What a failed stream operation carries, for `filesystem-error-code`.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub(in crate::host) struct StreamFailure(pub(in crate::host) Errno);
