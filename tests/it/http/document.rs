//! The OpenAPI document: what it says of every call is what the golden answers say.

use std::path::Path;

use serde_json::{Value, json};

use super::api::Api;

/// Which call each golden answer of a success is of.
fn call_of(file: &str) -> Option<&'static str> {
    Some(match file {
        "create" | "create-oneshot" | "create-snapshot" => "createSandbox",
        "list" | "list-of-snapshot" => "listSandboxes",
        "status" | "status-oneshot" => "getSandboxStatus",
        "destroy" => "destroySandbox",
        "fork" => "forkSandbox",
        "pause" => "pauseSandbox",
        "resume" => "resumeSandbox",
        "env" => "setEnvironment",
        "events" | "events-job" => "listEvents",
        "diff" => "diff",
        "runtimes" => "listRuntimes",
        "cli-list" => "listSandboxesForCli",
        "resolve" => "resolveSandbox",
        "execute" | "execute-resumed" => "execute",
        "execution" | "execution-oneshot" => "getExecution",
        "executions" => "listExecutions",
        "job-create" => "createJob",
        "job" | "job-failed" => "getJob",
        "job-kill" | "job-stop" => "stopJob",
        "jobs" | "jobs-none" => "listJobs",
        "checkpoint" => "createCheckpoint",
        "checkpoints" => "listCheckpoints",
        "checkpoint-delete" => "deleteCheckpoint",
        "checkpoint-restore" => "restoreCheckpoint",
        "snapshot" | "snapshot-public" => "createSnapshot",
        "snapshots" => "listSnapshots",
        "snapshot-get" => "getSnapshot",
        "snapshot-tag" | "snapshot-untag" => "tagSnapshot",
        "snapshot-delete" => "deleteSnapshot",
        "snapshot-public-get" => "getPublicSnapshot",
        "snapshots-public" => "listPublicSnapshots",
        "lineage" => "getLineage",
        "files-list" => "listFiles",
        "files-write" => "writeFiles",
        "files-remove" | "files-remove-missing" => "removeFile",
        "snapshot-build" | "snapshot-build-unchanged" => "beginBuild",
        "snapshot-upload" => "uploadBuild",
        "snapshot-finalize" => "finishBuild",
        "stream-create" => "createStream",
        "stream-append" => "appendToStream",
        "stream-complete" => "completeStream",
        "stream-delete" => "deleteStream",
        "stream-info" => "describeStream",
        "stream-list" => "listStreams",
        name if name.starts_with("get") => "getSandbox",
        _ => return None,
    })
}

async fn document(api: &Api) -> Value {
    let answer = api.get("/openapi.json").await;
    assert_eq!(answer.status, 200);
    answer.json()
}

fn operation<'a>(document: &'a Value, name: &str) -> &'a Value {
    let paths = document["paths"].as_object().unwrap().values();
    let mut calls = paths.flat_map(|path| path.as_object().unwrap().values());
    calls
        .find(|call| call["operationId"] == name)
        .unwrap_or_else(|| panic!("there is no {name}"))
}

#[tokio::test]
async fn the_golden_answers_are_what_the_document_says() {
    let api = Api::open().await;
    let document = document(&api).await;
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/wire");
    let mut checked = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap();
        let golden: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        let schema = if golden["body"]["success"] == false {
            json!({ "$ref": "#/components/schemas/Failure" })
        } else {
            let Some(call) = call_of(name) else {
                // Some file is of a public snapshot's sandbox or the like; each must be named above.
                panic!("{name} is an answer to no call");
            };
            let status = golden["status"].to_string();
            let answer = &operation(&document, call)["responses"][status.as_str()];
            let schema = &answer["content"]["application/json"]["schema"];
            assert!(!schema.is_null(), "{call} does not answer {status}");
            schema.clone()
        };
        let wrong = check(&document, &schema, &golden["body"], "");
        assert_eq!(wrong, None, "{name}");
        checked += 1;
    }
    assert!(checked > 60, "{checked}");
}

#[tokio::test]
async fn what_is_not_an_answer_is_found_out() {
    let api = Api::open().await;
    let document = document(&api).await;
    let schema = &operation(&document, "getExecution")["responses"]["200"]["content"]["application/json"]
        ["schema"];
    let golden = include_bytes!("../../wire/execution.json");
    let mut golden: Value = serde_json::from_slice(golden).unwrap();
    let body = &mut golden["body"];
    assert_eq!(check(&document, schema, body, ""), None);
    body["data"]["exitCode"] = "0".into();
    assert!(check(&document, schema, body, "").is_some());
    body["data"]["exitCode"] = 0.into();
    body["data"].as_object_mut().unwrap().remove("sandboxId");
    assert!(check(&document, schema, body, "").is_some());
}

