//! Just enough of Rust's grammar to ask a source file which names it uses.
//!
//! Comments and literals are dropped, the rest becomes tokens, and from the tokens come the paths
//! (`use` trees unfolded) and macro calls. It knows nothing of types or of conditional compilation:
//! code under `cfg(test)` counts like any other.

/// A piece of source text that is neither space, comment nor literal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// An identifier or keyword; raw identifiers lose their `r#`.
    Ident(String),
    /// A string, character or number; the contents are of no interest.
    Literal,
    /// `::`.
    PathSeparator,
    /// Any other character.
    Punct(char),
}

/// A [`Kind`] and the line it stands on, counted from 1.
#[derive(Clone, Debug)]
pub(crate) struct Token {
    pub(crate) kind: Kind,
    pub(crate) line: usize,
}

/// A path as written, with the `use` tree around it unfolded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NamedPath {
    /// `crate::a::b` is `["crate", "a", "b"]`.
    pub(crate) segments: Vec<String>,
    /// The line of its first segment.
    pub(crate) line: usize,
    /// How many inline modules (`mod name { … }`) it stands in.
    pub(crate) inline_depth: usize,
    /// Whether a `!` follows, which makes it the name of a macro.
    pub(crate) is_macro: bool,
}

/// Splits source text into tokens.
pub(crate) fn tokens(text: &str) -> Vec<Token> {
    let mut lexer = Lexer {
        chars: text.chars().collect(),
        at: 0,
        line: 1,
        tokens: Vec::new(),
    };
    while lexer.at < lexer.chars.len() {
        lexer.step();
    }
    lexer.tokens
}

struct Lexer {
    chars: Vec<char>,
    at: usize,
    line: usize,
    tokens: Vec<Token>,
}

impl Lexer {
    fn peek(&self, ahead: usize) -> char {
        self.chars.get(self.at + ahead).copied().unwrap_or('\0')
    }

    fn bump(&mut self) -> char {
        let current = self.peek(0);
        if current == '\n' {
            self.line += 1;
        }
        self.at += 1;
        current
    }

    fn push(&mut self, kind: Kind, line: usize) {
        self.tokens.push(Token { kind, line });
    }

    fn step(&mut self) {
        let line = self.line;
        match (self.peek(0), self.peek(1)) {
            ('/', '/') => self.skip_line(),
            ('/', '*') => self.skip_block(),
            ('"', _) => self.string(line),
            ('\'', _) => self.quote(line),
            (':', ':') => {
                self.bump();
                self.bump();
                self.push(Kind::PathSeparator, line);
            }
            (c, _) if c.is_whitespace() => {
                self.bump();
            }
            (c, _) if c.is_ascii_digit() => self.number(line),
            (c, _) if is_ident(c) => self.word(line),
            (c, _) => {
                self.bump();
                self.push(Kind::Punct(c), line);
            }
        }
    }

    fn skip_line(&mut self) {
        while self.at < self.chars.len() && self.peek(0) != '\n' {
            self.bump();
        }
    }

    fn skip_block(&mut self) {
        let mut depth = 0usize;
        while self.at < self.chars.len() {
            match (self.peek(0), self.peek(1)) {
                ('/', '*') => {
                    self.bump();
                    depth += 1;
                }
                ('*', '/') => {
                    self.bump();
                    depth -= 1;
                }
                _ => {}
            }
            self.bump();
            if depth == 0 {
                return;
            }
        }
    }

    fn string(&mut self, line: usize) {
        self.bump();
        while self.at < self.chars.len() {
            match self.bump() {
                '\\' => {
                    self.bump();
                }
                '"' => break,
                _ => {}
            }
        }
        self.push(Kind::Literal, line);
    }

    /// After `r` or `br`: `#…#"…"#…#`.
    fn raw_string(&mut self, line: usize) {
        let mut hashes = 0;
        while self.peek(0) == '#' {
            self.bump();
            hashes += 1;
        }
        self.bump();
        while self.at < self.chars.len() {
            if self.bump() == '"' && (0..hashes).all(|ahead| self.peek(ahead) == '#') {
                break;
            }
        }
        for _ in 0..hashes {
            self.bump();
        }
        self.push(Kind::Literal, line);
    }

