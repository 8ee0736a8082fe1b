//! Starting processes and ending them.

use std::io;

use crate::bindings::belljar::process::{children as wit, lifecycle};
use crate::clock::Event;
use crate::descriptions::Description;

pub use wit::Process;

/// How a process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    Exited(u8),
    Signaled(u8),
}

impl End {
    /// As `$?` shows it.
    pub fn code(self) -> u8 {
        match self {
            Self::Exited(code) => code,
            Self::Signaled(signal) => 128 + signal,
        }
    }
}

/// What is to be started.
#[derive(Clone, Debug, Default)]
pub struct Command {
    /// A path if it has a slash; else looked for in `PATH` of `env`.
    pub program: String,
    /// The name it is called by first.
    pub argv: Vec<String>,
    pub env: Vec<(String, String)>,
    /// Absolute.
    pub cwd: String,
    /// By number. Of 0, 1 and 2, what is not listed is inherited.
    pub descriptions: Vec<(u32, Description)>,
    pub new_group: bool,
}

/// Why nothing was started; see [`SpawnError::code`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SpawnError {
    NotFound,
    NotExecutable(String),
    PermissionDenied,
    IsDirectory,
    Limit(String),
    Memory,
    Invalid(String),
}

impl SpawnError {
    /// The exit code that a shell gives it.
    pub fn code(&self) -> u8 {
        if *self == Self::NotFound { 127 } else { 126 }
    }
}

impl std::fmt::Display for SpawnError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::NotFound => "No such file or directory",
            Self::NotExecutable(reason) | Self::Limit(reason) | Self::Invalid(reason) => reason,
            Self::PermissionDenied => "Permission denied",
            Self::IsDirectory => "Is a directory",
            Self::Memory => "Cannot allocate memory",
        })
    }
}

impl std::error::Error for SpawnError {}

impl From<SpawnError> for io::Error {
    fn from(error: SpawnError) -> Self {
        let kind = match error {
            SpawnError::NotFound => io::ErrorKind::NotFound,
            SpawnError::PermissionDenied | SpawnError::IsDirectory => {
                io::ErrorKind::PermissionDenied
            }
            SpawnError::Limit(_) => io::ErrorKind::WouldBlock,
            SpawnError::Memory => io::ErrorKind::OutOfMemory,
            SpawnError::NotExecutable(_) | SpawnError::Invalid(_) => io::ErrorKind::InvalidInput,
        };
        Self::new(kind, error)
    }
}

impl Command {
    /// A command with this process's environment and working directory.
    pub fn new(argv: Vec<String>) -> Self {
        let cwd = std::env::current_dir().unwrap_or_else(|_| "/".into());
        Self {
            program: argv.first().cloned().unwrap_or_default(),
            argv,
            env: std::env::vars().collect(),
            cwd: cwd.to_string_lossy().into_owned(),
            descriptions: Vec::new(),
            new_group: false,
        }
    }

    /// Starts it; it runs beside this process.
    pub fn spawn(&self) -> Result<Child, SpawnError> {
        let descriptions: Vec<_> = self
            .descriptions
            .iter()
            .map(|(number, description)| (*number, &*description.0))
            .collect();
        let command = wit::Command {
            program: self.program.clone(),
            argv: self.argv.clone(),
            env: self.env.clone(),
            cwd: self.cwd.clone(),
            descriptions,
            new_group: self.new_group,
            umask: crate::posix::umask(),
        };
        match wit::spawn(&command) {
            Ok(child) => Ok(Child(child)),
            Err(error) => Err(match error {
                wit::SpawnError::NotFound => SpawnError::NotFound,
                wit::SpawnError::NotExecutable(why) => SpawnError::NotExecutable(why),
                wit::SpawnError::PermissionDenied => SpawnError::PermissionDenied,
                wit::SpawnError::IsDirectory => SpawnError::IsDirectory,
                wit::SpawnError::Limit(why) => SpawnError::Limit(why),
                wit::SpawnError::Memory => SpawnError::Memory,
                wit::SpawnError::Invalid(why) => SpawnError::Invalid(why),
            }),
        }
    }

    /// Starts it and waits for its end, on through signals.
    pub fn run(&self) -> Result<End, SpawnError> {
        Ok(self.spawn()?.wait())
    }
}

/// A process that was started here. Dropping it does not end it.
#[derive(Debug)]
pub struct Child(wit::Child);

impl Child {
    pub fn pid(&self) -> u32 {
        self.0.pid()
    }

    /// Waits for its end; none if a signal is pending before that.
    pub fn wait_or_signal(&self) -> Option<End> {
        self.0.wait().map(end)
    }

    /// Waits for its end, on through signals (which stay pending).
    pub fn wait(&self) -> End {
        loop {
            if let Some(end) = self.0.try_wait() {
                return self::end(end);
            }
            if let Some(end) = self.0.wait() {
                return self::end(end);
            }
            // A pending signal that nobody takes here must not make this spin.
            crate::clock::wait(&[&Event::after(std::time::Duration::from_millis(5))]);
        }
    }

    /// Its end, if it has ended.
    pub fn try_wait(&self) -> Option<End> {
        self.0.try_wait().map(end)
    }

    /// Happens when it has ended.
    pub fn event(&self) -> Event {
        Event(self.0.subscribe())
    }

    /// CPU time it has used, in nanoseconds.
    pub fn cpu_time(&self) -> u64 {
        self.0.cpu_time()
    }
}

fn end(end: wit::End) -> End {
    match end {
        wit::End::Exited(code) => End::Exited(code),
        wit::End::Signaled(signal) => End::Signaled(signal),
    }
}

/// Sends a signal, as `kill(2)`; 0 only looks.
pub fn kill(pid: i32, signal: u8) -> io::Result<()> {
    wit::kill(pid, signal).map_err(|error| match error {
        wit::KillError::NoSuchProcess => io::Error::new(io::ErrorKind::NotFound, "No such process"),
        wit::KillError::Invalid => {
            io::Error::new(io::ErrorKind::InvalidInput, "Invalid argument")
        }
    })
}

pub fn pid() -> u32 {
    wit::pid()
}

pub fn parent() -> u32 {
    wit::parent()
}

pub fn group() -> u32 {
    wit::group()
}

/// The living processes of this execution or job.
pub fn processes() -> Vec<Process> {
    wit::processes()
}

/// Ends this process at once: buffers of the standard library that are not flushed are lost.
pub fn exit_now(code: u8) -> ! {
    lifecycle::exit(code);
    unreachable!("the host has ended this process")
}

/// Flushes standard output and ends this process. (`std::process::exit` can only say success or
/// failure.)
pub fn exit(code: u8) -> ! {
    use std::io::Write;
    // Whoever cared for this error has flushed before.
    let _unwritten = io::stdout().flush();
    exit_now(code)
}
