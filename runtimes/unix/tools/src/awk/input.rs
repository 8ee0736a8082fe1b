//! Records of an input.

use std::io::{self, Read};
use std::rc::Rc;

use memchr::{memchr, memmem};

use crate::posix_regex::Regex;

/// What ends a record.
#[derive(Clone)]
pub(super) enum Separator {
    Byte(u8),
    /// Empty lines; newlines separate fields, too.
    Paragraphs,
    Regex(Rc<Regex>),
}

pub(super) struct Records {
    input: Box<dyn Read>,
    buffer: Vec<u8>,
    /// Where what has not been taken begins.
    start: usize,
    ended: bool,
}

impl Records {
    pub(super) fn new(input: Box<dyn Read>) -> Self {
        Self {
            input,
            buffer: Vec::new(),
            start: 0,
            ended: false,
        }
    }

    /// Reads more; false at the end.
    fn fill(&mut self) -> io::Result<bool> {
        if self.ended {
            return Ok(false);
        }
        if self.start > 0 {
            self.buffer.drain(..self.start);
            self.start = 0;
        }
        let length = self.buffer.len();
        self.buffer.resize(length + (1 << 16), 0);
        let read = loop {
            match self.input.read(&mut self.buffer[length..]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                other => break other,
            }
        };
        let read = match read {
            Ok(read) => read,
            Err(error) => {
                self.buffer.truncate(length);
                return Err(error);
            }
        };
        self.buffer.truncate(length + read);
        self.ended = read == 0;
        Ok(read > 0)
    }

    /// The next record, and what ended it.
    pub(super) fn next(
        &mut self,
        separator: &Separator,
    ) -> io::Result<Option<(Rc<[u8]>, Vec<u8>)>> {
        match separator {
            Separator::Byte(byte) => self.up_to(*byte),
            Separator::Paragraphs => self.paragraph(),
            Separator::Regex(regex) => self.up_to_match(regex),
        }
    }

    /// Takes a record of some bytes, and its end of some more.
    fn take(&mut self, length: usize, end: usize) -> (Rc<[u8]>, Vec<u8>) {
        let rest = &self.buffer[self.start..];
        let record = Rc::from(&rest[..length]);
        let ended_by = rest[length..length + end].to_vec();
        self.start += length + end;
        (record, ended_by)
    }

    fn take_rest(&mut self) -> Option<(Rc<[u8]>, Vec<u8>)> {
        let length = self.buffer.len() - self.start;
        (length > 0).then(|| self.take(length, 0))
    }

    fn up_to(&mut self, byte: u8) -> io::Result<Option<(Rc<[u8]>, Vec<u8>)>> {
        let mut searched = 0;
        loop {
            if let Some(at) = memchr(byte, &self.buffer[self.start + searched..]) {
                return Ok(Some(self.take(searched + at, 1)));
            }
            searched = self.buffer.len() - self.start;
            if !self.fill()? {
                return Ok(self.take_rest());
            }
        }
    }

    fn paragraph(&mut self) -> io::Result<Option<(Rc<[u8]>, Vec<u8>)>> {
        // Newlines before it are nothing.
        loop {
            while self.buffer.get(self.start) == Some(&b'\n') {
                self.start += 1;
            }
            if self.start < self.buffer.len() {
                break;
            }
            if !self.fill()? {
                return Ok(None);
            }
        }
        loop {
            let rest = &self.buffer[self.start..];
            if let Some(at) = memmem::find(rest, b"\n\n") {
                let newlines = rest[at..].iter().take_while(|it| **it == b'\n').count();
                // More of them may follow.
                if at + newlines < rest.len() || self.ended {
                    return Ok(Some(self.take(at, newlines)));
                }
            }
            if !self.fill()? {
                let rest = &self.buffer[self.start..];
                let newlines = rest.iter().rev().take_while(|it| **it == b'\n').count();
                let length = rest.len() - newlines;
                return Ok((length > 0).then(|| self.take(length, newlines)));
            }
        }
    }

    fn up_to_match(&mut self, regex: &Regex) -> io::Result<Option<(Rc<[u8]>, Vec<u8>)>> {
        loop {
            let rest = &self.buffer[self.start..];
            let search = regex.on(rest);
            let mut found = search.find(0);
            // A separator is not empty.
            while let Some((start, end)) = found {
                if end > start || start >= rest.len() {
                    break;
                }
                found = search.find(start + 1);
            }
            if let Some((start, end)) = found.filter(|it| it.1 > it.0) {
                // With more text it might be longer.
                if end < rest.len() || self.ended {
                    return Ok(Some(self.take(start, end - start)));
                }
            }
            if !self.fill()? && !matches!(found, Some((start, end)) if end > start) {
                // gawk: a newline at the very end is not part of the record.
                return Ok(self.take_rest());
            }
        }
    }
}
