//! Calls for whoever runs the server: is it there, does it take work, what does it do.

use axum::extract::State;
use axum::response::Response;
use schemars::JsonSchema;
use serde::Serialize;

use crate::api::error::ApiError;
use crate::api::state::{ApiState, Phase};
use crate::api::wire::envelope::Success;

/// The state of the server.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct HealthData {
    status: &'static str,
    version: &'static str,
}

fn ok() -> Response {
    Success::ok(HealthData {
        status: "ok",
        version: env!("CARGO_PKG_VERSION"),
    })
}

/// `GET /health` and `/healthz`: answered as long as anything is.
pub(crate) async fn health() -> Response {
    ok()
}

/// `GET /readyz`: 503 until everything is loaded, and from the first signal to end on.
pub(crate) async fn ready(State(state): State<ApiState>) -> Result<Response, ApiError> {
    if state.phase() > Phase::Serving {
        return Err(ApiError::draining(state.options().grace));
    }
    if !state.is_ready() {
        return Err(ApiError::starting());
    }
    Ok(ok())
}
