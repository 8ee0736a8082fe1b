//! Taking an archive apart into entries: blocks, checksums, extended headers.

use std::io::{self, ErrorKind, Read};

use tar::{EntryType, Header};

use super::{
    ArchiveMeta, DEVICE_KEY, LINK_KEY, MAX_RECORDS, NEXT_GROUP_KEY, PROGRAMS_KEY, RUNTIME_KEY,
    VERSION, VERSION_KEY, quoted,
};
use crate::digest::Digest;
use crate::store::StoreError;

const BLOCK: u64 = 512;
/// The most bytes after the end mark: tar pads to its record size, 10 KiB usually.
const MAX_TRAILER: u64 = 1 << 20;
/// The most bytes of a GNU long name; a path has far less.
const MAX_LONG_NAME: u64 = 64 << 10;

/// An entry; its content, if it is a file, is what [`Frames`] reads next.
#[derive(Debug)]
pub(crate) struct Member {
    pub(crate) path: String,
    pub(crate) kind: EntryType,
    pub(crate) mode: u16,
    /// Nanoseconds since the epoch.
    pub(crate) mtime: i64,
    /// Zero for everything but files.
    pub(crate) size: u64,
    pub(crate) target: String,
    pub(crate) device: (u32, u32),
    /// `BELLJAR.device`
    pub(crate) device_name: Option<String>,
    /// `BELLJAR.link`
    pub(crate) group: Option<u64>,
}

/// What the global headers say.
#[derive(Debug, Default)]
pub(super) struct Global {
    pub(crate) meta: ArchiveMeta,
    pub(crate) next_group: Option<u64>,
}

/// What precedes an entry.
#[derive(Default)]
struct Extended {
    path: Option<String>,
    target: Option<String>,
    size: Option<u64>,
    mtime: Option<i64>,
    group: Option<u64>,
    device: Option<String>,
    any: bool,
}

/// The entries of an archive. As a reader it gives the content of the last one.
pub(crate) struct Frames<'a> {
    input: &'a mut dyn Read,
    pub(super) global: Global,
    /// Of the content, not read yet.
    left: u64,
    /// After the content, up to the next block.
    padding: u64,
}

fn refused(entry: &str, reason: &'static str) -> StoreError {
    StoreError::Archive {
        entry: quoted(entry),
        reason,
    }
}

/// What reading the archive failed of: an error of ours in disguise, an early end, the reader.
pub(super) fn fault(entry: &str, error: StoreError) -> StoreError {
    match error {
        StoreError::Input { source } if source.kind() == ErrorKind::UnexpectedEof => {
            refused(entry, "the archive is cut off")
        }
        StoreError::Input { source } => source
            .downcast()
            .unwrap_or_else(|source| StoreError::Input { source }),
        other => other,
    }
}

fn text(bytes: &[u8]) -> Result<String, StoreError> {
    String::from_utf8(bytes.to_vec())
        .map_err(|_| refused(&String::from_utf8_lossy(bytes), "a name is not UTF-8"))
}

impl<'a> Frames<'a> {
    pub(crate) fn new(input: &'a mut dyn Read) -> Self {
        Self {
            input,
            global: Global::default(),
            left: 0,
            padding: 0,
        }
    }

    /// The next entry, or `None` after the last; what was not read of the one before is skipped.
    pub(crate) fn next(&mut self) -> Result<Option<Member>, StoreError> {
        let mut extended = Extended::default();
        loop {
            self.skip()?;
            let mut header = Header::new_old();
            self.fill(header.as_mut_bytes())?;
            if header.as_bytes().iter().all(|byte| *byte == 0) {
                if extended.any {
                    return Err(refused("", "an extended header is of no entry"));
                }
                self.trailer()?;
                return Ok(None);
            }
            verify(&header)?;
            let size = header
                .entry_size()
                .map_err(|_| refused("", "a size is not a number"))?;
            match header.entry_type() {
                EntryType::XGlobalHeader => {
                    let records = self.read(size, MAX_RECORDS)?;
                    self.global_records(&records)?;
                }
                EntryType::XHeader => {
                    let records = self.read(size, MAX_RECORDS)?;
                    extended.read(&records)?;
                }
                EntryType::GNULongName => {
                    extended.path = Some(self.long_name(size)?);
                    extended.any = true;
                }
                EntryType::GNULongLink => {
                    extended.target = Some(self.long_name(size)?);
                    extended.any = true;
                }
                _ => return self.member(&header, size, extended).map(Some),
            }
        }
    }

