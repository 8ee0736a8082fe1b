//! Numbers for Prometheus: what was asked and how long it took, and what there is now.
//!
//! They are about all organisations, so no key of one of them opens them: they are served by a router
//! of their own, on an address that only whoever runs the server reaches.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::api::state::ApiState;
use crate::sandbox::Usage;

/// The upper ends of the classes that durations are counted in, in seconds.
const BOUNDS: [f64; 10] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.25, 1.0, 5.0, 30.0];

/// How the text of this format is announced.
const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// `GET /metrics` of a server, without a key. Serve it on an address of its own.
pub fn metrics_router(state: ApiState) -> Router {
    Router::new().route("/metrics", get(show)).with_state(state)
}

async fn show(State(state): State<ApiState>) -> Response {
    let mut text = state.requests().text();
    write_usage(&mut text, &state.belljar().usage());
    let mut response = (StatusCode::OK, text).into_response();
    let kind = HeaderValue::from_static(CONTENT_TYPE);
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
}

/// What was asked. There are as many entries as calls times statuses: paths are those of the table.
#[derive(Debug, Default)]
pub(crate) struct Requests(Mutex<BTreeMap<Asked, Taken>>);

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Asked {
    route: String,
    method: &'static str,
    status: u16,
}

#[derive(Clone, Debug, Default)]
struct Taken {
    count: u64,
    sum: Duration,
    classes: [u64; BOUNDS.len()],
}

impl Requests {
    /// Counts a request that was answered after `took`; what a held answer waited for is not in it.
    pub(crate) fn count(&self, route: &str, method: &Method, status: StatusCode, took: Duration) {
        let asked = Asked {
            route: route.to_owned(),
            method: known(method),
            status: status.as_u16(),
        };
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = all.entry(asked).or_default();
        taken.count += 1;
        taken.sum += took;
        let seconds = took.as_secs_f64();
        for (bound, class) in BOUNDS.iter().zip(&mut taken.classes) {
            *class += u64::from(seconds <= *bound);
        }
    }

    fn text(&self) -> String {
        let all = self
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let mut text = String::new();
        let name = "belljar_http_request_duration_seconds";
        head(&mut text, name, "histogram", "Time until an answer began.");
        for (asked, taken) in &all {
            let labels = format!(
                "route=\"{}\",method=\"{}\",status=\"{}\"",
                asked.route, asked.method, asked.status
            );
            for (bound, class) in BOUNDS.iter().zip(&taken.classes) {
                line(
                    &mut text,
                    format_args!("{name}_bucket{{{labels},le=\"{bound}\"}} {class}"),
                );
            }
            line(
                &mut text,
                format_args!("{name}_bucket{{{labels},le=\"+Inf\"}} {}", taken.count),
            );
            line(
                &mut text,
                format_args!("{name}_sum{{{labels}}} {}", taken.sum.as_secs_f64()),
            );
            line(
                &mut text,
                format_args!("{name}_count{{{labels}}} {}", taken.count),
            );
        }
        text
    }
}

/// A client may send any word as a method; only these make entries of their own.
fn known(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::HEAD => "HEAD",
        _ => "other",
    }
}

fn write_usage(text: &mut String, usage: &Usage) {
    head(
        text,
        "belljar_sandboxes",
        "gauge",
        "Sandboxes that have not ended, by status.",
    );
    for (status, count) in &usage.sandboxes {
        let status = status.as_str();
        line(
            text,
            format_args!("belljar_sandboxes{{status=\"{status}\"}} {count}"),
        );
    }
    let numbers = [
        (
            "belljar_executions_running",
            "Executions that have not ended.",
            usage.executions,
        ),
        (
            "belljar_jobs_running",
            "Jobs that have not ended.",
            usage.jobs,
        ),
        (
            "belljar_processes",
            "Processes that are alive.",
            usage.processes,
        ),
        (
            "belljar_memory_bytes",
            "Memory of all processes.",
            usage.memory.bytes(),
        ),
        (
            "belljar_streams",
            "Streams that can be read or written.",
            usage.streams,
        ),
    ];
    for (name, help, value) in numbers {
        head(text, name, "gauge", help);
        line(text, format_args!("{name} {value}"));
    }
}

fn head(text: &mut String, name: &str, kind: &str, help: &str) {
    line(text, format_args!("# HELP {name} {help}"));
    line(text, format_args!("# TYPE {name} {kind}"));
}

fn line(text: &mut String, line: std::fmt::Arguments<'_>) {
    // Writing to a text cannot fail.
    let _written = writeln!(text, "{line}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_counted_by_route_method_and_status() {
        let requests = Requests::default();
        let count = |method: &Method, millis| {
            let took = Duration::from_millis(millis);
            requests.count("/sandbox/{id}", method, StatusCode::OK, took);
        };
        count(&Method::GET, 2);
        count(&Method::GET, 60_000);
        count(&Method::from_bytes(b"BREW").unwrap(), 1);
        let text = requests.text();
        let labels = "route=\"/sandbox/{id}\",method=\"GET\",status=\"200\"";
        for expected in [
            format!("_bucket{{{labels},le=\"0.001\"}} 0\n"),
            format!("_bucket{{{labels},le=\"0.0025\"}} 1\n"),
            format!("_bucket{{{labels},le=\"30\"}} 1\n"),
            format!("_bucket{{{labels},le=\"+Inf\"}} 2\n"),
            format!("_sum{{{labels}}} 60.002\n"),
            "method=\"other\"".to_owned(),
        ] {
            assert!(text.contains(&expected), "no {expected} in {text}");
        }
    }
}
