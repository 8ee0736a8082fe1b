//! A server elsewhere.

use std::io;

use async_trait::async_trait;
use axum::http::Method;
use futures::StreamExt;

use super::{Answer, Operations, Payload, encoded};
use crate::Signal;
use crate::cli::exit::CliError;

/// A server and the key for it.
pub(super) struct Remote {
    http: reqwest::Client,
    /// Without a slash at the end.
    url: String,
    key: Option<String>,
}

impl Remote {
    pub(super) fn new(url: &str, key: Option<&str>) -> Result<Self, CliError> {
        let wrong = |reason: String| CliError::Url {
            url: url.to_owned(),
            reason,
        };
        let parsed = reqwest::Url::parse(url).map_err(|error| wrong(error.to_string()))?;
        if !matches!(parsed.scheme(), "http" | "https") || parsed.query().is_some() {
            return Err(wrong(
                "it must be http:// or https:// without a query".to_owned(),
            ));
        }
        // Refused if there is one already, which is as good.
        drop(rustls::crypto::ring::default_provider().install_default());
        let http = reqwest::Client::builder()
            .user_agent(concat!("belljar/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| wrong(error.to_string()))?;
        Ok(Self {
            http,
            url: url.trim_end_matches('/').to_owned(),
            key: key.map(str::to_owned),
        })
    }
}

#[async_trait]
impl Operations for Remote {
    async fn call(&self, method: Method, path: &str, payload: Payload) -> Result<Answer, CliError> {
        let mut request = self.http.request(method, format!("{}{path}", self.url));
        if let Some(key) = &self.key {
            request = request.bearer_auth(key);
        }
        request = match payload {
            Payload::None => request,
            Payload::Json(value) => request
                .header("content-type", "application/json")
                .body(value.to_string()),
            Payload::Bytes(pieces) => request.body(reqwest::Body::wrap_stream(pieces)),
        };
        let response = request.send().await.map_err(|error| {
            let error = error.without_url();
            let mut reason = error.to_string();
            let mut cause = std::error::Error::source(&error);
            while let Some(deeper) = cause {
                reason = format!("{reason}: {deeper}");
                cause = deeper.source();
            }
            CliError::Unreachable {
                url: self.url.clone(),
                reason,
            }
        })?;
        Ok(Answer {
            status: response.status().as_u16(),
            body: Box::pin(
                response
                    .bytes_stream()
                    .map(|piece| piece.map_err(io::Error::other)),
            ),
        })
    }

    /// There is no call for a signal; whoever interrupts wants an end.
    async fn signal(&self, execution: &str, _signal: Signal) -> Result<(), CliError> {
        let path = format!("/sandbox/execution/{}/cancel", encoded(execution));
        self.call(Method::POST, &path, Payload::None).await?;
        Ok(())
    }

    async fn close(&self) {}
}
