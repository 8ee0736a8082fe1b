//! The span of a request that is for traces: named as OpenTelemetry's conventions for HTTP servers have it.
//! The log has one of its own, which people read.

use axum::http::{HeaderMap, Method, StatusCode};
use tracing::{Span, field};

use crate::api::session::SessionId;
use crate::sandbox::TRACE;

/// A span around a request; none where nobody collects them.
pub(crate) fn span(method: &Method, headers: &HeaderMap, session: &SessionId) -> Span {
    let span = tracing::info_span!(
        target: TRACE,
        "request",
        otel.kind = "server",
        otel.name = field::Empty,
        otel.status_code = field::Empty,
        http.request.method = %method,
        http.route = field::Empty,
        http.response.status_code = field::Empty,
        session = session.as_str(),
    );
    if !span.is_disabled() {
        adopt(&span, headers);
    }
    span
}

/// Says how a request ended.
pub(crate) fn end(span: &Span, method: &Method, route: &str, status: StatusCode) {
    if span.is_disabled() {
        return;
    }
    span.record("otel.name", format!("{method} {route}"));
    span.record("http.route", route);
    span.record("http.response.status_code", status.as_u16());
    if status.is_server_error() {
        span.record("otel.status_code", "ERROR");
    }
}

/// Makes a span part of the trace that the client says it is in (W3C Trace Context).
#[cfg(feature = "otel")]
fn adopt(span: &Span, headers: &HeaderMap) {
    use opentelemetry::propagation::TextMapPropagator;
    use opentelemetry_http::HeaderExtractor;
    use opentelemetry_sdk::propagation::TraceContextPropagator;
    use tracing_opentelemetry::OpenTelemetrySpanExt;

    let context = TraceContextPropagator::new().extract(&HeaderExtractor(headers));
    // Refused by spans that nobody exports.
    let _adopted = span.set_parent(context);
}

#[cfg(not(feature = "otel"))]
fn adopt(_span: &Span, _headers: &HeaderMap) {}
