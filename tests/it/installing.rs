//! npm packages that a sandbox is created with, from a registry on this machine.

mod registry;

use std::sync::Arc;
use std::time::Duration;

use belljar::packages::{NpmConfig, NpmRegistry};
use belljar::{
    Belljar, BelljarOptions, Command, ErrorKind, ExecutionStatus, SandboxFilter, SandboxOptions,
    SandboxStatus,
};
use tempfile::TempDir;

use crate::guests::{PATIENCE, run};
use crate::support::{JAVASCRIPT, PYTHON, belljar, cache_dir, data_dir};
use registry::{Package, TestRegistry};

const GREETER: &str = "module.exports = (name) => 'hello ' + name;";
const GREET: &str = "#!/usr/bin/env node\nconsole.log(require('greeter')(process.argv[2]));";

/// A library with a program, which needs another package.
fn packages() -> Vec<Package> {
    vec![
        Package::new("greeter", "1.0.0", "module.exports = () => 'too old';"),
        Package::new("greeter", "1.2.0", GREETER).bin("greet", GREET),
        Package::new(
            "polite",
            "1.0.0",
            "module.exports = (n) => require('greeter')(n) + ', please';",
        )
        .needs("greeter", "^1.0.0"),
        Package::new(
            "@acme/shout",
            "2.0.0",
            "module.exports = (text) => text.toUpperCase();",
        ),
    ]
}

struct Case {
    belljar: Belljar,
    registry: TestRegistry,
    _data: TempDir,
}

impl Case {
    async fn new() -> Self {
        let registry = TestRegistry::start(packages()).await;
        let data = data_dir();
        let config = NpmConfig::new(registry.url()).set("fetch-retries", "0");
        let client = NpmRegistry::new(config, data.path().join("packages"));
        let options = BelljarOptions::at(data.path())
            .cache_dir(cache_dir())
            .registry(Arc::new(client));
        let belljar = Belljar::open(options).await.unwrap();
        belljar.install_runtime(JAVASCRIPT).await.unwrap();
        Self {
            belljar,
            registry,
            _data: data,
        }
    }

    /// How many sandboxes there are to be seen.
    async fn seen(&self) -> usize {
        let listed = self.belljar.sandboxes(SandboxFilter::default()).await;
        listed.unwrap().0.len()
    }
}

fn options() -> SandboxOptions {
    SandboxOptions::new(JAVASCRIPT)
}

fn bun(code: &str) -> Command {
    Command::new(["bun", "-e", code])
}

#[tokio::test]
async fn packages_are_there_before_anything_runs() {
    let case = Case::new().await;
    let options = options()
        .package("polite")
        .package("@acme/shout@^2")
        .package("greeter");
    let sandbox = case.belljar.create(options).await.unwrap();
    assert_eq!(sandbox.record().status, SandboxStatus::Idle);
    assert_eq!(
        sandbox.record().packages,
        ["polite", "@acme/shout@^2", "greeter"]
    );
    let code = "import polite from 'polite'; import shout from '@acme/shout';
        console.log(shout(polite('you')));";
    run(&sandbox, bun(code))
        .await
        .expect(0, "HELLO YOU, PLEASE\n");
    run(&sandbox, bun("console.log(require('greeter')('me'))"))
        .await
        .expect(0, "hello me\n");
    run(&sandbox, Command::new(["greet", "world"]))
        .await
        .expect(0, "hello world\n");
    // They are no network access.
    let add = run(&sandbox, Command::new(["bun", "add", "greeter"])).await;
    assert_eq!(add.exit_code, Some(1), "{add:#?}");
    assert!(add.stderr.contains("network.enabled"), "{add:#?}");
}

#[tokio::test]
async fn a_command_of_its_own_begins_when_they_are_installed() {
    let case = Case::new().await;
    let code = "console.log(require('greeter')('you'))";
    let output = case
        .belljar
        .run(options().package("greeter@^1.1"), bun(code))
        .await
        .unwrap();
    assert_eq!(
        (output.exit_code, output.stdout.as_slice()),
        (0, &b"hello you\n"[..]),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[tokio::test]
async fn with_network_access_programs_install_for_themselves() {
    let case = Case::new().await;
    let sandbox = case.belljar.create(options().network(true)).await.unwrap();
    let add = run(&sandbox, Command::new(["bun", "add", "polite"])).await;
    assert_eq!(add.exit_code, Some(0), "{add:#?}");
    run(&sandbox, bun("console.log(require('polite')('you'))"))
        .await
        .expect(0, "hello you, please\n");
}

#[tokio::test]
async fn an_archive_is_fetched_once_for_all_sandboxes() {
    let case = Case::new().await;
    for _ in 0..2 {
        case.belljar
            .create(options().package("greeter"))
            .await
            .unwrap();
    }
    assert_eq!(case.registry.archives_sent(), 1);
}

#[tokio::test]
async fn what_cannot_be_installed_fails_the_creation_and_leaves_nothing() {
    let case = Case::new().await;
    for (package, said) in [("not-there", "not-there"), ("greeter@^7", "greeter")] {
        let error = case
            .belljar
            .create(options().package(package))
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{error}");
        let text = error.to_string();
        let begin = format!("cannot install {package} (exit code 1):\n");
        let rest = text
            .strip_prefix(&begin)
            .unwrap_or_else(|| panic!("{text}"));
        assert!(rest.contains(said), "{text}");
        assert_eq!(case.seen().await, 0);
    }
    case.registry.damage();
    let error = case
        .belljar
        .create(options().package("greeter"))
        .await
        .unwrap_err();
    assert!(error.to_string().contains("greeter"), "{error}");
    assert_eq!(case.seen().await, 0);
    // Nor does a one-shot sandbox run.
    let options = options().package("not-there");
    let error = case.belljar.run(options, bun("1")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{error}");
    assert_eq!(case.seen().await, 0);
}

#[tokio::test]
async fn a_registry_that_is_away_is_not_the_caller_s_fault() {
    let case = Case::new().await;
    case.registry.stop();
    let error = case
        .belljar
        .create(options().package("greeter"))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable, "{error}");
    assert!(error.to_string().contains("greeter"), "{error}");
    assert_eq!(case.seen().await, 0);
}

#[tokio::test]
async fn destroying_a_sandbox_ends_its_installation() {
    let case = Case::new().await;
    case.registry.hang();
    let belljar = case.belljar.clone();
    let creating = tokio::spawn(async move { belljar.create(options().package("greeter")).await });
    let asked = tokio::time::timeout(PATIENCE, case.registry.asked()).await;
    asked.expect("the registry is asked");
    let (found, _) = case
        .belljar
        .sandboxes(SandboxFilter::default())
        .await
        .unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].status, SandboxStatus::Creating);
    case.belljar
        .sandbox(&found[0].id)
        .unwrap()
        .destroy()
        .await
        .unwrap();
    let created = tokio::time::timeout(PATIENCE, creating)
        .await
        .expect("it ends");
    assert!(created.unwrap().is_err());
    assert_eq!(case.seen().await, 0);
}

