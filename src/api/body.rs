//! Request bodies.
//!
//! Bodies are read whatever their content type says: the published client sends a JSON type with
//! no body, and uploads without a type. An empty body counts as `{}`.

use axum::body::Body;
use axum::extract::rejection::JsonRejection;
use axum::extract::{FromRef, FromRequest, Json, Request};
use axum::http::header;
use bytes::{Bytes, BytesMut};
use futures::StreamExt;
use serde::de::DeserializeOwned;

use crate::api::auth::Caller;
use crate::api::error::ApiError;
use crate::api::state::ApiState;
use crate::api::wire::field::Object;

/// From this size on a body is parsed on a thread for blocking work: decoding tens of megabytes of
/// base64 would hold up other requests.
const LARGE_BYTES: usize = 256 * 1024;

/// How much more than the limit is read and thrown away before a body is refused. A client that is
/// still sending when it is answered sees a broken connection instead of the answer.
const DISCARD_FACTOR: usize = 4;

/// A JSON body.
#[derive(Debug)]
pub(crate) struct JsonBody<T>(pub(crate) T);

impl<T, S> FromRequest<S> for JsonBody<T>
where
    T: DeserializeOwned + Send + 'static,
    ApiState: FromRef<S>,
    S: Sync,
{
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let most = ApiState::from_ref(state).options().body_limit;
        let caller = request.extensions().get::<Caller>();
        let limit = caller.map_or(most, |caller| caller.body_limit(most));
        let bytes = read(request, limit).await?;
        if bytes.len() < LARGE_BYTES {
            return parse(&bytes).map(Self);
        }
        tokio::task::spawn_blocking(move || parse(&bytes))
            .await
            .map_err(|error| ApiError::internal(&error))?
            .map(Self)
    }
}

/// Reads a whole body of at most `limit` bytes.
pub(crate) async fn read(request: Request, limit: usize) -> Result<Bytes, ApiError> {
    let announced = request
        .headers()
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok())
        .and_then(|text| text.parse::<usize>().ok())
        .unwrap_or(0);
    let mut stream = request.into_body().into_data_stream();
    if announced > limit {
        discard(stream, limit.saturating_mul(DISCARD_FACTOR)).await;
        return Err(ApiError::too_large(limit));
    }
    let mut first = Bytes::new();
    let mut rest = BytesMut::new();
    while let Some(frame) = stream.next().await {
        let frame = frame.map_err(|error| cut_off(&error, limit))?;
        if first.is_empty() {
            first = frame;
            continue;
        }
        if rest.is_empty() {
            rest.reserve(announced.max(first.len() + frame.len()));
            rest.extend_from_slice(&first);
        }
        rest.extend_from_slice(&frame);
        if rest.len() > limit {
            discard(stream, limit.saturating_mul(DISCARD_FACTOR)).await;
            return Err(ApiError::too_large(limit));
        }
    }
    if first.len() > limit {
        return Err(ApiError::too_large(limit));
    }
    Ok(if rest.is_empty() {
        first
    } else {
        rest.freeze()
    })
}

/// Why a body ended before its end: a limit of the key's, or the connection.
fn cut_off(error: &axum::Error, limit: usize) -> ApiError {
    let mut cause: Option<&dyn std::error::Error> = Some(error);
    while let Some(error) = cause {
        if error.is::<http_body_util::LengthLimitError>() {
            return ApiError::too_large(limit);
        }
        cause = error.source();
    }
    ApiError::invalid("the request body was cut off")
}

/// Reads and forgets up to `most` bytes.
pub(crate) async fn discard(mut stream: axum::body::BodyDataStream, most: usize) {
    let mut seen = 0_usize;
    while let Some(Ok(frame)) = stream.next().await {
        seen = seen.saturating_add(frame.len());
        if seen > most {
            return;
        }
    }
}

/// Parses JSON. The error names the field and where in the body it stands.
fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ApiError> {
    let bytes = if bytes.iter().all(u8::is_ascii_whitespace) {
        b"{}"
    } else {
        bytes
    };
    match Json::<Object<T>>::from_bytes(bytes) {
        Ok(Json(Object(value))) => Ok(value),
        Err(rejection) => Err(ApiError::invalid(reason(&rejection))),
    }
}

/// What serde said, without the framework's own words around it.
fn reason(rejection: &JsonRejection) -> String {
    let text = rejection.body_text();
    let (what, prefix) = match rejection {
        JsonRejection::JsonDataError(_) => (
            "invalid field",
            "Failed to deserialize the JSON body into the target type: ",
        ),
        _ => (
            "the request body is not JSON",
            "Failed to parse the request body as JSON: ",
        ),
    };
    let detail = text.strip_prefix(prefix).unwrap_or(&text);
    format!("{what}: {detail}")
}

/// A body that can be read piece by piece.
pub(crate) fn pieces(body: Body) -> axum::body::BodyDataStream {
    body.into_data_stream()
}
