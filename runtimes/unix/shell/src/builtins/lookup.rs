//! `type`, `command`, `builtin`, `hash`, `enable`, `help`, `compgen`.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::NAMES;
use crate::execute::simple::{Expanded, Found};
use crate::program::Function;
use crate::state::{Run, Shell};

const RESERVED: [&str; 22] = [
    "if", "then", "else", "elif", "fi", "case", "esac", "for", "select", "while", "until", "do",
    "done", "in", "function", "time", "{", "}", "!", "[[", "]]", "coproc",
];

/// A function as `type` and `declare -f` show it.
pub fn function_text(name: &str, function: &Function) -> String {
    format!("{name} () \n{}\n", function.source)
}

pub fn builtin(shell: &mut Shell, expanded: &Expanded) -> Run {
    let mut argv = &expanded.argv[1..];
    let mut cut = 1;
    if argv.first().is_some_and(|first| first == "--") {
        argv = &argv[1..];
        cut = 2;
    }
    let Some(name) = argv.first() else {
        return Ok(0);
    };
    match super::find(name) {
        Some(builtin) => builtin(shell, &without(expanded, cut)),
        None => {
            shell.complain("builtin", format_args!("{name}: not a shell builtin"));
            Ok(1)
        }
    }
}

/// A command without its first words.
fn without(expanded: &Expanded, cut: usize) -> Expanded {
    Expanded {
        argv: expanded.argv[cut..].to_vec(),
        values: expanded
            .values
            .iter()
            .filter_map(|(at, value)| Some((at.checked_sub(cut)?, value.clone())))
            .collect(),
    }
}

