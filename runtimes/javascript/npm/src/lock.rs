//! Lock files: what was installed, so that it is installed again.
//!
//! Two formats with the same contents: Bun's `bun.lock` and npm's `package-lock.json`. Either is read
//! where it is the only one; the one written is that of the command.

mod bun;
mod jsonc;
mod npm;
#[cfg(test)]
mod tests;

use crate::error::{At as _, Error};
use crate::name;
use crate::package::{Package, Source};
use crate::project::{Project, write_whole};
use crate::report::{LockChange, Warning};
use crate::tree::{Id, ROOT, Tree};
use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::Path;
use std::rc::Rc;

/// Deeper nesting than any tree has; a path of so many names fits no file system anyway.
const MAX_DEPTH: usize = 100;

/// A lock file larger than this is not one.
const MAX_LENGTH: u64 = 256 << 20;

/// Which command's files are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Style {
    /// `bun.lock`.
    #[default]
    Bun,
    /// `package-lock.json`.
    Npm,
}

impl Style {
    /// The name of the lock file.
    pub fn file(self) -> &'static str {
        match self {
            Self::Bun => "bun.lock",
            Self::Npm => "package-lock.json",
        }
    }

    fn other(self) -> Self {
        match self {
            Self::Bun => Self::Npm,
            Self::Npm => Self::Bun,
        }
    }
}

/// What a lock file says.
#[derive(Debug, Default)]
pub(crate) struct Locked {
    /// Packages by the names on the way to them.
    pub(crate) packages: BTreeMap<Vec<String>, Package>,
    /// What the project asked for, by group and name.
    pub(crate) wanted: Wanted,
    /// Numbers of the format, which are kept.
    pub(crate) version: Option<u64>,
    pub(crate) config_version: Option<u64>,
}

/// What a project asks for: specs by the group's key and the name.
pub(crate) type Wanted = BTreeMap<(String, String), String>;

/// A lock file that was read.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) locked: Locked,
    /// Whether it is the command's own.
    pub(crate) own: bool,
    text: String,
}

/// Reads the project's lock file. One that cannot be used is an error if the command depends on it,
/// or else a warning.
pub(crate) fn read(
    folder: &Path,
    style: Style,
    must: bool,
    warnings: &mut Vec<Warning>,
) -> Result<Option<Found>, Error> {
    for candidate in [style, style.other()] {
        let path = folder.join(candidate.file());
        match fs::metadata(&path) {
            Ok(about) if about.len() > MAX_LENGTH => {
                return Err(Error::Limit {
                    what: format!("bytes of {}", candidate.file()),
                    limit: MAX_LENGTH,
                });
            }
            Ok(_) => {}
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
            Err(error) => return Err(error).at("reading", &path),
        }
        let text = fs::read_to_string(&path).at("reading", &path)?;
        match parse(&text, folder, candidate) {
            Ok(locked) => {
                return Ok(Some(Found {
                    locked,
                    own: candidate == style,
                    text,
                }));
            }
            Err(reason) if must => return Err(Error::Lock { path, reason }),
            Err(reason) => warnings.push(Warning::LockIgnored {
                reason: format!("{}: {reason}", candidate.file()),
            }),
        }
    }
    if style == Style::Bun && folder.join("bun.lockb").exists() {
        warnings.push(Warning::LockIgnored {
            reason: "bun.lockb is not read; a bun.lock is written instead".to_owned(),
        });
    }
    Ok(None)
}

fn parse(text: &str, folder: &Path, style: Style) -> Result<Locked, String> {
    match style {
        Style::Bun => bun::parse(text, folder),
        Style::Npm => npm::parse(text, folder),
    }
}

/// Puts what is locked into a tree that has only the project. Entries without a parent are dropped.
pub(crate) fn graft(tree: &mut Tree, locked: &Locked) {
    let mut places: HashMap<&[String], Id> = HashMap::new();
    places.insert(&[], ROOT);
    let mut keys: Vec<_> = locked.packages.iter().collect();
    keys.sort_by_key(|(path, _)| path.len());
    for (path, package) in keys {
        let Some((name, above)) = path.split_last() else {
            continue;
        };
        if let Some(parent) = places.get(above) {
            let id = tree.add(*parent, name, Rc::new(refreshed(package)), ROOT);
            places.insert(path, id);
        }
    }
    tree.settle_requirers();
}

/// A package as it is now, if it is a folder: what its package.json says may have changed.
fn refreshed(package: &Package) -> Package {
    if let Source::Folder(path, at) = &package.source
        && let Ok(now) = crate::local::read(&crate::spec::Spec::Folder(path.clone()), at)
        && now.name == package.name
    {
        return now;
    }
    package.clone()
}

