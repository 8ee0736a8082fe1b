//! `tail`.

use std::collections::VecDeque;
use std::io;
use std::time::Duration;

use belljar_sys::descriptions::How;
use belljar_sys::posix::{self, S_IFDIR, S_IFMT, S_IFREG, Stat};
use belljar_sys::{Description, process};

use crate::head::count;
use crate::options::{Exit, Line, Outcome, TOOL, Tool, flag, maybe, value};
use crate::quoting::{always, locale};
use crate::report::{self, reason, say};
use crate::streams::{Input, Output, PIECE, absolute, put};

const TAIL: Tool = Tool {
    usage: &["[OPTION]... [FILE]..."],
    about: "Print the last 10 lines of each FILE to standard output.",
    options: &[
        value("c", "bytes", "[+]NUM", "output the last NUM bytes; with '+', from byte NUM on"),
        maybe("f", "follow", "{name|descriptor}", "output appended data as the file grows"),
        flag("F", "", "same as --follow=name --retry"),
        value("n", "lines", "[+]NUM", "output the last NUM lines; with '+', from line NUM on"),
        value("", "max-unchanged-stats", "N", "accepted; files are looked at each time"),
        value("", "pid", "PID", "with -f, terminate after process ID, PID dies"),
        flag("q", "quiet", "never output headers giving file names"),
        flag("", "silent", "the same as --quiet"),
        flag("", "retry", "keep trying to open a file if it is inaccessible"),
        value("s", "sleep-interval", "N", "with -f, sleep for approximately N seconds"),
        flag("v", "verbose", "always output headers giving file names"),
        flag("z", "zero-terminated", "line delimiter is NUL, not newline"),
    ],
    ..TOOL
};

struct Amount {
    bytes: bool,
    /// From this one on, instead of the last so many.
    from: bool,
    count: u64,
    end: u8,
}

/// A file that is followed.
struct Followed {
    path: String,
    input: Option<Description>,
    last: Option<Stat>,
    shown: u64,
}

struct Printer {
    out: Output,
    headers: bool,
    /// Whose output was the last.
    current: Option<String>,
}

impl Printer {
    fn header(&mut self, path: &str) -> Result<(), Exit> {
        if !self.headers || self.current.as_deref() == Some(path) {
            return Ok(());
        }
        let blank = if self.current.is_none() { "" } else { "\n" };
        put!(self.out, "{blank}==> {} <==\n", pretty(path))?;
        self.current = Some(path.to_owned());
        Ok(())
    }
}

fn pretty(path: &str) -> &str {
    if path == "-" { "standard input" } else { path }
}

pub(crate) fn main(args: &[String]) -> Outcome {
    let args = obsolete(args);
    let line = TAIL.parse(&args)?;
    let mut amount = Amount {
        bytes: false,
        from: false,
        count: 10,
        end: if line.has("zero-terminated") { 0 } else { b'\n' },
    };
    for (key, given) in &line.options {
        if let (key @ ("bytes" | "lines"), Some(given)) = (*key, given) {
            amount.bytes = key == "bytes";
            amount.from = given.starts_with('+');
            let digits = given.strip_prefix(['+', '-']).unwrap_or(given);
            amount.count = count(digits, key, given)?;
        }
    }
    let interval = match line.value("sleep-interval") {
        None => Duration::from_secs(1),
        Some(text) => match crate::timeout::duration(text) {
            Some(interval) => interval,
            None => {
                say!("invalid number of seconds: {}", locale(text));
                return Ok(1);
            }
        },
    };
    let by_name = match line.last_of(&["follow", "F"]) {
        Some("F") => Some(true),
        Some(_) => match line.value("follow") {
            Some(given) => {
                let words = ["descriptor", "name"];
                let word = crate::options::choose(&TAIL, "--follow", given, &words)?;
                Some(word == "name")
            }
            None => Some(false),
        },
        None => None,
    };
    let mut paths = line.operands.clone();
    if paths.is_empty() {
        paths.push("-".to_owned());
    }
    let headers = match line.last_of(&["quiet", "silent", "verbose"]) {
        Some("verbose") => true,
        Some(_) => false,
        None => paths.len() > 1,
    };
    let mut printer = Printer {
        out: Output::new(),
        headers,
        current: None,
    };
    let mut code = 0;
    let mut followed = Vec::new();
    for path in paths {
        let mut file = Followed {
            path,
            input: None,
            last: None,
            shown: 0,
        };
        match show(&mut file, &amount, by_name.is_some(), &mut printer)? {
            Ok(()) => {}
            Err(message) => {
                printer.out.flush()?;
                say!("{message}");
                code = 1;
            }
        }
        followed.push(file);
    }
    printer.out.flush()?;
    if let Some(by_name) = by_name {
        follow(followed, &line, by_name, interval, printer)?;
        return Ok(code);
    }
    Ok(code)
}

