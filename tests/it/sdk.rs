//! The published TypeScript client, unmodified, against a server of this build.
//!
//! The tests themselves are in `tests/sdk`. They need node and npm: where `CI` is set their absence
//! is a failure, elsewhere it is said and the test ends.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use belljar::BelljarOptions;
use belljar::api::ApiOptions;

use crate::http::Api;
use crate::packages::registry;
use crate::support::{JAVASCRIPT, cache_dir};

/// Files that `npm ci` needs.
const PACKAGE: [&str; 2] = ["package.json", "package-lock.json"];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_published_client_works_unmodified() {
    let Some(tests) = tokio::task::spawn_blocking(prepare).await.unwrap() else {
        return;
    };
    let mut options = BelljarOptions::in_memory(cache_dir());
    let registry = registry().await;
    let has_registry = registry.is_some();
    if let Some(registry) = registry {
        options = options.registry(registry);
    }
    let api = Api::of(options, ApiOptions::default()).await;
    api.belljar.install_runtime(JAVASCRIPT).await.unwrap();
    let server = api.serve().await;
    let mut node = Command::new("node");
    if !has_registry {
        node.env("BELLJAR_NO_REGISTRY", "1");
    }
    node.args(["--test", "--test-reporter=spec"])
        .current_dir(&tests)
        .env("BELLJAR_URL", &server.url)
        .env("BELLJAR_KEY", &api.key);
    // What a user has set for the real service must not reach the client here.
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("AGENTUITY_") {
            node.env_remove(name);
        }
    }
    let ran = tokio::task::spawn_blocking(move || node.output()).await;
    let output = ran.unwrap().unwrap();
    server.stop().await.unwrap();
    api.belljar.close().await;
    println!("{}", String::from_utf8_lossy(&output.stdout));
    eprintln!("{}", String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "see the report of node above");
}

/// A folder with the tests and the client in it; `None` if that cannot be had and need not.
#[expect(clippy::print_stderr, reason = "a test that is not run must say so")]
fn prepare() -> Option<PathBuf> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sdk");
    for (tool, call) in [("node", node_version as fn() -> _), ("npm", npm_version)] {
        if let Err(error) = call() {
            let message = format!("{tool} is not to be had ({error}): see CONTRIBUTING.md");
            assert!(std::env::var_os("CI").is_none(), "{message}");
            eprintln!("not tested: {message}");
            return None;
        }
    }
    if source.join("node_modules/@agentuity/core").is_dir() {
        return Some(source);
    }
    // Not into the sources: a test must not change them. Kept for the next run, and named for the
    // lock file, so that a new one starts afresh.
    let lock = std::fs::read(source.join("package-lock.json")).unwrap();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("sdk-{}", checksum(&lock)));
    std::fs::create_dir_all(&folder).unwrap();
    if !folder.join("installed").is_file() {
        for name in PACKAGE {
            std::fs::copy(source.join(name), folder.join(name)).unwrap();
        }
        let installed = npm(&["ci", "--no-audit", "--no-fund"])
            .current_dir(&folder)
            .output();
        let installed = installed.unwrap();
        assert!(
            installed.status.success(),
            "npm ci failed:\n{}",
            said(&installed)
        );
        std::fs::write(folder.join("installed"), "").unwrap();
    }
    for entry in std::fs::read_dir(&source).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|end| end == "mjs") {
            std::fs::copy(&path, folder.join(path.file_name().unwrap())).unwrap();
        }
    }
    Some(folder)
}

fn node_version() -> Result<(), String> {
    let mut node = Command::new("node");
    works(node.arg("--version"))
}

fn npm_version() -> Result<(), String> {
    works(&mut npm(&["--version"]))
}

/// npm is a script, which Windows starts only under its whole name.
fn npm(args: &[&str]) -> Command {
    let mut command = Command::new(if cfg!(windows) { "npm.cmd" } else { "npm" });
    command.args(args);
    command
}

fn works(command: &mut Command) -> Result<(), String> {
    match command.output() {
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => Err(said(&output)),
        Err(error) => Err(error.to_string()),
    }
}

fn said(output: &Output) -> String {
    let stderr = String::from_utf8_lossy(&output.stderr);
    let stdout = String::from_utf8_lossy(&output.stdout);
    format!("{stdout}{stderr}").trim().to_owned()
}

/// FNV-1a: tells versions of a file apart, no more.
fn checksum(bytes: &[u8]) -> String {
    let sum = bytes.iter().fold(0xcbf2_9ce4_8422_2325_u64, |sum, byte| {
        (sum ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{sum:016x}")
}
