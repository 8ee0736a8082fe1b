//! Standard input and output and files, in large pieces.

use std::io::{self, BufReader, Read};

use belljar_sys::Description;
use belljar_sys::descriptions::How;

use rustix::io::Errno;

use crate::options::Exit;
use crate::report;

/// What is read and written at once: a pipe holds as much.
pub(crate) const PIECE: usize = 1 << 16;

/// Standard output, buffered.
pub(crate) struct Output {
    to: Option<Description>,
    buffer: Vec<u8>,
}

impl Output {
    pub(crate) fn new() -> Self {
        Self {
            to: Description::inherited(1),
            buffer: Vec::new(),
        }
    }

    /// Appends bytes. Says so if they cannot be written.
    pub(crate) fn put(&mut self, bytes: &[u8]) -> Result<(), Exit> {
        if self.buffer.len() + bytes.len() > PIECE {
            self.flush()?;
            if bytes.len() >= PIECE {
                return self.write(bytes);
            }
        }
        self.buffer.extend_from_slice(bytes);
        Ok(())
    }

    pub(crate) fn put_str(&mut self, text: &str) -> Result<(), Exit> {
        self.put(text.as_bytes())
    }

    pub(crate) fn flush(&mut self) -> Result<(), Exit> {
        let buffer = std::mem::take(&mut self.buffer);
        self.write(&buffer)?;
        self.buffer = buffer;
        self.buffer.clear();
        Ok(())
    }

    /// Whether it is a terminal.
    pub(crate) fn is_terminal(&self) -> bool {
        self.to.as_ref().is_some_and(Description::is_terminal)
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), Exit> {
        if bytes.is_empty() {
            return Ok(());
        }
        let result = match &self.to {
            Some(to) => write_all(to, bytes),
            None => Err(closed()),
        };
        result.map_err(|error| {
            report::failure("write error", &error);
            Exit(1)
        })
    }
}

/// Formats into an [`Output`].
macro_rules! put {
    ($out:expr, $($arg:tt)*) => { $out.put(format!($($arg)*).as_bytes()) };
}
pub(crate) use put;

/// Bad file descriptor.
fn closed() -> io::Error {
    Errno::BADF.into()
}

/// Writes everything, whatever signals come.
pub(crate) fn write_all(to: &Description, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        match to.write_some(bytes) {
            Ok(written) => bytes = bytes.get(written..).unwrap_or_default(),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Something to read from.
pub(crate) struct Input(Description);

impl Input {
    pub(crate) fn stdin() -> io::Result<Self> {
        Description::inherited(0).map(Self).ok_or_else(closed)
    }

    /// A file, or standard input if it is called `-`.
    pub(crate) fn open(path: &str) -> io::Result<Self> {
        if path == "-" {
            return Self::stdin();
        }
        Description::open(&absolute(path), How::READ, 0).map(Self)
    }

    /// The next bytes; none at the end.
    pub(crate) fn piece(&self) -> io::Result<Vec<u8>> {
        self.at_most(PIECE)
    }

    pub(crate) fn at_most(&self, max: usize) -> io::Result<Vec<u8>> {
        loop {
            match self.0.read_some(max) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                result => return result,
            }
        }
    }

    pub(crate) fn everything(&self) -> io::Result<Vec<u8>> {
        self.0.read_all()
    }

    pub(crate) fn buffered(self) -> BufReader<Self> {
        BufReader::with_capacity(PIECE, self)
    }

    pub(crate) fn description(&self) -> &Description {
        &self.0
    }
}

impl Read for Input {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let bytes = self.0.read_some(buffer.len())?;
        buffer[..bytes.len()].copy_from_slice(&bytes);
        Ok(bytes.len())
    }
}

/// A path from the root on.
pub(crate) fn absolute(path: &str) -> String {
    if path.starts_with('/') || path.is_empty() {
        return path.to_owned();
    }
    let cwd = working_directory();
    let slash = if cwd.ends_with('/') { "" } else { "/" };
    format!("{cwd}{slash}{path}")
}

/// Where the process was started; it never goes elsewhere.
pub(crate) fn working_directory() -> String {
    belljar_sys::initial_cwd()
}
