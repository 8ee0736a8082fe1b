//! Names in quotes, as GNU's `quotearg` has them.

use std::fmt::Write;

use unicode_width::UnicodeWidthChar;

/// With the quotes of the language: for what a user has typed.
pub(crate) fn locale(text: &str) -> String {
    if !is_utf8_locale() {
        return format!("'{}'", escape(text, Some('\'')));
    }
    format!("\u{2018}{}\u{2019}", escape(text, None))
}

/// GNU's tools have round quotes where the locale's characters are UTF-8.
fn is_utf8_locale() -> bool {
    let set = ["LC_ALL", "LC_CTYPE", "LANG"]
        .into_iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
    // What is not set at all is taken for the sandbox's own setting, which is C.UTF-8.
    set.is_none_or(|value| {
        let value = value.to_ascii_lowercase();
        value.ends_with("utf-8") || value.ends_with("utf8")
    })
}

/// In quotes for a shell, always: for names of files in messages.
pub(crate) fn always(name: &str) -> String {
    shell(name, true, true)
}

/// In quotes for a shell if it needs them: for names of files before a colon.
pub(crate) fn if_needed(name: &str) -> String {
    if name.contains(':') {
        return shell(name, true, true);
    }
    shell(name, false, true)
}

/// Quoted for a shell: `always` or only if needed; with `$'…'` for what cannot be printed if
/// `escapes`, else as it is.
pub(crate) fn shell(name: &str, always: bool, escapes: bool) -> String {
    let unprintable = escapes && name.chars().any(|c| !printable(c));
    if name.is_empty() || always || unprintable || needs_quotes(name) {
        if name.contains('\'') && !unprintable && name.chars().enumerate().all(fits_both) {
            return format!("\"{name}\"");
        }
        return single(name, escapes);
    }
    name.to_owned()
}

fn needs_quotes(name: &str) -> bool {
    let single = name.chars().count() == 1;
    name.chars().enumerate().any(|(index, c)| match c {
        '#' | '~' => index == 0,
        '{' | '}' => single,
        _ => " !\"$&()*;<=>[^`|'\\?\t\n".contains(c),
    })
}

/// Whether a character means the same in single and in double quotes.
fn fits_both((index, c): (usize, char)) -> bool {
    match c {
        '#' | '~' => index == 0,
        '{' | '}' => false,
        _ => !c.is_ascii() || c.is_ascii_alphanumeric() || " '%+,-./:]_@".contains(c),
    }
}

fn single(name: &str, escapes: bool) -> String {
    let mut text = String::from("'");
    let mut escaping = false;
    for c in name.chars() {
        if escapes && !printable(c) {
            if !escaping {
                text.push_str("'$'");
                escaping = true;
            }
            push_escape(&mut text, c);
            continue;
        }
        if escaping {
            text.push_str("''");
            escaping = false;
        }
        if c == '\'' {
            text.push_str("'\\''");
        } else {
            text.push(c);
        }
    }
    text.push('\'');
    text
}

/// With the escapes of C, and a backslash before `quote` and backslashes.
pub(crate) fn escape(text: &str, quote: Option<char>) -> String {
    let mut escaped = String::new();
    for c in text.chars() {
        if c == '\\' || Some(c) == quote {
            escaped.push('\\');
            escaped.push(c);
        } else if printable(c) {
            escaped.push(c);
        } else {
            push_escape(&mut escaped, c);
        }
    }
    escaped
}

fn push_escape(text: &mut String, c: char) {
    let letter = match c {
        '\u{7}' => 'a',
        '\u{8}' => 'b',
        '\t' => 't',
        '\n' => 'n',
        '\u{b}' => 'v',
        '\u{c}' => 'f',
        '\r' => 'r',
        _ => {
            let mut buffer = [0; 4];
            for byte in c.encode_utf8(&mut buffer).bytes() {
                // Writing into a string cannot fail.
                let _written = write!(text, "\\{byte:03o}");
            }
            return;
        }
    };
    text.push('\\');
    text.push(letter);
}

pub(crate) fn printable(c: char) -> bool {
    !c.is_control() && c.width().is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_quoted_as_gnu_does() {
        for (name, needed, quoted) in [
            ("x", "x", "'x'"),
            ("", "''", "''"),
            ("a b", "'a b'", "'a b'"),
            ("it's", "\"it's\"", "\"it's\""),
            ("it's $x", "'it'\\''s $x'", "'it'\\''s $x'"),
            ("a\nb", "'a'$'\\n''b'", "'a'$'\\n''b'"),
            ("a\n", "'a'$'\\n'", "'a'$'\\n'"),
            ("a\\b", "'a\\b'", "'a\\b'"),
            ("é", "é", "'é'"),
            ("#a", "'#a'", "'#a'"),
            ("a#", "a#", "'a#'"),
            ("{", "'{'", "'{'"),
            ("{}", "{}", "'{}'"),
        ] {
            assert_eq!(if_needed(name), needed, "{name:?}");
            assert_eq!(always(name), quoted, "{name:?}");
        }
        assert_eq!(if_needed("a:b"), "'a:b'");
    }
}
