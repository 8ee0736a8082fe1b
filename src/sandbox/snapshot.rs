//! Snapshots: trees with a name, which outlive the sandbox they were taken of.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::belljar::{Belljar, Shared};
use super::collector;
use super::error::{Repr, SandboxError};
use super::event::{EventKind, event};
use super::handle::{Inner, Sandbox};
use super::name::{self, LATEST};
use super::records::{Change, Records, RecordsError, SnapshotFilter, SnapshotRecord};
use super::weight::weigh;
use crate::digest::Digest;
use crate::id::{OrgId, SandboxId, SnapshotId};
use crate::store::{Pin, Store};

/// What keeps the two trees of a snapshot: its own and its runtime's.
pub(super) type Pins = [Pin; 2];

/// What a snapshot is made with.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct SnapshotOptions {
    /// Its name: letters, digits, `_` and `-`. Default: one is made up.
    pub name: Option<String>,
    /// Its tag; the snapshot that has the same name and tag loses it. Default: `latest`.
    pub tag: Option<String>,
    /// A description for people. Default: none.
    pub description: Option<String>,
    /// What changed, as a commit message says it. Default: none.
    pub message: Option<String>,
    /// Whether other organisations may use it. Default: no.
    pub public: bool,
    /// Arbitrary data of the caller. Default: none.
    pub user_metadata: Option<Map<String, Value>>,
    /// Who owns it; counts for an import only. Default: the default organisation. (A snapshot of a
    /// sandbox belongs to whom the sandbox belongs.)
    pub org: Option<OrgId>,
    /// Environment of the sandboxes that are made from it; theirs counts before it. Default: none.
    pub env: BTreeMap<String, String>,
    /// What its builder says of its content. Default: nothing.
    pub(super) content_hash: Option<String>,
    /// An id that was promised. Default: a new one.
    pub(super) id: Option<SnapshotId>,
}

impl SnapshotOptions {
    /// The defaults: a made-up name, the tag `latest`, private.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Names it. Default: a name is made up.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Tags it. Default: `latest`.
    #[must_use]
    pub fn tag(mut self, tag: impl Into<String>) -> Self {
        self.tag = Some(tag.into());
        self
    }

    /// Describes it. Default: no description.
    #[must_use]
    pub fn description(mut self, text: impl Into<String>) -> Self {
        self.description = Some(text.into());
        self
    }

    /// Says what changed. Default: nothing.
    #[must_use]
    pub fn message(mut self, text: impl Into<String>) -> Self {
        self.message = Some(text.into());
        self
    }

    /// Lets other organisations use it, or not. Default: not.
    #[must_use]
    pub fn public(mut self, public: bool) -> Self {
        self.public = public;
        self
    }

    /// Keeps data of the caller with it. Default: none.
    #[must_use]
    pub fn user_metadata(mut self, data: Map<String, Value>) -> Self {
        self.user_metadata = Some(data);
        self
    }

    /// Says who owns an imported snapshot. Default: the default organisation.
    #[must_use]
    pub fn org(mut self, org: OrgId) -> Self {
        self.org = Some(org);
        self
    }
}

impl Inner {
    async fn create_snapshot(
        &self,
        options: SnapshotOptions,
    ) -> Result<SnapshotRecord, SandboxError> {
        let _entered = self.enter_as_it_is().await?;
        let (root, pin) = self.present().await?;
        let sandbox = self.record();
        let runtime_root = sandbox.runtime_root.unwrap_or(root);
        let made = New {
            org: sandbox.org,
            sandbox_id: Some(sandbox.id),
            runtime: sandbox.runtime,
            programs: sandbox.programs,
            root,
            runtime_root,
            parent: sandbox.snapshot,
        };
        self.shared.keep(made, options, pin).await
    }
}

/// What a snapshot is of.
pub(super) struct New {
    pub(super) org: OrgId,
    pub(super) sandbox_id: Option<SandboxId>,
    pub(super) runtime: String,
    pub(super) programs: Vec<Digest>,
    pub(super) root: Digest,
    pub(super) runtime_root: Digest,
    pub(super) parent: Option<SnapshotId>,
}