#[tokio::test]
async fn a_fork_has_the_packages_of_the_first() {
    let case = Case::new().await;
    let first = case
        .belljar
        .create(options().package("greeter"))
        .await
        .unwrap();
    case.registry.stop();
    let fork = first.fork(belljar::ForkOptions::default()).await.unwrap();
    run(&fork, bun("console.log(require('greeter')('you'))"))
        .await
        .expect(0, "hello you\n");
}

#[tokio::test]
async fn packages_that_can_never_be_installed_are_refused_at_once() {
    let data = data_dir();
    let options = BelljarOptions::at(data.path()).cache_dir(cache_dir());
    let belljar = Belljar::open(options).await.unwrap();
    let refused = async |options: SandboxOptions| {
        let error = belljar.create(options).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{error}");
        error.to_string()
    };
    let python = || SandboxOptions::new(PYTHON);
    let text = refused(python().package("zod")).await;
    assert!(text.contains("python:3.14 takes no npm packages"), "{text}");
    for package in [
        "../x",
        "--help",
        "",
        "zod@file:/etc",
        "https://x/y.tgz",
        "a b",
        "$(x)",
    ] {
        let text = refused(python().package(package)).await;
        assert!(text.starts_with("packages: "), "{text}");
    }
    let many = (0..65).fold(python(), |options, _| options.package("zod"));
    assert!(refused(many).await.contains("64"));
    // No registry was given.
    let text = refused(self::options().package("zod")).await;
    assert!(text.contains("BelljarOptions::registry"), "{text}");
}

#[tokio::test]
async fn the_command_installs_from_the_registry_of_the_user_s_npm() {
    let registry = TestRegistry::start(packages()).await;
    let run = async |package: &str, program: &[&str]| {
        let mut command = belljar();
        command
            .env("npm_config_registry", registry.url())
            .env("npm_config_noproxy", "127.0.0.1")
            .env("npm_config_fetch_retries", "0")
            .args(["run", "--package", package])
            .args(program);
        let output = tokio::task::spawn_blocking(move || command.output().unwrap());
        let output = output.await.unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (
            output.status.code(),
            text(&output.stdout),
            text(&output.stderr),
        )
    };
    let code = "console.log(require('greeter')('you'))";
    let (_, stdout, stderr) = run("greeter", &["bun", "-e", code]).await;
    assert_eq!(stdout, "hello you\n", "{stderr}");
    // A program of the package is as good as one of the runtime.
    let (_, stdout, stderr) = run("greeter", &["greet", "world"]).await;
    assert_eq!(stdout, "hello world\n", "{stderr}");
    let (code, _, stderr) = run("not-there", &["bun", "-e", code]).await;
    assert_eq!(code, Some(2), "{stderr}");
    assert!(
        stderr.starts_with("belljar: cannot install not-there"),
        "{stderr}"
    );
}

#[tokio::test]
async fn a_slow_registry_keeps_only_those_waiting_who_need_it() {
    let case = Case::new().await;
    case.registry.hang();
    let belljar = case.belljar.clone();
    let creating = tokio::spawn(async move { belljar.create(options().package("greeter")).await });
    case.registry.asked().await;
    let other = case.belljar.run(options(), bun("console.log(1)"));
    let other = tokio::time::timeout(PATIENCE, other)
        .await
        .expect("it does not wait")
        .unwrap();
    assert_eq!(
        (other.status, other.exit_code),
        (ExecutionStatus::Completed, 0)
    );
    case.registry.resume();
    let sandbox = tokio::time::timeout(PATIENCE, creating)
        .await
        .expect("it ends");
    assert_eq!(
        sandbox.unwrap().unwrap().record().status,
        SandboxStatus::Idle
    );
    // The test ends with nothing on its way.
    tokio::time::sleep(Duration::from_millis(1)).await;
}
