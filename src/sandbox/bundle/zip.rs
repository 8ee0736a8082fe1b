//! The zip format (APPNOTE 6.3), as far as archives of files need it: stored and deflated entries, zip64,
//! names in UTF-8, modes and links as Unix has them. No encryption, no parts.
//!
//! Written in one go, so sizes follow each entry; read by its directory, which is at the end.

use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};

use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use flate2::{Compression, Crc};

use super::pack::{Entry, What};
use super::plan::{Content, Item};
use super::{SandboxError, invalid, shown};

const LOCAL: u32 = 0x0403_4b50;
const DESCRIPTOR: u32 = 0x0807_4b50;
const CENTRAL: u32 = 0x0201_4b50;
const END: u32 = 0x0605_4b50;
const END64: u32 = 0x0606_4b50;
const LOCATOR64: u32 = 0x0706_4b50;
/// Made by Unix, so that the upper half of the attributes is a mode; version 4.5 has zip64.
const MADE_BY: u16 = (3 << 8) | 45;
const NEEDED: u16 = 45;
/// Sizes follow the content; the name is UTF-8.
const FLAGS: u16 = (1 << 3) | (1 << 11);
const DEFLATED: u16 = 8;
const STORED: u16 = 0;
const ZIP64: u16 = 1;
/// What the extra field of a 64-bit size says instead.
const LARGE: u32 = u32::MAX;
const TYPE: u32 = 0o170_000;
const FILE: u32 = 0o100_000;
const DIRECTORY: u32 = 0o040_000;
const SYMLINK: u32 = 0o120_000;
/// The most bytes of a comment at the end.
const MAX_COMMENT: u64 = 65_535;
const END_BYTES: u64 = 22;
/// The most bytes of a link's target.
const MAX_TARGET: u64 = 4095;

/// Counts what goes through it.
struct Counted<W> {
    to: W,
    count: u64,
}

impl<W: Write> Write for Counted<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.to.write(bytes)?;
        self.count += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

/// Writes an archive.
pub(super) struct ZipWriter<W> {
    to: Counted<W>,
    /// The directory, as it will be written.
    directory: Vec<u8>,
    entries: u64,
}

impl<W: Write> ZipWriter<W> {
    pub(super) fn new(to: W) -> Self {
        Self {
            to: Counted { to, count: 0 },
            directory: Vec::new(),
            entries: 0,
        }
    }

    pub(super) fn entry(&mut self, entry: Entry<'_>) -> io::Result<()> {
        let start = self.to.count;
        let (date, time) = dos(entry.mtime);
        let name = entry.name.as_bytes();
        let length = u16::try_from(name.len())
            .map_err(|_| io::Error::other("a name is too long for a zip archive"))?;
        let (kind, method) = match &entry.what {
            What::Directory => (DIRECTORY, STORED),
            What::Symlink(_) => (SYMLINK, STORED),
            What::File { .. } => (FILE, DEFLATED),
        };
        let mut head = Vec::new();
        put32(&mut head, LOCAL);
        put16(&mut head, NEEDED);
        put16(&mut head, FLAGS);
        put16(&mut head, method);
        put16(&mut head, time);
        put16(&mut head, date);
        put32(&mut head, 0);
        // Both sizes are 64-bit ones, also in what follows the content.
        put32(&mut head, LARGE);
        put32(&mut head, LARGE);
        put16(&mut head, length);
        put16(&mut head, 20);
        head.extend_from_slice(name);
        put16(&mut head, ZIP64);
        put16(&mut head, 16);
        put64(&mut head, 0);
        put64(&mut head, 0);
        self.to.write_all(&head)?;

        let before = self.to.count;
        let mut checksum = Crc::new();
        let size = match entry.what {
            What::Directory => 0,
            What::Symlink(target) => {
                checksum.update(target.as_bytes());
                self.to.write_all(target.as_bytes())?;
                target.len() as u64
            }
            What::File { size, content } => {
                let mut packed = DeflateEncoder::new(&mut self.to, Compression::default());
                let mut buffer = vec![0; 64 << 10];
                let mut copied = 0_u64;
                loop {
                    let count = content.read(&mut buffer)?;
                    if count == 0 {
                        break;
                    }
                    let piece = buffer.get(..count).unwrap_or_default();
                    checksum.update(piece);
                    packed.write_all(piece)?;
                    copied += count as u64;
                }
                packed.finish()?;
                if copied != size {
                    return Err(io::ErrorKind::UnexpectedEof.into());
                }
                size
            }
        };
        let packed = self.to.count - before;
        let mut tail = Vec::new();
        put32(&mut tail, DESCRIPTOR);
        put32(&mut tail, checksum.sum());
        put64(&mut tail, packed);
        put64(&mut tail, size);
        self.to.write_all(&tail)?;

        let directory = &mut self.directory;
        put32(directory, CENTRAL);
        put16(directory, MADE_BY);
        put16(directory, NEEDED);
        put16(directory, FLAGS);
        put16(directory, method);
        put16(directory, time);
        put16(directory, date);
        put32(directory, checksum.sum());
        put32(directory, LARGE);
        put32(directory, LARGE);
        put16(directory, length);
        put16(directory, 28);
        put16(directory, 0);
        put16(directory, 0);
        put16(directory, 0);
        // DOS has a bit for directories, beside the mode.
        let dos_directory = u32::from(kind == DIRECTORY) << 4;
        put32(
            directory,
            ((kind | entry.mode & 0o7777) << 16) | dos_directory,
        );
        put32(directory, LARGE);
        directory.extend_from_slice(name);
        put16(directory, ZIP64);
        put16(directory, 24);
        put64(directory, size);
        put64(directory, packed);
        put64(directory, start);
        self.entries += 1;
        Ok(())
    }

