//! `belljar snapshot`: files that new sandboxes can begin with.

use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::bundle::{self, Entry};
use super::client::{Client, PATCH, POST, PUT, Payload, PlaceArgs, encoded, with_query};
use super::data::DataArgs;
use super::exit::CliError;
use super::output;
use super::progress::Bar;
use super::sandboxes::{field, rows};
use super::streams;
use super::table::{Table, count, size, visible};
use crate::{SandboxId, SnapshotId};

/// `belljar snapshot`.
#[derive(Args, Debug)]
pub(crate) struct SnapshotArgs {
    /// Print JSON
    #[arg(long, global = true)]
    json: bool,
    #[command(flatten)]
    place: PlaceArgs,
    #[command(subcommand)]
    action: Action,
}

/// What to do with snapshots.
#[derive(Debug, Subcommand)]
enum Action {
    /// Keep the files of a sandbox as a snapshot, and print its id
    #[command(after_help = "Example:\n  belljar snapshot create sbx_… --name bun-zod --tag v1")]
    Create {
        /// The sandbox, sbx_…
        sandbox: SandboxId,
        #[command(flatten)]
        naming: Naming,
    },
    /// List snapshots, newest first
    #[command(visible_alias = "list")]
    #[command(after_help = "Example:\n  belljar snapshot ls --json | jq -r '.[].snapshotId'")]
    Ls {
        /// Only those taken of this sandbox
        #[arg(long, value_name = "SANDBOX")]
        sandbox: Option<SandboxId>,
        /// At most so many
        #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=100))]
        limit: u32,
        /// Leave out so many before
        #[arg(long, value_name = "N", default_value_t = 0)]
        offset: u32,
    },
    /// Show one snapshot
    #[command(after_help = "Example:\n  belljar snapshot get bun-zod:v1 --files")]
    Get {
        /// Its id, name:tag, tag or name
        snapshot: String,
        /// List its files, without those of its runtime
        #[arg(long)]
        files: bool,
    },
    /// Give a snapshot another tag, or take it away
    #[command(after_help = "Example:\n  belljar snapshot tag snp_… v1.0")]
    Tag {
        /// Its id, name:tag, tag or name
        snapshot: String,
        /// The new tag; a snapshot of the same name that has it loses it
        #[arg(required_unless_present = "clear", conflicts_with = "clear")]
        tag: Option<String>,
        /// Leave it without a tag
        #[arg(long)]
        clear: bool,
    },
    /// Delete snapshots; sandboxes made from them live on
    #[command(visible_alias = "delete")]
    #[command(after_help = "Example:\n  belljar snapshot rm bun-zod:v1")]
    Rm {
        /// Id, name:tag, tag or name
        #[arg(required = true)]
        snapshot: Vec<String>,
    },
    /// Show a snapshot and those that it comes from
    #[command(after_help = "Example:\n  belljar snapshot lineage bun-zod")]
    Lineage {
        /// Its id, name:tag, tag or name; the id of a deleted one, too
        snapshot: String,
        /// At most so many
        #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=1000))]
        limit: u32,
    },
    /// Write a snapshot as a tar archive: the same tree gives the same bytes
    #[command(after_help = "Example:\n  belljar snapshot export bun-zod | zstd > bun-zod.tar.zst")]
    Export {
        /// Its id, name:tag, tag or name
        snapshot: String,
        /// Where to write [default: stdout]
        #[arg(long, short, value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// Make a snapshot of a directory of this machine, and print its id
    #[command(
        after_help = "Example:\n  belljar snapshot build app --runtime bun:1 --package zod --name app"
    )]
    Build {
        /// The directory; what is in it will be in the home of sandboxes
        directory: PathBuf,
        /// The runtime that it is of
        #[arg(long, value_name = "NAME", default_value = "python:3.14")]
        runtime: String,
        /// Install an npm package, too, such as zod or zod@^3 (repeatable)
        #[arg(long, value_name = "NAME[@VERSION]")]
        package: Vec<String>,
        /// Environment variable of the sandboxes made of it; without a value it is taken from ours
        /// (repeatable)
        #[arg(long, short, value_name = "NAME[=VALUE]", value_parser = super::args::parse_env)]
        env: Vec<(String, String)>,
        #[command(flatten)]
        naming: Naming,
    },
    /// Make a snapshot of an exported archive, and print its id
    #[command(after_help = "Example:\n  belljar snapshot import bun-zod.tar.zst --name bun-zod")]
    Import {
        /// A tar archive, as it is or compressed with zstd; - is stdin
        file: PathBuf,
        #[command(flatten)]
        naming: Naming,
    },
}

/// What a new snapshot is called.
#[derive(Args, Debug)]
struct Naming {
    /// Its name: letters, digits, _ and - [default: one is made up]
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Its tag [default: latest]
    #[arg(long, value_name = "TAG")]
    tag: Option<String>,
    /// A description for people
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,
    /// Let other organisations use it
    #[arg(long)]
    public: bool,
}

