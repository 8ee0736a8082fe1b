//! `tr`: on bytes, as GNU's.

use crate::options::{Exit, Outcome, TOOL, Tool, flag};
use crate::quoting::locale;
use crate::report::{self, say};
use crate::streams::{Input, Output};

const TR: Tool = Tool {
    usage: &["[OPTION]... STRING1 [STRING2]"],
    about: "Translate, squeeze, and/or delete characters from standard input.",
    options: &[
        flag("c", "complement", "use the complement of STRING1"),
        flag("C", "", "the same as -c"),
        flag("d", "delete", "delete characters in STRING1, do not translate"),
        flag("s", "squeeze-repeats", "replace repeats of a character of the last STRING by one"),
        flag("t", "truncate-set1", "first truncate STRING1 to length of STRING2"),
    ],
    stops: true,
    ..TOOL
};

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Byte(u8),
    Range(u8, u8),
    Class(String),
    /// `[x*n]`; 0 fills up.
    Repeat(u8, usize),
}

pub(crate) fn main(args: &[String]) -> Outcome {
    let line = TR.parse(args)?;
    let delete = line.has("delete");
    let squeeze = line.has("squeeze-repeats");
    let complement = line.has("complement") || line.has("C");
    let (first, second) = match line.operands.as_slice() {
        [] => return Err(TR.missing_operand()),
        [first] if delete != squeeze => (first, None),
        [first] => {
            let first = locale(first);
            let why = if delete {
                "Two strings must be given when both deleting and squeezing repeats."
            } else {
                "Two strings must be given when translating."
            };
            return Err(TR.wrong(&format!("missing operand after {first}\n{why}")));
        }
        [_, extra] if delete && !squeeze => {
            let extra = locale(extra);
            return Err(TR.wrong(&format!(
                "extra operand {extra}\nOnly one string may be given when deleting without squeezing repeats."
            )));
        }
        [first, second] => (first, Some(second)),
        [_, _, extra, ..] => return Err(TR.extra_operand(extra)),
    };
    let plan = plan(first, second.map(String::as_str), delete, squeeze, complement, line.has("truncate-set1"));
    let plan = match plan {
        Ok(plan) => plan,
        Err(message) => {
            say!("{message}");
            return Ok(1);
        }
    };
    run(&plan)
}

struct Plan {
    map: [u8; 256],
    deleted: [bool; 256],
    squeezed: [bool; 256],
    deletes: bool,
    squeezes: bool,
}

fn run(plan: &Plan) -> Result<u8, Exit> {
    let input = match Input::stdin() {
        Ok(input) => input,
        Err(error) => {
            report::failure("read error", &error);
            return Ok(1);
        }
    };
    let mut out = Output::new();
    let mut last = None;
    loop {
        let mut piece = match input.piece() {
            Ok(piece) => piece,
            Err(error) => {
                report::failure("read error", &error);
                return Ok(1);
            }
        };
        if piece.is_empty() {
            out.flush()?;
            return Ok(0);
        }
        if plan.deletes {
            piece.retain(|byte| !plan.deleted[usize::from(*byte)]);
        }
        for byte in &mut piece {
            *byte = plan.map[usize::from(*byte)];
        }
        if plan.squeezes {
            piece.retain(|byte| {
                let kept = last != Some(*byte) || !plan.squeezed[usize::from(*byte)];
                last = Some(*byte);
                kept
            });
        }
        out.put(&piece)?;
        out.flush()?;
    }
}

