//! Rewrites a parsed source in place.
//!
//! One walk over the tree records edits; nothing is printed anew. Each kind of construct has its
//! file: what is blanked is here and in `types`, what is rewritten in the others.

mod classes;
mod decorators;
mod enums;
mod imports;
mod jsx;
mod jsx_text;
mod metadata;
mod namespaces;
mod pragmas;
mod prelude;
mod standard;
mod types;

use std::collections::HashSet;

use oxc::{
    ast::ast::{
        ArrowFunctionExpression, AwaitExpression, BinaryExpression, BindingIdentifier, Class,
        ClassElement, ExportDefaultDeclarationKind, Expression, ForOfStatement, FormalParameter,
        Function, IdentifierReference, JSXElement, JSXFragment, LogicalExpression, Program,
        Statement, TSAsExpression, TSInstantiationExpression, TSNonNullExpression,
        TSSatisfiesExpression, TSThisParameter, TSTypeAnnotation, TSTypeAssertion,
        TSTypeParameterDeclaration, TSTypeParameterInstantiation, VariableDeclaration,
        VariableDeclarationKind, VariableDeclarator,
    },
    ast_visit::{Visit, walk},
    parser::ParserReturn,
    span::{GetSpan, Span},
    syntax::scope::ScopeFlags,
};

pub(crate) use pragmas::is_member_path;

use crate::{Format, Import, Options, SyntaxError, edits::Edits};

/// What a rewrite found and made.
pub(crate) struct Outcome {
    /// The new code, if anything had to change.
    pub code: Option<String>,
    pub has_top_level_await: bool,
    pub imports: Vec<Import>,
    pub has_dynamic_import: bool,
    pub uses_import_meta: bool,
}

/// Rewrites a source that was parsed without errors.
pub(crate) fn rewrite<'a>(
    parsed: &'a ParserReturn<'a>,
    source: &'a str,
    format: Format,
    options: &Options,
) -> Result<Outcome, SyntaxError> {
    let program = &parsed.program;
    let mut rewriter = Rewriter::new(source, format, options);
    rewriter.pragmas(&program.comments)?;
    if rewriter.must_walk() {
        rewriter.collect_imports(program);
        rewriter.visit_program(program);
        rewriter.resolve(program);
    }
    let mut imports = rewriter.finish_modules(program);
    rewriter.finish_prelude(program, &mut imports);
    if let Some((span, message)) = rewriter.refused.take() {
        let range = span.start as usize..span.end as usize;
        return Err(SyntaxError::at(source, &options.path, range, message));
    }
    Ok(Outcome {
        has_top_level_await: format == Format::Module && rewriter.awaits,
        imports: if format == Format::Module {
            imports
        } else {
            Vec::new()
        },
        has_dynamic_import: !parsed.module_record.dynamic_imports.is_empty(),
        uses_import_meta: !parsed.module_record.import_metas.is_empty(),
        code: if rewriter.edits.is_empty() {
            None
        } else {
            Some(rewriter.edits.apply())
        },
    })
}

/// Whether a program declares imports or exports as an ES module does; TypeScript's `import x =
/// require()` and `export =` do not.
pub(crate) fn has_module_syntax(program: &Program<'_>) -> bool {
    program.body.iter().any(|statement| {
        matches!(
            statement,
            Statement::ImportDeclaration(_)
                | Statement::ExportAllDeclaration(_)
                | Statement::ExportDefaultDeclaration(_)
                | Statement::ExportDeclaration(_)
                | Statement::ExportNamedDeclaration(_)
                | Statement::ExportFromDeclaration(_)
        )
    })
}

/// Whether a program awaits outside of its functions.
pub(crate) fn has_top_level_await(program: &Program<'_>) -> bool {
    let mut awaits = Awaits {
        found: false,
        depth: 0,
    };
    awaits.visit_program(program);
    awaits.found
}

/// Looks for `await` outside of functions.
struct Awaits {
    found: bool,
    depth: u32,
}

impl<'a> Visit<'a> for Awaits {
    fn visit_function(&mut self, it: &Function<'a>, flags: ScopeFlags) {
        self.depth += 1;
        walk::walk_function(self, it, flags);
        self.depth -= 1;
    }
    fn visit_arrow_function_expression(&mut self, it: &ArrowFunctionExpression<'a>) {
        self.depth += 1;
        walk::walk_arrow_function_expression(self, it);
        self.depth -= 1;
    }
    fn visit_await_expression(&mut self, it: &AwaitExpression<'a>) {
        self.found |= self.depth == 0;
        walk::walk_await_expression(self, it);
    }
    fn visit_for_of_statement(&mut self, it: &ForOfStatement<'a>) {
        self.found |= self.depth == 0 && it.r#await;
        walk::walk_for_of_statement(self, it);
    }
    fn visit_variable_declaration(&mut self, it: &VariableDeclaration<'a>) {
        self.found |= self.depth == 0 && it.kind == VariableDeclarationKind::AwaitUsing;
        walk::walk_variable_declaration(self, it);
    }
    fn visit_binary_expression(&mut self, it: &BinaryExpression<'a>) {
        walk_binary(self, it);
    }
}

