//! What changes where execution goes on: `eval`, `source`, `exec`, `return`, `trap`, …

use std::rc::Rc;

use belljar_sys::process;

use crate::execute::redirections::{Pipes, reason};
use crate::execute::simple::Expanded;
use crate::expand::quote;
use crate::state::{Flow, Frame, Run, Shell};
use crate::syntax::Parser;
use crate::{text, traps};

pub fn eval(shell: &mut Shell, expanded: &Expanded) -> Run {
    let mut words = &expanded.argv[1..];
    if words.first().is_some_and(|first| first == "--") {
        words = &words[1..];
    }
    let source = words.join(" ");
    let line = shell.state.line;
    let mut parser = Parser::new(source, line, shell.parse_options());
    let result = shell.run_parser(&mut parser, "eval: ");
    shell.state.line = line;
    result
}

pub fn source(shell: &mut Shell, expanded: &Expanded) -> Run {
    let argv = &expanded.argv;
    let mut operands = 1;
    if argv.get(1).is_some_and(|first| first == "--") {
        operands = 2;
    }
    let Some(name) = argv.get(operands) else {
        shell.complain(&argv[0], "filename argument required");
        shell.write_error(&format!("{0}: usage: {0} filename [arguments]\n", argv[0]));
        return Ok(2);
    };
    let mut path = name.clone();
    if !name.contains('/') {
        let directories = shell.value_of("PATH").unwrap_or_default();
        let found = directories
            .split(':')
            .map(|directory| format!("{directory}/{name}"))
            .find(|candidate| {
                belljar_sys::posix::stat(&shell.absolute(candidate))
                    .is_ok_and(|stat| stat.mode & 0o170_000 == 0o100_000)
            });
        if let Some(found) = found {
            path = found;
        }
    }
    let directory = belljar_sys::posix::stat(&shell.absolute(&path))
        .is_ok_and(|stat| stat.mode & 0o170_000 == 0o040_000);
    if directory {
        shell.complain(&argv[0], format_args!("{name}: is a directory"));
        return Ok(1);
    }
    let bytes = match shell.read_path(&path) {
        Ok(bytes) => bytes,
        Err(error) => {
            let reason = reason(&error);
            shell.error(format_args!("{name}: {reason}"));
            if shell.state.options.posix {
                return Err(Flow::Exit(1));
            }
            return Ok(1);
        }
    };
    if shell.state.frames.len() >= 500 {
        shell.complain(&argv[0], "files are nested too deeply");
        return Err(Flow::Discard(1));
    }
    let arguments = &argv[operands + 1..];
    let positional = Rc::clone(&shell.state.positional);
    if !arguments.is_empty() {
        shell.state.positional = Rc::new(arguments.to_vec());
    }
    let with_arguments = Rc::clone(&shell.state.positional);
    let file = std::mem::replace(&mut shell.state.file, path.as_str().into());
    let line = shell.state.line;
    Rc::make_mut(&mut shell.state.frames).push(Frame {
        name: "source".to_owned(),
        file: Rc::clone(&shell.state.file),
        line,
        function: false,
    });
    let mut parser = Parser::new(text::decode_vec(bytes), 1, shell.parse_options());
    let mut result = shell.run_parser(&mut parser, "");
    if let Err(Flow::Return(status)) = result {
        result = Ok(status);
    }
    if result.is_ok() {
        shell.run_return_trap(&mut result);
    }
    Rc::make_mut(&mut shell.state.frames).pop();
    shell.state.file = file;
    shell.state.line = line;
    if !arguments.is_empty() && Rc::ptr_eq(&with_arguments, &shell.state.positional) {
        shell.state.positional = positional;
    }
    result
}

