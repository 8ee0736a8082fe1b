//! Traces of the server, as an OpenTelemetry collector gets them.

use std::collections::VecDeque;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use serde_json::{Value, json};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::PATIENCE;
use super::server::Server;
use crate::support::{PYTHON, belljar, http};

type Got = (HeaderMap, Bytes);

/// A collector: its URL and what it gets.
async fn collector() -> (String, UnboundedReceiver<Got>) {
    async fn take(
        State(got): State<UnboundedSender<Got>>,
        headers: HeaderMap,
        body: Bytes,
    ) -> StatusCode {
        got.send((headers, body)).unwrap();
        StatusCode::OK
    }
    let (send, got) = unbounded_channel();
    let router = Router::new()
        .route("/otel/v1/traces", post(take))
        .with_state(send);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/otel/", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    (url, got)
}

fn holds(body: &[u8], wanted: &[u8]) -> bool {
    body.windows(wanted.len()).any(|window| window == wanted)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_and_executions_are_spans_of_the_clients_trace() {
    let (url, mut got) = collector().await;
    let start = move || Server::start(&["--otlp-endpoint", &url]);
    let server = tokio::task::spawn_blocking(start).await.unwrap();
    let body = json!({ "runtime": PYTHON, "command": { "exec": ["python3", "-c", "exit(3)"] } });
    let trace = b"\x0a\xf7\x65\x19\x16\xcd\x43\xdd\x84\x48\xeb\x21\x1c\x80\x31\x9c";
    let created = http()
        .post(format!("{}/sandbox", server.url))
        .bearer_auth(&server.key)
        .header(
            "traceparent",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        )
        .body(body.to_string())
        .send()
        .await
        .unwrap();
    let created: Value = serde_json::from_slice(&created.bytes().await.unwrap()).unwrap();
    let sandbox = created["data"]["sandboxId"].as_str().unwrap();

    let mut missing: VecDeque<&[u8]> = VecDeque::from([
        b"belljar".as_slice(),
        b"POST /sandbox",
        b"http.response.status_code",
        b"execution",
        b"exit_code",
        sandbox.as_bytes(),
        trace,
        b"\xb7\xad\x6b\x71\x69\x20\x33\x31",
    ]);
    while !missing.is_empty() {
        let received = tokio::time::timeout(PATIENCE, got.recv());
        let (headers, body) = received.await.expect("spans in time").unwrap();
        assert_eq!(headers["content-type"], "application/x-protobuf");
        missing.retain(|wanted| !holds(&body, wanted));
        // The key is in no span.
        assert!(!holds(&body, server.key.as_bytes()));
    }
}

#[test]
fn an_endpoint_that_cannot_be_one_is_refused_and_one_that_is_silent_harms_nobody() {
    let refused = belljar()
        .args(["serve", "--dev", "--otlp-endpoint", "127.0.0.1:4318"])
        .output();
    let refused = super::Ran::from(refused.unwrap());
    refused.expect(2, "");
    assert!(refused.stderr.contains("127.0.0.1:4318"), "{refused:#?}");
    let server = Server::start(&["--otlp-endpoint", "http://127.0.0.1:1"]);
    assert_eq!(server.line(&["run", "python3", "-c", "print(1)"]), "1");
}
