//! Long polls: held no longer than allowed, kept alive, and answered when the server ends.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::http::Method;
use belljar::BelljarOptions;
use belljar::api::ApiOptions;
use http_body_util::BodyExt;

use super::api::{Api, SLEEPER, eventually, python, text};
use crate::support::cache_dir;
use crate::support::records::Seen;

async fn with(hold: u64, heartbeat: u64) -> Api {
    let mut options = ApiOptions::default();
    options.poll_hold = Duration::from_millis(hold);
    options.heartbeat = Duration::from_millis(heartbeat);
    Api::with(options).await
}

#[tokio::test]
async fn a_held_poll_sends_spaces_and_then_its_document() {
    let api = with(2_000, 50).await;
    let sandbox = api.sandbox().await;
    let execution = text(&api.execute(&sandbox, &SLEEPER).await["executionId"]);
    let path = format!("/sandbox/execution/{execution}?wait=5m");
    let response = api
        .send(api.request(&Method::GET, &path, Body::empty()))
        .await;
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "application/json");
    assert!(!response.headers().contains_key("content-length"));
    let mut body = response.into_body();
    for _ in 0..3 {
        let frame = body.frame().await.unwrap().unwrap();
        assert_eq!(frame.into_data().unwrap(), " ");
    }
    api.post(
        &format!("/sandbox/execution/{execution}/cancel"),
        &serde_json::json!({}),
    )
    .await
    .data();
    let rest = body.collect().await.unwrap().to_bytes();
    let document: serde_json::Value = serde_json::from_slice(&rest).unwrap();
    assert_eq!(document["data"]["status"], "cancelled");
}

#[tokio::test]
async fn a_poll_is_held_no_longer_than_the_server_allows() {
    let api = with(300, 10_000).await;
    let sandbox = api.sandbox().await;
    let execution = text(&api.execute(&sandbox, &SLEEPER).await["executionId"]);
    for path in [
        format!("/sandbox/execution/{execution}?wait=5m"),
        format!("/sandbox/status/{sandbox}?waitForStatus=terminated&waitMs=300000"),
        format!("/sandbox/{sandbox}?waitForStatus=terminated"),
    ] {
        let started = Instant::now();
        let status = text(&api.get(&path).await.data()["status"]);
        let took = started.elapsed();
        assert_eq!(status, "running", "{path}");
        assert!(took >= Duration::from_millis(290), "{path}: {took:?}");
        assert!(took < Duration::from_secs(10), "{path}: {took:?}");
    }
}

#[tokio::test]
async fn what_needs_no_waiting_is_an_ordinary_answer() {
    let api = Api::open().await;
    let sandbox = api.sandbox().await;
    let execution = text(&api.execute(&sandbox, &python("print(1)")).await["executionId"]);
    let path = format!("/sandbox/execution/{execution}?wait=5m");
    api.get(&path).await.data();
    let again = api.get(&path).await;
    assert!(again.headers.contains_key("content-length") || !again.body.starts_with(b" "));
    assert_eq!(again.data()["status"], "completed");
}

#[tokio::test]
async fn a_status_poll_reads_no_records() {
    let seen = Seen::default();
    let reads = Arc::clone(&seen.reads);
    let options = BelljarOptions::in_memory(cache_dir()).records(Box::new(seen));
    let api = Api::of(options, ApiOptions::default()).await;
    let sandbox = api.sandbox().await;
    let poll = async |query: &str| {
        let path = format!("/sandbox/status/{sandbox}{query}");
        text(&api.get(&path).await.data()["status"])
    };
    // Keys are read again behind the requests, and roots to collect garbage.
    let read = || {
        let reads = std::mem::take(&mut *reads.lock().unwrap());
        let aside = ["keys", "orgs", "roots"];
        let asked = reads.into_iter().filter(|read| !aside.contains(read));
        asked.collect::<Vec<_>>()
    };
    read();
    for _ in 0..50 {
        assert_eq!(poll("").await, "idle");
        assert_eq!(poll("?waitForStatus=idle").await, "idle");
    }
    api.delete(&format!("/sandbox/{sandbox}")).await.data();
    assert_eq!(poll("").await, "deleted");
    assert!(read().is_empty());
    // Others do read, which is seen.
    api.get("/sandbox").await.data();
    assert_eq!(read(), ["sandboxes"]);
}

#[tokio::test]
async fn held_polls_are_answered_with_the_present_state_when_the_server_ends() {
    let mut options = ApiOptions::default();
    options.grace = Duration::ZERO;
    let api = Api::with(options).await;
    let server = api.serve().await;
    let sandbox = api.sandbox().await;
    let execution = text(&api.execute(&sandbox, &SLEEPER).await["executionId"]);
    let client = crate::support::http();
    let polls: Vec<_> = [
        format!("{}/sandbox/execution/{execution}?wait=5m", server.url),
        format!(
            "{}/sandbox/status/{sandbox}?waitForStatus=idle&waitMs=60000",
            server.url
        ),
    ]
    .into_iter()
    .map(|url| {
        let sent = client.get(url).bearer_auth(&api.key).send();
        tokio::spawn(async move { sent.await.unwrap().json::<serde_json::Value>().await })
    })
    .collect();
    tokio::time::sleep(Duration::from_millis(500)).await;
    let started = Instant::now();
    let ended = server.stop();
    for poll in polls {
        let document = poll.await.unwrap().unwrap();
        assert_eq!(document["success"], true);
        assert_eq!(document["data"]["status"], "running");
    }
    ended.await.unwrap();
    assert!(
        started.elapsed() < Duration::from_secs(4),
        "{:?}",
        started.elapsed()
    );
}

#[tokio::test]
async fn dropping_the_only_poll_of_an_execution_cancels_it() {
    let api = Api::open().await;
    let sandbox = api.sandbox().await;
    let execution = text(&api.execute(&sandbox, &SLEEPER).await["executionId"]);
    let path = format!("/sandbox/execution/{execution}?wait=5m");
    let response = api
        .send(api.request(&Method::GET, &path, Body::empty()))
        .await;
    drop(response);
    let path = format!("/sandbox/execution/{execution}");
    let ended = eventually("the execution is cancelled", || async {
        let data = api.get(&path).await.data();
        data.get("exitCode").is_some().then_some(data)
    })
    .await;
    assert_eq!(
        (&ended["status"], &ended["exitCode"]),
        (&"cancelled".into(), &130.into())
    );
}
