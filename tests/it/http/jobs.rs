//! Jobs over HTTP: every answer against its file in `tests/wire`, and what is refused.

use axum::body::Body;
use axum::http::Method;
use serde_json::{Value, json};

use super::answers::{begun, golden, golden_with};
use super::api::{Api, SLEEPER, eventually, python, text};

fn jobs_of(sandbox: &str) -> String {
    format!("/sandbox/sandboxes/{sandbox}/jobs")
}

/// As [`begun`], for a job.
fn accepted(data: &mut Value) {
    begun(data);
    data["status"] = "pending".into();
}

/// Starts a command; its path and its data.
async fn start(api: &Api, sandbox: &str, body: &Value) -> (String, Value) {
    let started = api.post(&jobs_of(sandbox), body).await;
    assert_eq!(started.status, 201, "{started:?}");
    let data = started.data();
    let path = format!("{}/{}", jobs_of(sandbox), text(&data["jobId"]));
    (path, data)
}

/// Waits until a job has ended; its data.
async fn ended(api: &Api, path: &str) -> Value {
    eventually("a job has ended", || async {
        let data = api.get(path).await.data();
        (!data["completedAt"].is_null()).then_some(data)
    })
    .await
}

/// All of a stream.
async fn read(api: &Api, url: &Value) -> String {
    let url = text(url);
    let (_, path) = url.split_once("belljar.test").unwrap();
    let answer = api.get(path).await;
    assert_eq!(answer.status, 200);
    String::from_utf8(answer.body.to_vec()).unwrap()
}

#[tokio::test]
async fn answers_about_jobs_are_those_of_the_files() {
    let api = Api::open().await;
    let id = api.sandbox().await;
    let list = jobs_of(&id);
    golden("jobs-none", &api.get(&list).await);
    let body = json!({ "command": python("print('hi')") });
    let created = api.post(&list, &body).await;
    golden_with("job-create", &created, accepted);
    let first = format!("{list}/{}", text(&created.data()["jobId"]));
    let data = ended(&api, &first).await;
    golden("job", &api.get(&first).await);
    assert_eq!(read(&api, &data["stdoutStreamUrl"]).await, "hi\n");
    assert_eq!(read(&api, &data["stderrStreamUrl"]).await, "");

    let (second, _) = start(&api, &id, &json!({ "command": SLEEPER })).await;
    eventually("it runs", || async {
        let data = api.get(&second).await.data();
        (data["status"] == "running").then_some(())
    })
    .await;
    golden("jobs", &api.get(&list).await);
    golden("job-stop", &api.delete(&second).await);
    golden(
        "job-stop",
        &api.delete(&format!("{second}?force=true")).await,
    );
    // One that has ended by itself is not changed by it.
    golden("job", &api.delete(&first).await);

    let (third, _) = start(&api, &id, &json!({ "command": SLEEPER })).await;
    golden(
        "job-kill",
        &api.delete(&format!("{third}?force=true")).await,
    );
    let (missing, _) = start(&api, &id, &json!({ "command": ["nothing-there"] })).await;
    ended(&api, &missing).await;
    golden("job-failed", &api.get(&missing).await);

    let events = format!("/sandbox/sandboxes/{id}/events?limit=4");
    golden("events-job", &api.get(&events).await);
    golden(
        "failure-job-not-found",
        &api.get(&format!("{list}/job_1")).await,
    );
    assert_eq!(
        api.get(&format!("{list}?limit=2")).await.data()["jobs"]
            .as_array()
            .unwrap()
            .len(),
        2
    );

    // They stay when their sandbox has ended.
    api.delete(&format!("/sandbox/{id}")).await;
    assert_eq!(api.get(&first).await.data()["status"], "completed");
    assert_eq!(api.delete(&first).await.data()["status"], "completed");
    let all = api.get(&list).await.data();
    assert_eq!(all["jobs"].as_array().unwrap().len(), 4);
    api.post(&list, &body)
        .await
        .failure(410, "SANDBOX_TERMINATED");
}