#[tokio::test]
async fn the_document_says_who_may_call_and_is_public_itself() {
    let api = Api::open().await;
    let mut request = api.request(
        &axum::http::Method::GET,
        "/openapi.json",
        axum::body::Body::empty(),
    );
    request.headers_mut().remove("authorization");
    let document: Value = api.answer(request).await.json();
    assert_eq!(document["openapi"], "3.1.0");
    assert_eq!(
        operation(&document, "createSandbox")["security"],
        json!([{ "key": [] }])
    );
    assert_eq!(operation(&document, "readStream")["security"], json!([]));
    // What a call without a key is answered is what the document says of it.
    for (path, calls) in document["paths"].as_object().unwrap() {
        for (method, call) in calls.as_object().unwrap() {
            let path = path.replace("{id}", "sbx_1").replace(['{', '}'], "");
            let method = method.to_uppercase().parse().unwrap();
            let mut request = api.request(&method, &path, axum::body::Body::empty());
            request.headers_mut().remove("authorization");
            let refused = api.send(request).await.status() == 401;
            let needs = call["security"] != json!([]);
            assert_eq!(refused, needs, "{method} {path}");
        }
    }
}

/// The first thing in which `value` is not what `schema` says. Knows the words that our schemas use,
/// and panics at any other.
fn check(document: &Value, schema: &Value, value: &Value, at: &str) -> Option<String> {
    let words = match schema {
        Value::Bool(true) => return None,
        Value::Object(words) => words,
        other => panic!("no schema: {other}"),
    };
    for (word, argument) in words {
        let wrong = match word.as_str() {
            "$ref" => {
                let target = argument.as_str().unwrap().trim_start_matches('#');
                check(document, document.pointer(target).unwrap(), value, at)
            }
            "type" => {
                let kinds = match argument {
                    Value::Array(kinds) => kinds.clone(),
                    kind => vec![kind.clone()],
                };
                let fits = kinds.iter().any(|kind| match kind.as_str().unwrap() {
                    "object" => value.is_object(),
                    "array" => value.is_array(),
                    "string" => value.is_string(),
                    "boolean" => value.is_boolean(),
                    "integer" => value.is_i64() || value.is_u64(),
                    "number" => value.is_number(),
                    "null" => value.is_null(),
                    other => panic!("unknown type {other}"),
                });
                (!fits).then(|| format!("{at} is {value}, not {argument}"))
            }
            "const" => (value != argument).then(|| format!("{at} is {value}, not {argument}")),
            "enum" => (!argument.as_array().unwrap().contains(value))
                .then(|| format!("{at} is {value}, none of {argument}")),
            "required" => argument
                .as_array()
                .unwrap()
                .iter()
                .find(|name| value.is_object() && value.get(name.as_str().unwrap()).is_none())
                .map(|name| format!("{at} has no {name}")),
            "properties" => argument
                .as_object()
                .unwrap()
                .iter()
                .find_map(|(name, schema)| {
                    let field = value.get(name)?;
                    check(document, schema, field, &format!("{at}.{name}"))
                }),
            "additionalProperties" => {
                let known = words.get("properties").and_then(Value::as_object);
                value
                    .as_object()
                    .into_iter()
                    .flatten()
                    .find_map(|(name, field)| {
                        if known.is_some_and(|known| known.contains_key(name)) {
                            return None;
                        }
                        check(document, argument, field, &format!("{at}.{name}"))
                    })
            }
            "items" => value
                .as_array()
                .into_iter()
                .flatten()
                .find_map(|item| check(document, argument, item, &format!("{at}[]"))),
            "anyOf" | "oneOf" => {
                let mut wrong = argument
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|schema| check(document, schema, value, at));
                let fits = wrong.any(|wrong| wrong.is_none());
                (!fits).then(|| format!("{at} is {value}, none of {argument}"))
            }
            "allOf" => {
                let mut all = argument.as_array().unwrap().iter();
                all.find_map(|schema| check(document, schema, value, at))
            }
            "minimum" => (value.as_f64() < argument.as_f64())
                .then(|| format!("{at} is {value}, below {argument}")),
            "maximum" => (value.as_f64() > argument.as_f64())
                .then(|| format!("{at} is {value}, above {argument}")),
            "description" | "title" | "format" | "examples" | "default" | "pattern"
            | "contentEncoding" => None,
            other => panic!("unknown word {other} in {schema}"),
        };
        if wrong.is_some() {
            return wrong;
        }
    }
    None
}