pub fn exec(shell: &mut Shell, expanded: &Expanded) -> Run {
    let argv = &expanded.argv;
    if argv.len() == 1 {
        return Ok(0);
    }
    let flags = match shell.flags(
        argv,
        "cla:",
        "exec [-cl] [-a name] [command [argument ...]] [redirection ...]",
    ) {
        Ok(flags) => flags,
        Err(status) => return Ok(status),
    };
    let Some(name) = argv.get(flags.operands) else {
        return Ok(0);
    };
    let mut command = argv[flags.operands..].to_vec();
    let mut program = name.clone();
    let missing = if name.contains('/') {
        belljar_sys::posix::stat(&shell.absolute(name)).is_err()
    } else {
        match shell.find_program(name) {
            Some(found) => {
                program = found;
                false
            }
            None => true,
        }
    };
    if missing {
        let what = if name.contains('/') {
            "No such file or directory"
        } else {
            "not found"
        };
        if name.contains('/') {
            shell.error(format_args!("{name}: {what}"));
        } else {
            shell.complain("exec", format_args!("{name}: {what}"));
        }
        return failed_exec(shell, 127);
    }
    let environment = if flags.has('c') {
        Vec::new()
    } else {
        shell.environment()
    };
    if let Some(name) = flags.value('a') {
        command[0] = name.to_owned();
    }
    if flags.has('l') {
        command[0].insert(0, '-');
    }
    let shown = command[0].clone();
    let mut pipes = Pipes::default();
    // The program takes the place of the shell as far as anybody can see: it has its files, and the
    // shell ends with its status.
    let mut argv = command;
    argv[0] = program;
    let child = match shell.spawn_as(&argv, &shown, environment, &mut pipes) {
        Ok(child) => child,
        Err(status) => return failed_exec(shell, status),
    };
    pipes.drain(shell);
    // What only the shell holds open must be closed for others to see an end.
    shell.state.table = crate::state::Table::default();
    let end = shell.wait_child(&child);
    if let process::End::Signaled(signal) = end
        && shell.state.subshell == 0
    {
        let pid = i32::try_from(process::pid()).unwrap_or(0);
        let _gone = process::kill(pid, signal);
    }
    Rc::make_mut(&mut shell.state.traps).remove(&traps::EXIT);
    Err(Flow::Exit(i32::from(end.code())))
}

fn failed_exec(shell: &mut Shell, status: i32) -> Run {
    if shell.state.shopt.execfail {
        return Ok(status);
    }
    Err(Flow::Exit(status))
}

/// The status that an argument names.
fn status_argument(shell: &mut Shell, name: &str, argument: Option<&String>) -> Result<i32, i32> {
    let Some(argument) = argument else {
        return Ok(shell.state.status);
    };
    match argument.trim().parse::<i64>() {
        Ok(value) => Ok((value & 0xFF) as i32),
        Err(_) => {
            shell.complain(name, format_args!("{argument}: numeric argument required"));
            Err(2)
        }
    }
}

fn skip_dashes(argv: &[String]) -> &[String] {
    match argv.get(1) {
        Some(first) if first == "--" => &argv[2..],
        _ => &argv[1..],
    }
}

pub fn exit(shell: &mut Shell, expanded: &Expanded) -> Run {
    if expanded.argv[0] == "logout" {
        shell.complain("logout", "not login shell: use `exit'");
        return Ok(1);
    }
    let arguments = skip_dashes(&expanded.argv);
    let status = match status_argument(shell, "exit", arguments.first()) {
        Ok(status) => status,
        Err(status) => return Err(Flow::Exit(status)),
    };
    if arguments.len() > 1 {
        shell.complain("exit", "too many arguments");
        return Ok(1);
    }
    Err(Flow::Exit(status))
}

pub fn return_(shell: &mut Shell, expanded: &Expanded) -> Run {
    if shell.state.frames.is_empty() {
        shell.complain(
            "return",
            "can only `return' from a function or sourced script",
        );
        return Ok(2);
    }
    let arguments = skip_dashes(&expanded.argv);
    match status_argument(shell, "return", arguments.first()) {
        Ok(_) if arguments.len() > 1 => {
            shell.complain("return", "too many arguments");
            Err(Flow::Return(1))
        }
        Ok(status) => Err(Flow::Return(status)),
        Err(status) => Err(Flow::Return(status)),
    }
}

pub fn leave_loop(shell: &mut Shell, expanded: &Expanded) -> Run {
    let name = expanded.argv[0].as_str();
    if shell.state.loops == 0 {
        shell.complain(name, "only meaningful in a `for', `while', or `until' loop");
        return Ok(0);
    }
    let arguments = skip_dashes(&expanded.argv);
    let levels = match arguments.first() {
        None => 1,
        Some(argument) => match argument.parse::<i64>() {
            Ok(levels) if levels > 0 => u32::try_from(levels).unwrap_or(u32::MAX),
            Ok(_) => {
                shell.complain(name, format_args!("{argument}: loop count out of range"));
                return Err(Flow::Break(shell.state.loops));
            }
            Err(_) => {
                shell.complain(name, format_args!("{argument}: numeric argument required"));
                return Err(Flow::Exit(128));
            }
        },
    };
    let levels = levels.min(shell.state.loops);
    Err(if name == "break" {
        Flow::Break(levels)
    } else {
        Flow::Continue(levels)
    })
}

