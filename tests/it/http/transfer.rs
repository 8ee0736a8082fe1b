//! Snapshots as archives: out of one server and into another, whole or not at all.

use axum::body::{Body, Bytes};
use axum::http::Method;
use futures::StreamExt;
use http_body_util::BodyExt;
use serde_json::{Value, json};

use super::api::{Answer, Api, text};

/// A snapshot called `base` of a sandbox with one large and one small file; its id.
async fn snapshot(api: &Api) -> String {
    let id = api.sandbox().await;
    let large = "QUJD".repeat(1 << 20);
    let body = json!({ "files": [
        { "path": "large", "content": large },
        { "path": "d/small", "content": "YQ==" },
    ] });
    api.post(&format!("/fs/{id}"), &body).await.data();
    let path = format!("/sandbox/{id}/snapshot");
    let taken = api
        .post(&path, &json!({ "name": "base", "tag": "v1" }))
        .await;
    text(&taken.data()["snapshotId"])
}

async fn export(api: &Api, id: &str) -> Answer {
    let answer = api.get(&format!("/sandbox/snapshots/{id}/export")).await;
    assert_eq!(answer.status, 200);
    answer
}

async fn import(api: &Api, query: &str, body: Body) -> Answer {
    let path = format!("/sandbox/snapshots/import{query}");
    api.answer(api.request(&Method::POST, &path, body)).await
}

/// A body that comes in small pieces.
fn pieces(bytes: &Bytes) -> Body {
    let chunks: Vec<Result<Bytes, std::io::Error>> = bytes
        .chunks(70_001)
        .map(|chunk| Ok(Bytes::copy_from_slice(chunk)))
        .collect();
    Body::from_stream(futures::stream::iter(chunks))
}

async fn total(api: &Api) -> Value {
    api.get("/sandbox/snapshots").await.data()["total"].clone()
}

#[tokio::test]
async fn an_archive_goes_out_the_same_every_time_and_comes_in_elsewhere() {
    let here = Api::open().await;
    let id = snapshot(&here).await;
    let archive = export(&here, &id).await;
    assert_eq!(archive.headers["content-type"], "application/x-tar");
    assert_eq!(archive.headers["x-content-type-options"], "nosniff");
    let name = archive.headers["content-disposition"].to_str().unwrap();
    assert_eq!(name, "attachment; filename=\"base-v1.tar\"");
    assert_eq!(archive.body, export(&here, &id).await.body);

    let there = Api::open().await;
    let compressed = zstd::encode_all(&archive.body[..], 1).unwrap();
    assert!(compressed.len() * 2 < archive.body.len());
    for (query, body) in [
        (
            "?name=in&tag=v2&description=from+there",
            pieces(&archive.body),
        ),
        ("?name=zstd", Body::from(compressed)),
    ] {
        let answer = import(&there, query, body).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        let data = answer.data();
        assert_eq!(data.get("sandboxId"), None);
        assert_eq!(
            (&data["fileCount"], &data["sizeBytes"]),
            (&json!(2), &json!((3 << 20) + 1))
        );
        let snapshot = text(&data["snapshotId"]);
        // The same tree, the same bytes.
        assert_eq!(export(&there, &snapshot).await.body, archive.body);
        let made = there
            .post("/sandbox", &json!({ "snapshot": snapshot }))
            .await;
        let sandbox = text(&made.data()["sandboxId"]);
        let large = there.get(&format!("/fs/{sandbox}?path=large")).await.body;
        assert_eq!(large, "ABC".repeat(1 << 20));
    }
    let found = there.get("/sandbox/snapshots/lineage?name=in&tag=v2").await;
    assert_eq!(found.data()["total"], 1);
}

#[tokio::test]
async fn what_is_no_archive_is_refused_and_leaves_nothing() {
    let api = Api::open().await;
    let id = snapshot(&api).await;
    let archive = export(&api, &id).await.body;
    let half = archive.slice(..archive.len() / 2);
    let mut damaged = archive.to_vec();
    damaged[300] ^= 1;
    for body in [
        Body::empty(),
        Body::from("not an archive"),
        Body::from(vec![0; 10_000]),
        Body::from(half.clone()),
        Body::from(damaged),
        Body::from(zstd::encode_all(&half[..], 1).unwrap()),
    ] {
        import(&api, "", body)
            .await
            .failure(400, "INVALID_ARGUMENT");
    }
    for query in ["?name=a+b", "?tag=-", "?public=perhaps"] {
        let body = Body::from(archive.clone());
        import(&api, query, body)
            .await
            .failure(400, "INVALID_ARGUMENT");
    }
    // A client that goes away in the middle.
    let broken = futures::stream::iter([Ok(half), Err(std::io::Error::other("gone"))]);
    let message = import(&api, "", Body::from_stream(broken))
        .await
        .failure(400, "INVALID_ARGUMENT");
    assert!(message.contains("cut off"), "{message}");
    assert_eq!(total(&api).await, 1);
}

#[tokio::test]
async fn a_refused_archive_is_answered_while_it_is_still_being_sent() {
    let api = Api::open().await;
    // It never ends, and what comes is no archive.
    let endless =
        futures::stream::repeat_with(|| Ok::<_, std::io::Error>(Bytes::from(vec![7; 65_536])));
    let answer = import(&api, "", Body::from_stream(endless)).await;
    answer.failure(400, "INVALID_ARGUMENT");
}

#[tokio::test]
async fn an_export_that_nobody_reads_on_ends() {
    let api = Api::open().await;
    let id = snapshot(&api).await;
    let path = format!("/sandbox/snapshots/{id}/export");
    for _ in 0..20 {
        let response = api
            .send(api.request(&Method::GET, &path, Body::empty()))
            .await;
        let mut body = response.into_body().into_data_stream();
        let first = body.next().await.unwrap().unwrap();
        assert!(!first.is_empty());
        drop(body);
    }
    // Were the threads of those exports still waiting, there would be none left for this.
    let whole = export(&api, &id).await.body;
    assert!(whole.len() > 3 << 20);
    api.delete(&format!("/sandbox/snapshots/{id}")).await.json();
    let answer = api.get(&path).await;
    answer.failure(404, "SNAPSHOT_NOT_FOUND");
}

#[tokio::test]
async fn a_slow_reader_gets_the_whole_archive() {
    let api = Api::open().await;
    let id = snapshot(&api).await;
    let path = format!("/sandbox/snapshots/{id}/export");
    let response = api
        .send(api.request(&Method::GET, &path, Body::empty()))
        .await;
    let mut body = response.into_body();
    let mut slow = Vec::new();
    while let Some(frame) = body.frame().await {
        slow.extend_from_slice(&frame.unwrap().into_data().unwrap());
        tokio::time::sleep(std::time::Duration::from_millis(2)).await;
    }
    assert_eq!(slow, export(&api, &id).await.body);
}
