//! Makes node_modules what a tree says.
//!
//! What is missing is fetched, checked and unpacked into a folder of its own first. Only when all of
//! it is there are packages moved to their places, so that a failure or an interruption leaves every
//! package as it was or as it should be, and none half.

pub(crate) mod bins;
mod copy;
mod remove;
mod stage;
#[cfg(test)]
mod tests;

use crate::archive::Limits;
use crate::error::{At as _, Error};
use crate::graph;
use crate::lock::{Found, Style, path_of};
use crate::package::{Package, Source, install_scripts};
use crate::platform::Platform;
use crate::registry::{Registry, System};
use crate::report::{Blocked, Change, Report, Warning};
use crate::tree::{Id, ROOT, Tree};
use serde_json::Value;
use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;

pub(crate) use remove::remove_any;
use remove::remove_unwanted;

/// Where packages are unpacked. What an interrupted installation left there is removed.
const STAGING: &str = ".belljar-staging";

/// Which dependencies are not installed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Omit {
    /// Those for development.
    pub dev: bool,
    /// Those that are optional.
    pub optional: bool,
    /// Peers.
    pub peer: bool,
}

/// What an installation goes by.
pub(crate) struct Context<'a> {
    pub(crate) registry: &'a dyn Registry,
    pub(crate) system: &'a dyn System,
    pub(crate) folder: &'a Path,
    pub(crate) style: Style,
    pub(crate) platform: &'a Platform,
    pub(crate) node_version: Option<&'a str>,
    pub(crate) omit: Omit,
    pub(crate) concurrency: usize,
    pub(crate) limits: Limits,
    /// Installs what is there as well.
    pub(crate) force: bool,
}

impl Context<'_> {
    pub(crate) fn place(&self, tree: &Tree, id: Id) -> PathBuf {
        self.folder.join(tree.location(id))
    }

    fn modules(&self) -> PathBuf {
        self.folder.join("node_modules")
    }
}

/// Whether each node is left out: for other platforms, or not wanted.
pub(crate) fn skipped(context: &Context<'_>, tree: &Tree) -> Result<Vec<bool>, Error> {
    let flags = graph::flags(tree);
    let mut skip = vec![false; tree.len()];
    let set = |skip: &mut Vec<bool>, id: Id| {
        if let Some(mark) = skip.get_mut(id) {
            *mark = true;
        }
    };
    for id in tree.sorted() {
        let flags = flags.get(id).copied().unwrap_or_default();
        let Omit {
            dev,
            optional,
            peer,
        } = context.omit;
        let omitted = (flags.dev && dev)
            || (flags.optional && optional)
            || (flags.dev_optional && dev && optional)
            || (flags.peer && peer);
        let package = &tree.node(id).package;
        if omitted {
            set(&mut skip, id);
        } else if !context
            .platform
            .admits(&package.os, &package.cpu, &package.libc)
        {
            let Some(lost) = graph::optional_set(tree, id) else {
                return Err(wrong_platform(context, tree, id));
            };
            for id in lost {
                set(&mut skip, id);
            }
        }
    }
    // What only those need that are left out is left out, too, and what lies below them.
    let left_out = |id: Id| skip.get(id) == Some(&true);
    let reachable = tree.reachable(|from, edge| {
        !left_out(from) && tree.target(from, edge).is_none_or(|to| !left_out(to))
    });
    Ok(reachable.into_iter().map(|reached| !reached).collect())
}

fn wrong_platform(context: &Context<'_>, tree: &Tree, id: Id) -> Error {
    let package = &tree.node(id).package;
    let wanted = [
        ("os", &package.os),
        ("cpu", &package.cpu),
        ("libc", &package.libc),
    ]
    .iter()
    .filter(|(_, list)| !list.is_empty())
    .map(|(key, list)| format!("{key} {}", list.join(", ")))
    .collect::<Vec<_>>()
    .join("; ");
    let by = tree
        .dependents(id)
        .first()
        .map(|(from, _)| tree.label(*from));
    Error::Platform {
        package: package.label(),
        platform: context.platform.to_string(),
        wanted,
        by: by.unwrap_or_default(),
    }
}

