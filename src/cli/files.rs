//! `belljar cp` and `belljar files`.

use std::io::IsTerminal;
use std::path::{Component, Path, PathBuf};
use std::process::ExitCode;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use clap::{Args, Subcommand};
use futures::StreamExt;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;

use super::client::{Client, ServerArgs, encoded};
use super::data::DataArgs;
use super::exec::write_out;
use super::exit::CliError;
use super::output;
use super::sandboxes::{field, rows};
use super::table::{Table, visible};
use crate::SandboxId;

/// What is sent in one call, before base64: two thirds of what a server reads by default.
const CALL_BYTES: usize = 40 * 1024 * 1024;

/// The deepest directory that is copied.
const DEEPEST: usize = 256;

/// `belljar cp`.
#[derive(Args, Debug)]
pub(crate) struct CpArgs {
    #[command(flatten)]
    server: ServerArgs,
    /// Copy directories with all that is in them
    #[arg(long, short)]
    recursive: bool,
    /// What to copy: a path here, or SANDBOX:PATH
    from: String,
    /// Where to: a path here, or SANDBOX:PATH; what is there is overwritten
    to: String,
}

/// `belljar files`.
#[derive(Args, Debug)]
pub(crate) struct FilesArgs {
    #[command(flatten)]
    server: ServerArgs,
    /// Print JSON
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    action: Action,
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

/// One side of a copy.
#[derive(Debug, PartialEq, Eq)]
enum Side {
    Here(PathBuf),
    There(SandboxId, String),
}

impl Side {
    fn parse(text: &str) -> Self {
        let there = text.split_once(':').and_then(|(id, path)| {
            let path = if path.is_empty() { "." } else { path };
            Some((SandboxId::parse(id).ok()?, path.to_owned()))
        });
        match there {
            Some((id, path)) => Self::There(id, path),
            None => Self::Here(PathBuf::from(text)),
        }
    }
}

/// Copies files.
pub(super) async fn copy(args: CpArgs, data: &DataArgs) -> Result<ExitCode, CliError> {
    let (from, to) = (Side::parse(&args.from), Side::parse(&args.to));
    args.server
        .with(data, async |client| {
            let bar = bar();
            let copied = match (from, to) {
                (Side::Here(from), Side::There(id, to)) => {
                    upload(client, &from, &id, &to, args.recursive, &bar).await
                }
                (Side::There(id, from), Side::Here(to)) => {
                    download(client, &id, &from, &to, args.recursive, &bar).await
                }
                _ => Err(CliError::Usage(
                    "one side must be in a sandbox, as sbx_…:PATH, and the other here".to_owned(),
                )),
            };
            bar.finish_and_clear();
            copied.map(|()| ExitCode::SUCCESS)
        })
        .await
}

fn bar() -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::no_length();
    if let Ok(style) = ProgressStyle::with_template("belljar: copying {msg} {bytes} {elapsed}") {
        bar.set_style(style);
    }
    bar
}

/// A file as the API takes it.
pub(super) fn written(path: &str, content: &[u8]) -> Value {
    json!({ "path": path, "content": STANDARD.encode(content) })
}

fn join(folder: &str, name: &str) -> String {
    format!("{}/{name}", folder.trim_end_matches('/'))
}

async fn upload(
    client: &Client,
    from: &Path,
    id: &SandboxId,
    to: &str,
    recursive: bool,
    bar: &ProgressBar,
) -> Result<(), CliError> {
    let unreadable = |path: &Path| {
        let path = path.to_owned();
        move |source| CliError::ReadFile { path, source }
    };
    let first = std::fs::metadata(from).map_err(unreadable(from))?;
    if first.is_dir() && !recursive {
        return Err(CliError::Usage(format!(
            "{} is a directory; -r copies it",
            from.display()
        )));
    }
    // Into a directory that is there, under its own name.
    let mut target = to.to_owned();
    let is_dir = is_directory(client, id, to).await;
    if (to.ends_with('/') || is_dir)
        && let Some(name) = from.file_name().and_then(|name| name.to_str())
    {
        target = join(to, name);
    }
    let mut left = vec![(from.to_owned(), target, 0_usize)];
    let mut files = Vec::new();
    let mut size = 0_usize;
    while let Some((path, target, depth)) = left.pop() {
        bar.set_message(path.display().to_string());
        // Links are followed once, at the top: below it they could lead anywhere, also around.
        let metadata = if depth == 0 {
            std::fs::metadata(&path)
        } else {
            std::fs::symlink_metadata(&path)
        };
        let metadata = metadata.map_err(unreadable(&path))?;
        if metadata.is_dir() {
            if depth == DEEPEST {
                return Err(CliError::Usage(format!("{} is too deep", path.display())));
            }
            make_dir(client, id, &target, true).await?;
            for entry in std::fs::read_dir(&path).map_err(unreadable(&path))? {
                let entry = entry.map_err(unreadable(&path))?;
                let name = entry.file_name();
                let Some(name) = name.to_str() else {
                    return Err(CliError::Usage(format!(
                        "{} is not UTF-8",
                        entry.path().display()
                    )));
                };
                left.push((entry.path(), join(&target, name), depth + 1));
            }
            continue;
        }
        if !metadata.is_file() {
            output::say(format_args!(
                "left out {}",
                visible(&path.display().to_string())
            ));
            continue;
        }
        if metadata.len() > CALL_BYTES as u64 {
            return Err(CliError::Usage(format!(
                "{} is larger than {CALL_BYTES} bytes, which is what one call carries",
                path.display()
            )));
        }
        let content = tokio::fs::read(&path).await.map_err(unreadable(&path))?;
        if size + content.len() > CALL_BYTES {
            send(client, id, std::mem::take(&mut files)).await?;
            size = 0;
        }
        size += content.len();
        bar.inc(content.len() as u64);
        files.push(written(&target, &content));
    }
    if files.is_empty() {
        return Ok(());
    }
    send(client, id, files).await
}

