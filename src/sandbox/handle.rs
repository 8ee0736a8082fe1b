//! One sandbox: its shared state, and the handle that callers have.

use std::collections::BTreeMap;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde_json::json;
use tokio::sync::watch;
use tracing::{Instrument, field};

use super::TRACE;
use super::belljar::Shared;
use super::disk::Disk;
use super::error::{ErrorKind, Repr, SandboxError};
use super::event::{EventKind, event};
use super::execution::{Execution, Running};
use super::job::{Jobs, MAX_JOBS};
use super::journal::Journal;
use super::options::Command;
use super::packages;
use super::records::{Change, SandboxMode, SandboxRecord, SandboxStatus};
use super::run::{Prepared, prepare, refused, run};
use super::runtimes::Ready;
use super::state::{Refusal, Step, next};
use super::switch::Switch;
use super::validate;
use crate::id::{SandboxId, StreamId};
use crate::limits::cpu::CpuAccount;
use crate::limits::{Counter, CounterGuard, MemoryAccount};
use crate::net;
use crate::process::Population;
use crate::registry;

/// How long a call waits for a sandbox that is being created: an installation on a slow machine.
const CREATING_PATIENCE: Duration = Duration::from_secs(600);

/// The shared state of one sandbox.
#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) id: SandboxId,
    pub(crate) mode: SandboxMode,
    /// Whether a restart is to know nothing of it.
    temporary: bool,
    pub(crate) shared: Arc<Shared>,
    pub(crate) memory: Arc<MemoryAccount>,
    pub(crate) cpu: Arc<CpuAccount>,
    /// Its processes.
    pub(crate) population: Arc<Population>,
    /// What they may do on the network.
    pub(crate) network: net::Access,
    /// Whether they may get npm packages.
    pub(crate) packages: registry::Access,
    record: Mutex<SandboxRecord>,
    status: watch::Sender<SandboxStatus>,
    /// Its files.
    pub(crate) disk: Arc<Disk>,
    /// Whether its record says that it was saved.
    pub(super) saved: AtomicBool,
    ready: Mutex<Option<Arc<Ready>>>,
    current: Mutex<Option<Arc<Running>>>,
    /// What ends the installation of its packages while it is being created.
    pub(super) installation: Switch,
    /// Its jobs that have not ended.
    pub(super) jobs: Jobs,
    /// How many of them there may be.
    pub(super) job_places: Arc<Counter>,
    /// When it was last busy, for the idle timeout.
    active: Mutex<Instant>,
    /// Up to which activity its files were sent to rest.
    rested: Mutex<Option<Instant>>,
    /// When it ended, for the grace period.
    ended: Mutex<Option<Instant>>,
    streams: Mutex<Vec<StreamId>>,
    /// Its place among the sandboxes there may be; given back when it ends.
    place: Mutex<Option<CounterGuard>>,
}

impl Inner {
    /// A sandbox that was not there before.
    pub(crate) fn new(
        shared: Arc<Shared>,
        record: SandboxRecord,
        place: Option<CounterGuard>,
    ) -> Self {
        let durable =
            shared.durable && record.mode == SandboxMode::Interactive && !record.temporary;
        let journal = durable.then(|| Journal::new(Arc::clone(&shared.folders), record.id.clone()));
        Self::with(shared, record, place, journal)
    }

    /// A sandbox with the journal that it has.
    pub(crate) fn with(
        shared: Arc<Shared>,
        record: SandboxRecord,
        place: Option<CounterGuard>,
        journal: Option<Journal>,
    ) -> Self {
        let disk = Disk::new(shared.store.clone(), record.origin, journal);
        let memory = record.resources.memory.unwrap_or(shared.default_memory);
        Self {
            id: record.id.clone(),
            mode: record.mode,
            temporary: record.temporary,
            memory: Arc::new(MemoryAccount::new(memory.bytes())),
            cpu: Arc::new(CpuAccount::new(record.resources.cpu)),
            population: Arc::new(Population::new(shared.sandbox_processes)),
            network: net::Access::new(&shared.network, record.network.enabled),
            packages: packages::access(&shared, record.network.enabled),
            status: watch::Sender::new(record.status),
            saved: AtomicBool::new(record.saved),
            record: Mutex::new(record),
            disk: Arc::new(disk),
            ready: Mutex::default(),
            current: Mutex::default(),
            installation: Switch::default(),
            jobs: Jobs::default(),
            job_places: Arc::new(Counter::new(MAX_JOBS)),
            active: Mutex::new(Instant::now()),
            rested: Mutex::default(),
            ended: Mutex::default(),
            streams: Mutex::default(),
            place: Mutex::new(place),
            shared,
        }
    }

