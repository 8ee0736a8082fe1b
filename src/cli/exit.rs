//! What the command can fail with, and the exit code and hint for each.
//!
//! A program's own exit code is passed on unchanged; these codes are for what goes wrong before it
//! starts or outside of it. They are those of `sysexits.h` where it has one.

use std::path::PathBuf;

use crate::{ErrorKind, SandboxError, Signal};

/// Shown at the end of `--help`.
pub(super) const HELP: &str = "\
Example:
  belljar run python3 -c 'print(6*7)'

Exit codes: that of the program for `run` and `exec`; 1 for what `fsck` and `diff --exit-code` find; or
  2    wrong usage, or something that does not exist was named
  66   a file to copy in cannot be read
  69   not available now: no server there, the data folder in use, shutting down
  70   an internal error: a bug, please report it
  73   the data folder cannot be found or used
  74   output could not be written, or an answer was cut off
  75   a limit or a conflict that may be gone later
  77   not permitted: no key, or a wrong one
  78   the configuration file cannot be used
  124  the program was stopped by --timeout
  126  it is not executable, 127 it was not found
  130  interrupted, 137 out of memory or killed, 143 terminated
  152  out of --fuel

Environment: BELLJAR_DATA, BELLJAR_CACHE (folders), BELLJAR_LOG (log levels, such as debug),
BELLJAR_LOG_FORMAT, BELLJAR_CONFIG (a configuration file); for a server elsewhere BELLJAR_URL and
BELLJAR_API_KEY";

/// Exit code for wrong usage, as clap and most shells have it.
pub(super) const USAGE: u8 = 2;
/// A bug of ours: `EX_SOFTWARE`.
pub(super) const INTERNAL: u8 = 70;
/// 128 + SIGINT.
const INTERRUPTED: u8 = 130;
/// 128 + SIGTERM.
const TERMINATED: u8 = 143;

