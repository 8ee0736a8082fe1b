//! `package-lock.json`, version 3 (version 2 says the same, and more).

use super::{Locked, relative, valid_path};
use crate::graph;
use crate::name;
use crate::package::{Bins, Dependencies, Package, Source};
use crate::project::{Group, Project};
use crate::tree::{Id, Tree, normal};
use serde_json::{Map, Value, json};
use std::path::Path;

pub(super) fn parse(text: &str, folder: &Path) -> Result<Locked, String> {
    let body = text.trim_start_matches('\u{feff}');
    let document: Value = serde_json::from_str(body).map_err(|error| error.to_string())?;
    let version = document.get("lockfileVersion").and_then(Value::as_u64);
    let Some(Value::Object(packages)) = document.get("packages") else {
        return Err(format!(
            "lockfileVersion {} is not read, only 2 and 3",
            version.unwrap_or(1)
        ));
    };
    if version.is_some_and(|version| version > 3) {
        return Err(format!(
            "lockfileVersion {} is not known",
            version.unwrap_or(0)
        ));
    }
    let mut locked = Locked {
        version,
        ..Locked::default()
    };
    for (key, entry) in packages {
        if key.is_empty() {
            for group in Group::ALL {
                if let Some(Value::Object(list)) = entry.get(group.key()) {
                    for (name, spec) in list {
                        if let Some(spec) = spec.as_str() {
                            let key = (group.key().to_owned(), name.clone());
                            locked.wanted.insert(key, spec.to_owned());
                        }
                    }
                }
            }
            continue;
        }
        // Folders of workspaces and of links are no packages of node_modules.
        if !key.starts_with("node_modules/") {
            continue;
        }
        let path = split(key)
            .and_then(valid_path)
            .ok_or_else(|| format!("{key:?} is no place of a package"))?;
        if let Some(package) = read_entry(&path, entry, folder) {
            locked.packages.insert(path, package);
        }
    }
    Ok(locked)
}

fn split(key: &str) -> Option<Vec<&str>> {
    let mut names = Vec::new();
    for part in key.split("/node_modules/") {
        let name = part.strip_prefix("node_modules/").unwrap_or(part);
        names.push(name);
    }
    names
        .iter()
        .all(|name| name::is_valid(name))
        .then_some(names)
}

fn read_entry(path: &[String], entry: &Value, folder: &Path) -> Option<Package> {
    let is = |key: &str| entry.get(key) == Some(&Value::Bool(true));
    // A link is read from the folder it leads to, and what is bundled comes with its package.
    if is("link") || is("inBundle") || is("extraneous") {
        return None;
    }
    let mut package = Package::from_manifest(entry)?;
    if package.name.is_empty() {
        package.name.clone_from(path.last()?);
    }
    if !name::is_valid(&package.name) {
        return None;
    }
    let text = |key: &str| entry.get(key).and_then(Value::as_str);
    package.integrity = text("integrity").map(str::to_owned);
    package.source = match text("resolved") {
        Some(resolved) => match resolved.strip_prefix("file:") {
            Some(path) => {
                let at = normal(&folder.join(path));
                match crate::spec::Spec::parse(resolved) {
                    crate::spec::Spec::Tarball(_) => Source::Tarball(path.to_owned(), at),
                    _ => Source::Folder(path.to_owned(), at),
                }
            }
            None if resolved.starts_with("git") => return None,
            None => Source::Registry(Some(resolved.to_owned())),
        },
        None => Source::Registry(None),
    };
    if matches!(package.source, Source::Registry(_)) {
        package.parsed_version()?;
    }
    Some(package)
}

pub(super) fn write(project: &Project, tree: &Tree) -> String {
    let mut packages = Map::new();
    packages.insert(String::new(), nice(root(project)));
    entries(project, tree, &[], &mut packages);
    finish(project, packages)
}

pub(super) fn write_hidden(project: &Project, tree: &Tree, skip: &[bool]) -> String {
    let mut packages = Map::new();
    entries(project, tree, skip, &mut packages);
    finish(project, packages)
}

fn finish(project: &Project, packages: Map<String, Value>) -> String {
    let mut document = Map::new();
    let name = match project.field("name") {
        Some(Value::String(name)) => name.clone(),
        _ => project
            .folder()
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default(),
    };
    document.insert("name".to_owned(), json!(name));
    if let Some(version @ Value::String(_)) = project.field("version") {
        document.insert("version".to_owned(), version.clone());
    }
    document.insert("lockfileVersion".to_owned(), json!(3));
    document.insert("requires".to_owned(), json!(true));
    document.insert("packages".to_owned(), Value::Object(packages));
    project.pretty(&Value::Object(document))
}

fn entries(project: &Project, tree: &Tree, skip: &[bool], packages: &mut Map<String, Value>) {
    let flags = graph::flags(tree);
    for id in tree.sorted() {
        if skip.get(id) == Some(&true) {
            continue;
        }
        let flags = flags.get(id).copied().unwrap_or_default();
        let key = tree.location(id);
        packages.insert(key, nice(entry(project, tree, id, flags)));
    }
}

