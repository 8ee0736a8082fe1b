//! The table of jobs.

use rusqlite::{Connection, params};

use super::row::{self, COLUMNS, FORMAT, column};
use crate::id::{JobId, SandboxId};
use crate::sandbox::records::{JobRecord, RecordsError};

const KIND: &str = "job";

pub(super) fn put(connection: &Connection, record: &JobRecord) -> Result<(), RecordsError> {
    let json = row::encode(KIND, record.id.as_str(), record)?;
    row::execute(
        connection,
        "INSERT INTO jobs (id, sandbox_id, ended, created_at, format, record)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT (id) DO UPDATE SET
             sandbox_id = excluded.sandbox_id, ended = excluded.ended,
             created_at = excluded.created_at, format = excluded.format, record = excluded.record",
        params![
            record.id.as_str(),
            record.sandbox_id.as_str(),
            record.status.is_terminal(),
            column(record.created_at),
            FORMAT,
            json,
        ],
    )
}

pub(super) fn delete_of(connection: &Connection, sandbox: &SandboxId) -> Result<(), RecordsError> {
    row::execute(
        connection,
        "DELETE FROM jobs WHERE sandbox_id = ?1",
        [sandbox.as_str()],
    )
}

pub(super) fn get(connection: &Connection, id: &JobId) -> Result<Option<JobRecord>, RecordsError> {
    let sql = format!("SELECT {COLUMNS} FROM jobs WHERE id = ?1");
    row::one(connection, KIND, &sql, [id.as_str()])
}

/// Those of a sandbox, the newest first.
pub(super) fn list(
    connection: &Connection,
    sandbox: &SandboxId,
    limit: u32,
) -> Result<Vec<JobRecord>, RecordsError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM jobs WHERE sandbox_id = ?1
         ORDER BY created_at DESC, seq DESC LIMIT ?2"
    );
    row::all(connection, KIND, &sql, params![sandbox.as_str(), limit])
}

/// Those of all sandboxes that have not ended, the oldest first.
pub(super) fn unfinished(
    connection: &Connection,
    limit: u32,
) -> Result<Vec<JobRecord>, RecordsError> {
    let sql =
        format!("SELECT {COLUMNS} FROM jobs WHERE NOT ended ORDER BY created_at, seq LIMIT ?1");
    row::all(connection, KIND, &sql, [limit])
}
