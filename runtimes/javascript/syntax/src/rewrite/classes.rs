//! Classes: modifiers, members of types, parameter properties, `accessor`.

use oxc::{
    ast::ast::{
        AccessorProperty, AccessorPropertyType, Class, ClassElement, Expression, FormalParameter,
        Function, MethodDefinition, MethodDefinitionKind, MethodDefinitionType, PropertyDefinition,
        PropertyDefinitionType, PropertyKey, Statement,
    },
    ast_visit::{Visit, walk},
    span::{GetSpan, Span},
    syntax::scope::ScopeFlags,
};

use super::{
    Rewriter,
    decorators::{Member, Members, Sort},
};

/// How a class is exported, where that is part of its statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Exported {
    Named,
    Default,
}

/// The classes around the place of the walk.
#[derive(Default)]
pub(super) struct Classes {
    pub(super) open: Vec<State>,
    /// Counts names that are made up.
    pub(super) made: u32,
    /// The name of the record of the class that is about to be walked, with standard decorators.
    pub(super) record: Option<String>,
}

/// What is known of a class whose body is walked.
pub(super) struct State {
    /// Its constructor assigns parameter properties before the fields' values are computed: with
    /// TypeScript's own fields, these are moved into private methods, by number.
    pub(super) late_fields: Option<Vec<u32>>,
    pub(super) members: Members,
    pub(super) derived: bool,
}

/// Modifiers that have no meaning at run time.
const TYPE_MODIFIERS: [&str; 6] = [
    "public",
    "private",
    "protected",
    "readonly",
    "override",
    "declare",
];

