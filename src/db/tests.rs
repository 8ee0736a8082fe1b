//! Tests of the file: the contract, reopening, refusal. (`compare`: against records in memory.)

mod compare;

use std::path::PathBuf;

use tempfile::TempDir;

use super::*;
use crate::digest::Digest;
use crate::sandbox::records::contract::{self, contract_tests};

contract_tests!(empty);

fn empty() -> (TempDir, Box<dyn Records>) {
    let (folder, path) = place();
    (folder, Box::new(SqliteRecords::open(path).unwrap()))
}

fn place() -> (TempDir, PathBuf) {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("records.db");
    (folder, path)
}

fn put(record: SandboxRecord) -> Change {
    Change::PutSandbox(Box::new(record))
}

/// A file with a few hundred records in it, closed.
fn filled(path: &Path) {
    let mut records = SqliteRecords::open(path).unwrap();
    let changes: Vec<_> = (0..300)
        .map(|n| put(contract::sandbox(&n.to_string(), n)))
        .collect();
    records.apply(&changes).unwrap();
}

/// That opening fails and leaves every byte of the file as it was.
fn refused(path: &Path) -> RecordsError {
    let before = std::fs::read(path).unwrap();
    let error = SqliteRecords::open(path).unwrap_err();
    assert_eq!(
        Digest::of(&std::fs::read(path).unwrap()),
        Digest::of(&before)
    );
    error
}

#[test]
fn records_are_there_again_after_reopening() {
    let (_folder, path) = place();
    let changes = [
        Change::PutOrg(contract::org("a", 1)),
        Change::PutKey(contract::key("k", 2)),
        put(contract::sandbox("x", 3)),
        Change::PutExecution(Box::new(contract::execution("1", "x", 4))),
        Change::PutJob(Box::new(contract::job("1", "x", 4))),
        Change::AddEvent(contract::event("1", "x", 5)),
        Change::AddEvent(contract::event("0", "x", 5)),
    ];
    SqliteRecords::open(&path).unwrap().apply(&changes).unwrap();
    let mut records = SqliteRecords::open(&path).unwrap();
    let id = SandboxId::parse("sbx_x").unwrap();
    assert_eq!(records.orgs().unwrap(), [contract::org("a", 1)]);
    assert_eq!(records.keys().unwrap(), [contract::key("k", 2)]);
    assert_eq!(
        records.sandbox(&id).unwrap(),
        Some(contract::sandbox("x", 3))
    );
    assert_eq!(
        records.executions(&id, 9).unwrap(),
        [contract::execution("1", "x", 4)]
    );
    assert_eq!(
        records.unfinished_jobs(9).unwrap(),
        [contract::job("1", "x", 4)]
    );
    // The order within a millisecond too, and it goes on where it stopped.
    records
        .apply(&[Change::AddEvent(contract::event("a", "x", 5))])
        .unwrap();
    let events = records.events(&id, 9, Direction::Asc).unwrap();
    let ids: Vec<_> = events.iter().map(|event| event.id.as_str()).collect();
    assert_eq!(ids, ["evt_1", "evt_0", "evt_a"]);
}

#[test]
fn what_was_applied_survives_a_process_that_never_closes() {
    let (folder, path) = place();
    let mut records = SqliteRecords::open(&path).unwrap();
    records.apply(&[put(contract::sandbox("x", 3))]).unwrap();
    // A copy of the files as they are now is what a killed process leaves behind.
    let copy = folder.path().join("copy.db");
    std::fs::copy(&path, &copy).unwrap();
    std::fs::copy(
        folder.path().join("records.db-wal"),
        folder.path().join("copy.db-wal"),
    )
    .unwrap();
    let mut recovered = SqliteRecords::open(&copy).unwrap();
    assert!(
        recovered
            .sandbox(&SandboxId::parse("sbx_x").unwrap())
            .unwrap()
            .is_some()
    );
}

