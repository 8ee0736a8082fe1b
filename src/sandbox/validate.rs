//! Checks on what callers ask for, before anything happens.

use super::error::SandboxError;
use super::options::{Command, SandboxOptions};
use super::packages;
use crate::runtime::Manifest;

/// Arguments of one command, as Linux's `ARG_MAX` bounds them: bytes in all.
const MAX_ARGV_BYTES: usize = 2 << 20;
/// Number of arguments; bounds the guest memory they take before the program can look at them.
const MAX_ARGS: usize = 10_000;
/// Environment of one process, in bytes.
const MAX_ENV_BYTES: usize = 1 << 20;
/// Name, description and the like.
const MAX_TEXT_BYTES: usize = 4096;

type Checked = Result<(), SandboxError>;

/// A command must name a program and be expressible as C strings.
pub(crate) fn command(command: &Command) -> Checked {
    let invalid = |reason: String| Err(SandboxError::invalid("command", reason));
    if command.argv.is_empty() {
        return invalid("it is empty; the first element names the program".into());
    }
    if let Some(index) = command.argv.iter().position(|arg| arg.contains('\0')) {
        return invalid(format!("argument {index} contains a NUL character"));
    }
    let bytes: usize = command.argv.iter().map(|arg| arg.len() + 1).sum();
    if bytes > MAX_ARGV_BYTES || command.argv.len() > MAX_ARGS {
        return invalid(format!(
            "{} arguments of {bytes} bytes are too many; the limits are {MAX_ARGS} and {MAX_ARGV_BYTES} bytes",
            command.argv.len()
        ));
    }
    env(command.env.iter())
}

/// Environment names must be expressible as `NAME=value`.
pub(crate) fn env<'a>(entries: impl Iterator<Item = (&'a String, &'a String)>) -> Checked {
    let mut bytes = 0;
    for (name, value) in entries {
        let invalid = |reason: &str| {
            Err(SandboxError::invalid(
                "env",
                format!("the variable {name:?} {reason}"),
            ))
        };
        if name.is_empty() || name.contains('=') {
            return invalid("has an empty name or one with an equals sign");
        }
        if name.contains('\0') || value.contains('\0') {
            return invalid("contains a NUL character");
        }
        bytes += name.len() + value.len() + 2;
    }
    if bytes > MAX_ENV_BYTES {
        return Err(SandboxError::invalid(
            "env",
            format!("{bytes} bytes are more than the limit of {MAX_ENV_BYTES}"),
        ));
    }
    Ok(())
}

/// Everything about a sandbox that can be said before it exists.
pub(crate) fn sandbox(options: &SandboxOptions, manifest: &Manifest) -> Checked {
    env(options.env.iter())?;
    if let Some(one) = &options.command {
        command(one)?;
    }
    for (what, text) in [
        ("name", &options.name),
        ("description", &options.description),
        ("projectId", &options.project_id),
    ] {
        if text
            .as_ref()
            .is_some_and(|text| text.len() > MAX_TEXT_BYTES)
        {
            return Err(SandboxError::invalid(
                what,
                format!("it is longer than {MAX_TEXT_BYTES} bytes"),
            ));
        }
    }
    if let Some(memory) = options.resources.memory
        && memory < manifest.least_memory
    {
        return Err(SandboxError::invalid(
            "memory",
            format!(
                "{memory} is less than {} needs to start ({})",
                manifest.name, manifest.least_memory
            ),
        ));
    }
    if options.network.port.is_some_and(|port| port < 1024) {
        return Err(SandboxError::invalid(
            "network.port",
            "it must be from 1024 to 65535",
        ));
    }
    if !options.dependencies.is_empty() {
        return Err(SandboxError::invalid(
            "dependencies",
            "there are no packages of an operating system here; use `packages` for those of npm, \
             upload what the program needs, or begin with a snapshot that has it",
        ));
    }
    packages::check(&options.packages, manifest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(argv: &[&str]) -> String {
        command(&Command::new(argv.iter().copied()))
            .unwrap_err()
            .to_string()
    }

    #[test]
    fn commands_that_cannot_be_are_refused_with_a_reason() {
        assert!(refused(&[]).contains("it is empty"));
        assert!(refused(&["a", "b\0c"]).contains("argument 1 contains a NUL"));
        assert!(refused(&["a", &"x".repeat(3 << 20)]).contains("too many"));
        assert!(command(&Command::new(["python3", "-c", ""])).is_ok());
    }

    #[test]
    fn environments_that_cannot_be_are_refused_with_a_reason() {
        for (name, value) in [("", "x"), ("A=B", "x"), ("A", "\0"), ("A\0", "x")] {
            let refused = command(&Command::new(["x"]).env(name, value));
            assert!(refused.unwrap_err().to_string().starts_with("env: "));
        }
    }
}
