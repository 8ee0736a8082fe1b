//! Writing archives.

use std::io::{self, Read, Write};
use std::time::{SystemTime, UNIX_EPOCH};

use flate2::Compression;
use flate2::write::GzEncoder;
use tar::{EntryType, Header};

use super::zip::ZipWriter;
use super::{ArchiveFormat, EntryKind, GuestPath, Repr, SandboxError, Vfs};
use crate::vfs::{FileReader, Follow, Kind};

/// Who everything belongs to, as in the sandbox.
const OWNER: u64 = 1000;
/// The most bytes of a name in a header of its own; longer ones go before it, as GNU has it.
const NAME: usize = 100;
const BLOCK: usize = 512;

/// What an entry is written as.
pub(super) struct Entry<'a> {
    /// Relative to the directory; a directory's ends in a slash.
    pub(super) name: &'a str,
    pub(super) mode: u32,
    /// Seconds since the Unix epoch.
    pub(super) mtime: u64,
    pub(super) what: What<'a>,
}

pub(super) enum What<'a> {
    Directory,
    Symlink(&'a str),
    File {
        size: u64,
        content: &'a mut dyn Read,
    },
}

/// Writes what is at `path`.
pub(super) fn pack(
    vfs: &Vfs,
    path: &GuestPath,
    format: ArchiveFormat,
    to: impl Write,
) -> Result<(), SandboxError> {
    let there = vfs.look(path, Follow::Yes)?;
    if there.is_none_or(|stat| stat.kind != Kind::Directory) {
        // Says what is wrong with it, if something is.
        vfs.open_file(path)?;
    }
    match format {
        ArchiveFormat::TarGz => {
            let mut to = GzEncoder::new(to, Compression::default());
            walk(vfs, path, &mut |entry| tar_entry(&mut to, entry))?;
            to.write_all(&[0; 2 * BLOCK]).map_err(Repr::Output)?;
            let mut to = to.finish().map_err(Repr::Output)?;
            to.flush().map_err(Repr::Output)?;
        }
        ArchiveFormat::Zip => {
            let mut to = ZipWriter::new(to);
            walk(vfs, path, &mut |entry| to.entry(entry))?;
            to.finish().map_err(Repr::Output)?;
        }
    }
    Ok(())
}

/// Gives every entry below `path`, a directory before what is in it.
fn walk(
    vfs: &Vfs,
    path: &GuestPath,
    give: &mut dyn FnMut(Entry<'_>) -> io::Result<()>,
) -> Result<(), SandboxError> {
    let is_dir = vfs
        .look(path, Follow::Yes)?
        .is_some_and(|stat| stat.kind == Kind::Directory);
    if !is_dir {
        let name = path.as_str().rsplit('/').next().unwrap_or_default();
        return file(vfs, path, name, give);
    }
    // What is still to come, the next one last.
    let mut left = Vec::new();
    let push = |left: &mut Vec<_>, dir: &GuestPath, below: &str| -> Result<(), SandboxError> {
        let entries = vfs.read_dir(dir)?;
        let entries = entries.into_iter().rev();
        left.extend(entries.map(|entry| (dir.clone(), below.to_owned(), entry)));
        Ok(())
    };
    push(&mut left, path, "")?;
    while let Some((dir, below, entry)) = left.pop() {
        let at = GuestPath::parse(&entry.name, &dir)?;
        let mut name = format!("{below}{}", entry.name);
        match &entry.kind {
            EntryKind::File => file(vfs, &at, &name, give)?,
            EntryKind::Directory => {
                name.push('/');
                give(Entry {
                    name: &name,
                    mode: entry.mode,
                    mtime: seconds(entry.modified),
                    what: What::Directory,
                })
                .map_err(Repr::Output)?;
                push(&mut left, &at, &name)?;
            }
            EntryKind::Symlink(target) => give(Entry {
                name: &name,
                mode: 0o777,
                mtime: seconds(entry.modified),
                what: What::Symlink(target),
            })
            .map_err(Repr::Output)?,
        }
    }
    Ok(())
}

fn file(
    vfs: &Vfs,
    path: &GuestPath,
    name: &str,
    give: &mut dyn FnMut(Entry<'_>) -> io::Result<()>,
) -> Result<(), SandboxError> {
    let file = vfs.open_file(path)?;
    if file.kind() != Kind::File {
        return Ok(());
    }
    let stat = file
        .stat()
        .map_err(|errno| Repr::Output(io::Error::other(errno.to_string())))?;
    let entry = Entry {
        name,
        mode: stat.mode.into(),
        mtime: u64::try_from(stat.mtime / 1_000_000_000).unwrap_or(0),
        what: What::File {
            size: stat.size,
            content: &mut FileReader::new(file).take(stat.size),
        },
    };
    Ok(give(entry).map_err(Repr::Output)?)
}

fn seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs())
}

/// Writes an entry as GNU tar does. Names are bytes here: the host's idea of paths is not asked.
fn tar_entry(to: &mut dyn Write, entry: Entry<'_>) -> io::Result<()> {
    let mut header = Header::new_gnu();
    header.set_mode(entry.mode & 0o7777);
    header.set_uid(OWNER);
    header.set_gid(OWNER);
    header.set_mtime(entry.mtime);
    let (kind, size, target, content) = match entry.what {
        What::Directory => (EntryType::Directory, 0, "", None),
        What::Symlink(target) => (EntryType::Symlink, 0, target, None),
        What::File { size, content } => (EntryType::Regular, size, "", Some(content)),
    };
    header.set_entry_type(kind);
    header.set_size(size);
    if entry.name.len() > NAME {
        long(to, EntryType::GNULongName, entry.name)?;
    }
    if target.len() > NAME {
        long(to, EntryType::GNULongLink, target)?;
    }
    let gnu = header
        .as_gnu_mut()
        .ok_or_else(|| io::Error::other("the header is of another kind"))?;
    fill(&mut gnu.name, entry.name);
    fill(&mut gnu.linkname, target);
    header.set_cksum();
    to.write_all(header.as_bytes())?;
    if let Some(content) = content {
        let copied = io::copy(content, to)?;
        if copied != size {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        pad(to, size)?;
    }
    Ok(())
}

fn fill(field: &mut [u8], text: &str) {
    for (to, from) in field.iter_mut().zip(text.bytes()) {
        *to = from;
    }
}

/// An entry before an entry, with a name that it has no room for.
fn long(to: &mut dyn Write, kind: EntryType, name: &str) -> io::Result<()> {
    let size = name.len() as u64 + 1;
    let mut header = Header::new_gnu();
    if let Some(gnu) = header.as_gnu_mut() {
        fill(&mut gnu.name, "././@LongLink");
    }
    header.set_mode(0o644);
    header.set_uid(0);
    header.set_gid(0);
    header.set_mtime(0);
    header.set_size(size);
    header.set_entry_type(kind);
    header.set_cksum();
    to.write_all(header.as_bytes())?;
    to.write_all(name.as_bytes())?;
    to.write_all(&[0])?;
    pad(to, size)
}

fn pad(to: &mut dyn Write, size: u64) -> io::Result<()> {
    let over = usize::try_from(size % BLOCK as u64).unwrap_or(0);
    let zeros = [0; BLOCK];
    if over == 0 {
        return Ok(());
    }
    to.write_all(zeros.get(over..).unwrap_or_default())
}
