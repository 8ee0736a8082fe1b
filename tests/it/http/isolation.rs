//! What one organisation can see of another: nothing.

use axum::body::Body;
use axum::http::{HeaderValue, Method};
use serde_json::json;

use super::api::{Api, SLEEPER, create_key, python, text};
use crate::support::PYTHON;

#[tokio::test]
async fn another_organisation_finds_nothing() {
    let ours = Api::open().await;
    let sandbox = ours.sandbox().await;
    let path = format!("/sandbox/{sandbox}/snapshot");
    let taken = ours.post(&path, &json!({ "name": "ours" })).await.data();
    let snapshot = text(&taken["snapshotId"]);
    let path = format!("/sandbox/{sandbox}/checkpoint");
    let saved = ours.post(&path, &json!({ "name": "saved" })).await.data();
    let checkpoint = text(&saved["id"]);
    let execution = text(&ours.execute(&sandbox, &SLEEPER).await["executionId"]);
    let path = format!("/sandbox/sandboxes/{sandbox}/jobs");
    let started = ours.post(&path, &json!({ "command": SLEEPER })).await;
    let job = text(&started.data()["jobId"]);
    let made = ours.post("/stream", &json!({ "name": "ours" })).await;
    let stream = text(&made.json()["id"]);
    let body = json!({ "runtime": PYTHON });
    let begun = ours.post("/sandbox/snapshots/build", &body).await;
    let build = text(&begun.data()["snapshotId"]);
    let (key, org) = create_key(&ours.belljar, "other", "test").await;
    assert_ne!(org, ours.org);
    ours.knows(&key).await;

    let calls = [
        (Method::GET, format!("/sandbox/{sandbox}"), json!(null)),
        (
            Method::GET,
            format!("/sandbox/status/{sandbox}"),
            json!(null),
        ),
        (Method::DELETE, format!("/sandbox/{sandbox}"), json!(null)),
        (
            Method::POST,
            format!("/sandbox/{sandbox}/execute"),
            json!({"command": python("1")}),
        ),
        (
            Method::PATCH,
            format!("/sandbox/env/{sandbox}"),
            json!({"env": {"A": "1"}}),
        ),
        (
            Method::GET,
            format!("/sandbox/sandboxes/{sandbox}/executions"),
            json!(null),
        ),
        (
            Method::GET,
            format!("/sandbox/sandboxes/{sandbox}/events"),
            json!(null),
        ),
        (
            Method::POST,
            format!("/sandbox/sandboxes/{sandbox}/jobs"),
            json!({"command": python("1")}),
        ),
        (
            Method::GET,
            format!("/sandbox/sandboxes/{sandbox}/jobs"),
            json!(null),
        ),
        (
            Method::GET,
            format!("/sandbox/sandboxes/{sandbox}/jobs/{job}"),
            json!(null),
        ),
        (
            Method::DELETE,
            format!("/sandbox/sandboxes/{sandbox}/jobs/{job}?force=true"),
            json!(null),
        ),
        (
            Method::GET,
            format!("/sandbox/execution/{execution}?wait=60s"),
            json!(null),
        ),
        (
            Method::POST,
            format!("/sandbox/execution/{execution}/cancel"),
            json!({}),
        ),
        (Method::GET, format!("/fs/{sandbox}?path=a"), json!(null)),
        (Method::GET, format!("/fs/list/{sandbox}"), json!(null)),
        (Method::POST, format!("/fs/{sandbox}"), json!({"files": []})),
        (
            Method::POST,
            format!("/fs/mkdir/{sandbox}"),
            json!({"path": "a"}),
        ),
        (
            Method::POST,
            format!("/fs/rm/{sandbox}"),
            json!({"path": "a"}),
        ),
        (
            Method::POST,
            format!("/fs/rmdir/{sandbox}"),
            json!({"path": "a"}),
        ),
        (Method::GET, format!("/fs/download/{sandbox}"), json!(null)),
        (Method::POST, format!("/fs/upload/{sandbox}"), json!(null)),
        (
            Method::PUT,
            format!("/sandbox/snapshots/{build}/upload"),
            json!(null),
        ),
        (
            Method::POST,
            format!("/sandbox/snapshots/{build}/finalize"),
            json!({}),
        ),
        (Method::PUT, format!("/stream/{stream}"), json!(null)),
        (Method::DELETE, format!("/stream/{stream}"), json!(null)),
        (
            Method::POST,
            format!("/stream/{stream}/append"),
            json!(null),
        ),
        (
            Method::POST,
            format!("/stream/{stream}/complete"),
            json!(null),
        ),
        (Method::POST, format!("/stream/{stream}/info"), json!(null)),
        (Method::GET, format!("/cli/sandbox/{sandbox}"), json!(null)),
        (
            Method::POST,
            format!("/sandbox/{sandbox}/pause"),
            json!(null),
        ),
        (
            Method::POST,
            format!("/sandbox/{sandbox}/resume"),
            json!(null),
        ),
        (Method::POST, format!("/sandbox/{sandbox}/fork"), json!({})),
        (
            Method::POST,
            format!("/sandbox/{sandbox}/snapshot"),
            json!({}),
        ),
        (
            Method::POST,
            format!("/sandbox/{sandbox}/checkpoint"),
            json!({"name": "x"}),
        ),
        (
            Method::GET,
            format!("/sandbox/checkpoints/{sandbox}"),
            json!(null),
        ),
        (
            Method::POST,
            format!("/sandbox/{sandbox}/checkpoint/{checkpoint}/restore"),
            json!(null),
        ),
        (
            Method::DELETE,
            format!("/sandbox/{sandbox}/checkpoint/saved"),
            json!(null),
        ),
        (
            Method::GET,
            format!("/sandbox/diff?from={sandbox}&to=python:3.14"),
            json!(null),
        ),
        (
            Method::GET,
            format!("/sandbox/diff?from=python:3.14&to={sandbox}@saved"),
            json!(null),
        ),
        (
            Method::GET,
            format!("/sandbox/diff?from={snapshot}&to={snapshot}"),
            json!(null),
        ),
        (
            Method::GET,
            format!("/sandbox/snapshots/{snapshot}"),
            json!(null),
        ),
        (
            Method::GET,
            format!("/sandbox/snapshots/{snapshot}/export"),
            json!(null),
        ),
        (
            Method::PATCH,
            format!("/sandbox/snapshots/{snapshot}"),
            json!({"tag": "mine"}),
        ),
        (
            Method::DELETE,
            format!("/sandbox/snapshots/{snapshot}"),
            json!(null),
        ),
        (
            Method::GET,
            format!("/sandbox/snapshots/lineage?snapshot={snapshot}"),
            json!(null),
        ),
        (
            Method::GET,
            "/sandbox/snapshots/lineage?name=ours".to_owned(),
            json!(null),
        ),
        (
            Method::POST,
            "/sandbox".to_owned(),
            json!({"snapshot": snapshot}),
        ),
        (
            Method::POST,
            "/sandbox".to_owned(),
            json!({"snapshot": "ours"}),
        ),
    ];
    nothing_is_forgotten(&ours, &calls).await;
    for (method, path, body) in &calls {
        let body = match body {
            serde_json::Value::Null => Body::empty(),
            body => Body::from(body.to_string()),
        };
        let mut request = ours.request(method, path, body);
        let bearer = HeaderValue::from_str(&format!("Bearer {key}")).unwrap();
        request.headers_mut().insert("authorization", bearer);
        let answer = ours.answer(request).await;
        assert_eq!(answer.status, 404, "{method} {path}: {answer:?}");
        // Not even the wording tells it from one that never was.
        let message = text(&answer.json()["message"]);
        assert!(
            message.starts_with("there is no "),
            "{method} {path}: {message}"
        );
    }
    for path in [
        "/sandbox",
        "/cli/sandbox",
        "/sandbox/snapshots",
        "/sandbox/snapshots/public",
    ] {
        let mut request = ours.request(&Method::GET, path, Body::empty());
        let bearer = HeaderValue::from_str(&format!("Bearer {key}")).unwrap();
        request.headers_mut().insert("authorization", bearer);
        assert_eq!(ours.answer(request).await.data()["total"], 0, "{path}");
    }
    let still = ours.get(&format!("/sandbox/execution/{execution}")).await;
    assert_eq!(still.data()["status"], "running");
    let path = format!("/sandbox/sandboxes/{sandbox}/jobs/{job}");
    assert_eq!(ours.get(&path).await.data()["status"], "running");
}

