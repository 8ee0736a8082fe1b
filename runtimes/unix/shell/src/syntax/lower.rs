//! From the syntax tree of the grammar to what is executed: words are taken apart, assignments told
//! from arguments, names of descriptors looked up.

use brush_parser::SourceSpan;
use brush_parser::ast::{self, SourceLocation};

use super::tokens::{FIRST_VARIABLE, Lexer, assignment_like};
use super::words::{self, Context};
use super::{Options, SyntaxError};
use crate::expand::braces;
use crate::program::*;

type Lowered<T> = Result<T, SyntaxError>;

pub fn program(program: &ast::Program, lexer: &Lexer, options: &Options) -> Lowered<List> {
    let lower = Lower { lexer, options };
    let mut all = List::default();
    for list in &program.complete_commands {
        all.0.extend(lower.list(list)?.0);
    }
    Ok(all)
}

struct Lower<'a> {
    lexer: &'a Lexer,
    options: &'a Options,
}

/// A word of a simple command, before it is known what it means.
enum Raw<'a> {
    Word(&'a str),
    Array(&'a str, &'a [(Option<ast::Word>, ast::Word)]),
}

fn line_of(node: &impl SourceLocation) -> u32 {
    let line = node.location().map_or(0, |span| span.start.line);
    u32::try_from(line).unwrap_or(0)
}

