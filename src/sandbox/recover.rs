//! After a restart: what was recorded is back, what was running has failed.

use std::collections::HashSet;
use std::io;
use std::sync::Arc;
use std::time::Instant;

use serde_json::json;

use super::belljar::Shared;
use super::error::{Repr, SandboxError, chain};
use super::event::{EventKind, event};
use super::handle::Inner;
use super::job;
use super::journal::Journal;
use super::records::{
    Change, ExecutionStatus, JobStatus, SandboxFilter, SandboxMode, SandboxRecord, SandboxStatus,
};
use crate::id::{SandboxId, StreamId};

/// What is said of work that a stopped server did not finish.
const STOPPED: &str = "the server stopped while it was running";
/// Records read at a time.
const PAGE: u32 = 500;

pub(crate) async fn recover(shared: &Arc<Shared>) -> Result<(), SandboxError> {
    fail_jobs(shared).await?;
    let looking = Arc::clone(&shared.streams);
    let look = tokio::task::spawn_blocking(move || looking.left_on_disk());
    let mut output = look.await.map_err(Repr::Task)?.map_err(Repr::Data)?;
    let mut offset = 0;
    loop {
        let filter = SandboxFilter {
            live: Some(true),
            limit: PAGE,
            offset,
            ..SandboxFilter::default()
        };
        let found = shared
            .ledger
            .read(move |records| records.sandboxes(&filter));
        let (page, _) = found.await?;
        let count = u32::try_from(page.len()).unwrap_or(u32::MAX);
        let mut ended = 0;
        for (record, files) in files_of(shared, page).await? {
            match restore(shared, record, files).await? {
                Some(inner) => own_output(&inner, &mut output).await?,
                None => ended += 1,
            }
        }
        if count < PAGE {
            break;
        }
        // Those that have just failed are no longer among the live ones.
        offset += count - ended;
    }
    // As long as if what wrote it had ended now.
    let until = Instant::now() + shared.grace;
    shared.streams.leave_until(output, until);
    remove_leftovers(shared).await
}

/// Gives a sandbox what is left of the output of its commands, to be removed with it.
async fn own_output(
    inner: &Arc<Inner>,
    output: &mut HashSet<StreamId>,
) -> Result<(), SandboxError> {
    if output.is_empty() {
        return Ok(());
    }
    let id = inner.id.clone();
    let read = inner.shared.ledger.read(move |records| {
        let executions = records.executions(&id, u32::MAX)?.into_iter();
        let jobs = records.jobs(&id, u32::MAX)?.into_iter();
        let of_executions = executions.flat_map(|one| [one.stdout, one.stderr]);
        let of_jobs = jobs.flat_map(|one| [one.stdout, one.stderr]);
        Ok(of_executions.chain(of_jobs).flatten().collect::<Vec<_>>())
    });
    for id in read.await? {
        if output.remove(&id) {
            inner.own_stream(id);
        }
    }
    Ok(())
}

/// Jobs that were running have failed, also those of sandboxes that have ended meanwhile.
async fn fail_jobs(shared: &Arc<Shared>) -> Result<(), SandboxError> {
    loop {
        let read = shared.ledger.read(|records| records.unfinished_jobs(PAGE));
        let cut_off = read.await?;
        if cut_off.is_empty() {
            return Ok(());
        }
        let now = shared.clock.now();
        let mut changes = Vec::with_capacity(2 * cut_off.len());
        for mut record in cut_off {
            record.status = JobStatus::Failed;
            record.exit_code = Some(137);
            record.error = Some(STOPPED.into());
            record.completed_at = Some(now);
            changes.extend(job::ended(record, now));
        }
        // Those of the next round are others.
        shared.ledger.commit(changes).await?;
    }
}

/// What is left of a sandbox's files.
enum Left {
    /// They are there.
    Files(Box<Journal>),
    /// They are not, and were not to be: it was one-shot, or not made or not removed to the end.
    Nothing,
    /// They should be and are not, for this reason. What is on disk is left for whoever looks into it.
    Damage(String),
}

/// Looks for the files of sandboxes.
async fn files_of(
    shared: &Arc<Shared>,
    records: Vec<SandboxRecord>,
) -> Result<Vec<(SandboxRecord, Left)>, SandboxError> {
    let looking = Arc::clone(shared);
    let look = tokio::task::spawn_blocking(move || {
        let with_files = |record: SandboxRecord| {
            let files = look_for(&looking, &record);
            (record, files)
        };
        records.into_iter().map(with_files).collect()
    });
    Ok(look.await.map_err(Repr::Task)?)
}

