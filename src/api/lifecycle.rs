//! Pause and resume.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use crate::api::auth::Caller;
use crate::api::error::{ApiError, json};
use crate::api::params::PathId;
use crate::api::state::ApiState;
use crate::api::wire::envelope::{done, flat};
use crate::api::wire::lifecycle::PauseAnswer;
use crate::id::SandboxId;

/// `POST /sandbox/{id}/pause`.
pub(crate) async fn pause(
    State(state): State<ApiState>,
    caller: Caller,
    PathId(id): PathId<SandboxId>,
) -> Result<Response, ApiError> {
    let sandbox = state.sandbox(&caller, &id).await?;
    let paused = sandbox.pause().await?;
    Ok(json(StatusCode::OK, flat(&PauseAnswer::new(&id, &paused))?))
}

/// `POST /sandbox/{id}/resume`.
pub(crate) async fn resume(
    State(state): State<ApiState>,
    caller: Caller,
    PathId(id): PathId<SandboxId>,
) -> Result<Response, ApiError> {
    let sandbox = state.sandbox(&caller, &id).await?;
    sandbox.resume().await?;
    Ok(done())
}
