//! Decorators: TypeScript's legacy ones here, ECMAScript's in `standard`.
//!
//! The expressions stay where they stand. Those of a member become a function in a static block
//! before it, which is called when the class is complete; those of the class itself become the first
//! argument of a call that has the class as its second.

use oxc::{
    ast::ast::{
        Class, ClassElement, Decorator, FormalParameters, Function, MethodDefinitionKind,
        PropertyKey, TSTypeAnnotation,
    },
    ast_visit::Visit,
    span::{GetSpan, Span},
};

use super::{Rewriter, classes::Exported, metadata, prelude};
use crate::edits::has_line_end;

/// What is known of the decorated members of a class.
#[derive(Default)]
pub(super) struct Members {
    /// The private name of the list of decorated members, with legacy decorators; the name of the
    /// class's record, with standard ones.
    pub(super) name: Option<String>,
    /// How many are decorated so far.
    pub(super) count: u32,
}

/// What is decorated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    Constructor,
    Method,
    Getter,
    Setter,
    Field,
    Accessor,
}

/// A member of a class, with its decorators.
pub(super) struct Member<'b, 'a> {
    pub(super) decorators: &'b [Decorator<'a>],
    pub(super) start: u32,
    pub(super) function: Option<&'b Function<'a>>,
    pub(super) type_annotation: Option<&'b TSTypeAnnotation<'a>>,
    pub(super) key: &'b PropertyKey<'a>,
    pub(super) computed: bool,
    pub(super) is_static: bool,
    pub(super) sort: Sort,
}

/// Applies the decorators of members: instances' first, then static ones.
const MEMBERS: &str = "(c, list) => { for (const s of [0, 1]) for (const [t, key, field, ds, ps, ms] of list) { \
    if (t !== s) continue; const target = s ? c : c.prototype; \
    const all = [...ds(), ...ps().map(([i, d]) => (t, k) => { d(t, k, i); }), ...META(ms())]; \
    let r = field ? undefined : Object.getOwnPropertyDescriptor(target, key); \
    if (typeof Reflect.decorate === \"function\") r = Reflect.decorate(all, target, key, r); \
    else for (const d of all.reverse()) r = d(target, key, r) || r; \
    if (r) Object.defineProperty(target, key, r); } };";

/// Applies the decorators of a class and of its constructor's parameters.
const CLASS: &str = "(ds, c, ps, ms) => { \
    const all = [...ds(), ...ps().map(([i, d]) => (t, k) => { d(t, k, i); }), ...META(ms())]; \
    if (typeof Reflect.decorate === \"function\") return Reflect.decorate(all, c); \
    for (const d of all.reverse()) c = d(c) || c; return c; };";

/// Makes decorators of metadata, where `Reflect.metadata` is there.
const METADATA: &str = "(ms) => typeof Reflect.metadata === \"function\" ? ms.map(([k, v]) => Reflect.metadata(k, v)) : [];";

