//! The grammar of the command line.

use std::time::Duration;

use crate::{ByteSize, Millicores};
use clap::{Args, Parser, Subcommand as ClapSubcommand};

use super::care::CareArgs;
use super::checkpoint::CheckpointArgs;
use super::client::ServerArgs;
use super::data::DataArgs;
use super::diff::DiffArgs;
use super::exec::{ExecArgs, LogsArgs};
use super::file::FileArg;
use super::files::{CpArgs, FilesArgs};
use super::jobs::JobsArgs;
use super::keys::KeysArgs;
use super::lifecycle::{ForkArgs, SandboxesArgs};
use super::sandboxes::{CreateArgs, EventsArgs, GetArgs, LsArgs, RmArgs};
use super::serve::ServeArgs;
use super::snapshot::SnapshotArgs;

/// Shown at the end of the help of commands that work on a data folder.
const DIRECTLY: &str = "\
This works on the data folder itself, which must not be in use: stop the server first, or ask the
server, whose HTTP API has the same calls.";

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
    Files(FilesArgs),
    /// Print what an execution or a job has written
    #[command(after_help = "Example:\n  belljar logs sbx_… --follow")]
    Logs(LogsArgs),
    /// Start, list, show and stop commands in the background of a sandbox
    Jobs(JobsArgs),
    /// Show what happened to a sandbox
    #[command(after_help = "Example:\n  belljar events sbx_… --limit 20")]
    Events(EventsArgs),
    /// List, install or remove runtimes
    Runtime(RuntimeArgs),
    /// Serve the HTTP API
    Serve(ServeArgs),
    /// Create, list, tag, delete, export and import snapshots
    #[command(after_help = ANYWHERE)]
    Snapshot(SnapshotArgs),
    /// Save the files of a sandbox and bring them back
    #[command(after_help = ANYWHERE)]
    Checkpoint(CheckpointArgs),
    /// Pause sandboxes: they keep their files and take no memory
    #[command(after_help = anywhere("belljar pause sbx_…"))]
    Pause(SandboxesArgs),
    /// Resume paused sandboxes
    #[command(after_help = anywhere("belljar resume sbx_…"))]
    Resume(SandboxesArgs),
    /// Make a second sandbox with the present files of a first, and print its id
    #[command(after_help = example("copy=$(belljar fork sbx_… --name experiment)"))]
    Fork(ForkArgs),
    /// Show what changed between sandboxes, checkpoints, snapshots and runtimes
    #[command(after_help = example("belljar diff sbx_…@before-upgrade sbx_…"))]
    Diff(DiffArgs),
    /// Create, list and revoke the API keys of a server; it may be running meanwhile
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

/// `belljar run`.
#[derive(Args, Debug)]
pub(crate) struct RunArgs {
    #[command(flatten)]
    pub(crate) server: ServerArgs,
    /// What the sandbox is made from; inferred from the program's name if absent
    #[arg(long, value_name = "NAME")]
    pub(crate) runtime: Option<String>,
    /// Memory of all processes of the sandbox together [default: 512Mi]
    #[arg(long, value_name = "SIZE", value_parser = |text: &str| ByteSize::parse(text))]
    pub(crate) memory: Option<ByteSize>,
    /// Share of CPU time, 1000m being one core [default: no limit]
    #[arg(long, value_name = "MILLICORES", value_parser = |text: &str| Millicores::parse(text))]
    pub(crate) cpu: Option<Millicores>,
    /// Wall time after which the program is stopped (30s, 5m, 1h30m) [default: never]
    #[arg(long, value_name = "DURATION", value_parser = |text: &str| crate::units::parse_duration(text))]
    pub(crate) timeout: Option<Duration>,
    /// Exact number of WebAssembly instructions the program may use; makes it slower [default: no limit]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) fuel: Option<u64>,
    /// Let the program reach the network: public addresses only [default: only its own localhost]
    #[arg(long)]
    pub(crate) network: bool,
    /// Install an npm package first, such as zod or zod@^3, from the registry that this user's npm
    /// would use (repeatable)
    #[arg(long, value_name = "NAME[@VERSION]")]
    pub(crate) package: Vec<String>,
    /// Environment variable; without a value it is taken from ours (repeatable)
    #[arg(long, short, value_name = "NAME[=VALUE]", value_parser = parse_env)]
    pub(crate) env: Vec<(String, String)>,
    /// Copy a file of this machine into the sandbox before the program starts (repeatable)
    #[arg(long, value_name = "HOST:GUEST", value_parser = FileArg::parse)]
    pub(crate) file: Vec<FileArg>,
    /// Working directory inside the sandbox [default: /home/agentuity]
    #[arg(long, value_name = "DIR")]
    pub(crate) workdir: Option<String>,
    /// Say on stderr what the run took
    #[arg(long)]
    pub(crate) stats: bool,
    /// The program and its arguments; options of ours end at its name
    #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true)]
    #[arg(value_name = "PROGRAM")]
    pub(crate) command: Vec<String>,
}

/// `belljar runtime`.
#[derive(Args, Debug)]
pub(crate) struct RuntimeArgs {
    #[command(flatten)]
    pub(crate) server: ServerArgs,
    #[command(subcommand)]
    pub(crate) action: RuntimeAction,
}

/// What to do with runtimes.
#[derive(Debug, ClapSubcommand)]
pub(crate) enum RuntimeAction {
    /// List what there is and what is installed
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Install runtimes, so that the first run is as fast as the second
    Install {
        /// Such as python:3.14
        #[arg(required = true)]
        name: Vec<String>,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Remove installed runtimes and their compiled code
    Remove {
        /// Such as python:3.14
        #[arg(required = true)]
        name: Vec<String>,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
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

    fn run(args: &[&str]) -> RunArgs {
        match Cli::try_parse_from([&["belljar", "run"], args].concat())
            .unwrap()
            .command
        {
            Subcommand::Run(args) => args,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_grammar_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn our_options_end_at_the_program() {
        let args = run(&[
            "--stats", "python3", "-c", "print(1)", "--stats", "--data", "x",
        ]);
        assert!(args.stats);
        assert_eq!(
            args.command,
            ["python3", "-c", "print(1)", "--stats", "--data", "x"]
        );
        assert_eq!(run(&["--", "python3", "-V"]).command, ["python3", "-V"]);
    }

    #[test]
    fn quantities_are_parsed_where_they_are_given() {
        let args = run(&[
            "--memory",
            "256Mi",
            "--cpu",
            "500m",
            "--timeout",
            "1m30s",
            "--fuel",
            "1000",
            "python3",
        ]);
        assert_eq!(args.memory, Some(ByteSize::mib(256)));
        assert_eq!(args.cpu.map(Millicores::get), Some(500));
        assert_eq!(args.timeout, Some(Duration::from_secs(90)));
        assert_eq!(args.fuel, Some(1000));
        for wrong in [
            ["--memory", "256MB"],
            ["--cpu", "0"],
            ["--timeout", "30"],
            ["--fuel", "0"],
            ["--env", "=x"],
            ["--file", ""],
        ] {
            let all = [&["belljar", "run"][..], &wrong, &["python3"]].concat();
            assert!(Cli::try_parse_from(all).is_err(), "{wrong:?}");
        }
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
