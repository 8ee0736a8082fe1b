//! A tokenizer for JavaScript, TypeScript and JSX that builds nothing.
//!
//! It answers questions for which a parse would be waste: which names a CommonJS file of several
//! megabytes exports, whether a file has any word of module syntax, how deeply a file nests. It
//! knows strings, comments, templates, regular expressions and JSX text apart from code; it does
//! not check anything.

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// An identifier or keyword.
    Word,
    /// A number, a private name, a regular expression, JSX text.
    Other,
    /// A string literal.
    String,
    /// A template without substitutions, or the end of one with some.
    Template,
    /// The start or middle of a template: a substitution follows.
    TemplateOpen,
    /// An operator or bracket; the byte is its first.
    Punctuator(u8),
    End,
}

/// A token: a kind and a range of the source.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Token {
    pub kind: Kind,
    pub start: usize,
    pub end: usize,
    /// Whether a line end stands between it and the token before it.
    pub newline: bool,
}

impl Token {
    pub(crate) fn is(&self, punctuator: u8) -> bool {
        self.kind == Kind::Punctuator(punctuator) && self.end - self.start == 1
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Frame {
    /// `(`; true after `if`, `while`, `for` or `with`: a statement follows its end.
    Paren(bool),
    Bracket,
    /// `{` of statements; true for a function's body.
    Block(bool),
    /// `{` of an object literal, JSX container or similar: an operand ends with its end.
    Object,
    /// `${` of a template.
    Substitution,
    /// Between `<` and `>` of JSX; true in a closing tag.
    Tag(bool),
    /// Between the tags of an element.
    Children,
}

/// The tokenizer.
pub(crate) struct Scanner<'s> {
    source: &'s str,
    bytes: &'s [u8],
    at: usize,
    jsx: bool,
    frames: Vec<Frame>,
    /// Whether the token before ends an operand: `/` divides and `<` compares.
    operand: bool,
    /// The token before is a word that heads a parenthesis.
    control: bool,
    /// The token before is `=>`.
    arrow: bool,
    /// The token before is the `)` of parameters, or of a call.
    parameters: bool,
    /// How many functions' bodies are open.
    functions: usize,
    /// The token before is `.`: a keyword is a name.
    dot: bool,
    slash: bool,
    /// Substitutions and `?` that wait for their `:`.
    questions: u32,
}

impl<'s> Scanner<'s> {
    pub(crate) fn new(source: &'s str, jsx: bool) -> Self {
        let bytes = source.as_bytes();
        let mut at = if source.starts_with('\u{feff}') { 3 } else { 0 };
        if bytes.get(at..).is_some_and(|rest| rest.starts_with(b"#!")) {
            at = line_end(bytes, at);
        }
        Self {
            source,
            bytes,
            at,
            jsx,
            frames: Vec::new(),
            operand: false,
            control: false,
            arrow: false,
            parameters: false,
            functions: 0,
            dot: false,
            slash: false,
            questions: 0,
        }
    }

    /// The text of a token.
    pub(crate) fn text(&self, token: &Token) -> &'s str {
        self.source.get(token.start..token.end).unwrap_or_default()
    }

    /// How many brackets, substitutions and elements are open.
    pub(crate) fn depth(&self) -> usize {
        self.frames.len()
    }

    /// How many functions' bodies are open. Right for JavaScript only: TypeScript's return types
    /// stand between the parameters and the body.
    pub(crate) fn functions(&self) -> usize {
        self.functions
    }

    /// Whether the token before ends an operand.
    pub(crate) fn operand(&self) -> bool {
        self.operand
    }

    fn byte(&self, at: usize) -> u8 {
        self.bytes.get(at).copied().unwrap_or(0)
    }

