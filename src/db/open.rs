//! Opening the file: look first, touch afterwards.
//!
//! Opening an SQLite file for writing may already change it (recovery of a log, a switch of journal
//! mode), which would spoil what could be saved of a damaged one. So a file that is there is first
//! checked through a read-only connection.

use std::error::Error;
use std::fs::{self, OpenOptions};
use std::io;
use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::migrate;
use super::schema::APPLICATION_ID;
use crate::sandbox::records::RecordsError;

/// How long a call waits for another process's write.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// The largest file whose every page is checked when it is opened, in bytes: about 20 ms of reading,
/// which a server's start can spare. In a larger one only what opening needs is checked, and damage
/// elsewhere shows when a query meets it.
const CHECKED_BYTES: u64 = 16 << 20;

/// Where the log is cut back to after a checkpoint, in bytes. It grows beyond that only while another
/// process is reading.
const LOG_BYTES: i64 = 16 << 20;

/// Prepared statements kept. There are about 15, and one per combination of conditions in use.
const STATEMENTS: usize = 64;

/// Opens the file at the absolute path `path`, or makes it.
pub(super) fn open(path: &Path) -> Result<Connection, RecordsError> {
    let failed = |error: rusqlite::Error| explain(path, error);
    match fs::metadata(path) {
        // SQLite takes an empty file for an empty database, and so is one that it never got to write.
        Ok(metadata) if metadata.len() == 0 => {}
        Ok(metadata) => check(path, metadata.len())?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            create(path).map_err(|error| cannot_open(path, error))?;
        }
        Err(error) => return Err(cannot_open(path, error)),
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(path, flags).map_err(failed)?;
    configure(&connection).map_err(failed)?;
    migrate::migrate(&mut connection).map_err(failed)?;
    Ok(connection)
}

/// Makes an empty file that only its owner may read: records hold the environments of sandboxes.
/// SQLite gives its other files the same permissions.
fn create(path: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        // Another process was faster; it has made the same file.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        other => other.map(drop),
    }
}

fn configure(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    // A damaged or hostile file must not run functions through its schema, nor be made worse.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    connection.pragma_update(None, "cell_size_check", true)?;
    // Some file systems have no shared memory and refuse WAL; SQLite then stays with a rollback
    // journal, which is slower and survives the death of the process just as well.
    let mode: String =
        connection.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get(0))?;
    if mode != "wal" {
        tracing::warn!(
            mode,
            "the records' file system does not support write-ahead logging"
        );
    }
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    connection.pragma_update_and_check(None, "journal_size_limit", LOG_BYTES, |_| Ok(()))
}

/// Whether the file can be used, without changing it.
fn check(path: &Path, size_bytes: u64) -> Result<(), RecordsError> {
    let failed = |error: rusqlite::Error| explain(path, error);
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(failed)?;
    connection.busy_timeout(BUSY_TIMEOUT).map_err(failed)?;
    let application: i32 = connection
        .pragma_query_value(None, "application_id", |row| row.get(0))
        .map_err(failed)?;
    let found = migrate::current(&connection).map_err(failed)?;
    if application != APPLICATION_ID {
        // A file that died between being made and its first migration has nothing in it at all.
        let objects: i64 = connection
            .query_row("SELECT COUNT(*) FROM sqlite_schema", [], |row| row.get(0))
            .map_err(failed)?;
        if application != 0 || found != 0 || objects != 0 {
            return Err(RecordsError::Foreign {
                path: path.to_owned(),
            });
        }
    }
    let supported = migrate::newest();
    if found > supported {
        return Err(RecordsError::Newer {
            path: path.to_owned(),
            found,
            supported,
        });
    }
    if size_bytes <= CHECKED_BYTES {
        let verdict: String = connection
            .query_row("PRAGMA quick_check(1)", [], |row| row.get(0))
            .map_err(failed)?;
        if verdict != "ok" {
            return Err(RecordsError::Damaged {
                path: path.to_owned(),
                detail: verdict,
            });
        }
    }
    Ok(())
}

/// Tells damage, which needs somebody to act, from everything else.
fn explain(path: &Path, error: rusqlite::Error) -> RecordsError {
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => RecordsError::Damaged {
            path: path.to_owned(),
            detail: error.to_string(),
        },
        _ => cannot_open(path, error),
    }
}

fn cannot_open(path: &Path, error: impl Error + Send + Sync + 'static) -> RecordsError {
    RecordsError::Open {
        path: path.to_owned(),
        source: Box::new(error),
    }
}