impl Shared {
    /// Records a snapshot. Its tree is there, and kept by `pin` until then.
    pub(super) async fn keep(
        &self,
        new: New,
        options: SnapshotOptions,
        pin: Pin,
    ) -> Result<SnapshotRecord, SandboxError> {
        let store = self.store.clone();
        let weight = self
            .blocking(move || Ok(weigh(&store, new.runtime_root, new.root)?))
            .await?;
        let record = SnapshotRecord {
            id: options.id.unwrap_or_else(SnapshotId::generate),
            org: new.org,
            sandbox_id: new.sandbox_id,
            name: options.name.unwrap_or_default(),
            tag: Some(options.tag.unwrap_or_else(|| LATEST.to_owned())),
            description: options.description,
            message: options.message,
            public: options.public,
            runtime: new.runtime,
            programs: new.programs,
            root: new.root,
            runtime_root: new.runtime_root,
            parent: new.parent,
            size_bytes: weight.bytes,
            file_count: weight.files,
            created_at: self.clock.now(),
            deleted_at: None,
            user_metadata: options.user_metadata,
            env: options.env,
            content_hash: options.content_hash,
        };
        let put = move |records: &mut dyn Records| {
            // Recorded before the pin goes, also if nobody waits for it any more.
            let _pin = pin;
            put_new(records, record)
        };
        Ok(self.ledger.transact(put).await?)
    }
}

impl Sandbox {
    /// Keeps the present files as a snapshot, also while a command runs: as they are at one moment. It
    /// outlives the sandbox. Once this has returned, it survives a crash. Dropping the future does not
    /// stop it.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`](super::ErrorKind::InvalidArgument) for a name, tag or text that
    /// cannot be, [`ErrorKind::Gone`](super::ErrorKind::Gone) if the sandbox has ended.
    pub async fn create_snapshot(
        &self,
        options: SnapshotOptions,
    ) -> Result<SnapshotRecord, SandboxError> {
        check(&options)?;
        let inner = Arc::clone(&self.inner);
        let making = tokio::spawn(async move { inner.create_snapshot(options).await });
        making.await.map_err(Repr::Task)?
    }
}

impl Belljar {
    /// A snapshot, of whatever organisation.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`](super::ErrorKind::NotFound), also for a deleted one.
    pub async fn snapshot(&self, id: &SnapshotId) -> Result<SnapshotRecord, SandboxError> {
        let record = self.snapshot_record(id).await?;
        if record.is_deleted() {
            return Err(not_found(id.as_str()));
        }
        Ok(record)
    }

    /// What is known of a snapshot, also of a deleted one (sandboxes made from it live on).
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`](super::ErrorKind::NotFound).
    pub async fn snapshot_record(&self, id: &SnapshotId) -> Result<SnapshotRecord, SandboxError> {
        let wanted = id.clone();
        let read = move |records: &mut dyn Records| records.snapshot(&wanted);
        let found = self.shared.ledger.read(read).await?;
        found.ok_or_else(|| not_found(id.as_str()))
    }

    /// A snapshot that is not deleted. Its trees are kept until the pins are dropped, also if it is
    /// deleted meanwhile.
    pub(super) async fn pinned_snapshot(
        &self,
        id: &SnapshotId,
    ) -> Result<(SnapshotRecord, Pins), SandboxError> {
        let (wanted, store) = (id.clone(), self.shared.store.clone());
        // Pinned where records are read: between looking and pinning nothing is deleted.
        let read = move |records: &mut dyn Records| {
            let found = records.snapshot(&wanted)?;
            let found = found.filter(|record| !record.is_deleted());
            Ok(found.map(|record| pinned(&store, record)))
        };
        let found = self.shared.ledger.read(read).await?;
        found.ok_or_else(|| not_found(id.as_str()))
    }

    /// Lists snapshots; also gives how many match before paging.
    ///
    /// # Errors
    /// [`ErrorKind::Internal`](super::ErrorKind::Internal) if records cannot be read.
    pub async fn snapshots(
        &self,
        filter: &SnapshotFilter,
    ) -> Result<(Vec<SnapshotRecord>, u64), SandboxError> {
        let filter = filter.clone();
        let read = move |records: &mut dyn Records| records.snapshots(&filter);
        Ok(self.shared.ledger.read(read).await?)
    }

    /// Gives a snapshot another tag, which its namesake that has it loses, or none.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`](super::ErrorKind::NotFound),
    /// [`ErrorKind::InvalidArgument`](super::ErrorKind::InvalidArgument) for what is no tag.
    pub async fn tag_snapshot(
        &self,
        id: &SnapshotId,
        tag: Option<&str>,
    ) -> Result<SnapshotRecord, SandboxError> {
        tag.map(name::check_tag).transpose()?;
        let (wanted, tag) = (id.clone(), tag.map(str::to_owned));
        let work = move |records: &mut dyn Records| {
            let found = records.snapshot(&wanted)?;
            let Some(record) = found.filter(|record| !record.is_deleted()) else {
                return Ok(None);
            };
            put(records, SnapshotRecord { tag, ..record }).map(Some)
        };
        let tagged = self.shared.ledger.transact(work).await?;
        tagged.ok_or_else(|| not_found(id.as_str()))
    }

    /// Deletes a snapshot. Sandboxes made from it, and snapshots of those, live on.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`](super::ErrorKind::NotFound), also if it is deleted already.
    pub async fn delete_snapshot(&self, id: &SnapshotId) -> Result<(), SandboxError> {
        let (wanted, now) = (id.clone(), self.shared.clock.now());
        let work = move |records: &mut dyn Records| {
            let found = records.snapshot(&wanted)?;
            let Some(record) = found.filter(|record| !record.is_deleted()) else {
                return Ok(false);
            };
            let deleted = SnapshotRecord {
                tag: None,
                deleted_at: Some(now),
                ..record
            };
            records.apply(&[Change::PutSnapshot(Box::new(deleted))])?;
            Ok(true)
        };
        if self.shared.ledger.transact(work).await? {
            self.shared.add_waste(collector::REMOVED);
            Ok(())
        } else {
            Err(not_found(id.as_str()))
        }
    }
}

