//! `cat`, `rev`, `tee`, `yes`.

use std::io::{self, BufRead};

use belljar_sys::Description;
use belljar_sys::descriptions::How;
use belljar_sys::posix::{self, S_IFMT, S_IFREG};
use belljar_sys::signals::{self, Action};

use crate::options::{Outcome, TOOL, Tool, flag, maybe};
use crate::quoting::if_needed;
use crate::report;
use crate::streams::{Input, Output, PIECE, absolute, write_all};

const CAT: Tool = Tool {
    usage: &["[OPTION]... [FILE]..."],
    about: "Concatenate FILE(s) to standard output.",
    options: &[
        flag("A", "show-all", "equivalent to -vET"),
        flag("b", "number-nonblank", "number nonempty output lines, overrides -n"),
        flag("e", "", "equivalent to -vE"),
        flag("E", "show-ends", "display $ at end of each line"),
        flag("n", "number", "number all output lines"),
        flag("s", "squeeze-blank", "suppress repeated empty output lines"),
        flag("t", "", "equivalent to -vT"),
        flag("T", "show-tabs", "display TAB characters as ^I"),
        flag("u", "", "(ignored)"),
        flag("v", "show-nonprinting", "use ^ and M- notation, except for LFD and TAB"),
    ],
    ..TOOL
};

pub(crate) fn cat(args: &[String]) -> Outcome {
    let line = CAT.parse(args)?;
    let mut paths = line.operands.clone();
    if paths.is_empty() {
        paths.push("-".to_owned());
    }
    let any = |keys: &[&str]| keys.iter().any(|key| line.has(key));
    let mut view = View {
        number: line.has("number"),
        nonblank: line.has("number-nonblank"),
        ends: any(&["show-all", "e", "show-ends"]),
        tabs: any(&["show-all", "t", "show-tabs"]),
        hidden: any(&["show-all", "e", "t", "show-nonprinting"]),
        squeeze: line.has("squeeze-blank"),
        count: 0,
        at_start: true,
        blank_lines: 0,
        carriage: false,
    };
    let plain = !(view.number
        || view.nonblank
        || view.ends
        || view.tabs
        || view.hidden
        || view.squeeze);
    let mut out = Output::new();
    let mut code = 0;
    // What is written to a file that is being read is read again, without an end.
    let target = posix::stat("/dev/stdout").ok().filter(|found| found.mode & S_IFMT == S_IFREG);
    for path in &paths {
        let input = match Input::open(path) {
            Ok(input) => input,
            Err(error) => {
                out.flush()?;
                report::failure(if_needed(path), &error);
                code = 1;
                continue;
            }
        };
        if let Some(target) = &target {
            let place = if path == "-" { "/dev/stdin".to_owned() } else { absolute(path) };
            let same = posix::stat(&place).is_ok_and(|found| {
                (found.device, found.inode) == (target.device, target.inode) && found.size > 0
            });
            if same {
                out.flush()?;
                report::message(format_args!("{}: input file is output file", if_needed(path)));
                code = 1;
                continue;
            }
        }
        loop {
            match input.piece() {
                Ok(piece) if piece.is_empty() => break,
                Ok(piece) => {
                    if plain {
                        out.put(&piece)?;
                    } else {
                        let mut text = Vec::with_capacity(piece.len() * 2);
                        view.show(&piece, &mut text);
                        out.put(&text)?;
                    }
                    // Whoever reads gets what has been read so far.
                    out.flush()?;
                }
                Err(error) => {
                    report::failure(if_needed(path), &error);
                    code = 1;
                    break;
                }
            }
        }
    }
    let mut rest = Vec::new();
    view.finish(&mut rest);
    out.put(&rest)?;
    out.flush()?;
    Ok(code)
}

struct View {
    number: bool,
    nonblank: bool,
    ends: bool,
    tabs: bool,
    hidden: bool,
    squeeze: bool,
    count: u64,
    at_start: bool,
    blank_lines: u32,
    /// A carriage return that is `^M` if the line ends behind it.
    carriage: bool,
}

impl View {
    fn show(&mut self, piece: &[u8], text: &mut Vec<u8>) {
        for &byte in piece {
            if self.carriage {
                self.carriage = false;
                text.extend(if byte == b'\n' { &b"^M"[..] } else { b"\r" });
            }
            let blank = self.at_start && byte == b'\n';
            if blank {
                self.blank_lines += 1;
                if self.squeeze && self.blank_lines > 1 {
                    continue;
                }
            } else if self.at_start {
                self.blank_lines = 0;
            }
            if self.at_start && (self.nonblank && !blank || self.number && !self.nonblank) {
                self.count += 1;
                text.extend(format!("{:6}\t", self.count).as_bytes());
            }
            self.at_start = byte == b'\n';
            match byte {
                b'\n' if self.ends => text.extend(b"$\n"),
                b'\t' if self.tabs => text.extend(b"^I"),
                b'\r' if self.ends && !self.hidden => self.carriage = true,
                b'\n' | b'\t' => text.push(byte),
                byte if self.hidden => visible(byte, text),
                byte => text.push(byte),
            }
        }
    }

    fn finish(&mut self, text: &mut Vec<u8>) {
        if std::mem::take(&mut self.carriage) {
            text.push(b'\r');
        }
    }
}

