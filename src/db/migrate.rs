//! Brings a file to the newest schema.

use rusqlite::{Connection, TransactionBehavior};

use super::schema::{APPLICATION_ID, STEPS};

/// The number of the newest schema.
pub(super) fn newest() -> i64 {
    i64::try_from(STEPS.len()).unwrap_or(i64::MAX)
}

/// The number of the schema that the file has; 0 for an empty one.
pub(super) fn current(connection: &Connection) -> rusqlite::Result<i64> {
    connection.pragma_query_value(None, "user_version", |row| row.get(0))
}

/// Makes the steps that are missing, all of them or, on an error, none. The caller has made sure that
/// the file is ours or empty, and not newer.
pub(super) fn migrate(connection: &mut Connection) -> rusqlite::Result<()> {
    if current(connection)? >= newest() {
        return Ok(());
    }
    // Immediate, and the version read again inside: two processes may start on one new file.
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let done = usize::try_from(current(&transaction)?).unwrap_or(0);
    for step in STEPS.iter().skip(done) {
        transaction.execute_batch(step)?;
    }
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    if done < STEPS.len() {
        transaction.pragma_update(None, "user_version", newest())?;
    }
    transaction.commit()
}