    pub(super) fn finish(mut self) -> io::Result<()> {
        let start = self.to.count;
        self.to.write_all(&self.directory)?;
        let end = self.to.count;
        let mut tail = Vec::new();
        put32(&mut tail, END64);
        put64(&mut tail, 44);
        put16(&mut tail, MADE_BY);
        put16(&mut tail, NEEDED);
        put32(&mut tail, 0);
        put32(&mut tail, 0);
        put64(&mut tail, self.entries);
        put64(&mut tail, self.entries);
        put64(&mut tail, end - start);
        put64(&mut tail, start);
        put32(&mut tail, LOCATOR64);
        put32(&mut tail, 0);
        put64(&mut tail, end);
        put32(&mut tail, 1);
        put32(&mut tail, END);
        put16(&mut tail, 0);
        put16(&mut tail, 0);
        let short = u16::try_from(self.entries).unwrap_or(u16::MAX);
        put16(&mut tail, short);
        put16(&mut tail, short);
        put32(&mut tail, u32::try_from(end - start).unwrap_or(LARGE));
        put32(&mut tail, u32::try_from(start).unwrap_or(LARGE));
        put16(&mut tail, 0);
        self.to.write_all(&tail)?;
        self.to.flush()
    }
}

fn put16(to: &mut Vec<u8>, number: u16) {
    to.extend_from_slice(&number.to_le_bytes());
}

fn put32(to: &mut Vec<u8>, number: u32) {
    to.extend_from_slice(&number.to_le_bytes());
}

fn put64(to: &mut Vec<u8>, number: u64) {
    to.extend_from_slice(&number.to_le_bytes());
}

/// Date and time as DOS has them, in UTC, from 1980 on and even seconds only.
fn dos(seconds: u64) -> (u16, u16) {
    let days = i64::try_from(seconds / 86_400).unwrap_or(0);
    let (year, month, day) = civil(days);
    let second = seconds % 86_400;
    let Some(years) = year
        .checked_sub(1980)
        .filter(|years| (0..128).contains(years))
    else {
        return ((1 << 5) | 1, 0);
    };
    let number = |number: i64| u16::try_from(number).unwrap_or(0);
    let of_day = |number: u64| u16::try_from(number).unwrap_or(0);
    (
        number(years << 9 | month << 5 | day),
        of_day((second / 3600) << 11 | (second / 60 % 60) << 5 | (second % 60 / 2)),
    )
}

/// Year, month and day of a day since the Unix epoch, in the Gregorian calendar.
fn civil(days: i64) -> (i64, i64, i64) {
    // Counted in eras of 400 years that begin on a first of March.
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let shifted_month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 {
        shifted_month + 3
    } else {
        shifted_month - 9
    };
    let year = year + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

/// The reverse of [`dos`].
fn from_dos(date: u16, time: u16) -> i64 {
    let (date, time) = (i64::from(date), i64::from(time));
    let (year, month, day) = (1980 + (date >> 9), date >> 5 & 15, date & 31);
    let (year, month) = if month > 2 {
        (year, month - 3)
    } else {
        (year - 1, month + 9)
    };
    let of_year = (153 * month + 2) / 5 + day - 1;
    let days = year / 400 * 146_097 + year % 400 * 365 + year % 400 / 4 - year % 400 / 100
        + of_year
        - 719_468;
    days * 86_400 + (time >> 11) * 3600 + (time >> 5 & 63) * 60 + (time & 31) * 2
}

fn damaged(what: &str) -> SandboxError {
    invalid(format!("it is no whole zip archive: {what}"))
}

/// Takes numbers off the front of bytes.
struct Fields<'a>(&'a [u8]);