    /// A lifetime (dropped) or a character.
    fn quote(&mut self, line: usize) {
        self.bump();
        if is_ident(self.peek(0)) && self.peek(1) != '\'' {
            while is_ident(self.peek(0)) {
                self.bump();
            }
            return;
        }
        while self.at < self.chars.len() {
            match self.bump() {
                '\\' => {
                    self.bump();
                }
                '\'' => break,
                _ => {}
            }
        }
        self.push(Kind::Literal, line);
    }

    fn number(&mut self, line: usize) {
        while is_ident(self.peek(0)) || (self.peek(0) == '.' && self.peek(1).is_ascii_digit()) {
            self.bump();
        }
        self.push(Kind::Literal, line);
    }

    fn word(&mut self, line: usize) {
        let mut word = String::new();
        while is_ident(self.peek(0)) {
            word.push(self.bump());
        }
        let raw = word.ends_with('r');
        match (word.as_str(), self.peek(0), self.peek(1)) {
            ("r" | "br" | "cr", '"', _) => self.raw_string(line),
            ("r" | "br" | "cr", '#', '"' | '#') if raw => self.raw_string(line),
            ("b" | "c", '"', _) => self.string(line),
            ("b", '\'', _) => self.quote(line),
            ("r", '#', _) => {
                // A raw identifier: the next step reads its name.
                self.bump();
            }
            _ => self.push(Kind::Ident(word), line),
        }
    }
}

fn is_ident(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}

/// Every path and macro name in `tokens`.
pub(crate) fn paths(tokens: &[Token]) -> Vec<NamedPath> {
    let mut reader = PathReader {
        tokens,
        at: 0,
        braces: 0,
        inline: Vec::new(),
        found: Vec::new(),
    };
    while reader.at < tokens.len() {
        reader.step();
    }
    reader.found
}

struct PathReader<'a> {
    tokens: &'a [Token],
    at: usize,
    braces: usize,
    /// For each inline module around us, how many braces were open before its own.
    inline: Vec<usize>,
    found: Vec<NamedPath>,
}

impl PathReader<'_> {
    fn kind(&self, ahead: usize) -> Option<&Kind> {
        self.tokens.get(self.at + ahead).map(|token| &token.kind)
    }

    fn is_punct(&self, ahead: usize, wanted: char) -> bool {
        self.kind(ahead) == Some(&Kind::Punct(wanted))
    }

    fn step(&mut self) {
        match self.kind(0) {
            Some(Kind::Ident(word)) => match word.as_str() {
                "use" => {
                    self.at += 1;
                    self.use_tree(&[]);
                }
                "mod" => {
                    if matches!(self.kind(1), Some(Kind::Ident(_))) && self.is_punct(2, '{') {
                        self.inline.push(self.braces);
                    }
                    // Its own name is no path.
                    self.at += 2;
                }
                _ => self.plain_path(),
            },
            Some(Kind::Punct('{')) => {
                self.braces += 1;
                self.at += 1;
            }
            Some(Kind::Punct('}')) => {
                self.braces = self.braces.saturating_sub(1);
                if self.inline.last() == Some(&self.braces) {
                    self.inline.pop();
                }
                self.at += 1;
            }
            _ => self.at += 1,
        }
    }

    fn record(&mut self, segments: Vec<String>, line: usize, is_macro: bool) {
        if segments.is_empty() {
            // `impl Trait + use<'a>` starts like an import.
            return;
        }
        let inline_depth = self.inline.len();
        self.found.push(NamedPath {
            segments,
            line,
            inline_depth,
            is_macro,
        });
    }

    /// `a::b::c`, stopping at generic arguments; a following `!` makes it a macro.
    fn plain_path(&mut self) {
        let line = self.tokens.get(self.at).map_or(0, |token| token.line);
        let mut segments = Vec::new();
        while let Some(Kind::Ident(word)) = self.kind(0) {
            segments.push(word.clone());
            self.at += 1;
            if self.kind(0) != Some(&Kind::PathSeparator) {
                break;
            }
            self.at += 1;
        }
        let is_macro = self.is_punct(0, '!') && !self.is_punct(1, '=');
        self.record(segments, line, is_macro);
    }

    /// What follows `use`, or one branch inside its braces.
    fn use_tree(&mut self, prefix: &[String]) {
        let line = self.tokens.get(self.at).map_or(0, |token| token.line);
        let mut segments = prefix.to_vec();
        loop {
            match self.kind(0) {
                Some(Kind::Ident(word)) if word == "as" => self.at += 2,
                Some(Kind::Ident(word)) => {
                    segments.push(word.clone());
                    self.at += 1;
                }
                Some(Kind::PathSeparator) => self.at += 1,
                Some(Kind::Punct('*')) => {
                    segments.push("*".to_owned());
                    self.at += 1;
                }
                Some(Kind::Punct('{')) => {
                    self.at += 1;
                    while self.at < self.tokens.len() && !self.is_punct(0, '}') {
                        self.use_tree(&segments);
                        if self.is_punct(0, ',') {
                            self.at += 1;
                        }
                    }
                    self.at += 1;
                    return;
                }
                _ => break,
            }
        }
        self.record(segments, line, false);
        if prefix.is_empty() && self.is_punct(0, ';') {
            self.at += 1;
        }
    }
}

