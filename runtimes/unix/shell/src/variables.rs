//! Variables: values, attributes, scopes.

use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasherDefault, Hasher};
use std::rc::Rc;

use serde::{Deserialize, Serialize};

/// Names are short and the table is private: a plain hash, so that starting needs no randomness.
#[derive(Default)]
pub struct NameHasher(u64);

impl Hasher for NameHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0.rotate_left(5) ^ u64::from(*byte)).wrapping_mul(0x517c_c1b7_2722_0a95);
        }
    }
}

pub type Names<T> = HashMap<String, T, BuildHasherDefault<NameHasher>>;

/// An associative array, in the order in which bash lists it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Associative {
    /// By bucket and, within it, newest first.
    entries: BTreeMap<(u32, u64), (String, String)>,
    added: u64,
}

impl Associative {
    fn bucket(key: &str) -> u32 {
        let mut hash: u32 = 2_166_136_261;
        for byte in key.bytes() {
            hash = hash.wrapping_mul(16_777_619) ^ i32::from(byte as i8) as u32;
        }
        hash & 1023
    }

    fn position(&self, key: &str) -> Option<(u32, u64)> {
        let bucket = Self::bucket(key);
        let mut range = self.entries.range((bucket, 0)..=(bucket, u64::MAX));
        range
            .find(|(_, (known, _))| known == key)
            .map(|(at, _)| *at)
    }

    pub fn get(&self, key: &str) -> Option<&String> {
        let at = self.position(key)?;
        self.entries.get(&at).map(|(_, value)| value)
    }

    pub fn set(&mut self, key: &str, value: String) {
        if let Some(at) = self.position(key) {
            if let Some(entry) = self.entries.get_mut(&at) {
                entry.1 = value;
            }
            return;
        }
        self.added += 1;
        let at = (Self::bucket(key), u64::MAX - self.added);
        self.entries.insert(at, (key.to_owned(), value));
    }

    pub fn remove(&mut self, key: &str) {
        if let Some(at) = self.position(key) {
            self.entries.remove(&at);
        }
    }

    pub fn iter(&self) -> impl Iterator<Item = (&String, &String)> {
        self.entries.values().map(|(key, value)| (key, value))
    }

    pub fn len(&self) -> usize {
        self.entries.len()
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Value {
    Unset,
    Scalar(String),
    Indexed(BTreeMap<i64, String>),
    Associative(Associative),
}

pub const EXPORT: u16 = 1;
pub const READONLY: u16 = 2;
pub const INTEGER: u16 = 4;
pub const LOWER: u16 = 8;
pub const UPPER: u16 = 16;
pub const NAMEREF: u16 = 32;
pub const ARRAY: u16 = 64;
pub const ASSOCIATIVE: u16 = 128;
pub const TRACE: u16 = 256;
pub const CAPITAL: u16 = 512;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Variable {
    pub value: Value,
    pub attributes: u16,
}

impl Variable {
    pub fn scalar(text: impl Into<String>) -> Self {
        Self {
            value: Value::Scalar(text.into()),
            attributes: 0,
        }
    }

    pub fn unset() -> Self {
        Self {
            value: Value::Unset,
            attributes: 0,
        }
    }

    pub fn indexed(items: impl IntoIterator<Item = String>) -> Self {
        Self {
            value: Value::Indexed((0..).zip(items).collect()),
            attributes: ARRAY,
        }
    }

    pub fn has(&self, attribute: u16) -> bool {
        self.attributes & attribute != 0
    }

    pub fn is_set(&self) -> bool {
        self.value != Value::Unset
    }

    /// What `$name` gives: of an array, the element 0.
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Unset => None,
            Value::Scalar(text) => Some(text),
            Value::Indexed(items) => items.get(&0).map(String::as_str),
            Value::Associative(items) => items.get("0").map(String::as_str),
        }
    }