#[test]
fn a_batch_that_fails_half_way_leaves_nothing() {
    let (_folder, path) = place();
    let mut records = SqliteRecords::open(&path).unwrap();
    records
        .connection
        .execute_batch(
            "CREATE TRIGGER refuse BEFORE INSERT ON executions
             BEGIN SELECT RAISE(ABORT, 'refused'); END",
        )
        .unwrap();
    let batch = [
        put(contract::sandbox("x", 1)),
        Change::PutExecution(Box::new(contract::execution("1", "x", 1))),
    ];
    let error = records.apply(&batch).unwrap_err();
    assert!(matches!(
        error,
        RecordsError::Backend {
            operation: "writing records",
            ..
        }
    ));
    assert_eq!(
        records.sandboxes(&SandboxFilter::default()).unwrap(),
        (vec![], 0)
    );
    records.apply(&batch[..1]).unwrap();
    assert_eq!(records.sandboxes(&SandboxFilter::default()).unwrap().1, 1);
}

#[test]
fn a_file_of_a_newer_version_is_refused_and_left_alone() {
    let (_folder, path) = place();
    filled(&path);
    Connection::open(&path)
        .unwrap()
        .pragma_update(None, "user_version", 99)
        .unwrap();
    let error = refused(&path);
    assert!(matches!(
        error,
        RecordsError::Newer {
            found: 99,
            supported: 3,
            ..
        }
    ));
    assert!(error.to_string().contains("use a newer Belljar"), "{error}");
}

#[test]
fn a_database_of_another_program_is_refused_and_left_alone() {
    let (_folder, path) = place();
    Connection::open(&path)
        .unwrap()
        .execute_batch("CREATE TABLE theirs (x)")
        .unwrap();
    assert!(matches!(refused(&path), RecordsError::Foreign { .. }));
}

#[test]
fn a_file_that_is_no_database_is_refused_and_left_alone() {
    let (_folder, path) = place();
    std::fs::write(&path, "my shopping list\n".repeat(100)).unwrap();
    let error = refused(&path);
    assert!(matches!(error, RecordsError::Damaged { .. }), "{error:?}");
    assert!(
        error.to_string().contains("restore the file from a backup"),
        "{error}"
    );
}

#[test]
fn damage_anywhere_is_reported_and_left_alone() {
    let (_folder, path) = place();
    filled(&path);
    let good = std::fs::read(&path).unwrap();
    let pages = good.len() / 4096;
    assert!(pages > 20, "{pages} pages");
    for page in 1..pages {
        let mut bad = good.clone();
        bad[page * 4096..][..64].fill(0xa5);
        std::fs::write(&path, &bad).unwrap();
        let error = refused(&path);
        assert!(
            matches!(error, RecordsError::Damaged { .. }),
            "page {page}: {error:?}"
        );
    }
    for size in [100, 4096, good.len() / 2, good.len() - 4096] {
        std::fs::write(&path, &good[..size]).unwrap();
        let error = refused(&path);
        assert!(
            matches!(error, RecordsError::Damaged { .. }),
            "{size} bytes: {error:?}"
        );
    }
}

#[test]
fn an_empty_file_is_taken_for_new() {
    let (_folder, path) = place();
    std::fs::write(&path, "").unwrap();
    filled(&path);
}

#[test]
fn what_cannot_be_opened_says_which_file_and_why() {
    let (folder, path) = place();
    let missing = folder.path().join("no/such/folder/records.db");
    for path in [missing, folder.path().to_owned()] {
        let error = SqliteRecords::open(&path).unwrap_err();
        assert!(matches!(error, RecordsError::Open { .. }), "{error:?}");
        assert!(error.to_string().contains(&*path.to_string_lossy()));
        assert!(std::error::Error::source(&error).is_some());
    }
    // Names that SQLite would take for something else than a file.
    let odd = folder.path().join("file:x?mode=memory");
    if cfg!(unix) {
        drop(SqliteRecords::open(&odd).unwrap());
        assert!(odd.exists());
    }
    assert!(!path.exists());
}

#[cfg(unix)]
#[test]
fn only_the_owner_may_read_the_files() {
    use std::os::unix::fs::PermissionsExt;
    let (folder, path) = place();
    let mut records = SqliteRecords::open(&path).unwrap();
    records.apply(&[put(contract::sandbox("x", 1))]).unwrap();
    let files: Vec<_> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(Result::unwrap)
        .collect();
    assert_eq!(files.len(), 3);
    for file in files {
        let mode = file.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{}", file.path().display());
    }
}

#[test]
fn two_connections_see_each_others_records() {
    let (_folder, path) = place();
    let mut one = SqliteRecords::open(&path).unwrap();
    let mut two = SqliteRecords::open(&path).unwrap();
    one.apply(&[put(contract::sandbox("x", 1))]).unwrap();
    two.apply(&[put(contract::sandbox("y", 2))]).unwrap();
    assert_eq!(one.sandboxes(&SandboxFilter::default()).unwrap().1, 2);
}

