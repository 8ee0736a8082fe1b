//! `nl`.

use std::io::BufRead;

use crate::bre::Bre;
use crate::options::{Exit, Outcome, TOOL, Tool, choose, flag, value};
use crate::quoting::{if_needed, locale};
use crate::report::{self, say};
use crate::streams::{Input, Output, put};

const NL: Tool = Tool {
    usage: &["[OPTION]... [FILE]..."],
    about: "Write each FILE to standard output, with line numbers added.",
    options: &[
        value("b", "body-numbering", "STYLE", "use STYLE for numbering body lines"),
        value("d", "section-delimiter", "CC", "use CC for logical page delimiters"),
        value("f", "footer-numbering", "STYLE", "use STYLE for numbering footer lines"),
        value("h", "header-numbering", "STYLE", "use STYLE for numbering header lines"),
        value("i", "line-increment", "NUMBER", "line number increment at each line"),
        value("l", "join-blank-lines", "NUMBER", "group of NUMBER empty lines counted as one"),
        value("n", "number-format", "FORMAT", "insert line numbers according to FORMAT: ln, rn, rz"),
        flag("p", "no-renumber", "do not reset line numbers for each section"),
        value("s", "number-separator", "STRING", "add STRING after (possible) line number"),
        value("v", "starting-line-number", "NUMBER", "first line number for each section"),
        value("w", "number-width", "NUMBER", "use NUMBER columns for line numbers"),
    ],
    ..TOOL
};

/// Which lines get a number.
enum Style {
    All,
    Nonempty,
    None,
    /// Those that match, at their beginning only if told so.
    Matching(Bre, bool),
}

impl Style {
    fn read(line: &crate::options::Line, key: &str, what: &str, default: Self) -> Result<Self, Exit> {
        let Some(text) = line.value(key) else {
            return Ok(default);
        };
        match text {
            "a" => return Ok(Self::All),
            "t" => return Ok(Self::Nonempty),
            "n" => return Ok(Self::None),
            _ => {}
        }
        let Some(pattern) = text.strip_prefix('p') else {
            return Err(NL.wrong(&format!("invalid {what} numbering style: {}", locale(text))));
        };
        let (anchored, pattern) = match pattern.strip_prefix('^') {
            Some(rest) => (true, rest),
            None => (false, pattern),
        };
        match Bre::parse(pattern) {
            Ok(bre) => Ok(Self::Matching(bre, anchored)),
            Err(error) => {
                say!("{error}");
                Err(Exit(1))
            }
        }
    }

    fn takes(&self, text: &[u8]) -> bool {
        match self {
            Self::All => true,
            Self::Nonempty => !text.is_empty(),
            Self::None => false,
            Self::Matching(bre, anchored) => {
                let text: Vec<char> = String::from_utf8_lossy(text).chars().collect();
                let last = if *anchored { 0 } else { text.len() };
                (0..=last).any(|start| bre.matched(&text[start..]).is_some())
            }
        }
    }
}

fn number(line: &crate::options::Line, key: &str, what: &str, default: i64, least: i64) -> Result<i64, Exit> {
    let Some(text) = line.value(key) else {
        return Ok(default);
    };
    match text.parse::<i64>() {
        Ok(number) if number >= least => Ok(number),
        Ok(_) => {
            say!("invalid {what}: {}: Numerical result out of range", locale(text));
            Err(Exit(1))
        }
        Err(_) => {
            say!("invalid {what}: {}", locale(text));
            Err(Exit(1))
        }
    }
}

pub(crate) fn main(args: &[String]) -> Outcome {
    let line = NL.parse(args)?;
    let header = Style::read(&line, "header-numbering", "header", Style::None)?;
    let body = Style::read(&line, "body-numbering", "body", Style::Nonempty)?;
    let footer = Style::read(&line, "footer-numbering", "footer", Style::None)?;
    let increment = number(&line, "line-increment", "line number increment", 1, i64::MIN)?;
    let start = number(&line, "starting-line-number", "starting line number", 1, i64::MIN)?;
    let join = number(&line, "join-blank-lines", "line number of blank lines", 1, 1)?;
    let width = number(&line, "number-width", "line number field width", 6, 1)?;
    // More columns than this no line has.
    let width = usize::try_from(width).unwrap_or(usize::MAX).min(1 << 20);
    let format = match line.value("number-format") {
        Some(text) => choose(&NL, "--number-format", text, &["ln", "rn", "rz"])?,
        None => "rn",
    };
    let separator = line.value("number-separator").unwrap_or("\t");
    let mut delimiter = line.value("section-delimiter").unwrap_or("\\:").to_owned();
    if delimiter.chars().count() == 1 {
        delimiter.push(':');
    }
    let blank = " ".repeat(width + separator.len());
    let mut paths = line.operands.clone();
    if paths.is_empty() {
        paths.push("-".to_owned());
    }
    let mut out = Output::new();
    let mut code = 0;
    let mut style = &body;
    let mut next = Some(start);
    let mut empty = 0;
    for path in &paths {
        let mut input = match Input::open(path) {
            Ok(input) => input.buffered(),
            Err(error) => {
                out.flush()?;
                report::failure(if_needed(path), &error);
                code = 1;
                continue;
            }
        };
        let mut text = Vec::new();
        loop {
            text.clear();
            match input.read_until(b'\n', &mut text) {
                Ok(0) => break,
                Ok(_) => {}
                Err(error) => {
                    out.flush()?;
                    report::failure(if_needed(path), &error);
                    code = 1;
                    break;
                }
            }
            if text.last() == Some(&b'\n') {
                text.pop();
            }
            if let Some(times) = section(&text, delimiter.as_bytes()) {
                style = match times {
                    3 => &header,
                    2 => &body,
                    _ => &footer,
                };
                if !line.has("no-renumber") {
                    next = Some(start);
                }
                out.put(b"\n")?;
                continue;
            }
            let mut takes = style.takes(&text);
            if matches!(style, Style::All) && join > 1 {
                empty = if text.is_empty() { empty + 1 } else { 0 };
                takes = !text.is_empty() || empty == join;
                empty %= join;
            }
            if takes {
                let Some(number) = next else {
                    out.flush()?;
                    say!("line number overflow");
                    return Ok(1);
                };
                match format {
                    "ln" => put!(out, "{number:<width$}{separator}")?,
                    "rz" => put!(out, "{number:0width$}{separator}")?,
                    _ => put!(out, "{number:width$}{separator}")?,
                }
                next = number.checked_add(increment);
            } else {
                out.put_str(&blank)?;
            }
            text.push(b'\n');
            out.put(&text)?;
        }
    }
    out.flush()?;
    Ok(code)
}

/// How many times a line that is nothing else has the delimiter, if it begins a section.
fn section(text: &[u8], delimiter: &[u8]) -> Option<usize> {
    if delimiter.is_empty() || !text.len().is_multiple_of(delimiter.len()) {
        return None;
    }
    let times = text.len() / delimiter.len();
    let only = text.chunks(delimiter.len()).all(|chunk| chunk == delimiter);
    (only && (1..=3).contains(&times)).then_some(times)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_begin_with_delimiters() {
        assert_eq!(section(b"\\:\\:", b"\\:"), Some(2));
        assert_eq!(section(b"\\:x", b"\\:"), None);
        assert_eq!(section(b"", b"\\:"), None);
    }
}
