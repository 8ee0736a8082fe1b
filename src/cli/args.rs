//! The grammar of the command line.

use clap::{Parser, Subcommand as ClapSubcommand};

use super::care::CareArgs;
use super::checkpoint::CheckpointArgs;
use super::cp::CpArgs;
use super::data::DataArgs;
use super::diff::DiffArgs;
use super::exec::{ExecArgs, LogsArgs};
use super::files::FilesArgs;
use super::jobs::JobsArgs;
use super::keys::KeysArgs;
use super::lifecycle::{ForkArgs, SandboxesArgs};
use super::run::RunArgs;
use super::runtime::RuntimeArgs;
use super::sandboxes::{CreateArgs, EventsArgs, GetArgs, LsArgs, RmArgs};
use super::serve::ServeArgs;
use super::snapshot::SnapshotArgs;

/// Shown at the end of the help of commands that work on a data folder.
const DIRECTLY: &str = "\
This works on the data folder itself, which must not be in use: stop the server first.";

/// Shown at the end of the help of commands that a server can be asked for as well.
const ANYWHERE: &str = "\
With --url this asks a server; without it, it works on the data folder itself, which no server may be
using meanwhile.";

/// Run code that nobody has reviewed, inside WebAssembly.
#[derive(Debug, Parser)]
#[command(name = "belljar", bin_name = "belljar", version, about, after_long_help = super::exit::HELP)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) data: DataArgs,
    #[command(subcommand)]
    pub(crate) command: Subcommand,
}

/// What to do.
#[derive(Debug, ClapSubcommand)]
pub(crate) enum Subcommand {
    /// Run one program in a sandbox of its own, with our stdin, stdout, stderr and exit code
    #[command(after_long_help = super::exit::HELP)]
    Run(RunArgs),
    /// Create a sandbox that stays, and print its id
    #[command(
        after_help = "Example:\n  sandbox=$(belljar create --runtime python:3.14 --name build)"
    )]
    Create(CreateArgs),
    /// Run a program in a sandbox, with our stdout, stderr and exit code
    #[command(after_help = "Example:\n  belljar exec sbx_… python3 -c 'print(1)'")]
    Exec(ExecArgs),
    /// List sandboxes, newest first
    #[command(
        visible_alias = "list",
        after_help = "Example:\n  belljar ls --status idle --json | jq -r '.sandboxes[].sandboxId'"
    )]
    Ls(LsArgs),
    /// Show one sandbox
    #[command(after_help = "Example:\n  belljar get sbx_… --json | jq .status")]
    Get(GetArgs),
    /// End sandboxes and everything in them
    #[command(visible_alias = "delete", after_help = "Example:\n  belljar rm sbx_…")]
    Rm(RmArgs),
    /// Copy files into or out of a sandbox
    #[command(after_help = "Example:\n  belljar cp -r src sbx_…:/home/agentuity/src")]
    Cp(CpArgs),
    /// List, show, make and remove files of a sandbox
    #[command(after_help = anywhere("belljar files ls sbx_…"))]
    Files(FilesArgs),
    /// Print what an execution or a job has written
    #[command(after_help = "Example:\n  belljar logs sbx_… --follow")]
    Logs(LogsArgs),
    /// Start, list, show and stop commands in the background of a sandbox
    #[command(after_help = anywhere("belljar jobs ls sbx_…"))]
    Jobs(JobsArgs),
    /// Show what happened to a sandbox
    #[command(after_help = "Example:\n  belljar events sbx_… --limit 20")]
    Events(EventsArgs),
    /// List, install or remove runtimes
    #[command(after_help = "Example:\n  belljar runtime install python:3.14")]
    Runtime(RuntimeArgs),
    /// Serve the HTTP API
    #[command(after_help = "Example:\n  belljar serve --dev --listen 127.0.0.1:7070")]
    Serve(ServeArgs),
    /// Create, list, tag, delete, build, export and import snapshots
    #[command(after_help = anywhere("belljar snapshot create sbx_… --name base --tag v1"))]
    Snapshot(SnapshotArgs),
    /// Save the files of a sandbox and bring them back
    #[command(after_help = anywhere("belljar checkpoint create sbx_… before-upgrade"))]
    Checkpoint(CheckpointArgs),
    /// Pause sandboxes: they keep their files and take no memory
    #[command(after_help = anywhere("belljar pause sbx_…"))]
    Pause(SandboxesArgs),
    /// Resume paused sandboxes
    #[command(after_help = anywhere("belljar resume sbx_…"))]
    Resume(SandboxesArgs),
    /// Make a second sandbox with the present files of a first, and print its id
    #[command(after_help = anywhere("copy=$(belljar fork sbx_… --name experiment)"))]
    Fork(ForkArgs),
    /// Show what changed between sandboxes, checkpoints, snapshots and runtimes
    #[command(after_help = anywhere("belljar diff sbx_…@before-upgrade sbx_…"))]
    Diff(DiffArgs),
    /// Create, list and revoke the API keys of a server; it may be running meanwhile
    #[command(after_help = "Example:\n  belljar keys create --org acme --name ci")]
    Keys(KeysArgs),
    /// Print what makes a shell complete our arguments
    #[command(
        after_help = "Example:\n  belljar completions bash > ~/.local/share/bash-completion/completions/belljar"
    )]
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Remove stored files that nothing refers to any more
    #[command(after_help = example("belljar gc"))]
    Gc(CareArgs),
    /// Verify everything that is stored; exit code 1 if something is damaged or missing
    #[command(after_help = example("belljar fsck --json | jq .missing"))]
    Fsck(CareArgs),
}

