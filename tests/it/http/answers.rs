//! Every kind of answer, byte by byte, against the files in `tests/wire`.
//!
//! Ids, times and measured numbers are replaced by fixed ones. After a wanted change run the tests
//! with `BELLJAR_BLESS=1`, read the difference, and put it into CHANGELOG.md.

use std::path::Path;

use axum::body::Body;
use axum::http::Method;
use serde_json::{Map, Value, json};

use super::api::{Answer, Api, python, text};
use crate::support::PYTHON;

/// The ids that are replaced.
const IDS: [&str; 10] = [
    "sbx_", "exec_", "job_", "stream_", "evt_", "org_", "srt_", "sess_", "ckpt_", "snp_",
];

/// Numbers that are measured.
const MEASURED: [&str; 3] = ["durationMs", "cpuTimeMs", "memoryByteSec"];

#[tokio::test]
async fn answers_are_those_of_the_files() {
    let api = Api::open().await;
    let created = api.post("/sandbox", &everything()).await;
    let id = text(&created.data()["sandboxId"]);
    golden_with("create", &created, |data| settled(data, "creating", "idle"));

    let wait = "waitForStatus=idle&waitMs=60000";
    let idle = api.get(&format!("/sandbox/status/{id}?{wait}")).await;
    golden("status", &idle);
    golden("get", &api.get(&format!("/sandbox/{id}")).await);

    let command = json!({ "command": python("print('hi')"), "timeout": "30s" });
    let executed = api.post(&format!("/sandbox/{id}/execute"), &command).await;
    let execution = text(&executed.data()["executionId"]);
    golden_with("execute", &executed, begun);
    let path = format!("/sandbox/execution/{execution}?wait=60s");
    golden("execution", &api.get(&path).await);
    golden(
        "executions",
        &api.get(&format!("/sandbox/sandboxes/{id}/executions"))
            .await,
    );

    golden(
        "files-list",
        &api.get(&format!("/fs/list/{id}?path=src")).await,
    );
    let body = json!({ "files": [{ "path": "b.txt", "content": "Yg==" }] });
    golden("files-write", &api.post(&format!("/fs/{id}"), &body).await);
    let body = json!({ "path": "b.txt" });
    golden(
        "files-remove",
        &api.post(&format!("/fs/rm/{id}"), &body).await,
    );
    golden(
        "files-remove-missing",
        &api.post(&format!("/fs/rm/{id}"), &body).await,
    );

    let body = Body::from(r#"{"env":{"B":"2","A":null}}"#);
    let request = api.request(&Method::PATCH, &format!("/sandbox/env/{id}"), body);
    golden("env", &api.answer(request).await);

    golden("list", &api.get("/sandbox").await);
    golden("cli-list", &api.get("/cli/sandbox").await);
    golden("resolve", &api.get(&format!("/cli/sandbox/{id}")).await);
    golden_with("runtimes", &api.get("/sandbox/runtimes").await, |data| {
        // These are the catalogue's, which changes with every release of a runtime.
        data["runtimes"][0]["description"] = "CPython".into();
        data["runtimes"][0]["requirements"]["memory"] = "64Mi".into();
        // And whether they are installed depends on what ran before.
        for runtime in data["runtimes"].as_array_mut().unwrap() {
            runtime["installed"] = true.into();
        }
    });
    let stream = api.post("/stream", &json!({ "name": "stdin" })).await;
    golden("stream-create", &stream);
    answers_about_streams(&api, &text(&stream.json()["id"])).await;
    golden("destroy", &api.delete(&format!("/sandbox/{id}")).await);
    golden(
        "events",
        &api.get(&format!("/sandbox/sandboxes/{id}/events")).await,
    );
    let path = format!("/sandbox/{id}?includeDeleted=true");
    golden("get-deleted", &api.get(&path).await);
}

async fn answers_about_streams(api: &Api, id: &str) {
    let request = |path: &str, body: &'static str| {
        let path = format!("/stream/{id}/{path}");
        api.answer(api.request(&Method::POST, &path, Body::from(body)))
    };
    golden("stream-append", &request("append", "bytes").await);
    golden("stream-info", &request("info", "{}").await);
    golden("stream-complete", &request("complete", "").await);
    golden("failure-stream-completed", &request("append", "more").await);
    let list = json!({ "name": "stdin", "limit": 10 });
    golden("stream-list", &api.post("/stream/list", &list).await);
    golden("stream-delete", &api.delete(&format!("/stream/{id}")).await);
    golden("failure-stream", &request("info", "{}").await);
}

#[tokio::test]
async fn a_oneshot_sandbox_is_answered_with_its_execution_and_streams() {
    let api = Api::open().await;
    let body = json!({
        "runtime": PYTHON,
        "command": { "exec": python("import sys; sys.exit(3)"), "mode": "oneshot" },
        "stream": {},
    });
    let created = api.post("/sandbox", &body).await;
    let data = created.data();
    golden_with("create-oneshot", &created, |data| {
        settled(data, "creating", "running")
    });
    let execution = text(&data["executionId"]);
    let sandbox = text(&data["sandboxId"]);
    let path = format!("/sandbox/execution/{execution}?wait=60s");
    golden("execution-oneshot", &api.get(&path).await);
    golden(
        "status-oneshot",
        &api.get(&format!("/sandbox/status/{sandbox}")).await,
    );
    golden(
        "get-oneshot",
        &api.get(&format!("/sandbox/{sandbox}")).await,
    );
}

