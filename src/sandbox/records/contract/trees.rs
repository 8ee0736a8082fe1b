//! What must be answered about snapshots and checkpoints.

use serde_json::json;

use super::fixtures::{checkpoint, org_id, sandbox, snapshot};
use super::{listed, put};
use crate::clock::Timestamp;
use crate::digest::Digest;
use crate::id::{CheckpointId, SandboxId, SnapshotId};
use crate::sandbox::records::{
    Change, CheckpointRecord, Direction, Records, SandboxFilter, SandboxRecord, SnapshotFilter,
    SnapshotRecord, SnapshotSort,
};

fn keep(record: SnapshotRecord) -> Change {
    Change::PutSnapshot(Box::new(record))
}

fn mark(record: CheckpointRecord) -> Change {
    Change::PutCheckpoint(Box::new(record))
}

fn sandbox_id(name: &str) -> SandboxId {
    SandboxId::parse(&format!("sbx_{name}")).unwrap()
}

/// What a filter lists, checked against its total.
fn found(records: &mut dyn Records, filter: &SnapshotFilter) -> String {
    let (list, total) = records.snapshots(filter).unwrap();
    assert_eq!(u64::try_from(list.len()).unwrap(), total);
    let ids: Vec<_> = list
        .iter()
        .map(|record| &record.id.as_str()["snp_".len()..])
        .collect();
    ids.join(" ")
}

/// Four snapshots that differ in everything that can be filtered or sorted by, and a deleted one.
fn five(records: &mut dyn Records) {
    let table = [
        // id, org, sandbox, name, tag, public, size, files, deleted
        (
            "1",
            "a",
            Some("x"),
            "b",
            Some("latest"),
            false,
            50,
            2,
            false,
        ),
        ("2", "a", Some("y"), "a", None, true, 20, 4, false),
        ("3", "b", None, "b", Some("latest"), true, 40, 1, false),
        ("4", "b", Some("x"), "B", Some("v1"), false, 30, 3, false),
        ("5", "a", Some("x"), "b", None, true, 60, 5, true),
    ];
    for (created, row) in (1..).zip(table) {
        let (id, org, of, name, tag, public, size_bytes, file_count, deleted) = row;
        let record = SnapshotRecord {
            org: org_id(org),
            sandbox_id: of.map(sandbox_id),
            name: name.to_owned(),
            tag: tag.map(str::to_owned),
            public,
            size_bytes,
            file_count,
            deleted_at: deleted.then(|| Timestamp::from_millis(9)),
            ..snapshot(id, created)
        };
        records.apply(&[keep(record)]).unwrap();
    }
}

pub(crate) fn a_snapshot_and_a_checkpoint_are_read_back_whole(records: &mut dyn Records) {
    let full = SnapshotRecord {
        sandbox_id: Some(sandbox_id("x")),
        name: "n".to_owned(),
        tag: Some("t".to_owned()),
        description: Some("d\0".to_owned()),
        message: Some(String::new()),
        public: true,
        programs: vec![Digest::of(b"1"), Digest::of(b"2")],
        parent: Some(SnapshotId::parse("snp_parent").unwrap()),
        size_bytes: u64::MAX,
        file_count: u64::MAX,
        deleted_at: Some(Timestamp::from_millis(-1)),
        user_metadata: json!({"a": [1, null]}).as_object().cloned(),
        ..snapshot("full", 1)
    };
    let point = CheckpointRecord {
        parent: Some("before".to_owned()),
        ..checkpoint("c", "x", 2)
    };
    records
        .apply(&[keep(full.clone()), mark(point.clone())])
        .unwrap();
    assert_eq!(records.snapshot(&full.id).unwrap(), Some(full.clone()));
    assert_eq!(records.checkpoints(&point.sandbox_id).unwrap(), [point]);
    let changed = SnapshotRecord {
        tag: None,
        ..snapshot("full", 1)
    };
    records.apply(&[keep(changed.clone())]).unwrap();
    assert_eq!(
        records.snapshots(&SnapshotFilter::default()).unwrap(),
        (vec![changed], 1)
    );
}

pub(crate) fn each_condition_selects_snapshots(records: &mut dyn Records) {
    five(records);
    let all = SnapshotFilter {
        direction: Direction::Asc,
        ..SnapshotFilter::default()
    };
    assert_eq!(found(records, &all), "1 2 3 4");
    let with = |change: &dyn Fn(&mut SnapshotFilter)| {
        let mut filter = all.clone();
        change(&mut filter);
        filter
    };
    let text = |text: &str| Some(text.to_owned());
    let cases = [
        (with(&|f| f.org = Some(org_id("a"))), "1 2"),
        (with(&|f| f.org = Some(org_id("c"))), ""),
        (with(&|f| f.sandbox_id = Some(sandbox_id("x"))), "1 4"),
        (with(&|f| f.name = text("b")), "1 3"),
        (with(&|f| f.name = text("%")), ""),
        (with(&|f| f.tag = text("latest")), "1 3"),
        (with(&|f| f.tag = text("")), ""),
        (with(&|f| f.public_only = true), "2 3"),
        (with(&|f| f.include_deleted = true), "1 2 3 4 5"),
        (
            with(&|f| {
                f.org = Some(org_id("b"));
                f.name = text("b");
                f.tag = text("latest");
                f.public_only = true;
            }),
            "3",
        ),
    ];
    for (filter, expected) in cases {
        assert_eq!(found(records, &filter), expected, "{filter:?}");
    }
}

