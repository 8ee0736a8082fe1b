//! What a script of `sed` is made of.

use std::rc::Rc;

use crate::posix_regex::Regex;

pub(super) struct Script {
    pub(super) commands: Vec<Command>,
    /// The first line is `#n`.
    pub(super) quiet: bool,
    /// Files that are written to.
    pub(super) outputs: Vec<String>,
}

pub(super) enum Address {
    Line(u64),
    /// Before the first line, as the first of two addresses: `0,/x/`.
    Zero,
    /// `first~step`
    Step(u64, u64),
    Last,
    /// None is the expression that was used last.
    Regex(Option<Rc<Regex>>),
    /// `addr,+N`
    Plus(u64),
    /// `addr,~N`
    Multiple(u64),
}

/// Where a command with two addresses is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Range {
    #[default]
    Before,
    Within,
    /// Within, and it ends at this line.
    Until(u64),
    /// `0,/x/` or `N,…` can begin once only.
    Over,
}

pub(super) struct Command {
    pub(super) first: Option<Address>,
    pub(super) second: Option<Address>,
    pub(super) negated: bool,
    pub(super) kind: Kind,
}

pub(super) enum Kind {
    /// `{`, and the position behind its `}`.
    Block(usize),
    End,
    Label,
    /// `b`, `t`, `T`: to where; the end of the script if that is its length.
    Branch(usize),
    BranchIf(usize),
    BranchUnless(usize),
    Append(Vec<u8>),
    Insert(Vec<u8>),
    Change(Vec<u8>),
    Delete,
    DeleteFirst,
    Execute(String),
    FileName,
    Get,
    GetAppend,
    Hold,
    HoldAppend,
    List(Option<usize>),
    Next,
    NextAppend,
    Print,
    PrintFirst,
    Quit(u8),
    QuitSilently(u8),
    ReadFile(String),
    ReadLine(String),
    Substitute(Box<Substitution>),
    /// To one of the outputs, by number.
    Write(usize),
    WriteFirst(usize),
    Exchange,
    Translate(Vec<(char, char)>),
    Zap,
    Number,
    Nothing,
}

pub(super) struct Substitution {
    pub(super) regex: Option<Rc<Regex>>,
    pub(super) replacement: Vec<Part>,
    pub(super) global: bool,
    pub(super) print: bool,
    pub(super) execute: bool,
    /// Which match is the first to be replaced.
    pub(super) number: usize,
    pub(super) output: Option<usize>,
}

/// A piece of a replacement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Text(Vec<u8>),
    /// `&` is 0.
    Group(usize),
    Case(Case),
}

/// `\U` and its relatives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Case {
    Upper,
    Lower,
    UpperOne,
    LowerOne,
    End,
}
