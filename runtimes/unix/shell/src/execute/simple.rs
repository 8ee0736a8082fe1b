//! Simple commands.

use std::rc::Rc;

use crate::builtins::{self, Builtin, Value};
use crate::expand::quote;
use crate::program::{Argument, Assigned, Assignment, Function, Redirect, Simple};
use crate::state::{Flow, Frame, Run, Shell};
use crate::variables::EXPORT;

/// How deep functions may call each other: a bound for the stack.
const MAX_CALLS: usize = 1_500;

/// A command with its arguments expanded.
pub struct Expanded {
    pub argv: Vec<String>,
    /// For declaring builtins: assignments among the arguments, by their place in `argv`.
    pub values: Vec<(usize, Value)>,
}

pub enum Found {
    Function(Rc<Function>),
    Builtin(Builtin),
    External,
}

impl Shell {
    pub fn run_simple(&mut self, simple: &Simple, redirects: &[Redirect], line: u32) -> Run {
        self.state.line = line;
        let mark = self.substitutions.len();
        let mut result = self.run_simple_inner(simple, redirects);
        if self.catching
            && result.is_ok()
            && let Err(flow) = self.run_pending_traps_of(&result)
        {
            result = Err(flow);
        }
        if self.substitutions.len() > mark {
            self.end_substitutions(mark);
        }
        if let Ok(status) = result {
            self.state.status = status;
        }
        result
    }

    fn run_simple_inner(&mut self, simple: &Simple, redirects: &[Redirect]) -> Run {
        if let Some(text) = &simple.text
            && !self.in_trap
        {
            self.command_text.clone_from(text);
        }
        self.debug_trap()?;
        self.substituted = None;
        let expanded = self.expand_simple(simple)?;
        if expanded.argv.is_empty() {
            return self.run_assignments(simple, redirects);
        }
        let line = self.state.line;
        let found = self.find(&expanded.argv[0]);
        let result = self.run_expanded(expanded, &found, &simple.assignments, redirects);
        self.state.line = line;
        result
    }

    /// Expands the words of a command.
    pub fn expand_simple(&mut self, simple: &Simple) -> Run<Expanded> {
        let mut argv = Vec::with_capacity(simple.arguments.len());
        let mut values = Vec::new();
        let declares = declares(&simple.arguments);
        for argument in &simple.arguments {
            match argument {
                Argument::Array(assignment) | Argument::Assignment(assignment, _) if declares => {
                    let value = self.expand_assignment(assignment)?;
                    values.push((argv.len(), value));
                    argv.push(assignment.name.clone());
                }
                Argument::Array(_) => {
                    self.error("syntax error near unexpected token `('");
                    return Err(Flow::Discard(2));
                }
                other => self.expand_argument(other, &mut argv)?,
            }
        }
        Ok(Expanded { argv, values })
    }

    pub fn expand_assignment(&mut self, assignment: &Assignment) -> Run<Value> {
        let key = match &assignment.subscript {
            Some(subscript) => Some(self.expand_subscript(subscript)?),
            None => None,
        };
        Ok(match &assignment.value {
            Assigned::Scalar(word) => Value::Scalar {
                key,
                append: assignment.append,
                text: self.expand_text(word)?,
            },
            Assigned::Array(elements) => Value::Array {
                append: assignment.append,
                elements: self.expand_elements(elements)?,
            },
        })
    }

    pub fn assign_value(&mut self, name: &str, value: Value) -> Run<()> {
        match value {
            Value::Scalar {
                key: None,
                append,
                text,
            } => self.assign(name, text, append),
            Value::Scalar {
                key: Some(key),
                append,
                text,
            } => self.assign_element(name, &key, text, append),
            Value::Array { append, elements } => self.assign_array(name, elements, append),
        }
    }

    fn run_assignments(&mut self, simple: &Simple, redirects: &[Redirect]) -> Run {
        let saved = match self.redirect(redirects) {
            Ok(saved) => saved,
            Err(flow) => return self.redirect_failed(flow),
        };
        let mut result = Ok(());
        for assignment in &simple.assignments {
            result = self.expand_assignment(assignment).and_then(|value| {
                self.trace(|_| assignment_text(&assignment.name, &value));
                self.assign_value(&assignment.name, value)
            });
            if result.is_err() {
                break;
            }
        }
        self.unredirect(saved);
        result?;
        Ok(self.substituted.unwrap_or(0))
    }

