//! `-printf` and `-ls`.

use std::fs;

use super::expression::Time;
use super::{Entry, State};
use crate::accounts;
use crate::calendar;
use crate::modes;
use crate::os;

pub(super) enum Piece {
    Text(String),
    /// Width, as `-10` or `05`, and the directive.
    Field(Width, Field),
    /// `\c`: nothing more.
    Stop,
}

#[derive(Clone, Copy, Default)]
pub(super) struct Width {
    left: bool,
    zero: bool,
    width: usize,
    precision: Option<usize>,
}

pub(super) enum Field {
    Plain(char),
    /// A time, in the format of a letter of `strftime`, `@`, or `ctime` if none.
    Time(Time, Option<char>),
}

/// Takes a format apart.
pub(super) fn parse(format: &str) -> Result<Vec<Piece>, String> {
    let mut pieces = Vec::new();
    let mut text = String::new();
    let mut it = format.chars().peekable();
    while let Some(character) = it.next() {
        match character {
            '\\' => {
                let Some(after) = it.next() else {
                    text.push('\\');
                    break;
                };
                match after {
                    'a' => text.push('\x07'),
                    'b' => text.push('\x08'),
                    'c' => {
                        pieces.push(Piece::Text(std::mem::take(&mut text)));
                        pieces.push(Piece::Stop);
                    }
                    'f' => text.push('\x0c'),
                    'n' => text.push('\n'),
                    'r' => text.push('\r'),
                    't' => text.push('\t'),
                    'v' => text.push('\x0b'),
                    '\\' => text.push('\\'),
                    '0'..='7' => {
                        let mut value = after.to_digit(8).unwrap_or(0);
                        for _ in 0..2 {
                            let Some(digit) = it.peek().and_then(|it| it.to_digit(8)) else {
                                break;
                            };
                            it.next();
                            value = value * 8 + digit;
                        }
                        text.push(char::from_u32(value & 0xff).unwrap_or('\0'));
                    }
                    other => {
                        text.push('\\');
                        text.push(other);
                    }
                }
            }
            '%' => {
                let mut width = Width::default();
                while let Some(flag @ ('-' | '0' | '#' | ' ' | '+')) = it.peek().copied() {
                    width.left |= flag == '-';
                    width.zero |= flag == '0';
                    it.next();
                }
                while let Some(digit) = it.peek().and_then(|it| it.to_digit(10)) {
                    width.width = (width.width * 10 + digit as usize).min(1 << 16);
                    it.next();
                }
                if it.peek() == Some(&'.') {
                    it.next();
                    let mut precision = 0;
                    while let Some(digit) = it.peek().and_then(|it| it.to_digit(10)) {
                        precision = (precision * 10 + digit as usize).min(1 << 16);
                        it.next();
                    }
                    width.precision = Some(precision);
                }
                let Some(letter) = it.next() else {
                    return Err(format!("error: % at end of format string ‘{format}’"));
                };
                let field = match letter {
                    '%' => {
                        text.push('%');
                        continue;
                    }
                    'a' => Field::Time(Time::Accessed, None),
                    't' => Field::Time(Time::Modified, None),
                    'c' => Field::Time(Time::Changed, None),
                    'A' => Field::Time(Time::Accessed, it.next()),
                    'T' => Field::Time(Time::Modified, it.next()),
                    'C' => Field::Time(Time::Changed, it.next()),
                    'p' | 'f' | 'h' | 'P' | 'H' | 'd' | 's' | 'm' | 'M' | 'u' | 'U' | 'g' | 'G'
                    | 'i' | 'n' | 'l' | 'y' | 'Y' | 'k' | 'b' | 'D' | 'F' | 'S' => {
                        Field::Plain(letter)
                    }
                    other => {
                        // GNU's warns and prints it as it is.
                        text.push('%');
                        text.push(other);
                        continue;
                    }
                };
                pieces.push(Piece::Text(std::mem::take(&mut text)));
                pieces.push(Piece::Field(width, field));
            }
            other => text.push(other),
        }
    }
    pieces.push(Piece::Text(text));
    Ok(pieces)
}

