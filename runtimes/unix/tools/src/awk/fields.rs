//! The record and its fields.

use std::rc::Rc;

use super::text;
use super::value::{Str, Value};
use crate::posix_regex::Regex;

/// How a record is split.
#[derive(Clone)]
pub(super) enum Splitter {
    /// Blanks and newlines, any number of them.
    Blanks,
    Byte(u8),
    /// Each character is a field.
    Characters,
    Regex(Rc<Regex>),
    /// `FPAT`: the matches are the fields.
    Matches(Rc<Regex>),
    /// `FIELDWIDTHS`
    Widths(Vec<usize>),
}

/// Splits a text; gives the pieces and what was between them.
pub(super) fn split(
    whole: &[u8],
    splitter: &Splitter,
    newlines: bool,
    mut each: impl FnMut(&[u8], &[u8]),
) {
    let blank = |it: u8| matches!(it, b' ' | b'\t' | b'\n');
    match splitter {
        Splitter::Blanks => {
            let mut at = 0;
            while at < whole.len() {
                if blank(whole[at]) {
                    at += 1;
                    continue;
                }
                let length = whole[at..].iter().take_while(|it| !blank(**it)).count();
                let end = at + length;
                let between = whole[end..].iter().take_while(|it| blank(**it)).count();
                let last = end + between == whole.len();
                each(
                    &whole[at..end],
                    if last {
                        &[]
                    } else {
                        &whole[end..end + between]
                    },
                );
                at = end + between;
            }
        }
        _ if whole.is_empty() => {}
        Splitter::Byte(byte) => {
            let mut start = 0;
            for (at, found) in whole.iter().enumerate() {
                if found == byte || (newlines && *found == b'\n') {
                    each(&whole[start..at], &whole[at..=at]);
                    start = at + 1;
                }
            }
            each(&whole[start..], &[]);
        }
        Splitter::Characters => {
            let mut at = 0;
            while at < whole.len() {
                let next = at + text::width(&whole[at..]);
                each(&whole[at..next], &[]);
                at = next;
            }
        }
        Splitter::Regex(regex) => {
            let search = regex.on(whole);
            let (mut start, mut at) = (0, 0);
            while let Some((from, to)) = search.find(at) {
                if to == from {
                    at = from + 1;
                    if at > whole.len() {
                        break;
                    }
                    continue;
                }
                each(&whole[start..from], &whole[from..to]);
                start = to;
                at = to;
            }
            each(&whole[start..], &[]);
        }
        Splitter::Matches(regex) => {
            let search = regex.on(whole);
            let mut at = 0;
            let mut last_end = None;
            while let Some((from, to)) = search.find(at) {
                // An empty field directly behind another one is none.
                if !(from == to && last_end == Some(from)) {
                    each(&whole[from..to], &[]);
                }
                last_end = Some(to);
                at = if to == from { to + 1 } else { to };
                if at > whole.len() {
                    break;
                }
            }
        }
        Splitter::Widths(widths) => {
            let mut at = 0;
            for width in widths {
                if at >= whole.len() {
                    break;
                }
                let end = at + text::offset(&whole[at..], *width);
                each(&whole[at..end], &[]);
                at = end;
            }
        }
    }
}

/// The current record.
#[derive(Default)]
pub(super) struct Record {
    whole: Value,
    fields: Vec<Value>,
    /// `whole` is to be made of the fields.
    whole_stale: bool,
    /// The fields are to be made of `whole`.
    fields_stale: bool,
}

/// No record has more fields: `$1000000000 = 1` must not exhaust memory.
const MOST: usize = 10_000_000;

impl Record {
    pub(super) fn set(&mut self, whole: Value) {
        self.whole = whole;
        self.whole_stale = false;
        self.fields_stale = true;
    }

    pub(super) fn is_stale(&self) -> bool {
        self.fields_stale
    }

    /// Splits the record if that has not been done.
    pub(super) fn split(&mut self, splitter: &Splitter, newlines: bool, convert: &[u8]) {
        if !self.fields_stale {
            return;
        }
        self.fields_stale = false;
        let whole = self.whole.string(convert);
        self.fields.clear();
        let fields = &mut self.fields;
        split(&whole, splitter, newlines, |piece, _| {
            fields.push(Value::Input(piece.into()));
        });
    }

    pub(super) fn count(&self) -> usize {
        self.fields.len()
    }

    pub(super) fn whole(&mut self, separator: &[u8], convert: &[u8]) -> Value {
        if self.whole_stale {
            let mut text = Vec::new();
            for (at, field) in self.fields.iter().enumerate() {
                if at > 0 {
                    text.extend_from_slice(separator);
                }
                field.append_to(&mut text, convert);
            }
            self.whole = Value::Input(text.into());
            self.whole_stale = false;
        }
        self.whole.clone()
    }

    /// A field, from 1.
    pub(super) fn field(&self, number: usize) -> Value {
        self.fields.get(number - 1).cloned().unwrap_or_default()
    }

    pub(super) fn set_field(&mut self, number: usize, value: Value) -> Result<(), String> {
        if number > MOST {
            return Err(format!("fatal: too many fields: {number}"));
        }
        if number > self.fields.len() {
            self.fields
                .resize(number, Value::Input(Str::from(&b""[..])));
        }
        self.fields[number - 1] = value;
        self.whole_stale = true;
        Ok(())
    }

    pub(super) fn set_count(&mut self, count: usize) -> Result<(), String> {
        if count > MOST {
            return Err(format!("fatal: too many fields: {count}"));
        }
        self.fields.resize(count, Value::Input(Str::from(&b""[..])));
        self.whole_stale = true;
        Ok(())
    }
}
