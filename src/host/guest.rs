//! The data of one process's store, and how it is made.

use std::sync::Arc;

use wasmtime::component::ResourceTable;
use wasmtime_wasi::{WasiCtx, WasiCtxBuilder, WasiCtxView, WasiView};

use super::filesystem::{Filesystem, FilesystemView, Rights};
use super::stdio::{GuestInput, GuestOutput};
use crate::engine::limiter::AccountLimiter;
use crate::engine::watch::WatchedWord;
use crate::limits::MemoryAccount;
use crate::process::{Control, Input, LaunchSpec, Output};
use crate::vfs::Vfs;

/// Handles that one process can hold: open files, streams, pollables. Each takes some hundred
/// bytes of host memory, which the guest's memory limit does not see.
const MAX_HANDLES: usize = 4096;

/// The state of one process on the host's side.
pub(super) struct Guest {
    wasi: WasiCtx,
    filesystem: Filesystem,
    pub(super) table: ResourceTable,
    pub(super) limiter: AccountLimiter,
    pub(super) control: Arc<Control>,
    pub(super) watch: Option<WatchedWord>,
}

/// Standard streams of a process.
struct Stdio {
    input: Input,
    output: Output,
    error: Output,
}

impl Guest {
    /// Everything starts denied: no network, no clock to set, only the sandbox's own files.
    pub(super) fn new(spec: LaunchSpec) -> Self {
        let mut wasi = WasiCtxBuilder::new();
        wasi.args(&spec.argv).envs(&spec.env);
        let stdio = Stdio {
            input: spec.stdin,
            output: spec.stdout,
            error: spec.stderr,
        };
        let filesystem = Some((spec.vfs, Rights::Change));
        Self::of(wasi, filesystem, stdio, spec.memory, spec.control)
    }

    /// A guest that initialises: it sees files, but can change none, and has no bounds.
    pub(super) fn initializing(vfs: Vfs, environment: &[(&str, &str)], said: Output) -> Self {
        let mut wasi = WasiCtxBuilder::new();
        wasi.envs(environment);
        let stdio = Stdio {
            input: Input::Empty,
            output: said.clone(),
            error: said,
        };
        let memory = Arc::new(MemoryAccount::new(u64::MAX));
        let filesystem = Some((vfs, Rights::Look));
        Self::of(wasi, filesystem, stdio, memory, Arc::default())
    }

    /// A guest that will never run: it sees nothing at all.
    pub(super) fn blank() -> Self {
        let stdio = Stdio {
            input: Input::Empty,
            output: Output::Discard,
            error: Output::Discard,
        };
        let memory = Arc::new(MemoryAccount::new(u64::MAX));
        Self::of(WasiCtxBuilder::new(), None, stdio, memory, Arc::default())
    }

    fn of(
        mut wasi: WasiCtxBuilder,
        filesystem: Option<(Vfs, Rights)>,
        stdio: Stdio,
        memory: Arc<MemoryAccount>,
        control: Arc<Control>,
    ) -> Self {
        let stdin = GuestInput::new(stdio.input, Arc::clone(&control));
        let stdout = GuestOutput::new(stdio.output);
        let stderr = GuestOutput::new(stdio.error);
        wasi.stdin(stdin.clone())
            .stdout(stdout.clone())
            .stderr(stderr.clone())
            .allow_tcp(false)
            .allow_udp(false)
            .allow_ip_name_lookup(false);
        let mut table = ResourceTable::new();
        table.set_max_capacity(MAX_HANDLES);
        Self {
            wasi: wasi.build(),
            filesystem: Filesystem::new(filesystem, stdin, stdout, stderr),
            table,
            limiter: AccountLimiter::new(memory),
            control,
            watch: None,
        }
    }

    /// Its filesystem, for the time of a call.
    pub(super) fn files(&mut self) -> FilesystemView<'_> {
        FilesystemView {
            filesystem: &self.filesystem,
            table: &mut self.table,
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
