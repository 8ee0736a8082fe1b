//! JSX: calls whose arguments stay on their lines.

use oxc::{
    ast::ast::{
        JSXAttribute, JSXAttributeItem, JSXAttributeName, JSXAttributeValue, JSXChild, JSXElement,
        JSXElementName, JSXExpression, JSXFragment, JSXMemberExpressionObject,
    },
    ast_visit::Visit,
    span::{GetSpan, Span},
};

use super::{Rewriter, jsx_text};
use crate::{Jsx, JsxRuntime, edits::has_line_end};

/// How the JSX of a file is rewritten.
pub(super) struct Settings {
    pub(super) runtime: JsxRuntime,
    pub(super) factory: String,
    pub(super) fragment: String,
    pub(super) import_source: String,
}

impl Settings {
    pub(super) fn new(options: &Jsx) -> Self {
        Self {
            runtime: options.runtime,
            factory: options.factory.clone(),
            fragment: options.fragment.clone(),
            import_source: options.import_source.clone(),
        }
    }
}

/// The key of an element for the automatic runtime.
enum Key<'b> {
    None,
    /// It goes behind the properties: its attribute, and what is copied there.
    Moved(&'b str, Option<Span>),
    /// It spans lines and stays where it is: a helper takes it out of the properties.
    Kept,
}

/// How an element's call is made.
enum Call {
    /// `jsx(type, { …, children }, key)`.
    Automatic,
    /// `createElement(type, { … }, ...children)`.
    Classic,
}