impl Fields<'_> {
    fn take<const N: usize>(&mut self) -> Result<[u8; N], SandboxError> {
        let (first, rest) = self
            .0
            .split_first_chunk::<N>()
            .ok_or_else(|| damaged("a record ends too early"))?;
        self.0 = rest;
        Ok(*first)
    }

    fn u16(&mut self) -> Result<u16, SandboxError> {
        self.take().map(u16::from_le_bytes)
    }

    fn u32(&mut self) -> Result<u32, SandboxError> {
        self.take().map(u32::from_le_bytes)
    }

    fn u64(&mut self) -> Result<u64, SandboxError> {
        self.take().map(u64::from_le_bytes)
    }
}

/// Where the directory is, and how many entries it has.
struct Directory {
    start: u64,
    entries: u64,
}

/// Gives every entry with its content.
pub(super) fn each<R: Read + Seek>(
    from: &mut R,
    visit: &mut dyn FnMut(&Item, &mut dyn Read) -> Result<(), SandboxError>,
) -> Result<(), SandboxError> {
    let directory = directory(from)?;
    let mut at = directory.start;
    for _ in 0..directory.entries {
        let (entry, next) = central(from, at)?;
        at = next;
        content(from, &entry, visit)?;
    }
    Ok(())
}

fn read_at<R: Read + Seek>(from: &mut R, at: u64, length: usize) -> Result<Vec<u8>, SandboxError> {
    let mut bytes = vec![0; length];
    from.seek(SeekFrom::Start(at))
        .and_then(|_| from.read_exact(&mut bytes))
        .map_err(|_| damaged("it is cut off, or its directory is wrong"))?;
    Ok(bytes)
}

fn directory<R: Read + Seek>(from: &mut R) -> Result<Directory, SandboxError> {
    let size = from
        .seek(SeekFrom::End(0))
        .map_err(|_| damaged("it cannot be read"))?;
    let tail = size.min(END_BYTES + MAX_COMMENT);
    let start = size - tail;
    let bytes = read_at(from, start, usize::try_from(tail).unwrap_or(0))?;
    let mark = END.to_le_bytes();
    let found = bytes.windows(4).rposition(|window| window == mark);
    let found = found.ok_or_else(|| damaged("it has no directory; it may be cut off"))?;
    let mut end = Fields(bytes.get(found + 4..).unwrap_or_default());
    let (disk, first, here) = (end.u16()?, end.u16()?, end.u16()?);
    let (all, _size, offset) = (end.u16()?, end.u32()?, end.u32()?);
    if (disk, first) != (0, 0) || here != all {
        return Err(damaged("it is in several parts"));
    }
    let end_at = start + found as u64;
    let wide = all == u16::MAX || offset == LARGE;
    let locator = end_at.checked_sub(20).filter(|_| wide);
    if let Some(locator) = locator {
        let bytes = read_at(from, locator, 20)?;
        let mut fields = Fields(&bytes);
        if fields.u32()? == LOCATOR64 {
            fields.u32()?;
            let bytes = read_at(from, fields.u64()?, 56)?;
            let mut fields = Fields(&bytes);
            if fields.u32()? != END64 {
                return Err(damaged("the end of its directory is wrong"));
            }
            let mut fields = Fields(bytes.get(32..).unwrap_or_default());
            let (entries, _size, start) = (fields.u64()?, fields.u64()?, fields.u64()?);
            return Ok(Directory { start, entries });
        }
    }
    Ok(Directory {
        start: offset.into(),
        entries: all.into(),
    })
}

/// What the directory says of an entry.
struct Listed {
    name: String,
    flags: u16,
    method: u16,
    mtime: i64,
    checksum: u32,
    packed: u64,
    size: u64,
    mode: u32,
    start: u64,
}

