//! Files of a sandbox. None of these calls makes it busy.

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::Response;

use crate::api::auth::Caller;
use crate::api::body::JsonBody;
use crate::api::error::ApiError;
use crate::api::params::{Params, PathId};
use crate::api::state::ApiState;
use crate::api::transfer::sent;
use crate::api::wire::envelope::{Success, done, found};
use crate::api::wire::field;
use crate::api::wire::file::{self, ListData, PathBody, WriteBody, WrittenData};
use crate::id::SandboxId;

/// `POST /fs/{id}`.
pub(crate) async fn write(
    State(state): State<ApiState>,
    caller: Caller,
    PathId(id): PathId<SandboxId>,
    JsonBody(body): JsonBody<WriteBody>,
) -> Result<Response, ApiError> {
    let files = file::writes("files", body.files)?;
    let sandbox = state.sandbox(&caller, &id).await?;
    let files_written = sandbox.write_files(files).await?;
    Ok(Success::ok(WrittenData { files_written }))
}

/// Up to this size a file is read at once; a larger one goes out in pieces.
const AT_ONCE_BYTES: u64 = 1024 * 1024;

/// `GET /fs/{id}?path=`: the bytes of a file.
pub(crate) async fn read(
    State(state): State<ApiState>,
    caller: Caller,
    PathId(id): PathId<SandboxId>,
    params: Params,
) -> Result<Response, ApiError> {
    let path = params
        .text("path")
        .ok_or_else(|| ApiError::invalid("the query has no path"))?;
    field::path("path", path)?;
    let sandbox = state.sandbox(&caller, &id).await?;
    let body = match sandbox.read_small_file(path, AT_ONCE_BYTES).await? {
        Some(bytes) => Body::from(bytes),
        None => {
            let path = path.to_owned();
            sent(
                &state,
                |to| async move { sandbox.copy_file(&path, to).await },
            )
            .await?
        }
    };
    Ok(raw(body))
}

/// An answer of bytes. Never sniffed: what a guest wrote must not become a page of this origin.
pub(crate) fn raw(body: Body) -> Response {
    bytes_of("application/octet-stream", body)
}

/// As [`raw`], of a type.
pub(crate) fn bytes_of(content_type: &'static str, body: Body) -> Response {
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// `GET /fs/list/{id}?path=`: one level; without a path the workspace.
pub(crate) async fn list(
    State(state): State<ApiState>,
    caller: Caller,
    PathId(id): PathId<SandboxId>,
    params: Params,
) -> Result<Response, ApiError> {
    let path = params.text("path");
    if let Some(path) = path {
        field::path("path", path)?;
    }
    let sandbox = state.sandbox(&caller, &id).await?;
    let entries = sandbox.list_files(path).await?;
    Ok(Success::ok(ListData::new(entries)))
}

/// `POST /fs/mkdir/{id}`.
pub(crate) async fn make_dir(
    State(state): State<ApiState>,
    caller: Caller,
    PathId(id): PathId<SandboxId>,
    JsonBody(body): JsonBody<PathBody>,
) -> Result<Response, ApiError> {
    let path = body.path()?;
    let sandbox = state.sandbox(&caller, &id).await?;
    sandbox.make_dir(path, body.recursive).await?;
    Ok(done())
}

/// `POST /fs/rm/{id}`. A file that is not there is no error.
pub(crate) async fn remove_file(
    State(state): State<ApiState>,
    caller: Caller,
    PathId(id): PathId<SandboxId>,
    JsonBody(body): JsonBody<PathBody>,
) -> Result<Response, ApiError> {
    let path = body.path()?;
    let sandbox = state.sandbox(&caller, &id).await?;
    Ok(found(sandbox.remove_file(path).await?))
}

/// `POST /fs/rmdir/{id}`. A directory that is not there is no error.
pub(crate) async fn remove_dir(
    State(state): State<ApiState>,
    caller: Caller,
    PathId(id): PathId<SandboxId>,
    JsonBody(body): JsonBody<PathBody>,
) -> Result<Response, ApiError> {
    let path = body.path()?;
    let sandbox = state.sandbox(&caller, &id).await?;
    Ok(found(sandbox.remove_dir(path, body.recursive).await?))
}
