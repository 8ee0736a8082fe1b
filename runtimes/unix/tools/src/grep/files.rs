//! Which files are searched.

use std::fs::{self, File};
use std::io::{self, Read, Write};

use super::output::Output;
use super::search::{self, Found};
use super::{Directories, Settings};
use crate::glob::{self, Rules};
use crate::os;
use crate::report;
use crate::stream;

struct Run {
    settings: Settings,
    output: Output,
    selected: bool,
    failed: bool,
}

pub(super) fn search_all(settings: Settings, mut operands: Vec<String>) -> u8 {
    let recursive = matches!(settings.directories, Directories::Enter { .. });
    let implied = operands.is_empty() && recursive;
    if operands.is_empty() {
        operands.push(if recursive { "." } else { "-" }.into());
    }
    let mut run = Run {
        output: Output::new(&settings),
        settings,
        selected: false,
        failed: false,
    };
    for operand in &operands {
        if operand == "-" {
            let label = run.settings.label.clone();
            run.search(&label, &mut io::stdin().lock());
        } else {
            run.operand(operand, implied);
        }
        if run.done() {
            break;
        }
    }
    let code = match (run.selected, run.failed) {
        (true, false) => 0,
        (true, true) if run.settings.report == super::Report::Quiet => 0,
        (_, true) => 2,
        (false, false) => 1,
    };
    stream::finish("grep", &mut run.output.out, code, 2)
}

impl Run {
    fn done(&self) -> bool {
        self.selected && self.settings.report == super::Report::Quiet
    }

    fn complain(&mut self, message: &str) {
        self.failed = true;
        if !self.settings.silent {
            let _checked_at_the_end = self.output.out.flush();
            report::say("grep", message);
        }
    }

    fn operand(&mut self, path: &str, implied: bool) {
        let stat = match os::stat(path) {
            Ok(stat) => stat,
            Err(error) => {
                self.complain(&format!("{path}: {}", report::text(&error)));
                return;
            }
        };
        if !stat.is_dir() {
            if !self.excluded(path) {
                self.file(path);
            }
            return;
        }
        match self.settings.directories {
            Directories::Skip => {}
            Directories::Complain => self.complain(&format!("{path}: Is a directory")),
            Directories::Enter { follow } => {
                let name = path.trim_end_matches('/');
                let dirs = &self.settings.exclude_dirs;
                if implied || !dirs.iter().any(|it| matches(it, name)) {
                    self.tree(path, follow, implied, &stat);
                }
            }
        }
    }

    /// Searches a directory and all below it.
    fn tree(&mut self, root: &str, follow: bool, implied: bool, stat: &os::Stat) {
        struct Level {
            names: Vec<String>,
            path: String,
            stat: os::Stat,
        }
        let mut levels = Vec::new();
        let names = self.names(root);
        levels.push(Level {
            names,
            path: if implied {
                String::new()
            } else {
                root.to_owned()
            },
            stat: stat.clone(),
        });
        while let Some(level) = levels.last_mut() {
            if self.done() {
                return;
            }
            let Some(name) = level.names.pop() else {
                levels.pop();
                continue;
            };
            let path = match level.path.as_str() {
                "" => name.clone(),
                path if path.ends_with('/') => format!("{path}{name}"),
                path => format!("{path}/{name}"),
            };
            let found = if follow {
                os::stat(&path)
            } else {
                os::lstat(&path)
            };
            let stat = match found {
                Ok(stat) => stat,
                Err(error) => {
                    self.complain(&format!("{path}: {}", report::text(&error)));
                    continue;
                }
            };
            if stat.is_dir() {
                if levels.iter().any(|it| it.stat.same(&stat)) {
                    let message = format!("{path}: warning: recursive directory loop");
                    report::say("grep", &message);
                    continue;
                }
                let dirs = &self.settings.exclude_dirs;
                if !dirs.iter().any(|it| matches(it, &name)) {
                    let names = self.names(&path);
                    levels.push(Level { names, path, stat });
                }
            } else if stat.is_file() && !self.excluded(&path) {
                // Links and devices that are met on the way are not read.
                self.file(&path);
            }
        }
    }

    /// The names in a directory, the first one last.
    fn names(&mut self, path: &str) -> Vec<String> {
        let mut names = Vec::new();
        match fs::read_dir(path) {
            Ok(entries) => {
                for entry in entries.flatten() {
                    names.push(entry.file_name().to_string_lossy().into_owned());
                }
            }
            Err(error) => self.complain(&format!("{path}: {}", report::text(&error))),
        }
        names.reverse();
        names
    }

    fn excluded(&self, path: &str) -> bool {
        let name = path.rsplit('/').next().unwrap_or(path);
        let fits = |patterns: &[String]| {
            let any = |it: &String| matches(it, name) || matches(it, path);
            patterns.iter().any(any)
        };
        fits(&self.settings.exclude)
            || (!self.settings.include.is_empty() && !fits(&self.settings.include))
    }

    fn file(&mut self, path: &str) {
        match File::open(path) {
            Ok(mut file) => self.search(path, &mut file),
            Err(error) => self.complain(&format!("{path}: {}", report::text(&error))),
        }
    }

    fn search(&mut self, name: &str, input: &mut impl Read) {
        match search::search(name, input, &self.settings, &mut self.output) {
            Ok(Found { selected }) => self.selected |= selected,
            Err(search::Failure::Read(error)) => {
                self.complain(&format!("{name}: {}", report::text(&error)));
            }
            // The end says so.
            Err(search::Failure::Write) => {
                self.failed = true;
                self.selected = true;
            }
        }
    }
}

fn matches(pattern: &str, text: &str) -> bool {
    glob::matches(pattern, text, Rules::default())
}
