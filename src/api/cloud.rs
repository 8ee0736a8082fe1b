//! The two calls of the vendor's command line client that look across organisations. Here a key has
//! one organisation, so they look into that.

use axum::extract::State;
use axum::response::Response;

use crate::api::auth::Caller;
use crate::api::error::ApiError;
use crate::api::params::{Params, PathId};
use crate::api::sandboxes::filter;
use crate::api::state::ApiState;
use crate::api::wire::envelope::Success;
use crate::api::wire::sandbox::{CliSandboxesData, ResolveData};
use crate::id::SandboxId;

/// `GET /cli/sandbox`.
pub(crate) async fn list(
    State(state): State<ApiState>,
    caller: Caller,
    params: Params,
) -> Result<Response, ApiError> {
    let filter = filter(&params, caller.org.clone())?;
    let (records, total) = state.belljar().sandboxes(filter).await?;
    Ok(Success::ok(CliSandboxesData::new(records, total, &caller)))
}

/// `GET /cli/sandbox/{id}`.
pub(crate) async fn resolve(
    State(state): State<ApiState>,
    caller: Caller,
    id: Result<PathId<SandboxId>, ApiError>,
) -> Result<Response, ApiError> {
    let found = async {
        let PathId(id) = id?;
        state.sandbox_record(&caller, &id).await
    };
    let record = found.await.map_err(ApiError::for_resolve)?;
    Ok(Success::ok(ResolveData::from(record)))
}
