//! Calls of the API that this version does not have. They answer 501 and say so: a bare 404 would
//! send users looking for a wrong URL.

use axum::Router;
use axum::routing::{post, put};

use crate::api::error::ApiError;
use crate::api::state::ApiState;

/// A handler that says that `call` is not available.
macro_rules! missing {
    ($method:ident, $call:literal) => {
        $method(async || ApiError::not_implemented($call))
    };
}

/// All of them need a key.
pub(crate) fn calls() -> Router<ApiState> {
    Router::new().merge(builds())
}

fn builds() -> Router<ApiState> {
    Router::new()
        .route(
            "/sandbox/snapshots/build",
            missing!(post, "building a snapshot"),
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
