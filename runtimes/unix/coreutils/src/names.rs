//! `basename`, `dirname`, `pwd`.

use belljar_sys::posix;

use crate::options::{Outcome, TOOL, Tool, flag, value};
use crate::report::{self, say};
use crate::streams::Output;

const BASENAME: Tool = Tool {
    usage: &["NAME [SUFFIX]", "OPTION... NAME..."],
    about: "Print NAME with any leading directory components removed.",
    options: &[
        flag("a", "multiple", "support multiple arguments and treat each as a NAME"),
        value("s", "suffix", "SUFFIX", "remove a trailing SUFFIX; implies -a"),
        flag("z", "zero", "end each output line with NUL, not newline"),
    ],
    stops: true,
    ..TOOL
};

pub(crate) fn basename(args: &[String]) -> Outcome {
    let line = BASENAME.parse(args)?;
    let mut names = line.operands.as_slice();
    let mut suffix = line.value("suffix").unwrap_or_default();
    match names {
        [] => return Err(BASENAME.missing_operand()),
        _ if line.has("multiple") || line.has("suffix") => {}
        [name, second] => {
            suffix = second;
            names = std::slice::from_ref(name);
        }
        [_] => {}
        [_, _, extra, ..] => return Err(BASENAME.extra_operand(extra)),
    }
    let end = if line.has("zero") { '\0' } else { '\n' };
    let mut out = Output::new();
    for name in names {
        let base = base(name);
        // A name that is all suffix keeps it.
        let base = base.strip_suffix(suffix).filter(|rest| !rest.is_empty()).unwrap_or(base);
        out.put_str(&format!("{base}{end}"))?;
    }
    out.flush()?;
    Ok(0)
}

/// The last component.
pub(crate) fn base(path: &str) -> &str {
    let trimmed = path.trim_end_matches('/');
    if trimmed.is_empty() {
        return if path.is_empty() { "" } else { "/" };
    }
    trimmed.rsplit('/').next().unwrap_or(trimmed)
}

/// What is before the last component.
pub(crate) fn directory(path: &str) -> &str {
    let trimmed = path.trim_end_matches('/');
    if trimmed.is_empty() {
        return if path.is_empty() { "." } else { "/" };
    }
    match trimmed.rfind('/') {
        None => ".",
        Some(at) => {
            let parent = trimmed[..at].trim_end_matches('/');
            if parent.is_empty() { "/" } else { parent }
        }
    }
}

const DIRNAME: Tool = Tool {
    usage: &["[OPTION] NAME..."],
    about: "Print each NAME with its last component removed.",
    options: &[flag("z", "zero", "end each output line with NUL, not newline")],
    ..TOOL
};

pub(crate) fn dirname(args: &[String]) -> Outcome {
    let line = DIRNAME.parse(args)?;
    if line.operands.is_empty() {
        return Err(DIRNAME.missing_operand());
    }
    let end = if line.has("zero") { '\0' } else { '\n' };
    let mut out = Output::new();
    for name in &line.operands {
        out.put_str(&format!("{}{end}", directory(name)))?;
    }
    out.flush()?;
    Ok(0)
}

const PWD: Tool = Tool {
    usage: &["[OPTION]..."],
    about: "Print the full filename of the current working directory.",
    options: &[
        flag("L", "logical", "use PWD from environment, even if it contains symlinks"),
        flag("P", "physical", "avoid all symlinks (default)"),
    ],
    ..TOOL
};

pub(crate) fn pwd(args: &[String]) -> Outcome {
    let line = PWD.parse(args)?;
    if !line.operands.is_empty() {
        say!("ignoring non-option arguments");
    }
    let cwd = crate::streams::working_directory();
    let mut shown = None;
    if line.last_of(&["logical", "physical"]) == Some("logical") && !has_dots(&cwd) {
        shown = posix::stat(&cwd).is_ok().then(|| cwd.clone());
    }
    let shown = match shown {
        Some(shown) => shown,
        None => match crate::paths::canonical(&cwd, crate::paths::Missing::Nothing) {
            Ok(path) => path,
            Err(error) => {
                report::failure("cannot find the current directory", &error);
                return Ok(1);
            }
        },
    };
    let mut out = Output::new();
    out.put_str(&format!("{shown}\n"))?;
    out.flush()?;
    Ok(0)
}

fn has_dots(path: &str) -> bool {
    path.split('/').any(|part| part == "." || part == "..")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_cut_as_posix_says() {
        for (path, before, last) in [
            ("/usr/bin/", "/usr", "bin"),
            ("usr", ".", "usr"),
            ("/", "/", "/"),
            ("//", "/", "/"),
            ("/usr", "/", "usr"),
            ("a//b", "a", "b"),
            ("", ".", ""),
            ("a/b/c", "a/b", "c"),
        ] {
            assert_eq!((directory(path), base(path)), (before, last), "{path}");
        }
    }
}
