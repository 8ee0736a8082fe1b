//! What every implementation of [`Records`] must do: one set of tests for all of them, and records to
//! test with.
//!
//! An implementation's tests call [`contract_tests!`] with a function that makes an empty one.

mod fixtures;
mod jobs;
mod lists;
mod trees;

pub(crate) use self::fixtures::{checkpoint, event, execution, job, key, org, sandbox, snapshot};
use self::fixtures::{full_sandbox, org_id};
pub(crate) use self::jobs::{
    a_job_is_read_back_whole_and_replaced, jobs_come_newest_first_and_go_with_their_sandbox,
    unfinished_jobs_are_those_of_all_sandboxes,
};
pub(crate) use self::lists::{
    conditions_combine, deleted_sandboxes_are_hidden_unless_asked_for, each_condition_selects,
    each_sort_key_sorts_both_ways, equal_sort_keys_keep_the_order_of_arrival,
    events_keep_their_order_within_a_millisecond, executions_come_newest_first,
    orgs_and_keys_come_oldest_first_and_keys_can_be_deleted,
    pages_cover_everything_once_and_total_counts_all, sums_are_of_one_organisation_and_time,
};
pub(crate) use self::trees::{
    a_snapshot_and_a_checkpoint_are_read_back_whole,
    checkpoints_come_oldest_first_and_go_with_their_sandbox,
    deleted_snapshots_are_hidden_unless_asked_for, each_condition_selects_snapshots,
    each_sort_key_sorts_snapshots_both_ways, pages_of_snapshots_cover_everything_once,
    roots_are_those_that_something_keeps, sandboxes_are_found_by_their_snapshot,
};
use super::*;
use crate::clock::Timestamp;

/// Makes a test of each contract function. Takes a function that answers empty records and whatever
/// must stay alive beside them.
macro_rules! contract_tests {
    ($make:expr) => {
        $crate::sandbox::records::contract::contract_tests!($make;
            nothing_is_there_at_first,
            what_was_put_is_read_back_whole,
            putting_again_replaces_the_record,
            each_condition_selects,
            conditions_combine,
            deleted_sandboxes_are_hidden_unless_asked_for,
            each_sort_key_sorts_both_ways,
            equal_sort_keys_keep_the_order_of_arrival,
            pages_cover_everything_once_and_total_counts_all,
            executions_come_newest_first,
            events_keep_their_order_within_a_millisecond,
            an_event_never_changes,
            purging_forgets_a_sandbox_and_all_that_belongs_to_it,
            changes_are_made_in_order,
            orgs_and_keys_come_oldest_first_and_keys_can_be_deleted,
            texts_are_kept_exactly,
            numbers_at_their_ends_are_kept,
            a_snapshot_and_a_checkpoint_are_read_back_whole,
            each_condition_selects_snapshots,
            each_sort_key_sorts_snapshots_both_ways,
            deleted_snapshots_are_hidden_unless_asked_for,
            pages_of_snapshots_cover_everything_once,
            sandboxes_are_found_by_their_snapshot,
            checkpoints_come_oldest_first_and_go_with_their_sandbox,
            roots_are_those_that_something_keeps,
            a_job_is_read_back_whole_and_replaced,
            jobs_come_newest_first_and_go_with_their_sandbox,
            unfinished_jobs_are_those_of_all_sandboxes,
            sums_are_of_one_organisation_and_time,
        );
    };
    ($make:expr; $($name:ident,)*) => {$(
        #[test]
        fn $name() {
            let (_alive, mut records) = $make();
            $crate::sandbox::records::contract::$name(&mut *records);
        }
    )*};
}
pub(crate) use contract_tests;

fn put(record: SandboxRecord) -> Change {
    Change::PutSandbox(Box::new(record))
}

fn names(list: &[SandboxRecord]) -> Vec<&str> {
    list.iter().map(|record| &record.id.as_str()[4..]).collect()
}

/// What a filter lists, checked against its total.
fn listed(records: &mut dyn Records, filter: &SandboxFilter) -> String {
    let (list, total) = records.sandboxes(filter).unwrap();
    assert_eq!(u64::try_from(list.len()).unwrap(), total);
    names(&list).join(" ")
}

