//! `belljar diff`: what changed between any two trees.

use std::process::ExitCode;

use clap::Args;
use serde_json::Value;

use super::client::{PlaceArgs, with_query};
use super::data::DataArgs;
use super::exit::CliError;
use super::output;
use super::sandboxes::{field, rows};
use super::table::{size, visible};

/// `belljar diff`.
#[derive(Args, Debug)]
pub(crate) struct DiffArgs {
    /// A sandbox (sbx_…), a checkpoint (sbx_…@name), a snapshot or a runtime
    from: String,
    /// What to compare it with, in the same ways
    to: String,
    /// At most so many differences
    #[arg(long, value_name = "N", default_value_t = 10_000)]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=100_000))]
    limit: u32,
    /// End with exit code 1 if there are differences
    #[arg(long)]
    exit_code: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    place: PlaceArgs,
}

/// Exit code for "there are differences", with `--exit-code`.
const DIFFERENT: u8 = 1;

/// Compares.
pub(super) async fn diff(args: DiffArgs, data: &DataArgs) -> Result<ExitCode, CliError> {
    let path = with_query(
        "/sandbox/diff",
        &[
            ("from", Some(args.from)),
            ("to", Some(args.to)),
            ("limit", Some(args.limit.to_string())),
        ],
    );
    args.place
        .with(data, async |client| {
            let diff = client.get(&path).await?;
            if args.json {
                output::print(format_args!("{diff:#}"));
            } else {
                for change in rows(&diff, "changes") {
                    output::print(line(change));
                }
                if diff.get("truncated") == Some(&Value::Bool(true)) {
                    output::say(format_args!(
                        "there are more than {}; --limit shows more",
                        args.limit
                    ));
                }
            }
            let different = args.exit_code && rows(&diff, "changes").next().is_some();
            Ok(ExitCode::from(if different { DIFFERENT } else { 0 }))
        })
        .await
}

/// `+ /path  12 B`, `~ /path  12 B -> 1.0 KiB`, `- /path  12 B`.
fn line(change: &Value) -> String {
    let sign = match field(change, "change").as_str() {
        "added" => '+',
        "removed" => '-',
        _ => '~',
    };
    let slash = if field(change, "kind") == "directory" {
        "/"
    } else {
        ""
    };
    let bytes = |name: &str| change.get(name).and_then(Value::as_u64);
    let sizes = match (bytes("oldSize"), bytes("newSize")) {
        (Some(old), Some(new)) => format!("  {} -> {}", size(old), size(new)),
        (Some(one), None) | (None, Some(one)) => format!("  {}", size(one)),
        (None, None) => String::new(),
    };
    format!("{sign} {}{slash}{sizes}", visible(&field(change, "path")))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_line_says_what_happened_and_hides_what_a_terminal_would_obey() {
        for (change, expected) in [
            (
                json!({ "path": "/a\u{1b}[m", "change": "changed", "kind": "file", "oldSize": 12, "newSize": 2048 }),
                "~ /a\\u{1b}[m  12 B -> 2.0 KiB",
            ),
            (
                json!({ "path": "/a", "change": "removed", "kind": "file", "oldSize": 12 }),
                "- /a  12 B",
            ),
            (
                json!({ "path": "/d", "change": "added", "kind": "directory" }),
                "+ /d/",
            ),
        ] {
            assert_eq!(line(&change), expected);
        }
    }
}
