//! The command line of `find`.

use super::exec::{Batch, Command};
use super::expression::{Action, Expression, Number, Test, Time};
use super::{Follow, Search, format};
use crate::accounts;
use crate::calendar;
use crate::glob::Rules;
use crate::modes;
use crate::os;
use crate::posix_regex::{Dialect, Options, Regex};
use crate::report;

pub(super) struct Parsed {
    pub(super) search: Search,
    pub(super) expression: Expression,
    pub(super) batches: Vec<Batch>,
    /// Files that actions write to.
    pub(super) files: Vec<String>,
    pub(super) now: i64,
}

struct Parser<'a> {
    words: &'a [String],
    at: usize,
    search: Search,
    batches: Vec<Batch>,
    files: Vec<String>,
    /// What ages are counted from.
    from: i64,
    dialect: Dialect,
    /// There is an action other than `-prune`: nothing is printed that is not asked for.
    acts: bool,
}

const DAY: i64 = 86_400 * 1_000_000_000;

pub(super) fn parse(arguments: &[String]) -> Result<Parsed, String> {
    let mut at = 0;
    let mut search = Search::default();
    while let Some(word) = arguments.get(at) {
        match word.as_str() {
            "-H" => search.follow = Follow::Arguments,
            "-L" => search.follow = Follow::Always,
            "-P" => search.follow = Follow::Never,
            "-D" => at += 1,
            "--" => {
                at += 1;
                break;
            }
            _ if word.starts_with("-O") => {}
            _ => break,
        }
        at += 1;
    }
    while let Some(word) = arguments.get(at) {
        let expression = (word.starts_with('-') && word.len() > 1)
            || matches!(word.as_str(), "(" | ")" | "!" | ",");
        if expression {
            break;
        }
        search.roots.push(word.clone());
        at += 1;
    }
    if search.roots.is_empty() {
        search.roots.push(".".into());
    }
    let now = calendar::now();
    let mut parser = Parser {
        words: arguments,
        at,
        search,
        batches: Vec::new(),
        files: Vec::new(),
        from: now,
        dialect: Dialect::Emacs,
        acts: false,
    };
    let mut expression = Expression::True;
    if parser.at < arguments.len() {
        expression = parser.list()?;
    }
    if let Some(word) = parser.words.get(parser.at) {
        return Err(if word == ")" {
            "invalid expression; you have too many ')'".into()
        } else {
            format!("paths must precede expression: `{word}'")
        });
    }
    if !parser.acts {
        let print = Expression::Action(Action::Print(None));
        expression = Expression::And(vec![expression, print]);
    }
    Ok(Parsed {
        search: parser.search,
        expression,
        batches: parser.batches,
        files: parser.files,
        now,
    })
}

