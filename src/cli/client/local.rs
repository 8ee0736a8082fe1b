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
use crate::cli::data;
use crate::cli::exit::CliError;
use crate::{Belljar, ExecutionId, OrgId, SandboxId, Signal, SnapshotId};

/// A host name that is never looked up.
const HOST: &str = "localhost";

/// A Belljar, for those who may do everything with it.
pub(super) struct Local {
    belljar: Belljar,
    state: ApiState,
    /// Whether an organisation was named. If not, a call is one of the organisation whose sandbox,
    /// execution or snapshot it names.
    named: bool,
    /// For the organisation that was named, or the first.
    router: Router,
}

impl Local {
    pub(super) async fn new(belljar: &Belljar, org: Option<&str>) -> Result<Self, CliError> {
        let state = ApiState::open(belljar.clone(), ApiOptions::default()).await?;
        let id = data::org(belljar, org).await?;
        Ok(Self {
            belljar: belljar.clone(),
            named: org.is_some(),
            router: local_router(state.clone(), id),
            state,
        })
    }

    /// The API for a call to `path`.
    async fn router(&self, path: &str) -> Router {
        let words = path.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        for word in words.filter(|_| !self.named) {
            match self.owner(word).await {
                Some(org) if org == *self.belljar.default_org() => break,
                Some(org) => return local_router(self.state.clone(), org),
                None => {}
            }
        }
        self.router.clone()
    }

    /// Whose it is, if `word` is the id of something.
    async fn owner(&self, word: &str) -> Option<OrgId> {
        if let Ok(id) = SandboxId::parse(word) {
            Some(self.belljar.sandbox_record(&id).await.ok()?.org)
        } else if let Ok(id) = ExecutionId::parse(word) {
            Some(self.belljar.execution(&id).await.ok()?.org)
        } else if let Ok(id) = SnapshotId::parse(word) {
            Some(self.belljar.snapshot_record(&id).await.ok()?.org)
        } else {
            None
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
