//! What callers ask for, with every default beside the call that changes it.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use serde_json::{Map, Value};

use super::records::{Network, Records, Resources, Timeouts};
use crate::clock::{Clock, SystemClock};
use crate::id::{OrgId, StreamId};
use crate::registry::Registry;
use crate::runtime::{InstallProgress, Progress};
use crate::units::{ByteSize, Millicores};

/// What a [`Belljar`](super::Belljar) is opened with.
#[non_exhaustive]
#[derive(Debug)]
pub struct BelljarOptions {
    /// Where sandboxes, output and records are kept; `None` is a temporary folder.
    pub data: Option<PathBuf>,
    /// Where installed runtimes and compiled code are kept.
    pub cache: PathBuf,
    /// Where records are kept; `None` is in memory.
    pub records: Option<Box<dyn Records>>,
    /// The clock that records are stamped with.
    pub clock: Arc<dyn Clock>,
    /// Processes that may be alive at once over all sandboxes; more wait.
    pub max_processes: u32,
    /// Processes that may be alive at once in one sandbox; starting more fails inside of it.
    pub sandbox_processes: u32,
    /// Sockets that may be open at once over all sandboxes; opening more fails inside of them.
    pub max_sockets: u32,
    /// Whether sandboxes with network access reach private networks, too.
    pub private_networks: bool,
    /// Where npm packages come from; without one, none can be installed.
    pub registry: Option<Arc<dyn Registry>>,
    /// Whether sandboxes may run WebAssembly that did not come with their runtime.
    pub uploaded_programs: bool,
    /// Sandboxes that may exist at once; more are refused.
    pub max_sandboxes: u64,
    /// Memory of a sandbox that asks for none.
    pub default_memory: ByteSize,
    /// Bytes of output kept for each stream of an execution; the rest is dropped and marked.
    pub output_limit: ByteSize,
    /// How long ended sandboxes and their output stay readable.
    pub grace: Duration,
    /// How long what is recorded of ended sandboxes is kept; `None` is for ever.
    pub forget_after: Option<Duration>,
    /// After how long without any waiter or reader a detached execution that had one is
    /// cancelled; `None` is never.
    pub abandon_after: Option<Duration>,
    /// How long there is at least between two collections of garbage that happen by themselves;
    /// `None` is five minutes, and only if there is much to collect.
    pub collect_every: Option<Duration>,
    pub(crate) progress: Progress,
}

impl BelljarOptions {
    /// Nothing but the cache outlives the [`Belljar`](super::Belljar): files go to a temporary
    /// folder that is removed, records to memory. Installed runtimes and compiled code are kept in
    /// `cache`, so that only the first start on a machine takes long.
    #[must_use]
    pub fn in_memory(cache: impl Into<PathBuf>) -> Self {
        Self {
            data: None,
            cache: cache.into(),
            records: None,
            clock: Arc::new(SystemClock),
            max_processes: 512,
            sandbox_processes: 128,
            max_sockets: 512,
            private_networks: false,
            registry: None,
            uploaded_programs: true,
            max_sandboxes: 10_000,
            default_memory: ByteSize::mib(512),
            output_limit: ByteSize::mib(16),
            grace: Duration::from_secs(600),
            forget_after: Some(Duration::from_secs(30 * 24 * 60 * 60)),
            abandon_after: Some(Duration::from_secs(2)),
            collect_every: None,
            progress: Progress::default(),
        }
    }

    /// Sandboxes and output in `folder`, which is made if need be. The cache is `folder/cache`.
    #[must_use]
    pub fn at(folder: impl Into<PathBuf>) -> Self {
        let folder = folder.into();
        Self {
            data: Some(folder.clone()),
            ..Self::in_memory(folder.join("cache"))
        }
    }

    /// Keeps installed runtimes and compiled code in `folder`. Several programs may share one.
    #[must_use]
    pub fn cache_dir(mut self, folder: impl Into<PathBuf>) -> Self {
        self.cache = folder.into();
        self
    }

    /// Keeps records in `records`. Default: in memory.
    #[must_use]
    pub fn records(mut self, records: Box<dyn Records>) -> Self {
        self.records = Some(records);
        self
    }

    /// Stamps records with `clock`. Default: the system's.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Processes alive at once. Default 512; each reserves 4 GiB of address space. A quarter is kept
    /// for processes that others have started.
    #[must_use]
    pub fn max_processes(mut self, processes: u32) -> Self {
        self.max_processes = processes.max(1);
        self
    }

    /// Processes alive at once in one sandbox: starting more fails with `EAGAIN`, which is how a fork
    /// bomb ends. Default 128.
    #[must_use]
    pub fn sandbox_processes(mut self, processes: u32) -> Self {
        self.sandbox_processes = processes.max(1);
        self
    }

    /// Sockets open at once over all sandboxes, 128 of them in one: opening more fails with `EMFILE`.
    /// Each is a file descriptor of this process, of which systems allow 1024 if they are not asked for
    /// more. Default 512.
    #[must_use]
    pub fn max_sockets(mut self, sockets: u32) -> Self {
        self.max_sockets = sockets;
        self
    }

