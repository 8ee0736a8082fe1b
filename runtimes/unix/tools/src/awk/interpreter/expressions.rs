//! Values of expressions.

use std::rc::Rc;

use super::{DEEPEST, Flow, Machine, Run, Stop, arithmetic, truth};
use crate::awk::sorting;
use crate::awk::syntax::{self, Comparison, Expr, Place, Source, Variable};
use crate::awk::value::{Array, Cell, Map, Str, Value};

impl Machine {
    pub(in crate::awk) fn truth(&mut self, expr: &Expr) -> Run<bool> {
        Ok(self.eval(expr)?.is_true())
    }

    pub(in crate::awk) fn eval(&mut self, expr: &Expr) -> Run<Value> {
        Ok(match expr {
            Expr::Number(number) => Value::Number(*number),
            Expr::Text(text) => Value::Text(Rc::clone(text)),
            Expr::Regex(pattern) => {
                let regex = self.literal_regex(pattern)?;
                let whole = self.whole_record().string(&self.convert);
                truth(regex.is_match(&whole))
            }
            Expr::Get(place) => self.read_place(place)?,
            Expr::Assign(place, value) => {
                let value = self.eval(value)?;
                self.assign(place, value.clone())?;
                value
            }
            Expr::Update(operator, place, value) => {
                let value = self.eval(value)?.number();
                let before = self.read_place(place)?.number();
                let result = Value::Number(arithmetic(*operator, before, value)?);
                self.assign(place, result.clone())?;
                result
            }
            Expr::Step(place, step, before) => {
                let old = self.read_place(place)?.number();
                self.assign(place, Value::Number(old + step))?;
                Value::Number(if *before { old } else { old + step })
            }
            Expr::Condition(parts) => {
                let [condition, then, otherwise] = &**parts;
                let chosen = if self.truth(condition)? {
                    then
                } else {
                    otherwise
                };
                self.eval(chosen)?
            }
            Expr::And(pair) => truth(self.truth(&pair[0])? && self.truth(&pair[1])?),
            Expr::Or(pair) => truth(self.truth(&pair[0])? || self.truth(&pair[1])?),
            Expr::Not(it) => truth(!self.truth(it)?),
            Expr::Negate(it) => Value::Number(-self.eval(it)?.number()),
            Expr::Plus(it) => Value::Number(self.eval(it)?.number()),
            Expr::Arithmetic(operator, pair) => {
                let left = self.eval(&pair[0])?.number();
                let right = self.eval(&pair[1])?.number();
                Value::Number(arithmetic(*operator, left, right)?)
            }
            Expr::Compare(comparison, pair) => {
                let left = self.eval(&pair[0])?;
                let right = self.eval(&pair[1])?;
                let order = left.compare(&right, &self.convert);
                truth(match comparison {
                    Comparison::Less => order.is_some_and(|it| it.is_lt()),
                    Comparison::LessEqual => order.is_some_and(|it| it.is_le()),
                    Comparison::Equal => order.is_some_and(|it| it.is_eq()),
                    Comparison::NotEqual => !order.is_some_and(|it| it.is_eq()),
                    Comparison::Greater => order.is_some_and(|it| it.is_gt()),
                    Comparison::GreaterEqual => order.is_some_and(|it| it.is_ge()),
                })
            }
            Expr::Match(wanted, pair) => {
                let text = self.eval(&pair[0])?.string(&self.convert);
                let regex = self.as_regex(&pair[1])?;
                truth(regex.is_match(&text) == *wanted)
            }
            Expr::Concat(pair) => {
                let mut text = Vec::new();
                self.concat(&pair[0], &mut text)?;
                self.concat(&pair[1], &mut text)?;
                Value::Text(text.into())
            }
            Expr::In(subscripts, array) => {
                let key = self.subscript(subscripts)?;
                let array = self.array(*array)?;
                let found = array.borrow().contains_key(&key);
                truth(found)
            }
            Expr::Call(function, arguments) => self.call(*function, arguments)?,
            Expr::Builtin(builtin, arguments) => self.builtin(*builtin, arguments)?,
            Expr::Getline(source, place) => self.getline(source, place.as_deref())?,
            Expr::Group(it) => self.eval(it)?,
            Expr::List(_) => return Err("fatal: a list is no value".to_owned().into()),
        })
    }