fn central<R: Read + Seek>(from: &mut R, at: u64) -> Result<(Listed, u64), SandboxError> {
    let head = read_at(from, at, 46)?;
    let mut fields = Fields(&head);
    if fields.u32()? != CENTRAL {
        return Err(damaged("its directory is wrong"));
    }
    let (made_by, _needed, flags, method) =
        (fields.u16()?, fields.u16()?, fields.u16()?, fields.u16()?);
    let (time, date, checksum) = (fields.u16()?, fields.u16()?, fields.u32()?);
    let (packed, size) = (fields.u32()?, fields.u32()?);
    let (name, extra, comment) = (fields.u16()?, fields.u16()?, fields.u16()?);
    let (_disk, _internal, attributes) = (fields.u16()?, fields.u16()?, fields.u32()?);
    let start = fields.u32()?;
    let length = usize::from(name) + usize::from(extra);
    let rest = read_at(from, at + 46, length)?;
    let (name, extra) = rest.split_at(usize::from(name).min(rest.len()));
    let name = String::from_utf8(name.to_vec()).map_err(|_| {
        invalid(format!(
            "the name {} is not UTF-8",
            shown(&String::from_utf8_lossy(name))
        ))
    })?;
    let (mut packed_64, mut size_64, mut start_64) = (packed.into(), size.into(), start.into());
    let mut extra = Fields(extra);
    while !extra.0.is_empty() {
        let (kind, length) = (extra.u16()?, usize::from(extra.u16()?));
        let mut field = Fields(extra.0.get(..length).unwrap_or_default());
        extra.0 = extra.0.get(length..).unwrap_or_default();
        if kind == ZIP64 {
            // Only what has no room before is here, in this order.
            for (short, long) in [
                (size, &mut size_64),
                (packed, &mut packed_64),
                (start, &mut start_64),
            ] {
                if short == LARGE {
                    *long = field.u64()?;
                }
            }
        }
    }
    let listed = Listed {
        flags,
        method,
        mtime: from_dos(date, time).saturating_mul(1_000_000_000),
        checksum,
        packed: packed_64,
        size: size_64,
        mode: if made_by >> 8 == 3 {
            attributes >> 16
        } else {
            0
        },
        start: start_64,
        name,
    };
    Ok((listed, at + 46 + length as u64 + u64::from(comment)))
}

fn content<R: Read + Seek>(
    from: &mut R,
    entry: &Listed,
    visit: &mut dyn FnMut(&Item, &mut dyn Read) -> Result<(), SandboxError>,
) -> Result<(), SandboxError> {
    let refused = |reason: &str| invalid(format!("{} {reason}", shown(&entry.name)));
    if entry.flags & 1 != 0 {
        return Err(refused("is encrypted"));
    }
    let head = read_at(from, entry.start, 30)?;
    let mut fields = Fields(&head);
    if fields.u32()? != LOCAL {
        return Err(refused("is not where the directory says"));
    }
    let mut lengths = Fields(head.get(26..).unwrap_or_default());
    let skipped = u64::from(lengths.u16()?) + u64::from(lengths.u16()?);
    let start = entry.start.saturating_add(30 + skipped);
    from.seek(SeekFrom::Start(start))
        .map_err(|_| refused("is not where the directory says"))?;
    let packed = BufReader::new((&mut *from).take(entry.packed));
    let mut plain: Box<dyn Read + '_> = match entry.method {
        STORED => Box::new(packed),
        DEFLATED => Box::new(DeflateDecoder::new(packed)),
        _ => {
            return Err(refused(
                "is compressed in a way that is not read here; use deflate",
            ));
        }
    };
    let mut plain = Checked {
        from: &mut *plain,
        checksum: Crc::new(),
        expected: entry.checksum,
        left: entry.size,
    };
    let kind = entry.mode & TYPE;
    let is_dir = entry.name.ends_with('/') || kind == DIRECTORY;
    let permissions = u16::try_from(entry.mode & 0o7777).unwrap_or(0);
    let (what, usual) = match kind {
        _ if is_dir => (Content::Directory, 0o755),
        SYMLINK => {
            if entry.size > MAX_TARGET {
                return Err(refused("is a link to what is no path"));
            }
            let mut target = Vec::new();
            plain
                .read_to_end(&mut target)
                .map_err(|source| refused(&format!("cannot be read: {source}")))?;
            let target = String::from_utf8(target);
            let target = target.map_err(|_| refused("is a link to what is not UTF-8"))?;
            (Content::Symlink { target }, 0o777)
        }
        0 | FILE => (Content::File { size: entry.size }, 0o644),
        _ => (Content::Other, 0),
    };
    let item = Item {
        what,
        // One that was not made on Unix has no mode.
        mode: if entry.mode == 0 { usual } else { permissions },
        mtime: entry.mtime,
        name: entry.name.clone(),
    };
    visit(&item, &mut plain)
}

/// Content whose checksum is compared at its end, and which has no more bytes than it says.
struct Checked<'a> {
    from: &'a mut dyn Read,
    checksum: Crc,
    expected: u32,
    left: u64,
}

impl Read for Checked<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = usize::try_from(self.left).unwrap_or(usize::MAX);
        let most = most.min(buffer.len());
        let read = self.from.read(buffer.get_mut(..most).unwrap_or_default())?;
        self.checksum.update(buffer.get(..read).unwrap_or_default());
        self.left -= read as u64;
        if read == 0 && !buffer.is_empty() {
            if self.left > 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            if self.checksum.sum() != self.expected {
                return Err(io::Error::new(
                    io::ErrorKind::InvalidData,
                    "its checksum is wrong",
                ));
            }
        }
        Ok(read)
    }
}
