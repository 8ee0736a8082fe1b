//! Expressions, from what binds least to what binds most.

use std::cell::OnceCell;

use super::{DEEPEST, Parsed, Parser};
use crate::awk::lexer::{Keyword, Token};
use crate::awk::syntax::{BUILTINS, Builtin, Comparison, Expr, Operator, Pattern, Place, Source};

fn pair(a: Expr, b: Expr) -> Box<[Expr; 2]> {
    Box::new([a, b])
}

pub(super) fn pattern(source: &str) -> Pattern {
    Pattern {
        source: source.as_bytes().into(),
        compiled: OnceCell::new(),
    }
}

impl Parser<'_> {
    pub(super) fn expression(&mut self) -> Parsed<Expr> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err("expressions are nested too deeply".into());
        }
        let result = self.ternary();
        self.depth -= 1;
        result
    }

    /// Expressions up to and with a closing bracket.
    pub(super) fn list(&mut self, end: &str) -> Parsed<Vec<Expr>> {
        let no_greater = std::mem::replace(&mut self.no_greater, false);
        let mut all = Vec::new();
        self.skip_newlines()?;
        while !self.is(end) {
            all.push(self.expression()?);
            self.skip_newlines()?;
            if !self.is(end) {
                self.expect(",")?;
                self.skip_newlines()?;
            }
        }
        self.advance()?;
        self.no_greater = no_greater;
        Ok(all)
    }

    /// Where `print` writes to: `print > "a" ".txt"`.
    pub(super) fn target(&mut self) -> Parsed<Expr> {
        self.concatenation()
    }

    fn ternary(&mut self) -> Parsed<Expr> {
        let condition = self.or()?;
        if !self.is("?") {
            return Ok(condition);
        }
        self.advance()?;
        self.skip_newlines()?;
        let then = self.expression()?;
        self.skip_newlines()?;
        self.expect(":")?;
        self.skip_newlines()?;
        let otherwise = self.expression()?;
        Ok(Expr::Condition(Box::new([condition, then, otherwise])))
    }

    fn or(&mut self) -> Parsed<Expr> {
        let mut left = self.and()?;
        while self.eat("||")? {
            self.skip_newlines()?;
            left = Expr::Or(pair(left, self.and()?));
        }
        Ok(left)
    }

    fn and(&mut self) -> Parsed<Expr> {
        let mut left = self.membership()?;
        while self.eat("&&")? {
            self.skip_newlines()?;
            left = Expr::And(pair(left, self.membership()?));
        }
        Ok(left)
    }

    fn membership(&mut self) -> Parsed<Expr> {
        let mut left = self.matching()?;
        while self.is_keyword(Keyword::In) {
            self.advance()?;
            let Token::Name(array) = self.token.clone() else {
                return Err(self.unexpected());
            };
            self.advance()?;
            let array = self.variable(&array);
            let subscripts = match left {
                Expr::List(all) => all,
                one => vec![one],
            };
            left = Expr::In(subscripts, array);
        }
        Ok(left)
    }

    fn matching(&mut self) -> Parsed<Expr> {
        let mut left = self.comparison()?;
        loop {
            let wanted = if self.is("~") {
                true
            } else if self.is("!~") {
                false
            } else {
                return Ok(left);
            };
            self.advance()?;
            left = Expr::Match(wanted, pair(left, self.comparison()?));
        }
    }

    fn comparison(&mut self) -> Parsed<Expr> {
        let mut left = self.concatenation()?;
        loop {
            if self.is("|") {
                let mark = self.mark();
                self.advance()?;
                if !self.is_keyword(Keyword::Getline) {
                    self.reset(mark)?;
                    return Ok(left);
                }
                self.advance()?;
                let place = self.getline_place()?;
                left = Expr::Getline(Source::Command(Box::new(left)), place);
                continue;
            }
            let comparison = match self.token {
                Token::Sign("<") => Comparison::Less,
                Token::Sign("<=") => Comparison::LessEqual,
                Token::Sign("==") => Comparison::Equal,
                Token::Sign("!=") => Comparison::NotEqual,
                Token::Sign(">") if !self.no_greater => Comparison::Greater,
                Token::Sign(">=") => Comparison::GreaterEqual,
                _ => return Ok(left),
            };
            self.advance()?;
            left = Expr::Compare(comparison, pair(left, self.concatenation()?));
        }
    }

    fn concatenation(&mut self) -> Parsed<Expr> {
        let mut left = self.additive()?;
        while self.begins_operand() {
            left = Expr::Concat(pair(left, self.additive()?));
        }
        Ok(left)
    }

    fn begins_operand(&self) -> bool {
        match &self.token {
            Token::Number(_)
            | Token::Text(_)
            | Token::Name(_)
            | Token::Function(_)
            | Token::Builtin(_) => true,
            Token::Sign(sign) => matches!(*sign, "$" | "!" | "(" | "-" | "+" | "++" | "--"),
            _ => false,
        }
    }

    fn additive(&mut self) -> Parsed<Expr> {
        let mut left = self.multiplicative()?;
        loop {
            let operator = match self.token {
                Token::Sign("+") => Operator::Add,
                Token::Sign("-") => Operator::Subtract,
                _ => return Ok(left),
            };
            self.advance()?;
            left = Expr::Arithmetic(operator, pair(left, self.multiplicative()?));
        }
    }

    fn multiplicative(&mut self) -> Parsed<Expr> {
        let mut left = self.unary()?;
        loop {
            let operator = match self.token {
                Token::Sign("*") => Operator::Multiply,
                Token::Sign("/") => Operator::Divide,
                Token::Sign("%") => Operator::Modulo,
                _ => return Ok(left),
            };
            self.advance()?;
            left = Expr::Arithmetic(operator, pair(left, self.unary()?));
        }
    }

    fn unary(&mut self) -> Parsed<Expr> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err("expressions are nested too deeply".into());
        }
        let result = if self.eat("!")? {
            self.unary().map(|it| Expr::Not(Box::new(it)))
        } else if self.eat("-")? {
            self.unary().map(|it| Expr::Negate(Box::new(it)))
        } else if self.eat("+")? {
            self.unary().map(|it| Expr::Plus(Box::new(it)))
        } else {
            self.power()
        };
        self.depth -= 1;
        result
    }

    fn power(&mut self) -> Parsed<Expr> {
        let base = self.postfix()?;
        if !self.eat("^")? {
            return Ok(base);
        }
        // Binds to the right, and a sign may follow.
        let exponent = self.unary()?;
        Ok(Expr::Arithmetic(Operator::Power, pair(base, exponent)))
    }

    fn postfix(&mut self) -> Parsed<Expr> {
        let operand = self.primary()?;
        let Expr::Get(place) = operand else {
            return Ok(operand);
        };
        for (sign, step) in [("++", 1.0), ("--", -1.0)] {
            if self.eat(sign)? {
                return Ok(Expr::Step(place, step, true));
            }
        }
        let operator = match self.token {
            Token::Sign("=") => None,
            Token::Sign("+=") => Some(Operator::Add),
            Token::Sign("-=") => Some(Operator::Subtract),
            Token::Sign("*=") => Some(Operator::Multiply),
            Token::Sign("/=") => Some(Operator::Divide),
            Token::Sign("%=") => Some(Operator::Modulo),
            Token::Sign("^=") => Some(Operator::Power),
            _ => return Ok(Expr::Get(place)),
        };
        self.advance()?;
        self.skip_newlines()?;
        let value = Box::new(self.expression()?);
        Ok(match operator {
            None => Expr::Assign(place, value),
            Some(operator) => Expr::Update(operator, place, value),
        })
    }

    fn primary(&mut self) -> Parsed<Expr> {
        match self.token.clone() {
            Token::Number(number) => {
                self.advance()?;
                Ok(Expr::Number(number))
            }
            Token::Text(text) => {
                self.advance()?;
                Ok(Expr::Text(text.into()))
            }
            Token::Sign(sign @ ("/" | "/=")) => {
                let begun = if sign == "/=" { "=" } else { "" };
                let Token::Regex(text) = self.lexer.regex(begun)? else {
                    return Err(self.unexpected());
                };
                self.advance()?;
                Ok(Expr::Regex(pattern(&text)))
            }
            Token::Sign("(") => self.group(),
            Token::Sign("$") => {
                self.advance()?;
                let number = self.field_number()?;
                Ok(Expr::Get(Place::Field(Box::new(number))))
            }
            Token::Sign(sign @ ("++" | "--")) => {
                self.advance()?;
                match self.primary()? {
                    Expr::Get(place) => {
                        let step = if sign == "++" { 1.0 } else { -1.0 };
                        Ok(Expr::Step(place, step, false))
                    }
                    _ => Err(self.unexpected()),
                }
            }
            Token::Name(name) => {
                self.advance()?;
                if self.functions.contains_key(&name) && self.is("(") {
                    return self.call(&name);
                }
                let variable = self.variable(&name);
                if self.eat("[")? {
                    let subscripts = self.list("]")?;
                    if subscripts.is_empty() {
                        return Err(self.unexpected());
                    }
                    if self.is("[") {
                        return Err("arrays of arrays are not supported".into());
                    }
                    return Ok(Expr::Get(Place::Element(variable, subscripts)));
                }
                Ok(Expr::Get(Place::Variable(variable)))
            }
            Token::Function(name) => {
                self.advance()?;
                self.call(&name)
            }
            Token::Builtin(builtin) => self.builtin(builtin),
            Token::Keyword(Keyword::Getline) => {
                self.advance()?;
                let place = self.getline_place()?;
                if self.eat("<")? {
                    let file = self.primary()?;
                    return Ok(Expr::Getline(Source::File(Box::new(file)), place));
                }
                Ok(Expr::Getline(Source::Main, place))
            }
            // `x = -1` and `$-1` come here.
            Token::Sign("-") => {
                self.advance()?;
                Ok(Expr::Negate(Box::new(self.primary()?)))
            }
            Token::Sign("+") => {
                self.advance()?;
                Ok(Expr::Plus(Box::new(self.primary()?)))
            }
            Token::Sign("!") => {
                self.advance()?;
                Ok(Expr::Not(Box::new(self.primary()?)))
            }
            _ => Err(self.unexpected()),
        }
    }

    fn field_number(&mut self) -> Parsed<Expr> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err("expressions are nested too deeply".into());
        }
        let number = self.primary();
        self.depth -= 1;
        number
    }

    fn group(&mut self) -> Parsed<Expr> {
        self.advance()?;
        let mut all = self.list(")")?;
        if all.len() == 1 {
            let only = all.pop().ok_or_else(|| self.unexpected())?;
            return Ok(Expr::Group(Box::new(only)));
        }
        // A list is for `in`, or all that `print` prints.
        let printed = self.no_greater
            && (self.at_terminator() || self.is(">") || self.is(">>") || self.is("|"));
        if all.is_empty() || !(self.is_keyword(Keyword::In) || printed) {
            return Err(self.unexpected());
        }
        Ok(Expr::List(all))
    }

    fn call(&mut self, name: &str) -> Parsed<Expr> {
        self.expect("(")?;
        let arguments = self.list(")")?;
        let function = self.function(name);
        let known = &self.program.functions[function];
        if known.defined && arguments.len() > known.parameters.len() {
            return Err(format!(
                "fatal: function `{name}' called with more arguments than declared"
            ));
        }
        Ok(Expr::Call(function, arguments))
    }

    fn builtin(&mut self, builtin: Builtin) -> Parsed<Expr> {
        self.advance()?;
        if !self.is("(") {
            if builtin == Builtin::Length {
                return Ok(Expr::Builtin(builtin, Vec::new()));
            }
            return Err(self.unexpected());
        }
        self.advance()?;
        let arguments = self.list(")")?;
        let known = BUILTINS.iter().find(|it| it.1 == builtin);
        if let Some((name, _, least, most)) = known
            && !(*least..=*most).contains(&arguments.len())
        {
            let count = arguments.len();
            return Err(format!(
                "{count} is invalid as number of arguments for {name}"
            ));
        }
        Ok(Expr::Builtin(builtin, arguments))
    }

    /// The variable that `getline` reads into, if there is one.
    fn getline_place(&mut self) -> Parsed<Option<Box<Place>>> {
        let begins = matches!(self.token, Token::Name(_)) || self.is("$");
        if !begins {
            return Ok(None);
        }
        match self.primary()? {
            Expr::Get(place) => Ok(Some(Box::new(place))),
            _ => Err(self.unexpected()),
        }
    }
}