#[tokio::test]
async fn outputs_of_a_job_go_where_they_are_to() {
    let api = Api::open().await;
    let id = api.sandbox().await;
    let hi = python("print('hi')");
    // The published client has the plural, everything else of the API the singular.
    for name in ["streams", "stream"] {
        let stream = api.post("/stream", &json!({ "name": "out" })).await;
        let stream = text(&stream.json()["id"]);
        let body = json!({ "command": hi, name: { "stdout": stream, "stderr": "ignore" } });
        let (path, data) = start(&api, &id, &body).await;
        assert!(text(&data["stdoutStreamUrl"]).ends_with(&stream));
        assert_eq!(data.get("stderrStreamUrl"), None);
        ended(&api, &path).await;
        assert_eq!(read(&api, &data["stdoutStreamUrl"]).await, "hi\n");
    }
    // As the client of the command line reads logs, while it runs.
    let (path, data) = start(&api, &id, &json!({ "command": SLEEPER })).await;
    let url = text(&data["stdoutStreamUrl"]);
    let (_, stream) = url.split_once("belljar.test").unwrap();
    let request = api.request(
        &Method::GET,
        &format!("{stream}?v=2&follow=true"),
        Body::empty(),
    );
    let answer = api.send(request).await;
    assert_eq!(answer.status(), 200);
    api.delete(&format!("{path}?force=true")).await.data();
    assert_eq!(&super::api::read(answer).await.body[..], b"");
}

#[tokio::test]
async fn what_is_wrong_with_a_job_is_said() {
    let api = Api::open().await;
    let id = api.sandbox().await;
    let list = jobs_of(&id);
    for (body, message) in [
        (json!({}), "command"),
        (json!({ "command": [] }), "command is empty"),
        (json!({ "command": "print" }), "command: invalid type"),
        (json!({ "command": ["a", "b\0"] }), "command[1]"),
        (
            json!({ "command": ["a"], "streams": { "stdout": "no" } }),
            "streams.stdout",
        ),
        (json!({ "command": ["a"], "streams": ["a"] }), "streams"),
    ] {
        let said = api.post(&list, &body).await;
        let said = said.failure(400, "INVALID_ARGUMENT");
        assert!(said.contains(message), "{said}");
    }
    for path in [format!("{list}?limit=0"), format!("{list}?limit=some")] {
        api.get(&path).await.failure(400, "INVALID_ARGUMENT");
    }
    let (path, data) = start(&api, &id, &json!({ "command": SLEEPER })).await;
    api.delete(&format!("{path}?force=perhaps"))
        .await
        .failure(400, "INVALID_ARGUMENT");
    // A job is one of its own sandbox only.
    let other = api.sandbox().await;
    let elsewhere = format!("{}/{}", jobs_of(&other), text(&data["jobId"]));
    api.get(&elsewhere).await.failure(404, "JOB_NOT_FOUND");
    api.delete(&elsewhere).await.failure(404, "JOB_NOT_FOUND");
    let status = text(&api.get(&path).await.data()["status"]);
    assert!(
        ["pending", "running"].contains(&status.as_str()),
        "{status}"
    );
    for path in [format!("{list}/job_nothing"), format!("{list}/not-an-id")] {
        api.get(&path).await.failure(404, "JOB_NOT_FOUND");
        api.delete(&path).await.failure(404, "JOB_NOT_FOUND");
    }
    let nowhere = jobs_of("sbx_nothing");
    api.get(&nowhere).await.failure(404, "SANDBOX_NOT_FOUND");
    api.get(&format!("{nowhere}/job_1"))
        .await
        .failure(404, "SANDBOX_NOT_FOUND");
    api.post(&nowhere, &json!({ "command": SLEEPER }))
        .await
        .failure(404, "SANDBOX_NOT_FOUND");
    let request = api.request(&Method::PUT, &path, Body::empty());
    api.answer(request).await.failure(405, "METHOD_NOT_ALLOWED");
}
