//! What a program of awk is made of, names resolved.

use std::cell::OnceCell;
use std::rc::Rc;

use super::value::Str;
use crate::posix_regex::Regex;

/// A variable: an array or a scalar, as its use says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Variable {
    Global(usize),
    /// A parameter of the function.
    Local(usize),
}

/// Something that can be assigned to.
#[derive(Debug)]
pub(super) enum Place {
    Variable(Variable),
    Field(Box<Expr>),
    Element(Variable, Vec<Expr>),
}

/// A regular expression of the program, compiled when it is needed.
#[derive(Debug)]
pub(super) struct Pattern {
    pub(super) source: Str,
    pub(super) compiled: OnceCell<Compiled>,
}

#[derive(Clone)]
pub(super) struct Compiled(pub(super) Rc<Regex>);

impl std::fmt::Debug for Compiled {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Compiled")
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
    Power,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comparison {
    Less,
    LessEqual,
    Equal,
    NotEqual,
    Greater,
    GreaterEqual,
}

#[derive(Debug)]
pub(super) enum Expr {
    Number(f64),
    Text(Str),
    /// By itself: whether `$0` matches.
    Regex(Pattern),
    Get(Place),
    Assign(Place, Box<Expr>),
    Update(Operator, Place, Box<Expr>),
    /// `++` and `--`: the step, and whether the value is the one before.
    Step(Place, f64, bool),
    Condition(Box<[Expr; 3]>),
    And(Box<[Expr; 2]>),
    Or(Box<[Expr; 2]>),
    Not(Box<Expr>),
    Negate(Box<Expr>),
    Plus(Box<Expr>),
    Arithmetic(Operator, Box<[Expr; 2]>),
    Compare(Comparison, Box<[Expr; 2]>),
    /// `~`, or `!~` if false.
    Match(bool, Box<[Expr; 2]>),
    Concat(Box<[Expr; 2]>),
    In(Vec<Expr>, Variable),
    Call(usize, Vec<Expr>),
    Builtin(Builtin, Vec<Expr>),
    Getline(Source, Option<Box<Place>>),
    /// `(…)`: keeps `(a) b` apart from what it would be otherwise.
    Group(Box<Expr>),
    /// `(a, b)`, of `print` only.
    List(Vec<Expr>),
}

#[derive(Debug)]
pub(super) enum Source {
    Main,
    File(Box<Expr>),
    Command(Box<Expr>),
}

#[derive(Debug)]
pub(super) enum Redirection {
    Write(Expr),
    Append(Expr),
    Pipe(Expr),
}

#[derive(Debug)]
pub(super) enum Statement {
    Expr(Expr),
    Print(Vec<Expr>, Option<Redirection>),
    Printf(Vec<Expr>, Option<Redirection>),
    If(Expr, Box<Statement>, Option<Box<Statement>>),
    While(Expr, Box<Statement>),
    DoWhile(Box<Statement>, Expr),
    For(
        Option<Box<Statement>>,
        Option<Expr>,
        Option<Box<Statement>>,
        Box<Statement>,
    ),
    ForIn(Place, Variable, Box<Statement>),
    Switch(Expr, Vec<(Option<Expr>, Vec<Statement>)>),
    Block(Vec<Statement>),
    Next,
    NextFile,
    Exit(Option<Expr>),
    Return(Option<Expr>),
    Break,
    Continue,
    Delete(Variable, Vec<Expr>),
    DeleteAll(Variable),
}

#[derive(Debug)]
pub(super) enum Trigger {
    Always,
    When(Expr),
    /// From one record to another, by number.
    Range(Expr, Expr, usize),
}

#[derive(Debug, Default)]
pub(super) struct Function {
    pub(super) name: String,
    pub(super) parameters: Vec<String>,
    /// Which parameters are arrays.
    pub(super) arrays: Vec<bool>,
    pub(super) body: Vec<Statement>,
    pub(super) defined: bool,
}

#[derive(Debug, Default)]
pub(super) struct Program {
    pub(super) begin: Vec<Vec<Statement>>,
    /// No action prints the record.
    pub(super) rules: Vec<(Trigger, Option<Vec<Statement>>)>,
    pub(super) end: Vec<Vec<Statement>>,
    pub(super) functions: Vec<Function>,
    /// Names of the global variables by number; the special ones come first.
    pub(super) globals: Vec<String>,
    pub(super) ranges: usize,
}

/// Variables that mean something to awk itself, by their number.
pub(super) const SPECIAL: [&str; 24] = [
    "NF",
    "NR",
    "FNR",
    "FS",
    "OFS",
    "ORS",
    "RS",
    "SUBSEP",
    "CONVFMT",
    "OFMT",
    "RSTART",
    "RLENGTH",
    "FILENAME",
    "ENVIRON",
    "ARGC",
    "ARGV",
    "RT",
    "PROCINFO",
    "IGNORECASE",
    "FPAT",
    "FIELDWIDTHS",
    "ERRNO",
    "ARGIND",
    "BINMODE",
];

pub(super) const NF: usize = 0;
pub(super) const NR: usize = 1;
pub(super) const FNR: usize = 2;
pub(super) const FS: usize = 3;
pub(super) const OFS: usize = 4;
pub(super) const ORS: usize = 5;
pub(super) const RS: usize = 6;
pub(super) const SUBSEP: usize = 7;
pub(super) const CONVFMT: usize = 8;
pub(super) const OFMT: usize = 9;
pub(super) const RSTART: usize = 10;
pub(super) const RLENGTH: usize = 11;
pub(super) const FILENAME: usize = 12;
pub(super) const ENVIRON: usize = 13;
pub(super) const ARGC: usize = 14;
pub(super) const ARGV: usize = 15;
pub(super) const RT: usize = 16;
pub(super) const PROCINFO: usize = 17;
pub(super) const IGNORECASE: usize = 18;
pub(super) const FPAT: usize = 19;
pub(super) const FIELDWIDTHS: usize = 20;
pub(super) const ERRNO: usize = 21;
pub(super) const ARGIND: usize = 22;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Builtin {
    And,
    Asort,
    Asorti,
    Atan2,
    Close,
    Compl,
    Cos,
    Exp,
    Fflush,
    Gensub,
    Gsub,
    Index,
    Int,
    IsArray,
    Length,
    Log,
    Lshift,
    Match,
    Mktime,
    Or,
    Patsplit,
    Rand,
    Rshift,
    Sin,
    Split,
    Sprintf,
    Sqrt,
    Srand,
    Strftime,
    Strtonum,
    Sub,
    Substr,
    System,
    Systime,
    Tolower,
    Toupper,
    Typeof,
    Xor,
}

/// Name, least and most arguments.
pub(super) const BUILTINS: [(&str, Builtin, usize, usize); 38] = [
    ("and", Builtin::And, 2, 99),
    ("asort", Builtin::Asort, 1, 3),
    ("asorti", Builtin::Asorti, 1, 3),
    ("atan2", Builtin::Atan2, 2, 2),
    ("close", Builtin::Close, 1, 2),
    ("compl", Builtin::Compl, 1, 1),
    ("cos", Builtin::Cos, 1, 1),
    ("exp", Builtin::Exp, 1, 1),
    ("fflush", Builtin::Fflush, 0, 1),
    ("gensub", Builtin::Gensub, 3, 4),
    ("gsub", Builtin::Gsub, 2, 3),
    ("index", Builtin::Index, 2, 2),
    ("int", Builtin::Int, 1, 1),
    ("isarray", Builtin::IsArray, 1, 1),
    ("length", Builtin::Length, 0, 1),
    ("log", Builtin::Log, 1, 1),
    ("lshift", Builtin::Lshift, 2, 2),
    ("match", Builtin::Match, 2, 3),
    ("mktime", Builtin::Mktime, 1, 2),
    ("or", Builtin::Or, 2, 99),
    ("patsplit", Builtin::Patsplit, 2, 4),
    ("rand", Builtin::Rand, 0, 0),
    ("rshift", Builtin::Rshift, 2, 2),
    ("sin", Builtin::Sin, 1, 1),
    ("split", Builtin::Split, 2, 4),
    ("sprintf", Builtin::Sprintf, 1, usize::MAX),
    ("sqrt", Builtin::Sqrt, 1, 1),
    ("srand", Builtin::Srand, 0, 1),
    ("strftime", Builtin::Strftime, 0, 3),
    ("strtonum", Builtin::Strtonum, 1, 1),
    ("sub", Builtin::Sub, 2, 3),
    ("substr", Builtin::Substr, 2, 3),
    ("system", Builtin::System, 1, 1),
    ("systime", Builtin::Systime, 0, 0),
    ("tolower", Builtin::Tolower, 1, 1),
    ("toupper", Builtin::Toupper, 1, 1),
    ("typeof", Builtin::Typeof, 1, 1),
    ("xor", Builtin::Xor, 2, 99),
];

impl Builtin {
    /// Whether an argument is an array.
    pub(super) fn takes_array(self, argument: usize) -> bool {
        match self {
            Self::Split | Self::Patsplit => argument == 1 || argument == 3,
            Self::Match => argument == 2,
            Self::Asort | Self::Asorti => argument < 2,
            _ => false,
        }
    }
}
