//! Regular expressions as POSIX and GNU have them, on the engines of the `regex` crate.
//!
//! An expression is translated into the syntax of that crate (`translate`). Two things differ between
//! the engines: POSIX wants the longest of the leftmost matches, which a second automaton finds
//! (`Program::longest`); and back-references need backtracking, which `fancy-regex` does.
//!
//! Each expression has two programs, one for text that is ASCII only and one that knows UTF-8: most
//! text is ASCII, and tables of Unicode make the second ten times as expensive to build.

mod bracket;
#[cfg(test)]
mod tests;
mod translate;

use std::cell::{OnceCell, RefCell};

use regex_automata::hybrid::dfa::{Cache, DFA};
use regex_automata::meta;
use regex_automata::util::captures::Captures;
use regex_automata::util::syntax;
use regex_automata::{Anchored, Input, MatchKind};

/// Where a match or a group of it begins and ends.
pub(crate) type Span = (usize, usize);

/// Whose rules an expression follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// `grep`, `find -regextype basic`.
    Basic,
    /// `grep -E`.
    Extended,
    /// `sed`: `\n` and its like are characters, in brackets, too.
    SedBasic,
    SedExtended,
    /// `awk`: a backslash escapes in brackets; `\y` is a word boundary.
    Awk,
    /// `find -regex`, where `+` and `?` are operators and groups are `\(\)`.
    Emacs,
    /// `grep -P`.
    Perl,
    /// `grep -F`.
    Fixed,
}

#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Options {
    pub(crate) ignore_case: bool,
    /// `^` and `$` match at the lines of the text.
    pub(crate) multi_line: bool,
    /// Nothing matches a newline: the text is searched as a whole for lines.
    pub(crate) lines: bool,
    /// Only what has no word character beside it (`grep -w`).
    pub(crate) words: bool,
    /// Only the whole of a line (`grep -x`).
    pub(crate) whole: bool,
}

/// What `translate` makes of an expression.
#[derive(Clone, Debug, Default)]
struct Translated {
    text: String,
    /// The longest match may not be the one that comes first.
    ambiguous: bool,
    back_references: bool,
    /// Matches other things in text that is not ASCII, by its classes.
    classes: bool,
    groups: usize,
}

/// A compiled expression.
pub(crate) struct Regex {
    translated: Translated,
    options: Options,
    perl: bool,
    ascii: OnceCell<Result<Program, String>>,
    unicode: OnceCell<Result<Program, String>>,
}

enum Program {
    Automata(Box<Automata>),
    Fancy(fancy_regex::Regex),
}

struct Automata {
    first: meta::Regex,
    longest: Option<(DFA, RefCell<Cache>)>,
    /// The expression, up to the end of the text: finds the groups of the longest match.
    to_end: OnceCell<Option<meta::Regex>>,
    captures: RefCell<Captures>,
    text: String,
    unicode: bool,
    ignore_case: bool,
}

impl Regex {
    /// Compiles an expression; the error is what GNU's programs say.
    pub(crate) fn new(pattern: &str, dialect: Dialect, options: Options) -> Result<Self, String> {
        Self::any_of(&[pattern], dialect, options)
    }

    /// Matches what one of several expressions matches.
    pub(crate) fn any_of(
        patterns: &[&str],
        dialect: Dialect,
        options: Options,
    ) -> Result<Self, String> {
        let mut whole = Translated::default();
        for (index, pattern) in patterns.iter().enumerate() {
            let part = translate::translate(pattern, dialect, options, whole.groups)?;
            if index > 0 {
                whole.text.push('|');
                whole.ambiguous = true;
            }
            whole.text.push_str(&part.text);
            whole.ambiguous |= part.ambiguous;
            whole.back_references |= part.back_references;
            whole.classes |= part.classes;
            whole.groups += part.groups;
        }
        if patterns.is_empty() {
            // Matches nothing, as does an empty file of patterns.
            whole.text.push_str("[a&&b]");
        }
        if options.words && whole.back_references {
            whole.text = format!(r"(?<!\w)(?:{})(?!\w)", whole.text);
        } else if options.words {
            whole.text = format!(r"\b{{start-half}}(?:{})\b{{end-half}}", whole.text);
            whole.classes = true;
        }
        if options.whole {
            let (start, end) = translate::anchors(options);
            whole.text = format!("{start}(?:{}){end}", whole.text);
        }
        let regex = Self {
            translated: whole,
            options,
            perl: dialect == Dialect::Perl,
            ascii: OnceCell::new(),
            unicode: OnceCell::new(),
        };
        // What is wrong with it is to be said now.
        regex.program(b"").map_err(str::to_owned)?;
        Ok(regex)
    }