/// Installs, removes and links; notes what it did in the report.
pub(crate) async fn apply(
    context: &Context<'_>,
    tree: &mut Tree,
    skip: &mut [bool],
    found: Option<&Found>,
    report: &mut Report,
) -> Result<(), Error> {
    let staging = context.modules().join(STAGING);
    remove_any(&staging)?;
    let outcome = replace(context, tree, skip, found, report, &staging).await;
    // The first error is the one to tell.
    let cleaned = remove_any(&staging);
    outcome?;
    cleaned?;
    remove_unwanted(context, tree, skip, found, report)?;
    bins::link_all(context, tree, skip)?;
    let modules = context.modules();
    if fs::read_dir(&modules).is_ok_and(|mut entries| entries.next().is_none()) {
        fs::remove_dir(&modules).at("removing", &modules)?;
    }
    Ok(())
}

async fn replace(
    context: &Context<'_>,
    tree: &mut Tree,
    skip: &mut [bool],
    found: Option<&Found>,
    report: &mut Report,
    staging: &Path,
) -> Result<(), Error> {
    let mut previous: HashMap<Id, Option<String>> = HashMap::new();
    let mut wanted = Vec::new();
    for id in tree.sorted() {
        if skip.get(id) == Some(&true) {
            report.skipped += 1;
            continue;
        }
        let renewed = tree
            .node(id)
            .parent
            .is_some_and(|parent| previous.contains_key(&parent));
        let there = installed(&context.place(tree, id));
        if !renewed && !context.force && is_right(context, tree, id, there.as_ref(), found) {
            report.unchanged += 1;
            continue;
        }
        // The same once more (forced, or damaged) is no change of version.
        let other = there
            .map(|there| there.version)
            .filter(|version| *version != tree.node(id).package.version);
        previous.insert(id, other);
        wanted.push(id);
    }
    if wanted.is_empty() {
        return Ok(());
    }
    fs::create_dir_all(staging).at("creating", staging)?;
    let staged = stage::all(context, tree, skip, &wanted, staging, report).await?;
    for (id, integrity) in &staged.digests {
        tree.set_integrity(*id, integrity);
    }
    // A package's place is inside that of its parent, so parents come first.
    let mut ready: Vec<(Id, PathBuf)> = staged.folders.into_iter().collect();
    ready.sort_by_key(|(id, _)| (tree.depth(*id), *id));
    for (count, (id, from)) in ready.iter().enumerate() {
        if skip.get(*id) == Some(&true) {
            continue;
        }
        let place = context.place(tree, *id);
        if let Some(parent) = place.parent() {
            fs::create_dir_all(parent).at("creating", parent)?;
        }
        if fs::symlink_metadata(&place).is_ok() {
            let aside = staging.join(format!("old-{count}"));
            fs::rename(&place, &aside).at("replacing", &place)?;
        }
        fs::rename(from, &place).at("installing", &place)?;
        let change = change(context, tree, *id, previous.get(id).cloned().flatten());
        note(context, &tree.node(*id).package, &place, report);
        if change.previous.is_some() {
            report.updated.push(change);
        } else {
            report.added.push(change);
        }
    }
    let order = |change: &Change| crate::name::sort_key(&change.location);
    report.added.sort_by_cached_key(order);
    report.updated.sort_by_cached_key(order);
    Ok(())
}

