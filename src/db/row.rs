//! From records to rows and back, for all tables.
//!
//! A row holds its record as JSON in `record` and that JSON's format in `format`. The format changes
//! only if old JSON cannot be read as a newer record with defaults; reading then converts.

use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, Params, Row, params_from_iter};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::clock::Timestamp;
use crate::sandbox::records::RecordsError;

/// The format of the JSON written now.
pub(super) const FORMAT: i64 = 1;

/// The columns that [`one`] and [`all`] need, in this order.
pub(super) const COLUMNS: &str = "id, format, record";

/// A row's record was written in a format that this build does not know.
#[derive(Debug, thiserror::Error)]
#[error("it has format {found}, this version of Belljar reads up to {FORMAT}")]
struct UnknownFormat {
    found: i64,
}

/// The JSON of a record.
pub(super) fn encode(
    kind: &'static str,
    id: &str,
    record: &impl Serialize,
) -> Result<String, RecordsError> {
    serde_json::to_string(record).map_err(|error| RecordsError::Encode {
        kind,
        id: id.to_owned(),
        source: Box::new(error),
    })
}

/// The record of at most one row.
pub(super) fn one<T: DeserializeOwned>(
    connection: &Connection,
    kind: &'static str,
    sql: &str,
    params: impl Params,
) -> Result<Option<T>, RecordsError> {
    let mut statement = connection.prepare_cached(sql).map_err(reading)?;
    let stored = statement
        .query_row(params, Stored::of)
        .optional()
        .map_err(reading)?;
    stored.map(|stored| stored.decode(kind)).transpose()
}

/// The records of all rows.
pub(super) fn all<T: DeserializeOwned>(
    connection: &Connection,
    kind: &'static str,
    sql: &str,
    params: impl Params,
) -> Result<Vec<T>, RecordsError> {
    let mut statement = connection.prepare_cached(sql).map_err(reading)?;
    let rows = statement.query_map(params, Stored::of).map_err(reading)?;
    rows.map(|stored| stored.map_err(reading)?.decode(kind))
        .collect()
}

/// What a list shows: the text after `WHERE`, made of constants only, with the values for its question
/// marks; the order; and which page.
pub(super) struct Listing<'a> {
    pub(super) table: &'static str,
    pub(super) conditions: &'a str,
    pub(super) values: Vec<Value>,
    pub(super) key: &'static str,
    pub(super) direction: &'static str,
    pub(super) limit: u32,
    pub(super) offset: u32,
}

/// One page, and how many there are over all pages.
pub(super) fn page<T: DeserializeOwned>(
    connection: &Connection,
    kind: &'static str,
    listing: Listing<'_>,
) -> Result<(Vec<T>, u64), RecordsError> {
    let Listing {
        table,
        conditions,
        mut values,
        key,
        direction,
        limit,
        offset,
    } = listing;
    let total = format!("SELECT COUNT(*) FROM {table} WHERE {conditions}");
    let mut statement = connection.prepare_cached(&total).map_err(reading)?;
    let total: i64 = statement
        .query_row(params_from_iter(&values), |row| row.get(0))
        .map_err(reading)?;
    let page = format!(
        "SELECT {COLUMNS} FROM {table} WHERE {conditions}
         ORDER BY {key} {direction}, seq {direction} LIMIT ? OFFSET ?"
    );
    values.push(Value::Integer(limit.into()));
    values.push(Value::Integer(offset.into()));
    let records = all(connection, kind, &page, params_from_iter(&values))?;
    // A count is never negative.
    Ok((records, u64::try_from(total).unwrap_or(0)))
}

/// Makes one change.
pub(super) fn execute(
    connection: &Connection,
    sql: &str,
    params: impl Params,
) -> Result<(), RecordsError> {
    let mut statement = connection.prepare_cached(sql).map_err(writing)?;
    statement.execute(params).map(drop).map_err(writing)
}

/// A moment as it is in a column.
pub(super) const fn column(moment: Timestamp) -> i64 {
    moment.as_millis()
}

pub(super) fn reading(error: rusqlite::Error) -> RecordsError {
    RecordsError::Backend {
        operation: "reading records",
        source: Box::new(error),
    }
}

pub(super) fn writing(error: rusqlite::Error) -> RecordsError {
    RecordsError::Backend {
        operation: "writing records",
        source: Box::new(error),
    }
}

/// The columns [`COLUMNS`] of one row.
struct Stored {
    id: String,
    format: i64,
    record: String,
}

impl Stored {
    fn of(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            format: row.get(1)?,
            record: row.get(2)?,
        })
    }

    fn decode<T: DeserializeOwned>(self, kind: &'static str) -> Result<T, RecordsError> {
        let decoded = if self.format == FORMAT {
            serde_json::from_str(&self.record).map_err(Into::into)
        } else {
            Err(UnknownFormat { found: self.format }.into())
        };
        decoded.map_err(|source| RecordsError::Decode {
            kind,
            id: self.id,
            source,
        })
    }
}
