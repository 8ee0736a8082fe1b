//! Commands that `find` runs.

use std::io::{BufRead, Write};

use super::{Entry, State};
use crate::os::Launch;
use crate::report;

/// Bytes of arguments that one command of `-exec … +` gets at most, as GNU's has it.
const BATCH: usize = 128 << 10;

/// `-exec … ;` and its relatives.
pub(super) struct Command {
    pub(super) argv: Vec<String>,
    /// In the directory of the file.
    pub(super) in_directory: bool,
    /// Asks before.
    pub(super) ask: bool,
}

/// `-exec … {} +`.
pub(super) struct Batch {
    pub(super) argv: Vec<String>,
    pub(super) in_directory: bool,
    paths: Vec<String>,
    size: usize,
    directory: Option<String>,
}

impl Batch {
    pub(super) fn new(argv: Vec<String>, in_directory: bool) -> Self {
        Self {
            argv,
            in_directory,
            paths: Vec::new(),
            size: 0,
            directory: None,
        }
    }
}

impl Command {
    pub(super) fn run(&self, entry: &Entry<'_>, state: &mut State) -> bool {
        let path = if self.in_directory {
            format!("./{}", entry.name())
        } else {
            entry.path.to_owned()
        };
        let argv: Vec<String> = self.argv.iter().map(|it| it.replace("{}", &path)).collect();
        let _checked_at_the_end = state.out.flush();
        if self.ask && !confirmed(&argv, &path) {
            return false;
        }
        let directory = self.in_directory.then(|| entry.parent());
        launch(argv, directory, state) == Some(0)
    }
}

/// `< rm ... ./a > ?`
fn confirmed(argv: &[String], path: &str) -> bool {
    let program = argv.first().map_or("", String::as_str);
    let question = format!("< {program} ... {path} > ? ");
    let _lost = std::io::stderr().write_all(question.as_bytes());
    let mut answer = String::new();
    let read = std::io::stdin().lock().read_line(&mut answer);
    read.is_ok() && answer.trim_start().starts_with(['y', 'Y'])
}

fn launch(argv: Vec<String>, directory: Option<&str>, state: &mut State) -> Option<u8> {
    let program = argv.first().cloned().unwrap_or_default();
    let mut launch = Launch::of(argv);
    if let Some(directory) = directory {
        let directory = if directory.is_empty() { "/" } else { directory };
        let Ok(here) = std::env::current_dir() else {
            state.complain("cannot find the current directory");
            return None;
        };
        launch.cwd = Some(here.join(directory).to_string_lossy().into_owned());
    }
    match launch.run() {
        Ok(end) => Some(end.code()),
        Err(error) => {
            state.complain(&format!("‘{program}’: {}", error.text));
            None
        }
    }
}

/// Lets a path wait for the command.
pub(super) fn add(number: usize, entry: &Entry<'_>, state: &mut State) {
    let Some(batch) = state.batches.get(number) else {
        return;
    };
    let directory = batch.in_directory.then(|| entry.parent().to_owned());
    let path = match directory {
        Some(_) => format!("./{}", entry.name()),
        None => entry.path.to_owned(),
    };
    if batch.directory != directory || batch.size + path.len() + 1 > BATCH {
        flush(number, state);
    }
    if let Some(batch) = state.batches.get_mut(number) {
        batch.size += path.len() + 1;
        batch.paths.push(path);
        batch.directory = directory;
    }
}

/// Runs the command with the paths that wait.
pub(super) fn flush(number: usize, state: &mut State) {
    let Some(batch) = state.batches.get_mut(number) else {
        return;
    };
    if batch.paths.is_empty() {
        return;
    }
    let mut argv = batch.argv.clone();
    argv.append(&mut batch.paths);
    batch.size = 0;
    let directory = batch.directory.take();
    if let Err(error) = state.out.flush() {
        state.complain(&format!("write error: {}", report::text(&error)));
    }
    if launch(argv, directory.as_deref(), state) != Some(0) {
        state.failed = true;
    }
}
