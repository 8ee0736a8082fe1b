//! Blanking types where more than their own range is concerned.

use oxc::{
    ast::ast::{ArrowFunctionExpression, BindingIdentifier, FormalParameter, TSTypeAssertion},
    ast_visit::Visit,
    span::GetSpan,
};

use super::Rewriter;
use crate::edits::has_line_end;

impl<'a> Rewriter<'a, '_> {
    /// Notes that a name is declared in the statement list around, so that an enum or a namespace of
    /// that name merges with it.
    pub(super) fn declare(&mut self, id: Option<&BindingIdentifier<'a>>) {
        if let Some(id) = id
            && let Some(names) = self.declared.last_mut()
        {
            names.insert(id.name.as_str());
        }
    }

    /// Blanks a mark (`?` or `!`) that is the next token, perhaps after `]`.
    pub(super) fn blank_mark(&mut self, from: u32, mark: u8) {
        let mut at = self.token_at(from);
        while matches!(self.byte(at), b']' | b')') {
            at = self.token_at(at + 1);
        }
        if self.byte(at) == mark {
            self.edits.blank(at, at + 1);
        }
    }

    /// Blanks what follows an expression (`as T`, `satisfies T`, `<T>`), and ends the statement
    /// where only the type kept the next line from going on with it.
    pub(super) fn erase_tail(&mut self, from: u32, to: u32) {
        let next = self.token_at(to);
        if matches!(self.byte(next), b'(' | b'[' | b'`') && has_line_end(self.text(to, next)) {
            self.edits.replace(from, to, ";");
        } else {
            self.edits.blank(from, to);
        }
    }

    /// `<T>x`.
    pub(super) fn type_assertion(&mut self, it: &TSTypeAssertion<'a>) {
        let start = it.expression.span().start;
        let removed = self.text(it.span.start, start);
        // A line end after `return`, or `{` at the start of a statement or an arrow's body, would
        // change the meaning.
        let open = self.byte(start) == b'{'
            || ["function", "class", "async", "let"]
                .contains(&self.text(start, self.word_end(start)));
        if open || has_line_end(removed) {
            self.edits.replace(it.span.start, start, "(");
            self.visit_expression(&it.expression);
            self.edits.close(it.span.end, ")");
        } else {
            self.edits.blank(it.span.start, start);
            self.visit_expression(&it.expression);
        }
    }

    pub(super) fn formal_parameter(&mut self, it: &FormalParameter<'a>) {
        let pattern = it.pattern.span();
        match it.decorators.last() {
            // Those themselves are moved by the class.
            Some(last) => {
                for decorator in &it.decorators {
                    self.visit_expression(&decorator.expression);
                }
                self.edits.blank(last.span.end, pattern.start);
            }
            None => self.edits.blank(it.span.start, pattern.start),
        }
        self.visit_binding_pattern(&it.pattern);
        if it.optional {
            self.blank_mark(pattern.end, b'?');
        }
        if let Some(annotation) = &it.type_annotation {
            self.visit_ts_type_annotation(annotation);
        }
        if let Some(initializer) = &it.initializer {
            self.visit_expression(initializer);
        }
    }

    pub(super) fn arrow_function(&mut self, it: &ArrowFunctionExpression<'a>) {
        let params = it.params.span;
        if let Some(types) = &it.type_parameters {
            // Neither `async` nor `return` may be followed by a line end: the parenthesis moves up.
            if has_line_end(self.text(types.span.start, params.start)) {
                self.edits.replace(types.span.start, params.start + 1, "(");
            } else {
                self.edits.blank(types.span.start, types.span.end);
            }
        }
        self.visit_formal_parameters(&it.params);
        if let Some(returned) = &it.return_type {
            let range = returned.span;
            // Nor may `=>` stand in a line of its own: the parenthesis moves down.
            if has_line_end(self.text(params.end, range.end)) {
                self.edits.blank(params.end - 1, range.end - 1);
                self.edits.replace(range.end - 1, range.end, ")");
            } else {
                self.edits.blank(range.start, range.end);
            }
        }
        self.visit_arrow_function_body(&it.body);
    }
}
