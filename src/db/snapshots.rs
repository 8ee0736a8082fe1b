//! The table of snapshots.

use rusqlite::types::Value;
use rusqlite::{Connection, params};

use super::row::{self, COLUMNS, FORMAT, column, reading};
use super::sandboxes::sql_direction;
use crate::digest::Digest;
use crate::id::SnapshotId;
use crate::sandbox::records::{RecordsError, SnapshotFilter, SnapshotRecord, SnapshotSort};

const KIND: &str = "snapshot";

pub(super) fn put(connection: &Connection, record: &SnapshotRecord) -> Result<(), RecordsError> {
    let json = row::encode(KIND, record.id.as_str(), record)?;
    // A column is for sorting: beyond 63 bits there is nothing left to tell apart.
    let size = i64::try_from(record.size_bytes).unwrap_or(i64::MAX);
    let files = i64::try_from(record.file_count).unwrap_or(i64::MAX);
    row::execute(
        connection,
        "INSERT INTO snapshots (id, org, sandbox_id, name, tag, public, deleted, size_bytes,
                                file_count, root, runtime_root, created_at, format, record)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
         ON CONFLICT (id) DO UPDATE SET
             org = excluded.org, sandbox_id = excluded.sandbox_id, name = excluded.name,
             tag = excluded.tag, public = excluded.public, deleted = excluded.deleted,
             size_bytes = excluded.size_bytes, file_count = excluded.file_count,
             root = excluded.root, runtime_root = excluded.runtime_root,
             created_at = excluded.created_at, format = excluded.format, record = excluded.record",
        params![
            record.id.as_str(),
            record.org.as_str(),
            record.sandbox_id.as_ref().map(AsRef::<str>::as_ref),
            record.name,
            record.tag,
            record.public,
            record.is_deleted(),
            size,
            files,
            record.root.to_hex(),
            record.runtime_root.to_hex(),
            column(record.created_at),
            FORMAT,
            json,
        ],
    )
}

pub(super) fn get(
    connection: &Connection,
    id: &SnapshotId,
) -> Result<Option<SnapshotRecord>, RecordsError> {
    let sql = format!("SELECT {COLUMNS} FROM snapshots WHERE id = ?1");
    row::one(connection, KIND, &sql, [id.as_str()])
}

/// One page, and how many there are over all pages.
pub(super) fn list(
    connection: &Connection,
    filter: &SnapshotFilter,
) -> Result<(Vec<SnapshotRecord>, u64), RecordsError> {
    let (conditions, values) = conditions(filter);
    row::page(
        connection,
        KIND,
        row::Listing {
            table: "snapshots",
            conditions: &conditions,
            values,
            key: sort_column(filter.sort),
            direction: sql_direction(filter.direction),
            limit: filter.limit,
            offset: filter.offset,
        },
    )
}

/// Every root that a snapshot or a checkpoint keeps, each once, in order.
pub(super) fn roots(connection: &Connection) -> Result<Vec<Digest>, RecordsError> {
    let sql = "SELECT root FROM snapshots WHERE NOT deleted
               UNION SELECT runtime_root FROM snapshots WHERE NOT deleted
               UNION SELECT root FROM checkpoints
               ORDER BY 1";
    let mut statement = connection.prepare_cached(sql).map_err(reading)?;
    let rows = statement
        .query_map([], |row| row.get::<_, String>(0))
        .map_err(reading)?;
    rows.map(|text| {
        let text = text.map_err(reading)?;
        Digest::from_hex(&text).map_err(|error| RecordsError::Decode {
            kind: "root",
            id: text,
            source: Box::new(error),
        })
    })
    .collect()
}

/// The text after `WHERE`, made of constants only, and the values for its question marks. It says the
/// same as [`SnapshotFilter::passes`].
fn conditions(filter: &SnapshotFilter) -> (String, Vec<Value>) {
    let mut sql = "TRUE".to_owned();
    let mut values = Vec::new();
    let equal = [
        ("org", filter.org.as_ref().map(AsRef::as_ref)),
        ("sandbox_id", filter.sandbox_id.as_ref().map(AsRef::as_ref)),
        ("name", filter.name.as_deref()),
        ("tag", filter.tag.as_deref()),
    ];
    for (column, wanted) in equal {
        if let Some(wanted) = wanted {
            sql.push_str(" AND ");
            sql.push_str(column);
            sql.push_str(" = ?");
            values.push(Value::Text(wanted.to_owned()));
        }
    }
    if filter.public_only {
        sql.push_str(" AND public");
    }
    if !filter.include_deleted {
        sql.push_str(" AND NOT deleted");
    }
    (sql, values)
}

const fn sort_column(sort: SnapshotSort) -> &'static str {
    match sort {
        SnapshotSort::Name => "name",
        SnapshotSort::Created => "created_at",
        SnapshotSort::Size => "size_bytes",
        SnapshotSort::Files => "file_count",
    }
}
