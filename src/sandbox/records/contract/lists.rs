//! What lists must answer: conditions, order, pages.

use super::fixtures::{event, execution, key, org, org_id, sandbox};
use super::{listed, put};
use crate::clock::Timestamp;
use crate::id::SandboxId;
use crate::sandbox::records::{
    Change, Direction, OrgRecord, Records, SandboxFilter, SandboxMode, SandboxRecord, SandboxSort,
    SandboxStats, SandboxStatus, StatsFilter,
};

/// Five sandboxes that differ in everything that can be filtered or sorted by.
fn five(records: &mut dyn Records) {
    let table = [
        // id, org, status, mode, name, project, updated, executions
        (
            "1",
            "a",
            SandboxStatus::Idle,
            SandboxMode::Interactive,
            Some("b"),
            None,
            50,
            2,
        ),
        (
            "2",
            "a",
            SandboxStatus::Running,
            SandboxMode::Oneshot,
            Some("a"),
            Some("p"),
            20,
            0,
        ),
        (
            "3",
            "b",
            SandboxStatus::Terminated,
            SandboxMode::Oneshot,
            None,
            Some("p"),
            40,
            9,
        ),
        (
            "4",
            "b",
            SandboxStatus::Failed,
            SandboxMode::Interactive,
            Some("B"),
            None,
            30,
            1,
        ),
        (
            "5",
            "a",
            SandboxStatus::Deleted,
            SandboxMode::Interactive,
            Some("b"),
            None,
            60,
            3,
        ),
    ];
    for (created, row) in (1..).zip(table) {
        let (id, org, status, mode, name, project, updated, executions) = row;
        let record = SandboxRecord {
            org: org_id(org),
            status,
            mode,
            name: name.map(str::to_owned),
            project_id: project.map(str::to_owned),
            updated_at: Timestamp::from_millis(updated),
            executions,
            ..sandbox(id, created)
        };
        records.apply(&[put(record)]).unwrap();
    }
}

pub(crate) fn each_condition_selects(records: &mut dyn Records) {
    five(records);
    let all = SandboxFilter {
        direction: Direction::Asc,
        ..SandboxFilter::default()
    };
    let cases = [
        (all.clone(), "1 2 3 4"),
        (
            SandboxFilter {
                org: Some(org_id("a")),
                ..all.clone()
            },
            "1 2",
        ),
        (
            SandboxFilter {
                org: Some(org_id("c")),
                ..all.clone()
            },
            "",
        ),
        (
            SandboxFilter {
                name: Some("b".to_owned()),
                ..all.clone()
            },
            "1",
        ),
        (
            SandboxFilter {
                name: Some(String::new()),
                ..all.clone()
            },
            "",
        ),
        (
            SandboxFilter {
                name: Some("%".to_owned()),
                ..all.clone()
            },
            "",
        ),
        (
            SandboxFilter {
                mode: Some(SandboxMode::Oneshot),
                ..all.clone()
            },
            "2 3",
        ),
        (
            SandboxFilter {
                project_id: Some("p".to_owned()),
                ..all.clone()
            },
            "2 3",
        ),
        (
            SandboxFilter {
                status: Some(SandboxStatus::Failed),
                ..all.clone()
            },
            "4",
        ),
        (
            SandboxFilter {
                live: Some(true),
                ..all.clone()
            },
            "1 2",
        ),
        (
            SandboxFilter {
                live: Some(false),
                ..all
            },
            "3 4",
        ),
    ];
    for (filter, expected) in cases {
        assert_eq!(listed(records, &filter), expected, "{filter:?}");
    }
}

pub(crate) fn conditions_combine(records: &mut dyn Records) {
    five(records);
    let filter = SandboxFilter {
        org: Some(org_id("b")),
        mode: Some(SandboxMode::Oneshot),
        project_id: Some("p".to_owned()),
        live: Some(false),
        ..SandboxFilter::default()
    };
    assert_eq!(listed(records, &filter), "3");
    let none = SandboxFilter {
        status: Some(SandboxStatus::Idle),
        ..filter
    };
    assert_eq!(listed(records, &none), "");
}

pub(crate) fn deleted_sandboxes_are_hidden_unless_asked_for(records: &mut dyn Records) {
    five(records);
    let all = SandboxFilter::default();
    let deleted = SandboxFilter {
        deleted_only: true,
        ..all.clone()
    };
    let by_status = SandboxFilter {
        status: Some(SandboxStatus::Deleted),
        ..all.clone()
    };
    let ended = SandboxFilter {
        live: Some(false),
        ..all
    };
    assert_eq!(listed(records, &deleted), "5");
    assert_eq!(listed(records, &by_status), "5");
    assert_eq!(listed(records, &ended), "4 3");
    let both = SandboxFilter {
        status: Some(SandboxStatus::Idle),
        ..deleted
    };
    assert_eq!(listed(records, &both), "");
    assert!(
        records
            .sandbox(&SandboxId::parse("sbx_5").unwrap())
            .unwrap()
            .is_some()
    );
}

