//! Which runtime a program's name means when `--runtime` is not given.

use serde_json::Value;

use super::exit::CliError;
use super::sandboxes::{field, rows};
use crate::RuntimeInfo;

/// What has to be known of a runtime.
#[derive(Debug)]
pub(super) struct Known {
    name: String,
    programs: Vec<String>,
    /// What all runtimes have, if that is known: a server does not tell.
    tools: Option<Vec<String>>,
}

impl From<RuntimeInfo> for Known {
    fn from(info: RuntimeInfo) -> Self {
        Self {
            name: info.name,
            programs: info.programs,
            tools: Some(info.tools),
        }
    }
}

impl From<&Value> for Known {
    fn from(runtime: &Value) -> Self {
        let programs = rows(runtime, "programs").filter_map(Value::as_str);
        Self {
            name: field(runtime, "name"),
            programs: programs.map(str::to_owned).collect(),
            tools: None,
        }
    }
}

/// Picks the runtime that has `program`, a name or a path; with packages among those that take some, and
/// then the program may be one of theirs.
///
/// # Errors
/// [`CliError::UnknownProgram`] with the names of all runtimes if none has it.
pub(super) fn runtime_for(
    program: &str,
    with_packages: bool,
    runtimes: &[Known],
) -> Result<String, CliError> {
    let name = program.rsplit('/').next().unwrap_or(program);
    let has = |names: &[String], wanted: &str| names.iter().any(|has| has == wanted);
    let takes_packages = |runtime: &&Known| has(&runtime.programs, "bun");
    let with_packages = with_packages && runtimes.iter().any(|one| takes_packages(&one));
    let candidates = || {
        let all = runtimes.iter();
        all.filter(|runtime| !with_packages || takes_packages(runtime))
    };
    let may_have = |runtime: &&Known| {
        let tools = runtime.tools.as_deref();
        with_packages || tools.is_none_or(|tools| has(tools, name))
    };
    // What every runtime has means the first.
    candidates()
        .find(|runtime| has(&runtime.programs, name))
        .or_else(|| candidates().find(may_have))
        .map(|runtime| runtime.name.clone())
        .ok_or_else(|| CliError::UnknownProgram {
            program: program.to_owned(),
            runtimes: runtimes.iter().map(|one| one.name.clone()).collect(),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn runtimes(tools: Option<&str>) -> Vec<Known> {
        let known = |name: &str, programs: &[&str]| Known {
            name: name.to_owned(),
            programs: programs.iter().map(|&one| one.to_owned()).collect(),
            tools: tools.map(|tool| vec![tool.to_owned()]),
        };
        vec![
            known("python", &["python3"]),
            known("bun", &["bun"]),
            known("node", &["node", "bun"]),
        ]
    }

    #[test]
    fn a_program_means_the_first_runtime_that_has_it() {
        let here = runtimes(Some("sh"));
        for (program, packages, expected) in [
            ("python3", false, "python"),
            ("/usr/bin/node", false, "node"),
            ("bun", false, "bun"),
            ("sh", false, "python"),
            ("node", true, "node"),
            ("tsc", true, "bun"),
            ("python3", true, "bun"),
        ] {
            let found = runtime_for(program, packages, &here).unwrap();
            assert_eq!(found, expected, "{program} {packages}");
        }
        let error = runtime_for("cobol", false, &here).unwrap_err();
        assert!(error.to_string().contains("python, bun, node"), "{error}");
    }

    #[test]
    fn what_a_server_does_not_tell_it_may_have() {
        assert_eq!(runtime_for("sh", false, &runtimes(None)).unwrap(), "python");
        assert!(runtime_for("sh", false, &[]).is_err());
    }
}
