//! The one place where an error becomes a status, a code and an envelope.
//!
//! A failure is `{"success":false,"code":…,"message":…}`: `message` at the top level always, since
//! the published client shows nothing else, and never a `null`, since one `null` makes it discard
//! the whole body.
//!
//! Two special cases come from that client. `execute` reads every 404 as "no such sandbox" and
//! every 409 as "busy", so other failures of that call must use other statuses
//! ([`ApiError::for_execute`]). And its typed errors come only from `200` with `success: false`,
//! which [`TypedErrors::Sdk`] offers.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::api::state::TypedErrors;
use crate::api::wire::envelope::Failure;
use crate::sandbox::{ErrorKind, SandboxError};

/// What a client is told when the fault is ours; details go to the log under the session id.
const INTERNAL_MESSAGE: &str =
    "internal error; the server's log has the details under this answer's x-session-id";

/// Seconds after which a refused request may be tried again.
const RETRY_AFTER_SECONDS: u64 = 1;

/// How the published client's `User-Agent` begins.
const SDK_AGENT: &str = "Agentuity SDK/";

/// The codes for which that client has an error class of its own.
const TYPED_CODES: [&str; 8] = [
    "SANDBOX_NOT_FOUND",
    "SANDBOX_TERMINATED",
    "SANDBOX_BUSY",
    "EXECUTION_NOT_FOUND",
    "EXECUTION_TIMEOUT",
    "EXECUTION_CANCELLED",
    "SNAPSHOT_NOT_FOUND",
    // Sent by `/cli/sandbox/{id}` alone, whose error class reads this code as 404.
    "NOT_FOUND",
];

/// A failure on its way to the client.
#[derive(Clone, Debug)]
pub(crate) struct ApiError {
    status: StatusCode,
    code: &'static str,
    message: Cow<'static, str>,
    /// Seconds after which the request may be tried again, for a refusal that passes.
    retry_after: u64,
}

impl ApiError {
    fn new(status: StatusCode, code: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
            retry_after: RETRY_AFTER_SECONDS,
        }
    }

    /// 400: the request says something that cannot be.
    pub(crate) fn invalid(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "INVALID_ARGUMENT", message)
    }

    /// 401: no key, or one that is not known.
    pub(crate) fn unauthorized(message: &'static str) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "UNAUTHORIZED", message)
    }

    /// 403: a known key, but not for this organisation.
    pub(crate) fn forbidden(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "FORBIDDEN", message)
    }

    /// 404 for a path that no call has.
    pub(crate) fn no_route(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "ROUTE_NOT_FOUND", message)
    }

    /// 405: the path exists, the method does not.
    pub(crate) fn method_not_allowed(method: &Method, path: &str) -> Self {
        Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "METHOD_NOT_ALLOWED",
            format!("{method} is not a method of {path}"),
        )
    }

    /// 404 for a sandbox.
    pub(crate) fn sandbox_not_found(id: &str) -> Self {
        Self::not_found("SANDBOX_NOT_FOUND", "sandbox", id)
    }

    /// 404 for an execution.
    pub(crate) fn execution_not_found(id: &str) -> Self {
        Self::not_found("EXECUTION_NOT_FOUND", "execution", id)
    }

    /// 404 for a job.
    pub(crate) fn job_not_found(id: &str) -> Self {
        Self::not_found("JOB_NOT_FOUND", "job", id)
    }

    /// 404 for a snapshot.
    pub(crate) fn snapshot_not_found(id: &str) -> Self {
        Self::not_found("SNAPSHOT_NOT_FOUND", "snapshot", id)
    }

    /// 404 for a stream.
    pub(crate) fn stream_not_found(id: &str) -> Self {
        Self::not_found("STREAM_NOT_FOUND", "stream", id)
    }

    fn not_found(code: &'static str, what: &str, id: &str) -> Self {
        // A path segment comes back in the message; a client that sends a novel gets a part of it.
        let shown: String = id.chars().take(80).collect();
        Self::new(
            StatusCode::NOT_FOUND,
            code,
            format!("there is no {what} {shown}"),
        )
    }

    /// 409: the call contradicts what there is.
    pub(crate) fn conflict(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::CONFLICT, "CONFLICT", message)
    }

    /// 410: the sandbox was, but has ended.
    pub(crate) fn gone(id: &str, status: &str) -> Self {
        Self::new(
            StatusCode::GONE,
            "SANDBOX_TERMINATED",
            format!("sandbox {id} is {status} and accepts no more work"),
        )
    }

    /// 413: the body is larger than the server reads.
    pub(crate) fn too_large(limit: usize) -> Self {
        Self::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "TOO_LARGE",
            format!("the request body is larger than the limit of {limit} bytes"),
        )
    }

    /// 429: the key has asked more often than it may; in `wait` it may again.
    pub(crate) fn too_many(wait: Duration) -> Self {
        let mut error = Self::new(
            StatusCode::TOO_MANY_REQUESTS,
            "RATE_LIMITED",
            format!(
                "this key sends more requests than it may; the next is served in {} ms",
                wait.as_millis().saturating_add(1)
            ),
        );
        error.retry_after = wait.as_secs().saturating_add(1);
        error
    }

    /// 502: a guest's server is there, but does not do its part.
    pub(crate) fn bad_gateway(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::BAD_GATEWAY, "BAD_GATEWAY", message)
    }

    /// 503: the server takes no new work any more.
    pub(crate) fn draining(wait: Duration) -> Self {
        let mut error = Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "UNAVAILABLE",
            "the server is shutting down and takes no new work",
        );
        error.retry_after = wait.as_secs().max(1);
        error
    }

    /// 503: not everything is loaded yet.
    pub(crate) fn starting() -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "UNAVAILABLE",
            "the server is starting",
        )
    }

    /// 503: the server is closing and cannot wait for the end of this.
    pub(crate) fn closing() -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "UNAVAILABLE",
            "the server is closing",
        )
    }

    /// 500 with a fixed text; the error and its causes are logged here.
    pub(crate) fn internal(error: &dyn Error) -> Self {
        tracing::error!(error = %Chain(error), "request failed");
        Self::internal_text()
    }

    /// 500 with a fixed text, for a fault that has no error value.
    pub(crate) fn internal_text() -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "INTERNAL",
            INTERNAL_MESSAGE,
        )
    }

    /// As an answer of `execute`, where the published client takes 404 for "no such sandbox" and
    /// 409 for "busy" whatever the body says.
    pub(crate) fn for_execute(mut self) -> Self {
        let misread = (self.status == StatusCode::NOT_FOUND && self.code != "SANDBOX_NOT_FOUND")
            || (self.status == StatusCode::CONFLICT && self.code != "SANDBOX_BUSY");
        if misread {
            self.status = StatusCode::BAD_REQUEST;
        }
        self
    }

    /// As an answer of `/cli/sandbox/{id}`, whose client-side error knows one code.
    pub(crate) fn for_resolve(mut self) -> Self {
        if self.status == StatusCode::NOT_FOUND {
            self.code = "NOT_FOUND";
        }
        self
    }

    /// The failure as JSON bytes, for an answer whose status line has already been sent.
    pub(crate) fn to_json(&self) -> Vec<u8> {
        Failure::new(self.code, &self.message).to_json()
    }

    /// The same failure as the published client can tell apart: `200` with `success: false`.
    /// `None` when the client, the code or the call is not one for which that helps.
    pub(crate) fn typed(&self, mode: TypedErrors, call: &CallShape) -> Option<Response> {
        let applies = match mode {
            TypedErrors::Off => false,
            TypedErrors::Sdk => {
                call.from_sdk
                    && !call.raw
                    && TYPED_CODES.contains(&self.code)
                    && !(call.execute
                        && matches!(self.status, StatusCode::NOT_FOUND | StatusCode::CONFLICT))
            }
        };
        applies.then(|| json(StatusCode::OK, self.to_json()))
    }
}

