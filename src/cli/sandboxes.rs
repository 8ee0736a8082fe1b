//! `belljar create | ls | get | rm | events`.

use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use serde_json::{Map, Value, json};

use super::client::{Client, PlaceArgs, encoded, with_query};
use super::data::DataArgs;
use super::exit::CliError;
use super::output;
use super::table::{Table, visible};
use crate::{ByteSize, Millicores, Resources, SandboxId, SandboxOptions, format_duration};

/// How long one poll for a new sandbox asks to wait, in milliseconds.
const WAIT_MS: &str = "60000";

/// What a new sandbox is made of, that of `run`, too.
#[derive(Args, Debug, Default)]
pub(super) struct Made {
    /// What it is made from [default: that of the snapshot; for `run` one that has the program; else
    /// python:3.14]
    #[arg(long, value_name = "NAME")]
    pub(super) runtime: Option<String>,
    /// A snapshot to begin with: its id, name:tag, tag or name
    #[arg(long, value_name = "SNAPSHOT", conflicts_with = "runtime")]
    pub(super) snapshot: Option<String>,
    /// Memory of all its processes together [default: 512Mi]
    #[arg(long, value_name = "SIZE", value_parser = |text: &str| ByteSize::parse(text))]
    pub(super) memory: Option<ByteSize>,
    /// Share of CPU time, 1000m being one core [default: no limit]
    #[arg(long, value_name = "MILLICORES", value_parser = |text: &str| Millicores::parse(text))]
    pub(super) cpu: Option<Millicores>,
    /// Space for its files, beyond what it begins with [default: 1Gi]
    #[arg(long, value_name = "SIZE", value_parser = |text: &str| ByteSize::parse(text))]
    pub(super) disk: Option<ByteSize>,
    /// Let its programs reach the network: public addresses only
    #[arg(long)]
    pub(super) network: bool,
    /// Install an npm package first, such as zod or zod@^3, from the registry that npm would use there
    /// (repeatable)
    #[arg(long, value_name = "NAME[@VERSION]")]
    pub(super) package: Vec<String>,
    /// Environment variable; without a value it is taken from ours (repeatable)
    #[arg(long, short, value_name = "NAME[=VALUE]", value_parser = super::args::parse_env)]
    pub(super) env: Vec<(String, String)>,
}

impl Made {
    /// As the body of `POST /sandbox`.
    pub(super) fn body(&self) -> Map<String, Value> {
        let all = json!({
            "runtime": self.runtime,
            "snapshot": self.snapshot,
            "packages": self.package,
            "env": self.env.iter().cloned().collect::<std::collections::BTreeMap<_, _>>(),
            "network": { "enabled": self.network },
            "resources": {
                "memory": self.memory.map(|size| size.to_string()),
                "cpu": self.cpu.map(|cpu| cpu.to_string()),
                "disk": self.disk.map(|size| size.to_string()),
            },
        });
        match all {
            Value::Object(fields) => fields,
            _ => Map::new(),
        }
    }

    /// As the library takes it.
    pub(super) fn options(&self, runtime: String) -> SandboxOptions {
        let mut options = SandboxOptions::new(runtime).network(self.network);
        options.resources = Resources {
            memory: self.memory,
            cpu: self.cpu,
            disk: self.disk,
        };
        options.packages.clone_from(&self.package);
        options.env = self.env.iter().cloned().collect();
        options
    }
}

/// `belljar create`.
#[derive(Args, Debug)]
pub(crate) struct CreateArgs {
    #[command(flatten)]
    made: Made,
    /// Give one TCP port of it a URL, which `belljar get` shows; whoever knows the URL may use it
    #[arg(long, value_name = "PORT", value_parser = clap::value_parser!(u16).range(1024..))]
    port: Option<u16>,
    /// The project it belongs to
    #[arg(long, value_name = "ID")]
    project_id: Option<String>,
    /// What is to be kept with it: a JSON object
    #[arg(long, value_name = "JSON", value_parser = parse_object)]
    metadata: Option<Value>,
    /// A name for people
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// A description for people
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,
    /// End it after so long without any activity [default: never]
    #[arg(long, value_name = "DURATION", value_parser = |text: &str| crate::units::parse_duration(text))]
    idle_timeout: Option<Duration>,
    /// End it after so long of being paused [default: never]
    #[arg(long, value_name = "DURATION", value_parser = |text: &str| crate::units::parse_duration(text))]
    paused_timeout: Option<Duration>,
    /// Stop each of its programs after so long [default: never]
    #[arg(long, value_name = "DURATION", value_parser = |text: &str| crate::units::parse_duration(text))]
    timeout: Option<Duration>,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    place: PlaceArgs,
}