/// An example, and where the command works.
fn example(line: &str) -> String {
    format!("Example:\n  {line}\n\n{DIRECTLY}")
}

/// An example, and where else the command works.
fn anywhere(line: &str) -> String {
    format!("Example:\n  {line}\n\n{ANYWHERE}")
}

/// `NAME=VALUE`, or `NAME` for the value it has in our own environment.
pub(super) fn parse_env(text: &str) -> Result<(String, String), String> {
    let (name, value) = match text.split_once('=') {
        Some((name, value)) => (name, Some(value.to_owned())),
        None => (text, None),
    };
    if name.is_empty() {
        return Err("a variable needs a name: NAME=VALUE or NAME".to_owned());
    }
    let value = match value {
        Some(value) => value,
        None => std::env::var(name).map_err(|error| match error {
            std::env::VarError::NotPresent => {
                format!("{name} is not set here; write {name}=VALUE to give it a value")
            }
            std::env::VarError::NotUnicode(_) => format!("{name} is not UTF-8 here"),
        })?,
    };
    Ok((name.to_owned(), value))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_grammar_is_consistent() {
        Cli::command().debug_assert();
    }

    /// Calls `look` with every command and how it is called.
    fn every(look: &mut dyn FnMut(&str, &clap::Command)) {
        let mut all = Cli::command();
        all.build();
        let mut left = vec![(String::from("belljar"), &all)];
        while let Some((name, command)) = left.pop() {
            look(&name, command);
            for below in command.get_subcommands() {
                if below.get_name() != "help" {
                    left.push((format!("{name} {}", below.get_name()), below));
                }
            }
        }
    }

    #[test]
    fn every_help_text_has_one_example_that_could_be_run() {
        every(&mut |name, command| {
            let help = [command.get_after_long_help(), command.get_after_help()];
            let help = help.into_iter().flatten().next();
            let help = help.map(ToString::to_string).unwrap_or_default();
            assert_eq!(help.matches("Example:\n  ").count(), 1, "{name}: {help}");
            let (_, line) = help.split_once("Example:\n  ").unwrap();
            let line = line.lines().next().unwrap();
            assert!(line.contains(name), "{name}: {line}");
            // As a shell would take it, as far as our examples use one.
            let from = line.find("belljar").unwrap();
            let words = line[from..].split(['|', '>']).next().unwrap();
            let words = words
                .trim_end_matches(')')
                .replace('\'', "")
                .replace('…', "1");
            let parsed = Cli::try_parse_from(words.split_whitespace());
            assert!(parsed.is_ok(), "{words}: {:?}", parsed.err());
        });
    }

    #[test]
    fn whatever_prints_data_prints_json() {
        let bytes = [
            "belljar run",
            "belljar logs",
            "belljar files cat",
            "belljar snapshot export",
            "belljar completions",
            "belljar serve",
        ];
        every(&mut |name, command| {
            let has_json = command.get_arguments().any(|one| one.get_id() == "json");
            if !command.has_subcommands() {
                assert!(has_json || bytes.contains(&name), "{name} has no --json");
            }
        });
    }

    #[test]
    fn the_environment_is_passed_by_value_or_by_name() {
        assert_eq!(parse_env("A=b=c").unwrap(), ("A".into(), "b=c".into()));
        assert_eq!(parse_env("A=").unwrap(), ("A".into(), String::new()));
        assert_eq!(parse_env("PATH").unwrap().1, std::env::var("PATH").unwrap());
        assert!(
            parse_env("BELLJAR_NO_SUCH_VARIABLE")
                .unwrap_err()
                .contains("not set")
        );
    }
}
