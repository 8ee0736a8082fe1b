//! `xxd`.

use std::fs::File;
use std::io::{self, Read, Write};

use crate::report;
use crate::stream;

struct Settings {
    columns: Option<usize>,
    group: Option<usize>,
    length: Option<u64>,
    seek: u64,
    offset: u64,
    upper: bool,
    plain: bool,
    bits: bool,
    include: bool,
    reverse: bool,
    little: bool,
    decimal: bool,
    autoskip: bool,
}

pub(crate) fn run(_name: &str, arguments: &[String]) -> u8 {
    let parsed = parse(arguments).map_err(|message| (1, message));
    match parsed.and_then(|(settings, files)| dump(&settings, &files)) {
        Ok(()) => 0,
        Err((code, message)) => {
            report::say("xxd", &message);
            code
        }
    }
}

fn parse(arguments: &[String]) -> Result<(Settings, Vec<String>), String> {
    let mut settings = Settings {
        columns: None,
        group: None,
        length: None,
        seek: 0,
        offset: 0,
        upper: false,
        plain: false,
        bits: false,
        include: false,
        reverse: false,
        little: false,
        decimal: false,
        autoskip: false,
    };
    let mut files = Vec::new();
    let mut rest = arguments.iter();
    while let Some(word) = rest.next() {
        if word == "-" || !word.starts_with('-') {
            files.push(word.clone());
            continue;
        }
        let name = word.trim_start_matches('-');
        // The value may be in the same word: `-l16`.
        let mut value = |letters: &str| -> Result<u64, String> {
            let attached = name.trim_start_matches(|it: char| it.is_ascii_alphabetic());
            let text = if attached.is_empty() {
                rest.next().cloned().unwrap_or_default()
            } else {
                attached.to_owned()
            };
            let text = text.trim_start_matches('+');
            let number = match text.strip_prefix("0x") {
                Some(hex) => u64::from_str_radix(hex, 16),
                None => text.parse(),
            };
            number.map_err(|_| format!("invalid number for -{letters}: {text}"))
        };
        let size = |it: u64| usize::try_from(it).unwrap_or(usize::MAX);
        match name.trim_end_matches(|it: char| it.is_ascii_digit()) {
            "a" => settings.autoskip = true,
            "b" | "bits" => settings.bits = true,
            "c" | "cols" => settings.columns = Some(size(value("c")?)),
            "d" => settings.decimal = true,
            "e" => settings.little = true,
            "g" | "groupsize" => settings.group = Some(size(value("g")?)),
            "i" | "include" => settings.include = true,
            "l" | "len" => settings.length = Some(value("l")?),
            "o" => settings.offset = value("o")?,
            "p" | "ps" | "postscript" | "plain" => settings.plain = true,
            "r" | "revert" => settings.reverse = true,
            "s" | "seek" => settings.seek = value("s")?,
            "u" | "uppercase" => settings.upper = true,
            // `-ps`, `-rp`
            letters if !letters.is_empty() && letters.chars().all(|it| "abdeipru".contains(it)) => {
                settings.plain |= letters.contains('p');
                settings.reverse |= letters.contains('r');
                settings.bits |= letters.contains('b');
                settings.upper |= letters.contains('u');
                settings.include |= letters.contains('i');
            }
            _ => return Err(format!("unknown option {word}")),
        }
    }
    Ok((settings, files))
}

/// Does it all; an error comes with the exit code for it.
fn dump(settings: &Settings, files: &[String]) -> Result<(), (u8, String)> {
    let path = files.first().map_or("-", String::as_str);
    let mut input =
        stream::open(path).map_err(|error| (2, format!("{path}: {}", report::text(&error))))?;
    let mut out: Box<dyn Write> = match files.get(1).map(String::as_str) {
        None | Some("-") => Box::new(stream::stdout()),
        Some(target) => {
            let file = File::create(target)
                .map_err(|error| (3, format!("{target}: {}", report::text(&error))))?;
            Box::new(io::BufWriter::new(file))
        }
    };
    let text = |error: io::Error| (1, report::text(&error));
    if settings.reverse {
        let mut all = Vec::new();
        input.read_to_end(&mut all).map_err(text)?;
        let bytes = reverse(&String::from_utf8_lossy(&all), settings);
        out.write_all(&bytes).map_err(text)?;
        return out.flush().map_err(text);
    }
    io::copy(&mut (&mut input).take(settings.seek), &mut io::sink()).map_err(text)?;
    let mut input = input.take(settings.length.unwrap_or(u64::MAX));
    if settings.include {
        let mut all = Vec::new();
        input.read_to_end(&mut all).map_err(text)?;
        out.write_all(include(&all, path, settings).as_bytes())
            .map_err(text)?;
        return out.flush().map_err(text);
    }
    let columns =
        settings
            .columns
            .filter(|it| *it > 0)
            .unwrap_or(match (settings.plain, settings.bits) {
                (true, _) => 30,
                (false, true) => 6,
                (false, false) => 16,
            });
    let mut at = settings.seek + settings.offset;
    let mut line = vec![0; columns];
    loop {
        let mut filled = 0;
        while filled < columns {
            match input.read(&mut line[filled..]).map_err(text)? {
                0 => break,
                read => filled += read,
            }
        }
        if filled == 0 {
            break;
        }
        let bytes = &line[..filled];
        let shown = if settings.plain {
            hex(bytes, settings.upper) + "\n"
        } else {
            row(bytes, at, columns, settings)
        };
        out.write_all(shown.as_bytes()).map_err(text)?;
        at += filled as u64;
    }
    out.flush().map_err(text)
}

