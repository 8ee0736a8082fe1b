//! Checkpoints: states of a sandbox's files that it can go back to. In paths one is named by its id
//! or by its name.

use axum::extract::State;
use axum::response::Response;

use crate::api::auth::Caller;
use crate::api::body::JsonBody;
use crate::api::error::ApiError;
use crate::api::params::{PathCheckpoint, PathId};
use crate::api::state::ApiState;
use crate::api::wire::checkpoint::{CheckpointBody, CheckpointData, CheckpointsData};
use crate::api::wire::envelope::{Success, done};
use crate::id::SandboxId;

/// `POST /sandbox/{id}/checkpoint`.
pub(crate) async fn create(
    State(state): State<ApiState>,
    caller: Caller,
    PathId(id): PathId<SandboxId>,
    JsonBody(body): JsonBody<CheckpointBody>,
) -> Result<Response, ApiError> {
    let sandbox = state.sandbox(&caller, &id).await?;
    let record = sandbox.create_checkpoint(&body.name).await?;
    Ok(Success::created(CheckpointData::from(record)))
}

/// `GET /sandbox/checkpoints/{id}`, oldest first.
pub(crate) async fn list(
    State(state): State<ApiState>,
    caller: Caller,
    PathId(id): PathId<SandboxId>,
) -> Result<Response, ApiError> {
    let sandbox = state.sandbox(&caller, &id).await?;
    let records = sandbox.checkpoints().await?;
    Ok(Success::ok(CheckpointsData::new(records)))
}

/// `POST /sandbox/{id}/checkpoint/{checkpoint}/restore`.
pub(crate) async fn restore(
    State(state): State<ApiState>,
    caller: Caller,
    path: PathCheckpoint,
) -> Result<Response, ApiError> {
    let sandbox = state.sandbox(&caller, &path.sandbox).await?;
    sandbox.restore_checkpoint(&path.checkpoint).await?;
    Ok(done())
}

/// `DELETE /sandbox/{id}/checkpoint/{checkpoint}`.
pub(crate) async fn delete(
    State(state): State<ApiState>,
    caller: Caller,
    path: PathCheckpoint,
) -> Result<Response, ApiError> {
    let sandbox = state.sandbox(&caller, &path.sandbox).await?;
    sandbox.delete_checkpoint(&path.checkpoint).await?;
    Ok(done())
}
