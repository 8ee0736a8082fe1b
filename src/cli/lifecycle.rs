//! `belljar pause`, `belljar resume` and `belljar fork`.

use std::process::ExitCode;

use clap::Args;
use serde_json::{Value, json};

use super::client::{self, Payload, ServerArgs};
use super::data::DataArgs;
use super::exit::CliError;
use super::output;
use crate::{ForkOptions, SandboxId};

/// `belljar pause` and `belljar resume`.
#[derive(Args, Debug)]
pub(crate) struct SandboxesArgs {
    #[command(flatten)]
    server: ServerArgs,
    /// The sandboxes, sbx_…
    #[arg(required = true)]
    sandbox: Vec<SandboxId>,
    /// Print JSON, one object a line
    #[arg(long)]
    json: bool,
}

/// `belljar fork`.
#[derive(Args, Debug)]
pub(crate) struct ForkArgs {
    /// The sandbox, sbx_…
    sandbox: SandboxId,
    /// A name for the new one
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// A description for people
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,
    /// Environment variable, over one of the first; without a value it is taken from ours (repeatable)
    #[arg(long, short, value_name = "NAME[=VALUE]", value_parser = super::args::parse_env)]
    env: Vec<(String, String)>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Pauses sandboxes, one after the other; the first that cannot be paused ends it.
pub(super) async fn pause(args: SandboxesArgs, data: &DataArgs) -> Result<ExitCode, CliError> {
    args.server
        .with(data, async |client| {
            for id in &args.sandbox {
                let path = format!("/sandbox/{id}/pause");
                let paused = client.ask(client::POST, &path, Payload::None).await?;
                let ends = paused.get("terminatesAt").and_then(Value::as_str);
                if args.json {
                    output::print(json!({
                        "sandboxId": id.as_str(), "status": "paused", "terminatesAt": ends,
                    }));
                } else if let Some(ends) = ends {
                    output::say(format_args!(
                        "paused {id}; it ends at {ends} unless resumed"
                    ));
                } else {
                    output::say(format_args!("paused {id}"));
                }
            }
            Ok(ExitCode::SUCCESS)
        })
        .await
}

/// Resumes sandboxes, one after the other; the first that cannot be resumed ends it.
pub(super) async fn resume(args: SandboxesArgs, data: &DataArgs) -> Result<ExitCode, CliError> {
    args.server
        .with(data, async |client| {
            for id in &args.sandbox {
                let path = format!("/sandbox/{id}/resume");
                client.ask(client::POST, &path, Payload::None).await?;
                if args.json {
                    output::print(json!({ "sandboxId": id.as_str(), "status": "idle" }));
                } else {
                    output::say(format_args!("resumed {id}"));
                }
            }
            Ok(ExitCode::SUCCESS)
        })
        .await
}

/// Forks a sandbox and prints the id of the new one.
pub(super) async fn fork(args: ForkArgs, data: &DataArgs) -> Result<ExitCode, CliError> {
    let mut options = ForkOptions::new();
    options.name = args.name;
    options.description = args.description;
    options.env = args.env.into_iter().collect();
    data.with(async |belljar| {
        let forked = belljar.sandbox(&args.sandbox)?.fork(options).await?;
        if args.json {
            let record = forked.record();
            output::print(json!({
                "sandboxId": record.id.as_str(),
                "status": record.status.as_str(),
                "name": record.name,
                "forkedFrom": args.sandbox.as_str(),
            }));
        } else {
            output::print(forked.id());
        }
        Ok(ExitCode::SUCCESS)
    })
    .await
}
