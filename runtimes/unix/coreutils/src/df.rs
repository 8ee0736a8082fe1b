//! `df`.

use std::collections::HashMap;

use belljar_sys::posix;

use crate::blocks::{Unit, unit};
use crate::numbers;
use crate::options::{Outcome, TOOL, Tool, flag, maybe, value};
use crate::quoting::{if_needed, locale};
use crate::report::{self, say};
use crate::streams::{Output, absolute, put};

const DF: Tool = Tool {
    usage: &["[OPTION]... [FILE]..."],
    about: "Show information about the file system, of which there is one.",
    options: &[
        flag("a", "all", "include pseudo file systems"),
        value("B", "block-size", "SIZE", "scale sizes by SIZE before printing them"),
        flag("h", "human-readable", "print sizes in powers of 1024 (e.g., 1023M)"),
        flag("H", "si", "print sizes in powers of 1000 (e.g., 1.1G)"),
        flag("i", "inodes", "list inode information instead of block usage"),
        flag("k", "", "like --block-size=1K"),
        flag("m", "", "like --block-size=1M"),
        flag("l", "local", "limit listing to local file systems"),
        flag("", "no-sync", "do not invoke sync before getting usage info (default)"),
        maybe("", "output", "FIELD_LIST", "use the output format defined by FIELD_LIST"),
        flag("P", "portability", "use the POSIX output format"),
        flag("", "sync", "invoke sync before getting usage info"),
        flag("", "total", "produce a grand total"),
        value("t", "type", "TYPE", "limit listing to file systems of type TYPE"),
        flag("T", "print-type", "print file system type"),
        flag("v", "", "(ignored)"),
        value("x", "exclude-type", "TYPE", "limit listing to file systems not of type TYPE"),
    ],
    ..TOOL
};

const KIND: &str = "belljar";

