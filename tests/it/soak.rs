//! Hundreds of clients at once, each with sandboxes of its own, round after round: no call fails, and
//! in the end the server has what it had after the first round.
//!
//! `BELLJAR_SOAK_ROUNDS` is how many rounds there are after that one. What is counted is what Linux
//! tells of a process, so it is only there.
#![cfg(target_os = "linux")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use futures::future::join_all;
use reqwest::Method;
use serde_json::json;

use crate::guests::{PATIENCE, eventually, within};
use crate::restart::server::{Client, Server, stream_of, text};
use crate::support::{PYTHON, data_dir};

/// Clients at once. Each is a connection, and at times a process: below what a server takes by default.
const CLIENTS: usize = 500;
/// Rounds after the first one: half a minute on two cores.
const ROUNDS: usize = 3;
/// Every so many clients do not wait for the end of their command.
const IMPATIENT: usize = 10;
/// Processes at once, so that the first round has been in every place there is for one. Others wait.
const PROCESSES: &str = "64";
/// What the server may grow by in all rounds after the first. Allocators keep what they had at the
/// busiest moment, which comes later in one run than in another: up to 20 MiB were seen, less with every
/// round. A leak of a page for each call comes to 40.
const GROWTH: u64 = 32 << 20;

/// Runs what a sandbox is for, and checks every answer.
async fn live(client: &Client, number: usize, round: usize) {
    let call = async |method: Method, path: &str, body| {
        let answer = client.call(method, path, body).await;
        answer.unwrap_or_else(|| panic!("no answer from {path}"))
    };
    let token = format!("{number}-{round}");
    let file = json!({ "path": "n", "content": STANDARD.encode(format!("{token}\n")) });
    let body = json!({ "runtime": PYTHON, "files": [file] });
    let (status, answer) = call(Method::POST, "/sandbox", Some(&body)).await;
    assert_eq!(status, 201, "{answer}");
    let id = text(&answer["data"]["sandboxId"]);
    let sandbox = format!("/sandbox/{id}");

    let impatient = number.is_multiple_of(IMPATIENT);
    let code = "read line <n; echo \"$line\"; echo \"out $line\" >out";
    let code = if impatient { "sleep 600" } else { code };
    let body = json!({ "command": ["sh", "-c", code] });
    let path = format!("{sandbox}/execute");
    let (status, answer) = call(Method::POST, &path, Some(&body)).await;
    assert_eq!(status, 200, "{answer}");
    let execution = text(&answer["data"]["executionId"]);
    let stdout = stream_of(&answer["data"]["stdoutStreamUrl"]);
    if !impatient {
        let path = format!("/sandbox/execution/{execution}?wait=60s");
        let (status, answer) = call(Method::GET, &path, None).await;
        assert_eq!(status, 200, "{answer}");
        let data = &answer["data"];
        assert_eq!(
            (&data["status"], &data["exitCode"]),
            (&json!("completed"), &json!(0)),
            "{answer}"
        );
        for (path, expected) in [
            (format!("/stream/{stdout}"), format!("{token}\n")),
            (format!("/fs/{id}?path=out"), format!("out {token}\n")),
        ] {
            let answer = client.exchange(Method::GET, &path, None).await;
            assert_eq!(answer, Some((200, expected.into())), "{path}");
        }
    }
    let (status, answer) = call(Method::DELETE, &sandbox, None).await;
    assert_eq!(status, 200, "{answer}");
    let (status, answer) = call(Method::GET, &sandbox, None).await;
    assert_eq!(
        (status, &answer["code"]),
        (404, &json!("SANDBOX_NOT_FOUND"))
    );
}

/// All clients once. Their connections are gone when this returns.
async fn round(server: &Server, round: usize) {
    let client = server.client().anew();
    let clients = (0..CLIENTS).map(|number| {
        let client = client.clone();
        tokio::spawn(async move { live(&client, number, round).await })
    });
    for ended in join_all(clients).await {
        if let Err(error) = ended {
            std::panic::resume_unwind(error.into_panic());
        }
    }
}

/// What a server has.
#[derive(Debug)]
struct Has {
    /// Numbers of its own that are not zero.
    numbers: BTreeMap<String, String>,
    /// Files that it holds open, by kind, without those that it keeps open to be quick.
    open: BTreeMap<String, usize>,
    /// Files below its data folder, without the records.
    files: Vec<PathBuf>,
    temporary: Vec<PathBuf>,
}

