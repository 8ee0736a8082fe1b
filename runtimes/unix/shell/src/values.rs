//! Reading and assigning variables, with what their attributes and names imply.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use belljar_sys::{posix, process};

use crate::state::{Flow, Run, Shell};
use crate::variables::{
    ARRAY, ASSOCIATIVE, CAPITAL, EXPORT, INTEGER, LOWER, NAMEREF, READONLY, UPPER, Value, Variable,
};

/// How many references may lead to a variable.
const MAX_REFERENCES: usize = 8;

pub fn now() -> Duration {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
}

impl Shell {
    /// What a name stands for in the end: itself, but for name references.
    pub fn resolve(&self, name: &str) -> String {
        let mut name = name;
        for _ in 0..MAX_REFERENCES {
            match self.state.variables.get(name) {
                Some(variable) if variable.has(NAMEREF) => match variable.text() {
                    Some(target) if !target.is_empty() && target != name => name = target,
                    _ => break,
                },
                _ => break,
            }
        }
        name.to_owned()
    }

    /// The target of a name reference.
    pub fn nameref_target(&self, name: &str) -> Option<String> {
        let variable = self.state.variables.get(name)?;
        if variable.has(NAMEREF) {
            variable.text().map(str::to_owned)
        } else {
            None
        }
    }

    /// Whether characters are bytes: the locale is explicitly C.
    pub fn bytes_are_characters(&self) -> bool {
        let names = ["LC_ALL", "LC_CTYPE", "LANG"];
        let mut set = names
            .iter()
            .filter_map(|name| self.state.text(name))
            .filter(|text| !text.is_empty());
        matches!(set.next(), Some("C" | "POSIX"))
    }

    /// The characters of a text.
    pub fn characters(&self, text: &str) -> Vec<char> {
        if !text.is_ascii() && self.bytes_are_characters() {
            return crate::text::encode(text)
                .iter()
                .map(|byte| crate::text::escaped(*byte))
                .collect();
        }
        text.chars().collect()
    }

    /// When the shell was started, in seconds since the epoch.
    pub fn started(&self) -> i64 {
        i64::try_from(self.state.seconds.1).unwrap_or(0)
    }

    fn is_reference(&self, name: &str) -> bool {
        self.state
            .variables
            .get(name)
            .is_some_and(|variable| variable.has(NAMEREF))
    }

    /// A variable, or what a special one is at the moment.
    pub fn variable(&mut self, name: &str) -> Option<Variable> {
        if self.is_reference(name) {
            let target = self.resolve(name);
            return self.state.variables.get(&target).cloned();
        }
        if let Some(special) = self.special(name) {
            return Some(special);
        }
        self.state.variables.get(name).cloned()
    }

    /// The text of a variable.
    pub fn value_of(&mut self, name: &str) -> Option<String> {
        if let Some(variable) = self.state.variables.get(name) {
            if variable.has(NAMEREF) {
                let target = self.resolve(name);
                if let Some((array, key)) = element_name(&target) {
                    let (array, key) = (array.to_owned(), key.to_owned());
                    return self.element(&array, &key).ok().flatten();
                }
                if target != name {
                    return self.value_of(&target);
                }
                return None;
            }
            return variable.text().map(str::to_owned);
        }
        self.special(name)?.text().map(str::to_owned)
    }

