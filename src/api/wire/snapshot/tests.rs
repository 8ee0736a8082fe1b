//! What the client's schemas tell apart.

use serde_json::{Map, json, to_value};

use super::*;
use crate::clock::Timestamp;
use crate::digest::Digest;

fn org(id: &str, name: &str) -> OrgRecord {
    OrgRecord {
        id: OrgId::parse(id).unwrap(),
        name: name.to_owned(),
        created_at: Timestamp::from_millis(0),
    }
}

fn snapshot(public: bool) -> SnapshotRecord {
    SnapshotRecord {
        id: SnapshotId::parse("snp_1").unwrap(),
        org: OrgId::parse("org_a").unwrap(),
        sandbox_id: crate::id::SandboxId::parse("sbx_1").ok(),
        name: "n".to_owned(),
        tag: Some("t".to_owned()),
        description: None,
        message: None,
        public,
        runtime: "python:3.14".to_owned(),
        programs: Vec::new(),
        root: Digest::of(b"root"),
        runtime_root: Digest::of(b"runtime"),
        parent: None,
        size_bytes: 3,
        file_count: 1,
        created_at: Timestamp::from_millis(0),
        deleted_at: None,
        user_metadata: None,
        env: std::collections::BTreeMap::new(),
        content_hash: None,
    }
}

#[test]
fn a_public_one_has_an_organisation_and_a_private_one_a_user() {
    let owners = || Owners::new(vec![org("org_a", "acme")]);
    let base = |public| {
        let bases = Bases::new(vec![snapshot(public)], owners());
        to_value(bases.of(&SnapshotId::parse("snp_1").unwrap())).unwrap()
    };
    let org = json!({ "id": "org_a", "name": "acme", "slug": "acme" });
    let public = json!({
        "id": "snp_1", "name": "n", "tag": "t", "public": true, "org": org, "fullName": "@acme/n:t",
    });
    assert_eq!(base(true), public);
    let private = json!({ "id": "snp_1", "name": "n", "tag": "t", "public": false, "user": { "id": "org_a" } });
    assert_eq!(base(false), private);

    let data = to_value(SnapshotData::new(snapshot(true), &owners(), None)).unwrap();
    assert_eq!(
        (&data["orgName"], &data["orgSlug"]),
        (&json!("acme"), &json!("acme"))
    );
    assert_eq!((data.get("user"), data.get("sandboxId")), (None, None));
    let owner = OrgId::parse("org_a").unwrap();
    let data = to_value(SnapshotData::new(snapshot(false), &owners(), Some(&owner))).unwrap();
    assert_eq!((data.get("orgName"), data.get("fullName")), (None, None));
    assert_eq!(data["sandboxId"], "sbx_1");
}

#[test]
fn a_name_that_would_find_nothing_is_replaced_by_the_id() {
    for (orgs, slug) in [
        (vec![org("org_a", "a/b")], "org_a"),
        (vec![org("org_a", "")], "org_a"),
        (vec![org("org_b", "same"), org("org_a", "same")], "org_a"),
        (vec![org("org_b", "other"), org("org_a", "mine")], "mine"),
        (vec![], "org_a"),
    ] {
        let full_name = Owners::new(orgs).describe(&snapshot(true)).full_name;
        assert_eq!(full_name, Some(format!("@{slug}/n:t")));
    }
    let untagged = SnapshotRecord {
        tag: None,
        ..snapshot(true)
    };
    let full_name = Owners::default().describe(&untagged).full_name;
    assert_eq!(full_name.as_deref(), Some("@org_a/n"));
}

#[test]
fn metadata_is_texts_and_nothing_is_null() {
    let mut record = snapshot(false);
    let metadata: Map<_, _> = [("a", json!("x")), ("b", json!(1)), ("c", json!(null))]
        .into_iter()
        .map(|(key, value)| (key.to_owned(), value))
        .collect();
    record.user_metadata = Some(metadata);
    record.tag = None;
    let data = to_value(SnapshotData::new(record, &Owners::default(), None)).unwrap();
    assert_eq!(
        data["userMetadata"],
        json!({ "a": "x", "b": "1", "c": "null" })
    );
    assert!(
        data.as_object()
            .unwrap()
            .values()
            .all(|value| !value.is_null())
    );
    assert_eq!(data.get("tag"), None);
}

#[test]
fn a_tag_must_be_given_and_may_be_null() {
    let tag = |text: &str| serde_json::from_str::<TagBody>(text).map(|body| body.tag);
    assert_eq!(tag(r#"{"tag":"v1"}"#).unwrap().as_deref(), Some("v1"));
    assert_eq!(tag(r#"{"tag":null}"#).unwrap(), None);
    assert!(tag("{}").unwrap_err().to_string().contains("tag"));
    assert!(tag(r#"{"tag":1}"#).is_err());
}

#[test]
fn a_part_of_a_line_says_how_long_it_is() {
    let gone = SnapshotRecord {
        deleted_at: Some(Timestamp::from_millis(1)),
        ..snapshot(false)
    };
    let line = LineageData::new(
        vec![snapshot(false), gone.clone(), gone],
        2,
        &Owners::default(),
    );
    let data = to_value(line).unwrap();
    assert_eq!(data["total"], 3);
    let deleted: Vec<_> = data["lineage"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["deleted"])
        .collect();
    assert_eq!(deleted, [&json!(false), &json!(true)]);
}
