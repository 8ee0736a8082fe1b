//! Where commands do their work: in a data folder of this machine, or on a server elsewhere.
//!
//! A command is written once, against [`Client`], which speaks the HTTP API. What is behind it is an
//! [`Operations`]: the engine in this process, whose API is called as a value without any socket, or a
//! server that is asked over the network.

mod local;
mod remote;

use std::io;
use std::pin::Pin;
use std::sync::Arc;

use async_trait::async_trait;
use axum::http::Method;
use bytes::{Bytes, BytesMut};
use clap::Args;
use futures::{Stream, StreamExt};
use serde_json::Value;

use super::data::DataArgs;
use super::exit::CliError;
use crate::{Belljar, Signal};

/// The largest JSON answer that is read.
const MAX_ANSWER_BYTES: usize = 256 * 1024 * 1024;

/// Which server to ask.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Server")]
pub(crate) struct ServerArgs {
    /// Ask the server at this URL instead of working on this machine
    #[arg(
        long,
        value_name = "URL",
        env = "BELLJAR_URL",
        hide_env_values = true,
        global = true
    )]
    pub(super) url: Option<String>,
    /// The key for it
    #[arg(
        long,
        value_name = "KEY",
        env = "BELLJAR_API_KEY",
        hide_env_values = true,
        global = true
    )]
    api_key: Option<String>,
}

impl ServerArgs {
    /// The server, if one is named.
    ///
    /// # Errors
    /// [`CliError::Url`] if the URL is none.
    pub(super) fn client(&self) -> Result<Option<Client>, CliError> {
        let Some(url) = &self.url else {
            return Ok(None);
        };
        let via = Arc::new(remote::Remote::new(url, self.api_key.as_deref())?);
        Ok(Some(Client { via }))
    }
}

/// Where to work: on a server, or on the data folder for one of its organisations.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct PlaceArgs {
    #[command(flatten)]
    pub(super) server: ServerArgs,
    /// The organisation of the data folder that is meant, by id or name; a server knows it by the key
    /// [default: the first one, or that of the sandbox or snapshot named]
    #[arg(long, value_name = "ORG", global = true)]
    org: Option<String>,
}

impl PlaceArgs {
    /// As [`PlaceArgs::with_new`], but a data folder must have something in it.
    ///
    /// # Errors
    /// As there, and [`CliError::NoData`].
    pub(super) async fn with<T>(
        &self,
        data: &DataArgs,
        work: impl AsyncFnOnce(&Client) -> Result<T, CliError>,
    ) -> Result<T, CliError> {
        if self.server.url.is_none() {
            data.exists()?;
        }
        self.with_new(data, work).await
    }

    /// Opens, lets `work` use it, and closes.
    ///
    /// # Errors
    /// [`CliError::Url`] if the URL is none, whatever opening the data folder fails with, and what
    /// `work` fails with.
    pub(super) async fn with_new<T>(
        &self,
        data: &DataArgs,
        work: impl AsyncFnOnce(&Client) -> Result<T, CliError>,
    ) -> Result<T, CliError> {
        let client = match (self.server.client()?, &self.org) {
            (Some(_), Some(_)) => {
                return Err(CliError::Usage(
                    "a server knows the organisation by the key; --org is for data folders"
                        .to_owned(),
                ));
            }
            (Some(client), None) => client,
            (None, org) => Client::of(data.open().await?, org.as_deref()).await?,
        };
        client.close(work(&client).await).await
    }
}

/// Bytes as they come.
pub(super) type Pieces = Pin<Box<dyn Stream<Item = io::Result<Bytes>> + Send>>;

pub(super) const POST: Method = Method::POST;
pub(super) const PUT: Method = Method::PUT;
pub(super) const PATCH: Method = Method::PATCH;

/// What a call carries.
pub(super) enum Payload {
    /// Nothing.
    None,
    /// JSON.
    Json(Value),
    /// Bytes.
    Bytes(Pieces),
}

/// An answer whose body has not been read.
pub(super) struct Answer {
    status: u16,
    body: Pieces,
}

/// Does what the HTTP API does.
#[async_trait]
pub(super) trait Operations: Send + Sync {
    /// Makes a call; `path` is that of the API, with a query if there is one.
    async fn call(&self, method: Method, path: &str, payload: Payload) -> Result<Answer, CliError>;

    /// Passes a signal on to a running execution, as far as that is possible.
    async fn signal(&self, execution: &str, signal: Signal) -> Result<(), CliError>;

    /// Lets go of everything.
    async fn close(&self);
}

/// What commands speak to.
#[derive(Clone)]
pub(super) struct Client {
    via: Arc<dyn Operations>,
}

