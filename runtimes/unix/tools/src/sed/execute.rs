//! Runs a script.

use std::collections::HashMap;
use std::io::{self, Read};
use std::rc::Rc;

use super::Settings;
use super::files::{Edit, Lines, Next, Output, Target};
use super::script::{Address, Command, Kind, Range, Script, Substitution};
use super::substitute;
use crate::os::Launch;
use crate::posix_regex::Regex;
use crate::report;
use crate::stream::{self, Input};

/// What is printed at the end of a cycle.
enum Pending {
    Text(Vec<u8>),
    File(String),
    LineOf(String),
}

/// How a cycle goes on.
enum Flow {
    Go,
    /// The cycle is over, with or without printing the pattern space.
    EndCycle {
        print: bool,
    },
    /// Again, without reading a line.
    Restart,
    Quit {
        code: u8,
        print: bool,
    },
}

pub(super) struct Machine {
    commands: Rc<[Command]>,
    ranges: Vec<Range>,
    settings: Settings,
    lines: Lines,
    out: Output,
    edit: Option<Edit>,
    /// None is the standard output.
    outputs: Vec<Option<Output>>,
    pattern: Vec<u8>,
    /// Whether the line that was read last had an end.
    ended: bool,
    hold: Vec<u8>,
    pending: Vec<Pending>,
    substituted: bool,
    last_regex: Option<Rc<Regex>>,
    /// Files of `R`, which go on where they were.
    readers: HashMap<String, Option<Input>>,
}

type Step<T> = Result<T, String>;

fn unwritten(error: io::Error) -> String {
    format!("couldn't write to output: {}", report::text(&error))
}

impl Machine {
    pub(super) fn new(script: Script, settings: Settings, files: Vec<String>) -> Step<Self> {
        let mut outputs = Vec::new();
        for path in &script.outputs {
            outputs.push(match path.as_str() {
                "/dev/stdout" => None,
                _ => Some(Output::open(path)?),
            });
        }
        Ok(Self {
            ranges: vec![Range::default(); script.commands.len()],
            commands: script.commands.into(),
            lines: Lines::new(files, settings.line_end),
            settings,
            out: Output::new(Target::Standard(stream::stdout())),
            edit: None,
            outputs,
            pattern: Vec::new(),
            ended: true,
            hold: Vec::new(),
            pending: Vec::new(),
            substituted: false,
            last_regex: None,
            readers: HashMap::new(),
        })
    }

    pub(super) fn run(&mut self) -> u8 {
        let result = self.all();
        let flushed = self.out.flush().map_err(unwritten);
        for output in self.outputs.iter_mut().flatten() {
            if let Err(error) = output.flush() {
                report::say("sed", &unwritten(error));
            }
        }
        match result.and_then(|code| flushed.map(|()| code)) {
            Ok(_) if self.lines.broken => 4,
            Ok(0) if self.lines.failed => 2,
            Ok(code) => code,
            Err(message) => {
                report::say("sed", &message);
                4
            }
        }
    }

    fn all(&mut self) -> Step<u8> {
        let mut restart = false;
        loop {
            if !restart && !self.read_line()? {
                return Ok(0);
            }
            restart = false;
            match self.cycle()? {
                Flow::Go => self.end_cycle(true)?,
                Flow::EndCycle { print } => self.end_cycle(print)?,
                Flow::Restart => {
                    self.end_cycle(false)?;
                    restart = true;
                }
                Flow::Quit { code, print } => {
                    self.end_cycle(print)?;
                    self.copy_rest()?;
                    return Ok(code);
                }
            }
        }
    }

    /// With `-i`, what is not looked at stays as it is.
    fn copy_rest(&mut self) -> Step<()> {
        if self.edit.is_none() {
            return Ok(());
        }
        let mut line = Vec::new();
        while let Next::Line { ended } = self.lines.next(&mut line, true) {
            self.out
                .line(&line, ended, self.settings.line_end)
                .map_err(unwritten)?;
        }
        self.finish_edit()
    }

    fn finish_edit(&mut self) -> Step<()> {
        if let Some(edit) = self.edit.take() {
            self.out.flush().map_err(unwritten)?;
            self.out = Output::new(Target::Standard(stream::stdout()));
            edit.finish(self.settings.in_place.as_deref().unwrap_or(""))?;
        }
        Ok(())
    }

    /// Takes the next line into the pattern space; false at the end.
    fn read_line(&mut self) -> Step<bool> {
        loop {
            match self.lines.next(&mut self.pattern, self.settings.separate) {
                Next::Line { ended } => {
                    self.ended = ended;
                    self.substituted = false;
                    return Ok(true);
                }
                Next::End => return Ok(false),
                Next::FileEnd => {
                    self.finish_edit()?;
                    let in_place = self.settings.in_place.is_some();
                    let Some(name) = self.lines.open_next(in_place) else {
                        return Ok(false);
                    };
                    self.lines.number = 0;
                    self.ranges.fill(Range::Before);
                    if in_place {
                        let (edit, output) = Edit::begin(&name, &self.settings)?;
                        self.edit = Some(edit);
                        self.out.flush().map_err(unwritten)?;
                        self.out = output;
                    }
                }
            }
        }
    }

