//! A sandbox's filesystem: opened when it is first needed, saved when something has changed.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::belljar::Shared;
use super::error::{Repr, SandboxError};
use super::handle::Inner;
use super::records::SandboxRecord;
use super::run::refused;
use super::runtimes::{Ready, Runtimes};
use super::state::Refusal;
use crate::digest::Digest;
use crate::store::Pin;
use crate::units::ByteSize;
use crate::vfs::{Usage, Vfs, VfsOptions};

/// Disk space of a sandbox for which none is asked.
const DEFAULT_DISK: ByteSize = ByteSize::mib(1024);
/// One file for so many bytes of disk space, as ext4 has it. Bounds the host memory that names and
/// inodes take, some hundred bytes each.
const BYTES_PER_NODE: u64 = 16 << 10;
/// Files that even the smallest disk has room for.
const LEAST_NODES: u64 = 1 << 16;

/// What a sandbox may store beside what it began with.
fn quota(record: &SandboxRecord) -> Usage {
    let disk = record.resources.disk.unwrap_or(DEFAULT_DISK).bytes();
    Usage {
        bytes: disk,
        nodes: (disk / BYTES_PER_NODE).max(LEAST_NODES),
    }
}

impl Shared {
    /// Does something that blocks, away from the threads that serve requests and run guests. It is
    /// done also if nobody waits for it any more.
    pub(crate) async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, SandboxError> + Send + 'static,
    ) -> Result<T, SandboxError> {
        let working = self.runtimes.engine().spawn_blocking(work);
        working.await.map_err(Repr::Task)?
    }
}

impl Inner {
    /// As [`Shared::blocking`].
    pub(crate) async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, SandboxError> + Send + 'static,
    ) -> Result<T, SandboxError> {
        self.shared.blocking(work).await
    }

    /// Its filesystem, opened if it is not: the runtime is loaded for it, too.
    pub(crate) async fn filesystem(&self) -> Result<Vfs, SandboxError> {
        if let Some(vfs) = self.disk.live() {
            return Ok(vfs);
        }
        let _opening = self.disk.opening.lock().await;
        if let Some(vfs) = self.disk.live() {
            return Ok(vfs);
        }
        let record = self.record();
        let manifest = Runtimes::manifest(&record.runtime)?;
        let ready = self.shared.runtimes.prepare(manifest).await?;
        let vfs = self.open_files(&record, &ready).await?;
        // Whoever removes the files does so after the record says that it has ended.
        if !self.disk.set_live(vfs.clone()) {
            return Err(refused(self, Refusal::Ended));
        }
        self.hold(ready);
        Ok(vfs)
    }

    async fn open_files(&self, record: &SandboxRecord, ready: &Ready) -> Result<Vfs, SandboxError> {
        let mut programs = record.programs.clone();
        for program in &ready.programs {
            if !programs.contains(program) {
                programs.push(*program);
            }
        }
        let options = VfsOptions {
            quota: quota(record),
            base: record.base,
            programs: programs.into(),
            clock: Arc::clone(&self.shared.clock),
        };
        match self.disk.root() {
            Some(root) if root != ready.root => {
                let store = self.shared.store.clone();
                self.blocking(move || Ok(Vfs::open(&store, root, options)?))
                    .await
            }
            // As most begin: nothing is read.
            _ => Ok(ready.files.start(options)?),
        }
    }

    /// What a sandbox of a runtime has from it, for its record.
    pub(crate) fn adopt_runtime(&self, record: &mut SandboxRecord) {
        if let Some(ready) = self.ready() {
            record.runtime_root.get_or_insert(ready.root);
            record.origin.get_or_insert(ready.root);
            record.base.get_or_insert(ready.root);
            if record.programs.is_empty() {
                record.programs.clone_from(&ready.programs);
            }
        }
    }

    /// The root of the present files, saved for it if need be, and kept until the pin is dropped. The
    /// caller has entered, and is not dropped in between.
    pub(crate) async fn present(&self) -> Result<(Digest, Pin), SandboxError> {
        if let Some(vfs) = self.disk.live() {
            let disk = Arc::clone(&self.disk);
            let present = self.blocking(move || disk.save(&vfs)).await?;
            self.has_journal();
            return Ok(present);
        }
        let root = self.disk.pin_root();
        root.ok_or_else(|| refused(self, Refusal::Ended))
    }

    /// Makes what is in its files outlive this process, if its files do at all.
    pub(crate) async fn save(&self) -> Result<(), SandboxError> {
        if let Some(vfs) = self.disk.live().filter(|_| self.is_durable()) {
            // Waiting for another thread would put the end of a short command behind the beginnings of
            // all others. And of files as they were made there need not be a journal.
            if self.disk.is_saved(&vfs) {
                return Ok(());
            }
            let disk = Arc::clone(&self.disk);
            let before = disk.root();
            let (after, _) = self.blocking(move || disk.save(&vfs)).await?;
            if before != Some(after) {
                self.has_journal();
                self.shared.add_waste(super::collector::SAVED);
            }
        }
        Ok(())
    }

    /// Notes once that there is a journal: one that is lost then is missed.
    pub(super) fn has_journal(&self) {
        if self.is_durable() && self.disk.has_journal() && !self.saved.swap(true, Ordering::AcqRel)
        {
            self.update(|record| record.saved = true);
        }
    }

    /// Ends its files, behind everybody's back where that takes time.
    pub(super) fn remove_files(&self) {
        if !self.is_durable() {
            self.disk.forget();
            return;
        }
        self.shared.add_waste(super::collector::REMOVED);
        let (disk, id) = (Arc::clone(&self.disk), self.id.clone());
        let engine = self.shared.runtimes.engine().clone();
        // Not before it is recorded that it has ended: after a crash in between it would be back
        // without them. What is left of it if there is no afterwards goes with the next start.
        self.shared.ledger.afterwards(move || {
            engine.spawn_blocking(move || {
                if let Err(error) = disk.remove() {
                    let error = super::error::chain(&error);
                    tracing::error!(sandbox = %id, error, "files are not removed");
                }
            });
        });
    }
}