fn plan(
    first: &str,
    second: Option<&str>,
    delete: bool,
    squeeze: bool,
    complement: bool,
    truncate: bool,
) -> Result<Plan, String> {
    let mut plan = Plan {
        map: std::array::from_fn(|byte| byte.to_le_bytes()[0]),
        deleted: [false; 256],
        squeezed: [false; 256],
        deletes: delete,
        squeezes: squeeze,
    };
    let first_parts = parse(first)?;
    if first_parts.iter().any(|part| matches!(part, Part::Repeat(..))) {
        return Err("the [c*] repeat construct may not appear in string1".to_owned());
    }
    let mut set = expand(&first_parts, 0)?;
    if complement {
        let present = members(&set);
        set = (0..=255).filter(|byte| !present[usize::from(*byte)]).collect();
    }
    let second_parts = second.map(parse).transpose()?;
    let translating = !delete && second_parts.is_some();
    if delete {
        plan.deleted = members(&set);
    }
    let Some(second_parts) = second_parts else {
        if squeeze {
            plan.squeezed = members(&set);
        }
        return Ok(plan);
    };
    let fills = second_parts.iter().filter(|part| matches!(part, Part::Repeat(_, 0))).count();
    if fills > 1 {
        return Err("only one [c*] repeat construct may appear in string2".to_owned());
    }
    if translating {
        let allowed = |part: &Part| match part {
            Part::Class(name) => name == "upper" || name == "lower",
            _ => true,
        };
        if !complement && !aligned(&first_parts, &second_parts)? {
            return Err("misaligned [:upper:] and/or [:lower:] construct".to_owned());
        }
        if !second_parts.iter().all(allowed) {
            return Err("when translating, the only character classes that may appear in\n\
                 string2 are 'upper' and 'lower'"
                .to_owned());
        }
    }
    let mut other = if translating { expand(&second_parts, set.len())? } else { expand(&second_parts, 0)? };
    if squeeze {
        plan.squeezed = members(&other);
    }
    if !translating {
        return Ok(plan);
    }
    if other.is_empty() && !truncate && !set.is_empty() {
        return Err("when not truncating set1, string2 must be non-empty".to_owned());
    }
    if truncate {
        set.truncate(other.len());
    }
    if let Some(&last) = other.last() {
        if other.len() < set.len()
            && matches!(second_parts.last(), Some(Part::Class(_)))
        {
            return Err("when translating with string1 longer than string2,\n\
                the latter string must not end with a character class"
                .to_owned());
        }
        other.resize(set.len().max(other.len()), last);
    }
    // `[:lower:]` and `[:upper:]` at the same place change the case.
    for (from, to) in set.iter().zip(&other) {
        plan.map[usize::from(*from)] = *to;
    }
    Ok(plan)
}

/// Whether each `[:upper:]` or `[:lower:]` of the second set meets one in the first.
fn aligned(first: &[Part], second: &[Part]) -> Result<bool, String> {
    let cases = |parts: &[Part]| -> Result<Vec<usize>, String> {
        let mut at = Vec::new();
        for (index, part) in parts.iter().enumerate() {
            if matches!(part, Part::Class(name) if name == "upper" || name == "lower") {
                at.push(expand(&parts[..index], 0)?.len());
            }
        }
        Ok(at)
    };
    if second.iter().any(|part| matches!(part, Part::Repeat(_, 0))) {
        // A fill moves what is behind it to where it has to be.
        return Ok(true);
    }
    let first = cases(first)?;
    Ok(cases(second)?.iter().all(|at| first.contains(at)))
}

fn members(set: &[u8]) -> [bool; 256] {
    let mut present = [false; 256];
    for &byte in set {
        present[usize::from(byte)] = true;
    }
    present
}

/// `length` is what a fill fills up to.
fn expand(parts: &[Part], length: usize) -> Result<Vec<u8>, String> {
    let mut set = Vec::new();
    for (index, part) in parts.iter().enumerate() {
        match part {
            Part::Byte(byte) => set.push(*byte),
            Part::Range(from, to) => set.extend(*from..=*to),
            Part::Class(name) => {
                let inside = |byte: u8| class(name, byte);
                if inside(b'a').is_none() {
                    return Err(format!("invalid character class {}", locale(name)));
                }
                set.extend((0..=255).filter(|byte| inside(*byte) == Some(true)));
            }
            Part::Repeat(byte, 0) => {
                let after = expand(&parts[index + 1..], 0)?.len();
                let fill = length.saturating_sub(set.len() + after);
                set.resize(set.len() + fill, *byte);
            }
            // More than there are bytes changes nothing.
            Part::Repeat(byte, count) => set.resize(set.len() + (*count).min(256), *byte),
        }
    }
    Ok(set)
}

fn class(name: &str, byte: u8) -> Option<bool> {
    Some(match name {
        "alnum" => byte.is_ascii_alphanumeric(),
        "alpha" => byte.is_ascii_alphabetic(),
        "blank" => byte == b' ' || byte == b'\t',
        "cntrl" => byte.is_ascii_control(),
        "digit" => byte.is_ascii_digit(),
        "graph" => byte.is_ascii_graphic(),
        "lower" => byte.is_ascii_lowercase(),
        "print" => byte.is_ascii_graphic() || byte == b' ',
        "punct" => byte.is_ascii_punctuation(),
        "space" => byte.is_ascii_whitespace() || byte == 11,
        "upper" => byte.is_ascii_uppercase(),
        "xdigit" => byte.is_ascii_hexdigit(),
        _ => return None,
    })
}

/// A byte, and whether it stands for itself and not for a construct.
type Symbol = (u8, bool);

