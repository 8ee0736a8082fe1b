//! Making sandboxes.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures::future::BoxFuture;
use serde_json::json;
use tracing::Instrument;

use super::belljar::Belljar;
use super::error::{SandboxError, chain};
use super::event::{EventKind, event};
use super::handle::{Inner, Sandbox};
use super::lineage;
use super::options::{Command, FileWrite, SandboxOptions};
use super::packages;
use super::reaper;
use super::records::{Change, Records, SandboxMode, SandboxRecord, SandboxStatus, SnapshotRecord};
use super::run::{self, Prepared};
use super::runtimes::Runtimes;
use super::snapshot::{self, Pins};
use super::state::Step;
use super::validate;
use crate::id::{PortId, SandboxId};

impl Belljar {
    /// Makes a sandbox; with a command in the options it is one-shot and starts it. Returns as
    /// soon as it exists: if its runtime has to be installed first, it is `creating` for a while. With
    /// packages in the options it returns when they are installed.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`](super::ErrorKind::NotFound) for an unknown runtime or snapshot,
    /// [`ErrorKind::InvalidArgument`](super::ErrorKind::InvalidArgument) for options that can
    /// never work and packages that cannot be installed,
    /// [`ErrorKind::Unavailable`](super::ErrorKind::Unavailable) if their registry cannot be reached,
    /// [`ErrorKind::LimitExceeded`](super::ErrorKind::LimitExceeded) when there are too many
    /// sandboxes.
    pub async fn create(&self, mut options: SandboxOptions) -> Result<Sandbox, SandboxError> {
        let snapshot = self.snapshot_of(&options).await?;
        let runtime = match &snapshot {
            Some((snapshot, _)) => &snapshot.runtime,
            None => &options.runtime,
        };
        let manifest = Runtimes::manifest(runtime)?;
        validate::sandbox(&options, manifest)?;
        if !options.packages.is_empty() && self.shared.registry.is_none() {
            return Err(SandboxError::invalid("packages", packages::NO_REGISTRY));
        }
        let place = self.shared.place()?;
        let command = options.command.take();
        let files = std::mem::take(&mut options.files);
        let (snapshot, pins) = snapshot.unzip();
        let record = self.record_of(options, manifest.name, snapshot.as_ref(), command.as_ref());
        let inner = Arc::new(Inner::new(Arc::clone(&self.shared), record, Some(place)));

        let prepared = match command {
            Some(command) => Some(run::prepare(&inner, command, false)?),
            None => None,
        };
        let mut changes = Vec::new();
        let record = inner.update(|record| {
            if let Some(prepared) = &prepared {
                let execution = prepared.running.record();
                record.executions = 1;
                record.execution_id = Some(execution.id.clone());
                record.stdout = execution.stdout.clone();
                record.stderr = execution.stderr.clone();
                changes.push(Change::PutExecution(Box::new(execution)));
            }
        });
        if let Some(prepared) = &prepared {
            inner.set_current(Arc::clone(&prepared.running));
            self.shared.remember(&prepared.running);
        }
        changes.push(Change::AddEvent(event(
            &inner.id,
            EventKind::Create,
            record.created_at,
            [
                ("runtime", json!(record.runtime)),
                ("snapshot", json!(record.snapshot)),
            ]
            .into_iter()
            .filter(|(_, value)| !value.is_null()),
        )));
        self.shared.add(&inner);
        // From here on the sandbox itself keeps the snapshot's trees.
        drop(pins);
        let ready = self.shared.runtimes.ready(manifest).is_some();
        let making = make(Arc::clone(&inner), changes, files, prepared, ready);
        Making::new(&inner, making).await?;
        Ok(Sandbox::new(inner))
    }

    /// The snapshot that the options name, with what keeps its trees.
    async fn snapshot_of(
        &self,
        options: &SandboxOptions,
    ) -> Result<Option<(SnapshotRecord, Pins)>, SandboxError> {
        let Some(reference) = options.snapshot.clone() else {
            return Ok(None);
        };
        if !options.runtime.is_empty() {
            return Err(SandboxError::invalid(
                "snapshot",
                "it brings its own runtime; leave out the other one",
            ));
        }
        let org = options.org.as_ref().unwrap_or(&self.shared.default_org);
        let (wanted, org) = (reference.clone(), org.clone());
        let store = self.shared.store.clone();
        // Pinned where records are read: between looking and pinning nothing is deleted.
        let find = move |records: &mut dyn Records| {
            let found = lineage::find(records, &wanted, &org)?;
            Ok(found.map(|record| snapshot::pinned(&store, record)))
        };
        let found = self.shared.ledger.read(find).await?;
        found
            .map(Some)
            .ok_or_else(|| snapshot::not_found(&reference))
    }