/// A snapshot with what keeps its trees. For the thread that records are on.
pub(super) fn pinned(store: &Store, record: SnapshotRecord) -> (SnapshotRecord, Pins) {
    let pins = [record.root, record.runtime_root].map(|root| store.pin(root));
    (record, pins)
}

/// Puts a snapshot's record and takes its tag from whoever has it, in one step.
pub(super) fn put(
    records: &mut dyn Records,
    record: SnapshotRecord,
) -> Result<SnapshotRecord, RecordsError> {
    let mut changes = Vec::new();
    if let Some(tag) = &record.tag {
        let filter = SnapshotFilter {
            org: Some(record.org.clone()),
            name: Some(record.name.clone()),
            tag: Some(tag.clone()),
            limit: u32::MAX,
            ..SnapshotFilter::default()
        };
        let (holders, _) = records.snapshots(&filter)?;
        let others = holders.into_iter().filter(|other| other.id != record.id);
        changes.extend(
            others
                .map(|other| Change::PutSnapshot(Box::new(SnapshotRecord { tag: None, ..other }))),
        );
    }
    changes.push(Change::PutSnapshot(Box::new(record.clone())));
    records.apply(&changes)?;
    Ok(record)
}

/// Puts the record of a new snapshot; one without a name gets one that its organisation has not.
pub(super) fn put_new(
    records: &mut dyn Records,
    mut record: SnapshotRecord,
) -> Result<SnapshotRecord, RecordsError> {
    while record.name.is_empty() {
        let made_up = name::made_up();
        let filter = SnapshotFilter {
            org: Some(record.org.clone()),
            name: Some(made_up.clone()),
            include_deleted: true,
            limit: 0,
            ..SnapshotFilter::default()
        };
        if records.snapshots(&filter)?.1 == 0 {
            record.name = made_up;
        }
    }
    let record = put(records, record)?;
    if let Some(sandbox) = &record.sandbox_id {
        let data = [
            ("snapshotId", json!(record.id)),
            ("name", json!(record.name)),
            ("tag", json!(record.tag)),
        ];
        let event = event(sandbox, EventKind::SnapshotCreate, record.created_at, data);
        records.apply(&[Change::AddEvent(event)])?;
    }
    Ok(record)
}

/// Refuses options that can never be.
pub(super) fn check(options: &SnapshotOptions) -> Result<(), SandboxError> {
    options
        .name
        .as_deref()
        .map(name::check_snapshot)
        .transpose()?;
    options.tag.as_deref().map(name::check_tag).transpose()?;
    name::check_text("description", options.description.as_deref())?;
    name::check_text("message", options.message.as_deref())
}

/// The error for a snapshot that is not there, or not for whoever asks.
pub(super) fn not_found(reference: &str) -> SandboxError {
    Repr::SnapshotNotFound {
        reference: reference.chars().take(200).collect(),
    }
    .into()
}
