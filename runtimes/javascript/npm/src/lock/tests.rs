use super::*;
use crate::overrides::Overrides;
use crate::testing::{Memory, Sandbox};
use proptest::prelude::*;
use serde_json::json;

const BUN: &str = r#"{
  "lockfileVersion": 1,
  "configVersion": 1,
  "workspaces": {
    "": {
      "name": "p2",
      "dependencies": {
        "a": "^1.0.0",
        "mine": "file:./local/lib",
        "odd": "npm:real@^3",
      },
      "devDependencies": {
        "b": "^7",
      },
    },
  },
  "packages": {
    "@s/c": ["@s/c@1.0.0", "", { "os": "darwin", "cpu": ["x64", "arm64"] }, "sha512-cccc"],

    "a": ["a@1.2.0", "", { "dependencies": { "x": "^1" }, "optionalDependencies": { "@s/c": "1.0.0" }, "peerDependencies": { "p": "*" }, "optionalPeers": ["p"], "bin": { "a": "bin/a" } }, "sha512-aaaa"],

    "b": ["b@7.0.0", "", { "dependencies": { "x": "2" }, "bin": "cli.js" }, "sha512-bbbb"],

    "mine": ["mine@file:local/lib", {}],

    "odd": ["real@3.0.1", "", {}, "sha512-oooo"],

    "x": ["x@1.0.0", "", {}, "sha512-x1x1"],

    "b/x": ["x@2.0.0", "", {}, "sha512-x2x2"],
  }
}
"#;

fn project(sandbox: &Sandbox) -> Project {
    Project::read(&sandbox.path("")).expect("read")
}

#[test]
fn a_lock_file_of_bun_comes_out_as_it_went_in() {
    let sandbox = Sandbox::new(
        Memory::default(),
        &json!({"name": "p2", "devDependencies": {"b": "^7"},
            "dependencies": {"odd": "npm:real@^3", "a": "^1.0.0", "mine": "file:./local/lib"}}),
    );
    let project = project(&sandbox);
    let folder = project.folder().to_owned();
    let locked = bun::parse(BUN, &folder).expect("read");
    assert_eq!(locked.packages.len(), 7);
    let mut tree = Tree::new(project.package(), &folder, Overrides::default());
    graft(&mut tree, &locked);
    assert_eq!(bun::write(&project, &tree, Some(&locked)), BUN);
    assert!(
        tree.resolve(ROOT, "odd")
            .is_some_and(|id| tree.node(id).package.name == "real")
    );
}

#[test]
fn comments_do_not_hurt() {
    let text = BUN.replace("\"packages\": {", "/* here */ \"packages\": { // those");
    assert_eq!(
        bun::parse(&text, Path::new("/p"))
            .expect("read")
            .packages
            .len(),
        7
    );
}

#[test]
fn a_lock_file_of_npm_comes_out_as_it_went_in() {
    let text = include_str!("../../testdata/package-lock.json");
    let manifest = include_str!("../../testdata/package.json");
    let sandbox = Sandbox::new(Memory::default(), &json!({}));
    sandbox.write("package.json", manifest);
    let project = project(&sandbox);
    let locked = npm::parse(text, project.folder()).expect("read");
    let mut tree = Tree::new(project.package(), project.folder(), Overrides::default());
    graft(&mut tree, &locked);
    let written = npm::write(&project, &tree);
    for (line, (found, expected)) in written.lines().zip(text.lines()).enumerate() {
        assert_eq!(found, expected, "line {}", line + 1);
    }
    assert_eq!(written.len(), text.len());
}

#[test]
fn entries_that_lead_elsewhere_are_refused() {
    let bun_with = |key: &str| {
        format!(
            "{{\"lockfileVersion\": 1, \"packages\": {{\"{key}\": [\"a@1.0.0\", \"\", {{}}, \"\"]}}}}"
        )
    };
    for key in ["..", "../a", "a/..", "/a", "", "a//b", ".bin", "a/../../b"] {
        assert!(
            bun::parse(&bun_with(key), Path::new("/p")).is_err(),
            "{key:?}"
        );
        let npm = format!(
            "{{\"lockfileVersion\": 3, \"packages\": {{\"node_modules/{key}\": {{\"version\": \"1.0.0\"}}}}}}"
        );
        assert!(npm::parse(&npm, Path::new("/p")).is_err(), "{key:?}");
    }
    let names = r#"{"lockfileVersion": 1, "packages": {"a": ["../b@1.0.0", "", {}, ""], "c": ["c@../1", "", {}, ""]}}"#;
    assert!(
        bun::parse(names, Path::new("/p"))
            .expect("read")
            .packages
            .is_empty()
    );
}

#[test]
fn unknown_versions_are_not_guessed_at() {
    for text in ["{}", "[]", "{\"lockfileVersion\": 3}", "{"] {
        assert!(bun::parse(text, Path::new("/p")).is_err(), "{text}");
    }
    for text in [
        "{\"lockfileVersion\": 1, \"dependencies\": {}}",
        "{\"lockfileVersion\": 4, \"packages\": {}}",
    ] {
        assert!(npm::parse(text, Path::new("/p")).is_err(), "{text}");
    }
}

#[test]
fn one_that_cannot_be_read_is_replaced_or_refused() {
    let mut registry = Memory::default();
    registry.publish("a@1.0.0", &json!({}), &[]);
    let mut sandbox = Sandbox::new(registry, &json!({"dependencies": {"a": "1"}}));
    sandbox.write("bun.lock", "nonsense");
    sandbox.options.frozen = true;
    assert!(matches!(sandbox.install(), Err(Error::Lock { .. })));
    sandbox.options.frozen = false;
    let report = sandbox.install().expect("installed");
    assert!(matches!(report.warnings[..], [Warning::LockIgnored { .. }]));
    assert!(sandbox.read("bun.lock").contains("a@1.0.0"));
}

#[test]
fn paths_are_relative_to_the_project() {
    let relative = |at: &str| relative(Path::new("/p/q"), Path::new(at));
    assert_eq!(relative("/p/q/local/lib"), "local/lib");
    assert_eq!(relative("/p/x"), "../x");
    assert_eq!(relative("/p/q"), ".");
    assert_eq!(relative("/x/../y"), "../../y");
}

proptest! {
    #[test]
    fn no_text_panics(
        text in "\\PC*",
        key in "[a-z@/.]{0,12}",
        entry in "[\\[\\]{}\",:a-z0-9@. ]{0,40}",
    ) {
        let folder = Path::new("/p");
        for text in [text,
            format!("{{\"lockfileVersion\": 1, \"packages\": {{\"{key}\": {entry}}}}}"),
            format!("{{\"lockfileVersion\": 3, \"packages\": {{\"node_modules/{key}\": {entry}}}}}")]
        {
            for style in [Style::Bun, Style::Npm] {
                if let Ok(locked) = parse(&text, folder, style) {
                    let project = Project::empty(folder);
                    let mut tree = Tree::new(project.package(), folder, Overrides::default());
                    graft(&mut tree, &locked);
                    let _: String = bun::write(&project, &tree, Some(&locked));
                    let _: String = npm::write(&project, &tree);
                }
            }
            prop_assert!(parse("", folder, Style::Bun).is_err());
        }
    }
}
