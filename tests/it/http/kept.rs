//! Checkpoints, snapshots, pauses, forks and differences: every answer against its file in
//! `tests/wire`, and what the published client has no call for.

use axum::body::Body;
use axum::http::Method;
use serde_json::{Value, json};

use super::answers::{begun, golden, golden_with, settled};
use super::api::{Api, python, text};
use crate::support::PYTHON;

/// A sandbox with two files; its id.
async fn with_files(api: &Api) -> String {
    let body = json!({
        "runtime": PYTHON,
        "timeout": { "paused": "24h" },
        "files": [
            { "path": "src/a.txt", "content": "YQ==" },
            { "path": "b.json", "content": "e30=" },
        ],
    });
    let id = text(&api.post("/sandbox", &body).await.data()["sandboxId"]);
    let wait = "waitForStatus=idle&waitMs=60000";
    api.get(&format!("/sandbox/status/{id}?{wait}"))
        .await
        .data();
    id
}

async fn patch(api: &Api, path: &str, body: &Value) -> super::api::Answer {
    let request = api.request(&Method::PATCH, path, Body::from(body.to_string()));
    api.answer(request).await
}

#[tokio::test]
async fn answers_about_pausing_are_those_of_the_files() {
    let api = Api::open().await;
    let id = with_files(&api).await;
    golden(
        "pause",
        &api.post(&format!("/sandbox/{id}/pause"), &json!({})).await,
    );
    golden("get-paused", &api.get(&format!("/sandbox/{id}")).await);
    golden(
        "failure-pause-paused",
        &api.post(&format!("/sandbox/{id}/pause"), &json!({})).await,
    );
    let command = json!({ "command": python("1") });
    let executed = api.post(&format!("/sandbox/{id}/execute"), &command).await;
    assert_eq!(executed.json()["autoResumed"], true);
    golden_with("execute-resumed", &executed, begun);
    let execution = text(&executed.data()["executionId"]);
    let ended = api
        .get(&format!("/sandbox/execution/{execution}?wait=60s"))
        .await;
    assert_eq!(ended.data()["autoResumed"], true);
    golden(
        "failure-resume-idle",
        &api.post(&format!("/sandbox/{id}/resume"), &json!({})).await,
    );
    api.post(&format!("/sandbox/{id}/pause"), &json!({}))
        .await
        .json();
    golden(
        "resume",
        &api.post(&format!("/sandbox/{id}/resume"), &json!({})).await,
    );
}

#[tokio::test]
async fn answers_about_checkpoints_are_those_of_the_files() {
    let api = Api::open().await;
    let id = with_files(&api).await;
    let path = format!("/sandbox/{id}/checkpoint");
    let first = json!({ "name": "before" });
    golden("checkpoint", &api.post(&path, &first).await);
    golden("failure-checkpoint-exists", &api.post(&path, &first).await);
    api.post(&path, &json!({ "name": "after" })).await.data();
    golden(
        "checkpoints",
        &api.get(&format!("/sandbox/checkpoints/{id}")).await,
    );
    golden(
        "checkpoint-restore",
        &api.post(&format!("{path}/before/restore"), &json!({}))
            .await,
    );
    golden(
        "checkpoint-delete",
        &api.delete(&format!("{path}/after")).await,
    );
    golden(
        "failure-checkpoint-not-found",
        &api.delete(&format!("{path}/after")).await,
    );
    golden(
        "failure-checkpoint-name",
        &api.post(&path, &json!({ "name": "a/b" })).await,
    );
}

