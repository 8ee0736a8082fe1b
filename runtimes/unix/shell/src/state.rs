//! What a shell knows: everything that a subshell gets a copy of, and what belongs to the process.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use belljar_sys::Description;
use serde::{Deserialize, Serialize};

use crate::jobs::Jobs;
use crate::program::Function;
use crate::variables::{Names, Variable, Variables};

/// What a command did other than ending with a status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    Break(u32),
    Continue(u32),
    Return(i32),
    Exit(i32),
    /// An error that ends the line of commands that is being executed.
    Discard(i32),
}

pub type Run<T = i32> = Result<T, Flow>;

/// Where a command substitution collects.
#[derive(Debug, Default)]
pub struct Capture {
    pub buffer: RefCell<Vec<u8>>,
    /// What background processes still write to.
    pub pending: RefCell<Vec<Description>>,
}

#[derive(Clone, Debug)]
pub enum Stream {
    Open(Description),
    Capture(Rc<Capture>),
}

/// Open files by number.
#[derive(Clone, Debug, Default)]
pub struct Table(BTreeMap<u32, Option<Stream>>);

/// Below this, a number that the shell has not heard of may be inherited.
const INHERITED: u32 = 200;

impl Table {
    pub fn get(&mut self, number: u32) -> Option<Stream> {
        if let Some(known) = self.0.get(&number) {
            return known.clone();
        }
        if number >= INHERITED {
            return None;
        }
        let inherited = Description::inherited(number).map(Stream::Open);
        self.0.insert(number, inherited.clone());
        inherited
    }

    /// What is known of a number, without a look at what is inherited.
    pub fn known(&self, number: u32) -> Option<Option<Stream>> {
        self.0.get(&number).cloned()
    }

    pub fn put(&mut self, number: u32, stream: Stream) {
        self.0.insert(number, Some(stream));
    }

    pub fn close(&mut self, number: u32) {
        self.0.insert(number, None);
    }

    /// Puts back what was there: see [`Table::known`].
    pub fn restore(&mut self, number: u32, known: Option<Option<Stream>>) {
        match known {
            Some(entry) => {
                self.0.insert(number, entry);
            }
            None => {
                self.0.remove(&number);
            }
        }
    }

    /// The open ones beyond 2.
    pub fn extra(&mut self) -> Vec<(u32, Stream)> {
        for number in 3..10 {
            self.get(number);
        }
        let open = self.0.range(3..);
        open.filter_map(|(number, stream)| Some((*number, stream.clone()?)))
            .collect()
    }

    /// A number that nothing has, from 10 up.
    pub fn free(&self) -> u32 {
        (10..)
            .find(|number| !matches!(self.0.get(number), Some(Some(_))))
            .unwrap_or(10)
    }

    /// A number for a process substitution, from 63 down.
    pub fn free_high(&self) -> u32 {
        let high = (3..64)
            .rev()
            .find(|number| !matches!(self.0.get(number), Some(Some(_))));
        high.unwrap_or_else(|| self.free())
    }
}

/// `set -o`.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub struct Options {
    pub errexit: bool,
    pub nounset: bool,
    pub xtrace: bool,
    pub verbose: bool,
    pub noglob: bool,
    pub noexec: bool,
    pub noclobber: bool,
    pub allexport: bool,
    pub pipefail: bool,
    pub errtrace: bool,
    pub functrace: bool,
    pub posix: bool,
    pub nobraces: bool,
    pub hashall_off: bool,
    pub monitor: bool,
    pub notify: bool,
    pub privileged: bool,
    pub keyword: bool,
    pub onecmd: bool,
    pub physical: bool,
    pub interactive: bool,
    pub from_stdin: bool,
    pub from_command: bool,
}

/// `shopt`, by name; what is not here is at its default.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Shopt {
    pub extglob: bool,
    pub nullglob: bool,
    pub failglob: bool,
    pub dotglob: bool,
    pub globstar: bool,
    pub nocaseglob: bool,
    pub nocasematch: bool,
    pub lastpipe: bool,
    pub expand_aliases: bool,
    pub inherit_errexit: bool,
    pub xpg_echo: bool,
    pub execfail: bool,
    pub shift_verbose: bool,
    pub no_sourcepath: bool,
    pub no_patsub_replacement: bool,
    /// Others, which are only remembered.
    pub others: BTreeMap<String, bool>,
}

/// A function or sourced file that is being executed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Frame {
    pub name: String,
    pub file: Rc<str>,
    /// The line of the call.
    pub line: u32,
    pub function: bool,
}

/// What a subshell gets a copy of.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct State {
    pub variables: Variables,
    pub functions: Rc<Names<Rc<Function>>>,
    /// With `export -f`.
    pub exported_functions: Rc<Vec<String>>,
    pub aliases: Rc<Names<String>>,
    pub disabled: Rc<Vec<String>>,
    pub options: Options,
    pub shopt: Shopt,
    pub positional: Rc<Vec<String>>,
    pub zero: Rc<str>,
    pub cwd: Rc<str>,
    pub old_cwd_set: bool,
    pub directories: Rc<Vec<String>>,
    #[serde(skip)]
    pub table: Table,
    /// By number; EXIT, ERR, DEBUG and RETURN have some, too: see `traps`.
    pub traps: Rc<BTreeMap<u8, String>>,
    /// What the shell had that this is a subshell of, for `trap` to show.
    pub inherited_traps: Option<Rc<BTreeMap<u8, String>>>,
    pub status: i32,
    pub pipe_status: Vec<i32>,
    pub last_background: Option<u32>,
    pub last_argument: String,
    pub line: u32,
    pub file: Rc<str>,
    pub frames: Rc<Vec<Frame>>,
    pub subshell: u32,
    /// Failures do not end the shell: a condition is being executed.
    pub in_condition: u32,
    pub loops: u32,
    pub random: u32,
    /// What `SECONDS` was set to, and when.
    pub seconds: (i64, u64),
    /// Where in an argument `getopts` stands.
    pub getopts: (usize, usize),
    /// The `$$`.
    pub pid: u32,
    pub hashed: Rc<BTreeMap<String, (String, u32)>>,
}

