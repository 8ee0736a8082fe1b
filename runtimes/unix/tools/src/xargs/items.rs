//! The items that `xargs` reads.

use std::io::{self, BufRead};

use crate::stream::Input;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Separator {
    /// Blanks and newlines; quotes and backslashes protect.
    Blanks,
    /// Newlines; blanks at the beginning of a line are dropped; quotes and backslashes protect.
    Lines,
    /// This byte and nothing else.
    Byte(u8),
}

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Item {
    pub(super) text: String,
    /// The last of its line (for `-L`: lines with a blank at the end go on).
    pub(super) ends_line: bool,
}

pub(super) struct Items<R: BufRead = Input> {
    input: R,
    separator: Separator,
    /// The item that ends the input.
    end: Option<String>,
    done: bool,
}

impl<R: BufRead> Items<R> {
    pub(super) fn new(input: R, separator: Separator, end: Option<String>) -> Self {
        Self {
            input,
            separator,
            end,
            done: false,
        }
    }

    pub(super) fn next(&mut self) -> io::Result<Option<Item>> {
        if self.done {
            return Ok(None);
        }
        let item = match self.separator {
            Separator::Byte(byte) => self.delimited(byte)?,
            Separator::Blanks | Separator::Lines => self.quoted()?,
        };
        let ended = match &item {
            None => true,
            Some(item) => self.end.as_ref() == Some(&item.text),
        };
        if ended && !matches!(self.separator, Separator::Byte(_)) || item.is_none() {
            self.done = true;
            return Ok(None);
        }
        Ok(item)
    }

    fn delimited(&mut self, byte: u8) -> io::Result<Option<Item>> {
        let mut bytes = Vec::new();
        if self.input.read_until(byte, &mut bytes)? == 0 {
            return Ok(None);
        }
        if bytes.last() == Some(&byte) {
            bytes.pop();
        }
        Ok(Some(Item {
            text: String::from_utf8_lossy(&bytes).into_owned(),
            ends_line: true,
        }))
    }

    fn byte(&mut self) -> io::Result<Option<u8>> {
        let byte = self.input.fill_buf()?.first().copied();
        if byte.is_some() {
            self.input.consume(1);
        }
        Ok(byte)
    }

    fn peek(&mut self) -> io::Result<Option<u8>> {
        Ok(self.input.fill_buf()?.first().copied())
    }

    fn quoted(&mut self) -> io::Result<Option<Item>> {
        let blank = |it: u8| matches!(it, b' ' | b'\t');
        let mut bytes = Vec::new();
        // An empty pair of quotes is an item, too.
        let mut begun = false;
        loop {
            let Some(byte) = self.byte()? else {
                if !begun {
                    return Ok(None);
                }
                break;
            };
            match byte {
                b'\n' if begun => return Ok(Some(item(bytes, true))),
                b'\n' => {}
                _ if blank(byte) && !begun => {}
                _ if blank(byte) && self.separator == Separator::Blanks => {
                    return self.after_blank(bytes).map(Some);
                }
                b'\\' => {
                    begun = true;
                    if let Some(after) = self.byte()? {
                        bytes.push(after);
                    }
                }
                b'\'' | b'"' => {
                    begun = true;
                    self.quotes(byte, &mut bytes)?;
                }
                _ => {
                    begun = true;
                    bytes.push(byte);
                }
            }
        }
        Ok(Some(item(bytes, true)))
    }

    /// An item is followed by a blank: does its line end here?
    fn after_blank(&mut self, bytes: Vec<u8>) -> io::Result<Item> {
        loop {
            match self.peek()? {
                Some(b' ' | b'\t') => {
                    self.byte()?;
                }
                // A blank at the end of a line joins it with the next one.
                _ => return Ok(item(bytes, false)),
            }
        }
    }

    fn quotes(&mut self, quote: u8, bytes: &mut Vec<u8>) -> io::Result<()> {
        loop {
            match self.byte()? {
                Some(byte) if byte == quote => return Ok(()),
                None | Some(b'\n') => {
                    let kind = if quote == b'"' { "double" } else { "single" };
                    return Err(io::Error::other(format!(
                        "unmatched {kind} quote; by default quotes are special to xargs unless \
                         you use the -0 option"
                    )));
                }
                Some(byte) => bytes.push(byte),
            }
        }
    }
}

fn item(bytes: Vec<u8>, ends_line: bool) -> Item {
    Item {
        text: String::from_utf8_lossy(&bytes).into_owned(),
        ends_line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str, separator: Separator) -> Vec<String> {
        let mut items = Items::new(text.as_bytes(), separator, None);
        let mut all = Vec::new();
        while let Some(item) = items.next().unwrap() {
            all.push(item.text);
        }
        all
    }

    #[test]
    fn items() {
        let blanks = all("a 'b c' d\\ e\n\"\" f\n", Separator::Blanks);
        assert_eq!(blanks, ["a", "b c", "d e", "", "f"]);
        assert_eq!(all("  a b \nc\n\n", Separator::Lines), ["a b ", "c"]);
        assert_eq!(all("a\0b c\0", Separator::Byte(0)), ["a", "b c"]);
        assert_eq!(all("a,b,,c", Separator::Byte(b',')), ["a", "b", "", "c"]);
        assert!(
            Items::new(&b"'a"[..], Separator::Blanks, None)
                .next()
                .is_err()
        );
    }
}
