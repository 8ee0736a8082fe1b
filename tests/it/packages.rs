//! The corpus of npm packages: installed by `bun add` in a sandbox, and what their programs print
//! compared with what real node printed; see `tests/packages/README.md`.
//!
//! Needs the host's npm registry: where `CI` is set its absence is a failure, elsewhere it is said
//! and the test ends.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use belljar::packages::{NpmConfig, NpmRegistry, Registry};
use belljar::{Belljar, BelljarOptions, ByteSize, Command, FileWrite, SandboxOptions};
use futures::{StreamExt, stream};

use crate::guests::{Ended, run};
use crate::support::{JAVASCRIPT, cache_dir, data_dir};

/// The fewest cases, and the share of them that may differ, each with its reason: one in this many.
const FEWEST: usize = 60;
const ONE_IN: usize = 10;
/// Cases that run at a time: one for each core of the smallest machine that we test on.
const AT_A_TIME: usize = 2;
/// What neither an installation nor a program takes, even on a busy machine. Shorter than the
/// patience of whoever waits for its end, so that one that hangs does not end the whole test.
const LIMIT: Duration = Duration::from_secs(110);
/// Compilers are among the packages.
const MEMORY: ByteSize = ByteSize::mib(1024);
/// How much of what a case printed a report shows.
const SHOWN: usize = 2_000;

/// One program and the packages it uses.
struct Case {
    name: String,
    /// `NAME@VERSION` each.
    packages: Vec<String>,
    /// Its file name, which says what language it is in.
    program: String,
    source: String,
    expected: String,
}

fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/packages")
}

/// A file with the line ends that it was written with, whatever a checkout has done to them.
fn text(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{path:?}: {error}"));
    text.replace("\r\n", "\n")
}

/// Lines that say something.
fn lines(file: &str) -> Vec<String> {
    text(&corpus().join(file))
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(str::to_owned)
        .collect()
}

/// All cases, in the order of their names.
fn cases() -> Vec<Case> {
    let case = |line: &String| {
        let mut words = line.split_whitespace().map(str::to_owned);
        let name = words.next().unwrap();
        let folder = corpus().join("cases").join(&name);
        let program = ["program.mjs", "program.cjs", "program.ts"]
            .into_iter()
            .find(|program| folder.join(program).is_file())
            .unwrap_or_else(|| panic!("{name} has no program"));
        Case {
            packages: words.collect(),
            source: text(&folder.join(program)),
            expected: text(&folder.join("expected.txt")),
            program: program.to_owned(),
            name,
        }
    };
    lines("packages.txt").iter().map(case).collect()
}

/// Names of cases that may differ, with the reason.
fn differences() -> BTreeMap<String, String> {
    let split = |line: String| {
        let (name, reason) = line.split_once("  ").expect("a name, two spaces, a reason");
        (name.to_owned(), reason.trim().to_owned())
    };
    lines("differences.txt").into_iter().map(split).collect()
}

/// The host's registry; `None` if it cannot be had and need not.
#[expect(clippy::print_stderr, reason = "a test that is not run must say so")]
pub(crate) async fn registry() -> Option<Arc<NpmRegistry>> {
    let config = NpmConfig::of_host(std::env::vars_os());
    let registry = NpmRegistry::new(config, cache_dir().join("npm"));
    if let Err(error) = registry.metadata("ms").await {
        let message = format!("no npm registry is to be had: {error}");
        assert!(std::env::var_os("CI").is_none(), "{message}");
        eprintln!("not tested: {message}");
        return None;
    }
    Some(Arc::new(registry))
}

fn start(text: &str) -> String {
    text.chars().take(SHOWN).collect()
}

/// `Err` says how a command failed.
fn succeeded(what: &str, ended: &Ended) -> Result<(), String> {
    if ended.exit_code == Some(0) {
        return Ok(());
    }
    let how = match (&ended.error, ended.exit_code) {
        (Some(error), _) => error.clone(),
        (None, code) => format!("exit code {code:?}"),
    };
    let (stdout, stderr) = (start(&ended.text()), start(&ended.stderr));
    Err(format!(
        "{what}: {how}\n--- stdout\n{stdout}\n--- stderr\n{stderr}"
    ))
}

/// The first line in which two texts differ.
fn first_difference(got: &str, expected: &str) -> String {
    let (mut got, mut expected) = (got.lines(), expected.lines());
    let mut number = 1;
    loop {
        let (one, other) = (got.next(), expected.next());
        if one != other {
            let shown = |line: Option<&str>| line.map_or("the end".to_owned(), start);
            return format!(
                "line {number}\n--- got\n{}\n--- expected\n{}",
                shown(one),
                shown(other)
            );
        }
        if one.is_none() {
            return "the end of the last line".to_owned();
        }
        number += 1;
    }
}

