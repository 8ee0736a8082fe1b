//! `read` and `mapfile`.

use std::io;
use std::time::Duration;

use belljar_sys::Description;
use belljar_sys::clock::{self, Event};

use crate::execute::simple::Expanded;
use crate::expand::split::split_line;
use crate::state::{Run, Shell, Stream};
use crate::syntax::tokens::is_name;
use crate::text;
use crate::values::{element_name, now};
use crate::variables::Variable;

/// How much is asked for at once.
const CHUNK: usize = 1 << 16;
/// The status after `-t` has run out.
const TIMED_OUT: i32 = 142;

struct Request {
    raw: bool,
    delimiter: u8,
    /// At most so many characters; with `exactly`, no delimiter ends it.
    characters: Option<usize>,
    exactly: bool,
    deadline: Option<Duration>,
}

/// What was read: the text, which bytes of it were quoted, and why it ended.
struct Line {
    text: String,
    quoted: Vec<usize>,
    status: i32,
}

pub fn read(shell: &mut Shell, expanded: &Expanded) -> Run {
    const USAGE: &str = "read [-ers] [-a array] [-d delim] [-i text] [-n nchars] [-N nchars] [-p prompt] [-t timeout] [-u fd] [name ...]";
    let argv = &expanded.argv;
    let flags = match shell.flags(argv, "a:d:ei:n:N:p:rst:u:", USAGE) {
        Ok(flags) => flags,
        Err(status) => return Ok(status),
    };
    let array = flags.value('a').map(str::to_owned);
    let mut request = Request {
        raw: flags.has('r'),
        delimiter: b'\n',
        characters: None,
        exactly: flags.has('N'),
        deadline: None,
    };
    if let Some(delimiter) = flags.value('d') {
        request.delimiter = text::encode(delimiter).first().copied().unwrap_or(0);
    }
    if let Some(count) = flags.value('N').or(flags.value('n')) {
        match count.parse() {
            Ok(count) => request.characters = Some(count),
            Err(_) => {
                let count = count.to_owned();
                shell.complain("read", format_args!("{count}: invalid number"));
                return Ok(1);
            }
        }
    }
    let mut zero_timeout = false;
    if let Some(timeout) = flags.value('t') {
        match timeout.parse::<f64>() {
            Ok(seconds) if seconds >= 0.0 && seconds < 1e9 => {
                zero_timeout = seconds == 0.0;
                request.deadline = Some(now() + Duration::from_secs_f64(seconds));
            }
            _ => {
                let timeout = timeout.to_owned();
                shell.complain(
                    "read",
                    format_args!("{timeout}: invalid timeout specification"),
                );
                return Ok(1);
            }
        }
    }
    let mut number = 0;
    if let Some(descriptor) = flags.value('u') {
        match descriptor.parse() {
            Ok(parsed) => number = parsed,
            Err(_) => {
                let descriptor = descriptor.to_owned();
                shell.complain(
                    "read",
                    format_args!("{descriptor}: invalid file descriptor specification"),
                );
                return Ok(1);
            }
        }
    }
    let operands: Vec<String> = argv[flags.operands..].to_vec();
    for name in operands.iter().chain(&array) {
        let base = element_name(name).map_or(name.as_str(), |(base, _)| base);
        if !is_name(base) {
            shell.complain("read", format_args!("`{name}': not a valid identifier"));
            return Ok(1);
        }
    }
    let Some(Stream::Open(description)) = shell.state.table.get(number) else {
        shell.complain(
            "read",
            format_args!("read error: {number}: Bad file descriptor"),
        );
        return Ok(1);
    };
    if let Some(prompt) = flags.value('p')
        && description.is_terminal()
    {
        let prompt = prompt.to_owned();
        shell.write_error(&prompt);
    }
    if zero_timeout {
        // Only whether there is something to read.
        let ready = clock::wait(&[&Event::ready(&description), &Event::after(Duration::ZERO)]);
        return Ok(i32::from(!ready.contains(&0)));
    }
    let line = match line(shell, &description, &request) {
        Ok(line) => line,
        Err(error) => {
            let reason = crate::execute::redirections::reason(&error);
            shell.complain("read", format_args!("read error: {number}: {reason}"));
            return Ok(1);
        }
    };
    assign(shell, &line, array, &operands, &request)?;
    Ok(line.status)
}

