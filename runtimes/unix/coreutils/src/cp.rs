//! `cp` and `install`.

use std::fs;

use belljar_sys::posix;

use crate::accounts::Accounts;
use crate::backup::Backup;
use crate::copy::{Copier, Existing, Follow};
use crate::modes;
use crate::names::directory;
use crate::options::{Exit, Line, Outcome, TOOL, Tool, choose, flag, maybe, value};
use crate::quoting::{always, locale};
use crate::report::{self, say};
use crate::streams::{absolute, put};
use crate::targets;

const CP: Tool = Tool {
    usage: &[
        "[OPTION]... [-T] SOURCE DEST",
        "[OPTION]... SOURCE... DIRECTORY",
        "[OPTION]... -t DIRECTORY SOURCE...",
    ],
    about: "Copy SOURCE to DEST, or multiple SOURCE(s) to DIRECTORY.",
    options: &[
        flag("a", "archive", "same as -dR --preserve=all"),
        flag("", "attributes-only", "don't copy the file data, just the attributes"),
        maybe("", "backup", "CONTROL", "make a backup of each existing destination file"),
        flag("b", "", "like --backup but does not accept an argument"),
        flag("", "copy-contents", "copy contents of special files when recursive"),
        flag("d", "", "same as --no-dereference --preserve=links"),
        flag("f", "force", "if a destination file cannot be opened, remove it and try again"),
        flag("H", "", "follow command-line symbolic links in SOURCE"),
        flag("i", "interactive", "prompt before overwrite"),
        flag("l", "link", "hard link files instead of copying"),
        flag("L", "dereference", "always follow symbolic links in SOURCE"),
        flag("n", "no-clobber", "do not overwrite an existing file"),
        flag("P", "no-dereference", "never follow symbolic links in SOURCE"),
        flag("p", "", "same as --preserve=mode,ownership,timestamps"),
        maybe("", "preserve", "ATTR_LIST", "preserve the specified attributes"),
        value("", "no-preserve", "ATTR_LIST", "don't preserve the specified attributes"),
        flag("", "parents", "use full source file name under DIRECTORY"),
        flag("R", "recursive", "copy directories recursively"),
        flag("r", "", "the same as -R"),
        maybe("", "reflink", "WHEN", "copies share data anyway"),
        flag("", "remove-destination", "remove each existing destination file first"),
        value("", "sparse", "WHEN", "accepted; files have no holes"),
        flag("", "strip-trailing-slashes", "remove any trailing slashes from each SOURCE"),
        flag("s", "symbolic-link", "make symbolic links instead of copying"),
        value("S", "suffix", "SUFFIX", "override the usual backup suffix"),
        value("t", "target-directory", "DIRECTORY", "copy all SOURCE arguments into DIRECTORY"),
        flag("T", "no-target-directory", "treat DEST as a normal file"),
        maybe("u", "update", "UPDATE", "copy only when the SOURCE file is newer"),
        flag("v", "verbose", "explain what is being done"),
        flag("x", "one-file-system", "stay on this file system"),
        flag("Z", "context", "ignored"),
    ],
    ..TOOL
};

/// Which attributes a list names, as flags of a copier.
fn attributes(copier: &mut Copier, option: &str, list: &str, keep: bool) -> Result<(), Exit> {
    for word in list.split(',') {
        let words = ["mode", "timestamps", "ownership", "links", "context", "xattr", "all"];
        let word = choose(&CP, option, word, &words)?;
        if matches!(word, "mode" | "all") {
            copier.keep_mode = keep;
            copier.plain_mode = !keep;
        }
        if matches!(word, "timestamps" | "all") {
            copier.keep_times = keep;
        }
        if matches!(word, "links" | "all") {
            copier.keep_links = keep;
        }
    }
    Ok(())
}