pub(super) fn render(pieces: &[Piece], entry: &Entry<'_>, _state: &State) -> Vec<u8> {
    let mut out = String::new();
    for piece in pieces {
        match piece {
            Piece::Text(text) => out.push_str(text),
            Piece::Stop => break,
            Piece::Field(width, field) => {
                let mut text = match field {
                    Field::Plain(letter) => plain(*letter, entry),
                    Field::Time(time, format) => moment(time.of(entry.stat), *format),
                };
                if let Some(precision) = width.precision {
                    text = text.chars().take(precision).collect();
                }
                let missing = width.width.saturating_sub(text.chars().count());
                if width.left {
                    out.push_str(&text);
                }
                let pad = if width.zero && !width.left { "0" } else { " " };
                out.push_str(&pad.repeat(missing));
                if !width.left {
                    out.push_str(&text);
                }
            }
        }
    }
    out.into_bytes()
}

fn kind(mode: u32) -> char {
    match mode & os::S_IFMT {
        os::S_IFREG => 'f',
        os::S_IFDIR => 'd',
        os::S_IFLNK => 'l',
        os::S_IFCHR => 'c',
        os::S_IFBLK => 'b',
        os::S_IFIFO => 'p',
        os::S_IFSOCK => 's',
        _ => 'U',
    }
}

fn plain(letter: char, entry: &Entry<'_>) -> String {
    let stat = entry.stat;
    match letter {
        'p' => entry.path.to_owned(),
        'f' => entry.name().to_owned(),
        'h' => entry.parent().to_owned(),
        'P' => {
            let below = entry.path.strip_prefix(entry.root).unwrap_or(entry.path);
            below.trim_start_matches('/').to_owned()
        }
        'H' => entry.root.to_owned(),
        'd' => entry.depth.to_string(),
        's' => stat.size.to_string(),
        'm' => format!("{:o}", stat.mode & 0o7777),
        'M' => modes::text(stat.mode),
        'u' => accounts::user_name(stat.uid).unwrap_or_else(|| stat.uid.to_string()),
        'g' => accounts::group_name(stat.gid).unwrap_or_else(|| stat.gid.to_string()),
        'U' => stat.uid.to_string(),
        'G' => stat.gid.to_string(),
        'i' => stat.inode.to_string(),
        'n' => stat.links.to_string(),
        'D' => stat.device.to_string(),
        'b' => stat.blocks.to_string(),
        'k' => stat.blocks.div_ceil(2).to_string(),
        // What a file of that size takes, and how much of it is there.
        'S' if stat.size == 0 => "1".to_owned(),
        'S' => format!("{}", stat.blocks as f64 * 512.0 / stat.size as f64),
        'F' => "belljar".to_owned(),
        'l' if stat.is_link() => fs::read_link(entry.path)
            .map(|it| it.to_string_lossy().into_owned())
            .unwrap_or_default(),
        'y' => kind(stat.mode).to_string(),
        'Y' if stat.is_link() => match os::stat(entry.path) {
            Ok(target) => kind(target.mode).to_string(),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => "N".to_owned(),
            Err(_) => "?".to_owned(),
        },
        'Y' => kind(stat.mode).to_string(),
        _ => String::new(),
    }
}

fn moment(nanos: i64, format: Option<char>) -> String {
    let seconds = nanos.div_euclid(1_000_000_000);
    // GNU's prints ten digits, the last one always 0.
    let fraction = format!("{:09}0", nanos.rem_euclid(1_000_000_000));
    match format {
        None => {
            let before = calendar::format("%a %b %e %H:%M:%S", seconds);
            let year = calendar::format("%Y", seconds);
            format!("{before}.{fraction} {year}")
        }
        Some('@') => format!("{seconds}.{fraction}"),
        Some('S') => format!("{}.{fraction}", calendar::format("%S", seconds)),
        Some('T') => format!("{}.{fraction}", calendar::format("%T", seconds)),
        Some('+') => format!("{}.{fraction}", calendar::format("%F+%T", seconds)),
        Some(letter) => calendar::format(&format!("%{letter}"), seconds),
    }
}

/// A line of `-ls`.
pub(super) fn ls(entry: &Entry<'_>, now: i64) -> String {
    let stat = entry.stat;
    let seconds = stat.modified.div_euclid(1_000_000_000);
    let age = now.div_euclid(1_000_000_000) - seconds;
    let recent = (0..15_778_476).contains(&age);
    let date = calendar::format(if recent { "%b %e %H:%M" } else { "%b %e  %Y" }, seconds);
    let link = if stat.is_link() {
        format!(" -> {}", plain('l', entry))
    } else {
        String::new()
    };
    format!(
        "{:>9} {:>6} {} {:>3} {:<8} {:<8} {:>8} {date} {}{link}\n",
        stat.inode,
        stat.blocks.div_ceil(2),
        modes::text(stat.mode),
        stat.links,
        plain('u', entry),
        plain('g', entry),
        stat.size,
        entry.path,
    )
}
