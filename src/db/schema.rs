//! The tables, as the list of steps that lead to them.
//!
//! The file's `user_version` says how many steps it has had. A step that was ever released is never
//! edited; a change is a new step at the end. What needs one:
//!
//! - a column, an index, a table;
//! - a new variant of an enum in a record, because an older build could not read it.
//!
//! What needs none: a new field of a record, as long as it has a default.
//!
//! In every table `seq` is the order of arrival, which decides between records of equal sort key;
//! replacing a record keeps it. `format` is the format of the JSON in `record` (see `row`).
//! Moments are milliseconds since the Unix epoch.

/// Marks a file as ours (`PRAGMA application_id`): the letters `bjar`.
pub(super) const APPLICATION_ID: i32 = 0x626a_6172;

/// The steps, oldest first.
pub(super) const STEPS: &[&str] = &[FIRST, KEPT_TREES, JOBS];

const FIRST: &str = "
CREATE TABLE sandboxes (
    seq        INTEGER PRIMARY KEY,
    id         TEXT    NOT NULL UNIQUE,
    org        TEXT    NOT NULL,
    status     TEXT    NOT NULL,
    mode       TEXT    NOT NULL,
    name       TEXT,
    project_id TEXT,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    executions INTEGER NOT NULL,
    format     INTEGER NOT NULL,
    record     TEXT    NOT NULL
) STRICT;
CREATE INDEX sandboxes_by_creation ON sandboxes (created_at, seq);
CREATE INDEX sandboxes_by_org ON sandboxes (org, created_at, seq);
CREATE INDEX sandboxes_by_status ON sandboxes (status);
CREATE INDEX sandboxes_by_name ON sandboxes (name) WHERE name IS NOT NULL;

CREATE TABLE executions (
    seq        INTEGER PRIMARY KEY,
    id         TEXT    NOT NULL UNIQUE,
    sandbox_id TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    format     INTEGER NOT NULL,
    record     TEXT    NOT NULL
) STRICT;
CREATE INDEX executions_by_sandbox ON executions (sandbox_id, created_at, seq);

CREATE TABLE events (
    seq        INTEGER PRIMARY KEY,
    id         TEXT    NOT NULL UNIQUE,
    sandbox_id TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    format     INTEGER NOT NULL,
    record     TEXT    NOT NULL
) STRICT;
CREATE INDEX events_by_sandbox ON events (sandbox_id, created_at, seq);

CREATE TABLE orgs (
    seq        INTEGER PRIMARY KEY,
    id         TEXT    NOT NULL UNIQUE,
    created_at INTEGER NOT NULL,
    format     INTEGER NOT NULL,
    record     TEXT    NOT NULL
) STRICT;

CREATE TABLE keys (
    seq        INTEGER PRIMARY KEY,
    id         TEXT    NOT NULL UNIQUE,
    created_at INTEGER NOT NULL,
    format     INTEGER NOT NULL,
    record     TEXT    NOT NULL
) STRICT;
";

/// Snapshots and checkpoints, with the roots of their trees where collection finds them.
const KEPT_TREES: &str = "
ALTER TABLE sandboxes ADD COLUMN snapshot_id TEXT;
CREATE INDEX sandboxes_by_snapshot ON sandboxes (snapshot_id) WHERE snapshot_id IS NOT NULL;

CREATE TABLE snapshots (
    seq          INTEGER PRIMARY KEY,
    id           TEXT    NOT NULL UNIQUE,
    org          TEXT    NOT NULL,
    sandbox_id   TEXT,
    name         TEXT    NOT NULL,
    tag          TEXT,
    public       INTEGER NOT NULL,
    deleted      INTEGER NOT NULL,
    size_bytes   INTEGER NOT NULL,
    file_count   INTEGER NOT NULL,
    root         TEXT    NOT NULL,
    runtime_root TEXT    NOT NULL,
    created_at   INTEGER NOT NULL,
    format       INTEGER NOT NULL,
    record       TEXT    NOT NULL
) STRICT;
CREATE INDEX snapshots_by_creation ON snapshots (created_at, seq);
CREATE INDEX snapshots_by_org ON snapshots (org, created_at, seq);
CREATE INDEX snapshots_by_name ON snapshots (org, name, tag);
CREATE INDEX snapshots_by_sandbox ON snapshots (sandbox_id) WHERE sandbox_id IS NOT NULL;

CREATE TABLE checkpoints (
    seq        INTEGER PRIMARY KEY,
    id         TEXT    NOT NULL UNIQUE,
    sandbox_id TEXT    NOT NULL,
    root       TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    format     INTEGER NOT NULL,
    record     TEXT    NOT NULL
) STRICT;
CREATE INDEX checkpoints_by_sandbox ON checkpoints (sandbox_id, created_at, seq);
";

/// Jobs. Those that have not ended are few, and what a restart looks for.
const JOBS: &str = "
CREATE TABLE jobs (
    seq        INTEGER PRIMARY KEY,
    id         TEXT    NOT NULL UNIQUE,
    sandbox_id TEXT    NOT NULL,
    ended      INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    format     INTEGER NOT NULL,
    record     TEXT    NOT NULL
) STRICT;
CREATE INDEX jobs_by_sandbox ON jobs (sandbox_id, created_at, seq);
CREATE INDEX jobs_unfinished ON jobs (created_at, seq) WHERE NOT ended;
";
