//! The cases of `javascript_cases/`: reads them, runs each in a sandbox of its own, and reports all
//! that fail together.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use belljar::{Command, ForkOptions, Sandbox, Stdin};
use futures::{StreamExt, stream};

use super::{Engine, HOME};
use crate::guests::{Ended, run};

/// Fewer cases than this means that the folder was not found.
const FEWEST: usize = 40;
/// What no case takes, even on a busy machine; shorter than the patience of who waits for its end.
const LIMIT: Duration = Duration::from_secs(100);
/// Cases that run at a time.
const AT_A_TIME: usize = 4;
/// How much of each output a report shows.
const SHOWN: usize = 3_000;
/// Programs that are cases by themselves, with a recording beside them.
const PROGRAMS: [&str; 9] = ["js", "mjs", "cjs", "jsx", "ts", "mts", "cts", "tsx", "sh"];

/// What is run, with what, and what must come of it.
#[derive(Debug, Default)]
struct Case {
    argv: Vec<String>,
    stdin: String,
    env: Vec<(String, String)>,
    files: Vec<(String, String)>,
    exit: i32,
    stdout: String,
    /// `None` if nothing is said about it.
    stderr: Option<String>,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/javascript_cases")
}

/// A file with the line ends that it was written with, whatever a checkout has done to them.
fn text(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{path:?}: {error}"));
    text.replace("\r\n", "\n")
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, found);
        } else {
            found.push(path);
        }
    }
}

/// All cases, by name.
fn cases() -> BTreeMap<String, Case> {
    let top = folder();
    let mut files = Vec::new();
    collect(&top, &mut files);
    let mut cases = BTreeMap::new();
    for path in files {
        let extension = path.extension().unwrap_or_default().to_string_lossy();
        let case = match extension.as_ref() {
            "case" => parse(&text(&path)),
            program if PROGRAMS.contains(&program) => recorded(&path),
            _ => continue,
        };
        let name = path.strip_prefix(&top).unwrap();
        let name = name.to_string_lossy().replace('\\', "/");
        let case = case.unwrap_or_else(|error| panic!("{name}: {error}"));
        cases.insert(name, case);
    }
    cases
}

/// A program with what it prints beside it, `NAME.out`, and its exit code, if not 0, in `NAME.exit`.
fn recorded(path: &Path) -> Result<Case, String> {
    let recording = path.with_extension("out");
    if !recording.is_file() {
        return Err(format!("there is no {}", recording.display()));
    }
    let file = path.file_name().unwrap_or_default().to_string_lossy();
    let mut argv = if file.ends_with(".sh") {
        vec!["sh"]
    } else {
        vec!["bun", "run"]
    };
    argv.push(&file);
    let exit = path.with_extension("exit");
    let exit = if exit.is_file() {
        let code = text(&exit);
        code.trim()
            .parse::<i32>()
            .map_err(|_| "no exit code".to_owned())?
    } else {
        0
    };
    Ok(Case {
        argv: argv.into_iter().map(str::to_owned).collect(),
        files: vec![(file.clone().into_owned(), text(path))],
        exit,
        stdout: text(&recording),
        ..Case::default()
    })
}

/// The name of a section, if the line begins one.
fn heading(line: &str) -> Option<&str> {
    line.strip_prefix("-- ")?.strip_suffix(" --")
}

/// Reads the form that README.md describes.
fn parse(text: &str) -> Result<Case, String> {
    let mut sections: Vec<(&str, String)> = Vec::new();
    for line in text.split_inclusive('\n') {
        if let Some(name) = heading(line.trim_end()) {
            sections.push((name, String::new()));
        } else if let Some((_, body)) = sections.last_mut() {
            body.push_str(line);
        } else if !line.trim().is_empty() && !line.starts_with('#') {
            return Err(format!("before the first section: {line}"));
        }
    }
    let mut case = Case {
        stderr: Some(String::new()),
        ..Case::default()
    };
    for (name, body) in sections {
        match name {
            "command" => {
                // The shell's syntax, so that words can be quoted.
                case.argv = ["sh", "-c", body.trim_end()].map(str::to_owned).into();
            }
            "stdin" => case.stdin = body,
            "env" => {
                for line in body.lines() {
                    let (name, value) = line.split_once('=').ok_or("env: NAME=VALUE")?;
                    case.env.push((name.to_owned(), value.to_owned()));
                }
            }
            "exit" => {
                let code = body.trim().parse::<i32>();
                case.exit = code.map_err(|_| format!("exit: {body}"))?;
            }
            "stdout" => case.stdout = body,
            "stderr" => case.stderr = Some(body),
            "any stderr" => case.stderr = None,
            file => case.files.push((file.to_owned(), body)),
        }
    }
    if case.argv.is_empty() {
        return Err("there is no command".to_owned());
    }
    Ok(case)
}

/// What is wrong with standard error, against lines that must occur in it in this order.
fn mismatch(got: &str, expected: &str) -> Option<String> {
    if expected.is_empty() {
        return (!got.is_empty()).then(|| "must be empty".to_owned());
    }
    let mut lines = got.lines().map(str::trim_end);
    for wanted in expected.lines().map(str::trim_end) {
        if let Some(forbidden) = wanted.strip_prefix("! ") {
            if got.contains(forbidden) {
                return Some(format!("must not have {forbidden:?}"));
            }
            continue;
        }
        let found = match wanted.strip_prefix("~ ") {
            Some(part) => lines.any(|line| line.contains(part)),
            None => lines.any(|line| line == wanted),
        };
        if !found {
            return Some(format!("must have, after what comes before it, {wanted:?}"));
        }
    }
    None
}

