//! `cut`.

use std::io::BufRead;

use crate::options::{Exit, Outcome, TOOL, Tool, flag, value};
use crate::quoting::{if_needed, locale};
use crate::report;
use crate::streams::{Input, Output};

const CUT: Tool = Tool {
    usage: &["OPTION... [FILE]..."],
    about: "Print selected parts of lines from each FILE to standard output.",
    options: &[
        value("b", "bytes", "LIST", "select only these bytes"),
        value("c", "characters", "LIST", "select only these characters"),
        value("d", "delimiter", "DELIM", "use DELIM instead of TAB for field delimiter"),
        value("f", "fields", "LIST", "select only these fields"),
        flag("n", "", "(ignored)"),
        flag("", "complement", "complement the set of selected bytes or fields"),
        flag("s", "only-delimited", "do not print lines not containing delimiters"),
        value("", "output-delimiter", "STRING", "use STRING as the output delimiter"),
        flag("z", "zero-terminated", "line delimiter is NUL, not newline"),
    ],
    ..TOOL
};

/// Inclusive, from 1 on, in order and apart.
type Ranges = Vec<(usize, usize)>;

struct Job {
    ranges: Ranges,
    fields: bool,
    delimiter: u8,
    output: Vec<u8>,
    /// Whether something stands between ranges of bytes.
    separate: bool,
    only_delimited: bool,
    end: u8,
}

pub(crate) fn main(args: &[String]) -> Outcome {
    let line = CUT.parse(args)?;
    let lists: Vec<_> = line
        .options
        .iter()
        .filter(|(key, _)| matches!(*key, "bytes" | "characters" | "fields"))
        .collect();
    let (kind, list) = match lists.as_slice() {
        [] => {
            return Err(CUT.wrong("you must specify a list of bytes, characters, or fields"));
        }
        [(kind, Some(list))] => (*kind, list),
        _ => return Err(CUT.wrong("only one list may be specified")),
    };
    let fields = kind == "fields";
    let delimiter = match line.value("delimiter") {
        Some("") => 0,
        Some(text) => match text.as_bytes() {
            [byte] => *byte,
            _ => return Err(CUT.wrong("the delimiter must be a single character")),
        },
        None => b'\t',
    };
    if !fields && line.has("delimiter") {
        return Err(CUT.wrong("an input delimiter may be specified only when operating on fields"));
    }
    if !fields && line.has("only-delimited") {
        return Err(CUT.wrong(
            "suppressing non-delimited lines makes sense\n\tonly when operating on fields",
        ));
    }
    let mut ranges = parse(list, fields)?;
    if line.has("complement") {
        ranges = complement(&ranges);
    }
    let output = line.value("output-delimiter").map(|text| text.as_bytes().to_vec());
    let job = Job {
        separate: output.is_some(),
        output: output.unwrap_or_else(|| vec![delimiter]),
        ranges,
        fields,
        delimiter,
        only_delimited: line.has("only-delimited"),
        end: if line.has("zero-terminated") { 0 } else { b'\n' },
    };
    let mut paths = line.operands.clone();
    if paths.is_empty() {
        paths.push("-".to_owned());
    }
    let mut out = Output::new();
    let mut code = 0;
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
        let mut result = Vec::new();
        loop {
            text.clear();
            match input.read_until(job.end, &mut text) {
                Ok(0) => break,
                Ok(_) => {}
                Err(error) => {
                    report::failure(if_needed(path), &error);
                    code = 1;
                    break;
                }
            }
            if text.last() == Some(&job.end) {
                text.pop();
            }
            result.clear();
            if job.cut(&text, &mut result) {
                result.push(job.end);
                out.put(&result)?;
            }
        }
    }
    out.flush()?;
    Ok(code)
}

impl Job {
    /// Appends what is left of a line; whether there is to be a line at all.
    fn cut(&self, text: &[u8], result: &mut Vec<u8>) -> bool {
        if self.fields {
            return self.cut_fields(text, result);
        }
        let mut first = true;
        for &(from, to) in &self.ranges {
            if from > text.len() {
                break;
            }
            if !first && self.separate {
                result.extend_from_slice(&self.output);
            }
            first = false;
            result.extend_from_slice(&text[from - 1..to.min(text.len())]);
        }
        true
    }

