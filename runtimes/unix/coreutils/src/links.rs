//! `ln`, `link`, `unlink`, `readlink`, `realpath`.

use rustix::fs::AtFlags;
use std::fs;
use std::io;

use belljar_sys::posix::{self, S_IFDIR, S_IFLNK, S_IFMT};

use rustix::io::Errno;

use crate::backup::{self, Backup};
use crate::names::{base, directory};
use crate::options::{Exit, Outcome, TOOL, Tool, flag, maybe, value};
use crate::paths::{self, Missing};
use crate::quoting::{always, if_needed};
use crate::report::{self, reason, say};
use crate::streams::{Output, absolute, put};

const LN: Tool = Tool {
    usage: &[
        "[OPTION]... [-T] TARGET LINK_NAME",
        "[OPTION]... TARGET",
        "[OPTION]... TARGET... DIRECTORY",
        "[OPTION]... -t DIRECTORY TARGET...",
    ],
    about: "Make links: hard ones by default, symbolic ones with --symbolic.",
    options: &[
        maybe("", "backup", "CONTROL", "make a backup of each existing destination file"),
        flag("b", "", "like --backup but does not accept an argument"),
        flag("f", "force", "remove existing destination files"),
        flag("i", "interactive", "prompt whether to remove destinations"),
        flag("L", "logical", "dereference TARGETs that are symbolic links"),
        flag("n", "no-dereference", "treat LINK_NAME as a normal file if it is a link to a directory"),
        flag("P", "physical", "make hard links directly to symbolic links"),
        flag("r", "relative", "with -s, create links relative to link location"),
        flag("s", "symbolic", "make symbolic links instead of hard links"),
        value("S", "suffix", "SUFFIX", "override the usual backup suffix"),
        value("t", "target-directory", "DIRECTORY", "the DIRECTORY in which to create the links"),
        flag("T", "no-target-directory", "treat LINK_NAME as a normal file always"),
        flag("v", "verbose", "print name of each linked file"),
    ],
    ..TOOL
};

