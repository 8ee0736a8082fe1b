//! Long polls: an answer that waits.
//!
//! The status line and headers go out at once and a space follows every few seconds; leading white
//! space is legal JSON. That keeps proxies and node's five-minute header timeout away, and it is
//! what makes an aborted `execute` throw the `AbortError` that users test for. The price: once the
//! status line is out, a failure can only be a `200` with `success: false`.
//!
//! Dropping the answer's body (which is what a closed connection does) drops what it waits for.

use std::convert::Infallible;
use std::pin::Pin;
use std::time::Duration;

use axum::body::Body;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures::FutureExt;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at};

use crate::api::error::{ApiError, json};

/// What is waited for: the bytes of a JSON document, or a failure.
type Waited = Pin<Box<dyn Future<Output = Result<Vec<u8>, ApiError>> + Send>>;

/// Answers with what `waited` gives. If that is there at the first look, the answer is an ordinary
/// one with a length; otherwise headers are sent and the body follows.
pub(crate) fn held(
    waited: impl Future<Output = Result<Vec<u8>, ApiError>> + Send + 'static,
    heartbeat: Duration,
) -> Response {
    let mut waited: Waited = Box::pin(waited);
    if let Some(result) = waited.as_mut().now_or_never() {
        return match result {
            Ok(bytes) => json(StatusCode::OK, bytes),
            Err(error) => error.into_response(),
        };
    }
    let mut ticks = interval_at(Instant::now() + heartbeat, heartbeat);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let body = futures::stream::unfold(Some((waited, ticks)), |state| async {
        let (waited, ticks) = state?;
        Some(next(waited, ticks).await)
    });
    let mut response = json(StatusCode::OK, Vec::new());
    *response.body_mut() = Body::from_stream(body);
    response
}

/// The next piece of a held answer, and what is left.
async fn next(
    mut waited: Waited,
    mut ticks: Interval,
) -> (Result<Bytes, Infallible>, Option<(Waited, Interval)>) {
    tokio::select! {
        biased;
        result = &mut waited => {
            let bytes = result.unwrap_or_else(|error| error.to_json());
            (Ok(Bytes::from(bytes)), None)
        }
        _ = ticks.tick() => (Ok(Bytes::from_static(b" ")), Some((waited, ticks))),
    }
}
