//! What `grep` prints.

use std::io::{self, Write};

use super::{Report, Settings};
use crate::stream::{self, Out};

const NAME: &[u8] = b"\x1b[35m\x1b[K";
const NUMBER: &[u8] = b"\x1b[32m\x1b[K";
const SEPARATOR: &[u8] = b"\x1b[36m\x1b[K";
const MATCH: &[u8] = b"\x1b[01;31m\x1b[K";
const END: &[u8] = b"\x1b[m\x1b[K";

pub(super) struct Output {
    pub(super) out: Out,
    color: bool,
    flush: bool,
    /// Lines have been printed, of this file or another.
    pub(super) printed: bool,
}

/// A line and where it is.
pub(super) struct Line<'a> {
    pub(super) name: &'a str,
    pub(super) number: u64,
    pub(super) offset: u64,
    /// Without its end.
    pub(super) text: &'a [u8],
}

impl Output {
    pub(super) fn new(settings: &Settings) -> Self {
        Self {
            out: stream::stdout(),
            color: settings.color,
            flush: settings.flush,
            printed: false,
        }
    }

    fn colored(&mut self, color: &[u8], text: &[u8]) -> io::Result<()> {
        if self.color && !text.is_empty() {
            self.out.write_all(color)?;
            self.out.write_all(text)?;
            return self.out.write_all(END);
        }
        self.out.write_all(text)
    }

    pub(super) fn name_only(&mut self, name: &str, settings: &Settings) -> io::Result<()> {
        self.colored(NAME, name.as_bytes())?;
        self.out.write_all(&[settings.name_end.unwrap_or(b'\n')])
    }

    pub(super) fn count(&mut self, name: &str, count: u64, settings: &Settings) -> io::Result<()> {
        if settings.names {
            self.colored(NAME, name.as_bytes())?;
            match settings.name_end {
                Some(end) => self.out.write_all(&[end])?,
                None => self.colored(SEPARATOR, b":")?,
            }
        }
        writeln!(self.out, "{count}")
    }

    /// Name, number and offset before a line.
    fn head(&mut self, line: &Line<'_>, separator: u8, settings: &Settings) -> io::Result<()> {
        let mut any = false;
        if settings.names {
            self.colored(NAME, line.name.as_bytes())?;
            match settings.name_end {
                Some(end) => self.out.write_all(&[end])?,
                None => self.colored(SEPARATOR, &[separator])?,
            }
            any = true;
        }
        for (wanted, value) in [
            (settings.numbers, line.number),
            (settings.offsets, line.offset),
        ] {
            if wanted {
                let text = if settings.tab {
                    format!("{value:>2}")
                } else {
                    value.to_string()
                };
                self.colored(NUMBER, text.as_bytes())?;
                self.colored(SEPARATOR, &[separator])?;
                any = true;
            }
        }
        if settings.tab && any {
            self.out.write_all(b"\t")?;
        }
        Ok(())
    }

    /// The separator of two groups of lines.
    pub(super) fn separator(&mut self, settings: &Settings) -> io::Result<()> {
        if let Some(separator) = &settings.separator {
            self.colored(SEPARATOR, separator.as_bytes())?;
            self.out.write_all(b"\n")?;
        }
        Ok(())
    }

    /// A line of context.
    pub(super) fn context(&mut self, line: &Line<'_>, settings: &Settings) -> io::Result<()> {
        if settings.report == Report::OnlyMatching {
            return Ok(());
        }
        self.head(line, b'-', settings)?;
        if settings.color && settings.invert {
            self.highlighted(line.text, settings)?;
        } else {
            self.out.write_all(line.text)?;
        }
        self.end_line(settings)
    }

    /// A line that was selected, or the matches in it.
    pub(super) fn selected(&mut self, line: &Line<'_>, settings: &Settings) -> io::Result<()> {
        self.printed = true;
        if settings.report == Report::OnlyMatching {
            if settings.invert {
                return Ok(());
            }
            for (start, end) in matches(line.text, settings) {
                let part = Line {
                    offset: line.offset + start as u64,
                    ..*line
                };
                self.head(&part, b':', settings)?;
                self.colored(MATCH, &line.text[start..end])?;
                self.end_line(settings)?;
            }
            return Ok(());
        }
        self.head(line, b':', settings)?;
        if settings.color && !settings.invert {
            self.highlighted(line.text, settings)?;
        } else {
            self.out.write_all(line.text)?;
        }
        self.end_line(settings)
    }

    fn highlighted(&mut self, text: &[u8], settings: &Settings) -> io::Result<()> {
        let mut done = 0;
        for (start, end) in matches(text, settings) {
            self.out.write_all(&text[done..start])?;
            self.colored(MATCH, &text[start..end])?;
            done = end;
        }
        self.out.write_all(&text[done..])
    }

    fn end_line(&mut self, settings: &Settings) -> io::Result<()> {
        self.out.write_all(&[settings.line_end])?;
        if self.flush {
            self.out.flush()?;
        }
        Ok(())
    }
}

/// The matches in a line that are not empty.
fn matches(text: &[u8], settings: &Settings) -> Vec<(usize, usize)> {
    let mut all = Vec::new();
    let search = settings.regex.on(text);
    let mut at = 0;
    while let Some((start, end)) = search.find(at) {
        if end > start {
            all.push((start, end));
            at = end;
        } else {
            at = end + 1;
        }
        if at > text.len() {
            break;
        }
    }
    all
}
