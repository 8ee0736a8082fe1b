//! Jobs: commands in the background of a sandbox.

use axum::extract::State;
use axum::response::Response;

use crate::api::auth::Caller;
use crate::api::body::JsonBody;
use crate::api::error::ApiError;
use crate::api::params::{Params, PathId, PathJob};
use crate::api::state::ApiState;
use crate::api::wire::envelope::Success;
use crate::api::wire::field::BaseUrl;
use crate::api::wire::job::{JobBody, JobData, JobsData};
use crate::id::SandboxId;

/// `POST /sandbox/sandboxes/{id}/jobs`: starts and answers at once.
pub(crate) async fn create(
    State(state): State<ApiState>,
    caller: Caller,
    base: BaseUrl,
    PathId(id): PathId<SandboxId>,
    JsonBody(body): JsonBody<JobBody>,
) -> Result<Response, ApiError> {
    let command = body.into_command()?;
    let sandbox = state.sandbox(&caller, &id).await?;
    let job = sandbox.start_job(command).await?;
    Ok(Success::created(JobData::new(job.record(), &base)))
}

/// `GET /sandbox/sandboxes/{id}/jobs/{job}`.
pub(crate) async fn get(
    State(state): State<ApiState>,
    caller: Caller,
    base: BaseUrl,
    path: PathJob,
) -> Result<Response, ApiError> {
    let record = state.job(&caller, &path).await?;
    Ok(Success::ok(JobData::new(record, &base)))
}

/// `GET /sandbox/sandboxes/{id}/jobs`, newest first.
pub(crate) async fn list(
    State(state): State<ApiState>,
    caller: Caller,
    base: BaseUrl,
    PathId(id): PathId<SandboxId>,
    params: Params,
) -> Result<Response, ApiError> {
    let limit = params.limit()?;
    state.sandbox_record(&caller, &id).await?;
    let records = state.belljar().jobs(&id, limit).await?;
    Ok(Success::ok(JobsData::new(records, &base)))
}

/// `DELETE /sandbox/sandboxes/{id}/jobs/{job}`: answers when it has ended; one that had before is
/// answered as it is. With `force=true` it is not asked first.
pub(crate) async fn stop(
    State(state): State<ApiState>,
    caller: Caller,
    base: BaseUrl,
    path: PathJob,
    params: Params,
) -> Result<Response, ApiError> {
    let force = params.flag("force")?.unwrap_or(false);
    state.job(&caller, &path).await?;
    let record = state.belljar().stop_job(&path.job, force).await?;
    Ok(Success::ok(JobData::new(record, &base)))
}
