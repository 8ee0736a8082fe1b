//! `belljar checkpoint`: states of a sandbox's files that it can go back to.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::data::DataArgs;
use super::exit::CliError;
use super::output;
use super::table::{Table, visible};
use crate::{Belljar, CheckpointRecord, SandboxId};

/// `belljar checkpoint`.
#[derive(Args, Debug)]
pub(crate) struct CheckpointArgs {
    /// Print JSON
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    action: Action,
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
    let CheckpointArgs { json, action } = args;
    data.with(async |belljar| act(belljar, action, json).await)
        .await?;
    Ok(ExitCode::SUCCESS)
}

async fn act(belljar: &Belljar, action: Action, json: bool) -> Result<(), CliError> {
    match action {
        Action::Create { sandbox, name } => {
            let record = belljar.sandbox(&sandbox)?.create_checkpoint(&name).await?;
            if json {
                output::print(format_args!("{:#}", describe(&record)));
            } else {
                output::print(&record.id);
            }
        }
        Action::Ls { sandbox } => list(&belljar.sandbox(&sandbox)?.checkpoints().await?, json),
        Action::Restore {
            sandbox,
            checkpoint,
        } => {
            belljar
                .sandbox(&sandbox)?
                .restore_checkpoint(&checkpoint)
                .await?;
            done(&sandbox, &checkpoint, "restored", json);
        }
        Action::Rm {
            sandbox,
            checkpoint,
        } => {
            let handle = belljar.sandbox(&sandbox)?;
            for one in &checkpoint {
                handle.delete_checkpoint(one).await?;
                done(&sandbox, one, "deleted", json);
            }
        }
    }
    Ok(())
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

fn list(records: &[CheckpointRecord], json: bool) {
    if json {
        let all: Vec<Value> = records.iter().map(describe).collect();
        output::print(format_args!("{:#}", Value::from(all)));
        return;
    }
    let mut table = Table::new(["ID", "NAME", "PARENT", "CREATED"]);
    for record in records {
        table.row([
            record.id.to_string(),
            record.name.clone(),
            record.parent.clone().unwrap_or_else(|| "-".to_owned()),
            record.created_at.to_string(),
        ]);
    }
    table.print();
}

fn describe(record: &CheckpointRecord) -> Value {
    json!({
        "id": record.id.as_str(),
        "sandboxId": record.sandbox_id.as_str(),
        "name": record.name,
        "parent": record.parent,
        "createdAt": record.created_at.to_string(),
    })
}