    pub fn is_array(&self) -> bool {
        matches!(self.value, Value::Indexed(_) | Value::Associative(_))
            || self.has(ARRAY | ASSOCIATIVE)
    }

    pub fn is_associative(&self) -> bool {
        matches!(self.value, Value::Associative(_)) || self.has(ASSOCIATIVE)
    }

    /// All values, as of `${name[@]}`.
    pub fn values(&self) -> Vec<String> {
        match &self.value {
            Value::Unset => Vec::new(),
            Value::Scalar(text) => vec![text.clone()],
            Value::Indexed(items) => items.values().cloned().collect(),
            Value::Associative(items) => items.iter().map(|(_, value)| value.clone()).collect(),
        }
    }

    /// All keys, as of `${!name[@]}`.
    pub fn keys(&self) -> Vec<String> {
        match &self.value {
            Value::Unset => Vec::new(),
            Value::Scalar(_) => vec!["0".to_owned()],
            Value::Indexed(items) => items.keys().map(i64::to_string).collect(),
            Value::Associative(items) => items.iter().map(|(key, _)| key.clone()).collect(),
        }
    }

    pub fn len(&self) -> usize {
        match &self.value {
            Value::Unset => 0,
            Value::Scalar(_) => 1,
            Value::Indexed(items) => items.len(),
            Value::Associative(items) => items.len(),
        }
    }

    /// One past the highest index.
    pub fn next_index(&self) -> i64 {
        match &self.value {
            Value::Indexed(items) => items
                .keys()
                .next_back()
                .map_or(0, |last| last.saturating_add(1)),
            Value::Scalar(_) => 1,
            _ => 0,
        }
    }

    /// The letters of `declare -p` and `${name@a}`.
    pub fn letters(&self) -> String {
        let mut out = String::new();
        if self.is_associative() {
            out.push('A');
        } else if self.is_array() {
            out.push('a');
        }
        for (attribute, letter) in [
            (INTEGER, 'i'),
            (LOWER, 'l'),
            (NAMEREF, 'n'),
            (READONLY, 'r'),
            (TRACE, 't'),
            (UPPER, 'u'),
            (EXPORT, 'x'),
            (CAPITAL, 'c'),
        ] {
            if self.has(attribute) {
                out.push(letter);
            }
        }
        out
    }
}

type Saved = Vec<(String, Option<Variable>)>;

/// All variables. A function's locals stand in the one table; what they hide is saved and comes back
/// when the function returns.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Variables {
    table: Rc<Names<Variable>>,
    scopes: Vec<Rc<Saved>>,
}

impl Variables {
    pub fn get(&self, name: &str) -> Option<&Variable> {
        self.table.get(name)
    }

    /// The variable, made if there is none.
    pub fn entry(&mut self, name: &str) -> &mut Variable {
        let table = Rc::make_mut(&mut self.table);
        if !table.contains_key(name) {
            table.insert(name.to_owned(), Variable::unset());
        }
        table.entry(name.to_owned()).or_insert_with(Variable::unset)
    }

    pub fn set(&mut self, name: &str, variable: Variable) {
        let table = Rc::make_mut(&mut self.table);
        match table.get_mut(name) {
            Some(known) => *known = variable,
            None => {
                table.insert(name.to_owned(), variable);
            }
        }
    }

    /// Sets the text of a variable, whatever it is, and keeps its attributes.
    pub fn put(&mut self, name: &str, text: String) {
        let variable = self.entry(name);
        variable.value = Value::Scalar(text);
    }

    pub fn remove(&mut self, name: &str) {
        let depth = self.scopes.len();
        // A local of this function stays local, one of a caller's gives way to what it hid.
        let local = self
            .scopes
            .iter()
            .rposition(|scope| scope.iter().any(|(known, _)| known == name));
        if local.is_some_and(|index| index + 1 == depth) {
            *self.entry(name) = Variable::unset();
            return;
        }
        if let Some(index) = local {
            let scope = Rc::make_mut(&mut self.scopes[index]);
            if let Some(at) = scope.iter().position(|(known, _)| known == name) {
                let (_, saved) = scope.remove(at);
                self.restore(name.to_owned(), saved);
                return;
            }
        }
        if self.table.contains_key(name) {
            Rc::make_mut(&mut self.table).remove(name);
        }
    }

