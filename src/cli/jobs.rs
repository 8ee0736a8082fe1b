//! `belljar jobs`: commands in the background of a sandbox.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::client::{Client, PlaceArgs, encoded};
use super::data::DataArgs;
use super::exit::CliError;
use super::output;
use super::sandboxes::{field, rows};
use super::table::Table;
use crate::{JobId, SandboxId};

/// `belljar jobs`.
#[derive(Args, Debug)]
pub(crate) struct JobsArgs {
    /// Print JSON
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    action: Action,
    #[command(flatten)]
    place: PlaceArgs,
}

/// What to do with jobs.
#[derive(Debug, Subcommand)]
enum Action {
    /// Start a command on a server, and print the job's id
    #[command(after_help = "Example:\n  belljar jobs start sbx_… python3 -m http.server")]
    Start {
        /// The sandbox, sbx_…
        sandbox: SandboxId,
        /// The program and its arguments
        #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true)]
        #[arg(value_name = "PROGRAM")]
        command: Vec<String>,
    },
    /// List the jobs of a sandbox, newest first
    #[command(visible_alias = "list")]
    #[command(after_help = "Example:\n  belljar jobs ls sbx_…")]
    Ls {
        /// The sandbox, sbx_…
        sandbox: SandboxId,
    },
    /// Show one job
    #[command(after_help = "Example:\n  belljar jobs get sbx_… job_… --json | jq .status")]
    Get {
        /// The sandbox, sbx_…
        sandbox: SandboxId,
        /// The job, job_…
        job: JobId,
    },
    /// Ask a job to end
    #[command(visible_alias = "rm")]
    #[command(after_help = "Example:\n  belljar jobs stop sbx_… job_… --force")]
    Stop {
        /// The sandbox, sbx_…
        sandbox: SandboxId,
        /// The job, job_…
        job: JobId,
        /// Kill it
        #[arg(long)]
        force: bool,
    },
}

/// Does what `args` say.
pub(super) async fn jobs(args: JobsArgs, data: &DataArgs) -> Result<ExitCode, CliError> {
    if args.place.server.url.is_none() && matches!(args.action, Action::Start { .. }) {
        return Err(CliError::Usage(
            "a job ends with whatever runs it, which here would be this command: start one on a \
             server, with --url"
                .to_owned(),
        ));
    }
    args.place
        .with(data, async |client| {
            act(client, &args.action, args.json).await
        })
        .await?;
    Ok(ExitCode::SUCCESS)
}

async fn act(client: &Client, action: &Action, json: bool) -> Result<(), CliError> {
    let of = |sandbox: &SandboxId| format!("/sandbox/sandboxes/{sandbox}/jobs");
    match action {
        Action::Start { sandbox, command } => {
            let job = client
                .post(&of(sandbox), json!({ "command": command }))
                .await?;
            if json {
                output::print(format_args!("{job:#}"));
            } else {
                output::print(field(&job, "jobId"));
            }
        }
        Action::Ls { sandbox } => {
            let page = client.get(&of(sandbox)).await?;
            if json {
                output::print(format_args!("{page:#}"));
                return Ok(());
            }
            let mut table = Table::new(["ID", "STATUS", "EXIT", "CREATED", "COMMAND"]);
            for job in rows(&page, "jobs") {
                let command: Vec<&str> = rows(job, "command").filter_map(Value::as_str).collect();
                table.row([
                    field(job, "jobId"),
                    field(job, "status"),
                    field(job, "exitCode"),
                    field(job, "createdAt"),
                    command.join(" "),
                ]);
            }
            table.print();
        }
        Action::Get { sandbox, job } => {
            let path = format!("{}/{}", of(sandbox), encoded(job.as_str()));
            show(&client.get(&path).await?, json);
        }
        Action::Stop {
            sandbox,
            job,
            force,
        } => {
            let path = format!("{}/{}?force={force}", of(sandbox), encoded(job.as_str()));
            show(&client.delete(&path).await?, json);
        }
    }
    Ok(())
}

fn show(job: &Value, json: bool) {
    if json {
        output::print(format_args!("{job:#}"));
        return;
    }
    let mut table = Table::new(["ID", "STATUS", "EXIT"]);
    table.row([
        field(job, "jobId"),
        field(job, "status"),
        field(job, "exitCode"),
    ]);
    table.print();
}
