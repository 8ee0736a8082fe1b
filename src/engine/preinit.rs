//! Runs a guest's `initialize` once, at install, and stores the result as the image that every
//! process of it starts from.
//!
//! What an interpreter does before it looks at its arguments is the same for every process: its
//! runtime is built, its standard library imported. Here that happens once, in a throw-away
//! instance that sees the runtime's files and nothing else; the contents of its memory and globals
//! then replace the component's data segments. Whatever must be fresh in each process is therefore
//! the guest's own duty, with one exception by design: randomness drawn while initialising (a hash
//! seed, say) is fresh per install, not per process.

use std::path::Path;

use component_init_transform::Invoker;
use wasmtime::{
    Config, Engine, OptLevel, Store,
    component::{Component, Instance, Linker, ResourceTable, types::ComponentItem},
};
use wasmtime_wasi::{
    FsPerms, WasiCtx, WasiCtxBuilder, WasiCtxView, WasiView,
    p2::pipe::{MemoryInputPipe, MemoryOutputPipe},
};

/// How much a guest may say while it initialises; what is beyond is dropped.
const OUTPUT_LIMIT: usize = 64 << 10;

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
/// `root` is a folder of the host that the guest sees, read-only, as `/`. The guest has no network,
/// no environment but `environment`, no arguments and an empty standard input. `progress` is told
/// when each stage begins.
///
/// Blocks for seconds, and must not be called on a thread that polls futures of an asynchronous
/// runtime: use a thread for it (`tokio::task::spawn_blocking`).
pub(crate) fn preinitialize(
    component: &[u8],
    root: &Path,
    environment: &[(&str, &str)],
    progress: impl Fn(Stage) + Send + 'static,
) -> Result<Vec<u8>, PreinitError> {
    let stdout = MemoryOutputPipe::new(OUTPUT_LIMIT);
    let stderr = MemoryOutputPipe::new(OUTPUT_LIMIT);
    let mut wasi = WasiCtxBuilder::new();
    wasi.stdin(MemoryInputPipe::new(bytes::Bytes::new()))
        .stdout(stdout.clone())
        .stderr(stderr.clone())
        .envs(environment);
    wasi.preopened_dir(root, "/", FsPerms::ReadOnly)
        .map_err(|error| PreinitError::Component(format!("open {}: {error:#}", root.display())))?;
    let state = Initializing {
        wasi: wasi.build(),
        table: ResourceTable::new(),
    };

    // The transformer's future cannot move between threads, so it gets a runtime of its own here.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| PreinitError::Component(format!("start a runtime: {error}")))?;
    let transformed = component_init_transform::initialize(component, move |instrumented| {
        Box::pin(async move {
            progress(Stage::Compile);
            let running = Running::start(&instrumented, state).await?;
            progress(Stage::Initialize);
            let invoker = running.initialize().await?;
            progress(Stage::Snapshot);
            Ok(Box::new(invoker) as Box<dyn Invoker>)
        })
    });
    let transformed = runtime.block_on(transformed);
    transformed.map_err(|error| match error.downcast::<GuestFailure>() {
        Ok(GuestFailure(reason)) => {
            let output = [stdout.contents(), stderr.contents()].concat();
            PreinitError::Guest {
                reason,
                output: String::from_utf8_lossy(&output).trim_end().to_owned(),
            }
        }
        Err(error) => PreinitError::Component(format!("{error:#}")),
    })
}

/// The guest returned another number than 0, or trapped.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct GuestFailure(String);

/// The instance that initialises.
struct Running {
    store: Store<Initializing>,
    instance: Instance,
}

impl Running {
    async fn start(component: &[u8], state: Initializing) -> anyhow::Result<Self> {
        let mut config = Config::new();
        config.wasm_component_model(true);
        // It runs for a second at most and is thrown away.
        config.cranelift_opt_level(OptLevel::None);
        let engine = Engine::new(&config).map_err(plain)?;
        let component = Component::new(&engine, component).map_err(plain)?;
        let mut linker: Linker<Initializing> = Linker::new(&engine);
        wasmtime_wasi::p2::add_to_linker_async(&mut linker).map_err(plain)?;
        refuse_own_interfaces(&engine, &component, &mut linker).map_err(plain)?;
        let mut store = Store::new(&engine, state);
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
    linker: &mut Linker<Initializing>,
) -> wasmtime::Result<()> {
    for (name, item) in component.component_type().imports(engine) {
        let ComponentItem::ComponentInstance(interface) = item.ty else {
            continue;
        };
        if !name.starts_with("belljar:") {
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

/// What the initialising instance sees of the world.
struct Initializing {
    wasi: WasiCtx,
    table: ResourceTable,
}

impl WasiView for Initializing {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView {
            ctx: &mut self.wasi,
            table: &mut self.table,
        }
    }
}

/// The transformer's error type is not wasmtime's.
#[expect(clippy::needless_pass_by_value, reason = "it is what `map_err` gives")]
fn plain(error: wasmtime::Error) -> anyhow::Error {
    anyhow::anyhow!("{error:?}")
}