/// The modules a file declares without a body: `mod name;`.
pub(crate) fn declared_modules(tokens: &[Token]) -> Vec<String> {
    tokens
        .windows(3)
        .filter_map(|window| match window {
            [keyword, name, end] => match (&keyword.kind, &name.kind, &end.kind) {
                (Kind::Ident(word), Kind::Ident(name), Kind::Punct(';')) if word == "mod" => {
                    Some(name.clone())
                }
                _ => None,
            },
            _ => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<String> {
        paths(&tokens(text))
            .into_iter()
            .map(|path| path.segments.join("::"))
            .collect()
    }

    #[test]
    fn comments_and_literals_name_nothing() {
        let text = r####"
            // std::fs /* std::env
            /* std::fs /* nested */ still */
            "std::fs \" std::env" r#"unsafe " std::fs"# b"x" b'x' '\'' 'a' 1.0e3
        "####;
        assert_eq!(names(text), Vec::<String>::new());
    }

    #[test]
    fn lifetimes_do_not_swallow_code() {
        assert_eq!(names("&'a str, 'static std::fs"), ["str", "std::fs"]);
    }

    #[test]
    fn use_trees_are_unfolded() {
        let text = "use std::{fs::{self, File}, io as i, net::*};\nuse crate::a::B as C;";
        assert_eq!(
            names(text),
            [
                "std::fs::self",
                "std::fs::File",
                "std::io",
                "std::net::*",
                "crate::a::B"
            ]
        );
    }

    #[test]
    fn macros_and_lines_are_known() {
        let found = paths(&tokens("\nfn f() {\n  std::println!(\"\"); a != b\n}"));
        let print = found
            .iter()
            .find(|path| path.segments == ["std", "println"])
            .unwrap();
        assert!(print.is_macro);
        assert_eq!(print.line, 3);
        assert!(
            found
                .iter()
                .all(|path| path.segments != ["a"] || !path.is_macro)
        );
    }

    #[test]
    fn inline_modules_are_counted_and_left() {
        let found = paths(&tokens(
            "mod tests { use super::a; fn f() { super::b(); } } super::c",
        ));
        let depths: Vec<_> = found
            .iter()
            .filter(|path| path.segments[0] == "super")
            .map(|path| path.inline_depth)
            .collect();
        assert_eq!(depths, [1, 1, 0]);
    }

    #[test]
    fn declarations_are_found() {
        assert_eq!(
            declared_modules(&tokens("mod a;\npub(crate) mod b;\nmod c { }")),
            ["a", "b"]
        );
    }
}
