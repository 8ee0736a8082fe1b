//! `stat`.

use std::fs;

use belljar_sys::posix::{self, Filesystem, S_IFCHR, S_IFDIR, S_IFIFO, S_IFLNK, S_IFMT, S_IFREG, Stat};
use jiff::tz::TimeZone;

use crate::accounts::Accounts;
use crate::devices;
use crate::echo;
use crate::modes;
use crate::numbers::{self, Flags, pad};
use crate::options::{Exit, Outcome, TOOL, Tool, flag, value};
use crate::quoting::always;
use crate::report::{self, reason, say};
use crate::streams::{Output, absolute};
use crate::times;

const STAT: Tool = Tool {
    usage: &["[OPTION]... FILE..."],
    about: "Display file or file system status.",
    options: &[
        flag("L", "dereference", "follow links"),
        flag("f", "file-system", "display file system status instead of file status"),
        value("", "cached", "MODE", "accepted; nothing is cached"),
        value("c", "format", "FORMAT", "use the specified FORMAT; output a newline after each use"),
        value("", "printf", "FORMAT", "like --format, but interpret backslash escapes, no newline"),
        flag("t", "terse", "print the information in terse form"),
    ],
    ..TOOL
};

const DEFAULT: &str = "  File: %N\n  Size: %-10s\tBlocks: %-10b IO Block: %-6o %F\n\
Device: %Hd,%Ld\tInode: %-11i Links: %h\n\
Access: (%04a/%10.10A)  Uid: (%5u/%8U)   Gid: (%5g/%8G)\n\
Access: %x\nModify: %y\nChange: %z\n Birth: %w\n";
const TERSE: &str = "%n %s %b %f %u %g %D %i %h %t %T %X %Y %Z %W %o\n";
const SYSTEM: &str = "  File: \"%n\"\n    ID: %-8i Namelen: %-7l Type: %T\n\
Block size: %-10s Fundamental block size: %S\n\
Blocks: Total: %-10b Free: %-10f Available: %a\n\
Inodes: Total: %-10c Free: %d\n";
const SYSTEM_TERSE: &str = "%n %i %l %t %s %S %b %f %a %c %d\n";

pub(crate) fn main(args: &[String]) -> Outcome {
    let line = STAT.parse(args)?;
    if line.operands.is_empty() {
        return Err(STAT.missing_operand());
    }
    let system = line.has("file-system");
    let (format, escapes) = match line.last_of(&["format", "printf"]) {
        Some("format") => (format!("{}\n", line.value("format").unwrap_or_default()), false),
        Some(_) => (line.value("printf").unwrap_or_default().to_owned(), true),
        None => {
            let format = match (system, line.has("terse")) {
                (false, false) => DEFAULT,
                (false, true) => TERSE,
                (true, false) => SYSTEM,
                (true, true) => SYSTEM_TERSE,
            };
            (format.to_owned(), false)
        }
    };
    let mut shower = Shower {
        accounts: Accounts::load(),
        zone: times::zone(),
        follow: line.has("dereference"),
        default: line.last_of(&["format", "printf"]).is_none(),
    };
    let mut out = Output::new();
    let mut code = 0;
    for path in &line.operands {
        let shown = if system {
            shower.system(path, &format, escapes)
        } else {
            shower.file(path, &format, escapes)
        };
        match shown {
            Ok(text) => out.put(&text)?,
            Err(Exit(status)) => {
                out.flush()?;
                code = status;
            }
        }
    }
    out.flush()?;
    Ok(code)
}

struct Shower {
    accounts: Accounts,
    zone: TimeZone,
    follow: bool,
    /// Names are quoted only as needed then.
    default: bool,
}

/// What stands in a format for one thing.
enum Shown {
    Text(String),
    Unsigned(u64),
    Octal(u64),
    Hex(u64),
    /// Seconds with a fraction, in nanoseconds.
    Seconds(i64),
    Unknown,
}

impl Shower {
    fn file(&mut self, path: &str, format: &str, escapes: bool) -> Result<Vec<u8>, Exit> {
        let found = if path == "-" {
            posix::stat("/dev/stdin")
        } else if self.follow {
            posix::stat(&absolute(path))
        } else {
            posix::lstat(&absolute(path))
        };
        let found = match found {
            Ok(found) if !path.is_empty() => found,
            Ok(_) => {
                say!("cannot statx {}: No such file or directory", always(path));
                return Err(Exit(1));
            }
            Err(error) => {
                let what = if path == "-" { "cannot stat standard input".to_owned() } else { format!("cannot statx {}", always(path)) };
                report::failure(what, &error);
                return Err(Exit(1));
            }
        };
        fill(format, escapes, &mut |modifier, letter| self.file_part(path, &found, modifier, letter))
    }

