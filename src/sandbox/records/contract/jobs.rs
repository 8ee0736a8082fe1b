//! What must hold of jobs.

use super::fixtures::{job, sandbox};
use super::put;
use crate::clock::Timestamp;
use crate::id::{JobId, SandboxId, StreamId};
use crate::sandbox::records::{Change, JobRecord, JobStatus, Records};

fn put_job(record: JobRecord) -> Change {
    Change::PutJob(Box::new(record))
}

/// The ids of jobs without their prefix.
fn names(list: &[JobRecord]) -> String {
    list.iter().map(|record| &record.id.as_str()[4..]).collect()
}

pub(crate) fn a_job_is_read_back_whole_and_replaced(records: &mut dyn Records) {
    let pending = job("1", "x", 5);
    records.apply(&[put_job(pending.clone())]).unwrap();
    assert_eq!(records.job(&pending.id).unwrap().as_ref(), Some(&pending));
    let ended = JobRecord {
        command: vec!["a b".to_owned(), "\0ü".to_owned(), String::new()],
        status: JobStatus::Cancelled,
        exit_code: Some(143),
        started_at: Some(Timestamp::from_millis(6)),
        completed_at: Some(Timestamp::from_millis(7)),
        error: Some("stopped".to_owned()),
        stdout: Some(StreamId::parse("stream_1").unwrap()),
        stderr: Some(StreamId::parse("stream_2").unwrap()),
        output_truncated: true,
        ..pending
    };
    records.apply(&[put_job(ended.clone())]).unwrap();
    assert_eq!(records.job(&ended.id).unwrap().as_ref(), Some(&ended));
    assert_eq!(records.jobs(&ended.sandbox_id, 9).unwrap(), [ended]);
}

pub(crate) fn jobs_come_newest_first_and_go_with_their_sandbox(records: &mut dyn Records) {
    records.apply(&[put(sandbox("x", 1))]).unwrap();
    for (name, sandbox, millis) in [("1", "x", 5), ("2", "x", 5), ("3", "x", 4), ("4", "y", 9)] {
        records
            .apply(&[put_job(job(name, sandbox, millis))])
            .unwrap();
    }
    // Replacing a record does not move it.
    let again = JobRecord {
        status: JobStatus::Completed,
        ..job("1", "x", 5)
    };
    records.apply(&[put_job(again)]).unwrap();
    let [x, y] = ["x", "y"].map(|name| SandboxId::parse(&format!("sbx_{name}")).unwrap());
    assert_eq!(names(&records.jobs(&x, u32::MAX).unwrap()), "213");
    assert_eq!(names(&records.jobs(&x, 2).unwrap()), "21");
    assert_eq!(names(&records.jobs(&x, 0).unwrap()), "");
    records.apply(&[Change::PurgeSandbox(x.clone())]).unwrap();
    assert_eq!(records.jobs(&x, 9).unwrap(), []);
    let gone = JobId::parse("job_1").unwrap();
    assert_eq!(records.job(&gone).unwrap(), None);
    assert_eq!(names(&records.jobs(&y, 9).unwrap()), "4");
    assert_eq!(names(&records.unfinished_jobs(9).unwrap()), "4");
}

pub(crate) fn unfinished_jobs_are_those_of_all_sandboxes(records: &mut dyn Records) {
    for (millis, status) in (0..).zip(JobStatus::ALL) {
        for sandbox in ["x", "y"] {
            let record = JobRecord {
                status: *status,
                ..job(&format!("{sandbox}{millis}"), sandbox, 9 - millis)
            };
            records.apply(&[put_job(record)]).unwrap();
        }
    }
    assert_eq!(names(&records.unfinished_jobs(9).unwrap()), "x1y1x0y0");
    assert_eq!(names(&records.unfinished_jobs(3).unwrap()), "x1y1x0");
    assert_eq!(names(&records.unfinished_jobs(0).unwrap()), "");
    let ended = JobRecord {
        status: JobStatus::Failed,
        ..job("x1", "x", 8)
    };
    records.apply(&[put_job(ended)]).unwrap();
    assert_eq!(names(&records.unfinished_jobs(9).unwrap()), "y1x0y0");
}
