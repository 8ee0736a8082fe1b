//! `rm` and `rmdir`.

use std::fs;
use std::io;

use belljar_sys::posix::{self, S_IFDIR, S_IFLNK, S_IFMT, S_IFREG, Stat};

use rustix::io::Errno;

use crate::ask;
use crate::names::{base, directory};
use crate::options::{Exit, Misuse, Outcome, TOOL, Tool, choose, flag, maybe};
use crate::paths::join;
use crate::quoting::always;
use crate::report::{self, name, reason, say};
use crate::streams::{Output, absolute, put};

const RM: Tool = Tool {
    usage: &["[OPTION]... [FILE]..."],
    about: "Remove (unlink) the FILE(s).",
    options: &[
        flag("f", "force", "ignore nonexistent files and arguments, never prompt"),
        flag("i", "", "prompt before every removal"),
        flag("I", "", "prompt once before removing more than three files, or recursively"),
        maybe("", "interactive", "WHEN", "prompt according to WHEN: never, once, or always"),
        flag("", "one-file-system", "there is only one"),
        flag("", "no-preserve-root", "do not treat '/' specially"),
        maybe("", "preserve-root", "all", "do not remove '/' (default)"),
        flag("r", "recursive", "remove directories and their contents recursively"),
        flag("R", "", "the same as -r"),
        flag("d", "dir", "remove empty directories"),
        flag("v", "verbose", "explain what is being done"),
    ],
    ..TOOL
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ask {
    Never,
    /// If the file cannot be written and there is somebody to ask.
    Protected,
    Always,
}

struct Remover {
    ask: Ask,
    force: bool,
    terminal: bool,
    recursive: bool,
    empty: bool,
    verbose: bool,
    out: Output,
}

pub(crate) fn main(args: &[String]) -> Outcome {
    let line = match RM.read(args.get(1..).unwrap_or_default()) {
        Err(Misuse::Wrong(message)) => return Err(misused(args, &message)),
        _ => RM.parse(args)?,
    };
    let mut ask = Ask::Protected;
    let mut once = false;
    for (key, given) in &line.options {
        match *key {
            "force" => (ask, once) = (Ask::Never, false),
            "i" => (ask, once) = (Ask::Always, false),
            "I" => (ask, once) = (Ask::Protected, true),
            "interactive" => {
                let words = ["never,no,none", "once", "always,yes"];
                let word = match given {
                    Some(given) => choose(&RM, "--interactive", given, &words)?,
                    None => "always",
                };
                (ask, once) = match word {
                    "never" => (Ask::Never, false),
                    "once" => (Ask::Protected, true),
                    _ => (Ask::Always, false),
                };
            }
            _ => {}
        }
    }
    let force = line.last_of(&["force", "i", "I", "interactive"]) == Some("force");
    if line.operands.is_empty() {
        if force {
            return Ok(0);
        }
        return Err(RM.missing_operand());
    }
    let recursive = line.has("recursive") || line.has("R");
    if once && (recursive || line.operands.len() > 3) {
        let count = line.operands.len();
        let noun = if count == 1 { "argument" } else { "arguments" };
        let how = if recursive { " recursively" } else { "" };
        if !ask::yes(&format!("remove {count} {noun}{how}? ")) {
            return Ok(0);
        }
    }
    let input = belljar_sys::Description::inherited(0);
    let mut remover = Remover {
        ask,
        force,
        terminal: input.is_some_and(|input| input.is_terminal()),
        recursive,
        empty: line.has("dir"),
        verbose: line.has("verbose"),
        out: Output::new(),
    };
    let root = line.last_of(&["no-preserve-root", "preserve-root"]) != Some("no-preserve-root");
    let mut good = true;
    for path in &line.operands {
        if matches!(base(path), "." | "..") {
            say!("refusing to remove '.' or '..' directory: skipping {}", always(path));
            good = false;
            continue;
        }
        if recursive && root && is_root(path) {
            say!("it is dangerous to operate recursively on {}", always(path));
            say!("use --no-preserve-root to override this failsafe");
            good = false;
            continue;
        }
        good &= remover.argument(path)?;
    }
    remover.out.flush()?;
    Ok(u8::from(!good))
}

/// Tells how to remove a file whose name looks like an option.
fn misused(args: &[String], message: &str) -> Exit {
    let hyphens = args.iter().skip(1).take_while(|arg| *arg != "--");
    let file = hyphens
        .filter(|arg| arg.len() > 1 && arg.starts_with('-'))
        .find(|arg| posix::lstat(&absolute(arg)).is_ok());
    let Some(file) = file else {
        return RM.wrong(message);
    };
    let (shown, path) = (always(file), crate::quoting::if_needed(&format!("./{file}")));
    RM.wrong(&format!("{message}\nTry 'rm {path}' to remove the file {shown}."))
}

fn is_root(path: &str) -> bool {
    match (posix::lstat(&absolute(path)), posix::stat("/")) {
        (Ok(found), Ok(root)) => crate::copy::identity(&found) == crate::copy::identity(&root),
        _ => false,
    }
}

/// What is to be done with a directory: look into it, or remove it after that.
enum Step {
    Enter(String, Stat),
    Leave(String, bool),
}

impl Remover {
    fn failed(&mut self, path: &str, error: &io::Error) -> Result<bool, Exit> {
        self.out.flush()?;
        report::failure(format_args!("cannot remove {}", always(path)), error);
        Ok(false)
    }

    fn argument(&mut self, path: &str) -> Result<bool, Exit> {
        let found = match posix::lstat(&absolute(path)) {
            Ok(found) if !path.is_empty() => found,
            Ok(_) if self.force => return Ok(true),
            Ok(_) => return self.failed(path, &Errno::NOENT.into()),
            Err(error) if self.force && gone(&error) => return Ok(true),
            Err(error) => return self.failed(path, &error),
        };
        if found.mode & S_IFMT != S_IFDIR {
            return self.file(path, &found);
        }
        if !self.recursive && !self.empty {
            return self.failed(path, &Errno::ISDIR.into());
        }
        if !self.recursive {
            if self.ask == Ask::Always && !self.agreed(&format!("remove directory {}? ", always(path)))? {
                return Ok(true);
            }
            return self.leave(path);
        }
        self.tree(path, found)
    }

    /// Removes a tree without recursion: how deep it is, somebody else has chosen.
    fn tree(&mut self, path: &str, found: Stat) -> Result<bool, Exit> {
        let mut good = true;
        let mut steps = vec![Step::Enter(path.to_owned(), found)];
        while let Some(step) = steps.pop() {
            match step {
                Step::Enter(path, found) => {
                    let entries = match crate::copy::names(&path) {
                        Ok(entries) => entries,
                        Err(error) => {
                            // An empty one that cannot be read can go nevertheless.
                            if fs::remove_dir(absolute(&path)).is_err() {
                                good &= self.failed(&path, &error)?;
                            }
                            continue;
                        }
                    };
                    let protected = self.protects(&path, &found);
                    if !entries.is_empty() && (self.ask == Ask::Always || protected) {
                        let what = if protected { "write-protected " } else { "" };
                        let question = format!("descend into {what}directory {}? ", always(&path));
                        if !self.agreed(&question)? {
                            continue;
                        }
                    }
                    let asks = self.ask == Ask::Always || protected;
                    steps.push(Step::Leave(path.clone(), asks));
                    for name in entries.into_iter().rev() {
                        let inner = join(&path, &name);
                        match posix::lstat(&absolute(&inner)) {
                            Ok(found) if found.mode & S_IFMT == S_IFDIR => {
                                steps.push(Step::Enter(inner, found));
                            }
                            Ok(found) => good &= self.file(&inner, &found)?,
                            Err(error) if gone(&error) => {}
                            Err(error) => good &= self.failed(&inner, &error)?,
                        }
                    }
                }
                Step::Leave(path, asks) => {
                    if asks && !self.agreed(&format!("remove directory {}? ", always(&path)))? {
                        continue;
                    }
                    good &= self.leave(&path)?;
                }
            }
        }
        Ok(good)
    }

    fn agreed(&mut self, question: &str) -> Result<bool, Exit> {
        self.out.flush()?;
        Ok(ask::yes(question))
    }

    fn protects(&self, path: &str, found: &Stat) -> bool {
        self.ask == Ask::Protected
            && self.terminal
            && found.mode & S_IFMT != S_IFLNK
            && posix::access(&absolute(path), 2).is_err()
    }

    fn file(&mut self, path: &str, found: &Stat) -> Result<bool, Exit> {
        let protected = self.protects(path, found);
        if self.ask == Ask::Always || protected {
            let what = match found.mode & S_IFMT {
                S_IFREG if found.size == 0 => "regular empty file",
                S_IFREG => "regular file",
                S_IFLNK => "symbolic link",
                posix::S_IFCHR => "character special file",
                posix::S_IFIFO => "fifo",
                _ => "file",
            };
            let adjective = if protected { "write-protected " } else { "" };
            if !self.agreed(&format!("remove {adjective}{what} {}? ", always(path)))? {
                return Ok(true);
            }
        }
        match fs::remove_file(absolute(path)) {
            Ok(()) => {
                if self.verbose {
                    put!(self.out, "removed {}\n", always(path))?;
                }
                Ok(true)
            }
            Err(error) if self.force && gone(&error) => Ok(true),
            Err(error) => self.failed(path, &error),
        }
    }

    fn leave(&mut self, path: &str) -> Result<bool, Exit> {
        match fs::remove_dir(absolute(path)) {
            Ok(()) => {
                if self.verbose {
                    put!(self.out, "removed directory {}\n", always(path))?;
                }
                Ok(true)
            }
            Err(error) => self.failed(path, &error),
        }
    }
}

fn gone(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

const RMDIR: Tool = Tool {
    usage: &["[OPTION]... DIRECTORY..."],
    about: "Remove the DIRECTORY(ies), if they are empty.",
    options: &[
        flag("", "ignore-fail-on-non-empty", "ignore each failure because a directory is non-empty"),
        flag("p", "parents", "remove DIRECTORY and its ancestors"),
        flag("v", "verbose", "output a diagnostic for every directory processed"),
    ],
    ..TOOL
};

pub(crate) fn rmdir(args: &[String]) -> Outcome {
    let line = RMDIR.parse(args)?;
    if line.operands.is_empty() {
        return Err(RMDIR.missing_operand());
    }
    let mut out = Output::new();
    let mut code = 0;
    for path in &line.operands {
        let mut at = path.trim_end_matches('/');
        if at.is_empty() {
            at = path;
        }
        let mut first = true;
        loop {
            if line.has("verbose") {
                let shown = if first { path } else { at };
                put!(out, "{}: removing directory, {}\n", name(), always(shown))?;
            }
            if let Err(error) = remove_directory(path, at, first) {
                // The standard library does not know all numbers of WASI.
                let full = error.kind() == io::ErrorKind::DirectoryNotEmpty
                    || error.raw_os_error() == Some(Errno::NOTEMPTY.raw_os_error());
                if !(full && line.has("ignore-fail-on-non-empty")) {
                    out.flush()?;
                    let (word, shown) = if first { ("failed to remove", path.as_str()) } else { ("failed to remove directory", at) };
                    say!("{word} {}: {}", always(shown), reason(&error));
                    code = 1;
                }
                break;
            }
            first = false;
            at = directory(at);
            if !line.has("parents") || matches!(at, "." | "/") {
                break;
            }
        }
    }
    out.flush()?;
    Ok(code)
}

fn remove_directory(path: &str, at: &str, first: bool) -> io::Result<()> {
    if first && path.ends_with('/') && posix::lstat(&absolute(at))?.mode & S_IFMT == S_IFLNK {
        return Err(io::Error::other("Symbolic link not followed"));
    }
    if at == "." {
        return Err(Errno::INVAL.into());
    }
    fs::remove_dir(absolute(at))
}