pub fn shift(shell: &mut Shell, expanded: &Expanded) -> Run {
    let arguments = skip_dashes(&expanded.argv);
    let count = match arguments.first() {
        None => 1,
        Some(argument) => match argument.parse::<i64>() {
            Ok(count) => count,
            Err(_) => {
                shell.complain(
                    "shift",
                    format_args!("{argument}: numeric argument required"),
                );
                return Ok(1);
            }
        },
    };
    let length = shell.state.positional.len();
    match usize::try_from(count) {
        Ok(count) if count <= length => {
            if count > 0 {
                Rc::make_mut(&mut shell.state.positional).drain(..count);
            }
            Ok(0)
        }
        Ok(_) => {
            if shell.state.shopt.shift_verbose {
                shell.complain("shift", format_args!("{count}: shift count out of range"));
            }
            Ok(1)
        }
        Err(_) => {
            shell.complain("shift", format_args!("{count}: shift count out of range"));
            Ok(1)
        }
    }
}

pub fn let_(shell: &mut Shell, expanded: &Expanded) -> Run {
    let arguments = skip_dashes(&expanded.argv);
    if arguments.is_empty() {
        shell.complain("let", "expression expected");
        return Ok(1);
    }
    let mut value = 0;
    for argument in arguments {
        value = match shell.evaluate(argument) {
            Ok(value) => value,
            Err(message) => {
                return match shell.arithmetic_failed(&message, "let: ") {
                    Flow::Exit(status) => Err(Flow::Exit(status)),
                    _ => Ok(1),
                };
            }
        };
    }
    Ok(i32::from(value == 0))
}

pub fn caller(shell: &mut Shell, expanded: &Expanded) -> Run {
    let frames = Rc::clone(&shell.state.frames);
    let level = match expanded.argv.get(1) {
        None => None,
        Some(text) => match text.parse::<usize>() {
            Ok(level) => Some(level),
            Err(_) => {
                shell.complain("caller", format_args!("{text}: invalid number"));
                return Ok(2);
            }
        },
    };
    let index = frames.len().checked_sub(1 + level.unwrap_or(0));
    let Some(frame) = index.and_then(|index| frames.get(index)) else {
        return Ok(1);
    };
    let outer = index
        .and_then(|index| index.checked_sub(1))
        .and_then(|index| frames.get(index));
    let file = match outer {
        Some(outer) => outer.file.to_string(),
        None if shell.command_line => "environment".to_owned(),
        None => shell.state.zero.to_string(),
    };
    let text = match level {
        None if shell.command_line && outer.is_none() => format!("{} NULL\n", frame.line),
        None => format!("{} {file}\n", frame.line),
        Some(_) => {
            let name = outer.map_or("main", |outer| outer.name.as_str());
            format!("{} {name} {file}\n", frame.line)
        }
    };
    shell.print(&text);
    Ok(0)
}

pub fn trap(shell: &mut Shell, expanded: &Expanded) -> Run {
    let argv = &expanded.argv;
    let flags = match shell.flags(argv, "lp", "trap [-lp] [[arg] signal_spec ...]") {
        Ok(flags) => flags,
        Err(status) => return Ok(status),
    };
    if flags.has('l') {
        super::processes::list_signals(shell);
        return Ok(0);
    }
    let operands = &argv[flags.operands..];
    if flags.has('p') || operands.is_empty() {
        let mut status = 0;
        let mut wanted = Vec::new();
        for operand in operands {
            match traps::number(operand) {
                Some(number) => wanted.push(number),
                None => {
                    shell.complain(
                        "trap",
                        format_args!("{operand}: invalid signal specification"),
                    );
                    status = 1;
                }
            }
        }
        let shown = shell
            .state
            .inherited_traps
            .as_ref()
            .unwrap_or(&shell.state.traps);
        let all: Vec<_> = shown
            .iter()
            .map(|(number, action)| (*number, action.clone()))
            .collect();
        for (number, action) in all {
            if operands.is_empty() || wanted.contains(&number) {
                let text = format!(
                    "trap -- {} {}\n",
                    quote::single(&action),
                    traps::full_name(number)
                );
                shell.print(&text);
            }
        }
        return Ok(status);
    }
    let (action, signals) = match operands {
        [only] => {
            if traps::number(only).is_none() {
                shell.write_error("trap: usage: trap [-lp] [[arg] signal_spec ...]\n");
                return Ok(2);
            }
            (None, operands)
        }
        // A number in place of an action resets.
        [first, ..] if first.parse::<u8>().is_ok() => (None, operands),
        [first, rest @ ..] if first == "-" => (None, rest),
        [first, rest @ ..] => (Some(first.clone()), rest),
        [] => return Ok(0),
    };
    let mut status = 0;
    for signal in signals {
        match traps::number(signal) {
            Some(number) => shell.set_trap(number, action.clone()),
            None => {
                shell.complain(
                    "trap",
                    format_args!("{signal}: invalid signal specification"),
                );
                status = 1;
            }
        }
    }
    Ok(status)
}
