//! New sandboxes: `POST /sandbox` and `POST /sandbox/{id}/fork`.
//!
//! The client repeats a call when the connection dies before the answer, and it cannot name what it
//! never heard of. So a sandbox whose answer was not taken is destroyed: from the moment it
//! exists until the answer's body has been handed to the connection, [`Undelivered`] owns it.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::Body;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use bytes::Bytes;
use http_body::{Frame, SizeHint};
use tokio::runtime::Handle;
use tracing::Instrument;

use crate::api::auth::Caller;
use crate::api::body::JsonBody;
use crate::api::error::{ApiError, json};
use crate::api::params::PathId;
use crate::api::state::ApiState;
use crate::api::wire::create::{CreateBody, Creation};
use crate::api::wire::envelope::Success;
use crate::api::wire::field::BaseUrl;
use crate::api::wire::lifecycle::ForkBody;
use crate::api::wire::sandbox::{CreateData, Started};
use crate::id::SandboxId;
use crate::sandbox::{Sandbox, SandboxError};

/// Creates a sandbox; with a command in `oneshot` mode also runs it.
pub(crate) async fn create(
    State(state): State<ApiState>,
    caller: Caller,
    base: BaseUrl,
    JsonBody(body): JsonBody<CreateBody>,
) -> Result<Response, ApiError> {
    let belljar = state.belljar().clone();
    let Creation { mut options, first } = body.into_creation(caller.org)?;
    let defaults = &state.options().default_timeouts;
    options.timeouts.idle = options.timeouts.idle.or(defaults.idle);
    options.timeouts.execution = options.timeouts.execution.or(defaults.execution);
    options.timeouts.paused = options.timeouts.paused.or(defaults.paused);
    let undelivered = start(async move { belljar.create(options).await }).await?;
    let sandbox = &undelivered.sandbox;
    let started = match first {
        None => {
            let record = sandbox.record();
            Started {
                execution: record.execution_id,
                stdout: record.stdout,
                stderr: record.stderr,
            }
        }
        Some(command) => {
            let execution = sandbox.execute(command).await?;
            let record = execution.record();
            execution.detach();
            Started {
                execution: Some(record.id),
                stdout: record.stdout,
                stderr: record.stderr,
            }
        }
    };
    answer(undelivered, started, &base)
}

/// Makes a sandbox that begins with the present files of another. Not part of the published client.
pub(crate) async fn fork(
    State(state): State<ApiState>,
    caller: Caller,
    base: BaseUrl,
    PathId(id): PathId<SandboxId>,
    JsonBody(body): JsonBody<ForkBody>,
) -> Result<Response, ApiError> {
    let options = body.into_options()?;
    let sandbox = state.sandbox(&caller, &id).await?;
    let undelivered = start(async move { sandbox.fork(options).await }).await?;
    answer(undelivered, Started::default(), &base)
}

fn answer(
    undelivered: Undelivered,
    started: Started,
    base: &BaseUrl,
) -> Result<Response, ApiError> {
    let record = undelivered.sandbox.record();
    let span = tracing::Span::current();
    span.record("sandbox", record.id.as_str());
    if let Some(execution) = &started.execution {
        span.record("execution", execution.as_str());
    }
    let data = CreateData::new(&record, started, base);
    let bytes = Success::to_json(data)?;
    let mut response = json(StatusCode::CREATED, Vec::new());
    *response.body_mut() = Body::new(AnswerBody {
        bytes: Some(Bytes::from(bytes)),
        undelivered: Some(undelivered),
    });
    Ok(response)
}

/// Creates in a task of its own: if the client goes away, this future is dropped, the task ends by
/// itself, and its result destroys the sandbox when it is dropped.
async fn start(
    creating: impl Future<Output = Result<Sandbox, SandboxError>> + Send + 'static,
) -> Result<Undelivered, ApiError> {
    let runtime = Handle::current();
    let creating = async move {
        let sandbox = creating.await?;
        Ok::<_, SandboxError>(Undelivered {
            sandbox,
            delivered: false,
            runtime,
        })
    };
    let task = tokio::spawn(creating.in_current_span());
    match task.await {
        Ok(created) => Ok(created?),
        Err(error) => Err(ApiError::internal(&error)),
    }
}

/// A sandbox that nobody knows of yet. Dropping it destroys the sandbox.
#[derive(Debug)]
struct Undelivered {
    sandbox: Sandbox,
    delivered: bool,
    runtime: Handle,
}

impl Drop for Undelivered {
    fn drop(&mut self) {
        if self.delivered {
            return;
        }
        let sandbox = self.sandbox.clone();
        tracing::debug!(sandbox = %sandbox.id(), "the answer was not taken; destroying");
        // Not joined: it ends as fast as any destroy, and the request it belonged to is gone.
        self.runtime.spawn(async move {
            if let Err(error) = sandbox.destroy().await {
                tracing::warn!(sandbox = %sandbox.id(), %error, "cannot destroy");
            }
        });
    }
}

/// The answer: its sandbox counts as delivered once the connection took the bytes.
#[derive(Debug)]
struct AnswerBody {
    bytes: Option<Bytes>,
    undelivered: Option<Undelivered>,
}

impl http_body::Body for AnswerBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if let Some(mut undelivered) = self.undelivered.take() {
            undelivered.delivered = true;
        }
        Poll::Ready(self.bytes.take().map(|bytes| Ok(Frame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        self.bytes.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.bytes.as_ref().map_or(0, |bytes| bytes.len() as u64))
    }
}
