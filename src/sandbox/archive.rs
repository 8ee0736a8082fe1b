//! Snapshots as archives: out of this machine and into another.

use std::collections::HashSet;
use std::io::{Read, Write};
use std::sync::Arc;

use super::belljar::Belljar;
use super::error::{Repr, SandboxError};
use super::records::{Records, RecordsError, SnapshotFilter, SnapshotRecord};
use super::runtimes::{Ready, Runtimes};
use super::snapshot::{New, SnapshotOptions, check};
use crate::digest::Digest;
use crate::id::SnapshotId;
use crate::runtime::Manifest;
use crate::store::{ArchiveMeta, ImportLimits, Pin, export, import};
use crate::vfs::{GuestPath, Usage, Vfs, VfsOptions};

/// The most that an archive may unpack to. Bounds what a small one can fill the disk with.
const LIMITS: ImportLimits = ImportLimits {
    bytes: 8 << 30,
    nodes: 1 << 20,
};
/// Snapshots read at a time.
const PAGE: u32 = 500;

impl Belljar {
    /// Writes a snapshot as a tar archive. The same tree gives the same bytes, on every machine.
    /// Dropping the future does not stop it.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`](super::ErrorKind::NotFound), and what writing gives.
    pub async fn export_snapshot(
        &self,
        id: &SnapshotId,
        mut to: impl Write + Send + 'static,
    ) -> Result<(), SandboxError> {
        let (record, pins) = self.pinned_snapshot(id).await?;
        let store = self.shared.store.clone();
        let writing = self.shared.blocking(move || {
            let _pins = pins;
            let meta = ArchiveMeta {
                runtime: record.runtime,
                programs: record.programs,
            };
            export(&store, record.root, &meta, &mut to)?;
            to.flush().map_err(Repr::Output)?;
            Ok(())
        });
        writing.await
    }

    /// Makes a snapshot of an archive that [`Belljar::export_snapshot`] wrote, here or elsewhere; it
    /// may be compressed with zstd. Dropping the future does not stop it.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`](super::ErrorKind::InvalidArgument) for what is no such archive,
    /// for one whose programs are none that this Belljar runs, or a name, tag or text that cannot be;
    /// [`ErrorKind::NotFound`](super::ErrorKind::NotFound) if its runtime is not known here.
    pub async fn import_snapshot(
        &self,
        from: impl Read + Send + 'static,
        options: SnapshotOptions,
    ) -> Result<SnapshotRecord, SandboxError> {
        check(&options)?;
        let this = self.clone();
        let importing = tokio::spawn(async move { this.import(from, options).await });
        importing.await.map_err(Repr::Task)?
    }

    async fn import(
        &self,
        mut from: impl Read + Send + 'static,
        options: SnapshotOptions,
    ) -> Result<SnapshotRecord, SandboxError> {
        let store = self.shared.store.clone();
        let reading = self.shared.blocking(move || {
            let _writing = store.writing();
            let (root, meta) = import(&store, &mut from, LIMITS).map_err(Repr::Import)?;
            let pin = store.pin(root);
            Ok((root, meta, pin))
        });
        let (root, meta, pin) = reading.await?;
        if meta.runtime.is_empty() {
            return Err(SandboxError::invalid(
                "archive",
                "it does not say of which runtime it is; only exported snapshots can be imported",
            ));
        }
        let manifest = Runtimes::manifest(&meta.runtime)?;
        let ready = self.shared.runtimes.prepare(manifest).await?;
        let mut known = self.programs().await?;
        known.extend(ready.programs.iter().copied());
        // What may be run is not for an archive to say: a program that was made elsewhere from the
        // same runtime gives way to the one made here.
        let (root, programs, pin) = if meta.programs.iter().all(|one| known.contains(one)) {
            (root, meta.programs, pin)
        } else {
            let (root, pin) = self
                .replace_program(root, manifest, &ready, meta.programs)
                .await?;
            (root, ready.programs.clone(), pin)
        };
        let new = New {
            org: options
                .org
                .clone()
                .unwrap_or_else(|| self.shared.default_org.clone()),
            sandbox_id: None,
            runtime: manifest.name.to_owned(),
            programs,
            root,
            runtime_root: ready.root,
            parent: None,
        };
        self.shared.keep(new, options, pin).await
    }

    /// Puts this machine's program of a runtime in the place of another's: each is made on the machine
    /// where it is installed. Neither mode nor time of the file changes.
    async fn replace_program(
        &self,
        root: Digest,
        manifest: &'static Manifest,
        ready: &Arc<Ready>,
        old: Vec<Digest>,
    ) -> Result<(Digest, Pin), SandboxError> {
        let path = GuestPath::parse(manifest.program, &GuestPath::root())?;
        let options = VfsOptions {
            quota: Usage {
                bytes: LIMITS.bytes,
                nodes: 0,
            },
            base: None,
            programs: Arc::new([]),
            clock: Arc::clone(&self.shared.clock),
        };
        let (store, ready) = (self.shared.store.clone(), Arc::clone(ready));
        let replacing = self.shared.blocking(move || {
            let vfs = Vfs::open(&store, root, options)?;
            if !vfs.replace_content(&path, &old, ready.program)? {
                return Err(SandboxError::invalid(
                    "archive",
                    format!("it has another program than that of {}", manifest.name),
                ));
            }
            Ok(vfs.commit_pinned()?)
        });
        replacing.await
    }

    /// The programs of all snapshots.
    async fn programs(&self) -> Result<HashSet<Digest>, SandboxError> {
        let read = |records: &mut dyn Records| -> Result<_, RecordsError> {
            let mut programs = HashSet::new();
            let mut filter = SnapshotFilter {
                include_deleted: true,
                limit: PAGE,
                ..SnapshotFilter::default()
            };
            loop {
                let (page, total) = records.snapshots(&filter)?;
                programs.extend(page.into_iter().flat_map(|record| record.programs));
                filter.offset = filter.offset.saturating_add(PAGE);
                if u64::from(filter.offset) >= total {
                    return Ok(programs);
                }
            }
        };
        Ok(self.shared.ledger.read(read).await?)
    }
}
