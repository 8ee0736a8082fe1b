//! What an archive may hold, and where it goes.

use std::collections::HashMap;
use std::io::{self, Read};

use super::{GuestPath, Repr, SandboxError, Vfs, invalid, shown, too_large};
use crate::vfs::{Follow, FsError, Kind};

/// The most bytes that an archive unpacks to, whatever the sandbox has room for.
const MAX_BYTES: u64 = 8 << 30;
/// The most entries, and directories that they imply.
const MAX_ENTRIES: usize = 200_000;
/// The most bytes of all their names: bounds what is held in memory.
const MAX_NAMES: usize = 32 << 20;
/// The most bytes of a name, and of one part of it, as the filesystem has it.
const MAX_PATH: usize = 4095;
const MAX_PART: usize = 255;

/// An entry of an archive.
#[derive(Clone, Debug)]
pub(super) struct Item {
    /// As the archive has it.
    pub(super) name: String,
    pub(super) what: Content,
    pub(super) mode: u16,
    /// Nanoseconds since the Unix epoch.
    pub(super) mtime: i64,
}

#[derive(Clone, Debug)]
pub(super) enum Content {
    Directory,
    File {
        size: u64,
    },
    Symlink {
        target: String,
    },
    /// Another name of an entry before it.
    Link {
        target: String,
    },
    /// What a sandbox's files cannot be made of.
    Other,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Seen {
    Directory,
    File,
    Symlink,
}

/// An archive on its way into a directory.
pub(super) struct Plan<'a> {
    vfs: &'a Vfs,
    base: GuestPath,
    seen: HashMap<String, Seen>,
    names: usize,
    bytes: u64,
    /// Of that, what takes the place of files that are there.
    replaced: u64,
    /// Names that are not there yet.
    fresh: u64,
    entries: u64,
    written: u64,
    /// Set last: what is written into a directory changes its time.
    directories: Vec<(String, u16, i64)>,
}

impl<'a> Plan<'a> {
    pub(super) fn new(vfs: &'a Vfs, base: GuestPath) -> Self {
        Self {
            vfs,
            base,
            seen: HashMap::new(),
            names: 0,
            bytes: 0,
            replaced: 0,
            fresh: 0,
            entries: 0,
            written: 0,
            directories: Vec::new(),
        }
    }

    fn at(&self, name: &str) -> Result<GuestPath, SandboxError> {
        Ok(GuestPath::parse(name, &self.base)?)
    }

    /// Refuses an entry that cannot be, and reads its content to see that it is whole.
    pub(super) fn check(
        &mut self,
        item: &Item,
        content: &mut dyn Read,
    ) -> Result<(), SandboxError> {
        let refused = |reason: &str| invalid(format!("{} {reason}", shown(&item.name)));
        let name = normal(&item.name)?;
        self.entries += 1;
        if name.is_empty() {
            return match item.what {
                Content::Directory => Ok(()),
                _ => Err(refused("is the directory itself, but not a directory")),
            };
        }
        for (end, _) in name.match_indices('/') {
            let parent = name.get(..end).unwrap_or_default();
            match self.seen.get(parent) {
                None => {
                    self.there(parent, Kind::Directory)?;
                    self.see(parent, Seen::Directory)?;
                }
                Some(Seen::Directory) => {}
                Some(Seen::Symlink) => return Err(refused("leads through a link of the archive")),
                Some(Seen::File) => return Err(refused("is below what is a file in the archive")),
            }
        }
        let seen = match &item.what {
            Content::Directory => {
                self.there(&name, Kind::Directory)?;
                Seen::Directory
            }
            Content::File { size } => {
                self.there(&name, Kind::File)?;
                // Before it is read: an honest header is enough to refuse it.
                self.count(*size)?;
                let read = io::copy(&mut content.take(size + 1), &mut io::sink());
                let read = read.map_err(|source| refused(&format!("cannot be read: {source}")))?;
                if read != *size {
                    return Err(refused("has another size than it says"));
                }
                Seen::File
            }
            Content::Symlink { target } => {
                if target.is_empty() || target.len() > MAX_PATH || target.contains('\0') {
                    return Err(refused("is a link to what is no path"));
                }
                self.there(&name, Kind::Symlink)?;
                Seen::Symlink
            }
            Content::Link { target } => {
                if self.seen.get(&normal(target)?) != Some(&Seen::File) {
                    return Err(refused("is a hard link to what is no file before it"));
                }
                self.there(&name, Kind::File)?;
                Seen::File
            }
            Content::Other => {
                return Err(refused(
                    "is a device, a pipe or of an unknown kind; only files, directories and links \
                     can be unpacked",
                ));
            }
        };
        match self.seen.get(&name) {
            Some(before) if *before != seen || seen == Seen::Symlink => {
                Err(refused("is in the archive twice, as different things"))
            }
            Some(_) => Ok(()),
            None => self.see(&name, seen),
        }
    }

    fn count(&mut self, size: u64) -> Result<(), SandboxError> {
        self.bytes = self.bytes.saturating_add(size);
        if self.bytes > MAX_BYTES {
            return Err(too_large("bytes unpacked", MAX_BYTES));
        }
        Ok(())
    }

