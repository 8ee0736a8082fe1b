//! The data of one process's store, and how it is made.

use std::collections::BTreeMap;
use std::sync::Arc;

use wasmtime::component::ResourceTable;
use wasmtime_wasi::sockets::WasiSocketsCtxView;
use wasmtime_wasi::{WasiCtx, WasiCtxBuilder, WasiCtxView, WasiView};

use super::filesystem::{Filesystem, FilesystemView, Rights};
use super::sockets::{self, Sockets};
use super::stdio::{GuestInput, GuestOutput};
use crate::engine::limiter::AccountLimiter;
use crate::engine::watch::WatchedWord;
use crate::http::{self, Http};
use crate::limits::MemoryAccount;
use crate::net;
use crate::process::{Control, Description, LaunchSpec, LiveUsage, Output, Process};
use crate::registry;
use crate::vfs::Vfs;

/// Handles that one process can hold: open files, streams, pollables. Each takes some hundred
/// bytes of host memory, which the guest's memory limit does not see.
const MAX_HANDLES: usize = 4096;

/// The state of one process on the host's side.
pub(super) struct Guest {
    wasi: WasiCtx,
    filesystem: Filesystem,
    /// Before the table: its ports are given back before its sockets are closed.
    sockets: Sockets,
    http: Http,
    pub(super) table: ResourceTable,
    pub(super) limiter: AccountLimiter,
    pub(super) memory: Arc<MemoryAccount>,
    pub(super) control: Arc<Control>,
    pub(super) watch: Option<WatchedWord>,
    /// What it was started with, by number.
    pub(super) descriptions: BTreeMap<u32, Description>,
    /// Its place among other processes, if it has one.
    pub(super) process: Option<Arc<Process>>,
    /// Whether it may get npm packages.
    pub(super) packages: registry::Access,
}

/// What a guest is made of.
struct Parts {
    wasi: WasiCtxBuilder,
    files: Option<(Vfs, Rights)>,
    cwd: String,
    descriptions: BTreeMap<u32, Description>,
    memory: Arc<MemoryAccount>,
    control: Arc<Control>,
    usage: Arc<LiveUsage>,
    process: Option<Arc<Process>>,
    network: Option<net::Access>,
    packages: registry::Access,
}

impl Guest {
    /// Everything starts denied: no network but the sandbox's own, no clock to set, only the
    /// sandbox's own files.
    pub(super) fn new(spec: LaunchSpec) -> Self {
        let mut wasi = WasiCtxBuilder::new();
        wasi.args(&spec.argv).envs(&spec.env).initial_cwd(&spec.cwd);
        Self::of(Parts {
            wasi,
            files: Some((spec.vfs, Rights::Change)),
            cwd: spec.cwd,
            descriptions: spec.descriptions,
            memory: spec.memory,
            control: spec.control,
            usage: spec.usage,
            process: spec.process,
            network: Some(spec.network),
            packages: spec.packages,
        })
    }

    /// A guest that initialises: it sees files, but can change none, and has no bounds.
    pub(super) fn initializing(vfs: Vfs, environment: &[(&str, &str)], said: Output) -> Self {
        let mut wasi = WasiCtxBuilder::new();
        wasi.envs(environment);
        let said = Description::from(said);
        Self::of(Parts {
            files: Some((vfs, Rights::Look)),
            descriptions: BTreeMap::from([(1, said.clone()), (2, said)]),
            ..Parts::nothing(wasi)
        })
    }

    /// A guest that will never run: it sees nothing at all.
    pub(super) fn blank() -> Self {
        Self::of(Parts::nothing(WasiCtxBuilder::new()))
    }

    fn of(mut parts: Parts) -> Self {
        let mut standard = |number| {
            parts
                .descriptions
                .entry(number)
                .or_insert_with(Description::null)
                .clone()
        };
        let control = parts.control;
        let stdin = GuestInput::new(standard(0), Arc::clone(&control));
        let stdout = GuestOutput::new(standard(1), Arc::clone(&control));
        let stderr = GuestOutput::new(standard(2), Arc::clone(&control));
        parts.wasi.stdin(stdin).stdout(stdout).stderr(stderr);
        sockets::check(&mut parts.wasi, parts.network.as_ref());
        let mut table = ResourceTable::new();
        table.set_max_capacity(MAX_HANDLES);
        Self {
            wasi: parts.wasi.build(),
            filesystem: Filesystem::new(parts.files, parts.cwd),
            http: Http::new(parts.network.clone()),
            sockets: Sockets::new(parts.network),
            table,
            limiter: AccountLimiter::new(Arc::clone(&parts.memory), parts.usage.memory_now()),
            memory: parts.memory,
            control,
            watch: None,
            descriptions: parts.descriptions,
            process: parts.process,
            packages: parts.packages,
        }
    }

    /// Its sockets and wasmtime-wasi's, which make the system calls.
    pub(super) fn sockets_and_wasi(&mut self) -> (&mut Sockets, WasiSocketsCtxView<'_>) {
        let inner = WasiSocketsCtxView {
            ctx: self.wasi.sockets(),
            table: &mut self.table,
        };
        (&mut self.sockets, inner)
    }

    /// Its HTTP requests, for the time of a call.
    pub(super) fn http(&mut self) -> http::View<'_> {
        self.http.view(&mut self.table)
    }

    /// Its filesystem, for the time of a call.
    pub(super) fn files(&mut self) -> FilesystemView<'_> {
        FilesystemView {
            filesystem: &self.filesystem,
            descriptions: &self.descriptions,
            control: &self.control,
            process: self.process.as_deref(),
            table: &mut self.table,
        }
    }
}

impl Parts {
    /// Of a guest that has nothing.
    fn nothing(wasi: WasiCtxBuilder) -> Self {
        Self {
            wasi,
            files: None,
            cwd: "/".to_owned(),
            descriptions: BTreeMap::new(),
            memory: Arc::new(MemoryAccount::new(u64::MAX)),
            control: Arc::default(),
            usage: Arc::default(),
            process: None,
            network: None,
            packages: registry::Access::Denied(
                "packages cannot be installed before there is a process",
            ),
        }
    }
}

impl WasiView for Guest {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView {
            ctx: &mut self.wasi,
            table: &mut self.table,
        }
    }
}

impl std::fmt::Debug for Guest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Guest").finish_non_exhaustive()
    }
}
