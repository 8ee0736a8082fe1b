//! Snapshots that are built from an archive: begun, uploaded, finished, used.

use axum::body::Body;
use axum::http::Method;
use belljar::{BuildContent, BuildOptions, BuildStart, ErrorKind, OrgId, SnapshotId};
use serde_json::{Value, json};

use super::answers::golden;
use super::api::{Answer, Api, python, text};
use super::archives::tar;
use crate::support::PYTHON;

const MAIN: &str = "print(\"built\")\n";
const SHA256: &str = "32a88ccc297574acdb61e0788cd24ab79a3f388e5b283980144756b1834bee94";

async fn begin(api: &Api, body: &Value) -> Answer {
    api.post("/sandbox/snapshots/build", body).await
}

async fn upload(api: &Api, id: &str, archive: impl Into<Body>) -> Answer {
    let path = format!("/sandbox/snapshots/{id}/upload");
    api.answer(api.request(&Method::PUT, &path, archive.into()))
        .await
}

async fn finish(api: &Api, id: &str, body: &Value) -> Answer {
    api.post(&format!("/sandbox/snapshots/{id}/finalize"), body)
        .await
}

fn said(answer: &Answer) -> String {
    String::from_utf8_lossy(&answer.body).into_owned()
}

fn archive() -> Vec<u8> {
    tar(&[(b'0', "main.py", "", MAIN), (b'0', "data/a.txt", "", "a")])
}

fn listed() -> Value {
    json!([
        { "path": "main.py", "size": MAIN.len(), "sha256": SHA256, "contentType": "text/x-python", "mode": 420 },
    ])
}

#[tokio::test]
async fn an_archive_becomes_a_snapshot_with_its_environment() {
    let api = Api::open().await;
    let body = json!({
        "runtime": PYTHON, "name": "tools", "tag": "v1", "contentHash": "one", "encrypt": true,
        "git": { "branch": "main", "commit": "abc" },
    });
    let begun = begin(&api, &body).await;
    golden("snapshot-build", &begun);
    let id = text(&begun.data()["snapshotId"]);
    // Not one before it is finished.
    api.get(&format!("/sandbox/snapshots/{id}"))
        .await
        .failure(404, "SNAPSHOT_NOT_FOUND");
    golden("snapshot-upload", &upload(&api, &id, archive()).await);
    let content = json!({
        "sizeBytes": 100, "fileCount": 1, "files": listed(),
        "env": { "MODE": "of the snapshot", "OTHER": "kept" }, "metadata": { "team": "a" },
    });
    let made = finish(&api, &id, &content).await;
    golden("snapshot-finalize", &made);
    assert_eq!(made.data()["snapshotId"], id.as_str());
    assert_eq!(made.data()["userMetadata"]["git.commit"], "abc");

    let body = json!({ "snapshot": "tools:v1", "env": { "MODE": "of the sandbox" } });
    let created = api.post("/sandbox", &body).await;
    let sandbox = text(&created.data()["sandboxId"]);
    let code = "import os; print(open('main.py').read(), os.environ['MODE'], os.environ['OTHER'])";
    let execution = api.execute(&sandbox, &python(code)).await;
    let id_of_execution = text(&execution["executionId"]);
    api.get(&format!("/sandbox/execution/{id_of_execution}?wait=60s"))
        .await;
    let out = api.get(&text(&execution["stdoutStreamUrl"])).await;
    assert_eq!(
        String::from_utf8_lossy(&out.body),
        format!("{MAIN} of the sandbox kept\n")
    );

    // The same content needs no second build, unless it is wanted.
    let mut again = json!({ "runtime": PYTHON, "name": "tools", "contentHash": "one" });
    let unchanged = begin(&api, &again).await;
    golden("snapshot-build-unchanged", &unchanged);
    assert_eq!(unchanged.data()["existingId"], id.as_str());
    again["force"] = json!(true);
    assert!(begin(&api, &again).await.data()["snapshotId"].is_string());
    // The sandbox that it was made in is gone.
    let list = api.get("/sandbox").await;
    assert_eq!(list.data()["total"], 1, "{}", list.json());
}

#[tokio::test]
async fn what_is_wrong_is_said_and_can_be_mended() {
    let api = Api::open().await;
    begin(&api, &json!({ "runtime": "cobol:85" }))
        .await
        .failure(404, "RUNTIME_NOT_FOUND");
    begin(&api, &json!({ "runtime": PYTHON, "name": "a b" }))
        .await
        .failure(400, "INVALID_ARGUMENT");
    let begun = begin(&api, &json!({ "runtime": PYTHON, "name": "n" })).await;
    let id = text(&begun.data()["snapshotId"]);
    let wrong = |name: &str, value: Value| {
        let mut body = json!({ "files": listed() });
        body[name] = value;
        body
    };
    let missing = finish(&api, &id, &json!({ "files": listed() })).await;
    assert!(
        said(&missing).contains("not uploaded"),
        "{}",
        said(&missing)
    );
    upload(&api, &id, "hello")
        .await
        .failure(400, "INVALID_ARGUMENT");
    upload(&api, &id, archive()).await.data();
    for (name, value, said) in [
        ("fileCount", json!(7), "fileCount is 7"),
        ("dependencies", json!(["curl"]), "operating system"),
        ("env", json!({ "A=B": "x" }), "A=B"),
        (
            "files",
            json!([{ "path": "main.py", "size": 15, "sha256": "00" }]),
            "SHA-256",
        ),
        (
            "files",
            json!([{ "path": "main.py", "size": 3, "sha256": SHA256 }]),
            "15 bytes and not 3",
        ),
        (
            "files",
            json!([{ "path": "/etc/../nowhere", "size": 3, "sha256": SHA256 }]),
            "not in the archive",
        ),
    ] {
        let answer = finish(&api, &id, &wrong(name, value)).await;
        assert_eq!(answer.status, 400, "{name}: {}", self::said(&answer));
        let text = self::said(&answer);
        assert!(text.contains(said), "{said}: {text}");
    }
    // Nothing of all that is left, and it can still be finished, once.
    assert_eq!(api.get("/sandbox").await.data()["total"], 0);
    assert_eq!(api.get("/sandbox/snapshots").await.data()["total"], 0);
    let made = finish(&api, &id, &json!({ "files": listed() })).await;
    assert_eq!(made.data()["name"], "n");
    finish(&api, &id, &json!({}))
        .await
        .failure(404, "SNAPSHOT_NOT_FOUND");
}

#[tokio::test]
async fn builds_belong_to_their_organisation_and_are_few() {
    let api = Api::open().await;
    let body = json!({ "runtime": PYTHON });
    let id = text(&begin(&api, &body).await.data()["snapshotId"]);
    let (other, build) = (OrgId::generate(), SnapshotId::parse(&id).unwrap());
    let nothing = std::io::empty();
    for error in [
        api.belljar
            .upload_build(&other, &build, nothing)
            .await
            .unwrap_err(),
        api.belljar
            .finish_build(&other, &build, BuildContent::default())
            .await
            .unwrap_err(),
    ] {
        assert_eq!(error.kind(), ErrorKind::NotFound, "{error}");
    }
    for _ in 0..7 {
        begin(&api, &body).await.data();
    }
    let refused = begin(&api, &body).await;
    assert_eq!(refused.status, 429, "{}", said(&refused));
    let mut options = BuildOptions::new(PYTHON);
    options.snapshot.org = Some(other);
    let begun = api.belljar.begin_build(options).await.unwrap();
    assert!(matches!(begun, BuildStart::Begun(_)));
}