/// Two texts line by line, from shortly before the first difference.
fn difference(got: &str, expected: &str) -> String {
    const BEFORE: usize = 3;
    const AFTER: usize = 25;
    let same = got
        .lines()
        .zip(expected.lines())
        .take_while(|(a, b)| a == b);
    let first = same.count();
    let from = first.saturating_sub(BEFORE);
    let mut shown = String::new();
    for (sign, text) in [('-', expected), ('+', got)] {
        for line in text.lines().skip(from).take(BEFORE + AFTER) {
            writeln!(shown, "  {sign} {line}").unwrap();
        }
    }
    format!("line {}, - expected, + got:\n{shown}", first + 1)
}

async fn run_case(base: &Sandbox, case: &Case) -> Ended {
    let sandbox = base.fork(ForkOptions::new()).await.unwrap();
    let mut command = Command::new(case.argv.iter().cloned())
        .stdin(Stdin::Bytes(case.stdin.clone().into()))
        .env("TZ", "UTC")
        .env("LC_ALL", "C.UTF-8")
        .timeout(LIMIT);
    for (name, value) in &case.env {
        command = command.env(name, value);
    }
    for (path, content) in &case.files {
        let path = if path.starts_with('/') {
            path.clone()
        } else {
            format!("{HOME}/{path}")
        };
        command = command.file(path, content.clone());
    }
    let ended = run(&sandbox, command).await;
    sandbox.destroy().await.unwrap();
    ended
}

/// A report of what is wrong, or nothing.
async fn failure(base: &Sandbox, name: &str, case: &Case) -> Option<String> {
    let ended = run_case(base, case).await;
    let mut wrong = String::new();
    if ended.exit_code != Some(case.exit) {
        let (expected, got) = (case.exit, ended.exit_code);
        writeln!(wrong, "exit code: expected {expected}, got {got:?}").unwrap();
    }
    if let Some(error) = &ended.error {
        writeln!(wrong, "the engine says: {error}").unwrap();
    }
    let stdout = ended.text();
    if stdout != case.stdout {
        writeln!(wrong, "stdout: {}", difference(&stdout, &case.stdout)).unwrap();
    }
    let stderr = case.stderr.as_deref();
    if let Some(how) = stderr.and_then(|expected| mismatch(&ended.stderr, expected)) {
        writeln!(wrong, "stderr: {how}").unwrap();
    }
    if wrong.is_empty() {
        return None;
    }
    let stderr: String = ended.stderr.chars().take(SHOWN).collect();
    Some(format!("=== {name}\n{wrong}--- stderr was\n{stderr}"))
}

/// Whether a case is asked for: all are, unless `BELLJAR_CASES` has a part of the names.
fn chosen(name: &str) -> bool {
    std::env::var("BELLJAR_CASES").map_or(true, |part| name.contains(&part))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_case_does_what_it_says() {
    let engine = Engine::new().await;
    let base = engine.fresh().await;
    let all = cases();
    assert!(all.len() >= FEWEST, "only {} cases", all.len());
    let known = text(&folder().join("not-yet.txt"));
    let known: Vec<&str> = known
        .lines()
        .filter(|line| !line.starts_with('#'))
        .collect();
    let ran: Vec<_> = all.iter().filter(|(name, _)| chosen(name)).collect();
    let failures: BTreeMap<&str, String> = stream::iter(&ran)
        .map(async |(name, case)| (name.as_str(), failure(&base, name, case).await))
        .buffered(AT_A_TIME)
        .filter_map(async |(name, failure)| Some((name, failure?)))
        .collect()
        .await;
    let mut wrong: Vec<String> = Vec::new();
    for (name, _) in &ran {
        match (failures.get(name.as_str()), known.contains(&name.as_str())) {
            (Some(failure), false) => wrong.push(failure.clone()),
            (None, true) => wrong.push(format!("=== {name} passes: take it off not-yet.txt")),
            _ => {}
        }
    }
    let (failed, count) = (wrong.len(), all.len());
    assert!(
        wrong.is_empty(),
        "{failed} of {count} cases:\n{}",
        wrong.join("\n")
    );
}

#[test]
fn the_form_of_cases_is_read() {
    let text = "# What it is about.\n\n-- command --\nbun run a.js\n-- a.js --\nx\ny\n-- exit --\n3\n-- stdout --\n1\n";
    let case = parse(text).unwrap();
    assert_eq!(case.argv, ["sh", "-c", "bun run a.js"]);
    assert_eq!(case.files, [("a.js".to_owned(), "x\ny\n".to_owned())]);
    assert_eq!((case.exit, case.stdout.as_str()), (3, "1\n"));
    assert_eq!(case.stderr.as_deref(), Some(""));
    assert!(parse("words\n-- command --\nx\n").is_err());
    assert!(parse("-- stdout --\nx\n").is_err());
}

#[test]
fn the_runner_sees_what_is_wrong() {
    let got = "one\n  two  \nthree is here\n";
    for right in ["one\n  two\n", "~ ne\n~ three\n", "one\n! four\n"] {
        assert_eq!(mismatch(got, right), None, "{right}");
    }
    for wrong in ["two\n", "~ three\none\n", "one\n! three\n", ""] {
        assert!(mismatch(got, wrong).is_some(), "{wrong}");
    }
    assert_eq!(mismatch("", ""), None);
    assert!(difference("a\nb\nc\n", "a\nB\nc\n").starts_with("line 2"));
}