impl Lower<'_> {
    fn word(&self, raw: &str, context: Context, line: u32) -> Lowered<Word> {
        words::parse(raw, context, line, self.options)
    }

    fn list(&self, list: &ast::CompoundList) -> Lowered<List> {
        let mut items = Vec::with_capacity(list.0.len());
        for ast::CompoundListItem(and_or, separator) in &list.0 {
            let background = match separator {
                ast::SeparatorOperator::Async => Some(and_or.to_string()),
                ast::SeparatorOperator::Sequence => None,
            };
            let mut rest = Vec::with_capacity(and_or.additional.len());
            for next in &and_or.additional {
                rest.push(match next {
                    ast::AndOr::And(pipeline) => (Connector::And, self.pipeline(pipeline)?),
                    ast::AndOr::Or(pipeline) => (Connector::Or, self.pipeline(pipeline)?),
                });
            }
            items.push(Item {
                and_or: AndOr {
                    first: self.pipeline(&and_or.first)?,
                    rest,
                },
                background,
            });
        }
        Ok(List(items))
    }

    fn pipeline(&self, pipeline: &ast::Pipeline) -> Lowered<Pipeline> {
        let commands = pipeline.seq.iter().map(|command| self.command(command));
        Ok(Pipeline {
            timed: pipeline.timed.as_ref().map(|timed| {
                if timed.is_posix_output() {
                    Timed::Posix
                } else {
                    Timed::Bash
                }
            }),
            negated: pipeline.bang,
            commands: commands.collect::<Lowered<_>>()?,
        })
    }

    fn command(&self, command: &ast::Command) -> Lowered<Command> {
        let redirects = |list: &Option<ast::RedirectList>, line| match list {
            Some(list) => list
                .0
                .iter()
                .map(|redirect| self.redirect(redirect, line))
                .collect(),
            None => Ok(Vec::new()),
        };
        match command {
            ast::Command::Simple(simple) => self.simple(simple),
            ast::Command::Compound(compound, list) => {
                let line = line_of(compound);
                Ok(Command {
                    kind: self.compound(compound)?,
                    redirects: redirects(list, line)?,
                    line,
                })
            }
            ast::Command::ExtendedTest(test, list) => {
                let line = line_of(test);
                Ok(Command {
                    kind: Kind::Test(self.test(&test.expr, line)?),
                    redirects: redirects(list, line)?,
                    line,
                })
            }
            ast::Command::Function(definition) => {
                let ast::FunctionBody(compound, list) = &definition.body;
                let line = line_of(compound);
                let body = Command {
                    kind: self.compound(compound)?,
                    redirects: redirects(list, line)?,
                    line,
                };
                let source = compound.location().map_or("", |span| self.source(&span));
                let name = definition.fname.value.clone();
                Ok(Command {
                    kind: Kind::Function {
                        function: Function {
                            body,
                            source: source.to_owned(),
                            file: self.options.file.to_string(),
                            line,
                        }
                        .into(),
                        name,
                    },
                    redirects: Vec::new(),
                    line,
                })
            }
        }
    }

    fn compound(&self, compound: &ast::CompoundCommand) -> Lowered<Kind> {
        let line = line_of(compound);
        Ok(match compound {
            ast::CompoundCommand::Arithmetic(command) => {
                Kind::Arithmetic(self.word(&command.expr.value, Context::Arithmetic, line)?)
            }
            ast::CompoundCommand::ArithmeticForClause(command) => {
                let part = |part: &Option<ast::UnexpandedArithmeticExpr>| {
                    let text = part.as_ref().map_or("", |part| part.value.as_str());
                    self.word(text, Context::Arithmetic, line)
                };
                Kind::ForArithmetic {
                    start: part(&command.initializer)?,
                    condition: part(&command.condition)?,
                    step: part(&command.updater)?,
                    body: self.list(&command.body.list)?,
                }
            }
            ast::CompoundCommand::BraceGroup(group) => Kind::Group(self.list(&group.list)?),
            ast::CompoundCommand::Subshell(group) => Kind::Subshell {
                list: self.list(&group.list)?.into(),
                own_process: self.source(&group.loc).contains("BASHPID"),
            },
            ast::CompoundCommand::ForClause(command) => {
                let words = match &command.values {
                    Some(values) => {
                        let mut words = Vec::with_capacity(values.len());
                        for value in values {
                            words.push(self.argument(&value.value, line_of(value))?);
                        }
                        Some(words)
                    }
                    // `for x in; do` has no values, `for x; do` takes the parameters.
                    None if self.has_in(command) => Some(Vec::new()),
                    None => None,
                };
                Kind::For {
                    name: command.variable_name.clone(),
                    words,
                    body: self.list(&command.body.list)?,
                }
            }
            ast::CompoundCommand::CaseClause(command) => {
                let mut items = Vec::with_capacity(command.cases.len());
                for case in &command.cases {
                    let patterns = case.patterns.iter();
                    let patterns =
                        patterns.map(|word| self.word(&word.value, Context::Plain, line_of(word)));
                    items.push(CaseItem {
                        patterns: patterns.collect::<Lowered<_>>()?,
                        body: match &case.cmd {
                            Some(list) => self.list(list)?,
                            None => List::default(),
                        },
                        then: match case.post_action {
                            ast::CaseItemPostAction::ExitCase => CaseThen::Leave,
                            ast::CaseItemPostAction::UnconditionallyExecuteNextCaseItem => {
                                CaseThen::FallThrough
                            }
                            ast::CaseItemPostAction::ContinueEvaluatingCases => CaseThen::TestNext,
                        },
                    });
                }
                Kind::Case {
                    word: self.word(&command.value.value, Context::Plain, line)?,
                    items,
                }
            }
            ast::CompoundCommand::IfClause(command) => {
                let mut arms = vec![(self.list(&command.condition)?, self.list(&command.then)?)];
                let mut otherwise = None;
                for part in command.elses.iter().flatten() {
                    match &part.condition {
                        Some(condition) => {
                            arms.push((self.list(condition)?, self.list(&part.body)?))
                        }
                        None => otherwise = Some(self.list(&part.body)?),
                    }
                }
                Kind::If { arms, otherwise }
            }
            ast::CompoundCommand::WhileClause(command) => Kind::While {
                until: false,
                condition: self.list(&command.0)?,
                body: self.list(&command.1.list)?,
            },
            ast::CompoundCommand::UntilClause(command) => Kind::While {
                until: true,
                condition: self.list(&command.0)?,
                body: self.list(&command.1.list)?,
            },
            ast::CompoundCommand::Coprocess(command) => Kind::Coprocess {
                name: command
                    .name
                    .as_ref()
                    .map_or_else(|| "COPROC".to_owned(), |name| name.value.clone()),
                body: self.command(&command.body)?.into(),
            },
        })
    }

    /// The text of a piece of the program.
    fn source(&self, span: &SourceSpan) -> &str {
        self.lexer
            .text
            .get(span.start.index..span.end.index)
            .unwrap_or("")
    }

    fn has_in(&self, command: &ast::ForClauseCommand) -> bool {
        let text = self.lexer.text.get(command.loc.start.index..).unwrap_or("");
        text.split_whitespace()
            .nth(2)
            .is_some_and(|word| word == "in" || word.starts_with("in;"))
    }

    fn argument(&self, raw: &str, line: u32) -> Lowered<Argument> {
        if raw.contains('{') && braces::has_braces(raw) {
            return Ok(Argument::Braces(raw.to_owned(), line));
        }
        Ok(Argument::Word(self.word(raw, Context::Plain, line)?))
    }

    fn simple(&self, simple: &ast::SimpleCommand) -> Lowered<Command> {
        enum Part<'p> {
            Item(&'p ast::CommandPrefixOrSuffixItem),
            Name(&'p ast::Word),
        }
        let prefix = simple
            .prefix
            .iter()
            .flat_map(|prefix| &prefix.0)
            .map(Part::Item);
        let name = simple.word_or_name.iter().map(Part::Name);
        let suffix = simple
            .suffix
            .iter()
            .flat_map(|suffix| &suffix.0)
            .map(Part::Item);
        let mut line = 0;
        let mut raws = Vec::new();
        let mut redirects = Vec::new();
        for part in prefix.chain(name).chain(suffix) {
            let (raw, at) = match part {
                Part::Item(ast::CommandPrefixOrSuffixItem::IoRedirect(redirect)) => {
                    redirects.push(self.redirect(redirect, line)?);
                    continue;
                }
                // Words of ours hold these.
                Part::Item(ast::CommandPrefixOrSuffixItem::ProcessSubstitution(..)) => continue,
                Part::Name(word) | Part::Item(ast::CommandPrefixOrSuffixItem::Word(word)) => {
                    (Raw::Word(word.value.as_str()), line_of(word))
                }
                Part::Item(ast::CommandPrefixOrSuffixItem::AssignmentWord(assignment, word)) => {
                    match &assignment.value {
                        ast::AssignmentValue::Array(elements) => {
                            (Raw::Array(&word.value, elements), line_of(word))
                        }
                        ast::AssignmentValue::Scalar(_) => {
                            (Raw::Word(word.value.as_str()), line_of(word))
                        }
                    }
                }
            };
            if line == 0 {
                line = at;
            }
            raws.push((raw, at));
        }
        let mut out = Simple {
            text: self.options.keep_text.then(|| simple.to_string()),
            ..Simple::default()
        };
        for (raw, at) in raws {
            let at = if at == 0 { line } else { at };
            match raw {
                Raw::Array(text, elements) => {
                    let assignment = self.array(text, elements, at)?;
                    if out.arguments.is_empty() {
                        out.assignments.push(assignment);
                    } else {
                        out.arguments.push(Argument::Array(assignment));
                    }
                }
                Raw::Word(text) if assignment_like(text) => {
                    let assignment = self.scalar(text, at)?;
                    if out.arguments.is_empty() {
                        out.assignments.push(assignment);
                    } else if text.contains('{') && braces::has_braces(text) {
                        out.arguments.push(Argument::Braces(text.to_owned(), at));
                    } else {
                        let word = self.word(text, Context::Plain, at)?;
                        out.arguments.push(Argument::Assignment(assignment, word));
                    }
                }
                Raw::Word(text) => out.arguments.push(self.argument(text, at)?),
            }
        }
        Ok(Command {
            kind: Kind::Simple(out),
            redirects,
            line,
        })
    }

    /// `name`, the subscript if there is one, whether it is `+=`, and where the value begins.
    fn target(&self, text: &str, line: u32) -> Lowered<(String, Option<Subscript>, bool, usize)> {
        let name = text
            .bytes()
            .take_while(|byte| *byte == b'_' || byte.is_ascii_alphanumeric())
            .count();
        let mut at = name;
        let mut subscript = None;
        if text[at..].starts_with('[') {
            let end = Lexer::new(text.to_owned(), line).skip_bracket(at + 1)?;
            subscript = Some(self.subscript(&text[at + 1..end - 1], line)?);
            at = end;
        }
        let append = text[at..].starts_with('+');
        at += if append { 2 } else { 1 };
        Ok((text[..name].to_owned(), subscript, append, at))
    }

    fn subscript(&self, text: &str, line: u32) -> Lowered<Subscript> {
        let mut word = self.word(text, Context::Plain, line)?;
        if let Some(Piece::Tilde(name)) = word.0.first() {
            word.0[0] = Piece::Literal(format!("~{name}"));
        }
        Ok(Subscript(word))
    }

    fn scalar(&self, text: &str, line: u32) -> Lowered<Assignment> {
        let (name, subscript, append, at) = self.target(text, line)?;
        let value = self.word(text.get(at..).unwrap_or(""), Context::Assignment, line)?;
        Ok(Assignment {
            name,
            subscript,
            append,
            value: Assigned::Scalar(value),
        })
    }

    fn array(
        &self,
        text: &str,
        elements: &[(Option<ast::Word>, ast::Word)],
        line: u32,
    ) -> Lowered<Assignment> {
        let (name, subscript, append, _) = self.target(text, line)?;
        let mut out = Vec::with_capacity(elements.len());
        for (key, value) in elements {
            let raw = match key {
                Some(key) => format!("[{}]={}", key.value, value.value),
                None => value.value.clone(),
            };
            out.push(self.element(&raw, line)?);
        }
        Ok(Assignment {
            name,
            subscript,
            append,
            value: Assigned::Array(out),
        })
    }

    fn element(&self, raw: &str, line: u32) -> Lowered<Element> {
        if raw.starts_with('[')
            && let Ok(end) = Lexer::new(raw.to_owned(), line).skip_bracket(1)
        {
            let rest = raw.get(end..).unwrap_or("");
            let append = rest.starts_with("+=");
            if append || rest.starts_with('=') {
                let value = &rest[if append { 2 } else { 1 }..];
                return Ok(Element::Keyed {
                    key: self.subscript(&raw[1..end - 1], line)?,
                    append,
                    value: self.word(value, Context::Assignment, line)?,
                });
            }
        }
        Ok(Element::Plain(self.argument(raw, line)?))
    }

    fn redirect(&self, redirect: &ast::IoRedirect, line: u32) -> Lowered<Redirect> {
        let plain =
            |word: &ast::Word| self.word(&word.value, Context::Plain, line_of(word).max(line));
        let target = |number: &Option<i32>| match number {
            None => Target::Default,
            Some(number) => match usize::try_from(number - FIRST_VARIABLE) {
                Ok(index) => {
                    Target::Variable(self.lexer.variables.get(index).cloned().unwrap_or_default())
                }
                Err(_) => Target::Number(u32::try_from(*number).unwrap_or(0)),
            },
        };
        let (target, what) = match redirect {
            ast::IoRedirect::File(number, kind, to) => {
                let word = match to {
                    ast::IoFileRedirectTarget::Filename(word)
                    | ast::IoFileRedirectTarget::Duplicate(word) => plain(word)?,
                    ast::IoFileRedirectTarget::Fd(_) => {
                        return Ok(Redirect {
                            target: Target::Number(2),
                            what: RedirectKind::ErrorToOutput,
                        });
                    }
                    ast::IoFileRedirectTarget::ProcessSubstitution(..) => Word::default(),
                };
                let what = match kind {
                    ast::IoFileRedirectKind::Read => RedirectKind::Read(word),
                    ast::IoFileRedirectKind::Write => RedirectKind::Write(word),
                    ast::IoFileRedirectKind::Append => RedirectKind::Append(word),
                    ast::IoFileRedirectKind::ReadAndWrite => RedirectKind::ReadWrite(word),
                    ast::IoFileRedirectKind::Clobber => RedirectKind::Clobber(word),
                    ast::IoFileRedirectKind::DuplicateInput => RedirectKind::DuplicateInput(word),
                    ast::IoFileRedirectKind::DuplicateOutput => RedirectKind::DuplicateOutput(word),
                };
                (target(number), what)
            }
            ast::IoRedirect::OutputAndError(word, append) => (
                Target::Default,
                RedirectKind::Both {
                    word: plain(word)?,
                    append: *append,
                },
            ),
            ast::IoRedirect::HereString(number, word) => {
                (target(number), RedirectKind::HereString(plain(word)?))
            }
            ast::IoRedirect::HereDocument(number, here) => {
                let body = &here.doc.value;
                let word = if here.requires_expansion {
                    self.word(body, Context::Here, line)?
                } else if body.is_empty() {
                    Word::default()
                } else {
                    Word(vec![Piece::Quoted(body.clone())])
                };
                (target(number), RedirectKind::Here(word))
            }
        };
        Ok(Redirect { target, what })
    }

    fn test(&self, test: &ast::ExtendedTestExpr, line: u32) -> Lowered<Test> {
        let word =
            |word: &ast::Word| self.word(&word.value, Context::Plain, line_of(word).max(line));
        Ok(match test {
            ast::ExtendedTestExpr::And(left, right) => Test::And(
                Box::new(self.test(left, line)?),
                Box::new(self.test(right, line)?),
            ),
            ast::ExtendedTestExpr::Or(left, right) => Test::Or(
                Box::new(self.test(left, line)?),
                Box::new(self.test(right, line)?),
            ),
            ast::ExtendedTestExpr::Not(inner) => Test::Not(Box::new(self.test(inner, line)?)),
            ast::ExtendedTestExpr::Parenthesized(inner) => self.test(inner, line)?,
            ast::ExtendedTestExpr::UnaryTest(predicate, operand) => {
                let name = predicate.to_string();
                Test::Unary(name.chars().nth(1).unwrap_or('n'), word(operand)?)
            }
            ast::ExtendedTestExpr::BinaryTest(predicate, left, right) => {
                use ast::BinaryPredicate as P;
                let operator = match predicate {
                    P::StringExactlyMatchesPattern | P::StringExactlyMatchesString => {
                        TestOperator::Match
                    }
                    P::StringDoesNotExactlyMatchPattern | P::StringDoesNotExactlyMatchString => {
                        TestOperator::NoMatch
                    }
                    P::StringMatchesRegex | P::StringContainsSubstring => TestOperator::Regex,
                    P::LeftSortsBeforeRight => TestOperator::Before,
                    P::LeftSortsAfterRight => TestOperator::After,
                    P::ArithmeticEqualTo => TestOperator::Equal,
                    P::ArithmeticNotEqualTo => TestOperator::NotEqual,
                    P::ArithmeticLessThan => TestOperator::Less,
                    P::ArithmeticLessThanOrEqualTo => TestOperator::LessOrEqual,
                    P::ArithmeticGreaterThan => TestOperator::Greater,
                    P::ArithmeticGreaterThanOrEqualTo => TestOperator::GreaterOrEqual,
                    P::FilesReferToSameDeviceAndInodeNumbers => TestOperator::SameFile,
                    P::LeftFileIsNewerOrExistsWhenRightDoesNot => TestOperator::Newer,
                    P::LeftFileIsOlderOrDoesNotExistWhenRightDoes => TestOperator::Older,
                };
                Test::Binary(operator, word(left)?, word(right)?)
            }
        })
    }
}
