//! The API under test, and calls to it.

use std::future::Future;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, header};
use belljar::api::{ApiOptions, ApiState, router, serve};
use belljar::{Belljar, BelljarOptions, KeyOptions, OrgId};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tower::ServiceExt;

use crate::support::{PYTHON, cache_dir};

/// The host that calls without a socket name.
pub(crate) const HOST: &str = "belljar.test";

/// An engine with nothing on disk but the runtimes, its API, and a key.
pub(crate) struct Api {
    pub(crate) belljar: Belljar,
    pub(crate) state: ApiState,
    pub(crate) router: Router,
    pub(crate) key: String,
    pub(crate) org: OrgId,
}

/// An answer, read to its end.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Answer {
    /// The body as JSON.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&self.body)))
    }

    /// The `data` of a success.
    #[track_caller]
    pub(crate) fn data(&self) -> Value {
        let json = self.json();
        assert!(self.status.is_success(), "{} {json}", self.status);
        assert_eq!(json["success"], true, "{json}");
        json["data"].clone()
    }

    /// Checks that it is a failure with the whole envelope; gives the message.
    #[track_caller]
    pub(crate) fn failure(&self, status: u16, code: &str) -> String {
        let json = self.json();
        assert_eq!(self.status.as_u16(), status, "{json}");
        assert_eq!(
            (&json["success"], &json["code"]),
            (&json!(false), &json!(code))
        );
        assert!(self.headers.contains_key("x-session-id"));
        json["message"].as_str().expect("a message").to_owned()
    }
}

/// Makes a key: its text and its organisation.
pub(crate) async fn create_key(belljar: &Belljar, org: &str, name: &str) -> (String, OrgId) {
    let key = belljar
        .create_key(KeyOptions::new(org, name))
        .await
        .unwrap();
    (key.text().to_owned(), key.record.org)
}

impl Api {
    /// Waits until the server has noticed a key that was made beside it.
    pub(crate) async fn knows(&self, key: &str) {
        loop {
            let mut request = self.request(&Method::GET, "/sandbox", Body::empty());
            let bearer = HeaderValue::from_str(&format!("Bearer {key}")).unwrap();
            request.headers_mut().insert("authorization", bearer);
            if self.answer(request).await.status == 200 {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    pub(crate) async fn open() -> Self {
        Self::with(ApiOptions::default()).await
    }

    pub(crate) async fn with(options: ApiOptions) -> Self {
        Self::of(BelljarOptions::in_memory(cache_dir()), options).await
    }

    /// A server on an engine that is opened with these options.
    pub(crate) async fn of(belljar: BelljarOptions, options: ApiOptions) -> Self {
        let belljar = Belljar::open(belljar).await.unwrap();
        // Installing takes longer than any test waits, and whichever test is first would pay for it.
        belljar.install_runtime(PYTHON).await.unwrap();
        let (key, org) = create_key(&belljar, "acme", "test").await;
        let state = ApiState::open(belljar.clone(), options).await.unwrap();
        Self {
            router: router(state.clone()),
            belljar,
            state,
            key,
            org,
        }
    }

    /// A request with a key and a host, as clients send it.
    pub(crate) fn request(&self, method: &Method, path: &str, body: Body) -> Request<Body> {
        Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, HOST)
            .header(header::AUTHORIZATION, format!("Bearer {}", self.key))
            .header(header::CONTENT_TYPE, "application/json")
            .body(body)
            .unwrap()
    }

    /// Sends a request; the body of the answer has not been read.
    pub(crate) async fn send(&self, request: Request<Body>) -> Response<Body> {
        self.router.clone().oneshot(request).await.unwrap()
    }

    /// Sends a request and reads the answer.
    pub(crate) async fn answer(&self, request: Request<Body>) -> Answer {
        read(self.send(request).await).await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        let request = self.request(&Method::GET, path, Body::empty());
        self.answer(request).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        let request = self.request(&Method::DELETE, path, Body::empty());
        self.answer(request).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        let request = self.request(&Method::POST, path, Body::from(body.to_string()));
        self.answer(request).await
    }

    /// Creates an interactive sandbox; its id.
    pub(crate) async fn sandbox(&self) -> String {
        let created = self.post("/sandbox", &json!({ "runtime": PYTHON })).await;
        text(&created.data()["sandboxId"])
    }

    /// Starts a command in a sandbox; the execution's data.
    pub(crate) async fn execute(&self, sandbox: &str, command: &[&str]) -> Value {
        let path = format!("/sandbox/{sandbox}/execute");
        self.post(&path, &json!({ "command": command }))
            .await
            .data()
    }

    /// Serves on a socket of this machine until [`Served::stop`].
    pub(crate) async fn serve(&self) -> Served {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (stop, stopped) = oneshot::channel::<()>();
        let state = self.state.clone();
        let task = tokio::spawn(async move {
            let shutdown = async move {
                let _gone = stopped.await;
            };
            serve(listener, state, shutdown).await.unwrap();
        });
        Served { url, stop, task }
    }
}

/// A server on a socket.
pub(crate) struct Served {
    pub(crate) url: String,
    stop: oneshot::Sender<()>,
    pub(crate) task: JoinHandle<()>,
}

impl Served {
    /// Asks it to end; the task that does.
    pub(crate) fn stop(self) -> JoinHandle<()> {
        self.stop.send(()).unwrap();
        self.task
    }
}

/// Reads an answer to its end.
pub(crate) async fn read(response: Response<Body>) -> Answer {
    let (parts, body) = response.into_parts();
    Answer {
        status: parts.status,
        headers: parts.headers,
        body: body.collect().await.unwrap().to_bytes(),
    }
}

/// A JSON string as text.
#[track_caller]
pub(crate) fn text(value: &Value) -> String {
    value
        .as_str()
        .unwrap_or_else(|| panic!("{value} is not a string"))
        .to_owned()
}

/// A Python program as a command.
pub(crate) fn python(code: &str) -> [&str; 3] {
    ["python3", "-c", code]
}

/// A program that is there for as long as a test needs it.
pub(crate) const SLEEPER: [&str; 3] = ["python3", "-c", "import time; time.sleep(60)"];

/// Asks again and again until the answer is `Some`.
pub(crate) async fn eventually<T, F: Future<Output = Option<T>>>(
    what: &str,
    mut ask: impl FnMut() -> F,
) -> T {
    for _ in 0..400 {
        if let Some(value) = ask().await {
            return value;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("not within ten seconds: {what}");
}
