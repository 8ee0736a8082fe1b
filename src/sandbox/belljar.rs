//! The front door: opening an engine, making sandboxes, finding them again.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use tokio::task::AbortHandle;

use super::error::{Repr, SandboxError, chain};
use super::event::{EventKind, event};
use super::execution::{Execution, Running, Stats};
use super::handle::{Inner, Sandbox, not_found};
use super::ledger::Ledger;
use super::options::{BelljarOptions, Command, SandboxOptions};
use super::reaper;
use super::records::{
    Change, Direction, EventRecord, ExecutionRecord, ExecutionStatus, MemoryRecords, OrgRecord,
    SandboxFilter, SandboxMode, SandboxRecord, SandboxStatus,
};
use super::recover;
use super::run::{self, Prepared};
use super::runtimes::{RuntimeInfo, Runtimes};
use super::state::Step;
use super::stream::{Stream, Streams};
use super::validate;
use crate::clock::Clock;
use crate::id::{ExecutionId, OrgId, SandboxId, StreamId};
use crate::limits::Counter;
use crate::units::ByteSize;

/// What all sandboxes of one [`Belljar`] share.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) runtimes: Arc<Runtimes>,
    pub(crate) ledger: Ledger,
    pub(crate) streams: Streams,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) default_memory: ByteSize,
    pub(crate) default_org: OrgId,
    pub(crate) grace: Duration,
    pub(crate) abandon_after: Option<Duration>,
    /// Whether data outlive this process.
    pub(crate) durable: bool,
    /// How many sandboxes may exist at once.
    pub(crate) places: Arc<Counter>,
    closing: AtomicBool,
    sandboxes_folder: PathBuf,
    sandboxes: Mutex<HashMap<SandboxId, Arc<Inner>>>,
    executions: Mutex<HashMap<ExecutionId, Weak<Running>>>,
    /// Removed with the last handle.
    _temporary: Option<tempfile::TempDir>,
}

impl Shared {
    pub(crate) fn sandbox_folder(&self, id: &SandboxId) -> PathBuf {
        self.sandboxes_folder.join(id.as_str())
    }

    pub(crate) fn sandboxes(&self) -> MutexGuard<'_, HashMap<SandboxId, Arc<Inner>>> {
        lock(&self.sandboxes)
    }

    /// Lets an execution be found by its id for as long as it lives.
    pub(crate) fn remember(&self, running: &Arc<Running>) {
        lock(&self.executions).insert(running.id.clone(), Arc::downgrade(running));
    }

    /// Forgets executions that nothing refers to any more.
    pub(crate) fn forget_executions(&self) {
        lock(&self.executions).retain(|_, running| running.strong_count() > 0);
    }

    fn execution(&self, id: &ExecutionId) -> Option<Arc<Running>> {
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
        }
    }
}