#[tokio::test]
async fn answers_about_snapshots_are_those_of_the_files() {
    let api = Api::open().await;
    let id = with_files(&api).await;
    let path = format!("/sandbox/{id}/snapshot");
    let body = json!({ "name": "base", "tag": "v1", "description": "two files" });
    let created = api.post(&path, &body).await;
    golden("snapshot", &created);
    let snapshot = text(&created.data()["snapshotId"]);
    let at = format!("/sandbox/snapshots/{snapshot}");
    golden("snapshot-get", &api.get(&at).await);
    golden(
        "snapshot-tag",
        &patch(&api, &at, &json!({ "tag": "v2" })).await,
    );
    golden(
        "snapshot-untag",
        &patch(&api, &at, &json!({ "tag": null })).await,
    );

    let made = api.post("/sandbox", &json!({ "snapshot": snapshot })).await;
    golden_with("create-snapshot", &made, |data| {
        settled(data, "creating", "idle")
    });
    let second = text(&made.data()["sandboxId"]);
    let wait = "waitForStatus=idle&waitMs=60000";
    golden(
        "get-of-snapshot",
        &api.get(&format!("/sandbox/{second}?{wait}")).await,
    );
    golden(
        "list-of-snapshot",
        &api.get(&format!("/sandbox?snapshotId={snapshot}")).await,
    );
    let body = json!({ "name": "child", "public": true });
    let child = api
        .post(&format!("/sandbox/{second}/snapshot"), &body)
        .await;
    golden("snapshot-public", &child);
    let child = text(&child.data()["snapshotId"]);
    golden("snapshots", &api.get("/sandbox/snapshots").await);
    let mut request = api.request(&Method::GET, "/sandbox/snapshots/public", Body::empty());
    request.headers_mut().remove("authorization");
    golden("snapshots-public", &api.answer(request).await);
    let path = "/sandbox/snapshots/public/%40acme%2Fchild%3Alatest";
    let mut request = api.request(&Method::GET, path, Body::empty());
    request.headers_mut().remove("authorization");
    golden("snapshot-public-get", &api.answer(request).await);

    golden("snapshot-delete", &api.delete(&at).await);
    golden("failure-snapshot-not-found", &api.get(&at).await);
    golden(
        "failure-snapshot-reference",
        &api.post("/sandbox", &json!({ "snapshot": "base:v2" }))
            .await,
    );
    let path = format!("/sandbox/snapshots/lineage?snapshot={child}");
    golden("lineage", &api.get(&path).await);
    let body = json!({ "snapshot": child, "runtime": PYTHON });
    golden(
        "failure-snapshot-and-runtime",
        &api.post("/sandbox", &body).await,
    );
    golden("failure-tag", &patch(&api, &at, &json!({})).await);
}

#[tokio::test]
async fn a_fork_is_answered_as_a_creation_and_has_the_files_of_the_first() {
    let api = Api::open().await;
    let id = with_files(&api).await;
    let body = json!({ "name": "copy", "metadata": { "n": 1 }, "env": { "A": "1" } });
    let forked = api.post(&format!("/sandbox/{id}/fork"), &body).await;
    golden_with("fork", &forked, |data| settled(data, "creating", "idle"));
    let copy = text(&forked.data()["sandboxId"]);
    assert_ne!(copy, id);
    golden("get-fork", &api.get(&format!("/sandbox/{copy}")).await);

    // Neither sees what the other writes.
    let body = json!({ "files": [{ "path": "src/a.txt", "content": "Yg==" }] });
    api.post(&format!("/fs/{copy}"), &body).await.data();
    let read = async |id: &str| api.get(&format!("/fs/{id}?path=src/a.txt")).await.body;
    assert_eq!(
        (&read(&id).await[..], &read(&copy).await[..]),
        (&b"a"[..], &b"b"[..])
    );
    let command =
        json!({ "command": python("import os; print(os.environ['A'], open('src/a.txt').read())") });
    let executed = api
        .post(&format!("/sandbox/{copy}/execute"), &command)
        .await
        .data();
    let url = text(&executed["stdoutStreamUrl"]);
    let (_, path) = url.split_once("belljar.test").unwrap();
    assert_eq!(&api.get(path).await.body[..], b"1 b\n");

    let empty = api.request(&Method::POST, &format!("/sandbox/{id}/fork"), Body::empty());
    assert_eq!(api.answer(empty).await.status, 201);
    for body in [
        json!({ "name": 1 }),
        json!({ "env": { "A=": "" } }),
        json!({ "metadata": [] }),
    ] {
        let answer = api.post(&format!("/sandbox/{id}/fork"), &body).await;
        answer.failure(400, "INVALID_ARGUMENT");
    }
    api.delete(&format!("/sandbox/{id}")).await.data();
    assert_eq!(&read(&copy).await[..], b"b");
    api.post(&format!("/sandbox/{id}/fork"), &json!({}))
        .await
        .failure(410, "SANDBOX_TERMINATED");
}

