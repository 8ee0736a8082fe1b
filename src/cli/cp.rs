//! `belljar cp`: files into and out of sandboxes.
//!
//! They travel as archives, a single file, too: so nothing is too large for one call, modes and times
//! stay, and what is cut off has written nothing.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use serde_json::json;

use super::bundle::{self, Target};
use super::client::{Client, POST, Payload, PlaceArgs, with_query};
use super::data::DataArgs;
use super::exit::CliError;
use super::files::listed;
use super::output;
use super::progress::Bar;
use crate::SandboxId;

/// `belljar cp`.
#[derive(Args, Debug)]
pub(crate) struct CpArgs {
    /// Copy directories with all that is in them
    #[arg(long, short)]
    recursive: bool,
    /// What to copy: a path here, or SANDBOX:PATH
    from: String,
    /// Where to: a path here, or SANDBOX:PATH; what is there is overwritten
    to: String,
    /// Print how many bytes of files that were, as JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    place: PlaceArgs,
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
    let recursive = args.recursive;
    let bytes = match (Side::parse(&args.from), Side::parse(&args.to)) {
        (Side::Here(from), Side::There(id, to)) => {
            let work = async |client: &Client| upload(client, &from, &id, &to, recursive).await;
            args.place.with(data, work).await?
        }
        (Side::There(id, from), Side::Here(to)) => {
            let work = async |client: &Client| download(client, &id, &from, &to, recursive).await;
            args.place.with(data, work).await?
        }
        _ => {
            return Err(CliError::Usage(
                "one side must be in a sandbox, as sbx_…:PATH, and the other here".to_owned(),
            ));
        }
    };
    if args.json {
        output::print(json!({ "from": args.from, "to": args.to, "bytes": bytes }));
    }
    Ok(ExitCode::SUCCESS)
}

fn only_with_r(path: &str) -> CliError {
    CliError::Usage(format!("{path} is a directory; -r copies it"))
}

async fn upload(
    client: &Client,
    from: &Path,
    id: &SandboxId,
    to: &str,
    recursive: bool,
) -> Result<u64, CliError> {
    let there = std::fs::metadata(from).map_err(|source| CliError::ReadFile {
        path: from.to_owned(),
        source,
    })?;
    if there.is_dir() && !recursive {
        return Err(only_with_r(&from.display().to_string()));
    }
    // Into a directory that is there, under its own name.
    let into_dir = to.ends_with('/') || listed(client, id, to).await.is_ok();
    let target = match from.file_name().and_then(|name| name.to_str()) {
        Some(name) if into_dir => format!("{}/{name}", to.trim_end_matches('/')),
        _ => to.to_owned(),
    };
    // A directory's own name is that of where it is unpacked, a file's is in the archive.
    let (folder, name) = if there.is_dir() {
        (target.as_str(), "")
    } else {
        match target.rsplit_once('/') {
            Some(("", name)) => ("/", name),
            Some((folder, name)) => (folder, name),
            None => (".", target.as_str()),
        }
    };
    let entries = bundle::entries(from, name).await?;
    let bar = Bar::bytes("copying", Some(bundle::bytes_of(&entries)));
    let path = with_query(
        &format!("/fs/upload/{id}"),
        &[
            ("path", Some(folder.to_owned())),
            ("format", Some("tar.gz".to_owned())),
        ],
    );
    for part in bundle::parts(entries) {
        let send = async |pieces| client.ask(POST, &path, Payload::Bytes(pieces)).await;
        bundle::send(part, &bar, send).await?;
    }
    Ok(bar.counted())
}

async fn download(
    client: &Client,
    id: &SandboxId,
    from: &str,
    to: &Path,
    recursive: bool,
) -> Result<u64, CliError> {
    let is_dir = listed(client, id, from).await.is_ok();
    if is_dir && !recursive {
        return Err(only_with_r(from));
    }
    let name = from
        .rsplit('/')
        .find(|name| !name.is_empty() && *name != ".");
    let target = match name {
        Some(name) if to.is_dir() => to.join(name),
        _ => to.to_owned(),
    };
    let path = with_query(
        &format!("/fs/download/{id}"),
        &[("path", Some(from.to_owned()))],
    );
    let bar = Bar::bytes("copying", None);
    let archive = client.read(&path).await?;
    let target = if is_dir {
        Target::Directory(target)
    } else {
        Target::File(target)
    };
    bundle::unpack(archive, target, &bar).await?;
    Ok(bar.counted())
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
