//! `namespace`: a function that fills an object, with its statements on their own lines.

use std::collections::{HashMap, HashSet};

use oxc::{
    ast::{
        AstKind,
        ast::{
            BindingIdentifier, BindingPattern, Declaration, ExportDeclaration, Statement,
            TSModuleBlock, TSNamespaceDeclaration, TSNamespaceDeclarationBody, VariableDeclaration,
            VariableDeclarationKind,
        },
    },
    ast_visit::Visit,
    semantic::Semantic,
    span::{GetSpan, Span},
    syntax::{reference::ReferenceId, scope::ScopeFlags},
};

use super::{Rewriter, enums::object_tail};

/// The namespaces of a file.
#[derive(Default)]
pub(super) struct Namespaces<'a> {
    /// Those around the place of the walk: the name that their object has inside.
    open: Vec<String>,
    /// The path of names of those around.
    path: String,
    /// Exported variables that may change, by the start of their declaration: the object that holds
    /// them.
    variables: HashMap<u32, String>,
    /// What namespaces of one path export, and the bodies that they have.
    merged: HashMap<String, Merged<'a>>,
}

#[derive(Default)]
struct Merged<'a> {
    names: HashSet<&'a str>,
    blocks: Vec<(Span, String)>,
    /// How often it is opened: `namespace A.B` opens A, too.
    opened: u32,
}

impl Namespaces<'_> {
    pub(super) fn is_empty(&self) -> bool {
        self.open.is_empty()
    }

    /// Whether references have to be rewritten.
    pub(super) fn must_resolve(&self) -> bool {
        !self.variables.is_empty() || self.merged.values().any(|it| it.opened > 1)
    }
}

/// Whether a namespace exists at run time.
pub(super) fn has_values(it: &TSNamespaceDeclaration<'_>) -> bool {
    match &it.body {
        TSNamespaceDeclarationBody::TSNamespaceDeclaration(inner) => has_values(inner),
        TSNamespaceDeclarationBody::TSModuleBlock(block) => block.body.iter().any(is_value),
    }
}

fn is_value(statement: &Statement<'_>) -> bool {
    let declaration = match statement {
        Statement::ExportDeclaration(export) => Some(&export.declaration),
        _ => statement.as_declaration(),
    };
    match declaration {
        Some(
            Declaration::TSTypeAliasDeclaration(_)
            | Declaration::TSInterfaceDeclaration(_)
            | Declaration::TSGlobalDeclaration(_)
            | Declaration::TSExternalModuleDeclaration(_),
        ) => false,
        Some(Declaration::TSNamespaceDeclaration(inner)) => !inner.declare && has_values(inner),
        // An alias alone makes nothing unless it is exported.
        Some(Declaration::TSImportEqualsDeclaration(_)) => {
            matches!(statement, Statement::ExportDeclaration(_))
        }
        Some(Declaration::VariableDeclaration(it)) => !it.declare,
        Some(Declaration::FunctionDeclaration(it)) => !it.declare && it.body.is_some(),
        Some(Declaration::ClassDeclaration(it)) => !it.declare,
        Some(Declaration::TSEnumDeclaration(it)) => !it.declare,
        None => !matches!(statement, Statement::EmptyStatement(_)),
    }
}

