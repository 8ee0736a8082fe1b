//! The values that `jq` reads.

use std::cell::Cell;
use std::io::{self, BufRead, BufReader, Read};
use std::rc::Rc;

use jaq_json::{Val, read};

use super::Settings;
use crate::report;
use crate::stream;

/// What went wrong with the inputs; known when they have been read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Trouble {
    #[default]
    None,
    /// A file could not be opened.
    File,
}

pub(super) type Values = Box<dyn Iterator<Item = Result<Val, String>>>;

/// All files one after the other, as `jq` reads them.
struct Files {
    names: std::vec::IntoIter<String>,
    current: Option<stream::Input>,
    trouble: Rc<Cell<Trouble>>,
}

impl Read for Files {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            if let Some(current) = &mut self.current {
                let read = current.read(buffer)?;
                if read > 0 {
                    return Ok(read);
                }
                self.current = None;
            }
            let Some(name) = self.names.next() else {
                return Ok(0);
            };
            match stream::open(&name) {
                Ok(input) => self.current = Some(input),
                Err(error) => {
                    let text = report::text(&error);
                    report::say("jq", &format!("error: Could not open {name}: {text}"));
                    self.trouble.set(Trouble::File);
                }
            }
        }
    }
}

pub(super) fn values(settings: &Settings, trouble: &Rc<Cell<Trouble>>) -> Values {
    let mut names = settings.files.clone();
    if names.is_empty() {
        names.push("-".into());
    }
    let files = Files {
        names: names.into_iter(),
        current: None,
        trouble: Rc::clone(trouble),
    };
    let input = BufReader::with_capacity(1 << 16, files);
    match (settings.raw_input, settings.slurp) {
        (true, true) => Box::new(std::iter::once_with(move || {
            let mut input = input;
            let mut text = Vec::new();
            input
                .read_to_end(&mut text)
                .map_err(|error| report::text(&error))?;
            Ok(string(&text))
        })),
        (true, false) => Box::new(lines(input)),
        (false, true) => Box::new(std::iter::once_with(move || {
            json(input)
                .collect::<Result<Vec<Val>, String>>()
                .map(|all| all.into_iter().collect())
        })),
        (false, false) => Box::new(json(input)),
    }
}

pub(super) fn string(text: &[u8]) -> Val {
    Val::from(String::from_utf8_lossy(text).into_owned())
}

fn lines(mut input: impl BufRead) -> impl Iterator<Item = Result<Val, String>> {
    std::iter::from_fn(move || {
        let mut line = Vec::new();
        match stream::line(&mut input, b'\n', &mut line) {
            Ok(Some(_)) => Some(Ok(string(&line))),
            Ok(None) => None,
            Err(error) => Some(Err(report::text(&error))),
        }
    })
}

fn json(input: impl BufRead + 'static) -> impl Iterator<Item = Result<Val, String>> {
    let mut broken = false;
    let mut values = read::read_many(input);
    std::iter::from_fn(move || {
        // Behind an error there is nothing to be understood.
        if broken {
            return None;
        }
        let value = values.next()?;
        broken = value.is_err();
        Some(value.map_err(|error| report::text(&error)))
    })
}