impl<'a> Rewriter<'a, '_> {
    pub(super) fn class_expression(&mut self, it: &Class<'a>) {
        if self.class_decorators_matter(it) {
            self.decorated_class(it, it.span, None, false);
        } else {
            self.class(it);
        }
    }

    /// A class declaration; `outer` is its statement with `export`.
    pub(super) fn class_statement(
        &mut self,
        it: &Class<'a>,
        outer: Span,
        exported: Option<Exported>,
    ) {
        if self.class_decorators_matter(it) {
            self.decorated_class(it, outer, exported, true);
        } else {
            self.class(it);
        }
    }

    /// The place of `class` (or of `abstract` before it).
    pub(super) fn class_start(&self, it: &Class<'a>) -> u32 {
        let decorators = it.decorators.last().map_or(0, |last| last.span.end);
        let mut at = self.token_at(it.span.start.max(decorators));
        // Decorators before `export`.
        for word in ["export", "default"] {
            let end = self.word_end(at);
            if self.text(at, end) == word {
                at = self.token_at(end);
            }
        }
        at
    }

    pub(super) fn class(&mut self, it: &Class<'a>) {
        // Taken before what the class extends is walked: that may be a class, too.
        let record = self.classes.record.take();
        let mut at = self.class_start(it);
        let mut end = self.word_end(at);
        if self.text(at, end) == "abstract" {
            self.edits.blank(at, end);
            at = self.token_at(end);
            end = self.word_end(at);
        }
        let mut head = end;
        if let Some(id) = &it.id {
            self.visit_binding_identifier(id);
            head = id.span.end;
        }
        if let Some(types) = &it.type_parameters {
            self.visit_ts_type_parameter_declaration(types);
            head = types.span.end;
        }
        if let Some(heritage) = &it.heritage {
            self.visit_expression(&heritage.expression);
            head = heritage.expression.span().end;
            if let Some(types) = &heritage.type_arguments {
                self.visit_ts_type_parameter_instantiation(types);
                head = types.span.end;
            }
        }
        if let Some(last) = it.implements.last()
            && let Some((at, _)) = self.keyword("implements", head, last.span.start)
        {
            self.edits.blank(at, last.span.end);
        }
        self.class_body(it, record);
    }

    fn class_body(&mut self, it: &Class<'a>, record: Option<String>) {
        let constructor = it.body.body.iter().find_map(|element| match element {
            ClassElement::MethodDefinition(method)
                if method.kind == MethodDefinitionKind::Constructor
                    && method.value.body.is_some() =>
            {
                Some(method)
            }
            _ => None,
        });
        let properties: Vec<&str> = constructor.map_or_else(Vec::new, |constructor| {
            constructor
                .value
                .params
                .items
                .iter()
                .filter_map(parameter_property)
                .collect()
        });
        let define = self.options.use_define_for_class_fields || !self.typescript;
        if define && !properties.is_empty() {
            let fields: String = properties.iter().map(|name| format!(" {name};")).collect();
            self.edits.close(it.body.span.start + 1, fields);
        }
        let late = !define && !properties.is_empty();
        self.classes.open.push(State {
            late_fields: late.then(Vec::new),
            members: Members::default(),
            derived: it.heritage.is_some(),
        });
        self.open_members(it, record);
        // Its fields are numbered before the constructor is walked, wherever it stands.
        if late {
            let count = it
                .body
                .body
                .iter()
                .filter(|element| is_late(element))
                .count();
            let first = self.classes.made;
            let numbers = (first..).take(count).collect();
            self.classes.made += super::to_u32(count);
            if let Some(state) = self.classes.open.last_mut() {
                state.late_fields = Some(numbers);
            }
        }
        let mut late_seen = 0;
        for element in &it.body.body {
            if late && is_late(element) {
                self.late_field(element, late_seen);
                late_seen += 1;
            } else {
                self.visit_class_element(element);
            }
        }
        self.close_members(it);
        self.classes.open.pop();
    }

    pub(super) fn class_element(&mut self, it: &ClassElement<'a>) {
        match it {
            ClassElement::StaticBlock(block) => {
                self.function_depth += 1;
                walk::walk_static_block(self, block);
                self.function_depth -= 1;
            }
            ClassElement::TSIndexSignature(signature) => self.erase_member(signature.span),
            ClassElement::MethodDefinition(method) => self.method(method),
            ClassElement::PropertyDefinition(property) => self.property(property),
            ClassElement::AccessorProperty(accessor) => self.accessor(accessor),
        }
    }

    fn erase_member(&mut self, span: Span) {
        self.edits.replace(span.start, span.end, ";");
    }

    fn method(&mut self, it: &MethodDefinition<'a>) {
        if it.r#type == MethodDefinitionType::TSAbstractMethodDefinition || it.value.body.is_none()
        {
            self.erase_member(it.span);
            return;
        }
        self.decorate_member(&Member {
            decorators: &it.decorators,
            start: it.span.start,
            function: Some(&it.value),
            type_annotation: None,
            key: &it.key,
            computed: it.computed,
            is_static: it.r#static,
            sort: match it.kind {
                MethodDefinitionKind::Constructor => Sort::Constructor,
                MethodDefinitionKind::Method => Sort::Method,
                MethodDefinitionKind::Get => Sort::Getter,
                MethodDefinitionKind::Set => Sort::Setter,
            },
        });
        let start = it
            .decorators
            .last()
            .map_or(it.span.start, |last| last.span.end);
        self.modifiers(start, it.key.span().start, it.decorators.is_empty());
        self.member_key(&it.key, it.computed);
        if it.optional {
            self.blank_mark(it.key.span().end, b'?');
        }
        if it.kind == MethodDefinitionKind::Constructor {
            self.constructor(&it.value);
        }
        self.visit_function(&it.value, ScopeFlags::Function);
    }

    fn member_key(&mut self, key: &PropertyKey<'a>, computed: bool) {
        if computed {
            self.visit_property_key(key);
        }
    }

    /// Blanks the modifiers of a member that are types. `first` says that nothing of it comes before.
    fn modifiers(&mut self, from: u32, key: u32, first: bool) {
        let mut at = self.token_at(from);
        let mut erased = Vec::new();
        let mut kept = !first;
        while at < key {
            let end = self.word_end(at);
            let word = self.text(at, end);
            if word == "abstract" || TYPE_MODIFIERS.contains(&word) {
                erased.push((at, end, kept));
            } else if matches!(word, "static" | "async" | "get" | "set" | "accessor") {
                kept = true;
            } else {
                break;
            }
            at = self.token_at(end);
        }
        // `[` or `*` would go on with the field before it.
        let joins = matches!(self.byte(at), b'[' | b'*')
            || matches!(self.text(at, self.word_end(at)), "in" | "instanceof");
        for (i, (start, end, kept)) in erased.into_iter().enumerate() {
            if i == 0 && !kept && joins {
                self.edits.replace(start, end, ";");
            } else {
                self.edits.blank(start, end);
            }
        }
    }

    fn property(&mut self, it: &PropertyDefinition<'a>) {
        let define = self.options.use_define_for_class_fields || !self.typescript;
        let erased = it.r#type == PropertyDefinitionType::TSAbstractPropertyDefinition
            || it.declare
            || (!define && it.value.is_none());
        let member = Member {
            decorators: &it.decorators,
            start: it.span.start,
            function: None,
            type_annotation: it.type_annotation.as_deref(),
            key: &it.key,
            computed: it.computed,
            is_static: it.r#static,
            sort: Sort::Field,
        };
        let number = self.decorate_member(&member);
        let start = it
            .decorators
            .last()
            .map_or(it.span.start, |last| last.span.end);
        if erased {
            // A computed key is evaluated all the same, which nobody can see in practice.
            let start = self.token_at(start);
            self.erase_member(Span::new(start, it.span.end));
            return;
        }
        self.modifiers(start, it.key.span().start, it.decorators.is_empty());
        self.member_key(&it.key, it.computed);
        self.field_marks(&it.key, it.optional, it.definite);
        if let Some(annotation) = &it.type_annotation {
            self.visit_ts_type_annotation(annotation);
        }
        let mut end = it
            .type_annotation
            .as_ref()
            .map_or(it.key.span().end, |it| it.span.end);
        if number.is_some() && it.type_annotation.is_none() && it.computed {
            // The bracket.
            end = self.token_at(end) + 1;
        }
        if let Some(value) = &it.value {
            self.function_depth += 1;
            self.open_value(number, Some(value.span().start), end);
            self.visit_expression(value);
            self.function_depth -= 1;
            self.close_value(number, value.span().end, it.r#static);
        } else if number.is_some() {
            self.open_value(number, None, end);
            self.close_value(number, end, it.r#static);
        } else if it.type_annotation.is_some()
            && let PropertyKey::StaticIdentifier(name) = &it.key
            && matches!(
                name.name.as_str(),
                "get" | "set" | "static" | "async" | "accessor"
            )
        {
            // Without its type it would be the modifier of what follows.
            self.edits.close(it.key.span().end, ";");
        }
    }

    fn field_marks(&mut self, key: &PropertyKey<'a>, optional: bool, definite: bool) {
        if optional {
            self.blank_mark(key.span().end, b'?');
        }
        if definite {
            self.blank_mark(key.span().end, b'!');
        }
    }

    /// `accessor x = 1`: a private field with a getter and a setter.
    fn accessor(&mut self, it: &AccessorProperty<'a>) {
        if it.r#type == AccessorPropertyType::TSAbstractAccessorProperty {
            self.erase_member(it.span);
            return;
        }
        let start = it
            .decorators
            .last()
            .map_or(it.span.start, |last| last.span.end);
        let key = it.key.span();
        let Some((keyword, _)) = self.keyword("accessor", start, key.start) else {
            return;
        };
        let (name, get) = match &it.key {
            PropertyKey::StaticIdentifier(name) => (name.name.to_string(), name.name.to_string()),
            PropertyKey::PrivateIdentifier(name) => {
                (name.name.to_string(), format!("#{}", name.name))
            }
            PropertyKey::StringLiteral(name) => (
                self.classes.made.to_string(),
                self.text(name.span.start, name.span.end).to_owned(),
            ),
            _ => {
                self.refuse(it.span, "`accessor` with a computed name is not supported");
                return;
            }
        };
        let number = self.decorate_member(&Member {
            decorators: &it.decorators,
            start: it.span.start,
            function: None,
            type_annotation: it.type_annotation.as_deref(),
            key: &it.key,
            computed: it.computed,
            is_static: it.r#static,
            sort: Sort::Accessor,
        });
        self.modifiers(start, keyword, it.decorators.is_empty());
        let field = self.unused(&format!("#_{name}"));
        self.edits.replace(keyword, key.end, field.clone());
        self.field_marks(&it.key, false, it.definite);
        if let Some(annotation) = &it.type_annotation {
            self.visit_ts_type_annotation(annotation);
        }
        let mut end = key.end;
        if let Some(annotation) = &it.type_annotation {
            end = annotation.span.end;
        }
        if let Some(value) = &it.value {
            self.function_depth += 1;
            self.open_value(number, Some(value.span().start), end);
            self.visit_expression(value);
            self.function_depth -= 1;
            end = value.span().end;
        } else {
            self.open_value(number, None, end);
        }
        self.close_value(number, end, it.r#static);
        let r#static = if it.r#static { "static " } else { "" };
        let methods = format!(
            "; {static}get {get}() {{ return this.{field}; }} {static}set {get}(v) {{ this.{field} = v; }}",
        );
        self.edits.close(end, methods);
    }

    /// A name that does not occur in the source.
    pub(super) fn unused(&self, name: &str) -> String {
        let mut name = name.to_owned();
        while memchr::memmem::find(self.source.as_bytes(), name.as_bytes()).is_some() {
            name.push('$');
        }
        name
    }

    /// Assigns the parameter properties of a constructor.
    fn constructor(&mut self, it: &Function<'a>) {
        let Some(body) = &it.body else { return };
        let mut code: String = it
            .params
            .items
            .iter()
            .filter_map(parameter_property)
            .map(|name| format!(" this.{name} = {name};"))
            .collect();
        let Some(state) = self.classes.open.last() else {
            return;
        };
        for number in state.late_fields.iter().flatten() {
            code.push_str(&format!(" this.#_field{number}();"));
        }
        if code.is_empty() {
            return;
        }
        let supercall = body.statements.iter().find(|statement| {
            matches!(statement, Statement::ExpressionStatement(statement)
                if matches!(&statement.expression, Expression::CallExpression(call)
                    if matches!(call.callee, Expression::Super(_))))
        });
        let at = match (supercall, state.derived) {
            (Some(statement), _) => statement.span().end,
            (None, true) if !body.statements.is_empty() => {
                self.refuse(
                    it.span,
                    "A constructor with parameter properties must call `super()` as a statement of its own",
                );
                return;
            }
            _ => body
                .directives
                .last()
                .map_or(body.span.start + 1, |last| last.span.end),
        };
        self.edits.close(at, format!(";{code}"));
    }

    /// A field whose value may use parameter properties, where TypeScript assigns these first: its
    /// value is computed in a private method that the constructor calls.
    fn late_field(&mut self, element: &ClassElement<'a>, index: usize) {
        let ClassElement::PropertyDefinition(it) = element else {
            return;
        };
        let Some(value) = &it.value else { return };
        let number = self
            .classes
            .open
            .last()
            .and_then(|state| state.late_fields.as_ref()?.get(index).copied())
            .unwrap_or_default();
        self.decorate_member(&Member {
            decorators: &it.decorators,
            start: it.span.start,
            function: None,
            type_annotation: it.type_annotation.as_deref(),
            key: &it.key,
            computed: it.computed,
            is_static: false,
            sort: Sort::Field,
        });
        let start = it
            .decorators
            .last()
            .map_or(it.span.start, |last| last.span.end);
        let key = it.key.span();
        let target = match &it.key {
            PropertyKey::StaticIdentifier(name) => format!("this.{}", name.name),
            PropertyKey::PrivateIdentifier(_) => return,
            _ => format!("this[{}]", self.text(key.start, key.end)),
        };
        let start = self.token_at(start);
        self.edits.replace(
            start,
            value.span().start,
            format!(";#_field{number}() {{ {target} = ("),
        );
        self.function_depth += 1;
        self.visit_expression(value);
        self.function_depth -= 1;
        self.edits.close(value.span().end, "); }");
    }
}

/// Whether a member is an instance's field with a value.
fn is_late(element: &ClassElement<'_>) -> bool {
    matches!(element, ClassElement::PropertyDefinition(it)
        if it.value.is_some()
            && !it.r#static
            && !it.declare
            && !it.computed
            && !matches!(it.key, PropertyKey::PrivateIdentifier(_))
            && it.r#type == PropertyDefinitionType::PropertyDefinition)
}

/// The name of a parameter that is also a property.
fn parameter_property<'a>(it: &FormalParameter<'a>) -> Option<&'a str> {
    let property = it.accessibility.is_some() || it.readonly || it.r#override;
    let name = it.pattern.get_binding_identifier()?;
    property.then(|| name.name.as_str())
}
