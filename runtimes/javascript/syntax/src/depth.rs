//! Refuses sources that nest too deeply, before a parser recurses into them.
//!
//! The parser calls itself for every level of nesting and has no limit of its own; a stack that
//! overflows ends the whole process. So the stack that a source may need is estimated from its
//! tokens first: each open bracket, and each operator since the statement began in each open
//! bracket, costs what a level of its kind was measured to take at most.

use crate::{
    error::SyntaxError,
    scan::{Kind, Scanner},
};

/// Stack that parsing and rewriting may take, in bytes: half of the megabyte that the smallest
/// supported stack has.
const BUDGET: usize = 512 * 1024;
// Measured with oxc 0.146 on x86-64, optimized, as the depth that a stack of 1 MiB survives:
// brackets of all kinds take up to 1,900 bytes a level, `function` and `class` 1,200 more.
/// A level of brackets, templates, elements.
const BRACKET: usize = 1900;
/// `=>`, which may be parsed twice.
const ARROW: usize = 950;
/// `<`, which may open type arguments.
const ANGLE: usize = 1700;
/// An assignment, a conditional, a label, most words.
const OPERATOR: usize = 620;
/// A prefix operator.
const PREFIX: usize = 150;
/// A binary operator or member access: parsed in a loop, but walked by recursion.
const CHAIN: usize = 80;

/// Checks a source for nesting that would overflow the stack.
pub(crate) fn check(source: &str, path: &str, jsx: bool) -> Result<(), SyntaxError> {
    // No byte costs more than a bracket.
    if source.len() < BUDGET / BRACKET {
        return Ok(());
    }
    let mut scanner = Scanner::new(source, jsx);
    // What the operators of each open bracket cost so far, and the sum of it.
    let mut open: Vec<Run> = Vec::new();
    let mut outer = 0usize;
    let mut run = Run::default();
    let mut after_brace = false;
    let mut after_angle = false;
    loop {
        let operand = scanner.operand();
        let token = scanner.next();
        match token.kind {
            Kind::End => return Ok(()),
            Kind::Punctuator(first) => run.punctuator(first, token.end - token.start, operand),
            Kind::Word => {
                let word = scanner.text(&token);
                let goes_on = matches!(
                    word,
                    "else" | "in" | "instanceof" | "of" | "as" | "satisfies" | "extends" | "is"
                );
                let starts =
                    (after_brace || (token.newline && (operand || after_angle))) && !goes_on;
                if starts || matches!(word, "case" | "default") {
                    run = Run::default();
                }
                run.cost += word_cost(word);
            }
            _ => {}
        }
        after_brace = token.is(b'}');
        after_angle = token.is(b'>');
        while scanner.depth() > open.len() {
            outer += run.total() + BRACKET;
            open.push(run);
            run = Run::default();
        }
        while scanner.depth() < open.len() {
            run = open.pop().unwrap_or_default();
            outer = outer.saturating_sub(run.total() + BRACKET);
        }
        if outer + run.total() > BUDGET {
            return Err(SyntaxError::at(
                source,
                path,
                token.start..token.end,
                "Too deeply nested: the parser would run out of stack here",
            ));
        }
    }
}

/// What the statement, list element or argument that is read costs within its own bracket.
#[derive(Debug, Default, Clone, Copy)]
struct Run {
    cost: usize,
    /// Open `<`, as far as they may be type arguments within one another.
    angles: usize,
}

impl Run {
    fn total(self) -> usize {
        self.cost + self.angles * ANGLE
    }

    fn punctuator(&mut self, first: u8, length: usize, operand: bool) {
        match first {
            b';' | b',' if self.angles == 0 || first == b';' => *self = Self::default(),
            b',' | b'(' | b'[' | b'{' | b')' | b']' | b'}' => {}
            b'<' if length == 1 => self.angles += 1,
            b'>' if length == 1 => {
                self.angles = self.angles.saturating_sub(1);
                self.cost += CHAIN;
            }
            b'=' if length == 2 => self.cost += ARROW,
            b'=' if length == 1 => self.cost += OPERATOR,
            b'?' | b':' => self.cost += OPERATOR,
            b'.' => self.cost += CHAIN,
            b'&' | b'|' if length == 1 => self.cost += CHAIN,
            _ if operand => {
                // A comparison or sum: what was `<` before it compared, too.
                self.angles = 0;
                // `+=`, `**`.
                let assigns =
                    length > 1 && !matches!(first, b'=' | b'!' | b'&' | b'|' | b'<' | b'>');
                self.cost += if assigns { OPERATOR } else { CHAIN };
            }
            _ => self.cost += PREFIX,
        }
    }
}

fn word_cost(word: &str) -> usize {
    match word {
        "function" | "class" => 2 * OPERATOR,
        "for" | "while" | "do" | "with" | "return" | "yield" | "keyof" | "extends" | "infer"
        | "unique" | "readonly" | "is" | "asserts" | "new" => OPERATOR,
        "if" | "else" => OPERATOR / 2,
        "typeof" | "void" | "delete" | "await" | "throw" => PREFIX,
        "in" | "instanceof" | "as" | "satisfies" => CHAIN,
        _ => 0,
    }
}

#[cfg(test)]
mod tests;