    /// What a name is.
    pub fn find(&self, name: &str) -> Found {
        if let Some(function) = self.state.functions.get(name) {
            return Found::Function(Rc::clone(function));
        }
        self.find_no_function(name)
    }

    pub fn find_no_function(&self, name: &str) -> Found {
        if !self.state.disabled.is_empty() && self.state.disabled.iter().any(|known| known == name)
        {
            return Found::External;
        }
        match builtins::find(name) {
            Some(builtin) => Found::Builtin(builtin),
            None => Found::External,
        }
    }

    /// Runs a command whose words are expanded.
    pub fn run_expanded(
        &mut self,
        expanded: Expanded,
        found: &Found,
        assignments: &[Assignment],
        redirects: &[Redirect],
    ) -> Run {
        if self.state.options.xtrace {
            self.trace_command(&expanded, assignments)?;
        }
        let permanent = matches!(found, Found::Builtin(_))
            && expanded.argv[0] == "exec"
            && expanded.argv.len() == 1;
        let saved = match self.redirect(redirects) {
            Ok(saved) => saved,
            Err(flow) => return self.redirect_failed(flow),
        };
        let last = expanded.argv.last().cloned().unwrap_or_default();
        let temporary = !assignments.is_empty();
        if temporary {
            self.state.variables.push_scope();
        }
        let result = self
            .assign_temporarily(assignments)
            .and_then(|()| match found {
                Found::Function(function) => {
                    self.state.last_argument = last.clone();
                    self.call(&expanded.argv, function)
                }
                Found::Builtin(builtin) => self.run_builtin(*builtin, &expanded),
                Found::External => {
                    let environment = self.environment();
                    Ok(self.run_external(&expanded.argv, environment))
                }
            });
        if temporary {
            self.state.variables.pop_scope();
        }
        if !permanent {
            self.unredirect(saved);
        }
        self.state.last_argument = last;
        result
    }

    fn assign_temporarily(&mut self, assignments: &[Assignment]) -> Run<()> {
        for assignment in assignments {
            let value = self.expand_assignment(assignment)?;
            let readonly = self
                .state
                .variables
                .get(&assignment.name)
                .is_some_and(|variable| variable.has(crate::variables::READONLY));
            if readonly {
                // Bash says so and runs the command without it.
                self.error(format_args!("{}: readonly variable", assignment.name));
                continue;
            }
            let appended = match &value {
                Value::Scalar { append: true, .. } => self.value_of(&assignment.name),
                _ => None,
            };
            self.state.variables.make_local(&assignment.name);
            if let Some(before) = appended {
                self.assign(&assignment.name, before, false)?;
            }
            self.assign_value(&assignment.name, value)?;
            self.state.variables.entry(&assignment.name).attributes |= EXPORT;
        }
        Ok(())
    }

    /// Calls a function.
    pub fn call(&mut self, argv: &[String], function: &Rc<Function>) -> Run {
        if self.state.frames.len() >= MAX_CALLS {
            let name = &argv[0];
            self.error(format_args!(
                "{name}: maximum function nesting level exceeded ({MAX_CALLS})"
            ));
            return Err(Flow::Discard(1));
        }
        let positional = std::mem::replace(&mut self.state.positional, Rc::new(argv[1..].to_vec()));
        let loops = std::mem::take(&mut self.state.loops);
        let file = std::mem::replace(&mut self.state.file, function.file.as_str().into());
        let getopts = self.state.getopts;
        let line = self.state.line;
        Rc::make_mut(&mut self.state.frames).push(Frame {
            name: argv[0].clone(),
            file: Rc::clone(&self.state.file),
            line,
            function: true,
        });
        self.state.variables.push_scope();
        let debug = self.hide_traps();
        let mut result = self.run_command(&function.body);
        if let Err(Flow::Return(status)) = result {
            result = Ok(status);
        }
        if result.is_ok() {
            self.run_return_trap(&mut result);
        }
        self.unhide_traps(debug);
        self.state.variables.pop_scope();
        Rc::make_mut(&mut self.state.frames).pop();
        self.state.positional = positional;
        self.state.loops = loops;
        self.state.file = file;
        self.state.line = line;
        self.state.getopts = getopts;
        result
    }