pub(crate) fn ln(args: &[String]) -> Outcome {
    let line = LN.parse(args)?;
    let mut targets = line.operands.clone();
    if targets.is_empty() {
        return Err(LN.wrong("missing file operand"));
    }
    let backup = Backup::of(&LN, &line)?;
    let no_follow = line.has("no-dereference");
    let into = if let Some(into) = line.value("target-directory") {
        if !is_directory(into, true) {
            let error = posix::stat(into).err();
            let why = error.map_or("Not a directory".to_owned(), |error| reason(&error));
            say!("target directory {}: {why}", always(into));
            return Ok(1);
        }
        Some(into.to_owned())
    } else if line.has("no-target-directory") {
        match targets.as_slice() {
            [_] => {
                let target = always(&targets[0]);
                return Err(LN.wrong(&format!("missing destination file operand after {target}")));
            }
            [_, _] => None,
            [_, _, extra, ..] => {
                return Err(LN.wrong(&format!("extra operand {}", always(extra))));
            }
            [] => None,
        }
    } else if targets.len() == 1 {
        Some(".".to_owned())
    } else {
        let last = targets.last().cloned().unwrap_or_default();
        let directory = is_directory(&last, !no_follow);
        if !directory && targets.len() > 2 {
            say!("target {}: {}", always(&last), not_a_directory(&last));
            return Ok(1);
        }
        directory.then(|| {
            targets.pop();
            last
        })
    };
    let mut out = Output::new();
    let mut code = 0;
    let pairs: Vec<(String, String)> = match into {
        Some(into) => targets
            .into_iter()
            .map(|target| {
                let link = paths::join(&into, base(&target));
                (target, link)
            })
            .collect(),
        None => {
            let link = targets.pop().unwrap_or_default();
            targets.into_iter().map(|target| (target, link.clone())).collect()
        }
    };
    let symbolic = line.has("symbolic");
    let relative = line.has("relative");
    if relative && !symbolic {
        say!("cannot do --relative without --symbolic");
        return Ok(1);
    }
    let replace = line.last_of(&["force", "interactive"]);
    for (target, link) in pairs {
        let target = if relative { relative_target(&target, &link) } else { target };
        let made = if symbolic { "symbolic link" } else { "hard link" };
        let there = posix::lstat(&link).is_ok();
        let itself = || paths::normal(&target) == paths::normal(&link);
        if there && !symbolic && replace.is_some() && backup.is_none() && itself() {
            say!("{} and {} are the same file", always(&target), always(&link));
            code = 1;
            continue;
        }
        if there && is_directory(&link, false) && replace.is_some() {
            say!("{}: cannot overwrite directory", if_needed(&link));
            code = 1;
            continue;
        }
        if there && replace == Some("interactive") {
            let question = format!("replace {}? ", always(&link));
            if !crate::ask::yes(&question) {
                continue;
            }
        }
        let mut saved = None;
        if there && let Some(backup) = &backup {
            let name = backup.name(&link);
            if let Err(error) = fs::rename(&link, &name) {
                report::failure(format_args!("cannot backup {}", always(&link)), &error);
                code = 1;
                continue;
            }
            saved = Some(name);
        } else if there
            && replace.is_some()
            && let Err(error) = fs::remove_file(&link)
        {
            report::failure(format_args!("cannot remove {}", always(&link)), &error);
            code = 1;
            continue;
        }
        let follow = line.last_of(&["logical", "physical"]) == Some("logical");
        if !symbolic && is_directory(&target, follow) {
            say!("{}: hard link not allowed for directory", if_needed(&target));
            code = 1;
            continue;
        }
        let result = if symbolic {
            symlink(&target, &link)
        } else {
            hard_link(&target, &link, follow)
        };
        match result {
            Ok(()) if line.has("verbose") => {
                let arrow = if symbolic { "->" } else { "=>" };
                let note = backup::note(saved.as_deref());
                put!(out, "{} {arrow} {}{note}\n", always(&link), always(&target))?;
            }
            Ok(()) => {}
            Err(error) => {
                code = 1;
                let exists = error.kind() == io::ErrorKind::AlreadyExists;
                if !symbolic && !exists && posix::lstat(&target).is_err() {
                    report::failure(format_args!("failed to access {}", always(&target)), &error);
                } else if !symbolic && !exists {
                    let (link, target) = (always(&link), always(&target));
                    let what = format!("failed to create {made} {link} => {target}");
                    report::failure(what, &error);
                } else {
                    let what = format!("failed to create {made} {}", always(&link));
                    report::failure(what, &error);
                }
            }
        }
    }
    out.flush()?;
    Ok(code)
}

fn not_a_directory(path: &str) -> String {
    match posix::stat(path) {
        Ok(_) => "Not a directory".to_owned(),
        Err(error) => reason(&error),
    }
}

fn relative_target(target: &str, link: &str) -> String {
    let place = paths::canonical(directory(link), Missing::Anything);
    let target_path = paths::canonical(target, Missing::Anything);
    match (place, target_path) {
        (Ok(place), Ok(path)) => paths::relative(&path, &place),
        _ => target.to_owned(),
    }
}

/// Makes a link to a file; to what a link points at if `follow`.
pub(crate) fn hard_link(target: &str, link: &str, follow: bool) -> io::Result<()> {
    if is_directory(target, follow) {
        return Err(io::Error::other("hard link not allowed for directory"));
    }
    let target = if follow {
        paths::canonical(target, Missing::Nothing)?
    } else {
        target.to_owned()
    };
    // Through their directories: the C library of some toolchains mixes up the two paths.
    let (from, name) = parent(&target)?;
    let (into, link) = parent(link)?;
    Ok(rustix::fs::linkat(from, name, into, link, AtFlags::empty())?)
}

/// The directory of a path, opened, and the name in it.
fn parent(path: &str) -> io::Result<(fs::File, &str)> {
    let (directory, name) = path.rsplit_once('/').unwrap_or((".", path));
    let directory = if directory.is_empty() { "/" } else { directory };
    Ok((fs::File::open(directory)?, name))
}