    /// The next token.
    pub(crate) fn next(&mut self) -> Token {
        match self.frames.last() {
            Some(Frame::Children) => return self.next_in_children(),
            Some(Frame::Tag(closing)) => {
                let closing = *closing;
                return self.next_in_tag(closing);
            }
            _ => {}
        }
        let newline = self.skip_trivia();
        let start = self.at;
        let Some(&first) = self.bytes.get(start) else {
            return Token {
                kind: Kind::End,
                start,
                end: start,
                newline,
            };
        };
        let kind = match first {
            b'a'..=b'z' | b'A'..=b'Z' | b'_' | b'$' | b'\\' | 0x80.. => {
                self.word();
                self.after_word(start);
                Kind::Word
            }
            b'0'..=b'9' => self.number(),
            b'.' if self.byte(start + 1).is_ascii_digit() => self.number(),
            b'#' => {
                self.at += 1;
                self.word();
                self.set(true);
                Kind::Other
            }
            b'"' | b'\'' => {
                self.string(first);
                self.set(true);
                Kind::String
            }
            b'`' => {
                self.at += 1;
                self.template()
            }
            b'/' if !self.operand => {
                self.regular_expression();
                self.set(true);
                Kind::Other
            }
            _ => self.punctuator(first),
        };
        // A byte that starts nothing still has to be passed.
        if self.at == start {
            self.at += 1;
        }
        Token {
            kind,
            start,
            end: self.at,
            newline,
        }
    }

    fn set(&mut self, operand: bool) {
        self.operand = operand;
        self.control = false;
        self.arrow = false;
        self.parameters = false;
        self.dot = false;
    }

    /// Passes white space and comments; says whether a line ended.
    fn skip_trivia(&mut self) -> bool {
        let mut newline = false;
        loop {
            match self.byte(self.at) {
                b'\n' | b'\r' => {
                    newline = true;
                    self.at += 1;
                }
                b' ' | b'\t' | 0x0b | 0x0c => self.at += 1,
                b'/' => match self.byte(self.at + 1) {
                    b'/' => self.at = line_end(self.bytes, self.at),
                    b'*' => {
                        let rest = self.bytes.get(self.at + 2..).unwrap_or_default();
                        let length = memchr::memmem::find(rest, b"*/");
                        let end = length.map_or(self.bytes.len(), |n| self.at + n + 4);
                        let text = self.bytes.get(self.at..end).unwrap_or_default();
                        newline |= memchr::memchr2(b'\n', b'\r', text).is_some();
                        self.at = end;
                    }
                    _ => return newline,
                },
                0x80.. => {
                    let rest = self.source.get(self.at..).unwrap_or_default();
                    match rest.chars().next() {
                        Some(c) if c.is_whitespace() || c == '\u{feff}' => {
                            newline |= crate::edits::is_line_end(c);
                            self.at += c.len_utf8();
                        }
                        _ => return newline,
                    }
                }
                _ => return newline,
            }
        }
    }