    pub(crate) fn record(&self) -> SandboxRecord {
        lock(&self.record).clone()
    }

    /// Changes the record without changing the status, and records it.
    pub(crate) fn update(&self, change: impl FnOnce(&mut SandboxRecord)) -> SandboxRecord {
        let mut record = lock(&self.record);
        change(&mut record);
        record.updated_at = self.shared.clock.now();
        // Written under the lock, so that changes are recorded in the order they happen.
        self.shared
            .ledger
            .write(vec![Change::PutSandbox(Box::new(record.clone()))]);
        record.clone()
    }

    /// Looks at the record, and does what must not happen after the next step of the life cycle.
    pub(super) fn while_as_it_is<T>(&self, work: impl FnOnce(&SandboxRecord) -> T) -> T {
        work(&lock(&self.record))
    }

    /// Takes a step of the life cycle, changes the record with it, and records both.
    pub(crate) fn take_step(
        &self,
        step: Step,
        change: impl FnOnce(&mut SandboxRecord),
    ) -> Result<SandboxStatus, Refusal> {
        let mut record = lock(&self.record);
        let status = next(record.status, record.mode, step)?;
        record.status = status;
        record.updated_at = self.shared.clock.now();
        change(&mut record);
        let mut changes = vec![Change::PutSandbox(Box::new(record.clone()))];
        if !status.is_live() && record.mode == SandboxMode::Interactive {
            // Nobody can go back to them any more, and they keep their trees.
            changes.push(Change::DeleteCheckpointsOf(self.id.clone()));
        }
        self.shared.ledger.write(changes);
        *lock(&self.active) = Instant::now();
        if !status.is_live() {
            lock(&self.ended).get_or_insert_with(Instant::now);
            lock(&self.place).take();
        }
        drop(record);
        self.status.send_replace(status);
        Ok(status)
    }

    /// Resolves when all that happened so far would survive the death of this process, if its
    /// data do at all.
    pub(crate) async fn recorded(&self) -> Result<(), SandboxError> {
        if self.shared.durable {
            self.shared.ledger.commit(Vec::new()).await?;
        }
        Ok(())
    }

    /// Keeps a runtime loaded for as long as it lives: its files may still have to be read.
    pub(crate) fn hold(&self, ready: Arc<Ready>) {
        lock(&self.ready).get_or_insert(ready);
    }

    /// The runtime, once it was loaded for it.
    pub(crate) fn ready(&self) -> Option<Arc<Ready>> {
        lock(&self.ready).clone()
    }

    /// Where it is in its life.
    pub(crate) fn status(&self) -> SandboxStatus {
        *self.status.borrow()
    }

    /// Waits until it is created; refuses if it has ended.
    pub(crate) async fn usable(&self) -> Result<(), SandboxError> {
        let mut status = self.status.subscribe();
        let created = status.wait_for(|status| *status != SandboxStatus::Creating);
        let status = match tokio::time::timeout(CREATING_PATIENCE, created).await {
            Ok(Ok(status)) => *status,
            Ok(Err(_)) | Err(_) => return Err(refused(self, Refusal::Creating)),
        };
        if !status.is_live() || status == SandboxStatus::Stopping {
            return Err(refused(self, Refusal::Ended));
        }
        Ok(())
    }

    /// Remembers a stream to remove with the sandbox.
    pub(crate) fn own_stream(&self, id: StreamId) {
        lock(&self.streams).push(id);
    }

    /// The streams to remove with the sandbox.
    pub(crate) fn streams(&self) -> Vec<StreamId> {
        lock(&self.streams).clone()
    }

    pub(crate) fn current(&self) -> Option<Arc<Running>> {
        lock(&self.current).clone()
    }

    pub(crate) fn set_current(&self, running: Arc<Running>) {
        *lock(&self.current) = Some(running);
    }

    pub(crate) fn execution_ended(&self, ended: &Arc<Running>, sandbox_ended: bool) {
        *lock(&self.active) = Instant::now();
        if sandbox_ended {
            self.remove_files();
        } else {
            // The next one may have begun already: whoever waited for this one has been told.
            lock(&self.current).take_if(|current| Arc::ptr_eq(current, ended));
        }
    }