/// Makes a symbolic link.
pub(crate) fn symlink(target: &str, link: &str) -> io::Result<()> {
    Ok(rustix::fs::symlink(target, link)?)
}

pub(crate) fn is_directory(path: &str, follow: bool) -> bool {
    let found = if follow { posix::stat(path) } else { posix::lstat(path) };
    found.is_ok_and(|found| found.mode & S_IFMT == S_IFDIR)
}

const LINK: Tool = Tool {
    usage: &["FILE1 FILE2"],
    about: "Call the link function to create a link named FILE2 to an existing FILE1.",
    ..TOOL
};

pub(crate) fn link(args: &[String]) -> Outcome {
    let line = LINK.parse(args)?;
    let [target, link] = two(&LINK, &line.operands)?;
    match hard_link(&target, &link, false) {
        Ok(()) => Ok(0),
        Err(error) => {
            let (link, target) = (always(&link), always(&target));
            report::failure(format_args!("cannot create link {link} to {target}"), &error);
            Ok(1)
        }
    }
}

fn two(tool: &Tool, operands: &[String]) -> Result<[String; 2], Exit> {
    match operands {
        [] => Err(tool.missing_operand()),
        [one] => {
            let one = crate::quoting::locale(one);
            Err(tool.wrong(&format!("missing operand after {one}")))
        }
        [one, two] => Ok([one.clone(), two.clone()]),
        [_, _, extra, ..] => Err(tool.extra_operand(extra)),
    }
}

const UNLINK: Tool = Tool {
    usage: &["FILE"],
    about: "Call the unlink function to remove the specified FILE.",
    ..TOOL
};

pub(crate) fn unlink(args: &[String]) -> Outcome {
    let line = UNLINK.parse(args)?;
    match line.operands.as_slice() {
        [] => Err(UNLINK.missing_operand()),
        [path] => match fs::remove_file(path) {
            Ok(()) => Ok(0),
            Err(error) => {
                report::failure(format_args!("cannot unlink {}", always(path)), &error);
                Ok(1)
            }
        },
        [_, extra, ..] => Err(UNLINK.extra_operand(extra)),
    }
}

const READLINK: Tool = Tool {
    usage: &["[OPTION]... FILE..."],
    about: "Print value of a symbolic link or canonical file name.",
    options: &[
        flag("f", "canonicalize", "follow every link; all but the last component must exist"),
        flag("e", "canonicalize-existing", "follow every link; all components must exist"),
        flag("m", "canonicalize-missing", "follow every link; nothing need exist"),
        flag("n", "no-newline", "do not output the trailing delimiter"),
        flag("q", "quiet", "suppress most error messages (default)"),
        flag("s", "silent", "the same as --quiet"),
        flag("v", "verbose", "report error messages"),
        flag("z", "zero", "end each output line with NUL, not newline"),
    ],
    ..TOOL
};

pub(crate) fn readlink(args: &[String]) -> Outcome {
    let line = READLINK.parse(args)?;
    if line.operands.is_empty() {
        return Err(READLINK.missing_operand());
    }
    let how = line.last_of(&["canonicalize", "canonicalize-existing", "canonicalize-missing"]);
    let verbose = line.last_of(&["quiet", "silent", "verbose"]) == Some("verbose");
    let mut newline = !line.has("no-newline");
    if !newline && line.operands.len() > 1 {
        say!("ignoring --no-newline with multiple arguments");
        newline = true;
    }
    let end = match (newline, line.has("zero")) {
        (false, _) => "",
        (true, true) => "\0",
        (true, false) => "\n",
    };
    let mut out = Output::new();
    let mut code = 0;
    for path in &line.operands {
        let result = match how {
            Some("canonicalize") => paths::canonical(path, Missing::Last),
            Some("canonicalize-existing") => paths::canonical(path, Missing::Nothing),
            Some(_) => paths::canonical(path, Missing::Anything),
            None => read_link(path),
        };
        match result {
            Ok(target) => put!(out, "{target}{end}")?,
            Err(error) => {
                code = 1;
                if verbose {
                    report::failure(if_needed(path), &error);
                }
            }
        }
    }
    out.flush()?;
    Ok(code)
}

