//! Which runtime a program's name means when `--runtime` is not given.

use crate::RuntimeInfo;

use super::exit::CliError;

/// Picks the runtime that has `program`, a name or a path.
///
/// # Errors
/// [`CliError::UnknownProgram`] with the names of all runtimes if none has it.
pub(super) fn runtime_for(program: &str, runtimes: &[RuntimeInfo]) -> Result<String, CliError> {
    let name = program.rsplit('/').next().unwrap_or(program);
    let has = |names: &[String]| names.iter().any(|has| has == name);
    // What every runtime has means the first.
    runtimes
        .iter()
        .find(|runtime| has(&runtime.programs))
        .or_else(|| runtimes.iter().find(|runtime| has(&runtime.tools)))
        .map(|runtime| runtime.name.clone())
        .ok_or_else(|| CliError::UnknownProgram {
            program: program.to_owned(),
            runtimes: runtimes
                .iter()
                .map(|runtime| runtime.name.clone())
                .collect(),
        })
}

/// Picks the runtime for `program` when npm packages are installed first: among those that take some,
/// and the program may be one of theirs.
///
/// # Errors
/// As [`runtime_for`], if none takes packages.
pub(super) fn runtime_with_packages_for(
    program: &str,
    runtimes: &[RuntimeInfo],
) -> Result<String, CliError> {
    let takers = || {
        let has_installer =
            |runtime: &&RuntimeInfo| runtime.programs.iter().any(|name| name == "bun");
        runtimes.iter().filter(has_installer)
    };
    let named = |runtime: &&RuntimeInfo| runtime.programs.iter().any(|name| name == program);
    match takers().find(named).or_else(|| takers().next()) {
        Some(runtime) => Ok(runtime.name.clone()),
        None => runtime_for(program, runtimes),
    }
}
