//! `cd`, `pwd` and the directory stack.

use std::rc::Rc;

use belljar_sys::posix;

use crate::execute::redirections::reason;
use crate::execute::simple::Expanded;
use crate::state::{Run, Shell};
use crate::text;
use crate::variables::EXPORT;

/// A path without `.`, `..` and double slashes, by its text alone.
fn normalize(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    format!("/{}", parts.join("/"))
}

/// The path with all links resolved.
fn physical(path: &str) -> Option<String> {
    std::fs::canonicalize(path)
        .ok()
        .map(|path| path.to_string_lossy().into_owned())
}

impl Shell {
    /// Goes to a directory; what went wrong otherwise.
    fn go(&mut self, target: &str, physically: bool) -> Result<(), String> {
        let joined = self.absolute(&text::outside(target));
        let mut path = if physically {
            joined.clone()
        } else {
            normalize(&joined)
        };
        let stat = posix::stat(&path).map_err(|error| reason(&error))?;
        if stat.mode & posix::S_IFMT != posix::S_IFDIR {
            return Err("Not a directory".to_owned());
        }
        posix::access(&path, 1).map_err(|error| reason(&error))?;
        if physically {
            path = physical(&path).unwrap_or_else(|| normalize(&joined));
        }
        let before = self.state.cwd.to_string();
        self.state.variables.put("OLDPWD", before);
        self.state.variables.entry("OLDPWD").attributes |= EXPORT;
        self.state.cwd = path.as_str().into();
        self.state.variables.put("PWD", path);
        self.state.variables.entry("PWD").attributes |= EXPORT;
        Ok(())
    }

    /// `~+2` and `~-1`
    pub fn directory_at(&mut self, number: i64, from_end: bool) -> Option<String> {
        let all = self.stack();
        let index = usize::try_from(number.unsigned_abs()).ok()?;
        if from_end {
            all.iter().rev().nth(index).cloned()
        } else {
            all.get(index).cloned()
        }
    }

    /// The directory stack, the current directory first.
    fn stack(&self) -> Vec<String> {
        let current = std::iter::once(self.state.cwd.to_string());
        current
            .chain(self.state.directories.iter().rev().cloned())
            .collect()
    }

    fn set_stack(&mut self, all: &[String]) {
        self.state.directories = Rc::new(all.iter().skip(1).rev().cloned().collect());
    }

    fn shorten(&mut self, path: &str) -> String {
        let home = self.value_of("HOME").unwrap_or_default();
        match path.strip_prefix(&home) {
            Some(rest) if !home.is_empty() && (rest.is_empty() || rest.starts_with('/')) => {
                format!("~{rest}")
            }
            _ => path.to_owned(),
        }
    }
}

pub fn cd(shell: &mut Shell, expanded: &Expanded) -> Run {
    let argv = &expanded.argv;
    let flags = match shell.flags(argv, "LPe@", "cd [-L|[-P [-e]] [-@]] [dir]") {
        Ok(flags) => flags,
        Err(status) => return Ok(status),
    };
    let physically = match flags
        .letters
        .iter()
        .rev()
        .find(|(letter, _)| matches!(letter, 'L' | 'P'))
    {
        Some((letter, _)) => *letter == 'P',
        None => shell.state.options.physical,
    };
    let operands = &argv[flags.operands..];
    let mut print = false;
    let target = match operands {
        [] => match shell.value_of("HOME") {
            Some(home) => home,
            None => {
                shell.complain("cd", "HOME not set");
                return Ok(1);
            }
        },
        [one] if one == "-" => match shell.value_of("OLDPWD") {
            Some(old) => {
                print = true;
                old
            }
            None => {
                shell.complain("cd", "OLDPWD not set");
                return Ok(1);
            }
        },
        [one] => one.clone(),
        _ => {
            shell.complain("cd", "too many arguments");
            return Ok(1);
        }
    };
    if target.is_empty() {
        return Ok(0);
    }
    let relative =
        !target.starts_with('/') && !matches!(target.split('/').next(), Some("." | ".."));
    if relative && let Some(paths) = shell.value_of("CDPATH") {
        for path in paths.split(':') {
            let candidate = if path.is_empty() {
                target.clone()
            } else {
                format!("{}/{target}", path.trim_end_matches('/'))
            };
            if shell.go(&candidate, physically).is_ok() {
                if !path.is_empty() {
                    let text = format!("{}\n", shell.state.cwd);
                    shell.print(&text);
                }
                return Ok(0);
            }
        }
    }
    match shell.go(&target, physically) {
        Ok(()) => {
            if print {
                let text = format!("{}\n", shell.state.cwd);
                shell.print(&text);
            }
            Ok(0)
        }
        Err(message) => {
            shell.complain("cd", format_args!("{target}: {message}"));
            Ok(1)
        }
    }
}

pub fn pwd(shell: &mut Shell, expanded: &Expanded) -> Run {
    let flags = match shell.flags(&expanded.argv, "LP", "pwd [-LP]") {
        Ok(flags) => flags,
        Err(status) => return Ok(status),
    };
    let mut path = shell.state.cwd.to_string();
    if flags
        .letters
        .last()
        .is_some_and(|(letter, _)| *letter == 'P')
    {
        path = physical(&path).unwrap_or(path);
    }
    shell.print(&path);
    shell.output.push(b'\n');
    Ok(0)
}

