//! `--stats`: what a run took, for people.

use std::time::Duration;

use crate::{ExecutionStatus, Stats};

use super::output;

/// Says it on stderr.
pub(super) fn print(stats: Option<&Stats>, status: ExecutionStatus, exit_code: u8) {
    for line in lines(stats, status, exit_code) {
        output::say(line);
    }
}

fn lines(stats: Option<&Stats>, status: ExecutionStatus, exit_code: u8) -> Vec<String> {
    let mut rows = vec![("exit", format!("{exit_code} ({})", status.as_str()))];
    // None if the program was never started.
    if let Some(stats) = stats {
        rows.extend(measured(stats));
    }
    rows.into_iter()
        .map(|(name, value)| format!("{name:<12} {value}"))
        .collect()
}

fn measured(stats: &Stats) -> Vec<(&'static str, String)> {
    let mut rows = vec![
        ("wall", milliseconds(stats.wall)),
        (
            "instantiate",
            format!("{} µs", stats.instantiate.as_micros()),
        ),
        (
            "execute",
            milliseconds(stats.wall.saturating_sub(stats.instantiate)),
        ),
        ("cpu", milliseconds(stats.cpu)),
        ("peak memory", stats.peak_memory.to_string()),
        ("output", format!("{} bytes", stats.output_bytes)),
    ];
    if let Some(fuel) = stats.fuel_used {
        rows.push(("fuel", format!("{fuel} instructions")));
    }
    rows
}

fn milliseconds(duration: Duration) -> String {
    format!("{:.2} ms", duration.as_secs_f64() * 1000.0)
}
