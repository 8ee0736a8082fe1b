//! The names that a CommonJS file exports, found without running or parsing it.
//!
//! Node makes `import { x } from "./file.cjs"` work by guessing names from the text; this finds
//! what node's guess finds and some more (every key of an object literal, whatever its value).

use std::collections::HashMap;

use crate::scan::{Kind, Scanner, Token};

/// What a CommonJS file seems to export.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct CommonJsExports {
    /// Names, each once, in the order of their first appearance.
    pub names: Vec<String>,
    /// Specifiers of modules whose names it exports, too.
    pub reexports: Vec<String>,
}

/// Finds the exports of a CommonJS source by its tokens.
#[must_use]
pub fn commonjs_exports(source: &str) -> CommonJsExports {
    if memchr::memmem::find(source.as_bytes(), b"exports").is_none()
        && memchr::memmem::find(source.as_bytes(), b"__export").is_none()
    {
        return CommonJsExports::default();
    }
    let mut finder = Finder {
        scanner: Scanner::new(source, false),
        pushed_back: None,
        dot: false,
        recent: [""; RECENT],
        required: HashMap::new(),
        found: CommonJsExports::default(),
        seen: std::collections::HashSet::new(),
    };
    while finder.step() {}
    finder.found
}

/// How many words before `require` are looked at: `_a = _interop(require`, with punctuators.
const RECENT: usize = 6;

/// How many tokens of a callback are searched for an assignment to `exports`.
const CALLBACK: usize = 120;

struct Finder<'s> {
    scanner: Scanner<'s>,
    pushed_back: Option<Token>,
    dot: bool,
    recent: [&'s str; RECENT],
    /// Variables that hold a required module.
    required: HashMap<&'s str, String>,
    found: CommonJsExports,
    seen: std::collections::HashSet<String>,
}

impl<'s> Finder<'s> {
    fn next(&mut self) -> Token {
        if let Some(token) = self.pushed_back.take() {
            return token;
        }
        let token = self.scanner.next();
        self.recent.rotate_left(1);
        if let Some(last) = self.recent.last_mut() {
            *last = self.scanner.text(&token);
        }
        token
    }

    fn push_back(&mut self, token: Token) {
        self.pushed_back = Some(token);
    }

