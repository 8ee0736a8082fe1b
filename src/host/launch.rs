//! Runs programs: from compiled code to exit status.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use futures::future::BoxFuture;
use wasmtime::component::{InstancePre, Linker};
use wasmtime::{AsContextMut, Store, UpdateDeadline};

use super::entry::Entry;
use super::guest::Guest;
use super::slots::{Permit, Slots};
use super::stdio::EndedBySignal;
use super::uploads::{COMPILE_PATIENCE, Uploads};
use super::{link, outcome, process, registry, signals};
use crate::digest::Digest;
use crate::engine::meter::Metered;
use crate::engine::{Engine, EngineError};
use crate::http;
use crate::limits::MemoryAccount;
use crate::limits::cpu::CpuAccount;
use crate::process::{Completion, Ended, ExitStatus, Launch, LaunchError, LaunchSpec, LiveUsage};
use crate::vfs::ProgramFile;

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
    uploads: Uploads,
    slots: Slots,
}

/// A program ready to be instantiated.
struct Linked {
    pre: InstancePre<Guest>,
    entry: Entry,
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
            .and_then(|()| process::add_to_linker(&mut linker))
            .and_then(|()| registry::add_to_linker(&mut linker))
            .map_err(|error| LaunchError::Engine(error.into()))?;
        Ok(Self {
            inner: Arc::new(Inner {
                engine,
                linker,
                linked: Mutex::default(),
                uploads: Uploads::default(),
                slots: Slots::new(max_processes),
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
        let permits = self.inner.slots.free(processes);
        let engine = self.inner.engine.clone();
        let warming = self.inner.engine.spawn(async move {
            let mut warm = Vec::new();
            for _ in 0..permits.len() {
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

    /// Forgets the uploaded program that was loaded longest ago, if there are too many. What runs of
    /// it runs on.
    fn make_room(&self, loaded: Digest) {
        if let Some(digest) = self.inner.uploads.loaded(loaded) {
            self.forget(digest);
            if let Err(error) = self.inner.engine.cache().remove(digest) {
                tracing::warn!(%digest, %error, "compiled code of an uploaded program stays");
            }
        }
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
        let turn = if program.uploaded {
            Some(self.inner.uploads.turn().await?)
        } else {
            None
        };
        let this = self.clone();
        let program = program.clone();
        let uploaded = program.uploaded;
        // Verifying and mapping take milliseconds, compiling seconds: never on a caller's thread.
        let load = move || -> Result<Arc<Linked>, LaunchError> {
            // Held for as long as it really takes, also if nobody waits any more.
            let _turn = turn;
            let engine = &this.inner.engine;
            let compiled = engine
                .load(program.digest, || program.read())
                .map_err(|error| match error {
                    EngineError::Compile { source, .. } if program.uploaded => {
                        LaunchError::NotAProgram {
                            reason: format!("{source:#}"),
                        }
                    }
                    error => LaunchError::Engine(error.into()),
                })?;
            let not_a_program = |error: wasmtime::Error| LaunchError::NotAProgram {
                reason: format!("{error:#}"),
            };
            let entry = Entry::of(compiled.component(), engine.wasmtime()).ok_or_else(|| {
                LaunchError::NotAProgram {
                    reason: "it exports neither `wasi:cli/run` nor a function `exec`".to_owned(),
                }
            })?;
            let pre =
                http::link(&this.inner.linker, compiled.component()).map_err(not_a_program)?;
            let linked = Arc::new(Linked { pre, entry });
            this.lock().insert(compiled.digest(), Arc::clone(&linked));
            if program.uploaded {
                this.make_room(program.digest);
            }
            Ok(linked)
        };
        let loading = self.inner.engine.spawn_blocking(load);
        let loaded = if uploaded {
            let patience = tokio::time::timeout(COMPILE_PATIENCE, loading);
            patience.await.map_err(|_| LaunchError::NotAProgram {
                reason: format!("it takes longer than {COMPILE_PATIENCE:?} to compile"),
            })?
        } else {
            loading.await
        };
        loaded.unwrap_or_else(|error| Err(LaunchError::Engine(error.into())))
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
    fn launch(
        &self,
        spec: LaunchSpec,
        ended: Ended,
    ) -> BoxFuture<'static, Result<(), LaunchError>> {
        let this = self.clone();
        Box::pin(async move {
            let control = Arc::clone(&spec.control);
            let ready = async {
                let linked = this.linked(&spec.program).await?;
                let nested = spec
                    .process
                    .as_ref()
                    .is_some_and(|process| process.is_nested());
                let permit = this.inner.slots.take(nested).await?;
                Ok((linked, permit))
            };
            let ready = tokio::select! {
                biased;
                signal = control.fatal() => {
                    ended.tell(Ok(never_ran(ExitStatus::Signaled(signal))));
                    return Ok(());
                }
                ready = ready => ready,
            };
            let (linked, permit) = match ready {
                Ok(ready) => ready,
                Err(error) => {
                    ended.forget();
                    return Err(error);
                }
            };
            let engine = this.inner.engine.clone();
            // It ends by itself or by its control; nobody has to hold on to it.
            drop(
                this.inner
                    .engine
                    .spawn(run(engine, linked, permit, spec, ended)),
            );
            Ok(())
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
/// gives it back to the account; then whoever waits is told.
async fn run(
    engine: Engine,
    linked: Arc<Linked>,
    permit: Permit,
    mut spec: LaunchSpec,
    ended: Ended,
) {
    // Language runtimes begin there, and know it by this variable alone.
    if matches!(linked.entry, Entry::Exec(_)) && !spec.env.iter().any(|(name, _)| name == "PWD") {
        spec.env.push(("PWD".to_owned(), spec.cwd.clone()));
    }
    let memory = Arc::clone(&spec.memory);
    let cpu = Arc::clone(&spec.cpu);
    let usage = Arc::clone(&spec.usage);
    let fuel = spec.fuel;
    let completion = {
        let mut store = Store::new(engine.wasmtime(), Guest::new(spec));
        call(&mut store, &linked, fuel, &memory, cpu, &usage).await
    };
    drop(permit);
    ended.tell(completion);
}

/// Instantiates the program in `store` and calls it.
async fn call(
    store: &mut Store<Guest>,
    linked: &Linked,
    fuel: Option<u64>,
    memory: &MemoryAccount,
    cpu: Arc<CpuAccount>,
    usage: &Arc<LiveUsage>,
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
                .map_err(Halt::Instantiate)?;
            instantiated = Some(start.elapsed());
            linked.entry.call(&instance, &mut *store).await
        };
        let told = Arc::clone(usage);
        let mut body = std::pin::pin!(Metered::new(body, cpu, move |ran| told.ran(ran)));
        let ended = tokio::select! {
            biased;
            signal = control.fatal() => Err(Halt::Signal(signal)),
            ended = &mut body => ended,
        };
        let ran = body.ran();
        (ended, ran)
    };

    let limiter = &store.data().limiter;
    let status = match ended {
        Ok(code) => outcome::exit_status(Ok(code), limiter.refused()),
        Err(Halt::Call(error)) => match error.downcast_ref::<EndedBySignal>() {
            Some(EndedBySignal(signal)) => ExitStatus::Signaled(*signal),
            None => {
                tracing::debug!(error = format!("{error:#}"), "guest ended by a trap");
                outcome::exit_status(Err(error), limiter.refused())
            }
        },
        Err(Halt::Signal(signal)) => ExitStatus::Signaled(signal),
        Err(Halt::Entry(error)) => {
            return Err(LaunchError::NotAProgram {
                reason: format!("{error:#}"),
            });
        }
        Err(Halt::Instantiate(_)) if limiter.refused() => {
            return Err(LaunchError::NotEnoughMemory {
                available: memory.limit().saturating_sub(memory.used()),
                limit: memory.limit(),
            });
        }
        Err(Halt::Instantiate(error)) => {
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
pub(super) enum Halt {
    Instantiate(wasmtime::Error),
    Entry(wasmtime::Error),
    Call(wasmtime::Error),
    Signal(crate::process::Signal),
}

#[cfg(test)]
mod tests;
