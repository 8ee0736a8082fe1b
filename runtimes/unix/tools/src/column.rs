//! `column`.

use std::io::Write;

use crate::options::{self, Syntax, Value};
use crate::os;
use crate::report;
use crate::stream;

const SYNTAX: Syntax = Syntax {
    short: "c:s:o:txnLeN:R:H:",
    long: &[
        ("table", Value::None, "t"),
        ("separator", Value::Required, "s"),
        ("output-separator", Value::Required, "o"),
        ("output-width", Value::Required, "c"),
        ("columns", Value::Required, "c"),
        ("fillrows", Value::None, "x"),
        ("keep-empty-lines", Value::None, "L"),
        ("table-empty-lines", Value::None, "L"),
        ("table-columns", Value::Required, "N"),
        ("table-right", Value::Required, "R"),
        ("table-hide", Value::Required, "H"),
    ],
    ordered: false,
};

pub(crate) fn run(_name: &str, arguments: &[String]) -> u8 {
    let parsed = match SYNTAX.parse(arguments) {
        Ok(parsed) => parsed,
        Err(message) => {
            options::complain("column", &message);
            return 1;
        }
    };
    let mut lines = Vec::new();
    let mut code = 0;
    let mut files = parsed.operands.clone();
    if files.is_empty() {
        files.push("-".into());
    }
    for path in &files {
        match stream::read(path) {
            Ok(bytes) => {
                let text = String::from_utf8_lossy(&bytes).into_owned();
                lines.extend(text.lines().map(str::to_owned));
            }
            Err(error) => {
                report::say(
                    "column",
                    &format!("cannot open {path}: {}", report::text(&error)),
                );
                code = 1;
            }
        }
    }
    if !parsed.has("L") {
        lines.retain(|it| !it.trim().is_empty());
    }
    let terminal = os::terminal_size().map_or(80, |it| usize::from(it.0));
    let width = parsed
        .value("c")
        .and_then(|it| it.parse().ok())
        .unwrap_or(terminal);
    let mut out = stream::stdout();
    let text = if parsed.has("t") {
        let separators = parsed.value("s");
        let list = |key: &str| -> Vec<String> {
            let text = parsed.value(key).unwrap_or("");
            text.split(',')
                .filter(|it| !it.is_empty())
                .map(str::to_owned)
                .collect()
        };
        let mut rows: Vec<Vec<String>> = lines.iter().map(|it| cells(it, separators)).collect();
        let names = list("N");
        let numbers = |all: Vec<String>| -> Vec<usize> {
            let number = |it: &String| {
                let named = names.iter().position(|name| name == it);
                named.or_else(|| it.parse::<usize>().ok()?.checked_sub(1))
            };
            all.iter().filter_map(number).collect()
        };
        let (right, hidden) = (numbers(list("R")), numbers(list("H")));
        if !names.is_empty() {
            rows.insert(0, names.clone());
        }
        table(&rows, parsed.value("o").unwrap_or("  "), &right, &hidden)
    } else {
        fill(&lines, width, parsed.has("x"))
    };
    // The end says if something could not be written.
    let _checked = out.write_all(text.as_bytes());
    stream::finish("column", &mut out, code, 1)
}

fn cells(line: &str, separators: Option<&str>) -> Vec<String> {
    match separators {
        // Blanks are one separator, however many there are; others are one each.
        None => line.split_whitespace().map(str::to_owned).collect(),
        Some(all) if all.trim().is_empty() && !all.is_empty() => line
            .split(|it| all.contains(it))
            .filter(|it| !it.is_empty())
            .map(str::to_owned)
            .collect(),
        Some(all) => line
            .split(|it| all.contains(it))
            .map(str::to_owned)
            .collect(),
    }
}

fn table(rows: &[Vec<String>], separator: &str, right: &[usize], hidden: &[usize]) -> String {
    let length = |it: &String| it.chars().count();
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |at: usize| {
        rows.iter()
            .filter_map(|it| it.get(at))
            .map(length)
            .max()
            .unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let shown: Vec<usize> = (0..columns).filter(|it| !hidden.contains(it)).collect();
    let mut text = String::new();
    for row in rows {
        let mut line = String::new();
        for (position, at) in shown.iter().enumerate() {
            let empty = String::new();
            let cell = row.get(*at).unwrap_or(&empty);
            if position > 0 {
                line.push_str(separator);
            }
            let pad = " ".repeat(widths[*at] - length(cell));
            if right.contains(at) {
                line.push_str(&pad);
                line.push_str(cell);
            } else {
                line.push_str(cell);
                // Nothing behind the last column.
                if position + 1 < shown.len() {
                    line.push_str(&pad);
                }
            }
        }
        let line = if separator.trim().is_empty() {
            line.trim_end()
        } else {
            &line
        };
        text.push_str(line);
        text.push('\n');
    }
    text
}

/// Lines side by side, downwards or (`by_rows`) to the right.
fn fill(lines: &[String], width: usize, by_rows: bool) -> String {
    let length = |it: &String| it.chars().count();
    let widest = lines.iter().map(length).max().unwrap_or(0);
    // Columns begin at tab stops.
    let column = (widest + 8) / 8 * 8;
    let columns = (width / column.max(1)).max(1);
    let rows = lines.len().div_ceil(columns);
    let mut text = String::new();
    for row in 0..rows {
        let mut at = 0;
        for number in 0..columns {
            let index = if by_rows {
                row * columns + number
            } else {
                number * rows + row
            };
            let Some(cell) = lines.get(index) else {
                break;
            };
            text.push_str(cell);
            at += length(cell);
            let last = if by_rows {
                number + 1 == columns || index + 1 == lines.len()
            } else {
                index + rows >= lines.len()
            };
            if !last {
                let next = (number + 1) * column;
                while at < next {
                    text.push('\t');
                    at = at / 8 * 8 + 8;
                }
            }
        }
        text.push('\n');
    }
    text
}
