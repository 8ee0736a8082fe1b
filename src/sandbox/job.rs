//! Jobs: commands that run in the background of a sandbox, beside its one execution.
//!
//! A job changes no status of its sandbox, but keeps it from being ended as idle. It ends by itself,
//! when that is asked for, and at the latest with its sandbox: destroying, the end of a one-shot
//! sandbox and closing the engine kill it, pausing stops it. Nobody has to wait for it: unlike an
//! execution it goes on when its last reader has gone away.

mod course;

pub(crate) use course::ended;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;
use tracing::{Instrument, field};

use super::TRACE;
use super::error::{Repr, SandboxError};
use super::execution::{Outlet, StdinWriter};
use super::handle::{Inner, Sandbox};
use super::options::Command;
use super::records::{Change, JobRecord, JobStatus};
use super::run::{Connected, Ends, connect, refused};
use super::state::{Refusal, admits_jobs};
use super::stream::OutputReader;
use super::switch::Switch;
use super::validate;
use crate::id::JobId;
use crate::limits::CounterGuard;
use crate::process::{PipeWriter, Signal};

/// Jobs of one sandbox that have not ended. Each takes a process slot of the engine for as long as it
/// likes; this keeps one sandbox from taking all of them.
pub(crate) const MAX_JOBS: u64 = 32;

/// What is said of a job that was stopped by itself.
const STOPPED: &str = "stopped";

/// The shared state of one job that has not ended, or has just.
#[derive(Debug)]
pub(crate) struct RunningJob {
    pub(crate) id: JobId,
    record: Mutex<JobRecord>,
    ended: watch::Sender<bool>,
    /// Why it is to end, as the first who wanted that said.
    stop: watch::Sender<Option<&'static str>>,
    switch: Switch,
    stdout: Outlet,
    stderr: Outlet,
    stdin: Option<Arc<PipeWriter>>,
    /// Its place among the jobs there may be; given back when it ends.
    place: Mutex<Option<CounterGuard>>,
}

impl RunningJob {
    fn new(record: JobRecord, ends: Ends, place: CounterGuard) -> Self {
        Self {
            id: record.id.clone(),
            record: Mutex::new(record),
            ended: watch::Sender::new(false),
            stop: watch::Sender::new(None),
            switch: Switch::default(),
            stdout: ends.stdout,
            stderr: ends.stderr,
            stdin: ends.stdin,
            place: Mutex::new(Some(place)),
        }
    }

    pub(crate) fn record(&self) -> JobRecord {
        lock(&self.record).clone()
    }

    fn update(&self, change: impl FnOnce(&mut JobRecord)) -> JobRecord {
        let mut record = lock(&self.record);
        change(&mut record);
        record.clone()
    }

    /// Asks it to end. If it does not in time, it is killed.
    fn ask_to_stop(&self, reason: &'static str) {
        self.note_stop(reason);
        self.switch.signal(Signal::Terminate);
    }

    pub(crate) fn kill(&self, reason: &'static str) {
        self.note_stop(reason);
        self.switch.kill();
    }

    fn note_stop(&self, reason: &'static str) {
        self.stop.send_if_modified(|stop| {
            let first = stop.is_none();
            stop.get_or_insert(reason);
            first
        });
    }