    /// Many concatenations in a row make one text.
    pub(in crate::awk) fn concat(&mut self, expr: &Expr, text: &mut Vec<u8>) -> Run<()> {
        if let Expr::Concat(pair) = expr {
            self.concat(&pair[0], text)?;
            return self.concat(&pair[1], text);
        }
        let value = self.eval(expr)?;
        value.append_to(text, &self.convert);
        Ok(())
    }

    pub(in crate::awk) fn call(&mut self, number: usize, arguments: &[Expr]) -> Run<Value> {
        let program = Rc::clone(&self.program);
        let function = &program.functions[number];
        if self.depth >= DEEPEST {
            return Err("fatal: functions call each other too deeply"
                .to_owned()
                .into());
        }
        let mut cells = Vec::with_capacity(function.parameters.len());
        for (at, argument) in arguments.iter().enumerate() {
            let array = function.arrays.get(at) == Some(&true);
            cells.push(match argument {
                Expr::Get(Place::Variable(variable)) if array => {
                    Cell::Array(self.array(*variable)?)
                }
                // An array that the function never uses as one may come along.
                Expr::Get(Place::Variable(variable)) => self.argument(*variable)?,
                other => Cell::Scalar(self.eval(other)?),
            });
        }
        if cells.len() > function.parameters.len() {
            return Err(format!(
                "fatal: function `{}' called with more arguments than declared",
                function.name
            )
            .into());
        }
        cells.resize_with(function.parameters.len(), Cell::default);
        let base = std::mem::replace(&mut self.base, self.locals.len());
        self.locals.append(&mut cells);
        self.depth += 1;
        let result = self.block(&function.body);
        self.depth -= 1;
        self.locals.truncate(self.base);
        self.base = base;
        match result? {
            Flow::Return(value) => Ok(value),
            _ => Ok(Value::Uninitialised),
        }
    }

    pub(in crate::awk) fn argument(&mut self, variable: Variable) -> Run<Cell> {
        if let Cell::Array(array) = self.cell_of(variable) {
            return Ok(Cell::Array(Rc::clone(array)));
        }
        self.get(variable).map(Cell::Scalar)
    }

    pub(in crate::awk) fn getline(&mut self, source: &Source, place: Option<&Place>) -> Run<Value> {
        let record = match source {
            Source::Main => self.next_main()?,
            Source::File(name) | Source::Command(name) => {
                let name = self.eval(name)?.string(&self.convert);
                let separator = self.separator()?;
                let command = matches!(source, Source::Command(_));
                let records = match self.streams.source(&name, command) {
                    Ok(records) => records,
                    Err(error) => {
                        self.globals[syntax::ERRNO] = Cell::Scalar(crate::awk::value::text(&error));
                        return Ok(Value::Number(-1.0));
                    }
                };
                match records.next(&separator) {
                    Ok(Some((record, end))) => {
                        self.globals[syntax::RT] = Cell::Scalar(Value::Text(end.into()));
                        Some(record)
                    }
                    Ok(None) => None,
                    Err(_) => return Ok(Value::Number(-1.0)),
                }
            }
        };
        let Some(record) = record else {
            return Ok(Value::Number(0.0));
        };
        match place {
            Some(place) => self.assign(place, Value::Input(record))?,
            None => self.record.set(Value::Input(record)),
        }
        Ok(Value::Number(1.0))
    }

    /// The keys of an array, in the order that they came in, or that `PROCINFO["sorted_in"]` asks for.
    pub(in crate::awk) fn keys(&mut self, array: &Array) -> Run<Vec<Str>> {
        let order = match &self.globals[syntax::PROCINFO] {
            Cell::Array(info) => info.borrow().get(&b"sorted_in"[..]).cloned(),
            Cell::Scalar(_) => None,
        };
        let map: &Map = &array.borrow();
        let Some(order) = order else {
            return Ok(map.keys().cloned().collect());
        };
        let order = order.string(&self.convert);
        let order = String::from_utf8_lossy(&order).into_owned();
        sorting::keys(map, &order, &self.convert).map_err(Stop::Fatal)
    }
}