    fn restore(&mut self, name: String, saved: Option<Variable>) {
        let table = Rc::make_mut(&mut self.table);
        match saved {
            Some(variable) => {
                table.insert(name, variable);
            }
            None => {
                table.remove(&name);
            }
        }
    }

    pub fn push_scope(&mut self) {
        self.scopes.push(Rc::default());
    }

    pub fn pop_scope(&mut self) {
        if let Some(scope) = self.scopes.pop() {
            let saved = Rc::try_unwrap(scope).unwrap_or_else(|shared| (*shared).clone());
            for (name, variable) in saved.into_iter().rev() {
                self.restore(name, variable);
            }
        }
    }

    /// Whether the innermost scope has a variable of its own with this name.
    pub fn is_local(&self, name: &str) -> bool {
        self.scopes
            .last()
            .is_some_and(|scope| scope.iter().any(|(known, _)| known == name))
    }

    /// Makes a name local to the innermost scope, and unset.
    pub fn make_local(&mut self, name: &str) {
        if self.is_local(name) {
            return;
        }
        let saved = self.table.get(name).cloned();
        let exported = saved
            .as_ref()
            .map_or(0, |variable| variable.attributes & EXPORT);
        let Some(scope) = self.scopes.last_mut() else {
            return;
        };
        Rc::make_mut(scope).push((name.to_owned(), saved));
        self.set(
            name,
            Variable {
                value: Value::Unset,
                attributes: exported,
            },
        );
    }

    /// Calls `change` with the table where the global of this name is the visible one.
    pub fn with_global<T>(&mut self, name: &str, change: impl FnOnce(&mut Self) -> T) -> T {
        let owner = self
            .scopes
            .iter()
            .position(|scope| scope.iter().any(|(known, _)| known == name));
        let Some(owner) = owner else {
            return change(self);
        };
        let visible = self.table.get(name).cloned();
        let place = |scope: &Saved| {
            scope
                .iter()
                .position(|(known, _)| known == name)
                .unwrap_or(0)
        };
        let at = place(&self.scopes[owner]);
        let global = self.scopes[owner][at].1.clone();
        let scopes = std::mem::take(&mut self.scopes);
        self.restore(name.to_owned(), global);
        let result = change(self);
        let global = self.table.get(name).cloned();
        self.scopes = scopes;
        Rc::make_mut(&mut self.scopes[owner])[at].1 = global;
        self.restore(name.to_owned(), visible);
        result
    }

    /// Names in order.
    pub fn names(&self) -> Vec<String> {
        let mut names: Vec<_> = self.table.keys().cloned().collect();
        names.sort_unstable();
        names
    }

    pub fn iter(&self) -> impl Iterator<Item = (&String, &Variable)> {
        self.table.iter()
    }

    pub fn local_names(&self) -> Vec<String> {
        let scope = self.scopes.last();
        scope.map_or_else(Vec::new, |scope| {
            scope.iter().map(|(name, _)| name.clone()).collect()
        })
    }

    pub fn depth(&self) -> usize {
        self.scopes.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locals_hide_and_come_back() {
        let mut variables = Variables::default();
        variables.put("x", "1".into());
        variables.push_scope();
        variables.make_local("x");
        assert!(!variables.entry("x").is_set());
        variables.put("x", "2".into());
        variables.with_global("x", |variables| variables.put("x", "3".into()));
        assert_eq!(variables.get("x").and_then(Variable::text), Some("2"));
        variables.pop_scope();
        assert_eq!(variables.get("x").and_then(Variable::text), Some("3"));
    }
}
