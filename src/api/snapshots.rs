//! Snapshots, apart from their archives: see `transfer`.
//!
//! What is public may be looked at without a key, under a path of its own.

use axum::extract::State;
use axum::response::Response;

use crate::api::auth::Caller;
use crate::api::body::JsonBody;
use crate::api::error::ApiError;
use crate::api::params::{Params, PathId, PathText};
use crate::api::sandboxes::{direction, one_of};
use crate::api::state::ApiState;
use crate::api::wire::envelope::{Success, done};
use crate::api::wire::field::BaseUrl;
use crate::api::wire::snapshot::{LineageData, SnapshotBody, SnapshotData, SnapshotsData, TagBody};
use crate::id::{OrgId, SandboxId, SnapshotId};
use crate::sandbox::records::{SnapshotFilter, SnapshotRecord, SnapshotSort};
use crate::sandbox::{ErrorKind, SandboxError};

/// The longest line of ancestors that is looked at.
const LONGEST_LINE: u32 = 1000;

/// `POST /sandbox/{id}/snapshot`.
pub(crate) async fn create(
    State(state): State<ApiState>,
    caller: Caller,
    PathId(id): PathId<SandboxId>,
    JsonBody(body): JsonBody<SnapshotBody>,
) -> Result<Response, ApiError> {
    let sandbox = state.sandbox(&caller, &id).await?;
    let record = sandbox.create_snapshot(body.into()).await?;
    let data = data(&state, &caller, record).await?;
    Ok(Success::created(data))
}

/// `GET /sandbox/snapshots/{snapshot}`, with its files.
pub(crate) async fn get(
    State(state): State<ApiState>,
    caller: Caller,
    base: BaseUrl,
    PathId(id): PathId<SnapshotId>,
) -> Result<Response, ApiError> {
    let record = state.snapshot(&caller, &id).await?;
    let files = state.belljar().snapshot_files(&id).await?;
    let data = data(&state, &caller, record).await?;
    Ok(Success::ok(
        data.with_content(base.snapshot_archive(&id), files),
    ))
}

/// `GET /sandbox/snapshots`: those of the organisation, newest first unless asked otherwise.
pub(crate) async fn list(
    State(state): State<ApiState>,
    caller: Caller,
    params: Params,
) -> Result<Response, ApiError> {
    let defaults = SnapshotFilter::default();
    let sort = params.parsed("sort", one_of(SnapshotSort::ALL), SnapshotSort::parse)?;
    let filter = SnapshotFilter {
        org: Some(caller.org.clone()),
        sandbox_id: params.parsed("sandboxId", "the id of a sandbox, sbx_…", |text| {
            SandboxId::parse(text).ok()
        })?,
        sort: sort.unwrap_or(defaults.sort),
        direction: direction(&params)?.unwrap_or(defaults.direction),
        limit: params.limit()?,
        offset: params.offset()?,
        ..defaults
    };
    page(&state, &filter, Some(&caller.org)).await
}

/// `PATCH /sandbox/snapshots/{snapshot}`: another tag, or none.
pub(crate) async fn tag(
    State(state): State<ApiState>,
    caller: Caller,
    PathId(id): PathId<SnapshotId>,
    JsonBody(body): JsonBody<TagBody>,
) -> Result<Response, ApiError> {
    state.own_snapshot(&caller, &id).await?;
    let record = state
        .belljar()
        .tag_snapshot(&id, body.tag.as_deref())
        .await?;
    let data = data(&state, &caller, record).await?;
    Ok(Success::ok(data))
}

/// `DELETE /sandbox/snapshots/{snapshot}`. What was made from it lives on.
pub(crate) async fn delete(
    State(state): State<ApiState>,
    caller: Caller,
    PathId(id): PathId<SnapshotId>,
) -> Result<Response, ApiError> {
    state.own_snapshot(&caller, &id).await?;
    state.belljar().delete_snapshot(&id).await?;
    Ok(done())
}

