//! Components that are no runtime's, run for themselves: to try one, or to measure the host.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;

use super::belljar::Belljar;
use super::error::{Repr, SandboxError};
use crate::clock::Clock;
use crate::engine::Metering;
use crate::limits::MemoryAccount;
use crate::limits::cpu::CpuAccount;
use crate::net;
use crate::process::{
    Control, Description, Ended, ExitStatus, Launch, LaunchError, LaunchSpec, LiveUsage, Output,
    Spool,
};
use crate::registry;
use crate::store::{Root, Store, StoreOptions, Totals, Tree};
use crate::vfs::{ProgramFile, Usage, Vfs, VfsOptions};

/// Memory of its instance.
const MEMORY: u64 = 256 << 20;
/// What it may store: enough for measuring, and less than a disk has.
const FILES: Usage = Usage {
    bytes: 1 << 30,
    nodes: 100_000,
};
/// Most output of each kind that is kept.
const OUTPUT: u64 = 1 << 20;

/// How a component ended; see [`Belljar::run_component`](super::Belljar::run_component).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ComponentOutput {
    /// Its exit code, as a shell shows it.
    pub exit_code: i32,
    /// Its standard output, up to 1 MiB.
    pub stdout: Vec<u8>,
    /// Its standard error, up to 1 MiB.
    pub stderr: Vec<u8>,
}

impl Belljar {
    /// Runs a component that exports `exec: func() -> s32` (see `wit/process.wit`) on an empty
    /// filesystem of its own, which is gone afterwards, with 256 MiB of memory and nothing else. To
    /// try a program that is to become a runtime's, or to measure the host. Its compiled code stays
    /// in the cache.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`](super::ErrorKind::InvalidArgument) for what is no such
    /// component. Whatever it does is in the [`ComponentOutput`].
    pub async fn run_component(&self, component: &[u8]) -> Result<ComponentOutput, SandboxError> {
        let shared = &self.shared;
        let launcher = shared.runtimes.launcher(Metering::Epoch).await?;
        let component = Bytes::copy_from_slice(component);
        let network = net::Access::new(&shared.network, false);
        run(&*launcher, Arc::clone(&shared.clock), network, component).await
    }
}

/// Runs `component` on an empty filesystem of its own, with nothing else; all of it is gone
/// afterwards.
async fn run(
    launcher: &dyn Launch,
    clock: Arc<dyn Clock>,
    network: net::Access,
    component: Bytes,
) -> Result<ComponentOutput, SandboxError> {
    let prepared = tokio::task::spawn_blocking(move || prepare(clock, &component));
    let (_folder, program, vfs) = prepared.await.map_err(Repr::Task)??;
    let stdout = Spool::stamped(None, OUTPUT, None);
    let stderr = Spool::stamped(None, OUTPUT, None);
    let spec = LaunchSpec {
        program,
        argv: vec!["component".into()],
        env: Vec::new(),
        cwd: "/".to_owned(),
        vfs,
        descriptions: BTreeMap::from([
            (1, Description::from(Output::Spool(Arc::clone(&stdout)))),
            (2, Description::from(Output::Spool(Arc::clone(&stderr)))),
        ]),
        memory: Arc::new(MemoryAccount::new(MEMORY)),
        cpu: Arc::new(CpuAccount::new(None)),
        fuel: None,
        control: Arc::new(Control::default()),
        usage: Arc::new(LiveUsage::default()),
        process: None,
        network,
        packages: registry::Access::Denied("a component alone has no packages"),
    };
    let failed = |error: LaunchError| match error {
        LaunchError::NotAProgram { reason } => SandboxError::invalid("component", reason),
        LaunchError::NotEnoughMemory { .. } | LaunchError::NoSlot | LaunchError::Engine(_) => {
            error.into()
        }
    };
    let (tell, told) = tokio::sync::oneshot::channel();
    let ended = Ended::new(move |result| {
        // Nobody may be waiting any more.
        drop(tell.send(result));
    });
    launcher.launch(spec, ended).await.map_err(failed)?;
    let lost = |error: tokio::sync::oneshot::error::RecvError| LaunchError::Engine(error.into());
    let completion = told.await.map_err(lost)?.map_err(failed)?;
    let mut stderr = collect(&stderr).await;
    if let ExitStatus::Trapped(reason) = &completion.status {
        stderr.extend_from_slice(reason.as_bytes());
    }
    Ok(ComponentOutput {
        exit_code: completion.status.code(),
        stdout: collect(&stdout).await,
        stderr,
    })
}

/// An empty filesystem in a store of its own, which also holds the program.
fn prepare(
    clock: Arc<dyn Clock>,
    component: &[u8],
) -> Result<(tempfile::TempDir, ProgramFile, Vfs), SandboxError> {
    let folder = tempfile::tempdir().map_err(Repr::Data)?;
    let store = Store::open(folder.path(), StoreOptions::default())?;
    let content = store.put_content(&mut &component[..])?;
    let root = Root {
        mode: 0o755,
        mtime: 0,
        tree: store.put_tree(&Tree {
            entries: Vec::new(),
        })?,
        totals: Totals::default(),
        links: Vec::new(),
        next_group: 1,
    };
    let options = VfsOptions {
        quota: FILES,
        base: None,
        programs: Arc::new([]),
        clock,
    };
    let vfs = Vfs::open(&store, store.put_root(&root)?, options)?;
    Ok((folder, ProgramFile::new(&store, content), vfs))
}

async fn collect(spool: &Arc<Spool>) -> Vec<u8> {
    spool.close();
    let mut reader = spool.reader();
    let mut collected = Vec::new();
    while let Some(Ok(bytes)) = reader.next().await {
        collected.extend_from_slice(&bytes);
    }
    collected
}