pub(crate) fn each_sort_key_sorts_snapshots_both_ways(records: &mut dyn Records) {
    five(records);
    let cases = [
        (SnapshotSort::Name, "4 2 1 3", "3 1 2 4"),
        (SnapshotSort::Created, "1 2 3 4", "4 3 2 1"),
        (SnapshotSort::Size, "2 4 3 1", "1 3 4 2"),
        (SnapshotSort::Files, "3 1 4 2", "2 4 1 3"),
    ];
    for (sort, ascending, descending) in cases {
        for (direction, expected) in [(Direction::Asc, ascending), (Direction::Desc, descending)] {
            let filter = SnapshotFilter {
                sort,
                direction,
                ..SnapshotFilter::default()
            };
            assert_eq!(found(records, &filter), expected, "{sort} {direction}");
        }
    }
}

pub(crate) fn deleted_snapshots_are_hidden_unless_asked_for(records: &mut dyn Records) {
    five(records);
    let of_x = SnapshotFilter {
        sandbox_id: Some(sandbox_id("x")),
        ..SnapshotFilter::default()
    };
    assert_eq!(found(records, &of_x), "4 1");
    let deleted_too = SnapshotFilter {
        include_deleted: true,
        ..of_x
    };
    assert_eq!(found(records, &deleted_too), "5 4 1");
    let id = SnapshotId::parse("snp_5").unwrap();
    assert!(records.snapshot(&id).unwrap().unwrap().is_deleted());
}

pub(crate) fn pages_of_snapshots_cover_everything_once(records: &mut dyn Records) {
    let changes: Vec<_> = (0..25)
        .map(|n| keep(snapshot(&n.to_string(), n / 3)))
        .collect();
    records.apply(&changes).unwrap();
    let all = SnapshotFilter {
        limit: u32::MAX,
        ..SnapshotFilter::default()
    };
    let (everything, _) = records.snapshots(&all).unwrap();
    let mut paged = Vec::new();
    for offset in (0..30).step_by(10) {
        let filter = SnapshotFilter {
            limit: 10,
            offset,
            ..all.clone()
        };
        let (page, total) = records.snapshots(&filter).unwrap();
        assert_eq!(total, 25);
        paged.extend(page);
    }
    assert_eq!(paged, everything);
}

pub(crate) fn sandboxes_are_found_by_their_snapshot(records: &mut dyn Records) {
    let id = |text| SnapshotId::parse(text).unwrap();
    for (name, snapshot) in [("1", None), ("2", Some("snp_a")), ("3", Some("snp_b"))] {
        let record = SandboxRecord {
            snapshot: snapshot.map(id),
            ..sandbox(name, 1)
        };
        records.apply(&[put(record)]).unwrap();
    }
    let filter = SandboxFilter {
        snapshot_id: Some(id("snp_b")),
        ..SandboxFilter::default()
    };
    assert_eq!(listed(records, &filter), "3");
}

pub(crate) fn checkpoints_come_oldest_first_and_go_with_their_sandbox(records: &mut dyn Records) {
    let changes: Vec<_> = [
        ("c", "x", 5),
        ("a", "x", 5),
        ("b", "x", 4),
        ("d", "y", 1),
        ("e", "z", 1),
    ]
    .map(|(name, sandbox, millis)| mark(checkpoint(name, sandbox, millis)))
    .into();
    records.apply(&changes).unwrap();
    let names = |records: &mut dyn Records, sandbox: &str| -> String {
        let list = records.checkpoints(&sandbox_id(sandbox)).unwrap();
        list.into_iter().map(|record| record.name).collect()
    };
    assert_eq!(names(records, "x"), "bca");
    let gone = CheckpointId::parse("ckpt_c").unwrap();
    let never = CheckpointId::parse("ckpt_never").unwrap();
    records
        .apply(&[
            Change::DeleteCheckpoint(gone),
            Change::DeleteCheckpoint(never),
            Change::DeleteCheckpointsOf(sandbox_id("y")),
            Change::DeleteCheckpointsOf(sandbox_id("never")),
        ])
        .unwrap();
    assert_eq!(names(records, "x"), "ba");
    assert_eq!(names(records, "y"), "");
    assert_eq!(names(records, "z"), "e");
    records
        .apply(&[Change::PurgeSandbox(sandbox_id("z"))])
        .unwrap();
    assert_eq!(names(records, "z"), "");
}

pub(crate) fn roots_are_those_that_something_keeps(records: &mut dyn Records) {
    let deleted = SnapshotRecord {
        root: Digest::of(b"gone"),
        runtime_root: Digest::of(b"old runtime"),
        deleted_at: Some(Timestamp::from_millis(3)),
        ..snapshot("2", 2)
    };
    let same = SnapshotRecord {
        root: Digest::of(b"c"),
        ..snapshot("3", 2)
    };
    records
        .apply(&[
            keep(snapshot("1", 1)),
            keep(deleted.clone()),
            keep(same),
            mark(checkpoint("c", "x", 1)),
            mark(checkpoint("d", "y", 1)),
            mark(checkpoint("e", "y", 1)),
            Change::DeleteCheckpoint(CheckpointId::parse("ckpt_e").unwrap()),
        ])
        .unwrap();
    let mut expected = ["1", "runtime", "c", "d"].map(|text| Digest::of(text.as_bytes()));
    expected.sort_unstable();
    assert_eq!(records.roots().unwrap(), expected);
    // Back again, as nothing else would do it.
    let back = SnapshotRecord {
        deleted_at: None,
        ..deleted
    };
    records.apply(&[keep(back)]).unwrap();
    assert_eq!(records.roots().unwrap().len(), 6);
}
