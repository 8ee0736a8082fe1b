//! `belljar pause`, `belljar resume` and `belljar fork`.

use std::collections::BTreeMap;
use std::process::ExitCode;

use clap::Args;
use serde_json::{Value, json};

use super::client::{self, Payload, PlaceArgs};
use super::data::DataArgs;
use super::exit::CliError;
use super::output;
use super::sandboxes::field;
use crate::SandboxId;

/// `belljar pause` and `belljar resume`.
#[derive(Args, Debug)]
pub(crate) struct SandboxesArgs {
    /// The sandboxes, sbx_…
    #[arg(required = true)]
    sandbox: Vec<SandboxId>,
    /// Print JSON, one object a line
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    place: PlaceArgs,
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
    #[command(flatten)]
    place: PlaceArgs,
}

/// Pauses sandboxes, one after the other; the first that cannot be paused ends it.
pub(super) async fn pause(args: SandboxesArgs, data: &DataArgs) -> Result<ExitCode, CliError> {
    args.place
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
    args.place
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
    let body = json!({
        "name": args.name,
        "description": args.description,
        "env": args.env.into_iter().collect::<BTreeMap<_, _>>(),
    });
    args.place
        .with(data, async |client| {
            let path = format!("/sandbox/{}/fork", args.sandbox);
            let forked = client.post(&path, body).await?;
            if args.json {
                output::print(json!({
                    "sandboxId": forked.get("sandboxId"),
                    "status": forked.get("status"),
                    "name": args.name,
                    "forkedFrom": args.sandbox.as_str(),
                }));
            } else {
                output::print(field(&forked, "sandboxId"));
            }
            Ok(ExitCode::SUCCESS)
        })
        .await
}
