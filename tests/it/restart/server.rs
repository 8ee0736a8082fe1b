//! The real server in a process of its own, to be killed, and the few calls to it that this needs.

use std::path::Path;
use std::process::{Child, Stdio};

use belljar::{ExecutionId, StreamId};
use bytes::Bytes;
use futures::StreamExt;
use reqwest::{Method, Response};
use serde_json::{Value, json};

use crate::guests::{eventually, within};
use crate::support::belljar;

/// A running `belljar serve`; killed when dropped.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    client: Client,
}

/// An execution that the server has accepted.
#[derive(Debug)]
pub(crate) struct Started {
    pub(crate) id: ExecutionId,
    pub(crate) stdout: StreamId,
}

impl Server {
    /// Starts it and waits until it is ready.
    pub(crate) async fn start(data: &Path) -> Self {
        Self::spawn(data, &[]).ready(data).await
    }

    /// Starts it with something special in its environment, and waits for nothing.
    pub(crate) fn spawn(data: &Path, env: &[(&str, &str)]) -> Self {
        let file = data.join("ready");
        // Of a server that was killed.
        drop(std::fs::remove_file(&file));
        let child = belljar()
            .args(["serve", "--dev", "--listen", "127.0.0.1:0", "--ready-file"])
            .arg(&file)
            .env("BELLJAR_DATA", data)
            .envs(env.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(std::fs::File::create(data.join("stderr")).unwrap())
            .spawn()
            .unwrap();
        Self {
            child,
            // Nobody to call before it is ready.
            client: Client {
                http: crate::support::http(),
                url: String::new(),
                key: String::new(),
            },
        }
    }

    /// Waits until it is ready.
    pub(crate) async fn ready(self, data: &Path) -> Self {
        let mut server = self;
        let file = data.join("ready");
        eventually("the server is ready", async || {
            let ended = server.child.try_wait().unwrap();
            let said = || std::fs::read_to_string(data.join("stderr"));
            assert!(ended.is_none(), "{ended:?}: {:?}", said());
            file.exists()
        })
        .await;
        let ready: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
        server.client = Client {
            http: crate::support::http(),
            url: text(&ready["url"]),
            key: text(&ready["key"]),
        };
        server
    }

    /// `kill -9`, and it is gone.
    pub(crate) fn kill(self) {
        // By dropping it.
    }

    pub(crate) fn client(&self) -> Client {
        self.client.clone()
    }

    /// The id of its process.
    pub(crate) fn process(&self) -> u32 {
        self.child.id()
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Value {
        let answer = self.client.try_post(path, body).await;
        answer.expect("the server is there")
    }

    pub(crate) async fn get(&self, path: &str) -> Value {
        let request = self.client.http.get(self.client.at(path));
        self.client
            .data(request)
            .await
            .expect("the server is there")
    }

    pub(crate) async fn delete(&self, path: &str) {
        let request = self.client.http.delete(self.client.at(path));
        let sent = request.bearer_auth(&self.client.key).send();
        let answer = within(path, sent).await.unwrap();
        assert!(answer.status().is_success(), "{answer:?}");
    }

    /// Creates a sandbox; its id.
    pub(crate) async fn sandbox(&self, body: &Value) -> String {
        text(&self.post("/sandbox", body).await["sandboxId"])
    }

    /// Starts Python code.
    pub(crate) async fn execute(&self, sandbox: &str, code: &str) -> Started {
        let body = json!({ "command": ["python3", "-c", code] });
        let data = self
            .post(&format!("/sandbox/{sandbox}/execute"), &body)
            .await;
        Started {
            id: text(&data["executionId"]).parse().unwrap(),
            stdout: stream_of(&data["stdoutStreamUrl"]),
        }
    }

    /// Reads a stream until its program has said `ready`. To be held on to: who stops reading
    /// abandons the execution.
    pub(crate) async fn until_ready(&self, stream: &StreamId) -> impl Sized + use<> {
        let request = self
            .client
            .http
            .get(self.client.at(&format!("/stream/{stream}")));
        let answer: Response = within("the stream", request.send()).await.unwrap();
        assert!(answer.status().is_success(), "{answer:?}");
        let mut chunks = Box::pin(answer.bytes_stream());
        let first = within("a first chunk", chunks.next())
            .await
            .unwrap()
            .unwrap();
        assert_eq!(first, "ready\n");
        chunks
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself; the status says so either way.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// How the server is called.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    http: reqwest::Client,
    url: String,
    key: String,
}

impl Client {
    /// The same with connections of its own, which end with it.
    pub(crate) fn anew(&self) -> Self {
        Self {
            http: crate::support::http(),
            ..self.clone()
        }
    }

    fn at(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }

    /// The data of the answer; `None` if the connection ends before it has come.
    pub(crate) async fn try_post(&self, path: &str, body: &Value) -> Option<Value> {
        self.data(self.http.post(self.at(path)).json(body)).await
    }

    /// The status and the body of the answer; `None` if the connection ends before they have come.
    pub(crate) async fn call(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Option<(u16, Value)> {
        let body = body.map(|body| body.to_string().into());
        let (status, bytes) = self.exchange(method, path, body).await?;
        let body = serde_json::from_slice(&bytes);
        Some((status, body.unwrap_or(Value::Null)))
    }

    /// As [`Client::call`], for what is no JSON.
    pub(crate) async fn exchange(
        &self,
        method: Method,
        path: &str,
        body: Option<reqwest::Body>,
    ) -> Option<(u16, Bytes)> {
        // What carries anything else is not asked for its type.
        let mut request = self
            .http
            .request(method, self.at(path))
            .header("content-type", "application/json");
        if let Some(body) = body {
            request = request.body(body);
        }
        let sent = request.bearer_auth(&self.key).send();
        let answer = within("an answer", sent).await.ok()?;
        let status = answer.status().as_u16();
        Some((status, within("an answer", answer.bytes()).await.ok()?))
    }

    async fn data(&self, request: reqwest::RequestBuilder) -> Option<Value> {
        let sent = request.bearer_auth(&self.key).send();
        let answer = within("an answer", sent).await.ok()?;
        let status = answer.status();
        let body: Value = within("an answer", answer.json()).await.ok()?;
        assert!(
            status.is_success() && body["success"] == true,
            "{status}: {body}"
        );
        Some(body["data"].clone())
    }
}

/// The stream that a URL of the server names.
#[track_caller]
pub(crate) fn stream_of(url: &Value) -> StreamId {
    let url = text(url);
    url.rsplit('/').next().unwrap().parse().unwrap()
}

#[track_caller]
pub(crate) fn text(value: &Value) -> String {
    let text = value.as_str();
    text.unwrap_or_else(|| panic!("{value} is not a string"))
        .to_owned()
}
