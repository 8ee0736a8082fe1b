//! `set`, `shopt`, `alias`, `umask`, `ulimit`, `times`.

use std::rc::Rc;

use belljar_sys::posix;

use crate::execute::simple::Expanded;
use crate::expand::quote;
use crate::options::{OPTIONS, shopt_names};
use crate::state::{Run, Shell};

pub fn set(shell: &mut Shell, expanded: &Expanded) -> Run {
    let argv = &expanded.argv;
    if argv.len() == 1 {
        print_variables(shell);
        return Ok(0);
    }
    let mut index = 1;
    while let Some(argument) = argv.get(index) {
        match argument.as_str() {
            "--" => {
                shell.state.positional = Rc::new(argv[index + 1..].to_vec());
                return Ok(0);
            }
            "-" => {
                shell.state.options.xtrace = false;
                shell.state.options.verbose = false;
                if argv.len() > index + 1 {
                    shell.state.positional = Rc::new(argv[index + 1..].to_vec());
                }
                return Ok(0);
            }
            _ => {}
        }
        let Some(sign) = argument.chars().next().filter(|c| matches!(c, '-' | '+')) else {
            break;
        };
        if argument.len() == 1 {
            break;
        }
        index += 1;
        let on = sign == '-';
        for letter in argument[1..].chars() {
            if letter == 'o' {
                match argv.get(index) {
                    Some(name) => {
                        index += 1;
                        if !shell.set_option(name, on) {
                            shell.complain("set", format_args!("{name}: invalid option name"));
                            return Ok(2);
                        }
                    }
                    None => list_options(shell, !on),
                }
            } else if !shell.set_letter(letter, on) {
                shell.complain("set", format_args!("{sign}{letter}: invalid option"));
                shell.write_error(
                    "set: usage: set [-abefhkmnptuvxBCEHPT] [-o option-name] [--] [-] [arg ...]\n",
                );
                return Ok(2);
            }
        }
    }
    if index < argv.len() {
        shell.state.positional = Rc::new(argv[index..].to_vec());
    }
    Ok(0)
}

fn list_options(shell: &mut Shell, commands: bool) {
    for (name, _) in OPTIONS {
        let on = shell.option(name).unwrap_or(false);
        let text = if commands {
            format!("set {}o {name}\n", if on { '-' } else { '+' })
        } else {
            format!("{name:<15}\t{}\n", if on { "on" } else { "off" })
        };
        shell.print(&text);
    }
}

fn print_variables(shell: &mut Shell) {
    for name in shell.state.variables.names() {
        let Some(variable) = shell.state.variables.get(&name) else {
            continue;
        };
        if !variable.is_set() {
            continue;
        }
        let value = if variable.is_array() {
            super::declare::array_text(variable)
        } else {
            quote::if_needed(variable.text().unwrap_or("")).replace(
                "''",
                if variable.text() == Some("") {
                    ""
                } else {
                    "''"
                },
            )
        };
        shell.print(&format!("{name}={value}\n"));
    }
    let mut functions: Vec<_> = shell
        .state
        .functions
        .iter()
        .map(|(name, function)| (name.clone(), Rc::clone(function)))
        .collect();
    functions.sort_by(|left, right| left.0.cmp(&right.0));
    for (name, function) in functions {
        shell.print(&super::lookup::function_text(&name, &function));
    }
}

pub fn shopt(shell: &mut Shell, expanded: &Expanded) -> Run {
    let argv = &expanded.argv;
    let flags = match shell.flags(argv, "pqsuo", "shopt [-pqsu] [-o] [optname ...]") {
        Ok(flags) => flags,
        Err(status) => return Ok(status),
    };
    let (print, quiet, on, off, set) = (
        flags.has('p'),
        flags.has('q'),
        flags.has('s'),
        flags.has('u'),
        flags.has('o'),
    );
    let operands = argv[flags.operands..].to_vec();
    if on && off {
        shell.complain("shopt", "cannot set and unset shell options simultaneously");
        return Ok(1);
    }
    let get = |shell: &Shell, name: &str| {
        if set {
            shell.option(name)
        } else {
            shell.shopt(name)
        }
    };
    let line = |name: &str, value: bool| match (print, set) {
        (true, true) => format!("set {}o {name}\n", if value { '-' } else { '+' }),
        (true, false) => format!("shopt -{} {name}\n", if value { 's' } else { 'u' }),
        (false, _) => format!("{name:<15}\t{}\n", if value { "on" } else { "off" }),
    };
    if operands.is_empty() {
        let names: Vec<&str> = if set {
            OPTIONS.iter().map(|(name, _)| *name).collect()
        } else {
            shopt_names().collect()
        };
        for name in names {
            let value = get(shell, name).unwrap_or(false);
            if !(on || off) || value == on {
                shell.print(&line(name, value));
            }
        }
        return Ok(0);
    }
    let mut status = 0;
    for name in &operands {
        if on || off {
            let known = if set {
                shell.set_option(name, on)
            } else {
                shell.set_shopt(name, on)
            };
            if !known {
                let what = if set {
                    "invalid option name"
                } else {
                    "invalid shell option name"
                };
                shell.complain("shopt", format_args!("{name}: {what}"));
                status = 1;
            }
            continue;
        }
        match get(shell, name) {
            Some(value) => {
                if !quiet {
                    shell.print(&line(name, value));
                }
                if !value {
                    status = 1;
                }
            }
            None => {
                shell.complain("shopt", format_args!("{name}: invalid shell option name"));
                status = 1;
            }
        }
    }
    Ok(status)
}

