//! Which path is which call, and what every request goes through.

use std::panic::AssertUnwindSafe;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::uri::PathAndQuery;
use axum::http::{Method, StatusCode, Uri, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, patch, post, put};
use futures::FutureExt;
use tracing::Instrument;

use crate::api::auth::require_key;
use crate::api::error::{ApiError, CallShape};
use crate::api::session::{self, SessionId};
use crate::api::state::ApiState;
use crate::api::{
    archives, builds, checkpoints, cloud, creation, diff, env, events, executions, files, jobs,
    lifecycle, runtimes, sandboxes, snapshots, stream, transfer,
};

/// The API as a router: pure, it binds nothing and starts nothing. Mount it in an axum program or
/// give it to [`serve()`](crate::api::serve()).
pub fn router(state: ApiState) -> Router {
    let auth = from_fn_with_state(state.clone(), require_key);
    let calls = Router::new()
        .merge(sandbox_calls())
        .merge(checkpoint_calls())
        .merge(snapshot_calls())
        .merge(file_calls())
        .route("/services/stats/{org}", get(cloud::stats))
        .route("/cli/sandbox", get(cloud::list))
        .route("/cli/sandbox/{id}", get(cloud::resolve))
        .merge(stream_calls())
        .route_layer(auth.clone());
    // A stream's id is a capability: the published client fetches its URL without a key. Writing
    // needs one.
    let streams =
        get(stream::read).merge(put(stream::write).delete(stream::delete).route_layer(auth));
    let all = calls
        .route("/stream/{id}", streams)
        .merge(public_calls())
        .route("/health", get(health))
        .fallback(no_route)
        .method_not_allowed_fallback(method_not_allowed)
        .with_state(state.clone());
    // The rewriting of paths has to come before routing, so the routes are the fallback of a router
    // that has none.
    Router::new()
        .fallback_service(all)
        .layer(from_fn_with_state(state, outermost))
}

fn sandbox_calls() -> Router<ApiState> {
    Router::new()
        .route("/sandbox", post(creation::create).get(sandboxes::list))
        .route("/sandbox/runtimes", get(runtimes::list))
        .route("/sandbox/status/{id}", get(sandboxes::status))
        .route("/sandbox/execution/{id}", get(executions::get))
        .route("/sandbox/execution/{id}/cancel", post(executions::cancel))
        .route("/sandbox/env/{id}", patch(env::set))
        .route("/sandbox/sandboxes/{id}/executions", get(executions::list))
        .route("/sandbox/sandboxes/{id}/events", get(events::list))
        .route(
            "/sandbox/sandboxes/{id}/jobs",
            post(jobs::create).get(jobs::list),
        )
        .route(
            "/sandbox/sandboxes/{id}/jobs/{job}",
            get(jobs::get).delete(jobs::stop),
        )
        .route(
            "/sandbox/{id}",
            get(sandboxes::get).delete(sandboxes::destroy),
        )
        .route("/sandbox/{id}/execute", post(executions::execute))
        .route("/sandbox/{id}/pause", post(lifecycle::pause))
        .route("/sandbox/{id}/resume", post(lifecycle::resume))
        .route("/sandbox/{id}/fork", post(creation::fork))
        .route("/sandbox/diff", get(diff::get))
}

fn checkpoint_calls() -> Router<ApiState> {
    Router::new()
        .route("/sandbox/checkpoints/{id}", get(checkpoints::list))
        .route("/sandbox/{id}/checkpoint", post(checkpoints::create))
        .route(
            "/sandbox/{id}/checkpoint/{checkpoint}",
            delete(checkpoints::delete),
        )
        .route(
            "/sandbox/{id}/checkpoint/{checkpoint}/restore",
            post(checkpoints::restore),
        )
}

fn snapshot_calls() -> Router<ApiState> {
    Router::new()
        .route("/sandbox/{id}/snapshot", post(snapshots::create))
        .route("/sandbox/snapshots", get(snapshots::list))
        .route("/sandbox/snapshots/lineage", get(snapshots::lineage))
        .route("/sandbox/snapshots/import", post(transfer::import))
        .route("/sandbox/snapshots/build", post(builds::begin))
        .route("/sandbox/snapshots/{snapshot}/upload", put(builds::upload))
        .route(
            "/sandbox/snapshots/{snapshot}/finalize",
            post(builds::finish),
        )
        .route(
            "/sandbox/snapshots/{snapshot}",
            get(snapshots::get)
                .patch(snapshots::tag)
                .delete(snapshots::delete),
        )
        .route(
            "/sandbox/snapshots/{snapshot}/export",
            get(transfer::export),
        )
}

