//! All processes of one execution or job: who started whom, signals between them, and that none is
//! left.
//!
//! A session begins with one process. When that ends, or is ended, all others are killed: nothing of
//! an execution outlives it.

mod process;
mod start;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;

pub(crate) use self::process::Process;
pub(crate) use self::start::{Request, StartError};
use super::find::Uploads;
use super::launch::{Completion, Launch};
use super::signal::Signal;
use crate::limits::cpu::CpuAccount;
use crate::limits::{Counter, MemoryAccount};
use crate::net;
use crate::registry;
use crate::vfs::Vfs;

/// What the host counts as the parent of a session's first process.
pub(crate) const INIT: u32 = 1;

/// What all sessions of a sandbox share.
#[derive(Debug)]
pub(crate) struct Population {
    last: AtomicU32,
    alive: Arc<Counter>,
}

impl Population {
    /// Nobody yet, and at most `limit` processes at a time.
    pub(crate) fn new(limit: u64) -> Self {
        Self {
            last: AtomicU32::new(INIT),
            alive: Arc::new(Counter::new(limit)),
        }
    }

    /// A number that no process of the sandbox has had, up to 2^31 of them.
    /// Processes that are alive.
    pub(crate) fn alive(&self) -> u64 {
        self.alive.in_use()
    }

    fn number(&self) -> u32 {
        let next = |last: u32| {
            Some(if last >= 0x7fff_ffff {
                INIT + 1
            } else {
                last + 1
            })
        };
        let last = self
            .last
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, next)
            .unwrap_or(INIT);
        next(last).unwrap_or(INIT)
    }
}

/// What the processes of a session have in common.
#[derive(Clone, Debug)]
pub(crate) struct Setting {
    /// What starts them.
    pub(crate) launch: Arc<dyn Launch>,
    /// Their filesystem.
    pub(crate) vfs: Vfs,
    /// What their memory is charged to.
    pub(crate) memory: Arc<MemoryAccount>,
    /// What their running time is charged to.
    pub(crate) cpu: Arc<CpuAccount>,
    /// Instructions that they have together.
    pub(crate) fuel: Option<u64>,
    /// Whether they may run programs of their own.
    pub(crate) uploads: Uploads,
    /// What they may do on the network.
    pub(crate) network: net::Access,
    /// Whether they may get npm packages.
    pub(crate) packages: registry::Access,
}

/// A session.
#[derive(Debug)]
pub(crate) struct Session {
    setting: Setting,
    population: Arc<Population>,
    table: Mutex<Table>,
    changed: Notify,
    fuel_used: AtomicU64,
    cpu_nanos: AtomicU64,
    peak_memory: AtomicU64,
}

#[derive(Debug, Default)]
struct Table {
    living: BTreeMap<u32, Arc<Process>>,
    /// No more are started.
    closed: bool,
}

impl Session {
    /// A session without a process.
    pub(crate) fn new(setting: Setting, population: Arc<Population>) -> Arc<Self> {
        Arc::new(Self {
            setting,
            population,
            table: Mutex::default(),
            changed: Notify::new(),
            fuel_used: AtomicU64::new(0),
            cpu_nanos: AtomicU64::new(0),
            peak_memory: AtomicU64::new(0),
        })
    }

    /// Runs its first process to the end, and then ends all others. Dropping the future ends all of
    /// them, too.
    ///
    /// What is given back counts all processes: running time and fuel in sum, of memory what the
    /// largest had.
    ///
    /// # Errors
    /// [`StartError`] if it could not be started.
    pub(crate) async fn run(self: &Arc<Self>, request: Request) -> Result<Completion, StartError> {
        let _all = EndAll(self);
        let program = request.program.clone();
        let first = self.start(None, request).await?;
        first.ended().await;
        self.end().await;
        let mut completion = match (first.completion(), first.failure().take()) {
            (Some(completion), _) => completion,
            (None, Some(source)) => return Err(StartError::Launch { program, source }),
            (None, None) => return Err(StartError::Lost { program }),
        };
        completion.cpu = Duration::from_nanos(self.cpu_nanos.load(Ordering::Relaxed));
        completion.peak_memory = self.peak_memory.load(Ordering::Relaxed);
        if self.setting.fuel.is_some() {
            completion.fuel_used = Some(self.fuel_used.load(Ordering::Relaxed));
        }
        Ok(completion)
    }

    /// Kills all that are alive, starts no more, and waits until they are gone.
    async fn end(&self) {
        self.kill_all();
        loop {
            let changed = self.changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            if self.lock().living.is_empty() {
                return;
            }
            changed.await;
        }
    }

    fn kill_all(&self) {
        let mut table = self.lock();
        table.closed = true;
        for process in table.living.values() {
            process.control.kill();
        }
    }

    /// Sends a signal to the process `pid`, or to the group `-pid`, or for 0 to the group of `from`,
    /// as `kill(2)`. Without a signal it only looks. `false` if there is nobody.
    pub(crate) fn signal(&self, from: &Process, pid: i32, signal: Option<Signal>) -> bool {
        let number = pid.unsigned_abs();
        let group = match pid {
            // POSIX: everything that may be sent to, but not to oneself.
            -1 => None,
            0 => Some(from.group),
            _ => Some(number),
        };
        let meant = |process: &Process| match (pid, group) {
            (1.., _) => process.pid == number,
            (_, Some(group)) => process.group == group,
            (_, None) => process.pid != from.pid,
        };
        let mut found = false;
        for process in self.lock().living.values().filter(|process| meant(process)) {
            found = true;
            if let Some(signal) = signal {
                process.control.send(signal);
            }
        }
        found
    }

    /// Sends a signal to the first process and those of its group. `false` if it is not alive.
    pub(crate) fn signal_first_group(&self, signal: Signal) -> bool {
        let table = self.lock();
        let first = table.living.values().find(|process| !process.is_nested());
        let Some(group) = first.map(|first| first.group) else {
            return false;
        };
        for process in table
            .living
            .values()
            .filter(|process| process.group == group)
        {
            process.control.send(signal);
        }
        true
    }

    /// The living processes, by number.
    pub(crate) fn processes(&self) -> Vec<Arc<Process>> {
        self.lock().living.values().cloned().collect()
    }

    fn lock(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Ends a session when dropped.
struct EndAll<'a>(&'a Arc<Session>);

impl Drop for EndAll<'_> {
    fn drop(&mut self) {
        self.0.kill_all();
    }
}

#[cfg(test)]
mod tests;