impl Client {
    /// The engine in this process, for one of its organisations if one is named.
    ///
    /// # Errors
    /// [`CliError::UnknownOrg`], and if the keys cannot be read.
    pub(super) async fn of(belljar: Belljar, org: Option<&str>) -> Result<Self, CliError> {
        let local = match local::Local::new(&belljar, org).await {
            Ok(local) => local,
            Err(error) => {
                belljar.close().await;
                return Err(error);
            }
        };
        let via = Arc::new(local);
        Ok(Self { via })
    }

    /// Lets go of everything, and passes on what was `done`.
    pub(super) async fn close<T>(&self, done: T) -> T {
        self.via.close().await;
        done
    }

    /// Makes a call and gives the `data` of its answer, or all of an answer that has none.
    ///
    /// # Errors
    /// [`CliError::Refused`] if the call fails, [`CliError::Unreachable`] if there is no answer.
    pub(super) async fn ask(
        &self,
        method: Method,
        path: &str,
        payload: Payload,
    ) -> Result<Value, CliError> {
        let answer = self.via.call(method, path, payload).await?;
        let status = answer.status;
        let text = whole(answer.body).await?;
        let mut json: Value = serde_json::from_slice(&text).map_err(|_| refused(status, None))?;
        if !(200..300).contains(&status) || json.get("success") == Some(&Value::Bool(false)) {
            return Err(refused(status, Some(&json)));
        }
        Ok(match json.get_mut("data") {
            Some(data) => data.take(),
            None => json,
        })
    }

    /// `GET`.
    pub(super) async fn get(&self, path: &str) -> Result<Value, CliError> {
        self.ask(Method::GET, path, Payload::None).await
    }

    /// `POST` with JSON.
    pub(super) async fn post(&self, path: &str, body: Value) -> Result<Value, CliError> {
        self.ask(Method::POST, path, Payload::Json(body)).await
    }

    /// `DELETE`.
    pub(super) async fn delete(&self, path: &str) -> Result<Value, CliError> {
        self.ask(Method::DELETE, path, Payload::None).await
    }

    /// Makes a call whose answer is bytes.
    ///
    /// # Errors
    /// As [`Client::ask`].
    pub(super) async fn read(&self, path: &str) -> Result<Pieces, CliError> {
        let answer = self.via.call(Method::GET, path, Payload::None).await?;
        if (200..300).contains(&answer.status) {
            return Ok(answer.body);
        }
        let text = whole(answer.body).await?;
        let json = serde_json::from_slice(&text).ok();
        Err(refused(answer.status, json.as_ref()))
    }

    /// Passes a signal on.
    ///
    /// # Errors
    /// As [`Client::ask`].
    pub(super) async fn signal(&self, execution: &str, signal: Signal) -> Result<(), CliError> {
        self.via.signal(execution, signal).await
    }
}

fn refused(status: u16, json: Option<&Value>) -> CliError {
    let text = |name: &str| {
        let value = json.and_then(|json| json.get(name)).and_then(Value::as_str);
        value.map(str::to_owned)
    };
    CliError::Refused {
        status,
        code: text("code").unwrap_or_default(),
        message: text("message")
            .unwrap_or_else(|| format!("the server answered {status}, and not as Belljar does")),
    }
}

async fn whole(mut body: Pieces) -> Result<Bytes, CliError> {
    let mut all = BytesMut::new();
    while let Some(piece) = body.next().await {
        let piece = piece.map_err(|source| CliError::CutOff { source })?;
        if all.len().saturating_add(piece.len()) > MAX_ANSWER_BYTES {
            let source = io::Error::other("the answer is too large");
            return Err(CliError::CutOff { source });
        }
        all.extend_from_slice(&piece);
    }
    Ok(all.freeze())
}

/// A text as one segment of a path, or as a value in a query.
pub(super) fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// A path with a query made of those of `pairs` that have a value.
pub(super) fn with_query(path: &str, pairs: &[(&str, Option<String>)]) -> String {
    let given = pairs
        .iter()
        .filter_map(|(name, value)| Some(format!("{name}={}", encoded(value.as_ref()?))));
    let query = given.collect::<Vec<_>>().join("&");
    if query.is_empty() {
        path.to_owned()
    } else {
        format!("{path}?{query}")
    }
}

/// The part of a stream's URL that is a path of the API: its server is the one that was asked.
pub(super) fn stream_path(url: &str) -> Option<&str> {
    url.rfind("/stream/").and_then(|at| url.get(at..))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_in_a_url_is_encoded() {
        assert_eq!(encoded("a b/ü&=%~"), "a%20b%2F%C3%BC%26%3D%25~");
        let pairs = [
            ("a", Some("1 2".to_owned())),
            ("b", None),
            ("c", Some("x".to_owned())),
        ];
        assert_eq!(with_query("/p", &pairs), "/p?a=1%202&c=x");
        assert_eq!(with_query("/p", &[("b", None)]), "/p");
        assert_eq!(
            stream_path("http://h/api/stream/stream_1"),
            Some("/stream/stream_1")
        );
        assert_eq!(stream_path("http://h/"), None);
    }
}
