//! What whoever runs a server meets: keys and their limits, health, numbers, an orderly end.

use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderValue, Method, Request};
use belljar::api::{ApiOptions, metrics_router};
use belljar::records::KeyLimits;
use belljar::{ByteSize, KeyOptions};
use serde_json::json;
use tower::ServiceExt;

use super::api::{Answer, Api, SLEEPER, eventually, python, read, text};

async fn with_key(api: &Api, key: &str, method: Method, path: &str, body: String) -> Answer {
    let mut request = api.request(&method, path, Body::from(body));
    let bearer = HeaderValue::from_str(&format!("Bearer {key}")).unwrap();
    request.headers_mut().insert("authorization", bearer);
    api.answer(request).await
}

#[tokio::test]
async fn a_new_key_is_noticed_and_a_revoked_one_too() {
    let api = Api::open().await;
    let made = api
        .belljar
        .create_key(KeyOptions::new("acme", "new"))
        .await
        .unwrap();
    let status = async || {
        let answer = with_key(&api, made.text(), Method::GET, "/sandbox", String::new()).await;
        answer.status.as_u16()
    };
    eventually("the key is accepted", async || {
        (status().await == 200).then_some(())
    })
    .await;
    eventually("its use is noted", async || {
        let keys = api.belljar.list_keys(Some(&api.org)).await.unwrap();
        let key = keys.into_iter().find(|key| key.id == made.record.id);
        key.unwrap().last_used
    })
    .await;
    api.belljar.revoke_key(&made.record.id).await.unwrap();
    eventually("the key is refused", async || {
        (status().await == 401).then_some(())
    })
    .await;
    // The other one of the organisation is not.
    assert_eq!(api.get("/sandbox").await.status, 200);
}

#[tokio::test]
async fn a_key_may_ask_only_so_often_and_its_polls_do_not_count() {
    let api = Api::open().await;
    let limits = KeyLimits {
        requests_per_second: Some(1),
        burst: Some(2),
        ..KeyLimits::default()
    };
    let options = KeyOptions::new("acme", "slow").limits(limits);
    let made = api.belljar.create_key(options).await.unwrap();
    let ask =
        async |path: &str| with_key(&api, made.text(), Method::GET, path, String::new()).await;
    let sandbox = api.sandbox().await;
    let execution = text(&api.execute(&sandbox, &python("print(1)")).await["executionId"]);
    // Until it is known, nothing is counted.
    let poll = format!("/sandbox/execution/{execution}?wait=60s");
    eventually("the key is accepted", async || {
        (ask(&poll).await.status == 200).then_some(())
    })
    .await;
    for _ in 0..10 {
        assert_eq!(ask(&poll).await.status, 200);
    }
    let mut answers = Vec::new();
    for _ in 0..5 {
        answers.push(ask("/sandbox").await);
    }
    let refused = answers.iter().rfind(|answer| answer.status == 429);
    let refused = refused.expect("five requests are more than two at once");
    let message = refused.failure(429, "RATE_LIMITED");
    assert!(message.contains("ms"), "{message}");
    let after: u64 = refused.headers["retry-after"]
        .to_str()
        .unwrap()
        .parse()
        .unwrap();
    assert!((1..=2).contains(&after), "{after}");
    assert_eq!(ask(&poll).await.status, 200);
    // Others are not held up by it.
    assert_eq!(api.get("/sandbox").await.status, 200);
}

#[tokio::test]
async fn a_key_may_send_only_so_much_at_once() {
    let api = Api::open().await;
    let limits = KeyLimits {
        body: Some(ByteSize::new(1000)),
        ..KeyLimits::default()
    };
    let options = KeyOptions::new("acme", "small").limits(limits);
    let made = api.belljar.create_key(options).await.unwrap();
    let send =
        async |body: String| with_key(&api, made.text(), Method::POST, "/stream", body).await;
    let small = json!({ "name": "x" }).to_string();
    eventually("the key is accepted", async || {
        (send(small.clone()).await.status == 200).then_some(())
    })
    .await;
    let large = json!({ "name": "x", "ttl": "y".repeat(2000) }).to_string();
    send(large.clone()).await.failure(413, "TOO_LARGE");
    // Without a length to look at first, too.
    let pieces = large
        .into_bytes()
        .chunks(100)
        .map(<[u8]>::to_vec)
        .collect::<Vec<_>>();
    let pieces = futures::stream::iter(pieces.into_iter().map(Ok::<_, std::io::Error>));
    let mut request = api.request(&Method::POST, "/stream", Body::from_stream(pieces));
    let bearer = HeaderValue::from_str(&format!("Bearer {}", made.text())).unwrap();
    request.headers_mut().insert("authorization", bearer);
    api.answer(request).await.failure(413, "TOO_LARGE");
}

#[tokio::test]
async fn a_server_says_whether_it_lives_and_whether_it_is_ready() {
    let api = Api::open().await;
    for path in ["/health", "/healthz", "/readyz"] {
        let mut request = api.request(&Method::GET, path, Body::empty());
        request.headers_mut().remove("authorization");
        assert_eq!(api.answer(request).await.data()["status"], "ok", "{path}");
    }
    api.state.set_ready(false);
    api.get("/readyz").await.failure(503, "UNAVAILABLE");
    assert_eq!(api.get("/healthz").await.status, 200);
}

