//! What is wrong with a source, and where.

use oxc::diagnostics::{Diagnostics, OxcDiagnostic, Severity};

/// A source that cannot be prepared.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message} ({path}:{line}:{column})")]
pub struct SyntaxError {
    /// What is wrong, in a few words, as the parser says it.
    pub message: String,
    /// What may help, if the parser has advice.
    pub help: Option<String>,
    /// The path from the options.
    pub path: String,
    /// The line, from 1.
    pub line: u32,
    /// The column in UTF-16 units, from 1.
    pub column: u32,
    /// How many UTF-16 units of the line are concerned, at least 1.
    pub width: u32,
    /// The text of the line, without its end.
    pub source_line: String,
}

impl SyntaxError {
    pub(crate) fn at(
        source: &str,
        path: &str,
        range: std::ops::Range<usize>,
        message: impl Into<String>,
    ) -> Self {
        let mut start = range.start.min(source.len());
        while !source.is_char_boundary(start) {
            start -= 1;
        }
        let (line, line_start) = line_of(source, start);
        let rest = source.get(line_start..).unwrap_or_default();
        let source_line = rest.split(['\n', '\r']).next().unwrap_or_default();
        let before = source.get(line_start..start).unwrap_or_default();
        let line_end = line_start + source_line.len();
        let marked = source
            .get(start..range.end.clamp(start, line_end.max(start)))
            .unwrap_or_default();
        Self {
            message: message.into(),
            help: None,
            path: path.to_owned(),
            line,
            column: utf16(before) + 1,
            width: utf16(marked).max(1),
            source_line: source_line.to_owned(),
        }
    }

    /// The first error of the parser's.
    pub(crate) fn from_diagnostics(source: &str, path: &str, found: &Diagnostics) -> Option<Self> {
        let first = found.errors().min_by_key(|error| offset(error).start)?;
        let mut error = Self::at(source, path, offset(first), first.message.to_string());
        error.help = first.help.as_ref().map(ToString::to_string);
        Some(error)
    }
}

/// Whether any of the diagnostics forbids to go on.
pub(crate) fn has_errors(found: &Diagnostics) -> bool {
    found
        .iter()
        .any(|diagnostic| diagnostic.severity == Severity::Error)
}

fn offset(error: &OxcDiagnostic) -> std::ops::Range<usize> {
    // Of two declarations of a name, the second one is wrong.
    let again = |text: &str| text.contains("redeclared here");
    let label = error
        .labels
        .iter()
        .find(|label| label.primary())
        .or_else(|| {
            let mut labels = error.labels.iter();
            labels.find(|label| label.label().is_some_and(again))
        })
        .or(error.labels.first());
    label.map_or(0..0, |label| {
        let start = label.offset() as usize;
        start..start + label.len() as usize
    })
}

/// The line (from 1) that holds an offset, and where the line starts.
fn line_of(source: &str, offset: usize) -> (u32, usize) {
    let bytes = source.as_bytes();
    let (mut line, mut start, mut at) = (1, 0, 0);
    while let Some(n) = memchr::memchr2(b'\n', b'\r', bytes.get(at..offset).unwrap_or_default()) {
        let end = at + n;
        at = end + 1;
        if bytes.get(end) == Some(&b'\r') && bytes.get(at) == Some(&b'\n') {
            if at >= offset {
                break;
            }
            at += 1;
        }
        line += 1;
        start = at;
    }
    (line, start)
}

fn utf16(text: &str) -> u32 {
    u32::try_from(text.encode_utf16().count()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_lines_and_utf16_columns() {
        let source = "a\r\nb\n😀é x\n";
        let error = SyntaxError::at(source, "p", source.find('x').unwrap()..source.len(), "m");
        assert_eq!((error.line, error.column, error.width), (3, 5, 1));
        assert_eq!(error.source_line, "😀é x");
        assert_eq!(error.to_string(), "m (p:3:5)");
        let error = SyntaxError::at(source, "p", 900..901, "m");
        assert_eq!((error.line, error.column), (4, 1));
        let error = SyntaxError::at("", "p", 0..0, "m");
        assert_eq!((error.line, error.column), (1, 1));
    }
}
