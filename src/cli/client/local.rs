//! The engine in this process.

use std::io;

use async_trait::async_trait;
use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, header};
use futures::StreamExt;
use tower_service::Service;

use super::{Answer, Operations, Payload};
use crate::api::{ApiOptions, ApiState, local_router};
use crate::cli::data::DataArgs;
use crate::cli::exit::CliError;
use crate::{Belljar, ExecutionId, SandboxId, Signal};

/// A host name that is never looked up.
const HOST: &str = "localhost";

/// A Belljar on a data folder.
pub(super) struct Local {
    belljar: Belljar,
    state: ApiState,
    /// For the first organisation, which most calls are for.
    router: Router,
}

impl Local {
    pub(super) async fn open(data: &DataArgs) -> Result<Self, CliError> {
        let belljar = data.open().await?;
        let state = ApiState::open(belljar.clone(), ApiOptions::default()).await?;
        let org = belljar.default_org().clone();
        Ok(Self {
            belljar,
            router: local_router(state.clone(), org),
            state,
        })
    }

    /// The API for a call to `path`. Whoever has the data folder may do everything, so a call is one of
    /// the organisation whose sandbox or execution it names.
    async fn router(&self, path: &str) -> Router {
        let mut owner = None;
        for segment in path.split(['/', '?', '&', '=']) {
            if let Ok(id) = SandboxId::parse(segment) {
                owner = self
                    .belljar
                    .sandbox_record(&id)
                    .await
                    .ok()
                    .map(|one| one.org);
            } else if let Ok(id) = ExecutionId::parse(segment) {
                owner = self.belljar.execution(&id).await.ok().map(|one| one.org);
            }
        }
        match owner {
            Some(org) if org != *self.belljar.default_org() => {
                local_router(self.state.clone(), org)
            }
            _ => self.router.clone(),
        }
    }
}

#[async_trait]
impl Operations for Local {
    async fn call(&self, method: Method, path: &str, payload: Payload) -> Result<Answer, CliError> {
        let body = match payload {
            Payload::None => Body::empty(),
            Payload::Json(value) => Body::from(value.to_string()),
            Payload::Bytes(pieces) => Body::from_stream(pieces),
        };
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, HOST)
            .body(body)
            .map_err(|error| CliError::Unreachable {
                url: path.to_owned(),
                reason: error.to_string(),
            })?;
        let response = match self.router(path).await.call(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        };
        let (parts, body) = response.into_parts();
        Ok(Answer {
            status: parts.status.as_u16(),
            body: Box::pin(
                body.into_data_stream()
                    .map(|piece| piece.map_err(io::Error::other)),
            ),
        })
    }

    async fn signal(&self, execution: &str, signal: Signal) -> Result<(), CliError> {
        if let Ok(id) = ExecutionId::parse(execution) {
            self.belljar.signal_execution(&id, signal).await?;
        }
        Ok(())
    }

    async fn close(&self) {
        self.belljar.close().await;
    }
}
