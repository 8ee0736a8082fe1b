//! Checkpoints: states of a sandbox's files that it can go back to.

use std::sync::Arc;

use serde_json::json;

use super::error::{Repr, SandboxError};
use super::event::{EventKind, event};
use super::handle::{Inner, Sandbox};
use super::name;
use super::records::{Change, CheckpointRecord, Records, RecordsError, SandboxMode, SandboxStatus};
use super::run::refused;
use super::state::Refusal;
use crate::id::CheckpointId;
use crate::store::{Pin, Store};

/// Most checkpoints of one sandbox. Bounds what a client can make us list.
const MAX_CHECKPOINTS: usize = 1000;

/// What came of a new checkpoint.
enum Made {
    Done,
    Exists,
    TooMany,
    /// The sandbox ended meanwhile.
    Ended,
}

impl Inner {
    async fn create_checkpoint(&self, name: String) -> Result<CheckpointRecord, SandboxError> {
        let _entered = self.enter_as_it_is().await?;
        self.not_paused()?;
        let present = self.checkpoints().await?;
        if present.iter().any(|one| one.name == name) {
            return Err(self.exists(name));
        }
        let (root, pin) = self.present().await?;
        let sandbox = self.record();
        let parent = sandbox.parent_checkpoint.as_ref();
        let parent = present.into_iter().find(|one| Some(&one.id) == parent);
        let record = CheckpointRecord {
            id: CheckpointId::generate(),
            sandbox_id: self.id.clone(),
            name,
            parent: parent.map(|one| one.name),
            root,
            created_at: self.shared.clock.now(),
        };
        let made = record.clone();
        let put = move |records: &mut dyn Records| {
            // Recorded before the pin goes, also if nobody waits for it any more.
            let _pin = pin;
            put(records, &made)
        };
        match self.shared.ledger.transact(put).await? {
            Made::Done => {}
            Made::Exists => return Err(self.exists(record.name)),
            Made::Ended => return Err(refused(self, Refusal::Ended)),
            Made::TooMany => {
                return Err(Repr::Limit {
                    limit: "the number of checkpoints",
                    value: MAX_CHECKPOINTS as u64,
                    advice: "delete some and try again",
                }
                .into());
            }
        }
        self.update(|sandbox| sandbox.parent_checkpoint = Some(record.id.clone()));
        self.recorded().await?;
        Ok(record)
    }

    async fn restore_checkpoint(&self, reference: String) -> Result<(), SandboxError> {
        self.usable().await?;
        let _alone = self.disk.alone().await;
        // A command that begins from here on waits until this is done.
        match self.status() {
            SandboxStatus::Idle => {}
            SandboxStatus::Running => return Err(refused(self, Refusal::Busy)),
            SandboxStatus::Paused | SandboxStatus::Suspended | SandboxStatus::Creating => {
                return Err(refused(self, Refusal::Impossible));
            }
            SandboxStatus::Stopping
            | SandboxStatus::Terminated
            | SandboxStatus::Failed
            | SandboxStatus::Deleted => return Err(refused(self, Refusal::Ended)),
        }
        self.no_jobs()?;
        let (record, pin) = self.find_checkpoint(&reference).await?;
        let vfs = self.filesystem().await?.clone();
        let (disk, root) = (Arc::clone(&self.disk), record.root);
        self.blocking(move || {
            let _pin = pin;
            disk.replace(&vfs, root)
        })
        .await?;
        self.has_journal();
        self.touch();
        self.update(|sandbox| sandbox.parent_checkpoint = Some(record.id.clone()));
        let now = self.shared.clock.now();
        self.note(EventKind::CheckpointRestore, now, data(&record));
        self.recorded().await
    }

    async fn delete_checkpoint(&self, reference: String) -> Result<(), SandboxError> {
        let _entered = self.enter_as_it_is().await?;
        self.not_paused()?;
        let (sandbox, wanted) = (self.id.clone(), reference.clone());
        let now = self.shared.clock.now();
        let delete = move |records: &mut dyn Records| {
            let all = records.checkpoints(&sandbox)?;
            let Some(gone) = find(&all, &wanted).cloned() else {
                return Ok(None);
            };
            let parent = all
                .into_iter()
                .find(|one| gone.parent.as_ref() == Some(&one.name));
            records.apply(&[
                Change::DeleteCheckpoint(gone.id.clone()),
                Change::AddEvent(event(
                    &sandbox,
                    EventKind::CheckpointDelete,
                    now,
                    data(&gone),
                )),
            ])?;
            Ok(Some((gone.id, parent.map(|one| one.id))))
        };
        let Some((gone, parent)) = self.shared.ledger.transact(delete).await? else {
            return Err(self.no_checkpoint(&reference));
        };
        if self.record().parent_checkpoint.as_ref() == Some(&gone) {
            self.update(|sandbox| sandbox.parent_checkpoint = parent);
        }
        self.recorded().await
    }

    async fn checkpoints(&self) -> Result<Vec<CheckpointRecord>, SandboxError> {
        let id = self.id.clone();
        let read = move |records: &mut dyn Records| records.checkpoints(&id);
        Ok(self.shared.ledger.read(read).await?)
    }

