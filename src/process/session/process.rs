//! One process.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};

use tokio::sync::Notify;

use super::{INIT, Session};
use crate::limits::CounterGuard;
use crate::process::control::Control;
use crate::process::exit::ExitStatus;
use crate::process::launch::{Completion, LaunchError, LiveUsage};

/// A process of a session, living or not.
#[derive(Debug)]
pub(crate) struct Process {
    /// Its number.
    pub(crate) pid: u32,
    /// That of the process that started it.
    pub(crate) parent: u32,
    /// That of its group.
    pub(crate) group: u32,
    /// Its arguments.
    pub(crate) argv: Vec<String>,
    /// Nanoseconds since the Unix epoch.
    pub(crate) started: u64,
    /// Signals in.
    pub(crate) control: Arc<Control>,
    /// What it takes.
    pub(crate) usage: Arc<LiveUsage>,
    /// Mode bits that its files do not get.
    pub(super) umask: AtomicU32,
    pub(super) session: Weak<Session>,
    /// Its place among the processes that there may be.
    pub(super) place: Mutex<Option<CounterGuard>>,
    pub(super) end: OnceLock<Option<Completion>>,
    /// Why there is no completion.
    pub(super) failure: Mutex<Option<LaunchError>>,
    pub(super) changed: Notify,
}

impl Process {
    /// Its session, while that is there.
    pub(crate) fn session(&self) -> Option<Arc<Session>> {
        self.session.upgrade()
    }

    /// Whether another process has started it.
    pub(crate) fn is_nested(&self) -> bool {
        self.parent != INIT
    }

    /// Mode bits that files which it makes do not get.
    pub(crate) fn umask(&self) -> u16 {
        u16::try_from(self.umask.load(Ordering::Relaxed) & 0o777).unwrap_or(0)
    }

    /// Sets them and gives what they were.
    pub(crate) fn set_umask(&self, mask: u32) -> u32 {
        self.umask.swap(mask & 0o777, Ordering::Relaxed)
    }

    /// How it ended, once it has.
    pub(crate) fn status(&self) -> Option<ExitStatus> {
        let end = self.end.get()?;
        Some(match (end, &*self.failure()) {
            (Some(completion), _) => completion.status.clone(),
            (None, Some(LaunchError::NotEnoughMemory { .. })) => ExitStatus::OutOfMemory,
            (None, Some(error)) => ExitStatus::Trapped(error.to_string()),
            (None, None) => ExitStatus::Trapped("the engine failed".to_owned()),
        })
    }

    pub(super) fn failure(&self) -> MutexGuard<'_, Option<LaunchError>> {
        self.failure.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn completion(&self) -> Option<Completion> {
        self.end.get().cloned().flatten()
    }

    /// Resolves when it has ended.
    pub(crate) async fn ended(&self) {
        loop {
            let changed = self.changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            if self.end.get().is_some() {
                return;
            }
            changed.await;
        }
    }
}
