//! Tests of order, waiting, failure and closing, with records that note what they are asked.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};

use super::*;
use crate::digest::Digest;
use crate::id::{ExecutionId, JobId, KeyId, SandboxId, SnapshotId};
use crate::sandbox::records::{
    CheckpointRecord, Direction, EventRecord, ExecutionRecord, JobRecord, KeyRecord, MemoryRecords,
    OrgRecord, SandboxFilter, SandboxRecord, SandboxStats, SnapshotFilter, SnapshotRecord,
    StatsFilter, contract,
};

/// What happened to the records, in order.
type Log = Arc<Mutex<Vec<String>>>;

/// Notes every call. Refuses a batch that deletes the key `key_bad`, panics at `key_panic`, and waits
/// at `key_gate` until the test lets it go on.
#[derive(Debug)]
struct Noting {
    inner: MemoryRecords,
    log: Log,
    gate: Receiver<()>,
}

impl Noting {
    fn start() -> (Ledger, Log, Sender<()>) {
        let log = Log::default();
        let (open, gate) = channel();
        let noting = Self {
            inner: MemoryRecords::new(),
            log: Arc::clone(&log),
            gate,
        };
        (Ledger::start(Box::new(noting)), log, open)
    }

    fn note(&self, what: impl Into<String>) {
        self.log.lock().unwrap().push(what.into());
    }
}

impl Drop for Noting {
    fn drop(&mut self) {
        self.note("dropped");
    }
}

impl Records for Noting {
    fn apply(&mut self, changes: &[Change]) -> Result<(), RecordsError> {
        let names: Vec<_> = changes
            .iter()
            .map(|change| &change.subject()[4..])
            .collect();
        self.note(names.join(" "));
        if names.contains(&"gate") {
            self.gate.recv().unwrap();
        }
        assert!(!names.contains(&"panic"), "asked to");
        if names.contains(&"bad") {
            return Err(RecordsError::Backend {
                operation: "test",
                source: "refused".into(),
            });
        }
        self.inner.apply(changes)
    }

    fn sandbox(&mut self, id: &SandboxId) -> Result<Option<SandboxRecord>, RecordsError> {
        self.inner.sandbox(id)
    }

    fn sandboxes(
        &mut self,
        filter: &SandboxFilter,
    ) -> Result<(Vec<SandboxRecord>, u64), RecordsError> {
        self.inner.sandboxes(filter)
    }

    fn sandbox_stats(&mut self, wanted: &StatsFilter) -> Result<SandboxStats, RecordsError> {
        self.inner.sandbox_stats(wanted)
    }

    fn execution(&mut self, id: &ExecutionId) -> Result<Option<ExecutionRecord>, RecordsError> {
        self.inner.execution(id)
    }

    fn executions(
        &mut self,
        sandbox: &SandboxId,
        limit: u32,
    ) -> Result<Vec<ExecutionRecord>, RecordsError> {
        self.inner.executions(sandbox, limit)
    }

    fn job(&mut self, id: &JobId) -> Result<Option<JobRecord>, RecordsError> {
        self.inner.job(id)
    }

    fn jobs(&mut self, sandbox: &SandboxId, limit: u32) -> Result<Vec<JobRecord>, RecordsError> {
        self.inner.jobs(sandbox, limit)
    }

    fn unfinished_jobs(&mut self, limit: u32) -> Result<Vec<JobRecord>, RecordsError> {
        self.inner.unfinished_jobs(limit)
    }

    fn events(
        &mut self,
        sandbox: &SandboxId,
        limit: u32,
        direction: Direction,
    ) -> Result<Vec<EventRecord>, RecordsError> {
        self.inner.events(sandbox, limit, direction)
    }

    fn snapshot(&mut self, id: &SnapshotId) -> Result<Option<SnapshotRecord>, RecordsError> {
        self.inner.snapshot(id)
    }

    fn snapshots(
        &mut self,
        filter: &SnapshotFilter,
    ) -> Result<(Vec<SnapshotRecord>, u64), RecordsError> {
        self.inner.snapshots(filter)
    }

    fn checkpoints(&mut self, sandbox: &SandboxId) -> Result<Vec<CheckpointRecord>, RecordsError> {
        self.inner.checkpoints(sandbox)
    }