fn assign(
    shell: &mut Shell,
    line: &Line,
    array: Option<String>,
    names: &[String],
    request: &Request,
) -> Run<()> {
    let ifs = if request.exactly {
        String::new()
    } else {
        shell.separators()
    };
    if let Some(array) = array {
        let fields = if ifs.is_empty() {
            if line.text.is_empty() {
                Vec::new()
            } else {
                vec![line.text.clone()]
            }
        } else {
            split_line(&line.text, &line.quoted, &ifs, usize::MAX)
        };
        let fields = fields
            .into_iter()
            .map(|field| (None, false, field))
            .collect();
        return shell.assign_array(&array, fields, false);
    }
    if names.is_empty() {
        return shell.assign("REPLY", line.text.clone(), false);
    }
    let fields = if ifs.is_empty() {
        vec![line.text.clone()]
    } else {
        split_line(&line.text, &line.quoted, &ifs, names.len())
    };
    let mut fields = fields.into_iter();
    for name in names {
        shell.assign_named(name, fields.next().unwrap_or_default())?;
    }
    Ok(())
}

/// Reads one line, and not a byte more than belongs to it.
fn line(shell: &mut Shell, description: &Description, request: &Request) -> io::Result<Line> {
    let mut bytes: Vec<u8> = Vec::new();
    let mut quoted = Vec::new();
    let mut escaped = false;
    let mut characters = 0;
    let mut status = 0;
    // By character if there is a count or a backslash may join lines in ways that a delimiter cannot
    // show; else whole lines at once.
    let single = request.characters.is_some();
    if request.characters == Some(0) {
        return Ok(Line {
            text: String::new(),
            quoted,
            status,
        });
    }
    'reading: loop {
        if let Some(deadline) = request.deadline {
            let left = deadline.saturating_sub(now());
            let ready = clock::wait(&[&Event::ready(description), &Event::after(left)]);
            if !ready.contains(&0) && now() >= deadline {
                status = TIMED_OUT;
                break;
            }
        }
        let read = if single || request.deadline.is_some() {
            description.read_some(1)
        } else {
            description.read_until(request.delimiter, CHUNK)
        };
        let chunk = match read {
            Ok(chunk) => chunk,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {
                shell.collect_signals();
                if shell.has_pending_trap() {
                    let before = shell.state.status;
                    if shell.run_pending_traps().is_err() {
                        status = 1;
                        break;
                    }
                    shell.state.status = before;
                }
                continue;
            }
            Err(error) => return Err(error),
        };
        if chunk.is_empty() {
            status = 1;
            break;
        }
        for byte in chunk {
            if escaped {
                escaped = false;
                if byte == b'\n' {
                    continue;
                }
                quoted.push(bytes.len());
                bytes.push(byte);
            } else if byte == b'\\' && !request.raw {
                escaped = true;
                continue;
            } else if byte == request.delimiter && !request.exactly {
                break 'reading;
            } else if byte != 0 {
                bytes.push(byte);
            } else {
                continue;
            }
            // The bytes after a character's first one do not count.
            if let Some(wanted) = request.characters {
                characters = text::decode(&bytes)
                    .chars()
                    .filter(|c| (*c as u32) < 0x10_FF80)
                    .count();
                let incomplete = text::decode(&bytes)
                    .chars()
                    .next_back()
                    .is_some_and(|c| (c as u32) >= 0x10_FF80);
                if characters >= wanted && !incomplete {
                    break 'reading;
                }
            }
        }
    }
    let _counted = characters;
    // Offsets of quoted bytes are those of the text, as long as all of it is text.
    Ok(Line {
        text: text::decode_vec(bytes),
        quoted,
        status,
    })
}

