//! A sandbox whose creation nobody was told of does not stay.

use std::time::Duration;

use axum::body::Body;
use axum::http::Method;
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;

use super::api::{Api, SLEEPER, eventually, text};
use crate::support::PYTHON;

/// All sandboxes, also those that have ended.
async fn all(api: &Api) -> Vec<Value> {
    let mut rows = Vec::new();
    for query in ["", "?deletedOnly=true"] {
        let data = api.get(&format!("/sandbox{query}")).await.data();
        rows.extend(data["sandboxes"].as_array().unwrap().iter().cloned());
    }
    rows
}

fn live(rows: &[Value]) -> usize {
    let ended = |row: &&Value| {
        ["terminated", "failed", "deleted"]
            .map(Value::from)
            .contains(&row["status"])
    };
    rows.len() - rows.iter().filter(ended).count()
}

#[tokio::test]
async fn an_answer_that_is_not_taken_destroys_its_sandbox() {
    let api = Api::open().await;
    // Installed and loaded, so that creating is quick.
    let kept = api.sandbox().await;
    for body in [
        json!({ "runtime": PYTHON }),
        json!({ "runtime": PYTHON, "command": { "exec": SLEEPER } }),
    ] {
        let request = api.request(&Method::POST, "/sandbox", Body::from(body.to_string()));
        let response = api.send(request).await;
        assert_eq!(response.status(), 201);
        drop(response);
        eventually("only the one that was answered is left", || async {
            (live(&all(&api).await) == 1).then_some(())
        })
        .await;
    }
    assert_eq!(all(&api).await.len(), 3);
    assert_eq!(
        api.get(&format!("/sandbox/{kept}")).await.data()["status"],
        "idle"
    );
}

#[tokio::test]
async fn a_request_that_is_dropped_while_creating_leaves_nothing() {
    let api = Api::open().await;
    api.sandbox().await;
    for millis in [0, 1, 2, 5] {
        let body = Body::from(json!({ "runtime": PYTHON }).to_string());
        let request = api.request(&Method::POST, "/sandbox", body);
        let sent = api.send(request);
        // Whether it was answered by then or not: nobody has read the answer.
        drop(tokio::time::timeout(Duration::from_millis(millis), sent).await);
    }
    eventually("only the first is left", || async {
        (live(&all(&api).await) == 1).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_connection_that_is_reset_at_once_leaves_nothing() {
    let api = Api::open().await;
    api.sandbox().await;
    let server = api.serve().await;
    let address = server.url.strip_prefix("http://").unwrap().to_owned();
    let body = json!({ "runtime": PYTHON, "name": "lost" }).to_string();
    let request = format!(
        "POST /sandbox HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {}\r\n\
         content-length: {}\r\n\r\n{body}",
        api.key,
        body.len() + 1
    );
    // One byte is missing: the handler waits for it when the connection ends.
    let mut socket = tokio::net::TcpStream::connect(&address).await.unwrap();
    socket.write_all(request.as_bytes()).await.unwrap();
    drop(socket);
    tokio::time::sleep(Duration::from_millis(300)).await;
    let names: Vec<Value> = all(&api)
        .await
        .iter()
        .map(|row| row["name"].clone())
        .collect();
    assert!(!names.contains(&json!("lost")), "{names:?}");
    server.stop().await.unwrap();
}

#[tokio::test]
async fn an_interactive_sandbox_may_start_with_a_command() {
    let api = Api::open().await;
    let body = json!({
        "runtime": PYTHON,
        "command": { "exec": ["python3", "-c", "print('first')"], "mode": "interactive" },
    });
    let data = api.post("/sandbox", &body).await.data();
    let execution = text(&data["executionId"]);
    let ended = api
        .get(&format!("/sandbox/execution/{execution}?wait=60s"))
        .await;
    assert_eq!(ended.data()["status"], "completed");
    let id = text(&data["sandboxId"]);
    let sandbox = api
        .get(&format!("/sandbox/{id}?waitForStatus=idle&waitMs=5000"))
        .await;
    assert_eq!(sandbox.data()["status"], "idle");
    assert_eq!(sandbox.data()["mode"], "interactive");
}
