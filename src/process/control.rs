//! Signals, and the switch that always works.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use tokio::sync::Notify;

/// Signals that can be pending at once; more of the same kind coalesce, as POSIX's do.
const MAX_PENDING: usize = 8;

/// A signal that can be sent to a guest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Signal {
    /// `SIGINT`: what Ctrl-C sends. A program may handle it; Python raises `KeyboardInterrupt`.
    Interrupt,
    /// `SIGTERM`: a request to end. A program may handle it.
    Terminate,
    /// `SIGKILL`: ends the program at its next loop or call, whatever it does.
    Kill,
}

impl Signal {
    /// The POSIX number.
    #[must_use]
    pub fn number(self) -> u8 {
        match self {
            Self::Interrupt => 2,
            Self::Terminate => 15,
            Self::Kill => 9,
        }
    }
}

/// What a process is controlled by from outside. Shared by the process and those who wait on it.
#[derive(Debug, Default)]
pub(crate) struct Control {
    pending: Mutex<VecDeque<Signal>>,
    any_pending: AtomicBool,
    /// The guest has asked to be told of signals; without it they end it, as POSIX's defaults do.
    handles: AtomicBool,
    fatal: Mutex<Option<Signal>>,
    changed: Notify,
}

impl Control {
    /// Sends a signal. Never blocks; a signal to an ended process is dropped with it.
    pub(crate) fn send(&self, signal: Signal) {
        if signal == Signal::Kill || !self.handles.load(Ordering::Acquire) {
            let mut fatal = lock(&self.fatal);
            if fatal.is_none() || signal == Signal::Kill {
                *fatal = Some(signal);
            }
        } else {
            let mut pending = lock(&self.pending);
            if pending.len() < MAX_PENDING && !pending.contains(&signal) {
                pending.push_back(signal);
            }
            self.any_pending.store(true, Ordering::Release);
        }
        self.changed.notify_waiters();
    }

    /// Ends the process; shorthand for [`Signal::Kill`].
    pub(crate) fn kill(&self) {
        self.send(Signal::Kill);
    }

    /// Takes the oldest signal that the guest has not seen. Asking counts as handling signals.
    pub(crate) fn take(&self) -> Option<Signal> {
        self.handle_signals();
        if !self.has_pending() {
            return None;
        }
        let mut pending = lock(&self.pending);
        let signal = pending.pop_front();
        self.any_pending
            .store(!pending.is_empty(), Ordering::Release);
        signal
    }

    /// From now on signals are delivered to the guest instead of ending it.
    pub(crate) fn handle_signals(&self) {
        self.handles.store(true, Ordering::Release);
    }

    /// Whether a signal waits to be taken. Cheap: one load.
    pub(crate) fn has_pending(&self) -> bool {
        self.any_pending.load(Ordering::Acquire)
    }

    /// Resolves when a signal waits to be taken.
    pub(crate) async fn pending(&self) {
        self.until(|| self.has_pending().then_some(())).await;
    }

    /// Resolves with the signal that must end the process, once there is one.
    pub(crate) async fn fatal(&self) -> Signal {
        self.until(|| *lock(&self.fatal)).await
    }

    async fn until<T>(&self, condition: impl Fn() -> Option<T>) -> T {
        loop {
            let changed = self.changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            if let Some(value) = condition() {
                return value;
            }
            changed.await;
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_unhandled_signal_is_fatal() {
        let control = Control::default();
        control.send(Signal::Interrupt);
        assert_eq!(control.fatal().await, Signal::Interrupt);
        assert!(!control.has_pending());
    }

    #[tokio::test]
    async fn a_handled_signal_is_delivered_once_and_kill_is_always_fatal() {
        let control = Control::default();
        control.handle_signals();
        control.send(Signal::Interrupt);
        control.send(Signal::Interrupt);
        control.send(Signal::Terminate);
        control.pending().await;
        assert_eq!(control.take(), Some(Signal::Interrupt));
        assert_eq!(control.take(), Some(Signal::Terminate));
        assert_eq!(control.take(), None);
        control.kill();
        assert_eq!(control.fatal().await, Signal::Kill);
    }
}