    fn word(&mut self) {
        while let Some(&byte) = self.bytes.get(self.at) {
            match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | b'$' | b'\\' => self.at += 1,
                0x80.. => {
                    let rest = self.source.get(self.at..).unwrap_or_default();
                    match rest.chars().next() {
                        Some(c) if !c.is_whitespace() => self.at += c.len_utf8(),
                        _ => return,
                    }
                }
                _ => return,
            }
        }
    }

    fn after_word(&mut self, start: usize) {
        if self.dot {
            self.set(true);
            return;
        }
        let word = self.bytes.get(start..self.at).unwrap_or_default();
        let control = matches!(
            word,
            b"if" | b"while" | b"for" | b"with" | b"catch" | b"switch"
        );
        let operator = control
            || matches!(
                word,
                b"return"
                    | b"typeof"
                    | b"instanceof"
                    | b"in"
                    | b"of"
                    | b"new"
                    | b"delete"
                    | b"void"
                    | b"throw"
                    | b"case"
                    | b"do"
                    | b"else"
                    | b"yield"
                    | b"await"
                    | b"default"
                    | b"extends"
            );
        // `for await (…)`.
        let control = control || (self.control && word == b"await");
        self.set(!operator);
        self.control = control;
    }

    fn number(&mut self) -> Kind {
        while let Some(&byte) = self.bytes.get(self.at) {
            let sign = matches!(byte, b'+' | b'-')
                && matches!(self.byte(self.at.wrapping_sub(1)), b'e' | b'E')
                && !self.hexadecimal();
            if byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'.' || sign {
                self.at += 1;
            } else {
                break;
            }
        }
        self.set(true);
        Kind::Other
    }

    /// Whether the number that ends here is hexadecimal: an `e` of it is no exponent.
    fn hexadecimal(&self) -> bool {
        let mut start = self.at;
        while start > 0 && self.byte(start - 1).is_ascii_alphanumeric() {
            start -= 1;
        }
        self.byte(start) == b'0' && matches!(self.byte(start + 1), b'x' | b'X')
    }

    fn string(&mut self, quote: u8) {
        self.at += 1;
        loop {
            let rest = self.bytes.get(self.at..).unwrap_or_default();
            match memchr::memchr3(quote, b'\\', b'\n', rest) {
                None => {
                    self.at = self.bytes.len();
                    return;
                }
                Some(n) => {
                    self.at += n;
                    match self.byte(self.at) {
                        b'\\' => {
                            let crlf =
                                self.byte(self.at + 1) == b'\r' && self.byte(self.at + 2) == b'\n';
                            self.at = (self.at + if crlf { 3 } else { 2 }).min(self.bytes.len());
                        }
                        // It is not closed: the code goes on in the next line.
                        b'\n' => return,
                        _ => {
                            self.at += 1;
                            return;
                        }
                    }
                }
            }
        }
    }

    /// The rest of a template up to its end or its next substitution.
    fn template(&mut self) -> Kind {
        loop {
            let rest = self.bytes.get(self.at..).unwrap_or_default();
            let Some(n) = memchr::memchr3(b'`', b'\\', b'$', rest) else {
                self.at = self.bytes.len();
                return Kind::Template;
            };
            self.at += n;
            match self.byte(self.at) {
                b'`' => {
                    self.at += 1;
                    self.set(true);
                    return Kind::Template;
                }
                b'$' if self.byte(self.at + 1) == b'{' => {
                    self.at += 2;
                    self.frames.push(Frame::Substitution);
                    self.set(false);
                    return Kind::TemplateOpen;
                }
                b'\\' => self.at = (self.at + 2).min(self.bytes.len()),
                _ => self.at += 1,
            }
        }
    }

    fn regular_expression(&mut self) {
        self.at += 1;
        let mut class = false;
        while let Some(&byte) = self.bytes.get(self.at) {
            match byte {
                b'\\' => self.at += 1,
                b'[' => class = true,
                b']' => class = false,
                b'/' if !class => {
                    self.at += 1;
                    self.word();
                    return;
                }
                b'\n' | b'\r' => return,
                _ => {}
            }
            self.at += 1;
        }
        self.at = self.at.min(self.bytes.len());
    }

    fn punctuator(&mut self, first: u8) -> Kind {
        self.at += 1;
        match first {
            b'(' => {
                self.frames.push(Frame::Paren(self.control));
                self.set(false);
            }
            b'[' => {
                self.frames.push(Frame::Bracket);
                self.set(false);
            }
            b'{' => {
                let function = self.arrow || self.parameters;
                let frame = if self.opens_object() {
                    Frame::Object
                } else {
                    Frame::Block(function)
                };
                self.functions += usize::from(frame == Frame::Block(true));
                self.frames.push(frame);
                self.set(false);
            }
            b')' => {
                let control = matches!(self.pop(), Some(Frame::Paren(true)));
                self.set(!control);
                self.parameters = !control;
            }
            b']' => {
                self.pop();
                self.set(true);
            }
            b'}' => match self.pop() {
                Some(Frame::Substitution) => return self.template(),
                frame => self.set(frame == Some(Frame::Object)),
            },
            b'<' if self.jsx && !self.operand && self.opens_element() => {
                self.frames.push(Frame::Tag(false));
                self.slash = false;
                self.set(false);
            }
            b'=' if self.byte(self.at) == b'>' => {
                self.at += 1;
                self.set(false);
                self.arrow = true;
            }
            b'+' | b'-' if self.byte(self.at) == first => {
                self.at += 1;
                // After an operand it belongs to that, before one it changes nothing.
            }
            b'?' if self.byte(self.at) == b'.' && !self.byte(self.at + 1).is_ascii_digit() => {
                self.at += 1;
                self.set(false);
                self.dot = true;
            }
            b'.' => {
                if self.byte(self.at) == b'.' && self.byte(self.at + 1) == b'.' {
                    self.at += 2;
                    self.set(false);
                } else {
                    self.set(false);
                    self.dot = true;
                }
            }
            b'!' if self.operand && self.byte(self.at) != b'=' => {
                // TypeScript's non-null assertion.
            }
            b'=' | b'!' | b'&' | b'|' | b'?' | b'*' | b'>' | b'<' => {
                // Enough of longer operators for `a == b`, `a && b`, `a ??= b` to be one token.
                while matches!(self.byte(self.at), b'=' | b'&' | b'|' | b'?' | b'*')
                    && (self.byte(self.at) == first || self.byte(self.at) == b'=')
                {
                    self.at += 1;
                }
                if first == b'?' && self.at_width_one() {
                    self.questions = self.questions.saturating_add(1);
                }
                self.set(false);
            }
            b':' => {
                self.questions = self.questions.saturating_sub(1);
                self.set(false);
            }
            _ => {
                if self.byte(self.at) == b'=' {
                    self.at += 1;
                }
                self.set(false);
            }
        }
        Kind::Punctuator(first)
    }

    fn at_width_one(&self) -> bool {
        self.byte(self.at.wrapping_sub(2)) != b'?' && self.byte(self.at.wrapping_sub(1)) == b'?'
    }

    fn pop(&mut self) -> Option<Frame> {
        let frame = self.frames.pop();
        self.functions -= usize::from(frame == Some(Frame::Block(true)));
        frame
    }

    /// Whether `{` here opens something that is an operand when it ends.
    fn opens_object(&self) -> bool {
        if self.operand || self.arrow || self.control {
            return false;
        }
        // Look at the last byte of code before it; comments between are rare enough to be taken
        // for the start of a block.
        let mut before = self.at.saturating_sub(1);
        while before > 0 && self.byte(before - 1).is_ascii_whitespace() {
            before -= 1;
        }
        match self.byte(before.wrapping_sub(1)) {
            b'(' | b',' | b'=' | b'[' | b'?' | b'&' | b'|' | b'+' | b'!' | b'.' => true,
            b':' => match self.frames.last() {
                Some(Frame::Block(_)) | None => self.questions > 0,
                _ => true,
            },
            b'{' | b'}' | b';' | b')' => false,
            // After a word that is an operator: `return {`, `in {`; but `do {`, `else {`.
            byte if byte.is_ascii_alphabetic() => {
                let head = self.bytes.get(..before).unwrap_or_default();
                !(head.ends_with(b"do") || head.ends_with(b"else") || head.ends_with(b"default"))
            }
            _ => false,
        }
    }

    /// Whether `<` in the place of an operand opens an element, and not type parameters.
    fn opens_element(&self) -> bool {
        let first = self.byte(self.at);
        if first == b'>' {
            return true;
        }
        if !(first.is_ascii_alphabetic() || matches!(first, b'_' | b'$' | 0x80..)) {
            return false;
        }
        let mut end = self.at;
        while self.byte(end).is_ascii_alphanumeric() || matches!(self.byte(end), b'_' | b'$') {
            end += 1;
        }
        while self.byte(end).is_ascii_whitespace() {
            end += 1;
        }
        let rest = self.bytes.get(end..).unwrap_or_default();
        !(rest.starts_with(b",") || rest.starts_with(b"extends ") || rest.starts_with(b"= "))
    }

    fn next_in_tag(&mut self, closing: bool) -> Token {
        let newline = self.skip_trivia();
        let start = self.at;
        let Some(&first) = self.bytes.get(start) else {
            return Token {
                kind: Kind::End,
                start,
                end: start,
                newline,
            };
        };
        let mut kind = Kind::Punctuator(first);
        self.at += 1;
        match first {
            b'"' | b'\'' => {
                let rest = self.bytes.get(self.at..).unwrap_or_default();
                let length = memchr::memchr(first, rest).map_or(rest.len(), |n| n + 1);
                self.at += length;
                kind = Kind::String;
            }
            b'{' => {
                self.frames.push(Frame::Object);
                self.set(false);
            }
            b'>' => {
                self.pop();
                if closing {
                    // The children that it ends.
                    self.pop();
                    self.set(true);
                } else if self.slash {
                    self.set(true);
                } else {
                    self.frames.push(Frame::Children);
                }
                self.slash = false;
            }
            b'<' => {
                self.frames.push(Frame::Tag(false));
                self.slash = false;
            }
            b'/' => self.slash = true,
            _ if first.is_ascii_alphanumeric() || matches!(first, b'_' | b'$' | 0x80..) => {
                self.at = start;
                self.word();
                self.slash = false;
                kind = Kind::Word;
            }
            _ => self.slash = false,
        }
        self.at = self.at.max(start + 1);
        Token {
            kind,
            start,
            end: self.at,
            newline,
        }
    }

    fn next_in_children(&mut self) -> Token {
        let start = self.at;
        let rest = self.bytes.get(start..).unwrap_or_default();
        let token = |kind, end| Token {
            kind,
            start,
            end,
            newline: false,
        };
        match memchr::memchr2(b'<', b'{', rest) {
            None => {
                self.at = self.bytes.len();
                token(Kind::End, self.at)
            }
            Some(0) if self.byte(start) == b'{' => {
                self.at += 1;
                self.frames.push(Frame::Object);
                self.set(false);
                token(Kind::Punctuator(b'{'), self.at)
            }
            Some(0) => {
                self.at += 1;
                let closing = self.byte(self.at) == b'/';
                if closing {
                    self.at += 1;
                }
                self.frames.push(Frame::Tag(closing));
                self.slash = false;
                token(Kind::Punctuator(b'<'), self.at)
            }
            Some(n) => {
                self.at += n;
                token(Kind::Other, self.at)
            }
        }
    }
}

