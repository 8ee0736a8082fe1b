//! The threads that guests run on, and the one that ticks the epoch.

use std::future::Future;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;

use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinHandle;

use super::config::{Metering, clock_tick};
use super::error::EngineError;

/// Threads for blocking work beside the guest threads: compiling, unpacking, file calls of guests.
const MAX_BLOCKING_THREADS: usize = 32;

/// An executor of our own: a guest that spins holds one of these threads until the next epoch
/// tick, never one that serves requests.
#[derive(Debug)]
pub(super) struct GuestThreads {
    /// `None` only while being dropped.
    runtime: Option<Runtime>,
}

impl GuestThreads {
    pub(super) fn start(threads: usize, metering: Metering) -> Result<Self, EngineError> {
        let name = match metering {
            Metering::Epoch => "belljar-guest",
            Metering::Fuel => "belljar-fuel",
        };
        let runtime = Builder::new_multi_thread()
            .worker_threads(threads.max(1))
            .max_blocking_threads(MAX_BLOCKING_THREADS)
            .thread_name(name)
            .enable_all()
            .build()
            .map_err(EngineError::Threads)?;
        Ok(Self {
            runtime: Some(runtime),
        })
    }

    fn runtime(&self) -> &Runtime {
        self.runtime
            .as_ref()
            .expect("the runtime is there until drop")
    }

    pub(super) fn spawn<F>(&self, future: F) -> JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        self.runtime().spawn(future)
    }

    pub(super) fn spawn_blocking<F, T>(&self, work: F) -> JoinHandle<T>
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        self.runtime().spawn_blocking(work)
    }
}

impl Drop for GuestThreads {
    fn drop(&mut self) {
        // Dropping a runtime joins its threads, which panics inside another runtime. Guests left
        // running stop at their next tick, since their futures are dropped here.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// Increments the epoch every [`clock_tick`], but only while guests run: an idle server sleeps.
#[derive(Debug)]
pub(super) struct Ticker {
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    running: usize,
    closed: bool,
}

impl Ticker {
    pub(super) fn start(engine: wasmtime::Engine) -> Result<Self, EngineError> {
        let shared = Arc::new(Shared::default());
        let ticker = Arc::clone(&shared);
        thread::Builder::new()
            .name("belljar-epoch".into())
            .spawn(move || ticker.run(&engine))
            .map_err(EngineError::Threads)?;
        Ok(Self { shared })
    }

    /// The epoch ticks until the returned guard is dropped.
    pub(super) fn keep_ticking(&self) -> Ticking {
        let mut state = self.shared.lock();
        state.running += 1;
        if state.running == 1 {
            self.shared.changed.notify_one();
        }
        Ticking {
            shared: Arc::clone(&self.shared),
        }
    }
}

impl Drop for Ticker {
    fn drop(&mut self) {
        self.shared.lock().closed = true;
        self.shared.changed.notify_one();
    }
}

impl Shared {
    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn run(&self, engine: &wasmtime::Engine) {
        let mut state = self.lock();
        while !state.closed {
            if state.running == 0 {
                state = self
                    .changed
                    .wait(state)
                    .unwrap_or_else(PoisonError::into_inner);
                continue;
            }
            // A wait, not a sleep, so that closing is prompt.
            let (next, timeout) = self
                .changed
                .wait_timeout(state, clock_tick())
                .unwrap_or_else(PoisonError::into_inner);
            state = next;
            if timeout.timed_out() {
                engine.increment_epoch();
            }
        }
    }
}

/// Keeps the epoch ticking; see [`Ticker::keep_ticking`].
#[derive(Debug)]
pub(super) struct Ticking {
    shared: Arc<Shared>,
}

impl Drop for Ticking {
    fn drop(&mut self) {
        let mut state = self.shared.lock();
        state.running = state.running.saturating_sub(1);
    }
}