    fn cut_fields(&self, text: &[u8], result: &mut Vec<u8>) -> bool {
        // A delimiter that ends lines as well never occurs in one.
        if memchr::memchr(self.delimiter, text).is_none() {
            if self.only_delimited {
                return false;
            }
            result.extend_from_slice(text);
            return true;
        }
        let mut ranges = self.ranges.iter();
        let Some(mut range) = ranges.next() else {
            return true;
        };
        let mut first = true;
        let mut start = 0;
        let mut number = 1;
        loop {
            let end = memchr::memchr(self.delimiter, &text[start..]).map(|at| start + at);
            while number > range.1 {
                match ranges.next() {
                    Some(next) => range = next,
                    None => return true,
                }
            }
            if number >= range.0 {
                if !first {
                    result.extend_from_slice(&self.output);
                }
                first = false;
                result.extend_from_slice(&text[start..end.unwrap_or(text.len())]);
            }
            match end {
                Some(end) => start = end + 1,
                None => return true,
            }
            number += 1;
        }
    }
}

fn parse(list: &str, fields: bool) -> Result<Ranges, Exit> {
    let what = if fields { "field" } else { "byte/character" };
    let bad = |part: &str| {
        if part.starts_with(|c: char| c.is_ascii_digit())
            && part.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-')
        {
            return None;
        }
        Some(CUT.wrong(&if fields {
            format!("invalid field value {}", locale(part))
        } else {
            format!("invalid byte/character position {}", locale(part))
        }))
    };
    let mut ranges = Vec::new();
    for part in list.split([',', ' ', '\t']) {
        let number = |text: &str| -> Result<usize, Exit> {
            match text.parse::<u64>() {
                Ok(0) => Err(CUT.wrong(&if fields {
                    "fields are numbered from 1".to_owned()
                } else {
                    "byte/character positions are numbered from 1".to_owned()
                })),
                // No line is longer than memory.
                Ok(number) if number < u64::MAX => Ok(usize::try_from(number).unwrap_or(usize::MAX)),
                Ok(_) | Err(_) if text.bytes().all(|byte| byte.is_ascii_digit()) && !text.is_empty() => {
                    let text = locale(text);
                    Err(CUT.wrong(&if fields {
                        format!("field number {text} is too large")
                    } else {
                        format!("byte/character offset {text} is too large")
                    }))
                }
                Ok(_) | Err(_) => Err(bad(part).unwrap_or_else(|| {
                    CUT.wrong(&format!("invalid {what} range"))
                })),
            }
        };
        let range = match part.split_once('-') {
            None if part.is_empty() => number("0")?..=0,
            None => {
                let only = number(part)?;
                only..=only
            }
            Some(("", "")) => return Err(CUT.wrong("invalid range with no endpoint: -")),
            Some(("", to)) => 1..=number(to)?,
            Some((from, "")) => number(from)?..=usize::MAX,
            Some((from, to)) => number(from)?..=number(to)?,
        };
        if range.start() > range.end() {
            return Err(CUT.wrong("invalid decreasing range"));
        }
        ranges.push((*range.start(), *range.end()));
    }
    ranges.sort_unstable();
    let mut merged: Ranges = Vec::new();
    for (from, to) in ranges {
        match merged.last_mut() {
            Some(last) if from <= last.1 => last.1 = last.1.max(to),
            _ => merged.push((from, to)),
        }
    }
    Ok(merged)
}

fn complement(ranges: &Ranges) -> Ranges {
    let mut others = Vec::new();
    let mut next = 1;
    for &(from, to) in ranges {
        if from > next {
            others.push((next, from - 1));
        }
        match to.checked_add(1) {
            Some(after) => next = after,
            None => return others,
        }
    }
    others.push((next, usize::MAX));
    others
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(list: &str, text: &str, fields: bool) -> String {
        let job = Job {
            ranges: parse(list, fields).unwrap(),
            fields,
            delimiter: b':',
            output: vec![b':'],
            separate: false,
            only_delimited: false,
            end: b'\n',
        };
        let mut result = Vec::new();
        job.cut(text.as_bytes(), &mut result);
        String::from_utf8(result).unwrap()
    }

    #[test]
    fn parts_of_lines_are_selected() {
        assert_eq!(cut("2", "a:b:c", true), "b");
        assert_eq!(cut("1,3", "a:b:c", true), "a:c");
        assert_eq!(cut("2-", "a:b:c", true), "b:c");
        assert_eq!(cut("5", "a:b:c", true), "");
        assert_eq!(cut("2", "abc", true), "abc");
        assert_eq!(cut("3,1-2", "abcd", false), "abc");
        assert_eq!(complement(&vec![(2, 3), (5, usize::MAX)]), [(1, 1), (4, 4)]);
    }
}
