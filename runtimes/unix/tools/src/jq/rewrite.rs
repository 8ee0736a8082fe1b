//! Where jaq and jq differ, filters are rewritten before they are compiled: what is assigned to below
//! `null` makes objects and arrays, and a quotient that is a whole number is one.

use jaq_core::load::lex::StrPart;
use jaq_core::load::parse::{BinaryOp, Def, Pattern, Term};
use jaq_core::ops::Math;
use jaq_core::path::{Opt, Part, Path};

type Expr<'s> = Term<&'s str>;

const VALUE: &str = "$__value";

fn pipe<'s>(left: Expr<'s>, right: Expr<'s>) -> Expr<'s> {
    Term::BinOp(Box::new(left), BinaryOp::Pipe(None), Box::new(right))
}

fn call<'s>(name: &'static str, arguments: Vec<Expr<'s>>) -> Expr<'s> {
    Term::Call(name, arguments)
}

fn boxed(term: Box<Expr<'_>>) -> Box<Expr<'_>> {
    Box::new(rewrite(*term))
}

fn all(terms: Vec<Expr<'_>>) -> Vec<Expr<'_>> {
    terms.into_iter().map(rewrite).collect()
}

/// Rewrites a filter and all in it.
pub(super) fn rewrite(term: Expr<'_>) -> Expr<'_> {
    match term {
        Term::Str(format, parts) => {
            let parts = parts.into_iter().map(|part| match part {
                StrPart::Term(inner) => {
                    StrPart::Term(pipe(rewrite(inner), call("_whole", Vec::new())))
                }
                other => other,
            });
            Term::Str(format, parts.collect())
        }
        Term::Arr(inner) => Term::Arr(inner.map(boxed)),
        Term::Obj(entries) => {
            let entries = entries
                .into_iter()
                .map(|(key, value)| (rewrite(key), value.map(rewrite)));
            Term::Obj(entries.collect())
        }
        Term::Neg(inner) => Term::Neg(boxed(inner)),
        Term::BinOp(left, operator, right) => binary(*left, operator, *right),
        Term::Label(name, inner) => Term::Label(name, boxed(inner)),
        Term::Fold(name, source, pattern, parts) => {
            Term::Fold(name, boxed(source), patterns(pattern), all(parts))
        }
        Term::TryCatch(inner, catch) => Term::TryCatch(boxed(inner), catch.map(boxed)),
        Term::IfThenElse(cases, otherwise) => {
            let cases = cases
                .into_iter()
                .map(|(condition, then)| (rewrite(condition), rewrite(then)));
            Term::IfThenElse(cases.collect(), otherwise.map(boxed))
        }
        Term::Def(definitions, inner) => {
            let definitions = definitions.into_iter().map(|it| Def {
                name: it.name,
                args: it.args,
                body: rewrite(it.body),
            });
            Term::Def(definitions.collect(), boxed(inner))
        }
        Term::Call(name, arguments) => Term::Call(name, all(arguments)),
        Term::Path(root, path) => Term::Path(boxed(root), parts(path)),
        other @ (Term::Id | Term::Recurse | Term::Num(_) | Term::Break(_) | Term::Var(_)) => other,
    }
}

fn parts(path: Path<Expr<'_>>) -> Path<Expr<'_>> {
    let parts = path.0.into_iter().map(|(part, opt)| (indices(part), opt));
    Path(parts.collect())
}

fn indices(part: Part<Expr<'_>>) -> Part<Expr<'_>> {
    match part {
        Part::Index(index) => Part::Index(rewrite(index)),
        Part::Range(from, to) => Part::Range(from.map(rewrite), to.map(rewrite)),
    }
}

fn patterns(pattern: Pattern<&str>) -> Pattern<&str> {
    match pattern {
        Pattern::Var(name) => Pattern::Var(name),
        Pattern::Arr(all) => Pattern::Arr(all.into_iter().map(patterns).collect()),
        Pattern::Obj(entries) => {
            let entries = entries
                .into_iter()
                .map(|(key, inner)| (rewrite(key), patterns(inner)));
            Pattern::Obj(entries.collect())
        }
    }
}

fn binary<'s>(left: Expr<'s>, operator: BinaryOp<&'s str>, right: Expr<'s>) -> Expr<'s> {
    let (left, right) = (rewrite(left), rewrite(right));
    let value = || Term::Var(VALUE);
    // The right side is computed once, from what the whole is applied to.
    let with_value = |right: Expr<'s>, inner: Expr<'s>| {
        Term::BinOp(
            Box::new(right),
            BinaryOp::Pipe(Some(Pattern::Var(VALUE))),
            Box::new(inner),
        )
    };
    match operator {
        BinaryOp::Math(Math::Div) => {
            let quotient = Term::BinOp(Box::new(left), BinaryOp::Math(Math::Div), Box::new(right));
            pipe(quotient, call("_whole", Vec::new()))
        }
        BinaryOp::Update => update(left, right),
        BinaryOp::Assign => with_value(right, update(left, value())),
        BinaryOp::UpdateMath(math) => {
            let mut changed =
                Term::BinOp(Box::new(Term::Id), BinaryOp::Math(math), Box::new(value()));
            if matches!(math, Math::Div) {
                changed = pipe(changed, call("_whole", Vec::new()));
            }
            with_value(right, update(left, changed))
        }
        BinaryOp::UpdateAlt => {
            let changed = Term::BinOp(Box::new(Term::Id), BinaryOp::Alt, Box::new(value()));
            with_value(right, update(left, changed))
        }
        BinaryOp::Pipe(Some(pattern)) => Term::BinOp(
            Box::new(left),
            BinaryOp::Pipe(Some(patterns(pattern))),
            Box::new(right),
        ),
        other => Term::BinOp(Box::new(left), other, Box::new(right)),
    }
}

/// `path |= change`, one part of the path inside of the other.
fn update<'s>(path: Expr<'s>, change: Expr<'s>) -> Expr<'s> {
    let plain = |path, change| Term::BinOp(Box::new(path), BinaryOp::Update, Box::new(change));
    match path {
        Term::BinOp(first, BinaryOp::Pipe(None), second) => update(*first, update(*second, change)),
        Term::Path(root, Path(parts)) if parts.iter().all(|it| is_simple(&it.0)) => {
            let mut inner = change;
            for (part, opt) in parts.into_iter().rev() {
                inner = step(part, opt, inner);
            }
            match *root {
                Term::Id => inner,
                root => update(root, inner),
            }
        }
        other => plain(other, change),
    }
}

/// Whether an index does not depend on what the path is applied to.
fn is_simple(part: &Part<Expr<'_>>) -> bool {
    let constant = |it: &Expr<'_>| match it {
        Term::Num(_) | Term::Var(_) => true,
        Term::Str(None, parts) => parts.iter().all(|it| !matches!(it, StrPart::Term(_))),
        Term::Neg(inner) => matches!(**inner, Term::Num(_)),
        _ => false,
    };
    match part {
        Part::Index(index) => constant(index),
        Part::Range(from, to) => [from, to].into_iter().flatten().all(constant),
    }
}

fn step<'s>(part: Part<Expr<'s>>, opt: Opt, change: Expr<'s>) -> Expr<'s> {
    let ready = match &part {
        Part::Index(index) if matches!(opt, Opt::Essential) => {
            Some(call("_room", vec![index.clone()]))
        }
        _ => None,
    };
    let path = Term::Path(Box::new(Term::Id), Path(vec![(part, opt)]));
    let updated = Term::BinOp(Box::new(path), BinaryOp::Update, Box::new(change));
    match ready {
        Some(ready) => pipe(ready, updated),
        None => updated,
    }
}
