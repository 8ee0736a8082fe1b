//! `date` and `touch`.

use std::fs;
use std::io;

use belljar_sys::Description;
use belljar_sys::descriptions::How;
use belljar_sys::posix;
use jiff::Zoned;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::copy::set_times;
use crate::dates;
use crate::options::{Exit, Line, Outcome, TOOL, Tool, attached, choose, flag, value};
use crate::quoting::{always, if_needed, locale};
use crate::report::{self, reason, say};
use crate::streams::{Input, Output, absolute, put};
use crate::times;

const DATE: Tool = Tool {
    usage: &["[OPTION]... [+FORMAT]"],
    about: "Display date and time in the given FORMAT.",
    options: &[
        value("d", "date", "STRING", "display time described by STRING, not 'now'"),
        flag("", "debug", "accepted"),
        value("f", "file", "DATEFILE", "like --date; once for each line of DATEFILE"),
        attached("I", "iso-8601", "FMT", "output in ISO 8601 format: date, hours, minutes, seconds, ns"),
        flag("", "resolution", "output the available resolution of timestamps"),
        flag("R", "rfc-email", "output date and time in RFC 5322 format"),
        flag("", "rfc-822", "the same as --rfc-email"),
        flag("", "rfc-2822", "the same as --rfc-email"),
        value("", "rfc-3339", "FMT", "output in RFC 3339 format: date, seconds or ns"),
        value("r", "reference", "FILE", "display the last modification time of FILE"),
        value("s", "set", "STRING", "set time described by STRING (not permitted)"),
        flag("u", "utc", "print or set Coordinated Universal Time (UTC)"),
        flag("", "universal", "the same as --utc"),
        flag("", "uct", "the same as --utc"),
    ],
    ..TOOL
};

pub(crate) fn date(args: &[String]) -> Outcome {
    let line = DATE.parse(args)?;
    let utc = ["utc", "universal", "uct"].iter().any(|key| line.has(key));
    let zone = if utc { TimeZone::UTC } else { times::zone() };
    let mut format = None;
    for (key, given) in &line.options {
        let new = match (*key, given.as_deref()) {
            ("iso-8601", given) => {
                let words = ["hours", "minutes", "date", "seconds", "ns"];
                match choose(&DATE, "--iso-8601", given.unwrap_or("date"), &words)? {
                    "date" => "%Y-%m-%d",
                    "hours" => "%Y-%m-%dT%H%:z",
                    "minutes" => "%Y-%m-%dT%H:%M%:z",
                    "seconds" => "%Y-%m-%dT%H:%M:%S%:z",
                    _ => "%Y-%m-%dT%H:%M:%S,%N%:z",
                }
            }
            ("rfc-3339", Some(given)) => match choose(&DATE, "--rfc-3339", given, &["date", "seconds", "ns"])? {
                "date" => "%Y-%m-%d",
                "seconds" => "%Y-%m-%d %H:%M:%S%:z",
                _ => "%Y-%m-%d %H:%M:%S.%N%:z",
            },
            ("rfc-email" | "rfc-822" | "rfc-2822", _) => "%a, %d %b %Y %H:%M:%S %z",
            ("resolution", _) => "0.000000001",
            _ => continue,
        };
        if format.is_some() {
            return Err(multiple_formats());
        }
        format = Some(new.to_owned());
    }
    let sources = ["date", "file", "reference"].iter().filter(|key| line.has(key)).count();
    if sources > 1 {
        return Err(DATE.wrong("the options to specify dates for printing are mutually exclusive"));
    }
    let mut sets = line.has("set");
    for operand in &line.operands {
        match operand.strip_prefix('+') {
            Some(_) if format.is_some() => return Err(multiple_formats()),
            Some(given) => format = Some(given.to_owned()),
            None if line.operands.len() > 1 && format.is_some() => return Err(DATE.extra_operand(operand)),
            None if sources > 0 => {
                return Err(DATE.wrong(&format!(
                    "the argument {} lacks a leading '+';\nwhen using an option to specify date(s), any non-option\nargument must be a format string beginning with '+'",
                    locale(operand)
                )));
            }
            None if operand.len() >= 8 && operand.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') => sets = true,
            None => {
                say!("invalid date {}", locale(operand));
                return Ok(1);
            }
        }
    }
    if sets {
        say!("cannot set date: Operation not permitted");
        return Ok(1);
    }
    let format = format.unwrap_or_else(|| "%a %b %e %H:%M:%S %Z %Y".to_owned());
    let now = times::now().to_zoned(zone.clone());
    let mut out = Output::new();
    let mut code = 0;
    if let Some(path) = line.value("file") {
        let text = match Input::open(path).and_then(|input| input.everything()) {
            Ok(text) => text,
            Err(error) => {
                report::failure(if_needed(path), &error);
                return Ok(1);
            }
        };
        for text in String::from_utf8_lossy(&text).lines() {
            match dates::parse(text, &now) {
                Some(time) => put!(out, "{}\n", times::format(&format, &time))?,
                None => {
                    out.flush()?;
                    say!("invalid date {}", locale(text));
                    code = 1;
                }
            }
        }
        out.flush()?;
        return Ok(code);
    }
    let time = if let Some(text) = line.value("date") {
        match dates::parse(text, &now) {
            Some(time) => time,
            None => {
                say!("invalid date {}", locale(text));
                return Ok(1);
            }
        }
    } else if let Some(path) = line.value("reference") {
        match posix::stat(&absolute(path)) {
            Ok(found) => times::at(found.modified, &zone),
            Err(error) => {
                report::failure(if_needed(path), &error);
                return Ok(1);
            }
        }
    } else {
        now
    };
    put!(out, "{}\n", times::format(&format, &time))?;
    out.flush()?;
    Ok(code)
}

