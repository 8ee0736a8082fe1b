//! The search of one file.

use std::collections::VecDeque;
use std::io::{self, Read};

use memchr::{memchr, memchr_iter, memrchr};

use super::output::{Line, Output};
use super::{Binary, Report, Settings};

const BLOCK: usize = 64 << 10;

pub(super) struct Found {
    /// What the exit code is about.
    pub(super) selected: bool,
}

pub(super) enum Failure {
    Read(io::Error),
    Write,
}

impl From<io::Error> for Failure {
    fn from(_: io::Error) -> Self {
        Self::Write
    }
}

struct Searcher<'a> {
    name: &'a str,
    settings: &'a Settings,
    output: &'a mut Output,
    /// Lines selected.
    count: u64,
    /// Lines before what is looked at, counted only if they are to be shown.
    number: u64,
    /// Bytes before the block.
    offset: u64,
    binary: bool,
    /// How many lines of context are still to be shown after a match.
    after: usize,
    before: VecDeque<(u64, u64, Vec<u8>)>,
    /// Number of the line shown last.
    shown: Option<u64>,
    /// As many lines are selected as `-m` allows.
    full: bool,
    done: bool,
}

pub(super) fn search(
    name: &str,
    input: &mut impl Read,
    settings: &Settings,
    output: &mut Output,
) -> Result<Found, Failure> {
    let mut searcher = Searcher {
        name,
        settings,
        output,
        count: 0,
        number: 0,
        offset: 0,
        binary: false,
        after: 0,
        before: VecDeque::new(),
        shown: None,
        full: false,
        done: settings.max == Some(0),
    };
    let mut buffer = Vec::with_capacity(BLOCK);
    // Bytes of the buffer that are known to hold no end of a line.
    let mut searched = 0;
    while !searcher.done {
        let length = buffer.len();
        buffer.resize(length + BLOCK, 0);
        let read = loop {
            match input.read(&mut buffer[length..]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                other => break other,
            }
        };
        let read = match read {
            Ok(read) => read,
            Err(error) => {
                searcher.finish()?;
                return Err(Failure::Read(error));
            }
        };
        buffer.truncate(length + read);
        if searcher.look_for_zeros(&buffer[length..]) {
            break;
        }
        if read == 0 {
            if !buffer.is_empty() {
                searcher.block(&buffer)?;
            }
            break;
        }
        match memrchr(settings.line_end, &buffer[searched..]) {
            Some(at) => {
                let end = searched + at + 1;
                searcher.block(&buffer[..end])?;
                buffer.drain(..end);
                searcher.offset += end as u64;
                searched = buffer.len();
            }
            None => searched = buffer.len(),
        }
    }
    searcher.finish()
}