/// Calls without a key, beside streams and `/health`.
fn public_calls() -> Router<ApiState> {
    Router::new()
        .route("/sandbox/snapshots/public", get(snapshots::public_list))
        .route(
            "/sandbox/snapshots/public/{reference}",
            get(snapshots::public_get),
        )
}

fn file_calls() -> Router<ApiState> {
    Router::new()
        .route("/fs/{id}", post(files::write).get(files::read))
        .route("/fs/list/{id}", get(files::list))
        .route("/fs/download/{id}", get(archives::download))
        .route("/fs/upload/{id}", post(archives::upload))
        .route("/fs/mkdir/{id}", post(files::make_dir))
        .route("/fs/rm/{id}", post(files::remove_file))
        .route("/fs/rmdir/{id}", post(files::remove_dir))
}

/// Calls of the stream service that need a key, beside those of `/stream/{id}` itself. No id is `list`.
fn stream_calls() -> Router<ApiState> {
    Router::new()
        .route("/stream", post(stream::create))
        .route("/stream/list", post(stream::list))
        .route("/stream/{id}/append", post(stream::append))
        .route("/stream/{id}/complete", post(stream::complete))
        .route("/stream/{id}/info", post(stream::info))
}

async fn health() -> Response {
    let text = concat!(
        r#"{"success":true,"data":{"status":"ok","version":""#,
        env!("CARGO_PKG_VERSION"),
        r#""}}"#
    );
    super::error::json(StatusCode::OK, text.as_bytes().to_vec())
}

async fn no_route(method: Method, uri: Uri) -> ApiError {
    if method == Method::POST && uri.path() == "/" {
        return ApiError::no_route("POST / is no call; the base of the stream service is /stream");
    }
    let path: String = uri.path().chars().take(80).collect();
    ApiError::no_route(format!("no call has the path {path}"))
}

async fn method_not_allowed(method: Method, uri: Uri) -> ApiError {
    ApiError::method_not_allowed(&method, uri.path())
}

/// Around every request: its id, its log span, the path as the routes know it, the last resort
/// against a panic, and failures in the form that the published client can tell apart.
async fn outermost(State(state): State<ApiState>, mut request: Request, next: Next) -> Response {
    let session = SessionId::generate();
    let options = state.options();
    if let Some(uri) = normalized(request.uri(), options.path_prefix.as_deref()) {
        *request.uri_mut() = uri;
    }
    let shape = CallShape::of(
        request.method(),
        request.uri().path(),
        request.headers().get(header::USER_AGENT),
    );
    // On at every level: an error's line without the session could not be found again.
    let span = tracing::error_span!(
        "request",
        session = session.as_str(),
        method = %request.method(),
        path = loggable(request.uri().path()),
    );
    request.extensions_mut().insert(session.clone());
    let answered = AssertUnwindSafe(next.run(request)).catch_unwind();
    let mut response = async {
        match answered.await {
            Ok(response) => {
                tracing::debug!(status = response.status().as_u16(), "answered");
                response
            }
            Err(_) => {
                tracing::error!(session = session.as_str(), "a request handler panicked");
                ApiError::internal_text().into_response()
            }
        }
    }
    .instrument(span)
    .await;
    if let Some(error) = response.extensions().get::<ApiError>()
        && let Some(typed) = error.typed(options.typed_errors, &shape)
    {
        response = typed;
    }
    response
        .headers_mut()
        .insert(session::HEADER, session.to_header());
    response
}

/// A path that may be logged: a stream's id gives access to its content.
fn loggable(path: &str) -> &str {
    if path.starts_with("/stream/") {
        "/stream/…"
    } else {
        path
    }
}

/// The URL without the configured prefix, repeated slashes (the client joins its base and a path by
/// concatenation) and a slash at the end. `None` if that changes nothing.
fn normalized(uri: &Uri, prefix: Option<&str>) -> Option<Uri> {
    let path = uri.path();
    let clean = !path.contains("//") && (path.len() == 1 || !path.ends_with('/'));
    let prefix = prefix.unwrap_or_default().trim_matches('/');
    if clean && prefix.is_empty() {
        return None;
    }
    let wanted: Vec<&str> = prefix.split('/').filter(|part| !part.is_empty()).collect();
    let mut segments: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    if segments.starts_with(&wanted) {
        segments.drain(..wanted.len());
    }
    let query = uri
        .query()
        .map_or(String::new(), |query| format!("?{query}"));
    let text = format!("/{}{query}", segments.join("/"));
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(PathAndQuery::try_from(text).ok()?);
    Uri::from_parts(parts).ok()
}

#[cfg(test)]
mod tests;
