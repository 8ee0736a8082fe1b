//! The front door: opening an engine, making sandboxes, finding them again.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use cap_std::ambient_authority;
use cap_std::fs::Dir;
use tokio::task::AbortHandle;

use super::build::Builds;
use super::collector::Collector;
use super::error::{Repr, SandboxError};
use super::execution::{Execution, Running, Stats};
use super::folder::Folder;
use super::forget::Forgetter;
use super::handle::{Inner, not_found};
use super::job::RunningJob;
use super::ledger::Ledger;
use super::options::{BelljarOptions, Command, SandboxOptions};
use super::reaper;
use super::records::{Change, ExecutionStatus, MemoryRecords, OrgRecord};
use super::recover;
use super::runtimes::{RuntimeInfo, Runtimes};
use super::stream::Streams;
use crate::clock::Clock;
use crate::id::{ExecutionId, JobId, OrgId, PortId, SandboxId};
use crate::limits::{Counter, CounterGuard};
use crate::net;
use crate::process::Uploads;
use crate::registry::Registry;
use crate::store::Store;
use crate::units::ByteSize;

/// What is said to whoever runs WebAssembly of his own where that is off.
const UPLOADS_REFUSED: &str = "running WebAssembly that is not part of the runtime is off here; \
    whoever runs the server can allow it with `--uploaded-programs`";

/// What is said of jobs that were running when the engine was closed.
const CLOSED: &str = "the server was stopped";

/// What all sandboxes of one [`Belljar`] share.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) runtimes: Arc<Runtimes>,
    /// Where trees are.
    pub(crate) store: Store,
    pub(crate) ledger: Ledger,
    pub(crate) streams: Arc<Streams>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) default_memory: ByteSize,
    /// Processes that one sandbox may have.
    pub(crate) sandbox_processes: u64,
    /// Whether they may run programs of their own.
    pub(crate) uploads: Uploads,
    /// What sandboxes may do on the network that may use it, and what all share.
    pub(crate) network: net::Shared,
    /// Where their npm packages come from.
    pub(crate) registry: Option<Arc<dyn Registry>>,
    pub(crate) default_org: OrgId,
    pub(crate) grace: Duration,
    pub(crate) abandon_after: Option<Duration>,
    pub(super) forgetter: Forgetter,
    /// Whether data outlive this process.
    pub(crate) durable: bool,
    /// How many sandboxes may exist at once.
    pub(crate) places: Arc<Counter>,
    pub(crate) closing: AtomicBool,
    /// Where sandboxes have their journals.
    pub(crate) folders: Arc<Dir>,
    pub(super) collector: Collector,
    /// Held by whoever works on the whole store; nobody does once this is closed.
    pub(super) survey: tokio::sync::Mutex<()>,
    /// Snapshots that are being built from archives.
    pub(super) builds: Builds,
    /// Held while a sandbox without a handle is destroyed.
    pub(super) destroying: tokio::sync::Mutex<()>,
    sandboxes: Mutex<HashMap<SandboxId, Arc<Inner>>>,
    /// Those of them that expose a port.
    ports: Mutex<HashMap<PortId, SandboxId>>,
    executions: Mutex<HashMap<ExecutionId, Weak<Running>>>,
    jobs: Mutex<HashMap<JobId, Weak<RunningJob>>>,
    /// Where everything is. The last to go: what is open in a temporary one keeps it on Windows.
    pub(super) data: Arc<Folder>,
}

impl Shared {
    /// A place for one more sandbox.
    pub(crate) fn place(&self) -> Result<CounterGuard, SandboxError> {
        self.not_closing()?;
        self.places.try_acquire().ok_or_else(|| {
            Repr::Limit {
                limit: "the number of sandboxes",
                value: self.places.in_use(),
                advice: "destroy some and try again",
            }
            .into()
        })
    }

