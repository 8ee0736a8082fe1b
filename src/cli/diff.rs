//! `belljar diff`: what changed between any two trees.

use std::process::ExitCode;

use clap::Args;
use serde_json::{Value, json};

use super::data::DataArgs;
use super::exit::CliError;
use super::output;
use super::table::{size, visible};
use crate::{
    Belljar, OrgId, SandboxId, SnapshotId, TreeChange, TreeChangeKind, TreeEntryKind, TreeRef,
};

/// `belljar diff`.
#[derive(Args, Debug)]
pub(crate) struct DiffArgs {
    /// A sandbox (sbx_…), a checkpoint (sbx_…@name), a snapshot or a runtime
    from: String,
    /// What to compare it with, in the same ways
    to: String,
    /// At most so many differences
    #[arg(long, value_name = "N", default_value_t = 10_000)]
    #[arg(value_parser = clap::value_parser!(u32).range(1..))]
    limit: u32,
    /// End with exit code 1 if there are differences
    #[arg(long)]
    exit_code: bool,
    /// The organisation whose snapshots are meant, by id or name [default: the first one]
    #[arg(long, value_name = "ORG")]
    org: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Exit code for "there are differences", with `--exit-code`.
const DIFFERENT: u8 = 1;

/// Compares.
pub(super) async fn diff(args: DiffArgs, data: &DataArgs) -> Result<ExitCode, CliError> {
    data.with(async |belljar| {
        let org = super::data::org(belljar, args.org.as_deref()).await?;
        let from = find(belljar, &args.from, &org).await?;
        let to = find(belljar, &args.to, &org).await?;
        let limit = usize::try_from(args.limit).unwrap_or(usize::MAX);
        let diff = belljar.diff(&from, &to, limit).await?;
        if args.json {
            let changes: Vec<Value> = diff.changes.iter().map(describe).collect();
            let all = json!({ "changes": changes, "truncated": diff.truncated });
            output::print(format_args!("{all:#}"));
        } else {
            for change in &diff.changes {
                output::print(line(change));
            }
            if diff.truncated {
                output::say(format_args!(
                    "there are more than {}; --limit shows more",
                    args.limit
                ));
            }
        }
        let different = args.exit_code && !diff.changes.is_empty();
        Ok(ExitCode::from(if different { DIFFERENT } else { 0 }))
    })
    .await
}

/// The tree that a text means. Whoever has the data folder may compare what belongs to anybody, if it
/// is named by an id.
async fn find(belljar: &Belljar, text: &str, org: &OrgId) -> Result<TreeRef, CliError> {
    let sandbox = text.split('@').next().unwrap_or(text);
    let owner = if let Ok(id) = SandboxId::parse(sandbox) {
        belljar.sandbox_record(&id).await?.org
    } else if let Ok(id) = SnapshotId::parse(text)
        && let Ok(record) = belljar.snapshot(&id).await
    {
        record.org
    } else {
        org.clone()
    };
    Ok(belljar.find_tree(text, &owner).await?)
}

/// `+ /path  12 B`, `~ /path  12 B -> 1.0 KiB`, `- /path  12 B`.
fn line(change: &TreeChange) -> String {
    let sign = match change.change {
        TreeChangeKind::Added => '+',
        TreeChangeKind::Changed => '~',
        TreeChangeKind::Removed => '-',
    };
    let slash = match change.kind {
        TreeEntryKind::Directory => "/",
        TreeEntryKind::File | TreeEntryKind::Symlink | TreeEntryKind::Device => "",
    };
    let sizes = match (change.old_size, change.new_size) {
        (Some(old), Some(new)) => format!("  {} -> {}", size(old), size(new)),
        (Some(one), None) | (None, Some(one)) => format!("  {}", size(one)),
        (None, None) => String::new(),
    };
    format!("{sign} {}{slash}{sizes}", visible(&change.path))
}

fn describe(change: &TreeChange) -> Value {
    json!({
        "path": change.path,
        "change": match change.change {
            TreeChangeKind::Added => "added",
            TreeChangeKind::Changed => "changed",
            TreeChangeKind::Removed => "removed",
        },
        "kind": match change.kind {
            TreeEntryKind::File => "file",
            TreeEntryKind::Directory => "directory",
            TreeEntryKind::Symlink => "symlink",
            TreeEntryKind::Device => "device",
        },
        "oldSize": change.old_size,
        "newSize": change.new_size,
        "mode": change.mode,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_what_happened_and_hides_what_a_terminal_would_obey() {
        let mut change = TreeChange {
            path: "/a\x1b[m".to_owned(),
            change: TreeChangeKind::Changed,
            kind: TreeEntryKind::File,
            old_size: Some(12),
            new_size: Some(2048),
            mode: 0o644,
        };
        assert_eq!(line(&change), "~ /a\\u{1b}[m  12 B -> 2.0 KiB");
        change.change = TreeChangeKind::Removed;
        change.new_size = None;
        assert_eq!(line(&change), "- /a\\u{1b}[m  12 B");
        change.path = "/d".to_owned();
        change.kind = TreeEntryKind::Directory;
        change.change = TreeChangeKind::Added;
        change.old_size = None;
        assert_eq!(line(&change), "+ /d/");
    }
}
