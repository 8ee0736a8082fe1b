//! A server elsewhere.

use std::io;
use std::time::Duration;

use async_trait::async_trait;
use axum::http::Method;
use futures::StreamExt;

use super::{Answer, Operations, Payload, encoded};
use crate::Signal;
use crate::cli::exit::CliError;

/// How long a server may take to be connected to; what it does after that may take any time.
const CONNECT: Duration = Duration::from_secs(10);

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
            .connect_timeout(CONNECT)
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
            // What is around the innermost cause only says that it was a request.
            let error = error.without_url();
            let mut cause: &dyn std::error::Error = &error;
            while let Some(deeper) = cause.source() {
                cause = deeper;
            }
            CliError::Unreachable {
                url: self.url.clone(),
                reason: cause.to_string(),
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
