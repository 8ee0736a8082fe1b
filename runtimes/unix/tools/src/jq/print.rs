//! Values as `jq` prints them.

use jaq_json::{Num, Val};

#[derive(Default)]
pub(super) struct Style {
    /// None is all in one line.
    pub(super) indent: Option<String>,
    pub(super) sort_keys: bool,
    pub(super) ascii: bool,
    pub(super) color: bool,
}

impl Style {
    pub(super) fn new() -> Self {
        Self {
            indent: Some("  ".into()),
            ..Self::default()
        }
    }

    pub(super) fn value(&self, value: &Val, out: &mut Vec<u8>) {
        self.write(value, 0, out);
    }

    fn colored(&self, color: &str, text: &[u8], out: &mut Vec<u8>) {
        if self.color {
            out.extend_from_slice(b"\x1b[");
            out.extend_from_slice(color.as_bytes());
            out.push(b'm');
            out.extend_from_slice(text);
            out.extend_from_slice(b"\x1b[0m");
        } else {
            out.extend_from_slice(text);
        }
    }

    fn line(&self, level: usize, out: &mut Vec<u8>) {
        if let Some(indent) = &self.indent {
            out.push(b'\n');
            for _ in 0..level {
                out.extend_from_slice(indent.as_bytes());
            }
        }
    }

    // Not an endless recursion: the reader of jaq limits how deep values nest.
    fn write(&self, value: &Val, level: usize, out: &mut Vec<u8>) {
        match value {
            Val::Null => self.colored("1;30", b"null", out),
            Val::Bool(false) => self.colored("0;39", b"false", out),
            Val::Bool(true) => self.colored("0;39", b"true", out),
            Val::Num(number) => self.colored("0;39", text_of(number).as_bytes(), out),
            Val::TStr(text) | Val::BStr(text) => {
                let mut quoted = Vec::new();
                self.string(text, &mut quoted);
                self.colored("0;32", &quoted, out);
            }
            Val::Arr(items) => {
                let mut all = items.iter();
                self.group(b"[", b"]", "1;39", items.len(), level, out, |style, out| {
                    if let Some(item) = all.next() {
                        style.write(item, level + 1, out);
                    }
                });
            }
            Val::Obj(map) => {
                let mut entries: Vec<(&Val, &Val)> = map.iter().collect();
                if self.sort_keys {
                    entries.sort_by(|a, b| a.0.cmp(b.0));
                }
                let mut all = entries.iter();
                self.group(b"{", b"}", "1;39", map.len(), level, out, |style, out| {
                    if let Some((key, value)) = all.next() {
                        let mut quoted = Vec::new();
                        match key {
                            Val::TStr(text) | Val::BStr(text) => style.string(text, &mut quoted),
                            other => style.write(other, level + 1, &mut quoted),
                        }
                        style.colored("34;1", &quoted, out);
                        style.colored("1;39", b":", out);
                        if style.indent.is_some() {
                            out.push(b' ');
                        }
                        style.write(value, level + 1, out);
                    }
                });
            }
        }
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of a bracketed list")]
    fn group(
        &self,
        open: &[u8],
        close: &[u8],
        color: &str,
        count: usize,
        level: usize,
        out: &mut Vec<u8>,
        mut each: impl FnMut(&Self, &mut Vec<u8>),
    ) {
        if count == 0 {
            return self.colored(color, &[open, close].concat(), out);
        }
        self.colored(color, open, out);
        for at in 0..count {
            if at > 0 {
                self.colored(color, b",", out);
            }
            self.line(level + 1, out);
            each(self, out);
        }
        self.line(level, out);
        self.colored(color, close, out);
    }

    fn string(&self, text: &[u8], out: &mut Vec<u8>) {
        out.push(b'"');
        for chunk in text.utf8_chunks() {
            for character in chunk.valid().chars() {
                self.character(character, out);
            }
            if !chunk.invalid().is_empty() {
                self.character('\u{fffd}', out);
            }
        }
        out.push(b'"');
    }

    fn character(&self, character: char, out: &mut Vec<u8>) {
        let escape = match character {
            '"' => "\\\"",
            '\\' => "\\\\",
            '\n' => "\\n",
            '\t' => "\\t",
            '\r' => "\\r",
            '\x08' => "\\b",
            '\x0c' => "\\f",
            '\0'..='\x1f' | '\x7f' => {
                out.extend_from_slice(format!("\\u{:04x}", u32::from(character)).as_bytes());
                return;
            }
            _ if self.ascii && !character.is_ascii() => {
                for unit in character.encode_utf16(&mut [0; 2]) {
                    out.extend_from_slice(format!("\\u{unit:04x}").as_bytes());
                }
                return;
            }
            _ => {
                out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
                return;
            }
        };
        out.extend_from_slice(escape.as_bytes());
    }
}

/// A number as `jq` writes it: 3.0 is 3.
pub(super) fn text_of(number: &Num) -> String {
    match number {
        Num::Int(integer) => integer.to_string(),
        Num::BigInt(integer) => integer.to_string(),
        Num::Float(float) => float_text(*float),
        Num::Dec(text) => text.parse().map_or_else(|_| (**text).clone(), float_text),
    }
}

fn float_text(float: f64) -> String {
    if float.is_nan() {
        return "null".into();
    }
    let float = float.clamp(f64::MIN, f64::MAX);
    if float == 0.0 {
        return if float.is_sign_negative() { "-0" } else { "0" }.into();
    }
    let scientific = format!("{float:e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..17).contains(&exponent) {
        return format!("{float}");
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{mantissa}e{sign}{:02}", exponent.abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values() {
        let value = jaq_json::read::parse_single(
            br#"{"b":[1,2.50,[],{}],"a":"\u00e9\n\u0001","n":1e300,"s":0.00001}"#,
        )
        .unwrap();
        let mut style = Style::new();
        style.indent = None;
        let mut out = Vec::new();
        style.value(&value, &mut out);
        assert_eq!(
            String::from_utf8(out).unwrap(),
            r#"{"b":[1,2.5,[],{}],"a":"é\n\u0001","n":1e+300,"s":1e-05}"#
        );
        let mut out = Vec::new();
        style.indent = Some("  ".into());
        style.sort_keys = true;
        style.ascii = true;
        style.value(&value, &mut out);
        let text = String::from_utf8(out).unwrap();
        assert!(text.starts_with("{\n  \"a\": \"\\u00e9\\n\\u0001\",\n  \"b\": [\n    1,"));
    }
}
