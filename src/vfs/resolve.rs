//! From a path to an inode (POSIX.1-2024, section 4.16, "Pathname Resolution").
//!
//! A path is resolved here and nowhere else, by looking up one name after the other; the host never
//! sees one. The root directory is its own parent, so nothing leads out.

use std::borrow::Cow;

use super::content::Io;
use super::errno::Errno;
use super::inode::Body;
use super::state::{ROOT, State};
use super::table::Ino;

/// Longest path, as Linux's `PATH_MAX`. Also bounds what is left to do after a link is followed.
pub(super) const MAX_PATH: usize = 4096;
/// Longest name, as `NAME_MAX`.
pub(super) const MAX_NAME: usize = 255;
/// Links followed before it is taken for a loop, as on Linux.
const MAX_LINKS: u32 = 40;

/// Whether the last component is followed if it is a symbolic link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Follow {
    /// What the link leads to is meant.
    Yes,
    /// The link itself is meant.
    No,
}

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Caller {
    /// A guest: mode bits hold.
    Guest,
    /// The files API: mode bits are not looked at.
    Host,
}

/// The last component of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Last {
    /// An ordinary name.
    Name(String),
    /// `.`, or a path without any name (such as `/`).
    Dot,
    /// `..`.
    DotDot,
}

/// Where a path leads.
#[derive(Clone, Debug)]
pub(super) struct Place {
    /// The directory of the last component; of `.` and `..` that directory itself.
    pub(super) dir: Ino,
    pub(super) last: Last,
    /// What is there, if anything.
    pub(super) ino: Option<Ino>,
    /// The path ended in a slash: what is meant is a directory.
    pub(super) slash: bool,
}

impl Place {
    /// What is there.
    pub(super) fn existing(&self) -> Result<Ino, Errno> {
        self.ino.ok_or(Errno::NoEnt)
    }

    /// The name that something new would get.
    pub(super) fn name(&self) -> Result<&str, Errno> {
        match &self.last {
            Last::Name(name) => Ok(name),
            Last::Dot | Last::DotDot => Err(Errno::Exist),
        }
    }
}

/// Refuses what can be no path at all.
pub(super) fn check(path: &str) -> Result<(), Errno> {
    if path.is_empty() {
        return Err(Errno::NoEnt);
    }
    if path.contains('\0') {
        return Err(Errno::Inval);
    }
    if path.len() > MAX_PATH {
        return Err(Errno::NameTooLong);
    }
    Ok(())
}

/// Refuses an inode that the caller may not use in this way; `bit` is 4, 2 or 1.
pub(super) fn allow(state: &State, ino: Ino, bits: u16, caller: Caller) -> Result<(), Errno> {
    // There is one user, who owns everything.
    if caller == Caller::Guest && state.inode(ino)?.mode & (bits << 6) != bits << 6 {
        return Err(Errno::Access);
    }
    Ok(())
}

/// Resolves `path`, starting at `start`.
pub(super) fn resolve(
    state: &mut State,
    io: &Io,
    start: Ino,
    path: &str,
    follow: Follow,
    caller: Caller,
) -> Result<Place, Errno> {
    check(path)?;
    let mut dir = if path.starts_with('/') { ROOT } else { start };
    // The path, or what it became by following a link, and how far it is resolved.
    let mut whole = Cow::Borrowed(path);
    let mut at = 0;
    let mut links = 0;
    let mut slash = false;
    // Where the last `.` or `..` led, in case nothing follows.
    let mut last = Last::Dot;
    loop {
        let Some((name, after, ends_in_slash)) = next(whole.get(at..).unwrap_or_default()) else {
            return Ok(Place {
                dir,
                last,
                ino: Some(dir),
                slash: slash || path.ends_with('/'),
            });
        };
        let is_last = after.is_empty();
        slash = is_last && ends_in_slash;
        if !state.inode(dir)?.is_dir() {
            return Err(Errno::NotDir);
        }
        allow(state, dir, 1, caller)?;
        match name {
            "." => last = Last::Dot,
            ".." => {
                let parent = state.directory(dir)?.parent;
                if parent == 0 {
                    return Err(Errno::NoEnt);
                }
                dir = parent;
                last = Last::DotDot;
            }
            name if name.len() > MAX_NAME => return Err(Errno::NameTooLong),
            name => {
                let found = state.lookup(io, dir, name)?;
                let link = match found {
                    Some(ino) => match &state.inode(ino)?.body {
                        // The last one is followed if that is asked for, or if a slash comes after.
                        Body::Symlink(target) if !is_last || slash || follow == Follow::Yes => {
                            Some(target.clone())
                        }
                        _ => None,
                    },
                    None if is_last => None,
                    None => return Err(Errno::NoEnt),
                };
                if let Some(target) = link {
                    links += 1;
                    if links > MAX_LINKS {
                        return Err(Errno::Loop);
                    }
                    let rest = match (is_last, slash) {
                        (false, _) => format!("{target}/{after}"),
                        (true, true) => format!("{target}/"),
                        (true, false) => target.as_ref().to_owned(),
                    };
                    if rest.len() > MAX_PATH {
                        return Err(Errno::NameTooLong);
                    }
                    if rest.starts_with('/') {
                        dir = ROOT;
                    }
                    last = Last::Dot;
                    whole = Cow::Owned(rest);
                    at = 0;
                    continue;
                }
                if is_last {
                    return Ok(Place {
                        dir,
                        last: Last::Name(name.to_owned()),
                        ino: found,
                        slash,
                    });
                }
                // Not last, so it was found.
                dir = found.ok_or(Errno::NoEnt)?;
                last = Last::Dot;
            }
        }
        at = whole.len() - after.len();
    }
}

/// The first name, what comes after it and the slashes, and whether there were any.
fn next(path: &str) -> Option<(&str, &str, bool)> {
    let path = path.trim_start_matches('/');
    if path.is_empty() {
        return None;
    }
    match path.split_once('/') {
        Some((name, after)) => Some((name, after.trim_start_matches('/'), true)),
        None => Some((path, "", false)),
    }
}
