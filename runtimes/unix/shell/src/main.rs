//! The shell: `sh` and `bash` in a sandbox.

mod arithmetic;
mod builtins;
mod execute;
mod expand;
mod jobs;
mod options;
mod program;
mod prompt;
mod state;
mod syntax;
mod text;
mod traps;
mod values;
mod variables;

use belljar_sys::{Description, posix, process};

use execute::subshells::MARK;
use options::{Invocation, Source};
use state::{Flow, Run, Shell, State};
use syntax::{Parser, SyntaxError};
use variables::{EXPORT, Variable};

/// The bash whose behaviour this is.
pub const VERSION: &str = "5.2.15(1)-release";

fn main() {
    let mut arguments = belljar_sys::args().into_iter();
    let zero = arguments.next().unwrap_or_else(|| "bash".to_owned());
    let arguments: Vec<String> = arguments.collect();
    if arguments.first().is_some_and(|first| first == MARK)
        && let Some(status) = Shell::run_spawned()
    {
        process::exit_now(code(status));
    }
    let status = run(&zero, arguments);
    process::exit_now(code(status));
}

fn code(status: i32) -> u8 {
    (status & 0xFF) as u8
}

fn run(zero: &str, arguments: Vec<String>) -> i32 {
    let mut shell = Shell::new(State::new(zero, "/", process::pid()));
    shell.import_environment();
    let invocation = match options::parse(&mut shell, zero, arguments) {
        Ok(invocation) => invocation,
        Err(status) => return status,
    };
    shell.start(invocation)
}

impl Shell {
    /// Takes over the variables of the environment.
    fn import_environment(&mut self) {
        for (name, value) in std::env::vars() {
            if let Some(function) = name
                .strip_prefix("BASH_FUNC_")
                .and_then(|name| name.strip_suffix("%%"))
            {
                self.import_function(function, &value);
                continue;
            }
            if name == "_" || !syntax::tokens::is_name(&name) {
                continue;
            }
            let mut variable = Variable::scalar(value);
            variable.attributes = EXPORT;
            self.state.variables.set(&name, variable);
        }
        let cwd = belljar_sys::initial_cwd();
        self.state.cwd = cwd.as_str().into();
        if self.state.text("PWD") != Some(&cwd) {
            self.state.variables.put("PWD", cwd);
        }
        self.state.variables.entry("PWD").attributes |= EXPORT;
        let level = self
            .state
            .text("SHLVL")
            .and_then(|text| text.parse::<i64>().ok())
            .unwrap_or(0);
        self.state
            .variables
            .put("SHLVL", level.saturating_add(1).to_string());
        self.state.variables.entry("SHLVL").attributes |= EXPORT;
        self.state.variables.put("IFS", " \t\n".to_owned());
        self.state.variables.put("OPTIND", "1".to_owned());
        self.state.variables.put("PS4", "+ ".to_owned());
        if self.state.text("PATH").is_none() {
            self.state
                .variables
                .put("PATH", "/usr/local/bin:/usr/bin:/bin".to_owned());
        }
        self.state.seconds = (0, values::now().as_secs());
    }

    fn import_function(&mut self, name: &str, source: &str) {
        let text = format!("{name} {source}");
        let options = self.parse_options();
        if let Ok(list) = syntax::parse_list(&text, 1, &options) {
            let only_definition = matches!(
                list.0.as_slice(),
                [item] if item.and_or.rest.is_empty()
                    && matches!(item.and_or.first.commands.as_slice(), [command] if matches!(command.kind, program::Kind::Function { .. }))
            );
            if only_definition && self.run_list(&list).is_ok() {
                std::rc::Rc::make_mut(&mut self.state.exported_functions).push(name.to_owned());
            }
        }
    }

    fn start(&mut self, invocation: Invocation) -> i32 {
        if let Some(status) = self.read_startup(&invocation) {
            return self.end(Err(Flow::Exit(status)));
        }
        let result = match invocation.source {
            Source::Command(text) => {
                self.command_line = true;
                self.state.file = "".into();
                let parser = Parser::new(text, 1, self.parse_options());
                self.run_top(parser, None)
            }
            Source::File(path) => match self.read_script(&path) {
                Ok(text) => {
                    self.state.file = path.as_str().into();
                    let parser = Parser::new(text, 1, self.parse_options());
                    self.run_top(parser, None)
                }
                Err(status) => return status,
            },
            Source::Input => {
                let input = Description::inherited(0);
                let parser = Parser::incremental(self.parse_options());
                self.run_top(parser, input)
            }
        };
        self.end(result)
    }

    /// Login files and BASH_ENV. A status if they have ended the shell.
    fn read_startup(&mut self, invocation: &Invocation) -> Option<i32> {
        let mut files = Vec::new();
        if invocation.login {
            files.push("/etc/profile".to_owned());
            let home = self.value_of("HOME").unwrap_or_default();
            let own =
                [".bash_profile", ".bash_login", ".profile"].map(|name| format!("{home}/{name}"));
            files.extend(own.into_iter().find(|path| posix::access(path, 4).is_ok()));
        } else if !invocation.posix_name
            && let Some(file) = self.state.text("BASH_ENV").map(str::to_owned)
            && !file.is_empty()
        {
            let word = self.parse_word(&file, 1).ok()?;
            files.extend(self.expand_text(&word).ok());
        }
        for file in files {
            let Ok(bytes) = self.read_path(&file) else {
                continue;
            };
            let before = std::mem::replace(&mut self.state.file, file.as_str().into());
            let parser = Parser::new(text::decode_vec(bytes), 1, self.parse_options());
            let result = self.run_top(parser, None);
            self.state.file = before;
            if let Err(Flow::Exit(status)) = result {
                return Some(status);
            }
        }
        None
    }

