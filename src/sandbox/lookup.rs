//! Finding sandboxes, executions, jobs, events and streams again.

use std::sync::Arc;
use std::time::Duration;

use super::belljar::Belljar;
use super::error::{Repr, SandboxError};
use super::handle::{Sandbox, not_found};
use super::records::{
    Direction, EventRecord, ExecutionRecord, JobRecord, SandboxFilter, SandboxRecord,
};
use super::stream::Stream;
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

    /// What is known of an execution.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`](super::ErrorKind::NotFound).
    pub async fn execution(&self, id: &ExecutionId) -> Result<ExecutionRecord, SandboxError> {
        if let Some(running) = self.shared.execution(id) {
            return self.settled(running.record()).await;
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
        self.settled(running.record()).await
    }

    async fn settled(&self, record: ExecutionRecord) -> Result<ExecutionRecord, SandboxError> {
        self.recorded(record.status.is_terminal()).await?;
        Ok(record)
    }

    async fn settled_job(&self, record: JobRecord) -> Result<JobRecord, SandboxError> {
        self.recorded(record.status.is_terminal()).await?;
        Ok(record)
    }

    /// The end of an execution or a job is told to nobody before it is recorded: after a crash in
    /// between it would have been cut off, which is not what was said.
    async fn recorded(&self, ended: bool) -> Result<(), SandboxError> {
        if self.shared.durable && ended {
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
        self.settled(running.record()).await
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
            return self.settled_job(job.record()).await;
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
        self.settled_job(job.stopped(force).await).await
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

    /// Makes an input stream of `org`, for [`Stdin::Stream`](super::Stdin::Stream).
    #[must_use]
    pub fn create_stream(&self, org: &OrgId) -> StreamId {
        self.shared.streams.create_input(org.clone())
    }

    /// Finds a stream. Whoever knows the id may use it.
    #[must_use]
    pub fn stream(&self, id: &StreamId) -> Option<Stream> {
        self.shared.streams.find(id)
    }
}