/// `GET /sandbox/snapshots/lineage`: a snapshot and what it comes from.
pub(crate) async fn lineage(
    State(state): State<ApiState>,
    caller: Caller,
    params: Params,
) -> Result<Response, ApiError> {
    let limit = params.number("limit", &(1..=LONGEST_LINE), 100)?;
    let id = line_start(&state, &caller, &params).await?;
    // All of it: the answer says how long it is.
    let line = state
        .belljar()
        .snapshot_lineage(&id, &caller.org, LONGEST_LINE)
        .await?;
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let owners = state.owners().await?;
    Ok(Success::ok(LineageData::new(line, limit, &owners)))
}

/// Which snapshot a line starts with: `snapshot` is an id, which may be that of a deleted one, or any
/// other reference; `name` with or without `tag` says it in two parts.
async fn line_start(
    state: &ApiState,
    caller: &Caller,
    params: &Params,
) -> Result<SnapshotId, ApiError> {
    let belljar = state.belljar();
    let found = match (
        params.text("snapshot"),
        params.text("name"),
        params.text("tag"),
    ) {
        (Some(reference), None, None) => {
            if let Ok(id) = SnapshotId::parse(reference) {
                return Ok(id);
            }
            belljar.find_snapshot(reference, &caller.org).await
        }
        (None, Some(name), Some(tag)) => {
            belljar
                .find_snapshot(&format!("{name}:{tag}"), &caller.org)
                .await
        }
        (None, Some(name), None) => newest_of(state, caller, name).await,
        (None, None, _) => {
            return Err(ApiError::invalid(
                "the query names no snapshot: give snapshot, or name with or without tag",
            ));
        }
        (Some(_), _, _) => {
            return Err(ApiError::invalid(
                "snapshot is given with name or tag; one says it all",
            ));
        }
    };
    Ok(found?.id)
}

/// The snapshot that a name alone means. Not asked as a reference, which could be somebody's tag.
async fn newest_of(
    state: &ApiState,
    caller: &Caller,
    name: &str,
) -> Result<SnapshotRecord, SandboxError> {
    let belljar = state.belljar();
    let latest = format!("{name}:latest");
    match belljar.find_snapshot(&latest, &caller.org).await {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let filter = SnapshotFilter {
                org: Some(caller.org.clone()),
                name: Some(name.to_owned()),
                limit: 1,
                ..SnapshotFilter::default()
            };
            let (found, _) = belljar.snapshots(&filter).await?;
            found.into_iter().next().ok_or(error)
        }
        found => found,
    }
}

/// `GET /sandbox/snapshots/public`, without a key: those of every organisation, newest first.
pub(crate) async fn public_list(
    State(state): State<ApiState>,
    params: Params,
) -> Result<Response, ApiError> {
    let filter = SnapshotFilter {
        public_only: true,
        limit: params.limit()?,
        offset: params.offset()?,
        ..SnapshotFilter::default()
    };
    page(&state, &filter, None).await
}

/// `GET /sandbox/snapshots/public/{reference}`, without a key: by id or `@organisation/name:tag`.
pub(crate) async fn public_get(
    State(state): State<ApiState>,
    PathText(reference): PathText,
) -> Result<Response, ApiError> {
    // Whoever asks owns nothing, and so finds what is public.
    let nobody = OrgId::generate();
    let found = state.belljar().find_snapshot(&reference, &nobody).await;
    let record = match found {
        Ok(record) if record.public => record,
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error.into()),
        Ok(_) | Err(_) => return Err(ApiError::snapshot_not_found(&reference)),
    };
    let owners = state.owners().await?;
    Ok(Success::ok(SnapshotData::new(record, &owners, None)))
}

async fn page(
    state: &ApiState,
    filter: &SnapshotFilter,
    viewer: Option<&OrgId>,
) -> Result<Response, ApiError> {
    let (records, total) = state.belljar().snapshots(filter).await?;
    let owners = state.owners().await?;
    Ok(Success::ok(SnapshotsData::new(
        records, total, &owners, viewer,
    )))
}

/// A snapshot as its owner, or who may use it, sees it.
pub(crate) async fn data(
    state: &ApiState,
    caller: &Caller,
    record: SnapshotRecord,
) -> Result<SnapshotData, ApiError> {
    let owners = state.owners().await?;
    Ok(SnapshotData::new(record, &owners, Some(&caller.org)))
}
