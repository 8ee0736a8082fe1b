//! Where `cp`, `mv` and `install` put what they are given.

use belljar_sys::posix;

use crate::links::is_directory;
use crate::names::base;
use crate::options::{Exit, Line, Tool};
use crate::paths::join;
use crate::quoting::always;
use crate::report::{reason, say};

/// Sources, each with its destination, from the operands and `-t`, `-T`.
pub(crate) fn pairs(
    tool: &Tool,
    line: &Line,
    parents: bool,
) -> Result<(Vec<(String, String)>, bool), Exit> {
    let mut sources = line.operands.clone();
    if line.has("strip-trailing-slashes") {
        for source in &mut sources {
            let trimmed = source.trim_end_matches('/');
            if !trimmed.is_empty() {
                *source = trimmed.to_owned();
            }
        }
    }
    let into = line.value("target-directory");
    if sources.is_empty() {
        return Err(tool.wrong("missing file operand"));
    }
    if let Some(into) = into {
        if line.has("no-target-directory") {
            say!("cannot combine --target-directory (-t) and --no-target-directory (-T)");
            return Err(Exit(1));
        }
        if !is_directory(into, true) {
            say!("target directory {}: {}", always(into), why_not(into));
            return Err(Exit(1));
        }
        return Ok((inside(into, sources, parents), true));
    }
    if sources.len() == 1 {
        let source = always(&sources[0]);
        return Err(tool.wrong(&format!("missing destination file operand after {source}")));
    }
    let last = sources.pop().unwrap_or_default();
    if line.has("no-target-directory") {
        if sources.len() > 1 {
            return Err(tool.wrong(&format!("extra operand {}", always(&last))));
        }
    } else if is_directory(&last, true) {
        return Ok((inside(&last, sources, parents), true));
    } else if sources.len() > 1 || parents {
        if parents {
            return Err(tool.wrong("with --parents, the destination must be a directory"));
        }
        say!("target {}: {}", always(&last), why_not(&last));
        return Err(Exit(1));
    }
    let pairs = sources.into_iter().map(|source| (source, last.clone())).collect();
    Ok((pairs, false))
}

fn inside(directory: &str, sources: Vec<String>, parents: bool) -> Vec<(String, String)> {
    sources
        .into_iter()
        .map(|source| {
            let name = if parents {
                source.trim_matches('/').to_owned()
            } else {
                match base(&source) {
                    // `cp -r .. x` puts what is in it into `x`.
                    ".." => String::new(),
                    name => name.to_owned(),
                }
            };
            let to = if name.is_empty() { directory.to_owned() } else { join(directory, &name) };
            (source, to)
        })
        .collect()
}

fn why_not(path: &str) -> String {
    match posix::stat(path) {
        Ok(_) => "Not a directory".to_owned(),
        Err(error) => reason(&error),
    }
}