    /// Whether sandboxes with network access reach private networks (10.0.0.0/8, 172.16.0.0/12,
    /// 192.168.0.0/16, 100.64.0.0/10, fc00::/7, and those for documentation and benchmarks), too: this
    /// machine's own services on its addresses there, and those of its neighbours. Default: no. Loopback and link-local addresses they never
    /// reach.
    #[must_use]
    pub fn private_networks(mut self, reached: bool) -> Self {
        self.private_networks = reached;
        self
    }

    /// Where sandboxes get npm packages from: those that are created with
    /// [`packages`](SandboxOptions::packages), and those whose network access lets their programs
    /// install some. Default: none are to be had. With the feature `registry`,
    /// `packages::NpmRegistry` asks the registry that the host's npm configuration names.
    #[must_use]
    pub fn registry(mut self, registry: Arc<dyn Registry>) -> Self {
        self.registry = Some(registry);
        self
    }

    /// Whether sandboxes may run WebAssembly that did not come with their runtime, such as a file that
    /// a user has uploaded. It is as confined as any other program; what it costs is the time to
    /// compile it. Default: they may. (`belljar serve` refuses it unless it is told otherwise.)
    #[must_use]
    pub fn uploaded_programs(mut self, allowed: bool) -> Self {
        self.uploaded_programs = allowed;
        self
    }

    /// Collects garbage by itself no more often than this, as soon as there is anything to collect.
    /// Default: every five minutes, if there is much.
    #[must_use]
    pub fn collect_every(mut self, period: Duration) -> Self {
        self.collect_every = Some(period);
        self
    }

    /// Forgets a sandbox, with what is recorded of its executions, jobs and events, so long after it has
    /// ended, or after its record was changed for the last time. Zero is never. Default: 30 days.
    #[must_use]
    pub fn forget_after(mut self, age: Duration) -> Self {
        self.forget_after = Some(age).filter(|age| !age.is_zero());
        self
    }

    /// Is told how the installation of a runtime goes on. Default: nobody.
    #[must_use]
    pub fn progress(mut self, report: impl Fn(&InstallProgress) + Send + Sync + 'static) -> Self {
        self.progress = Progress::new(report);
        self
    }
}

/// A file to write into a sandbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileWrite {
    /// Path in the sandbox, relative to the workspace or absolute.
    pub path: String,
    /// The whole contents.
    pub content: Bytes,
}

/// What a sandbox is created with.
#[non_exhaustive]
#[derive(Clone, Debug, Default)]
pub struct SandboxOptions {
    /// Runtime name (`python:3.14`) or id (`srt_…`); empty with a snapshot.
    pub runtime: String,
    /// The organisation it belongs to; `None` is the default one.
    pub org: Option<OrgId>,
    /// A name for people.
    pub name: Option<String>,
    /// A description for people.
    pub description: Option<String>,
    /// The project it is listed under.
    pub project_id: Option<String>,
    /// Limits; what is not set has the engine's defaults.
    pub resources: Resources,
    /// Environment of all its processes.
    pub env: BTreeMap<String, String>,
    /// Network access. Default: none.
    pub network: Network,
    /// Timeouts. Default: none.
    pub timeouts: Timeouts,
    /// Files to write before anything runs.
    pub files: Vec<FileWrite>,
    /// Arbitrary data of the caller, given back with the record.
    pub metadata: Option<Map<String, Value>>,
    /// System packages; not available in this version.
    pub dependencies: Vec<String>,
    /// npm packages to install before anything runs, such as `zod` or `zod@^3`: at most 64, in a
    /// runtime that takes some.
    pub packages: Vec<String>,
    /// Permission scopes, recorded only.
    pub scopes: Vec<String>,
    /// A snapshot to start from, instead of a runtime: id, `name:tag`, tag or name, or
    /// `@organisation/name:tag` for a public one of another organisation.
    pub snapshot: Option<String>,
    /// With a command the sandbox is one-shot: it runs this and ends.
    pub command: Option<Command>,
    /// It is for one piece of work of ours: nothing of it outlives this process.
    pub(super) temporary: bool,
}

impl SandboxOptions {
    /// A sandbox of `runtime` with defaults for everything else: 512 MiB, no CPU limit, no
    /// network, no timeouts.
    #[must_use]
    pub fn new(runtime: impl Into<String>) -> Self {
        Self {
            runtime: runtime.into(),
            ..Self::default()
        }
    }

    /// A sandbox that begins with the files of a snapshot; everything else as in
    /// [`SandboxOptions::new`]. See [`SandboxOptions::snapshot`] for what `reference` may be.
    #[must_use]
    pub fn from_snapshot(reference: impl Into<String>) -> Self {
        Self {
            snapshot: Some(reference.into()),
            ..Self::default()
        }
    }

    /// Limits memory. Default 512 MiB.
    #[must_use]
    pub fn memory(mut self, size: ByteSize) -> Self {
        self.resources.memory = Some(size);
        self
    }

