//! `$x`, `${x…}`.

use super::pattern::Pattern;
use super::quote;
use super::split::Part;
use super::{Mode, Shell};
use crate::program::{At, Name, Operation, Parameter, Where, Word};
use crate::state::{Flow, Run};
use crate::syntax::words::{self, Context};
use crate::variables::{NAMEREF, Value, Variable};

/// What a parameter is worth.
enum Got {
    One(Option<String>),
    Many(Vec<String>, At),
}

impl Got {
    fn is_set(&self) -> bool {
        match self {
            Self::One(value) => value.is_some(),
            Self::Many(values, _) => !values.is_empty(),
        }
    }

    fn is_null(&self) -> bool {
        match self {
            Self::One(value) => value.as_ref().is_none_or(String::is_empty),
            Self::Many(values, _) => values.is_empty() || values.len() == 1 && values[0].is_empty(),
        }
    }

    fn map(self, mut change: impl FnMut(&str) -> String) -> Self {
        match self {
            Self::One(value) => Self::One(value.map(|text| change(&text))),
            Self::Many(values, how) => {
                Self::Many(values.iter().map(|text| change(text)).collect(), how)
            }
        }
    }
}

impl Shell {
    pub fn expand_parameter(
        &mut self,
        parameter: &Parameter,
        mode: Mode,
        out: &mut Vec<Part>,
    ) -> Run<()> {
        // Most are nothing but a name.
        if let (Name::Variable(name), false, Operation::None) =
            (&parameter.name, parameter.indirect, &parameter.operation)
            && let Some(text) = self.value_of(name)
        {
            out.push(Part::expanded(text, mode.double));
            return Ok(());
        }
        let resolved;
        let name = if parameter.indirect {
            match self.indirect_name(&parameter.name)? {
                Some(name) => {
                    resolved = name;
                    &resolved
                }
                None => {
                    // A name reference gives the name itself.
                    if let (Name::Variable(name), Operation::None) =
                        (&parameter.name, &parameter.operation)
                        && let Some(target) = self.nameref_target(name)
                    {
                        out.push(Part::expanded(target, mode.double));
                        return Ok(());
                    }
                    let got = Got::One(None);
                    return self.operate(parameter, &parameter.name, got, mode, out);
                }
            }
        } else {
            &parameter.name
        };
        if let Operation::Names(how) = &parameter.operation {
            let prefix = match name {
                Name::Variable(prefix) => prefix.as_str(),
                _ => "",
            };
            let mut names: Vec<String> = self.state.variables.names();
            names.retain(|name| {
                name.starts_with(prefix)
                    && self.state.variables.get(name).is_some_and(Variable::is_set)
            });
            self.push_many(names, how, mode, out);
            return Ok(());
        }
        if let Operation::Keys(how) = &parameter.operation {
            let keys = match name {
                Name::All(name, _) => self
                    .variable(name)
                    .map_or_else(Vec::new, |variable| variable.keys()),
                _ => Vec::new(),
            };
            self.push_many(keys, how, mode, out);
            return Ok(());
        }
        if let Operation::Length = parameter.operation {
            let length = self.length_of(name)?;
            out.push(Part::expanded(length.to_string(), mode.double));
            return Ok(());
        }
        let got = self.get(name)?;
        self.operate(parameter, name, got, mode, out)
    }

    fn length_of(&mut self, name: &Name) -> Run<usize> {
        if let Name::Special('@' | '*') = name {
            return Ok(self.state.positional.len());
        }
        if let Name::All(array, _) = name {
            if let Some(variable) = self.variable(array) {
                return Ok(variable.len());
            }
            if self.state.options.nounset {
                self.error(format_args!("{array}: unbound variable"));
                return Err(self.unbound());
            }
            return Ok(0);
        }
        match self.get(name)? {
            Got::One(Some(text)) => Ok(if text.is_ascii() {
                text.len()
            } else {
                self.characters(&text).len()
            }),
            Got::One(None) => {
                self.check_unset(name)?;
                Ok(0)
            }
            Got::Many(values, _) => Ok(values.len()),
        }
    }

    fn push_many(&mut self, values: Vec<String>, how: &At, mode: Mode, out: &mut Vec<Part>) {
        let separator = match how {
            At::At => Some(' '),
            At::Star => self.separators().chars().next(),
        };
        if *how == At::Star && mode.double {
            let separator = separator.map(String::from).unwrap_or_default();
            out.push(Part::quoted(values.join(&separator)));
            return;
        }
        let separator = if mode.single && *how == At::Star {
            separator
        } else {
            Some(' ')
        };
        for (index, value) in values.into_iter().enumerate() {
            if index > 0 {
                out.push(Part::Break(separator));
            }
            out.push(Part::expanded(value, mode.double));
        }
    }

