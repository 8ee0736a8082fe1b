//! `chmod`, `chown`, `chgrp`.

use std::io;

use belljar_sys::posix::{self, S_IFDIR, S_IFLNK, S_IFMT, Stat};

use rustix::io::Errno;

use crate::accounts::Accounts;
use crate::modes::{self, Change};
use crate::options::{Exit, Line, Outcome, TOOL, Tool, flag, value};
use crate::paths::join;
use crate::quoting::{always, locale};
use crate::report::{self, say};
use crate::streams::{Output, absolute, put};

const CHMOD: Tool = Tool {
    usage: &[
        "[OPTION]... MODE[,MODE]... FILE...",
        "[OPTION]... OCTAL-MODE FILE...",
        "[OPTION]... --reference=RFILE FILE...",
    ],
    about: "Change the mode of each FILE to MODE.",
    options: &[
        flag("c", "changes", "like verbose but report only when a change is made"),
        flag("f", "silent", "suppress most error messages"),
        flag("", "quiet", "the same as --silent"),
        flag("v", "verbose", "output a diagnostic for every file processed"),
        flag("", "no-preserve-root", "do not treat '/' specially (the default)"),
        flag("", "preserve-root", "fail to operate recursively on '/'"),
        value("", "reference", "RFILE", "use RFILE's mode instead of specifying MODE values"),
        flag("R", "recursive", "change files and directories recursively"),
    ],
    ..TOOL
};

/// How much is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Telling {
    changes: bool,
    all: bool,
    errors: bool,
}

impl Telling {
    fn of(line: &Line) -> Self {
        let last = line.last_of(&["changes", "verbose"]);
        Self {
            changes: last.is_some(),
            all: last == Some("verbose"),
            errors: !(line.has("silent") || line.has("quiet")),
        }
    }
}

pub(crate) fn chmod(args: &[String]) -> Outcome {
    let (args, early) = modes_that_look_like_options(args);
    let line = CHMOD.parse(&args)?;
    let mut files = line.operands.clone();
    let change = if let Some(reference) = line.value("reference") {
        match posix::stat(&absolute(reference)) {
            Ok(found) => Change::Set {
                bits: found.mode & 0o7777,
                all: true,
            },
            Err(error) => {
                report::failure(format_args!("failed to get attributes of {}", always(reference)), &error);
                return Ok(1);
            }
        }
    } else {
        let text = match early {
            Some(text) => text,
            None if files.is_empty() => return Err(CHMOD.missing_operand()),
            None => files.remove(0),
        };
        let Some(change) = modes::parse(&text) else {
            return Err(CHMOD.wrong(&format!("invalid mode: {}", locale(&text))));
        };
        if files.is_empty() {
            return Err(CHMOD.wrong(&format!("missing operand after {}", locale(&text))));
        }
        change
    };
    if files.is_empty() {
        return Err(CHMOD.missing_operand());
    }
    let umask = posix::umask();
    let telling = Telling::of(&line);
    let mut out = Output::new();
    let mut good = true;
    for file in &files {
        if line.has("recursive") && line.has("preserve-root") && file.trim_end_matches('/').is_empty() {
            say!("it is dangerous to operate recursively on {}", always(file));
            say!("use --no-preserve-root to override this failsafe");
            good = false;
            continue;
        }
        let mut one = |path: &str, argument: bool| -> Result<bool, Exit> {
            change_mode(path, argument, &change, umask, telling, &mut out)
        };
        good &= if line.has("recursive") {
            walk(file, telling.errors, &mut one)?
        } else {
            one(file, true)?
        };
    }
    out.flush()?;
    Ok(u8::from(!good))
}

/// `chmod -x file` is a mode and no option.
fn modes_that_look_like_options(args: &[String]) -> (Vec<String>, Option<String>) {
    let mut mode: Option<String> = None;
    let mut kept = Vec::new();
    let mut options = true;
    for (index, arg) in args.iter().enumerate() {
        options &= arg != "--";
        let rest = arg.strip_prefix('-').unwrap_or_default();
        let is_mode = index > 0
            && options
            && rest.starts_with(|c: char| "rwxXstugoa01234567,+=".contains(c))
            && modes::parse(arg).is_some();
        if is_mode {
            mode = Some(match mode {
                Some(mode) => format!("{mode},{arg}"),
                None => arg.clone(),
            });
        } else {
            kept.push(arg.clone());
        }
    }
    (kept, mode)
}