    /// How many groups it has, the whole match not counted.
    pub(crate) fn groups(&self) -> usize {
        self.translated.groups
    }

    /// Whether a search for lines can look at many lines at once.
    pub(crate) fn can_search_lines(&self) -> bool {
        !self.translated.back_references
    }

    /// Gets ready to search one text, perhaps many times.
    pub(crate) fn on<'r, 't>(&'r self, text: &'t [u8]) -> Search<'r, 't> {
        Search {
            program: self.program(text).ok(),
            text,
            groups: self.translated.groups,
        }
    }

    pub(crate) fn is_match(&self, text: &[u8]) -> bool {
        match self.program(text) {
            Ok(Program::Automata(it)) => it.first.is_match(text),
            Ok(Program::Fancy(it)) => it.is_match(text).unwrap_or(false),
            Err(_) => false,
        }
    }

    /// Whether the whole text matches.
    pub(crate) fn is_full_match(&self, text: &[u8]) -> bool {
        self.find_at(text, 0) == Some((0, text.len()))
    }

    /// The leftmost match at or after `start`, the longest of those that begin there.
    pub(crate) fn find_at(&self, text: &[u8], start: usize) -> Option<Span> {
        self.on(text).find(start)
    }

    /// The same with the groups; the first of `spans` is the whole match.
    pub(crate) fn captures_at(
        &self,
        text: &[u8],
        start: usize,
        spans: &mut Vec<Option<Span>>,
    ) -> bool {
        self.on(text).captures(start, spans)
    }

    fn program(&self, text: &[u8]) -> Result<&Program, &str> {
        let unicode = self.translated.classes && !text.is_ascii();
        let cell = if unicode { &self.unicode } else { &self.ascii };
        let program = cell.get_or_init(|| self.compile(unicode));
        program.as_ref().map_err(String::as_str)
    }

    fn compile(&self, unicode: bool) -> Result<Program, String> {
        // A literal that is not ASCII has to be one character for `?` and `*`, whatever is searched.
        let unicode = unicode || !self.translated.text.is_ascii();
        if self.translated.back_references {
            let mode = if unicode {
                fancy_regex::BytesMode::UnicodeBytes
            } else {
                fancy_regex::BytesMode::Ascii
            };
            let fancy =
                fancy_regex::RegexBuilder::new(&bracket::resolve(&self.translated.text, unicode))
                    .bytes_mode(mode)
                    .unicode_mode(unicode)
                    .case_insensitive(self.options.ignore_case)
                    .dot_matches_new_line(!self.perl)
                    .leftmost_longest(!self.perl && !self.translated.text.contains("(?<!"))
                    .build();
            return fancy.map(Program::Fancy).map_err(|error| error.to_string());
        }
        let config = syntax_config(unicode, self.options.ignore_case);
        let text = &bracket::resolve(&self.translated.text, unicode);
        let first = meta::Builder::new()
            .configure(
                meta::Config::new()
                    .utf8_empty(false)
                    .nfa_size_limit(Some(LIMIT)),
            )
            .syntax(config)
            .build(text)
            .map_err(|error| describe(&error))?;
        let longest = if self.translated.ambiguous && !self.perl {
            DFA::builder()
                .configure(
                    DFA::config()
                        .match_kind(MatchKind::All)
                        .unicode_word_boundary(true)
                        .skip_cache_capacity_check(true),
                )
                .thompson(regex_automata::nfa::thompson::Config::new().utf8(false))
                .syntax(config)
                .build(text)
                .ok()
                .map(|dfa| {
                    let cache = RefCell::new(dfa.create_cache());
                    (dfa, cache)
                })
        } else {
            None
        };
        Ok(Program::Automata(Box::new(Automata {
            captures: RefCell::new(first.create_captures()),
            first,
            longest,
            to_end: OnceCell::new(),
            text: text.clone(),
            unicode,
            ignore_case: self.options.ignore_case,
        })))
    }
}

/// An expression and a text.
pub(crate) struct Search<'r, 't> {
    program: Option<&'r Program>,
    text: &'t [u8],
    groups: usize,
}

impl Search<'_, '_> {
    /// Some match at or after `start`, whose beginning is right and whose end may be too early.
    pub(crate) fn find_first(&self, start: usize) -> Option<Span> {
        match self.program? {
            Program::Automata(it) => it.first(self.text, start),
            Program::Fancy(it) => {
                let found = it.find_from_pos(self.text, start).ok()??;
                Some((found.start(), found.end()))
            }
        }
    }