    /// Why it was to end, if somebody wanted that.
    fn stop_reason(&self) -> Option<&'static str> {
        *self.stop.borrow()
    }

    /// Resolves when somebody wants it to end.
    async fn to_stop(&self) {
        // The sender is in `self`, so this only ends with `true`.
        drop(self.stop.subscribe().wait_for(Option::is_some).await);
    }

    /// Wakes everybody who waits. The record must be final.
    fn end(&self) {
        self.ended.send_replace(true);
    }

    /// Resolves when it has ended.
    pub(crate) async fn ended(&self) {
        // The sender is in `self`, so this only ends with `true`.
        drop(self.ended.subscribe().wait_for(|ended| *ended).await);
    }

    /// Ends it, politely or not, and waits for that.
    pub(crate) async fn stopped(&self, force: bool) -> JobRecord {
        if force {
            self.kill(STOPPED);
        } else {
            self.ask_to_stop(STOPPED);
        }
        self.ended().await;
        self.record()
    }

    /// Nothing more comes out of it.
    fn close_outputs(&self) {
        for spool in [&self.stdout, &self.stderr]
            .into_iter()
            .filter_map(Outlet::spool)
        {
            spool.close();
        }
    }

    fn output_truncated(&self) -> bool {
        [&self.stdout, &self.stderr]
            .into_iter()
            .filter_map(Outlet::spool)
            .any(|spool| spool.truncated())
    }
}

impl Inner {
    async fn start_job(
        self: &Arc<Self>,
        command: Command,
    ) -> Result<Arc<RunningJob>, SandboxError> {
        // Held until the job is one of those that a pause stops and a restore is refused for.
        let _entered = self.enter().await?;
        self.filesystem().await?;
        self.shared.not_closing()?;
        // Before any stream is made, so that a refused command leaves nothing behind.
        let place = self.job_places.try_acquire().ok_or(Repr::Limit {
            limit: "the number of running jobs of a sandbox",
            value: MAX_JOBS,
            advice: "stop some and try again",
        })?;
        let (process, ends) = connect(self, command, None)?;
        let job = Arc::new(RunningJob::new(
            self.record_of_job(&process, &ends),
            ends,
            place,
        ));
        if let Err(refusal) = self.admit(&job) {
            job.close_outputs();
            return Err(refused(self, refusal));
        }
        self.shared.remember_job(&job);
        let span = tracing::info_span!(
            target: TRACE,
            "job",
            sandbox = %self.id,
            job = %job.id,
            status = field::Empty,
            exit_code = field::Empty,
        );
        let running = course::run(Arc::clone(self), Arc::clone(&job), process).instrument(span);
        // As an execution is.
        self.shared.runtimes.engine().spawn_beside_guests(running);
        Ok(job)
    }

    fn record_of_job(&self, process: &Connected, ends: &Ends) -> JobRecord {
        JobRecord {
            id: JobId::generate(),
            sandbox_id: self.id.clone(),
            org: self.record().org,
            command: process.command.argv.clone(),
            status: JobStatus::Pending,
            exit_code: None,
            created_at: self.shared.clock.now(),
            started_at: None,
            completed_at: None,
            error: None,
            stdout: ends.stdout_id.clone(),
            stderr: ends.stderr_id.clone(),
            output_truncated: false,
        }
    }

    /// Makes it one of the sandbox's, unless that has ended.
    fn admit(&self, job: &Arc<RunningJob>) -> Result<(), Refusal> {
        // Whoever ends the sandbox takes a step first and then looks for jobs.
        self.while_as_it_is(|sandbox| {
            admits_jobs(sandbox.status)?;
            self.jobs.lock().push(Arc::clone(job));
            let record = Box::new(job.record());
            self.shared.ledger.write(vec![Change::PutJob(record)]);
            self.touch();
            Ok(())
        })
    }

    /// Its jobs that have not ended, oldest first.
    pub(crate) fn running_jobs(&self) -> Vec<Arc<RunningJob>> {
        self.jobs.lock().clone()
    }

    /// Kills all jobs, without waiting for their ends.
    pub(crate) fn kill_jobs(&self, reason: &'static str) {
        for job in self.running_jobs() {
            job.kill(reason);
        }
    }

    /// Kills all jobs and waits for their ends.
    pub(crate) async fn end_jobs(&self, reason: &'static str) {
        let jobs = self.running_jobs();
        jobs.iter().for_each(|job| job.kill(reason));
        for job in jobs {
            job.ended().await;
        }
    }

