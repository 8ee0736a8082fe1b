//! Tests of what is recorded of checkpoints, over records in memory.

use super::*;
use crate::sandbox::records::{MemoryRecords, SandboxRecord, contract};

fn records() -> MemoryRecords {
    let mut records = MemoryRecords::new();
    let sandbox = Change::PutSandbox(Box::new(contract::sandbox("x", 1)));
    records.apply(&[sandbox]).unwrap();
    records
}

#[test]
fn a_name_is_taken_once() {
    let mut records = records();
    let one = contract::checkpoint("a", "x", 1);
    assert!(matches!(put(&mut records, &one), Ok(Made::Done)));
    let twin = CheckpointRecord {
        id: CheckpointId::generate(),
        ..one.clone()
    };
    assert!(matches!(put(&mut records, &twin), Ok(Made::Exists)));
    let all = records.checkpoints(&one.sandbox_id).unwrap();
    assert_eq!(all, [one]);
}

#[test]
fn an_ended_sandbox_gets_none() {
    let mut records = records();
    let ended = SandboxRecord {
        status: SandboxStatus::Deleted,
        ..contract::sandbox("x", 1)
    };
    records
        .apply(&[Change::PutSandbox(Box::new(ended))])
        .unwrap();
    for sandbox in ["x", "never"] {
        let one = contract::checkpoint("a", sandbox, 1);
        assert!(matches!(put(&mut records, &one), Ok(Made::Ended)));
    }
    assert_eq!(records.roots().unwrap(), []);
}

#[test]
fn their_number_is_bounded() {
    let mut records = records();
    for n in 0..MAX_CHECKPOINTS {
        let one = contract::checkpoint(&n.to_string(), "x", 1);
        assert!(matches!(put(&mut records, &one), Ok(Made::Done)));
    }
    let one = contract::checkpoint("more", "x", 1);
    assert!(matches!(put(&mut records, &one), Ok(Made::TooMany)));
}

#[test]
fn an_id_comes_before_a_name() {
    let first = contract::checkpoint("a", "x", 1);
    let other = CheckpointRecord {
        name: first.id.to_string(),
        ..contract::checkpoint("b", "x", 1)
    };
    let all = [other, first.clone()];
    assert_eq!(find(&all, first.id.as_str()), Some(&first));
    assert_eq!(find(&all, "a"), Some(&first));
    assert_eq!(find(&all, "c"), None);
}