    /// The leftmost match at or after `start`, the longest of those that begin there.
    pub(crate) fn find(&self, start: usize) -> Option<Span> {
        let found = self.find_first(start)?;
        match self.program? {
            Program::Automata(it) => Some((found.0, it.longest(self.text, found))),
            Program::Fancy(_) => Some(found),
        }
    }

    /// The same with the groups; the first of `spans` is the whole match.
    pub(crate) fn captures(&self, start: usize, spans: &mut Vec<Option<Span>>) -> bool {
        spans.clear();
        match self.program {
            None => false,
            Some(Program::Automata(_)) if self.groups == 0 => {
                spans.extend(self.find(start).map(Some));
                !spans.is_empty()
            }
            Some(Program::Automata(it)) => it.captures(self.text, start, spans),
            Some(Program::Fancy(it)) => {
                let Ok(Some(found)) = it.captures_from_pos(self.text, start) else {
                    return false;
                };
                let groups = (0..found.len()).map(|index| found.get(index));
                spans.extend(groups.map(|it| it.map(|it| (it.start(), it.end()))));
                true
            }
        }
    }
}

/// Bytes that a compiled expression may take. `x{1000}` of a class needs some hundred KiB; beyond this
/// an expression is a way to exhaust memory.
const LIMIT: usize = 64 << 20;

fn syntax_config(unicode: bool, ignore_case: bool) -> syntax::Config {
    syntax::Config::new()
        .unicode(unicode)
        .utf8(false)
        .case_insensitive(ignore_case)
        .nest_limit(1000)
}

fn describe(error: &meta::BuildError) -> String {
    if error.size_limit().is_some() {
        return "Regular expression too big".into();
    }
    match error.syntax_error() {
        // Its last line is what is wrong, the lines before draw where.
        Some(error) => {
            let text = error.to_string();
            let last = text.lines().last().unwrap_or("Invalid regular expression");
            last.trim_start_matches("error: ").to_owned()
        }
        None => "Invalid regular expression".into(),
    }
}

impl Automata {
    fn first(&self, text: &[u8], start: usize) -> Option<Span> {
        let found = self
            .first
            .search(&Input::new(text).span(start..text.len()))?;
        Some((found.start(), found.end()))
    }

    /// Where the longest match that begins where `found` does ends.
    fn longest(&self, text: &[u8], found: Span) -> usize {
        let Some((dfa, cache)) = &self.longest else {
            return found.1;
        };
        let input = Input::new(text)
            .span(found.0..text.len())
            .anchored(Anchored::Yes);
        match dfa.try_search_fwd(&mut cache.borrow_mut(), &input) {
            Ok(Some(half)) => half.offset().max(found.1),
            // The automaton gives up at some words of Unicode; what was found first is a match, too.
            Ok(None) | Err(_) => found.1,
        }
    }

    fn captures(&self, text: &[u8], start: usize, spans: &mut Vec<Option<Span>>) -> bool {
        let mut captures = self.captures.borrow_mut();
        let input = Input::new(text).span(start..text.len());
        self.first.search_captures(&input, &mut captures);
        let Some(found) = captures.get_match() else {
            return false;
        };
        let end = self.longest(text, (found.start(), found.end()));
        if end > found.end()
            && let Some(to_end) = self.to_end()
        {
            let input = Input::new(&text[..end])
                .span(found.start()..end)
                .anchored(Anchored::Yes);
            let mut longer = to_end.create_captures();
            to_end.search_captures(&input, &mut longer);
            if longer.is_match() {
                push_groups(&longer, spans);
                return true;
            }
        }
        push_groups(&captures, spans);
        true
    }

    fn to_end(&self) -> Option<&meta::Regex> {
        let to_end = self.to_end.get_or_init(|| {
            meta::Builder::new()
                .configure(
                    meta::Config::new()
                        .utf8_empty(false)
                        .nfa_size_limit(Some(LIMIT)),
                )
                .syntax(syntax_config(self.unicode, self.ignore_case))
                .build(&format!(r"(?:{})\z", self.text))
                .ok()
        });
        to_end.as_ref()
    }
}

fn push_groups(captures: &Captures, spans: &mut Vec<Option<Span>>) {
    let groups = (0..captures.group_len()).map(|index| captures.get_group(index));
    spans.extend(groups.map(|group| group.map(|span| (span.start, span.end))));
}
