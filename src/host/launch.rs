//! Runs programs: from compiled code to exit status.

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use futures::future::BoxFuture;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;
use wasmtime::component::{ComponentExportIndex, InstancePre, Linker};
use wasmtime::{AsContextMut, Store, UpdateDeadline};

use super::guest::Guest;
use super::{link, outcome, signals};
use crate::digest::Digest;
use crate::engine::Engine;
use crate::engine::meter::Metered;
use crate::limits::MemoryAccount;
use crate::limits::cpu::CpuAccount;
use crate::process::{Completion, ExitStatus, Launch, LaunchError, LaunchSpec};
use crate::vfs::ProgramFile;

/// What a runtime's program exports; see `wit/process.wit`.
const ENTRY: &str = "exec";
/// Instructions after which a guest with a budget yields, so that it can be killed.
const FUEL_YIELD: u64 = 10_000_000;

/// One engine with everything that is linked once. Clones share it.
#[derive(Clone)]
pub(crate) struct Host {
    inner: Arc<Inner>,
}

struct Inner {
    engine: Engine,
    linker: Linker<Guest>,
    linked: Mutex<HashMap<Digest, Arc<Linked>>>,
    /// One permit a process: a launch beyond the pool's size waits instead of failing.
    slots: Arc<Semaphore>,
}

/// A program ready to be instantiated.
struct Linked {
    pre: InstancePre<Guest>,
    entry: ComponentExportIndex,
}

impl Host {
    /// Links the host functions of `engine`, for at most `max_processes` at a time.
    ///
    /// # Errors
    /// [`LaunchError::Engine`] if two host functions clash, which is a bug.
    pub(crate) fn new(engine: Engine, max_processes: u32) -> Result<Self, LaunchError> {
        let mut linker = Linker::new(engine.wasmtime());
        link::wasi(&mut linker)
            .and_then(|()| signals::add_to_linker(&mut linker))
            .map_err(|error| LaunchError::Engine(error.into()))?;
        let slots = usize::try_from(max_processes).unwrap_or(usize::MAX);
        Ok(Self {
            inner: Arc::new(Inner {
                engine,
                linker,
                linked: Mutex::default(),
                slots: Arc::new(Semaphore::new(slots.min(Semaphore::MAX_PERMITS))),
            }),
        })
    }

    /// The engine beneath.
    pub(crate) fn engine(&self) -> &Engine {
        &self.inner.engine
    }

    /// Gets `program` compiled and linked, so that its next launch only makes an instance.
    ///
    /// # Errors
    /// [`LaunchError::NotAProgram`] if it does not compile, wants host functions that there are
    /// not, or has no entry point.
    pub(crate) async fn prepare(&self, program: &ProgramFile) -> Result<(), LaunchError> {
        self.linked(program).await.map(drop)
    }

    /// Makes `processes` instances of `program` and lets them go again, so that as many slots of the
    /// pool have its image mapped: the next processes start without a single mapping.
    ///
    /// # Errors
    /// As [`Host::prepare`].
    pub(crate) async fn prewarm(
        &self,
        program: &ProgramFile,
        processes: u32,
    ) -> Result<(), LaunchError> {
        let linked = self.linked(program).await?;
        let failed = |error: wasmtime::Error| LaunchError::Engine(error.into());
        // Those that run have slots of their own: they need no warming.
        let free = u32::try_from(self.inner.slots.available_permits()).unwrap_or(u32::MAX);
        let permits = Arc::clone(&self.inner.slots)
            .try_acquire_many_owned(processes.min(free))
            .map_err(|error| LaunchError::Engine(error.into()))?;
        let engine = self.inner.engine.clone();
        let warming = self.inner.engine.spawn(async move {
            let mut warm = Vec::new();
            for _ in 0..permits.num_permits() {
                let mut store = Store::new(engine.wasmtime(), Guest::blank());
                store.set_epoch_deadline(1);
                store.epoch_deadline_async_yield_and_update(1);
                linked
                    .pre
                    .instantiate_async(&mut store)
                    .await
                    .map_err(failed)?;
                warm.push(store);
            }
            // All at once, or each would have reused the slot of the one before.
            drop(warm);
            drop(permits);
            Ok(())
        });
        warming
            .await
            .unwrap_or_else(|error| Err(LaunchError::Engine(error.into())))
    }

    /// Forgets a program, so that its compiled code can be freed.
    pub(crate) fn forget(&self, digest: Digest) {
        self.lock().remove(&digest);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<Digest, Arc<Linked>>> {
        self.inner
            .linked
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    async fn linked(&self, program: &ProgramFile) -> Result<Arc<Linked>, LaunchError> {
        if let Some(linked) = self.lock().get(&program.digest) {
            return Ok(Arc::clone(linked));
        }
        let this = self.clone();
        let program = program.clone();
        // Verifying and mapping take milliseconds, compiling seconds: never on a caller's thread.
        let load = move || -> Result<Arc<Linked>, LaunchError> {
            let engine = &this.inner.engine;
            let compiled = engine
                .load(program.digest, || program.read())
                .map_err(|error| LaunchError::Engine(error.into()))?;
            let not_a_program = |error: wasmtime::Error| LaunchError::NotAProgram {
                reason: format!("{error:#}"),
            };
            let entry = compiled
                .component()
                .get_export_index(None, ENTRY)
                .ok_or_else(|| LaunchError::NotAProgram {
                    reason: format!("it exports no function `{ENTRY}`"),
                })?;
            let pre = this
                .inner
                .linker
                .instantiate_pre(compiled.component())
                .map_err(not_a_program)?;
            let linked = Arc::new(Linked { pre, entry });
            this.lock().insert(compiled.digest(), Arc::clone(&linked));
            Ok(linked)
        };
        self.inner
            .engine
            .spawn_blocking(load)
            .await
            .unwrap_or_else(|error| Err(LaunchError::Engine(error.into())))
    }
}

impl std::fmt::Debug for Host {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Host")
            .field("engine", &self.inner.engine)
            .finish_non_exhaustive()
    }
}

impl Launch for Host {
    fn launch(&self, spec: LaunchSpec) -> BoxFuture<'static, Result<Completion, LaunchError>> {
        let this = self.clone();
        Box::pin(async move {
            let control = Arc::clone(&spec.control);
            let linked = tokio::select! {
                biased;
                signal = control.fatal() => return Ok(never_ran(ExitStatus::Signaled(signal))),
                linked = this.linked(&spec.program) => linked?,
            };
            let permit = tokio::select! {
                biased;
                signal = control.fatal() => return Ok(never_ran(ExitStatus::Signaled(signal))),
                permit = Arc::clone(&this.inner.slots).acquire_owned() => permit,
            };
            let engine = this.inner.engine.clone();
            let running = this.inner.engine.spawn(async move {
                let completion = run(&engine, &linked, spec).await;
                drop(permit);
                completion
            });
            AbortOnDrop(running).await
        })
    }
}

