//! Open file descriptions.

use std::io::{self, Read, Write};
use std::rc::Rc;

use crate::bindings::belljar::process::descriptions as wit;
use crate::clock::Event;
use crate::error;

/// An open file description: a file with its position, an end of a pipe, a standard stream. Clones
/// are the same one, as after `dup`; it is closed when the last one is dropped, here and in every
/// process that it was handed to.
#[derive(Clone, Debug)]
pub struct Description(pub(crate) Rc<wit::Description>);

/// How a file is opened; see `open(2)`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct How {
    pub read: bool,
    pub write: bool,
    pub append: bool,
    pub create: bool,
    pub exclusive: bool,
    pub truncate: bool,
}

impl How {
    /// `<`
    pub const READ: Self = Self {
        read: true,
        write: false,
        append: false,
        create: false,
        exclusive: false,
        truncate: false,
    };
    /// `>`
    pub const WRITE: Self = Self {
        read: false,
        write: true,
        append: false,
        create: true,
        exclusive: false,
        truncate: true,
    };
    /// `>>`
    pub const APPEND: Self = Self {
        read: false,
        write: true,
        append: true,
        create: true,
        exclusive: false,
        truncate: false,
    };
    /// `<>`
    pub const READ_WRITE: Self = Self {
        read: true,
        write: true,
        append: false,
        create: true,
        exclusive: false,
        truncate: false,
    };
}

impl Description {
    /// What this process was started with under a number.
    pub fn inherited(number: u32) -> Option<Self> {
        wit::inherited(number).map(Self::of)
    }

    /// The reading end and the writing end of a new pipe.
    pub fn pipe() -> io::Result<(Self, Self)> {
        let (reader, writer) = wit::pipe().map_err(error::io)?;
        Ok((Self::of(reader), Self::of(writer)))
    }

    /// Opens a file. Give an absolute path: a relative one is relative to the directory that the
    /// process was started in. `mode` is for a file that is made.
    pub fn open(path: &str, how: How, mode: u32) -> io::Result<Self> {
        let mut flags = wit::OpenFlags::empty();
        for (wanted, flag) in [
            (how.read, wit::OpenFlags::READ),
            (how.write, wit::OpenFlags::WRITE),
            (how.append, wit::OpenFlags::APPEND),
            (how.create, wit::OpenFlags::CREATE),
            (how.exclusive, wit::OpenFlags::EXCLUSIVE),
            (how.truncate, wit::OpenFlags::TRUNCATE),
        ] {
            if wanted {
                flags = flags | flag;
            }
        }
        wit::open(path, flags, mode)
            .map(Self::of)
            .map_err(error::io)
    }

    /// Gives `bytes` and then the end.
    pub fn bytes(bytes: &[u8]) -> io::Result<Self> {
        wit::bytes(bytes).map(Self::of).map_err(error::io)
    }

    /// At most `max` bytes; empty at the end. Waits. [`io::ErrorKind::Interrupted`] if a signal is
    /// pending.
    pub fn read_some(&self, max: usize) -> io::Result<Vec<u8>> {
        self.0.read(clamp(max)).map_err(error::io)
    }

    /// Up to and with the next `delimiter` and not a byte more, at most `max`.
    pub fn read_until(&self, delimiter: u8, max: usize) -> io::Result<Vec<u8>> {
        self.0
            .read_until(delimiter, clamp(max))
            .map_err(error::io)
    }

    /// Everything up to the end, waiting on through signals.
    pub fn read_all(&self) -> io::Result<Vec<u8>> {
        let mut all = Vec::new();
        loop {
            match self.read_some(1 << 16) {
                Ok(bytes) if bytes.is_empty() => return Ok(all),
                Ok(bytes) => all.extend_from_slice(&bytes),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Writes bytes and tells how many; fewer than all only if a signal is pending.
    pub fn write_some(&self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.0.write(bytes).map_err(error::io)?;
        Ok(written as usize)
    }

    /// Whether it is a terminal.
    pub fn is_terminal(&self) -> bool {
        self.0.is_terminal()
    }

    /// Whether both are one.
    pub fn same(&self, other: &Self) -> bool {
        self.0.same(&other.0)
    }

    /// Happens when a read or write would not wait.
    pub fn event(&self) -> Event {
        Event(self.0.subscribe())
    }

    fn of(description: wit::Description) -> Self {
        Self(Rc::new(description))
    }
}

impl Read for Description {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let bytes = self.read_some(buffer.len())?;
        buffer[..bytes.len()].copy_from_slice(&bytes);
        Ok(bytes.len())
    }
}

impl Write for Description {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_some(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn clamp(max: usize) -> u32 {
    u32::try_from(max).unwrap_or(u32::MAX)
}
