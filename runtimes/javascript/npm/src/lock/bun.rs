//! `bun.lock`.
//!
//! A list of what lies where: keys are the names on the way to a package, values are arrays of the
//! package's name and version, where it came from, what it needs, and its digest. Version 1 is
//! written, which every Bun with text lock files reads; of version 2, which adds who has install
//! scripts, the number is kept.

use super::{Locked, jsonc, path_of, relative, valid_path};
use crate::name;
use crate::package::{Bins, Dependencies, Package, Source};
use crate::project::Project;
use crate::spec::split_at_version;
use crate::tree::{ROOT, Tree, normal};
use serde_json::{Map, Value, json};
use std::fmt::Write as _;
use std::path::Path;

const VERSION: u64 = 1;
const NEWEST_VERSION: u64 = 2;

pub(super) fn parse(text: &str, folder: &Path) -> Result<Locked, String> {
    let document: Value =
        serde_json::from_str(&jsonc::plain(text)).map_err(|error| error.to_string())?;
    let version = document
        .get("lockfileVersion")
        .and_then(Value::as_u64)
        .ok_or("it has no lockfileVersion")?;
    if version > NEWEST_VERSION {
        return Err(format!("lockfileVersion {version} is not known"));
    }
    let mut locked = Locked {
        version: Some(version),
        config_version: document.get("configVersion").and_then(Value::as_u64),
        ..Locked::default()
    };
    if let Some(root) = document.get("workspaces").and_then(|all| all.get("")) {
        for group in crate::project::Group::ALL {
            let Some(Value::Object(list)) = root.get(group.key()) else {
                continue;
            };
            for (name, spec) in list {
                if let Some(spec) = spec.as_str() {
                    let key = (group.key().to_owned(), name.clone());
                    locked.wanted.insert(key, spec.to_owned());
                }
            }
        }
    }
    let Some(Value::Object(packages)) = document.get("packages") else {
        return Ok(locked);
    };
    for (key, entry) in packages {
        let path = name::split_path(key)
            .and_then(valid_path)
            .ok_or_else(|| format!("{key:?} is no path of packages"))?;
        let entry = entry
            .as_array()
            .ok_or_else(|| format!("the entry of {key:?} is no array"))?;
        // Kinds that are not installed here are asked for again, and refused then.
        if let Some(package) = read_entry(entry, folder) {
            locked.packages.insert(path, package);
        }
    }
    Ok(locked)
}

fn read_entry(entry: &[Value], folder: &Path) -> Option<Package> {
    let (name, at) = split_at_version(entry.first()?.as_str()?);
    let at = at?;
    if !name::is_valid(name) {
        return None;
    }
    let local = |path: &str| normal(&folder.join(path));
    let (source, version, rest) = if let Some(path) = at.strip_prefix("link:") {
        (
            Source::Link(path.to_owned(), local(path)),
            "",
            entry.get(1..)?,
        )
    } else if let Some(address) = entry.get(1).and_then(Value::as_str) {
        crate::semver::Version::parse(at)?;
        let address = (!address.is_empty()).then(|| address.to_owned());
        // An address without a tarball is that of a registry, which is the host's to choose.
        let address = address.filter(|address| address.ends_with(".tgz"));
        (Source::Registry(address), at, entry.get(2..)?)
    } else {
        let path = at.strip_prefix("file:").unwrap_or(at);
        let kind = match crate::spec::Spec::parse(&format!("file:{path}")) {
            _ if path.contains("://") || path.contains(':') => return None,
            crate::spec::Spec::Tarball(_) => Source::Tarball(path.to_owned(), local(path)),
            _ => Source::Folder(path.to_owned(), local(path)),
        };
        (kind, "", entry.get(1..)?)
    };
    let info = rest.first().cloned().unwrap_or_else(|| json!({}));
    let mut package = Package::from_manifest(&info)?;
    package.name = name.to_owned();
    package.version = version.to_owned();
    package.source = source;
    package.optional_peers = match info.get("optionalPeers") {
        Some(Value::Array(all)) => all
            .iter()
            .filter_map(|peer| Some(peer.as_str()?.to_owned()))
            .collect(),
        _ => Vec::new(),
    };
    if let Some(folder) = info.get("binDir").and_then(Value::as_str) {
        package.bins = Bins::Folder(folder.to_owned());
    }
    package.integrity = rest.get(1).and_then(Value::as_str).map(str::to_owned);
    // What the tarball of another brings along has no place of its own.
    if info.get("bundled") == Some(&Value::Bool(true)) {
        return None;
    }
    Some(package)
}