fn parse_object(text: &str) -> Result<Value, String> {
    let value: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
    value
        .is_object()
        .then_some(value)
        .ok_or_else(|| "it must be an object, such as {\"team\": \"a\"}".to_owned())
}

/// Creates a sandbox and waits until it can be used.
pub(super) async fn create(args: CreateArgs, data: &DataArgs) -> Result<ExitCode, CliError> {
    let mut body = args.made.body();
    let text = |span: Option<Duration>| span.map(format_duration);
    body.insert(
        "network".to_owned(),
        json!({ "enabled": args.made.network, "port": args.port }),
    );
    body.insert("projectId".to_owned(), json!(args.project_id));
    body.insert("metadata".to_owned(), json!(args.metadata));
    body.insert("name".to_owned(), json!(args.name));
    body.insert("description".to_owned(), json!(args.description));
    let timeouts = json!({
        "idle": text(args.idle_timeout),
        "paused": text(args.paused_timeout),
        "execution": text(args.timeout),
    });
    body.insert("timeout".to_owned(), timeouts);
    args.place
        .with_new(data, async |client| {
            let made = client.post("/sandbox", Value::Object(body)).await?;
            let id = field(&made, "sandboxId");
            let usable = ["idle", "failed", "terminated", "deleted"].join(",");
            let path = with_query(
                &format!("/sandbox/status/{}", encoded(&id)),
                &[
                    ("waitForStatus", Some(usable)),
                    ("waitMs", Some(WAIT_MS.to_owned())),
                ],
            );
            let mut status = field(&made, "status");
            while matches!(status.as_str(), "creating" | "queued") {
                status = field(&client.get(&path).await?, "status");
            }
            if args.json {
                output::print(format_args!(
                    "{:#}",
                    describe(client, &args.place, &id).await?
                ));
            } else if status == "failed" {
                output::print(&id);
                return Err(CliError::Usage(format!(
                    "{id} could not be made; `belljar events {id}` says why"
                )));
            } else {
                output::print(&id);
            }
            Ok(ExitCode::SUCCESS)
        })
        .await
}

/// `belljar ls`.
#[derive(Args, Debug)]
pub(crate) struct LsArgs {
    /// Only those of this name
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Only those of this status, such as idle or paused
    #[arg(long, value_name = "STATUS")]
    status: Option<String>,
    /// Also those that have ended
    #[arg(long, short)]
    all: bool,
    /// At most so many
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=100))]
    limit: u32,
    /// Leave out so many before
    #[arg(long, value_name = "N", default_value_t = 0)]
    offset: u32,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    place: PlaceArgs,
}

/// Lists sandboxes.
pub(super) async fn list(args: LsArgs, data: &DataArgs) -> Result<ExitCode, CliError> {
    let live = !args.all && args.status.is_none();
    let path = with_query(
        "/sandbox",
        &[
            ("name", args.name),
            ("status", args.status),
            ("live", live.then(|| "true".to_owned())),
            ("limit", Some(args.limit.to_string())),
            ("offset", Some(args.offset.to_string())),
        ],
    );
    args.place
        .with(data, async |client| {
            let page = client.get(&path).await?;
            if args.json {
                output::print(format_args!("{page:#}"));
                return Ok(ExitCode::SUCCESS);
            }
            let mut table = Table::new(["ID", "NAME", "STATUS", "MODE", "RUNTIME", "CREATED"]);
            for row in rows(&page, "sandboxes") {
                table.row([
                    field(row, "sandboxId"),
                    field(row, "name"),
                    field(row, "status"),
                    field(row, "mode"),
                    row.get("runtime")
                        .map_or_else(String::new, |one| field(one, "name")),
                    field(row, "createdAt"),
                ]);
            }
            table.print();
            Ok(ExitCode::SUCCESS)
        })
        .await
}

