//! The real server, as a process.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::common;

/// A running `belljar serve`, killed when dropped.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    pub(crate) url: String,
    pub(crate) key: String,
    /// Where its numbers are.
    pub(crate) metrics: String,
    _data: tempfile::TempDir,
}

impl Server {
    /// Starts it on free ports and says how long it took until it was ready.
    pub(crate) fn start() -> (Self, Duration) {
        let data = tempfile::tempdir().expect("a folder");
        let file = data.path().join("ready.json");
        let metrics = free_address();
        let started = Instant::now();
        let mut command = Command::new(env!("CARGO_BIN_EXE_belljar"));
        command
            .args(["serve", "--dev", "--listen", "127.0.0.1:0"])
            .args(["--metrics", &metrics, "--ready-file"])
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
        let server = Self {
            child,
            url: text("url"),
            key: text("key"),
            metrics: format!("http://{metrics}/metrics"),
            _data: data,
        };
        (server, elapsed)
    }
}

/// An address that nobody listened on a moment ago.
fn free_address() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address").to_string()
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