/// What there is to tell about a package that was just installed.
fn note(context: &Context<'_>, package: &Package, place: &Path, report: &mut Report) {
    let label = package.label();
    if let Some(message) = &package.deprecated {
        report.warnings.push(Warning::Deprecated {
            package: label.clone(),
            message: message.clone(),
        });
    }
    if let (Some(found), Some(wanted)) = (
        context.node_version,
        package
            .notes
            .get("engines")
            .and_then(|engines| engines.get("node"))
            .and_then(Value::as_str),
    ) {
        let version = crate::semver::Version::parse(found);
        let range = crate::semver::Range::parse(wanted);
        if let (Some(version), Some(range)) = (version, range)
            && !range.matches(&version)
        {
            report.warnings.push(Warning::Engine {
                package: label.clone(),
                wanted: wanted.to_owned(),
                found: found.to_owned(),
            });
        }
    }
    if matches!(package.source, Source::Link(..)) {
        return;
    }
    let document = read_manifest(place).unwrap_or(Value::Null);
    let mut scripts = install_scripts(&document);
    // npm and Bun take this file for a script.
    let builds = !scripts.iter().any(|name| name != "postinstall")
        && document.get("gypfile") != Some(&Value::Bool(false))
        && place.join("binding.gyp").exists();
    if builds {
        scripts.insert(0, "install".to_owned());
    }
    if !scripts.is_empty() {
        report.blocked.push(Blocked {
            package: label,
            scripts,
        });
    }
}

/// What lies in a folder of node_modules.
struct Installed {
    name: String,
    version: String,
    is_link: bool,
}

pub(crate) fn read_manifest(folder: &Path) -> Option<Value> {
    serde_json::from_slice(&fs::read(folder.join("package.json")).ok()?).ok()
}

fn installed(place: &Path) -> Option<Installed> {
    let about = fs::symlink_metadata(place).ok()?;
    let document = read_manifest(place)?;
    let text = |key: &str| {
        document
            .get(key)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    Some(Installed {
        name: text("name"),
        version: text("version"),
        is_link: about.is_symlink(),
    })
}

/// Whether a place has what it should have.
fn is_right(
    context: &Context<'_>,
    tree: &Tree,
    id: Id,
    there: Option<&Installed>,
    found: Option<&Found>,
) -> bool {
    let package = &tree.node(id).package;
    let place = context.place(tree, id);
    if let Source::Link(_, at) = &package.source {
        return fs::read_link(&place).is_ok_and(|to| to == stage::link_text(&place, at));
    }
    let Some(there) = there else { return false };
    let same = !there.is_link && there.name == package.name && there.version == package.version;
    match &package.source {
        Source::Registry(_) => {
            // Versions may be written in more ways than one.
            same || (!there.is_link
                && there.name == package.name
                && package.parsed_version().is_some()
                && package.parsed_version() == crate::semver::Version::parse(&there.version))
        }
        // A tarball may change under its name: what is there is that of the lock file.
        Source::Tarball(..) => {
            let before = found.and_then(|found| found.locked.packages.get(&path_of(tree, id)));
            there.name == package.name
                && !there.is_link
                && before.is_some_and(|before| {
                    matches!(before.source, Source::Tarball(..))
                        && before.integrity == package.integrity
                })
        }
        Source::Folder(_, at) => !there.is_link && copy::is_same(at, &place, context.limits),
        Source::Link(..) => false,
    }
}

fn change(context: &Context<'_>, tree: &Tree, id: Id, previous: Option<String>) -> Change {
    let node = tree.node(id);
    let package = &node.package;
    let version = match &package.source {
        Source::Registry(_) => package.version.clone(),
        Source::Folder(_, at) | Source::Tarball(_, at) | Source::Link(_, at) => {
            crate::lock::relative(context.folder, at)
        }
    };
    Change {
        name: node.name.clone(),
        package: package.name.clone(),
        version,
        previous,
        location: tree.location(id),
        direct: node.parent == Some(ROOT) && tree.edge(ROOT, &node.name).is_some(),
        latest: None,
        programs: bins::names(&node.package, &node.name, &context.place(tree, id)),
    }
}

/// What the project has under a name, as it is now.
pub(crate) fn current(context: &Context<'_>, tree: &Tree, name: &str) -> Option<Change> {
    let id = tree.resolve(ROOT, name)?;
    Some(change(context, tree, id, None))
}

/// A package with a digest that was not known before.
pub(crate) fn with_integrity(package: &Package, integrity: &str) -> Rc<Package> {
    Rc::new(Package {
        integrity: Some(integrity.to_owned()),
        ..package.clone()
    })
}
