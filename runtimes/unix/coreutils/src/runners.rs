//! `nice`, `nohup`, `stdbuf`.

use belljar_sys::Description;
use belljar_sys::descriptions::How;
use belljar_sys::process::Command;
use belljar_sys::signals::{self, Action};

use crate::options::{Outcome, TOOL, Tool, value};
use crate::quoting::{always, locale};
use crate::report::{self, say};
use crate::streams::{Output, absolute};

fn command(words: &[String]) -> Command {
    let mut command = Command::new(words.to_vec());
    if command.program.contains('/') {
        command.program = absolute(&command.program);
    }
    command
}

const NICE: Tool = Tool {
    usage: &["[OPTION] [COMMAND [ARG]...]"],
    about: "Run COMMAND with an adjusted niceness. All processes of a sandbox have the same one, \
        which cannot be lowered.",
    options: &[value("n", "adjustment", "N", "add integer N to the niceness (default 10)")],
    misuse: 125,
    stops: true,
};

pub(crate) fn nice(args: &[String]) -> Outcome {
    // `nice -5 command` is the old form of `-n 5`.
    let mut args = args.to_vec();
    if let Some(first) = args.get_mut(1)
        && let Some(number) = first.strip_prefix('-')
        && number.trim_start_matches(['-', '+']).parse::<u32>().is_ok()
    {
        *first = format!("-n{number}");
    }
    let line = NICE.parse(&args)?;
    let adjustment = match line.value("adjustment") {
        None => 10,
        Some(text) => match text.parse::<i64>() {
            Ok(number) => number,
            Err(_) => {
                say!("invalid adjustment {}", locale(text));
                return Ok(125);
            }
        },
    };
    if line.operands.is_empty() {
        if line.has("adjustment") {
            return Err(NICE.wrong("a command must be given with an adjustment"));
        }
        let mut out = Output::new();
        out.put_str("0\n")?;
        out.flush()?;
        return Ok(0);
    }
    if adjustment < 0 {
        // As for anybody but root: said, and the command runs.
        say!("cannot set niceness: Permission denied");
    }
    let blame = locale(&line.operands[0]);
    Ok(crate::run::in_our_place(&command(&line.operands), &blame))
}

const NOHUP: Tool = Tool {
    usage: &["COMMAND [ARG]...", "OPTION"],
    about: "Run COMMAND, ignoring hangup signals.",
    misuse: 125,
    stops: true,
    ..TOOL
};

pub(crate) fn nohup(args: &[String]) -> Outcome {
    let line = NOHUP.parse(args)?;
    if line.operands.is_empty() {
        return Err(NOHUP.missing_operand());
    }
    let mut command = command(&line.operands);
    let terminal = |number| Description::inherited(number).is_some_and(|one| one.is_terminal());
    let (input, output, errors) = (terminal(0), terminal(1), terminal(2));
    if input {
        match Description::open("/dev/null", How::READ, 0) {
            Ok(null) => command.descriptions.push((0, null)),
            Err(error) => report::failure("failed to render standard input unusable", &error),
        }
    }
    let mut file = None;
    if output {
        let home = std::env::var("HOME").unwrap_or_default();
        for path in ["nohup.out".to_owned(), format!("{home}/nohup.out")] {
            match Description::open(&absolute(&path), How::APPEND, 0o600) {
                Ok(opened) => {
                    let ignoring = if input { "ignoring input and " } else { "" };
                    say!("{ignoring}appending output to {}", always(&path));
                    file = Some(opened);
                    break;
                }
                Err(error) => {
                    report::failure(format_args!("failed to open {}", always(&path)), &error);
                }
            }
        }
        let Some(file) = &file else {
            return Ok(125);
        };
        command.descriptions.push((1, file.clone()));
    } else if input && !errors {
        say!("ignoring input");
    }
    if errors {
        if !output {
            let ignoring = if input { "ignoring input and " } else { "" };
            say!("{ignoring}redirecting stderr to stdout");
        }
        let target = file.or_else(|| Description::inherited(1));
        command.descriptions.extend(target.map(|target| (2, target)));
    }
    signals::set(signals::HUP, Action::Ignore);
    let blame = format!("failed to run command {}", always(&line.operands[0]));
    Ok(crate::run::in_our_place(&command, &blame))
}

const STDBUF: Tool = Tool {
    usage: &["OPTION... COMMAND"],
    about: "Run COMMAND with modified buffering of its standard streams.",
    options: &[
        value("i", "input", "MODE", "adjust standard input stream buffering"),
        value("o", "output", "MODE", "adjust standard output stream buffering"),
        value("e", "error", "MODE", "adjust standard error stream buffering"),
    ],
    misuse: 125,
    stops: true,
};

pub(crate) fn stdbuf(args: &[String]) -> Outcome {
    let line = STDBUF.parse(args)?;
    if line.operands.is_empty() {
        return Err(STDBUF.missing_operand());
    }
    if line.options.is_empty() {
        return Err(STDBUF.wrong("you must specify a buffering mode option"));
    }
    say!("the buffering of WebAssembly programs cannot be changed from outside");
    Ok(125)
}
