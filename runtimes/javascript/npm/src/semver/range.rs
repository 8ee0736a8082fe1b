//! Ranges: alternatives of sets of comparators.

mod parse;
mod partial;

use super::Version;
use parse::{caret_end, parse_set};
use std::cmp::Ordering;
use std::fmt;

/// More alternatives or comparators than any real package has; a hostile range of a megabyte would
/// otherwise be compared with every version of a package.
const MAX_COMPARATORS: usize = 1_000;

/// A set of versions, written as npm writes them (`^1.2.3`, `1.x || >=2.5.0`, `1.2 - 2`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Range {
    sets: Vec<Vec<Comparator>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Comparator {
    Any,
    Compare(Operator, Version),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Equal,
}

impl Range {
    /// Reads a range, or says that it is none (then it is the name of a tag).
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let mut sets = Vec::new();
        let mut count = 0;
        for alternative in text.split("||") {
            let set = parse_set(alternative.trim())?;
            count += set.len();
            if count > MAX_COMPARATORS {
                return None;
            }
            if !set.is_empty() {
                sets.push(set);
            }
        }
        if sets.is_empty() {
            return None;
        }
        if sets.len() > 1 {
            let first = sets.first().cloned();
            sets.retain(|set| !set.first().is_some_and(Comparator::is_null));
            if sets.is_empty() {
                sets.extend(first);
            } else if sets.iter().any(|set| *set == [Comparator::Any]) {
                sets = vec![vec![Comparator::Any]];
            }
        }
        Some(Self { sets })
    }

    /// Every released version.
    pub fn any() -> Self {
        Self {
            sets: vec![vec![Comparator::Any]],
        }
    }

    /// Whether the version is in the range. Versions before a release count only where the range
    /// names one of the same release.
    pub fn matches(&self, version: &Version) -> bool {
        self.sets.iter().any(|set| {
            set.iter().all(|comparator| comparator.test(version))
                && (version.pre.is_empty()
                    || set
                        .iter()
                        .any(|comparator| comparator.admits_pre_of(version)))
        })
    }

    /// Whether a version could be in both ranges.
    pub fn intersects(&self, other: &Self) -> bool {
        self.sets.iter().any(|ours| {
            other.sets.iter().any(|theirs| {
                let mut low: Option<(&Version, bool)> = None;
                let mut high: Option<(&Version, bool)> = None;
                for comparator in ours.iter().chain(theirs) {
                    let Comparator::Compare(operator, limit) = comparator else {
                        continue;
                    };
                    let open = matches!(operator, Operator::Less | Operator::Greater);
                    // Of equal limits the open one is the narrower.
                    if !matches!(operator, Operator::Less | Operator::LessOrEqual)
                        && low.is_none_or(|(low, was)| (limit, open) > (low, was))
                    {
                        low = Some((limit, open));
                    }
                    if !matches!(operator, Operator::Greater | Operator::GreaterOrEqual)
                        && high.is_none_or(|(high, was)| (limit, !open) < (high, !was))
                    {
                        high = Some((limit, open));
                    }
                }
                match (low, high) {
                    (Some((low, low_open)), Some((high, high_open))) => {
                        low < high || (low == high && !low_open && !high_open)
                    }
                    _ => true,
                }
            })
        })
    }

    /// Whether one alternative of this range contains all of `^version`.
    ///
    /// npm saves `^installed` instead of what was typed when that allows nothing more.
    pub fn contains_caret_of(&self, version: &Version) -> bool {
        let Some(next) = caret_end(version) else {
            return false;
        };
        self.sets.iter().any(|set| {
            set.iter().all(|comparator| match comparator {
                Comparator::Any => true,
                Comparator::Compare(operator, limit) => match operator {
                    Operator::Less | Operator::LessOrEqual => next <= *limit,
                    Operator::Greater => version > limit,
                    Operator::GreaterOrEqual => version >= limit,
                    Operator::Equal => false,
                },
            })
        })
    }
}

impl fmt::Display for Range {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, set) in self.sets.iter().enumerate() {
            if index > 0 {
                out.write_str("||")?;
            }
            for (index, comparator) in set.iter().enumerate() {
                if index > 0 {
                    out.write_str(" ")?;
                }
                if let Comparator::Compare(operator, version) = comparator {
                    let sign = match operator {
                        Operator::Less => "<",
                        Operator::LessOrEqual => "<=",
                        Operator::Greater => ">",
                        Operator::GreaterOrEqual => ">=",
                        Operator::Equal => "",
                    };
                    write!(out, "{sign}{version}")?;
                }
            }
        }
        Ok(())
    }
}

impl Comparator {
    fn test(&self, version: &Version) -> bool {
        let Self::Compare(operator, limit) = self else {
            return true;
        };
        let order = version.cmp(limit);
        match operator {
            Operator::Less => order == Ordering::Less,
            Operator::LessOrEqual => order != Ordering::Greater,
            Operator::Greater => order == Ordering::Greater,
            Operator::GreaterOrEqual => order != Ordering::Less,
            Operator::Equal => order == Ordering::Equal,
        }
    }

    fn admits_pre_of(&self, version: &Version) -> bool {
        matches!(self, Self::Compare(_, limit) if !limit.pre.is_empty() && limit.same_release(version))
    }

    /// `<0.0.0-0`, which nothing satisfies.
    fn is_null(&self) -> bool {
        matches!(self, Self::Compare(Operator::Less, limit)
            if (limit.major, limit.minor, limit.patch) == (0, 0, 0) && limit.pre == ["0"])
    }
}