#[test]
fn opening_a_current_file_migrates_nothing() {
    let (_folder, path) = place();
    filled(&path);
    let before = std::fs::read(&path).unwrap();
    drop(SqliteRecords::open(&path).unwrap());
    assert_eq!(
        Digest::of(&std::fs::read(&path).unwrap()),
        Digest::of(&before)
    );
}

#[test]
fn a_file_of_the_first_version_is_brought_up_to_date() {
    let (_folder, path) = place();
    let connection = Connection::open(&path).unwrap();
    connection.execute_batch(schema::STEPS[0]).unwrap();
    let pragmas = [
        ("application_id", i64::from(schema::APPLICATION_ID)),
        ("user_version", 1),
    ];
    for (name, value) in pragmas {
        connection.pragma_update(None, name, value).unwrap();
    }
    let json = r#"{"id":"sbx_old","org":"org_a","status":"idle","mode":"interactive",
        "runtime":"python:3.14","created_at":"2026-11-23T15:04:05.123Z",
        "updated_at":"2026-11-23T15:04:05.123Z"}"#;
    let insert = "INSERT INTO sandboxes
        (id, org, status, mode, created_at, updated_at, executions, format, record)
        VALUES ('sbx_old', 'org_a', 'idle', 'interactive', 0, 0, 0, 1, ?1)";
    connection.execute(insert, [json]).unwrap();
    drop(connection);
    let mut records = SqliteRecords::open(&path).unwrap();
    let (list, total) = records.sandboxes(&SandboxFilter::default()).unwrap();
    assert_eq!((list[0].snapshot.as_ref(), total), (None, 1));
    let kept = contract::snapshot("s", 1);
    records
        .apply(&[Change::PutSnapshot(Box::new(kept.clone()))])
        .unwrap();
    assert_eq!(records.snapshot(&kept.id).unwrap(), Some(kept));
}

#[test]
fn a_file_without_jobs_keeps_what_it_has_and_gets_them() {
    let (_folder, path) = place();
    let connection = Connection::open(&path).unwrap();
    for step in &schema::STEPS[..2] {
        connection.execute_batch(step).unwrap();
    }
    let pragmas = [
        ("application_id", i64::from(schema::APPLICATION_ID)),
        ("user_version", 2),
    ];
    for (name, value) in pragmas {
        connection.pragma_update(None, name, value).unwrap();
    }
    let rows = [
        (
            "INTO sandboxes (id, org, status, mode, created_at, updated_at, executions, format,
                             record)
             VALUES ('sbx_x', 'org_a', 'idle', 'interactive', 1, 1, 0, 1, ?1)",
            serde_json::to_string(&contract::sandbox("x", 1)),
        ),
        (
            "INTO executions (id, sandbox_id, created_at, format, record)
             VALUES ('exec_1', 'sbx_x', 2, 1, ?1)",
            serde_json::to_string(&contract::execution("1", "x", 2)),
        ),
        (
            "INTO events (id, sandbox_id, created_at, format, record)
             VALUES ('evt_1', 'sbx_x', 3, 1, ?1)",
            serde_json::to_string(&contract::event("1", "x", 3)),
        ),
        (
            "INTO checkpoints (id, sandbox_id, root, created_at, format, record)
             VALUES ('ckpt_c', 'sbx_x', 'none', 5, 1, ?1)",
            serde_json::to_string(&contract::checkpoint("c", "x", 5)),
        ),
    ];
    for (insert, json) in rows {
        let sql = format!("INSERT {insert}");
        connection.execute(&sql, [json.unwrap()]).unwrap();
    }
    drop(connection);

    let mut records = SqliteRecords::open(&path).unwrap();
    let id = contract::sandbox("x", 1).id;
    assert_eq!(
        records.sandbox(&id).unwrap(),
        Some(contract::sandbox("x", 1))
    );
    assert_eq!(
        records.executions(&id, 9).unwrap(),
        [contract::execution("1", "x", 2)]
    );
    assert_eq!(
        records.events(&id, 9, Direction::Asc).unwrap(),
        [contract::event("1", "x", 3)]
    );
    assert_eq!(
        records.checkpoints(&id).unwrap(),
        [contract::checkpoint("c", "x", 5)]
    );
    assert_eq!(records.jobs(&id, 9).unwrap(), []);
    let job = contract::job("1", "x", 6);
    records
        .apply(&[Change::PutJob(Box::new(job.clone()))])
        .unwrap();
    assert_eq!(records.jobs(&id, 9).unwrap(), [job]);
}

