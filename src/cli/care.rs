//! `belljar gc` and `belljar fsck`: looking after the store of a data folder.

use std::process::ExitCode;

use clap::Args;
use serde_json::json;

use super::data::DataArgs;
use super::exit::CliError;
use super::output;
use super::progress::Bar;
use super::table::{count, size, visible};
use crate::StoreReport;

/// Exit code of `fsck` when something is damaged or missing.
const DAMAGED: u8 = 1;

/// `belljar gc` and `belljar fsck`.
#[derive(Args, Debug)]
pub(crate) struct CareArgs {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Removes what nothing refers to.
pub(super) async fn gc(args: CareArgs, data: &DataArgs) -> Result<ExitCode, CliError> {
    data.with(async |belljar| {
        let bar = Bar::time("collecting garbage");
        let report = belljar.collect_garbage().await?;
        drop(bar);
        if args.json {
            let all = json!({
                "removed": report.removed,
                "freedBytes": report.freed.bytes(),
                "kept": report.kept,
            });
            output::print(format_args!("{all:#}"));
        } else {
            output::print(format_args!(
                "removed {} of {}; {} kept",
                count(report.removed, "object"),
                size(report.freed.bytes()),
                report.kept
            ));
        }
        Ok(ExitCode::SUCCESS)
    })
    .await
}

/// Verifies everything; what is wrong is listed, one line each.
pub(super) async fn fsck(args: CareArgs, data: &DataArgs) -> Result<ExitCode, CliError> {
    data.with(async |belljar| {
        let bar = Bar::time("verifying everything");
        let report = belljar.check_store().await?;
        drop(bar);
        if args.json {
            print_json(&report);
        } else {
            print_lines(&report);
        }
        Ok(ExitCode::from(if report.is_clean() { 0 } else { DAMAGED }))
    })
    .await
}

fn print_lines(report: &StoreReport) {
    for object in &report.damaged {
        output::print(format_args!(
            "damaged {}: {}",
            object.digest,
            visible(&object.reason)
        ));
    }
    for object in &report.missing {
        output::print(format_args!(
            "missing {}: {} in tree {}",
            object.digest,
            visible(&object.path),
            object.root
        ));
    }
    output::print(format_args!(
        "checked {} of {}: {} damaged, {} missing",
        count(report.objects, "object"),
        size(report.size.bytes()),
        report.damaged.len(),
        report.missing.len()
    ));
    if report.unreachable > 0 {
        output::print(format_args!(
            "{} of {} not referred to; `belljar gc` removes what is not",
            count(report.unreachable, "object"),
            size(report.unreachable_size.bytes())
        ));
    }
}

fn print_json(report: &StoreReport) {
    let damaged = report
        .damaged
        .iter()
        .map(|object| json!({ "digest": object.digest.to_string(), "reason": object.reason }));
    let missing = report.missing.iter().map(|object| {
        json!({
            "digest": object.digest.to_string(),
            "root": object.root.to_string(),
            "path": object.path,
        })
    });
    let all = json!({
        "clean": report.is_clean(),
        "objects": report.objects,
        "bytes": report.size.bytes(),
        "damaged": damaged.collect::<Vec<_>>(),
        "missing": missing.collect::<Vec<_>>(),
        "unreachable": report.unreachable,
        "unreachableBytes": report.unreachable_size.bytes(),
    });
    output::print(format_args!("{all:#}"));
}
