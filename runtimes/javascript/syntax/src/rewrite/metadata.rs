//! Types as values, for the metadata of legacy decorators.

use oxc::ast::ast::{
    TSLiteral, TSType, TSTypeAnnotation, TSTypeName, TSTypeOperatorOperator, TSTypeReference,
};

use super::Rewriter;

/// How many aliases are followed: they may go in circles.
const ALIASES: u8 = 16;

impl<'a> Rewriter<'a, '_> {
    pub(super) fn serialize_annotation(&mut self, it: Option<&TSTypeAnnotation<'a>>) -> String {
        match it {
            Some(it) => self.serialize(&it.type_annotation),
            None => "Object".to_owned(),
        }
    }

    /// The constructor that stands for a type, as TypeScript emits it without knowing other files.
    pub(super) fn serialize(&mut self, it: &TSType<'a>) -> String {
        self.serialize_at(it, 0)
    }

    fn serialize_at(&mut self, it: &TSType<'a>, depth: u8) -> String {
        let name = match it {
            TSType::TSStringKeyword(_) | TSType::TSTemplateLiteralType(_) => "String",
            TSType::TSNumberKeyword(_) => "Number",
            TSType::TSBigIntKeyword(_) => "BigInt",
            TSType::TSBooleanKeyword(_) => "Boolean",
            TSType::TSTypePredicate(it) => {
                if it.asserts {
                    "void 0"
                } else {
                    "Boolean"
                }
            }
            TSType::TSSymbolKeyword(_) => "Symbol",
            TSType::TSVoidKeyword(_)
            | TSType::TSUndefinedKeyword(_)
            | TSType::TSNullKeyword(_)
            | TSType::TSNeverKeyword(_) => "void 0",
            TSType::TSArrayType(_) | TSType::TSTupleType(_) => "Array",
            TSType::TSFunctionType(_) | TSType::TSConstructorType(_) => "Function",
            TSType::TSLiteralType(it) => match &it.literal {
                TSLiteral::StringLiteral(_) | TSLiteral::TemplateLiteral(_) => "String",
                TSLiteral::NumericLiteral(_) => "Number",
                TSLiteral::BooleanLiteral(_) => "Boolean",
                TSLiteral::BigIntLiteral(_) => "BigInt",
                TSLiteral::UnaryExpression(_) => "Number",
            },
            TSType::TSParenthesizedType(it) => {
                return self.serialize_at(&it.type_annotation, depth);
            }
            TSType::TSTypeOperatorType(it) if it.operator == TSTypeOperatorOperator::Readonly => {
                return self.serialize_at(&it.type_annotation, depth);
            }
            TSType::TSUnionType(it) => {
                let mut found: Option<String> = None;
                for part in &it.types {
                    if matches!(
                        part,
                        TSType::TSNullKeyword(_)
                            | TSType::TSUndefinedKeyword(_)
                            | TSType::TSNeverKeyword(_)
                    ) {
                        continue;
                    }
                    let part = self.serialize_at(part, depth);
                    if *found.get_or_insert_with(|| part.clone()) != part {
                        return "Object".to_owned();
                    }
                }
                return found.unwrap_or_else(|| "void 0".to_owned());
            }
            TSType::TSTypeReference(it) => return self.serialize_reference(it, depth),
            _ => "Object",
        };
        name.to_owned()
    }

    fn serialize_reference(&mut self, it: &TSTypeReference<'a>, depth: u8) -> String {
        let mut names = Vec::new();
        let mut current = &it.type_name;
        loop {
            match current {
                TSTypeName::QualifiedName(qualified) => {
                    names.push(qualified.right.name.as_str());
                    current = &qualified.left;
                }
                TSTypeName::IdentifierReference(name) => {
                    names.push(name.name.as_str());
                    break;
                }
                TSTypeName::ThisExpression(_) => return "Object".to_owned(),
            }
        }
        names.reverse();
        let Some(first) = names.first().copied() else {
            return "Object".to_owned();
        };
        if self.imports.is_type_only(first) {
            let aliased = self.imports.aliased(first).filter(|_| names.len() == 1);
            return match aliased {
                Some(aliased) if depth < ALIASES => self.serialize_at(aliased, depth + 1),
                _ => "Object".to_owned(),
            };
        }
        if names.len() == 1
            && let Some(constructor) = self.enums.constructor(first)
        {
            return constructor.to_owned();
        }
        self.imports.use_name(first);
        format!(
            "typeof {first} === \"undefined\" ? Object : {}",
            names.join(".")
        )
    }
}

/// The type of the elements of a rest parameter.
pub(super) fn element_type<'b, 'a>(it: &'b TSTypeAnnotation<'a>) -> Option<&'b TSType<'a>> {
    match &it.type_annotation {
        TSType::TSArrayType(array) => Some(&array.element_type),
        TSType::TSTypeReference(reference) => reference.type_arguments.as_ref()?.params.first(),
        _ => None,
    }
}