    fn file_part(&mut self, path: &str, found: &Stat, modifier: char, letter: char) -> Shown {
        let (major, minor) = device(found.device);
        let time = |time: i64| {
            Shown::Text(times::format("%Y-%m-%d %H:%M:%S.%N %z", &times::at(time, &self.zone)))
        };
        match (modifier, letter) {
            ('H', 'd') => Shown::Unsigned(major),
            ('L', 'd') => Shown::Unsigned(minor),
            ('H', 'r') => Shown::Unsigned(devices::numbers(path).0),
            ('L', 'r') => Shown::Unsigned(devices::numbers(path).1),
            (_, 'a') => Shown::Octal(u64::from(found.mode & 0o7777)),
            (_, 'A') => Shown::Text(modes::display(found.mode)),
            (_, 'b') => Shown::Unsigned(found.blocks),
            (_, 'B') => Shown::Unsigned(512),
            (_, 'C') => Shown::Text("?".to_owned()),
            (_, 'd') => Shown::Unsigned(found.device),
            (_, 'D') => Shown::Hex(found.device),
            (_, 'f') => Shown::Hex(found.mode.into()),
            (_, 'F') => Shown::Text(kind(found).to_owned()),
            (_, 'g') => Shown::Unsigned(found.gid.into()),
            (_, 'G') => Shown::Text(self.accounts.group(found.gid)),
            (_, 'h') => Shown::Unsigned(found.links),
            (_, 'i') => Shown::Unsigned(found.inode),
            (_, 'm') => Shown::Text("/".to_owned()),
            (_, 'n') => Shown::Text(path.to_owned()),
            (_, 'N') => {
                let style = std::env::var("QUOTING_STYLE").ok();
                let quote = |name: &str| match style.as_deref() {
                    Some("literal") => name.to_owned(),
                    Some("shell" | "shell-escape") => crate::quoting::shell(name, false, true),
                    Some("c") => format!("\"{}\"", crate::quoting::escape(name, Some('"'))),
                    _ if self.default => crate::quoting::shell(name, false, true),
                    _ => always(name),
                };
                let link = (found.mode & S_IFMT == S_IFLNK).then(|| fs::read_link(absolute(path)));
                Shown::Text(match link {
                    Some(Ok(link)) => format!("{} -> {}", quote(path), quote(&link.to_string_lossy())),
                    _ => quote(path),
                })
            }
            (_, 'o') => Shown::Unsigned(4096),
            (_, 't') => Shown::Hex(devices::numbers(path).0),
            (_, 'T') => Shown::Hex(devices::numbers(path).1),
            (_, letter @ ('r' | 'R')) => {
                let (major, minor) = devices::numbers(path);
                let number = major << 8 | minor;
                if letter == 'r' { Shown::Unsigned(number) } else { Shown::Hex(number) }
            }
            (_, 's') => Shown::Unsigned(found.size),
            (_, 'u') => Shown::Unsigned(found.uid.into()),
            (_, 'U') => Shown::Text(self.accounts.user(found.uid).to_owned()),
            (_, 'w') => Shown::Text("-".to_owned()),
            (_, 'W') => Shown::Unsigned(0),
            (_, 'x') => time(found.accessed),
            (_, 'y') => time(found.modified),
            (_, 'z') => time(found.changed),
            (_, 'X') => Shown::Seconds(found.accessed),
            (_, 'Y') => Shown::Seconds(found.modified),
            (_, 'Z') => Shown::Seconds(found.changed),
            _ => Shown::Unknown,
        }
    }

    fn system(&mut self, path: &str, format: &str, escapes: bool) -> Result<Vec<u8>, Exit> {
        let found = posix::stat(&absolute(path)).and_then(|_| posix::filesystem_of(&absolute(path)));
        let found: Filesystem = match found {
            Ok(found) => found,
            Err(error) => {
                let why = reason(&error);
                say!("cannot read file system information for {}: {why}", always(path));
                return Err(Exit(1));
            }
        };
        fill(format, escapes, &mut |_, letter| match letter {
            'a' | 'f' => Shown::Unsigned(found.free),
            'b' => Shown::Unsigned(found.blocks),
            'c' => Shown::Unsigned(found.files),
            'd' => Shown::Unsigned(found.files_free),
            'i' | 't' => Shown::Hex(0),
            'l' => Shown::Unsigned(255),
            'n' => Shown::Text(path.to_owned()),
            's' | 'S' => Shown::Unsigned(found.block_size),
            'T' => Shown::Text("belljar".to_owned()),
            _ => Shown::Unknown,
        })
    }
}

/// The two numbers that a device's number is made of, as in `<sys/sysmacros.h>`.
fn device(number: u64) -> (u64, u64) {
    let major = number >> 8 & 0xfff | number >> 32 & !0xfff;
    let minor = number & 0xff | number >> 12 & !0xff;
    (major, minor & 0xffff_ffff)
}

