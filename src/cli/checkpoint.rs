//! `belljar checkpoint`: states of a sandbox's files that it can go back to.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::client::{self, Client, Payload, PlaceArgs, encoded};
use super::data::DataArgs;
use super::exit::CliError;
use super::output;
use super::sandboxes::{field, rows};
use super::table::{Table, visible};
use crate::SandboxId;

/// `belljar checkpoint`.
#[derive(Args, Debug)]
pub(crate) struct CheckpointArgs {
    /// Print JSON
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    action: Action,
    #[command(flatten)]
    place: PlaceArgs,
}

/// What to do with checkpoints.
#[derive(Debug, Subcommand)]
enum Action {
    /// Save the files of a sandbox under a name, and print the checkpoint's id
    #[command(after_help = "Example:\n  belljar checkpoint create sbx_… before-upgrade")]
    Create {
        /// The sandbox, sbx_…
        sandbox: SandboxId,
        /// A name that its other checkpoints do not have
        name: String,
    },
    /// List the checkpoints of a sandbox, oldest first
    #[command(visible_alias = "list")]
    #[command(after_help = "Example:\n  belljar checkpoint ls sbx_…")]
    Ls {
        /// The sandbox, sbx_…
        sandbox: SandboxId,
    },
    /// Bring the files of a sandbox back to what they were
    #[command(after_help = "Example:\n  belljar checkpoint restore sbx_… before-upgrade")]
    Restore {
        /// The sandbox, sbx_…
        sandbox: SandboxId,
        /// The checkpoint's name or id
        checkpoint: String,
    },
    /// Forget checkpoints; the present files stay
    #[command(visible_alias = "delete")]
    #[command(after_help = "Example:\n  belljar checkpoint rm sbx_… before-upgrade")]
    Rm {
        /// The sandbox, sbx_…
        sandbox: SandboxId,
        /// Names or ids of checkpoints
        #[arg(required = true)]
        checkpoint: Vec<String>,
    },
}

/// Does what `args` say.
pub(super) async fn checkpoint(
    args: CheckpointArgs,
    data: &DataArgs,
) -> Result<ExitCode, CliError> {
    let CheckpointArgs {
        place,
        json,
        action,
    } = args;
    place
        .with(data, async |client| act(client, action, json).await)
        .await?;
    Ok(ExitCode::SUCCESS)
}

async fn act(client: &Client, action: Action, json: bool) -> Result<(), CliError> {
    match action {
        Action::Create { sandbox, name } => {
            let path = format!("/sandbox/{sandbox}/checkpoint");
            let made = client.post(&path, json!({ "name": name })).await?;
            if json {
                output::print(format_args!("{:#}", describe(&made, &sandbox)));
            } else {
                output::print(field(&made, "id"));
            }
        }
        Action::Ls { sandbox } => {
            let page = client
                .get(&format!("/sandbox/checkpoints/{sandbox}"))
                .await?;
            let all: Vec<Value> = rows(&page, "checkpoints")
                .map(|one| describe(one, &sandbox))
                .collect();
            list(all, json);
        }
        Action::Restore {
            sandbox,
            checkpoint,
        } => {
            let path = format!("{}/restore", path(&sandbox, &checkpoint));
            client.ask(client::POST, &path, Payload::None).await?;
            done(&sandbox, &checkpoint, "restored", json);
        }
        Action::Rm {
            sandbox,
            checkpoint,
        } => {
            for one in &checkpoint {
                client.delete(&path(&sandbox, one)).await?;
                done(&sandbox, one, "deleted", json);
            }
        }
    }
    Ok(())
}

fn path(sandbox: &SandboxId, checkpoint: &str) -> String {
    format!("/sandbox/{sandbox}/checkpoint/{}", encoded(checkpoint))
}

fn done(sandbox: &SandboxId, checkpoint: &str, what: &str, json: bool) {
    if json {
        output::print(json!({
            "sandboxId": sandbox.as_str(), "checkpoint": checkpoint, what: true,
        }));
    } else {
        output::say(format_args!("{what} {} of {sandbox}", visible(checkpoint)));
    }
}

fn list(all: Vec<Value>, json: bool) {
    if json {
        output::print(format_args!("{:#}", Value::from(all)));
        return;
    }
    let mut table = Table::new(["ID", "NAME", "PARENT", "CREATED"]);
    for one in &all {
        let parent = field(one, "parent");
        table.row([
            field(one, "id"),
            field(one, "name"),
            if parent.is_empty() {
                "-".to_owned()
            } else {
                parent
            },
            field(one, "createdAt"),
        ]);
    }
    table.print();
}

fn describe(one: &Value, sandbox: &SandboxId) -> Value {
    let parent = one.get("parent").and_then(Value::as_str);
    json!({
        "id": one.get("id"),
        "sandboxId": sandbox.as_str(),
        "name": one.get("name"),
        // The published client requires a text, which is empty for the first.
        "parent": parent.filter(|parent| !parent.is_empty()),
        "createdAt": one.get("createdAt"),
    })
}