    /// When its idle timeout is over, if it is idle and has one.
    pub(crate) fn idle_deadline(&self) -> Option<Instant> {
        let record = lock(&self.record);
        let limit = record.timeouts.idle.filter(|limit| !limit.is_zero())?;
        let idle = record.status == SandboxStatus::Idle && self.jobs.is_empty();
        idle.then(|| *lock(&self.active) + limit)
    }

    /// Whether nothing has happened in it for `time`, and nothing does.
    pub(crate) fn rests_since(&self, time: Duration) -> bool {
        let idle = self.status() == SandboxStatus::Idle && self.jobs.is_empty();
        idle && lock(&self.active).elapsed() >= time
    }

    /// Whether this is asked for the first time since it was last busy.
    pub(crate) fn first_rest(&self) -> bool {
        let active = *lock(&self.active);
        lock(&self.rested).replace(active) != Some(active)
    }

    /// Whether its files outlive this process.
    pub(crate) fn is_durable(&self) -> bool {
        self.shared.durable && self.mode == SandboxMode::Interactive && !self.temporary
    }

    /// When it ended.
    pub(crate) fn ended_at(&self) -> Option<Instant> {
        *lock(&self.ended)
    }

    /// Counts as activity for the idle timeout.
    pub(crate) fn touch(&self) {
        *lock(&self.active) = Instant::now();
    }

    /// Starts a prepared execution. The step to `running` has been taken.
    pub(crate) fn start(self: &Arc<Self>, prepared: Prepared) {
        let span = tracing::info_span!(
            target: TRACE,
            "execution",
            sandbox = %self.id,
            execution = %prepared.running.id,
            status = field::Empty,
            exit_code = field::Empty,
        );
        // On the guests' threads: its process is started from there without waking another.
        self.shared
            .runtimes
            .engine()
            .spawn_beside_guests(run(Arc::clone(self), prepared).instrument(span));
    }

    /// Ends the sandbox: kills what runs, removes the files. `destroyed` tells whether somebody
    /// asked for it (it leaves the lists) or its time was over.
    pub(crate) async fn stop(self: &Arc<Self>, destroyed: bool) {
        let last = if destroyed {
            Step::Destroyed
        } else {
            Step::Expired
        };
        let stopping = self.take_step(Step::Stop, |_| {});
        self.kill_jobs("the sandbox has ended");
        self.installation.kill();
        if let Some(running) = self.current()
            && !running.is_ended()
        {
            running.cancel();
            running.ended().await;
        }
        self.end_jobs("the sandbox has ended").await;
        let now = self.shared.clock.now();
        let kind = if destroyed {
            EventKind::Destroy
        } else {
            EventKind::Terminated
        };
        // Refused if somebody else is stopping it or it is deleted already: then they record it.
        let ended = self.take_step(last, |record| {
            record.ended_at.get_or_insert(now);
        });
        if ended.is_ok() {
            self.shared
                .ledger
                .write(vec![Change::AddEvent(event(&self.id, kind, now, []))]);
        }
        if stopping.is_ok() {
            self.remove_files();
        }
    }