#[tokio::test]
async fn numbers_are_of_requests_and_of_what_there_is() {
    let api = Api::open().await;
    let sandbox = api.sandbox().await;
    api.execute(&sandbox, &SLEEPER).await;
    api.get("/sandbox/sbx_nothing").await;
    api.get("/no/such/path").await;
    // Not where those with keys are.
    api.get("/metrics").await.failure(404, "ROUTE_NOT_FOUND");
    let numbers = async || {
        let request = Request::get("/metrics").body(Body::empty()).unwrap();
        let router = metrics_router(api.state.clone());
        let answer = read(router.oneshot(request).await.unwrap()).await;
        assert_eq!(
            answer.headers["content-type"],
            "text/plain; version=0.0.4; charset=utf-8"
        );
        String::from_utf8(answer.body.to_vec()).unwrap()
    };
    for line in [
        "belljar_http_request_duration_seconds_count{route=\"/sandbox\",method=\"POST\",status=\"201\"} 1",
        "belljar_http_request_duration_seconds_count{route=\"/sandbox/{id}\",method=\"GET\",status=\"404\"} 1",
        "belljar_http_request_duration_seconds_count{route=\"none\",method=\"GET\",status=\"404\"}",
        "belljar_sandboxes{status=\"running\"} 1",
        "belljar_executions_running 1",
        "belljar_processes 1",
        "belljar_streams 2",
    ] {
        eventually(line, async || numbers().await.contains(line).then_some(())).await;
    }
    let text = numbers().await;
    let memory = text
        .lines()
        .find_map(|line| line.strip_prefix("belljar_memory_bytes "));
    assert!(memory.unwrap().parse::<u64>().unwrap() > 0, "{text}");
}

#[tokio::test]
async fn at_the_end_new_work_is_refused_and_what_runs_goes_on() {
    let mut options = ApiOptions::default();
    options.grace = Duration::from_secs(60);
    let api = Api::with(options).await;
    let sandbox = api.sandbox().await;
    let served = api.serve().await;
    let url = served.url.clone();
    let http = crate::support::http();
    let stdin = text(&api.post("/stream", &json!({ "name": "in" })).await.json()["id"]);
    let body = json!({
        "command": python("print(input())"),
        "stream": { "stdin": stdin },
    });
    let begun = api
        .post(&format!("/sandbox/{sandbox}/execute"), &body)
        .await
        .data();
    let execution = text(&begun["executionId"]);
    let stopping = served.stop();
    let ask = async |method: Method, path: &str, body: String| {
        let request = http
            .request(method, format!("{url}{path}"))
            .bearer_auth(&api.key);
        request.body(body).send().await.unwrap()
    };
    // On a connection that was open as well as on a new one.
    eventually("new work is refused", async || {
        let refused = ask(Method::POST, "/sandbox", "{}".into()).await;
        let after = refused.headers().get("retry-after").is_some();
        (refused.status() == 503 && after).then_some(())
    })
    .await;
    assert_eq!(
        ask(Method::GET, "/readyz", String::new()).await.status(),
        503
    );
    assert_eq!(
        ask(Method::GET, "/sandbox", String::new()).await.status(),
        200
    );
    let poll = format!("/sandbox/execution/{execution}?wait=60s");
    let waiting = ask(Method::GET, &poll, String::new());
    let path = format!("/stream/{stdin}");
    let feeding = ask(Method::PUT, &path, "last words\n".into());
    let (ended, fed) = tokio::join!(waiting, feeding);
    assert_eq!(fed.status(), 200);
    let record: serde_json::Value = ended.json().await.unwrap();
    assert_eq!(record["data"]["exitCode"], 0, "{record}");
    let output = ask(
        Method::GET,
        begun["stdoutStreamUrl"]
            .as_str()
            .unwrap()
            .split_once("belljar.test")
            .unwrap()
            .1,
        String::new(),
    );
    // The server may be gone by now; what it answers is all of it.
    drop(output.await);
    tokio::time::timeout(Duration::from_secs(30), stopping)
        .await
        .unwrap()
        .unwrap();
}

#[tokio::test]
async fn the_end_does_not_wait_longer_than_the_grace_period() {
    let mut options = ApiOptions::default();
    options.grace = Duration::from_millis(50);
    options.drain = Duration::from_millis(50);
    let api = Api::with(options).await;
    let sandbox = api.sandbox().await;
    api.execute(&sandbox, &SLEEPER).await;
    let stopping = api.serve().await.stop();
    tokio::time::timeout(Duration::from_secs(30), stopping)
        .await
        .unwrap()
        .unwrap();
    // What ran still does: closing the engine ends it.
    assert_eq!(api.belljar.usage().executions, 1);
    api.belljar.close().await;
    assert_eq!(api.belljar.usage().executions, 0);
}