    fn read_script(&mut self, path: &str) -> Result<String, i32> {
        let mut found = path.to_owned();
        if !path.contains('/')
            && posix::stat(&self.absolute(path)).is_err()
            && let Some(program) = self.find_program(path)
        {
            found = program;
        }
        if posix::stat(&self.absolute(&found))
            .is_ok_and(|stat| stat.mode & posix::S_IFMT == posix::S_IFDIR)
        {
            let zero = self.state.zero.to_string();
            self.write_error(&format!("{zero}: {path}: Is a directory\n"));
            return Err(126);
        }
        match self.read_path(&found) {
            Ok(bytes)
                if bytes
                    .iter()
                    .take(80)
                    .take_while(|byte| **byte != b'\n')
                    .any(|byte| *byte == 0) =>
            {
                self.write_error(&format!("{path}: {path}: cannot execute binary file\n"));
                Err(126)
            }
            Ok(bytes) => Ok(text::decode_vec(bytes)),
            Err(error) => {
                let reason = execute::redirections::reason(&error);
                let zero = self.state.zero.to_string();
                self.write_error(&format!("{zero}: {path}: {reason}\n"));
                Err(127)
            }
        }
    }

    /// Runs a program to its end, line by line; an error ends only its line.
    fn run_top(&mut self, mut parser: Parser, input: Option<Description>) -> Run {
        loop {
            if self.state.options.onecmd && self.state.line > 1 {
                return Ok(self.state.status);
            }
            parser.options = self.parse_options();
            let start = parser.position();
            match parser.next() {
                Ok(None) => match &input {
                    Some(input) if !parser.is_complete() => self.read_line(&mut parser, input),
                    _ => return Ok(self.state.status),
                },
                Ok(Some(list)) => {
                    self.tell_warnings(&mut parser);
                    if self.state.options.verbose {
                        let text = parser.read_since(start).to_owned();
                        self.write_error(&text);
                    }
                    match self.run_list(&list) {
                        Ok(_) => {}
                        Err(Flow::Discard(status)) => self.state.status = status,
                        Err(Flow::Exit(status)) => return Err(Flow::Exit(status)),
                        Err(Flow::Return(_) | Flow::Break(_) | Flow::Continue(_)) => {}
                    }
                }
                Err(error) => match &input {
                    Some(input) if error.incomplete && !parser.is_complete() => {
                        self.read_line(&mut parser, input)
                    }
                    Some(_) if !parser.is_complete() => {
                        self.syntax_error(&error, "");
                        self.state.status = 2;
                    }
                    _ => {
                        let place = if self.command_line { "-c: " } else { "" };
                        self.syntax_error(&error, place);
                        self.state.status = 2;
                        return Ok(2);
                    }
                },
            }
        }
    }

    fn read_line(&mut self, parser: &mut Parser, input: &Description) {
        loop {
            match input.read_until(b'\n', 1 << 20) {
                Ok(bytes) if bytes.is_empty() => parser.finish(),
                Ok(bytes) => parser.push(&text::decode_vec(bytes)),
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {
                    self.collect_signals();
                    continue;
                }
                Err(_) => parser.finish(),
            }
            return;
        }
    }

    fn tell_warnings(&mut self, parser: &mut Parser) {
        for (line, delimiter) in parser.take_warnings() {
            let name = self.state.file_name().to_owned();
            self.write_error(&format!(
                "{name}: line {line}: warning: here-document at line {line} delimited by end-of-file (wanted `{delimiter}')\n"
            ));
        }
    }

    /// Tells of a syntax error.
    pub fn syntax_error(&mut self, error: &SyntaxError, place: &str) {
        let name = self.state.file_name().to_owned();
        let line = error.line.max(1);
        let mut text = format!("{name}: {place}line {line}: {}\n", error.message);
        if let Some(shown) = &error.shown {
            text.push_str(&format!("{name}: {place}line {line}: `{shown}'\n"));
        }
        self.write_error(&text);
    }

    /// Runs text as `eval` does.
    pub fn run_text(&mut self, source: &str, line: u32) -> Run {
        let mut parser = Parser::new(source.to_owned(), line, self.parse_options());
        self.run_parser(&mut parser, "eval: ")
    }

    /// Runs a program within another; an error ends both.
    pub fn run_parser(&mut self, parser: &mut Parser, place: &str) -> Run {
        let mut status = 0;
        loop {
            parser.options = self.parse_options();
            match parser.next() {
                Ok(None) => return Ok(status),
                Ok(Some(list)) => {
                    self.tell_warnings(parser);
                    status = self.run_list(&list)?;
                }
                Err(error) => {
                    self.syntax_error(&error, place);
                    return Ok(2);
                }
            }
        }
    }

    /// The end of the shell: traps, and the status.
    fn end(&mut self, result: Run) -> i32 {
        let status = match result {
            Ok(status) | Err(Flow::Exit(status) | Flow::Discard(status) | Flow::Return(status)) => {
                status
            }
            Err(Flow::Break(_) | Flow::Continue(_)) => self.state.status,
        };
        self.state.status = status;
        if self.catching
            && let Err(Flow::Exit(status)) = self.run_pending_traps()
        {
            self.state.status = status;
        }
        let status = self.run_exit_trap().unwrap_or(self.state.status);
        self.die();
        status
    }
}