    /// The sandbox cannot go on.
    pub(crate) fn fail(&self, error: &SandboxError) {
        let now = self.shared.clock.now();
        let said = super::error::chain(error);
        match error.kind() {
            ErrorKind::Internal => {
                tracing::error!(sandbox = %self.id, error = said, "sandbox failed")
            }
            // Whoever asked for it is told.
            _ => tracing::info!(sandbox = %self.id, error = said, "sandbox failed"),
        }
        let failed = self.take_step(Step::Fail, |record| {
            record.ended_at = Some(now);
            record.exit_code.get_or_insert(1);
        });
        if failed.is_ok() {
            self.shared.ledger.write(vec![Change::AddEvent(event(
                &self.id,
                EventKind::Failed,
                now,
                [("error", json!(error.to_string()))],
            ))]);
            self.kill_jobs("the sandbox has failed");
            self.remove_files();
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A handle to a sandbox. Clones are handles to the same one; dropping them does not end it.
#[derive(Clone, Debug)]
pub struct Sandbox {
    pub(super) inner: Arc<Inner>,
}

impl Sandbox {
    pub(crate) fn new(inner: Arc<Inner>) -> Self {
        Self { inner }
    }

    /// Its id.
    #[must_use]
    pub fn id(&self) -> &SandboxId {
        &self.inner.id
    }

    /// What is known of it now.
    #[must_use]
    pub fn record(&self) -> SandboxRecord {
        self.inner.record()
    }

    /// Starts a command. Waits while the sandbox is being created, resumes it if it is paused; returns when the command is
    /// accepted, not when it has ended.
    ///
    /// # Errors
    /// [`ErrorKind::Busy`] while another command runs,
    /// [`ErrorKind::Gone`] if the sandbox has ended,
    /// [`ErrorKind::InvalidArgument`] for a command that can
    /// never work. A program that does not exist is no error: the execution ends as failed with
    /// exit code 127.
    pub async fn execute(&self, command: Command) -> Result<Execution, SandboxError> {
        validate::command(&command)?;
        let auto_resumed = self.begin().await?;
        let prepared = match prepare(&self.inner, command, auto_resumed) {
            Ok(prepared) => prepared,
            Err(error) => {
                let undone = self
                    .inner
                    .take_step(Step::Finish, |record| record.executions -= 1);
                debug_assert!(undone.is_ok(), "{undone:?}");
                return Err(error);
            }
        };
        let running = Arc::clone(&prepared.running);
        self.inner.set_current(Arc::clone(&running));
        self.inner.shared.remember(&running);
        if self.record().status != SandboxStatus::Running {
            // Stopped since the step above, by somebody who did not see it in `current`.
            running.cancel();
        }
        self.inner.start(prepared);
        Ok(Execution::new(running))
    }

    /// Takes the step to running; resumes it for that if it is paused, and tells whether it did.
    async fn begin(&self) -> Result<bool, SandboxError> {
        let mut resumed = false;
        loop {
            resumed |= self.inner.awake().await?;
            self.inner.filesystem().await?;
            // Before any stream is made, so that a refused command leaves nothing behind.
            let step = self
                .inner
                .take_step(Step::Start, |record| record.executions += 1);
            match step {
                Ok(_) => return Ok(resumed),
                // Paused again, by somebody who was faster.
                Err(Refusal::Impossible) if self.inner.is_paused() => {}
                Err(refusal) => return Err(refused(&self.inner, refusal)),
            }
        }
    }

    /// Sets variables of the environment of later commands; `None` removes one. Returns all that
    /// are set then.
    ///
    /// # Errors
    /// As [`Sandbox::execute`], but never busy.
    pub async fn set_env(
        &self,
        changes: BTreeMap<String, Option<String>>,
    ) -> Result<BTreeMap<String, String>, SandboxError> {
        self.inner.usable().await?;
        let mut env = self.record().env;
        for (name, value) in changes {
            match value {
                Some(value) => env.insert(name, value),
                None => env.remove(&name),
            };
        }
        validate::env(env.iter())?;
        let record = self.inner.update(|record| record.env = env);
        self.inner.touch();
        let now = self.inner.shared.clock.now();
        let names: Vec<&String> = record.env.keys().collect();
        self.inner.shared.ledger.write(vec![Change::AddEvent(event(
            self.id(),
            EventKind::EnvUpdate,
            now,
            [("names", json!(names))],
        ))]);
        self.inner.recorded().await?;
        Ok(record.env)
    }

    /// Waits until its status is one of `wanted`, or it has ended, or `limit` is over; returns
    /// what is known of it then.
    pub async fn wait_status(&self, wanted: &[SandboxStatus], limit: Duration) -> SandboxRecord {
        let mut status = self.inner.status.subscribe();
        let reached = status.wait_for(|status| wanted.contains(status) || !status.is_live());
        // Either way the answer is the present state.
        drop(tokio::time::timeout(limit, reached).await);
        self.record()
    }

    /// Ends it: kills what runs, removes its files. Output that was captured stays readable for
    /// the grace period. Destroying an ended sandbox only takes it off the lists. Once this has
    /// returned, a restart does not bring it back.
    ///
    /// # Errors
    /// [`ErrorKind::Internal`] if that cannot be recorded; it has ended
    /// all the same.
    pub async fn destroy(&self) -> Result<(), SandboxError> {
        self.inner.stop(true).await;
        self.inner.recorded().await
    }

    pub(crate) fn current(&self) -> Option<Arc<Running>> {
        self.inner.current()
    }
}

/// The error for a sandbox that does not exist.
pub(crate) fn not_found(id: &SandboxId) -> SandboxError {
    Repr::SandboxNotFound { id: id.clone() }.into()
}
