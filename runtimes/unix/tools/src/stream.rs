//! Standard input and output, and lines of any bytes.

use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Read, StdoutLock, Write};

const BUFFER: usize = 1 << 16;

/// Standard output behind a buffer of 64 KiB. To be flushed before a child is started.
pub(crate) type Out = BufWriter<StdoutLock<'static>>;

pub(crate) fn stdout() -> Out {
    BufWriter::with_capacity(BUFFER, io::stdout().lock())
}

pub(crate) type Input = BufReader<Box<dyn Read>>;

/// A file to be read, `-` being standard input. Directories fail here, not at the first read.
pub(crate) fn open(path: &str) -> io::Result<Input> {
    if path == "-" {
        return Ok(standard());
    }
    open_file(path)
}

pub(crate) fn standard() -> Input {
    BufReader::with_capacity(BUFFER, Box::new(io::stdin().lock()))
}

pub(crate) fn open_file(path: &str) -> io::Result<Input> {
    let file = File::open(path)?;
    if file.metadata().is_ok_and(|it| it.is_dir()) {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    Ok(BufReader::with_capacity(BUFFER, Box::new(file)))
}

/// All of a file, `-` being standard input.
pub(crate) fn read(path: &str) -> io::Result<Vec<u8>> {
    let mut all = Vec::new();
    if path == "-" {
        io::stdin().lock().read_to_end(&mut all)?;
    } else {
        open_file(path)?.read_to_end(&mut all)?;
    }
    Ok(all)
}

/// The next line without its end, into `line`; tells whether there was one and whether it had an end.
pub(crate) fn line(
    input: &mut impl BufRead,
    end: u8,
    line: &mut Vec<u8>,
) -> io::Result<Option<bool>> {
    line.clear();
    if input.read_until(end, line)? == 0 {
        return Ok(None);
    }
    let ended = line.last() == Some(&end);
    if ended {
        line.pop();
    }
    Ok(Some(ended))
}

/// Ends a tool that writes to standard output: its exit code, or 2 (or what `failure` says) if not
/// everything could be written.
pub(crate) fn finish(name: &str, out: &mut Out, code: u8, failure: u8) -> u8 {
    match out.flush() {
        Ok(()) => code,
        Err(error) => {
            crate::report::say(
                name,
                &format!("write error: {}", crate::report::text(&error)),
            );
            failure
        }
    }
}
