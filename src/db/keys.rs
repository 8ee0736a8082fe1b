//! The table of API keys. A key is here as the digest of its text, inside the record.

use rusqlite::{Connection, params};

use super::row::{self, COLUMNS, FORMAT, column};
use crate::id::KeyId;
use crate::sandbox::records::{KeyRecord, RecordsError};

const KIND: &str = "key";

pub(super) fn put(connection: &Connection, record: &KeyRecord) -> Result<(), RecordsError> {
    let json = row::encode(KIND, record.id.as_str(), record)?;
    row::execute(
        connection,
        "INSERT INTO keys (id, created_at, format, record) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (id) DO UPDATE SET
             created_at = excluded.created_at, format = excluded.format, record = excluded.record",
        params![record.id.as_str(), column(record.created_at), FORMAT, json],
    )
}

pub(super) fn delete(connection: &Connection, id: &KeyId) -> Result<(), RecordsError> {
    row::execute(connection, "DELETE FROM keys WHERE id = ?1", [id.as_str()])
}

/// Changes the record of this id, if there is one. Within a transaction, so that what another process
/// changes at the same time is not undone.
pub(super) fn change(
    connection: &Connection,
    id: &KeyId,
    change: impl FnOnce(&mut KeyRecord),
) -> Result<(), RecordsError> {
    let sql = format!("SELECT {COLUMNS} FROM keys WHERE id = ?1");
    let found: Option<KeyRecord> = row::one(connection, KIND, &sql, [id.as_str()])?;
    match found {
        Some(mut record) => {
            change(&mut record);
            put(connection, &record)
        }
        None => Ok(()),
    }
}

/// All, oldest first.
pub(super) fn list(connection: &Connection) -> Result<Vec<KeyRecord>, RecordsError> {
    let sql = format!("SELECT {COLUMNS} FROM keys ORDER BY created_at, seq");
    row::all(connection, KIND, &sql, [])
}