pub(crate) fn each_sort_key_sorts_both_ways(records: &mut dyn Records) {
    five(records);
    let cases = [
        (SandboxSort::Name, "3 4 2 1", "1 2 4 3"),
        (SandboxSort::Created, "1 2 3 4", "4 3 2 1"),
        (SandboxSort::Updated, "2 4 3 1", "1 3 4 2"),
        (SandboxSort::Status, "4 1 2 3", "3 2 1 4"),
        (SandboxSort::Mode, "1 4 2 3", "3 2 4 1"),
        (SandboxSort::ExecutionCount, "2 4 1 3", "3 1 4 2"),
    ];
    for (sort, ascending, descending) in cases {
        let filter = SandboxFilter {
            sort,
            direction: Direction::Asc,
            ..SandboxFilter::default()
        };
        assert_eq!(listed(records, &filter), ascending, "{sort}");
        let filter = SandboxFilter {
            direction: Direction::Desc,
            ..filter
        };
        assert_eq!(listed(records, &filter), descending, "{sort}");
    }
}

pub(crate) fn equal_sort_keys_keep_the_order_of_arrival(records: &mut dyn Records) {
    let changes: Vec<_> = ["c", "a", "b"].map(|id| put(sandbox(id, 7))).into();
    records.apply(&changes).unwrap();
    // Replacing a record does not move it.
    let touched = SandboxRecord {
        status: SandboxStatus::Running,
        ..sandbox("c", 7)
    };
    records.apply(&[put(touched)]).unwrap();
    for sort in [
        SandboxSort::Created,
        SandboxSort::Name,
        SandboxSort::ExecutionCount,
    ] {
        let filter = SandboxFilter {
            sort,
            direction: Direction::Asc,
            ..SandboxFilter::default()
        };
        assert_eq!(listed(records, &filter), "c a b", "{sort}");
        let filter = SandboxFilter {
            direction: Direction::Desc,
            ..filter
        };
        assert_eq!(listed(records, &filter), "b a c", "{sort}");
    }
}

pub(crate) fn pages_cover_everything_once_and_total_counts_all(records: &mut dyn Records) {
    let changes: Vec<_> = (0..25)
        .map(|n| put(sandbox(&n.to_string(), n / 3)))
        .collect();
    records.apply(&changes).unwrap();
    let all = SandboxFilter {
        limit: u32::MAX,
        ..SandboxFilter::default()
    };
    let (everything, total) = records.sandboxes(&all).unwrap();
    assert_eq!((everything.len(), total), (25, 25));
    let mut paged = Vec::new();
    for offset in (0..30).step_by(10) {
        let filter = SandboxFilter {
            limit: 10,
            offset,
            ..all.clone()
        };
        let (page, total) = records.sandboxes(&filter).unwrap();
        assert_eq!(total, 25);
        paged.extend(page);
    }
    assert_eq!(paged, everything);
    for (limit, offset) in [(0, 0), (10, 25), (10, u32::MAX), (0, u32::MAX)] {
        let filter = SandboxFilter {
            limit,
            offset,
            ..all.clone()
        };
        assert_eq!(records.sandboxes(&filter).unwrap(), (vec![], 25));
    }
}

pub(crate) fn executions_come_newest_first(records: &mut dyn Records) {
    for (name, sandbox, millis) in [("1", "x", 5), ("2", "x", 5), ("3", "x", 4), ("4", "y", 9)] {
        let record = execution(name, sandbox, millis);
        records
            .apply(&[Change::PutExecution(Box::new(record))])
            .unwrap();
    }
    let sandbox = SandboxId::parse("sbx_x").unwrap();
    let mut listed = |limit| {
        let list = records.executions(&sandbox, limit).unwrap();
        list.iter()
            .map(|record| record.id.as_str()[5..].to_owned())
            .collect::<String>()
    };
    assert_eq!(listed(u32::MAX), "213");
    assert_eq!(listed(2), "21");
    assert_eq!(listed(0), "");
}

