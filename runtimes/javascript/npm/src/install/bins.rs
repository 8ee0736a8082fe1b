//! Links to programs: `node_modules/.bin`.

use super::{Context, read_manifest, remove_any, stage};
use crate::error::{At as _, Error};
use crate::name;
use crate::package::{Bins, Package, inner_path};
use crate::tree::{Id, ROOT, Tree};
use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};

/// The programs of an installed package and their files below its folder.
fn programs(package: &Package, installed_as: &str, folder: &Path) -> Vec<(String, String)> {
    let Bins::Folder(below) = &package.bins else {
        return package.programs(installed_as);
    };
    let Some(below) = inner_path(below) else {
        return Vec::new();
    };
    let Ok(entries) = fs::read_dir(folder.join(&below)) else {
        return Vec::new();
    };
    let mut found: Vec<_> = entries
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_file()))
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|name| name::is_valid_bin(name) && !name.starts_with('.'))
        .map(|name| (name.clone(), format!("{below}/{name}")))
        .collect();
    found.sort();
    found
}

/// The names of the programs of a package.
pub(super) fn names(package: &Package, installed_as: &str, folder: &Path) -> Vec<String> {
    programs(package, installed_as, folder)
        .into_iter()
        .map(|(name, _)| name)
        .collect()
}

/// Makes the links of every node_modules, and removes those that lead nowhere.
pub(super) fn link_all(context: &Context<'_>, tree: &Tree, skip: &[bool]) -> Result<(), Error> {
    let kept = |id: &Id| skip.get(*id) != Some(&true);
    let parents = std::iter::once(ROOT).chain(tree.sorted().into_iter().filter(kept));
    for parent in parents {
        let children: Vec<Id> = tree
            .node(parent)
            .children
            .values()
            .copied()
            .filter(kept)
            .collect();
        let modules = context.place(tree, parent).join("node_modules");
        if children.is_empty() && (parent != ROOT || !modules.join(".bin").exists()) {
            continue;
        }
        link(
            context,
            &modules.join(".bin"),
            &wanted(context, tree, parent, &children),
        )?;
    }
    Ok(())
}

/// Program names and files for one node_modules. Of two packages with the same program, the one that
/// was asked for wins, then the first by name.
fn wanted(
    context: &Context<'_>,
    tree: &Tree,
    parent: Id,
    children: &[Id],
) -> BTreeMap<String, PathBuf> {
    let mut wanted = BTreeMap::new();
    for asked_for in [true, false] {
        for id in children {
            let node = tree.node(*id);
            if tree.edge(parent, &node.name).is_some() != asked_for {
                continue;
            }
            let place = context.place(tree, *id);
            for (program, file) in programs(&node.package, &node.name, &place) {
                let file = place.join(file);
                if file.is_file() {
                    wanted.entry(program).or_insert(file);
                }
            }
        }
    }
    wanted
}

fn link(
    context: &Context<'_>,
    folder: &Path,
    wanted: &BTreeMap<String, PathBuf>,
) -> Result<(), Error> {
    if let Ok(entries) = fs::read_dir(folder) {
        for entry in entries.filter_map(Result::ok) {
            let path = entry.path();
            let stale = entry.file_type().is_ok_and(|kind| kind.is_symlink())
                && entry
                    .file_name()
                    .to_str()
                    .is_none_or(|name| !wanted.contains_key(name))
                && fs::metadata(&path).is_err();
            if stale {
                fs::remove_file(&path).at("removing", &path)?;
            }
        }
    }
    for (program, file) in wanted {
        let link = folder.join(program);
        let text = stage::link_text(&link, file);
        if fs::read_link(&link).is_ok_and(|is| is == text) {
            continue;
        }
        fs::create_dir_all(folder).at("creating", folder)?;
        remove_any(&link)?;
        prepare(context, file)?;
        context.system.symlink(&text, &link).at("linking", &link)?;
    }
    if wanted.is_empty() && fs::read_dir(folder).is_ok_and(|mut list| list.next().is_none()) {
        fs::remove_dir(folder).at("removing", folder)?;
    }
    Ok(())
}

