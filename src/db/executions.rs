//! The table of executions.

use rusqlite::{Connection, params};

use super::row::{self, COLUMNS, FORMAT, column};
use crate::id::{ExecutionId, SandboxId};
use crate::sandbox::records::{ExecutionRecord, RecordsError};

const KIND: &str = "execution";

pub(super) fn put(connection: &Connection, record: &ExecutionRecord) -> Result<(), RecordsError> {
    let json = row::encode(KIND, record.id.as_str(), record)?;
    row::execute(
        connection,
        "INSERT INTO executions (id, sandbox_id, created_at, format, record)
         VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (id) DO UPDATE SET
             sandbox_id = excluded.sandbox_id, created_at = excluded.created_at,
             format = excluded.format, record = excluded.record",
        params![
            record.id.as_str(),
            record.sandbox_id.as_str(),
            column(record.created_at),
            FORMAT,
            json,
        ],
    )
}

pub(super) fn delete_of(connection: &Connection, sandbox: &SandboxId) -> Result<(), RecordsError> {
    row::execute(
        connection,
        "DELETE FROM executions WHERE sandbox_id = ?1",
        [sandbox.as_str()],
    )
}

pub(super) fn get(
    connection: &Connection,
    id: &ExecutionId,
) -> Result<Option<ExecutionRecord>, RecordsError> {
    let sql = format!("SELECT {COLUMNS} FROM executions WHERE id = ?1");
    row::one(connection, KIND, &sql, [id.as_str()])
}

/// The newest first.
pub(super) fn list(
    connection: &Connection,
    sandbox: &SandboxId,
    limit: u32,
) -> Result<Vec<ExecutionRecord>, RecordsError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM executions WHERE sandbox_id = ?1
         ORDER BY created_at DESC, seq DESC LIMIT ?2"
    );
    row::all(connection, KIND, &sql, params![sandbox.as_str(), limit])
}
