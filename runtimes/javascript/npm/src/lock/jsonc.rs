//! JSON with comments and commas too many, as Bun writes and reads it.

/// The same text as plain JSON. What is no JSON stays none.
pub(super) fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' => {
                out.push(c);
                while let Some(c) = chars.next() {
                    out.push(c);
                    match c {
                        '\\' => out.extend(chars.next()),
                        '"' => break,
                        _ => {}
                    }
                }
            }
            '/' if chars.peek() == Some(&'/') => while chars.next_if(|c| *c != '\n').is_some() {},
            '/' if chars.peek() == Some(&'*') => {
                chars.next();
                let mut before = ' ';
                for c in chars.by_ref() {
                    if before == '*' && c == '/' {
                        break;
                    }
                    before = c;
                }
                out.push(' ');
            }
            '}' | ']' => {
                let kept = out.trim_end().len();
                if out.get(..kept).is_some_and(|kept| kept.ends_with(',')) {
                    out.truncate(kept - 1);
                }
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::plain;
    use proptest::prelude::*;

    #[test]
    fn comments_and_last_commas_go() {
        let text = "{ // a, ]\n \"a\": [1, 2,\n], /* , } */ \"b\": \"x,] // \\\" ,}\", }";
        let value: serde_json::Value = serde_json::from_str(&plain(text)).expect("JSON");
        assert_eq!(value, serde_json::json!({"a": [1, 2], "b": "x,] // \" ,}"}));
    }

    proptest! {
        #[test]
        fn plain_json_stays_what_it_is(text in "\\PC*", list in prop::collection::vec("\\PC{0,9}", 0..5)) {
            let _: String = plain(&text);
            let json = serde_json::json!({ "k": list }).to_string();
            prop_assert_eq!(plain(&json), json);
        }
    }
}
