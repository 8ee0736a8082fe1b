use crate::error::Error;
use crate::overrides::Overrides;
use crate::place::Rules;
use crate::project::Project;
use crate::resolve::Cache;
use crate::testing::{Here, Memory, Sandbox};
use crate::tree::Tree;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;

/// One project, the packages there are, and the tree that npm's own library makes of them: places and
/// versions, and in which sense each is needed.
#[derive(serde::Deserialize)]
struct Scenario {
    name: String,
    packages: BTreeMap<String, Value>,
    project: Value,
    tree: Option<Vec<String>>,
    error: Option<String>,
}

fn place_as_npm(scenario: &Scenario) -> Result<Vec<String>, Error> {
    let packages: Vec<(&str, Value)> = scenario
        .packages
        .iter()
        .map(|(label, fields)| (label.as_str(), fields.clone()))
        .collect();
    let (registry, system) = (Memory::new(&packages), Here::default());
    let folder = Path::new("/project");
    let mut project = Project::empty(folder);
    for (key, value) in scenario.project.as_object().expect("an object") {
        project.set_field(key, value.clone());
    }
    let tree = Tree::new(project.package(), folder, Overrides::read(&project)?);
    let rules = Rules {
        strict_peers: true,
        ..Rules::default()
    };
    let cache = Cache::new(&registry, &system, 4);
    let (tree, _) = futures::executor::block_on(cache.resolve(&tree, &rules))?;
    let flags = crate::graph::flags(&tree);
    let mut places: Vec<String> = tree
        .sorted()
        .into_iter()
        .map(|id| {
            let place = tree.location(id).replace("node_modules/", "");
            let mut text = format!("{place}@{}", tree.node(id).package.version);
            let flags = flags[id];
            for (is, name) in [
                (flags.dev, " dev"),
                (flags.optional, " optional"),
                (flags.dev_optional, " devOptional"),
                (flags.peer, " peer"),
            ] {
                if is {
                    text.push_str(name);
                }
            }
            text
        })
        .collect();
    places.sort();
    Ok(places)
}

