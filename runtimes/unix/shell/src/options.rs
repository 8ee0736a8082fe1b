//! The shell's own command line, and `set` and `shopt`.

use std::rc::Rc;

use crate::state::{Options, Shell};

pub enum Source {
    Command(String),
    File(String),
    Input,
}

pub struct Invocation {
    pub source: Source,
    pub login: bool,
    /// Called as `sh`.
    pub posix_name: bool,
}

/// Names for `set -o`, with their letters.
pub const OPTIONS: [(&str, Option<char>); 27] = [
    ("allexport", Some('a')),
    ("braceexpand", Some('B')),
    ("emacs", None),
    ("errexit", Some('e')),
    ("errtrace", Some('E')),
    ("functrace", Some('T')),
    ("hashall", Some('h')),
    ("histexpand", Some('H')),
    ("history", None),
    ("ignoreeof", None),
    ("interactive-comments", None),
    ("keyword", Some('k')),
    ("monitor", Some('m')),
    ("noclobber", Some('C')),
    ("noexec", Some('n')),
    ("noglob", Some('f')),
    ("nolog", None),
    ("notify", Some('b')),
    ("nounset", Some('u')),
    ("onecmd", Some('t')),
    ("physical", Some('P')),
    ("pipefail", None),
    ("posix", None),
    ("privileged", Some('p')),
    ("verbose", Some('v')),
    ("vi", None),
    ("xtrace", Some('x')),
];

/// Names for `shopt`, and which are on at first.
const SHOPTS: [(&str, bool); 53] = [
    ("autocd", false),
    ("assoc_expand_once", false),
    ("cdable_vars", false),
    ("cdspell", false),
    ("checkhash", false),
    ("checkjobs", false),
    ("checkwinsize", true),
    ("cmdhist", true),
    ("compat31", false),
    ("compat32", false),
    ("compat40", false),
    ("compat41", false),
    ("compat42", false),
    ("compat43", false),
    ("compat44", false),
    ("complete_fullquote", true),
    ("direxpand", false),
    ("dirspell", false),
    ("dotglob", false),
    ("execfail", false),
    ("expand_aliases", false),
    ("extdebug", false),
    ("extglob", false),
    ("extquote", true),
    ("failglob", false),
    ("force_fignore", true),
    ("globasciiranges", true),
    ("globskipdots", true),
    ("globstar", false),
    ("gnu_errfmt", false),
    ("histappend", false),
    ("histreedit", false),
    ("histverify", false),
    ("hostcomplete", true),
    ("huponexit", false),
    ("inherit_errexit", false),
    ("interactive_comments", true),
    ("lastpipe", false),
    ("lithist", false),
    ("localvar_inherit", false),
    ("localvar_unset", false),
    ("login_shell", false),
    ("mailwarn", false),
    ("no_empty_cmd_completion", false),
    ("nocaseglob", false),
    ("nocasematch", false),
    ("noexpand_translation", false),
    ("nullglob", false),
    ("patsub_replacement", true),
    ("progcomp", true),
    ("shift_verbose", false),
    ("sourcepath", true),
    ("xpg_echo", false),
];

pub fn shopt_names() -> impl Iterator<Item = &'static str> {
    SHOPTS.iter().map(|(name, _)| *name)
}

fn flag<'a>(options: &'a mut Options, name: &str) -> Option<(&'a mut bool, bool)> {
    // With what the field holds when the option is on.
    Some(match name {
        "allexport" => (&mut options.allexport, true),
        "braceexpand" => (&mut options.nobraces, false),
        "errexit" => (&mut options.errexit, true),
        "errtrace" => (&mut options.errtrace, true),
        "functrace" => (&mut options.functrace, true),
        "hashall" => (&mut options.hashall_off, false),
        "keyword" => (&mut options.keyword, true),
        "monitor" => (&mut options.monitor, true),
        "noclobber" => (&mut options.noclobber, true),
        "noexec" => (&mut options.noexec, true),
        "noglob" => (&mut options.noglob, true),
        "notify" => (&mut options.notify, true),
        "nounset" => (&mut options.nounset, true),
        "onecmd" => (&mut options.onecmd, true),
        "physical" => (&mut options.physical, true),
        "pipefail" => (&mut options.pipefail, true),
        "posix" => (&mut options.posix, true),
        "privileged" => (&mut options.privileged, true),
        "verbose" => (&mut options.verbose, true),
        "xtrace" => (&mut options.xtrace, true),
        _ => return None,
    })
}

