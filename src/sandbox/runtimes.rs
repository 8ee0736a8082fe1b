//! Runtimes as sandboxes use them: installed, linked, with a base tree to fork from.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::error::{Repr, SandboxError};
use super::options::BelljarOptions;
use crate::clock::{Clock, SystemClock};
use crate::digest::Digest;
use crate::engine::{Engine, EngineOptions, Metering};
use crate::host::{Host, preinit};
use crate::id::RuntimeId;
use crate::process::{Launch, LaunchError};
use crate::runtime::{
    CATALOG, Initialize, InitializeError, InitializeStage, Installed, Installer, Manifest,
    Uninitialized, tool_names,
};
use crate::store::{Content, Pin, Store, StoreOptions};
use crate::units::ByteSize;
use crate::vfs::{Follow, ProgramFile, Usage, Vfs, VfsOptions};

/// What nearly every process looks at: read once for all sandboxes of a runtime.
const WARM: [&str; 7] = [
    "bin/bun",
    "bin/python3",
    "dev/null",
    "etc/passwd",
    "home/agentuity",
    "tmp",
    "usr/lib/python3.14/lib-dynload",
];

/// A runtime that can be named when creating a sandbox.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RuntimeInfo {
    /// Its id, stable for a name.
    pub id: RuntimeId,
    /// Its name, such as `python:3.14`.
    pub name: String,
    /// One sentence about it.
    pub description: String,
    /// What it is and what is different in it, in Markdown.
    pub readme: String,
    /// Tags.
    pub tags: Vec<String>,
    /// Names of its programs.
    pub programs: Vec<String>,
    /// Names of the shell and the Unix tools, which every runtime has.
    pub tools: Vec<String>,
    /// Whether it is installed; if not, its first sandbox installs it.
    pub installed: bool,
    /// Least memory a sandbox needs to start its program.
    pub least_memory: ByteSize,
}

/// A runtime that is ready to run.
#[derive(Debug)]
pub(crate) struct Ready {
    /// Root of its tree.
    pub(crate) root: Digest,
    /// Its program.
    pub(crate) program: Content,
    /// All contents that may be executed.
    pub(crate) programs: Vec<Digest>,
    /// What sandboxes of it begin as. Nobody writes to it.
    pub(crate) files: Vfs,
    /// Keep its tree: in the cache's store, also if the runtime is removed, and in that of the data,
    /// where it is copied to only once.
    _pins: [Pin; 2],
}

/// Engines, hosts and installed runtimes of one [`Belljar`](super::Belljar).
#[derive(Debug)]
pub(crate) struct Runtimes {
    installer: Installer,
    cache: std::path::PathBuf,
    /// Where the trees of installed runtimes are.
    installed: Store,
    /// The store of this engine's data, which reads the other one, too.
    store: Store,
    /// Whether data outlive this process: then they must not depend on the cache.
    durable: bool,
    clock: Arc<dyn Clock>,
    max_processes: u32,
    host: Host,
    /// Made at the first execution with a budget.
    fuel: OnceLock<Host>,
    ready: Mutex<HashMap<&'static str, Arc<Ready>>>,
}

impl Runtimes {
    /// Opens the engine and the stores; `data` is this engine's folder.
    pub(crate) fn open(options: &BelljarOptions, data: &Path) -> Result<Self, SandboxError> {
        let cache = options.cache.clone();
        let installed = Store::open(&cache, StoreOptions::default())?;
        let store = StoreOptions {
            sync: false,
            parent: Some(installed.clone()),
        };
        Ok(Self {
            installer: Installer::new(&cache, installed.clone(), options.progress.clone()),
            installed,
            store: Store::open(data, store)?,
            durable: options.data.is_some(),
            clock: Arc::clone(&options.clock),
            max_processes: options.max_processes,
            host: host(&cache, options.max_processes, Metering::Epoch)?,
            fuel: OnceLock::new(),
            ready: Mutex::default(),
            cache,
        })
    }

