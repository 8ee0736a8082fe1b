//! The syntax of `npmrc` files, as npm's parser (`ini`) and its substitution of variables have it.

use super::Values;

/// Reads a file. Sections are skipped: npm's settings are in none. A list is written as several
/// lines `key[] = value`, a name alone means `true`.
pub(super) fn parse<'a>(text: &str, variable: impl Fn(&str) -> Option<&'a str>) -> Values {
    let mut values = Values::new();
    let mut in_section = false;
    for line in text.lines().map(str::trim) {
        if line.is_empty() || line.starts_with([';', '#']) {
            continue;
        }
        if line.starts_with('[') && line.ends_with(']') {
            in_section = true;
        }
        if in_section {
            continue;
        }
        let (key, value) = match line.split_once('=') {
            Some((key, value)) => (key.trim(), unquote(value.trim())),
            None => (line, "true".to_owned()),
        };
        let key = substitute(&unquote(key), &variable);
        let value = substitute(&value, &variable);
        match key.strip_suffix("[]") {
            Some(list) => values.entry(list.to_owned()).or_default().push(value),
            None => {
                values.insert(key, vec![value]);
            }
        }
    }
    values
}

/// Takes off quotes, or else a comment at the end, and what `\` protects.
fn unquote(text: &str) -> String {
    if text.len() >= 2 {
        if text.starts_with('"') && text.ends_with('"') {
            // Double quotes are those of JSON.
            return serde_json::from_str(text).unwrap_or_else(|_| text.to_owned());
        }
        let inner = text
            .strip_prefix('\'')
            .and_then(|rest| rest.strip_suffix('\''));
        if let Some(inner) = inner {
            return inner.to_owned();
        }
    }
    let mut plain = String::with_capacity(text.len());
    let mut escaping = false;
    for character in text.chars() {
        if escaping {
            if !matches!(character, '\\' | ';' | '#') {
                plain.push('\\');
            }
            plain.push(character);
            escaping = false;
        } else if matches!(character, ';' | '#') {
            break;
        } else if character == '\\' {
            escaping = true;
        } else {
            plain.push(character);
        }
    }
    if escaping {
        plain.push('\\');
    }
    plain.trim().to_owned()
}

/// Puts in variables: `${NAME}`, which stays as it is where there is none, and `${NAME?}`, which is
/// then empty. An odd number of `\` before protects it.
fn substitute<'a>(text: &str, variable: &impl Fn(&str) -> Option<&'a str>) -> String {
    let mut done = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find("${") {
        let (before, from) = rest.split_at(start);
        let inner = from.get(2..).unwrap_or_default();
        let end = inner.find(['}', '$', '{']);
        let name = end.filter(|end| *end > 0 && inner.as_bytes().get(*end) == Some(&b'}'));
        let Some((name, after)) =
            name.and_then(|end| Some((inner.get(..end)?, inner.get(end + 1..)?)))
        else {
            done.push_str(before);
            done.push_str("${");
            rest = inner;
            continue;
        };
        let plain = before.trim_end_matches('\\');
        let escapes = before.len() - plain.len();
        done.push_str(plain);
        done.extend(std::iter::repeat_n('\\', escapes / 2));
        if escapes % 2 == 1 {
            done.push_str("${");
            done.push_str(name);
            done.push('}');
        } else {
            let (name, fallback) = match name.strip_suffix('?') {
                Some(name) => (name, String::new()),
                None => (name, format!("${{{name}}}")),
            };
            done.push_str(variable(name).unwrap_or(&fallback));
        }
        rest = after;
    }
    done.push_str(rest);
    done
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(String, Vec<String>)> {
        let variable = |name: &str| match name {
            "TOKEN" => Some("t0k"),
            "EMPTY" => Some(""),
            _ => None,
        };
        parse(text, variable).into_iter().collect()
    }

    fn one(text: &str) -> (String, String) {
        let mut read = read(text);
        assert_eq!(read.len(), 1, "{text}: {read:?}");
        let (key, mut values) = read.remove(0);
        assert_eq!(values.len(), 1);
        (key, values.remove(0))
    }

    #[test]
    fn lines() {
        for (text, key, value) in [
            ("registry=http://x/", "registry", "http://x/"),
            ("  registry =  http://x/  ", "registry", "http://x/"),
            ("strict-ssl", "strict-ssl", "true"),
            ("a = b ; comment", "a", "b"),
            ("a = b # comment", "a", "b"),
            (r"a = b\;c\#d\\e\n", "a", r"b;c#d\e\n"),
            (r#"a = "b ; \n c""#, "a", "b ; \n c"),
            ("a = 'b ; c'", "a", "b ; c"),
            ("//x/:_authToken=a=b==", "//x/:_authToken", "a=b=="),
            ("a=1\na=2", "a", "2"),
            ("; x=1\n# y=2\n\na=1\n[section]\nb=2", "a", "1"),
        ] {
            assert_eq!(one(text), (key.to_owned(), value.to_owned()), "{text}");
        }
        assert_eq!(
            read("ca[]=one\nca[]=two"),
            [("ca".to_owned(), vec!["one".to_owned(), "two".to_owned()])]
        );
    }

    #[test]
    fn variables() {
        for (text, value) in [
            ("${TOKEN}", "t0k"),
            ("a${TOKEN}b${TOKEN}c", "at0kbt0kc"),
            ("${EMPTY}", ""),
            ("${NONE}", "${NONE}"),
            ("${NONE?}", ""),
            ("${TOKEN?}", "t0k"),
            ("${", "${"),
            ("${}", "${}"),
            ("${TOKEN", "${TOKEN"),
            ("${${TOKEN}}", "${t0k}"),
            ("$TOKEN", "$TOKEN"),
        ] {
            assert_eq!(one(&format!("a={text}")).1, value, "{text}");
        }
        let variable = |_: &str| Some("v");
        assert_eq!(substitute(r"\${A}", &variable), "${A}");
        assert_eq!(substitute(r"\\${A}", &variable), r"\v");
        assert_eq!(substitute(r"\\\${A}", &variable), r"\${A}");
    }
}
