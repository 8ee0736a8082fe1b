//! Tests of names, tags and ancestors over records in memory.

use proptest::prelude::*;

use super::*;
use crate::clock::Timestamp;
use crate::sandbox::records::{Change, MemoryRecords, OrgRecord, contract};
use crate::sandbox::snapshot::{put, put_new};

fn org(name: &str) -> OrgId {
    OrgId::parse(&format!("org_{name}")).unwrap()
}

/// A snapshot of an organisation with a name and a tag, put in the order of `millis`.
fn add(
    records: &mut MemoryRecords,
    id: &str,
    of: &str,
    name: &str,
    tag: Option<&str>,
) -> SnapshotRecord {
    let (_, count) = records
        .snapshots(&SnapshotFilter {
            include_deleted: true,
            ..SnapshotFilter::default()
        })
        .unwrap();
    let record = SnapshotRecord {
        org: org(of),
        name: name.to_owned(),
        tag: tag.map(str::to_owned),
        ..contract::snapshot(id, i64::try_from(count).unwrap())
    };
    put(records, record).unwrap()
}

fn change(records: &mut MemoryRecords, record: SnapshotRecord) {
    records
        .apply(&[Change::PutSnapshot(Box::new(record))])
        .unwrap();
}

fn found(records: &mut MemoryRecords, reference: &str, of: &str) -> String {
    match find(records, reference, &org(of)).unwrap() {
        Some(record) => record.id.as_str()["snp_".len()..].to_owned(),
        None => "none".to_owned(),
    }
}

#[test]
fn references_are_resolved_in_their_order() {
    let mut records = MemoryRecords::new();
    add(&mut records, "1", "a", "base", Some("latest"));
    add(&mut records, "2", "a", "base", Some("v1"));
    add(&mut records, "3", "a", "other", Some("base"));
    add(&mut records, "4", "a", "untagged", None);
    add(&mut records, "5", "a", "untagged", None);
    add(&mut records, "6", "a", "snp_1", None);
    for (reference, expected) in [
        ("snp_2", "2"),
        // An id before a name that looks like one.
        ("snp_1", "1"),
        ("base:v1", "2"),
        ("base:latest", "1"),
        ("base:v2", "none"),
        // A tag before a name.
        ("base", "3"),
        ("v1", "2"),
        ("latest", "1"),
        ("other", "3"),
        ("untagged", "5"),
        ("nothing", "none"),
        ("snp_nothing", "none"),
        ("", "none"),
        (":", "none"),
        ("@", "none"),
        ("base:", "none"),
        (":v1", "none"),
    ] {
        assert_eq!(
            found(&mut records, reference, "a"),
            expected,
            "{reference:?}"
        );
        assert_eq!(found(&mut records, reference, "b"), "none", "{reference:?}");
    }
}

#[test]
fn a_name_means_latest_before_the_newest() {
    let mut records = MemoryRecords::new();
    add(&mut records, "1", "a", "base", Some("latest"));
    add(&mut records, "2", "a", "base", None);
    assert_eq!(found(&mut records, "base", "a"), "1");
    // Tagging moves the tag.
    add(&mut records, "3", "a", "base", Some("latest"));
    assert_eq!(found(&mut records, "base", "a"), "3");
    let loser = records.snapshot(&SnapshotId::parse("snp_1").unwrap());
    assert_eq!(loser.unwrap().unwrap().tag, None);
}

#[test]
fn a_tag_is_unique_within_a_name_and_an_organisation_only() {
    let mut records = MemoryRecords::new();
    add(&mut records, "1", "a", "one", Some("t"));
    add(&mut records, "2", "a", "two", Some("t"));
    add(&mut records, "3", "b", "one", Some("t"));
    assert_eq!(found(&mut records, "one:t", "a"), "1");
    assert_eq!(found(&mut records, "two:t", "a"), "2");
    assert_eq!(found(&mut records, "one:t", "b"), "3");
    // The newest of those that have it.
    assert_eq!(found(&mut records, "t", "a"), "2");
}

#[test]
fn others_see_what_is_public_by_its_id_or_its_full_name() {
    let mut records = MemoryRecords::new();
    for name in ["a", "b"] {
        let org = OrgRecord {
            name: format!("name of {name}"),
            ..contract::org(name, 1)
        };
        records.apply(&[Change::PutOrg(org)]).unwrap();
    }
    let private = add(&mut records, "1", "a", "mine", Some("latest"));
    let public = add(&mut records, "2", "a", "ours", Some("latest"));
    change(
        &mut records,
        SnapshotRecord {
            public: true,
            ..public
        },
    );
    for (reference, own, others) in [
        ("snp_1", "1", "none"),
        ("snp_2", "2", "2"),
        ("@org_a/mine:latest", "1", "none"),
        ("@org_a/ours:latest", "2", "2"),
        ("@name of a/ours:latest", "2", "2"),
        ("@org_a/ours", "2", "2"),
        ("@org_a/mine", "1", "none"),
        ("@org_b/ours:latest", "none", "none"),
        ("@nobody/ours:latest", "none", "none"),
        ("ours", "2", "none"),
        ("ours:latest", "2", "none"),
    ] {
        assert_eq!(found(&mut records, reference, "a"), own, "{reference}");
        assert_eq!(found(&mut records, reference, "b"), others, "{reference}");
    }
    // A name that two organisations have means neither.
    let twin = OrgRecord {
        name: "name of a".to_owned(),
        ..contract::org("c", 1)
    };
    records.apply(&[Change::PutOrg(twin)]).unwrap();
    assert_eq!(found(&mut records, "@name of a/ours:latest", "b"), "none");
    drop(private);
}

