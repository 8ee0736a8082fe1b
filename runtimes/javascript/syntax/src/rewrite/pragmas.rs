//! Comments that say how a file's JSX is rewritten.

use oxc::{ast::ast::Comment, span::Span};

use super::Rewriter;
use crate::{JsxRuntime, SyntaxError};

impl<'a> Rewriter<'a, '_> {
    /// Reads `@jsx`, `@jsxFrag`, `@jsxRuntime` and `@jsxImportSource` from block comments.
    pub(super) fn pragmas(&mut self, comments: &[Comment]) -> Result<(), SyntaxError> {
        if !self.options.language.has_jsx()
            || memchr::memmem::find(self.source.as_bytes(), b"@jsx").is_none()
        {
            return Ok(());
        }
        for comment in comments {
            let text = self.text(comment.span.start, comment.span.end);
            if !text.starts_with("/*") {
                continue;
            }
            let mut words = text.trim_end_matches("*/").split_whitespace();
            while let Some(word) = words.next() {
                let word = word.trim_start_matches("/*").trim_start_matches('*');
                if !word.starts_with("@jsx") {
                    continue;
                }
                let Some(value) = words.next() else { break };
                self.pragma(word, value, comment.span)?;
            }
        }
        Ok(())
    }

    fn pragma(&mut self, word: &str, value: &str, span: Span) -> Result<(), SyntaxError> {
        match word {
            "@jsx" | "@jsxFrag" if !is_member_path(value) => {
                let range = span.start as usize..span.end as usize;
                let message = format!("`{value}` is not a name that {word} can use");
                return Err(SyntaxError::at(
                    self.source,
                    &self.options.path,
                    range,
                    message,
                ));
            }
            "@jsx" => {
                value.clone_into(&mut self.jsx.factory);
                self.jsx.runtime = JsxRuntime::Classic;
            }
            "@jsxFrag" => value.clone_into(&mut self.jsx.fragment),
            "@jsxRuntime" if value == "classic" => self.jsx.runtime = JsxRuntime::Classic,
            "@jsxRuntime" => self.jsx.runtime = JsxRuntime::Automatic,
            "@jsxImportSource" => {
                value.clone_into(&mut self.jsx.import_source);
                self.jsx.runtime = JsxRuntime::Automatic;
            }
            _ => {}
        }
        Ok(())
    }
}

/// Whether a text is a name or names joined by dots.
pub(crate) fn is_member_path(text: &str) -> bool {
    text.split('.').all(|name| {
        let mut chars = name.chars();
        chars
            .next()
            .is_some_and(|c| c.is_alphabetic() || matches!(c, '_' | '$'))
            && chars.all(|c| c.is_alphanumeric() || matches!(c, '_' | '$'))
    })
}
