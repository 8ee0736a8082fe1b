//! Where the library's log lines go: to stderr, as many of them as were asked for.

use std::io::{IsTerminal, stderr};

use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;

use super::settings::LogFormat;

/// Installs the subscriber. `filter` is levels and targets as `tracing` has them: `debug`, or
/// `belljar::engine=trace,warn`. Errors are shown even when nothing is asked for.
pub(super) fn init(filter: &str, format: LogFormat) {
    let filter = EnvFilter::builder()
        .with_default_directive(LevelFilter::ERROR.into())
        .parse_lossy(filter);
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(stderr);
    let installed = match format {
        LogFormat::Text => lines.with_ansi(stderr().is_terminal()).try_init(),
        LogFormat::Json => lines.json().flatten_event(true).try_init(),
    };
    // It fails only if there is one already, and then that one does the work.
    drop(installed);
}
