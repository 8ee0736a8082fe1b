//! Snapshots that are built from an archive: begun, uploaded, finished.

use axum::extract::{Request, State};
use axum::response::Response;

use crate::api::auth::Caller;
use crate::api::body::JsonBody;
use crate::api::error::ApiError;
use crate::api::params::PathId;
use crate::api::snapshots;
use crate::api::state::ApiState;
use crate::api::transfer::received;
use crate::api::wire::build::{BeginBody, BegunData, FinishBody, UploadedData};
use crate::api::wire::envelope::Success;
use crate::id::SnapshotId;

/// `POST /sandbox/snapshots/build`.
pub(crate) async fn begin(
    State(state): State<ApiState>,
    caller: Caller,
    JsonBody(body): JsonBody<BeginBody>,
) -> Result<Response, ApiError> {
    let options = body.options(caller.org.clone());
    let start = state.belljar().begin_build(options).await?;
    Ok(Success::ok(BegunData::from(start)))
}

/// `PUT /sandbox/snapshots/{snapshot}/upload`: the body is a gzip-compressed tar archive.
pub(crate) async fn upload(
    State(state): State<ApiState>,
    caller: Caller,
    PathId(id): PathId<SnapshotId>,
    request: Request,
) -> Result<Response, ApiError> {
    let belljar = state.belljar().clone();
    let take = |from| async move { belljar.upload_build(&caller.org, &id, from).await };
    received(&state, request, take).await?;
    Ok(Success::ok(UploadedData::default()))
}

/// `POST /sandbox/snapshots/{snapshot}/finalize`.
pub(crate) async fn finish(
    State(state): State<ApiState>,
    caller: Caller,
    PathId(id): PathId<SnapshotId>,
    JsonBody(body): JsonBody<FinishBody>,
) -> Result<Response, ApiError> {
    let content = body.content()?;
    let belljar = state.belljar();
    let record = belljar.finish_build(&caller.org, &id, content).await?;
    let data = snapshots::data(&state, &caller, record).await?;
    Ok(Success::ok(data))
}