    fn member(
        &mut self,
        header: &Header,
        size: u64,
        extended: Extended,
    ) -> Result<Member, StoreError> {
        let path = match extended.path {
            Some(path) => path,
            None => text(&header.path_bytes())?,
        };
        let target = match extended.target {
            Some(target) => target,
            None => text(&header.link_name_bytes().unwrap_or_default())?,
        };
        let mut kind = header.entry_type();
        if kind == EntryType::Continuous || kind == EntryType::Regular {
            // Before POSIX, directories were files whose names end in a slash.
            let directory = path.ends_with('/');
            kind = if directory {
                EntryType::Directory
            } else {
                EntryType::Regular
            };
        }
        // Other kinds have no content, whatever their header says.
        let size = match kind {
            EntryType::Regular => extended.size.unwrap_or(size),
            _ => 0,
        };
        let mode = header
            .mode()
            .map_err(|_| refused(&path, "its mode is not a number"))?;
        let mtime = match extended.mtime {
            Some(mtime) => mtime,
            None => header
                .mtime()
                .ok()
                // In GNU's binary form it may be negative.
                .and_then(|seconds| seconds.cast_signed().checked_mul(1_000_000_000))
                .ok_or_else(|| refused(&path, "its time is not one that can be kept"))?,
        };
        let number = |number: io::Result<Option<u32>>| number.ok().flatten().unwrap_or(0);
        self.expect(size)?;
        Ok(Member {
            device: (number(header.device_major()), number(header.device_minor())),
            path,
            kind,
            // What is above the permission bits is the kind, in some old archives.
            mode: (mode & 0o7777) as u16,
            mtime,
            size,
            target,
            device_name: extended.device,
            group: extended.group,
        })
    }

    fn expect(&mut self, size: u64) -> Result<(), StoreError> {
        let padded = size.checked_next_multiple_of(BLOCK);
        let padded = padded.ok_or_else(|| refused("", "a size is too large"))?;
        self.left = size;
        self.padding = padded - size;
        Ok(())
    }

    fn fill(&mut self, buffer: &mut [u8]) -> Result<(), StoreError> {
        self.input
            .read_exact(buffer)
            .map_err(|source| fault("", StoreError::Input { source }))
    }

    /// Skips to the next header.
    fn skip(&mut self) -> Result<(), StoreError> {
        let count = self.left.saturating_add(self.padding);
        (self.left, self.padding) = (0, 0);
        let skipped = io::copy(&mut (&mut *self.input).take(count), &mut io::sink())
            .map_err(|source| fault("", StoreError::Input { source }))?;
        if skipped < count {
            return Err(refused("", "the archive is cut off"));
        }
        Ok(())
    }

    /// What follows the last entry is read, so that a compressed archive's checksum is.
    fn trailer(&mut self) -> Result<(), StoreError> {
        let most = MAX_TRAILER + 1;
        let skipped = io::copy(&mut (&mut *self.input).take(most), &mut io::sink())
            .map_err(|source| fault("", StoreError::Input { source }))?;
        if skipped == most {
            return Err(refused("", "there is more after the archive's end"));
        }
        Ok(())
    }

    /// The whole content of a header of at most `most` bytes.
    fn read(&mut self, size: u64, most: u64) -> Result<Vec<u8>, StoreError> {
        if size > most {
            return Err(refused("", "an extended header is too large"));
        }
        self.expect(size)?;
        let mut bytes = Vec::new();
        self.read_to_end(&mut bytes)
            .map_err(|source| fault("", StoreError::Input { source }))?;
        Ok(bytes)
    }

    fn long_name(&mut self, size: u64) -> Result<String, StoreError> {
        let bytes = self.read(size, MAX_LONG_NAME)?;
        text(bytes.strip_suffix(b"\0").unwrap_or(&bytes))
    }

    fn global_records(&mut self, records: &[u8]) -> Result<(), StoreError> {
        for record in Records(records) {
            let (key, value) = record?;
            match key {
                VERSION_KEY if value != VERSION.to_string() => {
                    return Err(StoreError::DifferentVersion {
                        what: "the archive".to_owned(),
                        found: quoted(value),
                        supported: VERSION,
                    });
                }
                RUNTIME_KEY => value.clone_into(&mut self.global.meta.runtime),
                PROGRAMS_KEY => {
                    self.global.meta.programs = value
                        .split(',')
                        .filter(|program| !program.is_empty())
                        .map(Digest::from_hex)
                        .collect::<Result<_, _>>()
                        .map_err(|_| refused("", "BELLJAR.programs are not digests"))?;
                }
                NEXT_GROUP_KEY => self.global.next_group = Some(number(value)?),
                // What would change every entry is not meant for an archive of a filesystem.
                "path" | "linkpath" | "size" => {
                    return Err(refused("", "a global header names or measures entries"));
                }
                _ => {}
            }
        }
        Ok(())
    }
}

