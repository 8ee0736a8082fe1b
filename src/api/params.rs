//! Parts of a request other than its body: the query, ids in the path, the server's own URL.

use std::fmt::Display;
use std::ops::RangeInclusive;
use std::time::Duration;

use axum::extract::{FromRef, FromRequestParts, Path, Query};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Uri, header};

use crate::api::error::ApiError;
use crate::api::state::ApiState;
use crate::api::wire::field::BaseUrl;
use crate::id::{ExecutionId, JobId, SandboxId, SnapshotId, StreamId};
use crate::units::parse_duration;

/// The query of a request. Unknown names are ignored, unknown values are refused, an empty value
/// counts as absent, and of a repeated name the first is taken.
#[derive(Debug)]
pub(crate) struct Params(Vec<(String, String)>);

impl Params {
    /// Reads a URL's query.
    pub(crate) fn of(uri: &Uri) -> Result<Self, ApiError> {
        // Most requests have none: skip the parser.
        if uri.query().is_none_or(str::is_empty) {
            return Ok(Self(Vec::new()));
        }
        let Query(pairs) = Query::try_from_uri(uri)
            .map_err(|_| ApiError::invalid("the query is not form encoded"))?;
        Ok(Self(pairs))
    }

    /// A parameter as it is.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(key, value)| key == name && !value.is_empty())
            .map(|(_, value)| value.as_str())
    }

    /// A parameter that `parse` understands; `expected` says what that is.
    pub(crate) fn parsed<T>(
        &self,
        name: &str,
        expected: impl Display,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<T>, ApiError> {
        match self.text(name) {
            None => Ok(None),
            Some(text) => parse(text).map(Some).ok_or_else(|| {
                ApiError::invalid(format!("{name} is {text:?}; it must be {expected}"))
            }),
        }
    }

    /// `true` or `false`.
    pub(crate) fn flag(&self, name: &str) -> Result<Option<bool>, ApiError> {
        self.parsed(name, "true or false", |text| text.parse().ok())
    }

    /// A whole number of at least `range.start()`; one above the range is taken as its end, since
    /// a client that asks for more is told the total beside what it gets.
    pub(crate) fn number(
        &self,
        name: &str,
        range: &RangeInclusive<u32>,
        default: u32,
    ) -> Result<u32, ApiError> {
        let expected = format_args!("a whole number from {} to {}", range.start(), range.end());
        let number = self.parsed(name, expected, |text| {
            text.parse::<u64>()
                .ok()
                .filter(|number| *number >= u64::from(*range.start()))
        })?;
        Ok(number.map_or(default, |number| {
            u32::try_from(number).unwrap_or(u32::MAX).min(*range.end())
        }))
    }

    /// The size of a page: 1 to 100, 50 if not given.
    pub(crate) fn limit(&self) -> Result<u32, ApiError> {
        self.number("limit", &(1..=100), 50)
    }

    /// How many to skip before a page.
    pub(crate) fn offset(&self) -> Result<u32, ApiError> {
        self.number("offset", &(0..=u32::MAX), 0)
    }

    /// A Go-style duration.
    pub(crate) fn duration(&self, name: &str) -> Result<Option<Duration>, ApiError> {
        self.text(name)
            .map(|text| {
                parse_duration(text).map_err(|error| ApiError::invalid(format!("{name}: {error}")))
            })
            .transpose()
    }

    /// A number of milliseconds.
    pub(crate) fn millis(&self, name: &str) -> Result<Option<Duration>, ApiError> {
        self.parsed(name, "a number of milliseconds", |text| {
            text.parse().ok().map(Duration::from_millis)
        })
    }
}

impl<S: Sync> FromRequestParts<S> for Params {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, ApiError> {
        Self::of(&parts.uri)
    }
}

/// An id in the path. A text that cannot be an id names nothing, so it is 404 rather than 400.
#[derive(Debug)]
pub(crate) struct PathId<T>(pub(crate) T);

/// An id that can stand in a path.
pub(crate) trait InPath: Sized {
    /// The id, or the failure that says that there is no such thing.
    fn of_segment(segment: &str) -> Result<Self, ApiError>;
}

