//! `belljar runtime`: the catalogue and the installation.

use serde_json::Value;

use super::{Ran, install};
use crate::support::{PYTHON, belljar, data_dir};

fn listed(cache: Option<&std::path::Path>) -> Value {
    let mut command = belljar();
    if let Some(cache) = cache {
        command.env("BELLJAR_CACHE", cache);
    }
    let ran = Ran::from(
        command
            .args(["runtime", "list", "--json"])
            .output()
            .unwrap(),
    );
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    let all: Value = serde_json::from_str(&ran.stdout).unwrap();
    all.as_array()
        .unwrap()
        .iter()
        .find(|one| one["name"] == PYTHON)
        .unwrap()
        .clone()
}

#[test]
fn an_installed_runtime_is_listed_as_such() {
    install();
    let python = listed(None);
    assert_eq!(python["installed"], true, "{python}");
    assert!(
        python["id"].as_str().unwrap().starts_with("srt_"),
        "{python}"
    );
    let ran = Ran::from(belljar().args(["runtime", "list"]).output().unwrap());
    let line = ran
        .stdout
        .lines()
        .find(|line| line.starts_with(PYTHON))
        .unwrap();
    assert!(line.contains("yes"), "{line}");
}

#[test]
fn installation_shows_its_stages_once_and_removal_undoes_it() {
    // A cache of its own: the only test that pays for an installation.
    let cache = data_dir();
    let run = |args: &[&str]| {
        Ran::from(
            belljar()
                .env("BELLJAR_CACHE", cache.path())
                .args(args)
                .output()
                .unwrap(),
        )
    };
    assert_eq!(listed(Some(cache.path()))["installed"], false);

    let ran = run(&["runtime", "install", PYTHON]);
    ran.expect(0, "");
    for stage in ["[1/", "[2/", "[3/", "[4/4]", "installed python:3.14 in"] {
        assert_eq!(
            ran.stderr.matches(stage).count(),
            1,
            "{stage}: {}",
            ran.stderr
        );
    }
    assert_eq!(listed(Some(cache.path()))["installed"], true);

    let again = run(&["runtime", "install", "--json", PYTHON]);
    let said: Value = serde_json::from_str(&again.stdout).unwrap();
    assert_eq!(said["wasInstalled"], true, "{said}");

    run(&["runtime", "remove", PYTHON]).expect(0, "");
    assert_eq!(listed(Some(cache.path()))["installed"], false);
    let ran = run(&["runtime", "remove", PYTHON]);
    ran.expect(0, "");
    assert!(ran.stderr.contains("was not installed"), "{ran:#?}");
}
