//! How a process begins and ends.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use bytes::Bytes;
use thiserror::Error;
use tokio::sync::Notify;

use super::{INIT, Process, Session};
use crate::process::control::Control;
use crate::process::description::Description;
use crate::process::exit::ExitStatus;
use crate::process::find::{Search, Unfit};
use crate::process::launch::{Completion, Ended, LaunchError, LaunchSpec, LiveUsage};
use crate::process::signal::Signal;
use crate::vfs::GuestPath;

/// Bytes that arguments and environment of a process may have together: twice Linux's `ARG_MAX`.
/// Bounds what one spawn can make the host copy.
const MAX_ARGUMENT_BYTES: usize = 4 << 20;
/// Arguments and variables that there may be.
const MAX_ARGUMENTS: usize = 1 << 16;

/// What is to be started.
#[derive(Debug)]
pub(crate) struct Request {
    /// A path, or a name that is looked for in `PATH`.
    pub(crate) program: String,
    /// The name it is called by first.
    pub(crate) argv: Vec<String>,
    /// Its environment.
    pub(crate) env: Vec<(String, String)>,
    /// Its working directory.
    pub(crate) cwd: GuestPath,
    /// What it is started with; 0, 1 and 2 are nothing unless they are here.
    pub(crate) descriptions: BTreeMap<u32, Description>,
    /// Whether it begins a group of its own.
    pub(crate) new_group: bool,
    /// Mode bits that its files do not get.
    pub(crate) umask: u32,
    /// Signals in, if somebody has them already.
    pub(crate) control: Option<Arc<Control>>,
}

/// Why nothing was started, worded as a shell does.
#[derive(Debug, Error)]
pub(crate) enum StartError {
    /// No such program: 127.
    #[error("{program}: command not found")]
    NotFound {
        /// The name as given.
        program: String,
    },
    /// It has no permission to be executed: 126.
    #[error("{program}: permission denied")]
    PermissionDenied {
        /// The name as given.
        program: String,
    },
    /// It is a directory: 126.
    #[error("{program}: is a directory")]
    IsADirectory {
        /// The name as given.
        program: String,
    },
    /// There is such a file, but it cannot be run: 126.
    #[error("{program}: {reason}")]
    NotExecutable {
        /// The name as given.
        program: String,
        /// Why not.
        reason: String,
    },
    /// Too many arguments, or too long ones: `E2BIG`.
    #[error("{program}: argument list too long")]
    TooBig {
        /// The name as given, shortened.
        program: String,
    },
    /// The sandbox has as many processes as it may have: `EAGAIN`.
    #[error("{program}: the sandbox has {limit} processes and may have no more")]
    TooMany {
        /// The name as given.
        program: String,
        /// How many.
        limit: u64,
    },
    /// The session is ending.
    #[error("{program}: the execution is ending")]
    Ending {
        /// The name as given.
        program: String,
    },
    /// The program is right but could not be started.
    #[error("{program}: {source}")]
    Launch {
        /// The name as given.
        program: String,
        /// What failed.
        source: LaunchError,
    },
    /// It was started, and then the engine failed.
    #[error("{program}: the engine failed")]
    Lost {
        /// The name as given.
        program: String,
    },
}

impl StartError {
    /// The exit code that a shell gives for it.
    pub(crate) fn code(&self) -> i32 {
        match self {
            Self::NotFound { .. } => 127,
            Self::Launch {
                source: LaunchError::NotEnoughMemory { .. },
                ..
            } => 137,
            Self::PermissionDenied { .. }
            | Self::IsADirectory { .. }
            | Self::NotExecutable { .. }
            | Self::TooBig { .. }
            | Self::TooMany { .. }
            | Self::Ending { .. }
            | Self::Launch { .. }
            | Self::Lost { .. } => 126,
        }
    }

    fn unfit(program: String, unfit: Unfit) -> Self {
        match unfit {
            Unfit::NotFound => Self::NotFound { program },
            Unfit::PermissionDenied => Self::PermissionDenied { program },
            Unfit::IsDirectory => Self::IsADirectory { program },
            Unfit::NotExecutable(reason) => Self::NotExecutable { program, reason },
        }
    }
}

