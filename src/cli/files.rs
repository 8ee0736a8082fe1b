//! `belljar files`.

use std::process::ExitCode;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::client::{Client, PlaceArgs, encoded};
use super::data::DataArgs;
use super::exit::CliError;
use super::output;
use super::sandboxes::{field, rows};
use super::streams::pour;
use super::table::{Table, visible};
use crate::SandboxId;

/// `belljar files`.
#[derive(Args, Debug)]
pub(crate) struct FilesArgs {
    /// Print JSON
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    action: Action,
    #[command(flatten)]
    place: PlaceArgs,
}

/// What to do with files.
#[derive(Debug, Subcommand)]
enum Action {
    /// List a directory
    #[command(visible_alias = "list")]
    #[command(after_help = "Example:\n  belljar files ls sbx_… src")]
    Ls {
        /// The sandbox, sbx_…
        sandbox: SandboxId,
        /// The directory [default: the sandbox's home]
        path: Option<String>,
    },
    /// Print a file
    #[command(after_help = "Example:\n  belljar files cat sbx_… result.json | jq .")]
    Cat {
        /// The sandbox, sbx_…
        sandbox: SandboxId,
        /// The file
        path: String,
    },
    /// Make a directory
    #[command(after_help = "Example:\n  belljar files mkdir sbx_… -p a/b")]
    Mkdir {
        /// The sandbox, sbx_…
        sandbox: SandboxId,
        /// Make those above it, too; it may be there already
        #[arg(long, short)]
        parents: bool,
        /// The directory
        path: String,
    },
    /// Remove a file or, with -r, a directory
    #[command(after_help = "Example:\n  belljar files rm sbx_… -r build")]
    Rm {
        /// The sandbox, sbx_…
        sandbox: SandboxId,
        /// Remove a directory with all that is in it
        #[arg(long, short)]
        recursive: bool,
        /// The file or directory
        path: String,
    },
}

/// A file as the API takes it.
pub(super) fn written(path: &str, content: &[u8]) -> Value {
    json!({ "path": path, "content": STANDARD.encode(content) })
}

/// The entries of a directory.
pub(super) async fn listed(client: &Client, id: &SandboxId, path: &str) -> Result<Value, CliError> {
    client
        .get(&format!("/fs/list/{id}?path={}", encoded(path)))
        .await
}

/// Does what `args` say.
pub(super) async fn files(args: FilesArgs, data: &DataArgs) -> Result<ExitCode, CliError> {
    args.place
        .with(data, async |client| {
            act(client, args.action, args.json).await
        })
        .await?;
    Ok(ExitCode::SUCCESS)
}

async fn act(client: &Client, action: Action, json: bool) -> Result<(), CliError> {
    match action {
        Action::Ls { sandbox, path } => {
            let page = listed(client, &sandbox, path.as_deref().unwrap_or(".")).await?;
            if json {
                output::print(format_args!("{page:#}"));
                return Ok(());
            }
            let mut table = Table::new(["MODE", "SIZE", "MODIFIED", "NAME"]);
            for entry in rows(&page, "files") {
                let slash = if entry.get("isDir") == Some(&Value::Bool(true)) {
                    "/"
                } else {
                    ""
                };
                table.row([
                    field(entry, "mode"),
                    field(entry, "size"),
                    field(entry, "modTime"),
                    format!("{}{slash}", field(entry, "path")),
                ]);
            }
            table.print();
            Ok(())
        }
        Action::Cat { sandbox, path } => {
            let pieces = client
                .read(&format!("/fs/{sandbox}?path={}", encoded(&path)))
                .await?;
            pour(pieces, tokio::io::stdout()).await.map(drop)
        }
        Action::Mkdir {
            sandbox,
            parents,
            path,
        } => {
            let body = json!({ "path": path, "recursive": parents });
            client.post(&format!("/fs/mkdir/{sandbox}"), body).await?;
            if json {
                output::print(json!({ "path": path, "made": true }));
            }
            Ok(())
        }
        Action::Rm {
            sandbox,
            recursive,
            path,
        } => {
            let call = if recursive { "rmdir" } else { "rm" };
            let body = json!({ "path": path, "recursive": recursive });
            let done = client.post(&format!("/fs/{call}/{sandbox}"), body).await?;
            if json {
                output::print(json!({ "path": path, "found": done.get("found") }));
            } else if done.get("found") == Some(&Value::Bool(false)) {
                output::say(format_args!("there is no {}", visible(&path)));
            }
            Ok(())
        }
    }
}
