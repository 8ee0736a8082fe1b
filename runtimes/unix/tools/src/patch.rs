//! `patch`.

mod apply;
mod parse;

use std::fs;

use crate::options::{self, Syntax, Value};
use crate::os;
use crate::report;
use crate::stream;
use apply::Outcome;
use parse::Patch;

const SYNTAX: Syntax = Syntax {
    short: "p:Ri:o:NstfEbF:d:r:ucnlvz:B:V:",
    long: &[
        ("strip", Value::Required, "p"),
        ("reverse", Value::None, "R"),
        ("input", Value::Required, "i"),
        ("output", Value::Required, "o"),
        ("forward", Value::None, "N"),
        ("quiet", Value::None, "s"),
        ("silent", Value::None, "s"),
        ("batch", Value::None, "t"),
        ("force", Value::None, "f"),
        ("remove-empty-files", Value::None, "E"),
        ("backup", Value::None, "b"),
        ("suffix", Value::Required, "z"),
        ("fuzz", Value::Required, "F"),
        ("directory", Value::Required, "d"),
        ("reject-file", Value::Required, "r"),
        ("dry-run", Value::None, "dry"),
        ("unified", Value::None, "u"),
        ("context", Value::None, "c"),
        ("normal", Value::None, "n"),
        ("ignore-whitespace", Value::None, "l"),
        ("verbose", Value::None, "verbose"),
        ("no-backup-if-mismatch", Value::None, "no-backup"),
        ("binary", Value::None, "binary"),
        ("posix", Value::None, "posix"),
    ],
    ordered: false,
};

#[derive(Default)]
struct Settings {
    strip: Option<usize>,
    reverse: bool,
    output: Option<String>,
    forward: bool,
    force: bool,
    quiet: bool,
    remove_empty: bool,
    backup: bool,
    suffix: String,
    fuzz: usize,
    rejects: Option<String>,
    dry: bool,
    loose: bool,
    file: Option<String>,
}

pub(crate) fn run(_name: &str, arguments: &[String]) -> u8 {
    let parsed = match SYNTAX.parse(arguments) {
        Ok(parsed) => parsed,
        Err(message) => {
            options::complain("patch", &message);
            return 2;
        }
    };
    let mut settings = Settings {
        fuzz: 2,
        suffix: ".orig".into(),
        file: parsed.operands.first().cloned(),
        ..Settings::default()
    };
    let mut input = parsed
        .operands
        .get(1)
        .cloned()
        .unwrap_or_else(|| "-".into());
    for (key, value) in &parsed.options {
        let text = value.as_deref().unwrap_or("");
        match *key {
            "p" => match text.parse() {
                Ok(number) => settings.strip = Some(number),
                Err(_) => {
                    report::line(&format!("patch: **** strip count {text} is not a number"));
                    return 2;
                }
            },
            "R" => settings.reverse = true,
            "i" => text.clone_into(&mut input),
            "o" => settings.output = value.clone(),
            "N" => settings.forward = true,
            "t" | "f" => settings.force = true,
            "s" => settings.quiet = true,
            "E" => settings.remove_empty = true,
            "b" => settings.backup = true,
            "z" => text.clone_into(&mut settings.suffix),
            "F" => settings.fuzz = text.parse().unwrap_or(2),
            "r" => settings.rejects = value.clone(),
            "dry" => settings.dry = true,
            "l" => settings.loose = true,
            "d" => {
                if let Err(error) = std::env::set_current_dir(text) {
                    let text_of = report::text(&error);
                    report::line(&format!(
                        "patch: **** Can't change to directory {text} : {text_of}"
                    ));
                    return 2;
                }
            }
            _ => {}
        }
    }
    let bytes = match stream::read(&input) {
        Ok(bytes) => bytes,
        Err(error) => {
            let text = report::text(&error);
            report::line(&format!(
                "patch: **** Can't open patch file {input} : {text}"
            ));
            return 2;
        }
    };
    let patches = match parse::parse(&bytes) {
        Ok(patches) => patches,
        Err(message) => {
            report::line(&format!("patch: **** {message}"));
            return 2;
        }
    };
    if patches.is_empty() {
        if !bytes.iter().all(u8::is_ascii_whitespace) {
            report::line("patch: **** Only garbage was found in the patch input.");
            return 2;
        }
        return 0;
    }
    let mut code = 0;
    for mut patch in patches {
        if settings.reverse {
            patch.reverse();
        }
        code = code.max(settings.apply(&patch));
    }
    code
}

impl Settings {
    fn say(&self, message: &str) {
        if !self.quiet {
            println!("{message}");
        }
    }

    /// A name of a patch without its first folders.
    fn stripped(&self, name: &str) -> Option<String> {
        if name == "/dev/null" {
            return None;
        }
        let path = match self.strip {
            None => name.rsplit('/').next()?.to_owned(),
            Some(count) => {
                let parts: Vec<&str> = name.split('/').collect();
                parts.get(count..)?.join("/")
            }
        };
        // A patch must not reach outside of the directory.
        let outside =
            path.is_empty() || path.starts_with('/') || path.split('/').any(|it| it == "..");
        (!outside).then_some(path)
    }