impl Session {
    /// Starts a process, as a child of `parent` or as the first.
    ///
    /// # Errors
    /// [`StartError`]; then nothing has changed.
    pub(crate) async fn start(
        self: &Arc<Self>,
        parent: Option<&Process>,
        request: Request,
    ) -> Result<Arc<Process>, StartError> {
        let program = request.program.clone();
        if too_big(&request) {
            let program = program.chars().take(100).collect();
            return Err(StartError::TooBig { program });
        }
        let alive = &self.population.alive;
        let place = alive.try_acquire().ok_or_else(|| StartError::TooMany {
            program: program.clone(),
            limit: alive.in_use(),
        })?;
        let search = Search {
            program: &program,
            path: variable(&request.env, "PATH"),
            cwd: &request.cwd,
            vfs: &self.setting.vfs,
            uploads: self.setting.uploads,
        };
        let found = search
            .find()
            .map_err(|unfit| StartError::unfit(program.clone(), unfit))?;

        let pid = self.population.number();
        let group = parent.filter(|_| !request.new_group);
        let control = request.control.unwrap_or_else(|| {
            Arc::new(parent.map_or_else(Control::default, |parent| {
                Control::inheriting(&parent.control)
            }))
        });
        let argv = found.argv(request.argv);
        let process = Arc::new(Process {
            pid,
            parent: parent.map_or(INIT, |parent| parent.pid),
            group: group.map_or(pid, |parent| parent.group),
            argv: argv.clone(),
            started: u64::try_from(self.setting.vfs.now()).unwrap_or(0),
            control: Arc::clone(&control),
            usage: Arc::new(LiveUsage::default()),
            umask: AtomicU32::new(request.umask & 0o777),
            session: Arc::downgrade(self),
            place: Mutex::new(Some(place)),
            end: OnceLock::new(),
            failure: Mutex::default(),
            changed: Notify::new(),
        });
        {
            let mut table = self.lock();
            if table.closed {
                return Err(StartError::Ending { program });
            }
            table.living.insert(pid, Arc::clone(&process));
        }
        let spec = LaunchSpec {
            program: found.program,
            argv,
            env: request.env,
            cwd: request.cwd.as_str().to_owned(),
            vfs: self.setting.vfs.clone(),
            descriptions: request.descriptions,
            memory: Arc::clone(&self.setting.memory),
            cpu: Arc::clone(&self.setting.cpu),
            fuel: self.fuel_left(),
            control,
            usage: Arc::clone(&process.usage),
            process: Some(Arc::clone(&process)),
            network: self.setting.network.clone(),
            packages: self.setting.packages.clone(),
        };
        // The first one's messages are for whoever runs the session to write.
        let complaints = parent.and_then(|_| spec.descriptions.get(&2).cloned());
        let guard = Unlisted(Some((self, &process)));
        let ended = {
            let (session, process) = (Arc::clone(self), Arc::clone(&process));
            Ended::new(move |result| {
                session.ended(&process, result, complaints.as_ref());
            })
        };
        let launched = self.setting.launch.launch(spec, ended).await;
        match launched {
            Ok(()) => {
                guard.keep();
                Ok(process)
            }
            Err(source) => Err(StartError::Launch { program, source }),
        }
    }

    pub(super) fn fuel_left(&self) -> Option<u64> {
        let used = self.fuel_used.load(Ordering::Relaxed);
        self.setting.fuel.map(|fuel| fuel.saturating_sub(used))
    }

    /// A process has ended.
    fn ended(
        &self,
        process: &Process,
        result: Result<Completion, LaunchError>,
        complaints: Option<&Description>,
    ) {
        let reason = match &result {
            Ok(completion) => {
                self.account(completion);
                complaint(&completion.status).map(str::to_owned)
            }
            Err(error) => Some(error.to_string()),
        };
        if let (Some(reason), Some(complaints)) = (reason, complaints) {
            let name = process.argv.first().map_or("", String::as_str);
            let line = format!("belljar: {name}: {reason}\n");
            // What has no room for it or nobody to read it does not get it.
            let _lost = complaints.try_write(Bytes::from(line));
        }
        let completion = match result {
            Ok(completion) => Some(completion),
            Err(error) => {
                *process.failure() = Some(error);
                None
            }
        };
        let parent = {
            let mut table = self.lock();
            table.living.remove(&process.pid);
            table.living.get(&process.parent).cloned()
        };
        process
            .place
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        // Told once: see `Ended`.
        drop(process.end.set(completion));
        process.changed.notify_waiters();
        if let Some(parent) = parent {
            parent.control.send(Signal::Child);
        }
        self.changed.notify_waiters();
    }

    fn account(&self, completion: &Completion) {
        let nanos = u64::try_from(completion.cpu.as_nanos()).unwrap_or(u64::MAX);
        self.cpu_nanos.fetch_add(nanos, Ordering::Relaxed);
        self.peak_memory
            .fetch_max(completion.peak_memory, Ordering::Relaxed);
        let used = completion.fuel_used.unwrap_or(0);
        let before = self.fuel_used.fetch_add(used, Ordering::Relaxed);
        let spent = before.saturating_add(used);
        if self.setting.fuel.is_some_and(|fuel| spent >= fuel) {
            for process in self.lock().living.values() {
                process.control.send(Signal::CpuLimit);
            }
        }
    }
}

/// Takes a process that was never started off the list.
struct Unlisted<'a>(Option<(&'a Session, &'a Arc<Process>)>);

impl Unlisted<'_> {
    fn keep(mut self) {
        self.0 = None;
    }
}

impl Drop for Unlisted<'_> {
    fn drop(&mut self) {
        if let Some((session, process)) = self.0 {
            session.lock().living.remove(&process.pid);
            session.changed.notify_waiters();
        }
    }
}

/// What a shell would not know: why a process died that nobody killed.
fn complaint(status: &ExitStatus) -> Option<&str> {
    match status {
        ExitStatus::OutOfMemory => Some("out of memory"),
        ExitStatus::OutOfFuel => Some("out of fuel"),
        ExitStatus::Trapped(reason) => Some(reason),
        ExitStatus::Code(_) | ExitStatus::Signaled(_) => None,
    }
}

fn too_big(request: &Request) -> bool {
    let pairs = request.env.iter().flat_map(|(name, value)| [name, value]);
    let bytes: usize = request.argv.iter().chain(pairs).map(String::len).sum();
    bytes > MAX_ARGUMENT_BYTES || request.argv.len() + request.env.len() > MAX_ARGUMENTS
}

fn variable<'a>(env: &'a [(String, String)], name: &str) -> Option<&'a str> {
    let found = env.iter().rev().find(|(known, _)| known == name);
    found.map(|(_, value)| value.as_str())
}
