//! `enum`: a function that fills an object, member by member on the member's own line.

use std::collections::HashMap;

use oxc::{
    ast::ast::{
        BinaryOperator, Expression, IdentifierReference, TSEnumDeclaration, TSEnumMember,
        TSEnumMemberName, UnaryOperator,
    },
    ast_visit::Visit,
    span::{GetSpan, Span},
};

use super::Rewriter;
use crate::edits::Edits;

/// What is known of a member's value.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Value {
    Number(f64),
    /// A string: it has no reverse mapping.
    String,
    /// Computed when the program runs.
    Unknown,
}

/// The enums of a file.
#[derive(Default)]
pub(super) struct Enums<'a> {
    /// Members by the enum's name; two enums of one name in different scopes share an entry.
    known: HashMap<&'a str, HashMap<String, Value>>,
    /// The enums whose initializers are walked: their members are meant by their bare names.
    inside: Vec<&'a str>,
}

impl<'a> Enums<'a> {
    fn owner(&self, name: &str) -> Option<&'a str> {
        let holds = |owner: &&&str| {
            self.known
                .get(**owner)
                .is_some_and(|it| it.contains_key(name))
        };
        self.inside.iter().rev().find(holds).copied()
    }

    /// A name in an initializer may be an earlier member.
    pub(super) fn reference(&self, it: &IdentifierReference<'a>, edits: &mut Edits<'a>) {
        if self.inside.is_empty() {
            return;
        }
        if let Some(owner) = self.owner(it.name.as_str()) {
            edits.insert(it.span.start, format!("{owner}."));
        }
    }

    /// `{ A }` in an initializer.
    pub(super) fn shorthand(&self, it: &IdentifierReference<'a>, edits: &mut Edits<'a>) {
        if let Some(owner) = self.owner(it.name.as_str()) {
            edits.insert(it.span.start, format!("{}: {owner}.", it.name));
        }
    }

    /// What stands for an enum in metadata: `Number`, `String`, or `Object` if it has both.
    pub(super) fn constructor(&self, name: &str) -> Option<&'static str> {
        let members = self.known.get(name)?;
        let strings = members
            .values()
            .filter(|value| **value == Value::String)
            .count();
        Some(match strings {
            0 => "Number",
            n if n == members.len() => "String",
            _ => "Object",
        })
    }

    fn member(&self, of: &str, name: &str) -> Option<Value> {
        self.known.get(of)?.get(name).copied()
    }

    fn value(&self, it: &Expression<'a>) -> Value {
        match it {
            Expression::NumericLiteral(number) => Value::Number(number.value),
            Expression::StringLiteral(_) => Value::String,
            Expression::TemplateLiteral(template) => {
                let constant = template
                    .expressions
                    .iter()
                    .all(|part| self.value(part) != Value::Unknown);
                if constant {
                    Value::String
                } else {
                    Value::Unknown
                }
            }
            Expression::ParenthesizedExpression(inner) => self.value(&inner.expression),
            Expression::UnaryExpression(unary) => {
                match (unary.operator, self.value(&unary.argument)) {
                    (UnaryOperator::UnaryPlus, Value::Number(n)) => Value::Number(n),
                    (UnaryOperator::UnaryNegation, Value::Number(n)) => Value::Number(-n),
                    (UnaryOperator::BitwiseNot, Value::Number(n)) => {
                        Value::Number(f64::from(!to_int32(n)))
                    }
                    _ => Value::Unknown,
                }
            }
            Expression::BinaryExpression(binary) => operate(
                binary.operator,
                self.value(&binary.left),
                self.value(&binary.right),
            ),
            Expression::Identifier(name) => match name.name.as_str() {
                "Infinity" => Value::Number(f64::INFINITY),
                "NaN" => Value::Number(f64::NAN),
                name => self
                    .owner(name)
                    .and_then(|owner| self.member(owner, name))
                    .unwrap_or(Value::Unknown),
            },
            Expression::StaticMemberExpression(member) => match &member.object {
                Expression::Identifier(of) => {
                    self.member(of.name.as_str(), member.property.name.as_str())
                }
                _ => None,
            }
            .unwrap_or(Value::Unknown),
            Expression::ComputedMemberExpression(member) => {
                match (&member.object, &member.expression) {
                    (Expression::Identifier(of), Expression::StringLiteral(name)) => {
                        self.member(of.name.as_str(), name.value.as_str())
                    }
                    _ => None,
                }
                .unwrap_or(Value::Unknown)
            }
            _ => Value::Unknown,
        }
    }
}

fn operate(operator: BinaryOperator, left: Value, right: Value) -> Value {
    let (left, right) = match (left, right) {
        (Value::Number(left), Value::Number(right)) => (left, right),
        (Value::Unknown, _) | (_, Value::Unknown) => return Value::Unknown,
        // TypeScript computes the sum of strings and numbers, and nothing else of them.
        _ if operator == BinaryOperator::Addition => return Value::String,
        _ => return Value::Unknown,
    };
    let (a, b) = (to_int32(left), to_int32(right));
    // The count of a shift is taken modulo 32.
    let count = b.cast_unsigned() & 31;
    Value::Number(match operator {
        BinaryOperator::Addition => left + right,
        BinaryOperator::Subtraction => left - right,
        BinaryOperator::Multiplication => left * right,
        BinaryOperator::Division => left / right,
        BinaryOperator::Remainder => left % right,
        BinaryOperator::Exponential => left.powf(right),
        BinaryOperator::BitwiseOR => f64::from(a | b),
        BinaryOperator::BitwiseAnd => f64::from(a & b),
        BinaryOperator::BitwiseXOR => f64::from(a ^ b),
        BinaryOperator::ShiftLeft => f64::from(a.wrapping_shl(count)),
        BinaryOperator::ShiftRight => f64::from(a >> count),
        BinaryOperator::ShiftRightZeroFill => f64::from(a.cast_unsigned() >> count),
        _ => return Value::Unknown,
    })
}