    /// Asks all jobs to end, kills those that do not, and waits for their ends.
    pub(crate) async fn stop_jobs(&self, reason: &'static str) {
        let jobs = self.running_jobs();
        jobs.iter().for_each(|job| job.ask_to_stop(reason));
        for job in jobs {
            job.ended().await;
        }
    }

    /// Refuses what cannot be done under running jobs.
    pub(crate) fn no_jobs(&self) -> Result<(), SandboxError> {
        let jobs = self.jobs.lock().len();
        if jobs == 0 {
            return Ok(());
        }
        Err(Repr::JobsRunning {
            id: self.id.clone(),
            jobs,
        }
        .into())
    }
}

/// The jobs of one sandbox that have not ended, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Jobs(Mutex<Vec<Arc<RunningJob>>>);

impl Jobs {
    fn lock(&self) -> MutexGuard<'_, Vec<Arc<RunningJob>>> {
        lock(&self.0)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.lock().is_empty()
    }
}

/// A command in the background of a sandbox. Clones are handles to the same one; dropping them does not
/// end it.
#[derive(Clone, Debug)]
pub struct Job {
    running: Arc<RunningJob>,
}

impl Job {
    /// Its id.
    #[must_use]
    pub fn id(&self) -> &JobId {
        &self.running.id
    }

    /// What is known of it now.
    #[must_use]
    pub fn record(&self) -> JobRecord {
        self.running.record()
    }

    /// Reads its standard output from the first byte, live, to its end. Piped output has one reader:
    /// the first.
    #[must_use]
    pub fn stdout(&self) -> OutputReader {
        self.running.stdout.reader(None)
    }

    /// Reads its standard error; as [`Job::stdout`].
    #[must_use]
    pub fn stderr(&self) -> OutputReader {
        self.running.stderr.reader(None)
    }

    /// Its standard input, if it was started with [`Stdin::Pipe`](super::Stdin::Pipe).
    #[must_use]
    pub fn stdin(&self) -> Option<StdinWriter> {
        self.running.stdin.clone().map(StdinWriter::new)
    }

    /// Sends its program a signal. No effect once it has ended.
    pub fn signal(&self, signal: Signal) {
        self.running.switch.signal(signal);
    }

    /// Waits for its end. Dropping the future does not end it.
    pub async fn wait(&self) -> JobRecord {
        self.running.ended().await;
        self.running.record()
    }

    /// Asks it to end (`SIGTERM`), kills it if it has not after five seconds, and waits for its end as
    /// cancelled. Dropping the future does not stop that. One that has ended stays as it is.
    pub async fn stop(&self) -> JobRecord {
        self.running.stopped(false).await
    }

    /// Ends it as cancelled at once (`SIGKILL`) and waits for that; else as [`Job::stop`].
    pub async fn kill(&self) -> JobRecord {
        self.running.stopped(true).await
    }
}

impl Sandbox {
    /// Starts a command in the background, beside the one execution that there may be; at most 32 run
    /// at once. Waits while the sandbox is being created, resumes it if it is paused; returns when the
    /// command is accepted, not when it has ended. From then on a restart knows of it. The sandbox's
    /// execution timeout is not for jobs; that of the command is.
    ///
    /// # Errors
    /// [`ErrorKind::LimitExceeded`](super::ErrorKind::LimitExceeded) for one job too many, else as
    /// [`Sandbox::execute`], but never busy.
    pub async fn start_job(&self, mut command: Command) -> Result<Job, SandboxError> {
        validate::command(&command)?;
        // What runs in the background is not meant to end.
        command.timeout.get_or_insert_default();
        let running = self.inner.start_job(command).await?;
        self.inner.recorded().await?;
        Ok(Job { running })
    }

    /// Its jobs that have not ended, oldest first. [`Belljar::jobs`](super::Belljar::jobs) knows the
    /// others.
    #[must_use]
    pub fn jobs(&self) -> Vec<Job> {
        let running = self.inner.running_jobs().into_iter();
        running.map(|running| Job { running }).collect()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