impl Parser<'_> {
    fn peek(&self) -> Option<&str> {
        self.words.get(self.at).map(String::as_str)
    }

    fn value(&mut self, name: &str) -> Result<String, String> {
        let missing = || format!("missing argument to `{name}'");
        let value = self.words.get(self.at).cloned().ok_or_else(missing)?;
        self.at += 1;
        Ok(value)
    }

    fn list(&mut self) -> Result<Expression, String> {
        let mut all = vec![self.or()?];
        while self.peek() == Some(",") {
            self.at += 1;
            all.push(self.or()?);
        }
        Ok(one_or(all, Expression::List))
    }

    fn or(&mut self) -> Result<Expression, String> {
        let mut all = vec![self.and()?];
        while let Some("-o" | "-or") = self.peek() {
            self.at += 1;
            all.push(self.and()?);
        }
        Ok(one_or(all, Expression::Or))
    }

    fn and(&mut self) -> Result<Expression, String> {
        let mut all = vec![self.not()?];
        loop {
            match self.peek() {
                Some("-a" | "-and") => self.at += 1,
                None | Some("-o" | "-or" | "," | ")") => break,
                Some(_) => {}
            }
            all.push(self.not()?);
        }
        Ok(one_or(all, Expression::And))
    }

    fn not(&mut self) -> Result<Expression, String> {
        match self.peek() {
            Some("!" | "-not") => {
                self.at += 1;
                if self.peek().is_none() {
                    return Err("expected an expression after `!'".into());
                }
                Ok(Expression::Not(Box::new(self.not()?)))
            }
            Some("(") => {
                self.at += 1;
                if self.peek() == Some(")") {
                    return Err("invalid expression; empty parentheses are not allowed.".into());
                }
                let inner = self.list()?;
                if self.peek() != Some(")") {
                    return Err(
                        "invalid expression; I was expecting to find a ')' somewhere but \
                                did not see one."
                            .into(),
                    );
                }
                self.at += 1;
                Ok(inner)
            }
            Some(word @ ("-o" | "-or" | "-a" | "-and" | "," | ")")) => Err(format!(
                "invalid expression; you have used a binary operator '{word}' with nothing before \
                 it."
            )),
            None => Err("expected an expression".into()),
            Some(_) => self.primary(),
        }
    }

    fn primary(&mut self) -> Result<Expression, String> {
        let word = self.value("")?;
        if !word.starts_with('-') || word.len() < 2 {
            return Err(format!("paths must precede expression: `{word}'"));
        }
        if let Some(action) = self.action(&word)? {
            return Ok(Expression::Action(action));
        }
        if let Some(test) = self.test(&word)? {
            return Ok(Expression::Test(test));
        }
        self.setting(&word)?;
        Ok(Expression::True)
    }

    fn setting(&mut self, word: &str) -> Result<(), String> {
        match word {
            "-true"
            | "-noleaf"
            | "-warn"
            | "-nowarn"
            | "-ignore_readdir_race"
            | "-noignore_readdir_race" => {}
            "-depth" | "-d" => self.search.depth_first = true,
            "-mount" | "-xdev" => self.search.one_device = true,
            "-follow" => self.search.follow = Follow::Always,
            "-daystart" => {
                // Ages count from the end of this day.
                self.from = calendar::now().div_euclid(DAY) * DAY + DAY;
            }
            "-maxdepth" | "-mindepth" => {
                let value = self.value(word)?;
                let depth: usize = value.parse().map_err(|_| {
                    format!(
                        "Expected a positive decimal integer argument to {word}, but got ‘{value}’"
                    )
                })?;
                if word == "-maxdepth" {
                    self.search.max_depth = Some(depth);
                } else {
                    self.search.min_depth = depth;
                }
            }
            "-regextype" => {
                let value = self.value(word)?;
                self.dialect = match value.as_str() {
                    "emacs" | "findutils-default" => Dialect::Emacs,
                    "posix-basic" | "grep" | "ed" | "sed" | "posix-minimal-basic" => Dialect::Basic,
                    "posix-extended" | "egrep" | "posix-egrep" | "gnu-awk" | "posix-awk"
                    | "awk" => Dialect::Extended,
                    _ => return Err(format!("Unknown regular expression type ‘{value}’")),
                };
            }
            _ => return Err(format!("unknown predicate `{word}'")),
        }
        Ok(())
    }

    fn action(&mut self, word: &str) -> Result<Option<Action>, String> {
        let action = match word {
            "-prune" => return Ok(Some(Action::Prune)),
            "-print" => Action::Print(None),
            "-print0" => Action::Print0(None),
            "-printf" => Action::Printf(None, format::parse(&self.value(word)?)?),
            "-ls" => Action::Ls(None),
            "-fprint" => Action::Print(Some(self.file(word)?)),
            "-fprint0" => Action::Print0(Some(self.file(word)?)),
            "-fls" => Action::Ls(Some(self.file(word)?)),
            "-fprintf" => {
                let file = self.file(word)?;
                Action::Printf(Some(file), format::parse(&self.value(word)?)?)
            }
            // Does not stop the default action of GNU's either, but as a test of everything it does.
            "-quit" => Action::Quit,
            "-delete" => {
                self.search.depth_first = true;
                Action::Delete
            }
            "-exec" | "-execdir" | "-ok" | "-okdir" => self.command(word)?,
            _ => return Ok(None),
        };
        self.acts |= word != "-quit";
        Ok(Some(action))
    }

    fn file(&mut self, word: &str) -> Result<String, String> {
        let path = self.value(word)?;
        if !self.files.contains(&path) {
            self.files.push(path.clone());
        }
        Ok(path)
    }

    fn command(&mut self, word: &str) -> Result<Action, String> {
        let mut argv: Vec<String> = Vec::new();
        let in_directory = word.ends_with("dir");
        let ask = word.starts_with("-ok");
        loop {
            let next = self.value(word)?;
            if next == ";" {
                break;
            }
            if next == "+" && !ask && argv.last().is_some_and(|it| it == "{}") {
                argv.pop();
                if argv.is_empty() {
                    return Err(format!("invalid argument `+' to `{word}'"));
                }
                if argv.iter().any(|it| it.contains("{}")) {
                    return Err(format!(
                        "Only one instance of {{}} is supported with {word} ... +"
                    ));
                }
                self.batches.push(Batch::new(argv, in_directory));
                return Ok(Action::Batch(self.batches.len() - 1));
            }
            argv.push(next);
        }
        if argv.is_empty() {
            return Err(format!("invalid argument `;' to `{word}'"));
        }
        Ok(Action::Exec(Command {
            argv,
            in_directory,
            ask,
        }))
    }

    fn test(&mut self, word: &str) -> Result<Option<Test>, String> {
        let case = Rules {
            ignore_case: true,
            ..Rules::default()
        };
        let test = match word {
            "-name" => Test::Name(self.value(word)?, Rules::default()),
            "-iname" => Test::Name(self.value(word)?, case),
            "-path" | "-wholename" => Test::Path(self.value(word)?, Rules::default()),
            "-ipath" | "-iwholename" => Test::Path(self.value(word)?, case),
            "-lname" => Test::LinkName(self.value(word)?, Rules::default()),
            "-ilname" => Test::LinkName(self.value(word)?, case),
            "-regex" | "-iregex" => {
                let options = Options {
                    ignore_case: word == "-iregex",
                    ..Options::default()
                };
                let pattern = self.value(word)?;
                let regex = Regex::new(&pattern, self.dialect, options);
                Test::Regex(regex.map_err(|error| {
                    format!("failed to compile regular expression ‘{pattern}’: {error}")
                })?)
            }
            "-type" => Test::Type(kinds(word, &self.value(word)?)?),
            "-xtype" => Test::LinkType(kinds(word, &self.value(word)?)?),
            "-size" => self.size(word)?,
            "-mtime" => self.age(word, Time::Modified, DAY)?,
            "-atime" => self.age(word, Time::Accessed, DAY)?,
            "-ctime" => self.age(word, Time::Changed, DAY)?,
            "-mmin" => self.age(word, Time::Modified, DAY / 1440)?,
            "-amin" => self.age(word, Time::Accessed, DAY / 1440)?,
            "-cmin" => self.age(word, Time::Changed, DAY / 1440)?,
            "-perm" => {
                let value = self.value(word)?;
                let (prefix, mode) = match value.strip_prefix(['-', '/']) {
                    Some(mode) => (value.chars().next(), mode),
                    None => (None, value.as_str()),
                };
                let mode = modes::apply(mode, 0, false)
                    .ok_or_else(|| format!("invalid mode ‘{value}’"))?;
                match prefix {
                    Some('-') => Test::PermAll(mode),
                    Some(_) => Test::PermAny(mode),
                    None => Test::PermExactly(mode),
                }
            }
            "-empty" => Test::Empty,
            "-links" => Test::Links(self.number(word)?),
            "-inum" => Test::Inode(self.number(word)?),
            "-uid" => Test::Uid(self.number(word)?),
            "-gid" => Test::Gid(self.number(word)?),
            "-user" => {
                let value = self.value(word)?;
                let unknown = || format!("‘{value}’ is not the name of a known user");
                let uid = accounts::user_id(&value).ok_or_else(unknown)?;
                Test::Uid(Number::Exactly(uid.into()))
            }
            "-group" => {
                let value = self.value(word)?;
                let unknown = || format!("‘{value}’ is not the name of an existing group");
                let gid = accounts::group_id(&value).ok_or_else(unknown)?;
                Test::Gid(Number::Exactly(gid.into()))
            }
            "-nouser" | "-nogroup" => Test::NoUser,
            "-samefile" => {
                let path = self.value(word)?;
                Test::SameFile(self.look(&path)?)
            }
            "-readable" => Test::Access(4),
            "-writable" => Test::Access(2),
            "-executable" => Test::Access(1),
            "-false" => Test::False,
            "-newer" => {
                let path = self.value(word)?;
                Test::Newer(Time::Modified, self.look(&path)?.modified)
            }
            "-anewer" => {
                let path = self.value(word)?;
                Test::Newer(Time::Accessed, self.look(&path)?.modified)
            }
            "-cnewer" => {
                let path = self.value(word)?;
                Test::Newer(Time::Changed, self.look(&path)?.modified)
            }
            _ => match word.strip_prefix("-newer") {
                Some(letters) => return self.newer(word, letters).map(Some),
                None => return Ok(None),
            },
        };
        Ok(Some(test))
    }

    /// `-newerXY`.
    fn newer(&mut self, word: &str, letters: &str) -> Result<Test, String> {
        let unknown = || format!("unknown predicate `{word}'");
        let time = |letter| match letter {
            'a' => Some(Time::Accessed),
            'm' => Some(Time::Modified),
            'c' => Some(Time::Changed),
            _ => None,
        };
        let mut letters = letters.chars();
        let (Some(mine), Some(theirs), None) = (letters.next(), letters.next(), letters.next())
        else {
            return Err(unknown());
        };
        let mine = time(mine).ok_or_else(unknown)?;
        let value = self.value(word)?;
        let than = if theirs == 't' {
            let seconds = calendar::parse(&value).ok_or_else(|| {
                format!("I cannot figure out how to interpret ‘{value}’ as a date or time")
            })?;
            seconds.saturating_mul(1_000_000_000)
        } else {
            time(theirs).ok_or_else(unknown)?.of(&self.look(&value)?)
        };
        Ok(Test::Newer(mine, than))
    }

    fn look(&self, path: &str) -> Result<os::Stat, String> {
        let found = if self.search.follow == Follow::Never {
            os::lstat(path)
        } else {
            os::stat(path)
        };
        found.map_err(|error| format!("‘{path}’: {}", report::text(&error)))
    }

    fn number(&mut self, word: &str) -> Result<Number, String> {
        let value = self.value(word)?;
        number(&value).ok_or_else(|| format!("invalid argument `{value}' to `{word}'"))
    }

    fn age(&mut self, word: &str, time: Time, unit: i64) -> Result<Test, String> {
        let value = self.value(word)?;
        if let Some(number) = number(&value) {
            return Ok(Test::Age(time, number, unit, self.from));
        }
        // Fractions: in seconds.
        let invalid = || format!("invalid argument `{value}' to `{word}'");
        let amount: f64 = value
            .trim_start_matches(['+', '-'])
            .parse()
            .map_err(|_| invalid())?;
        let seconds = (amount * (unit / 1_000_000_000) as f64).abs() as u64;
        let number = match value.chars().next() {
            Some('+') => Number::More(seconds),
            Some('-') => Number::Less(seconds),
            _ => Number::Exactly(seconds),
        };
        Ok(Test::Age(time, number, 1_000_000_000, self.from))
    }

    fn size(&mut self, word: &str) -> Result<Test, String> {
        let value = self.value(word)?;
        let unit = match value.chars().last() {
            Some('c') => 1,
            Some('w') => 2,
            Some('k') => 1 << 10,
            Some('M') => 1 << 20,
            Some('G') => 1 << 30,
            _ => 512,
        };
        let digits = value.trim_end_matches(['c', 'w', 'b', 'k', 'M', 'G']);
        let number =
            number(digits).ok_or_else(|| format!("Invalid argument `{value}' to -size"))?;
        Ok(Test::Size(number, unit))
    }
}

fn one_or(mut all: Vec<Expression>, wrap: fn(Vec<Expression>) -> Expression) -> Expression {
    match all.len() {
        1 => all.pop().unwrap_or(Expression::True),
        _ => wrap(all),
    }
}

fn number(text: &str) -> Option<Number> {
    if let Some(digits) = text.strip_prefix('+') {
        return digits.parse().ok().map(Number::More);
    }
    if let Some(digits) = text.strip_prefix('-') {
        return digits.parse().ok().map(Number::Less);
    }
    text.parse().ok().map(Number::Exactly)
}

fn kinds(word: &str, letters: &str) -> Result<Vec<u32>, String> {
    let kind = |letter: &str| match letter {
        "f" => Some(os::S_IFREG),
        "d" => Some(os::S_IFDIR),
        "l" => Some(os::S_IFLNK),
        "c" => Some(os::S_IFCHR),
        "b" => Some(os::S_IFBLK),
        "p" => Some(os::S_IFIFO),
        "s" => Some(os::S_IFSOCK),
        _ => None,
    };
    let all: Option<Vec<u32>> = letters.split(',').map(kind).collect();
    all.ok_or_else(|| format!("Unknown argument to {word}: {letters}"))
}
