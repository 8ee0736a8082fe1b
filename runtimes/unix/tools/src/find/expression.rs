//! What `find` evaluates for each file.

use std::fs;
use std::io::Write;

use super::exec::Command;
use super::format::{self, Piece};
use super::{Entry, Follow, State};
use crate::glob::{self, Rules};
use crate::os;
use crate::posix_regex::Regex;
use crate::report;

pub(super) enum Expression {
    And(Vec<Expression>),
    Or(Vec<Expression>),
    /// All of them; the last one counts.
    List(Vec<Expression>),
    Not(Box<Expression>),
    Test(Test),
    Action(Action),
    True,
}

/// A number with `+`, `-` or nothing before it.
#[derive(Clone, Copy, Debug)]
pub(super) enum Number {
    More(u64),
    Less(u64),
    Exactly(u64),
}

impl Number {
    fn fits(self, value: u64) -> bool {
        match self {
            Self::More(than) => value > than,
            Self::Less(than) => value < than,
            Self::Exactly(this) => value == this,
        }
    }
}

/// One of the three times of a file.
#[derive(Clone, Copy, Debug)]
pub(super) enum Time {
    Accessed,
    Modified,
    Changed,
}

impl Time {
    pub(super) fn of(self, stat: &os::Stat) -> i64 {
        match self {
            Self::Accessed => stat.accessed,
            Self::Modified => stat.modified,
            Self::Changed => stat.changed,
        }
    }
}

pub(super) enum Test {
    Name(String, Rules),
    Path(String, Rules),
    LinkName(String, Rules),
    Regex(Regex),
    Type(Vec<u32>),
    LinkType(Vec<u32>),
    Size(Number, u64),
    /// How old, in units of so many nanoseconds, as seen from a moment.
    Age(Time, Number, i64, i64),
    Newer(Time, i64),
    PermExactly(u32),
    PermAll(u32),
    PermAny(u32),
    Empty,
    Links(Number),
    Inode(Number),
    SameFile(os::Stat),
    Uid(Number),
    Gid(Number),
    NoUser,
    Access(u8),
    False,
}

pub(super) enum Action {
    Print(Option<String>),
    Print0(Option<String>),
    Printf(Option<String>, Vec<Piece>),
    Ls(Option<String>),
    Prune,
    Quit,
    Delete,
    Exec(Command),
    /// `-exec … +`, by number.
    Batch(usize),
}

impl Expression {
    pub(super) fn evaluate(&self, entry: &Entry<'_>, state: &mut State) -> bool {
        match self {
            Self::And(all) => all
                .iter()
                .all(|it| !state.quit && it.evaluate(entry, state)),
            Self::Or(all) => all
                .iter()
                .any(|it| !state.quit && it.evaluate(entry, state)),
            Self::List(all) => {
                let mut last = true;
                for one in all {
                    if state.quit {
                        break;
                    }
                    last = one.evaluate(entry, state);
                }
                last
            }
            Self::Not(it) => !it.evaluate(entry, state),
            Self::Test(test) => test.holds(entry, state),
            Self::Action(action) => action.perform(entry, state),
            Self::True => true,
        }
    }
}

impl Test {
    fn holds(&self, entry: &Entry<'_>, state: &mut State) -> bool {
        let stat = entry.stat;
        match self {
            Self::Name(pattern, rules) => glob::matches(pattern, entry.name(), *rules),
            Self::Path(pattern, rules) => glob::matches(pattern, entry.path, *rules),
            Self::LinkName(pattern, rules) => {
                stat.is_link()
                    && fs::read_link(entry.path)
                        .is_ok_and(|it| glob::matches(pattern, &it.to_string_lossy(), *rules))
            }
            Self::Regex(regex) => regex.is_full_match(entry.path.as_bytes()),
            Self::Type(kinds) => kinds.contains(&stat.kind()),
            Self::LinkType(kinds) => {
                // The other side of a link from what the search itself looks at.
                let other = if state.follow == Follow::Always {
                    os::lstat(entry.path)
                } else {
                    os::stat(entry.path).or_else(|_| os::lstat(entry.path))
                };
                other.is_ok_and(|it| kinds.contains(&it.kind()))
            }
            Self::Size(number, unit) => number.fits(stat.size.div_ceil(*unit)),
            Self::Age(time, number, unit, from) => {
                let age = (from - time.of(stat)).div_euclid(*unit);
                match u64::try_from(age) {
                    Ok(age) => number.fits(age),
                    // From the future: younger than anything.
                    Err(_) => matches!(number, Number::Less(_)),
                }
            }
            Self::Newer(time, than) => time.of(stat) > *than,
            Self::PermExactly(mode) => stat.mode & 0o7777 == *mode,
            Self::PermAll(mode) => stat.mode & mode == *mode,
            Self::PermAny(mode) => *mode == 0 || stat.mode & mode != 0,
            Self::Empty if stat.is_dir() => match fs::read_dir(entry.path) {
                Ok(mut entries) => entries.next().is_none(),
                Err(error) => {
                    state.complain(&format!("‘{}’: {}", entry.path, report::text(&error)));
                    false
                }
            },
            Self::Empty => stat.is_file() && stat.size == 0,
            Self::Links(number) => number.fits(stat.links),
            Self::Inode(number) => number.fits(stat.inode),
            Self::SameFile(other) => stat.same(other),
            Self::Uid(number) => number.fits(u64::from(stat.uid)),
            Self::Gid(number) => number.fits(u64::from(stat.gid)),
            Self::NoUser => crate::accounts::user_name(stat.uid).is_none(),
            Self::Access(how) => os::access(entry.path, *how).is_ok(),
            Self::False => false,
        }
    }
}

impl Action {
    fn perform(&self, entry: &Entry<'_>, state: &mut State) -> bool {
        match self {
            Self::Print(file) => {
                write(state, file.as_ref(), format!("{}\n", entry.path).as_bytes())
            }
            Self::Print0(file) => {
                write(state, file.as_ref(), format!("{}\0", entry.path).as_bytes());
            }
            Self::Printf(file, pieces) => {
                let text = format::render(pieces, entry, state);
                write(state, file.as_ref(), &text);
            }
            Self::Ls(file) => {
                let text = format::ls(entry, state.now);
                write(state, file.as_ref(), text.as_bytes());
            }
            Self::Prune => state.prune = true,
            Self::Quit => state.quit = true,
            Self::Delete => return delete(entry, state),
            Self::Exec(command) => return command.run(entry, state),
            Self::Batch(number) => super::exec::add(*number, entry, state),
        }
        true
    }
}

fn write(state: &mut State, file: Option<&String>, bytes: &[u8]) {
    let written = match file.and_then(|path| state.files.get_mut(path)) {
        Some(file) => file.write_all(bytes),
        None => state.out.write_all(bytes),
    };
    if let Err(error) = written {
        state.complain(&format!("write error: {}", report::text(&error)));
        state.quit = true;
    }
}

fn delete(entry: &Entry<'_>, state: &mut State) -> bool {
    // What GNU's does, too: `find . -delete` empties the directory and leaves it.
    if entry.path == "." {
        return true;
    }
    let removed = if entry.stat.is_dir() {
        fs::remove_dir(entry.path)
    } else {
        fs::remove_file(entry.path)
    };
    match removed {
        Ok(()) => true,
        Err(error) => {
            let text = report::text(&error);
            state.complain(&format!("cannot delete ‘{}’: {text}", entry.path));
            false
        }
    }
}
