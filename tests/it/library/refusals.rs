//! What can never work is refused before anything happens, with a text that says what is wrong.

use belljar::{
    ByteSize, Command, ErrorKind, Millicores, SandboxError, SandboxOptions, SandboxStatus,
};

use crate::guests::{Opened, options, python, run};
use crate::support::PYTHON;

#[track_caller]
fn check(error: &SandboxError, kind: ErrorKind, code: &str, parts: &[&str]) {
    let text = error.to_string();
    assert_eq!((error.kind(), error.code()), (kind, code), "{text}");
    for part in parts {
        assert!(text.contains(part), "{part:?} is not in {text:?}");
    }
}

#[tokio::test]
async fn an_unknown_runtime_is_refused_with_those_there_are() {
    let belljar = Opened::new().await;
    let available: Vec<String> = belljar
        .runtimes()
        .into_iter()
        .map(|info| info.name)
        .collect();
    let available = available.join(", ");
    for name in [
        "cobol:85",
        "python",
        "python:2.7",
        "",
        "python:3.14\0",
        "../python:3.14",
    ] {
        let error = belljar.create(SandboxOptions::new(name)).await.unwrap_err();
        let expected = format!("there is no runtime {name:?}; available: {available}");
        check(
            &error,
            ErrorKind::NotFound,
            "RUNTIME_NOT_FOUND",
            &[&expected],
        );
        assert_eq!(
            belljar.install_runtime(name).await.unwrap_err().to_string(),
            expected
        );
    }
    let long = belljar
        .create(SandboxOptions::new("x".repeat(1 << 20)))
        .await
        .unwrap_err();
    assert!(long.to_string().len() < 300);
    let infos = belljar.runtimes();
    let python = infos.iter().find(|info| info.name == PYTHON).unwrap();
    assert!(python.installed && python.programs.contains(&"python3".to_owned()));
    // Its id is as good as its name.
    belljar
        .create(SandboxOptions::new(python.id.to_string()))
        .await
        .unwrap();
}

#[tokio::test]
async fn commands_that_cannot_be_are_refused() {
    let belljar = Opened::new().await;
    let sandbox = belljar.fresh().await;
    let none: [&str; 0] = [];
    let long = "x".repeat(3 << 20);
    let bad = [
        (Command::new(none), "command: it is empty"),
        (Command::new(["a", "b\0c"]), "argument 1 contains a NUL"),
        (Command::new(["\0"]), "argument 0 contains a NUL"),
        (Command::new(["python3", "-c", &long]), "are too many"),
        (Command::new(vec!["x"; 10_001]), "10001 arguments"),
        (python("1").env("", "x"), "env: the variable \"\""),
        (python("1").env("A=B", "x"), "equals sign"),
        (python("1").env("A", "x\0"), "NUL"),
        (
            python("1").env("A", "x".repeat(2 << 20)),
            "more than the limit",
        ),
    ];
    for (command, part) in bad {
        let error = sandbox.execute(command.clone()).await.unwrap_err();
        check(
            &error,
            ErrorKind::InvalidArgument,
            "INVALID_ARGUMENT",
            &[part],
        );
        let error = belljar
            .create(options().command(command))
            .await
            .unwrap_err();
        check(
            &error,
            ErrorKind::InvalidArgument,
            "INVALID_ARGUMENT",
            &[part],
        );
    }
    let record = sandbox.record();
    assert_eq!((record.status, record.executions), (SandboxStatus::Idle, 0));
    assert_eq!(
        belljar.all().await.len(),
        1,
        "a refused sandbox leaves no record"
    );
    run(&sandbox, python("print(1)")).await.expect(0, "1\n");
}