    /// Variables that are made when asked for.
    fn special(&mut self, name: &str) -> Option<Variable> {
        // Their names are in capitals, but for `_`.
        if !name.starts_with(|c: char| c.is_ascii_uppercase() || c == '_') {
            return None;
        }
        Some(match name {
            "_" => Variable::scalar(self.state.last_argument.clone()),
            "LINENO" => Variable::scalar(self.state.line.to_string()),
            "RANDOM" => Variable::scalar(self.random().to_string()),
            "SRANDOM" => {
                let high = u32::from(self.random());
                Variable::scalar(
                    (high << 17 ^ u32::from(self.random()) << 2 ^ u32::from(self.random()))
                        .to_string(),
                )
            }
            "SECONDS" => {
                let elapsed = now().as_secs().saturating_sub(self.state.seconds.1);
                let elapsed = i64::try_from(elapsed).unwrap_or(i64::MAX);
                Variable::scalar(self.state.seconds.0.saturating_add(elapsed).to_string())
            }
            "EPOCHSECONDS" => Variable::scalar(now().as_secs().to_string()),
            "EPOCHREALTIME" => {
                let now = now();
                Variable::scalar(format!("{}.{:06}", now.as_secs(), now.subsec_micros()))
            }
            "BASHPID" => Variable::scalar(process::pid().to_string()),
            "PPID" => Variable::scalar(process::parent().to_string()),
            "UID" | "EUID" => Variable::scalar(posix::uid().to_string()),
            "GROUPS" => Variable::indexed([posix::gid().to_string()]),
            "HOSTNAME" => Variable::scalar(posix::hostname()),
            "HOSTTYPE" => Variable::scalar("wasm32"),
            "MACHTYPE" => Variable::scalar("wasm32-unknown-wasi"),
            "OSTYPE" => Variable::scalar("linux-gnu"),
            "BASH" => Variable::scalar("/usr/bin/bash"),
            "BASH_VERSION" => Variable::scalar(crate::VERSION),
            "BASH_VERSINFO" => {
                let items = ["5", "2", "15", "1", "release", "wasm32-unknown-wasi"];
                Variable::indexed(items.map(str::to_owned))
            }
            "BASH_SUBSHELL" => Variable::scalar(self.state.subshell.to_string()),
            "BASH_COMMAND" => Variable::scalar(self.command_text.clone()),
            "BASHOPTS" => Variable::scalar(self.shopt_list()),
            "SHELLOPTS" => Variable::scalar(self.option_list()),
            "PIPESTATUS" => Variable::indexed(self.state.pipe_status.iter().map(i32::to_string)),
            "FUNCNAME" => {
                if !self.in_function() {
                    return None;
                }
                let names = self
                    .state
                    .frames
                    .iter()
                    .rev()
                    .map(|frame| frame.name.clone());
                Variable::indexed(names.chain(["main".to_owned()]))
            }
            "BASH_SOURCE" => {
                let frames = &self.state.frames;
                if frames.is_empty() && self.command_line {
                    return None;
                }
                let files = frames.iter().rev().map(|frame| frame.file.to_string());
                let main = if self.command_line {
                    None
                } else {
                    Some(self.state.zero.to_string())
                };
                Variable::indexed(files.chain(main))
            }
            "BASH_LINENO" => {
                let lines = self
                    .state
                    .frames
                    .iter()
                    .rev()
                    .map(|frame| frame.line.to_string());
                Variable::indexed(lines.chain(["0".to_owned()]))
            }
            "DIRSTACK" => {
                let current = std::iter::once(self.state.cwd.to_string());
                Variable::indexed(current.chain(self.state.directories.iter().rev().cloned()))
            }
            _ => return None,
        })
    }

    /// The next of bash's pseudo-random numbers.
    fn random(&mut self) -> u16 {
        if self.state.random == 0 {
            self.state.random = now().subsec_nanos() ^ process::pid().wrapping_mul(0x9E37_79B9) | 1;
        }
        let mut next = self.state.random;
        // Park and Miller's, as bash does it.
        let high = next / 127_773;
        let low = next % 127_773;
        let value = i64::from(low) * 16_807 - i64::from(high) * 2_836;
        next = u32::try_from(if value < 0 {
            value + 0x7FFF_FFFF
        } else {
            value
        })
        .unwrap_or(1)
        .max(1);
        self.state.random = next;
        ((next >> 16) ^ (next & 0xFFFF)) as u16 & 0x7FFF
    }