#[tokio::test]
async fn a_fork_whose_answer_is_not_taken_does_not_stay() {
    let api = Api::open().await;
    let id = with_files(&api).await;
    let path = format!("/sandbox/{id}/fork");
    let response = api
        .send(api.request(&Method::POST, &path, Body::empty()))
        .await;
    assert_eq!(response.status(), 201);
    drop(response);
    super::api::eventually("only the first is left", || async {
        let rows = api.get("/sandbox?live=true").await.data();
        (rows["total"] == 1).then_some(())
    })
    .await;
}

#[tokio::test]
async fn differences_between_any_two_trees() {
    let api = Api::open().await;
    let id = with_files(&api).await;
    let path = format!("/sandbox/{id}/checkpoint");
    api.post(&path, &json!({ "name": "before" })).await.data();
    let files = json!({ "files": [
        { "path": "src/a.txt", "content": "YWFh" },
        { "path": "new/c.txt", "content": "Yw==" },
    ] });
    api.post(&format!("/fs/{id}"), &files).await.data();
    api.post(&format!("/fs/rm/{id}"), &json!({ "path": "b.json" }))
        .await
        .json();
    let diff = async |from: &str, to: &str, more: &str| {
        let path = format!("/sandbox/diff?from={from}&to={to}{more}");
        api.get(&path).await
    };
    golden("diff", &diff(&format!("{id}@before"), &id, "").await);
    let none = diff(&id, &id, "").await.data();
    assert_eq!(none, json!({ "changes": [], "truncated": false }));
    let part = diff(&format!("{id}@before"), &id, "&limit=1").await.data();
    assert_eq!(part["changes"].as_array().unwrap().len(), 1);
    assert_eq!(part["truncated"], true);

    let taken = api
        .post(&format!("/sandbox/{id}/snapshot"), &json!({ "name": "s" }))
        .await
        .data();
    let snapshot = text(&taken["snapshotId"]);
    for reference in [snapshot.as_str(), "s", "s:latest", "latest"] {
        let none = diff(reference, &id, "").await.data();
        assert_eq!(none["changes"], json!([]), "{reference}");
    }
    let all = diff(PYTHON, &snapshot, "").await.data();
    let paths: Vec<_> = all["changes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| text(&one["path"]))
        .collect();
    assert!(
        paths.contains(&"/home/agentuity/src/a.txt".to_owned()),
        "{paths:?}"
    );
    // What the runtime brings is the same and is not listed.
    assert!(
        paths.iter().all(|path| path.starts_with("/home/agentuity")),
        "{paths:?}"
    );

    for (query, status, code) in [
        ("", 400, "INVALID_ARGUMENT"),
        ("?from=s", 400, "INVALID_ARGUMENT"),
        ("?from=s&to=s&limit=0", 400, "INVALID_ARGUMENT"),
        ("?from=s&to=nothing", 404, "SNAPSHOT_NOT_FOUND"),
        ("?from=s&to=sbx_nothing", 404, "SANDBOX_NOT_FOUND"),
    ] {
        api.get(&format!("/sandbox/diff{query}"))
            .await
            .failure(status, code);
    }
    diff(&format!("{id}@no"), "s", "")
        .await
        .failure(404, "CHECKPOINT_NOT_FOUND");
}

#[tokio::test]
async fn words_in_paths_win_over_ids() {
    let api = Api::open().await;
    api.get("/sandbox/snapshots/lineage")
        .await
        .failure(400, "INVALID_ARGUMENT");
    assert_eq!(api.get("/sandbox/snapshots/public").await.status, 200);
    api.get("/sandbox/snapshots/import")
        .await
        .failure(405, "METHOD_NOT_ALLOWED");
    api.get("/sandbox/diff")
        .await
        .failure(400, "INVALID_ARGUMENT");
    api.get("/sandbox/checkpoints/sbx_1")
        .await
        .failure(404, "SANDBOX_NOT_FOUND");
    // Only what is public needs no key.
    for path in [
        "/sandbox/snapshots",
        "/sandbox/snapshots/snp_1",
        "/sandbox/diff?from=a&to=b",
    ] {
        let mut request = api.request(&Method::GET, path, Body::empty());
        request.headers_mut().remove("authorization");
        api.answer(request).await.failure(401, "UNAUTHORIZED");
    }
}
