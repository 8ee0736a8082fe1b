//! How a process is controlled from outside: signals, and the switch that always works.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;

use super::signal::{Action, Signal};

/// Waits that end early for signals that the guest does not take, before they end late.
const PROMPT_INTERRUPTS: u32 = 16;
/// How late. Some guests wait again whatever the reason was, as wasi-libc's blocking calls on sockets
/// do: they would take a whole core meanwhile.
const INTERRUPT_PERIOD: Duration = Duration::from_millis(10);

/// What a process is controlled by from outside. Shared by the process and those who wait on it.
#[derive(Debug, Default)]
pub(crate) struct Control {
    state: Mutex<State>,
    any_pending: AtomicBool,
    /// Waits that ended early since the guest has last taken a signal.
    interrupts: AtomicU32,
    changed: Notify,
}

#[derive(Debug, Default)]
struct State {
    /// Each kind at most once: more of the same coalesce, as POSIX's do.
    pending: VecDeque<Signal>,
    actions: [Action; Signal::ALL.len()],
    fatal: Option<Signal>,
}

impl State {
    fn action(&mut self, signal: Signal) -> &mut Action {
        // The discriminants count from zero.
        let index = (signal as usize).min(Signal::ALL.len() - 1);
        self.actions
            .get_mut(index)
            .expect("the index is within the array")
    }
}

impl Control {
    /// Of a process that ignores from the start what its parent ignores.
    pub(crate) fn inheriting(parent: &Self) -> Self {
        let ignored = |action: &Action| match action {
            Action::Ignore => Action::Ignore,
            Action::Default | Action::Catch => Action::Default,
        };
        let actions = parent.lock().actions.each_ref().map(ignored);
        Self {
            state: Mutex::new(State {
                actions,
                ..State::default()
            }),
            ..Self::default()
        }
    }

    /// Sends a signal. Never blocks; a signal to an ended process is dropped with it.
    pub(crate) fn send(&self, signal: Signal) {
        {
            let mut state = self.lock();
            match *state.action(signal) {
                _ if signal == Signal::Kill => state.fatal = Some(signal),
                Action::Ignore => return,
                Action::Default if signal.is_ignored_by_default() => return,
                Action::Default => {
                    state.fatal.get_or_insert(signal);
                }
                Action::Catch => {
                    if !state.pending.contains(&signal) {
                        state.pending.push_back(signal);
                    }
                    self.any_pending.store(true, Ordering::Release);
                }
            }
        }
        self.changed.notify_waiters();
    }

    /// Ends the process; shorthand for [`Signal::Kill`].
    pub(crate) fn kill(&self) {
        self.send(Signal::Kill);
    }

    /// Resolves when a wait of the guest is to end early: at once if a signal is pending, unless it has
    /// ignored that again and again.
    pub(crate) async fn interrupt(&self) {
        self.pending().await;
        if self.interrupts.fetch_add(1, Ordering::Relaxed) >= PROMPT_INTERRUPTS {
            tokio::time::sleep(INTERRUPT_PERIOD).await;
        }
    }

    /// Takes the oldest signal that the guest has not seen.
    pub(crate) fn take(&self) -> Option<Signal> {
        if !self.has_pending() {
            return None;
        }
        self.interrupts.store(0, Ordering::Relaxed);
        let mut state = self.lock();
        let signal = state.pending.pop_front();
        self.any_pending
            .store(!state.pending.is_empty(), Ordering::Release);
        signal
    }

    /// Says what a signal does from now on and gives what it did before. One that is pending and not
    /// caught any more is dropped. `SIGKILL` stays what it is.
    pub(crate) fn set(&self, signal: Signal, action: Action) -> Action {
        let mut state = self.lock();
        if signal == Signal::Kill {
            return Action::Default;
        }
        let before = std::mem::replace(state.action(signal), action);
        if action != Action::Catch {
            state.pending.retain(|pending| *pending != signal);
            self.any_pending
                .store(!state.pending.is_empty(), Ordering::Release);
        }
        before
    }

