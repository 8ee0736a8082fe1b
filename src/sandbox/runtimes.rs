//! Runtimes as sandboxes use them: installed, linked, with a base tree to fork from.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::error::{Repr, SandboxError};
use super::options::BelljarOptions;
use crate::engine::{Engine, EngineOptions, Metering};
use crate::host::Host;
use crate::id::RuntimeId;
use crate::process::{Launch, LaunchError};
use crate::runtime::{CATALOG, Installed, Installer, Manifest};
use crate::units::ByteSize;
use crate::vfs::{Base, GuestPath, ProgramFile};

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
    /// Tags.
    pub tags: Vec<String>,
    /// Names of its programs.
    pub programs: Vec<String>,
    /// Whether it is installed; if not, its first sandbox installs it.
    pub installed: bool,
    /// Least memory a sandbox needs to start its program.
    pub least_memory: ByteSize,
}

/// A runtime that is ready to run.
#[derive(Debug)]
pub(crate) struct Ready {
    /// What sandboxes of it start from.
    pub(crate) base: Arc<Base>,
}

/// Engines, hosts and installed runtimes of one [`Belljar`](super::Belljar).
#[derive(Debug)]
pub(crate) struct Runtimes {
    installer: Installer,
    cache: std::path::PathBuf,
    max_processes: u32,
    host: Host,
    /// Made at the first execution with a budget.
    fuel: OnceLock<Host>,
    ready: Mutex<HashMap<&'static str, Arc<Ready>>>,
}

impl Runtimes {
    pub(crate) fn open(
        options: &BelljarOptions,
        cache: std::path::PathBuf,
    ) -> Result<Self, SandboxError> {
        Ok(Self {
            installer: Installer::new(&cache, options.progress.clone()),
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
                tags: manifest.tags.iter().map(|tag| (*tag).into()).collect(),
                programs: manifest.names.iter().map(|name| (*name).into()).collect(),
                installed: self
                    .installer
                    .find(manifest)
                    .is_some_and(|installed| self.engine().is_compiled(installed.program)),
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
        let installed = self
            .engine()
            .spawn_blocking(move || this.installer.install(manifest, this.engine()))
            .await
            .map_err(Repr::Task)??;
        self.host.prepare(&program(&installed)).await?;
        let ready = Arc::new(Ready {
            base: Arc::new(base(&installed)?),
        });
        Ok(Arc::clone(
            self.lock().entry(manifest.name).or_insert(ready),
        ))
    }

    /// Gets slots for `processes` of the runtime warm.
    pub(crate) async fn prewarm(
        self: &Arc<Self>,
        manifest: &'static Manifest,
        processes: u32,
    ) -> Result<(), SandboxError> {
        self.prepare(manifest).await?;
        if let Some(installed) = self.installer.known(manifest) {
            self.host.prewarm(&program(&installed), processes).await?;
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
                    this.host.forget(installed.program);
                    if let Some(fuel) = this.fuel.get() {
                        fuel.forget(installed.program);
                        drop(fuel.engine().cache().remove(installed.program));
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

fn program(installed: &Installed) -> ProgramFile {
    ProgramFile {
        digest: installed.program,
        host: installed.program_file.clone(),
    }
}

fn base(installed: &Installed) -> Result<Base, SandboxError> {
    let mut base = Base::new("/usr", installed.usr.clone());
    for name in installed.manifest.names {
        let path = GuestPath::parse(&format!("/usr/bin/{name}"), &GuestPath::root())?;
        base.add_program(path, program(installed));
    }
    Ok(base)
}