    fn text(&self, token: &Token) -> &'s str {
        self.scanner.text(token)
    }

    /// Takes the next token if it is this punctuator.
    fn eat(&mut self, punctuator: u8) -> bool {
        let token = self.next();
        if token.is(punctuator) {
            return true;
        }
        self.push_back(token);
        false
    }

    fn eat_word(&mut self, word: &str) -> bool {
        let token = self.next();
        if token.kind == Kind::Word && self.text(&token) == word {
            return true;
        }
        self.push_back(token);
        false
    }

    fn add(&mut self, name: &str) {
        if self.seen.insert(name.to_owned()) {
            self.found.names.push(name.to_owned());
        }
    }

    fn add_reexport(&mut self, specifier: String) {
        if !self.found.reexports.contains(&specifier) {
            self.found.reexports.push(specifier);
        }
    }

    /// Handles one token and what belongs to it; false at the end.
    fn step(&mut self) -> bool {
        let token = self.next();
        let after_dot = std::mem::take(&mut self.dot);
        match token.kind {
            Kind::End => return false,
            Kind::Punctuator(b'.' | b'?') => {
                self.dot = token.is(b'.') || token.end - token.start == 2
            }
            Kind::Word => {
                let word = self.text(&token);
                match word {
                    "exports" if !after_dot => self.member_of_exports(),
                    "module" if !after_dot => self.module_member(),
                    "Object" if !after_dot => self.object_call(),
                    "require" if !after_dot => self.require(),
                    "__exportStar" | "__export" => self.export_star(),
                    _ => {}
                }
            }
            _ => {}
        }
        true
    }

    /// After `exports`: `.name =` or `['name'] =`.
    fn member_of_exports(&mut self) {
        if let Some(name) = self.member() {
            let token = self.next();
            if token.is(b'=') {
                self.add(&name);
            } else {
                self.push_back(token);
            }
        }
    }

    fn member(&mut self) -> Option<String> {
        if self.eat(b'.') {
            let token = self.next();
            if token.kind == Kind::Word {
                return Some(self.text(&token).to_owned());
            }
            self.push_back(token);
        } else if self.eat(b'[') {
            let name = self.string()?;
            if self.eat(b']') {
                return Some(name);
            }
        }
        None
    }

    /// A string literal's value.
    fn string(&mut self) -> Option<String> {
        let token = self.next();
        if token.kind == Kind::String {
            return unquote(self.text(&token));
        }
        self.push_back(token);
        None
    }

    /// After `module`.
    fn module_member(&mut self) {
        if self.eat(b'.') && self.eat_word("exports") {
            self.module_exports();
        }
    }

    /// After `module.exports`.
    fn module_exports(&mut self) {
        if !self.eat(b'=') {
            self.member_of_exports();
            return;
        }
        // `module.exports = exports = …`
        if self.eat_word("exports") && !self.eat(b'=') {
            self.member_of_exports();
            return;
        }
        // Only the last assignment counts.
        self.found.reexports.clear();
        if self.eat(b'{') {
            self.object();
        } else if self.eat_word("require")
            && let Some(specifier) = self.call_of_require()
        {
            self.add_reexport(specifier);
        }
    }

    /// After `require`: `('x')`.
    fn call_of_require(&mut self) -> Option<String> {
        if !self.eat(b'(') {
            return None;
        }
        let specifier = self.string()?;
        self.eat(b')').then_some(specifier)
    }

    /// The keys of an object literal, after its `{`.
    fn object(&mut self) {
        loop {
            let token = self.next();
            match token.kind {
                Kind::End => return,
                Kind::Punctuator(b'}') => return,
                Kind::Punctuator(b',') => continue,
                Kind::Punctuator(b'.') if token.end - token.start == 3 => {
                    if self.eat_word("require")
                        && let Some(specifier) = self.call_of_require()
                    {
                        self.add_reexport(specifier);
                    }
                }
                Kind::Word => {
                    let mut name = self.text(&token);
                    // `get name() {}`, `async name() {}`, `*name() {}`.
                    if matches!(name, "get" | "set" | "async") {
                        let next = self.next();
                        if next.kind == Kind::Word {
                            name = self.text(&next);
                        } else {
                            self.push_back(next);
                        }
                    }
                    self.add(name);
                }
                Kind::String => {
                    if let Some(name) = unquote(self.text(&token)) {
                        self.add(&name);
                    }
                }
                _ => self.push_back(token),
            }
            if !self.value() {
                return;
            }
        }
    }

    /// The rest of a property up to its comma; false at the end of the object.
    fn value(&mut self) -> bool {
        let mut depth = 0usize;
        loop {
            let token = self.next();
            match token.kind {
                Kind::End => return false,
                Kind::Punctuator(b',') if depth == 0 => return true,
                Kind::Punctuator(b'(' | b'[' | b'{') | Kind::TemplateOpen => {
                    let middle = self.text(&token).starts_with('}');
                    depth += usize::from(!middle);
                }
                Kind::Template => {
                    let tail = self.text(&token).starts_with('}');
                    depth = depth.saturating_sub(usize::from(tail));
                }
                Kind::Punctuator(b'}') if depth == 0 => return false,
                Kind::Punctuator(b')' | b']' | b'}') => depth = depth.saturating_sub(1),
                _ => {}
            }
        }
    }

    /// After `Object`: `.defineProperty(exports, …)`, `.assign(exports, …)`, `.keys(x).forEach(…)`.
    fn object_call(&mut self) {
        if !self.eat(b'.') {
            return;
        }
        let method = self.next();
        if method.kind != Kind::Word {
            self.push_back(method);
            return;
        }
        let method = self.text(&method);
        if !matches!(method, "defineProperty" | "assign" | "keys") || !self.eat(b'(') {
            return;
        }
        if method == "keys" {
            self.keys_call();
            return;
        }
        if !self.exports_object() || !self.eat(b',') {
            return;
        }
        if method == "assign" {
            if self.eat(b'{') {
                self.object();
            }
            return;
        }
        let Some(name) = self.string() else { return };
        if self.eat(b',') && self.eat(b'{') && self.safe_descriptor() {
            self.add(&name);
        }
    }

    /// `exports` or `module.exports`.
    fn exports_object(&mut self) -> bool {
        self.eat_word("exports")
            || (self.eat_word("module") && self.eat(b'.') && self.eat_word("exports"))
    }

    /// Whether a descriptor has a value, or a getter that is enumerable: reading others may have
    /// effects that importing must not have.
    fn safe_descriptor(&mut self) -> bool {
        let first = self.next();
        match self.text(&first) {
            "value" => true,
            "enumerable" => {
                self.eat(b':')
                    && (self.eat_word("true") || (self.eat(b'!') && self.zero()))
                    && self.eat(b',')
                    && (self.eat_word("get") || self.eat_word("value"))
            }
            _ => {
                self.push_back(first);
                false
            }
        }
    }

    fn zero(&mut self) -> bool {
        let token = self.next();
        self.text(&token) == "0"
    }

    /// After `Object.keys(`: Babel's and TypeScript's loop that copies a module's names.
    fn keys_call(&mut self) {
        let variable = self.next();
        let variable = self.text(&variable);
        if !self.eat(b')') || !self.eat(b'.') || !self.eat_word("forEach") || !self.eat(b'(') {
            return;
        }
        let mut depth = 1usize;
        let mut copies = false;
        for _ in 0..CALLBACK {
            let token = self.next();
            match token.kind {
                Kind::End => return,
                Kind::Punctuator(b'(' | b'[' | b'{') => depth += 1,
                Kind::Punctuator(b')' | b']' | b'}') => {
                    depth = depth.saturating_sub(1);
                    if depth == 0 {
                        break;
                    }
                }
                Kind::Word if self.text(&token) == "exports" => {
                    let next = self.next();
                    copies |= next.is(b'[') || next.is(b',');
                    self.push_back(next);
                }
                _ => {}
            }
        }
        if copies && let Some(specifier) = self.required.get(variable) {
            let specifier = specifier.clone();
            self.add_reexport(specifier);
        }
    }

    /// After `require`: remembers the variable that gets the module.
    fn require(&mut self) {
        // The words before it are still there: … `_a` `=` [`wrapper` `(`] `require`.
        let before = self.recent;
        let Some(specifier) = self.call_of_require() else {
            return;
        };
        let at = before.iter().rposition(|text| *text == "=");
        if let Some(at) = at
            && at > 0
            && let Some(variable) = before.get(at - 1)
        {
            self.required.insert(variable, specifier);
        }
    }

    /// After `__exportStar` or `__export`: `(require('x'))`, or `(variable)`.
    fn export_star(&mut self) {
        if !self.eat(b'(') {
            return;
        }
        let token = self.next();
        if token.kind != Kind::Word {
            self.push_back(token);
            return;
        }
        if self.text(&token) == "require" {
            if let Some(specifier) = self.call_of_require() {
                self.add_reexport(specifier);
            }
        } else if let Some(specifier) = self.required.get(self.text(&token)) {
            let specifier = specifier.clone();
            self.add_reexport(specifier);
        }
    }
}

