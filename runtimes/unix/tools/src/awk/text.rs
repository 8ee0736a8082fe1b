//! Strings, counted in characters of UTF-8.

/// How many characters. Bytes that are no UTF-8 count one each.
pub(super) fn length(text: &[u8]) -> usize {
    if text.is_ascii() {
        return text.len();
    }
    let mut count = 0;
    let mut at = 0;
    while at < text.len() {
        at += width(&text[at..]);
        count += 1;
    }
    count
}

/// Where the character with this number (from 0) begins; the end if there are not so many.
pub(super) fn offset(text: &[u8], characters: usize) -> usize {
    if text.is_ascii() {
        return characters.min(text.len());
    }
    let mut at = 0;
    for _ in 0..characters {
        if at >= text.len() {
            break;
        }
        at += width(&text[at..]);
    }
    at
}

/// Bytes of the first character.
pub(super) fn width(text: &[u8]) -> usize {
    let length = match text.first() {
        Some(0xc2..=0xdf) => 2,
        Some(0xe0..=0xef) => 3,
        Some(0xf0..=0xf4) => 4,
        _ => return 1,
    };
    match text.get(..length) {
        Some(bytes) if std::str::from_utf8(bytes).is_ok() => length,
        _ => 1,
    }
}

/// `substr`: characters are counted from 1, and what is beyond is nothing.
pub(super) fn substr(text: &[u8], start: f64, length: Option<f64>) -> &[u8] {
    let round = |it: f64| {
        if it.is_nan() {
            f64::NEG_INFINITY
        } else {
            it.round_ties_even()
        }
    };
    let from = round(start);
    let to = length.map_or(f64::INFINITY, |it| from + round(it));
    let from = from.max(1.0);
    if to <= from {
        return &[];
    }
    let first = (from as usize).saturating_sub(1);
    let begin = offset(text, first);
    let rest = &text[begin..];
    let count = to - from;
    if count >= rest.len() as f64 {
        return rest;
    }
    &rest[..offset(rest, count as usize)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts() {
        assert_eq!(substr(b"hello", 2.0, Some(3.0)), b"ell");
        assert_eq!(substr(b"hello", 0.0, Some(2.0)), b"h");
        assert_eq!(substr(b"hello", -1.0, None), b"hello");
        assert_eq!(substr(b"hello", 4.0, Some(100.0)), b"lo");
        assert_eq!(substr(b"hello", 9.0, Some(1.0)), b"");
        assert_eq!(substr("äöü".as_bytes(), 2.0, Some(1.0)), "ö".as_bytes());
        assert_eq!(length("äx".as_bytes()), 2);
    }
}
