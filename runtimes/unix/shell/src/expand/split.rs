//! Field splitting.

/// Something that expansion has brought about.
#[derive(Clone, Debug, PartialEq)]
pub enum Part {
    Text {
        text: String,
        /// No pattern.
        quoted: bool,
        /// To be split at the characters of IFS.
        split: bool,
    },
    /// Between two elements of a list: a new field, or this character where nothing is split.
    Break(Option<char>),
}

impl Part {
    pub fn quoted(text: String) -> Self {
        Self::Text {
            text,
            quoted: true,
            split: false,
        }
    }

    /// What an expansion has given, between double quotes or not.
    pub fn expanded(text: String, double: bool) -> Self {
        Self::Text {
            text,
            quoted: double,
            split: !double,
        }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Field {
    pub parts: Vec<(String, bool)>,
    started: bool,
}

impl Field {
    pub fn text(mut self) -> String {
        if self.parts.len() == 1 {
            return self.parts.pop().map(|(text, _)| text).unwrap_or_default();
        }
        self.parts.into_iter().map(|(text, _)| text).collect()
    }

    fn push(&mut self, text: &str, quoted: bool) {
        match self.parts.last_mut() {
            Some((last, known)) if *known == quoted => last.push_str(text),
            _ => self.parts.push((text.to_owned(), quoted)),
        }
        self.started = true;
    }
}

/// The fields that parts make up.
pub fn fields(parts: Vec<Part>, ifs: &str) -> Vec<Field> {
    let mut out = Vec::new();
    let mut field = Field::default();
    // White space has ended a field; another separator after it belongs to that.
    let mut after_blank = false;
    for part in parts {
        match part {
            Part::Break(_) => {
                if field.started {
                    out.push(std::mem::take(&mut field));
                }
                after_blank = false;
            }
            Part::Text {
                text,
                quoted,
                split,
            } if !split || ifs.is_empty() => {
                if !text.is_empty() || quoted {
                    field.push(&text, quoted);
                    after_blank = false;
                }
            }
            Part::Text { text, .. } => {
                let mut start = 0;
                for (at, c) in text.char_indices() {
                    if !ifs.contains(c) {
                        continue;
                    }
                    if at > start {
                        field.push(&text[start..at], false);
                        after_blank = false;
                    }
                    start = at + c.len_utf8();
                    let blank = matches!(c, ' ' | '\t' | '\n');
                    if field.started {
                        out.push(std::mem::take(&mut field));
                        after_blank = blank;
                    } else if !blank {
                        if !after_blank {
                            out.push(Field::default());
                        }
                        after_blank = false;
                    }
                }
                if start < text.len() {
                    field.push(&text[start..], false);
                    after_blank = false;
                }
            }
        }
    }
    if field.started {
        out.push(field);
    }
    out
}

/// Splits a line for `read` into at most `count` texts; the last takes what is left. A character that
/// a backslash has quoted is marked in `quoted` by its byte offset.
pub fn split_line(line: &str, quoted: &[usize], ifs: &str, count: usize) -> Vec<String> {
    let separates = |at: usize, c: char| ifs.contains(c) && quoted.binary_search(&at).is_err();
    let blank = |at: usize, c: char| matches!(c, ' ' | '\t' | '\n') && separates(at, c);
    let mut out = Vec::new();
    let mut at = 0;
    let skip_blanks = |mut at: usize| {
        while let Some(c) = line[at..].chars().next()
            && blank(at, c)
        {
            at += c.len_utf8();
        }
        at
    };
    at = skip_blanks(at);
    while at < line.len() && out.len() < count {
        if out.len() + 1 == count {
            out.push(last_field(line, at, &separates, &blank));
            return out;
        }
        let start = at;
        let end = line[at..]
            .char_indices()
            .find(|(offset, c)| separates(start + offset, *c));
        let Some((offset, c)) = end else {
            out.push(line[start..].to_owned());
            return out;
        };
        out.push(line[start..start + offset].to_owned());
        at = start + offset;
        if blank(at, c) {
            at = skip_blanks(at);
            if let Some(c) = line[at..].chars().next()
                && separates(at, c)
            {
                at = skip_blanks(at + c.len_utf8());
            }
        } else {
            at = skip_blanks(at + c.len_utf8());
        }
    }
    out
}

/// The rest of a line, without white space at its end and without a separator that only ends it.
fn last_field(
    line: &str,
    start: usize,
    separates: &dyn Fn(usize, char) -> bool,
    blank: &dyn Fn(usize, char) -> bool,
) -> String {
    let trim = |mut end: usize| {
        while let Some(c) = line[start..end].chars().next_back()
            && blank(end - c.len_utf8(), c)
        {
            end -= c.len_utf8();
        }
        end
    };
    let mut end = trim(line.len());
    if let Some(c) = line[start..end].chars().next_back() {
        let at = end - c.len_utf8();
        let only = line[start..at]
            .char_indices()
            .all(|(offset, c)| !separates(start + offset, c));
        if separates(at, c) && only {
            end = trim(at);
        }
    }
    line[start..end].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(text: &str, ifs: &str) -> Vec<String> {
        let parts = vec![Part::expanded(text.to_owned(), false)];
        fields(parts, ifs).into_iter().map(Field::text).collect()
    }

    #[test]
    fn splits_as_posix_says() {
        assert_eq!(split("  a  b ", " \t\n"), ["a", "b"]);
        assert_eq!(split("a::b:", ":"), ["a", "", "b"]);
        assert_eq!(split(":a", ":"), ["", "a"]);
        assert_eq!(split(" a : b ", " :"), ["a", "b"]);
        assert_eq!(split("a b", ""), ["a b"]);
        assert!(split("", " ").is_empty());
    }

    #[test]
    fn lines_for_read() {
        let line = |text: &str, ifs: &str, count| split_line(text, &[], ifs, count);
        assert_eq!(line("  a b c ", " ", 2), ["a", "b c"]);
        assert_eq!(line("a:b:c", ":", 2), ["a", "b:c"]);
        assert_eq!(line("a:b:", ":", 2), ["a", "b"]);
        assert_eq!(line("a:b:c:", ":", 2), ["a", "b:c:"]);
        assert_eq!(line("a::b", ":", 3), ["a", "", "b"]);
        assert_eq!(line(" x ", " ", 1), ["x"]);
    }
}