fn symbols(text: &[u8]) -> Vec<Symbol> {
    let mut symbols = Vec::new();
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        at += 1;
        if byte != b'\\' {
            symbols.push((byte, false));
            continue;
        }
        let Some(&letter) = text.get(at) else {
            say!("warning: an unescaped backslash at end of string is not portable");
            symbols.push((b'\\', true));
            break;
        };
        at += 1;
        let meant = match letter {
            b'a' => 7,
            b'b' => 8,
            b'f' => 12,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'v' => 11,
            b'0'..=b'7' => {
                let mut value = u32::from(letter - b'0');
                for _ in 0..2 {
                    match text.get(at) {
                        Some(digit @ b'0'..=b'7') if value * 8 + u32::from(digit - b'0') < 256 => {
                            value = value * 8 + u32::from(digit - b'0');
                            at += 1;
                        }
                        _ => break,
                    }
                }
                value.to_le_bytes()[0]
            }
            other => other,
        };
        symbols.push((meant, true));
    }
    symbols
}

fn parse(text: &str) -> Result<Vec<Part>, String> {
    let symbols = symbols(text.as_bytes());
    let plain = |at: usize, byte: u8| symbols.get(at) == Some(&(byte, false));
    let mut parts = Vec::new();
    let mut at = 0;
    while let Some(&(byte, _)) = symbols.get(at) {
        if plain(at, b'[')
            && let Some((part, next)) = construct(&symbols, at)?
        {
            parts.push(part);
            at = next;
            continue;
        }
        if plain(at + 1, b'-')
            && let Some(&(end, _)) = symbols.get(at + 2)
        {
            if byte > end {
                let shown = |byte: u8| char::from(byte).escape_default().to_string();
                return Err(format!(
                    "range-endpoints of '{}-{}' are in reverse collating sequence order",
                    shown(byte),
                    shown(end)
                ));
            }
            parts.push(Part::Range(byte, end));
            at += 3;
            continue;
        }
        parts.push(Part::Byte(byte));
        at += 1;
    }
    Ok(parts)
}

/// `[:class:]`, `[=x=]` or `[x*n]`, and what follows it.
fn construct(symbols: &[Symbol], at: usize) -> Result<Option<(Part, usize)>, String> {
    let plain = |at: usize, byte: u8| symbols.get(at) == Some(&(byte, false));
    for kind in [b':', b'='] {
        if !plain(at + 1, kind) {
            continue;
        }
        let mut end = at + 2;
        while end < symbols.len() && !(plain(end, kind) && plain(end + 1, b']')) {
            end += 1;
        }
        if end >= symbols.len() {
            continue;
        }
        let name: Vec<u8> = symbols[at + 2..end].iter().map(|(byte, _)| *byte).collect();
        if kind == b':' {
            if name.is_empty() {
                // `[:*]` is a repetition of colons.
                break;
            }
            let name = String::from_utf8_lossy(&name).into_owned();
            if class(&name, b'a').is_none() {
                return Err(format!("invalid character class {}", locale(&name)));
            }
            return Ok(Some((Part::Class(name), end + 2)));
        }
        match name.as_slice() {
            [byte] => return Ok(Some((Part::Byte(*byte), end + 2))),
            _ => {
                let name = String::from_utf8_lossy(&name);
                return Err(format!("{name}: equivalence class operand must be a single character"));
            }
        }
    }
    if plain(at + 2, b'*')
        && let Some(&(byte, _)) = symbols.get(at + 1)
    {
        let start = at + 3;
        let mut end = start;
        while symbols.get(end).is_some_and(|(byte, _)| byte.is_ascii_digit()) {
            end += 1;
        }
        if plain(end, b']') {
            let digits: String = symbols[start..end].iter().map(|(byte, _)| char::from(*byte)).collect();
            let base = if digits.starts_with('0') { 8 } else { 10 };
            let count = match digits.as_str() {
                "" => 0,
                digits => usize::from_str_radix(digits, base).map_err(|_| {
                    format!("invalid repeat count {} in [c*n] construct", locale(digits))
                })?,
            };
            return Ok(Some((Part::Repeat(byte, count), end + 1)));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn translated(text: &str, first: &str, second: &str) -> String {
        let plan = plan(first, Some(second), false, false, false, false).unwrap();
        text.bytes().map(|byte| char::from(plan.map[usize::from(byte)])).collect()
    }

    #[test]
    fn sets_are_expanded() {
        assert_eq!(translated("abc", "a-c", "A-C"), "ABC");
        assert_eq!(translated("Hello", "[:lower:]", "[:upper:]"), "HELLO");
        assert_eq!(translated("abcd", "abcd", "xy"), "xyyy");
        assert_eq!(translated("abcd", "abcd", "[x*2]yz"), "xxyz");
        assert_eq!(translated("abcd", "abcd", "[x*]z"), "xxxz");
        assert_eq!(translated("a-b", "a\\-b", "123"), "123");
        assert_eq!(translated("a\tb", "\\t", "\\n"), "a\nb");
        assert_eq!(translated("[a]", "[]", "()"), "(a)");
        assert!(parse("z-a").is_err());
        assert!(parse("[:foo:]").is_err());
    }
}
