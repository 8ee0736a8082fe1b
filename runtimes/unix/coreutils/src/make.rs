//! `mkdir`, `mktemp`, `mkfifo`, `mknod`.

use std::fs;
use std::io;

use belljar_sys::Description;
use belljar_sys::descriptions::How;
use belljar_sys::posix::{self, S_IFDIR, S_IFMT};

use rustix::io::Errno;

use crate::modes::{self, Change};
use crate::options::{Outcome, TOOL, Tool, flag, maybe, value};
use crate::paths::join;
use crate::quoting::{always, locale};
use crate::report::{self, name, say};
use crate::streams::{Output, absolute, put};

const MKDIR: Tool = Tool {
    usage: &["[OPTION]... DIRECTORY..."],
    about: "Create the DIRECTORY(ies), if they do not already exist.",
    options: &[
        value("m", "mode", "MODE", "set file mode (as in chmod), not a=rwx - umask"),
        flag("p", "parents", "no error if existing, make parent directories as needed"),
        flag("v", "verbose", "print a message for each created directory"),
        flag("Z", "context", "ignored"),
    ],
    ..TOOL
};

pub(crate) fn mkdir(args: &[String]) -> Outcome {
    let line = MKDIR.parse(args)?;
    if line.operands.is_empty() {
        return Err(MKDIR.missing_operand());
    }
    let change = match line.value("mode") {
        None => None,
        Some(text) => match modes::parse(text) {
            Some(change) => Some(change),
            None => {
                say!("invalid mode {}", locale(text));
                return Ok(1);
            }
        },
    };
    let (parents, verbose) = (line.has("parents"), line.has("verbose"));
    let mut out = Output::new();
    let mut code = 0;
    for path in &line.operands {
        let result = if parents {
            with_parents(path, change.as_ref(), verbose, &mut out)?
        } else {
            make(path, change.as_ref()).map_err(|error| (path.clone(), error)).map(|()| true)
        };
        match result {
            Ok(_) if parents => {}
            Ok(_) if verbose => put!(out, "{}: created directory {}\n", name(), always(path))?,
            Ok(_) => {}
            Err((at, error)) => {
                out.flush()?;
                report::failure(format_args!("cannot create directory {}", locale(&at)), &error);
                code = 1;
            }
        }
    }
    out.flush()?;
    Ok(code)
}

fn make(path: &str, change: Option<&Change>) -> io::Result<()> {
    if path.is_empty() {
        return Err(Errno::NOENT.into());
    }
    let place = absolute(path);
    fs::create_dir(place.trim_end_matches('/'))?;
    if let Some(change) = change {
        let mode = change.apply(0o777, true, posix::umask());
        posix::chmod(&place, mode)?;
    }
    Ok(())
}

type Failed = (String, io::Error);

fn with_parents(
    path: &str,
    change: Option<&Change>,
    verbose: bool,
    out: &mut Output,
) -> Result<Result<bool, Failed>, crate::options::Exit> {
    if path.is_empty() {
        return Ok(Err((String::new(), Errno::NOENT.into())));
    }
    let mut ends: Vec<usize> = path
        .match_indices('/')
        .map(|(at, _)| at)
        .filter(|&at| at > 0 && !path[..at].ends_with('/'))
        .collect();
    let trimmed = path.trim_end_matches('/').len();
    ends.retain(|end| *end < trimmed);
    ends.push(trimmed.max(1));
    let count = ends.len();
    for (index, end) in ends.into_iter().enumerate() {
        let at = &path[..end];
        let last = index + 1 == count;
        match posix::stat(&absolute(at)) {
            Ok(found) if found.mode & S_IFMT == S_IFDIR => continue,
            Ok(_) => {
                // What is no directory: named as the end of the way, or as what is in it.
                let error = if last { Errno::EXIST } else { Errno::NOTDIR };
                return Ok(Err((at.to_owned(), error.into())));
            }
            Err(_) => {}
        }
        let made = make(at, if last { change } else { None });
        match made {
            Ok(()) => {}
            // Somebody else was faster.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && crate::links::is_directory(at, true) => continue,
            Err(error) => return Ok(Err((at.to_owned(), error))),
        }
        if !last {
            // Parents can be entered and written to, whatever the umask says.
            let place = absolute(at);
            if let Ok(found) = posix::stat(&place)
                && found.mode & 0o300 != 0o300
            {
                let _tried = posix::chmod(&place, found.mode & 0o7777 | 0o300);
            }
        }
        if verbose {
            put!(out, "{}: created directory {}\n", name(), always(at))?;
        }
    }
    Ok(Ok(true))
}

const MKTEMP: Tool = Tool {
    usage: &["[OPTION]... [TEMPLATE]"],
    about: "Create a temporary file or directory, safely, and print its name.",
    options: &[
        flag("d", "directory", "create a directory, not a file"),
        flag("u", "dry-run", "do not create anything; merely print a name (unsafe)"),
        flag("q", "quiet", "suppress diagnostics about file/dir-creation failure"),
        value("", "suffix", "SUFF", "append SUFF to TEMPLATE"),
        maybe("", "tmpdir", "DIR", "interpret TEMPLATE relative to DIR"),
        value("p", "", "DIR", "interpret TEMPLATE relative to DIR"),
        flag("t", "", "interpret TEMPLATE as a single file name component"),
    ],
    ..TOOL
};

