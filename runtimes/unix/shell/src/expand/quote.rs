//! Text written so that a shell reads it back.

use crate::text;

fn has_control(text: &str) -> bool {
    text.chars()
        .any(|c| c.is_control() || (c as u32) >= 0x10_FF80)
}

/// `$'…'`
pub fn ansi(value: &str) -> String {
    let mut out = String::from("$'");
    let mut buffer = [0; 4];
    for c in value.chars() {
        match c {
            '\u{7}' => out.push_str("\\a"),
            '\u{8}' => out.push_str("\\b"),
            '\u{1b}' => out.push_str("\\E"),
            '\u{c}' => out.push_str("\\f"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{b}' => out.push_str("\\v"),
            '\\' => out.push_str("\\\\"),
            '\'' => out.push_str("\\'"),
            c if c.is_control() || (c as u32) >= 0x10_FF80 => {
                for byte in text::encode(c.encode_utf8(&mut buffer)).iter() {
                    out.push_str(&format!("\\{byte:03o}"));
                }
            }
            c => out.push(c),
        }
    }
    out.push('\'');
    out
}

/// `'…'`
pub fn single(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

/// As `${x@Q}` writes it.
pub fn transform(text: &str) -> String {
    if has_control(text) {
        ansi(text)
    } else {
        single(text)
    }
}

/// As `printf %q` writes it.
pub fn backslash(text: &str) -> String {
    if text.is_empty() {
        return "''".to_owned();
    }
    if has_control(text) {
        return ansi(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    for (at, c) in text.char_indices() {
        let special = matches!(
            c,
            ' ' | '\''
                | '"'
                | '\\'
                | '|'
                | '&'
                | ';'
                | '('
                | ')'
                | '<'
                | '>'
                | '!'
                | '{'
                | '}'
                | '*'
                | '['
                | '?'
                | ']'
                | '^'
                | '$'
                | '`'
                | ','
        ) || (at == 0 && matches!(c, '#' | '~'));
        if special {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

fn has_special(text: &str) -> bool {
    text.char_indices().any(|(at, c)| {
        matches!(
            c,
            ' ' | '\t'
                | '\n'
                | '\''
                | '"'
                | '\\'
                | '|'
                | '&'
                | ';'
                | '('
                | ')'
                | '<'
                | '>'
                | '!'
                | '{'
                | '}'
                | '*'
                | '['
                | '?'
                | ']'
                | '^'
                | '$'
                | '`'
        ) || (at == 0 && matches!(c, '#' | '~'))
    })
}

/// As `set` and `set -x` write it: only quoted if it must be.
pub fn if_needed(text: &str) -> String {
    if text.is_empty() {
        "''".to_owned()
    } else if has_control(text) {
        ansi(text)
    } else if has_special(text) {
        single(text)
    } else {
        text.to_owned()
    }
}

/// As `declare -p` writes values.
pub fn double(text: &str) -> String {
    if has_control(text) {
        return ansi(text);
    }
    let mut out = String::from("\"");
    for c in text.chars() {
        if matches!(c, '"' | '$' | '`' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out.push('"');
    out
}

/// A key of an associative array as `declare -p` writes it.
pub fn key(text: &str) -> String {
    if has_control(text) {
        ansi(text)
    } else if text.is_empty() || has_special(text) || text.contains(['@', '*']) {
        double(text)
    } else {
        text.to_owned()
    }
}
