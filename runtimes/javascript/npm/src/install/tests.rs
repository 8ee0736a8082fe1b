//! Installations from a registry in memory into real folders.

mod places;

use crate::error::Error;
use crate::project::Group;
use crate::report::{LockChange, Warning};
use crate::testing::{Memory, Sandbox, tarball};
use serde_json::{Value, json};
use std::fs;

fn registry() -> Memory {
    Memory::new(&[
        ("zod@3.25.76", json!({})),
        ("zod@4.1.5", json!({})),
        (
            "tool@1.0.0",
            json!({"bin": {"tool": "./cli.js"}, "dependencies": {"dep": "^1"}}),
        ),
        ("dep@1.0.0", json!({})),
        ("dep@1.2.0", json!({})),
        ("dep@2.0.0", json!({})),
        ("@scope/thing@0.1.0", json!({"dependencies": {"dep": "2"}})),
    ])
}

fn manifest(sandbox: &Sandbox) -> Value {
    serde_json::from_str(&sandbox.read("package.json")).expect("JSON")
}

#[test]
fn adding_writes_all_three_and_says_so() {
    let sandbox = Sandbox::new(registry(), &json!({"name": "x"}));
    let report = sandbox.add(&["zod"]).expect("added");
    assert_eq!(sandbox.installed(), ["zod@4.1.5"]);
    assert_eq!(manifest(&sandbox)["dependencies"], json!({"zod": "^4.1.5"}));
    assert!(
        sandbox
            .read("bun.lock")
            .contains("\"zod\": [\"zod@4.1.5\", \"\", {}, \"sha512-")
    );
    assert_eq!(report.installed(), 1);
    assert_eq!(
        (report.manifest_saved, report.lock),
        (true, LockChange::Saved)
    );
    let requested: Vec<_> = report
        .requested
        .iter()
        .map(|change| (change.name.as_str(), change.version.as_str()))
        .collect();
    assert_eq!(requested, [("zod", "4.1.5")]);
    // Again: nothing to do, and it is still told what was asked for.
    let report = sandbox.add(&["zod"]).expect("added");
    assert!(report.is_unchanged());
    assert_eq!((report.requested.len(), report.lock), (1, LockChange::None));
    // No folder of ours stays behind.
    assert_eq!(
        fs::read_dir(sandbox.path("node_modules"))
            .expect("listed")
            .count(),
        1
    );
}

#[test]
fn what_is_saved_is_what_each_command_saves() {
    let saved = |npm: bool, exact: bool, argument: &str| {
        let mut sandbox = Sandbox::new(registry(), &json!({}));
        if npm {
            sandbox = sandbox.npm();
        }
        sandbox.options.exact = exact;
        sandbox.add(&[argument]).expect("added");
        let all = manifest(&sandbox)["dependencies"]
            .as_object()
            .cloned()
            .expect("a group");
        all.into_iter()
            .map(|(_, spec)| spec.as_str().expect("a text").to_owned())
            .next()
    };
    for (argument, bun, exact, npm) in [
        ("zod", "^4.1.5", "4.1.5", "^4.1.5"),
        ("zod@latest", "^4.1.5", "4.1.5", "^4.1.5"),
        ("zod@3", "3", "3.25.76", "^3.25.76"),
        ("zod@3.25.76", "3.25.76", "3.25.76", "^3.25.76"),
        ("zod@<4", "<4", "3.25.76", "^3.25.76"),
        ("zod@~3.25.70", "~3.25.70", "3.25.76", "~3.25.70"),
        (
            "z@npm:zod",
            "npm:zod@^4.1.5",
            "npm:zod@4.1.5",
            "npm:zod@^4.1.5",
        ),
        (
            "z@npm:zod@3",
            "npm:zod@3",
            "npm:zod@3.25.76",
            "npm:zod@^3.25.76",
        ),
    ] {
        assert_eq!(
            saved(false, false, argument).as_deref(),
            Some(bun),
            "{argument}"
        );
        assert_eq!(
            saved(false, true, argument).as_deref(),
            Some(exact),
            "{argument}"
        );
        assert_eq!(
            saved(true, false, argument).as_deref(),
            Some(npm),
            "{argument}"
        );
    }
}

