//! Finds out which parameters of functions are arrays, by how they are used, so that a call knows what
//! to hand on.

use crate::awk::syntax::{Expr, Place, Program, Redirection, Source, Statement, Variable};

/// What is found in one function.
struct Uses<'p> {
    arrays: &'p [Vec<bool>],
    found: Vec<bool>,
}

pub(super) fn find(program: &mut Program) {
    let mut arrays: Vec<Vec<bool>> = program
        .functions
        .iter()
        .map(|it| it.arrays.clone())
        .collect();
    // A parameter may be handed on to a function whose own are not known yet: until nothing changes.
    loop {
        let mut changed = false;
        for (number, function) in program.functions.iter().enumerate() {
            let mut uses = Uses {
                arrays: &arrays,
                found: arrays[number].clone(),
            };
            uses.statements(&function.body);
            if uses.found != arrays[number] {
                arrays[number] = uses.found;
                changed = true;
            }
        }
        if !changed {
            break;
        }
    }
    for (function, arrays) in program.functions.iter_mut().zip(arrays) {
        function.arrays = arrays;
    }
}

impl Uses<'_> {
    fn array(&mut self, variable: Variable) {
        if let Variable::Local(local) = variable
            && let Some(found) = self.found.get_mut(local)
        {
            *found = true;
        }
    }

    fn statements(&mut self, all: &[Statement]) {
        for one in all {
            self.statement(one);
        }
    }

    fn statement(&mut self, it: &Statement) {
        match it {
            Statement::Expr(expr) => self.expr(expr),
            Statement::Print(arguments, to) | Statement::Printf(arguments, to) => {
                self.all(arguments);
                if let Some(
                    Redirection::Write(to) | Redirection::Append(to) | Redirection::Pipe(to),
                ) = to
                {
                    self.expr(to);
                }
            }
            Statement::If(condition, then, otherwise) => {
                self.expr(condition);
                self.statement(then);
                if let Some(otherwise) = otherwise {
                    self.statement(otherwise);
                }
            }
            Statement::While(condition, body) | Statement::DoWhile(body, condition) => {
                self.expr(condition);
                self.statement(body);
            }
            Statement::For(first, condition, step, body) => {
                for part in [first, step].into_iter().flatten() {
                    self.statement(part);
                }
                if let Some(condition) = condition {
                    self.expr(condition);
                }
                self.statement(body);
            }
            Statement::ForIn(place, array, body) => {
                self.place(place);
                self.array(*array);
                self.statement(body);
            }
            Statement::Switch(value, cases) => {
                self.expr(value);
                for (label, body) in cases {
                    if let Some(label) = label {
                        self.expr(label);
                    }
                    self.statements(body);
                }
            }
            Statement::Block(all) => self.statements(all),
            Statement::Exit(Some(value)) | Statement::Return(Some(value)) => self.expr(value),
            Statement::Delete(array, subscripts) => {
                self.array(*array);
                self.all(subscripts);
            }
            Statement::DeleteAll(array) => self.array(*array),
            Statement::Next
            | Statement::NextFile
            | Statement::Exit(None)
            | Statement::Return(None)
            | Statement::Break
            | Statement::Continue => {}
        }
    }

    fn all(&mut self, all: &[Expr]) {
        for one in all {
            self.expr(one);
        }
    }

    fn place(&mut self, it: &Place) {
        match it {
            Place::Variable(_) => {}
            Place::Field(number) => self.expr(number),
            Place::Element(array, subscripts) => {
                self.array(*array);
                self.all(subscripts);
            }
        }
    }

    fn expr(&mut self, it: &Expr) {
        match it {
            Expr::Number(_) | Expr::Text(_) | Expr::Regex(_) => {}
            Expr::Get(place) | Expr::Step(place, ..) => self.place(place),
            Expr::Assign(place, value) | Expr::Update(_, place, value) => {
                self.place(place);
                self.expr(value);
            }
            Expr::Condition(parts) => self.all(&parts[..]),
            Expr::And(pair)
            | Expr::Or(pair)
            | Expr::Arithmetic(_, pair)
            | Expr::Compare(_, pair)
            | Expr::Match(_, pair)
            | Expr::Concat(pair) => self.all(&pair[..]),
            Expr::Not(it) | Expr::Negate(it) | Expr::Plus(it) | Expr::Group(it) => self.expr(it),
            Expr::List(all) => self.all(all),
            Expr::In(subscripts, array) => {
                self.all(subscripts);
                self.array(*array);
            }
            Expr::Call(function, arguments) => {
                for (at, argument) in arguments.iter().enumerate() {
                    let array = self.arrays[*function].get(at) == Some(&true);
                    self.argument(argument, array);
                }
            }
            Expr::Builtin(builtin, arguments) => {
                for (at, argument) in arguments.iter().enumerate() {
                    self.argument(argument, builtin.takes_array(at));
                }
            }
            Expr::Getline(source, place) => {
                match source {
                    Source::Main => {}
                    Source::File(it) | Source::Command(it) => self.expr(it),
                }
                if let Some(place) = place {
                    self.place(place);
                }
            }
        }
    }

    fn argument(&mut self, argument: &Expr, array: bool) {
        match argument {
            Expr::Get(Place::Variable(variable)) if array => self.array(*variable),
            other => self.expr(other),
        }
    }
}