/// What a project asks for.
pub(crate) fn wanted(project: &Project) -> Wanted {
    let package = project.package();
    let groups = [
        ("dependencies", &package.dependencies),
        ("devDependencies", &package.dev_dependencies),
        ("optionalDependencies", &package.optional_dependencies),
        ("peerDependencies", &package.peer_dependencies),
    ];
    let mut wanted = Wanted::new();
    for (group, list) in groups {
        for (name, spec) in list {
            wanted.insert((group.to_owned(), name.clone()), spec.clone());
        }
    }
    wanted
}

/// What a frozen lock file would have to change: empty if nothing.
pub(crate) fn changes(found: &Found, project: &Project, tree: &Tree) -> Vec<String> {
    let mut changes = Vec::new();
    let (old, new) = (&found.locked.wanted, wanted(project));
    for ((_, name), spec) in &new {
        let before = old
            .iter()
            .find(|((_, other), _)| other == name)
            .map(|(_, spec)| spec);
        match before {
            None => changes.push(format!("{name} {spec} was added")),
            Some(before) if before != spec => {
                changes.push(format!("{name} changed from {before} to {spec}"));
            }
            Some(_) => {}
        }
    }
    for (_, name) in old.keys() {
        if !new.keys().any(|(_, other)| other == name) {
            changes.push(format!("{name} was removed"));
        }
    }
    if !changes.is_empty() {
        return changes;
    }
    let mut left: BTreeMap<&Vec<String>, &Package> = found.locked.packages.iter().collect();
    for id in tree.sorted() {
        let path = path_of(tree, id);
        let package = &tree.node(id).package;
        match left.remove(&path) {
            None => changes.push(format!("Missing: {} from lock file", package.label())),
            Some(before) if before.label() != package.label() => changes.push(format!(
                "Invalid: lock file's {} does not satisfy {}",
                before.label(),
                package.label()
            )),
            Some(_) => {}
        }
    }
    for package in left.values() {
        changes.push(format!("Extraneous: {}", package.label()));
    }
    changes
}

/// The names on the way to a node.
pub(crate) fn path_of(tree: &Tree, id: Id) -> Vec<String> {
    let mut path: Vec<String> = tree
        .ancestry(id)
        .filter(|id| *id != ROOT)
        .map(|id| tree.node(id).name.clone())
        .collect();
    path.reverse();
    path
}

/// Writes the lock file of a tree, or deletes it if nothing is locked.
pub(crate) fn write(
    style: Style,
    project: &Project,
    tree: &Tree,
    found: Option<&Found>,
) -> Result<LockChange, Error> {
    let path = project.folder().join(style.file());
    let own = found.filter(|found| found.own);
    if tree.node(ROOT).edges.is_empty() && tree.sorted().is_empty() && style == Style::Bun {
        return match fs::remove_file(&path) {
            Ok(()) => Ok(LockChange::Deleted),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(LockChange::None),
            Err(error) => Err(error).at("deleting", &path),
        };
    }
    let text = match style {
        Style::Bun => bun::write(project, tree, own.map(|found| &found.locked)),
        Style::Npm => npm::write(project, tree),
    };
    if own.is_some_and(|found| found.text == text) {
        return Ok(LockChange::None);
    }
    write_whole(&path, text.as_bytes())?;
    Ok(LockChange::Saved)
}

/// Writes the list of what is in node_modules that npm leaves there.
pub(crate) fn write_hidden(folder: &Path, tree: &Tree, skip: &[bool]) -> Result<(), Error> {
    let path = folder.join("node_modules/.package-lock.json");
    // npm names the folder in it, not the project.
    let text = npm::write_hidden(&Project::empty(folder), tree, skip);
    write_whole(&path, text.as_bytes())
}

/// A path below the project, as lock files write it.
pub(crate) fn relative(project: &Path, at: &Path) -> String {
    let (project, at) = (crate::tree::normal(project), crate::tree::normal(at));
    let ours: Vec<_> = project.components().collect();
    let theirs: Vec<_> = at.components().collect();
    let shared = ours.iter().zip(&theirs).take_while(|(a, b)| a == b).count();
    let up = std::iter::repeat_n("..".to_owned(), ours.len() - shared);
    let down = theirs
        .iter()
        .skip(shared)
        .map(|part| part.as_os_str().to_string_lossy().into_owned());
    let path: Vec<String> = up.chain(down).collect();
    if path.is_empty() {
        ".".to_owned()
    } else {
        path.join("/")
    }
}

fn valid_path(names: Vec<&str>) -> Option<Vec<String>> {
    let fits = !names.is_empty()
        && names.len() <= MAX_DEPTH
        && names.iter().all(|name| name::is_valid(name));
    fits.then(|| names.into_iter().map(str::to_owned).collect())
}