pub(crate) fn events_keep_their_order_within_a_millisecond(records: &mut dyn Records) {
    let changes: Vec<_> = [("z", 5), ("a", 5), ("m", 5), ("early", 4), ("late", 6)]
        .map(|(name, millis)| Change::AddEvent(event(name, "x", millis)))
        .into();
    records.apply(&changes).unwrap();
    let sandbox = SandboxId::parse("sbx_x").unwrap();
    let mut listed = |limit, direction| {
        let list = records.events(&sandbox, limit, direction).unwrap();
        list.iter()
            .map(|record| record.id.as_str()[4..].to_owned())
            .collect::<Vec<_>>()
            .join(" ")
    };
    assert_eq!(listed(9, Direction::Asc), "early z a m late");
    assert_eq!(listed(9, Direction::Desc), "late m a z early");
    assert_eq!(listed(2, Direction::Asc), "early z");
    assert_eq!(listed(2, Direction::Desc), "late m");
}

pub(crate) fn orgs_and_keys_come_oldest_first_and_keys_can_be_deleted(records: &mut dyn Records) {
    let changes = [
        Change::PutOrg(org("b", 2)),
        Change::PutOrg(org("c", 1)),
        Change::PutOrg(org("a", 2)),
        Change::PutKey(key("b", 2)),
        Change::PutKey(key("c", 1)),
        Change::PutKey(key("a", 2)),
    ];
    records.apply(&changes).unwrap();
    let renamed = OrgRecord {
        name: "new".to_owned(),
        ..org("b", 2)
    };
    records.apply(&[Change::PutOrg(renamed.clone())]).unwrap();
    assert_eq!(records.orgs().unwrap(), [org("c", 1), renamed, org("a", 2)]);
    let gone = [
        Change::DeleteKey(key("b", 2).id),
        Change::DeleteKey(key("never", 0).id),
    ];
    records.apply(&gone).unwrap();
    assert_eq!(records.keys().unwrap(), [key("c", 1), key("a", 2)]);
    let at = Timestamp::from_millis;
    let used = [
        Change::AddOrg(OrgRecord {
            id: org("x", 0).id,
            ..org("c", 9)
        }),
        Change::AddOrg(org("d", 9)),
        Change::TouchKey(key("c", 1).id, at(5)),
        Change::TouchKey(key("c", 1).id, at(4)),
        Change::RevokeKey(key("c", 1).id, at(6)),
        Change::RevokeKey(key("c", 1).id, at(7)),
        Change::TouchKey(key("never", 0).id, at(5)),
        Change::RevokeKey(key("never", 0).id, at(5)),
    ];
    records.apply(&used).unwrap();
    let changed = crate::sandbox::records::KeyRecord {
        last_used: Some(at(5)),
        revoked: Some(at(6)),
        ..key("c", 1)
    };
    assert_eq!(records.keys().unwrap(), [changed, key("a", 2)]);
    let names: Vec<_> = records
        .orgs()
        .unwrap()
        .into_iter()
        .map(|org| org.name)
        .collect();
    assert_eq!(names, ["c", "new", "a", "d"]);
}

pub(crate) fn sums_are_of_one_organisation_and_time(records: &mut dyn Records) {
    let stats =
        |records: &mut dyn Records, filter: &StatsFilter| records.sandbox_stats(filter).unwrap();
    let mut filter = StatsFilter::new(org_id("a"));
    assert_eq!(stats(records, &filter), SandboxStats::default());
    let all = SandboxStatus::ALL.iter().enumerate();
    for (n, status) in all {
        let n = u32::try_from(n).unwrap();
        for org in ["a", "b"] {
            let mut record = sandbox(&format!("{org}{n}"), i64::from(n) * 10);
            record.org = org_id(org);
            record.status = *status;
            record.executions = u64::from(n);
            record.cpu_time_ms = 1 << n;
            record.memory_byte_seconds = 3 << (n + 30);
            record.network_egress_bytes = 7;
            records.apply(&[put(record)]).unwrap();
        }
    }
    let count = SandboxStatus::ALL.len() as u64;
    let live = SandboxStatus::ALL.iter().filter(|status| status.is_live());
    let live = live.count() as u64;
    let sums = stats(records, &filter);
    assert_eq!(
        (sums.active, sums.running, sums.idle, sums.creating),
        (live, 1, 1, 1)
    );
    assert_eq!(sums.executions, count * (count - 1) / 2);
    assert_eq!(sums.cpu_time_ms, (1 << count) - 1);
    assert_eq!(sums.memory_byte_seconds, (3 * ((1 << count) - 1)) << 30);
    assert_eq!(sums.network_egress_bytes, 7 * count);
    filter.start = Some(Timestamp::from_millis(10));
    filter.end = Some(Timestamp::from_millis(30));
    assert_eq!(stats(records, &filter).executions, 1 + 2);
    filter.end = filter.start;
    assert_eq!(stats(records, &filter), SandboxStats::default());
}