fn multiple_formats() -> Exit {
    say!("multiple output formats specified");
    Exit(1)
}

const TOUCH: Tool = Tool {
    usage: &["[OPTION]... FILE..."],
    about: "Update the access and modification times of each FILE to the current time.",
    options: &[
        flag("a", "", "change only the access time"),
        flag("c", "no-create", "do not create any files"),
        value("d", "date", "STRING", "parse STRING and use it instead of current time"),
        flag("f", "", "(ignored)"),
        flag("h", "no-dereference", "affect each symbolic link instead of any referenced file"),
        flag("m", "", "change only the modification time"),
        value("r", "reference", "FILE", "use this file's times instead of current time"),
        value("t", "", "STAMP", "use [[CC]YY]MMDDhhmm[.ss] instead of current time"),
        value("", "time", "WORD", "change the specified time: access, atime, use, modify, mtime"),
    ],
    ..TOOL
};

pub(crate) fn touch(args: &[String]) -> Outcome {
    let line = TOUCH.parse(args)?;
    let mut accessed = line.has("a");
    let mut modified = line.has("m");
    if let Some(word) = line.value("time") {
        match choose(&TOUCH, "--time", word, &["atime,access,use", "mtime,modify"])? {
            "atime" => accessed = true,
            _ => modified = true,
        }
    }
    if !accessed && !modified {
        (accessed, modified) = (true, true);
    }
    let (access, modify) = stamps(&line)?;
    if line.operands.is_empty() {
        return Err(TOUCH.wrong("missing file operand"));
    }
    let follow = !line.has("no-dereference");
    let mut code = 0;
    for path in &line.operands {
        if path == "-" {
            // Standard output has no name to set times by.
            say!("setting times of standard output is not supported");
            code = 1;
            continue;
        }
        let place = absolute(path);
        let there = if follow { posix::stat(&place) } else { posix::lstat(&place) };
        if let Err(error) = there {
            if error.kind() != io::ErrorKind::NotFound {
                let what = if path.ends_with('/') { "setting times of" } else { "cannot touch" };
                say!("{what} {}: {}", always(path), reason(&error));
                code = 1;
                continue;
            }
            if line.has("no-create") {
                continue;
            }
            if !follow {
                report::failure(format_args!("setting times of {}", always(path)), &error);
                code = 1;
                continue;
            }
            if path.is_empty() {
                report::failure(format_args!("cannot touch {}", always(path)), &error);
                code = 1;
                continue;
            }
            let how = How {
                truncate: false,
                ..How::WRITE
            };
            if let Err(error) = Description::open(&place, how, 0o666) {
                report::failure(format_args!("cannot touch {}", always(path)), &error);
                code = 1;
                continue;
            }
            if line.last_of(&["date", "t", "reference"]).is_none() {
                continue;
            }
        }
        // What is not to be changed is set to what it is: not every call can leave it out.
        let there = if follow { posix::stat(&place) } else { posix::lstat(&place) };
        let kept = there.ok().map(|found| (found.accessed, found.modified));
        let result = set_times(
            &place,
            if accessed { Some(access) } else { kept.map(|(access, _)| access) },
            if modified { Some(modify) } else { kept.map(|(_, modify)| modify) },
            follow,
        );
        if let Err(error) = result {
            report::failure(format_args!("setting times of {}", always(path)), &error);
            code = 1;
        }
    }
    Ok(code)
}