pub fn mapfile(shell: &mut Shell, expanded: &Expanded) -> Run {
    const USAGE: &str = "mapfile [-d delim] [-n count] [-O origin] [-s count] [-t] [-u fd] [-C callback] [-c quantum] [array]";
    let argv = &expanded.argv;
    let name = argv[0].as_str();
    let flags = match shell.flags(argv, "d:n:O:s:tu:C:c:", USAGE) {
        Ok(flags) => flags,
        Err(status) => return Ok(status),
    };
    let mut numbers = [0_usize; 5];
    for (place, letter, what) in [
        (0, 'n', "invalid line count"),
        (1, 'O', "invalid array origin"),
        (2, 's', "invalid line count"),
        (3, 'u', "invalid file descriptor specification"),
        (4, 'c', "invalid callback quantum"),
    ] {
        if let Some(text) = flags.value(letter) {
            match text.parse() {
                Ok(number) => numbers[place] = number,
                Err(_) => {
                    let text = text.to_owned();
                    shell.complain(name, format_args!("{text}: {what}"));
                    return Ok(1);
                }
            }
        }
    }
    let [count, origin, skip, descriptor, quantum] = numbers;
    let quantum = if quantum == 0 { 5000 } else { quantum };
    let delimiter = flags.value('d').map_or(b'\n', |text| {
        text::encode(text).first().copied().unwrap_or(0)
    });
    let strip = flags.has('t');
    let callback = flags.value('C').map(str::to_owned);
    let array = argv
        .get(flags.operands)
        .cloned()
        .unwrap_or_else(|| "MAPFILE".to_owned());
    if !is_name(&array) {
        shell.complain(name, format_args!("`{array}': not a valid identifier"));
        return Ok(1);
    }
    let number = u32::try_from(descriptor).unwrap_or(u32::MAX);
    let Some(Stream::Open(description)) = shell.state.table.get(number) else {
        shell.complain(
            name,
            format_args!("{descriptor}: invalid file descriptor: Bad file descriptor"),
        );
        return Ok(1);
    };
    if !flags.has('O') {
        let array = shell.resolve(&array);
        let keeps = shell
            .state
            .variables
            .get(&array)
            .is_some_and(|variable| variable.has(crate::variables::READONLY));
        if !keeps {
            let attributes = shell
                .state
                .variables
                .get(&array)
                .map_or(0, |variable| variable.attributes);
            let mut variable = Variable::indexed([]);
            variable.attributes |= attributes;
            shell.state.variables.set(&array, variable);
        }
    }
    let mut skipped = 0;
    let mut stored = 0;
    let mut pending: Vec<u8> = Vec::new();
    let mut ended = false;
    while !ended && (count == 0 || stored < count) {
        match description.read_until(delimiter, CHUNK) {
            Ok(chunk) if chunk.is_empty() => ended = true,
            Ok(chunk) => {
                pending.extend_from_slice(&chunk);
                if pending.last() != Some(&delimiter) {
                    continue;
                }
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {
                shell.collect_signals();
                continue;
            }
            Err(error) => {
                let reason = crate::execute::redirections::reason(&error);
                shell.complain(name, format_args!("read error: {reason}"));
                return Ok(1);
            }
        }
        if pending.is_empty() {
            break;
        }
        let mut bytes = std::mem::take(&mut pending);
        if skipped < skip {
            skipped += 1;
            continue;
        }
        if strip && bytes.last() == Some(&delimiter) {
            bytes.pop();
        }
        bytes.retain(|byte| *byte != 0);
        let index = origin + stored;
        let line = text::decode_vec(bytes);
        if let Some(callback) = &callback
            && (stored + 1) % quantum == 0
        {
            let source = format!("{callback} {index} {}", crate::expand::quote::single(&line));
            let at = shell.state.line;
            shell.run_text(&source, at)?;
        }
        shell.assign_element(&array, &index.to_string(), line, false)?;
        stored += 1;
    }
    Ok(0)
}