async fn send(client: &Client, id: &SandboxId, files: Vec<Value>) -> Result<(), CliError> {
    client
        .post(&format!("/fs/{id}"), json!({ "files": files }))
        .await
        .map(drop)
}

async fn make_dir(
    client: &Client,
    id: &SandboxId,
    path: &str,
    parents: bool,
) -> Result<(), CliError> {
    let body = json!({ "path": path, "recursive": parents });
    client
        .post(&format!("/fs/mkdir/{id}"), body)
        .await
        .map(drop)
}

async fn listed(client: &Client, id: &SandboxId, path: &str) -> Result<Value, CliError> {
    client
        .get(&format!("/fs/list/{id}?path={}", encoded(path)))
        .await
}

async fn is_directory(client: &Client, id: &SandboxId, path: &str) -> bool {
    listed(client, id, path).await.is_ok()
}

async fn download(
    client: &Client,
    id: &SandboxId,
    from: &str,
    to: &Path,
    recursive: bool,
    bar: &ProgressBar,
) -> Result<(), CliError> {
    let mut target = to.to_owned();
    let name = from
        .rsplit('/')
        .find(|name| !name.is_empty() && *name != ".");
    if to.is_dir()
        && let Some(name) = name
    {
        target = to.join(name);
    }
    if !is_directory(client, id, from).await {
        return fetch(client, id, from, &target, bar).await;
    }
    if !recursive {
        return Err(CliError::Usage(format!(
            "{from} is a directory; -r copies it"
        )));
    }
    let mut left = vec![(from.to_owned(), target, 0_usize)];
    while let Some((path, target, depth)) = left.pop() {
        if depth == DEEPEST {
            return Err(CliError::Usage(format!("{path} is too deep")));
        }
        std::fs::create_dir_all(&target).map_err(|source| CliError::WriteFile {
            path: target.clone(),
            source,
        })?;
        let page = listed(client, id, &path).await?;
        for entry in rows(&page, "files") {
            let name = field(entry, "path");
            // A guest chose the name, and it must stay below the target.
            let mut parts = Path::new(&name).components();
            let safe = matches!(
                (parts.next(), parts.next()),
                (Some(Component::Normal(_)), None)
            );
            let is = |field: &str| entry.get(field) == Some(&Value::Bool(true));
            if !safe || is("isSymlink") {
                output::say(format_args!("left out {}", visible(&join(&path, &name))));
            } else if is("isDir") {
                left.push((join(&path, &name), target.join(&name), depth + 1));
            } else {
                fetch(client, id, &join(&path, &name), &target.join(&name), bar).await?;
            }
        }
    }
    Ok(())
}

async fn fetch(
    client: &Client,
    id: &SandboxId,
    from: &str,
    to: &Path,
    bar: &ProgressBar,
) -> Result<(), CliError> {
    bar.set_message(visible(from));
    let failed = |source| CliError::WriteFile {
        path: to.to_owned(),
        source,
    };
    let mut pieces = client
        .read(&format!("/fs/{id}?path={}", encoded(from)))
        .await?;
    // Aside and renamed, so that a copy that is cut off replaces nothing.
    let folder = match to.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let aside = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
    let mut file = tokio::fs::File::from_std(aside.reopen().map_err(failed)?);
    while let Some(piece) = pieces.next().await {
        let piece = piece.map_err(|source| CliError::CutOff { source })?;
        bar.inc(piece.len() as u64);
        file.write_all(&piece).await.map_err(failed)?;
    }
    file.flush().await.map_err(failed)?;
    aside.persist(to).map_err(|error| failed(error.error))?;
    Ok(())
}

/// Does what `args` say.
pub(super) async fn files(args: FilesArgs, data: &DataArgs) -> Result<ExitCode, CliError> {
    args.server
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
            write_out(pieces, tokio::io::stdout()).await
        }
        Action::Mkdir {
            sandbox,
            parents,
            path,
        } => make_dir(client, &sandbox, &path, parents).await,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_side_is_there_only_if_it_names_a_sandbox() {
        let id = SandboxId::parse("sbx_1").unwrap();
        assert_eq!(
            Side::parse("sbx_1:/a:b"),
            Side::There(id.clone(), "/a:b".into())
        );
        assert_eq!(Side::parse("sbx_1:"), Side::There(id, ".".into()));
        for here in ["a", "C:\\x", "./sbx_1:x", "sbx_1"] {
            assert_eq!(Side::parse(here), Side::Here(PathBuf::from(here)));
        }
    }
}