fn entry(project: &Project, tree: &Tree, id: Id, flags: graph::Flags) -> Map<String, Value> {
    let node = tree.node(id);
    let package = &node.package;
    let mut entry = Map::new();
    let mut put = |key: &str, value: Value| {
        entry.insert(key.to_owned(), value);
    };
    if package.name != node.name {
        put("name", json!(package.name));
    }
    if !package.version.is_empty() {
        put("version", json!(package.version));
    }
    let file = |at: &Path| json!(format!("file:{}", relative(project.folder(), at)));
    match &package.source {
        Source::Registry(Some(address)) => put("resolved", json!(address)),
        Source::Registry(None) => {}
        Source::Folder(_, at) | Source::Tarball(_, at) => put("resolved", file(at)),
        Source::Link(_, at) => {
            put("resolved", json!(relative(project.folder(), at)));
            put("link", json!(true));
        }
    }
    if let Some(integrity) = &package.integrity {
        put("integrity", json!(integrity));
    }
    for (key, is) in [
        ("dev", flags.dev),
        ("optional", flags.optional),
        ("devOptional", flags.dev_optional),
        ("peer", flags.peer),
        ("hasInstallScript", package.has_install_script),
    ] {
        if is {
            put(key, json!(true));
        }
    }
    if let Some(why) = &package.deprecated {
        put("deprecated", json!(why));
    }
    for (key, value) in &package.notes {
        put(key, value.clone());
    }
    for (key, list) in [
        ("dependencies", &package.dependencies),
        ("optionalDependencies", &package.optional_dependencies),
        ("peerDependencies", &package.peer_dependencies),
    ] {
        if !list.is_empty() {
            put(key, object(list));
        }
    }
    if !package.optional_peers.is_empty() {
        let meta: Map<String, Value> = package
            .optional_peers
            .iter()
            .map(|peer| (peer.clone(), json!({"optional": true})))
            .collect();
        put("peerDependenciesMeta", Value::Object(nice_map(meta)));
    }
    if !package.bundled.is_empty() {
        put("bundleDependencies", json!(package.bundled));
    }
    for (key, list) in [
        ("os", &package.os),
        ("cpu", &package.cpu),
        ("libc", &package.libc),
    ] {
        if !list.is_empty() {
            put(key, json!(list));
        }
    }
    let programs: Dependencies = package.programs(&node.name).into_iter().collect();
    if !programs.is_empty() {
        put("bin", object(&programs));
    } else if let Bins::Folder(folder) = &package.bins {
        put("directories", json!({ "bin": folder }));
    }
    entry
}

fn object(list: &Dependencies) -> Value {
    let fields = list
        .iter()
        .map(|(name, spec)| (name.clone(), json!(spec)))
        .collect();
    Value::Object(nice_map(fields))
}

/// What the lock file repeats of package.json.
fn root(project: &Project) -> Map<String, Value> {
    let package = project.package();
    let mut entry = Map::new();
    for key in [
        "name",
        "version",
        "license",
        "engines",
        "os",
        "cpu",
        "workspaces",
        "peerDependenciesMeta",
    ] {
        match project.field(key) {
            None | Some(Value::Null) => {}
            Some(value) => {
                entry.insert(key.to_owned(), value.clone());
            }
        }
    }
    for group in Group::ALL {
        if let Some(Value::Object(list)) = project.field(group.key())
            && !list.is_empty()
        {
            entry.insert(
                group.key().to_owned(),
                Value::Object(nice_map(list.clone())),
            );
        }
    }
    if package.has_install_script {
        entry.insert("hasInstallScript".to_owned(), json!(true));
    }
    let programs: Dependencies = package.programs(&package.name).into_iter().collect();
    if !programs.is_empty() {
        entry.insert("bin".to_owned(), object(&programs));
    }
    entry
}

/// The order in which npm writes the fields of an object: objects last, and in each half
/// some names before all others.
fn nice(entry: Map<String, Value>) -> Value {
    Value::Object(nice_map(entry))
}

fn nice_map(entry: Map<String, Value>) -> Map<String, Value> {
    const FIRST: [&str; 7] = [
        "name",
        "version",
        "lockfileVersion",
        "resolved",
        "integrity",
        "requires",
        "dependencies",
    ];
    let mut fields: Vec<_> = entry.into_iter().collect();
    fields.sort_by_cached_key(|(key, value)| {
        let place = FIRST.iter().position(|first| first == key);
        (
            value.is_object(),
            place.unwrap_or(FIRST.len()),
            name::sort_key(key),
        )
    });
    fields
        .into_iter()
        .map(|(key, value)| match value {
            Value::Object(inner) if key != "packages" => (key, nice(inner)),
            other => (key, other),
        })
        .collect()
}