    fn roots(&mut self) -> Result<Vec<Digest>, RecordsError> {
        self.inner.roots()
    }

    fn orgs(&mut self) -> Result<Vec<OrgRecord>, RecordsError> {
        self.inner.orgs()
    }

    fn keys(&mut self) -> Result<Vec<KeyRecord>, RecordsError> {
        self.note("keys");
        self.inner.keys()
    }
}

/// A change that does nothing but can be told apart.
fn named(name: &str) -> Vec<Change> {
    vec![Change::DeleteKey(
        KeyId::parse(&format!("key_{name}")).unwrap(),
    )]
}

fn taken(log: &Log) -> Vec<String> {
    log.lock().unwrap().clone()
}

#[tokio::test]
async fn a_commit_resolves_when_the_change_is_applied() {
    let (ledger, log, _open) = Noting::start();
    ledger.commit(named("a")).await.unwrap();
    assert_eq!(taken(&log), ["a"]);
    ledger.commit(Vec::new()).await.unwrap();
    assert_eq!(taken(&log), ["a"]);
}

#[tokio::test]
async fn writes_that_pile_up_are_applied_together_and_in_order() {
    let (ledger, log, open) = Noting::start();
    ledger.write(named("gate"));
    while taken(&log).is_empty() {
        tokio::task::yield_now().await;
    }
    for name in ["a", "b", "c"] {
        ledger.clone().write(named(name));
    }
    open.send(()).unwrap();
    ledger.commit(named("d")).await.unwrap();
    assert_eq!(taken(&log).join(" "), "gate a b c d");
    assert_eq!(taken(&log)[1].split(' ').next(), Some("a"));
}

#[tokio::test]
async fn a_read_sees_all_writes_before_it_and_none_after() {
    let (ledger, log, open) = Noting::start();
    let key = contract::key("one", 5);
    ledger.write(named("gate"));
    ledger.write(vec![Change::PutKey(key.clone())]);
    let read = ledger.read(|records| records.keys());
    let delete = Change::DeleteKey(key.id.clone());
    let later = async {
        // Polled second, so queued after the read.
        ledger.write(vec![delete]);
        open.send(()).unwrap();
    };
    let (keys, ()) = tokio::join!(biased; read, later);
    assert_eq!(keys.unwrap(), [key]);
    assert!(
        ledger
            .read(|records| records.keys())
            .await
            .unwrap()
            .is_empty()
    );
    assert_eq!(taken(&log).last().unwrap(), "keys");
}

#[tokio::test]
async fn a_batch_is_cut_at_its_bound() {
    let (ledger, log, open) = Noting::start();
    ledger.write(named("gate"));
    while taken(&log).is_empty() {
        tokio::task::yield_now().await;
    }
    for _ in 0..MAX_BATCH_CHANGES + 10 {
        ledger.write(named("a"));
    }
    let last = ledger.commit(named("last"));
    tokio::join!(biased; last, async { open.send(()).unwrap() })
        .0
        .unwrap();
    let sizes: Vec<_> = taken(&log)
        .iter()
        .map(|batch| batch.split(' ').count())
        .collect();
    assert_eq!(sizes, [1, MAX_BATCH_CHANGES, 11]);
}

#[tokio::test]
async fn a_failure_reaches_only_the_request_that_caused_it() {
    let (ledger, log, open) = Noting::start();
    ledger.write(named("gate"));
    while taken(&log).is_empty() {
        tokio::task::yield_now().await;
    }
    // Polled in this order, so that all are queued when the gate opens.
    let (good, bad, (), after, ()) = tokio::join!(
        biased;
        ledger.commit(named("good")),
        ledger.commit(named("bad")),
        async { ledger.write(named("bad")) },
        ledger.commit(named("after")),
        async { open.send(()).unwrap() },
    );
    good.unwrap();
    assert!(matches!(
        bad,
        Err(RecordsError::Backend {
            operation: "test",
            ..
        })
    ));
    after.unwrap();
    // Together first, then one by one.
    assert_eq!(
        taken(&log)[1..],
        ["good bad bad after", "good", "bad", "bad", "after"]
    );
}

#[tokio::test]
async fn a_failed_write_stops_nothing() {
    let (ledger, log, _open) = Noting::start();
    ledger.write(named("bad"));
    ledger.commit(named("good")).await.unwrap();
    assert!(taken(&log).iter().any(|batch| batch == "good"));
}