impl Has {
    async fn of(server: &Server, metrics: &str, data: &Path, temporary: &Path) -> Self {
        let numbers = reqwest::get(metrics).await.unwrap().text().await.unwrap();
        let numbers = numbers.lines().filter(|line| !line.starts_with('#'));
        let numbers = numbers.filter_map(|line| line.rsplit_once(' '));
        let numbers = numbers
            .filter(|(name, value)| !name.contains("http_request") && *value != "0")
            .map(|(name, value)| (name.to_owned(), value.to_owned()));
        let mut files = files_below(data);
        files.retain(|file| {
            let name = file.to_string_lossy();
            // Folders of objects are made when they are first needed, and there are no more than 256.
            let of_objects = file.parent() == Some(Path::new("store-v1/blobs"));
            !of_objects
                && !name.starts_with("belljar.db")
                && !["stderr", "ready"].contains(&name.as_ref())
        });
        Self {
            numbers: numbers.collect(),
            open: open_files(server.process()),
            files,
            temporary: files_below(temporary),
        }
    }

    /// What it did not have before. (What it had and has not is garbage that was not collected then.)
    fn more_than(&self, before: &Self) -> Vec<String> {
        let numbers = self.numbers.iter().map(|number| format!("{number:?}"));
        let open = self.open.iter().filter(|(kind, count)| {
            let known = before.open.get(*kind).copied();
            **count > known.unwrap_or_default()
        });
        let open = open.map(|(kind, count)| format!("{count} open {kind}"));
        let files = self
            .files
            .iter()
            .filter(|file| !before.files.contains(file));
        let files = files.chain(&self.temporary);
        let files = files.map(|file| file.display().to_string());
        numbers.chain(open).chain(files).collect()
    }
}

/// All files and folders below a folder, as paths in it.
fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        // What is being removed may be gone.
        let Ok(entries) = std::fs::read_dir(&next) else {
            continue;
        };
        for entry in entries.flatten() {
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                folders.push(entry.path());
            }
            found.push(entry.path().strip_prefix(folder).unwrap().to_owned());
        }
    }
    found.sort();
    found
}

fn open_files(process: u32) -> BTreeMap<String, usize> {
    let mut open = BTreeMap::new();
    for entry in std::fs::read_dir(format!("/proc/{process}/fd")).unwrap() {
        // Closed since.
        let Ok(target) = std::fs::read_link(entry.unwrap().path()) else {
            continue;
        };
        let target = target.to_string_lossy().into_owned();
        let kind = match target.split_once(':') {
            Some((kind, _)) => kind.to_owned(),
            // The store keeps some open.
            None if target.contains("/blobs/") => continue,
            None => target,
        };
        *open.entry(kind).or_default() += 1;
    }
    open
}

/// Bytes of memory that a process has, without files that it has mapped.
fn memory(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("RssAnon:"));
    let kib: u64 = line
        .unwrap()
        .trim()
        .trim_end_matches(" kB")
        .parse()
        .unwrap();
    kib << 10
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_many_clients_used_is_given_back() {
    let rounds = std::env::var("BELLJAR_SOAK_ROUNDS").map_or(ROUNDS, |text| text.parse().unwrap());
    let (data, temporary) = (data_dir(), data_dir());
    let folder = temporary.path().to_str().unwrap();
    let environment = [
        ("TMPDIR", folder),
        ("BELLJAR_METRICS", "127.0.0.1:0"),
        ("BELLJAR_MAX_PROCESSES", PROCESSES),
        // Output of the ended, and what is in no sandbox any more, goes at once.
        ("BELLJAR_RETENTION", "1ms"),
        ("BELLJAR_GC_INTERVAL", "200ms"),
    ];
    let server = Server::spawn(data.path(), &environment)
        .ready(data.path())
        .await;
    let said = std::fs::read_to_string(data.path().join("stderr")).unwrap();
    let metrics = said.lines().find_map(|line| line.split_once("numbers on "));
    let metrics = metrics.unwrap().1.to_owned();
    eventually("the runtimes are loaded", async || {
        let client = server.client();
        let ready = client.exchange(Method::GET, "/readyz", None).await;
        ready.unwrap().0 == 200
    })
    .await;
    let has = async || Has::of(&server, &metrics, data.path(), temporary.path()).await;

    within("the first round", round(&server, 0)).await;
    let mut before = has().await;
    eventually("the first round is over", async || {
        let now = has().await;
        // No connection of it is being closed any more, either.
        let quiet = now.numbers.is_empty() && now.open == before.open;
        let over = quiet && now.more_than(&before).is_empty();
        before = now;
        over
    })
    .await;
    let used = memory(server.process());
    for number in 1..=rounds {
        within("a round", round(&server, number)).await;
    }
    let mut more = has().await.more_than(&before);
    let given_back = async {
        while !more.is_empty() {
            tokio::time::sleep(Duration::from_millis(20)).await;
            more = has().await.more_than(&before);
        }
    };
    // What is more in the end is said below.
    drop(tokio::time::timeout(PATIENCE, given_back).await);
    assert_eq!(more, Vec::<String>::new());
    let grown = memory(server.process()).saturating_sub(used);
    assert!(grown <= GROWTH, "{grown} bytes more than {used}");
}
