//! Where the library's log lines go: to stderr, when `BELLJAR_LOG` asks for them.

use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;

/// `BELLJAR_LOG=debug`, or `belljar::engine=trace,warn`: levels and targets as `tracing` has them.
const VARIABLE: &str = "BELLJAR_LOG";

/// Installs the subscriber. Errors are shown even when nothing is asked for.
pub(super) fn init() {
    let filter = EnvFilter::builder()
        .with_default_directive(LevelFilter::ERROR.into())
        .with_env_var(VARIABLE)
        .from_env_lossy();
    let installed = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr()))
        .try_init();
    // It fails only if there is one already, and then that one does the work.
    drop(installed);
}