fn hex(bytes: &[u8], upper: bool) -> String {
    bytes
        .iter()
        .map(|it| {
            if upper {
                format!("{it:02X}")
            } else {
                format!("{it:02x}")
            }
        })
        .collect()
}

fn row(bytes: &[u8], at: u64, columns: usize, settings: &Settings) -> String {
    let group = match settings.group {
        Some(0) => columns,
        Some(group) => group,
        None if settings.bits => 1,
        None if settings.little => 4,
        None => 2,
    };
    let mut line = if settings.decimal {
        format!("{at:08}: ")
    } else {
        format!("{at:08x}: ")
    };
    let width = if settings.bits { 8 } else { 2 };
    for start in (0..columns).step_by(group) {
        let mut cells: Vec<String> = (start..(start + group).min(columns))
            .map(|index| match bytes.get(index) {
                None => " ".repeat(width),
                Some(byte) if settings.bits => format!("{byte:08b}"),
                Some(byte) => hex(&[*byte], settings.upper),
            })
            .collect();
        if settings.little {
            cells.reverse();
        }
        line.push_str(&cells.concat());
        line.push(' ');
    }
    line.push(' ');
    let shown = |it: &u8| {
        if matches!(it, 32..=126) {
            char::from(*it)
        } else {
            '.'
        }
    };
    line.extend(bytes.iter().map(shown));
    line.push('\n');
    line
}

fn include(bytes: &[u8], path: &str, settings: &Settings) -> String {
    let columns = settings.columns.filter(|it| *it > 0).unwrap_or(12);
    let rows: Vec<String> = bytes
        .chunks(columns)
        .map(|row| {
            let cells: Vec<String> = row
                .iter()
                .map(|it| {
                    if settings.upper {
                        format!("0X{it:02X}")
                    } else {
                        format!("0x{it:02x}")
                    }
                })
                .collect();
            format!("  {}", cells.join(", "))
        })
        .collect();
    let body = rows.join(",\n");
    if path == "-" {
        return if body.is_empty() { body } else { body + "\n" };
    }
    let mut name: String = path
        .chars()
        .map(|it| if it.is_ascii_alphanumeric() { it } else { '_' })
        .collect();
    if name.starts_with(|it: char| it.is_ascii_digit()) {
        name.insert_str(0, "__");
    }
    format!(
        "unsigned char {name}[] = {{\n{body}\n}};\nunsigned int {name}_len = {};\n",
        bytes.len()
    )
}

/// The bytes that a dump shows.
fn reverse(text: &str, settings: &Settings) -> Vec<u8> {
    let mut out: Vec<u8> = Vec::new();
    if settings.plain {
        let digits: Vec<u32> = text.chars().filter_map(|it| it.to_digit(16)).collect();
        out.extend(digits.chunks_exact(2).map(|it| (it[0] * 16 + it[1]) as u8));
        return out;
    }
    for line in text.lines() {
        let Some((offset, rest)) = line.split_once(':') else {
            continue;
        };
        let Ok(offset) = u64::from_str_radix(offset.trim(), 16) else {
            continue;
        };
        let offset = usize::try_from(offset.saturating_sub(settings.seek)).unwrap_or(0);
        // Gaps are zeros; one of more than a GiB is a mistake.
        if offset > out.len() && offset < 1 << 30 {
            out.resize(offset, 0);
        }
        out.truncate(offset);
        // Two blanks begin the column of characters.
        let bytes = rest
            .trim_start_matches(' ')
            .split("  ")
            .next()
            .unwrap_or("");
        let digits: Vec<u32> = bytes.chars().filter_map(|it| it.to_digit(16)).collect();
        if settings.bits {
            out.extend(
                digits
                    .chunks_exact(8)
                    .map(|it| it.iter().fold(0_u8, |byte, bit| byte << 1 | *bit as u8)),
            );
        } else {
            out.extend(digits.chunks_exact(2).map(|it| (it[0] * 16 + it[1]) as u8));
        }
    }
    out
}
