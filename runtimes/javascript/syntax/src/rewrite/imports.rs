//! Imports and exports: which of them are types, and what a module asks for.

use std::collections::{HashMap, HashSet};

use oxc::{
    ast::ast::{
        BindingIdentifier, Declaration, ExportDeclaration, ExportNamedDeclaration, Expression,
        ImportAttributeKey, ImportDeclaration, ImportDeclarationSpecifier, ImportOrExportKind,
        ModuleExportName, Program, Statement, TSExportAssignment, TSImportEqualsDeclaration,
        TSModuleReference, TSNamespaceDeclaration, TSNamespaceDeclarationBody, TSType, TSTypeName,
        WithClause,
    },
    ast_visit::Visit,
    semantic::{Scoping, SemanticBuilder},
    span::{GetSpan, Span},
    syntax::scope::ScopeFlags,
};

use super::{Rewriter, classes::Exported};
use crate::{Format, Import};

/// What is known of an imported name, or of the alias that `import x = …` makes.
#[derive(Debug, Default, Clone, Copy)]
struct Name {
    /// It occurs where a value is meant.
    used: bool,
    /// Something else of the name is declared in the file: scopes must tell which one is used.
    shadowed: bool,
}

/// The imported names of a TypeScript file, and its names of types.
#[derive(Default)]
pub(super) struct Names<'a> {
    imported: HashMap<&'a str, Name>,
    /// Names of interfaces and aliases at the top, which `export { x }` must not export, with the
    /// types of the latter.
    types: HashMap<&'a str, Option<&'a TSType<'a>>>,
    values: HashSet<&'a str>,
    /// Aliases that are removed if their names turn out to be unused: statement, name.
    aliases: Vec<(Span, &'a str)>,
    /// `export { x }`, decided at the end: statement, specifiers (range, name).
    exports: Vec<(Span, Vec<(Span, &'a str)>)>,
}

impl<'a> Names<'a> {
    pub(super) fn use_name(&mut self, name: &str) {
        if !self.imported.is_empty()
            && let Some(name) = self.imported.get_mut(name)
        {
            name.used = true;
        }
    }

    /// Whether a name is that of an interface or alias of the file, and of nothing else.
    pub(super) fn is_type_only(&self, name: &str) -> bool {
        self.types.contains_key(name) && !self.values.contains(name)
    }

    /// What a name of the file's is an alias of.
    pub(super) fn aliased(&self, name: &str) -> Option<&'a TSType<'a>> {
        self.types.get(name).copied().flatten()
    }

    pub(super) fn declare(&mut self, name: &str) {
        if !self.imported.is_empty()
            && let Some(name) = self.imported.get_mut(name)
        {
            name.shadowed = true;
        }
    }
}

impl<'a> Rewriter<'a, '_> {
    /// Collects the names that a file imports, before it is walked.
    pub(super) fn collect_imports(&mut self, program: &'a Program<'a>) {
        if !self.typescript {
            return;
        }
        for statement in &program.body {
            match statement {
                Statement::ImportDeclaration(import) => {
                    for specifier in import.specifiers.iter().flatten() {
                        let name = local(specifier).name.as_str();
                        self.imports.imported.insert(name, Name::default());
                    }
                }
                Statement::TSImportEqualsDeclaration(import) => {
                    self.imports
                        .imported
                        .insert(import.id.name.as_str(), Name::default());
                }
                Statement::ExportDeclaration(export) => self.collect_declared(&export.declaration),
                _ => {
                    if let Some(declaration) = statement.as_declaration() {
                        self.collect_declared(declaration);
                    }
                }
            }
        }
    }

    fn collect_declared(&mut self, declaration: &'a Declaration<'a>) {
        match declaration {
            Declaration::TSTypeAliasDeclaration(it) => {
                self.imports
                    .types
                    .insert(it.id.name.as_str(), Some(&it.type_annotation));
            }
            Declaration::TSInterfaceDeclaration(it) => {
                self.imports.types.insert(it.id.name.as_str(), None);
            }
            Declaration::TSNamespaceDeclaration(it) => {
                self.collect_aliases(it);
                if it.declare || !super::namespaces::has_values(it) {
                    self.imports.types.insert(it.id.name.as_str(), None);
                } else {
                    self.imports.values.insert(it.id.name.as_str());
                }
            }
            Declaration::VariableDeclaration(it) => {
                for declarator in &it.declarations {
                    for id in declarator.id.get_binding_identifiers() {
                        self.imports.values.insert(id.name.as_str());
                    }
                }
            }
            _ => {
                if let Some(id) = declaration.id() {
                    self.imports.values.insert(id.name.as_str());
                }
            }
        }
    }

    /// The aliases that a namespace makes for itself are removed like imports.
    fn collect_aliases(&mut self, it: &TSNamespaceDeclaration<'a>) {
        match &it.body {
            TSNamespaceDeclarationBody::TSNamespaceDeclaration(inner) => {
                self.collect_aliases(inner)
            }
            TSNamespaceDeclarationBody::TSModuleBlock(block) => {
                for statement in &block.body {
                    match statement {
                        Statement::TSImportEqualsDeclaration(import) => {
                            self.imports
                                .imported
                                .insert(import.id.name.as_str(), Name::default());
                        }
                        Statement::TSNamespaceDeclaration(inner) => self.collect_aliases(inner),
                        Statement::ExportDeclaration(export) => {
                            if let Declaration::TSNamespaceDeclaration(inner) = &export.declaration
                            {
                                self.collect_aliases(inner);
                            }
                        }
                        _ => {}
                    }
                }
            }
        }
    }

    /// `export` before a declaration.
    pub(super) fn export_declaration(&mut self, it: &ExportDeclaration<'a>) {
        match &it.declaration {
            Declaration::TSTypeAliasDeclaration(_)
            | Declaration::TSInterfaceDeclaration(_)
            | Declaration::TSGlobalDeclaration(_)
            | Declaration::TSExternalModuleDeclaration(_) => self.erase_statement(it.span),
            Declaration::VariableDeclaration(declaration) => {
                if declaration.declare {
                    self.erase_statement(it.span);
                } else {
                    self.visit_variable_declaration(declaration);
                }
            }
            Declaration::FunctionDeclaration(function) => {
                if function.declare || function.body.is_none() {
                    self.erase_statement(it.span);
                } else {
                    self.declare(function.id.as_ref());
                    self.visit_function(function, ScopeFlags::Function);
                }
            }
            Declaration::ClassDeclaration(class) => {
                if class.declare {
                    self.erase_statement(it.span);
                } else {
                    self.declare(class.id.as_ref());
                    self.class_statement(class, it.span, Some(Exported::Named));
                }
            }
            Declaration::TSEnumDeclaration(declaration) => {
                self.enum_declaration(declaration, it.span, Some(None));
            }
            Declaration::TSNamespaceDeclaration(declaration) => {
                self.namespace_declaration(declaration, it.span, Some(None));
            }
            Declaration::TSImportEqualsDeclaration(declaration) => {
                self.import_equals(declaration, it.span, Some(None));
            }
        }
    }

    /// `export { a, b }` without a source.
    pub(super) fn export_names(&mut self, it: &ExportNamedDeclaration<'a>) {
        if it.export_kind == ImportOrExportKind::Type {
            self.erase_statement(it.span);
            return;
        }
        let mut names = Vec::new();
        for specifier in &it.specifiers {
            let name = match &specifier.local {
                ModuleExportName::IdentifierReference(name) => name.name.as_str(),
                ModuleExportName::IdentifierName(name) => name.name.as_str(),
                ModuleExportName::StringLiteral(name) => name.value.as_str(),
            };
            if specifier.export_kind == ImportOrExportKind::Type {
                names.push((specifier.span, ""));
            } else {
                self.imports.use_name(name);
                names.push((specifier.span, name));
            }
        }
        self.imports.exports.push((it.span, names));
    }

    /// `export = x`.
    pub(super) fn export_assignment(&mut self, it: &TSExportAssignment<'a>) {
        if let Expression::Identifier(name) = &it.expression
            && self.imports.is_type_only(name.name.as_str())
        {
            self.erase_statement(it.span);
            return;
        }
        if self.format == Format::Module {
            self.refuse(
                it.span,
                "`export =` cannot be used in an ES module; use `export default`",
            );
            return;
        }
        self.edits.replace(
            it.span.start,
            it.expression.span().start,
            "module.exports = ",
        );
        self.visit_expression(&it.expression);
    }

    /// `import x = require("y")` or `import x = A.B`. `exported` says that `export` comes before it,
    /// and of which namespace it becomes a member.
    pub(super) fn import_equals(
        &mut self,
        it: &TSImportEqualsDeclaration<'a>,
        outer: Span,
        exported: Option<Option<&str>>,
    ) {
        if it.import_kind == ImportOrExportKind::Type {
            self.erase_statement(outer);
            return;
        }
        let name = it.id.name.as_str();
        let known = self.imports.imported.contains_key(name);
        if exported.is_none() && known && !self.options.verbatim_module_syntax {
            self.imports.aliases.push((outer, name));
        }
        if !known {
            self.visit_binding_identifier(&it.id);
        }
        let start = match exported {
            Some(Some(_)) => outer.start,
            _ => it.span.start,
        };
        self.edits.replace(start, it.id.span.start, "const ");
        match &it.module_reference {
            TSModuleReference::ExternalModuleReference(module) => {
                if self.format == Format::Module {
                    let at = self.token_at(it.id.span.end);
                    let at = self.token_at(at + 1);
                    let end = self.word_end(at);
                    let require = self.prelude.require(self.source);
                    self.edits.replace(at, end, require);
                }
                let _ = module;
            }
            TSModuleReference::IdentifierReference(name) => self.visit_identifier_reference(name),
            TSModuleReference::QualifiedName(qualified) => {
                let mut left = &qualified.left;
                while let TSTypeName::QualifiedName(inner) = left {
                    left = &inner.left;
                }
                if let TSTypeName::IdentifierReference(name) = left {
                    self.visit_identifier_reference(name);
                }
            }
        }
        if let Some(Some(namespace)) = exported {
            self.edits
                .close(outer.end, format!("; {namespace}.{name} = {name};"));
        }
    }

    /// Finds out by scopes what names could not tell, and rewrites references to the variables that
    /// namespaces export.
    pub(super) fn resolve(&mut self, program: &'a Program<'a>) {
        let ambiguous = self
            .imports
            .imported
            .values()
            .any(|name| name.used && name.shadowed);
        if !ambiguous && !self.namespaces.must_resolve() {
            return;
        }
        let semantic = SemanticBuilder::new()
            .with_build_nodes(true)
            .build(program)
            .semantic;
        let scoping = semantic.scoping();
        if ambiguous {
            for statement in &program.body {
                match statement {
                    Statement::ImportDeclaration(import) => {
                        for specifier in import.specifiers.iter().flatten() {
                            self.resolve_name(local(specifier), scoping);
                        }
                    }
                    Statement::TSImportEqualsDeclaration(import) => {
                        self.resolve_name(&import.id, scoping);
                    }
                    _ => {}
                }
            }
        }
        self.resolve_namespaces(&semantic);
    }

    fn resolve_name(&mut self, id: &BindingIdentifier<'a>, scoping: &Scoping) {
        if let Some(name) = self.imports.imported.get_mut(id.name.as_str())
            && name.used
            && name.shadowed
            && let Some(symbol) = id.symbol_id.get()
        {
            name.used = scoping
                .get_resolved_references(symbol)
                .any(|found| found.is_value());
        }
    }

    /// Decides on imports and exports, and lists what the module asks for.
    pub(super) fn finish_modules(&mut self, program: &Program<'a>) -> Vec<Import> {
        let mut imports = Vec::new();
        for statement in &program.body {
            match statement {
                Statement::ImportDeclaration(it) => {
                    if let Some(import) = self.import_declaration(it) {
                        imports.push(import);
                    }
                }
                Statement::ExportFromDeclaration(it) => {
                    let types = it
                        .specifiers
                        .iter()
                        .filter(|it| it.export_kind == ImportOrExportKind::Type);
                    let all_types = !it.specifiers.is_empty()
                        && types.clone().count() == it.specifiers.len()
                        && !self.options.verbatim_module_syntax;
                    if it.export_kind == ImportOrExportKind::Type || all_types {
                        self.erase_statement(it.span);
                        continue;
                    }
                    for specifier in types {
                        self.erase_specifier(specifier.span);
                    }
                    let mut import = import_of(it.source.value.as_str(), it.with_clause.as_deref());
                    for specifier in &it.specifiers {
                        if specifier.export_kind == ImportOrExportKind::Value {
                            import.names.push(specifier.local.name().to_string());
                        }
                    }
                    imports.push(import);
                }
                Statement::ExportAllDeclaration(it) => {
                    if it.export_kind == ImportOrExportKind::Type {
                        self.erase_statement(it.span);
                        continue;
                    }
                    let mut import = import_of(it.source.value.as_str(), it.with_clause.as_deref());
                    import.namespace = true;
                    imports.push(import);
                }
                Statement::ExportDefaultDeclaration(it) => {
                    if let Some(Expression::Identifier(name)) = it.declaration.as_expression()
                        && self.imports.is_type_only(name.name.as_str())
                    {
                        self.erase_statement(it.span);
                    }
                }
                _ => {}
            }
        }
        for (span, name) in std::mem::take(&mut self.imports.aliases) {
            if self
                .imports
                .imported
                .get(name)
                .is_some_and(|name| !name.used)
            {
                self.erase_statement(span);
            }
        }
        self.finish_exports();
        imports
    }

    fn finish_exports(&mut self) {
        for (statement, specifiers) in std::mem::take(&mut self.imports.exports) {
            let kept = |name: &str| !name.is_empty() && !self.imports.is_type_only(name);
            let removed: Vec<Span> = specifiers
                .iter()
                .filter(|(_, name)| !kept(name))
                .map(|(span, _)| *span)
                .collect();
            if !removed.is_empty()
                && removed.len() == specifiers.len()
                && !self.options.verbatim_module_syntax
            {
                self.erase_statement(statement);
                continue;
            }
            for span in removed {
                self.erase_specifier(span);
            }
        }
    }

    /// Blanks a specifier in braces with the comma after it.
    fn erase_specifier(&mut self, span: Span) {
        let next = self.token_at(span.end);
        let end = if self.byte(next) == b',' {
            next + 1
        } else {
            span.end
        };
        self.edits.blank(span.start, end);
    }

    fn import_declaration(&mut self, it: &ImportDeclaration<'a>) -> Option<Import> {
        if it.import_kind == ImportOrExportKind::Type {
            self.erase_statement(it.span);
            return None;
        }
        let mut import = import_of(it.source.value.as_str(), it.with_clause.as_deref());
        let specifiers: &[ImportDeclarationSpecifier<'a>] = match &it.specifiers {
            Some(specifiers) => specifiers,
            None => &[],
        };
        let keeps: Vec<bool> = specifiers
            .iter()
            .map(|specifier| self.keeps(specifier))
            .collect();
        if !specifiers.is_empty() && !keeps.contains(&true) && !self.options.verbatim_module_syntax
        {
            self.erase_statement(it.span);
            return None;
        }
        for (specifier, keeps) in specifiers.iter().zip(&keeps) {
            match specifier {
                ImportDeclarationSpecifier::ImportDefaultSpecifier(default) => {
                    if *keeps {
                        import.names.push("default".to_owned());
                    } else {
                        self.erase_specifier(default.span);
                    }
                }
                ImportDeclarationSpecifier::ImportNamespaceSpecifier(namespace) => {
                    if *keeps {
                        import.namespace = true;
                    } else if let Some(before) = specifiers.first() {
                        // There is a default name, or nothing would be left.
                        self.edits.blank(before.span().end, namespace.span.end);
                    }
                }
                ImportDeclarationSpecifier::ImportSpecifier(named) => {
                    if *keeps {
                        import.names.push(named.imported.name().to_string());
                    } else {
                        self.erase_specifier(named.span);
                    }
                }
            }
        }
        Some(import)
    }

    /// Whether an imported name is there at run time.
    fn keeps(&self, specifier: &ImportDeclarationSpecifier<'a>) -> bool {
        if !self.typescript {
            return true;
        }
        if let ImportDeclarationSpecifier::ImportSpecifier(named) = specifier
            && named.import_kind == ImportOrExportKind::Type
        {
            return false;
        }
        let name = local(specifier).name.as_str();
        self.options.verbatim_module_syntax
            || self.imports.imported.get(name).is_none_or(|name| name.used)
    }
}

fn local<'b, 'a>(specifier: &'b ImportDeclarationSpecifier<'a>) -> &'b BindingIdentifier<'a> {
    match specifier {
        ImportDeclarationSpecifier::ImportSpecifier(it) => &it.local,
        ImportDeclarationSpecifier::ImportDefaultSpecifier(it) => &it.local,
        ImportDeclarationSpecifier::ImportNamespaceSpecifier(it) => &it.local,
    }
}

fn import_of(specifier: &str, attributes: Option<&WithClause<'_>>) -> Import {
    Import {
        specifier: specifier.to_owned(),
        names: Vec::new(),
        namespace: false,
        attributes: attributes
            .iter()
            .flat_map(|clause| &clause.with_entries)
            .map(|entry| {
                let key = match &entry.key {
                    ImportAttributeKey::Identifier(name) => name.name.to_string(),
                    ImportAttributeKey::StringLiteral(name) => name.value.to_string(),
                };
                (key, entry.value.value.to_string())
            })
            .collect(),
    }
}