#[tokio::test]
async fn failures_are_those_of_the_files() {
    let api = Api::open().await;
    golden("failure-not-found", &api.get("/sandbox/sbx_nothing").await);
    golden(
        "failure-execution-not-found",
        &api.get("/sandbox/execution/exec_nothing").await,
    );
    golden("failure-no-route", &api.get("/nothing").await);
    golden("failure-method", &api.delete("/sandbox").await);
    golden(
        "failure-build",
        &api.post("/sandbox/snapshots/build", &json!({})).await,
    );
    let body = json!({ "runtime": PYTHON, "resources": { "memory": "12Q" } });
    golden("failure-field", &api.post("/sandbox", &body).await);
    let request = api.request(&Method::POST, "/sandbox", Body::from("{"));
    golden("failure-json", &api.answer(request).await);
    golden("failure-query", &api.get("/sandbox?status=sleeping").await);
    golden(
        "failure-runtime",
        &api.post("/sandbox", &json!({ "runtime": "cobol:85" }))
            .await,
    );
    let mut request = api.request(&Method::GET, "/sandbox", Body::empty());
    request.headers_mut().remove("authorization");
    golden("failure-no-key", &api.answer(request).await);
}

/// A create body that sets whatever this version can do.
fn everything() -> Value {
    json!({
        "runtime": PYTHON,
        "name": "everything",
        "description": "all fields",
        "projectId": "proj_1",
        "resources": { "memory": "256Mi", "cpu": "0.5", "disk": "1Gi" },
        "env": { "A": "1" },
        "network": { "enabled": false },
        "timeout": { "idle": "10m", "execution": "2m", "paused": "0s" },
        "files": [{ "path": "src/a.txt", "content": "YQ==" }],
        "metadata": { "nested": { "list": [1, "two", null] } },
        "scopes": ["services:read"],
    })
}

/// Either status may be seen, depending on how fast the rest is; the files have `shown`.
pub(super) fn settled(data: &mut Value, other: &str, shown: &str) {
    if data["status"] == other {
        data["status"] = shown.into();
    }
}

/// How far a command is when it is answered depends on how busy the machine is; the files have one
/// that has just been accepted.
pub(super) fn begun(data: &mut Value) {
    data["status"] = "queued".into();
    let fields = data.as_object_mut().unwrap();
    for later in ["startedAt", "completedAt", "exitCode", "durationMs"] {
        fields.remove(later);
    }
}

#[track_caller]
pub(super) fn golden(name: &str, answer: &Answer) {
    golden_with(name, answer, |_| ());
}

#[track_caller]
pub(super) fn golden_with(name: &str, answer: &Answer, adjust: impl FnOnce(&mut Value)) {
    assert_eq!(answer.headers["content-type"], "application/json");
    let mut body = answer.json();
    fix(&mut body);
    if let Some(data) = body.get_mut("data") {
        adjust(data);
    }
    let shown = json!({ "status": answer.status.as_u16(), "body": body });
    let found = format!("{shown:#}\n");
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/wire/{name}.json"));
    if std::env::var_os("BELLJAR_BLESS").is_some() {
        std::fs::write(&file, &found).unwrap();
    }
    let expected = std::fs::read_to_string(&file)
        .unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    assert_eq!(
        found,
        expected.replace("\r\n", "\n"),
        "{name} is not what the file says"
    );
}

/// Replaces what differs from run to run.
fn fix(value: &mut Value) {
    match value {
        Value::String(text) => *text = fixed(text),
        Value::Array(items) => items.iter_mut().for_each(fix),
        Value::Object(fields) => fix_fields(fields),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn fix_fields(fields: &mut Map<String, Value>) {
    for (name, value) in fields {
        if MEASURED.contains(&name.as_str()) && value.is_number() {
            *value = 0.into();
        } else {
            fix(value);
        }
    }
}

/// A text with every generated id and time replaced.
fn fixed(text: &str) -> String {
    if is_time(text) {
        return "2026-01-01T00:00:00.000Z".to_owned();
    }
    let mut result = text.to_owned();
    for prefix in IDS {
        // Generated ids have 26 characters after the prefix; those made up by a test have fewer.
        let parts: Vec<&str> = result.split(prefix).collect();
        let fixed: Vec<String> = parts
            .iter()
            .enumerate()
            .map(|(index, part)| {
                let end = part.find(|c: char| !c.is_ascii_alphanumeric());
                let (id, rest) = part.split_at(end.unwrap_or(part.len()));
                if index > 0 && id.len() >= 20 {
                    format!("0{rest}")
                } else {
                    (*part).to_owned()
                }
            })
            .collect();
        result = fixed.join(prefix);
    }
    result
}

fn is_time(text: &str) -> bool {
    text.len() == 24 && text.ends_with('Z') && text.as_bytes()[10] == b'T'
}
