//! Bracket expressions.

use super::Dialect;
use super::translate::Translator;

/// Translates what follows a `[`.
pub(super) fn bracket(it: &mut Translator<'_>) -> Result<(), String> {
    const UNMATCHED: &str = "Unmatched [, [^, [:, [., or [=";
    let negated = it.eat('^');
    let mut set = String::new();
    let mut first = true;
    loop {
        let Some(next) = it.next() else {
            return Err(UNMATCHED.into());
        };
        if next == ']' && !first {
            break;
        }
        first = false;
        if next == '[' && it.peek() == Some(':') {
            it.next();
            let name = until(it, ':').ok_or(UNMATCHED)?;
            set.push_str(class(&name, it.options.ignore_case)?);
            continue;
        }
        let low = element(it, next)?;
        // A `-` before the `]` is itself.
        if it.peek() == Some('-') && it.peek_second().is_some_and(|after| after != ']') {
            it.next();
            let next = it.next().ok_or(UNMATCHED)?;
            let high = element(it, next)?;
            if high < low {
                return Err("Invalid range end".into());
            }
            push(&mut set, low);
            set.push('-');
            push(&mut set, high);
        } else {
            push(&mut set, low);
        }
    }
    it.out.classes |= negated || set.contains(|it: char| it < ' ' || it == '\\' || !it.is_ascii());
    let caret = if negated { "^" } else { "" };
    let text = if it.options.lines && negated {
        format!(r"[{caret}{set}\n]")
    } else if it.options.lines {
        format!(r"[[{set}]--\n]")
    } else {
        format!("[{caret}{set}]")
    };
    it.atom(&text);
    Ok(())
}

/// One character of a set, of which `next` is or begins the name.
fn element(it: &mut Translator<'_>, next: char) -> Result<char, String> {
    const UNMATCHED: &str = "Unmatched [, [^, [:, [., or [=";
    match (next, it.peek()) {
        ('[', Some(kind @ ('.' | '='))) => {
            it.next();
            let name = until(it, kind).ok_or(UNMATCHED)?;
            let mut characters = name.chars();
            match (characters.next(), characters.next()) {
                (Some(one), None) => Ok(one),
                _ => Err("Invalid collation character".into()),
            }
        }
        ('\\', Some(after)) if it.dialect == Dialect::Awk => {
            it.next();
            Ok(match after {
                'n' => '\n',
                't' => '\t',
                'r' => '\r',
                'f' => '\x0c',
                'v' => '\x0b',
                'a' => '\x07',
                'b' => '\x08',
                '0'..='7' => it.octal(after),
                other => other,
            })
        }
        ('\\', Some(after @ ('n' | 't' | 'r' | 'f' | 'v' | 'a')))
            if matches!(it.dialect, Dialect::SedBasic | Dialect::SedExtended) =>
        {
            it.next();
            Ok(match after {
                'n' => '\n',
                't' => '\t',
                'r' => '\r',
                'f' => '\x0c',
                'v' => '\x0b',
                _ => '\x07',
            })
        }
        _ => Ok(next),
    }
}

/// The name of a class, up to `kind` and `]`.
fn until(it: &mut Translator<'_>, kind: char) -> Option<String> {
    let mut name = String::new();
    loop {
        let next = it.next()?;
        if next == kind && it.peek() == Some(']') {
            it.next();
            return Some(name);
        }
        name.push(next);
    }
}

/// A named class: for those that go beyond ASCII a mark that `resolve` replaces.
fn class(name: &str, ignore_case: bool) -> Result<&'static str, String> {
    Ok(match name {
        "alpha" => "\x01",
        "alnum" => "\x02",
        "upper" | "lower" if ignore_case => "\x01",
        "upper" => "\x03",
        "lower" => "\x04",
        "punct" => "\x05",
        "print" => "\x06",
        "graph" => "\x07",
        "digit" => "0-9",
        "space" => r"\s",
        "blank" => r" \t",
        "cntrl" => "[:cntrl:]",
        "xdigit" => "0-9A-Fa-f",
        _ => return Err("Invalid character class name".into()),
    })
}

/// Replaces the marks of `class` by what they are in the one kind of text or the other.
pub(super) fn resolve(text: &str, unicode: bool) -> String {
    let mut resolved = String::with_capacity(text.len());
    for character in text.chars() {
        resolved.push_str(match (character, unicode) {
            ('\x01', false) => "[:alpha:]",
            ('\x01', true) => r"\p{Alphabetic}",
            ('\x02', false) => "[:alnum:]",
            ('\x02', true) => r"\p{Alphabetic}\p{Nd}",
            ('\x03', false) => "[:upper:]",
            ('\x03', true) => r"\p{Uppercase}",
            ('\x04', false) => "[:lower:]",
            ('\x04', true) => r"\p{Lowercase}",
            ('\x05', false) => "[:punct:]",
            ('\x05', true) => r"\p{P}\p{S}",
            ('\x06', false) => "[:print:]",
            ('\x06', true) => r"[^\p{C}\p{Zl}\p{Zp}]",
            ('\x07', false) => "[:graph:]",
            ('\x07', true) => r"[^\p{C}\p{Z}]",
            _ => {
                resolved.push(character);
                continue;
            }
        });
    }
    resolved
}

fn push(set: &mut String, character: char) {
    if character.is_ascii_alphanumeric() || !character.is_ascii() {
        set.push(character);
    } else {
        set.push_str(&format!(r"\x{:02x}", u32::from(character)));
    }
}
