//! Statistics, and the two calls of the vendor's command line client that look across organisations. Here a key has
//! one organisation, so they look into that.

use axum::extract::State;
use axum::response::Response;

use crate::api::auth::Caller;
use crate::api::error::ApiError;
use crate::api::params::{Params, PathId, PathText};
use crate::api::sandboxes::filter;
use crate::api::state::ApiState;
use crate::api::wire::envelope::Success;
use crate::api::wire::sandbox::{CliSandboxesData, ResolveData};
use crate::api::wire::stats::ServicesData;
use crate::clock::Timestamp;
use crate::id::SandboxId;
use crate::sandbox::records::StatsFilter;

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

/// `GET /services/stats/{org}`: sums over the sandboxes that were made from `start` on and before `end`.
/// There is one service.
pub(crate) async fn stats(
    State(state): State<ApiState>,
    caller: Caller,
    PathText(org): PathText,
    params: Params,
) -> Result<Response, ApiError> {
    if org != caller.org.as_str() {
        let shown: String = org.chars().take(80).collect();
        let message = format!("this key is not of organization {shown}");
        return Err(ApiError::forbidden(message));
    }
    let time = |name| {
        let expected = "a time such as 2026-01-31T00:00:00Z";
        params.parsed(name, expected, |text| Timestamp::parse(text).ok())
    };
    let mut wanted = StatsFilter::new(caller.org.clone());
    (wanted.start, wanted.end) = (time("start")?, time("end")?);
    params.parsed("service", "sandbox, the one service here", |name| {
        (name == "sandbox").then_some(())
    })?;
    let stats = state.belljar().stats(wanted).await?;
    Ok(Success::ok(ServicesData::new(&stats)))
}