impl Shell {
    /// Whether a `set -o` option is on; none if there is no such option.
    pub fn option(&self, name: &str) -> Option<bool> {
        let mut options = self.state.options;
        if let Some((field, on)) = flag(&mut options, name) {
            return Some(*field == on);
        }
        OPTIONS
            .iter()
            .find(|(known, _)| *known == name)
            .map(|_| name == "interactive-comments")
    }

    pub fn set_option(&mut self, name: &str, on: bool) -> bool {
        if let Some((field, when_on)) = flag(&mut self.state.options, name) {
            *field = when_on == on;
            return true;
        }
        // Line editing and history are known and mean nothing here.
        OPTIONS.iter().any(|(known, _)| *known == name)
    }

    pub fn set_letter(&mut self, letter: char, on: bool) -> bool {
        let found = OPTIONS.iter().find(|(_, known)| *known == Some(letter));
        found.is_some_and(|(name, _)| self.set_option(name, on))
    }

    pub fn option_list(&self) -> String {
        let on = OPTIONS
            .iter()
            .filter(|(name, _)| self.option(name) == Some(true));
        on.map(|(name, _)| *name).collect::<Vec<_>>().join(":")
    }

    pub fn shopt(&self, name: &str) -> Option<bool> {
        let shopt = &self.state.shopt;
        Some(match name {
            "extglob" => shopt.extglob,
            "nullglob" => shopt.nullglob,
            "failglob" => shopt.failglob,
            "dotglob" => shopt.dotglob,
            "globstar" => shopt.globstar,
            "nocaseglob" => shopt.nocaseglob,
            "nocasematch" => shopt.nocasematch,
            "lastpipe" => shopt.lastpipe,
            "expand_aliases" => shopt.expand_aliases,
            "inherit_errexit" => shopt.inherit_errexit,
            "xpg_echo" => shopt.xpg_echo,
            "execfail" => shopt.execfail,
            "shift_verbose" => shopt.shift_verbose,
            "sourcepath" => !shopt.no_sourcepath,
            "patsub_replacement" => !shopt.no_patsub_replacement,
            name => {
                let default = SHOPTS.iter().find(|(known, _)| *known == name)?.1;
                shopt.others.get(name).copied().unwrap_or(default)
            }
        })
    }

    pub fn set_shopt(&mut self, name: &str, on: bool) -> bool {
        let shopt = &mut self.state.shopt;
        let field = match name {
            "extglob" => &mut shopt.extglob,
            "nullglob" => &mut shopt.nullglob,
            "failglob" => &mut shopt.failglob,
            "dotglob" => &mut shopt.dotglob,
            "globstar" => &mut shopt.globstar,
            "nocaseglob" => &mut shopt.nocaseglob,
            "nocasematch" => &mut shopt.nocasematch,
            "lastpipe" => &mut shopt.lastpipe,
            "expand_aliases" => &mut shopt.expand_aliases,
            "inherit_errexit" => &mut shopt.inherit_errexit,
            "xpg_echo" => &mut shopt.xpg_echo,
            "execfail" => &mut shopt.execfail,
            "shift_verbose" => &mut shopt.shift_verbose,
            "sourcepath" => {
                shopt.no_sourcepath = !on;
                return true;
            }
            "patsub_replacement" => {
                shopt.no_patsub_replacement = !on;
                return true;
            }
            name => {
                let known = SHOPTS.iter().any(|(known, _)| *known == name);
                if known {
                    shopt.others.insert(name.to_owned(), on);
                }
                return known;
            }
        };
        *field = on;
        true
    }