#[test]
fn a_failed_write_is_logged_without_the_records_content() {
    let seen = Arc::new(Mutex::new(String::new()));
    let collector = Collector(Arc::clone(&seen));
    tracing::subscriber::with_default(collector, || {
        let mut record = contract::sandbox("logged", 1);
        record.env.insert("TOKEN".to_owned(), "hunter2".to_owned());
        let changes = [Change::PutSandbox(Box::new(record))];
        // tracing remembers for the whole process whether a log statement interests anybody. Another
        // test's thread that is just reaching this one, with nobody listening, may store "no" after
        // our collector was registered; it does so once. So ask again until that is over; a ledger
        // that logs nothing still fails below.
        for _ in 0..1_000 {
            tracing::callsite::rebuild_interest_cache();
            let error = RecordsError::Backend {
                operation: "writing records",
                source: "disk full".into(),
            };
            answer(None, &changes, Err(error));
            if !seen.lock().unwrap().is_empty() {
                break;
            }
            thread::sleep(std::time::Duration::from_millis(1));
        }
        // With somebody to hear it, it is theirs.
        let (reply, _answer) = oneshot::channel();
        answer(Some(reply), &changes, Err(RecordsError::Panicked));
    });
    let seen = seen.lock().unwrap();
    assert!(
        seen.contains("sbx_logged") && seen.contains("disk full"),
        "{seen}"
    );
    assert!(seen.contains("writing records failed"), "{seen}");
    assert!(
        !seen.contains("hunter2") && !seen.contains("panicked"),
        "{seen}"
    );
}

#[tokio::test]
async fn a_panic_fails_its_request_and_not_the_thread() {
    let (ledger, _log, _open) = Noting::start();
    let read = ledger
        .read(|_| -> Result<(), _> { panic!("asked to") })
        .await;
    assert!(matches!(read, Err(RecordsError::Panicked)));
    let commit = ledger.commit(named("panic")).await;
    assert!(matches!(commit, Err(RecordsError::Panicked)));
    ledger.commit(named("good")).await.unwrap();
}

#[tokio::test]
async fn close_drains_the_queue_and_drops_the_records() {
    let (ledger, log, open) = Noting::start();
    ledger.write(named("gate"));
    ledger.write(named("a"));
    let other = ledger.clone();
    tokio::join!(biased; ledger.close(), other.close(), async { open.send(()).unwrap() });
    let log = taken(&log);
    assert_eq!(log.join(" "), "gate a dropped");
    ledger.write(named("lost"));
    assert!(matches!(
        other.commit(named("b")).await,
        Err(RecordsError::Closed)
    ));
    assert!(matches!(
        other.read(|records| records.keys()).await,
        Err(RecordsError::Closed)
    ));
    other.close().await;
}

#[tokio::test]
async fn dropping_the_last_handle_drains_too() {
    let (ledger, log, open) = Noting::start();
    ledger.write(named("gate"));
    ledger.write(named("a"));
    drop(ledger);
    open.send(()).unwrap();
    while taken(&log).last().is_none_or(|last| last != "dropped") {
        tokio::task::yield_now().await;
    }
    assert_eq!(taken(&log).join(" "), "gate a dropped");
}

/// Keeps every logged field as text.
struct Collector(Arc<Mutex<String>>);

impl tracing::Subscriber for Collector {
    fn enabled(&self, _: &tracing::Metadata<'_>) -> bool {
        true
    }
    fn new_span(&self, _: &tracing::span::Attributes<'_>) -> tracing::span::Id {
        tracing::span::Id::from_u64(1)
    }
    fn record(&self, _: &tracing::span::Id, _: &tracing::span::Record<'_>) {}
    fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}
    fn event(&self, event: &tracing::Event<'_>) {
        struct Fields<'a>(&'a mut String);
        impl tracing::field::Visit for Fields<'_> {
            fn record_debug(&mut self, field: &tracing::field::Field, value: &dyn std::fmt::Debug) {
                self.0.push_str(&format!("{field}={value:?} "));
            }
        }
        event.record(&mut Fields(&mut self.0.lock().unwrap()));
    }
    fn enter(&self, _: &tracing::span::Id) {}
    fn exit(&self, _: &tracing::span::Id) {}
}
