//! Both implementations of `Records` under the same random changes: they must answer alike.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use super::*;
use crate::clock::Timestamp;
use crate::sandbox::records::{
    ExecutionStatus, JobStatus, MemoryRecords, SandboxMode, SandboxSort, SandboxStatus,
    SnapshotSort,
};

// Few ids and few moments, so that records are replaced, purged and equal in age all the time.

fn sandbox() -> impl Strategy<Value = SandboxRecord> {
    let facts = (
        0..4_u8,
        0..2_u8,
        select(SandboxStatus::ALL),
        select(SandboxMode::ALL),
    );
    let texts = (
        option::of(select(&["", "a", "B", "é"][..])),
        option::of(select(&["p", "q"][..])),
    );
    let numbers = (0..3_i64, 0..3_i64, 0..3_u64);
    let snapshot = option::of(0..2_u8);
    let env = proptest::collection::btree_map(".{0,3}", ".{0,8}", 0..3);
    (facts, texts, numbers, env, snapshot).prop_map(
        |(facts, (name, project), numbers, env, snapshot)| SandboxRecord {
            snapshot: snapshot.map(|n| contract::snapshot(&n.to_string(), 0).id),
            org: crate::id::OrgId::parse(&format!("org_{}", facts.1)).unwrap(),
            status: facts.2,
            mode: facts.3,
            name: name.map(str::to_owned),
            project_id: project.map(str::to_owned),
            updated_at: Timestamp::from_millis(numbers.1),
            executions: numbers.2,
            env,
            ..contract::sandbox(&facts.0.to_string(), numbers.0)
        },
    )
}

fn execution() -> impl Strategy<Value = ExecutionRecord> {
    (0..4_u8, 0..3_u8, 0..3_i64, select(ExecutionStatus::ALL)).prop_map(
        |(sandbox, number, millis, status)| ExecutionRecord {
            status,
            ..contract::execution(&format!("{sandbox}_{number}"), &sandbox.to_string(), millis)
        },
    )
}

fn job() -> impl Strategy<Value = JobRecord> {
    (0..4_u8, 0..3_u8, 0..3_i64, select(JobStatus::ALL)).prop_map(
        |(sandbox, number, millis, status)| JobRecord {
            status,
            ..contract::job(&format!("{sandbox}_{number}"), &sandbox.to_string(), millis)
        },
    )
}

fn event() -> impl Strategy<Value = EventRecord> {
    (0..4_u8, 0..9_u8, 0..3_i64, ".{0,4}").prop_map(|(sandbox, number, millis, text)| EventRecord {
        data: [(text.clone(), text.into())].into_iter().collect(),
        ..contract::event(&number.to_string(), &sandbox.to_string(), millis)
    })
}

fn snapshot() -> impl Strategy<Value = SnapshotRecord> {
    let facts = (0..5_u8, 0..2_u8, option::of(0..4_u8), any::<bool>());
    let texts = (select(&["a", "B"][..]), option::of(select(&["t", "u"][..])));
    let numbers = (0..3_i64, 0..3_u64, 0..3_u64, option::of(0..3_i64));
    (facts, texts, numbers).prop_map(|(facts, (name, tag), numbers)| SnapshotRecord {
        org: crate::id::OrgId::parse(&format!("org_{}", facts.1)).unwrap(),
        sandbox_id: facts.2.map(sandbox_id),
        public: facts.3,
        name: name.to_owned(),
        tag: tag.map(str::to_owned),
        size_bytes: numbers.1,
        file_count: numbers.2,
        deleted_at: numbers.3.map(Timestamp::from_millis),
        ..contract::snapshot(&facts.0.to_string(), numbers.0)
    })
}

fn sandbox_id(number: u8) -> SandboxId {
    SandboxId::parse(&format!("sbx_{number}")).unwrap()
}

/// A checkpoint stays with its sandbox, so its id says which that is.
fn checkpoint() -> impl Strategy<Value = CheckpointRecord> {
    (0..4_u8, 0..3_u8, 0..3_i64).prop_map(|(sandbox, number, millis)| {
        contract::checkpoint(&format!("{sandbox}_{number}"), &sandbox.to_string(), millis)
    })
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        4 => sandbox().prop_map(|record| Change::PutSandbox(Box::new(record))),
        3 => execution().prop_map(|record| Change::PutExecution(Box::new(record))),
        3 => job().prop_map(|record| Change::PutJob(Box::new(record))),
        3 => event().prop_map(Change::AddEvent),
        3 => snapshot().prop_map(|record| Change::PutSnapshot(Box::new(record))),
        3 => checkpoint().prop_map(|record| Change::PutCheckpoint(Box::new(record))),
        1 => checkpoint().prop_map(|record| Change::DeleteCheckpoint(record.id)),
        1 => (0..4_u8).prop_map(|n| Change::DeleteCheckpointsOf(sandbox_id(n))),
        1 => (0..3_u8, 0..3_i64).prop_map(|(n, t)| Change::PutOrg(contract::org(&n.to_string(), t))),
        1 => (0..3_u8, 0..3_i64).prop_map(|(n, t)| Change::PutKey(contract::key(&n.to_string(), t))),
        1 => (0..3_u8).prop_map(|n| Change::DeleteKey(contract::key(&n.to_string(), 0).id)),
        1 => (0..3_u8, 0..3_i64).prop_map(|(n, t)| Change::AddOrg(contract::org(&n.to_string(), t))),
        1 => (0..3_u8, 0..3_i64).prop_map(|(n, t)| {
            Change::TouchKey(contract::key(&n.to_string(), 0).id, Timestamp::from_millis(t))
        }),
        1 => (0..3_u8, 0..3_i64).prop_map(|(n, t)| {
            Change::RevokeKey(contract::key(&n.to_string(), 0).id, Timestamp::from_millis(t))
        }),
        1 => (0..4_u8).prop_map(|n| Change::PurgeSandbox(contract::sandbox(&n.to_string(), 0).id)),
    ]
}

