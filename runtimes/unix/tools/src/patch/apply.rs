//! Finds where hunks go and puts them there.

use super::parse::{Hunk, Patch, Side};

pub(super) struct Outcome {
    pub(super) content: Vec<u8>,
    /// Numbers of the hunks that did not fit.
    pub(super) rejected: Vec<usize>,
    /// What is said of hunks that were moved or did not fit well.
    pub(super) notes: Vec<String>,
    pub(super) moved: bool,
}

pub(super) fn apply(patch: &Patch, before: &[u8], fuzz: usize, loose: bool) -> Outcome {
    let lines: Vec<&[u8]> = before.split_inclusive(|it| *it == b'\n').collect();
    let mut outcome = Outcome {
        content: Vec::new(),
        rejected: Vec::new(),
        notes: Vec::new(),
        moved: false,
    };
    // Lines that are copied already, and how far the hunks before were away from where they should be.
    let (mut done, mut shift) = (0_usize, 0_isize);
    for (number, hunk) in patch.hunks.iter().enumerate() {
        match find(hunk, &lines, done, shift, fuzz, loose) {
            None => {
                let line = hunk.old_start.saturating_add_signed(shift);
                outcome
                    .notes
                    .push(format!("Hunk #{} FAILED at {line}.", number + 1));
                outcome.rejected.push(number);
            }
            Some(place) => {
                for line in &lines[done..place.at] {
                    outcome.content.extend_from_slice(line);
                }
                let old = hunk.side(Side::New).len();
                let mut at = place.at;
                let cut_end = hunk.lines.len() - place.suffix;
                for line in &hunk.lines[place.prefix..cut_end] {
                    match line.side {
                        // What is in the file stays as it is.
                        Side::Both => {
                            outcome.content.extend_from_slice(lines[at]);
                            at += 1;
                        }
                        Side::Old => at += 1,
                        Side::New => outcome.content.extend_from_slice(&line.text),
                    }
                }
                done = place.at + old - place.prefix - place.suffix;
                let wanted = start(hunk) as isize + place.prefix as isize;
                shift = place.at as isize - wanted;
                let fuzzy = if place.fuzz > 0 {
                    format!(" with fuzz {}", place.fuzz)
                } else {
                    String::new()
                };
                if shift != 0 || place.fuzz > 0 {
                    outcome.moved |= place.fuzz > 0;
                    let line = place.at + 1 - place.prefix;
                    let offset = match shift {
                        0 => String::new(),
                        1 => " (offset 1 line)".to_owned(),
                        _ => format!(" (offset {shift} lines)"),
                    };
                    outcome.notes.push(format!(
                        "Hunk #{} succeeded at {line}{fuzzy}{offset}.",
                        number + 1
                    ));
                }
            }
        }
    }
    for line in &lines[done..] {
        outcome.content.extend_from_slice(line);
    }
    outcome
}

struct Place {
    /// Line, from 0, of the first line of the hunk that is looked at.
    at: usize,
    /// Lines of context that are not looked at.
    prefix: usize,
    suffix: usize,
    fuzz: usize,
}

fn start(hunk: &Hunk) -> usize {
    // A hunk that removes nothing is behind its line.
    if hunk.side(Side::New).is_empty() {
        hunk.old_start
    } else {
        hunk.old_start.saturating_sub(1)
    }
}

fn find(
    hunk: &Hunk,
    lines: &[&[u8]],
    done: usize,
    shift: isize,
    most: usize,
    loose: bool,
) -> Option<Place> {
    let old = hunk.side(Side::New);
    let both = |it: &&super::parse::Line| it.side == Side::Both;
    let before = hunk.lines.iter().take_while(both).count();
    let after = hunk.lines.iter().rev().take_while(both).count();
    let context = before.max(after);
    for fuzz in 0..=most.min(context) {
        let prefix = (fuzz + before).saturating_sub(context);
        let suffix = (fuzz + after).saturating_sub(context);
        let wanted = &old[prefix..old.len() - suffix];
        let guess = start(hunk).saturating_add_signed(shift) + prefix;
        let last = lines.len().checked_sub(wanted.len())?;
        let fits = |at: usize| {
            at >= done
                && at <= last
                && wanted
                    .iter()
                    .zip(&lines[at..])
                    .all(|(a, b)| same(a, b, loose))
        };
        // With less context before than after it was at the beginning of the file, and must be.
        if fuzz == 0 && before < after && hunk.old_start <= 1 {
            if fits(0) {
                return Some(Place {
                    at: 0,
                    prefix,
                    suffix,
                    fuzz,
                });
            }
            continue;
        }
        for distance in 0..=lines.len() {
            for at in [guess.checked_add(distance), guess.checked_sub(distance)]
                .into_iter()
                .flatten()
            {
                if fits(at) {
                    return Some(Place {
                        at,
                        prefix,
                        suffix,
                        fuzz,
                    });
                }
            }
        }
    }
    None
}

fn same(a: &[u8], b: &[u8], loose: bool) -> bool {
    if a == b {
        return true;
    }
    if !loose {
        return false;
    }
    let words = |it: &[u8]| -> Vec<Vec<u8>> {
        it.split(u8::is_ascii_whitespace)
            .filter(|it| !it.is_empty())
            .map(<[u8]>::to_vec)
            .collect()
    };
    words(a) == words(b)
}

#[cfg(test)]
mod tests {
    use super::super::parse::parse;
    use super::*;

    #[test]
    fn hunks_are_found_where_they_moved_to() {
        let patch = b"--- a\n+++ b\n@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n";
        let patches = parse(patch).unwrap();
        let outcome = apply(&patches[0], b"a\nb\nc\n", 2, false);
        assert_eq!(outcome.content, b"a\nB\nc\n");
        let outcome = apply(&patches[0], b"x\ny\na\nb\nc\nz\n", 2, false);
        assert_eq!(outcome.content, b"x\ny\na\nB\nc\nz\n");
        assert_eq!(outcome.notes, ["Hunk #1 succeeded at 3 (offset 2 lines)."]);
        let outcome = apply(&patches[0], b"q\n", 2, false);
        assert_eq!(outcome.rejected, [0]);
    }
}