impl<'a> Rewriter<'a, '_> {
    /// A namespace. `outer` is its statement with `export`; `exported` says that it is exported, and
    /// of which namespace it becomes a member.
    pub(super) fn namespace_declaration(
        &mut self,
        it: &TSNamespaceDeclaration<'a>,
        outer: Span,
        exported: Option<Option<&str>>,
    ) {
        if it.declare || !has_values(it) {
            self.erase_statement(outer);
            return;
        }
        let path = self.namespaces.path.len();
        let mut head = String::new();
        let mut tail = String::new();
        let mut levels = 0;
        let mut current = it;
        let mut holder: Option<Option<String>> =
            exported.map(|namespace| namespace.map(ToOwned::to_owned));
        // `namespace A.B` is A with B exported from it.
        let block: &TSModuleBlock<'a> = loop {
            let name = current.id.name.as_str();
            self.visit_binding_identifier(&current.id);
            let held = holder.as_ref().map(|holder| holder.as_deref());
            let start = self.object_head(name, held);
            let inside = match &current.body {
                TSNamespaceDeclarationBody::TSModuleBlock(block) if declares(block, name) => {
                    self.unused(&format!("{name}_1"))
                }
                _ => name.to_owned(),
            };
            if inside == name {
                head.push_str(&start);
            } else {
                let start = start
                    .strip_suffix(&format!("({name}) {{"))
                    .unwrap_or(&start)
                    .to_owned();
                head.push_str(&format!("{start}({inside}) {{"));
            }
            tail.insert_str(0, &object_tail(name, held.flatten()));
            self.namespaces.path.push('.');
            self.namespaces.path.push_str(name);
            self.namespaces.open.push(inside.clone());
            let key = self.namespaces.path.clone();
            let merged = self.namespaces.merged.entry(key).or_default();
            merged.opened += 1;
            self.declared.push(HashSet::new());
            levels += 1;
            holder = Some(Some(inside));
            match &current.body {
                TSNamespaceDeclarationBody::TSNamespaceDeclaration(inner) => {
                    merged.names.insert(inner.id.name.as_str());
                    current = inner;
                }
                TSNamespaceDeclarationBody::TSModuleBlock(block) => break block,
            }
        };
        self.edits.replace(outer.start, block.span.start + 1, head);
        let inside = holder.flatten().unwrap_or_default();
        let key = self.namespaces.path.clone();
        let merged = self.namespaces.merged.entry(key).or_default();
        merged.blocks.push((block.span, inside.clone()));
        self.function_depth += 1;
        for statement in &block.body {
            match statement {
                Statement::ExportDeclaration(export) => self.namespace_export(export, &inside),
                Statement::ExportNamedDeclaration(_)
                | Statement::ExportDefaultDeclaration(_)
                | Statement::ImportDeclaration(_) => {
                    self.refuse(statement.span(), "Not supported in a namespace");
                }
                _ => self.visit_statement(statement),
            }
        }
        self.function_depth -= 1;
        for _ in 0..levels {
            self.declared.pop();
            self.namespaces.open.pop();
        }
        self.namespaces.path.truncate(path);
        self.edits.replace(block.span.end - 1, block.span.end, tail);
    }

    fn export_from_namespace(&mut self, name: &'a str) {
        let key = self.namespaces.path.clone();
        self.namespaces
            .merged
            .entry(key)
            .or_default()
            .names
            .insert(name);
    }

    fn namespace_export(&mut self, it: &ExportDeclaration<'a>, inside: &str) {
        let start = it.declaration.span().start;
        let id = match &it.declaration {
            Declaration::TSTypeAliasDeclaration(_) | Declaration::TSInterfaceDeclaration(_) => None,
            declaration => declaration.id(),
        };
        if let Some(id) = id {
            self.export_from_namespace(id.name.as_str());
        }
        match &it.declaration {
            Declaration::VariableDeclaration(declaration) if !declaration.declare => {
                self.exported_variables(declaration, it.span, inside);
            }
            Declaration::FunctionDeclaration(function)
                if !function.declare && function.body.is_some() =>
            {
                self.edits.blank(it.span.start, start);
                self.declare(function.id.as_ref());
                self.visit_function(function, ScopeFlags::Function);
                self.assign_member(id, it.span.end, inside);
            }
            Declaration::ClassDeclaration(class) if !class.declare => {
                self.edits.blank(it.span.start, start);
                self.declare(class.id.as_ref());
                self.class_statement(class, class.span, None);
                self.assign_member(id, it.span.end, inside);
            }
            Declaration::TSEnumDeclaration(declaration) => {
                self.enum_declaration(declaration, it.span, Some(Some(inside)));
            }
            Declaration::TSNamespaceDeclaration(declaration) => {
                self.namespace_declaration(declaration, it.span, Some(Some(inside)));
            }
            Declaration::TSImportEqualsDeclaration(declaration) => {
                self.import_equals(declaration, it.span, Some(Some(inside)));
            }
            _ => self.erase_statement(it.span),
        }
    }

    fn assign_member(&mut self, id: Option<&BindingIdentifier<'a>>, end: u32, inside: &str) {
        if let Some(id) = id {
            self.edits
                .close(end, format!("; {inside}.{0} = {0};", id.name));
        }
    }

    fn exported_variables(&mut self, it: &VariableDeclaration<'a>, outer: Span, inside: &str) {
        let mut ids = Vec::new();
        for declarator in &it.declarations {
            for id in declarator.id.get_binding_identifiers() {
                ids.push(id.name.as_str());
                self.export_from_namespace(id.name.as_str());
            }
        }
        let constant = !matches!(
            it.kind,
            VariableDeclarationKind::Let | VariableDeclarationKind::Var
        );
        if constant {
            self.edits.blank(outer.start, it.span.start);
            self.visit_variable_declaration(it);
            let members: String = ids
                .iter()
                .map(|id| format!(" {inside}.{id} = {id};"))
                .collect();
            self.edits.close(outer.end, format!(";{members}"));
            return;
        }
        // Variables that change live in the object: every reference goes there.
        let Some(first) = it.declarations.first() else {
            return;
        };
        if it
            .declarations
            .iter()
            .all(|declarator| declarator.init.is_none())
        {
            for declarator in &it.declarations {
                self.visit_binding_pattern(&declarator.id);
                self.hold_variables(&declarator.id, inside, false);
            }
            self.erase_statement(outer);
            return;
        }
        self.edits.replace(outer.start, first.span.start, ";");
        for declarator in &it.declarations {
            let pattern = declarator.id.get_binding_identifier().is_none();
            if pattern {
                self.edits.insert(declarator.span.start, "(");
            }
            self.hold_variables(&declarator.id, inside, true);
            self.visit_variable_declarator(declarator);
            match &declarator.init {
                Some(init) if pattern => self.edits.close(init.span().end, ")"),
                Some(_) => {}
                None => {
                    let name = self.text(declarator.id.span().start, declarator.id.span().end);
                    self.edits
                        .close(declarator.id.span().end, format!(" = {inside}.{name}"));
                }
            }
        }
    }

    /// Makes the names of a pattern members of a namespace's object.
    fn hold_variables(&mut self, it: &BindingPattern<'a>, inside: &str, write: bool) {
        match it {
            BindingPattern::BindingIdentifier(id) => {
                self.namespaces
                    .variables
                    .insert(id.span.start, inside.to_owned());
                if write {
                    self.edits.insert(id.span.start, format!("{inside}."));
                }
            }
            BindingPattern::ObjectPattern(pattern) => {
                for property in &pattern.properties {
                    if property.shorthand && write {
                        let key = property.key.span();
                        let name = self.text(key.start, key.end);
                        self.edits.insert(key.start, format!("{name}: "));
                    }
                    self.hold_variables(&property.value, inside, write);
                }
                if let Some(rest) = &pattern.rest {
                    self.hold_variables(&rest.argument, inside, write);
                }
            }
            BindingPattern::ArrayPattern(pattern) => {
                for element in pattern.elements.iter().flatten() {
                    self.hold_variables(element, inside, write);
                }
                if let Some(rest) = &pattern.rest {
                    self.hold_variables(&rest.argument, inside, write);
                }
            }
            BindingPattern::AssignmentPattern(pattern) => {
                self.hold_variables(&pattern.left, inside, write);
            }
        }
    }

    /// Sends references to the objects of namespaces: those to variables that they export, and those
    /// to what another block of the same namespace exports.
    pub(super) fn resolve_namespaces(&mut self, semantic: &Semantic<'a>) {
        let scoping = semantic.scoping();
        let mut found: Vec<(ReferenceId, String)> = Vec::new();
        if !self.namespaces.variables.is_empty() {
            for symbol in scoping.symbol_ids() {
                let start = scoping.symbol_span(symbol).start;
                if let Some(holder) = self.namespaces.variables.get(&start) {
                    for reference in scoping.get_resolved_reference_ids(symbol) {
                        found.push((*reference, holder.clone()));
                    }
                }
            }
        }
        for merged in self
            .namespaces
            .merged
            .values()
            .filter(|merged| merged.opened > 1)
        {
            for (name, references) in scoping.root_unresolved_references() {
                if !merged.names.contains(name.as_str()) {
                    continue;
                }
                for reference in references {
                    let span = semantic.reference_span(scoping.get_reference(*reference));
                    let block = merged
                        .blocks
                        .iter()
                        .find(|(block, _)| block.start < span.start && span.end < block.end);
                    if let Some((_, holder)) = block {
                        found.push((*reference, holder.clone()));
                    }
                }
            }
        }
        // A nested block comes last and is the one that is meant.
        let mut done = HashSet::new();
        for (id, holder) in found {
            let reference = scoping.get_reference(id);
            if !reference.is_value() || !done.insert(id) {
                continue;
            }
            let span = semantic.reference_span(reference);
            let name = self.text(span.start, span.end);
            match semantic.nodes().parent_kind(reference.node_id()) {
                AstKind::ObjectProperty(property) if property.shorthand => {
                    self.edits.insert(span.start, format!("{name}: {holder}."));
                }
                AstKind::AssignmentTargetPropertyIdentifier(_) => {
                    self.edits.insert(span.start, format!("{name}: {holder}."));
                }
                AstKind::CallExpression(call) if call.callee.span() == span => {
                    self.edits.insert(span.start, format!("(0, {holder}."));
                    self.edits.close(span.end, ")");
                }
                _ => self.edits.insert(span.start, format!("{holder}.")),
            }
        }
    }
}

/// Whether a block declares a name that would hide the namespace's own.
fn declares(block: &TSModuleBlock<'_>, name: &str) -> bool {
    block.body.iter().any(|statement| {
        let declaration = match statement {
            Statement::ExportDeclaration(export) => Some(&export.declaration),
            _ => statement.as_declaration(),
        };
        match declaration {
            Some(Declaration::VariableDeclaration(it)) => {
                it.declarations.iter().any(|declarator| {
                    declarator
                        .id
                        .get_binding_identifiers()
                        .iter()
                        .any(|id| id.name == name)
                })
            }
            Some(
                Declaration::TSTypeAliasDeclaration(_) | Declaration::TSInterfaceDeclaration(_),
            ) => false,
            Some(declaration) => declaration.id().is_some_and(|id| id.name == name),
            None => false,
        }
    })
}
