//! The table of events.

use rusqlite::{Connection, params};

use super::row::{self, COLUMNS, FORMAT, column};
use super::sandboxes::sql_direction;
use crate::id::SandboxId;
use crate::sandbox::records::{Direction, EventRecord, RecordsError};

const KIND: &str = "event";

pub(super) fn add(connection: &Connection, record: &EventRecord) -> Result<(), RecordsError> {
    let json = row::encode(KIND, record.id.as_str(), record)?;
    row::execute(
        connection,
        "INSERT INTO events (id, sandbox_id, created_at, format, record)
         VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (id) DO NOTHING",
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
        "DELETE FROM events WHERE sandbox_id = ?1",
        [sandbox.as_str()],
    )
}

pub(super) fn list(
    connection: &Connection,
    sandbox: &SandboxId,
    limit: u32,
    direction: Direction,
) -> Result<Vec<EventRecord>, RecordsError> {
    let direction = sql_direction(direction);
    let sql = format!(
        "SELECT {COLUMNS} FROM events WHERE sandbox_id = ?1
         ORDER BY created_at {direction}, seq {direction} LIMIT ?2"
    );
    row::all(connection, KIND, &sql, params![sandbox.as_str(), limit])
}
