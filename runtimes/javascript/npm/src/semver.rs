//! Versions and ranges as npm understands them.
//!
//! These are the *loose* rules of the `semver` package, because npm asks it for those wherever it
//! installs something: the registry has versions such as `1.2.3beta`, and package.json files have
//! ranges such as `>= 1.0 <2` and `1.x || 2`. Nothing here is stricter or laxer than the original:
//! `testdata/semver.json` is a table of what the original answers.

mod range;
#[cfg(test)]
mod tests;

use std::cmp::Ordering;
use std::fmt;

pub use range::Range;

/// The largest number in a version, 2^53 - 1: the original keeps them in doubles and refuses more.
const MAX_NUMBER: u64 = 9_007_199_254_740_991;

/// The longest version that is looked at, as in the original.
const MAX_LENGTH: usize = 256;

/// A version: three numbers, and what comes before the release proper.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Version {
    /// The first number.
    pub major: u64,
    /// The second number.
    pub minor: u64,
    /// The third number.
    pub patch: u64,
    /// The identifiers after the hyphen; numeric ones without leading zeros.
    pub pre: Vec<String>,
}

impl Version {
    /// Reads a version; build metadata is checked and dropped.
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() > MAX_LENGTH {
            return None;
        }
        let mut cursor = Cursor::new(text.trim());
        cursor.skip_prefix();
        let major = cursor.number()?;
        cursor.expect('.')?;
        let minor = cursor.number()?;
        cursor.expect('.')?;
        let patch = cursor.number()?;
        let pre = cursor.prerelease();
        cursor.build()?;
        if !cursor.rest.is_empty() {
            return None;
        }
        Self::new(major, minor, patch, pre)
    }

    fn new(major: u64, minor: u64, patch: u64, pre: Vec<String>) -> Option<Self> {
        let fits = major <= MAX_NUMBER && minor <= MAX_NUMBER && patch <= MAX_NUMBER;
        fits.then_some(Self {
            major,
            minor,
            patch,
            pre,
        })
    }

    fn same_release(&self, other: &Self) -> bool {
        (self.major, self.minor, self.patch) == (other.major, other.minor, other.patch)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}.{}.{}", self.major, self.minor, self.patch)?;
        if !self.pre.is_empty() {
            write!(out, "-{}", self.pre.join("."))?;
        }
        Ok(())
    }
}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Version {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.major, self.minor, self.patch)
            .cmp(&(other.major, other.minor, other.patch))
            .then_with(|| match (self.pre.is_empty(), other.pre.is_empty()) {
                (true, true) => Ordering::Equal,
                // A release is above everything that leads to it.
                (true, false) => Ordering::Greater,
                (false, true) => Ordering::Less,
                (false, false) => compare_pre(&self.pre, &other.pre),
            })
    }
}

fn compare_pre(left: &[String], right: &[String]) -> Ordering {
    for (a, b) in left.iter().zip(right) {
        let order = match (is_numeric(a), is_numeric(b)) {
            // Without leading zeros, the longer number is the larger one.
            (true, true) => a.len().cmp(&b.len()).then_with(|| a.cmp(b)),
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
            (false, false) => a.cmp(b),
        };
        if order != Ordering::Equal {
            return order;
        }
    }
    left.len().cmp(&right.len())
}

fn is_numeric(identifier: &str) -> bool {
    !identifier.is_empty() && identifier.bytes().all(|byte| byte.is_ascii_digit())
}

/// A place in a text that is read from left to right.
struct Cursor<'a> {
    rest: &'a str,
}

impl<'a> Cursor<'a> {
    fn new(text: &'a str) -> Self {
        Self { rest: text }
    }

    /// `[v=\s]*` before the first number.
    fn skip_prefix(&mut self) {
        self.rest = self
            .rest
            .trim_start_matches(|c: char| c == 'v' || c == '=' || c.is_whitespace());
    }

    fn take(&mut self, wanted: char) -> bool {
        match self.rest.strip_prefix(wanted) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn expect(&mut self, wanted: char) -> Option<()> {
        self.take(wanted).then_some(())
    }

    fn take_while(&mut self, test: impl Fn(char) -> bool) -> &'a str {
        let end = self.rest.find(|c| !test(c)).unwrap_or(self.rest.len());
        let (taken, rest) = self.rest.split_at(end);
        self.rest = rest;
        taken
    }

    /// Digits. What does not fit becomes a number that no version may have.
    fn number(&mut self) -> Option<u64> {
        let digits = self.take_while(|c| c.is_ascii_digit());
        (!digits.is_empty()).then(|| digits.parse().unwrap_or(u64::MAX))
    }

    /// `-?identifier(.identifier)*`, or nothing.
    fn prerelease(&mut self) -> Vec<String> {
        let start = self.rest;
        // The hyphen is optional and may itself be (part of) the first identifier: `1.2.3-`.
        for text in [start.strip_prefix('-'), Some(start)].into_iter().flatten() {
            self.rest = text;
            let identifiers = self.identifiers();
            if !identifiers.is_empty() {
                return identifiers.into_iter().map(canonical).collect();
            }
        }
        self.rest = start;
        Vec::new()
    }

    /// `+identifier(.identifier)*`, or nothing; a lone `+` is an error.
    fn build(&mut self) -> Option<()> {
        if self.take('+') && self.identifiers().is_empty() {
            return None;
        }
        Some(())
    }

    fn identifiers(&mut self) -> Vec<&'a str> {
        let mut found = Vec::new();
        loop {
            let before = self.rest;
            if !found.is_empty() && !self.take('.') {
                return found;
            }
            let identifier = self.take_while(|c| c.is_ascii_alphanumeric() || c == '-');
            if identifier.is_empty() {
                self.rest = before;
                return found;
            }
            found.push(identifier);
        }
    }
}

fn canonical(identifier: &str) -> String {
    if is_numeric(identifier) {
        let trimmed = identifier.trim_start_matches('0');
        return if trimmed.is_empty() { "0" } else { trimmed }.to_owned();
    }
    identifier.to_owned()
}
