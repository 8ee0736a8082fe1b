//! `python3` in a sandbox, held to a table of command lines (`python_cases.rs`).
//!
//! Each case runs in a sandbox of its own, some of them twice, several at a time. All that fail are
//! reported together.

use std::collections::BTreeSet;

use belljar::{Belljar, BelljarOptions, Command, Stdin};
use futures::StreamExt;

use crate::guests::{Ended, Opened, finish, options, python, within};
use crate::python_cases::{CASES, Case, Matcher};
use crate::support::{PYTHON, data_dir};

/// Cases that run at the same time. Some of them fill all the memory they are given.
const AT_ONCE: usize = 4;

async fn run(belljar: &Belljar, case: &Case) -> Ended {
    let mut sandbox = options();
    for (path, content) in case.files {
        sandbox = sandbox.file(*path, content.as_bytes());
    }
    let mut command =
        Command::new(case.argv.iter().copied()).stdin(Stdin::Bytes(case.stdin.into()));
    for (name, value) in case.env {
        command = command.env(*name, *value);
    }
    let sandbox = belljar.create(sandbox).await.unwrap();
    let execution = sandbox.execute(command).await.unwrap();
    let ended = finish(&execution).await;
    sandbox.destroy().await.unwrap();
    ended
}

/// What is wrong with `got`; `again` is what a second run gave, if the matcher needs one.
fn mismatch(matcher: Matcher, got: &str, again: Option<&str>) -> Option<String> {
    let (right, expected) = match matcher {
        Matcher::Any => return None,
        Matcher::Is(text) => (got == text, format!("exactly {text:?}")),
        Matcher::StartsWith(text) => (got.starts_with(text), format!("a start of {text:?}")),
        Matcher::EndsWith(text) => (got.ends_with(text), format!("an end of {text:?}")),
        Matcher::Contains(parts) => (
            parts.iter().all(|part| got.contains(part)),
            format!("each of {parts:?}"),
        ),
        Matcher::Lacks(parts) => (
            !parts.iter().any(|part| got.contains(part)),
            format!("none of {parts:?}"),
        ),
        Matcher::FreshEachRun => (
            !got.is_empty() && again.is_some_and(|again| again != got),
            format!("something else than {again:?}, which another run gave"),
        ),
        Matcher::SameEachRun => (
            !got.is_empty() && again == Some(got),
            format!("{again:?}, as another run gave"),
        ),
    };
    (!right).then_some(expected)
}

fn needs_two_runs(case: &Case) -> bool {
    [case.stdout, case.stderr]
        .iter()
        .any(|matcher| matches!(matcher, Matcher::FreshEachRun | Matcher::SameEachRun))
}

/// A report of everything that is wrong with a case, or nothing.
async fn failure(belljar: &Belljar, case: &Case) -> Option<String> {
    let ended = run(belljar, case).await;
    let again = if needs_two_runs(case) {
        Some(run(belljar, case).await)
    } else {
        None
    };
    let mut wrong = String::new();
    if ended.exit_code != Some(case.exit) {
        let (expected, got) = (case.exit, ended.exit_code);
        wrong.push_str(&format!("  exit code: expected {expected}, got {got:?}\n"));
    }
    let text = ended.text();
    let text_again = again.as_ref().map(Ended::text);
    let stderr_again = again.as_ref().map(|again| again.stderr.as_str());
    for (name, expected) in [
        (
            "stdout",
            mismatch(case.stdout, &text, text_again.as_deref()),
        ),
        ("stderr", mismatch(case.stderr, &ended.stderr, stderr_again)),
    ] {
        if let Some(expected) = expected {
            wrong.push_str(&format!("  {name}: expected {expected}\n"));
        }
    }
    if wrong.is_empty() {
        return None;
    }
    let Case { name, argv, .. } = case;
    let stderr = &ended.stderr;
    Some(format!(
        "{name}: {argv:?}\n{wrong}  stdout was {text:?}\n  stderr was {stderr:?}\n"
    ))
}

#[tokio::test]
async fn every_case_does_what_it_says() {
    let belljar = Opened::new().await;
    let belljar = &belljar;
    let failures: Vec<String> = futures::stream::iter(CASES)
        .map(|case| failure(belljar, case))
        .buffered(AT_ONCE)
        .filter_map(|failure| async { failure })
        .collect()
        .await;
    let (failed, all) = (failures.len(), CASES.len());
    assert!(
        failures.is_empty(),
        "{failed} of {all} cases:\n{}",
        failures.join("\n")
    );
}

#[test]
fn every_case_has_a_name_of_its_own() {
    let names: BTreeSet<&str> = CASES.iter().map(|case| case.name).collect();
    assert_eq!(names.len(), CASES.len());
    assert!(!names.contains(""));
}

#[test]
fn the_runner_sees_what_is_wrong() {
    use Matcher::{Contains, EndsWith, FreshEachRun, Is, Lacks, SameEachRun, StartsWith};
    for (matcher, got, again) in [
        (Is("a"), "a\n", None),
        (StartsWith("b"), "ab", None),
        (EndsWith("a"), "ab", None),
        (Contains(&["a", "c"]), "ab", None),
        (Lacks(&["c", "a"]), "ab", None),
        (FreshEachRun, "1", Some("1")),
        (FreshEachRun, "", Some("1")),
        (SameEachRun, "1", Some("2")),
        (SameEachRun, "", Some("")),
    ] {
        assert!(
            mismatch(matcher, got, again).is_some(),
            "{matcher:?} {got:?}"
        );
    }
}

/// The seed is chosen when the runtime is installed: hashes are the same in every process of one
/// machine, which start-up needs, and differ between machines, which keeps them unguessable.
#[tokio::test]
#[ignore = "installs the runtime twice, which takes a minute or more"]
async fn each_installation_has_a_hash_seed_of_its_own() {
    let mut hashes = BTreeSet::new();
    for _ in 0..2 {
        let (data, cache) = (data_dir(), data_dir());
        let belljar = BelljarOptions::at(data.path()).cache_dir(cache.path());
        let belljar = Belljar::open(belljar).await.unwrap();
        belljar.install_runtime(PYTHON).await.unwrap();
        let hash = async || {
            let run = belljar.run(options(), python("print(hash('abc'))"));
            Ended::from(within("a hash", run).await.unwrap())
        };
        let (first, second) = (hash().await, hash().await);
        assert_eq!((first.exit_code, &first.stdout), (Some(0), &second.stdout));
        hashes.insert(first.stdout);
        belljar.close().await;
    }
    assert_eq!(hashes.len(), 2, "{hashes:?}");
}