pub fn command(shell: &mut Shell, expanded: &Expanded) -> Run {
    let argv = &expanded.argv;
    let flags = match shell.flags(argv, "pvV", "command [-pVv] command [arg ...]") {
        Ok(flags) => flags,
        Err(status) => return Ok(status),
    };
    let (brief, long, standard) = (flags.has('v'), flags.has('V'), flags.has('p'));
    let operands = flags.operands;
    if brief || long {
        let mut status = 1;
        for name in &argv[operands..] {
            let name = name.clone();
            let found = describe(
                shell,
                &name,
                if long { Form::Long } else { Form::Command },
                false,
                false,
            );
            if found {
                status = 0;
            } else if long {
                shell.complain("command", format_args!("{name}: not found"));
            }
        }
        return Ok(if argv.len() == operands { 0 } else { status });
    }
    let Some(name) = argv.get(operands) else {
        return Ok(0);
    };
    let rest = without(expanded, operands);
    match shell.find_no_function(name) {
        Found::Builtin(builtin) => builtin(shell, &rest),
        _ => {
            let mut environment = shell.environment();
            if standard {
                environment.retain(|(name, _)| name != "PATH");
                environment.push(("PATH".to_owned(), "/usr/bin:/bin".to_owned()));
            }
            Ok(shell.run_external(&rest.argv, environment))
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// `type`
    Long,
    /// `command -v`
    Command,
    /// `type -t`
    Kind,
    /// `type -p`
    Path,
}

/// Says what a name is; whether it is anything.
fn describe(shell: &mut Shell, name: &str, form: Form, all: bool, skip_functions: bool) -> bool {
    let mut found = Vec::new();
    if let Some(value) = shell
        .state
        .aliases
        .get(name)
        .filter(|_| shell.state.shopt.expand_aliases)
    {
        found.push(match form {
            Form::Long => format!("{name} is aliased to `{value}'\n"),
            Form::Command => format!("alias {name}={}\n", crate::expand::quote::single(value)),
            Form::Kind => "alias\n".to_owned(),
            Form::Path => String::new(),
        });
    }
    if RESERVED.contains(&name) {
        found.push(match form {
            Form::Long => format!("{name} is a shell keyword\n"),
            Form::Command => format!("{name}\n"),
            Form::Kind => "keyword\n".to_owned(),
            Form::Path => String::new(),
        });
    }
    if !skip_functions && let Some(function) = shell.state.functions.get(name) {
        found.push(match form {
            Form::Long => format!("{name} is a function\n{}", function_text(name, function)),
            Form::Command => format!("{name}\n"),
            Form::Kind => "function\n".to_owned(),
            Form::Path => String::new(),
        });
    }
    if super::find(name).is_some() && !shell.state.disabled.iter().any(|known| known == name) {
        found.push(match form {
            Form::Long => format!("{name} is a shell builtin\n"),
            Form::Command => format!("{name}\n"),
            Form::Kind => "builtin\n".to_owned(),
            Form::Path => String::new(),
        });
    }
    if all || found.is_empty() {
        let hashed = shell.state.hashed.get(name).map(|(path, _)| path.clone());
        for path in shell.find_programs(name, all) {
            found.push(match form {
                Form::Long if hashed.as_ref() == Some(&path) => {
                    format!("{name} is hashed ({path})\n")
                }
                Form::Long => format!("{name} is {path}\n"),
                Form::Command | Form::Path => format!("{path}\n"),
                Form::Kind => "file\n".to_owned(),
            });
        }
    }
    let any = !found.is_empty();
    for (index, text) in found.into_iter().enumerate() {
        if index == 0 || all {
            shell.print(&text);
        }
    }
    any
}

pub fn type_(shell: &mut Shell, expanded: &Expanded) -> Run {
    let argv = &expanded.argv;
    let flags = match shell.flags(argv, "afptP", "type [-afptP] name [name ...]") {
        Ok(flags) => flags,
        Err(status) => return Ok(status),
    };
    let (all, skip, kind) = (flags.has('a'), flags.has('f'), flags.has('t'));
    let (path, force) = (flags.has('p'), flags.has('P'));
    let mut status = 0;
    for name in &argv[flags.operands..] {
        let found = if force {
            let paths = shell.find_programs(name, all);
            for path in &paths {
                shell.print(&format!("{path}\n"));
            }
            !paths.is_empty()
        } else {
            let form = if kind {
                Form::Kind
            } else if path {
                Form::Path
            } else {
                Form::Long
            };
            describe(shell, name, form, all, skip)
        };
        if !found {
            status = 1;
            if !(kind || path || force) {
                shell.complain("type", format_args!("{name}: not found"));
            }
        }
    }
    Ok(status)
}

pub fn hash(shell: &mut Shell, expanded: &Expanded) -> Run {
    let argv = &expanded.argv;
    let flags = match shell.flags(argv, "lrp:dt", "hash [-lr] [-p pathname] [-dt] [name ...]") {
        Ok(flags) => flags,
        Err(status) => return Ok(status),
    };
    let operands = &argv[flags.operands..];
    if flags.has('r') {
        shell.state.hashed = Rc::default();
    }
    if operands.is_empty() {
        if flags.has('r') {
            return Ok(0);
        }
        let hashed = Rc::clone(&shell.state.hashed);
        if hashed.is_empty() {
            shell.print("hash: hash table empty\n");
            return Ok(0);
        }
        if !flags.has('l') {
            shell.print("hits\tcommand\n");
        }
        for (name, (path, hits)) in hashed.iter() {
            let text = if flags.has('l') {
                format!("builtin hash -p {path} {name}\n")
            } else {
                format!("{hits:4}\t{path}\n")
            };
            shell.print(&text);
        }
        return Ok(0);
    }
    let mut status = 0;
    for name in operands {
        if flags.has('d') {
            if Rc::<BTreeMap<_, _>>::make_mut(&mut shell.state.hashed)
                .remove(name)
                .is_none()
            {
                shell.complain("hash", format_args!("{name}: not found"));
                status = 1;
            }
            continue;
        }
        if flags.has('t') {
            match shell.state.hashed.get(name).cloned() {
                Some((path, _)) => shell.print(&format!("{path}\n")),
                None => {
                    shell.complain("hash", format_args!("{name}: not found"));
                    status = 1;
                }
            }
            continue;
        }
        let path = match flags.value('p') {
            Some(path) => Some(path.to_owned()),
            None => shell.find_program(name),
        };
        match path {
            Some(path) => {
                Rc::make_mut(&mut shell.state.hashed).insert(name.clone(), (path, 0));
            }
            None if super::find(name).is_some() => {}
            None => {
                shell.complain("hash", format_args!("{name}: not found"));
                status = 1;
            }
        }
    }
    Ok(status)
}

pub fn enable(shell: &mut Shell, expanded: &Expanded) -> Run {
    let argv = &expanded.argv;
    let flags = match shell.flags(argv, "anps", "enable [-a] [-nps] [name ...]") {
        Ok(flags) => flags,
        Err(status) => return Ok(status),
    };
    let off = flags.has('n');
    let operands = &argv[flags.operands..];
    if operands.is_empty() {
        for name in NAMES {
            let disabled = shell.state.disabled.iter().any(|known| known == name);
            if flags.has('a') || disabled == off {
                shell.print(&format!(
                    "enable {}{name}\n",
                    if disabled { "-n " } else { "" }
                ));
            }
        }
        return Ok(0);
    }
    let mut status = 0;
    for name in operands {
        if super::find(name).is_none() {
            shell.complain("enable", format_args!("{name}: not a shell builtin"));
            status = 1;
            continue;
        }
        let disabled = Rc::make_mut(&mut shell.state.disabled);
        disabled.retain(|known| known != name);
        if off {
            disabled.push(name.clone());
        }
    }
    Ok(status)
}

pub fn help(shell: &mut Shell, expanded: &Expanded) -> Run {
    let mut status = 0;
    let names: Vec<&str> = expanded.argv[1..]
        .iter()
        .map(String::as_str)
        .filter(|name| !name.starts_with('-'))
        .collect();
    if names.is_empty() {
        let text = format!(
            "GNU bash, version {} (wasm32-unknown-wasi)\nThese shell commands are defined internally:\n\n{}\n",
            crate::VERSION,
            NAMES.join("\n")
        );
        shell.print(&text);
        return Ok(0);
    }
    for name in names {
        if super::find(name).is_some() {
            shell.print(&format!(
                "{name}: a shell builtin; it behaves as that of bash {}.\n",
                crate::VERSION
            ));
        } else {
            shell.complain("help", format_args!("no help topics match `{name}'."));
            status = 1;
        }
    }
    Ok(status)
}

pub fn compgen(shell: &mut Shell, expanded: &Expanded) -> Run {
    let argv = &expanded.argv;
    let known = "abcdefgjkvusA:W:F:P:S:X:G:o:C:";
    let flags = match shell.flags(
        argv,
        known,
        "compgen [-abcdefgjksuv] [-A action] [-W wordlist] [word]",
    ) {
        Ok(flags) => flags,
        Err(status) => return Ok(status),
    };
    let word = argv.get(flags.operands).cloned().unwrap_or_default();
    let mut all: Vec<String> = Vec::new();
    let actions: Vec<(char, Option<String>)> = flags
        .letters
        .iter()
        .map(|(letter, value)| (*letter, value.map(str::to_owned)))
        .collect();
    let (mut prefix, mut suffix) = (String::new(), String::new());
    for (letter, value) in actions {
        let value = value.unwrap_or_default();
        match (letter, value.as_str()) {
            ('a', _) | ('A', "alias") => all.extend(shell.state.aliases.keys().cloned()),
            ('b', _) | ('A', "builtin") => all.extend(NAMES.map(str::to_owned)),
            ('k', _) | ('A', "keyword") => all.extend(RESERVED.map(str::to_owned)),
            ('v', _) | ('A', "variable") => all.extend(shell.state.variables.names()),
            ('e', _) | ('A', "export") => {
                let exported = shell
                    .state
                    .variables
                    .iter()
                    .filter(|(_, variable)| variable.has(crate::variables::EXPORT));
                all.extend(exported.map(|(name, _)| name.clone()));
            }
            ('A', "function") => all.extend(shell.state.functions.keys().cloned()),
            ('c', _) | ('A', "command") => {
                all.extend(NAMES.map(str::to_owned));
                all.extend(RESERVED.map(str::to_owned));
                all.extend(shell.state.functions.keys().cloned());
                let path = shell.value_of("PATH").unwrap_or_default();
                for directory in path.split(':') {
                    let pattern = [
                        (format!("{directory}/"), true),
                        (word.clone(), true),
                        ("*".to_owned(), false),
                    ];
                    let found = shell.glob(&pattern);
                    all.extend(
                        found
                            .iter()
                            .filter_map(|path| path.rsplit('/').next())
                            .map(str::to_owned),
                    );
                }
            }
            ('f' | 'd', _) | ('A', "file" | "directory") => {
                let directories = letter == 'd' || value == "directory";
                for path in shell.glob(&[(word.clone(), true), ("*".to_owned(), false)]) {
                    if !directories || shell.unary_test('d', &path) {
                        all.push(path);
                    }
                }
            }
            ('W', list) => {
                let parsed = shell.parse_word(list, 1)?;
                let mut fields = Vec::new();
                let text = shell.expand_text(&parsed)?;
                let ifs = shell.separators();
                let parts = vec![crate::expand::split::Part::expanded(text, false)];
                fields.extend(
                    crate::expand::split::fields(parts, &ifs)
                        .into_iter()
                        .map(crate::expand::split::Field::text),
                );
                all.extend(fields);
            }
            ('P', text) => prefix = text.to_owned(),
            ('S', text) => suffix = text.to_owned(),
            ('X' | 'o', _) => {}
            _ => {
                shell.complain(
                    "compgen",
                    format_args!("-{letter}: not supported without completion"),
                );
                return Ok(1);
            }
        }
    }
    all.retain(|candidate| candidate.starts_with(&word));
    if !flags.has('W') {
        all.sort_unstable();
        all.dedup();
    }
    let status = i32::from(all.is_empty());
    for candidate in all {
        shell.print(&format!("{prefix}{candidate}{suffix}\n"));
    }
    Ok(status)
}

/// What is only of use to somebody who types.
pub fn interactive(shell: &mut Shell, expanded: &Expanded) -> Run {
    let name = expanded.argv[0].as_str();
    match name {
        // Set-up files call these; without a line to edit they have nothing to do.
        "complete" | "compopt" | "bind" | "history" => Ok(0),
        "suspend" => {
            shell.complain(name, "cannot suspend: no job control");
            Ok(1)
        }
        _ => {
            shell.complain(name, "no history");
            Ok(1)
        }
    }
}
