//! What can go wrong with records.

use std::error::Error;
use std::path::PathBuf;

/// An error of whatever keeps the records. Boxed, so that the contract names no database.
pub type BackendError = Box<dyn Error + Send + Sync>;

/// Records could not be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RecordsError {
    /// The file cannot be opened: permissions, a missing folder, a full disk.
    #[error("cannot open the records in {path}", path = path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// Why not.
        #[source]
        source: BackendError,
    },
    /// The file is a database, but not one of ours. It was not touched.
    #[error("{path} is a database of another program, not Belljar records", path = path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// The file was written by a newer Belljar. It was not touched.
    #[error(
        "the records in {path} have format {found}, this version of Belljar reads up to {supported}: \
         use a newer Belljar or another data folder",
        path = path.display()
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// The format it has.
        found: i64,
        /// The newest format that this build reads.
        supported: i64,
    },
    /// The file is damaged, or not a database at all. It was not touched.
    #[error(
        "the records in {path} are damaged ({detail}): restore the file from a backup, or move it away to \
         start without records",
        path = path.display()
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What the check found first.
        detail: String,
    },
    /// A stored record cannot be understood.
    #[error("the record of {kind} {id} cannot be read")]
    Decode {
        /// What kind of record: `sandbox`, `execution`, ...
        kind: &'static str,
        /// Its id, as stored.
        id: String,
        /// What is wrong with it.
        #[source]
        source: BackendError,
    },
    /// A record cannot be written down.
    #[error("the record of {kind} {id} cannot be written")]
    Encode {
        /// What kind of record: `sandbox`, `execution`, ...
        kind: &'static str,
        /// Its id.
        id: String,
        /// Why not.
        #[source]
        source: BackendError,
    },
    /// Whatever keeps the records failed.
    #[error("{operation} failed")]
    Backend {
        /// What was being done, such as `writing records`.
        operation: &'static str,
        /// How it failed.
        #[source]
        source: BackendError,
    },
    /// The ledger has been closed, or its thread could not be started.
    #[error("the records are closed")]
    Closed,
    /// The code that was handling this request panicked; the records are as before it.
    #[error("a request for records panicked")]
    Panicked,
}