pub(crate) fn nothing_is_there_at_first(records: &mut dyn Records) {
    let id = SandboxId::generate();
    assert_eq!(records.sandbox(&id).unwrap(), None);
    assert_eq!(
        records.sandboxes(&SandboxFilter::default()).unwrap(),
        (vec![], 0)
    );
    assert_eq!(records.execution(&ExecutionId::generate()).unwrap(), None);
    assert_eq!(records.executions(&id, 10).unwrap(), []);
    assert_eq!(records.job(&JobId::generate()).unwrap(), None);
    assert_eq!(records.jobs(&id, 10).unwrap(), []);
    assert_eq!(records.unfinished_jobs(10).unwrap(), []);
    assert_eq!(records.events(&id, 10, Direction::Asc).unwrap(), []);
    assert_eq!(records.orgs().unwrap(), []);
    assert_eq!(records.keys().unwrap(), []);
    assert_eq!(records.snapshot(&SnapshotId::generate()).unwrap(), None);
    assert_eq!(
        records.snapshots(&SnapshotFilter::default()).unwrap(),
        (vec![], 0)
    );
    assert_eq!(records.checkpoints(&id).unwrap(), []);
    assert_eq!(records.roots().unwrap(), []);
    records.apply(&[]).unwrap();
}

pub(crate) fn what_was_put_is_read_back_whole(records: &mut dyn Records) {
    let sandbox = full_sandbox();
    let execution = ExecutionRecord {
        command: vec!["a b".to_owned(), "ü".to_owned()],
        status: ExecutionStatus::Timeout,
        exit_code: Some(124),
        started_at: Some(Timestamp::from_millis(13)),
        completed_at: Some(Timestamp::from_millis(14)),
        duration_ms: Some(1),
        error: Some("out of time".to_owned()),
        stdout: sandbox.stdout.clone(),
        stderr: sandbox.stderr.clone(),
        output_truncated: true,
        auto_resumed: true,
        ..execution("1", "full", 12)
    };
    let event = EventRecord {
        kind: "lifecycle:started".to_owned(),
        data: sandbox.metadata.clone().unwrap(),
        ..event("1", "full", 12)
    };
    let changes = [
        put(sandbox.clone()),
        Change::PutExecution(Box::new(execution.clone())),
        Change::AddEvent(event.clone()),
        Change::PutOrg(org("a", 1)),
        Change::PutKey(key("k", 2)),
    ];
    records.apply(&changes).unwrap();
    assert_eq!(
        records.sandbox(&sandbox.id).unwrap().as_ref(),
        Some(&sandbox)
    );
    assert_eq!(
        records.execution(&execution.id).unwrap().as_ref(),
        Some(&execution)
    );
    assert_eq!(records.executions(&sandbox.id, 9).unwrap(), [execution]);
    assert_eq!(
        records.events(&sandbox.id, 9, Direction::Asc).unwrap(),
        [event]
    );
    assert_eq!(
        records.sandboxes(&SandboxFilter::default()).unwrap(),
        (vec![sandbox], 1)
    );
    assert_eq!(records.orgs().unwrap(), [org("a", 1)]);
    assert_eq!(records.keys().unwrap(), [key("k", 2)]);
}

pub(crate) fn putting_again_replaces_the_record(records: &mut dyn Records) {
    let before = full_sandbox();
    let after = SandboxRecord {
        org: org_id("b"),
        status: SandboxStatus::Failed,
        updated_at: Timestamp::from_millis(99),
        ..sandbox("full", 11)
    };
    records.apply(&[put(before), put(after.clone())]).unwrap();
    assert_eq!(records.sandbox(&after.id).unwrap(), Some(after.clone()));
    let of = |org| SandboxFilter {
        org: Some(org_id(org)),
        ..SandboxFilter::default()
    };
    assert_eq!(records.sandboxes(&of("a")).unwrap().1, 0);
    assert_eq!(records.sandboxes(&of("b")).unwrap(), (vec![after], 1));

    let queued = execution("1", "full", 1);
    let done = ExecutionRecord {
        status: ExecutionStatus::Completed,
        ..queued.clone()
    };
    let [queued, done] = [queued, done].map(|record| Change::PutExecution(Box::new(record)));
    records.apply(&[queued, done]).unwrap();
    let list = records
        .executions(&SandboxId::parse("sbx_full").unwrap(), 9)
        .unwrap();
    assert_eq!(list.len(), 1);
    assert_eq!(list[0].status, ExecutionStatus::Completed);
}

