//! Finding sandboxes, executions, jobs, events and streams again.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use super::belljar::Belljar;
use super::error::{Repr, SandboxError};
use super::event::{EventKind, event};
use super::execution::Running;
use super::handle::{Sandbox, not_found};
use super::job::RunningJob;
use super::records::{
    Change, Direction, EventRecord, ExecutionRecord, JobRecord, SandboxFilter, SandboxRecord,
    SandboxStats, SandboxStatus, StatsFilter,
};
use super::stream::{Stream, StreamFilter, StreamInfo, StreamOptions};
use crate::id::{ExecutionId, JobId, OrgId, SandboxId, StreamId};
use crate::process::Signal;

impl Belljar {
    /// Finds a sandbox: a live one, or one that ended within the grace period.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`](super::ErrorKind::NotFound).
    pub fn sandbox(&self, id: &SandboxId) -> Result<Sandbox, SandboxError> {
        let sandboxes = self.shared.sandboxes();
        let inner = sandboxes.get(id).ok_or_else(|| not_found(id))?;
        Ok(Sandbox::new(Arc::clone(inner)))
    }

    /// Destroys a sandbox as [`Sandbox::destroy`] does, also one that ended so long ago, or before a
    /// restart, that there is no handle to it: it leaves the lists. One that is deleted stays as it is.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`](super::ErrorKind::NotFound), and as [`Sandbox::destroy`].
    pub async fn destroy(&self, id: &SandboxId) -> Result<(), SandboxError> {
        if let Ok(sandbox) = self.sandbox(id) {
            return sandbox.destroy().await;
        }
        // One after the other, so that it is destroyed once.
        let _alone = self.shared.destroying.lock().await;
        let mut record = self.sandbox_record(id).await?;
        if record.status == SandboxStatus::Deleted {
            return Ok(());
        }
        let now = self.shared.clock.now();
        // Whatever it was, without a handle it has ended.
        record.status = SandboxStatus::Deleted;
        record.updated_at = now;
        record.ended_at.get_or_insert(now);
        let changes = vec![
            Change::PutSandbox(Box::new(record)),
            Change::DeleteCheckpointsOf(id.clone()),
            Change::AddEvent(event(id, EventKind::Destroy, now, [])),
        ];
        self.shared.ledger.commit(changes).await?;
        Ok(())
    }

    /// What is known of a sandbox, also of one that ended long ago.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`](super::ErrorKind::NotFound).
    pub async fn sandbox_record(&self, id: &SandboxId) -> Result<SandboxRecord, SandboxError> {
        if let Ok(sandbox) = self.sandbox(id) {
            return Ok(sandbox.record());
        }
        let wanted = id.clone();
        let found = self
            .shared
            .ledger
            .read(move |records| records.sandbox(&wanted));
        found.await?.ok_or_else(|| not_found(id))
    }

    /// Lists sandboxes; also gives how many match before paging.
    ///
    /// # Errors
    /// [`ErrorKind::Internal`](super::ErrorKind::Internal) if records cannot be read.
    pub async fn sandboxes(
        &self,
        filter: SandboxFilter,
    ) -> Result<(Vec<SandboxRecord>, u64), SandboxError> {
        let found = self
            .shared
            .ledger
            .read(move |records| records.sandboxes(&filter));
        Ok(found.await?)
    }

    /// The sums over the sandboxes of an organisation.
    ///
    /// # Errors
    /// [`ErrorKind::Internal`](super::ErrorKind::Internal) if records cannot be read.
    pub async fn stats(&self, wanted: StatsFilter) -> Result<SandboxStats, SandboxError> {
        let ledger = &self.shared.ledger;
        let sums = ledger.read(move |records| records.sandbox_stats(&wanted));
        Ok(sums.await?)
    }

    /// What is known of an execution.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`](super::ErrorKind::NotFound).
    pub async fn execution(&self, id: &ExecutionId) -> Result<ExecutionRecord, SandboxError> {
        if let Some(running) = self.shared.execution(id) {
            return self.settled(&running).await;
        }
        let wanted = id.clone();
        let found = self
            .shared
            .ledger
            .read(move |records| records.execution(&wanted));
        found
            .await?
            .ok_or_else(|| Repr::ExecutionNotFound { id: id.clone() }.into())
    }

