//! From the name of a program to what is run.

use crate::vfs::{Executable, FsError, GuestPath, ProgramFile, Vfs};

/// Where programs are looked up when the environment has no `PATH`.
const DEFAULT_PATH: &str = "/usr/local/bin:/usr/bin:/bin";
/// `#!` lines that lead to each other, as Linux allows.
const MAX_INTERPRETERS: usize = 4;

/// Programs that are not part of an installed runtime.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Uploads {
    /// May be run.
    Allowed,
    /// Are refused; the text says how that can be changed.
    Refused(&'static str),
}

/// Why a command could not be started, as a shell sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Unfit {
    /// There is no such program: 127.
    NotFound,
    /// It has no permission to be executed: 126.
    PermissionDenied,
    /// It is a directory: 126.
    IsDirectory,
    /// It cannot be run, in words: 126.
    NotExecutable(String),
}

/// What is needed to find a program.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Search<'a> {
    /// Name or path.
    pub(crate) program: &'a str,
    /// `PATH` of the process's environment.
    pub(crate) path: Option<&'a str>,
    /// Its working directory.
    pub(crate) cwd: &'a GuestPath,
    /// Its filesystem.
    pub(crate) vfs: &'a Vfs,
    /// Whether programs of the guest's own may be run.
    pub(crate) uploads: Uploads,
}

/// A program, and what a `#!` line puts in the place of the name that it was called by.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    pub(crate) program: ProgramFile,
    /// Empty without such a line; else interpreter, argument if it has one, and path of the script.
    pub(crate) before: Vec<String>,
}

impl Found {
    /// The arguments of the process, of those that it is called with.
    pub(crate) fn argv(&self, called: Vec<String>) -> Vec<String> {
        if self.before.is_empty() {
            return called;
        }
        let rest = called.into_iter().skip(1);
        self.before.iter().cloned().chain(rest).collect()
    }
}

impl Search<'_> {
    /// `PATH` lookup as POSIX.1-2024, section 8.3, describes it: a name with a slash is a path; any
    /// other is tried in each directory, and an empty directory is the working one.
    ///
    /// # Errors
    /// [`Unfit`].
    pub(crate) fn find(&self) -> Result<Found, Unfit> {
        if self.program.is_empty() {
            return Err(Unfit::NotFound);
        }
        if self.program.contains('/') {
            if let Err(error) = GuestPath::parse(self.program, self.cwd) {
                return Err(Unfit::NotExecutable(error.to_string()));
            }
            return self.look(self.program)?.ok_or(Unfit::NotFound);
        }
        let path = self.path.unwrap_or(DEFAULT_PATH);
        let mut refused = None;
        for directory in path.split(':') {
            let directory = if directory.is_empty() { "." } else { directory };
            match self.look(&format!("{directory}/{}", self.program)) {
                Ok(Some(found)) => return Ok(found),
                // What is no file is passed over, as by execvp.
                Ok(None) | Err(Unfit::IsDirectory) => {}
                // A later directory may have a better one; otherwise the first refusal is reported.
                Err(error) => {
                    refused.get_or_insert(error);
                }
            }
        }
        Err(refused.unwrap_or(Unfit::NotFound))
    }

    /// `None` if there is nothing that could be a program.
    fn look(&self, path: &str) -> Result<Option<Found>, Unfit> {
        let mut path = path.to_owned();
        let mut before = Vec::new();
        for _ in 0..=MAX_INTERPRETERS {
            let Ok(absolute) = GuestPath::parse(&path, self.cwd) else {
                return Ok(None);
            };
            match self.vfs.executable(&absolute) {
                Ok(Executable::Installed(program)) => return Ok(Some(Found { program, before })),
                Ok(Executable::Uploaded(program)) => {
                    return match self.uploads {
                        Uploads::Allowed => Ok(Some(Found { program, before })),
                        Uploads::Refused(how) => Err(Unfit::NotExecutable(how.to_owned())),
                    };
                }
                Ok(Executable::Other(start)) => {
                    let Some((interpreter, argument)) = interpreter(&start) else {
                        return Err(Unfit::NotExecutable("exec format error".to_owned()));
                    };
                    let mut called = vec![interpreter.clone()];
                    called.extend(argument);
                    called.push(path);
                    called.extend(before.into_iter().skip(1));
                    before = called;
                    path = interpreter;
                }
                Err(FsError::NotFound { .. } | FsError::NotADirectory { .. }) => {
                    return match before.first() {
                        None => Ok(None),
                        Some(interpreter) => Err(Unfit::NotExecutable(format!(
                            "{interpreter}: bad interpreter: No such file or directory"
                        ))),
                    };
                }
                Err(FsError::IsADirectory { .. }) => return Err(Unfit::IsDirectory),
                Err(FsError::PermissionDenied { .. }) => return Err(Unfit::PermissionDenied),
                Err(error) => return Err(Unfit::NotExecutable(error.to_string())),
            }
        }
        Err(Unfit::NotExecutable(
            "too many levels of interpreters".to_owned(),
        ))
    }
}

/// Interpreter and argument of a `#!` line, as Linux reads it: one argument at most, blanks and all.
fn interpreter(start: &[u8]) -> Option<(String, Option<String>)> {
    let line = start.strip_prefix(b"#!")?;
    let end = line.iter().position(|byte| *byte == b'\n');
    let line = std::str::from_utf8(line.get(..end.unwrap_or(line.len()))?).ok()?;
    let blank = [' ', '\t'];
    let line = line.trim_matches(blank).trim_end_matches('\r');
    let (interpreter, argument) = match line.split_once(blank) {
        Some((interpreter, argument)) => (interpreter, argument.trim_matches(blank)),
        None => (line, ""),
    };
    if interpreter.is_empty() {
        return None;
    }
    let argument = (!argument.is_empty()).then(|| argument.to_owned());
    Some((interpreter.to_owned(), argument))
}

#[cfg(test)]
mod tests;