    fn target(&self, patch: &Patch) -> Option<String> {
        if let Some(file) = &self.file {
            return Some(file.clone());
        }
        let names = [patch.old.as_str(), patch.new.as_str()];
        // Without -p, a whole name that is there is taken as it is.
        let mut all: Vec<String> = names.iter().filter_map(|it| self.stripped(it)).collect();
        if self.strip.is_none() {
            let whole = names
                .iter()
                .filter(|it| !it.starts_with('/') && os::stat(it).is_ok());
            all.splice(..0, whole.map(|it| (*it).to_owned()));
        }
        let there = all.iter().find(|it| os::stat(it).is_ok()).cloned();
        there.or_else(|| if patch.creates() { all.pop() } else { None })
    }

    fn apply(&self, patch: &Patch) -> u8 {
        let Some(target) = self.target(patch) else {
            report::line("can't find file to patch at input line 3");
            let hint = if self.strip.is_some() {
                "Perhaps you used the wrong -p or --strip option?"
            } else {
                "Perhaps you should have used the -p or --strip option?"
            };
            report::line(hint);
            report::line("File to patch: \nSkip this patch? [y] \nSkipping patch.");
            let count = patch.hunks.len();
            let plural = if count == 1 { "hunk" } else { "hunks" };
            report::line(&format!("{count} out of {count} {plural} ignored"));
            return 1;
        };
        let verb = if self.dry { "checking" } else { "patching" };
        self.say(&format!("{verb} file {target}"));
        let before = match fs::read(&target) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && patch.creates() => {
                Vec::new()
            }
            Err(error) => {
                let text = report::text(&error);
                report::line(&format!("patch: **** Can't open file {target} : {text}"));
                return 2;
            }
        };
        let mut outcome = apply::apply(patch, &before, self.fuzz, self.loose);
        if !outcome.rejected.is_empty() {
            let mut turned = patch.clone();
            turned.reverse();
            let already = apply::apply(&turned, &before, 0, self.loose)
                .rejected
                .is_empty();
            if already {
                if self.forward {
                    self.say("Reversed (or previously applied) patch detected!  Skipping patch.");
                    return self.reject(&target, patch, &outcome, true);
                }
                if self.force {
                    // `-t` takes the patch the other way round.
                    self.say("Reversed (or previously applied) patch detected!  Assuming -R.");
                    outcome = apply::apply(&turned, &before, self.fuzz, self.loose);
                } else {
                    self.say("Reversed (or previously applied) patch detected!  Assume -R? [n] ");
                    self.say("Apply anyway? [n] \nSkipping patch.");
                    return self.reject(&target, patch, &outcome, true);
                }
            }
        }
        for note in &outcome.notes {
            self.say(note);
        }
        if !outcome.rejected.is_empty() {
            let written = self.write(&target, &before, &outcome, patch);
            return self.reject(&target, patch, &outcome, false).max(written);
        }
        self.write(&target, &before, &outcome, patch)
    }

    fn write(&self, target: &str, before: &[u8], outcome: &Outcome, patch: &Patch) -> u8 {
        if self.dry {
            return 0;
        }
        let failed = |path: &str, error: &std::io::Error| {
            report::line(&format!(
                "patch: **** Can't write to file {path} : {}",
                report::text(error)
            ));
            2
        };
        let mismatch = !outcome.rejected.is_empty() || outcome.moved;
        if (self.backup || mismatch) && self.output.is_none() && os::stat(target).is_ok() {
            let kept = format!("{target}{}", self.suffix);
            if let Err(error) = fs::write(&kept, before) {
                return failed(&kept, &error);
            }
        }
        let path = self.output.as_deref().unwrap_or(target);
        if path == "-" {
            use std::io::Write;
            return u8::from(
                std::io::stdout()
                    .lock()
                    .write_all(&outcome.content)
                    .is_err(),
            ) * 2;
        }
        let removes = outcome.content.is_empty() && (patch.new == "/dev/null" || self.remove_empty);
        if removes && self.output.is_none() && outcome.rejected.is_empty() {
            return fs::remove_file(path).map_or_else(|error| failed(path, &error), |()| 0);
        }
        if let Some(folder) = std::path::Path::new(path).parent()
            && let Err(error) = fs::create_dir_all(folder)
        {
            return failed(path, &error);
        }
        let mode = os::stat(target).ok().map(|it| it.mode & 0o7777);
        if let Err(error) = fs::write(path, &outcome.content) {
            return failed(path, &error);
        }
        if let Some(mode) = patch.mode.or(mode)
            && let Err(error) = os::chmod(path, mode)
        {
            return failed(path, &error);
        }
        0
    }

    /// Says what could not be applied and writes it beside the file.
    fn reject(&self, target: &str, patch: &Patch, outcome: &Outcome, ignored: bool) -> u8 {
        let (failed, all) = if ignored {
            (patch.hunks.len(), patch.hunks.len())
        } else {
            (outcome.rejected.len(), patch.hunks.len())
        };
        let verb = if ignored { "ignored" } else { "FAILED" };
        let path = self
            .rejects
            .clone()
            .unwrap_or_else(|| format!("{target}.rej"));
        let plural = if all == 1 { "hunk" } else { "hunks" };
        let saved = if self.dry {
            String::new()
        } else {
            format!(" -- saving rejects to file {path}")
        };
        // Said with `-s`, too.
        println!("{failed} out of {all} {plural} {verb}{saved}");
        if !self.dry {
            let numbers: Vec<usize> = if ignored {
                (0..all).collect()
            } else {
                outcome.rejected.clone()
            };
            if let Err(error) = fs::write(&path, patch.text_of(&numbers)) {
                report::line(&format!(
                    "patch: **** Can't write to file {path} : {}",
                    report::text(&error)
                ));
                return 2;
            }
        }
        1
    }
}
