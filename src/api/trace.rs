//! The span of a request that is for traces: named as OpenTelemetry's conventions for HTTP servers have it.
//! The log has one of its own, which people read.

use axum::http::{HeaderMap, Method, StatusCode};
use tracing::{Span, field};

use crate::api::session::SessionId;
use crate::otel;
use crate::sandbox::TRACE;

/// The span of a request, left with it for whoever finds out what it is about. None where nobody collects
/// them.
#[derive(Clone, Debug)]
pub(crate) struct Traced(Span);

impl Traced {
    /// Of a request that has just come.
    pub(crate) fn new(method: &Method, headers: &HeaderMap, session: &SessionId) -> Self {
        let span = tracing::info_span!(
            target: TRACE,
            "request",
            otel.kind = "server",
            otel.name = method.as_str(),
            otel.status_code = field::Empty,
            http.request.method = method.as_str(),
            http.route = field::Empty,
            http.response.status_code = field::Empty,
            session = session.as_str(),
            sandbox = field::Empty,
            execution = field::Empty,
        );
        if !span.is_disabled() {
            otel::adopt(&span, headers);
        }
        Self(span)
    }

    pub(crate) fn span(&self) -> &Span {
        &self.0
    }

    /// Says what the request is for. Its name is settled as soon as something begins because of it.
    pub(crate) fn is_for(&self, method: &Method, route: &str) {
        if !self.0.is_disabled() {
            self.0.record("otel.name", format!("{method} {route}"));
            self.0.record("http.route", route);
        }
    }

    /// Says how it ended.
    pub(crate) fn end(&self, status: StatusCode) {
        self.0.record("http.response.status_code", status.as_u16());
        if status.is_server_error() {
            self.0.record("otel.status_code", "ERROR");
        }
    }
}
