//! What lands where: programs, local packages, what is left out and what is removed.

use super::{manifest, registry};
use crate::report::Blocked;
use crate::testing::{Memory, Sandbox, tarball};
use serde_json::json;
use std::fs;

#[test]
fn programs_are_linked_and_executable() {
    let mut registry = registry();
    registry.publish(
        "tool@1.1.0",
        &json!({"bin": {"tool": "cli.js", "other": "lib/other.js", "../evil": "cli.js", "gone": "x"}}),
        &[("cli.js", "#!/usr/bin/env node\r\nconsole.log(1)\n"), ("lib/other.js", "1")],
    );
    registry.publish(
        "many@1.0.0",
        &json!({"directories": {"bin": "bin"}}),
        &[("bin/one", ""), ("bin/two", "")],
    );
    let sandbox = Sandbox::new(registry, &json!({}));
    let report = sandbox.add(&["tool", "many"]).expect("added");
    let mut names: Vec<_> = fs::read_dir(sandbox.path("node_modules/.bin"))
        .expect("listed")
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .into_string()
                .expect("a name")
        })
        .collect();
    names.sort();
    assert_eq!(names, ["evil", "one", "other", "tool", "two"]);
    let link = fs::read_link(sandbox.path("node_modules/.bin/other")).expect("a link");
    assert_eq!(link.to_str(), Some("../tool/lib/other.js"));
    // A carriage return would be part of the interpreter's name.
    assert_eq!(
        sandbox.read("node_modules/.bin/tool"),
        "#!/usr/bin/env node\nconsole.log(1)\n"
    );
    let executable = sandbox.system.executable.borrow();
    assert!(
        executable
            .iter()
            .any(|path| path.ends_with("tool/lib/other.js"))
    );
    assert_eq!(report.requested[1].programs, ["one", "two"]);
    let found = crate::find_program(&sandbox.path(""), "tool", None);
    assert_eq!(found, Some(sandbox.path("node_modules/tool/cli.js")));
    drop(executable);
    sandbox.remove(&["tool", "many"]).expect("removed");
    assert!(!sandbox.path("node_modules").exists());
}

#[test]
fn what_is_for_other_platforms_is_left_out_or_refused() {
    let registry = || {
        Memory::new(&[
            (
                "build@1.0.0",
                json!({"optionalDependencies": {"build-x64": "1", "build-wasm": "1"}}),
            ),
            (
                "build-x64@1.0.0",
                json!({"os": ["linux"], "cpu": ["x64"], "dependencies": {"only": "1"}}),
            ),
            ("build-wasm@1.0.0", json!({"cpu": ["wasm32"]})),
            ("only@1.0.0", json!({})),
        ])
    };
    let sandbox = Sandbox::new(registry(), &json!({}));
    let report = sandbox.add(&["build"]).expect("added");
    assert_eq!(sandbox.installed(), ["build-wasm@1.0.0", "build@1.0.0"]);
    assert_eq!((report.skipped, report.packages), (2, 4));
    // The lock file serves all platforms.
    assert!(
        sandbox
            .read("bun.lock")
            .contains("\"os\": \"linux\", \"cpu\": \"x64\"")
    );
    let error = Sandbox::new(registry(), &json!({}))
        .add(&["build-x64"])
        .expect_err("refused");
    assert_eq!(
        error.to_string(),
        "build-x64@1.0.0 is not for this platform (linux wasm32): it wants os linux; cpu x64"
    );
}

#[test]
fn scripts_are_blocked_and_told() {
    let mut registry = Memory::new(&[
        (
            "a@1.0.0",
            json!({"scripts": {"postinstall": "x", "install": "y", "test": "z"}}),
        ),
        ("old@1.0.0", json!({"deprecated": "use new"})),
        ("engine@1.0.0", json!({"engines": {"node": ">=99"}})),
    ]);
    registry.publish("native@1.0.0", &json!({}), &[("binding.gyp", "{}")]);
    let mut sandbox = Sandbox::new(registry, &json!({}));
    sandbox.options.node_version = Some("24.0.0".into());
    let report = sandbox
        .add(&["a", "native", "old", "engine"])
        .expect("added");
    let blocked = |package: &str, scripts: &[&str]| Blocked {
        package: package.into(),
        scripts: scripts.iter().map(|name| (*name).into()).collect(),
    };
    assert_eq!(
        report.blocked,
        [
            blocked("a@1.0.0", &["install", "postinstall"]),
            blocked("native@1.0.0", &["install"])
        ]
    );
    let warnings: Vec<_> = report.warnings.iter().map(ToString::to_string).collect();
    assert_eq!(
        warnings,
        [
            "engine@1.0.0 wants node >=99, this is 24.0.0",
            "deprecated old@1.0.0: use new"
        ]
    );
}

