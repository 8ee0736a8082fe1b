//! Redirections.

use std::io;
use std::rc::Rc;

use belljar_sys::descriptions::How;
use belljar_sys::{Description, posix};

use crate::program::{Redirect, RedirectKind, Target, Word};
use crate::state::{Capture, Flow, Run, Shell, Stream};
use crate::text;

/// What was there before redirections.
#[derive(Default)]
pub struct Saved(Vec<(u32, Option<Option<Stream>>)>);

/// The text of an error as the C library has it.
pub fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    match text.find(" (os error") {
        Some(end) => text[..end].to_owned(),
        None => text,
    }
}

impl Shell {
    /// Applies redirections. If one fails, what was done is undone, and the error has been told.
    pub fn redirect(&mut self, redirects: &[Redirect]) -> Run<Saved> {
        let mut saved = Saved::default();
        for redirect in redirects {
            if let Err(flow) = self.redirect_one(redirect, &mut saved) {
                self.unredirect(saved);
                return Err(flow);
            }
        }
        Ok(saved)
    }

    pub fn unredirect(&mut self, saved: Saved) {
        for (number, known) in saved.0.into_iter().rev() {
            self.state.table.restore(number, known);
        }
    }

    /// The status of a command whose redirections have failed; more than that if an expansion in
    /// them has ended the shell.
    pub fn redirect_failed(&mut self, flow: Flow) -> Run {
        match flow {
            Flow::Discard(status) => {
                self.state.status = status;
                Ok(status)
            }
            other => Err(other),
        }
    }

    fn put(&mut self, number: u32, stream: Option<Stream>, saved: &mut Saved) {
        saved.0.push((number, self.state.table.known(number)));
        match stream {
            Some(stream) => self.state.table.put(number, stream),
            None => self.state.table.close(number),
        }
    }

    fn fail<T>(&mut self, message: impl std::fmt::Display) -> Run<T> {
        self.error(message);
        Err(Flow::Discard(1))
    }

    fn redirect_one(&mut self, redirect: &Redirect, saved: &mut Saved) -> Run<()> {
        let default = match redirect.what {
            RedirectKind::Read(_)
            | RedirectKind::ReadWrite(_)
            | RedirectKind::DuplicateInput(_)
            | RedirectKind::Here(_)
            | RedirectKind::HereString(_) => 0,
            _ => 1,
        };
        let mut variable = None;
        let number = match &redirect.target {
            Target::Default => default,
            Target::Number(number) => *number,
            Target::Variable(name) => {
                variable = Some(name.clone());
                self.state.table.free()
            }
        };
        let stream = match &redirect.what {
            RedirectKind::Read(word) => self.open(word, How::READ)?,
            RedirectKind::Write(word) => {
                let how = if self.state.options.noclobber {
                    self.careful(word)?
                } else {
                    How::WRITE
                };
                self.open(word, how)?
            }
            RedirectKind::Clobber(word) => self.open(word, How::WRITE)?,
            RedirectKind::Append(word) => self.open(word, How::APPEND)?,
            RedirectKind::ReadWrite(word) => self.open(word, How::READ_WRITE)?,
            RedirectKind::Both { word, append } => {
                let stream = self.open(word, if *append { How::APPEND } else { How::WRITE })?;
                self.put(1, Some(stream.clone()), saved);
                self.put(2, Some(stream), saved);
                return Ok(());
            }
            RedirectKind::ErrorToOutput => {
                let stream = self.state.table.get(1);
                self.put(2, stream, saved);
                return Ok(());
            }
            RedirectKind::Here(word) => {
                let text = self.expand_text(word)?;
                self.document(&text)?
            }
            RedirectKind::HereString(word) => {
                let text = self.expand_text(word)? + "\n";
                self.document(&text)?
            }
            RedirectKind::DuplicateInput(word) | RedirectKind::DuplicateOutput(word) => {
                let output = matches!(redirect.what, RedirectKind::DuplicateOutput(_));
                return self.duplicate(
                    word,
                    output,
                    number,
                    variable,
                    redirect.target == Target::Default,
                    saved,
                );
            }
        };
        self.finish(number, Some(stream), variable, saved)
    }

    fn finish(
        &mut self,
        number: u32,
        stream: Option<Stream>,
        variable: Option<String>,
        saved: &mut Saved,
    ) -> Run<()> {
        match variable {
            None => self.put(number, stream, saved),
            // What a variable names stays open.
            Some(name) => {
                if let Some(stream) = stream {
                    self.state.table.put(number, stream);
                }
                self.assign(&name, number.to_string(), false)?;
            }
        }
        Ok(())
    }