    /// Refuses what would outlive the end that has begun.
    pub(crate) fn not_closing(&self) -> Result<(), SandboxError> {
        if self.closing.load(Ordering::Acquire) {
            return Err(Repr::Closing.into());
        }
        Ok(())
    }

    /// Lets a sandbox be found.
    pub(crate) fn add(&self, inner: &Arc<Inner>) {
        if let Some(port) = inner.while_as_it_is(|record| record.port_id.clone()) {
            lock(&self.ports).insert(port, inner.id.clone());
        }
        self.sandboxes().insert(inner.id.clone(), Arc::clone(inner));
    }

    /// Forgets a sandbox.
    pub(crate) fn remove(&self, inner: &Inner) {
        self.sandboxes().remove(&inner.id);
        if let Some(port) = inner.while_as_it_is(|record| record.port_id.clone()) {
            lock(&self.ports).remove(&port);
        }
    }

    /// The sandbox that exposes a port.
    pub(crate) fn behind(&self, port: &PortId) -> Option<Arc<Inner>> {
        let id = lock(&self.ports).get(port).cloned()?;
        self.sandboxes().get(&id).cloned()
    }

    pub(crate) fn sandboxes(&self) -> MutexGuard<'_, HashMap<SandboxId, Arc<Inner>>> {
        lock(&self.sandboxes)
    }

    /// Lets an execution be found by its id for as long as it lives.
    pub(crate) fn remember(&self, running: &Arc<Running>) {
        lock(&self.executions).insert(running.id.clone(), Arc::downgrade(running));
    }

    /// As [`Shared::remember`].
    pub(crate) fn remember_job(&self, job: &Arc<RunningJob>) {
        lock(&self.jobs).insert(job.id.clone(), Arc::downgrade(job));
    }

    /// Forgets executions and jobs that nothing refers to any more.
    pub(crate) fn forget_ended(&self) {
        lock(&self.executions).retain(|_, running| running.strong_count() > 0);
        lock(&self.jobs).retain(|_, job| job.strong_count() > 0);
    }

    pub(crate) fn job(&self, id: &JobId) -> Option<Arc<RunningJob>> {
        lock(&self.jobs).get(id).and_then(Weak::upgrade)
    }

    pub(crate) fn execution(&self, id: &ExecutionId) -> Option<Arc<Running>> {
        lock(&self.executions).get(id).and_then(Weak::upgrade)
    }
}

/// What the last [`Belljar`] handle ends. Sandboxes refer to [`Shared`] and it to them, so it
/// could not end itself.
#[derive(Debug)]
struct Owner {
    shared: Arc<Shared>,
    reaper: AbortHandle,
}

impl Drop for Owner {
    fn drop(&mut self) {
        self.reaper.abort();
        let all = std::mem::take(&mut *self.shared.sandboxes());
        for inner in all.values() {
            if let Some(running) = inner.current() {
                running.cancel();
            }
            inner.kill_jobs(CLOSED);
            inner.installation.kill();
        }
        if !self.shared.durable {
            // Here and not with the last reference to what is shared: when the program ends, threads
            // that have one are ended with it.
            self.shared.data.give_back();
        }
    }
}

/// A Belljar: an engine with its sandboxes. Clones are the same one.
///
/// Must be used inside a tokio runtime. Guests run on threads of their own.
#[derive(Clone, Debug)]
pub struct Belljar {
    pub(super) shared: Arc<Shared>,
    _owner: Arc<Owner>,
}

/// What a command gave, whole.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Output {
    /// The sandbox it ran in.
    pub sandbox_id: SandboxId,
    /// How it ended.
    pub status: ExecutionStatus,
    /// Its exit code, as a shell shows it.
    pub exit_code: i32,
    /// Captured standard output.
    pub stdout: Vec<u8>,
    /// Captured standard error.
    pub stderr: Vec<u8>,
    /// Whether output beyond the limit was dropped.
    pub truncated: bool,
    /// What it took; `None` if it could not be started.
    pub stats: Option<Stats>,
}