/// Why the command failed, as opposed to the program it ran.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CliError {
    /// The library refused or failed.
    #[error(transparent)]
    Sandbox(#[from] SandboxError),
    /// No runtime is known to have such a program.
    #[error("no runtime is known for the program {program:?}; runtimes: {}", runtimes.join(", "))]
    UnknownProgram {
        /// As given.
        program: String,
        /// All names there are.
        runtimes: Vec<String>,
    },
    /// A file to copy in.
    #[error("cannot read {}", path.display())]
    ReadFile {
        /// The host's file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The platform names no folder for data.
    #[error("there is no home folder to keep data in")]
    NoDataFolder,
    /// The data folder cannot be made.
    #[error("cannot make the data folder {}", folder.display())]
    DataFolder {
        /// Where it should be.
        folder: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A server, or another command, has the data folder.
    #[error(transparent)]
    DataInUse {
        /// Which names the folder.
        source: SandboxError,
    },
    /// Nothing was ever kept in the data folder.
    #[error("there is no data in {}", folder.display())]
    NoData {
        /// Where it was looked for.
        folder: PathBuf,
    },
    /// No organisation, or more than one, is called so.
    #[error("no one organisation is called {name:?}; there are: {}", orgs.join(", "))]
    UnknownOrg {
        /// As given.
        name: String,
        /// All there are, with their ids.
        orgs: Vec<String>,
    },
    /// An archive would go to a terminal.
    #[error("an archive is nothing for a terminal")]
    ArchiveToTerminal,
    /// A file of results.
    #[error("cannot write {}", path.display())]
    WriteFile {
        /// The host's file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Our own output.
    #[error("cannot write the output")]
    WriteOutput {
        /// Why.
        source: std::io::Error,
    },
    /// The operating system gave us no threads.
    #[error("cannot start threads")]
    Threads {
        /// Why.
        source: std::io::Error,
    },
    /// A server refused, or the engine did as a server would.
    #[error("{message}")]
    Refused {
        /// The HTTP status.
        status: u16,
        /// The API's code for it.
        code: String,
        /// What it said.
        message: String,
    },
    /// A server did not answer.
    #[error("cannot reach {url}: {reason}")]
    Unreachable {
        /// The server.
        url: String,
        /// Why.
        reason: String,
    },
    /// An answer ended before its end.
    #[error("the answer was cut off")]
    CutOff {
        /// Why.
        source: std::io::Error,
    },
    /// No server can be there.
    #[error("{url:?} is no URL of a server: {reason}")]
    Url {
        /// As given.
        url: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The user did not want to wait for the end.
    #[error("interrupted")]
    Interrupted(Signal),
    /// Something that only a server, or only a data folder, can do.
    #[error("{0}")]
    Usage(String),
    /// The configuration file.
    #[error("cannot use the configuration file {}: {reason}", path.display())]
    Config {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// A server that others can reach, and nobody may use.
    #[error("there is no API key, and {address} is not an address of this machine only")]
    NoKeys {
        /// Where it was to listen.
        address: std::net::SocketAddr,
    },
    /// Something about serving that is not the library's doing.
    #[error("cannot {action}")]
    Serve {
        /// What was tried.
        action: String,
        /// Why.
        source: std::io::Error,
    },
}

/// The exit code for `error`.
pub(super) fn code(error: &CliError) -> u8 {
    match error {
        CliError::Sandbox(error) => match error.kind() {
            ErrorKind::InvalidArgument | ErrorKind::NotFound => USAGE,
            ErrorKind::Unavailable | ErrorKind::Unreachable => 69,
            ErrorKind::Internal => INTERNAL,
            ErrorKind::Conflict | ErrorKind::Busy | ErrorKind::Gone | ErrorKind::LimitExceeded => {
                75
            }
            ErrorKind::Unauthorized => 77,
        },
        CliError::UnknownProgram { .. }
        | CliError::UnknownOrg { .. }
        | CliError::ArchiveToTerminal => USAGE,
        CliError::ReadFile { .. } => 66,
        CliError::NoDataFolder | CliError::DataFolder { .. } | CliError::NoData { .. } => 73,
        CliError::WriteOutput { .. } | CliError::WriteFile { .. } => 74,
        CliError::DataInUse { .. } => 69,
        CliError::Threads { .. } => INTERNAL,
        CliError::NoKeys { .. } => 77,
        CliError::Config { .. } => 78,
        CliError::Url { .. } | CliError::Usage(_) => USAGE,
        CliError::Unreachable { .. } => 69,
        CliError::CutOff { .. } => 74,
        CliError::Refused { status, .. } => match status {
            400 | 404 | 405 | 422 | 501 => USAGE,
            401 | 403 => 77,
            409 | 410 | 413 | 429 => 75,
            502..=504 => 69,
            _ => INTERNAL,
        },
        CliError::Serve { .. } => 69,
        CliError::Interrupted(signal) => by_signal(*signal),
    }
}

/// The exit code of what was ended by a signal.
pub(super) fn by_signal(signal: Signal) -> u8 {
    match signal {
        Signal::Terminate => TERMINATED,
        _ => INTERRUPTED,
    }
}

/// What the user may do about `error`.
pub(super) fn hint(error: &CliError) -> Option<&'static str> {
    match error {
        CliError::Refused { code, .. } => match code.as_str() {
            "UNAUTHORIZED" => Some("give a key with --api-key or BELLJAR_API_KEY"),
            "RUNTIME_NOT_FOUND" => Some("`belljar runtime list` shows the runtimes there are"),
            "SNAPSHOT_NOT_FOUND" => Some("`belljar snapshot ls` shows the snapshots there are"),
            "CHECKPOINT_NOT_FOUND" => {
                Some("`belljar checkpoint ls SANDBOX` shows the checkpoints there are")
            }
            "SANDBOX_NOT_FOUND" => Some("`belljar ls` shows the sandboxes there are"),
            _ => None,
        },
        CliError::Unreachable { .. } => Some("is there a server, and is its URL right?"),
        CliError::CutOff { .. }
        | CliError::Url { .. }
        | CliError::Usage(_)
        | CliError::Interrupted(_) => None,
        CliError::Sandbox(error) => match error.kind() {
            ErrorKind::NotFound => match error.code() {
                "RUNTIME_NOT_FOUND" => Some("`belljar runtime list` shows the runtimes there are"),
                "SNAPSHOT_NOT_FOUND" => Some("`belljar snapshot ls` shows the snapshots there are"),
                "KEY_NOT_FOUND" => Some("`belljar keys list` shows the keys there are"),
                "CHECKPOINT_NOT_FOUND" => {
                    Some("`belljar checkpoint ls SANDBOX` shows the checkpoints there are")
                }
                _ => None,
            },
            ErrorKind::Unavailable => Some("try again in a moment"),
            ErrorKind::Internal => Some("BELLJAR_LOG=debug shows more"),
            ErrorKind::InvalidArgument
            | ErrorKind::Conflict
            | ErrorKind::Busy
            | ErrorKind::Gone
            | ErrorKind::LimitExceeded
            | ErrorKind::Unauthorized
            | ErrorKind::Unreachable => None,
        },
        CliError::UnknownProgram { .. } => Some("name one with --runtime"),
        CliError::NoDataFolder | CliError::NoData { .. } => {
            Some("name a folder with --data or BELLJAR_DATA")
        }
        CliError::DataInUse { .. } => Some(
            "if that is a server, ask it with --url, or stop it; if it is a command, try again in a \
             moment",
        ),
        CliError::NoKeys { .. } => {
            Some("make one with `belljar keys create`, or listen on 127.0.0.1")
        }
        CliError::ArchiveToTerminal => Some("redirect it, or name a file with --output"),
        CliError::UnknownOrg { .. }
        | CliError::Config { .. }
        | CliError::DataFolder { .. }
        | CliError::WriteFile { .. }
        | CliError::ReadFile { .. }
        | CliError::WriteOutput { .. }
        | CliError::Threads { .. }
        | CliError::Serve { .. } => None,
    }
}
