//! Compound commands.

use std::rc::Rc;

use crate::program::{Argument, CaseItem, CaseThen, Command, Kind, List, Word};
use crate::state::{Flow, Run, Shell};

impl Shell {
    pub fn run_compound(&mut self, command: &Command) -> Run {
        match &command.kind {
            Kind::Simple(simple) => self.run_simple(simple, &command.redirects, command.line),
            Kind::Group(list) => self.run_list(list),
            Kind::Subshell { list, own_process } => {
                let list = Rc::clone(list);
                let status = if *own_process {
                    self.run_process(&list)
                } else {
                    self.in_subshell(|shell| shell.run_list(&list))
                };
                self.state.line = command.line;
                self.done(status)
            }
            Kind::If { arms, otherwise } => {
                for (condition, then) in arms {
                    if self.in_condition(|shell| shell.run_list(condition))? == 0 {
                        return self.run_list(then);
                    }
                }
                match otherwise {
                    Some(list) => self.run_list(list),
                    None => self.done(0),
                }
            }
            Kind::While {
                until,
                condition,
                body,
            } => self.run_while(*until, condition, body),
            Kind::For { name, words, body } => {
                self.run_for(name, words.as_deref(), body, command.line)
            }
            Kind::ForArithmetic {
                start,
                condition,
                step,
                body,
            } => self.run_for_arithmetic([start, condition, step], body, command.line),
            Kind::Case { word, items } => self.run_case(word, items, command.line),
            Kind::Arithmetic(word) => {
                self.state.line = command.line;
                self.debug_trap()?;
                let text = self.expand_text(word)?;
                self.trace(|_| format!("(( {text} ))"));
                match self.evaluate(&text) {
                    Ok(value) => self.done(i32::from(value == 0)),
                    Err(message) => match self.arithmetic_failed(&message, "((: ") {
                        Flow::Exit(status) => Err(Flow::Exit(status)),
                        _ => self.done(1),
                    },
                }
            }
            Kind::Test(test) => {
                self.state.line = command.line;
                self.debug_trap()?;
                let status = self.run_test(test)?;
                self.done(status)
            }
            Kind::Function { name, function } => {
                if !name
                    .chars()
                    .all(|c| !c.is_whitespace() && !"$`'\"\\".contains(c))
                {
                    self.error(format_args!("`{name}': not a valid identifier"));
                    return self.done(1);
                }
                let functions = Rc::make_mut(&mut self.state.functions);
                functions.insert(name.clone(), Rc::clone(function));
                self.done(0)
            }
            Kind::Coprocess { name, body } => {
                let (name, body) = (name.clone(), Rc::clone(body));
                let status = self.start_coprocess(&name, &body)?;
                self.done(status)
            }
        }
    }

    fn done(&mut self, status: i32) -> Run {
        self.state.status = status;
        Ok(status)
    }

    /// What the end of a loop's body means for the loop: none to go on, or its end.
    fn loop_flow(&mut self, result: Run, status: &mut i32) -> Run<bool> {
        match result {
            Ok(code) => *status = code,
            Err(Flow::Break(1)) => {
                *status = 0;
                return Ok(false);
            }
            Err(Flow::Continue(1)) => *status = 0,
            Err(Flow::Break(levels)) => return Err(Flow::Break(levels - 1)),
            Err(Flow::Continue(levels)) => return Err(Flow::Continue(levels - 1)),
            Err(other) => return Err(other),
        }
        Ok(true)
    }

    fn in_loop(&mut self, run: impl FnOnce(&mut Self) -> Run) -> Run {
        self.state.loops += 1;
        let result = run(self);
        self.state.loops -= 1;
        if let Ok(status) = result {
            self.state.status = status;
        }
        result
    }

    fn run_while(&mut self, until: bool, condition: &List, body: &List) -> Run {
        self.in_loop(|shell| {
            let mut status = 0;
            loop {
                let result = shell.in_condition(|shell| shell.run_list(condition));
                let mut tested = 0;
                if !shell.loop_flow(result, &mut tested)? {
                    break;
                }
                if (tested == 0) == until {
                    break;
                }
                let result = shell.run_list(body);
                if !shell.loop_flow(result, &mut status)? {
                    break;
                }
            }
            Ok(status)
        })
    }

    fn run_for(&mut self, name: &str, words: Option<&[Argument]>, body: &List, line: u32) -> Run {
        self.state.line = line;
        let mut values = Vec::new();
        match words {
            Some(words) => {
                for word in words {
                    self.expand_argument(word, &mut values)?;
                }
            }
            None => values = self.state.positional.to_vec(),
        }
        if !crate::syntax::tokens::is_name(name) {
            self.error(format_args!("`{name}': not a valid identifier"));
            return self.done(1);
        }
        self.in_loop(|shell| {
            let mut status = 0;
            for value in values {
                shell.state.line = line;
                shell.debug_trap()?;
                shell.assign(name, value, false)?;
                let result = shell.run_list(body);
                if !shell.loop_flow(result, &mut status)? {
                    break;
                }
            }
            Ok(status)
        })
    }

    fn run_for_arithmetic(
        &mut self,
        [start, condition, step]: [&Word; 3],
        body: &List,
        line: u32,
    ) -> Run {
        self.state.line = line;
        let part = |shell: &mut Self, word: &Word, empty: i64| -> Run<Option<i64>> {
            let text = shell.expand_text(word)?;
            if text.trim().is_empty() {
                return Ok(Some(empty));
            }
            match shell.evaluate(&text) {
                Ok(value) => Ok(Some(value)),
                Err(message) => match shell.arithmetic_failed(&message, "((: ") {
                    Flow::Exit(status) => Err(Flow::Exit(status)),
                    _ => Ok(None),
                },
            }
        };
        self.in_loop(|shell| {
            let mut status = 0;
            if part(shell, start, 0)?.is_none() {
                return Ok(1);
            }
            loop {
                shell.state.line = line;
                match part(shell, condition, 1)? {
                    None => return Ok(1),
                    Some(0) => break,
                    Some(_) => {}
                }
                let result = shell.run_list(body);
                if !shell.loop_flow(result, &mut status)? {
                    break;
                }
                if part(shell, step, 0)?.is_none() {
                    return Ok(1);
                }
            }
            Ok(status)
        })
    }

    fn run_case(&mut self, word: &Word, items: &[CaseItem], line: u32) -> Run {
        self.state.line = line;
        self.debug_trap()?;
        let text = self.expand_text(word)?;
        self.trace(|_| format!("case {} in", crate::expand::quote::if_needed(&text)));
        let chars: Vec<char> = text.chars().collect();
        let mut status = 0;
        let mut falling = false;
        for item in items {
            let mut matched = std::mem::take(&mut falling);
            for pattern in &item.patterns {
                if matched {
                    break;
                }
                let fold = self.state.shopt.nocasematch;
                let extglob = self.state.shopt.extglob;
                matched = self
                    .expand_pattern(pattern, extglob, fold)?
                    .matches_chars(&chars);
            }
            if !matched {
                continue;
            }
            status = if item.body.0.is_empty() {
                0
            } else {
                self.run_list(&item.body)?
            };
            match item.then {
                CaseThen::Leave => return self.done(status),
                CaseThen::FallThrough => falling = true,
                CaseThen::TestNext => {}
            }
        }
        self.done(status)
    }
}
