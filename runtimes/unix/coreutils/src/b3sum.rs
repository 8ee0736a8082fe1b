//! `b3sum`.

use std::io;

use crate::options::{Outcome, TOOL, Tool, flag, value};
use crate::quoting::locale;
use crate::report::{self, reason, say};
use crate::streams::{Input, Output, put};

const B3SUM: Tool = Tool {
    usage: &["[OPTION]... [FILE]..."],
    about: "Print or check BLAKE3 checksums.",
    options: &[
        flag("c", "check", "read checksums from the FILEs and check them"),
        value("l", "length", "LEN", "the number of output bytes, before hex encoding"),
        flag("", "no-names", "omit file names in the output"),
        flag("", "quiet", "skip printing OK for each checked file"),
        flag("", "tag", "output checksums in the BSD style"),
    ],
    ..TOOL
};

fn hash(path: &str, length: usize) -> io::Result<String> {
    let input = Input::open(path)?;
    let mut hasher = blake3::Hasher::new();
    loop {
        let piece = input.piece()?;
        if piece.is_empty() {
            break;
        }
        hasher.update(&piece);
    }
    let mut bytes = vec![0; length];
    hasher.finalize_xof().fill(&mut bytes);
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

pub(crate) fn main(args: &[String]) -> Outcome {
    let line = B3SUM.parse(args)?;
    // More than this nobody compares.
    let length = match line.value("length").map(str::parse::<usize>) {
        None => 32,
        Some(Ok(length)) if (1..=1 << 20).contains(&length) => length,
        Some(_) => {
            let text = line.value("length").unwrap_or_default();
            return Err(B3SUM.wrong(&format!("invalid length: {}", locale(text))));
        }
    };
    let mut paths = line.operands.clone();
    if paths.is_empty() {
        paths.push("-".to_owned());
    }
    let mut out = Output::new();
    let mut code = 0;
    let mut failures = 0_u64;
    for path in &paths {
        if line.has("check") {
            let text = match Input::open(path).and_then(|input| input.everything()) {
                Ok(text) => String::from_utf8_lossy(&text).into_owned(),
                Err(error) => {
                    report::failure(path, &error);
                    code = 1;
                    continue;
                }
            };
            for text in text.lines().filter(|text| !text.is_empty()) {
                let Some((sum, name)) = checked(text) else {
                    say!("Invalid checksum line: {text}");
                    code = 1;
                    continue;
                };
                let result = match hash(name, sum.len() / 2) {
                    Ok(found) if found == sum.to_ascii_lowercase() => {
                        if !line.has("quiet") {
                            put!(out, "{name}: OK\n")?;
                        }
                        continue;
                    }
                    Ok(_) => "FAILED".to_owned(),
                    Err(error) => format!("FAILED ({})", reason(&error)),
                };
                put!(out, "{name}: {result}\n")?;
                failures += 1;
                code = 1;
            }
            continue;
        }
        match hash(path, length) {
            Ok(sum) if line.has("no-names") => put!(out, "{sum}\n")?,
            Ok(sum) if line.has("tag") => put!(out, "BLAKE3 ({path}) = {sum}\n")?,
            Ok(sum) => put!(out, "{sum}  {path}\n")?,
            Err(error) => {
                report::failure(path, &error);
                code = 1;
            }
        }
    }
    out.flush()?;
    if failures > 0 {
        let verb = if failures == 1 { "checksum" } else { "checksums" };
        say!("WARNING: {failures} computed {verb} did NOT match");
    }
    Ok(code)
}

/// The checksum and the name of a line, in either style.
fn checked(text: &str) -> Option<(&str, &str)> {
    let (sum, name) = match text.strip_prefix("BLAKE3 (") {
        Some(rest) => {
            let (name, sum) = rest.rsplit_once(") = ")?;
            (sum, name)
        }
        None => text.split_once("  ")?,
    };
    let hex = sum.len().is_multiple_of(2) && sum.bytes().all(|byte| byte.is_ascii_hexdigit());
    (hex && !sum.is_empty()).then_some((sum, name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_checksums_are_read() {
        assert_eq!(checked("ab12  a b"), Some(("ab12", "a b")));
        assert_eq!(checked("BLAKE3 (x) = ab"), Some(("ab", "x")));
        assert_eq!(checked("xyz  a"), None);
    }
}