    /// An element of an array by its expanded subscript. The error is one of arithmetic.
    pub fn element(&mut self, name: &str, key: &str) -> Result<Option<String>, String> {
        let name = if self.is_reference(name) {
            self.resolve(name)
        } else {
            name.to_owned()
        };
        let Some(variable) = self.state.variables.get(&name) else {
            let Some(special) = self.special(&name) else {
                // Even for nothing, the subscript is evaluated.
                self.evaluate(key)?;
                return Ok(None);
            };
            let index = self.evaluate(key)?;
            return Ok(indexed(&special, index).map(str::to_owned));
        };
        if let Value::Associative(items) = &variable.value {
            return Ok(items.get(key).cloned());
        }
        if variable.is_associative() {
            return Ok(None);
        }
        let index = match key.parse::<i64>() {
            Ok(index) if !key.starts_with('0') || key == "0" => index,
            _ => self.evaluate(key)?,
        };
        let Some(variable) = self.state.variables.get(&name) else {
            return Ok(None);
        };
        if index < 0 && variable.next_index() + index < 0 && variable.is_set() {
            self.error(format_args!("{name}: bad array subscript"));
            return Ok(None);
        }
        Ok(indexed(
            self.state
                .variables
                .get(&name)
                .unwrap_or(&Variable::unset()),
            index,
        )
        .map(str::to_owned))
    }

    pub fn element_in_arithmetic(
        &mut self,
        name: &str,
        subscript: &str,
    ) -> Result<Option<String>, String> {
        self.element(name, subscript)
    }

    pub fn assign_in_arithmetic(
        &mut self,
        name: &str,
        subscript: Option<&str>,
        value: String,
    ) -> Result<(), String> {
        let result = match subscript {
            None => self.assign(name, value, false),
            Some(subscript) => self.assign_element(name, subscript, value, false),
        };
        // What went wrong has been said.
        result.map_err(|_| "\u{1}\u{3}".to_owned())
    }

    fn is_readonly(&mut self, name: &str) -> bool {
        let readonly = self
            .state
            .variables
            .get(name)
            .is_some_and(|variable| variable.has(READONLY))
            || matches!(
                name,
                "BASHOPTS" | "SHELLOPTS" | "BASH_VERSINFO" | "EUID" | "UID" | "PPID"
            );
        if readonly {
            self.error(format_args!("{name}: readonly variable"));
        }
        readonly
    }

    /// What a value becomes under the attributes of its variable.
    fn converted(&mut self, name: &str, value: String, append_to: Option<String>) -> Run<String> {
        let attributes = self
            .state
            .variables
            .get(name)
            .map_or(0, |variable| variable.attributes);
        let append_to = append_to.unwrap_or_default();
        if attributes & INTEGER != 0 {
            let number = self
                .evaluate(&value)
                .map_err(|message| self.arithmetic_failed(&message, ""))?;
            let before = if append_to.is_empty() {
                0
            } else {
                self.evaluate(&append_to).unwrap_or(0)
            };
            return Ok(before.wrapping_add(number).to_string());
        }
        let value = if append_to.is_empty() {
            value
        } else {
            append_to + &value
        };
        Ok(if attributes & UPPER != 0 {
            value
                .chars()
                .map(crate::expand::parameters::upper_case)
                .collect()
        } else if attributes & LOWER != 0 {
            value
                .chars()
                .map(crate::expand::parameters::lower_case)
                .collect()
        } else if attributes & CAPITAL != 0 {
            let mut chars = value.chars();
            chars.next().map_or_else(String::new, |first| {
                first
                    .to_uppercase()
                    .chain(chars.flat_map(char::to_lowercase))
                    .collect()
            })
        } else {
            value
        })
    }