    fn push(&mut self, got: Got, mode: Mode, out: &mut Vec<Part>) {
        match got {
            Got::One(Some(text)) => out.push(Part::expanded(text, mode.double)),
            Got::One(None) => {
                if mode.double {
                    out.push(Part::quoted(String::new()));
                }
            }
            Got::Many(values, how) => self.push_many(values, &how, mode, out),
        }
    }

    fn get(&mut self, name: &Name) -> Run<Got> {
        Ok(match name {
            Name::Variable(name) => Got::One(self.value_of(name)),
            Name::Positional(number) => {
                Got::One(self.state.positional.get(number.wrapping_sub(1)).cloned())
            }
            Name::Special(c) => match c {
                '@' => Got::Many(self.state.positional.to_vec(), At::At),
                '*' => Got::Many(self.state.positional.to_vec(), At::Star),
                '#' => Got::One(Some(self.state.positional.len().to_string())),
                '?' => Got::One(Some(self.state.status.to_string())),
                '-' => Got::One(Some(self.state.flags())),
                '$' => Got::One(Some(self.state.pid.to_string())),
                '!' => Got::One(self.state.last_background.map(|pid| pid.to_string())),
                _ => Got::One(Some(self.state.zero.to_string())),
            },
            Name::Element(name, subscript) => {
                let key = self.expand_subscript(subscript)?;
                match self.element(name, &key) {
                    Ok(value) => Got::One(value),
                    Err(message) => return Err(self.arithmetic_failed(&message, "")),
                }
            }
            Name::All(name, how) => {
                let values = self
                    .variable(name)
                    .map_or_else(Vec::new, |variable| variable.values());
                Got::Many(values, how.clone())
            }
            Name::Bad(text) => {
                self.error(format_args!("{text}: bad substitution"));
                return Err(Flow::Discard(1));
            }
        })
    }

    /// The parameter that `${!name}` means.
    fn indirect_name(&mut self, name: &Name) -> Run<Option<Name>> {
        if let Name::Variable(name) = name
            && self
                .state
                .variables
                .get(name)
                .is_some_and(|variable| variable.has(NAMEREF))
        {
            return Ok(None);
        }
        let text = match self.get(name)? {
            Got::One(Some(text)) => text,
            Got::One(None) => {
                if let Name::Variable(name) = name
                    && self.state.options.nounset
                {
                    self.error(format_args!("!{name}: unbound variable"));
                    return Err(self.unbound());
                }
                return Ok(None);
            }
            Got::Many(values, _) => values.join(" "),
        };
        let options = self.parse_options();
        let parsed = words::parse(
            &format!("${{{text}}}"),
            Context::Plain,
            self.state.line,
            &options,
        );
        let piece = parsed.ok().and_then(|mut word| {
            if word.0.len() == 1 {
                word.0.pop()
            } else {
                None
            }
        });
        match piece {
            Some(crate::program::Piece::Parameter(parameter))
                if matches!(parameter.operation, Operation::None)
                    && !matches!(parameter.name, Name::Bad(_)) =>
            {
                Ok(Some(parameter.name))
            }
            _ => {
                self.error(format_args!("{text}: invalid variable name"));
                Err(Flow::Discard(1))
            }
        }
    }

    fn describe(&self, name: &Name) -> String {
        match name {
            Name::Variable(name) => name.clone(),
            Name::Element(name, subscript) => {
                let literal = subscript.0.0.iter().map(|piece| match piece {
                    crate::program::Piece::Literal(text) | crate::program::Piece::Quoted(text) => {
                        text.as_str()
                    }
                    _ => "…",
                });
                format!("{name}[{}]", literal.collect::<String>())
            }
            Name::All(name, At::At) => format!("{name}[@]"),
            Name::All(name, At::Star) => format!("{name}[*]"),
            Name::Positional(number) => format!("${number}"),
            Name::Special(c) => c.to_string(),
            Name::Bad(text) => text.clone(),
        }
    }

    /// `set -u`
    fn check_unset(&mut self, name: &Name) -> Run<()> {
        if !self.state.options.nounset || matches!(name, Name::Special('@' | '*') | Name::All(..)) {
            return Ok(());
        }
        let text = self.describe(name);
        self.error(format_args!("{text}: unbound variable"));
        Err(self.unbound())
    }

