//! Which runtime a program's name means when `--runtime` is not given.

use crate::RuntimeInfo;

use super::exit::CliError;

/// Picks the runtime that has `program`, a name or a path.
///
/// # Errors
/// [`CliError::UnknownProgram`] with the names of all runtimes if none has it.
pub(super) fn runtime_for(program: &str, runtimes: &[RuntimeInfo]) -> Result<String, CliError> {
    let name = program.rsplit('/').next().unwrap_or(program);
    runtimes
        .iter()
        .find(|runtime| runtime.programs.iter().any(|has| has == name))
        .map(|runtime| runtime.name.clone())
        .ok_or_else(|| CliError::UnknownProgram {
            program: program.to_owned(),
            runtimes: runtimes
                .iter()
                .map(|runtime| runtime.name.clone())
                .collect(),
        })
}
