//! Streams over a socket.

use std::time::{Duration, Instant};

use axum::body::Body;
use axum::http::Method;
use belljar::api::ApiOptions;
use bytes::Bytes;
use futures::StreamExt;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::api::{Api, create_key, eventually, python, text};
use crate::support::PYTHON;

#[tokio::test]
async fn headers_come_before_output_and_output_before_the_end() {
    let api = Api::open().await;
    let server = api.serve().await;
    let sandbox = api.sandbox().await;
    let code = "import time; time.sleep(1); print('a', flush=True); time.sleep(2); print('b')";
    let execution = api.execute(&sandbox, &python(code)).await;
    let path = text(&execution["stdoutStreamUrl"]);
    let url = format!(
        "{}{}",
        server.url,
        path.split_once(super::api::HOST).unwrap().1
    );
    let started = Instant::now();
    let response = crate::support::http().get(&url).send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(
        response.headers()["content-type"],
        "application/octet-stream"
    );
    assert_eq!(response.headers()["x-content-type-options"], "nosniff");
    assert!(
        started.elapsed() < Duration::from_millis(800),
        "{:?}",
        started.elapsed()
    );
    let mut chunks = response.bytes_stream();
    assert_eq!(chunks.next().await.unwrap().unwrap(), "a\n");
    assert!(
        started.elapsed() < Duration::from_millis(2500),
        "{:?}",
        started.elapsed()
    );
    assert_eq!(chunks.next().await.unwrap().unwrap(), "b\n");
    assert!(chunks.next().await.is_none());
    server.stop().await.unwrap();
}

#[tokio::test]
async fn a_server_that_ends_cuts_a_stream_instead_of_ending_it() {
    let mut options = ApiOptions::default();
    options.drain = Duration::from_millis(300);
    let api = Api::with(options).await;
    let server = api.serve().await;
    let sandbox = api.sandbox().await;
    let code = "import time; print('a', flush=True); time.sleep(60)";
    let execution = api.execute(&sandbox, &python(code)).await;
    let path = text(&execution["stdoutStreamUrl"]);
    let url = format!(
        "{}{}",
        server.url,
        path.split_once(super::api::HOST).unwrap().1
    );
    let mut chunks = crate::support::http()
        .get(&url)
        .send()
        .await
        .unwrap()
        .bytes_stream();
    assert_eq!(chunks.next().await.unwrap().unwrap(), "a\n");
    let ended = server.stop();
    assert!(
        chunks.next().await.unwrap().is_err(),
        "an end would pass for all of the output"
    );
    ended.await.unwrap();
}

#[tokio::test]
async fn asking_for_headers_is_not_reading() {
    let api = Api::open().await;
    let sandbox = api.sandbox().await;
    let execution = api
        .execute(&sandbox, &python("import time; time.sleep(4)"))
        .await;
    let path = text(&execution["stdoutStreamUrl"]);
    let answer = api
        .answer(api.request(&Method::HEAD, &path, Body::empty()))
        .await;
    assert_eq!((answer.status.as_u16(), answer.body.len()), (200, 0));
    // A reader that leaves would have the execution cancelled.
    let id = text(&execution["executionId"]);
    tokio::time::sleep(Duration::from_secs(3)).await;
    let ended = api
        .get(&format!("/sandbox/execution/{id}?wait=60s"))
        .await
        .data();
    assert_eq!(ended["status"], "completed");
}

/// A stream for input, and a one-shot sandbox that reads it.
async fn reading(api: &Api, code: &str) -> (String, serde_json::Value) {
    let created = api
        .post("/stream", &json!({ "name": "sandbox-stdin-1" }))
        .await;
    let id = text(&created.json()["id"]);
    let body = json!({
        "runtime": PYTHON,
        "command": { "exec": python(code), "mode": "oneshot" },
        "stream": { "stdin": id },
    });
    (id, api.post("/sandbox", &body).await.data())
}

#[tokio::test]
async fn the_end_of_the_body_is_the_end_of_the_input() {
    let api = Api::open().await;
    let (id, run) = reading(&api, "import sys; print(len(sys.stdin.read()))").await;
    let body = Body::from_stream(futures::stream::iter(
        (0..100).map(|_| Ok::<_, std::io::Error>(Bytes::from_static(&[b'x'; 1000]))),
    ));
    let path = format!("/stream/{id}");
    let answer = api.answer(api.request(&Method::PUT, &path, body)).await;
    assert_eq!(answer.status, 200);
    let out = api.get(&text(&run["stdoutStreamUrl"])).await;
    assert_eq!(out.body, "100000\n");
}