    fn see(&mut self, name: &str, what: Seen) -> Result<(), SandboxError> {
        self.names += name.len();
        if self.seen.len() >= MAX_ENTRIES {
            return Err(too_large("entries", MAX_ENTRIES as u64));
        }
        if self.names > MAX_NAMES {
            return Err(too_large("bytes of names", MAX_NAMES as u64));
        }
        self.seen.insert(name.to_owned(), what);
        Ok(())
    }

    /// Refuses to go through what is there and no directory, and to put one thing in another's place.
    fn there(&mut self, name: &str, wanted: Kind) -> Result<(), SandboxError> {
        let found = match self.vfs.look(&self.at(name)?, Follow::No) {
            Ok(found) => found,
            Err(FsError::NotADirectory { .. }) => None,
            Err(error) => return Err(error.into()),
        };
        if !self.seen.contains_key(name) {
            match found {
                Some(stat) => self.replaced = self.replaced.saturating_add(stat.size),
                None => self.fresh += 1,
            }
        }
        let found = found.map(|stat| stat.kind);
        let what = match (wanted, found) {
            (_, None)
            | (Kind::Directory, Some(Kind::Directory))
            | (
                Kind::File | Kind::Symlink | Kind::Device(_),
                Some(Kind::File | Kind::Symlink | Kind::Device(_)),
            ) => return Ok(()),
            (Kind::Directory, Some(Kind::Symlink)) => "a link",
            (Kind::Directory, Some(_)) => "a file",
            (_, Some(_)) => "a directory",
        };
        Err(invalid(format!(
            "{} cannot be unpacked: there is {what} of that name, which is not followed or replaced",
            shown(name)
        )))
    }

    /// Whether the sandbox has room for all of it at all.
    pub(super) fn fits(&self) -> Result<(), SandboxError> {
        let (used, limit) = self.vfs.usage();
        let bytes = self.bytes.saturating_sub(self.replaced);
        let disk = limit.bytes.saturating_sub(used.bytes);
        let files = limit.nodes.saturating_sub(used.nodes);
        if bytes <= disk && self.fresh <= files {
            return Ok(());
        }
        Err(Repr::NoRoom {
            bytes,
            entries: self.fresh,
            disk,
            files,
        }
        .into())
    }

    /// Writes an entry that was checked.
    pub(super) fn write(
        &mut self,
        item: &Item,
        content: &mut dyn Read,
    ) -> Result<(), SandboxError> {
        let written = self.try_write(item, content);
        match written {
            Ok(()) => {
                self.written += 1;
                Ok(())
            }
            Err(error) if self.written == 0 => Err(error),
            Err(error) => Err(Repr::Unpacked {
                written: self.written,
                entries: self.entries,
                source: Box::new(error),
            }
            .into()),
        }
    }

    fn try_write(&mut self, item: &Item, content: &mut dyn Read) -> Result<(), SandboxError> {
        let name = normal(&item.name)?;
        if self.written == 0 {
            self.vfs.create_dir(&self.base, true)?;
        }
        for (end, _) in name.match_indices('/') {
            let parent = name.get(..end).unwrap_or_default();
            self.vfs.place_dir(&self.at(parent)?)?;
        }
        if name.is_empty() {
            return Ok(());
        }
        let path = self.at(&name)?;
        match &item.what {
            Content::Directory => {
                self.vfs.place_dir(&path)?;
                self.directories.push((name, item.mode, item.mtime));
            }
            Content::File { size } => {
                self.vfs.place_file(&path, content, *size)?;
                self.vfs.set_attributes(&path, item.mode, item.mtime)?;
            }
            Content::Symlink { target } => self.vfs.place_symlink(&path, target)?,
            Content::Link { target } => {
                let old = self.at(&normal(target)?)?;
                if old != path {
                    self.vfs.place_link(&old, &path)?;
                }
            }
            Content::Other => {}
        }
        Ok(())
    }

    /// The rest; gives how many entries there were.
    pub(super) fn finish(self) -> Result<u64, SandboxError> {
        self.vfs.create_dir(&self.base, true)?;
        for (name, mode, mtime) in self.directories.iter().rev() {
            self.vfs.set_attributes(&self.at(name)?, *mode, *mtime)?;
        }
        Ok(self.entries)
    }
}

/// A name without `.` and repeated slashes; refuses what leads elsewhere.
fn normal(name: &str) -> Result<String, SandboxError> {
    let refused = |reason: &str| Err(invalid(format!("{} {reason}", shown(name))));
    if name.starts_with('/') {
        return refused("is an absolute path");
    }
    if name.contains('\0') {
        return refused("has a zero byte in it");
    }
    let mut normal = String::with_capacity(name.len());
    for part in name.split('/') {
        match part {
            "" | "." => continue,
            ".." => return refused("leads out of the directory"),
            part if part.len() > MAX_PART => return refused("has a part of more than 255 bytes"),
            part => {
                if !normal.is_empty() {
                    normal.push('/');
                }
                normal.push_str(part);
            }
        }
    }
    if normal.len() > MAX_PATH {
        return refused("is longer than 4095 bytes");
    }
    Ok(normal)
}
