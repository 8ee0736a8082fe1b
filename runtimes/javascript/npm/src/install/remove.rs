//! Takes away what is no longer wanted.

use super::{Context, installed};
use crate::error::{At as _, Error};
use crate::lock::{Found, Style};
use crate::package::Source;
use crate::report::{Change, Report};
use crate::tree::{Id, ROOT, Tree};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// Removes packages that are not in the tree.
///
/// npm removes all of them; Bun those that its lock file had, so that what somebody put into
/// node_modules by hand stays.
pub(super) fn remove_unwanted(
    context: &Context<'_>,
    tree: &Tree,
    skip: &[bool],
    found: Option<&Found>,
    report: &mut Report,
) -> Result<(), Error> {
    let kept = |id: &Id| skip.get(*id) != Some(&true);
    let wanted: BTreeMap<String, Id> = tree
        .sorted()
        .into_iter()
        .filter(kept)
        .map(|id| (tree.location(id), id))
        .collect();
    let mut gone: Vec<String> = Vec::new();
    match context.style {
        Style::Bun => {
            let before = found.iter().flat_map(|found| found.locked.packages.keys());
            for path in before {
                let location = path
                    .iter()
                    .map(|name| format!("node_modules/{name}"))
                    .collect::<Vec<_>>()
                    .join("/");
                if !wanted.contains_key(&location) {
                    gone.push(location);
                }
            }
        }
        Style::Npm => {
            let parents = std::iter::once(ROOT).chain(wanted.values().copied());
            for parent in parents {
                let package = &tree.node(parent).package;
                let own = parent == ROOT || package.bundled.is_empty();
                if !own || matches!(package.source, Source::Link(..)) {
                    continue;
                }
                let below = tree.location(parent);
                let below = if below.is_empty() {
                    "node_modules".to_owned()
                } else {
                    format!("{below}/node_modules")
                };
                for name in names_in(&context.folder.join(&below)) {
                    let location = format!("{below}/{name}");
                    if !wanted.contains_key(&location) {
                        gone.push(location);
                    }
                }
            }
        }
    }
    gone.sort_by_key(String::len);
    for location in gone {
        let place = context.folder.join(&location);
        let Ok(about) = fs::symlink_metadata(&place) else {
            continue;
        };
        let was = installed(&place);
        if about.is_symlink() || about.is_dir() {
            remove_any(&place)?;
        }
        let name = location
            .rsplit_once("node_modules/")
            .map_or(location.as_str(), |(_, name)| name);
        report.removed.push(Change {
            name: name.to_owned(),
            package: was.as_ref().map_or(name, |was| &was.name).to_owned(),
            version: was.map(|was| was.version).unwrap_or_default(),
            previous: None,
            direct: location == format!("node_modules/{name}"),
            location: location.clone(),
            latest: None,
            programs: Vec::new(),
        });
        // A scope, or a node_modules, of which nothing is left.
        let mut above = place.parent();
        while let Some(folder) = above.filter(|folder| *folder != context.folder) {
            let emptied = folder != context.modules()
                && fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_none());
            if !emptied || fs::remove_dir(folder).is_err() {
                break;
            }
            above = folder.parent();
        }
    }
    Ok(())
}

/// The packages in a node_modules, those of scopes included. What starts with a dot is no package.
fn names_in(modules: &Path) -> Vec<String> {
    let list = |folder: &Path| -> Vec<(String, bool)> {
        let Ok(entries) = fs::read_dir(folder) else {
            return Vec::new();
        };
        entries
            .filter_map(Result::ok)
            .filter_map(|entry| {
                let kind = entry.file_type().ok()?;
                let name = entry.file_name().into_string().ok()?;
                let counts = !name.starts_with('.') && (kind.is_dir() || kind.is_symlink());
                counts.then(|| (name, kind.is_dir()))
            })
            .collect()
    };
    let mut names = Vec::new();
    for (name, is_folder) in list(modules) {
        if name.starts_with('@') && is_folder {
            let scoped = list(&modules.join(&name));
            names.extend(scoped.into_iter().map(|(part, _)| format!("{name}/{part}")));
        } else {
            names.push(name);
        }
    }
    names.sort();
    names
}

/// Removes a file, a link, or a folder with all that is in it, if it is there.
pub(crate) fn remove_any(path: &Path) -> Result<(), Error> {
    let removed = match fs::symlink_metadata(path) {
        Ok(about) if about.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => Err(error),
    };
    removed.at("removing", path)
}