#[test]
fn another_version_takes_the_place_of_the_first() {
    for npm in [false, true] {
        let mut sandbox = Sandbox::new(registry(), &json!({}));
        if npm {
            sandbox = sandbox.npm();
        }
        sandbox
            .add(&["zod@3", "tool", "@scope/thing"])
            .expect("added");
        assert_eq!(
            sandbox.installed(),
            [
                "@scope/thing@0.1.0",
                "dep@2.0.0",
                "tool/dep@1.2.0",
                "tool@1.0.0",
                "zod@3.25.76"
            ]
        );
        let report = sandbox.add(&["zod"]).expect("added");
        let updated: Vec<_> = report
            .updated
            .iter()
            .map(|change| (change.name.as_str(), change.previous.as_deref()))
            .collect();
        assert_eq!(updated, [("zod", Some("3.25.76"))]);
        let report = sandbox
            .remove(&["@scope/thing", "nothing"])
            .expect("removed");
        assert_eq!(report.missing, ["nothing"]);
        // What only the removed one needed goes, too.
        assert!(
            report
                .removed
                .iter()
                .any(|change| change.name == "@scope/thing")
        );
        assert!(!sandbox.installed().contains(&"dep@2.0.0".to_owned()));
        assert!(!sandbox.path("node_modules/@scope").exists());
        sandbox.remove(&["tool", "zod"]).expect("removed");
        assert_eq!(sandbox.installed(), [""; 0]);
        assert_eq!(manifest(&sandbox), json!({}));
    }
}

#[test]
fn a_lock_file_needs_no_metadata_and_keeps_its_versions() {
    for npm in [false, true] {
        let make = |registry: Memory, lock: Option<(&str, String)>| {
            let manifest = json!({"dependencies": {"tool": "1", "zod": ">=3"}});
            let mut sandbox = Sandbox::new(registry, &manifest);
            if npm {
                sandbox = sandbox.npm();
            }
            if let Some((name, text)) = lock {
                sandbox.write(name, &text);
            }
            sandbox
        };
        let first = make(registry(), None);
        let file = first.options.style.file();
        first.install().expect("installed");
        // A newer version has come since.
        let mut newer = registry();
        newer.publish("zod@4.2.0", &json!({}), &[]);
        let mut second = make(newer, Some((file, first.read(file))));
        second.options.frozen = true;
        let report = second.install().expect("installed");
        assert_eq!(second.installed(), first.installed());
        assert_eq!(second.read(file), first.read(file));
        assert_eq!(report.lock, LockChange::None);
        let asked = second.registry.take_asked();
        assert_eq!(asked, ["dep@1.2.0", "tool@1.0.0", "zod@4.1.5"]);
        // A range that the lock file does not satisfy.
        second.write(
            "package.json",
            &json!({"dependencies": {"tool": "1", "zod": "3"}}).to_string(),
        );
        let error = second.install().expect_err("frozen").to_string();
        assert!(error.contains("zod changed from >=3 to 3"), "{error}");
        second.options.frozen = false;
        let report = second.install().expect("installed");
        assert_eq!(report.installed(), 1);
        assert!(second.installed().contains(&"zod@3.25.76".to_owned()));
        assert!(second.installed().contains(&"dep@1.2.0".to_owned()));
    }
}

#[test]
fn a_frozen_installation_needs_a_lock_file() {
    let mut sandbox = Sandbox::new(registry(), &json!({"dependencies": {"zod": "4"}}));
    sandbox.options.frozen = true;
    assert!(matches!(
        sandbox.install(),
        Err(Error::NoLock { file: "bun.lock" })
    ));
}

#[test]
fn each_reads_the_lock_file_of_the_other() {
    let bun = Sandbox::new(registry(), &json!({"dependencies": {"zod": "3.25.76"}}));
    bun.install().expect("installed");
    let wide = json!({"dependencies": {"zod": "*"}});
    let npm = Sandbox::new(registry(), &wide).npm();
    npm.write("bun.lock", &bun.read("bun.lock"));
    npm.install().expect("installed");
    assert_eq!(npm.installed(), ["zod@3.25.76"]);
    let bun = Sandbox::new(registry(), &wide);
    bun.write("package-lock.json", &npm.read("package-lock.json"));
    bun.install().expect("installed");
    assert_eq!(bun.installed(), ["zod@3.25.76"]);
    assert!(bun.path("bun.lock").exists());
}

#[test]
fn a_tarball_that_is_not_what_was_promised_changes_nothing() {
    let mut registry = registry();
    registry.set_tarball("zod@4.1.5", tarball(&[("package.json", "{}".into())]));
    let sandbox = Sandbox::new(registry, &json!({}));
    sandbox.add(&["tool"]).expect("added");
    let (before, lock) = (sandbox.read("package.json"), sandbox.read("bun.lock"));
    let error = sandbox.add(&["zod"]).expect_err("refused");
    assert!(
        matches!(&error, Error::Integrity { package, .. } if package == "zod@4.1.5"),
        "{error}"
    );
    assert_eq!(sandbox.read("package.json"), before);
    assert_eq!(sandbox.read("bun.lock"), lock);
    assert_eq!(sandbox.installed(), ["dep@1.2.0", "tool@1.0.0"]);
    assert!(!sandbox.path("node_modules/.belljar-staging").exists());
}