pub(crate) fn cp(args: &[String]) -> Outcome {
    let line = CP.parse(args)?;
    let mut copier = Copier::new();
    let mut follow = None;
    for (key, given) in &line.options {
        match *key {
            "archive" => {
                attributes(&mut copier, "--preserve", "all", true)?;
                copier.recursive = true;
                follow = Some(Follow::Never);
            }
            "attributes-only" => copier.attributes_only = true,
            "d" => {
                copier.keep_links = true;
                follow = Some(Follow::Never);
            }
            "p" => attributes(&mut copier, "--preserve", "mode,ownership,timestamps", true)?,
            "preserve" => {
                let list = given.as_deref().unwrap_or("mode,ownership,timestamps");
                attributes(&mut copier, "--preserve", list, true)?;
            }
            "no-preserve" => {
                attributes(&mut copier, "--no-preserve", given.as_deref().unwrap_or(""), false)?;
            }
            "force" => copier.force = true,
            "H" => follow = Some(Follow::Arguments),
            "dereference" => follow = Some(Follow::Always),
            "no-dereference" => follow = Some(Follow::Never),
            "interactive" => copier.existing = Existing::Ask,
            "no-clobber" => copier.existing = Existing::Keep,
            "link" => copier.hard = true,
            "symbolic-link" => copier.symbolic = true,
            "recursive" | "r" => copier.recursive = true,
            "remove-destination" => copier.remove_first = true,
            "update" => match given.as_deref() {
                None => copier.update = true,
                Some(given) => match choose(&CP, "--update", given, &["all", "none", "older"])? {
                    "older" => copier.update = true,
                    "none" => copier.existing = Existing::Keep,
                    _ => copier.update = false,
                },
            },
            "verbose" => copier.verbose = true,
            _ => {}
        }
    }
    if copier.hard && copier.symbolic {
        return Err(CP.wrong("cannot make both hard and symbolic links"));
    }
    copier.backup = Backup::of(&CP, &line)?;
    if copier.backup.is_some() && copier.existing == Existing::Keep {
        return Err(CP.wrong("options --backup and --no-clobber are mutually exclusive"));
    }
    let linking = copier.recursive || copier.hard;
    copier.follow = follow.unwrap_or(if linking { Follow::Never } else { Follow::Always });
    let parents = line.has("parents");
    let (pairs, _) = targets::pairs(&CP, &line, parents)?;
    let mut good = true;
    for (source, target) in pairs {
        if parents {
            good &= copier.parents(&source, &target)?;
        }
        good &= copier.copy(&source, &target)?;
    }
    copier.out.flush()?;
    Ok(u8::from(!good))
}

const INSTALL: Tool = Tool {
    usage: &[
        "[OPTION]... [-T] SOURCE DEST",
        "[OPTION]... SOURCE... DIRECTORY",
        "[OPTION]... -t DIRECTORY SOURCE...",
        "[OPTION]... -d DIRECTORY...",
    ],
    about: "Copy files and set attributes.",
    options: &[
        maybe("", "backup", "CONTROL", "make a backup of each existing destination file"),
        flag("b", "", "like --backup but does not accept an argument"),
        flag("c", "", "(ignored)"),
        flag("C", "compare", "do not touch a destination that has the same content and mode"),
        flag("d", "directory", "treat all arguments as directory names; create them"),
        flag("D", "", "create all leading components of DEST except the last"),
        value("g", "group", "GROUP", "set group ownership"),
        value("m", "mode", "MODE", "set permission mode (as in chmod), instead of rwxr-xr-x"),
        value("o", "owner", "OWNER", "set ownership"),
        flag("p", "preserve-timestamps", "apply access and modification times of SOURCE files"),
        flag("s", "strip", "strip symbol tables (there is no strip for WebAssembly: refused)"),
        value("S", "suffix", "SUFFIX", "override the usual backup suffix"),
        value("t", "target-directory", "DIRECTORY", "copy all SOURCE arguments into DIRECTORY"),
        flag("T", "no-target-directory", "treat DEST as a normal file"),
        flag("v", "verbose", "print the name of each directory as it is created"),
    ],
    ..TOOL
};