impl InPath for SandboxId {
    fn of_segment(segment: &str) -> Result<Self, ApiError> {
        Self::parse(segment).map_err(|_| ApiError::sandbox_not_found(segment))
    }
}

impl InPath for ExecutionId {
    fn of_segment(segment: &str) -> Result<Self, ApiError> {
        Self::parse(segment).map_err(|_| ApiError::execution_not_found(segment))
    }
}

impl InPath for JobId {
    fn of_segment(segment: &str) -> Result<Self, ApiError> {
        Self::parse(segment).map_err(|_| ApiError::job_not_found(segment))
    }
}

impl InPath for StreamId {
    fn of_segment(segment: &str) -> Result<Self, ApiError> {
        Self::parse(segment).map_err(|_| ApiError::stream_not_found(segment))
    }
}

impl InPath for SnapshotId {
    fn of_segment(segment: &str) -> Result<Self, ApiError> {
        Self::parse(segment).map_err(|_| ApiError::snapshot_not_found(segment))
    }
}

impl<T: InPath, S: Send + Sync> FromRequestParts<S> for PathId<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let Path(segment) = Path::<String>::from_request_parts(parts, state)
            .await
            .map_err(|_| ApiError::invalid("the path is not valid UTF-8"))?;
        T::of_segment(&segment).map(Self)
    }
}

/// One decoded segment of the path, for what has no ids of one form. `%2F` in it is a slash.
#[derive(Debug)]
pub(crate) struct PathText(pub(crate) String);

impl<S: Send + Sync> FromRequestParts<S> for PathText {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let Path(segment) = Path::<String>::from_request_parts(parts, state)
            .await
            .map_err(|_| ApiError::invalid("the path is not valid UTF-8"))?;
        Ok(Self(segment))
    }
}

/// A checkpoint in the path: its sandbox, and its id or name.
#[derive(Debug)]
pub(crate) struct PathCheckpoint {
    pub(crate) sandbox: SandboxId,
    pub(crate) checkpoint: String,
}

impl<S: Send + Sync> FromRequestParts<S> for PathCheckpoint {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let (sandbox, checkpoint) = two_segments(parts, state).await?;
        Ok(Self {
            sandbox: SandboxId::of_segment(&sandbox)?,
            checkpoint,
        })
    }
}

/// A job in the path, and its sandbox.
#[derive(Debug)]
pub(crate) struct PathJob {
    pub(crate) sandbox: SandboxId,
    pub(crate) job: JobId,
}

impl<S: Send + Sync> FromRequestParts<S> for PathJob {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let (sandbox, job) = two_segments(parts, state).await?;
        Ok(Self {
            sandbox: SandboxId::of_segment(&sandbox)?,
            job: JobId::of_segment(&job)?,
        })
    }
}

async fn two_segments<S: Send + Sync>(
    parts: &mut Parts,
    state: &S,
) -> Result<(String, String), ApiError> {
    let Path(segments) = Path::from_request_parts(parts, state)
        .await
        .map_err(|_| ApiError::invalid("the path is not valid UTF-8"))?;
    Ok(segments)
}

/// What the client calls the server.
pub(crate) fn host<'a>(uri: &'a Uri, headers: &'a HeaderMap) -> Option<&'a str> {
    match uri.authority() {
        Some(authority) => Some(authority.as_str()),
        None => headers.get(header::HOST)?.to_str().ok(),
    }
}

impl<S> FromRequestParts<S> for BaseUrl
where
    ApiState: FromRef<S>,
    S: Sync,
{
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let state = ApiState::from_ref(state);
        let options = state.options();
        if let Some(url) = &options.public_url {
            return Ok(Self::configured(url).port_domain(options.port_domain.as_deref()));
        }
        host(&parts.uri, &parts.headers)
            .and_then(|host| Self::of_host(host, options.path_prefix.as_deref()))
            .map(|base| base.port_domain(options.port_domain.as_deref()))
            .ok_or_else(|| ApiError::invalid("the request has no usable Host header"))
    }
}

#[cfg(test)]
mod tests;
