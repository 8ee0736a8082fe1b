//! Text that came from bytes.
//!
//! Everything in the shell is a `String`. A byte that is no part of valid UTF-8 becomes one character
//! at the end of a private plane and turns into that byte again on its way out, so that binary data
//! survives variables, substitutions and scripts.

use std::borrow::Cow;

/// The character for byte 0x80; 128 of them follow.
const ESCAPED: u32 = 0x10_FF80;

/// The character that stands for a byte which is not text by itself.
pub fn escaped(byte: u8) -> char {
    if byte < 0x80 {
        return byte as char;
    }
    char::from_u32(ESCAPED + u32::from(byte - 0x80)).unwrap_or('\u{FFFD}')
}

fn byte_of(c: char) -> Option<u8> {
    let offset = (c as u32).checked_sub(ESCAPED)?;
    u8::try_from(offset + 0x80).ok()
}

pub fn decode(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) if !has_escaped(bytes) => text.to_owned(),
        _ => decode_slowly(bytes),
    }
}

pub fn decode_vec(bytes: Vec<u8>) -> String {
    if has_escaped(&bytes) {
        return decode_slowly(&bytes);
    }
    String::from_utf8(bytes).unwrap_or_else(|error| decode_slowly(error.as_bytes()))
}

fn decode_slowly(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len() + 16);
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            // A real character of the escaping range must not come out as one byte.
            if byte_of(c).is_some() {
                let mut buffer = [0; 4];
                out.extend(c.encode_utf8(&mut buffer).bytes().map(escaped));
            } else {
                out.push(c);
            }
        }
        out.extend(chunk.invalid().iter().map(|byte| escaped(*byte)));
    }
    out
}

/// The bytes that `text` stands for.
pub fn encode(text: &str) -> Cow<'_, [u8]> {
    if !has_escaped(text.as_bytes()) {
        return Cow::Borrowed(text.as_bytes());
    }
    let mut out = Vec::with_capacity(text.len());
    let mut buffer = [0; 4];
    for c in text.chars() {
        match byte_of(c) {
            Some(byte) => out.push(byte),
            None => out.extend_from_slice(c.encode_utf8(&mut buffer).as_bytes()),
        }
    }
    Cow::Owned(out)
}

/// What can be handed to another program: its arguments and variables are valid UTF-8.
pub fn outside(text: &str) -> String {
    if !has_escaped(text.as_bytes()) {
        return text.to_owned();
    }
    String::from_utf8_lossy(&encode(text)).into_owned()
}

fn has_escaped(bytes: &[u8]) -> bool {
    bytes.iter().enumerate().any(|(at, byte)| {
        *byte == 0xF4 && matches!(bytes.get(at + 1..at + 3), Some([0x8F, 0xBE | 0xBF]))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_come_back() {
        for bytes in [
            &b"plain"[..],
            "gr\u{fc}n \u{1F600}".as_bytes(),
            b"\xff\x80a\xc3",
            "\u{10FF80}\u{10FFFF}".as_bytes(),
        ] {
            assert_eq!(&*encode(&decode(bytes)), bytes);
            assert_eq!(decode(bytes), decode_vec(bytes.to_vec()));
        }
    }
}