    /// Finds a runtime of the catalog.
    pub(crate) fn manifest(name_or_id: &str) -> Result<&'static Manifest, SandboxError> {
        Manifest::find(name_or_id).ok_or_else(|| {
            Repr::RuntimeNotFound {
                name: name_or_id.chars().take(100).collect(),
                available: CATALOG
                    .iter()
                    .map(|manifest| manifest.name)
                    .collect::<Vec<_>>()
                    .join(", "),
            }
            .into()
        })
    }

    /// All runtimes of the catalog. Looks at the disk.
    pub(crate) fn list(&self) -> Vec<RuntimeInfo> {
        CATALOG
            .iter()
            .map(|manifest| RuntimeInfo {
                id: manifest.id(),
                name: manifest.name.into(),
                description: format!("{} ({})", manifest.description, manifest.built.version),
                readme: manifest.readme.to_owned(),
                tags: manifest.tags.iter().map(|tag| (*tag).into()).collect(),
                programs: manifest.names.iter().map(|name| (*name).into()).collect(),
                tools: tool_names().map(str::to_owned).collect(),
                installed: self
                    .installer
                    .find(manifest)
                    .is_some_and(|installed| installed.is_compiled(self.engine())),
                least_memory: manifest.least_memory,
            })
            .collect()
    }

    /// The runtime if it is ready to run this instant.
    pub(crate) fn ready(&self, manifest: &Manifest) -> Option<Arc<Ready>> {
        self.lock().get(manifest.name).cloned()
    }

    /// Installs, compiles, loads and links the runtime as far as it is not yet.
    pub(crate) async fn prepare(
        self: &Arc<Self>,
        manifest: &'static Manifest,
    ) -> Result<Arc<Ready>, SandboxError> {
        if let Some(ready) = self.ready(manifest) {
            return Ok(ready);
        }
        let this = Arc::clone(self);
        let prepare = move || -> Result<(Ready, ProgramFile), SandboxError> {
            let engine = this.engine();
            let installed = this.installer.install(manifest, engine, &Initializer)?;
            let pin = this.installed.pin(installed.root);
            let writing = this.store.writing();
            if this.durable {
                this.store.adopt(installed.root)?;
            }
            let pins = [pin, this.store.pin(installed.root)];
            drop(writing);
            let files = Vfs::open(&this.store, installed.root, this.nothing())?;
            for path in WARM {
                // What is not there in this runtime is not needed either.
                let _stat = files.root().stat_at(path, Follow::Yes);
            }
            let ready = Ready {
                root: installed.root,
                program: installed.program.content(),
                programs: installed.programs().map(|one| one.digest).collect(),
                files,
                _pins: pins,
            };
            Ok((ready, this.program(&installed)))
        };
        let (ready, program) = self
            .engine()
            .spawn_blocking(prepare)
            .await
            .map_err(Repr::Task)??;
        // Shell and tools are compiled as well, and loaded by whoever runs them first.
        self.host.prepare(&program).await?;
        let ready = Arc::new(ready);
        Ok(Arc::clone(
            self.lock().entry(manifest.name).or_insert(ready),
        ))
    }

    /// The store of this engine's data.
    pub(crate) fn store(&self) -> &Store {
        &self.store
    }

    /// Roots of the trees that are loaded.
    pub(crate) fn roots(&self) -> Vec<Digest> {
        self.lock().values().map(|ready| ready.root).collect()
    }

    /// Options of a filesystem that nobody writes to.
    fn nothing(&self) -> VfsOptions {
        VfsOptions {
            quota: Usage::default(),
            base: None,
            programs: Arc::new([]),
            clock: Arc::clone(&self.clock),
        }
    }

    fn program(&self, installed: &Installed) -> ProgramFile {
        ProgramFile::new(&self.store, installed.program.content())
    }

    /// Gets slots for `processes` of the runtime warm.
    pub(crate) async fn prewarm(
        self: &Arc<Self>,
        manifest: &'static Manifest,
        processes: u32,
    ) -> Result<(), SandboxError> {
        self.prepare(manifest).await?;
        if let Some(installed) = self.installer.known(manifest) {
            self.host
                .prewarm(&self.program(&installed), processes)
                .await?;
        }
        Ok(())
    }

    /// Removes an installed runtime; `false` if it was not.
    pub(crate) async fn remove(
        self: &Arc<Self>,
        manifest: &'static Manifest,
    ) -> Result<bool, SandboxError> {
        self.lock().remove(manifest.name);
        let this = Arc::clone(self);
        self.engine()
            .spawn_blocking(move || {
                if let Some(installed) = this.installer.find(manifest) {
                    for program in installed.programs() {
                        this.host.forget(program.digest);
                        if let Some(fuel) = this.fuel.get() {
                            fuel.forget(program.digest);
                            drop(fuel.engine().cache().remove(program.digest));
                        }
                    }
                }
                this.installer.remove(manifest, this.engine())
            })
            .await
            .map_err(Repr::Task)?
            .map_err(SandboxError::from)
    }

    /// What launches processes: with a budget of instructions, on the engine that counts them.
    pub(crate) async fn launcher(
        self: &Arc<Self>,
        metering: Metering,
    ) -> Result<Arc<dyn Launch>, SandboxError> {
        if metering == Metering::Epoch {
            return Ok(Arc::new(self.host.clone()));
        }
        let this = Arc::clone(self);
        let fuel = self
            .engine()
            .spawn_blocking(move || -> Result<Host, SandboxError> {
                if let Some(fuel) = this.fuel.get() {
                    return Ok(fuel.clone());
                }
                let fuel = host(&this.cache, this.max_processes, Metering::Fuel)?;
                Ok(this.fuel.get_or_init(|| fuel).clone())
            })
            .await
            .map_err(Repr::Task)??;
        Ok(Arc::new(fuel))
    }

    /// The engine that everything but budgeted executions runs on.
    pub(crate) fn engine(&self) -> &Engine {
        self.host.engine()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<&'static str, Arc<Ready>>> {
        self.ready.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Initialises programs on the host functions that they run on later.
struct Initializer;

impl Initialize for Initializer {
    fn initialize(
        &self,
        program: &Uninitialized<'_>,
        progress: &mut dyn FnMut(InitializeStage),
    ) -> Result<Vec<u8>, InitializeError> {
        let vfs = Vfs::open(
            program.store,
            program.root,
            VfsOptions {
                quota: Usage::default(),
                base: None,
                programs: Arc::new([]),
                clock: Arc::new(SystemClock),
            },
        )?;
        let environment = program.environment;
        let initialized =
            preinit::preinitialize(program.component, vfs, environment, &mut |stage| {
                match stage {
                    preinit::Stage::Compile => progress(InitializeStage::Prepare),
                    preinit::Stage::Initialize => progress(InitializeStage::Run),
                    // Done in no time.
                    preinit::Stage::Snapshot => {}
                }
            });
        Ok(initialized?)
    }
}

fn host(
    cache: &std::path::Path,
    max_processes: u32,
    metering: Metering,
) -> Result<Host, SandboxError> {
    let mut options = EngineOptions::new(metering);
    options.max_processes = max_processes;
    let engine = Engine::new(&options, cache)?;
    Host::new(engine, max_processes).map_err(|error: LaunchError| error.into())
}
