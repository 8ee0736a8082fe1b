//! Settings of the API: typed errors, the public URL, a path prefix, the body limit.

use std::collections::HashSet;

use axum::body::Body;
use axum::http::{HeaderValue, Method};
use belljar::api::{ApiOptions, TypedErrors};
use serde_json::{Value, json};

use super::api::{Answer, Api, HOST, SLEEPER, python, text};
use crate::support::PYTHON;

async fn from_sdk(api: &Api, method: Method, path: &str, body: &Value) -> Answer {
    let mut request = api.request(&method, path, Body::from(body.to_string()));
    let agent = HeaderValue::from_static("Agentuity SDK/dev");
    request.headers_mut().insert("user-agent", agent);
    api.answer(request).await
}

#[tokio::test]
async fn typed_errors_are_for_the_published_client_alone() {
    let mut options = ApiOptions::default();
    options.typed_errors = TypedErrors::Sdk;
    let api = Api::with(options).await;
    for (path, code) in [
        ("/sandbox/sbx_nothing", "SANDBOX_NOT_FOUND"),
        ("/sandbox/execution/exec_nothing", "EXECUTION_NOT_FOUND"),
        ("/cli/sandbox/sbx_nothing", "NOT_FOUND"),
    ] {
        let typed = from_sdk(&api, Method::GET, path, &json!({})).await;
        assert_eq!(
            typed.failure(200, code),
            api.get(path).await.failure(404, code)
        );
    }
    // Bytes are wanted here: a 200 would be taken for them.
    let raw = from_sdk(&api, Method::GET, "/fs/sbx_nothing?path=a", &json!({})).await;
    raw.failure(404, "SANDBOX_NOT_FOUND");
    // No class for this one.
    let other = from_sdk(&api, Method::GET, "/sandbox?status=x", &json!({})).await;
    other.failure(400, "INVALID_ARGUMENT");
}

#[tokio::test]
async fn execute_keeps_its_statuses_with_typed_errors() {
    let mut options = ApiOptions::default();
    options.typed_errors = TypedErrors::Sdk;
    let api = Api::with(options).await;
    let command = json!({ "command": SLEEPER });
    let path = "/sandbox/sbx_nothing/execute";
    from_sdk(&api, Method::POST, path, &command)
        .await
        .failure(404, "SANDBOX_NOT_FOUND");
    let sandbox = api.sandbox().await;
    api.execute(&sandbox, &SLEEPER).await;
    let path = format!("/sandbox/{sandbox}/execute");
    from_sdk(&api, Method::POST, &path, &command)
        .await
        .failure(409, "SANDBOX_BUSY");
    api.delete(&format!("/sandbox/{sandbox}")).await.data();
    from_sdk(&api, Method::POST, &path, &command)
        .await
        .failure(200, "SANDBOX_TERMINATED");
    api.post(&path, &command)
        .await
        .failure(410, "SANDBOX_TERMINATED");
}

#[tokio::test]
async fn the_network_that_was_asked_for_is_told_and_inherited_by_forks() {
    let api = Api::open().await;
    let mut seen = HashSet::new();
    for (network, enabled, port) in [
        (json!({ "enabled": true, "port": 3000 }), true, json!(3000)),
        (json!({ "enabled": true }), true, Value::Null),
        (json!({ "port": 65535 }), false, json!(65535)),
        (json!({}), false, Value::Null),
    ] {
        let body = json!({ "runtime": PYTHON, "network": network });
        let data = api.post("/sandbox", &body).await.data();
        let id = text(&data["sandboxId"]);
        let fork = api.post(&format!("/sandbox/{id}/fork"), &json!({})).await;
        let fork = text(&fork.data()["sandboxId"]);
        for id in [id, fork] {
            let data = api.get(&format!("/sandbox/{id}")).await.data();
            assert_eq!(data["networkEnabled"], enabled, "{network}");
            assert_eq!(data["networkPort"], port, "{network}");
            assert_eq!(data.get("url").is_some(), port.is_number(), "{network}");
            if let Some(url) = data.get("url") {
                let identifier = text(&data["identifier"]);
                assert_eq!(url, &json!(format!("http://{HOST}/port/{identifier}")));
                assert!(seen.insert(identifier), "two have one address");
            }
        }
    }
    for port in [json!(80), json!(1023), json!(65536)] {
        let body = json!({ "runtime": PYTHON, "network": { "port": port } });
        let answer = api.post("/sandbox", &body).await;
        answer.failure(400, "INVALID_ARGUMENT");
    }
}

