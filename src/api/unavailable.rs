//! Calls of the API that this version does not have. They answer 501 and say so: a bare 404 would
//! send users looking for a wrong URL.

use axum::Router;
use axum::routing::{MethodRouter, delete, get, patch, post, put};

use crate::api::error::ApiError;
use crate::api::state::ApiState;

/// A handler that says that `call` is not available.
macro_rules! missing {
    ($method:ident, $call:literal) => {
        $method(async || ApiError::not_implemented($call))
    };
}

/// The calls that need a key.
pub(crate) fn calls() -> Router<ApiState> {
    Router::new()
        .merge(lifecycle())
        .merge(jobs())
        .merge(snapshots())
        .merge(checkpoints())
        .route("/fs/download/{id}", missing!(get, "downloading an archive"))
        .route("/fs/upload/{id}", missing!(post, "uploading an archive"))
        .route("/services/stats/{org}", missing!(get, "statistics"))
        .merge(streams())
}

/// The calls that need none.
pub(crate) fn public_calls() -> Router<ApiState> {
    let list: MethodRouter<ApiState> = missing!(get, "listing public snapshots");
    Router::new()
        .route("/sandbox/snapshots/public", list)
        .route(
            "/sandbox/snapshots/public/{reference}",
            missing!(get, "getting a public snapshot"),
        )
}

fn lifecycle() -> Router<ApiState> {
    Router::new()
        .route("/sandbox/{id}/pause", missing!(post, "pausing a sandbox"))
        .route("/sandbox/{id}/resume", missing!(post, "resuming a sandbox"))
}

fn jobs() -> Router<ApiState> {
    Router::new()
        .route(
            "/sandbox/sandboxes/{id}/jobs",
            missing!(post, "creating a job").merge(missing!(get, "listing jobs")),
        )
        .route(
            "/sandbox/sandboxes/{id}/jobs/{job}",
            missing!(get, "getting a job").merge(missing!(delete, "stopping a job")),
        )
}

fn snapshots() -> Router<ApiState> {
    Router::new()
        .route(
            "/sandbox/{id}/snapshot",
            missing!(post, "creating a snapshot"),
        )
        .route("/sandbox/snapshots", missing!(get, "listing snapshots"))
        .route(
            "/sandbox/snapshots/lineage",
            missing!(get, "the lineage of a snapshot"),
        )
        .route(
            "/sandbox/snapshots/build",
            missing!(post, "building a snapshot"),
        )
        .route(
            "/sandbox/snapshots/{snapshot}",
            missing!(get, "getting a snapshot")
                .merge(missing!(delete, "deleting a snapshot"))
                .merge(missing!(patch, "tagging a snapshot")),
        )
        .route(
            "/sandbox/snapshots/{snapshot}/finalize",
            missing!(post, "finalizing a snapshot"),
        )
        .route(
            "/sandbox/snapshots/{snapshot}/upload",
            missing!(put, "uploading a snapshot"),
        )
}

fn checkpoints() -> Router<ApiState> {
    Router::new()
        .route(
            "/sandbox/checkpoints/{id}",
            missing!(get, "listing checkpoints"),
        )
        .route(
            "/sandbox/{id}/checkpoint",
            missing!(post, "creating a checkpoint"),
        )
        .route(
            "/sandbox/{id}/checkpoint/{checkpoint}",
            missing!(delete, "deleting a checkpoint"),
        )
        .route(
            "/sandbox/{id}/checkpoint/{checkpoint}/restore",
            missing!(post, "restoring a checkpoint"),
        )
}

fn streams() -> Router<ApiState> {
    Router::new()
        .route("/stream/list", missing!(post, "listing streams"))
        .route(
            "/stream/{id}/append",
            missing!(post, "appending to a stream"),
        )
        .route(
            "/stream/{id}/complete",
            missing!(post, "completing a stream"),
        )
        .route("/stream/{id}/info", missing!(post, "describing a stream"))
}
