//! The span of a request that is for traces: named as OpenTelemetry's conventions for HTTP servers have it.
//! The log has one of its own, which people read.

use axum::http::{HeaderMap, Method, StatusCode};
use tracing::{Span, field};

use crate::api::session::SessionId;
use crate::otel;
use crate::sandbox::TRACE;

/// A span around a request that is for `route`; none where nobody collects them. Its name has to be known
/// when it begins.
pub(crate) fn span(
    method: &Method,
    route: &str,
    headers: &HeaderMap,
    session: Option<&SessionId>,
) -> Span {
    let span = tracing::info_span!(
        target: TRACE,
        "request",
        otel.kind = "server",
        otel.name = format!("{method} {route}"),
        otel.status_code = field::Empty,
        http.request.method = %method,
        http.route = route,
        http.response.status_code = field::Empty,
        session = session.map(SessionId::as_str),
    );
    if !span.is_disabled() {
        otel::adopt(&span, headers);
    }
    span
}

/// Says how a request ended.
pub(crate) fn end(span: &Span, status: StatusCode) {
    span.record("http.response.status_code", status.as_u16());
    if status.is_server_error() {
        span.record("otel.status_code", "ERROR");
    }
}