#[test]
fn a_failed_download_leaves_what_was_there() {
    let sandbox = Sandbox::new(registry(), &json!({}));
    sandbox.add(&["zod@3"]).expect("added");
    sandbox
        .registry
        .broken
        .borrow_mut()
        .insert("zod@4.1.5".into());
    let error = sandbox.add(&["zod@4", "tool"]).expect_err("unreachable");
    assert_eq!(
        error.to_string(),
        "could not fetch zod@4.1.5: connection reset"
    );
    assert_eq!(sandbox.installed(), ["zod@3.25.76"]);
    assert_eq!(manifest(&sandbox)["dependencies"], json!({"zod": "3"}));
}

#[test]
fn what_an_interruption_left_is_swept_up() {
    let sandbox = Sandbox::new(registry(), &json!({"dependencies": {"zod": "4"}}));
    sandbox.write("node_modules/.belljar-staging/new-0/half.js", "x");
    sandbox.write("node_modules/zod/index.js", "no package.json");
    sandbox.install().expect("installed");
    assert_eq!(sandbox.installed(), ["zod@4.1.5"]);
    assert!(!sandbox.path("node_modules/.belljar-staging").exists());
}

#[test]
fn a_package_without_a_digest_gets_one_in_the_lock_file() {
    let mut registry = registry();
    registry.amend("zod@4.1.5", |version| {
        version["dist"]
            .as_object_mut()
            .expect("dist")
            .remove("integrity");
    });
    let sandbox = Sandbox::new(registry, &json!({}));
    sandbox.add(&["zod"]).expect("added");
    assert!(sandbox.read("bun.lock").contains("{}, \"sha512-"));
}

#[test]
fn groups_and_omissions() {
    let mut sandbox = Sandbox::new(
        registry(),
        &json!({"devDependencies": {"zod": "4"}, "dependencies": {"tool": "1"}}),
    );
    sandbox.options.omit.dev = true;
    sandbox.install().expect("installed");
    assert_eq!(sandbox.installed(), ["dep@1.2.0", "tool@1.0.0"]);
    sandbox.options.omit.dev = false;
    // Without a group, what is there stays where it is.
    sandbox.add(&["zod@3"]).expect("added");
    assert_eq!(manifest(&sandbox)["devDependencies"], json!({"zod": "3"}));
    assert_eq!(Group::Dev.key(), "devDependencies");
}

#[test]
fn what_is_unknown_is_refused_before_anything_is_written() {
    for argument in [
        "a/../b",
        "@x",
        "../../etc/passwd",
        "https://h/x.tgz",
        "workspace:x",
        "zod@99",
        "none",
    ] {
        let sandbox = Sandbox::new(registry(), &json!({}));
        assert!(sandbox.add(&[argument]).is_err(), "{argument}");
        assert_eq!(sandbox.read("package.json"), "{}");
        assert!(!sandbox.path("node_modules").exists());
    }
    let sandbox = Sandbox::new(registry(), &json!({"workspaces": ["packages/*"]}));
    assert!(sandbox.install().is_err());
}

#[test]
fn a_project_that_does_not_exist_yet_is_made_by_add() {
    let sandbox = Sandbox::new(registry(), &json!({}));
    fs::remove_file(sandbox.path("package.json")).expect("removed");
    assert!(matches!(sandbox.install(), Err(Error::NoManifest { .. })));
    sandbox.add(&["zod"]).expect("added");
    assert_eq!(
        manifest(&sandbox),
        json!({"dependencies": {"zod": "^4.1.5"}})
    );
}

#[test]
fn requests_are_under_way_together_but_not_all() {
    let mut memory = Memory::default();
    let mut all = serde_json::Map::new();
    for index in 0..40 {
        memory.publish(&format!("p{index}@1.0.0"), &json!({}), &[]);
        all.insert(format!("p{index}"), json!("1"));
    }
    let mut sandbox = Sandbox::new(memory, &json!({ "dependencies": all }));
    sandbox.options.concurrency = 7;
    let report = sandbox.install().expect("installed");
    assert_eq!((report.installed(), report.fetched), (40, 80));
    assert_eq!(sandbox.registry.now.borrow().1, 7);
}

#[test]
fn an_optional_package_that_cannot_be_fetched_is_left_out() {
    let registry = Memory::new(&[
        ("a@1.0.0", json!({"optionalDependencies": {"o": "1"}})),
        ("o@1.0.0", json!({})),
    ]);
    registry.broken.borrow_mut().insert("o@1.0.0".into());
    let sandbox = Sandbox::new(registry, &json!({}));
    let report = sandbox.add(&["a"]).expect("added");
    assert_eq!(sandbox.installed(), ["a@1.0.0"]);
    assert!(matches!(
        report.warnings[..],
        [Warning::OptionalFailed { .. }]
    ));
}
