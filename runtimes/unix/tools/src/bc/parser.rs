//! The language of bc.

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    Number(String),
    Name(String),
    Text(String),
    Sign(&'static str),
    Newline,
    End,
}

const SIGNS: [&str; 35] = [
    "++", "--", "+=", "-=", "*=", "/=", "%=", "^=", "==", "<=", ">=", "!=", "&&", "||", "+", "-",
    "*", "/", "%", "^", "=", "<", ">", "!", "(", ")", "[", "]", "{", "}", ";", ",", "&", "|", "?",
];

#[derive(Clone, Debug)]
pub(super) enum Place {
    Variable(String),
    Element(String, Box<Expr>),
    Special(&'static str),
}

#[derive(Clone, Debug)]
pub(super) enum Expr {
    Number(String),
    Get(Place),
    Assign(Place, Option<&'static str>, Box<Expr>),
    /// The step, and whether the value is the one before.
    Step(Place, i64, bool),
    Binary(&'static str, Box<Expr>, Box<Expr>),
    Negate(Box<Expr>),
    Not(Box<Expr>),
    Call(String, Vec<Expr>),
    /// An array as an argument.
    Array(String),
}

#[derive(Clone, Debug)]
pub(super) enum Statement {
    Expr(Expr),
    Text(String),
    Print(Vec<Statement>),
    If(Expr, Box<Statement>, Option<Box<Statement>>),
    While(Expr, Box<Statement>),
    For([Option<Expr>; 3], Box<Statement>),
    Block(Vec<Statement>),
    Define(std::rc::Rc<Function>),
    Return(Option<Expr>),
    Break,
    Continue,
    Quit,
    Halt,
}

#[derive(Clone, Debug)]
pub(super) struct Function {
    pub(super) name: String,
    /// Names; arrays end with `[]`.
    pub(super) parameters: Vec<String>,
    pub(super) autos: Vec<String>,
    pub(super) body: Vec<Statement>,
}

pub(super) struct Parser<'t> {
    text: &'t [u8],
    at: usize,
    pub(super) line: usize,
    token: Token,
    depth: usize,
}

/// How deep things nest at most: the stack is finite.
const DEEPEST: usize = 300;

type Parsed<T> = Result<T, String>;

impl<'t> Parser<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self {
            text: text.as_bytes(),
            at: 0,
            line: 1,
            token: Token::Newline,
            depth: 0,
        }
    }

    fn lex(&mut self) -> Parsed<Token> {
        loop {
            let rest = &self.text[self.at..];
            match rest {
                [] => return Ok(Token::End),
                [b' ' | b'\t' | b'\r', ..] => self.at += 1,
                [b'\\', b'\n', ..] => {
                    self.at += 2;
                    self.line += 1;
                }
                [b'#', ..] => {
                    self.at += rest
                        .iter()
                        .position(|it| *it == b'\n')
                        .unwrap_or(rest.len());
                }
                [b'/', b'*', ..] => {
                    let end = memchr::memmem::find(rest, b"*/").map_or(rest.len(), |it| it + 2);
                    self.line += rest[..end].iter().filter(|it| **it == b'\n').count();
                    self.at += end;
                }
                [b'\n', ..] => {
                    self.at += 1;
                    self.line += 1;
                    return Ok(Token::Newline);
                }
                [b'"', inner @ ..] => {
                    let Some(end) = inner.iter().position(|it| *it == b'"') else {
                        return Err("unterminated string".into());
                    };
                    let text = String::from_utf8_lossy(&inner[..end]).into_owned();
                    self.line += text.matches('\n').count();
                    self.at += end + 2;
                    return Ok(Token::Text(text));
                }
                [b'0'..=b'9' | b'A'..=b'F' | b'.', ..] => {
                    let mut number = String::new();
                    while let Some(byte) = self.text.get(self.at) {
                        match byte {
                            b'0'..=b'9' | b'A'..=b'F' | b'.' => number.push(char::from(*byte)),
                            b'\\' if self.text.get(self.at + 1) == Some(&b'\n') => self.at += 1,
                            _ => break,
                        }
                        self.at += 1;
                    }
                    return Ok(Token::Number(number));
                }
                [b'a'..=b'z' | b'_', ..] => {
                    let length = rest
                        .iter()
                        .take_while(|it| it.is_ascii_alphanumeric() || **it == b'_')
                        .count();
                    self.at += length;
                    return Ok(Token::Name(
                        String::from_utf8_lossy(&rest[..length]).into_owned(),
                    ));
                }
                _ => {
                    let Some(sign) = SIGNS.iter().find(|it| rest.starts_with(it.as_bytes())) else {
                        self.at += 1;
                        return Err("illegal character".into());
                    };
                    self.at += sign.len();
                    return Ok(Token::Sign(sign));
                }
            }
        }
    }

    fn advance(&mut self) -> Parsed<()> {
        self.token = self.lex()?;
        Ok(())
    }

    /// After an error: to the next line.
    pub(super) fn recover(&mut self) {
        let rest = &self.text[self.at.min(self.text.len())..];
        if self.token != Token::Newline {
            self.at += rest
                .iter()
                .position(|it| *it == b'\n')
                .map_or(rest.len(), |it| it + 1);
            self.line += 1;
        }
        self.token = Token::Newline;
        self.depth = 0;
    }

    fn is(&self, sign: &str) -> bool {
        matches!(&self.token, Token::Sign(it) if *it == sign)
    }

    fn eat(&mut self, sign: &str) -> Parsed<bool> {
        let found = self.is(sign);
        if found {
            self.advance()?;
        }
        Ok(found)
    }

    fn expect(&mut self, sign: &str) -> Parsed<()> {
        if self.eat(sign)? {
            Ok(())
        } else {
            Err("syntax error".into())
        }
    }

    fn skip_newlines(&mut self) -> Parsed<()> {
        while self.token == Token::Newline {
            self.advance()?;
        }
        Ok(())
    }

    /// The next statement; none at the end. What follows it is read when it is asked for.
    pub(super) fn next(&mut self) -> Parsed<Option<Statement>> {
        while self.token == Token::Newline || self.is(";") {
            self.advance()?;
        }
        if self.token == Token::End {
            return Ok(None);
        }
        let statement = self.statement()?;
        match self.token {
            Token::Newline | Token::End => Ok(Some(statement)),
            Token::Sign(";") => Ok(Some(statement)),
            _ if matches!(statement, Statement::Define(_)) => Ok(Some(statement)),
            _ => Err("syntax error".into()),
        }
    }

    fn statement(&mut self) -> Parsed<Statement> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err("nested too deeply".into());
        }
        let result = self.inner_statement();
        self.depth -= 1;
        result
    }

    fn inner_statement(&mut self) -> Parsed<Statement> {
        if self.eat("{")? {
            return Ok(Statement::Block(self.block()?));
        }
        if let Token::Text(text) = self.token.clone() {
            self.advance()?;
            return Ok(Statement::Text(text));
        }
        let Token::Name(name) = self.token.clone() else {
            return Ok(Statement::Expr(self.expression()?));
        };
        match name.as_str() {
            "if" => {
                self.advance()?;
                self.expect("(")?;
                let condition = self.expression()?;
                self.expect(")")?;
                self.skip_newlines()?;
                let then = Box::new(self.statement()?);
                // `else` may come behind a `;`.
                let before = (self.at, self.line, self.token.clone());
                if self.is(";") || self.token == Token::Newline {
                    self.advance()?;
                }
                if self.token == Token::Name("else".into()) {
                    self.advance()?;
                    self.skip_newlines()?;
                    return Ok(Statement::If(
                        condition,
                        then,
                        Some(Box::new(self.statement()?)),
                    ));
                }
                (self.at, self.line, self.token) = before;
                Ok(Statement::If(condition, then, None))
            }
            "while" => {
                self.advance()?;
                self.expect("(")?;
                let condition = self.expression()?;
                self.expect(")")?;
                self.skip_newlines()?;
                Ok(Statement::While(condition, Box::new(self.statement()?)))
            }
            "for" => {
                self.advance()?;
                self.expect("(")?;
                let mut parts = [None, None, None];
                for (at, part) in parts.iter_mut().enumerate() {
                    let end = if at == 2 { ")" } else { ";" };
                    if !self.is(end) {
                        *part = Some(self.expression()?);
                    }
                    self.expect(end)?;
                }
                self.skip_newlines()?;
                Ok(Statement::For(parts, Box::new(self.statement()?)))
            }
            "print" => {
                self.advance()?;
                let mut all = Vec::new();
                loop {
                    if let Token::Text(text) = self.token.clone() {
                        self.advance()?;
                        all.push(Statement::Text(text));
                    } else {
                        all.push(Statement::Expr(self.expression()?));
                    }
                    if !self.eat(",")? {
                        return Ok(Statement::Print(all));
                    }
                }
            }
            "define" => self.define(),
            "return" => {
                self.advance()?;
                let empty = matches!(self.token, Token::Newline | Token::End)
                    || self.is(";")
                    || self.is("}");
                let value = if empty {
                    None
                } else {
                    Some(self.expression()?)
                };
                Ok(Statement::Return(value))
            }
            "break" | "continue" | "quit" | "halt" => {
                self.advance()?;
                Ok(match name.as_str() {
                    "break" => Statement::Break,
                    "continue" => Statement::Continue,
                    "quit" => Statement::Quit,
                    _ => Statement::Halt,
                })
            }
            _ => Ok(Statement::Expr(self.expression()?)),
        }
    }

    fn block(&mut self) -> Parsed<Vec<Statement>> {
        let mut all = Vec::new();
        loop {
            while self.token == Token::Newline || self.is(";") {
                self.advance()?;
            }
            if self.eat("}")? {
                return Ok(all);
            }
            if self.token == Token::End {
                return Err("syntax error".into());
            }
            all.push(self.statement()?);
            if !(self.token == Token::Newline || self.is(";") || self.is("}")) {
                return Err("syntax error".into());
            }
        }
    }

    fn names(&mut self, end: Option<&str>) -> Parsed<Vec<String>> {
        let mut names = Vec::new();
        while let Token::Name(mut name) = self.token.clone() {
            self.advance()?;
            if self.eat("[")? {
                self.expect("]")?;
                name.push_str("[]");
            }
            names.push(name);
            if !self.eat(",")? {
                break;
            }
        }
        if let Some(end) = end {
            self.expect(end)?;
        }
        Ok(names)
    }

    fn define(&mut self) -> Parsed<Statement> {
        self.advance()?;
        let Token::Name(name) = self.token.clone() else {
            return Err("syntax error".into());
        };
        self.advance()?;
        // `define void f()`
        let name = match self.token.clone() {
            Token::Name(after) if name == "void" => {
                self.advance()?;
                after
            }
            _ => name,
        };
        self.expect("(")?;
        let parameters = self.names(Some(")"))?;
        self.skip_newlines()?;
        self.expect("{")?;
        self.skip_newlines()?;
        let mut autos = Vec::new();
        if self.token == Token::Name("auto".into()) {
            self.advance()?;
            autos = self.names(None)?;
        }
        let body = self.block()?;
        Ok(Statement::Define(std::rc::Rc::new(Function {
            name,
            parameters,
            autos,
            body,
        })))
    }

    fn expression(&mut self) -> Parsed<Expr> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err("nested too deeply".into());
        }
        let result = self.binary(0);
        self.depth -= 1;
        result
    }

    /// By what binds least first: `||`, `&&`, `!`, comparisons, assignment, sums, products, powers.
    fn binary(&mut self, level: usize) -> Parsed<Expr> {
        const LEVELS: [&[&str]; 5] = [
            &["||"],
            &["&&"],
            &["==", "!=", "<", "<=", ">", ">="],
            &["+", "-"],
            &["*", "/", "%"],
        ];
        if level == 2 && self.eat("!")? {
            return Ok(Expr::Not(Box::new(self.binary(2)?)));
        }
        let Some(signs) = LEVELS.get(level) else {
            return self.unary();
        };
        let mut left = self.binary(level + 1)?;
        while let Token::Sign(sign) = self.token {
            if !signs.contains(&sign) {
                break;
            }
            self.advance()?;
            left = Expr::Binary(sign, Box::new(left), Box::new(self.binary(level + 1)?));
        }
        Ok(left)
    }

    fn unary(&mut self) -> Parsed<Expr> {
        if self.eat("-")? {
            self.depth += 1;
            if self.depth > DEEPEST {
                return Err("nested too deeply".into());
            }
            // Binds more than `^` here.
            let operand = self.postfix()?;
            self.depth -= 1;
            return self.power(Expr::Negate(Box::new(operand)));
        }
        let base = self.postfix()?;
        self.power(base)
    }

    fn power(&mut self, base: Expr) -> Parsed<Expr> {
        if !self.eat("^")? {
            return Ok(base);
        }
        let exponent = self.unary()?;
        Ok(Expr::Binary("^", Box::new(base), Box::new(exponent)))
    }

    fn postfix(&mut self) -> Parsed<Expr> {
        for (sign, step) in [("++", 1), ("--", -1)] {
            if self.eat(sign)? {
                return match self.primary()? {
                    Expr::Get(place) => Ok(Expr::Step(place, step, false)),
                    _ => Err("syntax error".into()),
                };
            }
        }
        if self.is("-") {
            self.advance()?;
            return Ok(Expr::Negate(Box::new(self.postfix()?)));
        }
        let operand = self.primary()?;
        let Expr::Get(place) = operand else {
            return Ok(operand);
        };
        for (sign, step) in [("++", 1), ("--", -1)] {
            if self.eat(sign)? {
                return Ok(Expr::Step(place, step, true));
            }
        }
        let operator = match self.token {
            Token::Sign("=") => None,
            Token::Sign("+=") => Some("+"),
            Token::Sign("-=") => Some("-"),
            Token::Sign("*=") => Some("*"),
            Token::Sign("/=") => Some("/"),
            Token::Sign("%=") => Some("%"),
            Token::Sign("^=") => Some("^"),
            _ => return Ok(Expr::Get(place)),
        };
        self.advance()?;
        Ok(Expr::Assign(place, operator, Box::new(self.expression()?)))
    }

    fn primary(&mut self) -> Parsed<Expr> {
        match self.token.clone() {
            Token::Number(number) => {
                self.advance()?;
                Ok(Expr::Number(number))
            }
            Token::Sign("(") => {
                self.advance()?;
                let inner = self.expression()?;
                self.expect(")")?;
                // In parentheses an assignment is a value.
                Ok(Expr::Call("(".into(), vec![inner]))
            }
            Token::Name(name) => {
                self.advance()?;
                if self.eat("(")? {
                    let mut arguments = Vec::new();
                    while !self.is(")") {
                        arguments.push(self.argument()?);
                        if !self.eat(",")? {
                            break;
                        }
                    }
                    self.expect(")")?;
                    return Ok(Expr::Call(name, arguments));
                }
                if self.eat("[")? {
                    let index = self.expression()?;
                    self.expect("]")?;
                    return Ok(Expr::Get(Place::Element(name, Box::new(index))));
                }
                Ok(Expr::Get(match name.as_str() {
                    "scale" => Place::Special("scale"),
                    "ibase" => Place::Special("ibase"),
                    "obase" => Place::Special("obase"),
                    "last" => Place::Special("last"),
                    _ => Place::Variable(name),
                }))
            }
            _ => Err("syntax error".into()),
        }
    }

    fn argument(&mut self) -> Parsed<Expr> {
        if let Token::Name(name) = self.token.clone() {
            let before = (self.at, self.line, self.token.clone());
            self.advance()?;
            if self.eat("[")? && self.eat("]")? {
                return Ok(Expr::Array(name));
            }
            (self.at, self.line, self.token) = before;
        }
        self.expression()
    }
}