pub fn alias(shell: &mut Shell, expanded: &Expanded) -> Run {
    let argv = &expanded.argv;
    let flags = match shell.flags(argv, "p", "alias [-p] [name[=value] ... ]") {
        Ok(flags) => flags,
        Err(status) => return Ok(status),
    };
    let operands = &argv[flags.operands..];
    let show = |name: &str, value: &str| format!("alias {name}={}\n", quote::single(value));
    if operands.is_empty() || flags.has('p') {
        let mut all: Vec<_> = shell
            .state
            .aliases
            .iter()
            .map(|(name, value)| show(name, value))
            .collect();
        all.sort_unstable();
        shell.print(&all.concat());
    }
    let mut status = 0;
    for operand in operands {
        match operand.split_once('=') {
            Some((name, value)) if !name.is_empty() => {
                if name.contains(|c: char| c.is_whitespace() || "/$`'\"\\;&|<>()".contains(c)) {
                    shell.complain("alias", format_args!("`{name}': invalid alias name"));
                    status = 1;
                    continue;
                }
                Rc::make_mut(&mut shell.state.aliases).insert(name.to_owned(), value.to_owned());
            }
            _ => match shell.state.aliases.get(operand).cloned() {
                Some(value) => shell.print(&show(operand, &value)),
                None => {
                    shell.complain("alias", format_args!("{operand}: not found"));
                    status = 1;
                }
            },
        }
    }
    Ok(status)
}

pub fn unalias(shell: &mut Shell, expanded: &Expanded) -> Run {
    let argv = &expanded.argv;
    let flags = match shell.flags(argv, "a", "unalias [-a] name [name ...]") {
        Ok(flags) => flags,
        Err(status) => return Ok(status),
    };
    if flags.has('a') {
        shell.state.aliases = Rc::default();
        return Ok(0);
    }
    if flags.operands >= argv.len() {
        shell.write_error("unalias: usage: unalias [-a] name [name ...]\n");
        return Ok(2);
    }
    let mut status = 0;
    for name in &argv[flags.operands..] {
        if Rc::make_mut(&mut shell.state.aliases)
            .remove(name)
            .is_none()
        {
            shell.complain("unalias", format_args!("{name}: not found"));
            status = 1;
        }
    }
    Ok(status)
}

pub fn umask(shell: &mut Shell, expanded: &Expanded) -> Run {
    let argv = &expanded.argv;
    let flags = match shell.flags(argv, "pS", "umask [-p] [-S] [mode]") {
        Ok(flags) => flags,
        Err(status) => return Ok(status),
    };
    let current = posix::umask();
    if shell.first_umask.is_none() {
        shell.first_umask = Some(current);
    }
    let Some(mode) = argv.get(flags.operands) else {
        let text = if flags.has('S') {
            symbolic(current)
        } else {
            format!("{current:04o}")
        };
        let prefix = match (flags.has('p'), flags.has('S')) {
            (true, true) => "umask -S ",
            (true, false) => "umask ",
            _ => "",
        };
        shell.print(&format!("{prefix}{text}\n"));
        return Ok(0);
    };
    let mask = if mode.starts_with(|c: char| c.is_ascii_digit()) {
        match u32::from_str_radix(mode, 8) {
            Ok(mask) if mask <= 0o777 => mask,
            _ => {
                shell.complain("umask", format_args!("{mode}: octal number out of range"));
                return Ok(1);
            }
        }
    } else {
        match from_symbolic(mode, current) {
            Ok(mask) => mask,
            Err(c) => {
                shell.complain(
                    "umask",
                    format_args!("`{c}': invalid symbolic mode operator"),
                );
                return Ok(1);
            }
        }
    };
    posix::set_umask(mask);
    shell.umask = Some(mask);
    if flags.has('S') {
        shell.print(&format!("{}\n", symbolic(mask)));
    }
    Ok(0)
}

