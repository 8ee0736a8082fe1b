//! The table of organisations.

use rusqlite::{Connection, params};

use super::row::{self, COLUMNS, FORMAT, column};
use crate::sandbox::records::{OrgRecord, RecordsError};

const KIND: &str = "organisation";

pub(super) fn put(connection: &Connection, record: &OrgRecord) -> Result<(), RecordsError> {
    let json = row::encode(KIND, record.id.as_str(), record)?;
    row::execute(
        connection,
        "INSERT INTO orgs (id, created_at, format, record) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (id) DO UPDATE SET
             created_at = excluded.created_at, format = excluded.format, record = excluded.record",
        params![record.id.as_str(), column(record.created_at), FORMAT, json],
    )
}

/// Adds it unless one of its name is there. There are few of them, so no index is worth its keep.
pub(super) fn add(connection: &Connection, record: &OrgRecord) -> Result<(), RecordsError> {
    if list(connection)?.iter().any(|org| org.name == record.name) {
        return Ok(());
    }
    put(connection, record)
}

/// All, oldest first.
pub(super) fn list(connection: &Connection) -> Result<Vec<OrgRecord>, RecordsError> {
    let sql = format!("SELECT {COLUMNS} FROM orgs ORDER BY created_at, seq");
    row::all(connection, KIND, &sql, [])
}
