//! Runs a guest's `initialize` once, at install, and stores the result as the image that every
//! process of it starts from.
//!
//! What an interpreter does before it looks at its arguments is the same for every process: its
//! runtime is built, its standard library imported. Here that happens once, in a throw-away
//! instance that sees the runtime's files and nothing else; the contents of its memory and globals
//! then replace the component's data segments. Whatever must be fresh in each process is therefore
//! the guest's own duty, with one exception by design: randomness drawn while initialising (a hash
//! seed, say) is fresh per install, not per process.

use std::sync::Arc;
use std::sync::mpsc::{self, Sender};
use std::thread;

use component_init_transform::Invoker;
use futures::FutureExt;
use wasmtime::component::types::ComponentItem;
use wasmtime::component::{Component, Instance, Linker};
use wasmtime::{Config, Engine, OptLevel, Store};

use super::guest::Guest;
use super::{link, process, registry};
use crate::process::{Output, Spool};
use crate::vfs::Vfs;

/// What makes no sense before there is a process.
const SIGNALS: &str = "belljar:process/signals";
const LIFECYCLE: &str = "belljar:process/lifecycle";
/// How much a guest may say while it initialises; what is beyond is dropped.
const OUTPUT_LIMIT: u64 = 64 << 10;

/// How far pre-initialisation has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// The component is being compiled, quickly rather than well, for its one run.
    Compile,
    /// The guest's `initialize` is running.
    Initialize,
    /// Memory and globals are being read and the new component written.
    Snapshot,
}

/// Why a guest could not be pre-initialised.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PreinitError {
    /// The guest ran and reported failure, or trapped.
    #[error("the guest's initialize failed: {reason}{}{output}", if output.is_empty() { "" } else { "\n" })]
    Guest {
        /// The number it returned, or the trap.
        reason: String,
        /// What it wrote to standard output and standard error.
        output: String,
    },
    /// The component has a shape that cannot be stored as an image, or does not compile.
    #[error("the guest cannot be pre-initialised: {0}")]
    Component(String),
}

/// Pre-initialises `component`, which must export `initialize: func() -> s32`.
///
/// The guest sees `vfs` and cannot change it. It has no network, no environment but `environment`,
/// no arguments and an empty standard input. `progress` is told when each stage begins.
///
/// Blocks for seconds, and runs the guest on a thread of its own.
///
/// # Errors
/// [`PreinitError`].
pub(crate) fn preinitialize(
    component: &[u8],
    vfs: Vfs,
    environment: &[(&str, &str)],
    progress: &mut dyn FnMut(Stage),
) -> Result<Vec<u8>, PreinitError> {
    let said = Spool::stamped(None, OUTPUT_LIMIT, None);
    let guest = Guest::initializing(vfs, environment, Output::Spool(Arc::clone(&said)));
    let (stages, told) = mpsc::channel();
    let transformed = thread::scope(|scope| {
        let running = scope.spawn(|| transform(component, guest, stages));
        // Until the other end is dropped, with the guest.
        told.into_iter().for_each(progress);
        running.join()
    });
    let transformed = transformed.unwrap_or_else(|_| Err(anyhow::anyhow!("it panicked")));
    transformed.map_err(|error| match error.downcast::<GuestFailure>() {
        Ok(GuestFailure(reason)) => PreinitError::Guest {
            reason,
            output: String::from_utf8_lossy(&contents(&said))
                .trim_end()
                .to_owned(),
        },
        Err(error) => PreinitError::Component(format!("{error:#}")),
    })
}

/// Runs the transformer, whose future cannot move between threads, on this one.
fn transform(component: &[u8], guest: Guest, stages: Sender<Stage>) -> anyhow::Result<Vec<u8>> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let progress = move |stage| {
        // Whoever listens does so until this is dropped.
        let _ = stages.send(stage);
    };
    runtime.block_on(component_init_transform::initialize(
        component,
        move |instrumented| {
            Box::pin(async move {
                progress(Stage::Compile);
                let running = Running::start(&instrumented, guest).await?;
                progress(Stage::Initialize);
                let invoker = running.initialize().await?;
                progress(Stage::Snapshot);
                Ok(Box::new(invoker) as Box<dyn Invoker>)
            })
        },
    ))
}

