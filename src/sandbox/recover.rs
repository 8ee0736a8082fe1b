//! After a restart: what was recorded is back, what was running has failed.

use std::sync::Arc;

use serde_json::json;

use super::belljar::Shared;
use super::error::SandboxError;
use super::event::{EventKind, event};
use super::handle::Inner;
use super::records::{
    Change, ExecutionStatus, SandboxFilter, SandboxMode, SandboxRecord, SandboxStatus,
};

/// What is said of work that a stopped server did not finish.
const STOPPED: &str = "the server stopped while it was running";
/// Records read at a time.
const PAGE: u32 = 500;

pub(crate) async fn recover(shared: &Arc<Shared>) -> Result<(), SandboxError> {
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
        for record in page {
            if !restore(shared, record).await? {
                ended += 1;
            }
        }
        if count < PAGE {
            return Ok(());
        }
        // Those that have just failed are no longer among the live ones.
        offset += count - ended;
    }
}

/// Brings one sandbox back; `false` if it has failed instead.
async fn restore(shared: &Arc<Shared>, record: SandboxRecord) -> Result<bool, SandboxError> {
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
    let folder = shared.sandbox_folder(&record.id);
    let files = record.mode == SandboxMode::Interactive
        && !matches!(
            record.status,
            SandboxStatus::Creating | SandboxStatus::Stopping
        )
        && exists(&folder).await;
    let mut record = record;
    let interrupted = record.status != SandboxStatus::Idle;
    record.updated_at = now;
    if files {
        record.status = SandboxStatus::Idle;
    } else {
        record.status = SandboxStatus::Failed;
        record.ended_at = Some(now);
        record.exit_code.get_or_insert(137);
    }
    if interrupted || !files {
        changes.push(Change::AddEvent(event(
            &record.id,
            EventKind::Failed,
            now,
            [("error", json!(STOPPED)), ("status", json!(record.status))],
        )));
        changes.push(Change::PutSandbox(Box::new(record.clone())));
    }
    shared.ledger.write(changes);
    if files {
        // More than the limit allows may have been recorded; they are not thrown away for it.
        let place = shared.places.try_acquire();
        let inner = Arc::new(Inner::new(Arc::clone(shared), record, place));
        shared.sandboxes().insert(inner.id.clone(), inner);
    } else {
        // Leftovers of a one-shot sandbox or of a half-made one.
        drop(tokio::task::spawn_blocking(move || std::fs::remove_dir_all(folder)).await);
    }
    Ok(files)
}

async fn exists(folder: &std::path::Path) -> bool {
    let folder = folder.to_owned();
    tokio::task::spawn_blocking(move || folder.is_dir())
        .await
        .unwrap_or(false)
}