pub struct Shell {
    pub state: State,
    pub jobs: Jobs,
    /// Caught signals whose traps have not run.
    pub pending: Vec<u8>,
    /// Some signal is caught, so that it is worth to look.
    pub catching: bool,
    /// A signal that ends this shell once its EXIT trap has run.
    pub fatal: Option<u8>,
    /// A trap is being executed.
    pub in_trap: bool,
    /// How deep calls are nested.
    pub depth: usize,
    /// What the builtin that is being executed has printed.
    pub output: Vec<u8>,
    /// Of the last command substitution, for commands without a name.
    pub substituted: Option<i32>,
    /// Numbers of process substitutions of the command that is being executed.
    pub substitutions: Vec<u32>,
    /// What stands before the messages of a script given with `-c`.
    pub command_line: bool,
    pub command_text: String,
    /// This process is a subshell that was spawned.
    pub spawned: bool,
    pub regexes: Vec<(String, regex_lite::Regex)>,
    /// The mask that the builtin has set, and what it was before that.
    pub umask: Option<u32>,
    pub first_umask: Option<u32>,
}

impl Shell {
    pub fn new(state: State) -> Self {
        Self {
            state,
            jobs: Jobs::default(),
            pending: Vec::new(),
            catching: false,
            fatal: None,
            in_trap: false,
            depth: 0,
            output: Vec::new(),
            substituted: None,
            substitutions: Vec::new(),
            command_line: false,
            command_text: String::new(),
            spawned: false,
            regexes: Vec::new(),
            umask: None,
            first_umask: None,
        }
    }

    /// What stands before a message: `bash: line 3: `.
    pub fn prefix(&self) -> String {
        format!(
            "{}: line {}: ",
            self.state.file_name(),
            self.state.line.max(1)
        )
    }

    /// Writes an error message.
    pub fn error(&mut self, message: impl std::fmt::Display) {
        let text = format!("{}{message}\n", self.prefix());
        self.write_error(&text);
    }

    /// Writes to standard error.
    pub fn write_error(&mut self, text: &str) {
        if let Some(stream) = self.state.table.get(2) {
            // Nobody can be told that errors cannot be told.
            let _lost = self.write_stream(&stream, &crate::text::encode(text));
        }
    }

    pub fn print(&mut self, text: &str) {
        self.output.extend_from_slice(&crate::text::encode(text));
    }

    pub fn absolute(&self, path: &str) -> String {
        if path.starts_with('/') {
            return path.to_owned();
        }
        if path.is_empty() {
            return String::new();
        }
        if &*self.state.cwd == "/" {
            return format!("/{path}");
        }
        format!("{}/{path}", self.state.cwd)
    }

    pub fn in_function(&self) -> bool {
        self.state.frames.iter().any(|frame| frame.function)
    }

    pub fn parse_options(&self) -> crate::syntax::Options {
        crate::syntax::Options {
            extglob: self.state.shopt.extglob,
            aliases: self
                .state
                .shopt
                .expand_aliases
                .then(|| Rc::clone(&self.state.aliases)),
            file: Rc::clone(&self.state.file),
            keep_text: false,
            depth: 0,
        }
    }
}

impl State {
    pub fn new(zero: &str, cwd: &str, pid: u32) -> Self {
        Self {
            variables: Variables::default(),
            functions: Rc::default(),
            exported_functions: Rc::default(),
            aliases: Rc::default(),
            disabled: Rc::default(),
            options: Options::default(),
            shopt: Shopt::default(),
            positional: Rc::default(),
            zero: zero.into(),
            cwd: cwd.into(),
            old_cwd_set: false,
            directories: Rc::default(),
            table: Table::default(),
            traps: Rc::default(),
            inherited_traps: None,
            status: 0,
            pipe_status: vec![0],
            last_background: None,
            last_argument: zero.to_owned(),
            line: 1,
            file: zero.into(),
            frames: Rc::default(),
            subshell: 0,
            in_condition: 0,
            loops: 0,
            random: 0,
            seconds: (0, 0),
            getopts: (1, 0),
            pid,
            hashed: Rc::default(),
        }
    }

    pub fn file_name(&self) -> &str {
        if self.file.is_empty() || &*self.file == "main" || &*self.file == "environment" {
            &self.zero
        } else {
            &self.file
        }
    }

    /// The plain text of a variable that is no special one.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.variables.get(name).and_then(Variable::text)
    }

    /// The letters of `$-`.
    pub fn flags(&self) -> String {
        let options = &self.options;
        [
            (options.allexport, 'a'),
            (options.notify, 'b'),
            (options.errexit, 'e'),
            (options.noglob, 'f'),
            (!options.hashall_off, 'h'),
            (options.interactive, 'i'),
            (options.keyword, 'k'),
            (options.monitor, 'm'),
            (options.noexec, 'n'),
            (options.privileged, 'p'),
            (options.onecmd, 't'),
            (options.nounset, 'u'),
            (options.verbose, 'v'),
            (options.xtrace, 'x'),
            (!options.nobraces, 'B'),
            (options.noclobber, 'C'),
            (options.errtrace, 'E'),
            (options.physical, 'P'),
            (options.functrace, 'T'),
            (options.from_command, 'c'),
            (options.from_stdin, 's'),
        ]
        .into_iter()
        .filter_map(|(on, letter)| on.then_some(letter))
        .collect()
    }
}