fn line_end(bytes: &[u8], from: usize) -> usize {
    let rest = bytes.get(from..).unwrap_or_default();
    memchr::memchr2(b'\n', b'\r', rest).map_or(bytes.len(), |n| from + n)
}

/// What of module syntax a JavaScript source may have, by its words alone.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Words {
    /// `import` or `export` where it may start a declaration, or `import.meta`.
    pub module: bool,
    /// `await` outside of the bodies of functions.
    pub awaits: bool,
    /// `@`, which only decorators have.
    pub decorators: bool,
}

/// Looks for words of module syntax. What it finds may be a false alarm; what it does not find is
/// not there.
pub(crate) fn module_words(source: &str) -> Words {
    let mut words = Words::default();
    let bytes = source.as_bytes();
    let has = |word: &[u8]| memchr::memmem::find(bytes, word).is_some();
    if !has(b"import") && !has(b"export") && !has(b"await") && !has(b"@") {
        return words;
    }
    let mut scanner = Scanner::new(source, false);
    let mut dot = false;
    loop {
        let token = scanner.next();
        match token.kind {
            Kind::End => return words,
            Kind::Word if !dot => match scanner.text(&token) {
                "import" => {
                    // `import(…)` is for everyone; `import.meta` may stand at any depth.
                    let next = scanner.next();
                    let meta = next.is(b'.');
                    words.module |= meta || (scanner.depth() == 0 && !next.is(b'('));
                    words.module |= next.is(b'{') && scanner.depth() == 1;
                    dot = false;
                    continue;
                }
                "export" => words.module |= scanner.depth() == 0,
                "await" => words.awaits |= scanner.functions() == 0,
                _ => {}
            },
            Kind::Punctuator(b'@') => words.decorators = true,
            _ => {}
        }
        dot = token.is(b'.')
            || (token.kind == Kind::Punctuator(b'?') && token.end - token.start == 2);
        if words.module {
            return words;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(source: &str, jsx: bool) -> Vec<&str> {
        let mut scanner = Scanner::new(source, jsx);
        let mut found = Vec::new();
        loop {
            let token = scanner.next();
            if token.kind == Kind::End {
                assert_eq!(scanner.depth(), 0, "{source}");
                return found;
            }
            found.push(scanner.text(&token));
        }
    }

    #[test]
    fn tells_division_from_regular_expressions() {
        assert_eq!(tokens("a / b / c", false), ["a", "/", "b", "/", "c"]);
        assert_eq!(tokens("if (a) /b[/]c/g.test(d)", false)[4], "/b[/]c/g");
        assert_eq!(
            tokens("(a) / 2 / 1", false),
            ["(", "a", ")", "/", "2", "/", "1"]
        );
        assert_eq!(tokens("return /x/", false), ["return", "/x/"]);
        assert_eq!(tokens("x = {} / 2 / 3", false).len(), 8);
        assert_eq!(tokens("{}\n/x/.test(y)", false)[2], "/x/");
        assert_eq!(tokens("a.return / 2 / b", false).len(), 7);
        assert_eq!(tokens("i++ / 2 / b", false).len(), 6);
    }

    #[test]
    fn passes_strings_comments_and_templates() {
        let found = tokens("`a${ {b: `}`} }c${d}` // x\n'\\'' /* ' */ \"e\"", false);
        assert_eq!(
            found,
            [
                "`a${", "{", "b", ":", "`}`", "}", "}c${", "d", "}`", "'\\''", "\"e\""
            ]
        );
    }

    #[test]
    fn passes_jsx_text() {
        let source = "x = <a b='\\' c={d > 1}>don't {e} <br/> /* no */ <>f</></a>; g('(')";
        let found = tokens(source, true);
        assert!(found.ends_with(&["g", "(", "'('", ")"]), "{found:?}");
        assert_eq!(tokens("f = <T,>(x: T) => x", true).len(), 13);
    }

    #[test]
    fn finds_module_words_only_where_they_count() {
        let module = |source| module_words(source).module;
        assert!(module("import a from 'a'"));
        assert!(module("import {a} from 'a'"));
        assert!(module("x; export default 1"));
        assert!(module("function f() { return import.meta.url }"));
        assert!(!module("import('a'); a.export = 1; 'export default'"));
        assert!(!module("var o = { export: 1, import: 2 }; o.import('x')"));
        assert!(!module("// import a from 'a'\n/* export */"));
        let awaits = |source| module_words(source).awaits;
        assert!(awaits("await x") && awaits("try { x } catch (e) { await y }"));
        assert!(awaits("switch (a) { case 1: { await x } }") && awaits("x = { a: await y }"));
        assert!(!awaits(
            "async function f(a) { await x; if (y) { await z } }"
        ));
        assert!(!awaits(
            "x = async () => { await x }; class A { async m() { await x } }"
        ));
        assert!(module_words("@a class B {}").decorators && !module_words("'@'").decorators);
    }
}