    fn operate(
        &mut self,
        parameter: &Parameter,
        name: &Name,
        got: Got,
        mode: Mode,
        out: &mut Vec<Part>,
    ) -> Run<()> {
        if let Operation::Default { kind, colon, word } = &parameter.operation {
            return self.default(name, got, (*kind, *colon, word), mode, out);
        }
        if !got.is_set() {
            self.check_unset(name)?;
        }
        let fold = self.state.shopt.nocasematch;
        let extglob = self.state.shopt.extglob;
        let got = match &parameter.operation {
            Operation::RemovePrefix { longest, pattern } => {
                let pattern = self.expand_pattern(pattern, extglob, false)?;
                got.map(|text| pattern.without_prefix(text, *longest).to_owned())
            }
            Operation::RemoveSuffix { longest, pattern } => {
                let pattern = self.expand_pattern(pattern, extglob, false)?;
                got.map(|text| pattern.without_suffix(text, *longest).to_owned())
            }
            Operation::Replace {
                place,
                pattern,
                with,
            } => {
                let pattern = self.expand_pattern(pattern, extglob, fold)?;
                let with = self.expand_parts(with)?;
                let ampersand = !self.state.shopt.no_patsub_replacement;
                got.map(|text| replace(text, &pattern, *place, &with, ampersand))
            }
            Operation::Substring { offset, length } => {
                let offset = self.expand_arithmetic(offset)?;
                let length = match length {
                    Some(length) => Some(self.expand_arithmetic(length)?),
                    None => None,
                };
                self.substring(name, got, offset, length)?
            }
            Operation::Case { kind, all, pattern } => {
                let pattern = match pattern {
                    Some(pattern) => Some(self.expand_pattern(pattern, extglob, false)?),
                    None => None,
                };
                got.map(|text| change_case(text, *kind, *all, pattern.as_ref()))
            }
            Operation::Transform(kind) => self.transform(name, got, *kind)?,
            _ => got,
        };
        self.push(got, mode, out);
        Ok(())
    }

    fn default(
        &mut self,
        name: &Name,
        got: Got,
        operation: (char, bool, &Word),
        mode: Mode,
        out: &mut Vec<Part>,
    ) -> Run<()> {
        let (kind, colon, word) = operation;
        let there = got.is_set() && !(colon && got.is_null());
        let operand = Mode {
            operand: true,
            ..mode
        };
        match kind {
            '+' => {
                let list = matches!(name, Name::Special('@') | Name::All(_, At::At));
                if there {
                    self.expand_operand(word, operand, out)?;
                } else if mode.double && !list {
                    out.push(Part::quoted(String::new()));
                }
            }
            _ if there => self.push(got, mode, out),
            '-' => self.expand_operand(word, operand, out)?,
            '=' => {
                let text = self.expand_text(word)?;
                match name {
                    Name::Variable(name) => self.assign(name, text.clone(), false)?,
                    Name::Element(name, subscript) => {
                        let key = self.expand_subscript(subscript)?;
                        self.assign_element(name, &key, text.clone(), false)?;
                    }
                    _ => {
                        let text = self.describe(name);
                        self.error(format_args!("{text}: cannot assign in this way"));
                        return Err(Flow::Discard(1));
                    }
                }
                out.push(Part::expanded(text, mode.double));
            }
            _ => {
                let text = self.expand_text(word)?;
                let what = self.describe(name);
                let text = match (text.as_str(), colon) {
                    ("", true) => "parameter null or not set".to_owned(),
                    ("", false) => "parameter not set".to_owned(),
                    _ => text,
                };
                self.error(format_args!("{what}: {text}"));
                return Err(self.unbound());
            }
        }
        Ok(())
    }

    fn expand_operand(&mut self, word: &Word, mode: Mode, out: &mut Vec<Part>) -> Run<()> {
        let before = out.len();
        self.expand_pieces(&word.0, mode, out)?;
        if mode.double && out.len() == before {
            out.push(Part::quoted(String::new()));
        }
        Ok(())
    }

