//! The way through the directories.

use std::fs;

use super::expression::Expression;
use super::{Entry, Follow, Search, State};
use crate::os::{self, Stat};
use crate::report;

/// A directory on the way.
struct Level {
    path: String,
    stat: Stat,
    /// Names that are still to be visited, the next one last.
    names: Vec<String>,
}

/// Visits a starting point and all below it. (Not recursive: how deep it goes is not ours to say.)
pub(super) fn walk(root: &str, search: &Search, expression: &Expression, state: &mut State) {
    let mut levels: Vec<Level> = Vec::new();
    let follow_root = search.follow != Follow::Never;
    let Some(stat) = look(root, follow_root, state) else {
        return;
    };
    let device = stat.device;
    enter(
        root.to_owned(),
        stat,
        root,
        search,
        expression,
        state,
        &mut levels,
    );
    while let Some(level) = levels.last_mut() {
        if state.quit {
            return;
        }
        let Some(name) = level.names.pop() else {
            let Some(level) = levels.pop() else {
                return;
            };
            if search.depth_first {
                let depth = levels.len();
                visit(
                    &level.path,
                    root,
                    depth,
                    &level.stat,
                    search,
                    expression,
                    state,
                );
            }
            continue;
        };
        let path = if level.path.ends_with('/') {
            format!("{}{name}", level.path)
        } else {
            format!("{}/{name}", level.path)
        };
        let Some(stat) = look(&path, search.follow == Follow::Always, state) else {
            continue;
        };
        if search.one_device && stat.device != device {
            continue;
        }
        let looping = stat.is_dir()
            && search.follow == Follow::Always
            && levels.iter().any(|it| it.stat.same(&stat));
        if looping {
            state.complain(&format!(
                "File system loop detected; ‘{path}’ is part of the loop."
            ));
            continue;
        }
        enter(path, stat, root, search, expression, state, &mut levels);
    }
}

/// Visits one thing, and makes it the current level if it is a directory to go into.
fn enter(
    path: String,
    stat: Stat,
    root: &str,
    search: &Search,
    expression: &Expression,
    state: &mut State,
    levels: &mut Vec<Level>,
) {
    let depth = levels.len();
    let below = stat.is_dir() && search.max_depth.is_none_or(|max| depth < max);
    if !search.depth_first || !below {
        state.prune = false;
        visit(&path, root, depth, &stat, search, expression, state);
        if !below || state.prune || state.quit {
            return;
        }
    }
    let entries = match fs::read_dir(&path) {
        Ok(entries) => entries,
        Err(error) => {
            state.complain(&format!("‘{path}’: {}", report::text(&error)));
            if search.depth_first {
                visit(&path, root, depth, &stat, search, expression, state);
            }
            return;
        }
    };
    let mut names = Vec::new();
    for entry in entries {
        match entry {
            Ok(entry) => names.push(entry.file_name().to_string_lossy().into_owned()),
            Err(error) => state.complain(&format!("‘{path}’: {}", report::text(&error))),
        }
    }
    names.reverse();
    levels.push(Level { path, stat, names });
}

fn visit(
    path: &str,
    root: &str,
    depth: usize,
    stat: &Stat,
    search: &Search,
    expression: &Expression,
    state: &mut State,
) {
    if depth >= search.min_depth {
        let entry = Entry {
            path,
            root,
            depth,
            stat,
        };
        expression.evaluate(&entry, state);
    }
}

fn look(path: &str, follow: bool, state: &mut State) -> Option<Stat> {
    let found = if follow {
        // A link that leads nowhere is looked at itself.
        os::stat(path).or_else(|_| os::lstat(path))
    } else {
        os::lstat(path)
    };
    match found {
        Ok(stat) => Some(stat),
        Err(error) => {
            state.complain(&format!("‘{path}’: {}", report::text(&error)));
            None
        }
    }
}
