//! Permission bits and identity.

use std::io;

use crate::bindings::belljar::posix::{files, identity};
use crate::error;

pub use files::{FileStat as Stat, Filesystem};

/// Type bits of [`Stat::mode`].
pub const S_IFMT: u32 = 0o170_000;
pub const S_IFIFO: u32 = 0o010_000;
pub const S_IFCHR: u32 = 0o020_000;
pub const S_IFDIR: u32 = 0o040_000;
pub const S_IFREG: u32 = 0o100_000;
pub const S_IFLNK: u32 = 0o120_000;

/// What a path is, links followed.
pub fn stat(path: &str) -> io::Result<Stat> {
    files::stat(&absolute(path), true).map_err(error::io)
}

/// What a path is itself.
pub fn lstat(path: &str) -> io::Result<Stat> {
    files::stat(&absolute(path), false).map_err(error::io)
}

/// Sets the lowest twelve bits of the mode.
pub fn chmod(path: &str, mode: u32) -> io::Result<()> {
    files::chmod(&absolute(path), mode).map_err(error::io)
}

/// 4 to read, 2 to write, 1 to execute, or a sum; 0 to exist.
pub fn access(path: &str, how: u8) -> io::Result<()> {
    files::access(&absolute(path), how).map_err(error::io)
}

pub fn umask() -> u32 {
    files::umask()
}

/// Sets the umask and gives what it was.
pub fn set_umask(mask: u32) -> u32 {
    files::set_umask(mask)
}

pub fn filesystem_of(path: &str) -> io::Result<Filesystem> {
    files::filesystem_of(&absolute(path)).map_err(error::io)
}

/// The interfaces do not know of `chdir`.
fn absolute(path: &str) -> String {
    if path.starts_with('/') || path.is_empty() {
        return path.to_owned();
    }
    let cwd = std::env::current_dir().unwrap_or_else(|_| "/".into());
    format!("{}/{path}", cwd.display())
}

pub fn user_name() -> String {
    identity::user_name()
}

pub fn uid() -> u32 {
    identity::uid()
}

pub fn gid() -> u32 {
    identity::gid()
}

pub fn hostname() -> String {
    identity::hostname()
}

/// Columns and rows of the terminal, if there is one.
pub fn terminal_size() -> Option<(u16, u16)> {
    identity::terminal_size()
}

/// Processors that can run processes at the same time.
pub fn processors() -> u32 {
    identity::processors()
}
