//! `run` of the published client, in a node that is warm, against the same node starting Python.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use serde::Deserialize;

use crate::common::native::Native;
use crate::common::samples::Samples;
use crate::common::table::Table;
use crate::server::Server;
use crate::{RUNTIME, common};

const ROUNDS: usize = 300;
const PROGRAM: &str = include_str!("client.mjs");
/// The published client, as the tests have it.
const PACKAGE: [(&str, &str); 2] = [
    ("package.json", include_str!("../../tests/sdk/package.json")),
    (
        "package-lock.json",
        include_str!("../../tests/sdk/package-lock.json"),
    ),
];

/// Nanoseconds of each round.
#[derive(Deserialize)]
struct Timed {
    run: Vec<u64>,
    native: Vec<u64>,
}

pub(crate) fn table(server: &Server) {
    let (Some(node), Some(python)) = (Native::node(), Native::python()) else {
        return common::note("no native node and python3 to compare with");
    };
    let folder = match install() {
        Ok(folder) => folder,
        Err(error) => return common::note(&format!("the client is not to be had: {error}")),
    };
    let rounds = common::rounds(ROUNDS).to_string();
    let arguments = [
        OsStr::new("client.mjs"),
        OsStr::new(&server.url),
        OsStr::new(&server.key),
        OsStr::new(RUNTIME),
        python.path().as_os_str(),
        OsStr::new(&rounds),
    ];
    let timed: Timed =
        serde_json::from_slice(&node.run_in(&folder, arguments)).expect("it prints JSON");
    let samples = |all: &[u64]| {
        let mut samples = Samples::default();
        all.iter()
            .for_each(|nanoseconds| samples.add(Duration::from_nanos(*nanoseconds)));
        samples
    };
    let (ours, theirs) = (samples(&timed.run), samples(&timed.native));
    let mut table = Table::default();
    for (name, ours, theirs, most) in [
        ("p50", ours.percentile(50), theirs.percentile(50), Some(0.5)),
        ("p99", ours.percentile(99), theirs.percentile(99), None),
        ("fastest", ours.min(), theirs.min(), None),
    ] {
        let case = format!("client.run(python3 -c 'print(1)'): {name}");
        table.compare(&case, ours, theirs, most);
    }
    table.print(&format!(
        "The published client in {} against its spawn of {} ({} rounds)",
        node.describe(),
        python.describe(),
        ours.len()
    ));
}

/// A folder with the client and our program. Made once for each version of the client.
fn install() -> Result<PathBuf, String> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("bench-client");
    let failed = |error: std::io::Error| error.to_string();
    std::fs::create_dir_all(&folder).map_err(failed)?;
    let installed = folder.join("installed");
    let lock = PACKAGE[1].1;
    if std::fs::read_to_string(&installed).is_ok_and(|found| found == lock) {
        std::fs::write(folder.join("client.mjs"), PROGRAM).map_err(failed)?;
        return Ok(folder);
    }
    for (name, content) in PACKAGE {
        std::fs::write(folder.join(name), content).map_err(failed)?;
    }
    // npm is a script, which Windows starts only under its whole name.
    let output = Command::new(if cfg!(windows) { "npm.cmd" } else { "npm" })
        .args(["ci", "--no-audit", "--no-fund", "--ignore-scripts"])
        .current_dir(&folder)
        .output()
        .map_err(failed)?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    std::fs::write(folder.join("client.mjs"), PROGRAM).map_err(failed)?;
    std::fs::write(&installed, lock).map_err(failed)?;
    Ok(folder)
}
