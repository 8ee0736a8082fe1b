//! `GET /sandbox/runtimes`.

use axum::extract::State;
use axum::response::Response;

use crate::api::auth::Caller;
use crate::api::error::ApiError;
use crate::api::params::Params;
use crate::api::sandboxes::direction;
use crate::api::state::ApiState;
use crate::api::wire::envelope::Success;
use crate::api::wire::runtime::{RuntimeData, RuntimesData};
use crate::sandbox::records::Direction;

/// The catalogue, by name unless asked otherwise.
pub(crate) async fn list(
    State(state): State<ApiState>,
    _caller: Caller,
    params: Params,
) -> Result<Response, ApiError> {
    let sort = params.parsed("sort", "one of name, created", |text| {
        matches!(text, "name" | "created").then(|| text.to_owned())
    })?;
    let direction = direction(&params)?.unwrap_or(Direction::Asc);
    let limit = usize::try_from(params.limit()?).unwrap_or(usize::MAX);
    let offset = usize::try_from(params.offset()?).unwrap_or(usize::MAX);
    let belljar = state.belljar().clone();
    // Whether a runtime is installed is asked of the disk.
    let mut runtimes = tokio::task::spawn_blocking(move || belljar.runtimes())
        .await
        .map_err(|error| ApiError::internal(&error))?;
    // The catalogue is in the order in which its runtimes came into it.
    if sort.as_deref() != Some("created") {
        runtimes.sort_by(|one, other| one.name.cmp(&other.name));
    }
    if direction == Direction::Desc {
        runtimes.reverse();
    }
    let total = runtimes.len();
    let page = runtimes.into_iter().skip(offset).take(limit);
    Ok(Success::ok(RuntimesData {
        runtimes: page.map(RuntimeData::from).collect(),
        total,
    }))
}