/// Walks a chain such as `a + b + c …`, which is as deep as it is long, in a loop.
fn walk_binary<'a>(visitor: &mut impl Visit<'a>, mut it: &BinaryExpression<'a>) {
    let mut rights = vec![&it.right];
    while let Expression::BinaryExpression(left) = &it.left {
        rights.push(&left.right);
        it = left;
    }
    visitor.visit_expression(&it.left);
    while let Some(right) = rights.pop() {
        visitor.visit_expression(right);
    }
}

/// The walk that records edits.
struct Rewriter<'a, 'o> {
    source: &'a str,
    options: &'o Options,
    format: Format,
    typescript: bool,
    edits: Edits<'a>,
    /// The first thing that cannot be rewritten.
    refused: Option<(Span, String)>,
    function_depth: u32,
    awaits: bool,
    imports: imports::Names<'a>,
    /// Names declared in each statement list around, where enums and namespaces may merge.
    declared: Vec<HashSet<&'a str>>,
    enums: enums::Enums<'a>,
    namespaces: namespaces::Namespaces<'a>,
    jsx: jsx::Settings,
    prelude: prelude::Prelude,
    classes: classes::Classes,
}

impl<'a, 'o> Rewriter<'a, 'o> {
    fn new(source: &'a str, format: Format, options: &'o Options) -> Self {
        Self {
            source,
            options,
            format,
            typescript: options.language.is_typescript(),
            edits: Edits::new(source),
            refused: None,
            function_depth: 0,
            awaits: false,
            imports: imports::Names::default(),
            declared: Vec::new(),
            enums: enums::Enums::default(),
            namespaces: namespaces::Namespaces::default(),
            jsx: jsx::Settings::new(&options.jsx),
            prelude: prelude::Prelude::default(),
            classes: classes::Classes::default(),
        }
    }

    /// Whether anything below the module's declarations can matter. Plain JavaScript is walked only
    /// for `await` and decorators.
    fn must_walk(&self) -> bool {
        let bytes = self.source.as_bytes();
        self.typescript
            || self.options.language.has_jsx()
            || memchr::memmem::find(bytes, b"await").is_some()
            || memchr::memmem::find(bytes, b"accessor").is_some()
            || memchr::memchr(b'@', bytes).is_some()
    }

    /// Refuses the source; the first reason is told.
    fn refuse(&mut self, span: Span, message: impl Into<String>) {
        if self.refused.is_none() {
            self.refused = Some((span, message.into()));
        }
    }

    fn text(&self, start: u32, end: u32) -> &'a str {
        self.source
            .get(start as usize..end as usize)
            .unwrap_or_default()
    }

    fn byte(&self, at: u32) -> u8 {
        self.source
            .as_bytes()
            .get(at as usize)
            .copied()
            .unwrap_or(0)
    }

    /// The place of the next token at or after a place.
    fn token_at(&self, at: u32) -> u32 {
        let source = self.source;
        let mut at = at as usize;
        loop {
            let rest = source.get(at..).unwrap_or_default();
            let trimmed = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
            at += rest.len() - trimmed.len();
            if trimmed.starts_with("//") {
                at += trimmed
                    .find(crate::edits::is_line_end)
                    .unwrap_or(trimmed.len());
            } else if trimmed.starts_with("/*") {
                at += trimmed.find("*/").map_or(trimmed.len(), |n| n + 2);
            } else {
                return to_u32(at);
            }
        }
    }

    /// The end of the word that starts at a place.
    fn word_end(&self, at: u32) -> u32 {
        let rest = self.source.get(at as usize..).unwrap_or_default();
        let length = rest
            .find(|c: char| {
                !(c.is_alphanumeric() || matches!(c, '_' | '$' | '\\' | '\u{200c}' | '\u{200d}'))
            })
            .unwrap_or(rest.len());
        at + to_u32(length)
    }

    /// The place of a keyword that is the first token at or after `from` of its text, before `to`.
    fn keyword(&self, word: &str, from: u32, to: u32) -> Option<(u32, u32)> {
        let mut at = self.token_at(from);
        while at < to {
            let end = self.word_end(at);
            if self.text(at, end) == word {
                return Some((at, end));
            }
            at = self.token_at(end.max(at + 1));
        }
        None
    }

    /// Blanks a statement of types, and keeps those around it apart.
    fn erase_statement(&mut self, span: Span) {
        let next = self.token_at(span.end);
        // What could go on with the statement before it, which may have ended without `;`.
        if matches!(
            self.byte(next),
            b'(' | b'[' | b'`' | b'+' | b'-' | b'/' | b'*' | b'<'
        ) {
            self.edits.erase(span.start, span.end, ";");
        } else {
            self.edits.erase(span.start, span.end, "");
        }
    }

    fn count_await(&mut self) {
        self.awaits |= self.function_depth == 0;
    }
}