/// `-5`, `+5`, `-20f`, `-5c`: the old way to give a number.
fn obsolete(args: &[String]) -> Vec<String> {
    let mut args = args.to_vec();
    let Some(first) = args.get(1) else {
        return args;
    };
    let (sign, old) = match (first.strip_prefix('-'), first.strip_prefix('+')) {
        (Some(old), _) => ("", old),
        (_, Some(old)) => ("+", old),
        _ => return args,
    };
    let end = old.find(|c: char| !c.is_ascii_digit()).unwrap_or(old.len());
    let (digits, letters) = old.split_at(end);
    // A name may begin with a plus.
    let known = matches!(letters, "" | "c" | "b" | "l" | "f" | "cf" | "bf" | "lf");
    if digits.is_empty() || !known {
        return args;
    }
    let key = if letters.starts_with(['c', 'b']) { "-c" } else { "-n" };
    let unit = if letters.starts_with('b') { "b" } else { "" };
    let mut new = vec![key.to_owned(), format!("{sign}{digits}{unit}")];
    if letters.ends_with('f') {
        new.push("-f".to_owned());
    }
    args.splice(1..2, new);
    args
}

fn show(
    file: &mut Followed,
    amount: &Amount,
    follow: bool,
    printer: &mut Printer,
) -> Result<Result<(), String>, Exit> {
    let path = file.path.clone();
    let input = match Input::open(&path) {
        Ok(input) => input,
        Err(error) => {
            let why = reason(&error);
            return Ok(Err(format!("cannot open {} for reading: {why}", always(&path))));
        }
    };
    printer.header(&path)?;
    let found = if path == "-" { None } else { posix::stat(&absolute(&path)).ok() };
    if found.as_ref().is_some_and(|found| found.mode & S_IFMT == S_IFDIR) {
        return Ok(Err(format!("error reading {}: Is a directory", always(&path))));
    }
    file.last = found;
    // A regular file is read from near its end.
    let regular = found.filter(|found| found.mode & S_IFMT == S_IFREG && !amount.from);
    let result = match regular {
        Some(found) if found.size > 4 * PIECE as u64 => last_of_file(&path, amount, &mut printer.out)?,
        _ => from_stream(&input, amount, &mut printer.out)?,
    };
    match result {
        Ok(read) => file.shown = read,
        Err(error) => {
            let why = reason(&error);
            return Ok(Err(format!("error reading {}: {why}", always(&path))));
        }
    }
    let description = input.description().clone();
    if follow
        && regular.is_some_and(|found| found.size > 4 * PIECE as u64)
        && let Err(error) = skip(&description, file.shown)
    {
        let why = reason(&error);
        return Ok(Err(format!("error reading {}: {why}", always(&path))));
    }
    file.input = Some(description);
    Ok(Ok(()))
}