/// Makes a file one that can be run: executable, and without a carriage return behind `#!`, which
/// would become part of the interpreter's name.
fn prepare(context: &Context<'_>, file: &Path) -> Result<(), Error> {
    let mut first = Vec::new();
    let opened = fs::File::open(file).at("reading", file)?;
    // The longest line that systems look at is far shorter.
    let read = BufReader::new(opened.take(4_096)).read_until(b'\n', &mut first);
    read.at("reading", file)?;
    if first.starts_with(b"#!") && first.ends_with(b"\r\n") {
        let text = fs::read(file).at("reading", file)?;
        let mut fixed = Vec::with_capacity(text.len());
        fixed.extend_from_slice(first.get(..first.len() - 2).unwrap_or_default());
        fixed.push(b'\n');
        fixed.extend_from_slice(text.get(first.len()..).unwrap_or_default());
        fs::write(file, fixed).at("writing", file)?;
    }
    let made = context.system.make_executable(file);
    made.at("making executable", file)
}

/// Makes links to the programs of the project's own dependencies in a folder outside it, which is
/// what installing globally means; and removes those of `gone`.
pub(crate) fn link_global(context: &Context<'_>, tree: &Tree, folder: &Path) -> Result<(), Error> {
    let direct: Vec<Id> = tree
        .node(ROOT)
        .edges
        .iter()
        .filter_map(|edge| tree.node(ROOT).children.get(&edge.name).copied())
        .collect();
    let ours = context.folder.join("node_modules");
    if let Ok(entries) = fs::read_dir(folder) {
        for entry in entries.filter_map(Result::ok) {
            let path = entry.path();
            let leads = fs::read_link(&path).map(|to| crate::tree::normal(&folder.join(to)));
            if leads.is_ok_and(|to| to.starts_with(&ours)) && fs::metadata(&path).is_err() {
                fs::remove_file(&path).at("removing", &path)?;
            }
        }
    }
    let wanted = wanted(context, tree, ROOT, &direct);
    if wanted.is_empty() {
        return Ok(());
    }
    fs::create_dir_all(folder).at("creating", folder)?;
    for (program, file) in wanted {
        let link = folder.join(program);
        let text = stage::link_text(&link, &file);
        if fs::read_link(&link).is_ok_and(|is| is == text) {
            continue;
        }
        // A program of the system that happens to have the name stays.
        let foreign = fs::symlink_metadata(&link).is_ok()
            && !fs::read_link(&link)
                .is_ok_and(|to| crate::tree::normal(&folder.join(to)).starts_with(&ours));
        if foreign {
            return Err(Error::Io {
                doing: "linking",
                path: link,
                source: std::io::ErrorKind::AlreadyExists.into(),
            });
        }
        remove_any(&link)?;
        context.system.symlink(&text, &link).at("linking", &link)?;
    }
    Ok(())
}

/// The file of a package's program, for `bunx` and `npx`: the one that is named, or the one called
/// like the package, or the only one.
pub fn find_program(folder: &Path, package: &str, program: Option<&str>) -> Option<PathBuf> {
    if !name::is_valid(package) {
        return None;
    }
    let place = folder.join("node_modules").join(package);
    let document = read_manifest(&place)?;
    let about = Package::from_manifest(&document)?;
    let all = programs(&about, package, &place);
    let named = |name: &str| all.iter().find(|(program, _)| program == name);
    let found = match program {
        Some(program) => named(program),
        None => named(name::base(&about.name))
            .or_else(|| named(name::base(package)))
            .or(match all.as_slice() {
                [only] => Some(only),
                _ => None,
            })
            // npm takes the first when all lead to the same file.
            .or_else(|| {
                let (_, file) = all.first()?;
                all.iter()
                    .all(|(_, other)| other == file)
                    .then(|| all.first())
                    .flatten()
            }),
    };
    let (_, file) = found?;
    Some(place.join(file))
}