impl Read for Frames<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = usize::try_from(self.left)
            .unwrap_or(usize::MAX)
            .min(buffer.len());
        let Some(buffer) = buffer.get_mut(..most).filter(|buffer| !buffer.is_empty()) else {
            return Ok(0);
        };
        let count = self.input.read(buffer)?;
        if count == 0 {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        self.left = self.left.saturating_sub(count as u64);
        Ok(count)
    }
}

impl Extended {
    fn read(&mut self, records: &[u8]) -> Result<(), StoreError> {
        self.any = true;
        for record in Records(records) {
            let (key, value) = record?;
            match key {
                "path" => self.path = Some(value.to_owned()),
                "linkpath" => self.target = Some(value.to_owned()),
                "size" => self.size = Some(number(value)?),
                "mtime" => {
                    let mtime = nanoseconds(value)
                        .ok_or_else(|| refused("", "an extended header's time is not one"))?;
                    self.mtime = Some(mtime);
                }
                LINK_KEY => self.group = Some(number(value)?),
                DEVICE_KEY => self.device = Some(value.to_owned()),
                _ if key.starts_with("GNU.sparse.") => {
                    return Err(refused("", "sparse entries are not supported"));
                }
                _ => {}
            }
        }
        Ok(())
    }
}

fn verify(header: &Header) -> Result<(), StoreError> {
    let sum: u32 = header
        .as_bytes()
        .iter()
        .enumerate()
        // The checksum's own field counts as spaces.
        .map(|(at, byte)| if (148..156).contains(&at) { 32 } else { u32::from(*byte) })
        .sum();
    match header.cksum() {
        Ok(expected) if expected == sum => Ok(()),
        _ => Err(refused(
            "",
            "a header's checksum is wrong: this is not a tar archive",
        )),
    }
}

fn number(value: &str) -> Result<u64, StoreError> {
    value
        .parse()
        .map_err(|_| refused("", "an extended header's number is not one"))
}

/// Nanoseconds of `[-]seconds[.fraction]`; digits beyond the ninth are dropped.
fn nanoseconds(value: &str) -> Option<i64> {
    let (negative, size) = match value.strip_prefix('-') {
        Some(size) => (true, size),
        None => (false, value),
    };
    let (whole, fraction) = size.split_once('.').unwrap_or((size, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(fraction) {
        return None;
    }
    let whole: i128 = whole.parse().ok()?;
    let fraction: String = fraction
        .chars()
        .chain("000000000".chars())
        .take(9)
        .collect();
    let size = whole
        .checked_mul(1_000_000_000)?
        .checked_add(fraction.parse().ok()?)?;
    i64::try_from(if negative { -size } else { size }).ok()
}

/// The records of an extended header: `<length> <key>=<value>\n`, where the length counts all of
/// that and the value may hold anything.
struct Records<'a>(&'a [u8]);

impl<'a> Iterator for Records<'a> {
    type Item = Result<(&'a str, &'a str), StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let malformed = || refused("", "an extended header is malformed");
        let record = self.split();
        if record.is_none() {
            self.0 = &[];
        }
        Some(record.ok_or_else(malformed).and_then(|(key, value)| {
            let utf8 = |bytes| str::from_utf8(bytes).ok();
            match (utf8(key), utf8(value)) {
                (Some(key), Some(value)) => Ok((key, value)),
                // Attributes of other systems may be binary, names may not.
                (Some(key), None) if !["path", "linkpath"].contains(&key) => Ok((key, "")),
                _ => Err(refused("", "a name is not UTF-8")),
            }
        }))
    }
}

impl<'a> Records<'a> {
    fn split(&mut self) -> Option<(&'a [u8], &'a [u8])> {
        let space = self.0.iter().position(|byte| *byte == b' ')?;
        let len: usize = str::from_utf8(self.0.get(..space)?).ok()?.parse().ok()?;
        let record = self.0.get(space + 1..len)?.strip_suffix(b"\n")?;
        self.0 = self.0.get(len..)?;
        let equals = record.iter().position(|byte| *byte == b'=')?;
        Some((record.get(..equals)?, record.get(equals + 1..)?))
    }
}