    /// What a signal does.
    pub(crate) fn action(&self, signal: Signal) -> Action {
        *self.lock().action(signal)
    }

    /// For an interpreter that handles signals itself: those at their default are caught, except
    /// for the ones that do nothing then, and a write to a closed pipe fails instead of ending it.
    pub(crate) fn catch_all(&self) {
        let mut state = self.lock();
        for signal in Signal::ALL {
            let action = state.action(signal);
            if *action == Action::Default && !signal.is_ignored_by_default() {
                *action = match signal {
                    Signal::Pipe => Action::Ignore,
                    _ => Action::Catch,
                };
            }
        }
    }

    /// Whether a signal waits to be taken. Cheap: one load.
    pub(crate) fn has_pending(&self) -> bool {
        self.any_pending.load(Ordering::Acquire)
    }

    /// Resolves when a signal waits to be taken.
    pub(crate) async fn pending(&self) {
        self.until(|| self.has_pending().then_some(())).await;
    }

    /// The signal that must end the process, if there is one.
    pub(crate) fn must_end(&self) -> Option<Signal> {
        self.lock().fatal
    }

    /// Resolves with the signal that must end the process, once there is one.
    pub(crate) async fn fatal(&self) -> Signal {
        self.until(|| self.must_end()).await
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

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
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
        control.catch_all();
        control.send(Signal::Interrupt);
        control.send(Signal::Interrupt);
        control.send(Signal::Terminate);
        control.pending().await;
        assert_eq!(control.take(), Some(Signal::Interrupt));
        assert_eq!(control.take(), Some(Signal::Terminate));
        assert_eq!(control.take(), None);
        assert_eq!(control.set(Signal::Kill, Action::Ignore), Action::Default);
        control.kill();
        assert_eq!(control.fatal().await, Signal::Kill);
    }

    #[tokio::test]
    async fn every_signal_does_what_was_last_said() {
        for signal in Signal::ALL {
            assert_eq!(Signal::from_number(signal.number()), Some(signal));
            if signal == Signal::Kill {
                continue;
            }
            let control = Control::default();
            control.set(signal, Action::Ignore);
            control.send(signal);
            assert!(!control.has_pending());
            assert_eq!(control.set(signal, Action::Catch), Action::Ignore);
            control.send(signal);
            assert!(control.has_pending());
            // What nobody catches any more is gone.
            assert_eq!(control.set(signal, Action::Default), Action::Catch);
            assert_eq!(control.take(), None);
            assert!(control.lock().fatal.is_none());
            control.send(signal);
            let fatal = control.lock().fatal;
            assert_eq!(fatal.is_none(), signal.is_ignored_by_default());
        }
        assert_eq!(Signal::from_number(0), None);
        assert_eq!(Signal::from_number(19), None);
    }

    #[test]
    fn a_child_ignores_what_its_parent_does_and_nothing_else() {
        let parent = Control::default();
        parent.set(Signal::Interrupt, Action::Ignore);
        parent.set(Signal::Terminate, Action::Catch);
        parent.send(Signal::Terminate);
        let child = Control::inheriting(&parent);
        assert_eq!(child.action(Signal::Interrupt), Action::Ignore);
        assert_eq!(child.action(Signal::Terminate), Action::Default);
        assert!(!child.has_pending());
    }

    #[tokio::test]
    async fn whoever_waits_again_without_taking_a_signal_is_interrupted_less_often() {
        use futures::FutureExt;

        let control = Control::default();
        control.set(Signal::Interrupt, Action::Catch);
        assert!(control.interrupt().now_or_never().is_none());
        for _ in 0..2 {
            control.send(Signal::Interrupt);
            for _ in 0..PROMPT_INTERRUPTS {
                assert!(control.interrupt().now_or_never().is_some());
            }
            assert!(control.interrupt().now_or_never().is_none());
            control.interrupt().await;
            assert_eq!(control.take(), Some(Signal::Interrupt));
        }
    }
}
