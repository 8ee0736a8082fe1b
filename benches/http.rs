//! What the server adds to a run, and how long it takes to be ready.
//!
//! `cargo bench --bench http`. The library and the real `belljar serve`, over a loopback connection
//! that is kept alive, in turn; the client does what the published one does: create with a command,
//! then read both streams and wait for the exit, all at once.
#![expect(
    clippy::indexing_slicing,
    reason = "a bench that finds nothing there may panic"
)]

mod common;

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use belljar::{Belljar, BelljarOptions, SandboxOptions};
use serde_json::{Value, json};

use common::samples::Samples;
use common::table::Table;

const ARGS: [&str; 3] = ["python3", "-c", "print(1)"];
const ROUNDS: usize = 300;
const STARTS: usize = 20;
const WARM_UP: usize = 20;

fn main() {
    let runtime = tokio::runtime::Runtime::new().expect("threads");
    runtime.block_on(async {
        let options = BelljarOptions::in_memory(common::cache_dir());
        let belljar = Belljar::open(options).await.expect("it opens");
        // Also installs the runtime, so that the server finds it.
        once_library(&belljar).await;

        let mut ready = Samples::default();
        for _ in 0..common::rounds(STARTS) {
            let (server, started) = Server::start();
            ready.add(started);
            drop(server);
        }
        let (server, _) = Server::start();
        // Nothing is encrypted here, but reqwest wants to know how it would be.
        drop(rustls::crypto::ring::default_provider().install_default());
        let client = reqwest::Client::builder()
            .no_proxy()
            .build()
            .expect("a client");
        for _ in 0..WARM_UP {
            once_library(&belljar).await;
            once_http(&client, &server).await;
        }
        let (mut library, mut http) = (Samples::default(), Samples::default());
        for _ in 0..common::rounds(ROUNDS) {
            let started = Instant::now();
            once_library(&belljar).await;
            library.since(started);

            let started = Instant::now();
            once_http(&client, &server).await;
            http.since(started);
        }

        let mut table = Table::default();
        for percent in [50, 99] {
            let (ours, direct) = (http.percentile(percent), library.percentile(percent));
            table.duration(&format!("library: p{percent}"), direct, None);
            table.duration(&format!("HTTP, keep-alive: p{percent}"), ours, None);
            let most = (percent == 50).then_some(Duration::from_micros(1500));
            table.duration(
                &format!("added: p{percent}"),
                ours.saturating_sub(direct),
                most,
            );
        }
        let most = Some(Duration::from_millis(100));
        table.duration("server, start to ready: p50", ready.percentile(50), most);
        table.print(&format!(
            "Over HTTP ({} rounds, {} starts)",
            http.len(),
            ready.len()
        ));
        belljar.close().await;
    });
}

async fn once_library(belljar: &Belljar) {
    let options = SandboxOptions::new("python:3.14");
    let output = belljar
        .run(options, belljar::Command::new(ARGS))
        .await
        .expect("it runs");
    assert_eq!(
        (output.exit_code, output.stdout.as_slice()),
        (0, &b"1\n"[..])
    );
}

async fn once_http(client: &reqwest::Client, server: &Server) {
    let body = json!({
        "runtime": "python:3.14",
        "command": { "exec": ARGS, "mode": "oneshot" },
    });
    let created = client
        .post(format!("{}/sandbox", server.url))
        .bearer_auth(&server.key)
        .json(&body)
        .send();
    let created = data(
        created
            .await
            .expect("an answer")
            .json()
            .await
            .expect("JSON"),
    );
    let stream = |name: &str| {
        let url = created[name].as_str().expect("a stream's URL").to_owned();
        async {
            client
                .get(url)
                .send()
                .await
                .expect("an answer")
                .bytes()
                .await
                .expect("output")
        }
    };
    let execution = async {
        let id = created["executionId"].as_str().expect("an execution");
        let url = format!("{}/sandbox/execution/{id}?wait=5m", server.url);
        let answer = client
            .get(url)
            .bearer_auth(&server.key)
            .send()
            .await
            .expect("an answer");
        data(answer.json().await.expect("JSON"))
    };
    let (stdout, _, execution) = tokio::join!(
        stream("stdoutStreamUrl"),
        stream("stderrStreamUrl"),
        execution
    );
    assert_eq!(&stdout[..], b"1\n");
    assert_eq!(execution["exitCode"], 0, "{execution}");
}

/// The data of the API's envelope.
fn data(mut answer: Value) -> Value {
    assert_eq!(answer["success"], true, "{answer}");
    answer["data"].take()
}

/// A running `belljar serve`, killed when dropped.
#[derive(Debug)]
struct Server {
    child: Child,
    url: String,
    key: String,
    _data: tempfile::TempDir,
}

impl Server {
    /// Starts it on a free port and says how long it took until it was ready.
    fn start() -> (Self, Duration) {
        let data = tempfile::tempdir().expect("a folder");
        let file = data.path().join("ready.json");
        let started = Instant::now();
        let mut command = Command::new(env!("CARGO_BIN_EXE_belljar"));
        command
            .args(["serve", "--dev", "--listen", "127.0.0.1:0", "--ready-file"])
            .arg(&file)
            .env("BELLJAR_DATA", data.path())
            .env("BELLJAR_CACHE", common::cache_dir())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let mut child = command.spawn().expect("it starts");
        let ready = loop {
            if let Some(ready) = read_ready(&file) {
                break ready;
            }
            assert!(
                child.try_wait().expect("its state").is_none(),
                "the server ended"
            );
            std::thread::sleep(Duration::from_micros(500));
        };
        let elapsed = started.elapsed();
        let text = |name: &str| ready[name].as_str().unwrap_or_default().to_owned();
        (
            Self {
                child,
                url: text("url"),
                key: text("key"),
                _data: data,
            },
            elapsed,
        )
    }
}

/// What the server wrote, once all of it is there.
fn read_ready(file: &Path) -> Option<Value> {
    serde_json::from_slice(&std::fs::read(file).ok()?).ok()
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to do.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
