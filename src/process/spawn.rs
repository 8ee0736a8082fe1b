//! From a command to a running process.

use std::collections::BTreeMap;

use thiserror::Error;

use super::launch::{Completion, Launch, LaunchError, LaunchSpec};
use crate::vfs::{Executable, FsError, GuestPath, ProgramFile, Vfs};

/// Where programs are looked up when the environment has no `PATH`.
const DEFAULT_PATH: &str = "/usr/local/bin:/usr/bin:/bin";

/// Why a command could not be started, worded as a shell does.
#[derive(Debug, Error)]
pub(crate) enum ProcessError {
    /// No such program: 127.
    #[error("{program}: command not found")]
    NotFound {
        /// The name as given.
        program: String,
    },
    /// There is such a file, but it cannot be executed: 126.
    #[error("{program}: {reason}")]
    NotExecutable {
        /// The name as given.
        program: String,
        /// Why not.
        reason: String,
    },
    /// The program is right but could not be started.
    #[error("{program}: {source}")]
    Launch {
        /// The name as given.
        program: String,
        /// What failed.
        source: LaunchError,
    },
}

impl ProcessError {
    /// The exit code that a shell gives for it.
    pub(crate) fn code(&self) -> i32 {
        match self {
            Self::NotFound { .. } => 127,
            Self::NotExecutable { .. }
            | Self::Launch {
                source: LaunchError::NotAProgram { .. } | LaunchError::Engine(_),
                ..
            } => 126,
            Self::Launch {
                source: LaunchError::NotEnoughMemory { .. },
                ..
            } => 137,
        }
    }
}

/// Finds the program that `argv` names and runs it. `make` turns the program into what is
/// launched; it is only called when there is one.
///
/// # Errors
/// [`ProcessError`], with the shell's exit code in [`ProcessError::code`].
pub(crate) async fn spawn(
    launch: &dyn Launch,
    spec: SpawnSpec<'_>,
    make: impl FnOnce(ProgramFile) -> LaunchSpec,
) -> Result<Completion, ProcessError> {
    let program = find(&spec)?;
    launch
        .launch(make(program))
        .await
        .map_err(|source| ProcessError::Launch {
            program: spec.program.to_owned(),
            source,
        })
}

/// What is needed to find a program.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SpawnSpec<'a> {
    /// The first argument.
    pub(crate) program: &'a str,
    /// The process's environment, for `PATH`.
    pub(crate) env: &'a BTreeMap<String, String>,
    /// Its working directory.
    pub(crate) cwd: &'a GuestPath,
    /// Its filesystem.
    pub(crate) vfs: &'a Vfs,
}

/// `PATH` lookup as POSIX.1-2024, section 8.3, describes it: a name with a slash is a path; any
/// other is tried in each directory, and an empty directory is the working one.
fn find(spec: &SpawnSpec<'_>) -> Result<ProgramFile, ProcessError> {
    let not_found = || ProcessError::NotFound {
        program: spec.program.to_owned(),
    };
    if spec.program.is_empty() {
        return Err(not_found());
    }
    if spec.program.contains('/') {
        let path = GuestPath::parse(spec.program, spec.cwd)
            .map_err(|error| not_executable(spec.program, error.to_string()))?;
        return look(spec, &path)?.ok_or_else(not_found);
    }
    let path = spec.env.get("PATH").map_or(DEFAULT_PATH, String::as_str);
    let mut refused = None;
    for directory in path.split(':') {
        let directory = if directory.is_empty() { "." } else { directory };
        let Ok(candidate) = GuestPath::parse(&format!("{directory}/{}", spec.program), spec.cwd)
        else {
            continue;
        };
        match look(spec, &candidate) {
            Ok(Some(program)) => return Ok(program),
            Ok(None) => {}
            // A later directory may have a better one; otherwise the first refusal is reported.
            Err(error) => {
                refused.get_or_insert(error);
            }
        }
    }
    Err(refused.unwrap_or_else(not_found))
}

fn not_executable(program: &str, reason: impl Into<String>) -> ProcessError {
    ProcessError::NotExecutable {
        program: program.to_owned(),
        reason: reason.into(),
    }
}

/// The program at `path`; `None` if there is nothing.
fn look(spec: &SpawnSpec<'_>, path: &GuestPath) -> Result<Option<ProgramFile>, ProcessError> {
    let refuse = |reason: &str| Err(not_executable(spec.program, reason));
    match spec.vfs.executable(path) {
        Ok(Executable::Program(program)) => Ok(Some(program)),
        Ok(Executable::Other(start)) if start.starts_with(b"\0asm") => refuse(
            "running WebAssembly that is not part of an installed runtime is not available in this version",
        ),
        Ok(Executable::Other(start)) if start.starts_with(b"#!") => refuse(
            "scripts with a #! line are not available in this version; name the interpreter instead",
        ),
        Ok(Executable::Other(_)) => refuse("exec format error"),
        Err(FsError::NotFound { .. } | FsError::NotADirectory { .. }) => Ok(None),
        Err(FsError::IsADirectory { .. }) => refuse("is a directory"),
        Err(error) => Err(not_executable(spec.program, error.to_string())),
    }
}

#[cfg(test)]
mod tests;
