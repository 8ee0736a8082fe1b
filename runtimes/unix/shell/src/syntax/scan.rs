//! Where quotes, expansions and substitutions end.

use super::tokens::{Lexer, Machine, Trouble};

/// How deep substitutions, quotes and braces may nest: a bound for the stack.
const MAX_DEPTH: usize = 200;

impl Lexer {
    pub fn byte(&self, at: usize) -> Option<u8> {
        self.text.as_bytes().get(at).copied()
    }

    pub(super) fn deeper(&mut self) -> Result<(), Trouble> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.syntax(self.pos, "nested too deeply"));
        }
        Ok(())
    }

    /// From after `'` to after the closing one.
    pub fn skip_single(&mut self, at: usize) -> Result<usize, Trouble> {
        match self.text.as_bytes()[at.min(self.text.len())..]
            .iter()
            .position(|byte| *byte == b'\'')
        {
            Some(offset) => Ok(at + offset + 1),
            None => Err(self.missing(at, "'")),
        }
    }

    /// From after `$'` to after the closing quote.
    pub fn skip_ansi(&mut self, mut at: usize) -> Result<usize, Trouble> {
        let start = at;
        while let Some(byte) = self.byte(at) {
            match byte {
                b'\\' => at += 2,
                b'\'' => return Ok(at + 1),
                _ => at += 1,
            }
        }
        Err(self.missing(start, "'"))
    }

    /// From after `"` to after the closing one.
    pub fn skip_double(&mut self, mut at: usize) -> Result<usize, Trouble> {
        let start = at;
        self.deeper()?;
        while let Some(byte) = self.byte(at) {
            match byte {
                b'\\' => at += 2,
                b'"' => {
                    self.depth -= 1;
                    return Ok(at + 1);
                }
                b'$' => at = self.skip_dollar(at, true)?,
                b'`' => at = self.skip_backquote(at + 1)?,
                _ => at += 1,
            }
        }
        Err(self.missing(start, "\""))
    }

    /// From after a backquote to after the closing one.
    pub fn skip_backquote(&mut self, mut at: usize) -> Result<usize, Trouble> {
        let start = at;
        while let Some(byte) = self.byte(at) {
            match byte {
                b'\\' => at += 2,
                b'`' => return Ok(at + 1),
                _ => at += 1,
            }
        }
        Err(self.missing(start, "`"))
    }

    /// From a `$` to after what it begins.
    pub fn skip_dollar(&mut self, at: usize, in_double: bool) -> Result<usize, Trouble> {
        match self.byte(at + 1) {
            Some(b'(') => {
                if self.byte(at + 2) == Some(b'(')
                    && let Some(end) = self.skip_arithmetic(at + 3)?
                {
                    return Ok(end);
                }
                self.skip_parenthesis(at + 2)
            }
            Some(b'{') => self.skip_brace(at + 2, in_double),
            Some(b'[') => self.skip_bracket(at + 2),
            Some(b'\'') if !in_double => self.skip_ansi(at + 2),
            Some(b'"') if !in_double => self.skip_double(at + 2),
            // `$#`, `$$`: the second must not begin anything.
            Some(b'#' | b'$') => Ok(at + 2),
            _ => Ok(at + 1),
        }
    }

    /// From after `((` to after `))`; none if the parentheses do not end as those of arithmetic do,
    /// which makes it a subshell in something else.
    pub fn skip_arithmetic(&mut self, mut at: usize) -> Result<Option<usize>, Trouble> {
        let start = at;
        let mut depth = 2;
        while let Some(byte) = self.byte(at) {
            match byte {
                b'(' => {
                    depth += 1;
                    at += 1;
                }
                b')' => {
                    depth -= 1;
                    at += 1;
                    if depth == 1 {
                        return Ok((self.byte(at) == Some(b')')).then_some(at + 1));
                    }
                }
                b'\\' => at += 2,
                b'\'' => at = self.skip_single(at + 1)?,
                b'"' => at = self.skip_double(at + 1)?,
                b'`' => at = self.skip_backquote(at + 1)?,
                b'$' => at = self.skip_dollar(at, false)?,
                // Commands, where a comment may hold anything.
                b'#' if at == start => return Ok(None),
                _ => at += 1,
            }
        }
        Err(self.missing(start, ")"))
    }

    /// From after `[` to after the matching `]`.
    pub fn skip_bracket(&mut self, mut at: usize) -> Result<usize, Trouble> {
        let start = at;
        let mut depth = 1;
        while let Some(byte) = self.byte(at) {
            match byte {
                b'[' => {
                    depth += 1;
                    at += 1;
                }
                b']' => {
                    depth -= 1;
                    at += 1;
                    if depth == 0 {
                        return Ok(at);
                    }
                }
                b'\\' => at += 2,
                b'\'' => at = self.skip_single(at + 1)?,
                b'"' => at = self.skip_double(at + 1)?,
                b'`' => at = self.skip_backquote(at + 1)?,
                b'$' => at = self.skip_dollar(at, false)?,
                _ => at += 1,
            }
        }
        Err(self.missing(start, "]"))
    }

    /// From after `${` to after `}`.
    pub fn skip_brace(&mut self, mut at: usize, in_double: bool) -> Result<usize, Trouble> {
        let start = at;
        self.deeper()?;
        // In double quotes, a single quote after `:-` and the like is an ordinary character.
        let single_quotes = !in_double || !self.is_default_operation(at);
        // `${#}`, `${#x}`, `${$}`, `${!x}`.
        if matches!(self.byte(at), Some(b'#' | b'$' | b'!' | b'?' | b'-')) {
            at += 1;
        }
        while let Some(byte) = self.byte(at) {
            match byte {
                b'}' => {
                    self.depth -= 1;
                    return Ok(at + 1);
                }
                b'\\' => at += 2,
                b'\'' if single_quotes => at = self.skip_single(at + 1)?,
                b'"' => at = self.skip_double(at + 1)?,
                b'`' => at = self.skip_backquote(at + 1)?,
                b'$' => at = self.skip_dollar(at, in_double && !single_quotes)?,
                b'<' | b'>' if !in_double && self.byte(at + 1) == Some(b'(') => {
                    at = self.skip_parenthesis(at + 2)?;
                }
                _ => at += 1,
            }
        }
        Err(self.missing(start, "}"))
    }

    /// Whether `name:-word` or one of its kin stands at `at`.
    pub fn is_default_operation(&self, mut at: usize) -> bool {
        if self.byte(at) == Some(b'!') {
            at += 1;
        }
        match self.byte(at) {
            Some(b'@' | b'*' | b'#' | b'?' | b'-' | b'$' | b'!') => at += 1,
            _ => {
                while self
                    .byte(at)
                    .is_some_and(|byte| byte == b'_' || byte.is_ascii_alphanumeric())
                {
                    at += 1;
                }
            }
        }
        if self.byte(at) == Some(b'[') {
            let rest = &self.text.as_bytes()[at..];
            match rest.iter().position(|byte| *byte == b']') {
                Some(end) => at += end + 1,
                None => return false,
            }
        }
        if self.byte(at) == Some(b':') {
            at += 1;
        }
        matches!(self.byte(at), Some(b'-' | b'=' | b'?' | b'+'))
    }

    /// From after `(` of a command substitution to after its `)`: reads what is in it as commands.
    pub fn skip_parenthesis(&mut self, at: usize) -> Result<usize, Trouble> {
        self.deeper()?;
        let before = std::mem::replace(&mut self.pos, at);
        let aliases = self.aliases.take();
        let mut machine = Machine::nested();
        let result = self.run(&mut machine);
        self.aliases = aliases;
        let end = std::mem::replace(&mut self.pos, before);
        result?;
        self.depth -= 1;
        Ok(end)
    }

    /// From after the `(` of an extended pattern to after its `)`.
    pub fn skip_pattern(&mut self, mut at: usize) -> Result<usize, Trouble> {
        let start = at;
        self.deeper()?;
        while let Some(byte) = self.byte(at) {
            match byte {
                b')' => {
                    self.depth -= 1;
                    return Ok(at + 1);
                }
                b'(' => at = self.skip_pattern(at + 1)?,
                b'\\' => at += 2,
                b'\'' => at = self.skip_single(at + 1)?,
                b'"' => at = self.skip_double(at + 1)?,
                b'`' => at = self.skip_backquote(at + 1)?,
                b'$' => at = self.skip_dollar(at, false)?,
                _ => at += 1,
            }
        }
        Err(self.missing(start, ")"))
    }
}