    pub fn shopt_list(&self) -> String {
        let on = shopt_names().filter(|name| self.shopt(name) == Some(true));
        on.collect::<Vec<_>>().join(":")
    }
}

/// Reads the shell's own arguments. The error is the status to end with.
pub fn parse(shell: &mut Shell, zero: &str, arguments: Vec<String>) -> Result<Invocation, i32> {
    let base = zero.rsplit('/').next().unwrap_or(zero);
    let mut login = base.starts_with('-');
    let posix_name = base.trim_start_matches('-') == "sh";
    if posix_name {
        shell.state.options.posix = true;
        shell.state.shopt.expand_aliases = true;
    }
    let mut command = false;
    let mut input = false;
    let mut rest = arguments.into_iter().peekable();
    while let Some(argument) = rest.peek() {
        let argument = argument.clone();
        let Some(first) = argument.chars().next().filter(|c| matches!(c, '-' | '+')) else {
            break;
        };
        if argument == "-" || argument == "--" {
            rest.next();
            break;
        }
        if argument == "+" {
            break;
        }
        rest.next();
        if let Some(long) = argument.strip_prefix("--") {
            match long {
                "login" => login = true,
                "posix" => shell.state.options.posix = true,
                "verbose" => shell.state.options.verbose = true,
                "norc" | "noprofile" | "noediting" | "restricted" | "debugger" => {}
                "rcfile" | "init-file" => {
                    rest.next();
                }
                "version" => {
                    println!("GNU bash, version {} (wasm32-unknown-wasi)", crate::VERSION);
                    println!(
                        "This is the shell of Belljar, which behaves like that version of bash."
                    );
                    return Err(0);
                }
                "help" => {
                    println!("Usage:\t{zero} [long options] [options] [script-file] [arguments]");
                    println!("\t{zero} [options] -c command [name [arguments]]");
                    println!("\t{zero} [options] -s [arguments]");
                    return Err(0);
                }
                _ => {
                    shell.write_error(&format!("{zero}: {argument}: invalid option\n"));
                    return Err(2);
                }
            }
            continue;
        }
        let on = first == '-';
        for letter in argument.chars().skip(1) {
            match letter {
                'c' if on => command = true,
                's' if on => input = true,
                'i' if on => shell.state.options.interactive = true,
                'l' if on => login = true,
                'r' | 'D' => {}
                'o' | 'O' => {
                    let Some(name) = rest.next() else {
                        return Err(2);
                    };
                    let known = if letter == 'o' {
                        shell.set_option(&name, on)
                    } else {
                        shell.set_shopt(&name, on)
                    };
                    if !known {
                        shell.write_error(&format!("{zero}: {name}: invalid option name\n"));
                        return Err(2);
                    }
                }
                letter => {
                    if !shell.set_letter(letter, on) {
                        let sign = if on { '-' } else { '+' };
                        shell.write_error(&format!("{zero}: {sign}{letter}: invalid option\n"));
                        return Err(2);
                    }
                }
            }
        }
    }
    if shell.state.options.interactive {
        shell.state.shopt.expand_aliases = true;
    }
    let mut rest = rest;
    let source = if command {
        let Some(text) = rest.next() else {
            shell.write_error(&format!("{zero}: -c: option requires an argument\n"));
            return Err(2);
        };
        shell.state.options.from_command = true;
        if let Some(name) = rest.next() {
            shell.state.zero = name.as_str().into();
        }
        Source::Command(text)
    } else if let Some(path) = if input { None } else { rest.next() } {
        shell.state.zero = path.as_str().into();
        Source::File(path)
    } else {
        shell.state.options.from_stdin = true;
        Source::Input
    };
    shell.state.positional = Rc::new(rest.collect());
    Ok(Invocation {
        source,
        login,
        posix_name,
    })
}