    fn record_of(
        &self,
        options: SandboxOptions,
        runtime: &str,
        snapshot: Option<&SnapshotRecord>,
        command: Option<&Command>,
    ) -> SandboxRecord {
        let now = self.shared.clock.now();
        let mut env = snapshot.map_or_else(Default::default, |snapshot| snapshot.env.clone());
        env.extend(options.env);
        SandboxRecord {
            id: SandboxId::generate(),
            org: options
                .org
                .unwrap_or_else(|| self.shared.default_org.clone()),
            status: SandboxStatus::Creating,
            mode: match command {
                Some(_) => SandboxMode::Oneshot,
                None => SandboxMode::Interactive,
            },
            name: options.name,
            description: options.description,
            project_id: options.project_id,
            runtime: runtime.to_owned(),
            // Of a runtime these are known when it is loaded.
            snapshot: snapshot.map(|snapshot| snapshot.id.clone()),
            origin: snapshot.map(|snapshot| snapshot.root),
            base: snapshot.map(|snapshot| snapshot.root),
            runtime_root: snapshot.map(|snapshot| snapshot.runtime_root),
            programs: snapshot.map_or_else(Vec::new, |snapshot| snapshot.programs.clone()),
            saved: false,
            temporary: options.temporary,
            forked_from: None,
            parent_checkpoint: None,
            resources: options.resources,
            env,
            port_id: options.network.port.map(|_| PortId::generate()),
            network: options.network,
            timeouts: options.timeouts,
            command: command.map(|command| command.argv.clone()),
            metadata: options.metadata,
            dependencies: options.dependencies,
            packages: options.packages,
            scopes: options.scopes,
            created_at: now,
            updated_at: now,
            paused_at: None,
            terminates_at: None,
            ended_at: None,
            executions: 0,
            exit_code: None,
            execution_id: None,
            stdout: None,
            stderr: None,
            cpu_time_ms: 0,
            memory_byte_seconds: 0,
            network_egress_bytes: 0,
        }
    }
}

/// Records a new sandbox and sets it up; waits for the latter if its runtime is `ready`. With packages
/// it waits in any case, and without them it is no sandbox.
async fn make(
    inner: Arc<Inner>,
    changes: Vec<Change>,
    files: Vec<FileWrite>,
    prepared: Option<Prepared>,
    ready: bool,
) -> Result<(), SandboxError> {
    let interactive = prepared.is_none();
    let ledger = &inner.shared.ledger;
    let created = if interactive {
        Some(ledger.begin(changes))
    } else {
        ledger.write(changes);
        None
    };
    let with_packages = !inner.record().packages.is_empty();
    let set_up = set_up(Arc::clone(&inner), files, prepared);
    if with_packages {
        if let Err(error) = set_up.await {
            // Nobody has seen it but as one that is being created.
            inner.stop(true).await;
            return Err(error);
        }
    } else if ready {
        // What went wrong is recorded.
        drop(set_up.await);
    } else {
        tokio::spawn(set_up.in_current_span());
    }
    // A one-shot sandbox does not outlive a crash anyway; any other is there once its creation
    // was answered.
    let Some(created) = created else {
        return Ok(());
    };
    let recorded = async {
        created.await?;
        inner.recorded().await
    };
    if let Err(error) = recorded.await {
        take_back(&inner).await;
        return Err(error);
    }
    Ok(())
}

/// Ends a sandbox that could not be recorded. Nobody was told of it: not even a failed one is left.
pub(super) async fn take_back(inner: &Arc<Inner>) {
    inner.stop(true).await;
    reaper::purge(inner);
    let forget = vec![Change::PurgeSandbox(inner.id.clone())];
    inner.shared.ledger.write(forget);
}

/// The rest of a creation. Given up half-way, it ends behind everybody's back and the sandbox with
/// it: nobody knows of it, and half-made it would stay for ever.
pub(super) struct Making<'a> {
    inner: &'a Arc<Inner>,
    rest: Option<BoxFuture<'static, Result<(), SandboxError>>>,
}

impl<'a> Making<'a> {
    pub(super) fn new(
        inner: &'a Arc<Inner>,
        rest: impl Future<Output = Result<(), SandboxError>> + Send + 'static,
    ) -> Self {
        Self {
            inner,
            rest: Some(Box::pin(rest)),
        }
    }
}

impl Future for Making<'_> {
    type Output = Result<(), SandboxError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let Some(rest) = &mut self.rest else {
            return Poll::Pending;
        };
        let made = std::task::ready!(rest.as_mut().poll(cx));
        self.rest = None;
        Poll::Ready(made)
    }
}

impl Drop for Making<'_> {
    fn drop(&mut self) {
        if let Some(rest) = self.rest.take()
            && let Ok(runtime) = tokio::runtime::Handle::try_current()
        {
            let inner = Arc::clone(self.inner);
            runtime.spawn(async move {
                // What went wrong is recorded, and nobody is left to be told.
                let (_made, ()) = futures::future::join(rest, inner.stop(true)).await;
            });
        }
    }
}

/// Makes the sandbox usable, or fails it. The files of the options are written first, then its packages
/// are installed.
async fn set_up(
    inner: Arc<Inner>,
    files: Vec<FileWrite>,
    prepared: Option<Prepared>,
) -> Result<(), SandboxError> {
    let made = async {
        inner.filesystem().await?;
        if !files.is_empty() {
            inner.write_files(files).await?;
            inner.save().await?;
        }
        packages::install(&inner).await
    };
    if let Err(error) = made.await {
        inner.fail(&error);
        if let Some(prepared) = prepared {
            run::give_up(&inner, prepared, &chain(&error));
        }
        return Err(error);
    }
    let now = inner.shared.clock.now();
    match inner.take_step(Step::Ready, |record| inner.adopt_runtime(record)) {
        Ok(_) => {
            inner.shared.ledger.write(vec![Change::AddEvent(event(
                &inner.id,
                EventKind::Started,
                now,
                [],
            ))]);
            if let Some(prepared) = prepared {
                inner.start(prepared);
            }
        }
        // Destroyed meanwhile, perhaps before its files were made.
        Err(_) => {
            inner.remove_files();
            if let Some(prepared) = prepared {
                run::give_up(&inner, prepared, "the sandbox was destroyed");
            }
        }
    }
    Ok(())
}