#[tokio::test]
async fn too_little_memory_to_start_is_refused_with_what_is_needed() {
    let belljar = Opened::new().await;
    let least = belljar.runtimes()[0].least_memory;
    for memory in [
        ByteSize::new(0),
        ByteSize::mib(1),
        ByteSize::new(least.bytes() - 1),
    ] {
        let error = belljar.create(options().memory(memory)).await.unwrap_err();
        let expected = format!("memory: {memory} is less than {PYTHON} needs to start ({least})");
        check(
            &error,
            ErrorKind::InvalidArgument,
            "INVALID_ARGUMENT",
            &[&expected],
        );
    }
    // The promise holds: with exactly that much it starts.
    let sandbox = belljar.create(options().memory(least)).await.unwrap();
    run(&sandbox, python("print(1)")).await.expect(0, "1\n");
}

#[tokio::test]
async fn what_this_version_cannot_do_is_refused_by_name() {
    let belljar = Opened::new().await;
    let with = |change: fn(&mut SandboxOptions)| {
        let mut options = options();
        change(&mut options);
        options
    };
    let apt = with(|options| options.dependencies = vec!["git".into()]);
    let error = belljar.create(apt).await.unwrap_err();
    check(
        &error,
        ErrorKind::InvalidArgument,
        "INVALID_ARGUMENT",
        &["dependencies", "`packages`"],
    );
    let low = with(|options| options.network.port = Some(80));
    let error = belljar.create(low).await.unwrap_err();
    check(
        &error,
        ErrorKind::InvalidArgument,
        "INVALID_ARGUMENT",
        &["network.port"],
    );
    let long = with(|options| options.name = Some("x".repeat(5000)));
    let error = belljar.create(long).await.unwrap_err();
    check(
        &error,
        ErrorKind::InvalidArgument,
        "INVALID_ARGUMENT",
        &["name: it is longer"],
    );
    let bad_env = options().env("A\0", "x");
    let error = belljar.create(bad_env).await.unwrap_err();
    check(
        &error,
        ErrorKind::InvalidArgument,
        "INVALID_ARGUMENT",
        &["env: ", "NUL"],
    );
    assert!(belljar.all().await.is_empty());
}

#[tokio::test]
async fn a_sandbox_whose_files_cannot_be_written_has_failed() {
    let belljar = Opened::new().await;
    for path in ["../../../../x", "/etc/passwd/x", "a\0b", "", "/"] {
        let sandbox = options().file("good", "x").file(path, "x");
        let sandbox = belljar.create(sandbox).await.unwrap();
        let record = sandbox
            .wait_status(&[SandboxStatus::Idle], crate::guests::PATIENCE)
            .await;
        assert_eq!(record.status, SandboxStatus::Failed, "{path:?}");
        let error = sandbox.execute(python("1")).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Gone);
    }
    // A one-shot says it on its standard error, too.
    let oneshot = belljar.run(options().file("/etc/passwd/x", "x"), python("print(1)"));
    let output = oneshot.await.unwrap();
    assert_eq!(
        (output.exit_code, output.stdout.len()),
        (126, 0),
        "{output:#?}"
    );
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(
        stderr.contains("/etc/passwd/x: not a directory"),
        "{stderr}"
    );
    // A command's files that cannot be written fail the command alone.
    let sandbox = belljar.fresh().await;
    let ended = run(&sandbox, python("print('ran')").file("/etc/passwd/x", "x")).await;
    assert_eq!(ended.exit_code, Some(126), "{ended:#?}");
    assert!(ended.stderr.contains("not a directory"), "{ended:#?}");
    run(&sandbox, python("print(1)")).await.expect(0, "1\n");
}

#[test]
fn sizes_and_shares_that_make_no_sense_are_refused_with_the_value() {
    for text in [
        "",
        "x",
        "-1",
        "1Qi",
        "1.5.5Gi",
        "Mi",
        "99999999999999999999",
        "1 Gi x",
        "NaN",
    ] {
        let error = ByteSize::parse(text).unwrap_err().to_string();
        assert!(error.contains(text), "{text:?}: {error}");
    }
    for text in ["", "0", "0m", "-500m", "m", "1000000000000", "half"] {
        let error = Millicores::parse(text).unwrap_err().to_string();
        assert!(error.contains(text), "{text:?}: {error}");
    }
}