    fn duplicate(
        &mut self,
        word: &Word,
        output: bool,
        number: u32,
        variable: Option<String>,
        default: bool,
        saved: &mut Saved,
    ) -> Run<()> {
        let text = self.expand_text(word)?;
        if text == "-" {
            if let Some(name) = variable {
                let number = self.value_of(&name).and_then(|text| text.parse().ok());
                let Some(number) = number else {
                    return self.fail(format_args!("{name}: Bad file descriptor"));
                };
                self.state.table.close(number);
                return Ok(());
            }
            self.put(number, None, saved);
            return Ok(());
        }
        let (digits, moves) = match text.strip_suffix('-') {
            Some(digits) => (digits, true),
            None => (text.as_str(), false),
        };
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            if output && default {
                // `>&file` is `&>file`.
                let stream = self.open(word, How::WRITE)?;
                self.put(1, Some(stream.clone()), saved);
                self.put(2, Some(stream), saved);
                return Ok(());
            }
            let shown = describe(word);
            return self.fail(format_args!("{shown}: ambiguous redirect"));
        }
        let source = digits.parse().ok();
        let stream = source.and_then(|source| self.state.table.get(source));
        let Some(stream) = stream else {
            return self.fail(format_args!("{digits}: Bad file descriptor"));
        };
        self.finish(number, Some(stream), variable, saved)?;
        if moves && let Some(source) = source.filter(|source| *source != number) {
            self.put(source, None, saved);
        }
        Ok(())
    }

    /// The one file name that a word is.
    fn file_name(&mut self, word: &Word) -> Run<String> {
        let mut fields = Vec::new();
        self.expand_word(word, &mut fields)?;
        if fields.len() == 1
            && let Some(name) = fields.pop()
        {
            return Ok(name);
        }
        let shown = describe(word);
        self.fail(format_args!("{shown}: ambiguous redirect"))
    }

    /// `set -C`: a file that is there is left alone.
    fn careful(&mut self, word: &Word) -> Run<How> {
        let name = self.file_name(word)?;
        let path = self.absolute(&text::outside(&name));
        match posix::stat(&path) {
            Ok(stat) if stat.mode & posix::S_IFMT == posix::S_IFREG => {
                self.fail(format_args!("{name}: cannot overwrite existing file"))
            }
            _ => Ok(How::WRITE),
        }
    }

    fn open(&mut self, word: &Word, how: How) -> Run<Stream> {
        let name = self.file_name(word)?;
        match self.open_path(&name, how) {
            Ok(stream) => Ok(stream),
            Err(error) => {
                let reason = reason(&error);
                self.fail(format_args!("{name}: {reason}"))
            }
        }
    }

    pub fn open_path(&mut self, name: &str, how: How) -> io::Result<Stream> {
        if let Some(number) = own_descriptor(name) {
            return self
                .state
                .table
                .get(number)
                .ok_or_else(|| io::Error::other("No such file or directory"));
        }
        if name.is_empty() {
            return Err(io::Error::other("No such file or directory"));
        }
        let path = self.absolute(&text::outside(name));
        Ok(Stream::Open(Description::open(&path, how, 0o666)?))
    }

    fn document(&mut self, text: &str) -> Run<Stream> {
        match Description::bytes(&text::encode(text)) {
            Ok(description) => Ok(Stream::Open(description)),
            Err(error) => {
                let reason = reason(&error);
                self.fail(format_args!(
                    "cannot create temp file for here-document: {reason}"
                ))
            }
        }
    }

    /// Writes all of it.
    pub fn write_stream(&mut self, stream: &Stream, bytes: &[u8]) -> io::Result<()> {
        let description = match stream {
            Stream::Capture(capture) => {
                capture.buffer.borrow_mut().extend_from_slice(bytes);
                return Ok(());
            }
            Stream::Open(description) => description,
        };
        let mut rest = bytes;
        while !rest.is_empty() {
            match description.write_some(rest) {
                Ok(written) => {
                    rest = rest.get(written..).unwrap_or(&[]);
                    if !rest.is_empty() {
                        self.collect_signals();
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => self.collect_signals(),
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Everything that a file holds; for `source`, `mapfile`, `$(<file)`.
    pub fn read_path(&mut self, name: &str) -> io::Result<Vec<u8>> {
        match self.open_path(name, How::READ)? {
            Stream::Open(description) => self.read_to_end(&description),
            Stream::Capture(_) => Err(io::Error::other("Bad file descriptor")),
        }
    }

    pub fn read_to_end(&mut self, description: &Description) -> io::Result<Vec<u8>> {
        let mut all = Vec::new();
        loop {
            match description.read_some(1 << 16) {
                Ok(bytes) if bytes.is_empty() => return Ok(all),
                Ok(bytes) => all.extend_from_slice(&bytes),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => self.collect_signals(),
                Err(error) => return Err(error),
            }
        }
    }
}

/// The number that a path like `/dev/fd/3` names.
pub fn own_descriptor(path: &str) -> Option<u32> {
    match path {
        "/dev/stdin" => Some(0),
        "/dev/stdout" => Some(1),
        "/dev/stderr" => Some(2),
        _ => path
            .strip_prefix("/dev/fd/")
            .and_then(|number| number.parse().ok()),
    }
}

/// A word more or less as it was written, for messages.
fn describe(word: &Word) -> String {
    use crate::program::{Name, Piece};
    let mut out = String::new();
    for piece in &word.0 {
        match piece {
            Piece::Literal(text) | Piece::Quoted(text) => out.push_str(text),
            Piece::Double(inner) => out.push_str(&describe(&Word(inner.clone()))),
            Piece::Tilde(name) => out.push_str(&format!("~{name}")),
            Piece::Parameter(parameter) => match &parameter.name {
                Name::Variable(name) => out.push_str(&format!("${name}")),
                Name::Special(c) => out.push_str(&format!("${c}")),
                Name::Positional(number) => out.push_str(&format!("${number}")),
                Name::Element(name, _) | Name::All(name, _) => {
                    out.push_str(&format!("${{{name}[…]}}"))
                }
                Name::Bad(text) => out.push_str(text),
            },
            Piece::Command(_) => out.push_str("$(…)"),
            Piece::Arithmetic(_) => out.push_str("$((…))"),
            Piece::Process { .. } => out.push_str("<(…)"),
        }
    }
    out
}

/// Pipes from children to command substitutions of this process.
#[derive(Default)]
pub struct Pipes(Vec<(Rc<Capture>, Description, Option<Description>)>);

impl Pipes {
    /// What a child is given in place of a stream.
    pub fn for_child(&mut self, stream: &Stream) -> io::Result<Description> {
        let capture = match stream {
            Stream::Open(description) => return Ok(description.clone()),
            Stream::Capture(capture) => capture,
        };
        for (known, _, writer) in &self.0 {
            if Rc::ptr_eq(known, capture)
                && let Some(writer) = writer
            {
                return Ok(writer.clone());
            }
        }
        let (reader, writer) = Description::pipe()?;
        self.0
            .push((Rc::clone(capture), reader, Some(writer.clone())));
        Ok(writer)
    }

    /// The children have their ends: ours would keep the pipes open.
    pub fn close_writers(&mut self) {
        for (_, _, writer) in &mut self.0 {
            *writer = None;
        }
    }

    /// Leaves reading to the end of the substitution: the writer runs in the background.
    pub fn defer(mut self) {
        self.close_writers();
        for (capture, reader, _) in self.0 {
            capture.pending.borrow_mut().push(reader);
        }
    }

    pub fn drain(mut self, shell: &mut Shell) {
        self.close_writers();
        let mut open: Vec<_> = self
            .0
            .into_iter()
            .map(|(capture, reader, _)| (capture, reader))
            .collect();
        while let Some((capture, reader)) = open.first() {
            let mut ready = vec![0];
            if open.len() > 1 {
                let events: Vec<_> = open.iter().map(|(_, reader)| reader.event()).collect();
                ready = belljar_sys::clock::wait(&events.iter().collect::<Vec<_>>());
            } else if let Ok(bytes) = shell.read_to_end(reader) {
                capture.buffer.borrow_mut().extend_from_slice(&bytes);
                return;
            } else {
                return;
            }
            for index in ready.into_iter().rev() {
                let Some((capture, reader)) = open.get(index) else {
                    continue;
                };
                match reader.read_some(1 << 16) {
                    Ok(bytes) if !bytes.is_empty() => {
                        capture.buffer.borrow_mut().extend_from_slice(&bytes)
                    }
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {
                        shell.collect_signals()
                    }
                    _ => {
                        open.remove(index);
                    }
                }
            }
        }
    }
}