impl<'a> Rewriter<'a, '_> {
    pub(super) fn jsx_element(&mut self, it: &JSXElement<'a>) {
        let opening = &it.opening_element;
        let key = self.key_of(&opening.attributes);
        let after_spread = key_after_spread(&opening.attributes);
        let children = self.count_children(&it.children);
        let (call, function) = if self.is_classic() {
            self.use_factory();
            (Call::Classic, self.jsx.factory.clone())
        } else if after_spread {
            (
                Call::Classic,
                self.prelude.jsx("createElement", self.source),
            )
        } else {
            let name = if children > 1 { "jsxs" } else { "jsx" };
            let function = self.prelude.jsx(name, self.source);
            match key {
                Key::Kept => {
                    let keyed = self.prelude.keyed(self.source);
                    (Call::Automatic, format!("{keyed}({function}, "))
                }
                _ => (Call::Automatic, function),
            }
        };
        let start = opening.span.start;
        let call_start = if function.ends_with(", ") {
            function
        } else {
            format!("{function}(")
        };
        self.edits.replace(start, start + 1, call_start);
        self.element_name(&opening.name);
        let mut at = opening.name.span().end;
        if let Some(types) = &opening.type_arguments {
            self.visit_ts_type_parameter_instantiation(types);
            at = types.span.end;
        }
        let properties = !opening.attributes.is_empty();
        let first = match call {
            Call::Classic if !properties => ", null",
            _ => ", {",
        };
        self.edits.close(opening.name.span().end, first);
        for attribute in &opening.attributes {
            match attribute {
                JSXAttributeItem::Attribute(attribute) => {
                    self.attribute(attribute, &call, &key);
                }
                JSXAttributeItem::SpreadAttribute(spread) => {
                    self.edits.blank(spread.span.start, spread.span.start + 1);
                    self.visit_expression(&spread.argument);
                    self.edits
                        .replace(spread.span.end - 1, spread.span.end, ",");
                }
            }
            at = attribute.span().end;
        }
        let end_of_properties = match call {
            Call::Classic if !properties => "",
            _ => "}",
        };
        let Some(closing) = &it.closing_element else {
            // `/` and `>` may stand apart.
            let slash = self.token_at(at);
            self.edits.close(
                slash,
                if matches!(call, Call::Classic) {
                    end_of_properties
                } else {
                    "}"
                },
            );
            self.copy_key(&call, &key, slash);
            self.edits.replace(slash, opening.span.end, ")");
            return;
        };
        let angle = opening.span.end;
        let opened = match call {
            Call::Classic => format!("{end_of_properties},"),
            Call::Automatic => children_opening(children).to_owned(),
        };
        self.edits.replace(angle - 1, angle, opened);
        self.children(&it.children);
        let at = closing.span.start;
        match call {
            Call::Classic => {}
            Call::Automatic => self.edits.close(at, if children > 1 { "]}" } else { "}" }),
        }
        self.copy_key(&call, &key, at);
        self.edits.replace(at, closing.span.end, ")");
    }

    pub(super) fn jsx_fragment(&mut self, it: &JSXFragment<'a>) {
        let children = self.count_children(&it.children);
        let opening = it.opening_fragment.span;
        let closing = it.closing_fragment.span;
        if self.is_classic() {
            self.use_factory();
            let head = format!("{}({}, null,", self.jsx.factory, self.jsx.fragment);
            self.edits.replace(opening.start, opening.end, head);
            self.children(&it.children);
        } else {
            let name = if children > 1 { "jsxs" } else { "jsx" };
            let function = self.prelude.jsx(name, self.source);
            let fragment = self.prelude.jsx("Fragment", self.source);
            let head = format!("{function}({fragment}, {{{}", children_opening(children));
            self.edits.replace(opening.start, opening.end, head);
            self.children(&it.children);
            self.edits
                .close(closing.start, if children > 1 { "]}" } else { "}" });
        }
        self.edits.replace(closing.start, closing.end, ")");
    }

    /// The classic runtime's names are used, though they do not occur.
    fn use_factory(&mut self) {
        for path in [self.jsx.factory.clone(), self.jsx.fragment.clone()] {
            let name = path.split('.').next().unwrap_or_default();
            self.imports.use_name(name);
        }
    }

    fn element_name(&mut self, it: &JSXElementName<'a>) {
        match it {
            JSXElementName::Identifier(name) => {
                self.edits
                    .replace(name.span.start, name.span.end, quote(name.name.as_str()));
            }
            JSXElementName::NamespacedName(name) => {
                let text = format!("{}:{}", name.namespace.name, name.name.name);
                self.edits
                    .replace(name.span.start, name.span.end, quote(&text));
            }
            JSXElementName::IdentifierReference(name) => self.visit_identifier_reference(name),
            JSXElementName::MemberExpression(member) => {
                let mut object = &member.object;
                while let JSXMemberExpressionObject::MemberExpression(inner) = object {
                    object = &inner.object;
                }
                if let JSXMemberExpressionObject::IdentifierReference(name) = object {
                    self.visit_identifier_reference(name);
                }
            }
            JSXElementName::ThisExpression(_) => {}
        }
    }

    fn attribute(&mut self, it: &JSXAttribute<'a>, call: &Call, key: &Key<'_>) {
        let is_key = is_key(it);
        if is_key && matches!(call, Call::Automatic) && matches!(key, Key::Moved(..)) {
            self.edits.blank(it.span.start, it.name.span().end);
            match &it.value {
                Some(JSXAttributeValue::ExpressionContainer(container)) => {
                    let inner = container.expression.span();
                    self.edits.blank(it.name.span().end, inner.start);
                    self.edits.take(inner.start, inner.end);
                    self.container(&container.expression);
                    self.edits.blank(inner.end, it.span.end);
                }
                Some(value @ (JSXAttributeValue::Element(_) | JSXAttributeValue::Fragment(_))) => {
                    self.edits.blank(it.name.span().end, value.span().start);
                    self.edits.take(value.span().start, value.span().end);
                    self.visit_jsx_attribute_value(value);
                }
                _ => self.edits.blank(it.name.span().end, it.span.end),
            }
            return;
        }
        let name = match &it.name {
            JSXAttributeName::Identifier(name) => name.name.to_string(),
            JSXAttributeName::NamespacedName(name) => {
                format!("{}:{}", name.namespace.name, name.name.name)
            }
        };
        let span = it.name.span();
        // `__proto__: x` would set the prototype.
        if name.contains(['-', ':']) || name == "__proto__" {
            let quoted = if name == "__proto__" {
                format!("[{}]", quote(&name))
            } else {
                quote(&name)
            };
            self.edits.replace(span.start, span.end, quoted);
        }
        let Some(value) = &it.value else {
            self.edits.close(span.end, ": true,");
            return;
        };
        let equals = self.token_at(span.end);
        self.edits.replace(equals, equals + 1, ":");
        match value {
            JSXAttributeValue::StringLiteral(text) => {
                let value = self.string_value(text.span);
                self.edits
                    .replace(text.span.start, text.span.end, quote(&value));
            }
            JSXAttributeValue::ExpressionContainer(container) => {
                self.edits
                    .replace(container.span.start, container.span.start + 1, "(");
                self.container(&container.expression);
                self.edits
                    .replace(container.span.end - 1, container.span.end, ")");
            }
            JSXAttributeValue::Element(_) | JSXAttributeValue::Fragment(_) => {
                self.visit_jsx_attribute_value(value);
            }
        }
        self.edits.close(it.span.end, ",");
    }

    /// The value of an attribute's string: it has entities and no escapes.
    fn string_value(&self, span: Span) -> String {
        jsx_text::decode(self.text(span.start + 1, span.end - 1)).into_owned()
    }

    fn container(&mut self, it: &JSXExpression<'a>) {
        match it.as_expression() {
            Some(expression) => self.visit_expression(expression),
            None => self.refuse(it.span(), "JSX attributes must not be empty"),
        }
    }

    /// The last key of an element, as the automatic runtime wants it.
    fn key_of(&self, attributes: &[JSXAttributeItem<'a>]) -> Key<'static> {
        let key = attributes
            .iter()
            .rev()
            .find_map(|attribute| match attribute {
                JSXAttributeItem::Attribute(attribute) if is_key(attribute) => Some(attribute),
                _ => None,
            });
        let Some(key) = key else { return Key::None };
        let moved = match &key.value {
            Some(JSXAttributeValue::ExpressionContainer(container)) => container.expression.span(),
            Some(JSXAttributeValue::StringLiteral(text)) => text.span,
            Some(value) => value.span(),
            None => return Key::Moved("true", None),
        };
        if has_line_end(self.text(key.span.start, key.span.end)) {
            Key::Kept
        } else {
            Key::Moved("", Some(moved))
        }
    }

    fn copy_key(&mut self, call: &Call, key: &Key<'_>, at: u32) {
        if !matches!(call, Call::Automatic) {
            return;
        }
        match key {
            Key::Moved(text, None) => self.edits.close(at, format!(", {text}")),
            Key::Moved(_, Some(span)) if matches!(self.byte(span.start), b'"' | b'\'') => {
                let text = self.text(span.start, span.end);
                // A string of an expression is JavaScript's, one of an attribute is JSX's.
                let attribute = self.source.get(..span.start as usize).unwrap_or_default();
                let code = if attribute.trim_end().ends_with('=') {
                    quote(&self.string_value(*span))
                } else {
                    text.to_owned()
                };
                self.edits.close(at, format!(", {code}"));
            }
            Key::Moved(_, Some(span)) => {
                self.edits.close(at, ", (");
                self.edits.copy(span.start, span.end, at);
                self.edits.close(at, ")");
            }
            Key::None | Key::Kept => {}
        }
    }

    fn count_children(&self, children: &[JSXChild<'a>]) -> usize {
        children
            .iter()
            .map(|child| match child {
                JSXChild::Text(text) => {
                    let raw = self.text(text.span.start, text.span.end);
                    usize::from(!jsx_text::child_text(raw).is_empty())
                }
                JSXChild::ExpressionContainer(container) => {
                    usize::from(container.expression.as_expression().is_some())
                }
                // However many it is: it needs the list.
                JSXChild::Spread(_) => 2,
                JSXChild::Element(_) | JSXChild::Fragment(_) => 1,
            })
            .sum()
    }

    fn children(&mut self, children: &[JSXChild<'a>]) {
        for child in children {
            let span = child.span();
            match child {
                JSXChild::Text(_) => {
                    let text = jsx_text::child_text(self.text(span.start, span.end));
                    if text.is_empty() {
                        self.edits.blank(span.start, span.end);
                    } else {
                        self.edits
                            .replace(span.start, span.end, format!("{},", quote(&text)));
                    }
                }
                JSXChild::ExpressionContainer(container) => {
                    match container.expression.as_expression() {
                        Some(expression) => {
                            self.edits.replace(span.start, span.start + 1, "(");
                            self.visit_expression(expression);
                            self.edits.replace(span.end - 1, span.end, "),");
                        }
                        None => self.edits.blank(span.start, span.end),
                    }
                }
                JSXChild::Spread(spread) => {
                    self.edits.blank(span.start, span.start + 1);
                    self.visit_expression(&spread.expression);
                    self.edits.replace(span.end - 1, span.end, ",");
                }
                JSXChild::Element(element) => {
                    self.jsx_element(element);
                    self.edits.close(span.end, ",");
                }
                JSXChild::Fragment(fragment) => {
                    self.jsx_fragment(fragment);
                    self.edits.close(span.end, ",");
                }
            }
        }
    }
}

fn children_opening(children: usize) -> &'static str {
    match children {
        0 => "",
        1 => "children:",
        _ => "children:[",
    }
}

fn is_key(it: &JSXAttribute<'_>) -> bool {
    matches!(&it.name, JSXAttributeName::Identifier(name) if name.name == "key")
}

/// Whether a key follows a spread attribute: the spread may hold a key, too, and `createElement`
/// knows which one counts.
fn key_after_spread(attributes: &[JSXAttributeItem<'_>]) -> bool {
    let mut spread = false;
    attributes.iter().any(|attribute| match attribute {
        JSXAttributeItem::SpreadAttribute(_) => {
            spread = true;
            false
        }
        JSXAttributeItem::Attribute(attribute) => spread && is_key(attribute),
    })
}

/// A JavaScript string literal.
fn quote(text: &str) -> String {
    // JSON's is one, except that it may hold U+2028 and U+2029, which strings may since ES2019.
    serde_json::Value::from(text).to_string()
}