fn filter() -> impl Strategy<Value = SandboxFilter> {
    let ids = (
        option::of(0..2_u8),
        option::of(select(&["", "a"][..])),
        option::of(Just("p")),
        option::of(0..2_u8),
    );
    let kinds = (
        option::of(select(SandboxMode::ALL)),
        option::of(select(SandboxStatus::ALL)),
    );
    let order = (
        select(SandboxSort::ALL),
        select(Direction::ALL),
        0..6_u32,
        0..3_u32,
    );
    (
        ids,
        kinds,
        option::of(any::<bool>()),
        prop::bool::weighted(0.2),
        order,
    )
        .prop_map(
            |((org, name, project, snapshot), (mode, status), live, deleted_only, order)| {
                let (sort, direction, limit, offset) = order;
                SandboxFilter {
                    org: org.map(|n| crate::id::OrgId::parse(&format!("org_{n}")).unwrap()),
                    name: name.map(str::to_owned),
                    mode,
                    project_id: project.map(str::to_owned),
                    snapshot_id: snapshot.map(|n| contract::snapshot(&n.to_string(), 0).id),
                    status,
                    live,
                    deleted_only,
                    sort,
                    direction,
                    limit,
                    offset,
                }
            },
        )
}

fn snapshot_filter() -> impl Strategy<Value = SnapshotFilter> {
    let ids = (option::of(0..2_u8), option::of(0..4_u8));
    let texts = (
        option::of(select(&["a", "B"][..])),
        option::of(select(&["t", "u"][..])),
    );
    let order = (
        select(SnapshotSort::ALL),
        select(Direction::ALL),
        0..6_u32,
        0..3_u32,
    );
    (ids, texts, any::<bool>(), any::<bool>(), order).prop_map(
        |((org, sandbox), (name, tag), public_only, include_deleted, order)| SnapshotFilter {
            org: org.map(|n| crate::id::OrgId::parse(&format!("org_{n}")).unwrap()),
            sandbox_id: sandbox.map(sandbox_id),
            name: name.map(str::to_owned),
            tag: tag.map(str::to_owned),
            public_only,
            include_deleted,
            sort: order.0,
            direction: order.1,
            limit: order.2,
            offset: order.3,
        },
    )
}

/// Everything a caller can see.
fn view(
    records: &mut dyn Records,
    filters: &[SandboxFilter],
    snapshots: &[SnapshotFilter],
) -> String {
    let mut seen = String::new();
    let mut see = |part: &dyn fmt::Debug| seen.push_str(&format!("{part:?}\n"));
    for number in 0..4_u8 {
        let id = contract::sandbox(&number.to_string(), 0).id;
        see(&records.sandbox(&id).unwrap());
        see(&records.checkpoints(&id).unwrap());
        see(&records.snapshot(&contract::snapshot(&number.to_string(), 0).id));
        for limit in [2, u32::MAX] {
            see(&records.executions(&id, limit).unwrap());
            see(&records.jobs(&id, limit).unwrap());
            see(&records.unfinished_jobs(limit).unwrap());
            see(&records.events(&id, limit, Direction::Asc).unwrap());
            see(&records.events(&id, limit, Direction::Desc).unwrap());
        }
        for execution in 0..3_u8 {
            let id = contract::execution(&format!("{number}_{execution}"), "0", 0).id;
            see(&records.execution(&id).unwrap());
            let id = contract::job(&format!("{number}_{execution}"), "0", 0).id;
            see(&records.job(&id).unwrap());
        }
    }
    see(&records.orgs().unwrap());
    see(&records.keys().unwrap());
    see(&records.roots().unwrap());
    snapshots
        .iter()
        .for_each(|filter| see(&records.snapshots(filter).unwrap()));
    filters
        .iter()
        .for_each(|filter| see(&records.sandboxes(filter).unwrap()));
    seen
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn both_implementations_answer_alike(
        batches in vec(vec(change(), 0..12), 1..8),
        filters in vec(filter(), 12),
        snapshots in vec(snapshot_filter(), 12),
        reopened in 0..8_usize,
    ) {
        let (_folder, path) = place();
        let mut memory = MemoryRecords::new();
        let mut sqlite = SqliteRecords::open(&path).unwrap();
        for (number, batch) in batches.iter().enumerate() {
            memory.apply(batch).unwrap();
            sqlite.apply(batch).unwrap();
            if number == reopened {
                drop(sqlite);
                sqlite = SqliteRecords::open(&path).unwrap();
            }
            prop_assert_eq!(
                view(&mut memory, &filters, &snapshots),
                view(&mut sqlite, &filters, &snapshots)
            );
        }
    }
}