#[tokio::test]
async fn a_client_that_goes_away_ends_the_input() {
    let api = Api::open().await;
    let server = api.serve().await;
    let (id, run) = reading(&api, "import sys; print(repr(sys.stdin.read()))").await;
    let address = server.url.strip_prefix("http://").unwrap().to_owned();
    let mut socket = tokio::net::TcpStream::connect(&address).await.unwrap();
    let head = format!(
        "PUT /stream/{id} HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {}\r\n\
         transfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n",
        api.key
    );
    socket.write_all(head.as_bytes()).await.unwrap();
    tokio::time::sleep(Duration::from_millis(300)).await;
    drop(socket);
    let path = format!("/sandbox/execution/{}?wait=20s", text(&run["executionId"]));
    assert_eq!(api.get(&path).await.data()["status"], "completed");
    assert_eq!(
        api.get(&text(&run["stdoutStreamUrl"])).await.body,
        "'half'\n"
    );
    server.stop().await.unwrap();
}

#[tokio::test]
async fn input_is_not_read_faster_than_the_process_takes_it() {
    let api = Api::open().await;
    let server = api.serve().await;
    let code = "import sys, time; time.sleep(2); print(len(sys.stdin.buffer.read()))";
    let (id, run) = reading(&api, code).await;
    let sent = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let counted = sent.clone();
    let total = 1024;
    let pieces = futures::stream::iter(0..total).map(move |_| {
        counted.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        Ok::<_, std::io::Error>(Bytes::from_static(&[b'x'; 64 * 1024]))
    });
    let put = crate::support::http()
        .put(format!("{}/stream/{id}", server.url))
        .bearer_auth(&api.key)
        .body(reqwest::Body::wrap_stream(pieces))
        .send();
    let put = tokio::spawn(put);
    tokio::time::sleep(Duration::from_secs(1)).await;
    // 64 MiB are offered; what socket buffers and the pipe hold is far less.
    let early = sent.load(std::sync::atomic::Ordering::SeqCst);
    assert!(
        early < total / 2,
        "{early} of {total} pieces were taken before anybody read"
    );
    assert_eq!(put.await.unwrap().unwrap().status(), 200);
    let out = api.get(&text(&run["stdoutStreamUrl"])).await;
    assert_eq!(out.body, format!("{}\n", total * 64 * 1024));
    server.stop().await.unwrap();
}

