//! What can go wrong in the store.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

use crate::digest::Digest;

/// An error of the store.
#[derive(Debug, Error)]
pub(crate) enum StoreError {
    /// The host's filesystem refused.
    #[error("{what}: {}", path.display())]
    Io {
        /// What was being done.
        what: &'static str,
        /// The host's file or folder.
        path: PathBuf,
        /// What the host said.
        #[source]
        source: io::Error,
    },
    /// The reader that a content or an archive came from failed.
    #[error("the input cannot be read")]
    Input {
        /// What the reader said.
        #[source]
        source: io::Error,
    },
    /// The writer that an archive goes to failed.
    #[error("the archive cannot be written")]
    Output {
        /// What the writer said.
        #[source]
        source: io::Error,
    },
    /// An object is neither here nor in the parent.
    #[error("object {digest} is missing")]
    Missing {
        /// The object.
        digest: Digest,
    },
    /// The bytes of an object are not those that its digest stands for.
    #[error("object {digest} is damaged")]
    Damaged {
        /// The object.
        digest: Digest,
    },
    /// An object has the right digest and is not what it was named as.
    #[error("object {digest} is malformed: {reason}")]
    Malformed {
        /// The object.
        digest: Digest,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// An object was written by a version of Belljar with another format.
    #[error("{what} has format version {found}, this version of Belljar reads {supported}")]
    DifferentVersion {
        /// Which object or archive.
        what: String,
        /// Its version.
        found: String,
        /// Ours.
        supported: u8,
    },
    /// A tree, root or chunk list that the caller made has no canonical encoding.
    #[error("a {what} cannot be stored: {reason}")]
    Invalid {
        /// The kind of object.
        what: &'static str,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// An object is larger than the caller takes.
    #[error("object {digest} has {size} bytes, more than {limit}")]
    TooLarge {
        /// The object.
        digest: Digest,
        /// Its size in bytes.
        size: u64,
        /// The most that was asked for, in bytes.
        limit: u64,
    },
    /// A collection could not find out what is in use, and has deleted nothing.
    #[error("what root {root} uses cannot be found out")]
    Unmarked {
        /// The root whose objects could not be read.
        root: Digest,
        /// Why.
        #[source]
        source: Box<Self>,
    },
    /// Writers that began before the collection have not ended; nothing was deleted.
    #[error("{writers} writers have not ended after {seconds} s")]
    Busy {
        /// How many there are.
        writers: u64,
        /// How long they were waited for.
        seconds: u64,
    },
    /// An archive is not one that can be imported.
    #[error("archive entry {entry:?}: {reason}")]
    Archive {
        /// The entry's path, shortened; empty for the archive as a whole.
        entry: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// An archive holds more than was allowed.
    #[error("archive entry {entry:?}: the archive has more than {limit} {what}")]
    ArchiveTooLarge {
        /// The entry that crossed the limit, shortened.
        entry: String,
        /// What is counted.
        what: &'static str,
        /// The limit that was crossed.
        limit: u64,
    },
}