fn read_link(path: &str) -> io::Result<String> {
    if posix::lstat(path)?.mode & S_IFMT != S_IFLNK {
        return Err(Errno::INVAL.into());
    }
    Ok(fs::read_link(path)?.to_string_lossy().into_owned())
}

const REALPATH: Tool = Tool {
    usage: &["[OPTION]... FILE..."],
    about: "Print the resolved absolute file name.",
    options: &[
        flag("e", "canonicalize-existing", "all components of the path must exist"),
        flag("m", "canonicalize-missing", "no path components need exist or be a directory"),
        flag("L", "logical", "resolve '..' components before symlinks"),
        flag("P", "physical", "resolve symlinks as encountered (default)"),
        flag("q", "quiet", "suppress most error messages"),
        value("", "relative-to", "DIR", "print the resolved path relative to DIR"),
        value("", "relative-base", "DIR", "print absolute paths unless paths below DIR"),
        flag("s", "strip", "don't expand symlinks"),
        flag("", "no-symlinks", "the same as --strip"),
        flag("z", "zero", "end each output line with NUL, not newline"),
    ],
    ..TOOL
};

pub(crate) fn realpath(args: &[String]) -> Outcome {
    let line = REALPATH.parse(args)?;
    if line.operands.is_empty() {
        return Err(REALPATH.missing_operand());
    }
    let missing = match line.last_of(&["canonicalize-existing", "canonicalize-missing"]) {
        Some("canonicalize-existing") => Missing::Nothing,
        Some(_) => Missing::Anything,
        None => Missing::Last,
    };
    let strip = line.last_of(&["strip", "no-symlinks", "logical", "physical"]);
    let real = |path: &str| -> io::Result<String> {
        match strip {
            Some("strip" | "no-symlinks") => {
                let path = paths::normal(path);
                match missing {
                    Missing::Nothing => {
                        posix::stat(&path)?;
                    }
                    Missing::Last => {
                        posix::stat(directory(&path))?;
                    }
                    Missing::Anything => {}
                }
                Ok(path)
            }
            Some("logical") if !path.is_empty() => {
                paths::canonical(&paths::normal(path), missing)
            }
            _ => paths::canonical(path, missing),
        }
    };
    let place = |key: &str| -> Result<Option<String>, Exit> {
        let Some(path) = line.value(key) else {
            return Ok(None);
        };
        match real(path) {
            Ok(path) => Ok(Some(path)),
            Err(error) => {
                report::failure(if_needed(path), &error);
                Err(Exit(1))
            }
        }
    };
    let below = place("relative-base")?;
    let to = match (place("relative-to")?, &below) {
        (Some(to), Some(below)) if !is_below(&to, below) => {
            // Then nothing is shown relative, as GNU has it.
            drop(to);
            None
        }
        (None, below) => below.clone(),
        (to, _) => to,
    };
    let end = if line.has("zero") { '\0' } else { '\n' };
    let mut out = Output::new();
    let mut code = 0;
    for path in &line.operands {
        match real(path) {
            Ok(path) => {
                let near = below.as_ref().is_none_or(|below| is_below(&path, below));
                let shown = match &to {
                    Some(to) if near => paths::relative(&path, to),
                    _ => path,
                };
                put!(out, "{shown}{end}")?;
            }
            Err(error) => {
                code = 1;
                if !line.has("quiet") {
                    report::failure(if_needed(path), &error);
                }
            }
        }
    }
    out.flush()?;
    Ok(code)
}

fn is_below(path: &str, place: &str) -> bool {
    let place = absolute(place);
    path == place
        || place == "/"
        || path.strip_prefix(&place).is_some_and(|rest| rest.starts_with('/'))
}
