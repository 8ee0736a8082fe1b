//! Where the library's log lines go: to stderr, as many of them as were asked for. Traces go elsewhere.

use std::io::{IsTerminal, stderr};

use tracing_subscriber::filter::{EnvFilter, LevelFilter, filter_fn};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, fmt, registry};

use super::settings::LogFormat;
use crate::otel::Telemetry;
use crate::sandbox::TRACE;

/// Installs the subscriber. `filter` is levels and targets as `tracing` has them: `debug`, or
/// `belljar::engine=trace,warn`. Errors are shown even when nothing is asked for.
pub(super) fn init(filter: &str, format: LogFormat, telemetry: Option<&Telemetry>) {
    let mut filter = EnvFilter::builder()
        .with_default_directive(LevelFilter::ERROR.into())
        .parse_lossy(filter);
    if let Ok(directive) = format!("{TRACE}=off").parse() {
        filter = filter.add_directive(directive);
    }
    let lines = fmt::layer().with_writer(stderr);
    let lines = match format {
        LogFormat::Text => lines.with_ansi(stderr().is_terminal()).boxed(),
        LogFormat::Json => lines.json().flatten_event(true).boxed(),
    };
    let lines = lines.with_filter(filter);
    let installed = match telemetry {
        Some(telemetry) => {
            let spans = tracing_opentelemetry::layer()
                .with_tracer(telemetry.tracer())
                // A request's name comes after it has been entered.
                .with_context_activation(false)
                .with_location(false)
                .with_threads(false)
                .with_target(false)
                .with_filter(filter_fn(|metadata| metadata.target() == TRACE));
            registry().with(lines).with(spans).try_init()
        }
        // Not an absent layer, which would be interested in everything.
        None => registry().with(lines).try_init(),
    };
    // It fails only if there is one already, and then that one does the work.
    drop(installed);
}
