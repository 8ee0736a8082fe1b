//! `find`.

mod exec;
mod expression;
mod format;
mod parse;
mod walk;

use std::collections::HashMap;
use std::fs::File;
use std::io::Write;

use crate::os;
use crate::report;
use crate::stream::{self, Out};

/// Which symbolic links are followed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Follow {
    #[default]
    Never,
    /// Those among the starting points.
    Arguments,
    Always,
}

/// What counts for the whole search.
#[derive(Debug, Default)]
struct Search {
    follow: Follow,
    roots: Vec<String>,
    depth_first: bool,
    min_depth: usize,
    max_depth: Option<usize>,
    one_device: bool,
}

/// What the actions change.
struct State {
    out: Out,
    files: HashMap<String, File>,
    /// Commands of `-exec … +`, by their number, with the paths that wait for them.
    batches: Vec<exec::Batch>,
    prune: bool,
    quit: bool,
    failed: bool,
    follow: Follow,
    now: i64,
}

impl State {
    fn complain(&mut self, message: &str) {
        // What was found before is to be seen before.
        let _checked_at_the_end = self.out.flush();
        report::say("find", message);
        self.failed = true;
    }
}

pub(crate) fn run(_name: &str, arguments: &[String]) -> u8 {
    let parsed = match parse::parse(arguments) {
        Ok(parsed) => parsed,
        Err(message) => {
            report::say("find", &message);
            return 1;
        }
    };
    let mut state = State {
        out: stream::stdout(),
        files: HashMap::new(),
        batches: parsed.batches,
        prune: false,
        quit: false,
        failed: false,
        follow: parsed.search.follow,
        now: parsed.now,
    };
    for path in parsed.files {
        match File::create(&path) {
            Ok(file) => {
                state.files.insert(path, file);
            }
            Err(error) => {
                report::say("find", &format!("‘{path}’: {}", report::text(&error)));
                return 1;
            }
        }
    }
    for root in &parsed.search.roots {
        walk::walk(root, &parsed.search, &parsed.expression, &mut state);
        if state.quit {
            break;
        }
    }
    for number in 0..state.batches.len() {
        exec::flush(number, &mut state);
    }
    let code = u8::from(state.failed);
    stream::finish("find", &mut state.out, code, 1)
}

/// One thing that was found.
struct Entry<'a> {
    path: &'a str,
    /// The starting point that it was found under.
    root: &'a str,
    depth: usize,
    stat: &'a os::Stat,
}

impl Entry<'_> {
    /// The last part of the path, without slashes at its end.
    fn name(&self) -> &str {
        let trimmed = self.path.trim_end_matches('/');
        if trimmed.is_empty() {
            return "/";
        }
        trimmed.rsplit('/').next().unwrap_or(trimmed)
    }

    fn parent(&self) -> &str {
        let trimmed = self.path.trim_end_matches('/');
        match trimmed.rfind('/') {
            Some(0) => "",
            Some(at) => &trimmed[..at],
            None => ".",
        }
    }
}