/// ECMAScript's ToInt32.
#[expect(
    clippy::cast_possible_truncation,
    reason = "the remainder is within 32 bits"
)]
fn to_int32(number: f64) -> i32 {
    if !number.is_finite() {
        return 0;
    }
    (number.trunc().rem_euclid(4_294_967_296.0) as u64 as u32).cast_signed()
}

impl<'a> Rewriter<'a, '_> {
    /// An enum. `outer` is its statement with `export`; `exported` says that it is exported, and of
    /// which namespace it becomes a member.
    pub(super) fn enum_declaration(
        &mut self,
        it: &TSEnumDeclaration<'a>,
        outer: Span,
        exported: Option<Option<&str>>,
    ) {
        if it.declare {
            self.erase_statement(outer);
            return;
        }
        let name = it.id.name.as_str();
        self.visit_binding_identifier(&it.id);
        let head = self.object_head(name, exported);
        let body = it.body.span;
        // What stands before the statement's own words stays: `export`.
        self.edits.replace(outer.start, body.start + 1, head);
        self.enums.inside.push(name);
        self.enums.known.entry(name).or_default();
        let mut before: Option<(String, Value)> = None;
        for (i, member) in it.body.members.iter().enumerate() {
            let limit = it
                .body
                .members
                .get(i + 1)
                .map_or(body.end - 1, |next| next.span.start);
            before = Some(self.enum_member(name, member, before, limit));
        }
        self.enums.inside.pop();
        self.edits.replace(
            body.end - 1,
            body.end,
            object_tail(name, exported.flatten()),
        );
    }

    /// The start of the function that fills the object of an enum or a namespace: declares the
    /// object unless that has been done.
    pub(super) fn object_head(&mut self, name: &'a str, exported: Option<Option<&str>>) -> String {
        let top = self.namespaces.is_empty() && self.declared.len() <= 1;
        let new = self
            .declared
            .last_mut()
            .is_none_or(|names| names.insert(name));
        let keyword = if top { "var" } else { "let" };
        match (new, exported) {
            (true, Some(None)) => format!("export {keyword} {name}; (function ({name}) {{"),
            (true, _) => format!("{keyword} {name}; (function ({name}) {{"),
            (false, _) => format!("; (function ({name}) {{"),
        }
    }

    fn enum_member(
        &mut self,
        owner: &'a str,
        it: &TSEnumMember<'a>,
        before: Option<(String, Value)>,
        limit: u32,
    ) -> (String, Value) {
        let (key, plain) = match &it.id {
            TSEnumMemberName::Identifier(name) => {
                (format!("\"{}\"", name.name), name.name.to_string())
            }
            TSEnumMemberName::String(text) | TSEnumMemberName::ComputedString(text) => (
                self.text(text.span.start, text.span.end).to_owned(),
                text.value.to_string(),
            ),
            TSEnumMemberName::ComputedTemplateString(text) => {
                let cooked = text.quasis.first().and_then(|quasi| quasi.value.cooked);
                let plain = cooked.map(|text| text.to_string()).unwrap_or_default();
                (self.text(text.span.start, text.span.end).to_owned(), plain)
            }
        };
        let key = key.replace(['\n', '\r'], "");
        let (value, end) = match &it.initializer {
            Some(initializer) => {
                let value = self.enums.value(initializer);
                let start = initializer.span().start;
                let opening = match value {
                    Value::String => format!("{owner}[{key}] = "),
                    _ => format!("{owner}[{owner}[{key}] = "),
                };
                self.edits.replace(it.span.start, start, opening);
                self.visit_expression(initializer);
                let closing = match value {
                    Value::String => ";".to_owned(),
                    _ => format!("] = {key};"),
                };
                self.edits.close(initializer.span().end, closing);
                (value, initializer.span().end)
            }
            None => {
                let (value, code) = match &before {
                    None => (Value::Number(0.0), "0".to_owned()),
                    Some((_, Value::Number(n))) if n.fract() == 0.0 && n.abs() < 9e15 => {
                        (Value::Number(n + 1.0), format!("{}", n + 1.0))
                    }
                    Some((key, value)) => {
                        let next = match value {
                            Value::Number(n) => Value::Number(n + 1.0),
                            _ => Value::Unknown,
                        };
                        (next, format!("{owner}[{key}] + 1"))
                    }
                };
                let code = format!("{owner}[{owner}[{key}] = {code}] = {key};");
                self.edits.replace(it.span.start, it.span.end, code);
                (value, it.span.end)
            }
        };
        let comma = self.token_at(end);
        if comma < limit && self.byte(comma) == b',' {
            self.edits.blank(comma, comma + 1);
        }
        if let Some(members) = self.enums.known.get_mut(owner) {
            members.insert(plain, value);
        }
        (key, value)
    }
}

/// The end of the function that fills an object.
pub(super) fn object_tail(name: &str, namespace: Option<&str>) -> String {
    match namespace {
        Some(namespace) => {
            format!("}})({name} = {namespace}.{name} || ({namespace}.{name} = {{}}));")
        }
        None => format!("}})({name} || ({name} = {{}}));"),
    }
}