/// Reads over what has been shown otherwise: descriptions do not seek.
fn skip(input: &Description, mut bytes: u64) -> io::Result<()> {
    while bytes > 0 {
        let most = usize::try_from(bytes).unwrap_or(usize::MAX).min(1 << 20);
        match input.read_some(most) {
            Ok(piece) if piece.is_empty() => return Ok(()),
            Ok(piece) => bytes -= piece.len() as u64,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// The last lines or bytes of a large file; gives how much of it there was.
fn last_of_file(
    path: &str,
    amount: &Amount,
    out: &mut Output,
) -> Result<io::Result<u64>, Exit> {
    let found = start_of_last(path, amount);
    let (mut file, start) = match found {
        Ok(found) => found,
        Err(error) => return Ok(Err(error)),
    };
    let mut at = start;
    let mut buffer = vec![0; PIECE];
    use io::{Read, Seek};
    if let Err(error) = file.seek(io::SeekFrom::Start(start)) {
        return Ok(Err(error));
    }
    loop {
        match file.read(&mut buffer) {
            Ok(0) => return Ok(Ok(at)),
            Ok(read) => {
                out.put(&buffer[..read])?;
                at += read as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Ok(Err(error)),
        }
    }
}

fn start_of_last(path: &str, amount: &Amount) -> io::Result<(std::fs::File, u64)> {
    use io::{Read, Seek};
    let mut file = std::fs::File::open(absolute(path))?;
    let size = file.seek(io::SeekFrom::End(0))?;
    if amount.bytes {
        return Ok((file, size.saturating_sub(amount.count)));
    }
    if amount.count == 0 {
        return Ok((file, size));
    }
    let mut left = amount.count;
    let mut end = size;
    let mut buffer = vec![0; PIECE];
    while end > 0 {
        let start = end.saturating_sub(PIECE as u64);
        let length = usize::try_from(end - start).unwrap_or(0);
        file.seek(io::SeekFrom::Start(start))?;
        let piece = &mut buffer[..length];
        file.read_exact(piece)?;
        for at in memchr::memrchr_iter(amount.end, piece) {
            let position = start + at as u64;
            // The end of the last line does not begin another one.
            if position + 1 == size {
                continue;
            }
            left -= 1;
            if left == 0 {
                return Ok((file, position + 1));
            }
        }
        end = start;
    }
    Ok((file, 0))
}

/// What a stream ends with, or what is left of it from some place on; gives how much was read.
fn from_stream(
    input: &Input,
    amount: &Amount,
    out: &mut Output,
) -> Result<io::Result<u64>, Exit> {
    let mut read = 0_u64;
    // What is skipped, with `+`; what is kept, without.
    let mut skip = if amount.from { amount.count.saturating_sub(1) } else { 0 };
    let mut held: VecDeque<Vec<u8>> = VecDeque::new();
    let mut held_units = 0_u64;
    let units = |piece: &[u8]| {
        if amount.bytes {
            piece.len() as u64
        } else {
            memchr::memchr_iter(amount.end, piece).count() as u64
        }
    };
    loop {
        let piece = match input.piece() {
            Ok(piece) => piece,
            Err(error) => return Ok(Err(error)),
        };
        if piece.is_empty() {
            break;
        }
        read += piece.len() as u64;
        if amount.from {
            let start = if amount.bytes {
                usize::try_from(skip).unwrap_or(usize::MAX).min(piece.len())
            } else if skip == 0 {
                0
            } else {
                let nth = usize::try_from(skip - 1).unwrap_or(usize::MAX);
                let end = memchr::memchr_iter(amount.end, &piece).nth(nth);
                end.map_or(piece.len(), |at| at + 1)
            };
            let used = if amount.bytes { start as u64 } else { units(&piece[..start]) };
            skip -= used.min(skip);
            out.put(&piece[start..])?;
            out.flush()?;
            continue;
        }
        held_units += units(&piece);
        held.push_back(piece);
        // One more than is shown, since the last line end does not begin a line.
        while let Some(first) = held.front()
            && held_units - units(first) > amount.count
        {
            held_units -= units(first);
            held.pop_front();
        }
    }
    if amount.from || amount.count == 0 {
        return Ok(Ok(read));
    }
    let all: Vec<u8> = held.into_iter().flatten().collect();
    let start = if amount.bytes {
        all.len().saturating_sub(usize::try_from(amount.count).unwrap_or(usize::MAX))
    } else {
        let text = all.strip_suffix(&[amount.end]).unwrap_or(&all);
        let nth = usize::try_from(amount.count - 1).unwrap_or(usize::MAX);
        memchr::memrchr_iter(amount.end, text).nth(nth).map_or(0, |at| at + 1)
    };
    out.put(&all[start..])?;
    Ok(Ok(read))
}

/// Shows what is appended, until nothing is left to follow.
fn follow(
    mut files: Vec<Followed>,
    line: &Line,
    by_name: bool,
    interval: Duration,
    mut printer: Printer,
) -> Result<(), Exit> {
    let retry = line.has("retry") || line.has("F");
    let pid = match line.value("pid").map(str::parse::<i32>) {
        None => None,
        Some(Ok(pid)) => Some(pid),
        Some(Err(_)) => {
            let text = line.value("pid").unwrap_or_default();
            say!("invalid PID: {}", locale(text));
            return Err(Exit(1));
        }
    };
    if !retry {
        files.retain(|file| file.input.is_some());
    }
    // Standard input is followed only if it is a file, which ends at once otherwise.
    files.retain(|file| file.path != "-");
    loop {
        if files.is_empty() {
            if !line.operands.is_empty() && line.operands.iter().any(|path| path != "-") {
                say!("no files remaining");
                return Err(Exit(1));
            }
            return Ok(());
        }
        let dead = pid.is_some_and(|pid| process::kill(pid, 0).is_err());
        files.retain_mut(|file| {
            if by_name { renewed(file, retry) } else { true }
        });
        for file in &mut files {
            grown(file, &mut printer)?;
        }
        printer.out.flush()?;
        if dead {
            return Ok(());
        }
        crate::timeout::pause(interval.max(Duration::from_millis(10)));
    }
}

/// Looks whether the name is another file now; whether it is to be followed on.
fn renewed(file: &mut Followed, retry: bool) -> bool {
    let shown = always(pretty(&file.path));
    let path = absolute(&file.path);
    match posix::stat(&path) {
        Err(error) => {
            if file.input.take().is_some() {
                say!("{shown} has become inaccessible: {}", reason(&error));
            }
            retry
        }
        Ok(found) => {
            let same = file.last.as_ref().is_some_and(|last| {
                (last.device, last.inode) == (found.device, found.inode)
            });
            if file.input.is_some() && same {
                return true;
            }
            match Description::open(&path, How::READ, 0) {
                Ok(input) => {
                    if file.input.is_some() {
                        say!("{shown} has been replaced;  following new file");
                    } else {
                        say!("{shown} has appeared;  following new file");
                    }
                    file.input = Some(input);
                    file.shown = 0;
                    file.last = Some(found);
                    true
                }
                Err(_) => retry,
            }
        }
    }
}

fn grown(file: &mut Followed, printer: &mut Printer) -> Result<(), Exit> {
    if file.input.is_none() {
        return Ok(());
    }
    let path = absolute(&file.path);
    // Without a name it is not known how large the file is; reading on tells.
    if let Ok(found) = posix::stat(&path)
        && file.last.as_ref().is_some_and(|last| last.inode == found.inode)
        && found.size < file.shown
    {
        printer.out.flush()?;
        say!("{}: file truncated", file.path);
        file.input = Description::open(&path, How::READ, 0).ok();
        file.shown = 0;
    }
    loop {
        let Some(input) = &file.input else {
            return Ok(());
        };
        let piece = match input.read_some(PIECE) {
            Ok(piece) if piece.is_empty() => return Ok(()),
            Ok(piece) => piece,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => {
                report::failure(format_args!("error reading {}", always(&file.path)), &error);
                file.input = None;
                return Ok(());
            }
        };
        file.shown += piece.len() as u64;
        printer.header(&file.path)?;
        printer.out.put(&piece)?;
        printer.out.flush()?;
    }
}