    fn substring(&mut self, name: &Name, got: Got, offset: i64, length: Option<i64>) -> Run<Got> {
        let bad = |shell: &mut Self, length: i64| {
            shell.error(format_args!("{length}: substring expression < 0"));
            Flow::Discard(1)
        };
        match got {
            Got::One(None) => Ok(Got::One(None)),
            Got::One(Some(text)) => {
                let chars = self.characters(&text);
                let count = i64::try_from(chars.len()).unwrap_or(i64::MAX);
                let start = if offset < 0 {
                    count.saturating_add(offset)
                } else {
                    offset
                };
                if start < 0 || start > count {
                    return Ok(Got::One(Some(String::new())));
                }
                let end = match length {
                    None => count,
                    Some(length) if length < 0 => {
                        let end = count.saturating_add(length);
                        if end < start {
                            return Err(bad(self, length));
                        }
                        end
                    }
                    Some(length) => start.saturating_add(length).min(count),
                };
                let range = usize::try_from(start).unwrap_or(0)..usize::try_from(end).unwrap_or(0);
                Ok(Got::One(Some(chars[range].iter().collect())))
            }
            Got::Many(values, how) => {
                // `${@:0}` begins with the name of the script; arrays count by index, not position.
                let mut keyed: Vec<(i64, String)> = match name {
                    Name::Special(_) => {
                        let zero = std::iter::once(self.state.zero.to_string());
                        (0..).zip(zero.chain(values)).collect()
                    }
                    Name::All(name, _) => {
                        match self.variable(name).map(|variable| variable.value.clone()) {
                            Some(Value::Indexed(items)) => items.into_iter().collect(),
                            _ => (0..).zip(values).collect(),
                        }
                    }
                    _ => (0..).zip(values).collect(),
                };
                let end = keyed.last().map_or(0, |(index, _)| index + 1);
                let start = if offset < 0 {
                    end.saturating_add(offset)
                } else {
                    offset
                };
                if start < 0 {
                    return Ok(Got::Many(Vec::new(), how));
                }
                keyed.retain(|(index, _)| *index >= start);
                if let Some(length) = length {
                    if length < 0 {
                        return Err(bad(self, length));
                    }
                    keyed.truncate(usize::try_from(length).unwrap_or(usize::MAX));
                }
                Ok(Got::Many(
                    keyed.into_iter().map(|(_, value)| value).collect(),
                    how,
                ))
            }
        }
    }

    fn transform(&mut self, name: &Name, got: Got, kind: char) -> Run<Got> {
        Ok(match kind {
            'Q' => got.map(quote::transform),
            'E' => got.map(words::unescape_ansi),
            'P' => {
                let mut shown = Vec::new();
                match got {
                    Got::One(None) => return Ok(Got::One(None)),
                    Got::One(Some(text)) => Got::One(Some(self.prompt(&text))),
                    Got::Many(values, how) => {
                        for value in values {
                            shown.push(self.prompt(&value));
                        }
                        Got::Many(shown, how)
                    }
                }
            }
            'U' => got.map(|text| text.chars().map(upper_case).collect()),
            'L' => got.map(|text| text.chars().map(lower_case).collect()),
            'u' => got.map(|text| change_case(text, '^', false, None)),
            'a' => {
                let variable = match name {
                    Name::Variable(name) | Name::Element(name, _) | Name::All(name, _) => {
                        self.variable(name)
                    }
                    _ => None,
                };
                let letters = variable.map(|variable| variable.letters());
                match got {
                    Got::Many(values, how) => {
                        Got::Many(vec![letters.unwrap_or_default(); values.len()], how)
                    }
                    Got::One(_) => Got::One(letters),
                }
            }
            'A' => match name {
                Name::Variable(name) | Name::All(name, _) => {
                    let name = name.clone();
                    let Some(variable) = self.variable(&name) else {
                        return Ok(Got::One(None));
                    };
                    Got::One(Some(assignment_text(
                        &name,
                        &variable,
                        matches!(got, Got::Many(..)),
                    )))
                }
                Name::Special('@' | '*') => {
                    let all: Vec<String> = self
                        .state
                        .positional
                        .iter()
                        .map(|text| quote::transform(text))
                        .collect();
                    Got::One(Some(format!("set -- {}", all.join(" "))))
                }
                _ => got,
            },
            'K' | 'k' => match (name, got) {
                (Name::All(name, _), Got::Many(_, how)) => {
                    let Some(variable) = self.variable(name) else {
                        return Ok(Got::Many(Vec::new(), how));
                    };
                    let pairs = variable.keys().into_iter().zip(variable.values());
                    if kind == 'K' {
                        let text: Vec<String> = pairs
                            .map(|(key, value)| {
                                format!("{} {}", quote::key(&key), quote::double(&value))
                            })
                            .collect();
                        Got::One(Some(text.join(" ")))
                    } else {
                        Got::Many(pairs.flat_map(|(key, value)| [key, value]).collect(), how)
                    }
                }
                (_, got) => got.map(quote::transform),
            },
            _ => got,
        })
    }
}