fn look_for(shared: &Shared, record: &SandboxRecord) -> Left {
    let unfinished = matches!(
        record.status,
        SandboxStatus::Creating | SandboxStatus::Stopping
    );
    if record.mode == SandboxMode::Oneshot || record.temporary || unfinished {
        return Left::Nothing;
    }
    let Some(origin) = record.origin else {
        return Left::Damage("it was made by an earlier version of Belljar".to_owned());
    };
    match Journal::open(Arc::clone(&shared.folders), record.id.clone()) {
        Err(error) => Left::Damage(chain(&error)),
        Ok(journal) => {
            if journal.last().is_none() && record.saved {
                return Left::Damage("its journal is gone".to_owned());
            }
            let root = journal.last().unwrap_or(origin);
            match shared.store.root(root) {
                Ok(_) => Left::Files(Box::new(journal)),
                Err(error) => Left::Damage(format!("its files are gone: {}", chain(&error))),
            }
        }
    }
}

/// Brings one sandbox back; `None` if it has failed instead.
async fn restore(
    shared: &Arc<Shared>,
    mut record: SandboxRecord,
    left: Left,
) -> Result<Option<Arc<Inner>>, SandboxError> {
    let now = shared.clock.now();
    let mut changes = Vec::new();
    let id = record.id.clone();
    let executions = shared
        .ledger
        .read(move |records| records.executions(&id, 1))
        .await?;
    for mut execution in executions {
        if !execution.status.is_terminal() {
            execution.status = ExecutionStatus::Failed;
            execution.exit_code = Some(137);
            execution.error = Some(STOPPED.into());
            execution.completed_at = Some(now);
            changes.push(Change::PutExecution(Box::new(execution)));
        }
    }
    let before = record.status;
    let (journal, problem) = match left {
        Left::Files(journal) => (
            Some(journal),
            (before == SandboxStatus::Running).then(stopped),
        ),
        Left::Nothing => (None, Some(stopped())),
        Left::Damage(reason) => (None, Some(reason)),
    };
    record.status = match (&journal, before) {
        // As it is when its work is done.
        (None, _) if record.temporary => SandboxStatus::Deleted,
        (None, _) => SandboxStatus::Failed,
        // Their time goes on: it is a moment, not a duration.
        (Some(_), SandboxStatus::Paused | SandboxStatus::Suspended) => before,
        (Some(_), _) => SandboxStatus::Idle,
    };
    if journal.is_none() {
        record.ended_at = Some(now);
        record.exit_code.get_or_insert(137);
        changes.push(Change::DeleteCheckpointsOf(record.id.clone()));
    }
    if let Some(problem) = problem {
        if journal.is_none() {
            tracing::warn!(sandbox = %record.id, reason = problem, "a sandbox is not brought back");
        }
        changes.push(Change::AddEvent(event(
            &record.id,
            EventKind::Failed,
            now,
            [("error", json!(problem)), ("status", json!(record.status))],
        )));
        record.updated_at = now;
        changes.push(Change::PutSandbox(Box::new(record.clone())));
    }
    shared.ledger.write(changes);
    let Some(journal) = journal else {
        return Ok(None);
    };
    // More than the limit allows may have been recorded; they are not thrown away for it.
    let place = shared.places.try_acquire();
    let inner = Arc::new(Inner::with(
        Arc::clone(shared),
        record,
        place,
        Some(*journal),
    ));
    shared.add(&inner);
    Ok(Some(inner))
}

fn stopped() -> String {
    STOPPED.to_owned()
}

/// Removes the folders of sandboxes that a stopped server did not get to remove. Those of failed ones
/// stay: damage is looked into there.
async fn remove_leftovers(shared: &Arc<Shared>) -> Result<(), SandboxError> {
    let live: HashSet<SandboxId> = shared.sandboxes().keys().cloned().collect();
    let folders = Arc::clone(&shared.folders);
    let list = tokio::task::spawn_blocking(move || -> io::Result<Vec<SandboxId>> {
        let mut others = Vec::new();
        for entry in folders.entries()? {
            let name = entry?.file_name();
            let id = name.to_str().and_then(|name| SandboxId::parse(name).ok());
            others.extend(id.filter(|id| !live.contains(id)));
        }
        Ok(others)
    });
    let others = list.await.map_err(Repr::Task)?.map_err(Repr::Data)?;
    if others.is_empty() {
        return Ok(());
    }
    let ended = shared.ledger.read(move |records| {
        let mut ended = Vec::new();
        for id in others {
            // One that is not known at all may be of records that were not given this time.
            let status = records.sandbox(&id)?.map(|record| record.status);
            if status.is_some_and(|status| status != SandboxStatus::Failed) {
                ended.push(id);
            }
        }
        Ok(ended)
    });
    let (ended, folders) = (ended.await?, Arc::clone(&shared.folders));
    let remove = tokio::task::spawn_blocking(move || {
        for id in ended {
            if let Err(error) = folders.remove_dir_all(id.as_str()) {
                tracing::warn!(sandbox = %id, %error, "the folder of an ended sandbox stays");
            }
        }
    });
    Ok(remove.await.map_err(Repr::Task)?)
}
