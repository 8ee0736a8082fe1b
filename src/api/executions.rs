//! Execute, and executions.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use crate::api::auth::Caller;
use crate::api::body::JsonBody;
use crate::api::error::{ApiError, json};
use crate::api::params::{Params, PathId};
use crate::api::poll::held;
use crate::api::state::{ApiState, Phase};
use crate::api::wire::envelope::{Success, flat};
use crate::api::wire::execution::{ExecuteAnswer, ExecuteBody, ExecutionData, ExecutionsData};
use crate::api::wire::field::BaseUrl;
use crate::id::{ExecutionId, SandboxId};

/// `POST /sandbox/{id}/execute`: starts and answers at once. The client then reads the streams and
/// polls the execution.
pub(crate) async fn execute(
    State(state): State<ApiState>,
    caller: Caller,
    base: BaseUrl,
    PathId(id): PathId<SandboxId>,
    JsonBody(body): JsonBody<ExecuteBody>,
) -> Result<Response, ApiError> {
    let start = async {
        let command = body.into_command()?;
        let sandbox = state.sandbox(&caller, &id).await?;
        let execution = sandbox.execute(command).await?;
        let record = execution.record();
        tracing::Span::current().record("execution", record.id.as_str());
        // It ends by itself, by a cancel, or when nobody waits for it any more; not with this call.
        execution.detach();
        flat(&ExecuteAnswer::new(record, &base))
    };
    match start.await {
        Ok(bytes) => Ok(json(StatusCode::OK, bytes)),
        Err(error) => Err(ApiError::for_execute(error)),
    }
}

/// `GET /sandbox/execution/{id}`, with `wait` a long poll that ends with the execution.
pub(crate) async fn get(
    State(state): State<ApiState>,
    caller: Caller,
    base: BaseUrl,
    PathId(id): PathId<ExecutionId>,
    params: Params,
) -> Result<Response, ApiError> {
    let options = state.options();
    let wait = params.duration("wait")?.unwrap_or_default();
    let record = state.execution(&caller, &id).await?;
    if wait.is_zero() || record.status.is_terminal() {
        return Ok(Success::ok(ExecutionData::new(record, &base)));
    }
    let hold = wait.min(options.poll_hold);
    let draining = state.reached(Phase::Draining);
    let belljar = state.belljar().clone();
    let answer = async move {
        let record = tokio::select! {
            record = belljar.wait_execution(&id, hold) => record?,
            () = draining => belljar.execution(&id).await?,
        };
        Success::to_json(ExecutionData::new(record, &base))
    };
    Ok(held(answer, options.heartbeat))
}

/// `POST /sandbox/execution/{id}/cancel`: not part of the published client, which has no call for
/// it. An execution that has ended is answered as it is.
pub(crate) async fn cancel(
    State(state): State<ApiState>,
    caller: Caller,
    base: BaseUrl,
    PathId(id): PathId<ExecutionId>,
) -> Result<Response, ApiError> {
    let record = state.execution(&caller, &id).await?;
    let record = if record.status.is_terminal() {
        record
    } else {
        state.belljar().cancel_execution(&id).await?
    };
    Ok(Success::ok(ExecutionData::new(record, &base)))
}

/// `GET /sandbox/sandboxes/{id}/executions`, newest first.
pub(crate) async fn list(
    State(state): State<ApiState>,
    caller: Caller,
    base: BaseUrl,
    PathId(id): PathId<SandboxId>,
    params: Params,
) -> Result<Response, ApiError> {
    let limit = params.limit()?;
    state.sandbox_record(&caller, &id).await?;
    let records = state.belljar().executions(&id, limit).await?;
    Ok(Success::ok(ExecutionsData::new(records, &base)))
}
