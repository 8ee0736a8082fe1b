//! Versions of which parts are missing.

use super::{Comparator, Operator};
use crate::semver::{Cursor, Version};

/// A version of which parts are missing or wild.
#[derive(Debug)]
pub(super) struct Partial {
    pub(super) major: Part,
    pub(super) minor: Part,
    pub(super) patch: Part,
    pub(super) pre: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Part {
    Absent,
    Wild,
    Number(u64),
    /// A zero with more than one digit.
    Zeros,
}

impl Part {
    pub(super) fn is_x(self) -> bool {
        matches!(self, Self::Absent | Self::Wild)
    }

    pub(super) fn value(self) -> u64 {
        match self {
            Self::Number(value) => value,
            Self::Absent | Self::Wild | Self::Zeros => 0,
        }
    }
}

impl Partial {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (partial, rest) = Self::read(text)?;
        rest.is_empty().then_some(partial)
    }

    pub(super) fn read(text: &str) -> Option<(Self, &str)> {
        let mut cursor = Cursor::new(text);
        cursor.skip_prefix();
        let mut partial = Self {
            major: part(&mut cursor)?,
            minor: Part::Absent,
            patch: Part::Absent,
            pre: Vec::new(),
        };
        let before = cursor.rest;
        if cursor.take('.') {
            match part(&mut cursor) {
                Some(minor) => partial.minor = minor,
                None => return Some((partial, before)),
            }
            let before = cursor.rest;
            if cursor.take('.') {
                match part(&mut cursor) {
                    Some(patch) => partial.patch = patch,
                    None => return Some((partial, before)),
                }
                partial.pre = cursor.prerelease();
                cursor.build()?;
            }
        }
        Some((partial, cursor.rest))
    }

    pub(super) fn floor(&self) -> Option<Version> {
        let (major, minor, patch) = (self.major, self.minor, self.patch);
        let (minor, patch) = match (minor.is_x(), patch.is_x()) {
            (true, _) => (0, 0),
            (false, true) => (minor.value(), 0),
            (false, false) => (minor.value(), patch.value()),
        };
        let whole = !self.minor.is_x() && !self.patch.is_x();
        let pre = if whole { self.pre.clone() } else { Vec::new() };
        Version::new(major.value(), minor, patch, pre)
    }

    /// The first version beyond everything that starts with the parts given.
    pub(super) fn end(&self) -> Option<Version> {
        if self.minor.is_x() {
            next(self.major.value(), None, None)
        } else {
            next(self.major.value(), Some(self.minor.value()), None)
        }
    }

    pub(super) fn any_x(&self) -> bool {
        self.major.is_x() || self.minor.is_x() || self.patch.is_x()
    }

    pub(super) fn lower(&self, out: &mut Vec<Comparator>) -> Option<()> {
        if self.major.is_x() {
            return Some(());
        }
        out.push(Comparator::Compare(Operator::GreaterOrEqual, self.floor()?));
        Some(())
    }

    pub(super) fn upper(&self, out: &mut Vec<Comparator>) -> Option<()> {
        if self.major.is_x() {
            // Both ends open: the text is empty, which is `*`.
            if out.is_empty() {
                out.push(Comparator::Any);
            }
            return Some(());
        }
        out.push(if self.any_x() {
            Comparator::Compare(Operator::Less, self.end()?)
        } else {
            Comparator::Compare(Operator::LessOrEqual, self.floor()?)
        });
        Some(())
    }
}

fn part(cursor: &mut Cursor<'_>) -> Option<Part> {
    let before = cursor.rest;
    if let Some(number) = cursor.number() {
        let zeros = number == 0 && before.starts_with("00");
        return Some(if zeros {
            Part::Zeros
        } else {
            Part::Number(number)
        });
    }
    ['x', 'X', '*']
        .into_iter()
        .any(|wild| cursor.take(wild))
        .then_some(Part::Wild)
}

/// The lowest version after the release given by its leading numbers: `1.3.0-0` after `1.2`.
pub(super) fn next(major: u64, minor: Option<u64>, patch: Option<u64>) -> Option<Version> {
    let pre = vec!["0".to_owned()];
    match (minor, patch) {
        (None, _) => Version::new(major.checked_add(1)?, 0, 0, pre),
        (Some(minor), None) => Version::new(major, minor.checked_add(1)?, 0, pre),
        (Some(minor), Some(patch)) => Version::new(major, minor, patch.checked_add(1)?, pre),
    }
}
