//! What can be asked of a registry of npm packages, and what may go wrong.
//!
//! Guests install packages themselves; all they need from outside are two kinds of documents, which
//! a [`Registry`] gets for them. The one that speaks HTTP is `npm::Client` (feature `registry`);
//! this module knows neither HTTP nor guests.

mod access;
mod error;
mod name;

use bytes::Bytes;

pub(crate) use access::{Access, Question, Source};
pub use error::{Asked, Error};
pub use name::{PackageSpec, check_name, check_version};

/// Most bytes of one document that are read at once.
pub(crate) const MAX_READ: usize = 1 << 20;

/// Where packages come from.
///
/// Called with whatever a guest says: names, versions and addresses are not checked before. Futures
/// may be dropped at any moment.
#[async_trait::async_trait]
pub trait Registry: Send + Sync + std::fmt::Debug {
    /// The versions of a package, as the registry's JSON document.
    async fn metadata(&self, name: &str) -> Result<Content, Error>;

    /// The archive of one version. `url` and `integrity` are what the metadata says of it: where it
    /// is, and its digests in the form of Subresource Integrity. What comes back has such a digest.
    async fn tarball(
        &self,
        name: &str,
        version: &str,
        url: &str,
        integrity: &str,
    ) -> Result<Content, Error>;
}

/// A document: all of it is there, and verified.
#[derive(Clone)]
pub struct Content {
    size: u64,
    place: Place,
}

#[derive(Clone)]
enum Place {
    Memory(Bytes),
    Elsewhere(std::sync::Arc<dyn ReadAt>),
}

/// Something with bytes at offsets.
pub trait ReadAt: Send + Sync {
    /// Up to `max` bytes from `offset` on, at least one unless that is the end.
    ///
    /// # Errors
    /// When it is gone or cannot be read.
    fn read_at(&self, offset: u64, max: usize) -> Result<Bytes, Error>;
}

impl Content {
    /// `size` bytes that are somewhere else, for instance in a file.
    pub fn new(size: u64, source: impl ReadAt + 'static) -> Self {
        Self {
            size,
            place: Place::Elsewhere(std::sync::Arc::new(source)),
        }
    }

    /// How many bytes it has.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Up to `max` bytes from `offset` on, and not more than 1 MiB; none at the end.
    ///
    /// # Errors
    /// When it is gone from where it was kept.
    pub fn read_at(&self, offset: u64, max: usize) -> Result<Bytes, Error> {
        let rest = usize::try_from(self.size.saturating_sub(offset)).unwrap_or(usize::MAX);
        let length = max.min(MAX_READ).min(rest);
        if length == 0 {
            return Ok(Bytes::new());
        }
        match &self.place {
            Place::Elsewhere(source) => source.read_at(offset, length),
            Place::Memory(bytes) => {
                // It is within the bytes, or `length` would be zero.
                let start = usize::try_from(offset).unwrap_or(usize::MAX);
                Ok(bytes.slice(start..start + length))
            }
        }
    }
}

impl From<Bytes> for Content {
    fn from(bytes: Bytes) -> Self {
        Self {
            size: bytes.len() as u64,
            place: Place::Memory(bytes),
        }
    }
}

impl std::fmt::Debug for Content {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Content")
            .field("size", &self.size)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_in_memory_is_read_in_pieces() {
        let content = Content::from(Bytes::from_static(b"0123456789"));
        assert_eq!(content.size(), 10);
        assert_eq!(content.read_at(0, 4).unwrap().as_ref(), b"0123");
        assert_eq!(content.read_at(8, 4).unwrap().as_ref(), b"89");
        assert_eq!(content.read_at(10, 4).unwrap().as_ref(), b"");
        assert_eq!(content.read_at(u64::MAX, usize::MAX).unwrap().as_ref(), b"");
        assert_eq!(content.read_at(3, 0).unwrap().as_ref(), b"");
    }
}