pub(crate) fn install(args: &[String]) -> Outcome {
    let line = INSTALL.parse(args)?;
    let change = match line.value("mode") {
        None => modes::Change::Set { bits: 0o755, all: true },
        Some(text) => match modes::parse(text) {
            Some(change) => change,
            None => {
                say!("invalid mode {}", locale(text));
                return Ok(1);
            }
        },
    };
    if line.has("strip") {
        say!("there is no 'strip' program here");
        return Ok(1);
    }
    ownership(&line)?;
    if line.has("directory") {
        return directories(&line, change.apply(0, true, 0));
    }
    let mode = change.apply(0, false, 0);
    if line.has("D") {
        let leading = match (line.value("target-directory"), line.operands.as_slice()) {
            (Some(into), _) => Some(into.to_owned()),
            (None, [_, target]) => Some(directory(target).to_owned()),
            (None, [_, .., last]) => Some(last.clone()),
            _ => None,
        };
        if let Some(leading) = leading {
            make_all(&leading, line.has("verbose"))?;
        }
    }
    let mut copier = Copier::new();
    copier.remove_first = true;
    copier.keep_times = line.has("preserve-timestamps");
    copier.backup = Backup::of(&INSTALL, &line)?;
    let (pairs, _) = targets::pairs(&INSTALL, &line, false)?;
    let mut good = true;
    for (source, target) in pairs {
        if posix::stat(&absolute(&source)).is_ok_and(|found| found.mode & posix::S_IFMT == posix::S_IFDIR) {
            say!("omitting directory {}", always(&source));
            good = false;
            continue;
        }
        if line.has("compare") && unchanged(&source, &target, mode) {
            continue;
        }
        if line.has("verbose") {
            if posix::lstat(&absolute(&target)).is_ok() && copier.backup.is_none() {
                put!(copier.out, "removed {}\n", always(&target))?;
            }
            put!(copier.out, "{} -> {}\n", always(&source), always(&target))?;
        }
        if !copier.copy(&source, &target)? {
            good = false;
            continue;
        }
        if let Err(error) = posix::chmod(&absolute(&target), mode) {
            report::failure(format_args!("setting permissions for {}", always(&target)), &error);
            good = false;
        }
    }
    copier.out.flush()?;
    Ok(u8::from(!good))
}

fn unchanged(source: &str, target: &str, mode: u32) -> bool {
    let (source, target) = (absolute(source), absolute(target));
    let (Ok(from), Ok(to)) = (posix::stat(&source), posix::lstat(&target)) else {
        return false;
    };
    to.mode == posix::S_IFREG | mode
        && from.size == to.size
        && matches!((fs::read(&source), fs::read(&target)), (Ok(from), Ok(to)) if from == to)
}

/// Owners can only be set to what they are.
fn ownership(line: &Line) -> Result<(), Exit> {
    let accounts = Accounts::load();
    if let Some(name) = line.value("owner") {
        let uid = accounts.user_named(name).map(|user| user.uid).or_else(|| name.parse().ok());
        match uid {
            None => {
                say!("invalid user {}", locale(name));
                return Err(Exit(1));
            }
            Some(uid) if uid != posix::uid() => {
                say!("cannot change ownership to {}: Operation not permitted", locale(name));
                return Err(Exit(1));
            }
            Some(_) => {}
        }
    }
    if let Some(name) = line.value("group") {
        let gid = accounts.group_named(name).or_else(|| name.parse().ok());
        match gid {
            None => {
                say!("invalid group {}", locale(name));
                return Err(Exit(1));
            }
            Some(gid) if gid != posix::gid() => {
                say!("cannot change ownership to {}: Operation not permitted", locale(name));
                return Err(Exit(1));
            }
            Some(_) => {}
        }
    }
    Ok(())
}

fn directories(line: &Line, mode: u32) -> Outcome {
    if line.operands.is_empty() {
        return Err(INSTALL.wrong("missing file operand"));
    }
    let mut code = 0;
    for path in &line.operands {
        let made = make_all(path, line.has("verbose"));
        let result = made.map(|()| posix::chmod(&absolute(path), mode));
        match result {
            Ok(Ok(())) => {}
            Ok(Err(error)) => {
                report::failure(format_args!("cannot change permissions of {}", always(path)), &error);
                code = 1;
            }
            Err(Exit(_)) => code = 1,
        }
    }
    Ok(code)
}

fn make_all(path: &str, verbose: bool) -> Result<(), Exit> {
    let mut missing = Vec::new();
    let mut at = path;
    while posix::stat(&absolute(at)).is_err() {
        missing.push(at);
        if matches!(at, "." | "/") {
            break;
        }
        at = directory(at);
    }
    for path in missing.into_iter().rev() {
        if let Err(error) = fs::create_dir(absolute(path)) {
            report::failure(format_args!("cannot create directory {}", always(path)), &error);
            return Err(Exit(1));
        }
        if verbose {
            report::output(&format!("{}: creating directory {}\n", report::name(), always(path)));
        }
    }
    if posix::stat(&absolute(path)).is_ok_and(|found| found.mode & posix::S_IFMT != posix::S_IFDIR) {
        say!("cannot create directory {}: File exists", always(path));
        return Err(Exit(1));
    }
    Ok(())
}
