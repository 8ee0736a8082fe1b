//! The language itself: tests of test262, the conformance suite of ECMAScript; see
//! `tests/test262/README.md`.
//!
//! The suite's parser tests are an npm package, which the sandbox installs. The suite itself is no
//! package: a checkout of it has to be there, so that test runs only where it is asked for.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use belljar::packages::NpmRegistry;
use belljar::{
    Belljar, BelljarOptions, ByteSize, Command, ExecutionStatus, ForkOptions, Sandbox,
    SandboxOptions,
};
use futures::{StreamExt, stream};
use tempfile::TempDir;

use crate::guests::{Ended, run};
use crate::packages::registry;
use crate::support::{JAVASCRIPT, cache_dir, data_dir};

/// Names a checkout of test262.
const CHECKOUT: &str = "BELLJAR_TEST262";
/// What BELLJAR_BLESS means to all tests: write down what came out.
const BLESS: &str = "BELLJAR_BLESS";
/// The parser tests; a fixed version, as what fails is listed by name.
const PARSER_TESTS: &str = "test262-parser-tests@0.0.5";
/// What no single test takes, even on a busy machine.
const LIMIT: Duration = Duration::from_secs(30);
/// The same for an installation, or for all parser tests together.
const LONG_LIMIT: Duration = Duration::from_secs(110);
/// Sandboxes that run tests, one after the other: one for each core.
const WORKERS: usize = 2;
/// Files that a sandbox is given at once.
const BATCH: usize = 500;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/test262")
}

/// A file with the line ends that it was written with, whatever a checkout has done to them.
fn text(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{path:?}: {error}"));
    text.replace("\r\n", "\n")
}

/// The lines of a file here that say something.
fn lines(file: &str) -> Vec<String> {
    text(&folder().join(file))
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(str::to_owned)
        .collect()
}

/// Holds what fails to a list of what is known to, or writes that list.
#[track_caller]
fn compare(file: &str, about: &str, failures: &BTreeMap<String, String>) {
    if std::env::var_os(BLESS).is_some() {
        let names: Vec<&str> = failures.keys().map(String::as_str).collect();
        let list = format!("# {about}\n{}\n", names.join("\n"));
        fs::write(folder().join(file), list).unwrap();
        return;
    }
    let known: BTreeSet<String> = lines(file).into_iter().collect();
    let mut wrong: Vec<String> = failures
        .iter()
        .filter(|(name, _)| !known.contains(*name))
        .map(|(name, how)| format!("{name}: {how}"))
        .collect();
    wrong.extend(
        known
            .iter()
            .filter(|name| !failures.contains_key(*name))
            .map(|name| format!("{name}: passes; take it off the list")),
    );
    assert!(
        wrong.is_empty(),
        "not as in tests/test262/{file}:\n{}",
        wrong.join("\n")
    );
}

/// An engine with the runtime installed.
async fn open(registry: Option<Arc<NpmRegistry>>) -> (Belljar, TempDir) {
    let data = data_dir();
    let mut options = BelljarOptions::at(data.path()).cache_dir(cache_dir());
    if let Some(registry) = registry {
        options = options.registry(registry);
    }
    let belljar = Belljar::open(options).await.unwrap();
    belljar.install_runtime(JAVASCRIPT).await.unwrap();
    (belljar, data)
}

#[tokio::test]
async fn the_parser_takes_and_refuses_what_it_has_to() {
    let Some(registry) = registry().await else {
        return;
    };
    let (belljar, _data) = open(Some(registry)).await;
    let driver = fs::read(folder().join("parse.cjs")).unwrap();
    let options = SandboxOptions::new(JAVASCRIPT)
        .network(true)
        .memory(ByteSize::mib(1024))
        .file("parse.cjs", driver);
    let sandbox = belljar.create(options).await.unwrap();
    let added = run(
        &sandbox,
        Command::new(["bun", "add", PARSER_TESTS]).timeout(LONG_LIMIT),
    )
    .await;
    assert_eq!(added.exit_code, Some(0), "{added:#?}");
    let package = "node_modules/test262-parser-tests";
    let ended = run(
        &sandbox,
        Command::new(["bun", "run", "parse.cjs", package]).timeout(LONG_LIMIT),
    )
    .await;
    belljar.close().await;
    assert_eq!(ended.exit_code, Some(0), "{ended:#?}");
    let output = ended.text();
    let mut output = output.lines();
    assert_eq!(output.next(), Some("3380 tests"), "{ended:#?}");
    let failures = output
        .map(|line| {
            let (name, how) = line.split_once("  ").expect("a name, two spaces, a reason");
            (name.to_owned(), how.to_owned())
        })
        .collect();
    compare(
        "parser-expected.txt",
        "Parser tests that are known to fail, one a line.",
        &failures,
    );
}

