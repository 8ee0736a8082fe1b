//! Snapshots of a server.

use std::path::Path;
use std::process::ExitCode;

use futures::StreamExt;
use serde_json::{Value, json};
use tokio::io::AsyncReadExt;

use super::super::client::{self, Client, Payload, Pieces, ServerArgs, encoded, with_query};
use super::super::data::DataArgs;
use super::super::exec::write_out;
use super::super::exit::CliError;
use super::super::output;
use super::super::sandboxes::{field, rows};
use super::super::table::{Table, count, size};
use super::{Action, Naming};
use crate::SnapshotId;

/// What is read of an archive at once.
const PIECE_BYTES: usize = 256 * 1024;

/// Does what `action` says.
pub(super) async fn snapshot(
    server: &ServerArgs,
    action: Action,
    json: bool,
    data: &DataArgs,
) -> Result<ExitCode, CliError> {
    server
        .with(data, async |client| act(client, action, json).await)
        .await?;
    Ok(ExitCode::SUCCESS)
}

async fn act(client: &Client, action: Action, json: bool) -> Result<(), CliError> {
    match action {
        Action::Create { sandbox, naming } => {
            let body = json!({
                "name": naming.name,
                "tag": naming.tag,
                "description": naming.description,
                "public": naming.public,
            });
            let made = client
                .post(&format!("/sandbox/{sandbox}/snapshot"), body)
                .await?;
            announce(&made, json);
        }
        Action::Ls { sandbox, limit } => {
            let pairs = [
                ("sandboxId", sandbox.map(|id| id.to_string())),
                ("limit", Some(limit.to_string())),
            ];
            let page = client
                .get(&with_query("/sandbox/snapshots", &pairs))
                .await?;
            list(&page, "snapshots", json);
        }
        Action::Get { snapshot, files } => {
            let mut found = client.get(&path(client, &snapshot).await?).await?;
            if let (false, Some(fields)) = (files, found.as_object_mut()) {
                fields.remove("files");
            }
            output::print(format_args!("{found:#}"));
        }
        Action::Tag { snapshot, tag, .. } => {
            let path = path(client, &snapshot).await?;
            let body = Payload::Json(json!({ "tag": tag }));
            let changed = client.ask(client::PATCH, &path, body).await?;
            announce(&changed, json);
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
            let mut pairs = reference(&snapshot);
            pairs.push(("limit", Some(limit.to_string())));
            let line = client
                .get(&with_query("/sandbox/snapshots/lineage", &pairs))
                .await?;
            list(&line, "lineage", json);
        }
        Action::Export { snapshot, output } => {
            let from = format!("{}/export", path(client, &snapshot).await?);
            export(client.read(&from).await?, output.as_deref()).await?;
        }
        Action::Import { file, naming } => {
            let made = import(client, &file, naming).await?;
            announce(&made, json);
        }
    }
    Ok(())
}

/// What the API calls the parts of a reference: an id, `name:tag`, or a name.
fn reference(text: &str) -> Vec<(&'static str, Option<String>)> {
    if SnapshotId::parse(text).is_ok() {
        return vec![("snapshot", Some(text.to_owned()))];
    }
    match text.rsplit_once(':') {
        Some((name, tag)) => vec![
            ("name", Some(name.to_owned())),
            ("tag", Some(tag.to_owned())),
        ],
        None => vec![("name", Some(text.to_owned()))],
    }
}

/// The id of the snapshot that a text means.
async fn find(client: &Client, text: &str) -> Result<String, CliError> {
    if SnapshotId::parse(text).is_ok() {
        return Ok(text.to_owned());
    }
    let line = client
        .get(&with_query("/sandbox/snapshots/lineage", &reference(text)))
        .await;
    let line = match line {
        // A tag alone is found by its tag.
        Err(CliError::Refused { status: 404, .. }) if !text.contains(':') => {
            let by_tag = [("tag", Some(text.to_owned()))];
            client
                .get(&with_query("/sandbox/snapshots/lineage", &by_tag))
                .await?
        }
        line => line?,
    };
    let newest = rows(&line, "lineage").next();
    Ok(newest.map_or_else(String::new, |one| field(one, "snapshotId")))
}

async fn path(client: &Client, text: &str) -> Result<String, CliError> {
    let id = find(client, text).await?;
    Ok(format!("/sandbox/snapshots/{}", encoded(&id)))
}

async fn export(pieces: Pieces, file: Option<&Path>) -> Result<(), CliError> {
    use std::io::IsTerminal;
    match file {
        Some(file) if file != Path::new("-") => {
            let failed = |source| CliError::WriteFile {
                path: file.to_owned(),
                source,
            };
            let folder = match file.parent() {
                Some(folder) if !folder.as_os_str().is_empty() => folder,
                _ => Path::new("."),
            };
            let aside = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
            let to = tokio::fs::File::from_std(aside.reopen().map_err(failed)?);
            write_out(pieces, to).await?;
            aside.persist(file).map_err(|error| failed(error.error))?;
            Ok(())
        }
        _ if std::io::stdout().is_terminal() => Err(CliError::ArchiveToTerminal),
        _ => write_out(pieces, tokio::io::stdout()).await,
    }
}

async fn import(client: &Client, file: &Path, naming: Naming) -> Result<Value, CliError> {
    let pieces: Pieces = if file == Path::new("-") {
        pieces(tokio::io::stdin()).boxed()
    } else {
        let opened = tokio::fs::File::open(file).await;
        let opened = opened.map_err(|source| CliError::ReadFile {
            path: file.to_owned(),
            source,
        })?;
        pieces(opened).boxed()
    };
    let pairs = [
        ("name", naming.name),
        ("tag", naming.tag),
        ("description", naming.description),
        ("public", naming.public.then(|| "true".to_owned())),
    ];
    let path = with_query("/sandbox/snapshots/import", &pairs);
    client
        .ask(client::POST, &path, Payload::Bytes(pieces))
        .await
}

fn pieces(
    from: impl tokio::io::AsyncRead + Unpin + Send + 'static,
) -> impl futures::Stream<Item = std::io::Result<bytes::Bytes>> + Send {
    futures::stream::unfold(from, |mut from| async move {
        let mut buffer = vec![0_u8; PIECE_BYTES];
        match from.read(&mut buffer).await {
            Ok(0) => None,
            Ok(read) => {
                buffer.truncate(read);
                Some((Ok(bytes::Bytes::from(buffer)), from))
            }
            Err(error) => Some((Err(error), from)),
        }
    })
}

fn name(one: &Value) -> String {
    match one.get("tag").and_then(Value::as_str) {
        Some(tag) => format!("{}:{tag}", field(one, "name")),
        None => field(one, "name"),
    }
}

fn announce(one: &Value, json: bool) {
    if json {
        output::print(format_args!("{one:#}"));
        return;
    }
    let number = |name: &str| one.get(name).and_then(Value::as_u64).unwrap_or(0);
    output::print(field(one, "snapshotId"));
    output::say(format_args!(
        "{} with {} of {}",
        name(one),
        count(number("fileCount"), "file"),
        size(number("sizeBytes"))
    ));
}

fn list(page: &Value, of: &str, json: bool) {
    if json {
        let all = page.get(of).cloned().unwrap_or_default();
        output::print(format_args!("{all:#}"));
        return;
    }
    let mut table = Table::new(["ID", "NAME", "CREATED", "DESCRIPTION"]);
    for one in rows(page, of) {
        table.row([
            field(one, "snapshotId"),
            name(one),
            field(one, "createdAt"),
            field(one, "description"),
        ]);
    }
    table.print();
}