/// A process that was killed before it started.
fn never_ran(status: ExitStatus) -> Completion {
    Completion {
        status,
        cpu: Duration::ZERO,
        instantiate: Duration::ZERO,
        peak_memory: 0,
        fuel_used: None,
    }
}

/// Runs a process in a store of its own. Dropping that at the end resets the instance's memory and
/// gives it back to the account.
async fn run(
    engine: &Engine,
    linked: &Linked,
    spec: LaunchSpec,
) -> Result<Completion, LaunchError> {
    let memory = Arc::clone(&spec.memory);
    let cpu = Arc::clone(&spec.cpu);
    let fuel = spec.fuel;
    let mut store = Store::new(engine.wasmtime(), Guest::new(spec));
    call(&mut store, linked, fuel, &memory, cpu).await
}

/// Instantiates the program in `store` and calls it.
async fn call(
    store: &mut Store<Guest>,
    linked: &Linked,
    fuel: Option<u64>,
    memory: &MemoryAccount,
    cpu: Arc<CpuAccount>,
) -> Result<Completion, LaunchError> {
    let control = Arc::clone(&store.data().control);
    let failed = |error: wasmtime::Error| LaunchError::Engine(error.into());
    store.limiter(|guest| &mut guest.limiter);
    store.set_epoch_deadline(1);
    store.epoch_deadline_callback(|mut store| {
        signals::tell(&mut store.as_context_mut());
        Ok(UpdateDeadline::Yield(1))
    });
    if let Some(fuel) = fuel {
        store.set_fuel(fuel).map_err(failed)?;
        store
            .fuel_async_yield_interval(Some(FUEL_YIELD))
            .map_err(failed)?;
    }

    let start = Instant::now();
    let mut instantiated = None;
    let (ended, ran) = {
        let body = async {
            let instance = linked
                .pre
                .instantiate_async(&mut *store)
                .await
                .map_err(Ended::Instantiate)?;
            let exec = instance
                .get_typed_func::<(), (i32,)>(&mut *store, linked.entry)
                .map_err(Ended::Entry)?;
            instantiated = Some(start.elapsed());
            let (code,) = exec
                .call_async(&mut *store, ())
                .await
                .map_err(Ended::Call)?;
            Ok(code)
        };
        let mut body = std::pin::pin!(Metered::new(body, cpu));
        let ended = tokio::select! {
            biased;
            signal = control.fatal() => Err(Ended::Signal(signal)),
            ended = &mut body => ended,
        };
        let ran = body.ran();
        (ended, ran)
    };

    let limiter = &store.data().limiter;
    let status = match ended {
        Ok(code) => outcome::exit_status(Ok(code), limiter.refused()),
        Err(Ended::Call(error)) => {
            tracing::debug!(error = format!("{error:#}"), "guest ended by a trap");
            outcome::exit_status(Err(error), limiter.refused())
        }
        Err(Ended::Signal(signal)) => ExitStatus::Signaled(signal),
        Err(Ended::Entry(error)) => {
            return Err(LaunchError::NotAProgram {
                reason: format!("{error:#}"),
            });
        }
        Err(Ended::Instantiate(_)) if limiter.refused() => {
            return Err(LaunchError::NotEnoughMemory {
                available: memory.limit().saturating_sub(memory.used()),
                limit: memory.limit(),
            });
        }
        Err(Ended::Instantiate(error)) => {
            // A start function may trap or run out of fuel: that is the guest's doing.
            if error.downcast_ref::<wasmtime::Trap>().is_some() {
                outcome::exit_status(Err(error), false)
            } else {
                return Err(failed(error));
            }
        }
    };
    Ok(Completion {
        status,
        cpu: ran,
        instantiate: instantiated.unwrap_or_default(),
        peak_memory: limiter.peak(),
        fuel_used: fuel.map(|budget| budget.saturating_sub(store.get_fuel().unwrap_or(0))),
    })
}

/// Where a process ended, other than by returning.
enum Ended {
    Instantiate(wasmtime::Error),
    Entry(wasmtime::Error),
    Call(wasmtime::Error),
    Signal(crate::process::Signal),
}

/// A running guest whose handle, when dropped, ends it.
struct AbortOnDrop(JoinHandle<Result<Completion, LaunchError>>);

impl Future for AbortOnDrop {
    type Output = Result<Completion, LaunchError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.0)
            .poll(cx)
            .map(|joined| joined.unwrap_or_else(|error| Err(LaunchError::Engine(error.into()))))
    }
}

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

#[cfg(test)]
mod tests;