/// `belljar get`.
#[derive(Args, Debug)]
pub(crate) struct GetArgs {
    /// The sandbox, sbx_…
    sandbox: SandboxId,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    place: PlaceArgs,
}

/// Shows one sandbox.
pub(super) async fn get(args: GetArgs, data: &DataArgs) -> Result<ExitCode, CliError> {
    args.place
        .with(data, async |client| {
            let sandbox = describe(client, &args.place, args.sandbox.as_str()).await?;
            if args.json {
                output::print(format_args!("{sandbox:#}"));
                return Ok(ExitCode::SUCCESS);
            }
            for (name, value) in sandbox.as_object().into_iter().flatten() {
                output::print(format_args!("{name:20} {}", visible(&plain(value))));
            }
            Ok(ExitCode::SUCCESS)
        })
        .await
}

async fn describe(client: &Client, place: &PlaceArgs, id: &str) -> Result<Value, CliError> {
    let path = format!("/sandbox/{}?includeDeleted=true", encoded(id));
    let mut known = client.get(&path).await?;
    // Nobody serves a data folder that a command works on.
    if place.server.url.is_none()
        && let Some(fields) = known.as_object_mut()
    {
        fields.remove("url");
    }
    Ok(known)
}

/// `belljar rm`.
#[derive(Args, Debug)]
pub(crate) struct RmArgs {
    /// The sandboxes, sbx_…
    #[arg(required = true)]
    sandbox: Vec<SandboxId>,
    /// Print JSON, one object a line
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    place: PlaceArgs,
}

/// Ends sandboxes, one after the other; the first that cannot be ended ends it.
pub(super) async fn remove(args: RmArgs, data: &DataArgs) -> Result<ExitCode, CliError> {
    args.place
        .with(data, async |client| {
            for id in &args.sandbox {
                client.delete(&format!("/sandbox/{id}")).await?;
                if args.json {
                    output::print(json!({ "sandboxId": id.as_str(), "deleted": true }));
                } else {
                    output::say(format_args!("removed {id}"));
                }
            }
            Ok(ExitCode::SUCCESS)
        })
        .await
}

/// `belljar events`.
#[derive(Args, Debug)]
pub(crate) struct EventsArgs {
    /// The sandbox, sbx_…
    sandbox: SandboxId,
    /// At most so many, the newest
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=100))]
    limit: u32,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    place: PlaceArgs,
}

/// Shows the newest events, oldest of them first.
pub(super) async fn events(args: EventsArgs, data: &DataArgs) -> Result<ExitCode, CliError> {
    let path = with_query(
        &format!("/sandbox/sandboxes/{}/events", args.sandbox),
        &[
            ("limit", Some(args.limit.to_string())),
            ("direction", Some("desc".to_owned())),
        ],
    );
    args.place
        .with(data, async |client| {
            let mut page = client.get(&path).await?;
            if let Some(Value::Array(events)) = page.get_mut("events") {
                events.reverse();
            }
            if args.json {
                output::print(format_args!("{page:#}"));
                return Ok(ExitCode::SUCCESS);
            }
            let mut table = Table::new(["TIME", "EVENT", "DETAILS"]);
            for row in rows(&page, "events") {
                let details = row.get("event").and_then(Value::as_object);
                let details = details.filter(|details| !details.is_empty());
                table.row([
                    field(row, "createdAt"),
                    field(row, "type"),
                    details.map_or_else(String::new, |details| json!(details).to_string()),
                ]);
            }
            table.print();
            Ok(ExitCode::SUCCESS)
        })
        .await
}

/// A field of an answer as text; empty if there is none.
pub(super) fn field(value: &Value, name: &str) -> String {
    value.get(name).map_or_else(String::new, plain)
}

/// The rows of a page.
pub(super) fn rows<'a>(page: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    page.get(name)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}
