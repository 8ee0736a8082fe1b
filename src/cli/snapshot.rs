//! `belljar snapshot`: snapshots of a data folder that no server is using.

mod archive;
mod remote;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::client::ServerArgs;
use super::data::DataArgs;
use super::exit::CliError;
use super::output;
use super::table::{Table, count, size, visible};
use crate::{
    Belljar, OrgId, SandboxId, SnapshotFile, SnapshotFilter, SnapshotId, SnapshotOptions,
    SnapshotRecord,
};

/// `belljar snapshot`.
#[derive(Args, Debug)]
pub(crate) struct SnapshotArgs {
    #[command(flatten)]
    server: ServerArgs,
    /// The organisation whose names and tags are meant, by id or name [default: the first one]
    #[arg(long, value_name = "ORG", global = true)]
    org: Option<String>,
    /// Print JSON
    #[arg(long, global = true)]
    json: bool,
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
        #[arg(long, value_name = "N", default_value_t = 50)]
        limit: u32,
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
        #[arg(long, value_name = "N", default_value_t = 100)]
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

impl From<Naming> for SnapshotOptions {
    fn from(naming: Naming) -> Self {
        let mut options = Self::new().public(naming.public);
        options.name = naming.name;
        options.tag = naming.tag;
        options.description = naming.description;
        options
    }
}

/// Does what `args` say.
pub(super) async fn snapshot(args: SnapshotArgs, data: &DataArgs) -> Result<ExitCode, CliError> {
    let SnapshotArgs {
        server,
        org,
        json,
        action,
    } = args;
    if server.url.is_some() {
        if org.is_some() {
            return Err(CliError::Usage(
                "a server's organisation is that of the key; --org is for data folders".to_owned(),
            ));
        }
        return remote::snapshot(&server, action, json, data).await;
    }
    // An import is the one of these that makes sense without any data.
    if let Action::Import { file, naming } = action {
        let input = archive::open(&file)?;
        let belljar = data.open().await?;
        let imported = import(&belljar, input, naming, org.as_deref()).await;
        belljar.close().await;
        announce(&imported?, json);
        return Ok(ExitCode::SUCCESS);
    }
    data.with(async |belljar| act(belljar, action, org.as_deref(), json).await)
        .await
}

async fn act(
    belljar: &Belljar,
    action: Action,
    org: Option<&str>,
    json: bool,
) -> Result<ExitCode, CliError> {
    let named = org;
    let org = super::data::org(belljar, org).await?;
    match action {
        Action::Create { sandbox, naming } => {
            let sandbox = belljar.sandbox(&sandbox)?;
            announce(&sandbox.create_snapshot(naming.into()).await?, json);
        }
        Action::Ls { sandbox, limit } => {
            let filter = SnapshotFilter {
                org: named.map(|_| org),
                sandbox_id: sandbox,
                limit,
                ..SnapshotFilter::default()
            };
            let (found, total) = belljar.snapshots(&filter).await?;
            list(&found, json);
            if u64::try_from(found.len()).is_ok_and(|shown| shown < total) {
                output::say(format_args!(
                    "there are {total}; --limit shows more than these"
                ));
            }
        }
        Action::Get { snapshot, files } => {
            let record = find(belljar, &snapshot, &org).await?;
            let files = match files {
                true => Some(belljar.snapshot_files(&record.id).await?),
                false => None,
            };
            show(&record, files.as_deref(), json);
        }
        Action::Tag { snapshot, tag, .. } => {
            let record = find(belljar, &snapshot, &org).await?;
            let record = belljar.tag_snapshot(&record.id, tag.as_deref()).await?;
            show(&record, None, json);
        }
        Action::Rm { snapshot } => remove(belljar, &snapshot, &org, json).await?,
        Action::Lineage { snapshot, limit } => {
            lineage(belljar, &snapshot, &org, limit, json).await?;
        }
        Action::Export { snapshot, output } => {
            let record = find(belljar, &snapshot, &org).await?;
            archive::export(belljar, &record.id, output.as_deref()).await?;
        }
        // Done before.
        Action::Import { .. } => {}
    }
    Ok(ExitCode::SUCCESS)
}

async fn import(
    belljar: &Belljar,
    input: impl std::io::Read + Send + 'static,
    naming: Naming,
    org: Option<&str>,
) -> Result<SnapshotRecord, CliError> {
    let org = super::data::org(belljar, org).await?;
    let options = SnapshotOptions::from(naming).org(org);
    Ok(belljar.import_snapshot(input, options).await?)
}

/// The snapshot that a text means. Whoever has the data folder may use any by its id.
async fn find(belljar: &Belljar, text: &str, org: &OrgId) -> Result<SnapshotRecord, CliError> {
    if let Ok(id) = SnapshotId::parse(text)
        && let Ok(record) = belljar.snapshot(&id).await
    {
        return Ok(record);
    }
    Ok(belljar.find_snapshot(text, org).await?)
}

/// The id of what was made: on stdout and alone, so that a script can take it.
fn announce(record: &SnapshotRecord, json: bool) {
    if json {
        output::print(format_args!("{:#}", describe(record)));
        return;
    }
    output::print(&record.id);
    output::say(format_args!(
        "{} with {} of {}",
        full_name(record),
        count(record.file_count, "file"),
        size(record.size_bytes)
    ));
}

fn list(records: &[SnapshotRecord], json: bool) {
    if json {
        let all: Vec<Value> = records.iter().map(describe).collect();
        output::print(format_args!("{:#}", Value::from(all)));
        return;
    }
    let mut table = Table::new([
        "ID",
        "NAME",
        "FILES",
        "SIZE",
        "RUNTIME",
        "CREATED",
        "DESCRIPTION",
    ]);
    for record in records {
        table.row([
            record.id.to_string(),
            full_name(record),
            record.file_count.to_string(),
            size(record.size_bytes),
            record.runtime.clone(),
            record.created_at.to_string(),
            record.description.clone().unwrap_or_default(),
        ]);
    }
    table.print();
}

/// `name:tag`, or the name alone.
fn full_name(record: &SnapshotRecord) -> String {
    match &record.tag {
        Some(tag) => format!("{}:{tag}", record.name),
        None => record.name.clone(),
    }
}

fn describe(record: &SnapshotRecord) -> Value {
    json!({
        "snapshotId": record.id.as_str(),
        "name": record.name,
        "tag": record.tag,
        "description": record.description,
        "message": record.message,
        "public": record.public,
        "orgId": record.org.as_str(),
        "runtime": record.runtime,
        "sandboxId": record.sandbox_id.as_ref().map(SandboxId::as_str),
        "parentSnapshotId": record.parent.as_ref().map(SnapshotId::as_str),
        "sizeBytes": record.size_bytes,
        "fileCount": record.file_count,
        "createdAt": record.created_at.to_string(),
        "deleted": record.is_deleted(),
    })
}

fn show(record: &SnapshotRecord, files: Option<&[SnapshotFile]>, json: bool) {
    if json {
        let mut all = describe(record);
        if let (Some(files), Some(fields)) = (files, all.as_object_mut()) {
            let files = files.iter().map(describe_file).collect();
            fields.insert("files".to_owned(), Value::Array(files));
        }
        output::print(format_args!("{all:#}"));
        return;
    }
    let text = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
    let id = |id: Option<String>| id.unwrap_or_else(|| "-".to_owned());
    for (name, value) in [
        ("id", record.id.to_string()),
        ("name", record.name.clone()),
        ("tag", text(&record.tag)),
        ("description", text(&record.description)),
        ("runtime", record.runtime.clone()),
        ("files", record.file_count.to_string()),
        ("size", size(record.size_bytes)),
        (
            "public",
            if record.public { "yes" } else { "no" }.to_owned(),
        ),
        ("organisation", record.org.to_string()),
        (
            "sandbox",
            id(record.sandbox_id.as_ref().map(ToString::to_string)),
        ),
        (
            "parent",
            id(record.parent.as_ref().map(ToString::to_string)),
        ),
        ("created", record.created_at.to_string()),
    ] {
        output::print(format_args!("{name:<13} {}", visible(&value)));
    }
    if let Some(files) = files {
        let mut table = Table::new(["MODE", "SIZE", "SHA-256", "PATH"]);
        for file in files {
            table.row([
                format!("{:04o}", file.mode),
                file.size.to_string(),
                file.sha256.clone(),
                file.path.clone(),
            ]);
        }
        table.print();
    }
}

fn describe_file(file: &SnapshotFile) -> Value {
    json!({
        "path": file.path,
        "size": file.size,
        "sha256": file.sha256,
        "contentType": file.content_type,
        "mode": file.mode,
    })
}

async fn remove(
    belljar: &Belljar,
    snapshots: &[String],
    org: &OrgId,
    json: bool,
) -> Result<(), CliError> {
    for text in snapshots {
        let record = find(belljar, text, org).await?;
        belljar.delete_snapshot(&record.id).await?;
        if json {
            output::print(json!({ "snapshotId": record.id.as_str(), "deleted": true }));
        } else {
            output::say(format_args!(
                "deleted {} ({})",
                record.id,
                full_name(&record)
            ));
        }
    }
    Ok(())
}

async fn lineage(
    belljar: &Belljar,
    text: &str,
    org: &OrgId,
    limit: u32,
    json: bool,
) -> Result<(), CliError> {
    // Deleted ones have no name any more, but still an id.
    let start = match SnapshotId::parse(text) {
        Ok(id) => belljar.snapshot_record(&id).await?,
        Err(_) => belljar.find_snapshot(text, org).await?,
    };
    let line = belljar
        .snapshot_lineage(&start.id, &start.org, limit)
        .await?;
    if json {
        let all: Vec<Value> = line.iter().map(describe).collect();
        output::print(format_args!("{:#}", Value::from(all)));
        return Ok(());
    }
    let mut table = Table::new(["ID", "NAME", "CREATED", "STATE"]);
    for record in &line {
        let state = if record.is_deleted() {
            "deleted"
        } else {
            "kept"
        };
        table.row([
            record.id.to_string(),
            full_name(record),
            record.created_at.to_string(),
            state.to_owned(),
        ]);
    }
    table.print();
    Ok(())
}