/// The place that `+N` or `-N` names in a stack of this length.
fn place(argument: &str, length: usize) -> Option<usize> {
    let number: usize = argument[1..].parse().ok()?;
    if argument.starts_with('+') {
        Some(number)
    } else {
        length.checked_sub(number + 1)
    }
}

fn is_place(argument: &str) -> bool {
    argument.len() > 1
        && argument.starts_with(['+', '-'])
        && argument[1..].bytes().all(|byte| byte.is_ascii_digit())
}

pub fn pushd(shell: &mut Shell, expanded: &Expanded) -> Run {
    let mut stay = false;
    let mut operand = None;
    for argument in &expanded.argv[1..] {
        match argument.as_str() {
            "-n" => stay = true,
            "--" => {}
            argument if operand.is_none() => operand = Some(argument.to_owned()),
            _ => {
                shell.complain("pushd", "too many arguments");
                return Ok(1);
            }
        }
    }
    let mut all = shell.stack();
    let target = match operand {
        None => {
            if all.len() < 2 {
                shell.complain("pushd", "no other directory");
                return Ok(1);
            }
            all.swap(0, 1);
            all[0].clone()
        }
        Some(argument) if is_place(&argument) => {
            let Some(at) = place(&argument, all.len()).filter(|at| *at < all.len()) else {
                shell.complain(
                    "pushd",
                    format_args!("{argument}: directory stack index out of range"),
                );
                return Ok(1);
            };
            all.rotate_left(at);
            all[0].clone()
        }
        Some(argument) => {
            if stay {
                all.insert(1, argument);
                shell.set_stack(&all);
                return dirs_of(shell);
            }
            all.insert(0, argument.clone());
            argument
        }
    };
    if !stay && let Err(message) = shell.go(&target, false) {
        shell.complain("pushd", format_args!("{target}: {message}"));
        return Ok(1);
    }
    shell.set_stack(&all);
    dirs_of(shell)
}

pub fn popd(shell: &mut Shell, expanded: &Expanded) -> Run {
    let mut stay = false;
    let mut at = 0;
    let mut all = shell.stack();
    for argument in &expanded.argv[1..] {
        if argument == "-n" {
            stay = true;
        } else if is_place(argument) {
            match place(argument, all.len()).filter(|at| *at < all.len()) {
                Some(found) => at = found,
                None => {
                    shell.complain(
                        "popd",
                        format_args!("{argument}: directory stack index out of range"),
                    );
                    return Ok(1);
                }
            }
        } else if argument != "--" {
            shell.complain("popd", format_args!("{argument}: invalid argument"));
            shell.write_error("popd: usage: popd [-n] [+N | -N]\n");
            return Ok(2);
        }
    }
    if all.len() < 2 {
        shell.complain("popd", "directory stack empty");
        return Ok(1);
    }
    if stay && at == 0 {
        at = 1;
    }
    all.remove(at);
    if at == 0 {
        let target = all[0].clone();
        if let Err(message) = shell.go(&target, false) {
            shell.complain("popd", format_args!("{target}: {message}"));
            return Ok(1);
        }
    }
    shell.set_stack(&all);
    dirs_of(shell)
}

fn dirs_of(shell: &mut Shell) -> Run {
    let all = shell.stack();
    let mut shown = Vec::with_capacity(all.len());
    for path in &all {
        shown.push(shell.shorten(path));
    }
    let text = shown.join(" ") + "\n";
    shell.print(&text);
    Ok(0)
}

pub fn dirs(shell: &mut Shell, expanded: &Expanded) -> Run {
    let mut long = false;
    let mut lines = false;
    let mut numbered = false;
    let mut only = None;
    let all = shell.stack();
    for argument in &expanded.argv[1..] {
        match argument.as_str() {
            "-c" => {
                shell.state.directories = Rc::default();
                return Ok(0);
            }
            argument if is_place(argument) => {
                match place(argument, all.len()).filter(|at| *at < all.len()) {
                    Some(at) => only = Some(at),
                    None => {
                        shell.complain(
                            "dirs",
                            format_args!("{argument}: directory stack index out of range"),
                        );
                        return Ok(1);
                    }
                }
            }
            argument => {
                for letter in argument.trim_start_matches('-').chars() {
                    match letter {
                        'l' => long = true,
                        'p' => lines = true,
                        'v' => numbered = true,
                        _ => {
                            shell.complain("dirs", format_args!("{argument}: invalid option"));
                            shell.write_error("dirs: usage: dirs [-clpv] [+N] [-N]\n");
                            return Ok(2);
                        }
                    }
                }
            }
        }
    }
    let mut shown = Vec::new();
    for (index, path) in all.iter().enumerate() {
        if only.is_none_or(|only| only == index) {
            let path = if long {
                path.clone()
            } else {
                shell.shorten(path)
            };
            shown.push(if numbered {
                format!("{index:2}  {path}")
            } else {
                path
            });
        }
    }
    let text = shown.join(if lines || numbered { "\n" } else { " " }) + "\n";
    shell.print(&text);
    Ok(0)
}