    /// A checkpoint by its id or name. Its tree is kept until the pin is dropped, also if it is
    /// deleted meanwhile.
    pub(crate) async fn find_checkpoint(
        &self,
        reference: &str,
    ) -> Result<(CheckpointRecord, Pin), SandboxError> {
        let (sandbox, wanted) = (self.id.clone(), reference.to_owned());
        let store: Store = self.shared.store.clone();
        // Pinned where records are read: between looking and pinning nothing is deleted.
        let read = move |records: &mut dyn Records| {
            let all = records.checkpoints(&sandbox)?;
            let found = find(&all, &wanted).cloned();
            Ok(found.map(|record| {
                let pin = store.pin(record.root);
                (record, pin)
            }))
        };
        let found = self.shared.ledger.read(read).await?;
        found.ok_or_else(|| self.no_checkpoint(reference))
    }

    fn exists(&self, name: String) -> SandboxError {
        Repr::CheckpointExists {
            sandbox: self.id.clone(),
            name,
        }
        .into()
    }

    fn no_checkpoint(&self, reference: &str) -> SandboxError {
        Repr::CheckpointNotFound {
            sandbox: self.id.clone(),
            reference: reference.chars().take(200).collect(),
        }
        .into()
    }
}

fn put(records: &mut dyn Records, record: &CheckpointRecord) -> Result<Made, RecordsError> {
    // The end of a sandbox is recorded in the same queue: either it is seen here, or it removes
    // this checkpoint with the others.
    let sandbox = records.sandbox(&record.sandbox_id)?;
    if !sandbox.is_some_and(|sandbox| sandbox.status.is_live()) {
        return Ok(Made::Ended);
    }
    let all = records.checkpoints(&record.sandbox_id)?;
    if all.iter().any(|one| one.name == record.name) {
        return Ok(Made::Exists);
    }
    if all.len() >= MAX_CHECKPOINTS {
        return Ok(Made::TooMany);
    }
    records.apply(&[
        Change::PutCheckpoint(Box::new(record.clone())),
        Change::AddEvent(event(
            &record.sandbox_id,
            EventKind::CheckpointCreate,
            record.created_at,
            data(record),
        )),
    ])?;
    Ok(Made::Done)
}

/// The one of this id, or else of this name.
fn find<'a>(all: &'a [CheckpointRecord], reference: &str) -> Option<&'a CheckpointRecord> {
    let by_id = all.iter().find(|one| one.id.as_str() == reference);
    by_id.or_else(|| all.iter().find(|one| one.name == reference))
}

/// What an event says of a checkpoint.
fn data(record: &CheckpointRecord) -> [(&'static str, serde_json::Value); 2] {
    [
        ("checkpointId", json!(record.id)),
        ("name", json!(record.name)),
    ]
}

impl Sandbox {
    /// Saves the present files under `name`, also while a command runs: as they are at one moment.
    /// Once this has returned, the checkpoint survives a crash. Dropping the future does not stop it.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`](super::ErrorKind::InvalidArgument) for a name that cannot be,
    /// [`ErrorKind::Conflict`](super::ErrorKind::Conflict) for one that is taken, or if the sandbox is
    /// paused or one-shot, [`ErrorKind::LimitExceeded`](super::ErrorKind::LimitExceeded) beyond 1000
    /// checkpoints, [`ErrorKind::Gone`](super::ErrorKind::Gone) if the sandbox has ended.
    pub async fn create_checkpoint(&self, name: &str) -> Result<CheckpointRecord, SandboxError> {
        name::check_checkpoint(name)?;
        if self.record().mode == SandboxMode::Oneshot {
            // It ends with its command, so there is never a moment to go back.
            return Err(refused(&self.inner, Refusal::Impossible));
        }
        let (inner, name) = (Arc::clone(&self.inner), name.to_owned());
        let making = tokio::spawn(async move { inner.create_checkpoint(name).await });
        making.await.map_err(Repr::Task)?
    }

    /// Its checkpoints, oldest first. Also of a paused sandbox; one that has ended has none.
    ///
    /// # Errors
    /// [`ErrorKind::Internal`](super::ErrorKind::Internal) if records cannot be read.
    pub async fn checkpoints(&self) -> Result<Vec<CheckpointRecord>, SandboxError> {
        self.inner.checkpoints().await
    }

    /// Brings the files back to what they were; what was there is lost unless it was saved. Once this
    /// has returned, it survives a crash. Dropping the future does not stop it.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`](super::ErrorKind::NotFound) for an unknown one,
    /// [`ErrorKind::Busy`](super::ErrorKind::Busy) while a command runs,
    /// [`ErrorKind::Conflict`](super::ErrorKind::Conflict) while jobs run or if the sandbox is paused,
    /// [`ErrorKind::Gone`](super::ErrorKind::Gone) if it has ended.
    pub async fn restore_checkpoint(&self, id_or_name: &str) -> Result<(), SandboxError> {
        let (inner, wanted) = (Arc::clone(&self.inner), id_or_name.to_owned());
        let restoring = tokio::spawn(async move { inner.restore_checkpoint(wanted).await });
        restoring.await.map_err(Repr::Task)?
    }

    /// Forgets a checkpoint; the present files stay.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`](super::ErrorKind::NotFound) for an unknown one,
    /// [`ErrorKind::Conflict`](super::ErrorKind::Conflict) if the sandbox is paused,
    /// [`ErrorKind::Gone`](super::ErrorKind::Gone) if it has ended.
    pub async fn delete_checkpoint(&self, id_or_name: &str) -> Result<(), SandboxError> {
        let (inner, wanted) = (Arc::clone(&self.inner), id_or_name.to_owned());
        let deleting = tokio::spawn(async move { inner.delete_checkpoint(wanted).await });
        deleting.await.map_err(Repr::Task)?
    }
}

#[cfg(test)]
mod tests;