pub(crate) fn an_event_never_changes(records: &mut dyn Records) {
    let first = event("1", "x", 5);
    let again = EventRecord {
        kind: "other".to_owned(),
        ..event("1", "y", 6)
    };
    records
        .apply(&[
            Change::AddEvent(first.clone()),
            Change::AddEvent(again.clone()),
        ])
        .unwrap();
    assert_eq!(
        records
            .events(&first.sandbox_id, 9, Direction::Asc)
            .unwrap(),
        [first]
    );
    assert_eq!(
        records
            .events(&again.sandbox_id, 9, Direction::Asc)
            .unwrap(),
        []
    );
}

pub(crate) fn purging_forgets_a_sandbox_and_all_that_belongs_to_it(records: &mut dyn Records) {
    for name in ["x", "y"] {
        let changes = [
            put(sandbox(name, 1)),
            Change::PutExecution(Box::new(execution(name, name, 2))),
            Change::AddEvent(event(name, name, 3)),
        ];
        records.apply(&changes).unwrap();
    }
    let [x, y] = ["x", "y"].map(|name| SandboxId::parse(&format!("sbx_{name}")).unwrap());
    records
        .apply(&[
            Change::PurgeSandbox(x.clone()),
            Change::PurgeSandbox(x.clone()),
        ])
        .unwrap();
    assert_eq!(records.sandbox(&x).unwrap(), None);
    assert_eq!(
        records
            .execution(&ExecutionId::parse("exec_x").unwrap())
            .unwrap(),
        None
    );
    assert_eq!(records.executions(&x, 9).unwrap(), []);
    assert_eq!(records.events(&x, 9, Direction::Asc).unwrap(), []);
    assert_eq!(listed(records, &SandboxFilter::default()), "y");
    assert_eq!(records.executions(&y, 9).unwrap().len(), 1);
    assert_eq!(records.events(&y, 9, Direction::Asc).unwrap().len(), 1);
    // It may come back, as something new.
    records
        .apply(&[put(sandbox("x", 1)), Change::AddEvent(event("x", "x", 9))])
        .unwrap();
    assert_eq!(records.events(&x, 9, Direction::Asc).unwrap().len(), 1);
}

pub(crate) fn changes_are_made_in_order(records: &mut dyn Records) {
    let id = sandbox("x", 1).id;
    let changes = [
        Change::PurgeSandbox(id.clone()),
        put(sandbox("x", 1)),
        Change::AddEvent(event("1", "x", 1)),
        Change::PurgeSandbox(id.clone()),
        put(sandbox("x", 2)),
        Change::DeleteKey(key("k", 1).id),
        Change::PutKey(key("k", 1)),
    ];
    records.apply(&changes).unwrap();
    assert_eq!(records.sandbox(&id).unwrap(), Some(sandbox("x", 2)));
    assert_eq!(records.events(&id, 9, Direction::Asc).unwrap(), []);
    assert_eq!(records.keys().unwrap().len(), 1);
}

pub(crate) fn texts_are_kept_exactly(records: &mut dyn Records) {
    for (n, text) in (0..).zip([
        "",
        "\0",
        "a\0b",
        "'; DROP TABLE sandboxes; --",
        "\u{10ffff}",
        " ",
    ]) {
        let record = SandboxRecord {
            name: Some(text.to_owned()),
            project_id: Some(text.to_owned()),
            ..sandbox(&format!("t{n}"), n)
        };
        records.apply(&[put(record.clone())]).unwrap();
        let filter = SandboxFilter {
            name: Some(text.to_owned()),
            project_id: Some(text.to_owned()),
            ..SandboxFilter::default()
        };
        assert_eq!(
            records.sandboxes(&filter).unwrap(),
            (vec![record], 1),
            "{text:?}"
        );
    }
}

pub(crate) fn numbers_at_their_ends_are_kept(records: &mut dyn Records) {
    let record = SandboxRecord {
        created_at: Timestamp::from_millis(i64::MIN),
        updated_at: Timestamp::from_millis(i64::MAX),
        executions: u64::MAX,
        exit_code: Some(i32::MIN),
        cpu_time_ms: u64::MAX,
        memory_byte_seconds: u64::MAX,
        network_egress_bytes: u64::MAX,
        ..sandbox("x", 0)
    };
    records.apply(&[put(record.clone())]).unwrap();
    assert_eq!(records.sandbox(&record.id).unwrap(), Some(record));
}
