//! The table of sandboxes.

use rusqlite::types::Value;
use rusqlite::{Connection, params};

use super::row::{self, COLUMNS, FORMAT, column};
use crate::id::SandboxId;
use crate::sandbox::records::{
    Direction, RecordsError, SandboxFilter, SandboxRecord, SandboxSort, SandboxStats,
    SandboxStatus, StatsFilter,
};

const KIND: &str = "sandbox";

pub(super) fn put(connection: &Connection, record: &SandboxRecord) -> Result<(), RecordsError> {
    let json = row::encode(KIND, record.id.as_str(), record)?;
    // A column is for sorting: beyond 63 bits there is nothing left to tell apart.
    let executions = i64::try_from(record.executions).unwrap_or(i64::MAX);
    row::execute(
        connection,
        "INSERT INTO sandboxes (id, org, status, mode, name, project_id, created_at, updated_at,
                                executions, snapshot_id, format, record)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
         ON CONFLICT (id) DO UPDATE SET
             org = excluded.org, status = excluded.status, mode = excluded.mode,
             name = excluded.name, project_id = excluded.project_id,
             created_at = excluded.created_at, updated_at = excluded.updated_at,
             executions = excluded.executions, snapshot_id = excluded.snapshot_id,
             format = excluded.format, record = excluded.record",
        params![
            record.id.as_str(),
            record.org.as_str(),
            record.status.as_str(),
            record.mode.as_str(),
            record.name,
            record.project_id,
            column(record.created_at),
            column(record.updated_at),
            executions,
            record.snapshot.as_ref().map(AsRef::<str>::as_ref),
            FORMAT,
            json,
        ],
    )
}

pub(super) fn delete(connection: &Connection, id: &SandboxId) -> Result<(), RecordsError> {
    row::execute(
        connection,
        "DELETE FROM sandboxes WHERE id = ?1",
        [id.as_str()],
    )
}

pub(super) fn get(
    connection: &Connection,
    id: &SandboxId,
) -> Result<Option<SandboxRecord>, RecordsError> {
    let sql = format!("SELECT {COLUMNS} FROM sandboxes WHERE id = ?1");
    row::one(connection, KIND, &sql, [id.as_str()])
}

/// One page, and how many there are over all pages.
pub(super) fn list(
    connection: &Connection,
    filter: &SandboxFilter,
) -> Result<(Vec<SandboxRecord>, u64), RecordsError> {
    let Conditions {
        sql: conditions,
        values,
    } = Conditions::of(filter);
    row::page(
        connection,
        KIND,
        row::Listing {
            table: "sandboxes",
            conditions: &conditions,
            values,
            key: sort_column(filter.sort),
            direction: sql_direction(filter.direction),
            limit: filter.limit,
            offset: filter.offset,
        },
    )
}

/// The sums over an organisation's sandboxes, by one pass over its part of an index.
pub(super) fn stats(
    connection: &Connection,
    wanted: &StatsFilter,
) -> Result<SandboxStats, RecordsError> {
    // `TOTAL` is a float, which a sum that is too large does not make an error.
    let sql = "SELECT status, COUNT(*), TOTAL(executions),
                      TOTAL(record ->> '$.cpu_time_ms'),
                      TOTAL(record ->> '$.memory_byte_seconds'),
                      TOTAL(record ->> '$.network_egress_bytes')
               FROM sandboxes
               WHERE org = ?1 AND created_at >= ?2 AND created_at < ?3
               GROUP BY status";
    let start = wanted.start.map_or(i64::MIN, column);
    let end = wanted.end.map_or(i64::MAX, column);
    let mut statement = connection.prepare_cached(sql).map_err(row::reading)?;
    let mut rows = statement
        .query(params![wanted.org.as_str(), start, end])
        .map_err(row::reading)?;
    let mut stats = SandboxStats::default();
    while let Some(found) = rows.next().map_err(row::reading)? {
        let status: String = found.get(0).map_err(row::reading)?;
        let count: i64 = found.get(1).map_err(row::reading)?;
        if let Some(status) = SandboxStatus::parse(&status) {
            stats.count(status, count.unsigned_abs());
        }
        for (index, sum) in [
            (2, &mut stats.executions),
            (3, &mut stats.cpu_time_ms),
            (4, &mut stats.memory_byte_seconds),
            (5, &mut stats.network_egress_bytes),
        ] {
            let total: f64 = found.get(index).map_err(row::reading)?;
            *sum = sum.saturating_add(whole(total));
        }
    }
    Ok(stats)
}

/// A sum of whole numbers.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "it is none, and what is out of range becomes the nearest that is not"
)]
fn whole(total: f64) -> u64 {
    total as u64
}

/// The text after `WHERE`, made of constants only, and the values for its question marks. It says the
/// same as [`SandboxFilter::passes`].
struct Conditions {
    sql: String,
    values: Vec<Value>,
}

impl Conditions {
    fn of(filter: &SandboxFilter) -> Self {
        let mut this = Self {
            sql: "TRUE".to_owned(),
            values: Vec::new(),
        };
        this.equal("org", filter.org.as_ref().map(AsRef::as_ref));
        this.equal("name", filter.name.as_deref());
        this.equal("project_id", filter.project_id.as_deref());
        this.equal(
            "snapshot_id",
            filter.snapshot_id.as_ref().map(AsRef::as_ref),
        );
        this.equal("mode", filter.mode.map(|mode| mode.as_str()));
        this.equal("status", filter.status.map(|status| status.as_str()));
        if filter.deleted_only {
            this.equal("status", Some(SandboxStatus::Deleted.as_str()));
        }
        if filter.hides_deleted() {
            this.sql.push_str(" AND status <> ?");
            this.values
                .push(Value::Text(SandboxStatus::Deleted.as_str().to_owned()));
        }
        if let Some(live) = filter.live {
            this.liveness(live);
        }
        this
    }

    fn equal(&mut self, column: &'static str, wanted: Option<&str>) {
        if let Some(wanted) = wanted {
            self.sql.push_str(" AND ");
            self.sql.push_str(column);
            self.sql.push_str(" = ?");
            self.values.push(Value::Text(wanted.to_owned()));
        }
    }

    /// Which statuses are live is known in one place only, so they are listed from there.
    fn liveness(&mut self, live: bool) {
        let statuses = SandboxStatus::ALL
            .iter()
            .filter(|status| status.is_live() == live);
        let before = self.values.len();
        self.values
            .extend(statuses.map(|status| Value::Text(status.as_str().to_owned())));
        let marks = vec!["?"; self.values.len() - before].join(", ");
        self.sql.push_str(" AND status IN (");
        self.sql.push_str(&marks);
        self.sql.push(')');
    }
}

const fn sort_column(sort: SandboxSort) -> &'static str {
    match sort {
        SandboxSort::Name => "name",
        SandboxSort::Created => "created_at",
        SandboxSort::Updated => "updated_at",
        SandboxSort::Status => "status",
        SandboxSort::Mode => "mode",
        SandboxSort::ExecutionCount => "executions",
    }
}

/// How a direction is spelled in SQL.
pub(super) const fn sql_direction(direction: Direction) -> &'static str {
    match direction {
        Direction::Asc => "ASC",
        Direction::Desc => "DESC",
    }
}
