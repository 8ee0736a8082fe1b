//! `GET /sandbox/diff`: what changed between any two trees. Not part of the published client.

use axum::extract::State;
use axum::response::Response;

use crate::api::auth::Caller;
use crate::api::error::ApiError;
use crate::api::params::Params;
use crate::api::state::ApiState;
use crate::api::wire::diff::DiffData;
use crate::api::wire::envelope::Success;

/// Differences in an answer that asks for no number.
const LIMIT: u32 = 1000;

/// The most that one answer may have: some ten megabytes of JSON.
const MOST: u32 = 100_000;

/// `from` and `to` each name a sandbox as it is now (`sbx_…`), a checkpoint (`sbx_…@name`), a
/// runtime, or a snapshot.
pub(crate) async fn get(
    State(state): State<ApiState>,
    caller: Caller,
    params: Params,
) -> Result<Response, ApiError> {
    let limit = params.number("limit", &(1..=MOST), LIMIT)?;
    let named = |name| {
        params.text(name).ok_or_else(|| {
            ApiError::invalid(format!(
                "the query has no {name}; it must name a sandbox (sbx_…), a checkpoint (sbx_…@name), \
                 a snapshot or a runtime"
            ))
        })
    };
    let (from, to) = (named("from")?, named("to")?);
    let belljar = state.belljar();
    let from = belljar.find_tree(from, &caller.org).await?;
    let to = belljar.find_tree(to, &caller.org).await?;
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let diff = belljar.diff(&from, &to, limit).await?;
    Ok(Success::ok(DiffData::from(diff)))
}
