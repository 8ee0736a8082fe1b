//! The course of one job, from its start to its end.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::json;

use super::RunningJob;
use crate::clock::Timestamp;
use crate::sandbox::event::{EventKind, event};
use crate::sandbox::handle::Inner;
use crate::sandbox::records::{Change, ExecutionStatus, JobRecord, JobStatus};
use crate::sandbox::run::{Connected, Outcome, carry_out, record_end, settle};

/// How long a job that was asked to end has for that. Bounds how long a stop, or a pause, takes.
const GRACE: Duration = Duration::from_secs(5);

/// Runs a job to its end and records everything about it. Never fails: what goes wrong is in the
/// record.
pub(super) async fn run(sandbox: Arc<Inner>, job: Arc<RunningJob>, process: Connected) {
    let started = Instant::now();
    let started_at = sandbox.shared.clock.now();
    let record = job.update(|record| {
        record.status = JobStatus::Running;
        record.started_at = Some(started_at);
    });
    sandbox.shared.ledger.write(vec![
        Change::PutJob(Box::new(record)),
        Change::AddEvent(event(
            &sandbox.id,
            EventKind::JobStarted,
            started_at,
            [("jobId", json!(job.id))],
        )),
    ]);
    let stopped = || job.stop_reason().is_some();
    let carried_out = carry_out(&sandbox, process, &job.switch, stopped);
    let mut carried_out = std::pin::pin!(carried_out);
    let (outcome, _) = tokio::select! {
        biased;
        ended = &mut carried_out => ended,
        () = out_of_patience(&job) => {
            job.switch.kill();
            carried_out.await
        }
    };
    finish(&sandbox, &job, outcome, started.elapsed());
}

/// Resolves when it was asked to end and has had its time for that.
async fn out_of_patience(job: &RunningJob) {
    job.to_stop().await;
    tokio::time::sleep(GRACE).await;
}

/// How a job ends.
struct Verdict {
    status: JobStatus,
    exit_code: i32,
    error: Option<String>,
}

impl Verdict {
    /// Of a command that ended so, and was to end for that reason.
    fn of(outcome: &Outcome, stopped: Option<&str>) -> Self {
        let error = outcome.error.clone();
        let reason = stopped.map(str::to_owned);
        let (status, error) = match outcome.status {
            // It ended by itself, but only because it was asked to.
            ExecutionStatus::Completed if reason.is_some() => {
                (JobStatus::Cancelled, error.or(reason))
            }
            ExecutionStatus::Completed => (JobStatus::Completed, error),
            ExecutionStatus::Cancelled => (JobStatus::Cancelled, reason.or(error)),
            // There is no status for a timeout; the error says that it was one. An outcome is never
            // one of the last two.
            ExecutionStatus::Failed
            | ExecutionStatus::Timeout
            | ExecutionStatus::Queued
            | ExecutionStatus::Running => (JobStatus::Failed, error),
        };
        // Whether it was asked or killed is worth knowing.
        let signalled = outcome.completion.as_ref().map(|ended| ended.status.code());
        let exit_code = match status {
            JobStatus::Cancelled => signalled.unwrap_or(outcome.exit_code),
            _ => outcome.exit_code,
        };
        Self {
            status,
            exit_code,
            error,
        }
    }
}

/// The changes of the records with which a job ends.
pub(crate) fn ended(record: JobRecord, at: Timestamp) -> [Change; 2] {
    let data = [
        ("jobId", json!(record.id)),
        ("status", json!(record.status)),
        ("exitCode", json!(record.exit_code)),
        ("error", json!(record.error)),
    ];
    let data = data.into_iter().filter(|(_, value)| !value.is_null());
    let event = event(&record.sandbox_id, EventKind::JobCompleted, at, data);
    [Change::PutJob(Box::new(record)), Change::AddEvent(event)]
}

/// Makes the end visible, in the order of an execution's: exit code, streams, waiters.
fn finish(sandbox: &Arc<Inner>, job: &Arc<RunningJob>, outcome: Outcome, wall: Duration) {
    let now = sandbox.shared.clock.now();
    let verdict = Verdict::of(&outcome, job.stop_reason());
    let truncated = job.output_truncated();
    record_end(verdict.status.as_str(), verdict.exit_code);
    let record = job.update(|record| {
        record.status = verdict.status;
        record.exit_code = Some(verdict.exit_code);
        record.completed_at = Some(now);
        record.error = verdict.error;
        record.output_truncated = truncated;
    });
    job.close_outputs();
    let outputs = [record.stdout.clone(), record.stderr.clone()];
    sandbox.shared.ledger.write(ended(record, now).into());
    let cpu_time_ms = u64::try_from(sandbox.cpu.used().as_millis()).unwrap_or(u64::MAX);
    let peak_memory = outcome.completion.map_or(0, |ended| ended.peak_memory);
    let sent = sandbox.network.take_sent();
    sandbox.update(|sandbox| {
        sandbox.network_egress_bytes += sent;
        sandbox.cpu_time_ms = cpu_time_ms;
        sandbox.memory_byte_seconds += peak_memory.saturating_mul(wall.as_secs());
    });
    // Its idle time begins now, or with the end of its last job.
    sandbox.touch();
    sandbox.jobs.lock().retain(|one| !Arc::ptr_eq(one, job));
    super::lock(&job.place).take();
    job.end();
    settle(sandbox, outputs);
}