    fn at_last_line(&mut self) -> bool {
        self.lines.at_end(self.settings.separate)
    }

    /// Whether there is no line for `n` and `N`.
    fn nothing_follows(&mut self) -> bool {
        self.at_last_line() && (self.settings.separate || !self.lines.more_files())
    }

    fn print(&mut self) -> Step<()> {
        let end = self.settings.line_end;
        self.out
            .line(&self.pattern, self.ended, end)
            .map_err(unwritten)
    }

    fn end_cycle(&mut self, print: bool) -> Step<()> {
        if print && !self.settings.quiet {
            self.print()?;
        }
        self.flush_pending()?;
        if self.settings.unbuffered {
            self.out.flush().map_err(unwritten)?;
        }
        Ok(())
    }

    fn flush_pending(&mut self) -> Step<()> {
        let end = self.settings.line_end;
        for pending in std::mem::take(&mut self.pending) {
            match pending {
                Pending::Text(text) => self.out.bytes(&text, end).map_err(unwritten)?,
                Pending::File(path) => {
                    // A file that cannot be read is nothing.
                    let Ok(mut input) = stream::open(&path) else {
                        continue;
                    };
                    let mut block = vec![0; 1 << 16];
                    while let Ok(read @ 1..) = input.read(&mut block) {
                        self.out.bytes(&block[..read], end).map_err(unwritten)?;
                    }
                }
                Pending::LineOf(path) => {
                    let reader = self
                        .readers
                        .entry(path)
                        .or_insert_with_key(|path| stream::open(path).ok());
                    let mut line = Vec::new();
                    if let Some(reader) = reader
                        && let Ok(Some(ended)) = stream::line(reader, end, &mut line)
                    {
                        // What follows begins on a line of its own in any case.
                        let ended = ended || self.ended;
                        self.out.line(&line, ended, end).map_err(unwritten)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn cycle(&mut self) -> Step<Flow> {
        let commands = Rc::clone(&self.commands);
        let mut at = 0;
        while let Some(command) = commands.get(at) {
            let mut next = at + 1;
            if self.selected(command, at)? != command.negated {
                match self.execute(command, at)? {
                    Action::Next => {}
                    Action::Jump(to) => next = to,
                    Action::Flow(flow) => return Ok(flow),
                }
            } else if let Kind::Block(end) = command.kind {
                next = end;
            }
            at = next;
        }
        Ok(Flow::Go)
    }

    fn matches(&mut self, address: &Address) -> Step<bool> {
        Ok(match address {
            Address::Line(line) => self.lines.number == *line,
            Address::Zero => false,
            Address::Step(first, step) => match step {
                0 => self.lines.number == *first,
                _ => {
                    let number = self.lines.number;
                    number >= *first && (number - first) % step == 0
                }
            },
            Address::Last => self.at_last_line(),
            Address::Regex(regex) => {
                let regex = self.regex(regex.as_ref())?;
                regex.is_match(&self.pattern)
            }
            Address::Plus(_) | Address::Multiple(_) => false,
        })
    }

    /// The expression, or the one used last.
    fn regex(&mut self, given: Option<&Rc<Regex>>) -> Step<Rc<Regex>> {
        let regex = given.or(self.last_regex.as_ref()).cloned();
        let regex = regex.ok_or("no previous regular expression")?;
        self.last_regex = Some(Rc::clone(&regex));
        Ok(regex)
    }

    fn selected(&mut self, command: &Command, at: usize) -> Step<bool> {
        let Some(first) = &command.first else {
            return Ok(true);
        };
        let Some(second) = &command.second else {
            return self.matches(first);
        };
        let number = self.lines.number;
        match self.ranges[at] {
            Range::Over => Ok(false),
            Range::Before => {
                if matches!(first, Address::Zero) && number == 1 {
                    // The first line can be the end already.
                    let ends = self.matches(second)?;
                    self.ranges[at] = if ends { Range::Over } else { Range::Within };
                    return Ok(true);
                }
                if !self.matches(first)? {
                    return Ok(false);
                }
                self.ranges[at] = match second {
                    Address::Line(line) if *line <= number => Range::Before,
                    Address::Line(line) => Range::Until(*line),
                    Address::Plus(0) => Range::Before,
                    Address::Plus(count) => Range::Until(number.saturating_add(*count)),
                    Address::Multiple(0) => Range::Before,
                    Address::Multiple(count) if number % count == 0 => Range::Before,
                    Address::Multiple(count) => Range::Until(number.div_ceil(*count) * count),
                    Address::Last if self.at_last_line() => Range::Before,
                    _ => Range::Within,
                };
                Ok(true)
            }
            Range::Until(line) => {
                if number >= line {
                    self.ranges[at] = Range::Before;
                }
                // The end was skipped, by `n` for example: the range is over.
                if number > line {
                    return self.selected(command, at);
                }
                Ok(true)
            }
            Range::Within => {
                let ends = match second {
                    Address::Line(line) => number >= *line,
                    other => self.matches(other)?,
                };
                if ends {
                    let zero = matches!(first, Address::Zero);
                    self.ranges[at] = if zero { Range::Over } else { Range::Before };
                }
                Ok(true)
            }
        }
    }

    fn execute(&mut self, command: &Command, at: usize) -> Step<Action> {
        let end = self.settings.line_end;
        match &command.kind {
            Kind::Block(_) | Kind::End | Kind::Label | Kind::Nothing => {}
            Kind::Branch(to) => return Ok(Action::Jump(*to)),
            Kind::BranchIf(to) => {
                if std::mem::take(&mut self.substituted) {
                    return Ok(Action::Jump(*to));
                }
            }
            Kind::BranchUnless(to) => {
                if !std::mem::take(&mut self.substituted) {
                    return Ok(Action::Jump(*to));
                }
            }
            Kind::Append(text) => self.pending.push(Pending::Text(text.clone())),
            Kind::Insert(text) => self.out.bytes(text, end).map_err(unwritten)?,
            Kind::Change(text) => {
                let within = command.second.is_some()
                    && !command.negated
                    && !matches!(self.ranges[at], Range::Before | Range::Over);
                if !within {
                    self.out.bytes(text, end).map_err(unwritten)?;
                }
                return Ok(Action::Flow(Flow::EndCycle { print: false }));
            }
            Kind::Delete => return Ok(Action::Flow(Flow::EndCycle { print: false })),
            Kind::DeleteFirst => {
                let Some(first) = self.pattern.iter().position(|it| *it == end) else {
                    return Ok(Action::Flow(Flow::EndCycle { print: false }));
                };
                self.pattern.drain(..=first);
                return Ok(Action::Flow(Flow::Restart));
            }
            Kind::Execute(line) => self.run_command(line)?,
            Kind::FileName => {
                let name = self.lines.name.clone();
                self.out
                    .line(name.as_bytes(), true, b'\n')
                    .map_err(unwritten)?;
            }
            Kind::Get => self.pattern.clone_from(&self.hold),
            Kind::GetAppend => {
                self.pattern.push(end);
                self.pattern.extend_from_slice(&self.hold);
            }
            Kind::Hold => self.hold.clone_from(&self.pattern),
            Kind::HoldAppend => {
                self.hold.push(end);
                self.hold.extend_from_slice(&self.pattern);
            }
            Kind::Exchange => std::mem::swap(&mut self.pattern, &mut self.hold),
            Kind::List(width) => {
                let width = width.unwrap_or(self.settings.width);
                let text = listed(&self.pattern, width);
                self.out.bytes(&text, end).map_err(unwritten)?;
            }
            Kind::Next => {
                if self.nothing_follows() {
                    let print = !self.settings.posix;
                    return Ok(Action::Flow(Flow::Quit { code: 0, print }));
                }
                if !self.settings.quiet {
                    self.print()?;
                }
                self.flush_pending()?;
                let substituted = self.substituted;
                if !self.read_line()? {
                    return Ok(Action::Flow(Flow::Quit {
                        code: 0,
                        print: false,
                    }));
                }
                self.substituted = substituted;
            }
            Kind::NextAppend => {
                if self.nothing_follows() {
                    let print = !self.settings.posix;
                    return Ok(Action::Flow(Flow::Quit { code: 0, print }));
                }
                self.flush_pending()?;
                let mut whole = std::mem::take(&mut self.pattern);
                let substituted = self.substituted;
                let more = self.read_line()?;
                self.substituted = substituted;
                if more {
                    whole.push(end);
                    whole.append(&mut self.pattern);
                }
                self.pattern = whole;
                if !more {
                    return Ok(Action::Flow(Flow::Quit {
                        code: 0,
                        print: true,
                    }));
                }
            }
            Kind::Print => self.print()?,
            Kind::PrintFirst => {
                let first = self.pattern.iter().position(|it| *it == end);
                let first = first.unwrap_or(self.pattern.len());
                self.out
                    .line(&self.pattern[..first], true, end)
                    .map_err(unwritten)?;
            }
            Kind::Quit(code) => {
                return Ok(Action::Flow(Flow::Quit {
                    code: *code,
                    print: true,
                }));
            }
            Kind::QuitSilently(code) => {
                self.pending.clear();
                return Ok(Action::Flow(Flow::Quit {
                    code: *code,
                    print: false,
                }));
            }
            Kind::ReadFile(path) => {
                let path = if path == "/dev/stdin" { "-" } else { path };
                self.pending.push(Pending::File(path.to_owned()));
            }
            Kind::ReadLine(path) => {
                let path = if path == "/dev/stdin" { "-" } else { path };
                self.pending.push(Pending::LineOf(path.to_owned()));
            }
            Kind::Substitute(it) => self.substitute(it)?,
            Kind::Write(output) => self.write(*output, self.pattern.len())?,
            Kind::WriteFirst(output) => {
                let first = self.pattern.iter().position(|it| *it == end);
                self.write(*output, first.unwrap_or(self.pattern.len()))?;
            }
            Kind::Translate(pairs) => {
                let text = String::from_utf8_lossy(&self.pattern);
                let translate = |it| pairs.iter().find(|pair| pair.0 == it).map_or(it, |it| it.1);
                self.pattern = text.chars().map(translate).collect::<String>().into_bytes();
            }
            Kind::Zap => self.pattern.clear(),
            Kind::Number => {
                let number = format!("{}\n", self.lines.number);
                self.out.bytes(number.as_bytes(), end).map_err(unwritten)?;
            }
        }
        Ok(Action::Next)
    }

    fn write(&mut self, output: usize, length: usize) -> Step<()> {
        let end = self.settings.line_end;
        let text = &self.pattern[..length];
        match self.outputs.get_mut(output) {
            Some(Some(file)) => {
                file.line(text, self.ended, end).map_err(unwritten)?;
                // Other commands may read the file.
                file.flush().map_err(unwritten)
            }
            _ => self.out.line(text, self.ended, end).map_err(unwritten),
        }
    }

    fn substitute(&mut self, it: &Substitution) -> Step<()> {
        let regex = self.regex(it.regex.as_ref())?;
        let Some(text) = substitute::substitute(it, &regex, &self.pattern) else {
            return Ok(());
        };
        self.pattern = text;
        self.substituted = true;
        if it.execute {
            let line = String::from_utf8_lossy(&self.pattern).into_owned();
            self.pattern = self.output_of(&line)?;
            if self.pattern.last() == Some(&b'\n') {
                self.pattern.pop();
            }
        }
        if it.print {
            self.print()?;
        }
        match it.output {
            Some(output) => self.write(output, self.pattern.len()),
            None => Ok(()),
        }
    }

    /// `e`
    fn run_command(&mut self, line: &str) -> Step<()> {
        if line.is_empty() {
            let line = String::from_utf8_lossy(&self.pattern).into_owned();
            self.pattern = self.output_of(&line)?;
            if self.pattern.last() == Some(&b'\n') {
                self.pattern.pop();
            }
            return Ok(());
        }
        let text = self.output_of(line)?;
        self.out
            .bytes(&text, self.settings.line_end)
            .map_err(unwritten)
    }

    fn output_of(&mut self, line: &str) -> Step<Vec<u8>> {
        self.out.flush().map_err(unwritten)?;
        let mut launch = Launch::shell(line);
        launch.capture = true;
        let mut running = launch
            .spawn()
            .map_err(|error| format!("error running subprocess: {}", error.text))?;
        let mut text = Vec::new();
        if let Some(mut stdout) = running.stdout.take() {
            stdout
                .read_to_end(&mut text)
                .map_err(|error| format!("error in subprocess: {}", report::text(&error)))?;
        }
        running.wait();
        Ok(text)
    }
}

enum Action {
    Next,
    Jump(usize),
    Flow(Flow),
}

/// `l`: everything visible, in lines of a width.
fn listed(text: &[u8], width: usize) -> Vec<u8> {
    let mut out = Vec::new();
    let mut column = 0;
    let mut rest = text;
    while let Some(&byte) = rest.first() {
        let piece = match byte {
            b'\\' => r"\\".to_owned(),
            7 => r"\a".to_owned(),
            8 => r"\b".to_owned(),
            12 => r"\f".to_owned(),
            b'\n' => r"\n".to_owned(),
            b'\r' => r"\r".to_owned(),
            b'\t' => r"\t".to_owned(),
            11 => r"\v".to_owned(),
            32..=126 => char::from(byte).to_string(),
            _ => format!(r"\{byte:03o}"),
        };
        // The last column is for the backslash.
        if width > 1 && column + piece.len() > width - 1 {
            out.extend_from_slice(b"\\\n");
            column = 0;
        }
        column += piece.len();
        out.extend_from_slice(piece.as_bytes());
        rest = &rest[1..];
    }
    out.extend_from_slice(b"$\n");
    out
}
