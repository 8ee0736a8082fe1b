//! `belljar runtime list | install | remove`.

use std::process::ExitCode;
use std::time::Instant;

use crate::{Belljar, RuntimeInfo};
use serde_json::{Value, json};

use super::args::{RuntimeAction, RuntimeArgs};
use super::data::DataArgs;
use super::exit::CliError;
use super::output;
use super::sandboxes::{field, rows};
use super::table::Table;

/// Does what `args` say.
pub(super) async fn runtime(args: RuntimeArgs, data: &DataArgs) -> Result<ExitCode, CliError> {
    if args.server.url.is_some() {
        return elsewhere(args, data).await;
    }
    let belljar = Belljar::open(data.in_memory()?).await?;
    match args.action {
        RuntimeAction::List { json } => list(&belljar.runtimes(), json),
        RuntimeAction::Install { name, json } => install(&belljar, name, json).await?,
        RuntimeAction::Remove { name, json } => remove(&belljar, name, json).await?,
    }
    belljar.close().await;
    Ok(ExitCode::SUCCESS)
}

/// What can be asked of a server.
async fn elsewhere(args: RuntimeArgs, data: &DataArgs) -> Result<ExitCode, CliError> {
    let RuntimeAction::List { json } = args.action else {
        return Err(CliError::Usage(
            "runtimes are installed on the machine of the server, without --url".to_owned(),
        ));
    };
    let page = args
        .server
        .with(data, async |client| {
            client.get("/sandbox/runtimes?limit=100").await
        })
        .await?;
    if json {
        let all = page.get("runtimes").cloned().unwrap_or_default();
        output::print(format_args!("{all:#}"));
        return Ok(ExitCode::SUCCESS);
    }
    let mut table = Table::new(["NAME", "MEMORY", "DESCRIPTION"]);
    for runtime in rows(&page, "runtimes") {
        let needs = runtime.get("requirements");
        table.row([
            field(runtime, "name"),
            needs.map_or_else(String::new, |needs| field(needs, "memory")),
            field(runtime, "description"),
        ]);
    }
    table.print();
    Ok(ExitCode::SUCCESS)
}

fn list(runtimes: &[RuntimeInfo], json: bool) {
    if json {
        let all: Vec<Value> = runtimes.iter().map(describe).collect();
        output::print(format_args!("{:#}", Value::from(all)));
        return;
    }
    let width = runtimes
        .iter()
        .map(|runtime| runtime.name.len())
        .max()
        .unwrap_or(0)
        .max(4);
    output::print(format_args!(
        "{:width$}  {:9}  {:6}  DESCRIPTION",
        "NAME", "INSTALLED", "MEMORY"
    ));
    for runtime in runtimes {
        let installed = if runtime.installed { "yes" } else { "no" };
        let memory = runtime.least_memory.to_string();
        output::print(format_args!(
            "{:width$}  {installed:9}  {memory:6}  {}",
            runtime.name, runtime.description
        ));
    }
}

fn describe(runtime: &RuntimeInfo) -> Value {
    json!({
        "id": runtime.id.as_str(),
        "name": runtime.name,
        "description": runtime.description,
        "tags": runtime.tags,
        "programs": runtime.programs,
        "installed": runtime.installed,
        "leastMemory": runtime.least_memory.to_string(),
    })
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