/// A Belljar: an engine with its sandboxes. Clones are the same one.
///
/// Must be used inside a tokio runtime. Guests run on threads of their own.
#[derive(Clone, Debug)]
pub struct Belljar {
    shared: Arc<Shared>,
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
            let temporary = match options.data {
                Some(_) => None,
                None => Some(
                    tempfile::Builder::new()
                        .prefix("belljar-")
                        .tempdir()
                        .map_err(Repr::Data)?,
                ),
            };
            let data = match (&options.data, &temporary) {
                (Some(data), _) => data.clone(),
                (None, Some(temporary)) => temporary.path().to_owned(),
                (None, None) => PathBuf::new(),
            };
            for folder in ["sandboxes", "output"] {
                std::fs::create_dir_all(data.join(folder)).map_err(Repr::Data)?;
            }
            let runtimes = Runtimes::open(&options, options.cache.clone())?;
            Ok::<_, SandboxError>((options, temporary, data, runtimes))
        });
        let (options, temporary, data, runtimes) = opened.await.map_err(Repr::Task)??;

        let ledger = Ledger::start(records);
        let default_org = default_org(&ledger, &*options.clock).await?;
        let durable = temporary.is_none();
        let output = Some(data.join("output"));
        let shared = Arc::new(Shared {
            runtimes: Arc::new(runtimes),
            ledger,
            streams: Streams::new(output, options.output_limit.bytes()),
            clock: options.clock,
            default_memory: options.default_memory,
            default_org,
            grace: options.grace,
            abandon_after: options.abandon_after,
            durable,
            places: Arc::new(Counter::new(options.max_sandboxes)),
            closing: AtomicBool::new(false),
            sandboxes_folder: data.join("sandboxes"),
            sandboxes: Mutex::default(),
            executions: Mutex::default(),
            _temporary: temporary,
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

    /// Removes an installed runtime; `false` if it was not installed. Running commands go on.
    ///
    /// # Errors
    /// As [`Belljar::install_runtime`].
    pub async fn remove_runtime(&self, name: &str) -> Result<bool, SandboxError> {
        let manifest = Runtimes::manifest(name)?;
        self.shared.runtimes.remove(manifest).await
    }

    /// Makes a sandbox; with a command in the options it is one-shot and starts it. Returns as
    /// soon as it exists: if its runtime has to be installed first, it is `creating` for a while.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`](super::ErrorKind::NotFound) for an unknown runtime,
    /// [`ErrorKind::InvalidArgument`](super::ErrorKind::InvalidArgument) for options that can
    /// never work, [`ErrorKind::LimitExceeded`](super::ErrorKind::LimitExceeded) when there are
    /// too many sandboxes.
    pub async fn create(&self, mut options: SandboxOptions) -> Result<Sandbox, SandboxError> {
        let manifest = Runtimes::manifest(&options.runtime)?;
        validate::sandbox(&options, manifest)?;
        if self.shared.closing.load(Ordering::Acquire) {
            return Err(Repr::Closing.into());
        }
        let Some(place) = self.shared.places.try_acquire() else {
            return Err(Repr::Limit {
                limit: "the number of sandboxes",
                value: self.shared.places.in_use(),
                advice: "destroy some and try again",
            }
            .into());
        };
        let command = options.command.take();
        let files = std::mem::take(&mut options.files);
        let record = self.record_of(options, manifest.name, command.as_ref());
        let inner = Arc::new(Inner::new(Arc::clone(&self.shared), record, Some(place)));

        let prepared = match command {
            Some(command) => Some(run::prepare(&inner, command)?),
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
            [("runtime", record.runtime.clone().into())],
        )));
        self.shared
            .sandboxes()
            .insert(inner.id.clone(), Arc::clone(&inner));
        // A one-shot sandbox does not outlive a crash anyway; any other is there once its
        // creation was answered.
        if prepared.is_none() && self.shared.durable {
            self.shared.ledger.commit(changes).await?;
        } else {
            self.shared.ledger.write(changes);
        }
        if self.shared.runtimes.ready(manifest).is_some() {
            set_up(Arc::clone(&inner), files, prepared).await;
        } else {
            tokio::spawn(set_up(Arc::clone(&inner), files, prepared));
        }
        Ok(Sandbox::new(inner))
    }

    fn record_of(
        &self,
        options: SandboxOptions,
        runtime: &str,
        command: Option<&Command>,
    ) -> SandboxRecord {
        let now = self.shared.clock.now();
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
            resources: options.resources,
            env: options.env,
            network: options.network,
            timeouts: options.timeouts,
            command: command.map(|command| command.argv.clone()),
            metadata: options.metadata,
            dependencies: options.dependencies,
            packages: options.packages,
            scopes: options.scopes,
            created_at: now,
            updated_at: now,
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
        let stdout = execution.stdout();
        let stderr = execution.stderr();
        let record = execution.wait().await;
        let output = Output {
            sandbox_id: sandbox.id().clone(),
            status: record.status,
            exit_code: record.exit_code.unwrap_or(1),
            stdout: stdout.read_to_end().await.map_err(Repr::Output)?,
            stderr: stderr.read_to_end().await.map_err(Repr::Output)?,
            truncated: record.output_truncated,
            stats: execution.stats(),
        };
        reaper::purge(&sandbox.inner).await;
        Ok(output)
    }

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
            return Ok(running.record());
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
    /// future counts as giving up: see [`BelljarOptions::abandon_after`].
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
        Ok(running.record())
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
        Ok(running.record())
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
    /// Interactive sandboxes are back when the same folder is opened again.
    pub async fn close(&self) {
        self.shared.closing.store(true, Ordering::Release);
        let all: Vec<_> = self.shared.sandboxes().values().cloned().collect();
        for inner in &all {
            if let Some(running) = inner.current()
                && !running.is_ended()
            {
                running.cancel();
                running.ended().await;
            }
        }
        self.shared.ledger.close().await;
    }
}

/// Makes the sandbox usable, or fails it. The files of the options are written first.
async fn set_up(
    inner: Arc<Inner>,
    files: Vec<super::options::FileWrite>,
    prepared: Option<Prepared>,
) {
    let made = async {
        inner.filesystem().await?;
        if !files.is_empty() {
            inner.write_files(files).await?;
        }
        Ok::<_, SandboxError>(())
    };
    if let Err(error) = made.await {
        inner.fail(&error);
        if let Some(prepared) = prepared {
            run::give_up(&inner, prepared, &chain(&error));
        }
        return;
    }
    let now = inner.shared.clock.now();
    match inner.take_step(Step::Ready, |_| {}) {
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
        // Destroyed meanwhile.
        Err(_) => {
            if let Some(prepared) = prepared {
                run::give_up(&inner, prepared, "the sandbox was destroyed");
            }
        }
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