    /// `name=value` or `name+=value`; an error has been said, and ends the line.
    pub fn assign(&mut self, name: &str, value: String, append: bool) -> Run<()> {
        let resolved;
        let name = if self.is_reference(name) {
            resolved = self.resolve(name);
            if let Some((array, key)) = element_name(&resolved) {
                let (array, key) = (array.to_owned(), key.to_owned());
                return self.assign_element(&array, &key, value, append);
            }
            resolved.as_str()
        } else {
            name
        };
        if self.is_readonly(name) {
            return Err(Flow::Discard(1));
        }
        let before = if append { self.value_of(name) } else { None };
        let value = self.converted(name, value, before)?;
        self.before_assignment(name, &value);
        let allexport = self.state.options.allexport;
        let variable = self.state.variables.entry(name);
        match &mut variable.value {
            Value::Indexed(items) => {
                items.insert(0, value);
            }
            Value::Associative(items) => items.set("0", value),
            _ if variable.attributes & ASSOCIATIVE != 0 => {
                let mut items = crate::variables::Associative::default();
                items.set("0", value);
                variable.value = Value::Associative(items);
            }
            _ if variable.attributes & ARRAY != 0 => {
                variable.value = Value::Indexed([(0, value)].into())
            }
            _ => variable.value = Value::Scalar(value),
        }
        if allexport {
            variable.attributes |= EXPORT;
        }
        Ok(())
    }

    /// Some variables are more than a value.
    fn before_assignment(&mut self, name: &str, value: &str) {
        match name {
            "SECONDS" => {
                self.state.seconds = (value.parse().unwrap_or(0), now().as_secs());
                self.state.variables.remove(name);
            }
            "RANDOM" => self.state.random = value.parse::<u32>().unwrap_or(0).max(1),
            "OPTIND" => self.state.getopts = (value.parse().unwrap_or(1), 0),
            "PATH" => self.state.hashed = Default::default(),
            _ => {}
        }
    }

    /// `name[key]=value`
    pub fn assign_element(
        &mut self,
        name: &str,
        key: &str,
        value: String,
        append: bool,
    ) -> Run<()> {
        let name = self.resolve(name);
        if self.is_readonly(&name) {
            return Err(Flow::Discard(1));
        }
        let associative = self
            .state
            .variables
            .get(&name)
            .is_some_and(Variable::is_associative);
        if associative {
            if key.is_empty() {
                self.error(format_args!("{name}[]: bad array subscript"));
                return Err(Flow::Discard(1));
            }
            let before = if append {
                self.element(&name, key).ok().flatten()
            } else {
                None
            };
            let value = self.converted(&name, value, before)?;
            let variable = self.state.variables.entry(&name);
            if !matches!(variable.value, Value::Associative(_)) {
                variable.value = Value::Associative(Default::default());
            }
            if let Value::Associative(items) = &mut variable.value {
                items.set(key, value);
            }
            return Ok(());
        }
        let mut index = self
            .evaluate(key)
            .map_err(|message| self.arithmetic_failed(&message, ""))?;
        if index < 0 {
            index += self
                .state
                .variables
                .get(&name)
                .map_or(0, Variable::next_index);
            if index < 0 {
                self.error(format_args!("{name}[{key}]: bad array subscript"));
                return Err(Flow::Discard(1));
            }
        }
        let before = if append {
            self.element(&name, &index.to_string()).ok().flatten()
        } else {
            None
        };
        let value = self.converted(&name, value, before)?;
        let allexport = self.state.options.allexport;
        let variable = self.state.variables.entry(&name);
        become_indexed(variable);
        if let Value::Indexed(items) = &mut variable.value {
            items.insert(index, value);
        }
        if allexport {
            variable.attributes |= EXPORT;
        }
        Ok(())
    }