    /// As [`Belljar::execution`], but waits until it has ended or `limit` is over. Dropping the
    /// future counts as giving up: see [`BelljarOptions::abandon_after`](super::BelljarOptions).
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`](super::ErrorKind::NotFound), at once.
    pub async fn wait_execution(
        &self,
        id: &ExecutionId,
        limit: Duration,
    ) -> Result<ExecutionRecord, SandboxError> {
        let Some(running) = self.shared.execution(id) else {
            return self.execution(id).await;
        };
        let _watch = running.watch();
        // Either way the answer is the present state.
        let _ = tokio::time::timeout(limit, running.ended()).await;
        self.settled(&running).await
    }

    async fn settled(&self, running: &Running) -> Result<ExecutionRecord, SandboxError> {
        let record = running.record();
        if record.status.is_terminal() {
            // Its record is final a moment before its sandbox is free and its end is written.
            running.ended().await;
            self.recorded().await?;
        }
        Ok(record)
    }

    async fn settled_job(&self, job: &RunningJob) -> Result<JobRecord, SandboxError> {
        let record = job.record();
        if record.status.is_terminal() {
            job.ended().await;
            self.recorded().await?;
        }
        Ok(record)
    }

    /// The end of an execution or a job is told to nobody before it is recorded: after a crash in
    /// between it would have been cut off, which is not what was said.
    async fn recorded(&self) -> Result<(), SandboxError> {
        if self.shared.durable {
            self.shared.ledger.commit(Vec::new()).await?;
        }
        Ok(())
    }

    /// Sends the program of an execution a signal, which it may handle. One that has ended stays as it
    /// is.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`](super::ErrorKind::NotFound).
    pub async fn signal_execution(
        &self,
        id: &ExecutionId,
        signal: Signal,
    ) -> Result<(), SandboxError> {
        match self.shared.execution(id) {
            Some(running) => running.switch.signal(signal),
            None => drop(self.execution(id).await?),
        }
        Ok(())
    }

    /// Ends an execution as cancelled and waits for its end. One that has ended stays as it is.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`](super::ErrorKind::NotFound).
    pub async fn cancel_execution(
        &self,
        id: &ExecutionId,
    ) -> Result<ExecutionRecord, SandboxError> {
        let Some(running) = self.shared.execution(id) else {
            return self.execution(id).await;
        };
        running.cancel();
        running.ended().await;
        self.settled(&running).await
    }

    /// The newest executions of a sandbox.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`](super::ErrorKind::NotFound) if there is no such sandbox.
    pub async fn executions(
        &self,
        id: &SandboxId,
        limit: u32,
    ) -> Result<Vec<ExecutionRecord>, SandboxError> {
        self.sandbox_record(id).await?;
        let id = id.clone();
        let found = self
            .shared
            .ledger
            .read(move |records| records.executions(&id, limit));
        Ok(found.await?)
    }

    /// What is known of a job.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`](super::ErrorKind::NotFound).
    pub async fn job(&self, id: &JobId) -> Result<JobRecord, SandboxError> {
        if let Some(job) = self.shared.job(id) {
            return self.settled_job(&job).await;
        }
        let wanted = id.clone();
        let found = self.shared.ledger.read(move |records| records.job(&wanted));
        found
            .await?
            .ok_or_else(|| Repr::JobNotFound { id: id.clone() }.into())
    }

    /// As [`Job::stop`](super::Job::stop), or with `force` as [`Job::kill`](super::Job::kill).
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`](super::ErrorKind::NotFound).
    pub async fn stop_job(&self, id: &JobId, force: bool) -> Result<JobRecord, SandboxError> {
        let Some(job) = self.shared.job(id) else {
            return self.job(id).await;
        };
        job.stopped(force).await;
        self.settled_job(&job).await
    }

    /// The newest jobs of a sandbox.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`](super::ErrorKind::NotFound) if there is no such sandbox.
    pub async fn jobs(&self, id: &SandboxId, limit: u32) -> Result<Vec<JobRecord>, SandboxError> {
        self.sandbox_record(id).await?;
        let id = id.clone();
        let found = self
            .shared
            .ledger
            .read(move |records| records.jobs(&id, limit));
        Ok(found.await?)
    }

    /// Events of a sandbox.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`](super::ErrorKind::NotFound) if there is no such sandbox.
    pub async fn events(
        &self,
        id: &SandboxId,
        limit: u32,
        direction: Direction,
    ) -> Result<Vec<EventRecord>, SandboxError> {
        self.sandbox_record(id).await?;
        let id = id.clone();
        let found = self
            .shared
            .ledger
            .read(move |records| records.events(&id, limit, direction));
        Ok(found.await?)
    }

    /// Makes a stream of `org`: input for [`Stdin::Stream`](super::Stdin::Stream), output for
    /// [`OutputMode::Route`](super::OutputMode::Route), or data that callers append; the first use
    /// decides. One that a sandbox uses goes with it. Streams do not survive a restart.
    ///
    /// # Errors
    /// [`ErrorKind::LimitExceeded`](super::ErrorKind::LimitExceeded) if it has 1000 that no sandbox
    /// uses.
    pub fn create_stream(
        &self,
        org: &OrgId,
        options: StreamOptions,
    ) -> Result<StreamId, SandboxError> {
        let now = self.shared.clock.now();
        self.shared.streams.create(org, options, now)
    }

    /// Lists the streams that `org` has made; also gives how many match before paging.
    #[must_use]
    pub fn streams(&self, org: &OrgId, filter: &StreamFilter) -> (Vec<StreamInfo>, u64) {
        self.shared.streams.list(org, filter)
    }

    /// Appends to a stream that was made, all of `bytes` or nothing.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`](super::ErrorKind::NotFound),
    /// [`ErrorKind::Conflict`](super::ErrorKind::Conflict) if it was completed or a command uses it,
    /// [`ErrorKind::LimitExceeded`](super::ErrorKind::LimitExceeded) beyond the output limit, or when
    /// the organisation's streams have 1 GiB.
    pub async fn append_stream(&self, id: &StreamId, bytes: Bytes) -> Result<(), SandboxError> {
        let stream = self.known_stream(id)?;
        let streams = Arc::clone(&self.shared.streams);
        let append = self
            .shared
            .blocking(move || streams.append(&stream, &bytes));
        append.await
    }

    /// Forgets a stream that was made; its readers see the end.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`](super::ErrorKind::NotFound),
    /// [`ErrorKind::Conflict`](super::ErrorKind::Conflict) if a sandbox uses it.
    pub async fn delete_stream(&self, id: &StreamId) -> Result<(), SandboxError> {
        let stream = self.known_stream(id)?;
        let streams = Arc::clone(&self.shared.streams);
        let delete = self.shared.blocking(move || streams.delete(&stream));
        delete.await
    }

    fn known_stream(&self, id: &StreamId) -> Result<Stream, SandboxError> {
        let missing = || Repr::StreamNotFound { id: id.clone() }.into();
        self.stream(id).ok_or_else(missing)
    }

    /// Finds a stream. Whoever knows the id may use it.
    #[must_use]
    pub fn stream(&self, id: &StreamId) -> Option<Stream> {
        self.shared.streams.find(id)
    }
}
