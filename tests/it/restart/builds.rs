//! A server that ends while it builds a snapshot.

use belljar::{SandboxFilter, SandboxStatus, SnapshotFilter};
use flate2::Compression;
use flate2::write::GzEncoder;
use reqwest::Method;
use serde_json::json;

use super::open;
use super::server::{Server, text};
use crate::guests::{eventually, within};
use crate::support::{PYTHON, data_dir};

/// So many that the server is killed before it has written them all.
const FILES: usize = 20_000;

fn archive() -> Vec<u8> {
    let mut archive = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    for number in 0..FILES {
        let mut header = tar::Header::new_gnu();
        header.set_mode(0o644);
        header.set_size(1);
        let path = format!("{}/{number}", number % 100);
        archive
            .append_data(&mut header, path, b"x".as_slice())
            .unwrap();
    }
    archive.into_inner().unwrap().finish().unwrap()
}

#[tokio::test]
async fn killed_while_a_snapshot_is_built() {
    let data = data_dir();
    let server = Server::start(data.path()).await;
    let body = json!({ "runtime": PYTHON, "name": "built" });
    let begun = server.post("/sandbox/snapshots/build", &body).await;
    let id = text(&begun["snapshotId"]);
    let client = server.client();
    let to = format!("/sandbox/snapshots/{id}/upload");
    let uploaded = client.exchange(Method::PUT, &to, Some(archive().into()));
    assert_eq!(uploaded.await.unwrap().0, 200);
    let finishing = tokio::spawn(async move {
        let path = format!("/sandbox/snapshots/{id}/finalize");
        client.try_post(&path, &json!({})).await
    });
    // The sandbox that the files go through.
    eventually("it is being built", async || {
        let list = server.get("/sandbox").await;
        list["sandboxes"][0]["status"] == "idle"
    })
    .await;
    server.kill();
    let finished = within("the client has noticed", finishing).await.unwrap();

    let belljar = open(data.path()).await;
    let (live, _) = belljar.sandboxes(SandboxFilter::default()).await.unwrap();
    assert_eq!(live, [], "nobody would ever end it");
    let mut filter = SandboxFilter::default();
    filter.deleted_only = true;
    let (deleted, _) = belljar.sandboxes(filter).await.unwrap();
    assert_eq!(deleted.len(), 1);
    assert_eq!(deleted[0].status, SandboxStatus::Deleted);
    assert!(deleted[0].ended_at.is_some());
    let folder = data.path().join("sandboxes");
    assert_eq!(std::fs::read_dir(folder).unwrap().count(), 0);
    let filter = SnapshotFilter::default();
    let (snapshots, _) = belljar.snapshots(&filter).await.unwrap();
    assert!(finished.is_none() || snapshots.len() == 1);
    belljar.close().await;
}