/// Runs a case in a sandbox of its own; `Err` says how it differs.
async fn check(belljar: &Belljar, case: &Case) -> Result<(), String> {
    let options = SandboxOptions::new(JAVASCRIPT).memory(MEMORY).network(true);
    // As the recordings are made; time zones and languages would show in many of them.
    let options = options.env("TZ", "UTC").env("LC_ALL", "C.UTF-8");
    let sandbox = belljar.create(options).await.unwrap();
    let outcome = async {
        let add = ["bun", "add"].map(str::to_owned).into_iter();
        let add = Command::new(add.chain(case.packages.iter().cloned())).timeout(LIMIT);
        let added = run(&sandbox, add).await;
        succeeded("bun add", &added)?;
        let mut program = Command::new(["bun", "run", &case.program]).timeout(LIMIT);
        program.files = vec![FileWrite {
            path: case.program.clone(),
            content: case.source.clone().into(),
        }];
        let ran = run(&sandbox, program).await;
        let printed = ran.text();
        if printed != case.expected {
            let place = first_difference(&printed, &case.expected);
            // What it said before it failed is more telling than where its output ends.
            succeeded("bun run", &ran)?;
            return Err(format!("{place}\n--- stderr\n{}", start(&ran.stderr)));
        }
        succeeded("bun run", &ran)
    }
    .await;
    sandbox.destroy().await.unwrap();
    outcome
}

/// The table of `table.md`: what each case came to.
fn table(results: &[(&Case, bool)], differences: &BTreeMap<String, String>) -> String {
    let same = results.iter().filter(|(_, same)| *same).count();
    let mut text = format!(
        "# Packages in a sandbox\n\nWritten by the test `packages` (README.md): {same} of {} programs print \
         in a sandbox what they print with node.\n\n| case | packages | program | result |\n|---|---|---|---|\n",
        results.len()
    );
    for (case, same) in results {
        let result = match (same, differences.get(&case.name)) {
            (true, _) => "same",
            (false, reason) => reason.map_or("differs", String::as_str),
        };
        let Case { name, program, .. } = case;
        let packages = case.packages.join(", ");
        writeln!(text, "| {name} | {packages} | {program} | {result} |").unwrap();
    }
    text
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn packages_do_what_they_do_with_node() {
    let Some(registry) = registry().await else {
        return;
    };
    let data = data_dir();
    let options = BelljarOptions::at(data.path())
        .cache_dir(cache_dir())
        .registry(registry);
    let belljar = Belljar::open(options).await.unwrap();
    belljar.install_runtime(JAVASCRIPT).await.unwrap();

    let cases = cases();
    let results: Vec<_> = stream::iter(&cases)
        .map(async |case| (case, check(&belljar, case).await))
        .buffered(AT_A_TIME)
        .collect()
        .await;
    belljar.close().await;

    let differences = differences();
    let mut wrong = Vec::new();
    for (case, result) in &results {
        let name = &case.name;
        match (result, differences.get(name)) {
            (Err(how), None) => wrong.push(format!("=== {name}: {how}")),
            (Ok(()), Some(_)) => wrong.push(format!("=== {name}: agrees; take it off the list")),
            (Ok(()), None) | (Err(_), Some(_)) => {}
        }
    }
    let outcomes: Vec<_> = results
        .iter()
        .map(|(case, result)| (*case, result.is_ok()))
        .collect();
    let (made, file) = (table(&outcomes, &differences), corpus().join("table.md"));
    if std::env::var_os("BELLJAR_BLESS").is_some() {
        fs::write(&file, &made).unwrap();
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(
        fs::read_to_string(&file)
            .unwrap_or_default()
            .replace("\r\n", "\n"),
        made,
        "table.md is not what came out: run this test with BELLJAR_BLESS=1"
    );
}

#[test]
fn few_packages_differ_and_each_has_its_reason() {
    let cases = cases();
    assert!(cases.len() >= FEWEST, "only {} cases", cases.len());
    for case in &cases {
        assert!(!case.packages.is_empty(), "{} has no packages", case.name);
        for package in &case.packages {
            // The first character is the @ of a scope.
            let version = package.get(1..).and_then(|rest| rest.split_once('@'));
            assert!(version.is_some(), "{package} has no version");
        }
    }
    let differences = differences();
    for (name, reason) in &differences {
        assert!(
            cases.iter().any(|case| case.name == *name),
            "{name} is no case"
        );
        assert!(reason.len() > 10, "{name}: {reason}");
    }
    assert!(
        differences.len() * ONE_IN <= cases.len(),
        "{} of {} cases differ",
        differences.len(),
        cases.len()
    );
}