fn symbolic(mask: u32) -> String {
    let part = |shift: u32| {
        let allowed = !(mask >> shift) & 7;
        let letters = [(4, 'r'), (2, 'w'), (1, 'x')];
        letters
            .iter()
            .filter(|(bit, _)| allowed & bit != 0)
            .map(|(_, letter)| *letter)
            .collect::<String>()
    };
    format!("u={},g={},o={}", part(6), part(3), part(0))
}

fn from_symbolic(text: &str, mask: u32) -> Result<u32, char> {
    let mut allowed = !mask & 0o777;
    for clause in text.split(',') {
        let operator_at = clause
            .find(['+', '-', '='])
            .ok_or_else(|| clause.chars().next().unwrap_or(','))?;
        let mut who = 0;
        for c in clause[..operator_at].chars() {
            who |= match c {
                'u' => 0o700,
                'g' => 0o070,
                'o' => 0o007,
                'a' => 0o777,
                c => return Err(c),
            };
        }
        if who == 0 {
            who = 0o777;
        }
        let mut bits = 0;
        for c in clause[operator_at + 1..].chars() {
            bits |= match c {
                'r' => 0o444,
                'w' => 0o222,
                'x' | 'X' => 0o111,
                c => return Err(c),
            };
        }
        match clause.as_bytes()[operator_at] {
            b'+' => allowed |= bits & who,
            b'-' => allowed &= !(bits & who),
            _ => allowed = allowed & !who | bits & who,
        }
    }
    Ok(!allowed & 0o777)
}

pub fn ulimit(shell: &mut Shell, expanded: &Expanded) -> Run {
    // The limits of a sandbox are set from outside; there is none of these to be changed within.
    const LIMITS: [(char, &str); 16] = [
        ('R', "real-time non-blocking time  (microseconds, -R)"),
        ('c', "core file size              (blocks, -c)"),
        ('d', "data seg size               (kbytes, -d)"),
        ('e', "scheduling priority                 (-e)"),
        ('f', "file size                   (blocks, -f)"),
        ('i', "pending signals                     (-i)"),
        ('l', "max locked memory           (kbytes, -l)"),
        ('m', "max memory size             (kbytes, -m)"),
        ('n', "open files                          (-n)"),
        ('p', "pipe size                (512 bytes, -p)"),
        ('q', "POSIX message queues         (bytes, -q)"),
        ('r', "real-time priority                  (-r)"),
        ('s', "stack size                  (kbytes, -s)"),
        ('t', "cpu time                   (seconds, -t)"),
        ('u', "max user processes                  (-u)"),
        ('v', "virtual memory              (kbytes, -v)"),
    ];
    let value = |letter: char| match letter {
        'c' => "0",
        'p' => "128",
        _ => "unlimited",
    };
    let argv = &expanded.argv;
    let flags = match shell.flags(
        argv,
        "SHabcdefiklmnpqrstuvxPRT",
        "ulimit [-SHabcdefiklmnpqrstuvxPRT] [limit]",
    ) {
        Ok(flags) => flags,
        Err(status) => return Ok(status),
    };
    if flags.has('a') {
        for (letter, text) in LIMITS {
            shell.print(&format!("{text} {}\n", value(letter)));
        }
        return Ok(0);
    }
    let letter = flags
        .letters
        .iter()
        .map(|(letter, _)| *letter)
        .find(|letter| !matches!(letter, 'S' | 'H'))
        .unwrap_or('f');
    match argv.get(flags.operands).map(String::as_str) {
        None => {
            shell.print(&format!("{}\n", value(letter)));
            Ok(0)
        }
        Some("unlimited" | "hard" | "soft") => Ok(0),
        Some(limit) if limit.bytes().all(|byte| byte.is_ascii_digit()) => {
            if limit == value(letter) {
                return Ok(0);
            }
            shell.complain(
                "ulimit",
                format_args!("-{letter}: cannot modify limit: limits are those of the sandbox"),
            );
            Ok(1)
        }
        Some(limit) => {
            let limit = limit.to_owned();
            shell.complain("ulimit", format_args!("{limit}: invalid number"));
            Ok(1)
        }
    }
}

pub fn times(shell: &mut Shell, _expanded: &Expanded) -> Run {
    shell.print("0m0.000s 0m0.000s\n0m0.000s 0m0.000s\n");
    Ok(0)
}