impl<'a> Rewriter<'a, '_> {
    pub(super) fn legacy_decorators(&self) -> bool {
        self.options.experimental_decorators && self.typescript
    }

    /// Whether a class needs a call around it.
    pub(super) fn class_decorators_matter(&self, it: &Class<'a>) -> bool {
        if self.legacy_decorators() {
            !it.decorators.is_empty()
                || constructor_of(it).is_some_and(|it| has_decorators(&it.params))
        } else {
            !it.decorators.is_empty() || has_decorated_members(it)
        }
    }

    /// A local name for a helper, which is declared.
    fn helper(&mut self, name: &str, code: &str) -> String {
        let local = prelude::unused(self.source, name);
        self.prelude.helper(format!("const {local} = {code}"));
        local
    }

    fn legacy_helper(&mut self, name: &str, code: &str) -> String {
        let metadata = self.helper("_metadata", METADATA);
        self.helper(name, &code.replace("META", &metadata))
    }

    /// A class with decorators of its own, or such that a call around it is needed.
    pub(super) fn decorated_class(
        &mut self,
        it: &Class<'a>,
        outer: Span,
        exported: Option<Exported>,
        statement: bool,
    ) {
        let legacy = self.legacy_decorators();
        let record = (!legacy).then(|| self.class_record());
        let start = self.class_start(it);
        let call = match &record {
            Some(record) => format!("(({record}) => ({record}.decorators = ["),
            None => format!("{}(() => [", self.legacy_helper("_decorateClass", CLASS)),
        };
        let name = it.id.as_ref().map(|id| id.name.as_str());
        let first = it
            .decorators
            .first()
            .map_or(start, |first| first.span.start);
        // `export` may stand before the decorators or after them.
        let export_first = outer.start < first && outer.start < start;
        let mut head = String::new();
        let mut tail = String::new();
        match (exported, name) {
            (Some(Exported::Default), None) if export_first => {}
            (Some(Exported::Default), None) => head.push_str("export default "),
            (Some(Exported::Default), Some(name)) => {
                if export_first {
                    self.edits.blank(outer.start, first);
                }
                head.push_str(&format!("let {name} = "));
                tail = format!(" export {{ {name} as default }};");
            }
            (Some(Exported::Named), Some(name)) if export_first => {
                head.push_str(&format!("let {name} = "));
            }
            (Some(Exported::Named), Some(name)) => head.push_str(&format!("export let {name} = ")),
            (_, Some(name)) if statement => head.push_str(&format!("let {name} = ")),
            _ => {}
        }
        head.push_str(&call);
        let opening = match &record {
            Some(record) => format!("], {record}.end("),
            None => "], ".to_owned(),
        };
        match it.decorators.first() {
            Some(first) => {
                self.decorator_list(&it.decorators, &head);
                let end = it.decorators.last().unwrap_or(first).span.end;
                self.edits.close(end, opening.clone());
                // `export` between the decorators and the class.
                if !export_first && outer.start < start {
                    self.edits.blank(self.token_at(end), start);
                }
            }
            None => self.edits.insert(start, format!("{head}{opening}")),
        }
        self.classes.record = record.clone();
        self.class(it);
        let end = it.span.end;
        match record {
            Some(_) => {
                let standard = self.helper("_standard", super::standard::RUNTIME);
                let name = match (name, exported) {
                    (None, Some(Exported::Default)) => "default",
                    (name, _) => name.unwrap_or_default(),
                };
                self.edits
                    .close(end, format!(")))({standard}(\"{name}\"))"));
            }
            None => {
                self.edits.close(end, ", () => [");
                let constructor = constructor_of(it);
                if let Some(constructor) = constructor {
                    self.copy_parameters(&constructor.params, end);
                }
                let metadata = match constructor {
                    Some(constructor) if self.options.emit_decorator_metadata => {
                        let types = self.parameter_types(&constructor.params);
                        format!("[\"design:paramtypes\", [{types}]]")
                    }
                    _ => String::new(),
                };
                self.edits.close(end, format!("], () => [{metadata}])"));
            }
        }
        if statement {
            self.edits.close(end, format!(";{tail}"));
        }
    }

    /// Makes a list of decorators' expressions, after `head`.
    pub(super) fn decorator_list(&mut self, decorators: &[Decorator<'a>], head: &str) {
        for (i, decorator) in decorators.iter().enumerate() {
            let at = decorator.span.start;
            let text = if i == 0 {
                head.to_owned()
            } else {
                ",".to_owned()
            };
            self.edits.replace(at, at + 1, text);
            self.visit_expression(&decorator.expression);
        }
    }

    /// Prepares the list of decorated members.
    pub(super) fn open_members(&mut self, it: &Class<'a>, record: Option<String>) {
        if !self.legacy_decorators() {
            self.open_standard_members(it, record);
            return;
        }
        if !has_decorated_members(it) {
            return;
        }
        let name = self.unused("#_decorated");
        self.edits
            .close(it.body.span.start + 1, format!(" static {name} = [];"));
        if let Some(state) = self.classes.open.last_mut() {
            state.members.name = Some(name);
        }
    }

    /// Applies the decorators of members, at the end of the class.
    pub(super) fn close_members(&mut self, it: &Class<'a>) {
        if !self.legacy_decorators() {
            return;
        }
        let name = self
            .classes
            .open
            .last()
            .and_then(|state| state.members.name.clone());
        if let Some(name) = name {
            let helper = self.legacy_helper("_decorate", MEMBERS);
            let code = format!("; static {{ {helper}(this, this.{name}); }} ");
            self.edits.close(it.body.span.end - 1, code);
        }
    }

    /// Rewrites the decorators of a member and of its parameters. Gives the member's number if its
    /// value has to be passed through standard decorators.
    pub(super) fn decorate_member(&mut self, it: &Member<'_, 'a>) -> Option<u32> {
        if !self.legacy_decorators() {
            return self.standard_member(it);
        }
        let parameters = it.function.is_some_and(|it| has_decorators(&it.params));
        if it.sort == Sort::Constructor || (it.decorators.is_empty() && !parameters) {
            return None;
        }
        let list = self
            .classes
            .open
            .last()
            .and_then(|state| state.members.name.clone())?;
        let key = self.member_name(it)?;
        let is_static = u8::from(it.is_static);
        let field = u8::from(it.sort == Sort::Field);
        let head = format!("static {{ this.{list}.push([{is_static}, {key}, {field}, () => [");
        let at = match it.decorators.last() {
            Some(last) => {
                self.decorator_list(it.decorators, &head);
                last.span.end
            }
            None => {
                self.edits.close(it.start, head);
                it.start
            }
        };
        self.edits.close(at, "], () => [");
        if let Some(function) = it.function {
            self.copy_parameters(&function.params, at);
        }
        let metadata = if self.options.emit_decorator_metadata {
            self.member_metadata(it)
        } else {
            String::new()
        };
        self.edits
            .close(at, format!("], () => [{metadata}]]); }} "));
        None
    }

    /// An expression for the name of a member; a computed one is kept in a variable.
    fn member_name(&mut self, it: &Member<'_, 'a>) -> Option<String> {
        let span = it.key.span();
        match it.key {
            PropertyKey::StaticIdentifier(name) => Some(format!("\"{}\"", name.name)),
            PropertyKey::PrivateIdentifier(_) => {
                self.refuse(span, "Decorators are not valid on private names");
                None
            }
            PropertyKey::StringLiteral(_) | PropertyKey::NumericLiteral(_) => {
                Some(self.text(span.start, span.end).to_owned())
            }
            _ => {
                let number = self.classes.made;
                self.classes.made += 1;
                let name = prelude::unused(self.source, &format!("_key{number}"));
                self.prelude.helper(format!("let {name};"));
                self.edits.insert(span.start, format!("{name} = "));
                Some(name)
            }
        }
    }

    /// Moves the decorators of parameters to `at`, as pairs of a number and an expression.
    fn copy_parameters(&mut self, params: &FormalParameters<'a>, at: u32) {
        let rest = params.rest.iter().map(|rest| &rest.decorators);
        let lists = params.items.iter().map(|item| &item.decorators).chain(rest);
        for (i, decorators) in lists.enumerate() {
            for decorator in decorators {
                let expression = decorator.expression.span();
                let text = self.text(expression.start, expression.end);
                if has_line_end(text)
                    && ["//", "`", "=>", "function"]
                        .iter()
                        .any(|it| text.contains(it))
                {
                    self.refuse(
                        decorator.span,
                        "The decorator of a parameter must fit on one line",
                    );
                }
                self.edits.blank(decorator.span.start, expression.start);
                self.edits.take(expression.start, expression.end);
                self.edits.close(at, format!("[{i}, "));
                self.edits.copy(expression.start, expression.end, at);
                self.edits.close(at, "], ");
            }
        }
    }

    fn member_metadata(&mut self, it: &Member<'_, 'a>) -> String {
        let (kind, parameters, returned) = match (it.sort, it.function) {
            (Sort::Method, Some(function)) => {
                let returned = match &function.return_type {
                    Some(it) => self.serialize(&it.type_annotation),
                    None if function.r#async => "Promise".to_owned(),
                    None => "void 0".to_owned(),
                };
                (
                    "Function".to_owned(),
                    Some(self.parameter_types(&function.params)),
                    Some(returned),
                )
            }
            (Sort::Getter, Some(function)) => (
                self.serialize_annotation(function.return_type.as_deref()),
                Some(String::new()),
                None,
            ),
            (Sort::Setter, Some(function)) => {
                let types = self.parameter_types(&function.params);
                (types.clone(), Some(types), None)
            }
            _ => (self.serialize_annotation(it.type_annotation), None, None),
        };
        let mut code = format!("[\"design:type\", {kind}]");
        if let Some(parameters) = parameters {
            code.push_str(&format!(", [\"design:paramtypes\", [{parameters}]]"));
        }
        if let Some(returned) = returned {
            code.push_str(&format!(", [\"design:returntype\", {returned}]"));
        }
        code
    }

    fn parameter_types(&mut self, params: &FormalParameters<'a>) -> String {
        let mut types: Vec<String> = Vec::new();
        for item in &params.items {
            types.push(self.serialize_annotation(item.type_annotation.as_deref()));
        }
        if let Some(rest) = &params.rest {
            types.push(
                match rest
                    .type_annotation
                    .as_deref()
                    .and_then(metadata::element_type)
                {
                    Some(element) => self.serialize(element),
                    None => "Object".to_owned(),
                },
            );
        }
        types.join(", ")
    }
}

/// The constructor of a class that has a body.
fn constructor_of<'b, 'a>(it: &'b Class<'a>) -> Option<&'b Function<'a>> {
    it.body.body.iter().find_map(|element| match element {
        ClassElement::MethodDefinition(method)
            if method.kind == MethodDefinitionKind::Constructor && method.value.body.is_some() =>
        {
            Some(&*method.value)
        }
        _ => None,
    })
}

fn has_decorators(params: &FormalParameters<'_>) -> bool {
    params.items.iter().any(|item| !item.decorators.is_empty())
        || params
            .rest
            .as_ref()
            .is_some_and(|rest| !rest.decorators.is_empty())
}

fn has_decorated_members(it: &Class<'_>) -> bool {
    it.body.body.iter().any(|element| match element {
        ClassElement::MethodDefinition(it) => {
            !it.decorators.is_empty()
                || (it.kind != MethodDefinitionKind::Constructor
                    && has_decorators(&it.value.params))
        }
        ClassElement::PropertyDefinition(it) => !it.decorators.is_empty(),
        ClassElement::AccessorProperty(it) => !it.decorators.is_empty(),
        _ => false,
    })
}