/// The value of a key with a list of words in a test's description.
fn listed(source: &str, key: &str) -> Vec<String> {
    let description = source
        .split_once("/*---")
        .and_then(|(_, rest)| rest.split_once("---*/"))
        .map_or("", |(description, _)| description);
    let Some(start) = description.lines().position(|line| {
        line.strip_prefix(key)
            .is_some_and(|rest| rest.starts_with(':'))
    }) else {
        return Vec::new();
    };
    // In brackets on one line or several, or an indented list.
    let mut value = String::new();
    for (index, line) in description.lines().skip(start).enumerate() {
        if index > 0 && !line.starts_with([' ', '-']) {
            break;
        }
        value.push_str(line.strip_prefix(key).unwrap_or(line));
        value.push(' ');
    }
    value
        .split(|c: char| c.is_whitespace() || ":[],".contains(c))
        .filter(|word| !word.is_empty() && *word != "-")
        .map(str::to_owned)
        .collect()
}

/// In which modes a test has to run.
fn modes(source: &str) -> &'static [&'static str] {
    let flags = listed(source, "flags");
    let has = |name: &str| flags.iter().any(|flag| flag == name);
    if has("onlyStrict") {
        &["strict"]
    } else if has("noStrict") || has("module") || has("raw") {
        &["sloppy"]
    } else {
        &["sloppy", "strict"]
    }
}

/// All files that tests need: themselves, the harness, and what stands beside them to be imported.
fn needed(checkout: &Path, slice: &[String]) -> Vec<(String, Vec<u8>)> {
    let mut names: BTreeSet<String> = slice.iter().map(|name| format!("test/{name}")).collect();
    let mut folders: BTreeSet<String> = BTreeSet::from(["harness".to_owned()]);
    for name in &names {
        folders.insert(name.rsplit_once('/').unwrap().0.to_owned());
    }
    for folder in folders {
        for entry in fs::read_dir(checkout.join(&folder)).unwrap() {
            let file = entry.unwrap().file_name().into_string().unwrap();
            if file.contains("_FIXTURE") || (folder == "harness" && file.ends_with(".js")) {
                names.insert(format!("{folder}/{file}"));
            }
        }
    }
    names
        .into_iter()
        .map(|name| {
            let content = fs::read(checkout.join(&name)).unwrap();
            (name, content)
        })
        .collect()
}

/// Why a test failed, or `None`.
fn failure(ended: &Ended) -> Option<String> {
    if ended.status == ExecutionStatus::Completed && ended.exit_code == Some(0) {
        return None;
    }
    let said = format!("{}{}", ended.text(), ended.stderr);
    let first = said.lines().next().unwrap_or_default();
    Some(format!("{:?} {first}", ended.status))
}

