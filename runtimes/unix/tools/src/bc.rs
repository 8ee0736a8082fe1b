//! `bc`.

mod interpreter;
mod math;
mod number;
mod parser;

use std::io::Write;

use crate::report;
use crate::stream;
use interpreter::{Machine, Stop};

/// What `-l` adds, in bc itself; the algorithms are the usual series.
const LIBRARY: &str = include_str!("bc/library.bc");

pub(crate) fn run(_name: &str, arguments: &[String]) -> u8 {
    let mut library = false;
    let mut files = Vec::new();
    for word in arguments {
        match word.as_str() {
            "-l" | "--mathlib" => library = true,
            "-ql" | "-lq" => library = true,
            "-q" | "--quiet" | "-s" | "--standard" | "-w" | "--warn" | "-i" | "--interactive" => {}
            "-v" | "--version" => {
                println!("bc ({})", crate::version("bc"));
                return 0;
            }
            _ if word.starts_with('-') && word.len() > 1 => {
                report::say("bc", &format!("unrecognized option '{word}'"));
                return 1;
            }
            file => files.push(file),
        }
    }
    let mut machine = Machine::new(stream::stdout());
    if library {
        machine.set_scale(20);
        // Ours: it has no errors.
        let _known = machine.source(LIBRARY);
    }
    files.push("-");
    for file in files {
        let bytes = match stream::read(file) {
            Ok(bytes) => bytes,
            Err(_) => {
                report::line(&format!("File {file} is unavailable."));
                return 1;
            }
        };
        match machine.source(&String::from_utf8_lossy(&bytes)) {
            Ok(()) => {}
            Err(Stop::Quit) => break,
            Err(_) => return 1,
        }
    }
    // The end says if something could not be written.
    let _checked = machine.out.flush();
    stream::finish("bc", &mut machine.out, 0, 1)
}