#[test]
fn local_packages_are_copied_and_followed() {
    let sandbox = Sandbox::new(registry(), &json!({}));
    sandbox.write(
        "lib/package.json",
        r#"{"name": "mine", "version": "1.0.0", "bin": "x.js", "dependencies": {"dep": "1"}}"#,
    );
    sandbox.write("lib/x.js", "1");
    sandbox.write("lib/node_modules/not/copied.js", "1");
    sandbox.add(&["./lib"]).expect("added");
    assert_eq!(manifest(&sandbox)["dependencies"], json!({"mine": "./lib"}));
    assert_eq!(sandbox.installed(), ["dep@1.2.0", "mine@1.0.0"]);
    assert!(sandbox.read("bun.lock").contains("\"mine\": [\"mine@file:lib\", { \"dependencies\": { \"dep\": \"1\" }, \"bin\": \"x.js\" }],"));
    assert!(sandbox.install().expect("installed").is_unchanged());
    sandbox.write("lib/x.js", "2");
    assert_eq!(sandbox.install().expect("installed").installed(), 1);
    assert_eq!(sandbox.read("node_modules/mine/x.js"), "2");

    let bytes = tarball(&[(
        "package.json",
        r#"{"name": "packed", "version": "2.0.0"}"#.into(),
    )]);
    fs::write(sandbox.path("packed-2.0.0.tgz"), bytes).expect("written");
    sandbox.add(&["./packed-2.0.0.tgz"]).expect("added");
    assert!(sandbox.installed().contains(&"packed@2.0.0".to_owned()));
    assert!(sandbox.install().expect("installed").is_unchanged());
    let bytes = tarball(&[(
        "package.json",
        r#"{"name": "packed", "version": "2.0.1"}"#.into(),
    )]);
    fs::write(sandbox.path("packed-2.0.0.tgz"), bytes).expect("written");
    // A tarball that changed is not what the lock file has: it is taken again when it is added.
    sandbox.add(&["./packed-2.0.0.tgz"]).expect("added");
    assert!(sandbox.installed().contains(&"packed@2.0.1".to_owned()));

    sandbox.add(&["link:lib"]).expect("added");
    let link = fs::read_link(sandbox.path("node_modules/mine")).expect("a link");
    assert_eq!(link.to_str(), Some("../lib"));
    let error = sandbox
        .add(&["./nowhere"])
        .expect_err("refused")
        .to_string();
    assert!(
        error.contains("package.json not found for \"file:./nowhere\""),
        "{error}"
    );
}

#[test]
fn npm_removes_what_is_extraneous_and_bun_what_it_knew() {
    for npm in [false, true] {
        let mut sandbox = Sandbox::new(registry(), &json!({"dependencies": {"zod": "4"}}));
        if npm {
            sandbox = sandbox.npm();
        }
        sandbox.write(
            "node_modules/by-hand/package.json",
            "{\"version\": \"1.0.0\"}",
        );
        sandbox.write("node_modules/.cache/x", "");
        sandbox.install().expect("installed");
        let kept = sandbox.path("node_modules/by-hand").exists();
        assert_eq!(kept, !npm);
        assert!(sandbox.path("node_modules/.cache/x").exists());
        assert_eq!(
            sandbox.path("node_modules/.package-lock.json").exists(),
            npm
        );
    }
}

#[test]
fn a_global_installation_links_programs_elsewhere() {
    let mut registry = registry();
    registry.publish("tool@2.0.0", &json!({"bin": "cli.js"}), &[("cli.js", "")]);
    let mut sandbox = Sandbox::new(registry, &json!({}));
    sandbox.options.global_bins = Some(sandbox.path("bin"));
    sandbox.add(&["tool"]).expect("added");
    let link = fs::read_link(sandbox.path("bin/tool")).expect("a link");
    assert_eq!(link.to_str(), Some("../node_modules/tool/cli.js"));
    sandbox.remove(&["tool"]).expect("removed");
    assert!(fs::symlink_metadata(sandbox.path("bin/tool")).is_err());
    // A program that somebody else put there stays.
    sandbox.write("bin/tool", "theirs");
    assert!(sandbox.add(&["tool"]).is_err());
    assert_eq!(sandbox.read("bin/tool"), "theirs");
}