    pub fn run_builtin(&mut self, builtin: Builtin, expanded: &Expanded) -> Run {
        let result = builtin(self, expanded);
        if self.output.is_empty() {
            return result;
        }
        let output = std::mem::take(&mut self.output);
        let written = match self.state.table.get(1) {
            Some(stream) => self.write_stream(&stream, &output),
            None => Err(std::io::Error::other("Bad file descriptor")),
        };
        // The allocation serves the next one, too.
        self.output = output;
        self.output.clear();
        if let Err(error) = written {
            let ignored = self
                .state
                .traps
                .get(&belljar_sys::signals::PIPE)
                .is_some_and(String::is_empty);
            if error.kind() == std::io::ErrorKind::BrokenPipe && !ignored {
                return Err(self.broken_pipe());
            }
            let reason = super::redirections::reason(&error);
            self.error(format_args!("{}: write error: {reason}", expanded.argv[0]));
            return result.map(|_| 1);
        }
        result
    }

    /// `set -x`
    pub fn trace(&mut self, text: impl FnOnce(&mut Self) -> String) {
        if !self.state.options.xtrace {
            return;
        }
        let text = text(self);
        let prompt = self.value_of("PS4").unwrap_or_else(|| "+ ".to_owned());
        let tracing = std::mem::take(&mut self.state.options.xtrace);
        let prompt = self.prompt_expanded(&prompt);
        self.state.options.xtrace = tracing;
        let mut chars = prompt.chars();
        let depth = self.state.subshell as usize;
        let prompt = match chars.next() {
            Some(first) => first.to_string().repeat(depth + 1) + chars.as_str(),
            None => String::new(),
        };
        let line = format!("{prompt}{text}\n");
        let number = self
            .value_of("BASH_XTRACEFD")
            .and_then(|text| text.parse().ok());
        match number.and_then(|number| self.state.table.get(number)) {
            Some(stream) => {
                let _lost = self.write_stream(&stream, &crate::text::encode(&line));
            }
            None => self.write_error(&line),
        }
    }

    fn trace_command(&mut self, expanded: &Expanded, assignments: &[Assignment]) -> Run<()> {
        for assignment in assignments {
            if let Assigned::Scalar(word) = &assignment.value {
                let text = self.expand_text(word)?;
                self.trace(|_| format!("{}={}", assignment.name, quote::if_needed(&text)));
            }
        }
        let words = expanded.argv.iter().enumerate().map(|(index, argument)| {
            match expanded.values.iter().find(|(at, _)| *at == index) {
                Some((_, value)) => {
                    let text = assignment_text(argument, value);
                    if matches!(value, Value::Array { .. }) {
                        text
                    } else {
                        quote::if_needed(&text)
                    }
                }
                None => quote::if_needed(argument),
            }
        });
        let words: Vec<String> = words.collect();
        self.trace(|_| words.join(" "));
        Ok(())
    }
}

/// Whether a command's assignments among the arguments are assignments indeed.
fn declares(arguments: &[Argument]) -> bool {
    for argument in arguments {
        let Argument::Word(word) = argument else {
            return false;
        };
        match super::tests::literal(word) {
            Some("declare" | "typeset" | "local" | "export" | "readonly") => return true,
            Some("builtin" | "command") => {}
            _ => return false,
        }
    }
    false
}

fn assignment_text(name: &str, value: &Value) -> String {
    match value {
        Value::Scalar { key, append, text } => {
            let key = key
                .as_ref()
                .map(|key| format!("[{key}]"))
                .unwrap_or_default();
            let sign = if *append { "+=" } else { "=" };
            format!(
                "{name}{key}{sign}{}",
                if text.is_empty() {
                    String::new()
                } else {
                    quote::if_needed(text)
                }
            )
        }
        Value::Array { append, elements } => {
            let items: Vec<String> = elements
                .iter()
                .map(|(key, _, value)| match key {
                    Some(key) => format!("[{key}]={}", quote::if_needed(value)),
                    None => quote::if_needed(value),
                })
                .collect();
            format!(
                "{name}{}({})",
                if *append { "+=" } else { "=" },
                items.join(" ")
            )
        }
    }
}
