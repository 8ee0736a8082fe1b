//! A sandbox's directories as archives.

use axum::extract::{Request, State};
use axum::http::{HeaderValue, header};
use axum::response::Response;

use crate::api::auth::Caller;
use crate::api::error::ApiError;
use crate::api::files::bytes_of;
use crate::api::params::{Params, PathId};
use crate::api::sandboxes::one_of;
use crate::api::state::ApiState;
use crate::api::transfer::{received, sent};
use crate::api::wire::envelope::done;
use crate::api::wire::field;
use crate::id::SandboxId;
use crate::sandbox::ArchiveFormat;

/// The path and the format of a query.
fn wanted(params: &Params) -> Result<(Option<String>, Option<ArchiveFormat>), ApiError> {
    let path = params.text("path");
    if let Some(path) = path {
        field::path("path", path)?;
    }
    let names: Vec<&str> = ArchiveFormat::ALL.iter().map(|one| one.as_str()).collect();
    let format = params.parsed("format", one_of(&names), ArchiveFormat::parse)?;
    Ok((path.map(str::to_owned), format))
}

/// `GET /fs/download/{id}?path=&format=`: a directory, or a file; without a path the workspace.
pub(crate) async fn download(
    State(state): State<ApiState>,
    caller: Caller,
    PathId(id): PathId<SandboxId>,
    params: Params,
) -> Result<Response, ApiError> {
    let (path, format) = wanted(&params)?;
    let format = format.unwrap_or_default();
    let sandbox = state.sandbox(&caller, &id).await?;
    let write = |to| async move { sandbox.download_archive(path.as_deref(), format, to).await };
    let body = sent(&state, write).await?;
    let (content_type, disposition) = match format {
        ArchiveFormat::TarGz => ("application/gzip", "attachment; filename=\"files.tar.gz\""),
        ArchiveFormat::Zip => ("application/zip", "attachment; filename=\"files.zip\""),
    };
    let mut response = bytes_of(content_type, body);
    response.headers_mut().insert(
        header::CONTENT_DISPOSITION,
        HeaderValue::from_static(disposition),
    );
    Ok(response)
}

/// `POST /fs/upload/{id}?path=&format=`: the body is an archive. Nothing is written of one that is
/// refused or cut off.
pub(crate) async fn upload(
    State(state): State<ApiState>,
    caller: Caller,
    PathId(id): PathId<SandboxId>,
    params: Params,
    request: Request,
) -> Result<Response, ApiError> {
    let (path, format) = wanted(&params)?;
    let sandbox = state.sandbox(&caller, &id).await?;
    let unpack = |from| async move { sandbox.upload_archive(path.as_deref(), format, from).await };
    received(&state, request, unpack).await?;
    Ok(done())
}