#[test]
fn trees_are_those_of_npm() {
    let scenarios: Vec<Scenario> =
        serde_json::from_str(include_str!("../../testdata/trees.json")).expect("scenarios");
    let mut wrong = Vec::new();
    for scenario in &scenarios {
        let expected = scenario.tree.clone().ok_or_else(|| scenario.error.clone());
        let found = place_as_npm(scenario);
        let agrees = match (&found, &expected) {
            (Ok(found), Ok(expected)) => found == expected,
            (Err(_), Err(_)) => true,
            _ => false,
        };
        if !agrees {
            wrong.push(format!(
                "{}: {}\n  packages {}\n  expected {expected:?}\n  found    {found:?}",
                scenario.name,
                scenario.project,
                json!(scenario.packages),
            ));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {} differ:\n{}",
        wrong.len(),
        scenarios.len(),
        wrong.join("\n")
    );
}

fn deps(list: &[(&str, &str)]) -> Value {
    let list: serde_json::Map<String, Value> = list
        .iter()
        .map(|(name, spec)| ((*name).to_owned(), json!(spec)))
        .collect();
    json!({ "dependencies": list })
}

#[test]
fn peers_that_exclude_each_other_are_an_error_for_npm_and_a_warning_for_bun() {
    let packages = [
        ("dom@18.0.0", json!({"peerDependencies": {"react": "^18"}})),
        ("react@17.0.0", json!({})),
        ("react@18.0.0", json!({})),
    ];
    let project = deps(&[("dom", "18"), ("react", "17")]);
    let npm = Sandbox::new(Memory::new(&packages), &project).npm();
    assert!(matches!(npm.install(), Err(Error::PeerConflict { .. })));
    let bun = Sandbox::new(Memory::new(&packages), &project);
    let report = bun.install().expect("installed");
    assert_eq!(bun.installed(), ["dom@18.0.0", "react@17.0.0"]);
    assert_eq!(
        report
            .warnings
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>(),
        ["incorrect peer dependency \"react@17.0.0\" (dom@18.0.0 wants react@^18)"]
    );
}

#[test]
fn an_override_of_a_direct_dependency_is_refused_by_npm() {
    let packages = [
        ("a@1.0.0", deps(&[("x", "^1")])),
        ("b@1.0.0", deps(&[("x", "^1"), ("a", "1")])),
        ("x@1.0.0", json!({})),
        ("x@2.0.0", json!({})),
    ];
    let mut project = deps(&[("a", "1"), ("b", "1")]);
    project["overrides"] = json!({"a": "2"});
    let sandbox = Sandbox::new(Memory::new(&packages), &project).npm();
    assert!(matches!(
        sandbox.install(),
        Err(Error::OverrideConflict { .. })
    ));
}

#[test]
fn aliases_lie_under_their_own_names() {
    let packages = [
        ("a@1.0.0", deps(&[("x", "npm:y@1")])),
        ("x@1.0.0", json!({})),
        ("y@1.0.0", json!({})),
        ("y@2.0.0", json!({})),
    ];
    let sandbox = Sandbox::new(
        Memory::new(&packages),
        &deps(&[("a", "1"), ("x", "1"), ("y2", "npm:y@2")]),
    );
    sandbox.install().expect("installed");
    assert_eq!(
        sandbox.installed(),
        ["a/x@1.0.0", "a@1.0.0", "x@1.0.0", "y2@2.0.0"]
    );
}

#[test]
fn what_is_missing_says_who_wants_it() {
    let packages = [
        ("a@1.0.0", deps(&[("gone", "1")])),
        ("b@1.0.0", deps(&[("x", "^9")])),
        ("c@1.0.0", deps(&[("x", "git+ssh://h/x")])),
        ("x@1.0.0", json!({})),
    ];
    let error = |project: &Value| {
        Sandbox::new(Memory::new(&packages), project)
            .install()
            .expect_err("refused")
            .to_string()
    };
    assert_eq!(
        error(&deps(&[("a", "1")])),
        "package \"gone\" not found - 404 (required by a@1.0.0)"
    );
    assert_eq!(
        error(&deps(&[("b", "1")])),
        "No version matching \"^9\" found for specifier \"x\" (but package exists) (required by b@1.0.0)"
    );
    assert_eq!(
        error(&deps(&[("c", "1")])),
        "x@git+ssh://h/x failed to resolve: git dependencies are not supported (required by c@1.0.0)"
    );
    assert_eq!(
        error(&deps(&[("x", "nightly")])),
        "Package \"x\" with tag \"nightly\" not found, but package exists"
    );
}

#[test]
fn what_is_optional_is_left_out_with_all_that_needs_it() {
    let packages = [
        (
            "a@1.0.0",
            json!({"optionalDependencies": {"native": "1", "gone": "1"}}),
        ),
        ("native@1.0.0", deps(&[("helper", "9")])),
        ("helper@1.0.0", json!({})),
    ];
    let sandbox = Sandbox::new(Memory::new(&packages), &deps(&[("a", "1")]));
    let report = sandbox.install().expect("installed");
    assert_eq!(sandbox.installed(), ["a@1.0.0"]);
    assert_eq!(report.warnings.len(), 2, "{:?}", report.warnings);
}

#[test]
fn a_registry_that_invents_dependencies_is_stopped() {
    // Every version needs another one of the same name: none can be shared.
    let versions = 300;
    let packages: Vec<(String, Value)> = (0..versions)
        .map(|version| {
            (
                format!("a@{version}.0.0"),
                deps(&[("a", &(version + 1).to_string())]),
            )
        })
        .collect();
    let packages: Vec<(&str, Value)> = packages
        .iter()
        .map(|(label, fields)| (label.as_str(), fields.clone()))
        .collect();
    let sandbox = Sandbox::new(Memory::new(&packages), &deps(&[("a", "0")]));
    assert!(sandbox.install().is_err());
}
