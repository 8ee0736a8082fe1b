//! From words to a program: statements. Expressions are in `expressions`.

mod arrays;
mod expressions;

use std::collections::HashMap;

use super::lexer::{Keyword, Lexer, Token};
use super::syntax::{
    Expr, Function, Place, Program, Redirection, SPECIAL, Statement, Trigger, Variable,
};

pub(super) struct Parser<'t> {
    lexer: Lexer<'t>,
    token: Token,
    /// The line that the token is in.
    line: usize,
    program: Program,
    globals: HashMap<String, usize>,
    functions: HashMap<String, usize>,
    /// Parameters of the function that is read.
    locals: Vec<String>,
    /// `>` redirects, it does not compare.
    no_greater: bool,
    in_function: bool,
    loops: usize,
    depth: usize,
}

/// How deep expressions and statements nest at most: the stack is finite.
const DEEPEST: usize = 200;

type Parsed<T> = Result<T, String>;

/// Reads a program; the error says in which line it is.
pub(super) fn parse(text: &str) -> Parsed<Program> {
    let mut parser = Parser {
        lexer: Lexer::new(text),
        token: Token::Newline,
        line: 1,
        program: Program::default(),
        globals: HashMap::new(),
        functions: HashMap::new(),
        locals: Vec::new(),
        no_greater: false,
        in_function: false,
        loops: 0,
        depth: 0,
    };
    for name in SPECIAL {
        parser.global(name);
    }
    let result = parser.advance().and_then(|()| parser.items());
    result.map_err(|error| format!("cmd. line:{}: {error}", parser.line))?;
    let mut program = parser.program;
    if let Some(missing) = program.functions.iter().find(|it| !it.defined) {
        return Err(format!(
            "cmd. line:1: fatal: function `{}' not defined",
            missing.name
        ));
    }
    arrays::find(&mut program);
    Ok(program)
}