pub(super) fn write(project: &Project, tree: &Tree, before: Option<&Locked>) -> String {
    let version = before.and_then(|before| before.version).unwrap_or(VERSION);
    let config = before.map_or(Some(1), |before| before.config_version);
    let mut out = format!("{{\n  \"lockfileVersion\": {version},\n");
    if let Some(config) = config {
        line(&mut out, format_args!("  \"configVersion\": {config},"));
    }
    out.push_str("  \"workspaces\": {\n    \"\": {\n");
    if let Some(Value::String(name)) = project.field("name") {
        line(&mut out, format_args!("      \"name\": {},", quoted(name)));
    }
    let root = &tree.node(ROOT).package;
    for (group, list) in [
        ("dependencies", &root.dependencies),
        ("devDependencies", &root.dev_dependencies),
        ("optionalDependencies", &root.optional_dependencies),
        ("peerDependencies", &root.peer_dependencies),
    ] {
        block(&mut out, "      ", group, list);
    }
    if !root.optional_peers.is_empty() {
        line(&mut out, format_args!("      \"optionalPeers\": ["));
        for peer in &root.optional_peers {
            line(&mut out, format_args!("        {},", quoted(peer)));
        }
        line(&mut out, format_args!("      ],"));
    }
    out.push_str("    },\n  },\n");
    if let Some(Value::Object(overrides)) = project.field("overrides") {
        let plain: Dependencies = overrides
            .iter()
            .filter_map(|(name, to)| Some((name.clone(), to.as_str()?.to_owned())))
            .collect();
        block(&mut out, "  ", "overrides", &plain);
    }
    out.push_str("  \"packages\": {");
    let mut ids = tree.sorted();
    ids.sort_by_cached_key(|id| {
        let path = path_of(tree, *id);
        (path.len(), path)
    });
    for (index, id) in ids.into_iter().enumerate() {
        out.push_str(if index == 0 { "\n" } else { "\n\n" });
        let key = path_of(tree, id).join("/");
        let entry = entry(project, &tree.node(id).package, version);
        let _: std::fmt::Result = write!(out, "    {}: {},", quoted(&key), inline(&entry));
    }
    out.push_str("\n  }\n}\n");
    out
}

fn entry(project: &Project, package: &Package, version: u64) -> Value {
    let name = &package.name;
    let info = info(package, version);
    match &package.source {
        Source::Registry(_) => json!([
            format!("{name}@{}", package.version),
            "",
            info,
            package.integrity.clone().unwrap_or_default(),
        ]),
        Source::Folder(_, at) => {
            json!([
                format!("{name}@file:{}", relative(project.folder(), at)),
                info
            ])
        }
        Source::Link(_, at) => {
            json!(
                [format!("{name}@link:{}", relative(project.folder(), at)), {
                }]
            )
        }
        Source::Tarball(_, at) => json!([
            format!("{name}@{}", relative(project.folder(), at)),
            info,
            package.integrity.clone().unwrap_or_default(),
        ]),
    }
}

fn info(package: &Package, version: u64) -> Value {
    let mut info = Map::new();
    let mut peers = package.all_peers();
    peers.sort_keys();
    for (group, list) in [
        ("dependencies", &package.dependencies),
        ("optionalDependencies", &package.optional_dependencies),
        ("peerDependencies", &peers),
    ] {
        if !list.is_empty() {
            let mut list = list.clone();
            list.sort_keys();
            info.insert(group.to_owned(), json!(list));
        }
    }
    let mut optional = package.optional_peers.clone();
    optional.sort();
    if !optional.is_empty() {
        info.insert("optionalPeers".to_owned(), json!(optional));
    }
    if !package.bundled.is_empty() {
        info.insert("bundleDependencies".to_owned(), json!(package.bundled));
    }
    for (key, list) in [
        ("os", &package.os),
        ("cpu", &package.cpu),
        ("libc", &package.libc),
    ] {
        match list.as_slice() {
            [] => {}
            [one] => {
                info.insert(key.to_owned(), json!(one));
            }
            all => {
                info.insert(key.to_owned(), json!(all));
            }
        }
    }
    match &package.bins {
        Bins::None => {}
        Bins::Single(file) => {
            info.insert("bin".to_owned(), json!(file));
        }
        Bins::Named(all) => {
            info.insert("bin".to_owned(), json!(all));
        }
        Bins::Folder(folder) => {
            info.insert("binDir".to_owned(), json!(folder));
        }
    }
    if package.has_install_script && version > 1 {
        info.insert("hasInstallScript".to_owned(), json!(true));
    }
    Value::Object(info)
}

fn line(out: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing into a String cannot fail.
    let _: std::fmt::Result = writeln!(out, "{text}");
}

fn block(out: &mut String, indent: &str, key: &str, list: &Dependencies) {
    if list.is_empty() {
        return;
    }
    line(out, format_args!("{indent}{}: {{", quoted(key)));
    let mut sorted: Vec<_> = list.iter().collect();
    sorted.sort();
    for (name, spec) in sorted {
        line(
            out,
            format_args!("{indent}  {}: {},", quoted(name), quoted(spec)),
        );
    }
    line(out, format_args!("{indent}}},"));
}

fn quoted(text: &str) -> String {
    Value::String(text.to_owned()).to_string()
}

/// One line of JSON with the blanks that Bun puts into it.
fn inline(value: &Value) -> String {
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            let fields: Vec<String> = fields
                .iter()
                .map(|(key, value)| format!("{}: {}", quoted(key), inline(value)))
                .collect();
            format!("{{ {} }}", fields.join(", "))
        }
        Value::Array(all) => {
            let all: Vec<String> = all.iter().map(inline).collect();
            format!("[{}]", all.join(", "))
        }
        other => other.to_string(),
    }
}