/// The times to be set, for access and modification.
fn stamps(line: &Line) -> Result<(i64, i64), Exit> {
    let zone = times::zone();
    let now = times::now();
    let nanoseconds = |time: &Zoned| i64::try_from(time.timestamp().as_nanosecond()).unwrap_or(i64::MAX);
    let mut base = None;
    if let Some(path) = line.value("reference") {
        match posix::stat(&absolute(path)) {
            Ok(found) => base = Some((found.accessed, found.modified)),
            Err(error) => {
                report::failure(format_args!("failed to get attributes of {}", always(path)), &error);
                return Err(Exit(1));
            }
        }
    }
    let several = line.has("t") as u8 + u8::from(line.has("date") || line.has("reference"));
    if several > 1 {
        return Err(TOUCH.wrong("cannot specify times from more than one source"));
    }
    if let Some(text) = line.value("date") {
        let read = |from: Option<i64>| {
            let from = match from {
                Some(time) => times::at(time, &zone),
                None => now.to_zoned(zone.clone()),
            };
            dates::parse(text, &from)
        };
        let (Some(access), Some(modify)) = (read(base.map(|(access, _)| access)), read(base.map(|(_, modify)| modify)))
        else {
            say!("invalid date format {}", locale(text));
            return Err(Exit(1));
        };
        return Ok((nanoseconds(&access), nanoseconds(&modify)));
    }
    if let Some(text) = line.value("t") {
        let Some(time) = stamp(text, &now.to_zoned(zone)) else {
            say!("invalid date format {}", locale(text));
            return Err(Exit(1));
        };
        let time = nanoseconds(&time);
        return Ok((time, time));
    }
    let now = i64::try_from(now.as_nanosecond()).unwrap_or(i64::MAX);
    Ok(base.unwrap_or((now, now)))
}

/// `[[CC]YY]MMDDhhmm[.ss]`
fn stamp(text: &str, now: &Zoned) -> Option<Zoned> {
    let (digits, seconds) = match text.split_once('.') {
        Some((digits, seconds)) if seconds.len() == 2 => (digits, seconds.parse::<i8>().ok()?),
        Some(_) => return None,
        None => (text, 0),
    };
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let start = digits.len().checked_sub(8)?;
    let part = |from: usize| digits.get(start + from..start + from + 2)?.parse::<i8>().ok();
    let year = match start {
        0 => now.year(),
        2 => match digits.get(..2)?.parse::<i16>().ok()? {
            year @ 0..=68 => year + 2000,
            year => year + 1900,
        },
        4 => digits.get(..4)?.parse().ok()?,
        _ => return None,
    };
    let time = DateTime::new(year, part(0)?, part(2)?, part(4)?, part(6)?, seconds.min(59), 0).ok()?;
    time.to_zoned(now.time_zone().clone()).ok()
}

const SYNC: Tool = Tool {
    usage: &["[OPTION] [FILE]..."],
    about: "Synchronize cached writes to persistent storage. The sandbox's files are always in step.",
    options: &[
        flag("d", "data", "sync only file data, no unneeded metadata"),
        flag("f", "file-system", "sync the file systems that contain the files"),
    ],
    ..TOOL
};

pub(crate) fn sync(args: &[String]) -> Outcome {
    let line = SYNC.parse(args)?;
    let mut code = 0;
    for path in &line.operands {
        let synced = fs::File::open(absolute(path)).and_then(|file| file.sync_all());
        match synced {
            Err(error) if error.kind() != io::ErrorKind::Unsupported => {
                report::failure(format_args!("error opening {}", always(path)), &error);
                code = 1;
            }
            _ => {}
        }
    }
    Ok(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stamps_are_read() {
        let now = "2024-05-15T10:20:30[UTC]".parse::<Zoned>().unwrap();
        let shown = |text: &str| stamp(text, &now).map(|time| times::format("%F %T", &time));
        assert_eq!(shown("202401020304.05").as_deref(), Some("2024-01-02 03:04:05"));
        assert_eq!(shown("9901020304").as_deref(), Some("1999-01-02 03:04:00"));
        assert_eq!(shown("01020304").as_deref(), Some("2024-01-02 03:04:00"));
        assert_eq!(shown("0102"), None);
    }
}
