//! `GET /sandbox/sandboxes/{id}/events`.

use axum::extract::State;
use axum::response::Response;

use crate::api::auth::Caller;
use crate::api::error::ApiError;
use crate::api::params::{Params, PathId};
use crate::api::sandboxes::direction;
use crate::api::state::ApiState;
use crate::api::wire::envelope::Success;
use crate::api::wire::event::EventsData;
use crate::id::SandboxId;
use crate::sandbox::records::Direction;

/// The events of a sandbox, oldest first unless asked otherwise (lists of other things begin with
/// the newest).
pub(crate) async fn list(
    State(state): State<ApiState>,
    caller: Caller,
    PathId(id): PathId<SandboxId>,
    params: Params,
) -> Result<Response, ApiError> {
    let limit = params.limit()?;
    let direction = direction(&params)?.unwrap_or(Direction::Asc);
    state.sandbox_record(&caller, &id).await?;
    let records = state.belljar().events(&id, limit, direction).await?;
    Ok(Success::ok(EventsData::new(records)))
}