fn change_mode(
    path: &str,
    argument: bool,
    change: &Change,
    umask: u32,
    telling: Telling,
    out: &mut Output,
) -> Result<bool, Exit> {
    let place = absolute(path);
    let found = match posix::lstat(&place) {
        Ok(found) if found.mode & S_IFMT == S_IFLNK => {
            if !argument {
                // Links that are met on the way have no mode.
                return Ok(true);
            }
            match posix::stat(&place) {
                Ok(found) => found,
                Err(error) if error.kind() == io::ErrorKind::NotFound => {
                    if telling.errors {
                        say!("cannot operate on dangling symlink {}", always(path));
                    }
                    return Ok(false);
                }
                Err(error) => return denied("cannot access", path, &error, telling),
            }
        }
        Ok(found) => found,
        Err(error) => return denied("cannot access", path, &error, telling),
    };
    let old = found.mode & 0o7777;
    let is_directory = found.mode & S_IFMT == S_IFDIR;
    let new = change.apply(old, is_directory, umask);
    if let Err(error) = posix::chmod(&place, new) {
        if telling.all {
            put!(out, "failed to change mode of {} from {}\n", always(path), from_to(old, new))?;
        }
        return denied("changing permissions of", path, &error, telling);
    }
    if new != old && telling.changes {
        put!(out, "mode of {} changed from {}\n", always(path), from_to(old, new))?;
    } else if telling.all {
        let shown = modes::display(new);
        let shown = shown.get(1..).unwrap_or_default();
        put!(out, "mode of {} retained as {new:04o} ({shown})\n", always(path))?;
    }
    if let Change::Clauses(_) = change
        && let Some((got, meant)) = change.surprises(old, is_directory, umask)
    {
        out.flush()?;
        let (got, meant) = (modes::display(got), modes::display(meant));
        say!(
            "{}: new permissions are {}, not {}",
            crate::quoting::if_needed(path),
            got.get(1..).unwrap_or_default(),
            meant.get(1..).unwrap_or_default()
        );
        return Ok(false);
    }
    Ok(true)
}

fn from_to(old: u32, new: u32) -> String {
    let show = |mode: u32| {
        let text = modes::display(mode);
        format!("{:04o} ({})", mode & 0o7777, text.get(1..).unwrap_or_default())
    };
    format!("{} to {}", show(old), show(new))
}

fn denied(what: &str, path: &str, error: &io::Error, telling: Telling) -> Result<bool, Exit> {
    if telling.errors {
        report::failure(format_args!("{what} {}", always(path)), error);
    }
    Ok(false)
}

/// Calls `one` for a path and all that is in it, directories first.
fn walk(
    path: &str,
    errors: bool,
    one: &mut dyn FnMut(&str, bool) -> Result<bool, Exit>,
) -> Result<bool, Exit> {
    let mut good = true;
    let mut todo = vec![(path.to_owned(), true)];
    while let Some((path, argument)) = todo.pop() {
        good &= one(&path, argument)?;
        let found = if argument { posix::stat(&absolute(&path)) } else { posix::lstat(&absolute(&path)) };
        if !found.is_ok_and(|found| found.mode & S_IFMT == S_IFDIR) {
            continue;
        }
        match crate::copy::names(&path) {
            Ok(names) => {
                for name in names.into_iter().rev() {
                    todo.push((join(&path, &name), false));
                }
            }
            Err(error) => {
                if errors {
                    report::failure(format_args!("cannot read directory {}", always(&path)), &error);
                }
                good = false;
            }
        }
    }
    Ok(good)
}

const CHOWN: Tool = Tool {
    usage: &["[OPTION]... [OWNER][:[GROUP]] FILE...", "[OPTION]... --reference=RFILE FILE..."],
    about: "Change the owner and group of each FILE. All files of a sandbox belong to its user,\n\
        so only what changes nothing is permitted.",
    options: &[
        flag("c", "changes", "like verbose but report only when a change is made"),
        flag("f", "silent", "suppress most error messages"),
        flag("", "quiet", "the same as --silent"),
        flag("v", "verbose", "output a diagnostic for every file processed"),
        flag("", "dereference", "affect the referent of each symbolic link (default)"),
        flag("h", "no-dereference", "affect symbolic links instead of any referenced file"),
        value("", "from", "CURRENT_OWNER:CURRENT_GROUP", "change only what has these"),
        flag("", "no-preserve-root", "do not treat '/' specially (the default)"),
        flag("", "preserve-root", "fail to operate recursively on '/'"),
        value("", "reference", "RFILE", "use RFILE's owner and group"),
        flag("R", "recursive", "operate on files and directories recursively"),
        flag("H", "", "with -R, follow links on the command line"),
        flag("L", "", "with -R, follow all links"),
        flag("P", "", "with -R, follow no links (default)"),
    ],
    ..TOOL
};

