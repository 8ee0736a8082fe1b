//! The stream service: output to read, input to write.
//!
//! A stream's URL is fetched without a key, so its id is the capability. Reading starts at the
//! first byte, follows the process and ends with it; it can be repeated. `v` and `follow` in the
//! query change nothing. Nothing is compressed: that would hold back live output.

use std::io;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::Response;
use futures::StreamExt;

use crate::api::auth::Caller;
use crate::api::body::{JsonBody, pieces};
use crate::api::error::{ApiError, json};
use crate::api::files::raw;
use crate::api::params::PathId;
use crate::api::state::{ApiState, Phase};
use crate::api::wire::envelope::{done, flat};
use crate::api::wire::stream::{StreamBody, StreamData};
use crate::id::StreamId;
use crate::sandbox::Stream;

/// `POST /stream`: makes a stream that a process can read its input from or write its output to.
pub(crate) async fn create(
    State(state): State<ApiState>,
    caller: Caller,
    JsonBody(body): JsonBody<StreamBody>,
) -> Result<Response, ApiError> {
    body.check()?;
    let id = state.belljar().create_stream(&caller.org);
    let data = StreamData { id: id.to_string() };
    Ok(json(StatusCode::OK, flat(&data)?))
}

/// `GET /stream/{id}`.
pub(crate) async fn read(
    State(state): State<ApiState>,
    method: Method,
    PathId(id): PathId<StreamId>,
) -> Result<Response, ApiError> {
    let stream = find(&state, &id)?;
    if method == Method::HEAD {
        // No reader: an execution whose last reader left counts as abandoned.
        return Ok(raw(Body::empty()));
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
    Ok(raw(Body::from_stream(pieces)))
}

/// `PUT /stream/{id}`: the body becomes a process's input, piece by piece and no faster than the
/// process (or the buffer before it) takes it. The end of the body is the end of the input. When
/// the process is gone the answer comes at once, with `Connection: close`, because `run()` waits
/// for this call and the user's input may never end.
pub(crate) async fn write(
    State(state): State<ApiState>,
    _caller: Caller,
    PathId(id): PathId<StreamId>,
    request: Request,
) -> Result<Response, ApiError> {
    let stream = find(&state, &id)?;
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

fn find(state: &ApiState, id: &StreamId) -> Result<Stream, ApiError> {
    state
        .belljar()
        .stream(id)
        .ok_or_else(|| ApiError::stream_not_found(id.as_str()))
}
