//! Calls of the API, as clients make them.

use reqwest::{Client, Method, RequestBuilder};
use serde_json::Value;

use crate::server::Server;

/// A client of one server, with connections that are kept alive.
#[derive(Clone, Debug)]
pub(crate) struct Api {
    client: Client,
    url: String,
    key: String,
}

impl Api {
    pub(crate) fn new(server: &Server) -> Self {
        let client = Client::builder().no_proxy().build().expect("a client");
        Self {
            client,
            url: server.url.clone(),
            key: server.key.clone(),
        }
    }

    /// The same calls, to another server.
    pub(crate) fn at(&self, url: &str) -> Self {
        Self {
            url: url.to_owned(),
            ..self.clone()
        }
    }

    /// The answer to a request with the key, as text.
    pub(crate) async fn text(&self, method: Method, path: &str, body: Option<&Value>) -> String {
        let url = format!("{}{path}", self.url);
        let mut request = self.client.request(method, url).bearer_auth(&self.key);
        if let Some(body) = body {
            request = request.json(body);
        }
        sent(request).await
    }

    /// The data in the API's envelope.
    pub(crate) async fn data(&self, method: Method, path: &str, body: Option<&Value>) -> Value {
        let answer = self.text(method, path, body).await;
        let mut answer: Value = serde_json::from_str(&answer).expect("JSON");
        assert_eq!(answer["success"], true, "{answer}");
        answer["data"].take()
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Value {
        self.data(Method::POST, path, Some(body)).await
    }

    /// Destroys a sandbox.
    pub(crate) async fn destroy(&self, sandbox: &str) {
        let path = format!("/sandbox/{sandbox}");
        self.data(Method::DELETE, &path, None).await;
    }

    /// What is behind an address that needs no key.
    pub(crate) async fn read(&self, url: &str) -> String {
        sent(self.client.get(url)).await
    }

    /// Waits for the exit of the execution that `started` tells of, and reads what it prints meanwhile.
    pub(crate) async fn output(&self, started: &Value) -> (String, String) {
        let execution = async {
            let id = text(started, "executionId");
            let path = format!("/sandbox/execution/{id}?wait=5m");
            let ended = self.data(Method::GET, &path, None).await;
            assert_eq!(ended["exitCode"], 0, "{ended}");
        };
        let (stdout, stderr, ()) = tokio::join!(
            self.read(text(started, "stdoutStreamUrl")),
            self.read(text(started, "stderrStreamUrl")),
            execution
        );
        (stdout, stderr)
    }
}

async fn sent(request: RequestBuilder) -> String {
    let answer = request.send().await.expect("an answer");
    assert!(answer.status().is_success(), "{answer:?}");
    answer.text().await.expect("a text")
}

/// A text in an answer.
pub(crate) fn text<'a>(answer: &'a Value, name: &str) -> &'a str {
    answer[name]
        .as_str()
        .unwrap_or_else(|| panic!("no {name} in {answer}"))
}
