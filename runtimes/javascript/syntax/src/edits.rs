//! Changes to a source text that keep every line where it was.
//!
//! A rewrite is a set of small edits at places of the original text: blanked ranges, replaced
//! ranges, insertions, and moved ranges. They are applied in one pass at the end, so that
//! constructs may nest (JSX in an enum in a namespace) without knowing of each other.

use std::borrow::Cow;

use memchr::memchr2;

#[derive(Debug)]
enum Kind {
    /// Spaces instead of text; line ends stay.
    Blank,
    /// Other text instead; line ends of the range are kept after it, shorter text is padded.
    Text(Cow<'static, str>),
    /// Nothing but the line ends of the range: its text appears elsewhere.
    Moved,
    /// The rendered text of another range, on one line.
    Copy { start: u32, end: u32 },
}

#[derive(Debug)]
struct Edit {
    start: u32,
    end: u32,
    /// Edits at one place are applied in this order, then in the order in which they came.
    rank: i8,
    kind: Kind,
}

/// The edits of one source text.
pub(crate) struct Edits<'s> {
    source: &'s str,
    list: Vec<Edit>,
}

impl<'s> Edits<'s> {
    pub(crate) fn new(source: &'s str) -> Self {
        Self {
            source,
            list: Vec::new(),
        }
    }

    /// Blanks a range.
    pub(crate) fn blank(&mut self, start: u32, end: u32) {
        if start < end {
            self.push(start, end, 0, Kind::Blank);
        }
    }

    /// Replaces a range. `text` holds no line end.
    pub(crate) fn replace(&mut self, start: u32, end: u32, text: impl Into<Cow<'static, str>>) {
        self.push(start, end, 0, Kind::Text(text.into()));
    }

    /// Inserts before whatever is or becomes of the text at `at`.
    pub(crate) fn insert(&mut self, at: u32, text: impl Into<Cow<'static, str>>) {
        self.push(at, at, 0, Kind::Text(text.into()));
    }

    /// Inserts before everything else that is inserted at `at`.
    pub(crate) fn insert_first(&mut self, at: u32, text: impl Into<Cow<'static, str>>) {
        self.push(at, at, -2, Kind::Text(text.into()));
    }

    /// Inserts what ends the construct that ends at `at`: before what is inserted for one that
    /// starts there.
    pub(crate) fn close(&mut self, at: u32, text: impl Into<Cow<'static, str>>) {
        self.push(at, at, -1, Kind::Text(text.into()));
    }

    /// Blanks a range whatever has been done or will be done within it.
    pub(crate) fn erase(&mut self, start: u32, end: u32, text: &'static str) {
        self.push(start, end, -1, Kind::Text(text.into()));
    }

    /// Takes a range out; `copy` puts it elsewhere.
    pub(crate) fn take(&mut self, start: u32, end: u32) {
        self.push(start, end, 0, Kind::Moved);
    }

    /// Puts a copy of a range, with its own edits applied, at `at`. Line ends become spaces: a range
    /// in which they mean something must not be copied.
    pub(crate) fn copy(&mut self, start: u32, end: u32, at: u32) {
        self.push(at, at, -1, Kind::Copy { start, end });
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    fn push(&mut self, start: u32, end: u32, rank: i8, kind: Kind) {
        self.list.push(Edit {
            start,
            end,
            rank,
            kind,
        });
    }

    /// The text with all edits applied.
    pub(crate) fn apply(mut self) -> String {
        self.list.sort_by_key(|edit| (edit.start, edit.rank));
        let end = self.source.len();
        let mut out = String::with_capacity(end + end / 8 + 64);
        self.render(0, end, None, &mut out);
        out
    }

    /// Renders a range. `lifted` is the range that is being copied elsewhere: the edit that took
    /// it out does not count within it.
    fn render(&self, from: usize, to: usize, lifted: Option<(u32, u32)>, out: &mut String) {
        let mut at = from;
        let first = self
            .list
            .partition_point(|edit| (edit.start as usize) < from);
        for edit in self.list.iter().skip(first) {
            let (start, end) = (edit.start as usize, edit.end as usize);
            if end > to || start > to {
                if start > to {
                    break;
                }
                continue;
            }
            if let Some(range) = lifted {
                // What is inserted at its ends by the text around it stays there.
                let outside = start == end
                    && ((start == to && edit.rank >= 0) || (start == from && edit.rank < 0));
                if outside || (matches!(edit.kind, Kind::Moved) && range == (edit.start, edit.end))
                {
                    continue;
                }
            }
            // Within something that was replaced as a whole.
            if start < at {
                continue;
            }
            out.push_str(self.text(at, start));
            at = end;
            match &edit.kind {
                Kind::Blank => blank_into(self.text(start, end), out),
                Kind::Moved => lines_into(self.text(start, end), out),
                Kind::Text(text) => {
                    out.push_str(text);
                    if start < end {
                        pad_into(self.text(start, end), text, out);
                    }
                }
                Kind::Copy { start, end } => {
                    let from = out.len();
                    self.render(*start as usize, *end as usize, Some((*start, *end)), out);
                    if let Some(copied) = out.get(from..).filter(|text| has_line_end(text)) {
                        let flat = copied.replace(is_line_end, " ");
                        out.truncate(from);
                        out.push_str(&flat);
                    }
                }
            }
        }
        out.push_str(self.text(at, to));
    }

    fn text(&self, start: usize, end: usize) -> &'s str {
        self.source.get(start..end).unwrap_or_default()
    }
}