#[test]
fn a_record_as_the_first_version_wrote_it_is_read() {
    let (_folder, path) = place();
    let mut records = SqliteRecords::open(&path).unwrap();
    // Only what has no default, and a field that this version does not know.
    let json = r#"{"id":"sbx_old","org":"org_a","status":"terminated","mode":"oneshot",
        "runtime":"python:3.14","created_at":"2026-11-23T15:04:05.123Z",
        "updated_at":"2026-11-23T15:04:05.123Z","of_the_future":1}"#;
    let insert = "INSERT INTO sandboxes
        (id, org, status, mode, created_at, updated_at, executions, format, record)
        VALUES ('sbx_old', 'org_a', 'terminated', 'oneshot', 0, 0, 0, ?1, ?2)";
    records.connection.execute(insert, (1, json)).unwrap();
    let id = SandboxId::parse("sbx_old").unwrap();
    let record = records.sandbox(&id).unwrap().unwrap();
    assert_eq!(record.runtime, "python:3.14");

    records
        .connection
        .execute("UPDATE sandboxes SET format = 2", [])
        .unwrap();
    let error = records.sandbox(&id).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the record of sandbox sbx_old cannot be read"
    );
    let source = std::error::Error::source(&error).unwrap().to_string();
    assert!(source.contains("format 2"), "{source}");

    records
        .connection
        .execute("UPDATE sandboxes SET format = 1, record = '{'", [])
        .unwrap();
    assert!(matches!(
        records.sandbox(&id),
        Err(RecordsError::Decode { .. })
    ));
}

#[test]
fn the_text_of_a_key_is_nowhere_in_the_file() {
    let (_folder, path) = place();
    let text = "bj_secret_0123456789";
    let key = KeyRecord {
        digest: Digest::of(text.as_bytes()),
        ..contract::key("k", 1)
    };
    SqliteRecords::open(&path)
        .unwrap()
        .apply(&[Change::PutKey(key.clone())])
        .unwrap();
    let file = std::fs::read(&path).unwrap();
    let holds = |needle: &str| {
        file.windows(needle.len())
            .any(|part| part == needle.as_bytes())
    };
    assert!(holds(&key.digest.to_hex()));
    assert!(!holds(text));
}

#[test]
fn lists_use_an_index() {
    let (_folder, path) = place();
    let records = SqliteRecords::open(&path).unwrap();
    for sql in [
        "SELECT record FROM executions WHERE sandbox_id = 'x' ORDER BY created_at DESC, seq DESC",
        "SELECT record FROM jobs WHERE sandbox_id = 'x' ORDER BY created_at DESC, seq DESC",
        "SELECT record FROM jobs WHERE NOT ended ORDER BY created_at, seq",
        "SELECT record FROM events WHERE sandbox_id = 'x' ORDER BY created_at ASC, seq ASC",
        "SELECT record FROM sandboxes WHERE org = 'x' ORDER BY created_at DESC, seq DESC",
        "SELECT record FROM sandboxes WHERE TRUE ORDER BY created_at DESC, seq DESC",
        "SELECT record FROM snapshots WHERE org = 'x' ORDER BY created_at DESC, seq DESC",
        "SELECT record FROM snapshots WHERE TRUE ORDER BY created_at DESC, seq DESC",
        "SELECT record FROM snapshots WHERE org = 'x' AND name = 'n' AND tag = 't'",
        "SELECT record FROM checkpoints WHERE sandbox_id = 'x' ORDER BY created_at, seq",
    ] {
        let mut statement = records
            .connection
            .prepare(&format!("EXPLAIN QUERY PLAN {sql}"))
            .unwrap();
        let plan: Vec<String> = statement
            .query_map([], |row| row.get(3))
            .unwrap()
            .map(Result::unwrap)
            .collect();
        assert!(
            plan.iter().all(|step| step.contains("INDEX")),
            "{sql}: {plan:?}"
        );
    }
}