#[tokio::test]
async fn the_put_is_answered_when_the_reader_is_gone_although_more_is_coming() {
    let api = Api::open().await;
    let server = api.serve().await;
    let (id, _) = reading(&api, "print(input())").await;
    let address = server.url.strip_prefix("http://").unwrap().to_owned();
    let mut socket = tokio::net::TcpStream::connect(&address).await.unwrap();
    let head = format!(
        "PUT /stream/{id} HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {}\r\n\
         transfer-encoding: chunked\r\n\r\n6\r\nhello\n\r\n",
        api.key
    );
    socket.write_all(head.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    let read = socket.read_to_end(&mut answer);
    tokio::time::timeout(Duration::from_secs(30), read)
        .await
        .unwrap()
        .unwrap();
    let answer = String::from_utf8(answer).unwrap().to_lowercase();
    assert!(answer.starts_with("http/1.1 200"), "{answer}");
    assert!(answer.contains("\r\nconnection: close\r\n"), "{answer}");
    assert!(answer.ends_with(r#"{"success":true}"#), "{answer}");
    server.stop().await.unwrap();
}

#[tokio::test]
async fn a_reader_that_leaves_gives_the_sandbox_free() {
    let api = Api::open().await;
    let server = api.serve().await;
    let sandbox = api.sandbox().await;
    let code = "import time; print('a', flush=True); time.sleep(60)";
    let execution = api.execute(&sandbox, &python(code)).await;
    let path = text(&execution["stdoutStreamUrl"]);
    let url = format!(
        "{}{}",
        server.url,
        path.split_once(super::api::HOST).unwrap().1
    );
    let mut chunks = crate::support::http()
        .get(&url)
        .send()
        .await
        .unwrap()
        .bytes_stream();
    assert_eq!(chunks.next().await.unwrap().unwrap(), "a\n");
    drop(chunks);
    eventually("the sandbox is idle", || async {
        let data = api.get(&format!("/sandbox/{sandbox}")).await.data();
        (data["status"] == "idle").then_some(())
    })
    .await;
    server.stop().await.unwrap();
}

#[tokio::test]
async fn a_stream_is_its_organisations_but_for_reading() {
    let api = Api::open().await;
    let created = api.post("/stream", &json!({ "name": "ours" })).await;
    let id = text(&created.json()["id"]);
    let (key, _) = create_key(&api.belljar, "other", "test").await;
    api.knows(&key).await;
    let foreign = async |method: Method, path: &str| {
        let mut request = api.request(&method, path, Body::from("{}"));
        let key = format!("Bearer {key}").parse().unwrap();
        request.headers_mut().insert("authorization", key);
        api.answer(request).await
    };
    let path = format!("/stream/{id}");
    for (method, path) in [
        (Method::PUT, path.clone()),
        (Method::DELETE, path.clone()),
        (Method::POST, format!("{path}/append")),
        (Method::POST, format!("{path}/complete")),
        (Method::POST, format!("{path}/info")),
    ] {
        let answer = foreign(method, &path).await;
        answer.failure(404, "STREAM_NOT_FOUND");
    }
    let list = foreign(Method::POST, "/stream/list").await;
    assert_eq!(list.json()["total"], 0);
    // Nothing of that has used it: it takes data of its own organisation, and is read without a key.
    let append = |bytes: Vec<u8>| {
        let path = format!("{path}/append");
        api.answer(api.request(&Method::POST, &path, Body::from(bytes)))
    };
    assert_eq!(append(b"data".to_vec()).await.status, 200);
    append(vec![0; 5_000_001]).await.failure(413, "TOO_LARGE");
    let put = api.request(&Method::PUT, &path, Body::from("x"));
    api.answer(put).await.failure(409, "CONFLICT");
    let mut wrong = api.request(&Method::POST, &format!("{path}/complete"), Body::empty());
    wrong
        .headers_mut()
        .insert("x-compress", "br".parse().unwrap());
    api.answer(wrong).await.failure(400, "INVALID_ARGUMENT");
    let mut right = api.request(&Method::POST, &format!("{path}/complete"), Body::empty());
    right
        .headers_mut()
        .insert("x-compress", "gzip".parse().unwrap());
    assert_eq!(api.answer(right).await.status, 200);
    let mut read = api.request(&Method::GET, &path, Body::empty());
    read.headers_mut().remove("authorization");
    assert_eq!(api.answer(read).await.body, "data");
}

#[tokio::test]
async fn a_stream_has_the_type_time_and_metadata_it_was_made_with() {
    let api = Api::open().await;
    let body = json!({
        "name": "page",
        "metadata": { "a": "b" },
        "headers": { "Content-Type": "text/html" },
        "ttl": 0,
    });
    let id = text(&api.post("/stream", &body).await.json()["id"]);
    let info = api
        .post(&format!("/stream/{id}/info"), &json!({}))
        .await
        .json();
    assert_eq!(info["metadata"], json!({ "a": "b" }));
    assert!(info.get("expires_at").is_none(), "{info}");
    let head = api.request(&Method::HEAD, &format!("/stream/{id}"), Body::empty());
    let head = api.answer(head).await;
    assert_eq!(head.headers["content-type"], "text/html");
    assert!(
        head.headers["content-security-policy"]
            .to_str()
            .unwrap()
            .contains("sandbox")
    );
    for (field, value) in [
        ("ttl", json!(-1)),
        ("ttl", json!("1h")),
        ("headers", json!({ "content-type": "a\nb/c" })),
        ("metadata", json!({ "a": "x".repeat(20_000) })),
        ("metadata", json!({ "a": 1 })),
        ("name", json!("")),
    ] {
        let mut body = json!({ "name": "x" });
        body[field] = value;
        api.post("/stream", &body)
            .await
            .failure(400, "INVALID_ARGUMENT");
    }
    for body in [
        json!({ "limit": 0 }),
        json!({ "limit": 1001 }),
        json!({ "sort": "age" }),
    ] {
        api.post("/stream/list", &body)
            .await
            .failure(400, "INVALID_ARGUMENT");
    }
}