/// Source offsets fit: the parser takes no source of more than `u32::MAX` bytes.
fn to_u32(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

impl<'a> Visit<'a> for Rewriter<'a, '_> {
    fn visit_statements(&mut self, it: &oxc::allocator::ArenaVec<'a, Statement<'a>>) {
        self.declared.push(HashSet::new());
        for statement in it {
            self.visit_statement(statement);
        }
        self.declared.pop();
    }

    fn visit_statement(&mut self, it: &Statement<'a>) {
        match it {
            Statement::TSTypeAliasDeclaration(_)
            | Statement::TSInterfaceDeclaration(_)
            | Statement::TSGlobalDeclaration(_)
            | Statement::TSExternalModuleDeclaration(_)
            | Statement::TSNamespaceExportDeclaration(_) => self.erase_statement(it.span()),
            Statement::VariableDeclaration(declaration) if declaration.declare => {
                self.erase_statement(it.span());
            }
            Statement::FunctionDeclaration(function) => {
                if function.declare || function.body.is_none() {
                    self.erase_statement(it.span());
                } else {
                    self.declare(function.id.as_ref());
                    self.visit_function(function, ScopeFlags::Function);
                }
            }
            Statement::ClassDeclaration(class) => {
                if class.declare {
                    self.erase_statement(it.span());
                } else {
                    self.declare(class.id.as_ref());
                    self.class_statement(class, class.span, None);
                }
            }
            Statement::TSEnumDeclaration(declaration) => {
                self.enum_declaration(declaration, declaration.span, None);
            }
            Statement::TSNamespaceDeclaration(declaration) => {
                self.namespace_declaration(declaration, declaration.span, None);
            }
            Statement::TSImportEqualsDeclaration(declaration) => {
                self.import_equals(declaration, declaration.span, None);
            }
            Statement::ImportDeclaration(_)
            | Statement::ExportAllDeclaration(_)
            | Statement::ExportFromDeclaration(_) => {}
            Statement::ExportDeclaration(export) => self.export_declaration(export),
            Statement::ExportNamedDeclaration(export) => self.export_names(export),
            Statement::ExportDefaultDeclaration(export) => match &export.declaration {
                ExportDefaultDeclarationKind::FunctionDeclaration(function)
                    if function.body.is_none() =>
                {
                    self.erase_statement(export.span);
                }
                ExportDefaultDeclarationKind::TSInterfaceDeclaration(_) => {
                    self.erase_statement(export.span);
                }
                ExportDefaultDeclarationKind::ClassDeclaration(class) => {
                    self.declare(class.id.as_ref());
                    self.class_statement(class, export.span, Some(classes::Exported::Default));
                }
                _ => walk::walk_export_default_declaration(self, export),
            },
            Statement::TSExportAssignment(export) => self.export_assignment(export),
            _ => walk::walk_statement(self, it),
        }
    }

    fn visit_identifier_reference(&mut self, it: &IdentifierReference<'a>) {
        self.imports.use_name(it.name.as_str());
        self.enums.reference(it, &mut self.edits);
    }

    fn visit_binding_identifier(&mut self, it: &BindingIdentifier<'a>) {
        self.imports.declare(it.name.as_str());
    }

    fn visit_object_property(&mut self, it: &oxc::ast::ast::ObjectProperty<'a>) {
        if it.shorthand
            && let Expression::Identifier(value) = &it.value
        {
            self.imports.use_name(value.name.as_str());
            self.enums.shorthand(value, &mut self.edits);
            return;
        }
        walk::walk_object_property(self, it);
    }

    fn visit_function(&mut self, it: &Function<'a>, flags: ScopeFlags) {
        self.function_depth += 1;
        walk::walk_function(self, it, flags);
        self.function_depth -= 1;
    }

    fn visit_arrow_function_expression(&mut self, it: &ArrowFunctionExpression<'a>) {
        self.function_depth += 1;
        self.arrow_function(it);
        self.function_depth -= 1;
    }

    fn visit_formal_parameter(&mut self, it: &FormalParameter<'a>) {
        self.formal_parameter(it);
    }

    fn visit_ts_this_parameter(&mut self, it: &TSThisParameter<'a>) {
        let next = self.token_at(it.span.end);
        let end = if self.byte(next) == b',' {
            next + 1
        } else {
            it.span.end
        };
        self.edits.blank(it.span.start, end);
    }

    fn visit_variable_declarator(&mut self, it: &VariableDeclarator<'a>) {
        self.visit_binding_pattern(&it.id);
        let end = it.id.span().end;
        if it.definite {
            self.blank_mark(end, b'!');
        }
        if let Some(annotation) = &it.type_annotation {
            self.visit_ts_type_annotation(annotation);
        }
        if let Some(init) = &it.init {
            self.visit_expression(init);
        }
    }

    fn visit_await_expression(&mut self, it: &AwaitExpression<'a>) {
        self.count_await();
        if let Some(contexts) = self.options.contexts {
            let head = format!("{}({}(),", contexts.restore, contexts.capture);
            self.edits.insert(it.span.start, head);
        }
        walk::walk_await_expression(self, it);
        if self.options.contexts.is_some() {
            self.edits.close(it.span.end, ")");
        }
    }

    fn visit_for_of_statement(&mut self, it: &ForOfStatement<'a>) {
        let contexts = self.options.contexts.filter(|_| it.r#await);
        if it.r#await {
            self.count_await();
        }
        if let Some(contexts) = contexts {
            let head = format!("{}(", contexts.iterate);
            self.edits.insert(it.right.span().start, head);
        }
        walk::walk_for_of_statement(self, it);
        if contexts.is_some() {
            self.edits.close(it.right.span().end, ")");
        }
    }

    fn visit_variable_declaration(&mut self, it: &VariableDeclaration<'a>) {
        if it.kind == VariableDeclarationKind::AwaitUsing {
            self.count_await();
        }
        walk::walk_variable_declaration(self, it);
    }

    fn visit_binary_expression(&mut self, it: &BinaryExpression<'a>) {
        walk_binary(self, it);
    }

    fn visit_logical_expression(&mut self, it: &LogicalExpression<'a>) {
        let mut rights = vec![&it.right];
        let mut leftmost = it;
        while let Expression::LogicalExpression(left) = &leftmost.left {
            rights.push(&left.right);
            leftmost = left;
        }
        self.visit_expression(&leftmost.left);
        while let Some(right) = rights.pop() {
            self.visit_expression(right);
        }
    }

    fn visit_class(&mut self, it: &Class<'a>) {
        self.class_expression(it);
    }

    fn visit_class_element(&mut self, it: &ClassElement<'a>) {
        self.class_element(it);
    }

    fn visit_jsx_element(&mut self, it: &JSXElement<'a>) {
        self.jsx_element(it);
    }

    fn visit_jsx_fragment(&mut self, it: &JSXFragment<'a>) {
        self.jsx_fragment(it);
    }

    fn visit_ts_type_annotation(&mut self, it: &TSTypeAnnotation<'a>) {
        self.edits.blank(it.span.start, it.span.end);
    }

    fn visit_ts_type_parameter_declaration(&mut self, it: &TSTypeParameterDeclaration<'a>) {
        self.edits.blank(it.span.start, it.span.end);
    }

    fn visit_ts_type_parameter_instantiation(&mut self, it: &TSTypeParameterInstantiation<'a>) {
        self.edits.blank(it.span.start, it.span.end);
    }

    fn visit_ts_as_expression(&mut self, it: &TSAsExpression<'a>) {
        self.visit_expression(&it.expression);
        self.erase_tail(it.expression.span().end, it.span.end);
    }

    fn visit_ts_satisfies_expression(&mut self, it: &TSSatisfiesExpression<'a>) {
        self.visit_expression(&it.expression);
        self.erase_tail(it.expression.span().end, it.span.end);
    }

    fn visit_ts_type_assertion(&mut self, it: &TSTypeAssertion<'a>) {
        self.type_assertion(it);
    }

    fn visit_ts_non_null_expression(&mut self, it: &TSNonNullExpression<'a>) {
        self.visit_expression(&it.expression);
        self.edits.blank(it.span.end - 1, it.span.end);
    }

    fn visit_ts_instantiation_expression(&mut self, it: &TSInstantiationExpression<'a>) {
        self.visit_expression(&it.expression);
        self.erase_tail(it.expression.span().end, it.span.end);
    }
}

#[cfg(test)]
mod tests;
