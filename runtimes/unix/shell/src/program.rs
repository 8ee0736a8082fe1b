//! What is executed: a script after parsing. It can be written down, for subshells that are processes
//! of their own.

use std::rc::Rc;

use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct List(pub Vec<Item>);

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Item {
    pub and_or: AndOr,
    /// With `&`, the text that `jobs` shows.
    pub background: Option<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AndOr {
    pub first: Pipeline,
    pub rest: Vec<(Connector, Pipeline)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Connector {
    And,
    Or,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Timed {
    Bash,
    Posix,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Pipeline {
    pub timed: Option<Timed>,
    pub negated: bool,
    pub commands: Vec<Command>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Command {
    pub kind: Kind,
    pub redirects: Vec<Redirect>,
    pub line: u32,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Kind {
    Simple(Simple),
    Group(List),
    Subshell {
        list: Rc<List>,
        /// It asks for its process id, so that it has to have one.
        own_process: bool,
    },
    If {
        arms: Vec<(List, List)>,
        otherwise: Option<List>,
    },
    While {
        until: bool,
        condition: List,
        body: List,
    },
    For {
        name: String,
        words: Option<Vec<Argument>>,
        body: List,
    },
    ForArithmetic {
        start: Word,
        condition: Word,
        step: Word,
        body: List,
    },
    Case {
        word: Word,
        items: Vec<CaseItem>,
    },
    Arithmetic(Word),
    Test(Test),
    Function {
        name: String,
        function: Rc<Function>,
    },
    Coprocess {
        name: String,
        body: Rc<Command>,
    },
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Simple {
    /// As written, if the program asks for that: BASH_COMMAND.
    pub text: Option<String>,
    pub assignments: Vec<Assignment>,
    pub arguments: Vec<Argument>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Argument {
    Word(Word),
    /// With braces to expand: the source text and its line.
    Braces(String, u32),
    /// `name=(…)`, for the declaring builtins.
    Array(Assignment),
    /// `name=value`: expands like an assignment after a declaring builtin, else like a word.
    Assignment(Assignment, Word),
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Assignment {
    pub name: String,
    pub subscript: Option<Subscript>,
    pub append: bool,
    pub value: Assigned,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Assigned {
    Scalar(Word),
    Array(Vec<Element>),
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Element {
    Plain(Argument),
    Keyed {
        key: Subscript,
        append: bool,
        value: Word,
    },
}

/// Between the brackets of an array: an arithmetic expression, or a key.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Subscript(pub Word);

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CaseItem {
    pub patterns: Vec<Word>,
    pub body: List,
    pub then: CaseThen,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CaseThen {
    Leave,
    FallThrough,
    TestNext,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Function {
    pub body: Command,
    /// As written, for `type` and `declare -f`.
    pub source: String,
    /// The file it was defined in.
    pub file: String,
    pub line: u32,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Test {
    And(Box<Test>, Box<Test>),
    Or(Box<Test>, Box<Test>),
    Not(Box<Test>),
    Unary(char, Word),
    Binary(TestOperator, Word, Word),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TestOperator {
    Match,
    NoMatch,
    Regex,
    Before,
    After,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    SameFile,
    Newer,
    Older,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Redirect {
    /// What is redirected: a number, or the variable that is to get one.
    pub target: Target,
    pub what: RedirectKind,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Target {
    Default,
    Number(u32),
    Variable(String),
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum RedirectKind {
    Read(Word),
    Write(Word),
    Clobber(Word),
    Append(Word),
    ReadWrite(Word),
    DuplicateInput(Word),
    DuplicateOutput(Word),
    /// `|&`
    ErrorToOutput,
    /// `&>` and `&>>`
    Both {
        word: Word,
        append: bool,
    },
    /// `<<`
    Here(Word),
    /// `<<<`
    HereString(Word),
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Word(pub Vec<Piece>);

#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Piece {
    /// Unquoted.
    Literal(String),
    /// Quoted in whatever way.
    Quoted(String),
    /// Between double quotes.
    Double(Vec<Piece>),
    /// `~` and what follows up to the slash.
    Tilde(String),
    Parameter(Box<Parameter>),
    Command(Rc<List>),
    Arithmetic(Box<Word>),
    /// `<(…)` or `>(…)`
    Process {
        input: bool,
        body: Rc<List>,
    },
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Parameter {
    pub name: Name,
    /// `${!x}`
    pub indirect: bool,
    pub operation: Operation,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum At {
    At,
    Star,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Name {
    Variable(String),
    Element(String, Subscript),
    All(String, At),
    Positional(usize),
    /// `@ * # ? - $ ! 0`
    Special(char),
    /// What no parameter can be called; an error when expanded.
    Bad(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Where {
    First,
    All,
    Prefix,
    Suffix,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Operation {
    None,
    /// `${#x}`
    Length,
    /// `- = ? +`, with or without colon.
    Default {
        kind: char,
        colon: bool,
        word: Word,
    },
    RemovePrefix {
        longest: bool,
        pattern: Word,
    },
    RemoveSuffix {
        longest: bool,
        pattern: Word,
    },
    Replace {
        place: Where,
        pattern: Word,
        with: Word,
    },
    Substring {
        offset: Word,
        length: Option<Word>,
    },
    /// `^ ^^ , ,, ~ ~~`
    Case {
        kind: char,
        all: bool,
        pattern: Option<Word>,
    },
    /// `@Q` and others
    Transform(char),
    /// `${!name[@]}`
    Keys(At),
    /// `${!name@}`
    Names(At),
}
