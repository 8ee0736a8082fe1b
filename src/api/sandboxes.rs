//! List, get, status and destroy.

use std::time::Duration;

use axum::extract::State;
use axum::response::Response;

use crate::api::auth::Caller;
use crate::api::error::ApiError;
use crate::api::params::{Params, PathId};
use crate::api::poll::held;
use crate::api::state::{ApiState, Phase};
use crate::api::wire::envelope::{Success, done};
use crate::api::wire::field::BaseUrl;
use crate::api::wire::sandbox::{SandboxData, SandboxesData, StatusData};
use crate::id::{OrgId, SandboxId, SnapshotId};
use crate::sandbox::records::{
    Direction, SandboxFilter, SandboxMode, SandboxRecord, SandboxSort, SandboxStatus,
};
use crate::sandbox::{ErrorKind, Sandbox};

/// `GET /sandbox`.
pub(crate) async fn list(
    State(state): State<ApiState>,
    caller: Caller,
    base: BaseUrl,
    params: Params,
) -> Result<Response, ApiError> {
    let filter = filter(&params, caller.org.clone())?;
    let (records, total) = state.belljar().sandboxes(filter).await?;
    let bases = state.bases(&records).await?;
    Ok(Success::ok(SandboxesData::new(
        records, total, &bases, &caller, &base,
    )))
}

/// The filter of a list's query, for the sandboxes of `org`.
pub(crate) fn filter(params: &Params, org: OrgId) -> Result<SandboxFilter, ApiError> {
    let text = |name| params.text(name).map(str::to_owned);
    let defaults = SandboxFilter::default();
    let sort = params.parsed("sort", one_of(SandboxSort::ALL), SandboxSort::parse)?;
    Ok(SandboxFilter {
        org: Some(org),
        name: text("name"),
        mode: params.parsed("mode", one_of(SandboxMode::ALL), SandboxMode::parse)?,
        project_id: text("projectId"),
        snapshot_id: params.parsed("snapshotId", "the id of a snapshot, snp_…", |text| {
            SnapshotId::parse(text).ok()
        })?,
        status: params.parsed("status", one_of(SandboxStatus::ALL), status_of)?,
        live: params.flag("live")?,
        deleted_only: params.flag("deletedOnly")?.unwrap_or(false),
        sort: sort.unwrap_or(defaults.sort),
        direction: direction(params)?.unwrap_or(defaults.direction),
        limit: params.limit()?,
        offset: params.offset()?,
    })
}

/// A status that a query names. Clients use two words for a sandbox that was paused; nothing here is
/// ever *suspended*, which elsewhere means that the server did it.
fn status_of(name: &str) -> Option<SandboxStatus> {
    match SandboxStatus::parse(name)? {
        SandboxStatus::Suspended => Some(SandboxStatus::Paused),
        other => Some(other),
    }
}

/// The order of a list, if the query gives one.
pub(crate) fn direction(params: &Params) -> Result<Option<Direction>, ApiError> {
    params.parsed("direction", one_of(Direction::ALL), Direction::parse)
}

/// The values of an enumeration, for the text of a failure.
pub(crate) fn one_of<T: ToString>(all: &[T]) -> String {
    let names: Vec<String> = all.iter().map(ToString::to_string).collect();
    format!("one of {}", names.join(", "))
}

/// `GET /sandbox/{id}`, with `waitForStatus` and `waitMs` a long poll.
pub(crate) async fn get(
    State(state): State<ApiState>,
    caller: Caller,
    base: BaseUrl,
    PathId(id): PathId<SandboxId>,
    params: Params,
) -> Result<Response, ApiError> {
    let include_deleted = params.flag("includeDeleted")?.unwrap_or(false);
    let record = state.sandbox_record(&caller, &id).await?;
    if record.status == SandboxStatus::Deleted && !include_deleted {
        return Err(ApiError::sandbox_not_found(id.as_str()));
    }
    // What it was made from never changes.
    let bases = state.bases(std::slice::from_ref(&record)).await?;
    waited(&state, &params, record, move |record| {
        Success::to_json(SandboxData::detail(record, &bases, &caller, &base))
    })
}

/// `GET /sandbox/status/{id}`, with `waitForStatus` and `waitMs` a long poll. Sandboxes that have
/// ended keep their status, whatever ended them.
pub(crate) async fn status(
    State(state): State<ApiState>,
    caller: Caller,
    PathId(id): PathId<SandboxId>,
    params: Params,
) -> Result<Response, ApiError> {
    let record = state.sandbox_record(&caller, &id).await?;
    waited(&state, &params, record, |record| {
        Success::to_json(StatusData::new(&record))
    })
}

/// `DELETE /sandbox/{id}`. A sandbox that is gone already is a success: the client sends this after
/// an aborted run without knowing how that ended.
pub(crate) async fn destroy(
    State(state): State<ApiState>,
    caller: Caller,
    PathId(id): PathId<SandboxId>,
) -> Result<Response, ApiError> {
    state.sandbox_record(&caller, &id).await?;
    match state.belljar().destroy(&id).await {
        Err(error) if !matches!(error.kind(), ErrorKind::Gone | ErrorKind::NotFound) => {
            Err(error.into())
        }
        _ => Ok(done()),
    }
}

/// Answers with `record`, or holds the answer until the sandbox has one of the statuses that the
/// query names. A sandbox that ends meanwhile gives its last state, not a 404.
fn waited(
    state: &ApiState,
    params: &Params,
    record: SandboxRecord,
    render: impl FnOnce(SandboxRecord) -> Result<Vec<u8>, ApiError> + Send + 'static,
) -> Result<Response, ApiError> {
    let options = state.options();
    let statuses = wanted(params)?;
    let hold = params
        .millis("waitMs")?
        .unwrap_or(options.poll_hold)
        .min(options.poll_hold);
    let reached = statuses.is_empty() || statuses.contains(&record.status) || hold.is_zero();
    // What has ended never changes again, and what has no handle has ended.
    let live = if reached || !record.status.is_live() {
        None
    } else {
        state.belljar().sandbox(&record.id).ok()
    };
    let draining = state.reached(Phase::Draining);
    let answer = async move {
        match live {
            None => render(record),
            Some(sandbox) => render(until(&sandbox, &statuses, hold, draining).await),
        }
    };
    Ok(held(answer, options.heartbeat))
}

async fn until(
    sandbox: &Sandbox,
    statuses: &[SandboxStatus],
    hold: Duration,
    draining: impl Future<Output = ()>,
) -> SandboxRecord {
    tokio::select! {
        record = sandbox.wait_status(statuses, hold) => record,
        () = draining => sandbox.record(),
    }
}

/// The statuses of `waitForStatus`.
fn wanted(params: &Params) -> Result<Vec<SandboxStatus>, ApiError> {
    let Some(text) = params.text("waitForStatus") else {
        return Ok(Vec::new());
    };
    text.split(',')
        .map(str::trim)
        .map(|name| {
            status_of(name).ok_or_else(|| {
                ApiError::invalid(format!(
                    "waitForStatus has {name:?}; it must be {}",
                    one_of(SandboxStatus::ALL)
                ))
            })
        })
        .collect()
}