impl Parser<'_> {
    fn advance(&mut self) -> Parsed<()> {
        self.line = self.lexer.line;
        self.token = self.lexer.next()?;
        Ok(())
    }

    fn is(&self, sign: &str) -> bool {
        matches!(&self.token, Token::Sign(it) if *it == sign)
    }

    fn is_keyword(&self, keyword: Keyword) -> bool {
        self.token == Token::Keyword(keyword)
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
            Err(self.unexpected())
        }
    }

    fn unexpected(&self) -> String {
        match &self.token {
            Token::End | Token::Newline => {
                "syntax error: unexpected newline or end of string".into()
            }
            Token::Sign(sign) => format!("syntax error at or near {sign}"),
            Token::Name(name) | Token::Function(name) => {
                format!("syntax error at or near {name}")
            }
            Token::Number(number) => format!("syntax error at or near {number}"),
            Token::Text(text) => {
                format!(
                    "syntax error at or near \"{}\"",
                    String::from_utf8_lossy(text)
                )
            }
            Token::Regex(text) => format!("syntax error at or near /{text}/"),
            Token::Keyword(keyword) => {
                format!(
                    "syntax error at or near {}",
                    format!("{keyword:?}").to_lowercase()
                )
            }
            Token::Builtin(builtin) => {
                format!(
                    "syntax error at or near {}",
                    format!("{builtin:?}").to_lowercase()
                )
            }
        }
    }

    fn skip_newlines(&mut self) -> Parsed<()> {
        while self.token == Token::Newline {
            self.advance()?;
        }
        Ok(())
    }

    fn skip_terminators(&mut self) -> Parsed<()> {
        while self.token == Token::Newline || self.is(";") {
            self.advance()?;
        }
        Ok(())
    }

    fn global(&mut self, name: &str) -> usize {
        if let Some(known) = self.globals.get(name) {
            return *known;
        }
        let number = self.program.globals.len();
        self.program.globals.push(name.to_owned());
        self.globals.insert(name.to_owned(), number);
        number
    }

    fn variable(&mut self, name: &str) -> Variable {
        match self.locals.iter().position(|it| it == name) {
            Some(local) => Variable::Local(local),
            None => Variable::Global(self.global(name)),
        }
    }

    fn function(&mut self, name: &str) -> usize {
        if let Some(known) = self.functions.get(name) {
            return *known;
        }
        let number = self.program.functions.len();
        self.program.functions.push(Function {
            name: name.to_owned(),
            ..Function::default()
        });
        self.functions.insert(name.to_owned(), number);
        number
    }

    fn items(&mut self) -> Parsed<()> {
        loop {
            self.skip_terminators()?;
            if self.token == Token::End {
                return Ok(());
            }
            self.item()?;
        }
    }

    fn item(&mut self) -> Parsed<()> {
        match self.token.clone() {
            Token::Keyword(Keyword::Begin) => {
                self.advance()?;
                let action = self.action()?;
                self.program.begin.push(action);
            }
            Token::Keyword(Keyword::End) => {
                self.advance()?;
                let action = self.action()?;
                self.program.end.push(action);
            }
            Token::Keyword(Keyword::Function) => self.definition()?,
            Token::Sign("{") => {
                let action = self.action()?;
                self.program.rules.push((Trigger::Always, Some(action)));
            }
            _ => {
                let first = self.expression()?;
                let trigger = if self.eat(",")? {
                    self.skip_newlines()?;
                    let second = self.expression()?;
                    self.program.ranges += 1;
                    Trigger::Range(first, second, self.program.ranges - 1)
                } else {
                    Trigger::When(first)
                };
                let action = if self.is("{") {
                    Some(self.action()?)
                } else {
                    None
                };
                if action.is_none() && !self.at_terminator() {
                    return Err(self.unexpected());
                }
                self.program.rules.push((trigger, action));
            }
        }
        Ok(())
    }

    fn at_terminator(&self) -> bool {
        matches!(self.token, Token::Newline | Token::End) || self.is(";") || self.is("}")
    }

    fn action(&mut self) -> Parsed<Vec<Statement>> {
        if !self.is("{") {
            return Err(self.unexpected());
        }
        self.advance()?;
        self.statements(0)
    }

    /// Statements up to and with the closing brace.
    fn statements(&mut self, depth: usize) -> Parsed<Vec<Statement>> {
        let mut all = Vec::new();
        loop {
            self.skip_terminators()?;
            if self.eat("}")? {
                return Ok(all);
            }
            if self.token == Token::End {
                return Err(self.unexpected());
            }
            all.push(self.statement(depth + 1)?);
        }
    }

    fn definition(&mut self) -> Parsed<()> {
        self.advance()?;
        let (Token::Name(name) | Token::Function(name)) = self.token.clone() else {
            return Err(self.unexpected());
        };
        self.advance()?;
        self.expect("(")?;
        let mut parameters = Vec::new();
        while let Token::Name(parameter) = self.token.clone() {
            if parameters.contains(&parameter) {
                return Err(format!(
                    "function `{name}': parameter `{parameter}' is there twice"
                ));
            }
            parameters.push(parameter);
            self.advance()?;
            if !self.eat(",")? {
                break;
            }
            self.skip_newlines()?;
        }
        self.expect(")")?;
        self.skip_newlines()?;
        let number = self.function(&name);
        if self.program.functions[number].defined {
            return Err(format!("function name `{name}' previously defined"));
        }
        self.locals.clone_from(&parameters);
        self.in_function = true;
        let body = self.action()?;
        self.in_function = false;
        self.locals.clear();
        let function = &mut self.program.functions[number];
        function.arrays = vec![false; parameters.len()];
        function.parameters = parameters;
        function.body = body;
        function.defined = true;
        Ok(())
    }

    /// A statement that is the body of another one.
    fn body(&mut self, depth: usize) -> Parsed<Box<Statement>> {
        self.skip_newlines()?;
        if self.eat(";")? {
            return Ok(Box::new(Statement::Block(Vec::new())));
        }
        Ok(Box::new(self.statement(depth + 1)?))
    }

    fn looping(&mut self, depth: usize) -> Parsed<Box<Statement>> {
        self.loops += 1;
        let body = self.body(depth);
        self.loops -= 1;
        body
    }

    fn end_of_simple(&mut self) -> Parsed<()> {
        if self.token == Token::Newline || self.is(";") {
            return self.advance();
        }
        if self.token == Token::End || self.is("}") {
            return Ok(());
        }
        Err(self.unexpected())
    }

    fn statement(&mut self, depth: usize) -> Parsed<Statement> {
        if depth > DEEPEST {
            return Err("statements are nested too deeply".into());
        }
        if self.eat("{")? {
            return Ok(Statement::Block(self.statements(depth)?));
        }
        let Token::Keyword(keyword) = self.token else {
            let statement = self.simple()?;
            self.end_of_simple()?;
            return Ok(statement);
        };
        match keyword {
            Keyword::If => {
                let condition = self.condition()?;
                let then = self.body(depth)?;
                // A `;` or newlines may come before `else`.
                let mark = self.mark();
                self.skip_terminators()?;
                if !self.is_keyword(Keyword::Else) {
                    self.reset(mark)?;
                    return Ok(Statement::If(condition, then, None));
                }
                self.advance()?;
                let otherwise = self.body(depth)?;
                Ok(Statement::If(condition, then, Some(otherwise)))
            }
            Keyword::While => {
                let condition = self.condition()?;
                if self.is(";") {
                    self.advance()?;
                    return Ok(Statement::While(
                        condition,
                        Box::new(Statement::Block(Vec::new())),
                    ));
                }
                Ok(Statement::While(condition, self.looping(depth)?))
            }
            Keyword::Do => {
                self.advance()?;
                let body = self.looping(depth)?;
                self.skip_terminators()?;
                if !self.is_keyword(Keyword::While) {
                    return Err(self.unexpected());
                }
                let condition = self.condition()?;
                self.end_of_simple()?;
                Ok(Statement::DoWhile(body, condition))
            }
            Keyword::For => self.for_statement(depth),
            Keyword::Switch => self.switch(depth),
            _ => {
                let statement = self.simple()?;
                self.end_of_simple()?;
                Ok(statement)
            }
        }
    }

    /// A place to come back to.
    fn mark(&self) -> (usize, usize, Token) {
        let (at, line) = self.lexer.position();
        (at, line, self.token.clone())
    }

    fn reset(&mut self, (at, line, token): (usize, usize, Token)) -> Parsed<()> {
        self.lexer.set_position(at, line);
        self.token = token;
        Ok(())
    }

    fn condition(&mut self) -> Parsed<Expr> {
        self.advance()?;
        self.expect("(")?;
        let condition = self.expression()?;
        self.skip_newlines()?;
        self.expect(")")?;
        Ok(condition)
    }

    fn for_statement(&mut self, depth: usize) -> Parsed<Statement> {
        self.advance()?;
        self.expect("(")?;
        if let Token::Name(name) = self.token.clone() {
            let mark = self.mark();
            self.advance()?;
            if self.is_keyword(Keyword::In) {
                self.advance()?;
                if let Token::Name(array) = self.token.clone() {
                    self.advance()?;
                    if self.eat(")")? {
                        let place = Place::Variable(self.variable(&name));
                        let array = self.variable(&array);
                        return Ok(Statement::ForIn(place, array, self.looping(depth)?));
                    }
                }
            }
            self.reset(mark)?;
        }
        let mut parts = [None, None];
        if !self.is(";") {
            parts[0] = Some(Box::new(self.simple()?));
        }
        self.expect(";")?;
        self.skip_newlines()?;
        let condition = if self.is(";") {
            None
        } else {
            Some(self.expression()?)
        };
        self.expect(";")?;
        self.skip_newlines()?;
        if !self.is(")") {
            parts[1] = Some(Box::new(self.simple()?));
        }
        self.expect(")")?;
        let body = if self.is(";") {
            self.advance()?;
            Box::new(Statement::Block(Vec::new()))
        } else {
            self.looping(depth)?
        };
        let [first, step] = parts;
        Ok(Statement::For(first, condition, step, body))
    }

    fn switch(&mut self, depth: usize) -> Parsed<Statement> {
        let value = self.condition()?;
        self.skip_newlines()?;
        self.expect("{")?;
        let mut cases = Vec::new();
        self.loops += 1;
        loop {
            self.skip_terminators()?;
            if self.eat("}")? {
                break;
            }
            let label = if self.is_keyword(Keyword::Default) {
                self.advance()?;
                None
            } else if self.is_keyword(Keyword::Case) {
                self.advance()?;
                Some(self.expression()?)
            } else {
                return Err(self.unexpected());
            };
            self.expect(":")?;
            let mut body = Vec::new();
            loop {
                self.skip_terminators()?;
                if self.is("}")
                    || self.is_keyword(Keyword::Case)
                    || self.is_keyword(Keyword::Default)
                {
                    break;
                }
                body.push(self.statement(depth + 1)?);
            }
            cases.push((label, body));
        }
        self.loops -= 1;
        Ok(Statement::Switch(value, cases))
    }

    fn simple(&mut self) -> Parsed<Statement> {
        let Token::Keyword(keyword) = self.token else {
            return Ok(Statement::Expr(self.expression()?));
        };
        match keyword {
            Keyword::Print | Keyword::Printf => return self.print(keyword == Keyword::Printf),
            Keyword::Getline => return Ok(Statement::Expr(self.expression()?)),
            _ => self.advance()?,
        }
        let value = |parser: &mut Self| {
            if parser.at_terminator() {
                Ok(None)
            } else {
                parser.expression().map(Some)
            }
        };
        Ok(match keyword {
            Keyword::Next => Statement::Next,
            Keyword::NextFile => Statement::NextFile,
            Keyword::Exit => Statement::Exit(value(self)?),
            Keyword::Return if !self.in_function => {
                return Err("`return' used outside function context".into());
            }
            Keyword::Return => Statement::Return(value(self)?),
            Keyword::Break if self.loops == 0 => {
                return Err("`break' is not allowed outside a loop or switch".into());
            }
            Keyword::Continue if self.loops == 0 => {
                return Err("`continue' is not allowed outside a loop".into());
            }
            Keyword::Break => Statement::Break,
            Keyword::Continue => Statement::Continue,
            Keyword::Delete => {
                let Token::Name(name) = self.token.clone() else {
                    return Err(self.unexpected());
                };
                self.advance()?;
                let array = self.variable(&name);
                if self.eat("[")? {
                    let subscripts = self.list("]")?;
                    Statement::Delete(array, subscripts)
                } else {
                    Statement::DeleteAll(array)
                }
            }
            _ => {
                return Err(format!(
                    "syntax error at or near {}",
                    format!("{keyword:?}").to_lowercase()
                ));
            }
        })
    }

    fn print(&mut self, formatted: bool) -> Parsed<Statement> {
        self.advance()?;
        let before = std::mem::replace(&mut self.no_greater, true);
        let mut arguments = Vec::new();
        if !self.at_terminator() && !self.is(">") && !self.is(">>") && !self.is("|") {
            arguments.push(self.expression()?);
            while self.eat(",")? {
                self.skip_newlines()?;
                arguments.push(self.expression()?);
            }
        }
        // `print (a, b)`: what is in the parentheses is the list.
        if let [Expr::List(_)] = arguments.as_slice()
            && let Some(Expr::List(list)) = arguments.pop()
        {
            arguments = list;
        }
        let redirection = if self.eat(">")? {
            Some(Redirection::Write(self.target()?))
        } else if self.eat(">>")? {
            Some(Redirection::Append(self.target()?))
        } else if self.eat("|")? {
            Some(Redirection::Pipe(self.target()?))
        } else {
            None
        };
        self.no_greater = before;
        if formatted && arguments.is_empty() {
            return Err("printf: no arguments".into());
        }
        Ok(if formatted {
            Statement::Printf(arguments, redirection)
        } else {
            Statement::Print(arguments, redirection)
        })
    }
}
