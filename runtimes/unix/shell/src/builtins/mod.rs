//! Commands that the shell itself executes.

pub mod control;
pub mod declare;
pub mod directories;
pub mod getopts;
pub mod lookup;
pub mod print;
pub mod printf;
mod printf_time;
pub mod processes;
pub mod read;
pub mod settings;
pub mod test;

use crate::execute::simple::Expanded;
use crate::state::{Run, Shell};

pub type Builtin = fn(&mut Shell, &Expanded) -> Run;

/// An assignment among the arguments of a declaring builtin.
#[derive(Clone, Debug)]
pub enum Value {
    Scalar {
        key: Option<String>,
        append: bool,
        text: String,
    },
    Array {
        append: bool,
        elements: Vec<(Option<String>, bool, String)>,
    },
}

/// Names in order, for `help`, `compgen -b` and `enable`.
pub const NAMES: [&str; 61] = [
    ".",
    ":",
    "[",
    "alias",
    "bg",
    "bind",
    "break",
    "builtin",
    "caller",
    "cd",
    "command",
    "compgen",
    "complete",
    "compopt",
    "continue",
    "declare",
    "dirs",
    "disown",
    "echo",
    "enable",
    "eval",
    "exec",
    "exit",
    "export",
    "false",
    "fc",
    "fg",
    "getopts",
    "hash",
    "help",
    "history",
    "jobs",
    "kill",
    "let",
    "local",
    "logout",
    "mapfile",
    "popd",
    "printf",
    "pushd",
    "pwd",
    "read",
    "readarray",
    "readonly",
    "return",
    "set",
    "shift",
    "shopt",
    "source",
    "suspend",
    "test",
    "times",
    "trap",
    "true",
    "type",
    "typeset",
    "ulimit",
    "umask",
    "unalias",
    "unset",
    "wait",
];

pub fn find(name: &str) -> Option<Builtin> {
    Some(match name {
        ":" | "true" => |_, _| Ok(0),
        "false" => |_, _| Ok(1),
        "echo" => print::echo,
        "printf" => printf::run,
        "[" | "test" => test::run,
        "pwd" => directories::pwd,
        "cd" => directories::cd,
        "pushd" => directories::pushd,
        "popd" => directories::popd,
        "dirs" => directories::dirs,
        "." | "source" => control::source,
        "break" | "continue" => control::leave_loop,
        "eval" => control::eval,
        "exec" => control::exec,
        "exit" | "logout" => control::exit,
        "return" => control::return_,
        "shift" => control::shift,
        "let" => control::let_,
        "caller" => control::caller,
        "trap" => control::trap,
        "declare" | "typeset" | "local" | "export" | "readonly" => declare::run,
        "unset" => declare::unset,
        "set" => settings::set,
        "shopt" => settings::shopt,
        "alias" => settings::alias,
        "unalias" => settings::unalias,
        "umask" => settings::umask,
        "ulimit" => settings::ulimit,
        "times" => settings::times,
        "enable" => lookup::enable,
        "help" => lookup::help,
        "builtin" => lookup::builtin,
        "command" => lookup::command,
        "type" => lookup::type_,
        "hash" => lookup::hash,
        "compgen" => lookup::compgen,
        "complete" | "compopt" | "bind" | "history" | "fc" | "suspend" => lookup::interactive,
        "getopts" => getopts::run,
        "read" => read::read,
        "mapfile" | "readarray" => read::mapfile,
        "jobs" => processes::jobs,
        "wait" => processes::wait,
        "kill" => processes::kill,
        "disown" => processes::disown,
        "fg" | "bg" => processes::no_job_control,
        _ => return None,
    })
}

/// Letters of options at the start of arguments.
pub struct Flags<'a> {
    pub letters: Vec<(char, Option<&'a str>)>,
    /// Where the operands begin.
    pub operands: usize,
}

impl Flags<'_> {
    pub fn has(&self, letter: char) -> bool {
        self.letters.iter().any(|(known, _)| *known == letter)
    }

    pub fn value(&self, letter: char) -> Option<&str> {
        self.letters
            .iter()
            .rev()
            .find(|(known, _)| *known == letter)
            .and_then(|(_, value)| *value)
    }
}

impl Shell {
    /// Says something about the builtin that is being executed.
    pub fn complain(&mut self, name: &str, message: impl std::fmt::Display) {
        self.error(format_args!("{name}: {message}"));
    }

    /// Reads options as `getopt(3)` does: a letter in `known` followed by `:` has a value. An error
    /// is told, and is status 2.
    pub fn flags<'a>(
        &mut self,
        argv: &'a [String],
        known: &str,
        usage: &str,
    ) -> Result<Flags<'a>, i32> {
        let mut letters = Vec::new();
        let mut index = 1;
        while let Some(argument) = argv.get(index) {
            if argument == "--" {
                index += 1;
                break;
            }
            let Some(rest) = argument.strip_prefix('-').filter(|rest| !rest.is_empty()) else {
                break;
            };
            index += 1;
            for (at, letter) in rest.char_indices() {
                let place = if letter == ':' {
                    None
                } else {
                    known.find(letter)
                };
                let Some(place) = place else {
                    self.complain(&argv[0], format_args!("-{letter}: invalid option"));
                    self.write_error(&format!("{}: usage: {usage}\n", argv[0]));
                    return Err(2);
                };
                if !known[place + letter.len_utf8()..].starts_with(':') {
                    letters.push((letter, None));
                    continue;
                }
                let attached = &rest[at + letter.len_utf8()..];
                let value = if attached.is_empty() {
                    index += 1;
                    argv.get(index - 1).map(String::as_str)
                } else {
                    Some(attached)
                };
                let Some(value) = value else {
                    self.complain(
                        &argv[0],
                        format_args!("-{letter}: option requires an argument"),
                    );
                    self.write_error(&format!("{}: usage: {usage}\n", argv[0]));
                    return Err(2);
                };
                letters.push((letter, Some(value)));
                break;
            }
        }
        Ok(Flags {
            letters,
            operands: index,
        })
    }
}
