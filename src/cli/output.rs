//! The only place that writes to the terminal, apart from what guests say themselves.
//!
//! A closed stdout or stderr is not worth an error of its own: whoever closed it is not listening.

use std::error::Error;
use std::fmt::Display;
use std::io::Write;
use std::process::ExitCode;

use super::exit::{self, CliError};

/// A line for people, on stderr.
pub(super) fn say(line: impl Display) {
    drop(writeln!(std::io::stderr().lock(), "belljar: {line}"));
}

/// A line of results, on stdout.
pub(super) fn print(line: impl Display) {
    drop(writeln!(std::io::stdout().lock(), "{line}"));
}

/// What went wrong with all its causes, and what to do about it, in one line.
pub(super) fn error(error: &CliError) {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        // A transparent error is its own cause.
        if !text.ends_with(&cause_text) {
            text = format!("{text}: {cause_text}");
        }
        source = cause.source();
    }
    match exit::hint(error) {
        Some(hint) => say(format_args!("{text}; {hint}")),
        None => say(text),
    }
}

/// What makes `shell` complete our arguments.
pub(super) fn completions(shell: clap_complete::Shell) {
    let mut grammar = <super::args::Cli as clap::CommandFactory>::command();
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut grammar, "belljar", &mut text);
    drop(std::io::stdout().lock().write_all(&text));
}

/// Help, version, or what is wrong with the arguments.
pub(super) fn usage(error: &clap::Error) -> ExitCode {
    drop(error.print());
    match error.exit_code() {
        0 => ExitCode::SUCCESS,
        _ => ExitCode::from(exit::USAGE),
    }
}