fn kind(found: &Stat) -> &'static str {
    match found.mode & S_IFMT {
        S_IFREG if found.size == 0 => "regular empty file",
        S_IFREG => "regular file",
        S_IFDIR => "directory",
        S_IFLNK => "symbolic link",
        S_IFCHR => "character special file",
        S_IFIFO => "fifo",
        0o140_000 => "socket",
        0o060_000 => "block special file",
        _ => "weird file",
    }
}

fn fill(
    format: &str,
    escapes: bool,
    part: &mut dyn FnMut(char, char) -> Shown,
) -> Result<Vec<u8>, Exit> {
    let mut text = Vec::new();
    let mut rest = format;
    while let Some(at) = rest.find(['%', '\\']) {
        text.extend(rest[..at].as_bytes());
        rest = &rest[at..];
        if rest.starts_with('\\') {
            let next = rest[1..].chars().next().map_or(0, char::len_utf8);
            let digits = rest[1..].bytes().take(3).take_while(|byte| (b'0'..=b'7').contains(byte)).count();
            let hex = if rest[1..].starts_with('x') {
                1 + rest[2..].bytes().take(2).take_while(u8::is_ascii_hexdigit).count()
            } else {
                0
            };
            let end = 1 + next.max(digits).max(hex);
            if escapes {
                let (bytes, _) = echo::unescape(&rest.as_bytes()[..end], echo::Zero::Optional);
                text.extend(bytes);
            } else {
                text.extend(&rest.as_bytes()[..end]);
            }
            rest = &rest[end..];
            continue;
        }
        let start = rest;
        rest = &rest[1..];
        if let Some(after) = rest.strip_prefix('%') {
            text.push(b'%');
            rest = after;
            continue;
        }
        let flags = Flags::take(&mut rest);
        let number = |rest: &mut &str| {
            let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
            let (digits, after) = rest.split_at(end);
            *rest = after;
            digits.parse::<usize>().ok().map(|number| number.min(4096))
        };
        let width = number(&mut rest).unwrap_or(0);
        let mut precision = None;
        if let Some(after) = rest.strip_prefix('.') {
            rest = after;
            precision = Some(number(&mut rest));
        }
        let mut modifier = ' ';
        if let Some(letter) = rest.chars().next()
            && (letter == 'H' || letter == 'L')
            && rest[1..].starts_with(['d', 'r'])
        {
            modifier = letter;
            rest = &rest[1..];
        }
        let Some(letter) = rest.chars().next() else {
            // A lone percent sign at the end.
            text.extend(start.as_bytes());
            rest = "";
            break;
        };
        rest = &rest[letter.len_utf8()..];
        let digits = precision.flatten();
        let shown = match part(modifier, letter) {
            Shown::Text(shown) => {
                let cut: String = match precision {
                    Some(most) => shown.chars().take(most.unwrap_or(0)).collect(),
                    None => shown,
                };
                pad(&cut, width, flags.left)
            }
            Shown::Unsigned(value) => numbers::integer(value.into(), 'u', flags, width, digits),
            Shown::Octal(value) => numbers::integer(value.into(), 'o', flags, width, digits),
            Shown::Hex(value) => numbers::integer(value.into(), 'x', flags, width, digits),
            Shown::Seconds(value) => seconds(value, flags, width, precision),
            Shown::Unknown if letter == '\n' => start[..1].to_owned() + "\n",
            Shown::Unknown => "?".to_owned(),
        };
        text.extend(shown.as_bytes());
    }
    text.extend(rest.as_bytes());
    Ok(text)
}

fn seconds(value: i64, flags: Flags, width: usize, precision: Option<Option<usize>>) -> String {
    let whole = value.div_euclid(1_000_000_000);
    let Some(precision) = precision else {
        return numbers::integer(whole.into(), 'd', flags, width, None);
    };
    let digits = format!("{:09}", value.rem_euclid(1_000_000_000));
    let precision = precision.unwrap_or(9);
    let fraction = format!("{digits:0<precision$}");
    pad(&format!("{whole}.{}", &fraction[..precision]), width, flags.left)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_filled() {
        let shown = |format: &str, escapes: bool| {
            let text = fill(format, escapes, &mut |modifier, letter| match (modifier, letter) {
                ('H', 'd') => Shown::Unsigned(8),
                (_, 's') => Shown::Unsigned(42),
                (_, 'a') => Shown::Octal(0o644),
                (_, 'n') => Shown::Text("name".to_owned()),
                (_, 'Y') => Shown::Seconds(1_500_000_000),
                _ => Shown::Unknown,
            });
            String::from_utf8(text.unwrap()).unwrap()
        };
        assert_eq!(shown("%s %-5s|%05s|%#a", false), "42 42   |00042|0644");
        assert_eq!(shown("%n\\t%n", true), "name\tname");
        assert_eq!(shown("%n\\t%n", false), "name\\tname");
        assert_eq!(shown("%Y %.3Y %.Y", false), "1 1.500 1.500000000");
        assert_eq!(shown("%Hd %% %q %", false), "8 % ? %");
        assert_eq!(device(0x0801), (8, 1));
    }
}
