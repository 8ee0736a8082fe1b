//! The text in JSX: its white space and its entities.

use std::borrow::Cow;

use oxc::syntax::xml_entities::XML_ENTITIES;

/// The text that a child stands for: lines are trimmed and joined by a space, empty ones vanish.
pub(super) fn child_text(raw: &str) -> String {
    let lines: Vec<&str> = raw.split(['\n', '\r']).collect();
    let last = lines.len() - 1;
    let mut text = String::new();
    for (i, line) in lines.iter().enumerate() {
        let blank = [' ', '\t'];
        let line = if i == 0 {
            line
        } else {
            line.trim_start_matches(blank)
        };
        let line = if i == last {
            line
        } else {
            line.trim_end_matches(blank)
        };
        if line.is_empty() {
            continue;
        }
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(&decode(line));
    }
    text
}

/// Replaces entities by the characters that they name; others stay.
pub(super) fn decode(text: &str) -> Cow<'_, str> {
    if memchr::memchr(b'&', text.as_bytes()).is_none() {
        return Cow::Borrowed(text);
    }
    let mut decoded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        let (before, entity) = rest.split_at(at);
        decoded.push_str(before);
        let name = entity
            .split_once(';')
            .map(|(name, _)| name.trim_start_matches('&'));
        match name
            .filter(|name| name.len() <= 10)
            .and_then(|name| Some((name, character(name)?)))
        {
            Some((name, character)) => {
                decoded.push(character);
                rest = entity.get(name.len() + 2..).unwrap_or_default();
            }
            None => {
                decoded.push('&');
                rest = entity.get(1..).unwrap_or_default();
            }
        }
    }
    decoded.push_str(rest);
    Cow::Owned(decoded)
}

fn character(name: &str) -> Option<char> {
    match name.strip_prefix('#') {
        Some(number) => {
            let code = match number.strip_prefix('x') {
                Some(hexadecimal) => u32::from_str_radix(hexadecimal, 16),
                None => number.parse(),
            };
            char::from_u32(code.ok()?)
        }
        None => XML_ENTITIES.get(name).copied(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trims_and_joins_lines() {
        assert_eq!(child_text(" a  b "), " a  b ");
        assert_eq!(child_text("\n   a\n\n\t b \n  "), "a b");
        assert_eq!(child_text("  \n \r\n "), "");
        assert_eq!(child_text("  "), "  ");
        assert_eq!(child_text("\n&nbsp;\n"), "\u{a0}");
    }

    #[test]
    fn decodes_entities() {
        assert_eq!(
            decode("&lt;a&gt; &amp;lt; &#65;&#x1F600; &copy;&nope;&;&"),
            "<a> &lt; A😀 ©&nope;&;&"
        );
        assert_eq!(
            decode("&#xffffffff; a & b; &quot"),
            "&#xffffffff; a & b; &quot"
        );
    }
}
