//! `--stats`: what a run took, for people.

use std::time::Duration;

use super::output;
use crate::{ExecutionStatus, Stats};

/// Says it on stderr. `stats` is `None` if the program was never started.
pub(super) fn print(
    stats: Option<&Stats>,
    status: ExecutionStatus,
    exit_code: u8,
    delivered_bytes: u64,
) {
    let mut rows = vec![("exit", format!("{exit_code} ({})", status.as_str()))];
    if let Some(stats) = stats {
        rows.extend(measured(stats));
    }
    rows.push(("output", format!("{delivered_bytes} bytes")));
    for (name, value) in rows {
        output::say(format_args!("{name:<12} {value}"));
    }
}

fn measured(stats: &Stats) -> Vec<(&'static str, String)> {
    let execute = stats.wall.saturating_sub(stats.instantiate);
    let mut rows = vec![
        ("wall", milliseconds(stats.wall)),
        (
            "instantiate",
            format!("{} µs", stats.instantiate.as_micros()),
        ),
        ("execute", milliseconds(execute)),
        ("cpu", milliseconds(stats.cpu)),
        ("peak memory", mebibytes(stats.peak_memory.bytes())),
    ];
    if let Some(fuel) = stats.fuel_used {
        rows.push(("fuel", format!("{fuel} instructions")));
    }
    rows
}

fn milliseconds(duration: Duration) -> String {
    format!("{:.2} ms", duration.as_secs_f64() * 1000.0)
}

fn mebibytes(bytes: u64) -> String {
    // Tenths of a mebibyte in integers: exact, whatever the size.
    let tenths = u128::from(bytes) * 10 / (1 << 20);
    format!("{}.{} MiB", tenths / 10, tenths % 10)
}