impl Belljar {
    /// Opens an engine. Sandboxes recorded by an earlier one in the same folder are back; what
    /// was running then has failed.
    ///
    /// # Errors
    /// [`ErrorKind::Internal`](super::ErrorKind::Internal) if a folder cannot be used or this
    /// machine cannot run the engine.
    pub async fn open(mut options: BelljarOptions) -> Result<Self, SandboxError> {
        let records = options
            .records
            .take()
            .unwrap_or_else(|| Box::new(MemoryRecords::default()));
        let opened = tokio::task::spawn_blocking(move || {
            let data = Folder::take(options.data.as_deref())?;
            let sandboxes = data.inner("sandboxes").map_err(Repr::Data)?;
            let output = data.inner("output").map_err(Repr::Data)?;
            let folders =
                Dir::open_ambient_dir(sandboxes, ambient_authority()).map_err(Repr::Data)?;
            let runtimes = Runtimes::open(&options, data.path())?;
            Ok::<_, SandboxError>((options, data, output, folders, runtimes))
        });
        let (options, data, output, folders, runtimes) = opened.await.map_err(Repr::Task)??;

        let ledger = Ledger::start(records);
        let default_org = default_org(&ledger, &*options.clock).await?;
        let shared = Arc::new(Shared {
            store: runtimes.store().clone(),
            runtimes: Arc::new(runtimes),
            ledger,
            streams: Arc::new(Streams::new(Some(output), options.output_limit.bytes())),
            clock: options.clock,
            default_memory: options.default_memory,
            sandbox_processes: options.sandbox_processes.into(),
            uploads: if options.uploaded_programs {
                Uploads::Allowed
            } else {
                Uploads::Refused(UPLOADS_REFUSED)
            },
            network: net::Shared::new(
                net::Policy {
                    private: options.private_networks,
                },
                options.max_sockets.into(),
            ),
            registry: options.registry,
            default_org,
            grace: options.grace,
            abandon_after: options.abandon_after,
            forgetter: Forgetter::new(options.forget_after),
            durable: data.is_durable(),
            places: Arc::new(Counter::new(options.max_sandboxes)),
            closing: AtomicBool::new(false),
            folders: Arc::new(folders),
            collector: Collector::new(options.collect_every),
            survey: tokio::sync::Mutex::default(),
            builds: Builds::default(),
            destroying: tokio::sync::Mutex::default(),
            sandboxes: Mutex::default(),
            ports: Mutex::default(),
            executions: Mutex::default(),
            jobs: Mutex::default(),
            data: Arc::new(data),
        });
        recover::recover(&shared).await?;
        let reaper = tokio::spawn(reaper::reap(Arc::downgrade(&shared))).abort_handle();
        let owner = Owner {
            shared: Arc::clone(&shared),
            reaper,
        };
        Ok(Self {
            shared,
            _owner: Arc::new(owner),
        })
    }

    /// The runtimes there are. Looks at the disk.
    #[must_use]
    pub fn runtimes(&self) -> Vec<RuntimeInfo> {
        self.shared.runtimes.list()
    }

    /// Installs and loads a runtime, so that sandboxes of it start at once.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`](super::ErrorKind::NotFound) for one there is not.
    pub async fn install_runtime(&self, name: &str) -> Result<(), SandboxError> {
        let manifest = Runtimes::manifest(name)?;
        self.shared.runtimes.prepare(manifest).await.map(drop)
    }

    /// Installs and loads a runtime as [`Belljar::install_runtime`] does, and gets `processes` slots
    /// of the pool warm: as many processes at once then start without mapping any memory.
    ///
    /// # Errors
    /// As [`Belljar::install_runtime`].
    pub async fn prewarm(&self, name: &str, processes: u32) -> Result<(), SandboxError> {
        let manifest = Runtimes::manifest(name)?;
        self.shared.runtimes.prewarm(manifest, processes).await
    }