/// The value of a string literal; nothing for one that is not closed or has an escape that names a
/// lone surrogate.
fn unquote(literal: &str) -> Option<String> {
    let mut chars = literal.chars();
    let quote = chars.next()?;
    let body = chars.as_str().strip_suffix(quote)?;
    if !body.contains('\\') {
        return Some(body.to_owned());
    }
    let mut value = String::with_capacity(body.len());
    let mut chars = body.chars().peekable();
    while let Some(c) = chars.next() {
        if c != '\\' {
            value.push(c);
            continue;
        }
        match chars.next()? {
            'n' => value.push('\n'),
            'r' => value.push('\r'),
            't' => value.push('\t'),
            'b' => value.push('\u{8}'),
            'f' => value.push('\u{c}'),
            'v' => value.push('\u{b}'),
            '0' => value.push('\0'),
            'x' => value.push(hexadecimal(&mut chars, 2)?),
            'u' if chars.peek() == Some(&'{') => {
                chars.next();
                let digits: String = chars.by_ref().take_while(|c| *c != '}').collect();
                value.push(char::from_u32(u32::from_str_radix(&digits, 16).ok()?)?);
            }
            'u' => value.push(hexadecimal(&mut chars, 4)?),
            '\n' => {}
            c => value.push(c),
        }
    }
    Some(value)
}

fn hexadecimal(chars: &mut impl Iterator<Item = char>, digits: usize) -> Option<char> {
    let digits: String = chars.take(digits).collect();
    char::from_u32(u32::from_str_radix(&digits, 16).ok()?)
}

#[cfg(test)]
mod tests;