    /// Limits CPU time per time. Default: no limit.
    #[must_use]
    pub fn cpu(mut self, share: Millicores) -> Self {
        self.resources.cpu = Some(share);
        self
    }

    /// Sets an environment variable of all its processes.
    #[must_use]
    pub fn env(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.env.insert(name.into(), value.into());
        self
    }

    /// Writes a file before anything runs.
    #[must_use]
    pub fn file(mut self, path: impl Into<String>, content: impl Into<Bytes>) -> Self {
        self.files.push(FileWrite {
            path: path.into(),
            content: content.into(),
        });
        self
    }

    /// Limits the duration of each execution. Default: no limit.
    #[must_use]
    pub fn execution_timeout(mut self, limit: Duration) -> Self {
        self.timeouts.execution = Some(limit);
        self
    }

    /// Whether programs may reach the network: public addresses, over TCP, UDP and HTTP, and names
    /// of them. Default: no. What programs of one sandbox do among themselves on `localhost` needs
    /// none.
    #[must_use]
    pub fn network(mut self, enabled: bool) -> Self {
        self.network.enabled = enabled;
        self
    }

    /// Installs an npm package for all programs of the sandbox before anything runs: `zod`,
    /// `zod@3.23.8`, `zod@^3`, `@hono/node-server@latest`. It comes from
    /// [`BelljarOptions::registry`], whether or not the sandbox has network access.
    #[must_use]
    pub fn package(mut self, package: impl Into<String>) -> Self {
        self.packages.push(package.into());
        self
    }

    /// Makes the sandbox one-shot.
    #[must_use]
    pub fn command(mut self, command: Command) -> Self {
        self.command = Some(command);
        self
    }
}

/// Standard input of a command.
#[non_exhaustive]
#[derive(Clone, Debug, Default)]
pub enum Stdin {
    /// Nothing: the program sees the end at once.
    #[default]
    Empty,
    /// These bytes, then the end.
    Bytes(Bytes),
    /// A stream made with [`Belljar::create_stream`](super::Belljar::create_stream).
    Stream(StreamId),
    /// What is written to [`Execution::stdin`](super::Execution::stdin).
    Pipe,
}

/// What happens to one output stream of a command.
#[non_exhaustive]
#[derive(Clone, Debug, Default)]
pub enum OutputMode {
    /// Kept from byte 0, up to the limit, for any number of readers. The program never waits.
    #[default]
    Capture,
    /// Dropped.
    Discard,
    /// Handed to one reader as it comes; the program waits while the reader does not read.
    Pipe,
    /// Kept under this id, which the caller chose.
    Route(StreamId),
}

/// A command to execute.
#[non_exhaustive]
#[derive(Clone, Debug, Default)]
pub struct Command {
    /// The program and its arguments.
    pub argv: Vec<String>,
    /// Environment on top of the sandbox's.
    pub env: BTreeMap<String, String>,
    /// Working directory. Default: the workspace.
    pub cwd: Option<String>,
    /// Standard input. Default: empty.
    pub stdin: Stdin,
    /// Standard output. Default: captured.
    pub stdout: OutputMode,
    /// Standard error. Default: captured.
    pub stderr: OutputMode,
    /// Overrides the sandbox's execution timeout; zero is no limit.
    pub timeout: Option<Duration>,
    /// Instruction budget. Runs on an engine that counts instructions, which is slower.
    pub fuel: Option<u64>,
    /// Files to write before it starts.
    pub files: Vec<FileWrite>,
    /// Prefixes each line of captured output with its time. Default: no.
    pub timestamps: bool,
}

impl Command {
    /// A command with empty stdin and captured output.
    pub fn new<I, S>(argv: I) -> Self
    where
        I: IntoIterator<Item = S>,
        S: Into<String>,
    {
        Self {
            argv: argv.into_iter().map(Into::into).collect(),
            ..Self::default()
        }
    }

    /// Sets an environment variable.
    #[must_use]
    pub fn env(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.env.insert(name.into(), value.into());
        self
    }

    /// Sets the working directory.
    #[must_use]
    pub fn cwd(mut self, path: impl Into<String>) -> Self {
        self.cwd = Some(path.into());
        self
    }

    /// Sets standard input.
    #[must_use]
    pub fn stdin(mut self, stdin: Stdin) -> Self {
        self.stdin = stdin;
        self
    }

    /// Sets what happens to both output streams.
    #[must_use]
    pub fn output(mut self, mode: &OutputMode) -> Self {
        self.stdout = mode.clone();
        self.stderr = mode.clone();
        self
    }

    /// Limits its duration; zero is no limit.
    #[must_use]
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.timeout = Some(limit);
        self
    }

    /// Gives it an exact budget of WebAssembly instructions.
    #[must_use]
    pub fn fuel(mut self, instructions: u64) -> Self {
        self.fuel = Some(instructions);
        self
    }

    /// Writes a file before it starts.
    #[must_use]
    pub fn file(mut self, path: impl Into<String>, content: impl Into<Bytes>) -> Self {
        self.files.push(FileWrite {
            path: path.into(),
            content: content.into(),
        });
        self
    }
}