#[tokio::test]
async fn stream_urls_come_from_the_host_or_the_public_url() {
    let body = json!({ "runtime": PYTHON, "command": { "exec": python("1") } });
    let api = Api::open().await;
    let data = api.post("/sandbox", &body).await.data();
    let id = text(&data["stdoutStreamId"]);
    assert_eq!(
        data["stdoutStreamUrl"],
        format!("http://{HOST}/stream/{id}")
    );

    let mut options = ApiOptions::default();
    options.public_url = Some("https://sandbox.example/base/".to_owned());
    let api = Api::with(options).await;
    let data = api.post("/sandbox", &body).await.data();
    let id = text(&data["stderrStreamId"]);
    let expected = format!("https://sandbox.example/base/stream/{id}");
    assert_eq!(data["stderrStreamUrl"], expected);
}

#[tokio::test]
async fn a_host_that_is_none_is_refused_where_it_is_needed() {
    let api = Api::open().await;
    for host in ["", "a b", "user@host", "host/path"] {
        let mut request = api.request(&Method::GET, "/sandbox", Body::empty());
        request
            .headers_mut()
            .insert("host", HeaderValue::from_str(host).unwrap());
        api.answer(request).await.failure(400, "INVALID_ARGUMENT");
    }
    let mut request = api.request(&Method::GET, "/sandbox/runtimes", Body::empty());
    request.headers_mut().remove("host");
    assert_eq!(api.answer(request).await.status, 200);
}

#[tokio::test]
async fn a_path_prefix_is_taken_off_and_put_into_stream_urls() {
    let mut options = ApiOptions::default();
    options.path_prefix = Some("/api/v1/".to_owned());
    let api = Api::with(options).await;
    assert_eq!(
        api.get("/api/v1/sandbox/runtimes?limit=1").await.status,
        200
    );
    assert_eq!(api.get("/api//v1//sandbox/runtimes").await.status, 200);
    // A proxy may have taken it off already.
    assert_eq!(api.get("/sandbox/runtimes").await.status, 200);
    api.get("/api/v2/sandbox/runtimes")
        .await
        .failure(404, "ROUTE_NOT_FOUND");
    let body = json!({ "runtime": PYTHON, "command": { "exec": python("1") } });
    let data = api.post("/api/v1/sandbox", &body).await.data();
    let url = text(&data["stdoutStreamUrl"]);
    assert!(
        url.starts_with(&format!("http://{HOST}/api/v1/stream/stream_")),
        "{url}"
    );
}

#[tokio::test]
async fn the_body_limit_holds_with_and_without_a_length() {
    let mut options = ApiOptions::default();
    options.body_limit = 1000;
    let api = Api::with(options).await;
    let sandbox = api.sandbox().await;
    let path = format!("/fs/{sandbox}");
    let body = |size: usize| {
        let content = "A".repeat(size);
        format!(r#"{{"files":[{{"path":"a","content":"{content}"}}]}}"#)
    };
    let small = api.request(&Method::POST, &path, Body::from(body(800)));
    assert_eq!(api.answer(small).await.data()["filesWritten"], 1);
    let mut announced = api.request(&Method::POST, &path, Body::from(body(1000)));
    announced
        .headers_mut()
        .insert("content-length", HeaderValue::from_static("1038"));
    let message = api.answer(announced).await.failure(413, "TOO_LARGE");
    assert!(message.contains("1000 bytes"), "{message}");
    for size in [1000, 100_000] {
        let chunks: Vec<Result<Vec<u8>, std::io::Error>> = body(size)
            .into_bytes()
            .chunks(300)
            .map(|chunk| Ok(chunk.to_vec()))
            .collect();
        let chunked = Body::from_stream(futures::stream::iter(chunks));
        let request = api.request(&Method::POST, &path, chunked);
        api.answer(request).await.failure(413, "TOO_LARGE");
    }
}

#[tokio::test]
async fn odd_targets_are_answered() {
    let api = Api::open().await;
    for path in [
        "/",
        "//",
        "/sandbox/%00",
        "/sandbox/%ff",
        "/sandbox/a%2Fb",
        "/%2e%2e/sandbox",
    ] {
        let answer = api.get(path).await;
        assert!(answer.status.is_client_error(), "{path}: {answer:?}");
        assert_eq!(answer.json()["success"], false, "{path}");
    }
    let request = api.request(&Method::OPTIONS, "*", Body::empty());
    assert!(api.answer(request).await.status.is_client_error());
    assert_eq!(api.get("/health").await.data()["status"], "ok");
}

#[tokio::test]
async fn packages_that_can_never_be_installed_are_refused() {
    let api = Api::open().await;
    for (package, said) in [("zod", "takes no npm packages"), ("../x", "../x")] {
        let body = json!({ "runtime": PYTHON, "packages": [package] });
        let message = api
            .post("/sandbox", &body)
            .await
            .failure(400, "INVALID_ARGUMENT");
        assert!(message.contains(said), "{message}");
    }
}