pub(crate) fn mktemp(args: &[String]) -> Outcome {
    let line = MKTEMP.parse(args)?;
    let given = match line.operands.as_slice() {
        [] => None,
        [template] => Some(template.as_str()),
        _ => return Err(MKTEMP.wrong("too many templates")),
    };
    let fail = |message: String| {
        say!("{message}");
        Ok(1)
    };
    let mut template = given.unwrap_or("tmp.XXXXXXXXXX").to_owned();
    let suffix = match line.value("suffix") {
        Some(suffix) => {
            if !template.ends_with('X') {
                return fail(format!("with --suffix, template {} must end in X", locale(&template)));
            }
            suffix.to_owned()
        }
        None => {
            let end = template.rfind('X').map_or(template.len(), |at| at + 1);
            template.split_off(end)
        }
    };
    if suffix.contains('/') {
        return fail(format!("invalid suffix {}, contains directory separator", locale(&suffix)));
    }
    let stem = template.trim_end_matches('X');
    let count = template.len() - stem.len();
    if count < 3 {
        return fail(format!("too few X's in template {}", locale(given.unwrap_or(&template))));
    }
    let last_place = line.last_of(&["tmpdir", "p"]);
    let variable = || std::env::var("TMPDIR").ok().filter(|place| !place.is_empty());
    let default = || variable().unwrap_or_else(|| "/tmp".to_owned());
    let place = if line.has("t") {
        if template.contains('/') {
            return fail(format!(
                "invalid template, {}, contains directory separator",
                locale(&template)
            ));
        }
        let named = last_place.and_then(|key| line.value(key)).map(str::to_owned);
        Some(variable().or(named).unwrap_or_else(|| "/tmp".to_owned()))
    } else if let Some(key) = last_place {
        if template.starts_with('/') {
            return fail(format!(
                "invalid template, {}; with --tmpdir, it may not be absolute",
                locale(&template)
            ));
        }
        let named = line.value(key).filter(|place| !place.is_empty()).map(str::to_owned);
        Some(named.unwrap_or_else(default))
    } else if given.is_none() {
        Some(default())
    } else {
        None
    };
    let directory = line.has("directory");
    // More than GNU's library tries, too: names are random.
    for _ in 0..1000 {
        let name = format!("{stem}{}{suffix}", random_letters(count));
        let path = place.as_ref().map_or(name.clone(), |place| join(place, &name));
        let made = if line.has("dry-run") {
            match posix::lstat(&absolute(&path)) {
                Ok(_) => continue,
                Err(_) => Ok(()),
            }
        } else if directory {
            fs::create_dir(absolute(&path)).and_then(|()| posix::chmod(&absolute(&path), 0o700))
        } else {
            let how = How {
                exclusive: true,
                read: true,
                ..How::WRITE
            };
            Description::open(&absolute(&path), how, 0o600).map(drop)
        };
        match made {
            Ok(()) => {
                let mut out = Output::new();
                put!(out, "{path}\n")?;
                out.flush()?;
                return Ok(0);
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => {
                if !line.has("quiet") {
                    let kind = if directory { "directory" } else { "file" };
                    let whole = format!("{template}{suffix}");
                    let shown = place.as_ref().map_or(whole.clone(), |place| join(place, &whole));
                    report::failure(format_args!("failed to create {kind} via template {}", locale(&shown)), &error);
                }
                return Ok(1);
            }
        }
    }
    fail(format!("failed to create a name via template {}: File exists", locale(&template)))
}

fn random_letters(count: usize) -> String {
    use std::hash::{BuildHasher, Hasher, RandomState};
    const LETTERS: &[u8] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    let mut text = String::new();
    let state = RandomState::new();
    for index in 0..count {
        // A keyed hash with a random key: nobody can tell the next name.
        let mut hasher = state.build_hasher();
        hasher.write_usize(index);
        let at = usize::try_from(hasher.finish() % LETTERS.len() as u64).unwrap_or(0);
        text.push(char::from(LETTERS[at]));
    }
    text
}

const SPECIAL: Tool = Tool {
    usage: &["[OPTION]... NAME..."],
    about: "Named pipes and devices cannot be made in a sandbox.",
    options: &[
        value("m", "mode", "MODE", "set file permission bits to MODE"),
        flag("Z", "context", "ignored"),
    ],
    ..TOOL
};

/// `mkfifo` and `mknod`: the sandbox's files have no such kinds.
pub(crate) fn special(args: &[String]) -> Outcome {
    let line = SPECIAL.parse(args)?;
    let Some(first) = line.operands.first() else {
        return Err(SPECIAL.missing_operand());
    };
    let kind = if name() == "mkfifo" { "fifo" } else { "node" };
    for path in if kind == "fifo" { &line.operands[..] } else { std::slice::from_ref(first) } {
        say!("cannot create {kind} {}: Operation not supported", always(path));
    }
    Ok(1)
}