/// Calls that show nothing of one organisation: another's statistics are refused in any case, lists show the caller's own (looked at by hand), and
/// the one that reads a stream needs no key, since its id is a capability.
const OF_NOBODY: [&str; 16] = [
    "listSandboxes",
    "listSandboxesForCli",
    "listSnapshots",
    "listPublicSnapshots",
    "getPublicSnapshot",
    "importSnapshot",
    "listRuntimes",
    "beginBuild",
    "createStream",
    "getStatistics",
    "listStreams",
    "readStream",
    "health",
    "healthz",
    "readyz",
    "openapi",
];

/// Every call of the document is among `calls` or is [`OF_NOBODY`].
async fn nothing_is_forgotten(ours: &Api, calls: &[(Method, String, serde_json::Value)]) {
    let document = ours.get("/openapi.json").await.json();
    for (template, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            let name = text(&operation["operationId"]);
            if OF_NOBODY.contains(&name.as_str()) {
                continue;
            }
            let is_it = |(tried, path, _): &(Method, String, serde_json::Value)| {
                let path = path.split('?').next().unwrap();
                let (want, have) = (template.split('/'), path.split('/'));
                tried.as_str().eq_ignore_ascii_case(method)
                    && want.clone().count() == have.clone().count()
                    && want
                        .zip(have)
                        .all(|(want, have)| want == have || want.starts_with('{'))
            };
            assert!(
                calls.iter().any(is_it),
                "nobody tries {name} as somebody else"
            );
        }
    }
}