    /// `name=(…)` or `name+=(…)`
    pub fn assign_array(
        &mut self,
        name: &str,
        elements: Vec<(Option<String>, bool, String)>,
        append: bool,
    ) -> Run<()> {
        let name = self.resolve(name);
        if self.is_readonly(&name) {
            return Err(Flow::Discard(1));
        }
        let associative = self
            .state
            .variables
            .get(&name)
            .is_some_and(Variable::is_associative);
        let variable = self.state.variables.entry(&name);
        if associative {
            if !append || !matches!(variable.value, Value::Associative(_)) {
                variable.value = Value::Associative(Default::default());
            }
            // Without keys, keys and values take turns.
            let mut elements = elements.into_iter().peekable();
            while let Some((key, append, value)) = elements.next() {
                let (key, value) = match key {
                    Some(key) => (key, value),
                    None => {
                        let next = elements.next().map(|(_, _, value)| value);
                        (value, next.unwrap_or_default())
                    }
                };
                self.assign_element(&name, &key, value, append)?;
            }
            return Ok(());
        }
        if append {
            become_indexed(variable);
        } else {
            variable.value = Value::Indexed(Default::default());
            variable.attributes |= ARRAY;
        }
        let plain = variable.attributes & (INTEGER | UPPER | LOWER | CAPITAL) == 0;
        let mut next = variable.next_index();
        for (key, append, value) in elements {
            match key {
                Some(key) => {
                    self.assign_element(&name, &key, value, append)?;
                    let index = self.evaluate(&key).unwrap_or(next);
                    next = if index < 0 {
                        self.state
                            .variables
                            .get(&name)
                            .map_or(0, Variable::next_index)
                    } else {
                        index.saturating_add(1)
                    };
                }
                None if plain => {
                    if let Value::Indexed(items) = &mut self.state.variables.entry(&name).value {
                        items.insert(next, value);
                    }
                    next = next.saturating_add(1);
                }
                None => {
                    self.assign_element(&name, &next.to_string(), value, false)?;
                    next = next.saturating_add(1);
                }
            }
        }
        Ok(())
    }

    /// Assigns to what may be `name` or `name[key]`, as `read` and `printf -v` do.
    pub fn assign_named(&mut self, target: &str, value: String) -> Run<()> {
        match element_name(target) {
            Some((name, key)) => {
                let (name, key) = (name.to_owned(), key.to_owned());
                self.assign_element(&name, &key, value, false)
            }
            None => self.assign(target, value, false),
        }
    }

    /// What a child gets as its environment.
    pub fn environment(&self) -> Vec<(String, String)> {
        let mut all = Vec::with_capacity(32);
        for (name, variable) in self.state.variables.iter() {
            if variable.has(EXPORT)
                && let Value::Scalar(text) = &variable.value
            {
                all.push((name.clone(), crate::text::outside(text)));
            }
        }
        for name in self.state.exported_functions.iter() {
            if let Some(function) = self.state.functions.get(name) {
                all.push((
                    format!("BASH_FUNC_{name}%%"),
                    format!("() {}", function.source),
                ));
            }
        }
        all.push((
            "_".to_owned(),
            crate::text::outside(&self.state.last_argument),
        ));
        all
    }
}

fn indexed(variable: &Variable, index: i64) -> Option<&str> {
    match &variable.value {
        Value::Indexed(items) => {
            let index = if index < 0 {
                variable.next_index() + index
            } else {
                index
            };
            items.get(&index).map(String::as_str)
        }
        Value::Scalar(text) if index == 0 || index == -1 => Some(text),
        _ => None,
    }
}

fn become_indexed(variable: &mut Variable) {
    variable.attributes |= ARRAY;
    match std::mem::replace(&mut variable.value, Value::Unset) {
        Value::Indexed(items) => variable.value = Value::Indexed(items),
        Value::Scalar(text) => variable.value = Value::Indexed([(0, text)].into()),
        _ => variable.value = Value::Indexed(Default::default()),
    }
}

/// The parts of `name[key]`.
pub fn element_name(text: &str) -> Option<(&str, &str)> {
    let open = text.find('[')?;
    let key = text[open + 1..].strip_suffix(']')?;
    crate::syntax::tokens::is_name(&text[..open]).then_some((&text[..open], key))
}