/// `chown` and `chgrp`.
pub(crate) fn chown(args: &[String]) -> Outcome {
    let line = CHOWN.parse(args)?;
    let group_only = report::name() == "chgrp";
    let accounts = Accounts::load();
    let mut files = line.operands.clone();
    let wanted = if let Some(reference) = line.value("reference") {
        match posix::stat(&absolute(reference)) {
            Ok(found) => (Some(found.uid).filter(|_| !group_only), Some(found.gid)),
            Err(error) => {
                report::failure(format_args!("failed to get attributes of {}", always(reference)), &error);
                return Ok(1);
            }
        }
    } else {
        if files.is_empty() {
            return Err(CHOWN.missing_operand());
        }
        let text = files.remove(0);
        if files.is_empty() {
            return Err(CHOWN.wrong(&format!("missing operand after {}", locale(&text))));
        }
        owners(&text, group_only, &accounts)?
    };
    if files.is_empty() {
        return Err(CHOWN.missing_operand());
    }
    let telling = Telling::of(&line);
    let follow = !line.has("no-dereference");
    let mut good = true;
    let mut one = |path: &str, argument: bool| -> Result<bool, Exit> {
        let place = absolute(path);
        let found = if follow && argument { posix::stat(&place) } else { posix::lstat(&place) };
        let found = match found {
            Ok(found) => found,
            Err(error) => return denied("cannot access", path, &error, telling),
        };
        if is_no_op(&found, wanted) {
            return Ok(true);
        }
        let what = if group_only || wanted.0.is_none_or(|uid| uid == found.uid) {
            "changing group of"
        } else {
            "changing ownership of"
        };
        denied(what, path, &Errno::PERM.into(), telling)
    };
    for file in &files {
        good &= if line.has("recursive") {
            walk(file, telling.errors, &mut one)?
        } else {
            one(file, true)?
        };
    }
    Ok(u8::from(!good))
}

fn is_no_op(found: &Stat, (uid, gid): (Option<u32>, Option<u32>)) -> bool {
    uid.is_none_or(|uid| uid == found.uid) && gid.is_none_or(|gid| gid == found.gid)
}

fn owners(
    text: &str,
    group_only: bool,
    accounts: &Accounts,
) -> Result<(Option<u32>, Option<u32>), Exit> {
    let user = |name: &str| accounts.user_named(name).map(|user| user.uid).or_else(|| name.parse().ok());
    let group = |name: &str| accounts.group_named(name).or_else(|| name.parse().ok());
    if group_only {
        return match group(text) {
            _ if text.is_empty() => Ok((None, None)),
            Some(gid) => Ok((None, Some(gid))),
            None => {
                say!("invalid group: {}", locale(text));
                Err(Exit(1))
            }
        };
    }
    let (owner, rest) = match text.split_once(':') {
        Some((owner, rest)) => (owner, Some(rest)),
        None => (text, None),
    };
    let uid = match user(owner) {
        _ if owner.is_empty() => None,
        Some(uid) => Some(uid),
        None => {
            say!("invalid user: {}", locale(text));
            return Err(Exit(1));
        }
    };
    let gid = match rest {
        None => None,
        // `owner:` means the owner's own group.
        Some("") => accounts.users.iter().find(|user| Some(user.uid) == uid).map(|user| user.gid),
        Some(name) => match group(name) {
            Some(gid) => Some(gid),
            None => {
                say!("invalid group: {}", locale(text));
                return Err(Exit(1));
            }
        },
    };
    Ok((uid, gid))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modes_are_told_from_options() {
        let split = |text: &str| {
            let args: Vec<_> = text.split(' ').map(str::to_owned).collect();
            let (kept, mode) = modes_that_look_like_options(&args);
            (kept.join(" "), mode)
        };
        assert_eq!(split("chmod -x f"), ("chmod f".into(), Some("-x".into())));
        assert_eq!(split("chmod -R +x f"), ("chmod -R +x f".into(), None));
        assert_eq!(split("chmod -R -w,o+x f"), ("chmod -R f".into(), Some("-w,o+x".into())));
        assert_eq!(split("chmod 755 -- -x"), ("chmod 755 -- -x".into(), None));
    }
}
