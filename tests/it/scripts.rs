//! The corpus of shell scripts against what real bash and the GNU tools did; see
//! `tests/scripts/README.md`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use belljar::{Command, FileWrite, ForkOptions, Sandbox};
use futures::{StreamExt, stream};

use crate::guests::{Opened, finish};

/// The share of cases that may differ, each with its reason: one in this many.
const ONE_IN: usize = 20;
/// What no case takes, even on a busy machine.
const LIMIT: Duration = Duration::from_secs(120);
/// Cases that run at a time: they wait for each other's processes most of the time.
const AT_A_TIME: usize = 4;

/// What a case gave.
#[derive(Debug, PartialEq, Eq)]
struct Outcome {
    exit_code: i32,
    complains: bool,
    stdout: Vec<u8>,
}

fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scripts")
}

/// All cases, by name.
fn cases() -> BTreeMap<String, PathBuf> {
    let top = corpus().join("cases");
    let mut cases = BTreeMap::new();
    for area in fs::read_dir(&top).unwrap() {
        for file in fs::read_dir(area.unwrap().path()).unwrap() {
            let path = file.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "sh") {
                let name = path.strip_prefix(&top).unwrap().with_extension("");
                cases.insert(name.to_string_lossy().replace('\\', "/"), path);
            }
        }
    }
    cases
}

/// Names of cases that may differ, with the reason.
fn differences() -> BTreeMap<String, String> {
    let text = fs::read_to_string(corpus().join("differences.txt")).unwrap();
    text.lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| {
            let (name, reason) = line.split_once("  ").expect("a name, two spaces, a reason");
            (name.to_owned(), reason.trim().to_owned())
        })
        .collect()
}

fn recorded(path: &Path) -> Outcome {
    let recording = fs::read(path.with_extension("out")).unwrap();
    let mut parts = recording.splitn(4, |byte| *byte == b'\n');
    let mut line = || String::from_utf8(parts.next().unwrap().to_vec()).unwrap();
    let (exit, stderr, kind) = (line(), line(), line());
    let stdout = parts.next().unwrap_or_default();
    Outcome {
        exit_code: exit.strip_prefix("exit ").unwrap().parse().unwrap(),
        complains: stderr == "stderr some",
        stdout: match kind.as_str() {
            "stdout text" => stdout.to_vec(),
            "stdout base64" => {
                let text: Vec<u8> = stdout
                    .iter()
                    .copied()
                    .filter(|byte| !byte.is_ascii_whitespace())
                    .collect();
                STANDARD.decode(text).unwrap()
            }
            other => panic!("{}: {other}", path.display()),
        },
    }
}

/// Runs a case in a sandbox of its own; `Err` says how it differs.
async fn check(base: &Sandbox, path: &Path) -> Result<(), String> {
    let sandbox = base.fork(ForkOptions::new()).await.unwrap();
    let script = format!(
        "/var/tmp/cases/{}",
        path.file_name().unwrap().to_string_lossy()
    );
    let mut command = Command::new(["bash", &script])
        .env("PATH", "/usr/bin:/bin")
        .env("LC_ALL", "C.UTF-8")
        .env("TZ", "UTC");
    command.timeout = Some(LIMIT);
    command.files = vec![FileWrite {
        path: script,
        // A checkout may have changed the line ends.
        content: fs::read_to_string(path)
            .unwrap()
            .replace("\r\n", "\n")
            .into(),
    }];
    let execution = sandbox.execute(command).await.unwrap();
    let ended = finish(&execution).await;
    sandbox.destroy().await.unwrap();
    let expected = recorded(path);
    let got = Outcome {
        exit_code: ended.exit_code.unwrap(),
        complains: !ended.stderr.is_empty(),
        stdout: ended.stdout.clone(),
    };
    if got == expected {
        return Ok(());
    }
    Err(format!(
        "exit {}, expected {}; stderr {:?}, expected {}\n--- stdout\n{}\n--- expected\n{}",
        got.exit_code,
        expected.exit_code,
        ended.stderr,
        if expected.complains { "some" } else { "none" },
        String::from_utf8_lossy(&got.stdout),
        String::from_utf8_lossy(&expected.stdout),
    ))
}

#[tokio::test]
async fn scripts_do_what_they_do_with_bash_and_the_gnu_tools() {
    let cases = cases();
    assert!(cases.len() >= 300, "only {} cases", cases.len());
    let belljar = Opened::new().await;
    let base = belljar.fresh().await;
    let results: Vec<_> = stream::iter(&cases)
        .map(async |(name, path)| (name, check(&base, path).await))
        .buffer_unordered(AT_A_TIME)
        .collect()
        .await;
    let expected = differences();
    let mut wrong = Vec::new();
    for (name, result) in &results {
        match (result, expected.get(*name)) {
            (Err(how), None) => wrong.push(format!("=== {name}: {how}")),
            (Ok(()), Some(_)) => wrong.push(format!("=== {name}: agrees; take it off the list")),
            (Ok(()), None) | (Err(_), Some(_)) => {}
        }
    }
    wrong.sort();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn few_cases_differ_and_each_has_its_reason() {
    let cases = cases();
    let differences = differences();
    for (name, reason) in &differences {
        assert!(cases.contains_key(name), "{name} is no case");
        assert!(reason.len() > 10, "{name}: {reason}");
    }
    assert!(
        differences.len() * ONE_IN <= cases.len(),
        "{} of {} cases differ",
        differences.len(),
        cases.len()
    );
}