impl Naming {
    /// As the body of a call.
    fn body(self) -> Value {
        json!({
            "name": self.name,
            "tag": self.tag,
            "description": self.description,
            "public": self.public,
        })
    }

    /// As the query of a call.
    fn query(self) -> [(&'static str, Option<String>); 4] {
        [
            ("name", self.name),
            ("tag", self.tag),
            ("description", self.description),
            ("public", self.public.then(|| "true".to_owned())),
        ]
    }
}

/// Does what `args` say.
pub(super) async fn snapshot(args: SnapshotArgs, data: &DataArgs) -> Result<ExitCode, CliError> {
    let SnapshotArgs {
        place,
        json,
        action,
    } = args;
    match action {
        // Those that make sense without any data. What cannot be read is said before a
        // folder is made for it.
        Action::Import { file, naming } => {
            let (archive, size) = streams::input(&file).await?;
            let path = with_query("/sandbox/snapshots/import", &naming.query());
            let bar = Bar::bytes("importing", size);
            let archive = Payload::Bytes(bar.count(archive));
            let made = place
                .with_new(data, async |client| client.ask(POST, &path, archive).await)
                .await?;
            drop(bar);
            announce(&made, json);
        }
        Action::Build {
            directory,
            runtime,
            package,
            env,
            naming,
        } => {
            if !directory.is_dir() {
                let directory = directory.display();
                return Err(CliError::Usage(format!("{directory} is no directory")));
            }
            let entries = bundle::entries(&directory, "").await?;
            let mut begin = naming.body();
            if let Some(fields) = begin.as_object_mut() {
                fields.insert("runtime".to_owned(), runtime.into());
            }
            let finish = json!({
                "packages": package,
                "env": env.into_iter().collect::<BTreeMap<_, _>>(),
            });
            let made = place
                .with_new(data, async |client| {
                    build(client, begin, entries, finish).await
                })
                .await?;
            announce(&made, json);
        }
        action => {
            place
                .with(data, async |client| act(client, action, json).await)
                .await?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn act(client: &Client, action: Action, json: bool) -> Result<(), CliError> {
    match action {
        Action::Create { sandbox, naming } => {
            let path = format!("/sandbox/{sandbox}/snapshot");
            announce(&client.post(&path, naming.body()).await?, json);
        }
        Action::Ls {
            sandbox,
            limit,
            offset,
        } => {
            let pairs = [
                ("sandboxId", sandbox.map(|id| id.to_string())),
                ("limit", Some(limit.to_string())),
                ("offset", Some(offset.to_string())),
            ];
            let path = with_query("/sandbox/snapshots", &pairs);
            list(&client.get(&path).await?, "snapshots", json);
        }
        Action::Get { snapshot, files } => {
            let mut found = client.get(&path(client, &snapshot).await?).await?;
            if let (false, Some(fields)) = (files, found.as_object_mut()) {
                fields.remove("files");
            }
            show(&found, json);
        }
        Action::Tag { snapshot, tag, .. } => {
            let path = path(client, &snapshot).await?;
            let body = Payload::Json(json!({ "tag": tag }));
            show(&client.ask(PATCH, &path, body).await?, json);
        }
        Action::Rm { snapshot } => {
            for one in &snapshot {
                let id = find(client, one).await?;
                client.delete(&format!("/sandbox/snapshots/{id}")).await?;
                if json {
                    output::print(json!({ "snapshotId": id, "deleted": true }));
                } else {
                    output::say(format_args!("deleted {id}"));
                }
            }
        }
        Action::Lineage { snapshot, limit } => {
            let line = lineage(client, &snapshot, limit).await?;
            list(&line, "lineage", json);
        }
        Action::Export { snapshot, output } => {
            let to_stdout = output.as_deref().is_none_or(|to| to == Path::new("-"));
            if to_stdout && std::io::stdout().is_terminal() {
                return Err(CliError::ArchiveToTerminal);
            }
            let from = format!("{}/export", path(client, &snapshot).await?);
            let bar = Bar::bytes("exporting", None);
            let archive = bar.count(client.read(&from).await?);
            match output.filter(|_| !to_stdout) {
                Some(file) => streams::save(archive, &file).await?,
                None => drop(streams::pour(archive, tokio::io::stdout()).await?),
            }
        }
        // Done before.
        Action::Import { .. } | Action::Build { .. } => {}
    }
    Ok(())
}

/// Builds a snapshot of files.
async fn build(
    client: &Client,
    begin: Value,
    entries: Vec<Entry>,
    finish: Value,
) -> Result<Value, CliError> {
    let begun = client.post("/sandbox/snapshots/build", begin).await?;
    let path = format!(
        "/sandbox/snapshots/{}",
        encoded(&field(&begun, "snapshotId"))
    );
    let bar = Bar::bytes("uploading", Some(bundle::bytes_of(&entries)));
    let upload = format!("{path}/upload");
    let send = async |pieces| client.ask(PUT, &upload, Payload::Bytes(pieces)).await;
    bundle::send(entries, &bar, send).await?;
    drop(bar);
    let _bar = Bar::time("building");
    client.post(&format!("{path}/finalize"), finish).await
}

/// A snapshot and what it comes from; the text is an id, which may be that of a deleted one, or any
/// other reference.
async fn lineage(client: &Client, text: &str, limit: u32) -> Result<Value, CliError> {
    let pairs = [
        ("snapshot", Some(text.to_owned())),
        ("limit", Some(limit.to_string())),
    ];
    let path = with_query("/sandbox/snapshots/lineage", &pairs);
    client.get(&path).await
}

/// The id of the snapshot that a text means: the first of its line.
async fn find(client: &Client, text: &str) -> Result<String, CliError> {
    if SnapshotId::parse(text).is_ok() {
        return Ok(text.to_owned());
    }
    let line = lineage(client, text, 1).await?;
    let first = rows(&line, "lineage").next();
    Ok(first.map_or_else(String::new, |one| field(one, "snapshotId")))
}

async fn path(client: &Client, text: &str) -> Result<String, CliError> {
    let id = find(client, text).await?;
    Ok(format!("/sandbox/snapshots/{}", encoded(&id)))
}

/// `name:tag`, or the name alone.
fn full_name(one: &Value) -> String {
    match one.get("tag").and_then(Value::as_str) {
        Some(tag) => format!("{}:{tag}", field(one, "name")),
        None => field(one, "name"),
    }
}

fn number(one: &Value, name: &str) -> u64 {
    one.get(name).and_then(Value::as_u64).unwrap_or(0)
}

/// The id of what was made: on stdout and alone, so that a script can take it.
fn announce(one: &Value, json: bool) {
    if json {
        output::print(format_args!("{one:#}"));
        return;
    }
    output::print(field(one, "snapshotId"));
    output::say(format_args!(
        "{} with {} of {}",
        full_name(one),
        count(number(one, "fileCount"), "file"),
        size(number(one, "sizeBytes"))
    ));
}

fn list(page: &Value, of: &str, json: bool) {
    if json {
        let all = page.get(of).cloned().unwrap_or_default();
        output::print(format_args!("{all:#}"));
        return;
    }
    let is_lineage = of == "lineage";
    let mut table = if is_lineage {
        Table::new(["ID", "NAME", "CREATED", "STATE"])
    } else {
        Table::new([
            "ID",
            "NAME",
            "FILES",
            "SIZE",
            "RUNTIME",
            "CREATED",
            "DESCRIPTION",
        ])
    };
    for one in rows(page, of) {
        let [id, created] = ["snapshotId", "createdAt"].map(|name| field(one, name));
        if is_lineage {
            let is_deleted = one.get("deleted") == Some(&Value::Bool(true));
            let state = if is_deleted { "deleted" } else { "kept" };
            table.row([id, full_name(one), created, state.to_owned()]);
        } else {
            table.row([
                id,
                full_name(one),
                field(one, "fileCount"),
                size(number(one, "sizeBytes")),
                field(one, "runtime"),
                created,
                field(one, "description"),
            ]);
        }
    }
    table.print();
    let shown = rows(page, of).count() as u64;
    if shown < number(page, "total") {
        output::say(format_args!(
            "there are {}; --limit shows more than these",
            number(page, "total")
        ));
    }
}

fn show(one: &Value, json: bool) {
    if json {
        output::print(format_args!("{one:#}"));
        return;
    }
    let owner = one.get("org").or_else(|| one.get("user"));
    for (name, value) in [
        ("id", field(one, "snapshotId")),
        ("name", field(one, "name")),
        ("tag", field(one, "tag")),
        ("description", field(one, "description")),
        ("runtime", field(one, "runtime")),
        ("files", field(one, "fileCount")),
        ("size", size(number(one, "sizeBytes"))),
        ("public", field(one, "public")),
        (
            "organisation",
            owner.map_or_else(String::new, |owner| field(owner, "id")),
        ),
        ("sandbox", field(one, "sandboxId")),
        ("parent", field(one, "parentSnapshotId")),
        ("created", field(one, "createdAt")),
    ] {
        let value = if value.is_empty() { "-" } else { &value };
        output::print(format_args!("{name:<13} {}", visible(value)));
    }
    if one.get("files").is_none() {
        return;
    }
    let mut table = Table::new(["MODE", "SIZE", "SHA-256", "PATH"]);
    for file in rows(one, "files") {
        table.row([
            format!("{:04o}", number(file, "mode")),
            field(file, "size"),
            field(file, "sha256"),
            field(file, "path"),
        ]);
    }
    table.print();
}