pub(crate) fn main(args: &[String]) -> Outcome {
    let line = DF.parse(args)?;
    let unit = unit(&DF, &line)?;
    let wanted = |key: &str| line.options.iter().any(|(known, value)| *known == key && value.as_deref() == Some(KIND));
    let shown = (!line.has("type") || wanted("type")) && !wanted("exclude-type");
    let mut files = Vec::new();
    let mut code = 0;
    for path in &line.operands {
        match posix::stat(&absolute(path)) {
            Ok(_) => files.push(path.clone()),
            Err(error) => {
                report::failure(if_needed(path), &error);
                code = 1;
            }
        }
    }
    if files.is_empty() && !line.operands.is_empty() {
        return Ok(1);
    }
    if files.is_empty() {
        files.push("-".to_owned());
    }
    if !shown {
        say!("no file systems processed");
        return Ok(1);
    }
    let found = match posix::filesystem_of("/") {
        Ok(found) => found,
        Err(error) => {
            report::failure("cannot read the file system", &error);
            return Ok(1);
        }
    };
    let fields: Vec<&str> = match line.value("output") {
        Some(list) => list.split(',').collect(),
        None if line.has("output") => ALL_FIELDS.to_vec(),
        None => {
            let mut fields = vec!["source"];
            if line.has("print-type") {
                fields.push("fstype");
            }
            fields.extend(if line.has("inodes") {
                ["itotal", "iused", "iavail", "ipcent"]
            } else {
                ["size", "used", "avail", "pcent"]
            });
            fields.push("target");
            fields
        }
    };
    if let Some(unknown) = fields.iter().find(|field| !ALL_FIELDS.contains(field)) {
        return Err(DF.wrong(&format!("option --output: field {} unknown", locale(unknown))));
    }
    let bytes = |blocks: u64| unit.show(blocks.saturating_mul(found.block_size));
    let percent = |used: u64, free: u64| {
        let all = used.saturating_add(free);
        if all == 0 { "-".to_owned() } else { format!("{}%", (u128::from(used) * 100).div_ceil(all.into())) }
    };
    let counted = |count: u64| match unit {
        Unit::Human(base) => numbers::human(count, base),
        Unit::Bytes(..) => count.to_string(),
    };
    let used = found.blocks.saturating_sub(found.free);
    let files_used = found.files.saturating_sub(found.files_free);
    let plain: HashMap<&str, String> = HashMap::from([
        ("source", KIND.to_owned()),
        ("fstype", KIND.to_owned()),
        ("size", bytes(found.blocks)),
        ("used", bytes(used)),
        ("avail", bytes(found.free)),
        ("pcent", percent(used, found.free)),
        ("itotal", counted(found.files)),
        ("iused", counted(files_used)),
        ("iavail", counted(found.files_free)),
        ("ipcent", percent(files_used, found.files_free)),
        ("target", "/".to_owned()),
    ]);
    let size_title = match unit {
        _ if line.has("output") && !matches!(unit, Unit::Human(_)) => block_title(unit),
        Unit::Human(_) => "Size".to_owned(),
        unit if line.has("portability") => match unit {
            Unit::Bytes(unit, _) => format!("{unit}-blocks"),
            Unit::Human(_) => "Size".to_owned(),
        },
        unit => block_title(unit),
    };
    let title = |field: &str| match field {
        "source" => "Filesystem".to_owned(),
        "fstype" => "Type".to_owned(),
        "size" => size_title.clone(),
        "used" => "Used".to_owned(),
        "avail" if matches!(unit, Unit::Human(_)) => "Avail".to_owned(),
        "avail" => "Available".to_owned(),
        "pcent" if line.has("portability") => "Capacity".to_owned(),
        "pcent" => "Use%".to_owned(),
        "itotal" => "Inodes".to_owned(),
        "iused" => "IUsed".to_owned(),
        "iavail" => "IFree".to_owned(),
        "ipcent" => "IUse%".to_owned(),
        "file" => "File".to_owned(),
        _ => "Mounted on".to_owned(),
    };
    let mut rows: Vec<Vec<String>> = vec![fields.iter().map(|field| title(field)).collect()];
    for file in &files {
        let cell = |field: &&str| match *field {
            "file" => file.clone(),
            field => plain.get(field).cloned().unwrap_or_default(),
        };
        rows.push(fields.iter().map(cell).collect());
    }
    if line.has("total") {
        let cell = |field: &&str| match *field {
            "source" => "total".to_owned(),
            "fstype" | "target" | "file" => "-".to_owned(),
            field => plain.get(field).cloned().unwrap_or_default(),
        };
        rows.push(fields.iter().map(cell).collect());
    }
    let mut out = Output::new();
    let widths: Vec<usize> = (0..fields.len())
        .map(|column| {
            let least = match fields[column] {
                "source" => 14,
                "size" | "used" | "avail" if !matches!(unit, Unit::Human(_)) => 5,
                "size" | "used" | "avail" | "itotal" | "iused" | "iavail" => 5,
                "pcent" | "ipcent" | "fstype" => 4,
                _ => 0,
            };
            rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0).max(least)
        })
        .collect();
    for row in rows {
        let cells: Vec<String> = row
            .iter()
            .enumerate()
            .map(|(column, cell)| {
                let width = widths[column];
                let left = matches!(fields[column], "source" | "fstype" | "target" | "file");
                if left && column + 1 == fields.len() { cell.clone() } else { numbers::pad(cell, width, left) }
            })
            .collect();
        put!(out, "{}\n", cells.join(" "))?;
    }
    out.flush()?;
    Ok(code)
}

const ALL_FIELDS: [&str; 12] = [
    "source", "fstype", "itotal", "iused", "iavail", "ipcent", "size", "used", "avail", "pcent", "file",
    "target",
];

fn block_title(unit: Unit) -> String {
    match unit {
        Unit::Human(_) => "Size".to_owned(),
        Unit::Bytes(1024, _) => "1K-blocks".to_owned(),
        Unit::Bytes(1_048_576, _) => "1M-blocks".to_owned(),
        Unit::Bytes(1_073_741_824, _) => "1G-blocks".to_owned(),
        Unit::Bytes(unit, _) => format!("{unit}B-blocks"),
    }
}