/// What of a request decides whether its failure may be sent as `200`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CallShape {
    /// Sent by the published client.
    pub(crate) from_sdk: bool,
    /// Answers bytes: a 200 would be taken for content.
    pub(crate) raw: bool,
    /// The `execute` call.
    pub(crate) execute: bool,
}

impl CallShape {
    /// Reads the shape from a request's path (without prefix) and `User-Agent`.
    pub(crate) fn of(method: &Method, path: &str, agent: Option<&HeaderValue>) -> Self {
        let from_sdk = agent
            .and_then(|value| value.to_str().ok())
            .is_some_and(|text| text.starts_with(SDK_AGENT));
        let raw = path.starts_with("/stream")
            || path.starts_with("/fs/download/")
            || path.ends_with("/export")
            || (*method == Method::GET
                && path.starts_with("/fs/")
                && !path.starts_with("/fs/list/"));
        Self {
            from_sdk,
            raw,
            execute: path.ends_with("/execute"),
        }
    }
}

impl From<SandboxError> for ApiError {
    fn from(error: SandboxError) -> Self {
        let code = error.code();
        let status = match error.kind() {
            ErrorKind::NotFound => StatusCode::NOT_FOUND,
            ErrorKind::Conflict | ErrorKind::Busy => StatusCode::CONFLICT,
            ErrorKind::Gone => StatusCode::GONE,
            ErrorKind::InvalidArgument => StatusCode::BAD_REQUEST,
            ErrorKind::Unauthorized => StatusCode::UNAUTHORIZED,
            ErrorKind::LimitExceeded if code == "TOO_LARGE" => StatusCode::PAYLOAD_TOO_LARGE,
            ErrorKind::LimitExceeded => StatusCode::TOO_MANY_REQUESTS,
            ErrorKind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            ErrorKind::Unreachable => StatusCode::BAD_GATEWAY,
            ErrorKind::Internal => return Self::internal(&error),
        };
        Self::new(status, code, Chain(&error).to_string())
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = json(self.status, self.to_json());
        if matches!(
            self.status,
            StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE
        ) {
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, HeaderValue::from(self.retry_after));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            response
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        // For the outermost layer, which knows the request.
        response.extensions_mut().insert(self);
        response
    }
}

/// An answer of JSON bytes.
pub(crate) fn json(status: StatusCode, bytes: Vec<u8>) -> Response {
    let mut response = Response::new(Body::from(bytes));
    *response.status_mut() = status;
    response.headers_mut().insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json"),
    );
    response
}

/// An error with its causes, in one line: `what: why: why`.
struct Chain<'a>(&'a dyn Error);

impl fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        let mut cause = self.0.source();
        while let Some(error) = cause {
            write!(f, ": {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