#[test]
fn deleted_ones_are_not_found() {
    let mut records = MemoryRecords::new();
    let one = add(&mut records, "1", "a", "base", Some("latest"));
    change(
        &mut records,
        SnapshotRecord {
            deleted_at: Some(Timestamp::from_millis(9)),
            ..one
        },
    );
    for reference in ["snp_1", "base", "base:latest", "latest"] {
        assert_eq!(found(&mut records, reference, "a"), "none", "{reference}");
    }
}

#[test]
fn one_without_a_name_gets_one() {
    let mut records = MemoryRecords::new();
    let nameless = SnapshotRecord {
        name: String::new(),
        ..contract::snapshot("1", 1)
    };
    let named = put_new(&mut records, nameless).unwrap();
    assert!(crate::sandbox::name::check_snapshot(&named.name).is_ok());
    assert_eq!(records.snapshot(&named.id).unwrap(), Some(named));
}

fn ids(line: Option<Vec<SnapshotRecord>>) -> Vec<String> {
    let line = line.unwrap_or_default();
    line.iter()
        .map(|record| record.id.as_str()["snp_".len()..].to_owned())
        .collect()
}

/// A snapshot with a parent, deleted or not.
fn child(records: &mut MemoryRecords, id: &str, of: &str, parent: &str, deleted: bool) {
    let record = SnapshotRecord {
        org: org(of),
        parent: Some(SnapshotId::parse(&format!("snp_{parent}")).unwrap()),
        deleted_at: deleted.then(|| Timestamp::from_millis(9)),
        ..contract::snapshot(id, 1)
    };
    change(records, record);
}

#[test]
fn lineage_goes_through_deleted_ones_and_ends_at_circles_gaps_and_limits() {
    let mut records = MemoryRecords::new();
    let line = |records: &mut MemoryRecords, id: &str, of: &str, limit| {
        let id = SnapshotId::parse(&format!("snp_{id}")).unwrap();
        ids(lineage(records, id, &org(of), limit).unwrap())
    };
    child(&mut records, "3", "a", "2", false);
    child(&mut records, "2", "a", "1", true);
    child(&mut records, "1", "a", "missing", false);
    assert_eq!(line(&mut records, "3", "a", 100), ["3", "2", "1"]);
    assert_eq!(line(&mut records, "2", "a", 100), ["2", "1"]);
    assert_eq!(line(&mut records, "3", "a", 2), ["3", "2"]);
    assert_eq!(line(&mut records, "3", "a", 0), [""; 0]);
    assert_eq!(line(&mut records, "3", "b", 100), [""; 0]);
    // A circle, and one of itself.
    child(&mut records, "1", "a", "3", false);
    assert_eq!(line(&mut records, "3", "a", u32::MAX), ["3", "2", "1"]);
    child(&mut records, "1", "a", "1", false);
    assert_eq!(line(&mut records, "1", "a", 9), ["1"]);
}

#[test]
fn lineage_ends_where_others_keep_theirs_private() {
    let mut records = MemoryRecords::new();
    child(&mut records, "2", "a", "1", false);
    child(&mut records, "1", "b", "0", false);
    let of = |records: &mut MemoryRecords, org: &str| {
        let id = SnapshotId::parse("snp_2").unwrap();
        ids(lineage(records, id, &self::org(org), 9).unwrap())
    };
    assert_eq!(of(&mut records, "a"), ["2"]);
    let one = records.snapshot(&SnapshotId::parse("snp_1").unwrap());
    let public = SnapshotRecord {
        public: true,
        ..one.unwrap().unwrap()
    };
    change(&mut records, public);
    assert_eq!(of(&mut records, "a"), ["2", "1"]);
}

proptest! {
    #[test]
    fn no_text_finds_what_belongs_to_others(text in "[@:/a-c_snp1]{0,12}") {
        let mut records = MemoryRecords::new();
        records.apply(&[Change::PutOrg(contract::org("a", 1))]).unwrap();
        for (id, name, tag) in [("1", "a", Some("b")), ("a", "b", None), ("b", "c", Some("a"))] {
            add(&mut records, id, "a", name, tag);
        }
        prop_assert_eq!(found(&mut records, &text, "b"), "none");
    }
}