/// Spaces for every UTF-16 unit, so that columns as engines count them stay; line ends are kept.
fn blank_into(text: &str, out: &mut String) {
    if text.is_ascii() && memchr2(b'\n', b'\r', text.as_bytes()).is_none() {
        out.extend(std::iter::repeat_n(' ', text.len()));
        return;
    }
    for c in text.chars() {
        if is_line_end(c) {
            out.push(c);
        } else {
            out.extend(std::iter::repeat_n(' ', c.len_utf16()));
        }
    }
}

fn lines_into(text: &str, out: &mut String) {
    out.extend(text.chars().filter(|c| is_line_end(*c)));
}

/// What follows `new` that replaced `old`: its line ends, or spaces up to its width.
fn pad_into(old: &str, new: &str, out: &mut String) {
    if old.chars().any(is_line_end) {
        // The rest of the last line keeps its column.
        let tail = old
            .rfind(is_line_end)
            .map_or("", |i| old.get(i..).unwrap_or_default());
        let head = old.len() - tail.len();
        lines_into(old.get(..head).unwrap_or_default(), out);
        blank_into(tail, out);
        return;
    }
    let width = |text: &str| text.encode_utf16().count();
    let missing = width(old).saturating_sub(width(new));
    out.extend(std::iter::repeat_n(' ', missing));
}

/// Whether a character ends a line in JavaScript.
pub(crate) fn is_line_end(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{2028}' | '\u{2029}')
}

/// Whether a text spans lines.
pub(crate) fn has_line_end(text: &str) -> bool {
    text.contains(is_line_end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_keep_lines_and_utf16_columns() {
        let source = "a/*é😀\n*/b";
        let mut edits = Edits::new(source);
        edits.blank(1, (source.len() - 1) as u32);
        assert_eq!(edits.apply(), "a     \n  b");
    }

    #[test]
    fn replaced_text_is_padded_or_keeps_its_lines() {
        let mut edits = Edits::new("abcdef\nxyz");
        edits.replace(1, 4, "-");
        edits.replace(5, 8, "+");
        assert_eq!(edits.apply(), "a-  e+\n yz");
    }

    #[test]
    fn a_taken_range_appears_where_it_is_copied_with_its_edits() {
        let mut edits = Edits::new("key=KEY rest");
        edits.take(4, 7);
        edits.replace(5, 6, "_");
        edits.copy(4, 7, 12);
        assert_eq!(edits.apply(), "key= restK_Y");
    }

    #[test]
    fn edits_inside_a_blank_are_dropped() {
        let mut edits = Edits::new("abcd");
        edits.blank(0, 3);
        edits.insert(1, "!");
        edits.insert(3, "?");
        assert_eq!(edits.apply(), "   ?d");
    }

    #[test]
    fn closings_come_before_openings() {
        let mut edits = Edits::new("ab");
        edits.insert(1, "(");
        edits.close(1, ")");
        edits.insert_first(1, ";");
        assert_eq!(edits.apply(), "a;)(b");
    }
}
