//! `tac`.

use crate::options::{Exit, Opt, Outcome, TOOL as DEFAULT, Tool, flag, value};
use crate::quoting::if_needed;
use crate::report;
use crate::streams::{Input, Output};

const OPTIONS: &[Opt] = &[
    flag("b", "before", "attach the separator before instead of after"),
    flag("r", "regex", "interpret the separator as a regular expression"),
    value("s", "separator", "STRING", "use STRING as the separator instead of newline"),
];

const TOOL: Tool = Tool {
    usage: &["[OPTION]... [FILE]..."],
    about: "Write each FILE to standard output, last line first.",
    options: OPTIONS,
    ..DEFAULT
};

pub(crate) fn main(args: &[String]) -> Outcome {
    let line = TOOL.parse(args)?;
    if line.has("regex") {
        return Err(TOOL.wrong("option -r is not supported here"));
    }
    // An empty separator is the NUL character, as GNU has it.
    let separator = match line.value("separator") {
        None => "\n",
        Some("") => "\0",
        Some(separator) => separator,
    };
    let standard = ["-".to_owned()];
    let files = if line.operands.is_empty() {
        &standard
    } else {
        line.operands.as_slice()
    };
    let mut out = Output::new();
    let mut code = 0;
    for file in files {
        let text = match Input::open(file).and_then(|input| input.everything()) {
            Ok(text) => text,
            Err(error) => {
                let what = format!("failed to open {} for reading", if_needed(file));
                report::failure(what, &error);
                code = 1;
                continue;
            }
        };
        reverse(&text, separator.as_bytes(), line.has("before"), &mut out)?;
    }
    out.flush()?;
    Ok(code)
}

fn reverse(text: &[u8], separator: &[u8], before: bool, out: &mut Output) -> Result<(), Exit> {
    for (start, end) in records(text, separator, before).into_iter().rev() {
        out.put(text.get(start..end).unwrap_or_default())?;
    }
    Ok(())
}

/// Where each record begins and ends, its separator included.
fn records(text: &[u8], separator: &[u8], before: bool) -> Vec<(usize, usize)> {
    let mut records = Vec::new();
    let mut start = 0;
    let mut at = 0;
    while at + separator.len() <= text.len() {
        if !text[at..].starts_with(separator) {
            at += 1;
            continue;
        }
        let border = if before { at } else { at + separator.len() };
        if border > start {
            records.push((start, border));
            start = border;
        }
        at += separator.len();
    }
    if start < text.len() {
        records.push((start, text.len()));
    }
    records
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reversed(text: &str, separator: &str, before: bool) -> String {
        let records = records(text.as_bytes(), separator.as_bytes(), before);
        let pieces = records.into_iter().rev().map(|(start, end)| &text[start..end]);
        pieces.collect()
    }

    #[test]
    fn records_keep_their_separators() {
        for (text, separator, before, expected) in [
            ("a\nb\n", "\n", false, "b\na\n"),
            ("a\nb", "\n", false, "ba\n"),
            ("", "\n", false, ""),
            ("\n\n", "\n", false, "\n\n"),
            ("a:b:c", ":", true, ":c:ba"),
            ("axxbxxc", "xx", false, "cbxxaxx"),
        ] {
            assert_eq!(reversed(text, separator, before), expected, "{text:?}");
        }
    }
}
