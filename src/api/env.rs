//! `PATCH /sandbox/env/{id}`: the environment of later executions.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::response::Response;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::auth::Caller;
use crate::api::body::JsonBody;
use crate::api::error::ApiError;
use crate::api::params::PathId;
use crate::api::state::ApiState;
use crate::api::wire::envelope::Success;
use crate::api::wire::field;
use crate::id::SandboxId;

/// `null` removes a variable.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct EnvBody {
    env: BTreeMap<String, Option<String>>,
}

/// All variables after the change.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct EnvData {
    env: BTreeMap<String, String>,
}

/// Sets and removes variables.
pub(crate) async fn set(
    State(state): State<ApiState>,
    caller: Caller,
    PathId(id): PathId<SandboxId>,
    JsonBody(body): JsonBody<EnvBody>,
) -> Result<Response, ApiError> {
    field::env_names(body.env.keys())?;
    for (name, value) in &body.env {
        if let Some(value) = value {
            field::env_value(name, value)?;
        }
    }
    let sandbox = state.sandbox(&caller, &id).await?;
    let env = sandbox.set_env(body.env).await?;
    Ok(Success::ok(EnvData { env }))
}