fn visible(byte: u8, text: &mut Vec<u8>) {
    let mut byte = byte;
    if byte >= 128 {
        text.extend(b"M-");
        byte -= 128;
    }
    match byte {
        0..=31 => text.extend([b'^', byte + 64]),
        127 => text.extend(b"^?"),
        _ => text.push(byte),
    }
}

const REV: Tool = Tool {
    usage: &["[OPTION] [FILE]..."],
    about: "Reverse lines characterwise.",
    options: &[flag("0", "zero", "use the NUL character as line separator")],
    ..TOOL
};

pub(crate) fn rev(args: &[String]) -> Outcome {
    let line = REV.parse(args)?;
    let mut paths = line.operands.clone();
    if paths.is_empty() {
        paths.push("-".to_owned());
    }
    let end = if line.has("zero") { 0 } else { b'\n' };
    let mut out = Output::new();
    let mut code = 0;
    for path in &paths {
        let mut input = match Input::open(path) {
            Ok(input) => input.buffered(),
            Err(error) => {
                report::message(format_args!("cannot open {path}: {}", report::reason(&error)));
                code = 1;
                continue;
            }
        };
        let mut text = Vec::new();
        loop {
            text.clear();
            match input.read_until(end, &mut text) {
                Ok(0) => break,
                Ok(_) => {}
                Err(error) => {
                    report::failure(path, &error);
                    code = 1;
                    break;
                }
            }
            let ended = text.last() == Some(&end);
            if ended {
                text.pop();
            }
            let mut reversed: Vec<u8> = match std::str::from_utf8(&text) {
                Ok(text) => text.chars().rev().collect::<String>().into_bytes(),
                Err(_) => text.iter().rev().copied().collect(),
            };
            if ended {
                reversed.push(end);
            }
            out.put(&reversed)?;
        }
    }
    out.flush()?;
    Ok(code)
}

const TEE: Tool = Tool {
    usage: &["[OPTION]... [FILE]..."],
    about: "Copy standard input to each FILE, and also to standard output.",
    options: &[
        flag("a", "append", "append to the given FILEs, do not overwrite"),
        flag("i", "ignore-interrupts", "ignore interrupt signals"),
        flag("p", "", "diagnose errors writing to non pipes"),
        maybe("", "output-error", "MODE", "set behavior on write error"),
    ],
    ..TOOL
};

pub(crate) fn tee(args: &[String]) -> Outcome {
    let line = TEE.parse(args)?;
    let modes = ["warn", "warn-nopipe", "exit", "exit-nopipe"];
    let mode = if let Some(given) = line.value("output-error") {
        Some(crate::options::choose(&TEE, "--output-error", given, &modes)?)
    } else if line.has("p") || line.has("output-error") {
        Some("warn-nopipe")
    } else {
        None
    };
    if line.has("ignore-interrupts") {
        signals::set(signals::INT, Action::Ignore);
    }
    if mode.is_some() {
        signals::set(signals::PIPE, Action::Ignore);
    }
    let how = if line.has("append") { How::APPEND } else { How::WRITE };
    let mut code = 0;
    let mut targets = Vec::new();
    match Description::inherited(1) {
        Some(output) => targets.push(("standard output".to_owned(), output)),
        None => report::message("standard output: Bad file descriptor"),
    }
    for path in &line.operands {
        match Description::open(&absolute(path), how, 0o666) {
            Ok(file) => targets.push((if_needed(path), file)),
            Err(error) => {
                report::failure(if_needed(path), &error);
                code = 1;
                if mode.is_some_and(|mode| mode.starts_with("exit")) {
                    return Ok(1);
                }
            }
        }
    }
    let input = match Input::stdin() {
        Ok(input) => input,
        Err(error) => {
            report::failure("read error", &error);
            return Ok(1);
        }
    };
    loop {
        let piece = match input.piece() {
            Ok(piece) if piece.is_empty() => return Ok(code),
            Ok(piece) => piece,
            Err(error) => {
                report::failure("read error", &error);
                return Ok(1);
            }
        };
        let mut failed = false;
        targets.retain(|(name, target)| {
            let Err(error) = write_all(target, &piece) else {
                return true;
            };
            let pipe = error.kind() == io::ErrorKind::BrokenPipe;
            let ignored = pipe && mode.is_some_and(|mode| mode.ends_with("nopipe"));
            if !ignored {
                report::failure(name, &error);
                code = 1;
                failed = true;
            }
            false
        });
        if failed && mode.is_some_and(|mode| mode.starts_with("exit")) {
            return Ok(1);
        }
        if targets.is_empty() {
            return Ok(code);
        }
    }
}

const YES: Tool = Tool {
    usage: &["[STRING]..."],
    about: "Repeatedly output a line with all specified STRING(s), or 'y'.",
    ..TOOL
};

pub(crate) fn yes(args: &[String]) -> Outcome {
    let line = YES.parse(args)?;
    let mut text = if line.operands.is_empty() {
        "y".to_owned()
    } else {
        line.operands.join(" ")
    };
    text.push('\n');
    let times = (PIECE / text.len()).max(1);
    let piece = text.repeat(times).into_bytes();
    let mut out = Output::new();
    loop {
        out.put(&piece)?;
        out.flush()?;
    }
}
