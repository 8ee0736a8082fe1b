//! The data of one process's store, and how it is made.

use std::sync::Arc;

use wasmtime::component::ResourceTable;
use wasmtime_wasi::{FsPerms, WasiCtx, WasiCtxBuilder, WasiCtxView, WasiView};

use super::stdio::{GuestInput, GuestOutput};
use crate::engine::limiter::AccountLimiter;
use crate::engine::watch::WatchedWord;
use crate::limits::MemoryAccount;
use crate::process::{Control, LaunchError, LaunchSpec};

/// Handles that one process can hold: open files, streams, pollables. Each takes some hundred
/// bytes of host memory, which the guest's memory limit does not see.
const MAX_HANDLES: usize = 4096;

/// The state of one process on the host's side.
pub(super) struct Guest {
    wasi: WasiCtx,
    pub(super) table: ResourceTable,
    pub(super) limiter: AccountLimiter,
    pub(super) control: Arc<Control>,
    pub(super) watch: Option<WatchedWord>,
}

impl Guest {
    /// Everything starts denied: no network, no clock to set, only the sandbox's own folders.
    pub(super) fn new(spec: LaunchSpec) -> Result<Self, LaunchError> {
        let mut wasi = WasiCtxBuilder::new();
        wasi.args(&spec.argv)
            .envs(&spec.env)
            .stdin(GuestInput::new(spec.stdin, Arc::clone(&spec.control)))
            .stdout(GuestOutput::new(spec.stdout))
            .stderr(GuestOutput::new(spec.stderr))
            // A guest has a thread of its own (see `engine::pool`), so file calls may block it.
            .allow_blocking_current_thread(true)
            .allow_tcp(false)
            .allow_udp(false)
            .allow_ip_name_lookup(false);
        for mount in spec.vfs.mounts() {
            let perms = if mount.writable {
                FsPerms::ReadWrite
            } else {
                FsPerms::ReadOnly
            };
            wasi.preopened_dir(&mount.host, mount.guest, perms)
                .map_err(|error| LaunchError::Engine(error.into()))?;
        }
        Ok(Self::of(wasi.build(), spec.memory, spec.control))
    }

    /// A guest that will never run: it sees nothing at all.
    pub(super) fn blank() -> Self {
        let memory = Arc::new(MemoryAccount::new(u64::MAX));
        Self::of(WasiCtxBuilder::new().build(), memory, Arc::default())
    }

    fn of(wasi: WasiCtx, memory: Arc<MemoryAccount>, control: Arc<Control>) -> Self {
        let mut table = ResourceTable::new();
        table.set_max_capacity(MAX_HANDLES);
        Self {
            wasi,
            table,
            limiter: AccountLimiter::new(memory),
            control,
            watch: None,
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
