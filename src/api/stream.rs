//! The stream service: output to read, input to write.
//!
//! A stream's URL is fetched without a key, so its id is the capability. Reading starts at the
//! first byte, follows the process and ends with it; it can be repeated. `v` and `follow` in the
//! query change nothing. Nothing is compressed: that would hold back live output.

use std::io;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::Response;
use futures::StreamExt;

use crate::api::auth::Caller;
use crate::api::body::{self, JsonBody, pieces};
use crate::api::error::{ApiError, json};
use crate::api::files::raw;
use crate::api::params::PathId;
use crate::api::state::{ApiState, Phase};
use crate::api::wire::envelope::{done, flat};
use crate::api::wire::field::BaseUrl;
use crate::api::wire::stream::{InfoData, ListBody, ListData, StreamBody, StreamData};
use crate::id::StreamId;
use crate::sandbox::Stream;

/// `POST /stream`: makes a stream that a process can read its input from or write its output to.
pub(crate) async fn create(
    State(state): State<ApiState>,
    caller: Caller,
    JsonBody(body): JsonBody<StreamBody>,
) -> Result<Response, ApiError> {
    let id = state
        .belljar()
        .create_stream(&caller.org, body.into_options()?)?;
    let data = StreamData { id: id.to_string() };
    Ok(json(StatusCode::OK, flat(&data)?))
}

/// The most that one call appends, in bytes.
const APPEND_BYTES: usize = 5_000_000;

/// `POST /stream/list`: the streams that the organisation has made.
pub(crate) async fn list(
    State(state): State<ApiState>,
    caller: Caller,
    base: BaseUrl,
    JsonBody(body): JsonBody<ListBody>,
) -> Result<Response, ApiError> {
    let (infos, total) = state.belljar().streams(&caller.org, &body.into_filter()?);
    let data = ListData::new(infos, total, &base);
    Ok(json(StatusCode::OK, flat(&data)?))
}

/// `POST /stream/{id}/info`: as `POST /stream`, without an envelope.
pub(crate) async fn info(
    State(state): State<ApiState>,
    caller: Caller,
    base: BaseUrl,
    PathId(id): PathId<StreamId>,
) -> Result<Response, ApiError> {
    let info = own(&state, &caller, &id)?.info();
    let info = info.ok_or_else(|| ApiError::stream_not_found(id.as_str()))?;
    Ok(json(StatusCode::OK, flat(&InfoData::new(info, &base))?))
}

/// `POST /stream/{id}/append`: the body is all of what is appended, or nothing is.
pub(crate) async fn append(
    State(state): State<ApiState>,
    caller: Caller,
    PathId(id): PathId<StreamId>,
    request: Request,
) -> Result<Response, ApiError> {
    own(&state, &caller, &id)?;
    let bytes = body::read(request, APPEND_BYTES).await?;
    state.belljar().append_stream(&id, bytes).await?;
    Ok(done())
}

/// `POST /stream/{id}/complete`: its readers see the end. What `X-Compress` asks for is a matter of
/// storage; readers get the same bytes either way.
pub(crate) async fn complete(
    State(state): State<ApiState>,
    caller: Caller,
    PathId(id): PathId<StreamId>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let stream = own(&state, &caller, &id)?;
    if let Some(coding) = headers.get("x-compress")
        && coding != "gzip"
    {
        let message = format!("X-Compress is {coding:?}; it must be gzip, or left out");
        return Err(ApiError::invalid(message));
    }
    stream.complete()?;
    Ok(done())
}

/// `DELETE /stream/{id}`.
pub(crate) async fn delete(
    State(state): State<ApiState>,
    caller: Caller,
    PathId(id): PathId<StreamId>,
) -> Result<Response, ApiError> {
    own(&state, &caller, &id)?;
    state.belljar().delete_stream(&id).await?;
    Ok(done())
}

/// `GET /stream/{id}`.
pub(crate) async fn read(
    State(state): State<ApiState>,
    method: Method,
    PathId(id): PathId<StreamId>,
) -> Result<Response, ApiError> {
    let stream = find(&state, &id)?;
    let content_type = stream.info().and_then(|info| info.content_type);
    let answer = |body| typed(raw(body), content_type);
    if method == Method::HEAD {
        // No reader: an execution whose last reader left counts as abandoned.
        return Ok(answer(Body::empty()));
    }
    let reader = stream.reader();
    let cut = Box::pin(state.reached(Phase::Cut));
    let pieces = futures::stream::unfold(Some((reader, cut)), |rest| async move {
        let (mut reader, mut cut) = rest?;
        tokio::select! {
            biased;
            piece = reader.next() => piece.map(|piece| (piece, Some((reader, cut)))),
            // An error, not an end: an end would pass for all of the output.
            () = &mut cut => Some((Err(io::Error::other("the server is closing")), None)),
        }
    });
    Ok(answer(Body::from_stream(pieces)))
}

/// An answer of the type that the stream was made with. A browser that opens it must not take it for a
/// page of this origin, whatever that type is.
fn typed(mut response: Response, content_type: Option<String>) -> Response {
    let value = content_type.and_then(|text| HeaderValue::try_from(text).ok());
    if let Some(value) = value {
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, value);
        headers.insert(
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static("sandbox; default-src 'none'"),
        );
    }
    response
}

/// `PUT /stream/{id}`: the body becomes a process's input, piece by piece and no faster than the
/// process (or the buffer before it) takes it. The end of the body is the end of the input. When
/// the process is gone the answer comes at once, with `Connection: close`, because `run()` waits
/// for this call and the user's input may never end.
pub(crate) async fn write(
    State(state): State<ApiState>,
    caller: Caller,
    PathId(id): PathId<StreamId>,
    request: Request,
) -> Result<Response, ApiError> {
    let stream = own(&state, &caller, &id)?;
    if !stream.is_input() {
        return Err(ApiError::conflict(format!(
            "stream {id} is no input of a command; what is to be read goes to /stream/{id}/append"
        )));
    }
    let input = Input { stream };
    let mut body = pieces(request.into_body());
    let cut = state.reached(Phase::Cut);
    tokio::pin!(cut);
    loop {
        let piece = tokio::select! {
            biased;
            () = input.stream.closed() => return Ok(closing()),
            () = &mut cut => return Ok(closing()),
            piece = body.next() => piece,
        };
        match piece {
            None => return Ok(done()),
            Some(Ok(bytes)) => {
                if input.stream.write(bytes).await.is_err() {
                    return Ok(closing());
                }
            }
            Some(Err(_)) => return Err(ApiError::invalid("the request body was cut off")),
        }
    }
}

/// A process's input that ends when this is dropped: also when the client goes away in the middle,
/// since a process that waits for input nobody can send would never end.
struct Input {
    stream: Stream,
}

impl Drop for Input {
    fn drop(&mut self) {
        self.stream.finish();
    }
}

/// Success, without reading the rest of the request.
fn closing() -> Response {
    let mut response = done();
    response
        .headers_mut()
        .insert(header::CONNECTION, HeaderValue::from_static("close"));
    response
}

/// A stream of the caller's organisation; one of another must look like one that never was.
fn own(state: &ApiState, caller: &Caller, id: &StreamId) -> Result<Stream, ApiError> {
    let stream = find(state, id)?;
    if stream.org() == Some(&caller.org) {
        return Ok(stream);
    }
    Err(ApiError::stream_not_found(id.as_str()))
}

fn find(state: &ApiState, id: &StreamId) -> Result<Stream, ApiError> {
    state
        .belljar()
        .stream(id)
        .ok_or_else(|| ApiError::stream_not_found(id.as_str()))
}