/// Runs tests one after the other.
async fn work(sandbox: Sandbox, jobs: Vec<(&'static str, String)>) -> BTreeMap<String, String> {
    let mut failures = BTreeMap::new();
    for (mode, name) in jobs {
        let command = Command::new(["bun", "run", "run.cjs", mode, &name]).timeout(LIMIT);
        if let Some(how) = failure(&run(&sandbox, command).await) {
            failures.insert(format!("{mode} {name}"), how);
        }
    }
    sandbox.destroy().await.unwrap();
    failures
}

/// `language/expressions` of `sloppy language/expressions/…`.
fn chapter(name: &str) -> String {
    let name = name.rsplit(' ').next().unwrap_or_default();
    name.split('/').take(2).collect::<Vec<_>>().join("/")
}

/// The table of `table.md`: how much of each chapter passes.
fn table(jobs: &[(&'static str, String)], failures: &BTreeMap<String, String>) -> String {
    let mut chapters: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for (_, name) in jobs {
        chapters.entry(chapter(name)).or_default().0 += 1;
    }
    for name in failures.keys() {
        chapters.entry(chapter(name)).or_default().1 += 1;
    }
    chapters.insert("all".to_owned(), (jobs.len(), failures.len()));
    let mut text = "# test262, by chapter\n\nWritten by the test `test262` (README.md). A test that runs in \
                    both modes counts twice.\n\n| chapter | tests | pass | share |\n|---|---|---|---|\n"
        .to_owned();
    for (name, (all, failed)) in chapters {
        let passed = all.saturating_sub(failed);
        // Tenths of a percent, rounded down: only what passes completely has 100.
        let share = passed * 1000 / all.max(1);
        let (whole, tenth) = (share / 10, share % 10);
        writeln!(text, "| {name} | {all} | {passed} | {whole}.{tenth}% |").unwrap();
    }
    text
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs a checkout of test262: BELLJAR_TEST262 says where"]
async fn the_language_is_what_test262_says() {
    let checkout = std::env::var_os(CHECKOUT).map(PathBuf::from);
    let checkout = checkout.expect("BELLJAR_TEST262 names a checkout of test262");
    let slice = lines("slice.txt");
    let jobs: Vec<(&'static str, String)> = slice
        .iter()
        .flat_map(|name| {
            let source = text(&checkout.join("test").join(name));
            modes(&source).iter().map(move |mode| (*mode, name.clone()))
        })
        .collect();

    let (belljar, _data) = open(None).await;
    let base = belljar
        .create(SandboxOptions::new(JAVASCRIPT))
        .await
        .unwrap();
    let mut files = needed(&checkout, &slice);
    files.push((
        "run.cjs".to_owned(),
        fs::read(folder().join("run.cjs")).unwrap(),
    ));
    // Tests that are modules have the same names as those that are not.
    files.push(("package.json".to_owned(), b"{\"type\":\"module\"}".to_vec()));
    for batch in files.chunks(BATCH) {
        let batch = batch
            .iter()
            .map(|(name, content)| belljar::FileWrite {
                path: name.clone(),
                content: content.clone().into(),
            })
            .collect();
        base.write_files(batch).await.unwrap();
    }
    let mut shares: Vec<Vec<_>> = vec![Vec::new(); WORKERS];
    for (index, job) in jobs.iter().enumerate() {
        shares[index % WORKERS].push(job.clone());
    }
    let failures: BTreeMap<String, String> = stream::iter(shares)
        .map(async |share| work(base.fork(ForkOptions::new()).await.unwrap(), share).await)
        .buffer_unordered(WORKERS)
        .concat()
        .await;
    belljar.close().await;

    if std::env::var_os(BLESS).is_some() {
        fs::write(folder().join("table.md"), table(&jobs, &failures)).unwrap();
    }
    compare(
        "expected.txt",
        "Tests of slice.txt that are known to fail, one a line: the mode, the name.",
        &failures,
    );
}

#[test]
fn descriptions_of_tests_are_understood() {
    let test = |meta: &str| format!("// copyright\n/*---\ndescription: flags: [x]\n{meta}---*/\n");
    assert_eq!(modes(&test("")), ["sloppy", "strict"]);
    assert_eq!(modes(&test("flags: [onlyStrict, async]\n")), ["strict"]);
    assert_eq!(modes(&test("flags: [async]\n")), ["sloppy", "strict"]);
    assert_eq!(
        modes(&test("flags:\n  - module\nfeatures: [a]\n")),
        ["sloppy"]
    );
    assert_eq!(modes(&test("flags: [generated,\n  raw]\n")), ["sloppy"]);
    assert_eq!(
        listed(&test("includes: [a.js, b.js]\nesid: x\n"), "includes"),
        ["a.js", "b.js"]
    );
}
