//! A registry of npm packages with a few packages, as small as one can be: metadata and archives.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use serde_json::{Value, json};
use sha2::Digest as _;
use tokio::sync::watch;
use tokio::task::AbortHandle;

/// One version of a package.
pub(crate) struct Package {
    name: String,
    version: String,
    files: BTreeMap<String, String>,
    manifest: Value,
}

impl Package {
    pub(crate) fn new(name: &str, version: &str, index: &str) -> Self {
        Self {
            name: name.to_owned(),
            version: version.to_owned(),
            files: BTreeMap::from([("index.js".to_owned(), index.to_owned())]),
            manifest: json!({ "name": name, "version": version, "main": "index.js" }),
        }
    }

    /// With a program.
    pub(crate) fn bin(mut self, name: &str, source: &str) -> Self {
        let file = format!("bin/{name}.js");
        self.manifest["bin"] = json!({ name: file });
        self.files.insert(file, source.to_owned());
        self
    }

    /// Depends on another.
    pub(crate) fn needs(mut self, name: &str, range: &str) -> Self {
        self.manifest["dependencies"] = json!({ name: range });
        self
    }

    /// As `npm pack` makes it.
    fn archive(&self) -> Vec<u8> {
        let mut files = self.files.clone();
        files.insert("package.json".to_owned(), self.manifest.to_string());
        let mut tar = tar::Builder::new(Vec::new());
        for (name, text) in &files {
            let mut header = tar::Header::new_gnu();
            header.set_size(text.len() as u64);
            header.set_mode(0o644);
            let path = format!("package/{name}");
            tar.append_data(&mut header, path, text.as_bytes()).unwrap();
        }
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(&tar.into_inner().unwrap()).unwrap();
        gzip.finish().unwrap()
    }
}

/// What is sent for a path.
#[derive(Clone)]
struct Shared {
    documents: Arc<BTreeMap<String, Value>>,
    archives: Arc<BTreeMap<String, Vec<u8>>>,
    sent: Arc<AtomicUsize>,
    damaged: Arc<AtomicBool>,
    hanging: watch::Sender<bool>,
    asked: watch::Sender<bool>,
}

pub(crate) struct TestRegistry {
    url: String,
    shared: Shared,
    task: AbortHandle,
}

impl TestRegistry {
    pub(crate) async fn start(packages: Vec<Package>) -> Self {
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0))
            .await
            .unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let mut documents: BTreeMap<String, Value> = BTreeMap::new();
        let mut archives = BTreeMap::new();
        for package in packages {
            let archive = package.archive();
            let digest = sha2::Sha512::digest(&archive);
            let digest = base64::engine::general_purpose::STANDARD.encode(digest);
            let bare = package.name.rsplit('/').next().unwrap();
            let path = format!("{}/-/{bare}-{}.tgz", package.name, package.version);
            let mut manifest = package.manifest;
            manifest["dist"] = json!({
                "tarball": format!("{url}{path}"),
                "integrity": format!("sha512-{digest}"),
            });
            archives.insert(path, archive);
            let empty = json!({ "name": package.name, "dist-tags": {}, "versions": {} });
            let document = documents.entry(package.name).or_insert(empty);
            // They come in the order of their versions.
            document["dist-tags"]["latest"] = json!(package.version);
            document["versions"][&package.version] = manifest;
        }
        let shared = Shared {
            documents: Arc::new(documents),
            archives: Arc::new(archives),
            sent: Arc::default(),
            damaged: Arc::default(),
            hanging: watch::Sender::new(false),
            asked: watch::Sender::new(false),
        };
        let router = Router::new().route("/{*path}", axum::routing::get(answer));
        let router = router.with_state(shared.clone());
        let serving = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self {
            url,
            shared,
            task: serving.abort_handle(),
        }
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// How many archives were sent.
    pub(crate) fn archives_sent(&self) -> usize {
        self.shared.sent.load(Ordering::SeqCst)
    }

    /// Archives are not what was promised from now on.
    pub(crate) fn damage(&self) {
        self.shared.damaged.store(true, Ordering::SeqCst);
    }

    /// Answers nobody from now on.
    pub(crate) fn hang(&self) {
        self.shared.hanging.send_replace(true);
    }

    /// Answers again.
    pub(crate) fn resume(&self) {
        self.shared.hanging.send_replace(false);
    }

    /// Resolves when it has been asked for something.
    pub(crate) async fn asked(&self) {
        let mut asked = self.shared.asked.subscribe();
        asked.wait_for(|asked| *asked).await.unwrap();
    }

    pub(crate) fn stop(&self) {
        self.shared.hanging.send_replace(true);
        self.task.abort();
    }
}

impl Drop for TestRegistry {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn answer(State(shared): State<Shared>, Path(path): Path<String>) -> Response {
    shared.asked.send_replace(true);
    let mut hanging = shared.hanging.subscribe();
    hanging.wait_for(|hanging| !hanging).await.unwrap();
    if let Some(document) = shared.documents.get(&path) {
        return document.to_string().into_response();
    }
    match shared.archives.get(&path) {
        None => StatusCode::NOT_FOUND.into_response(),
        Some(_) if shared.damaged.load(Ordering::SeqCst) => "something else".into_response(),
        Some(archive) => {
            shared.sent.fetch_add(1, Ordering::SeqCst);
            archive.clone().into_response()
        }
    }
}