/// All that a spool in memory holds.
fn contents(spool: &Arc<Spool>) -> Vec<u8> {
    spool.close();
    let mut reader = spool.reader();
    let mut contents = Vec::new();
    while let Some(Some(Ok(bytes))) = reader.next().now_or_never() {
        contents.extend_from_slice(&bytes);
    }
    contents
}

/// The guest returned another number than 0, or trapped.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct GuestFailure(String);

/// The instance that initialises.
struct Running {
    store: Store<Guest>,
    instance: Instance,
}

impl Running {
    async fn start(component: &[u8], guest: Guest) -> anyhow::Result<Self> {
        let mut config = Config::new();
        config.wasm_component_model(true);
        // It runs for a second at most and is thrown away.
        config.cranelift_opt_level(OptLevel::None);
        let engine = Engine::new(&config).map_err(plain)?;
        let component = Component::new(&engine, component).map_err(plain)?;
        let mut linker: Linker<Guest> = Linker::new(&engine);
        link::wasi(&mut linker)
            .and_then(|()| process::add_to_linker(&mut linker))
            .and_then(|()| registry::add_to_linker(&mut linker))
            .map_err(plain)?;
        refuse_own_interfaces(&engine, &component, &mut linker).map_err(plain)?;
        let mut store = Store::new(&engine, guest);
        // All of its memory is returned by one call.
        store.set_hostcall_fuel(usize::MAX);
        let instance = linker
            .instantiate_async(&mut store, &component)
            .await
            .map_err(plain)?;
        Ok(Self { store, instance })
    }

    /// Calls the guest's `initialize`.
    async fn initialize(mut self) -> anyhow::Result<Self> {
        let status: i32 = self
            .call("initialize")
            .await
            .map_err(|error| GuestFailure(format!("{error:#}")))?;
        if status != 0 {
            anyhow::bail!(GuestFailure(format!("it returned {status}")));
        }
        Ok(self)
    }

    async fn call<R>(&mut self, function: &str) -> anyhow::Result<R>
    where
        R: Send + Sync + 'static,
        (R,): wasmtime::component::ComponentNamedList + wasmtime::component::Lift,
    {
        let function = self
            .instance
            .get_typed_func::<(), (R,)>(&mut self.store, function)
            .map_err(plain)?;
        let (value,) = function
            .call_async(&mut self.store, ())
            .await
            .map_err(plain)?;
        Ok(value)
    }
}

#[async_trait::async_trait]
impl Invoker for Running {
    async fn call_s32(&mut self, function: &str) -> anyhow::Result<i32> {
        self.call(function).await
    }
    async fn call_s64(&mut self, function: &str) -> anyhow::Result<i64> {
        self.call(function).await
    }
    async fn call_f32(&mut self, function: &str) -> anyhow::Result<f32> {
        self.call(function).await
    }
    async fn call_f64(&mut self, function: &str) -> anyhow::Result<f64> {
        self.call(function).await
    }
    async fn call_list_u8(&mut self, function: &str) -> anyhow::Result<Vec<u8>> {
        self.call(function).await
    }
}

/// Makes the functions of our own interfaces traps: they mean nothing before there is a process.
fn refuse_own_interfaces(
    engine: &Engine,
    component: &Component,
    linker: &mut Linker<Guest>,
) -> wasmtime::Result<()> {
    for (name, item) in component.component_type().imports(engine) {
        let ComponentItem::ComponentInstance(interface) = item.ty else {
            continue;
        };
        if !matches!(name.split_once('@'), Some((SIGNALS | LIFECYCLE, _))) {
            continue;
        }
        let mut instance = linker.instance(name)?;
        for (function, item) in interface.exports(engine) {
            if matches!(item.ty, ComponentItem::ComponentFunc(_)) {
                let message = format!("{name} {function} called while initialising");
                instance.func_new(function, move |_, _, _, _| {
                    Err(wasmtime::Error::msg(message.clone()))
                })?;
            }
        }
    }
    Ok(())
}

/// The transformer's error type is not wasmtime's.
#[expect(clippy::needless_pass_by_value, reason = "it is what `map_err` gives")]
fn plain(error: wasmtime::Error) -> anyhow::Error {
    anyhow::anyhow!("{error:?}")
}

#[cfg(test)]
mod tests;