    /// Removes an installed runtime; `false` if it was not installed. Running commands go on.
    ///
    /// # Errors
    /// As [`Belljar::install_runtime`].
    pub async fn remove_runtime(&self, name: &str) -> Result<bool, SandboxError> {
        let manifest = Runtimes::manifest(name)?;
        self.shared.runtimes.remove(manifest).await
    }

    /// Runs one command in a sandbox of its own and gives all of its output. Dropping the future
    /// ends the command.
    ///
    /// # Errors
    /// As [`Belljar::create`]. Whatever the command does is in the [`Output`].
    pub async fn run(
        &self,
        options: SandboxOptions,
        command: Command,
    ) -> Result<Output, SandboxError> {
        let sandbox = self.create(options.command(command)).await?;
        let running = sandbox.current().ok_or_else(|| not_found(sandbox.id()))?;
        let execution = Execution::new(running);
        let record = execution.wait().await;
        let (stdout, stderr) = (execution.stdout(), execution.stderr());
        let output = Output {
            sandbox_id: sandbox.id().clone(),
            status: record.status,
            exit_code: record.exit_code.unwrap_or(1),
            stdout: stdout.read_to_end().await.map_err(Repr::Output)?,
            stderr: stderr.read_to_end().await.map_err(Repr::Output)?,
            truncated: record.output_truncated,
            stats: execution.stats(),
        };
        reaper::purge(&sandbox.inner);
        Ok(output)
    }

    /// The organisation that sandboxes belong to when none is named.
    #[must_use]
    pub fn default_org(&self) -> &OrgId {
        &self.shared.default_org
    }

    /// The ledger beneath, for organisations and keys.
    #[must_use]
    pub fn ledger(&self) -> &Ledger {
        &self.shared.ledger
    }

    /// The clock that records are stamped with.
    #[must_use]
    pub fn clock(&self) -> &dyn Clock {
        &*self.shared.clock
    }

    /// Cancels what runs, ends one-shot sandboxes and waits until everything is recorded.
    /// Interactive sandboxes are back when the same folder is opened again; without a folder nothing is
    /// left, and what handles of sandboxes still show is not to be relied on.
    pub async fn close(&self) {
        self.shared.closing.store(true, Ordering::Release);
        let all: Vec<_> = self.shared.sandboxes().values().cloned().collect();
        for inner in &all {
            inner.kill_jobs(CLOSED);
            inner.installation.kill();
        }
        for inner in &all {
            if let Some(running) = inner.current()
                && !running.is_ended()
            {
                running.cancel();
                running.ended().await;
            }
            inner.end_jobs(CLOSED).await;
        }
        // Nobody works on the whole store any more, and nobody begins to.
        let _survey = self.shared.survey.lock().await;
        let disks: Vec<_> = all.iter().map(|inner| Arc::clone(&inner.disk)).collect();
        let closing = self.shared.blocking(move || {
            disks.iter().for_each(|disk| disk.close());
            Ok(())
        });
        // It only fails if it panics.
        drop(closing.await);
        self.shared.ledger.close().await;
        // Handles of sandboxes may live on; nothing is written for them any more.
        let data = Arc::clone(&self.shared.data);
        let giving_back = self.shared.blocking(move || {
            data.give_back();
            Ok(())
        });
        drop(giving_back.await);
    }
}

/// The one organisation of an engine that knows no other.
async fn default_org(ledger: &Ledger, clock: &dyn Clock) -> Result<OrgId, SandboxError> {
    let orgs = ledger.read(|records| records.orgs()).await?;
    if let Some(org) = orgs.into_iter().next() {
        return Ok(org.id);
    }
    let org = OrgRecord {
        id: OrgId::generate(),
        name: "default".into(),
        created_at: clock.now(),
    };
    let id = org.id.clone();
    ledger.commit(vec![Change::PutOrg(org)]).await?;
    Ok(id)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