#[tokio::test]
async fn a_public_snapshot_of_another_organisation_may_be_used_and_not_changed() {
    let ours = Api::open().await;
    let sandbox = ours.sandbox().await;
    let path = format!("/sandbox/{sandbox}/snapshot");
    let body = json!({ "name": "shared", "tag": "v1", "public": true });
    let snapshot = text(&ours.post(&path, &body).await.data()["snapshotId"]);
    let (key, _) = create_key(&ours.belljar, "other", "test").await;
    ours.knows(&key).await;
    let call = async |method: Method, path: &str, body: &str| {
        let mut request = ours.request(&method, path, Body::from(body.to_owned()));
        let bearer = HeaderValue::from_str(&format!("Bearer {key}")).unwrap();
        request.headers_mut().insert("authorization", bearer);
        ours.answer(request).await
    };
    let path = format!("/sandbox/snapshots/{snapshot}");
    let seen = call(Method::GET, &path, "").await.data();
    assert_eq!(seen["fullName"], "@acme/shared:v1");
    assert_eq!(seen.get("sandboxId"), None);
    for reference in [snapshot.as_str(), "@acme/shared:v1"] {
        let body = json!({ "snapshot": reference }).to_string();
        let made = call(Method::POST, "/sandbox", &body).await.data();
        let path = format!("/sandbox/{}", text(&made["sandboxId"]));
        let base = call(Method::GET, &path, "").await.data()["snapshot"].clone();
        assert_eq!(
            (&base["public"], &base["org"]["name"]),
            (&json!(true), &json!("acme"))
        );
    }
    // The name alone is one of its own organisation only.
    call(Method::POST, "/sandbox", r#"{"snapshot":"shared:v1"}"#)
        .await
        .failure(404, "SNAPSHOT_NOT_FOUND");
    call(Method::DELETE, &path, "")
        .await
        .failure(403, "FORBIDDEN");
    call(Method::PATCH, &path, r#"{"tag":"mine"}"#)
        .await
        .failure(403, "FORBIDDEN");
    let list = call(Method::GET, "/sandbox/snapshots", "").await.data();
    assert_eq!(list["total"], 0);
    let list = call(Method::GET, "/sandbox/snapshots/public", "").await;
    assert_eq!(list.data()["total"], 1);
}

#[tokio::test]
async fn an_ended_sandbox_of_another_organisation_is_not_found_either() {
    let ours = Api::open().await;
    let sandbox = ours.sandbox().await;
    ours.delete(&format!("/sandbox/{sandbox}")).await.data();
    let (key, _) = create_key(&ours.belljar, "other", "test").await;
    ours.knows(&key).await;
    let body = Body::from(json!({ "command": ["python3"] }).to_string());
    let mut request = ours.request(&Method::POST, &format!("/sandbox/{sandbox}/execute"), body);
    let bearer = HeaderValue::from_str(&format!("Bearer {key}")).unwrap();
    request.headers_mut().insert("authorization", bearer);
    ours.answer(request).await.failure(404, "SANDBOX_NOT_FOUND");
}

#[tokio::test]
async fn a_request_may_name_the_keys_organisation_and_no_other() {
    let api = Api::open().await;
    assert_eq!(
        api.get(&format!("/sandbox?orgId={}", api.org)).await.status,
        200
    );
    api.get("/sandbox?orgId=org_other")
        .await
        .failure(403, "FORBIDDEN");
    let mut request = api.request(&Method::GET, "/sandbox", Body::empty());
    let other = HeaderValue::from_static("org_other");
    request.headers_mut().insert("x-agentuity-orgid", other);
    api.answer(request).await.failure(403, "FORBIDDEN");
}

#[tokio::test]
async fn only_the_digest_of_a_key_is_kept() {
    let api = Api::open().await;
    let keys = api.belljar.ledger().read(|records| records.keys()).await;
    let shown = format!("{:?}", keys.unwrap());
    assert!(api.key.starts_with("bj_") && api.key.len() == 35);
    assert!(!shown.contains(&api.key[3..]), "{shown}");
    assert!(!format!("{:?}", api.state).contains(&api.key[3..]));
}

#[tokio::test]
async fn a_second_key_of_an_organisation_sees_the_same_sandboxes() {
    let api = Api::open().await;
    let sandbox = api.sandbox().await;
    let (_, org) = create_key(&api.belljar, "acme", "second").await;
    assert_eq!(org, api.org);
    assert_eq!(
        api.get("/sandbox").await.data()["sandboxes"][0]["sandboxId"],
        sandbox
    );
}
