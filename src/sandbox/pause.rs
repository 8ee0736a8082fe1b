//! Pausing: a sandbox without anything in memory, until it is used again.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use tokio::sync::OwnedRwLockReadGuard;

use super::error::{Repr, SandboxError, chain};
use super::event::{EventKind, event};
use super::handle::{Inner, Sandbox};
use super::records::{Change, SandboxRecord, SandboxStatus};
use super::run::refused;
use super::state::{Refusal, Step};
use crate::clock::Timestamp;

/// How often, and how many times, files that are still open are waited for: those of a command that
/// has just ended are closed behind its end.
const OPEN_PERIOD: Duration = Duration::from_millis(10);
const OPEN_TRIES: u32 = 200;

/// What pausing a sandbox gave.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Paused {
    /// When it ends unless it is resumed before; `None` is never.
    pub terminates_at: Option<Timestamp>,
}

impl Inner {
    /// Whether it is paused, by whomever.
    pub(crate) fn is_paused(&self) -> bool {
        matches!(
            self.status(),
            SandboxStatus::Paused | SandboxStatus::Suspended
        )
    }

    /// Waits until it is usable, and resumes it if it is paused; tells whether it did.
    pub(crate) async fn awake(&self) -> Result<bool, SandboxError> {
        let mut resumed = false;
        loop {
            self.usable().await?;
            if !self.is_paused() {
                return Ok(resumed);
            }
            let _alone = self.disk.alone().await;
            // Somebody else may have been faster.
            resumed |= self.resume(true).is_ok();
        }
    }

    /// As [`Inner::awake`]; nobody takes the files away until the result is dropped.
    pub(crate) async fn enter(&self) -> Result<OwnedRwLockReadGuard<()>, SandboxError> {
        loop {
            self.awake().await?;
            let entered = self.disk.shared().await;
            if !self.is_paused() {
                return Ok(entered);
            }
        }
    }

    /// Waits until it is usable, paused or not; nobody takes the files away, or brings them back,
    /// until the result is dropped.
    pub(crate) async fn enter_as_it_is(&self) -> Result<OwnedRwLockReadGuard<()>, SandboxError> {
        self.usable().await?;
        let entered = self.disk.shared().await;
        self.usable().await?;
        Ok(entered)
    }

    /// Refuses a sandbox that is paused.
    pub(crate) fn not_paused(&self) -> Result<(), SandboxError> {
        if self.is_paused() {
            return Err(refused(self, Refusal::Impossible));
        }
        Ok(())
    }

    /// When it is to end because it was paused for too long.
    pub(crate) fn paused_deadline(&self) -> Option<Timestamp> {
        let record = self.record();
        record.terminates_at.filter(|_| self.is_paused())
    }

    async fn pause(&self) -> Result<Paused, SandboxError> {
        self.usable().await?;
        let _alone = self.disk.alone().await;
        let now = self.shared.clock.now();
        let mut terminates_at = None;
        self.take_step(Step::Pause, |record| {
            let limit = record.timeouts.paused.filter(|limit| !limit.is_zero());
            terminates_at = limit.and_then(|limit| now.checked_add(limit));
            record.paused_at = Some(now);
            record.terminates_at = terminates_at;
            let data = terminates_at.map(|at| ("terminatesAt", json!(at)));
            self.note(EventKind::Pause, now, data);
        })
        .map_err(|refusal| refused(self, refusal))?;
        // None begins any more; those that wait for the files do so no longer.
        self.stop_jobs("the sandbox was paused").await;
        if let Err(error) = self.write_out().await {
            let undone = self.take_step(Step::Resume, |record| {
                awaken(record);
                let reason = chain(&error);
                let data = [("automatic", json!(true)), ("error", json!(reason))];
                self.note(EventKind::Resume, now, data);
            });
            debug_assert!(undone.is_ok() || !self.status().is_live(), "{undone:?}");
            return Err(error);
        }
        self.recorded().await?;
        Ok(Paused { terminates_at })
    }

    /// Saves the files and frees the memory they take.
    async fn write_out(&self) -> Result<(), SandboxError> {
        for _ in 0..OPEN_TRIES {
            let Some(vfs) = self.disk.live() else {
                return Ok(());
            };
            let disk = Arc::clone(&self.disk);
            if self.blocking(move || disk.put_away(&vfs)).await? {
                self.has_journal();
                return Ok(());
            }
            tokio::time::sleep(OPEN_PERIOD).await;
        }
        Err(Repr::FilesInUse {
            id: self.id.clone(),
        }
        .into())
    }

    /// Takes the step; the caller is alone with the files.
    fn resume(&self, automatic: bool) -> Result<(), SandboxError> {
        let now = self.shared.clock.now();
        self.take_step(Step::Resume, |record| {
            awaken(record);
            self.note(EventKind::Resume, now, [("automatic", json!(automatic))]);
        })
        .map(drop)
        .map_err(|refusal| refused(self, refusal))
    }

    /// Records an event.
    pub(crate) fn note(
        &self,
        kind: EventKind,
        at: Timestamp,
        data: impl IntoIterator<Item = (&'static str, serde_json::Value)>,
    ) {
        let event = event(&self.id, kind, at, data);
        self.shared.ledger.write(vec![Change::AddEvent(event)]);
    }
}

fn awaken(record: &mut SandboxRecord) {
    record.paused_at = None;
    record.terminates_at = None;
}

impl Sandbox {
    /// Pauses it: its jobs are stopped as [`Job::stop`](super::Job::stop) does, its files are written
    /// out, and nothing of it stays in memory. The next command or file call resumes it, without its
    /// jobs. With a paused timeout it ends when that is over; restarts do not stop
    /// that clock. Once this has returned, everything survives a crash. Dropping the future does not
    /// stop it.
    ///
    /// # Errors
    /// [`ErrorKind::Busy`](super::ErrorKind::Busy) while a command runs,
    /// [`ErrorKind::Conflict`](super::ErrorKind::Conflict) if it is paused already,
    /// [`ErrorKind::Gone`](super::ErrorKind::Gone) if it has ended.
    pub async fn pause(&self) -> Result<Paused, SandboxError> {
        let inner = Arc::clone(&self.inner);
        let pausing = tokio::spawn(async move { inner.pause().await });
        pausing.await.map_err(Repr::Task)?
    }

    /// Makes a paused sandbox idle again.
    ///
    /// # Errors
    /// [`ErrorKind::Conflict`](super::ErrorKind::Conflict) if it is not paused,
    /// [`ErrorKind::Gone`](super::ErrorKind::Gone) if it has ended.
    pub async fn resume(&self) -> Result<(), SandboxError> {
        self.inner.usable().await?;
        {
            let _alone = self.inner.disk.alone().await;
            self.inner.resume(false)?;
        }
        self.inner.recorded().await
    }
}