/// `declare -a x=(…)` or `x='…'`, as `${x@A}` gives it.
fn assignment_text(name: &str, variable: &Variable, list: bool) -> String {
    let letters = variable.letters();
    if variable.is_array() && list {
        return format!(
            "declare -{letters} {name}={}",
            crate::builtins::declare::array_text(variable)
        );
    }
    let value = quote::transform(variable.text().unwrap_or(""));
    if letters.is_empty() {
        format!("{name}={value}")
    } else {
        format!("declare -{letters} {name}={value}")
    }
}

/// `${text/pattern/with}`
fn replace(
    text: &str,
    pattern: &Pattern,
    place: Where,
    with: &[(String, bool)],
    ampersand: bool,
) -> String {
    let plain = !ampersand
        || !with
            .iter()
            .any(|(text, quoted)| !quoted && text.contains(['&', '\\']));
    let insert = |out: &mut String, matched: &str| {
        for (text, quoted) in with {
            if plain || *quoted {
                out.push_str(text);
                continue;
            }
            let mut chars = text.chars().peekable();
            while let Some(c) = chars.next() {
                match c {
                    '&' => out.push_str(matched),
                    '\\' if matches!(chars.peek(), Some('&' | '\\')) => out.extend(chars.next()),
                    c => out.push(c),
                }
            }
        }
    };
    if let Some(literal) = pattern.literal() {
        return replace_literal(text, &literal, place, insert);
    }
    let chars: Vec<char> = text.chars().collect();
    let piece = |from: usize, to: usize| chars[from..to].iter().collect::<String>();
    let mut out = String::with_capacity(text.len());
    match place {
        Where::Prefix => {
            let Some(end) = pattern.ends(&chars, 0).last().copied() else {
                return text.to_owned();
            };
            insert(&mut out, &piece(0, end));
            out.push_str(&piece(end, chars.len()));
        }
        Where::Suffix => {
            let Some(start) = pattern.suffix_start(&chars) else {
                return text.to_owned();
            };
            out.push_str(&piece(0, start));
            insert(&mut out, &piece(start, chars.len()));
        }
        Where::First | Where::All => {
            let mut at = 0;
            while at < chars.len() {
                let end = pattern.ends(&chars, at).last().copied();
                match end.filter(|end| *end > at) {
                    Some(end) => {
                        insert(&mut out, &piece(at, end));
                        at = end;
                        if place == Where::First {
                            break;
                        }
                    }
                    None => {
                        out.push(chars[at]);
                        at += 1;
                    }
                }
            }
            out.extend(&chars[at.min(chars.len())..]);
            if chars.is_empty() && pattern.matches("") {
                insert(&mut out, "");
            }
        }
    }
    out
}

fn replace_literal(
    text: &str,
    literal: &str,
    place: Where,
    insert: impl Fn(&mut String, &str),
) -> String {
    let mut out = String::with_capacity(text.len());
    match place {
        Where::Prefix => match text.strip_prefix(literal) {
            Some(rest) => {
                insert(&mut out, literal);
                out.push_str(rest);
            }
            None => out.push_str(text),
        },
        Where::Suffix => match text.strip_suffix(literal) {
            Some(rest) => {
                out.push_str(rest);
                insert(&mut out, literal);
            }
            None => out.push_str(text),
        },
        Where::First | Where::All => {
            let mut rest = text;
            while !literal.is_empty()
                && let Some(at) = rest.find(literal)
            {
                out.push_str(&rest[..at]);
                insert(&mut out, literal);
                rest = &rest[at + literal.len()..];
                if place == Where::First {
                    break;
                }
            }
            out.push_str(rest);
        }
    }
    out
}

fn change_case(text: &str, kind: char, all: bool, pattern: Option<&Pattern>) -> String {
    let mut out = String::with_capacity(text.len());
    for (index, c) in text.chars().enumerate() {
        let wanted =
            (all || index == 0) && pattern.is_none_or(|pattern| pattern.matches_chars(&[c]));
        let upper = match kind {
            '^' => true,
            ',' => false,
            _ => c.is_lowercase(),
        };
        match (wanted, upper) {
            (false, _) => out.push(c),
            (true, true) => out.push(upper_case(c)),
            (true, false) => out.push(lower_case(c)),
        }
    }
    out
}

/// The one character that is the capital of another, as `towupper` has it.
pub fn upper_case(c: char) -> char {
    let mut upper = c.to_uppercase();
    match (upper.next(), upper.next()) {
        (Some(one), None) => one,
        _ => c,
    }
}

pub fn lower_case(c: char) -> char {
    let mut lower = c.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some(one), None) => one,
        _ => c,
    }
}
