//! What the tools need of the system beyond the standard library: permission bits, processes, the
//! exit status.
//!
//! Two implementations: the sandbox's, and one on the standard library, so that the tools run
//! natively, too, where they are compared with GNU's.

#[cfg(target_family = "wasm")]
mod sandbox;
#[cfg(target_family = "wasm")]
pub(crate) use sandbox::*;

#[cfg(not(target_family = "wasm"))]
mod native;
#[cfg(not(target_family = "wasm"))]
pub(crate) use native::*;

pub(crate) const S_IFMT: u32 = 0o170_000;
pub(crate) const S_IFIFO: u32 = 0o010_000;
pub(crate) const S_IFCHR: u32 = 0o020_000;
pub(crate) const S_IFDIR: u32 = 0o040_000;
pub(crate) const S_IFBLK: u32 = 0o060_000;
pub(crate) const S_IFREG: u32 = 0o100_000;
pub(crate) const S_IFLNK: u32 = 0o120_000;
pub(crate) const S_IFSOCK: u32 = 0o140_000;

/// `struct stat`; times in nanoseconds since the epoch.
#[derive(Clone, Debug)]
pub(crate) struct Stat {
    pub(crate) device: u64,
    pub(crate) inode: u64,
    pub(crate) mode: u32,
    pub(crate) links: u64,
    pub(crate) uid: u32,
    pub(crate) gid: u32,
    pub(crate) size: u64,
    pub(crate) blocks: u64,
    pub(crate) accessed: i64,
    pub(crate) modified: i64,
    pub(crate) changed: i64,
}

impl Stat {
    pub(crate) fn kind(&self) -> u32 {
        self.mode & S_IFMT
    }

    pub(crate) fn is_dir(&self) -> bool {
        self.kind() == S_IFDIR
    }

    pub(crate) fn is_file(&self) -> bool {
        self.kind() == S_IFREG
    }

    pub(crate) fn is_link(&self) -> bool {
        self.kind() == S_IFLNK
    }

    pub(crate) fn same(&self, other: &Self) -> bool {
        self.device == other.device && self.inode == other.inode
    }
}

/// How a process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Exited(u8),
    Signaled(u8),
}

impl End {
    /// As a shell's `$?` shows it.
    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Exited(code) => code,
            Self::Signaled(signal) => 128_u8.wrapping_add(signal),
        }
    }
}

/// What a child has as its standard input.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Input {
    #[default]
    Inherit,
    Empty,
    Pipe,
}

/// What is to be started.
#[derive(Clone, Debug, Default)]
pub(crate) struct Launch {
    pub(crate) argv: Vec<String>,
    /// All of the environment, if not that of this process.
    pub(crate) env: Option<Vec<(String, String)>>,
    /// Absolute.
    pub(crate) cwd: Option<String>,
    pub(crate) input: Input,
    /// Standard output goes into a pipe that is read here.
    pub(crate) capture: bool,
}

impl Launch {
    pub(crate) fn of(argv: Vec<String>) -> Self {
        Self {
            argv,
            ..Self::default()
        }
    }

    /// A command line for the shell.
    pub(crate) fn shell(command: &str) -> Self {
        Self::of(vec!["sh".into(), "-c".into(), command.into()])
    }

    pub(crate) fn run(&self) -> Result<End, NotStarted> {
        Ok(self.spawn()?.wait())
    }
}

/// Why nothing was started.
#[derive(Clone, Debug)]
pub(crate) struct NotStarted {
    /// What a shell exits with.
    pub(crate) code: u8,
    pub(crate) text: String,
}

/// One line of `ps`.
#[derive(Clone, Debug)]
pub(crate) struct Process {
    pub(crate) pid: u32,
    pub(crate) parent: u32,
    pub(crate) group: u32,
    pub(crate) argv: Vec<String>,
    /// Seconds since the epoch.
    pub(crate) started: i64,
    /// In nanoseconds.
    pub(crate) cpu_time: u64,
    /// Bytes.
    pub(crate) memory: u64,
}