impl Searcher<'_> {
    /// Notices binary data; tells whether that ends the search.
    fn look_for_zeros(&mut self, bytes: &[u8]) -> bool {
        if self.binary || self.settings.binary == Binary::AsText || self.settings.line_end == 0 {
            return false;
        }
        self.binary = memchr(0, bytes).is_some();
        self.binary && self.settings.binary == Binary::Skip
    }

    fn wants_numbers(&self) -> bool {
        self.settings.numbers || self.settings.before > 0 || self.settings.after > 0
    }

    /// Whole lines; the last one of a file may lack its end.
    fn block(&mut self, block: &[u8]) -> Result<(), Failure> {
        let slow = self.settings.before > 0
            || self.settings.after > 0
            || self.settings.line_end == 0
            || !self.settings.regex.can_search_lines();
        if slow {
            return self.line_by_line(block);
        }
        let search = self.settings.regex.on(block);
        let mut at = 0;
        while at < block.len() && !self.done {
            let found = search.find_first(at).filter(|found| {
                // Behind the end of the last line there is no line.
                found.0 < block.len() || block.last() != Some(&b'\n')
            });
            let Some((start, _)) = found else {
                if self.settings.invert {
                    self.lines(block, at, block.len())?;
                } else if self.wants_numbers() {
                    self.number += count_lines(&block[at..]);
                }
                return Ok(());
            };
            let line_start = memrchr(b'\n', &block[at..start]).map_or(at, |it| at + it + 1);
            let line_end = memchr(b'\n', &block[start..]).map_or(block.len(), |it| start + it);
            if self.settings.invert {
                self.lines(block, at, line_start)?;
                self.number += 1;
            } else {
                if self.wants_numbers() {
                    self.number += count_lines(&block[at..line_start]) + 1;
                }
                self.select(block, line_start, line_end)?;
            }
            at = line_end + 1;
        }
        Ok(())
    }

    /// Selects all lines of a part of the block.
    fn lines(&mut self, block: &[u8], mut start: usize, end: usize) -> Result<(), Failure> {
        while start < end && !self.done {
            let line_end = memchr(b'\n', &block[start..end]).map_or(end, |it| start + it);
            self.number += 1;
            self.select(block, start, line_end)?;
            start = line_end + 1;
        }
        Ok(())
    }

    fn line_by_line(&mut self, block: &[u8]) -> Result<(), Failure> {
        let mut start = 0;
        while start < block.len() {
            let end = memchr(self.settings.line_end, &block[start..])
                .map_or(block.len(), |it| start + it);
            self.number += 1;
            let text = &block[start..end];
            if !self.full && self.settings.regex.is_match(text) != self.settings.invert {
                self.select(block, start, end)?;
                if self.done {
                    return Ok(());
                }
            } else if self.after > 0 {
                self.after -= 1;
                self.context(self.number, self.offset + start as u64, text)?;
            } else if self.full {
                self.done = true;
                return Ok(());
            } else if self.settings.before > 0 && self.prints_lines() {
                if self.before.len() == self.settings.before {
                    self.before.pop_front();
                }
                let offset = self.offset + start as u64;
                self.before.push_back((self.number, offset, text.to_vec()));
            }
            start = end + 1;
        }
        self.done |= self.full && self.after == 0;
        Ok(())
    }

    fn prints_lines(&self) -> bool {
        matches!(self.settings.report, Report::Lines | Report::OnlyMatching)
    }

    fn context(&mut self, number: u64, offset: u64, text: &[u8]) -> Result<(), Failure> {
        let line = Line {
            name: self.name,
            number,
            offset,
            text,
        };
        self.output.context(&line, self.settings)?;
        self.shown = Some(number);
        Ok(())
    }

    /// A line is selected.
    fn select(&mut self, block: &[u8], start: usize, end: usize) -> Result<(), Failure> {
        self.count += 1;
        if self.settings.max == Some(self.count) {
            self.full = true;
            // Context may still follow.
            self.done = self.settings.after == 0 || !self.prints_lines();
        }
        if !self.prints_lines() {
            self.done |= self.settings.report != Report::Count;
            return Ok(());
        }
        let text = &block[start..end];
        let text_only = self.settings.binary == Binary::AsText || self.settings.line_end == 0;
        if !text_only && (self.binary || std::str::from_utf8(text).is_err()) {
            self.binary = true;
            self.done = true;
            return Ok(());
        }
        if self.settings.before > 0 || self.settings.after > 0 {
            let first = self.before.front().map_or(self.number, |it| it.0);
            let gap = self.shown.map_or(self.output.printed, |it| it + 1 < first);
            if gap {
                self.output.separator(self.settings)?;
            }
            for (number, offset, text) in std::mem::take(&mut self.before) {
                self.context(number, offset, &text)?;
            }
            self.after = self.settings.after;
        }
        let line = Line {
            name: self.name,
            number: self.number,
            offset: self.offset + start as u64,
            text,
        };
        self.output.selected(&line, self.settings)?;
        self.shown = Some(self.number);
        Ok(())
    }

    /// The end of the file: what is said of it as a whole.
    fn finish(&mut self) -> Result<Found, Failure> {
        let selected = self.count > 0;
        match self.settings.report {
            Report::Count => self.output.count(self.name, self.count, self.settings)?,
            Report::FilesWith if selected => self.output.name_only(self.name, self.settings)?,
            Report::FilesWithout => {
                if !selected {
                    self.output.name_only(self.name, self.settings)?;
                }
            }
            Report::Lines | Report::OnlyMatching
                if selected && self.binary && self.settings.binary == Binary::Tell =>
            {
                use std::io::Write;
                self.output.out.flush()?;
                crate::report::say("grep", &format!("{}: binary file matches", self.name));
            }
            _ => {}
        }
        Ok(Found { selected })
    }
}

fn count_lines(bytes: &[u8]) -> u64 {
    memchr_iter(b'\n', bytes).count() as u64
}
