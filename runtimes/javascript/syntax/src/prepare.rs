//! From a source to what the engine runs.

use std::borrow::Cow;

use oxc::{
    allocator::Allocator,
    parser::{ParseOptions, Parser, ParserReturn},
    span::SourceType,
};

use crate::{
    Format, Language, Options, Prepared, SyntaxError, depth,
    error::has_errors,
    rewrite::{self, Outcome},
    scan,
};

/// Prepares a source file.
///
/// JavaScript that is CommonJS, by the options or because it has no word of module syntax, is given
/// back as it is, without a parse, unless it awaits and its contexts are wanted: the engine finds its
/// errors.
///
/// # Errors
///
/// The first syntax error, a construct that cannot be rewritten, or nesting that would overflow the
/// stack.
pub fn prepare<'s>(source: &'s str, options: &Options) -> Result<Prepared<'s>, SyntaxError> {
    if options.language == Language::Js && is_plain_commonjs(source, options) {
        let awaits = || memchr::memmem::find(source.as_bytes(), b"await").is_some();
        let options = Options {
            format: Some(Format::CommonJs),
            ..options.clone()
        };
        if options.contexts.is_some()
            && awaits()
            && let Ok(prepared) = parse_and_rewrite(source, &options)
        {
            return Ok(prepared);
        }
        return Ok(Prepared {
            code: Cow::Borrowed(source),
            format: Format::CommonJs,
            has_top_level_await: false,
            imports: Vec::new(),
            has_dynamic_import: false,
            uses_import_meta: false,
        });
    }
    parse_and_rewrite(source, options)
}

fn parse_and_rewrite<'s>(source: &'s str, options: &Options) -> Result<Prepared<'s>, SyntaxError> {
    depth::check(source, &options.path, options.language.has_jsx())?;
    let allocator = Allocator::default();
    let (parsed, format) = parse(&allocator, source, options)?;
    let Outcome {
        code,
        has_top_level_await,
        imports,
        has_dynamic_import,
        uses_import_meta,
    } = rewrite::rewrite(&parsed, source, format, options)?;
    Ok(Prepared {
        code: code.map_or(Cow::Borrowed(source), Cow::Owned),
        format,
        has_top_level_await,
        imports,
        has_dynamic_import,
        uses_import_meta,
    })
}

/// Whether nothing in a JavaScript source can matter to anyone but the engine.
fn is_plain_commonjs(source: &str, options: &Options) -> bool {
    match options.format {
        Some(Format::Module) => false,
        Some(Format::CommonJs) => true,
        None => scan::module_words(source) == scan::Words::default(),
    }
}

fn parse<'a>(
    allocator: &'a Allocator,
    source: &'a str,
    options: &Options,
) -> Result<(ParserReturn<'a>, Format), SyntaxError> {
    let base = match options.language {
        Language::Js => SourceType::mjs(),
        Language::Jsx => SourceType::jsx(),
        Language::Ts => SourceType::ts(),
        Language::Tsx => SourceType::tsx(),
    };
    let run = |source_type: SourceType| {
        Parser::new(allocator, source, source_type)
            .with_options(ParseOptions {
                // CommonJS is the body of a function.
                allow_return_outside_function: !source_type.is_module(),
                ..ParseOptions::default()
            })
            .parse()
    };
    let check = |parsed: ParserReturn<'a>, format| match SyntaxError::from_diagnostics(
        source,
        &options.path,
        &parsed.diagnostics,
    ) {
        Some(error) => Err(error),
        None => Ok((parsed, format)),
    };
    match options.format {
        Some(Format::Module) => check(run(base.with_module(true)), Format::Module),
        Some(Format::CommonJs) => check(run(base.with_commonjs(true)), Format::CommonJs),
        None => {
            let parsed = run(base.with_unambiguous(true));
            if !parsed.module_record.import_metas.is_empty()
                || rewrite::has_module_syntax(&parsed.program)
            {
                return check(parsed, Format::Module);
            }
            // `await` outside of functions makes a module, too, unless it is a name.
            if memchr::memmem::find(source.as_bytes(), b"await").is_some() {
                let module = run(base.with_module(true));
                let awaits = rewrite::has_top_level_await(&module.program);
                let upgraded = parsed.module_record.has_module_syntax;
                if (awaits && !has_errors(&module.diagnostics)) || upgraded {
                    return check(module, Format::Module);
                }
            }
            check(parsed, Format::CommonJs)
        }
    }
}
