//! The table of checkpoints.

use rusqlite::{Connection, params};

use super::row::{self, COLUMNS, FORMAT, column};
use crate::id::{CheckpointId, SandboxId};
use crate::sandbox::records::{CheckpointRecord, RecordsError};

const KIND: &str = "checkpoint";

pub(super) fn put(connection: &Connection, record: &CheckpointRecord) -> Result<(), RecordsError> {
    let json = row::encode(KIND, record.id.as_str(), record)?;
    row::execute(
        connection,
        "INSERT INTO checkpoints (id, sandbox_id, root, created_at, format, record)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT (id) DO UPDATE SET
             sandbox_id = excluded.sandbox_id, root = excluded.root,
             created_at = excluded.created_at, format = excluded.format, record = excluded.record",
        params![
            record.id.as_str(),
            record.sandbox_id.as_str(),
            record.root.to_hex(),
            column(record.created_at),
            FORMAT,
            json,
        ],
    )
}

pub(super) fn delete(connection: &Connection, id: &CheckpointId) -> Result<(), RecordsError> {
    row::execute(
        connection,
        "DELETE FROM checkpoints WHERE id = ?1",
        [id.as_str()],
    )
}

pub(super) fn delete_of(connection: &Connection, sandbox: &SandboxId) -> Result<(), RecordsError> {
    row::execute(
        connection,
        "DELETE FROM checkpoints WHERE sandbox_id = ?1",
        [sandbox.as_str()],
    )
}

/// All of a sandbox, oldest first.
pub(super) fn list(
    connection: &Connection,
    sandbox: &SandboxId,
) -> Result<Vec<CheckpointRecord>, RecordsError> {
    let sql =
        format!("SELECT {COLUMNS} FROM checkpoints WHERE sandbox_id = ?1 ORDER BY created_at, seq");
    row::all(connection, KIND, &sql, [sandbox.as_str()])
}
