//! `belljar runtime list | install | remove`.

use std::process::ExitCode;
use std::time::Instant;

use clap::{Args, Subcommand};
use serde_json::json;

use super::client::{Client, ServerArgs};
use super::data::DataArgs;
use super::exit::CliError;
use super::output;
use super::sandboxes::{field, rows};
use super::table::Table;
use crate::Belljar;

/// `belljar runtime`.
#[derive(Args, Debug)]
pub(crate) struct RuntimeArgs {
    /// Print JSON
    #[arg(long, global = true)]
    json: bool,
    #[command(flatten)]
    server: ServerArgs,
    #[command(subcommand)]
    action: Action,
}

/// What to do with runtimes.
#[derive(Debug, Subcommand)]
enum Action {
    /// List what there is and what is installed
    #[command(visible_alias = "ls")]
    #[command(after_help = "Example:\n  belljar runtime list --json | jq -r '.[].name'")]
    List,
    /// Install runtimes, so that the first run is as fast as the second
    #[command(after_help = "Example:\n  belljar runtime install python:3.14 bun:1")]
    Install {
        /// Such as python:3.14
        #[arg(required = true)]
        name: Vec<String>,
    },
    /// Remove installed runtimes and their compiled code
    #[command(visible_alias = "rm")]
    #[command(after_help = "Example:\n  belljar runtime remove python:3.14")]
    Remove {
        /// Such as python:3.14
        #[arg(required = true)]
        name: Vec<String>,
    },
}

/// Does what `args` say. Nothing of the data folder but its cache is needed, so a server may use it
/// meanwhile.
pub(super) async fn runtime(args: RuntimeArgs, data: &DataArgs) -> Result<ExitCode, CliError> {
    let RuntimeArgs {
        json,
        server,
        action,
    } = args;
    let there = server.client()?;
    let has_server = there.is_some();
    let name = match action {
        Action::List => {
            let client = match there {
                Some(client) => client,
                None => Client::of(Belljar::open(data.in_memory()?).await?, None).await?,
            };
            let listed = list(&client, json).await;
            client.close(listed).await?;
            return Ok(ExitCode::SUCCESS);
        }
        // No call: what is on the disk of a server is the business of whoever runs it.
        Action::Install { .. } | Action::Remove { .. } if has_server => {
            return Err(CliError::Usage(
                "runtimes are installed and removed on the machine of the server, without --url"
                    .to_owned(),
            ));
        }
        action => action,
    };
    let belljar = Belljar::open(data.in_memory()?).await?;
    let done = match name {
        Action::Install { name } => install(&belljar, name, json).await,
        Action::Remove { name } => remove(&belljar, name, json).await,
        Action::List => Ok(()),
    };
    belljar.close().await;
    done.map(|()| ExitCode::SUCCESS)
}

async fn list(client: &Client, json: bool) -> Result<(), CliError> {
    let page = client
        .get("/sandbox/runtimes?limit=100&sort=created")
        .await?;
    if json {
        let all = page.get("runtimes").cloned().unwrap_or_default();
        output::print(format_args!("{all:#}"));
        return Ok(());
    }
    let mut table = Table::new(["NAME", "INSTALLED", "MEMORY", "DESCRIPTION"]);
    for runtime in rows(&page, "runtimes") {
        let needs = runtime.get("requirements");
        let installed = match runtime
            .get("installed")
            .and_then(serde_json::Value::as_bool)
        {
            Some(true) => "yes",
            Some(false) => "no",
            None => "",
        };
        table.row([
            field(runtime, "name"),
            installed.to_owned(),
            needs.map_or_else(String::new, |needs| field(needs, "memory")),
            field(runtime, "description"),
        ]);
    }
    table.print();
    Ok(())
}

async fn install(belljar: &Belljar, names: Vec<String>, json: bool) -> Result<(), CliError> {
    for name in names {
        let was_there = is_installed(belljar, &name);
        let started = Instant::now();
        belljar.install_runtime(&name).await?;
        if json {
            let elapsed_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
            output::print(json!({
                "name": name, "installed": true, "wasInstalled": was_there, "elapsedMs": elapsed_ms,
            }));
        } else if was_there {
            output::say(format_args!("{name} is installed"));
        }
    }
    Ok(())
}

async fn remove(belljar: &Belljar, names: Vec<String>, json: bool) -> Result<(), CliError> {
    for name in names {
        let was_there = is_installed(belljar, &name);
        belljar.remove_runtime(&name).await?;
        if json {
            output::print(json!({ "name": name, "installed": false, "wasInstalled": was_there }));
        } else if was_there {
            output::say(format_args!("removed {name}"));
        } else {
            output::say(format_args!("{name} was not installed"));
        }
    }
    Ok(())
}

fn is_installed(belljar: &Belljar, name: &str) -> bool {
    belljar
        .runtimes()
        .iter()
        .any(|runtime| runtime.name == name && runtime.installed)
}
