//! Reading an archive.

use std::io::{self, Read};

use tar::EntryType;
use zstd::stream::read::Decoder;

use super::assembly::{Assembly, Item};
use super::frame::{Frames, Member, fault};
use super::{ArchiveMeta, ImportLimits, quoted};
use crate::digest::Digest;
use crate::store::tree::{Device, LinkGroup};
use crate::store::{Store, StoreError};

/// How a zstd frame begins (RFC 8878, section 3.1.1).
const ZSTD_MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];
/// The largest window that a zstd frame may ask for: 32 MiB, which covers every level but the
/// "ultra" ones. Bounds the decoder's memory.
const MAX_WINDOW_LOG: u32 = 25;
/// Bytes of headers that an entry may need: its own, two long names and their padding.
const HEADERS_PER_NODE: u64 = 16 << 10;
/// Bytes of headers that an archive may have beside those.
const OTHER_HEADERS: u64 = 4 << 20;

/// Takes over an archive, tar or tar compressed with zstd, and answers the new root with what the
/// archive says beside it. The caller holds a [`writing`](Store::writing) until it has recorded the
/// root.
///
/// # Errors
/// [`Archive`](StoreError::Archive) and [`ArchiveTooLarge`](StoreError::ArchiveTooLarge) for what
/// is refused, [`Input`](StoreError::Input) if the reader fails or decompression does, or that the
/// host's filesystem refuses. Then nothing but garbage was stored.
pub(crate) fn import(
    store: &Store,
    input: &mut dyn Read,
    limits: ImportLimits,
) -> Result<(Digest, ArchiveMeta), StoreError> {
    let _writing = store.writing();
    let mut start = Vec::new();
    let failed = |source| fault("", StoreError::Input { source });
    (&mut *input)
        .take(ZSTD_MAGIC.len() as u64)
        .read_to_end(&mut start)
        .map_err(failed)?;
    let compressed = start == ZSTD_MAGIC;
    let mut whole = start.as_slice().chain(input);
    if compressed {
        let mut decoder = Decoder::new(whole).map_err(failed)?;
        decoder.window_log_max(MAX_WINDOW_LOG).map_err(failed)?;
        unpack(store, &mut decoder, limits)
    } else {
        unpack(store, &mut whole, limits)
    }
}

fn unpack(
    store: &Store,
    input: &mut dyn Read,
    limits: ImportLimits,
) -> Result<(Digest, ArchiveMeta), StoreError> {
    let headers = limits.nodes.saturating_mul(HEADERS_PER_NODE);
    let most = limits.bytes.saturating_add(headers);
    let mut bounded = Bounded {
        input,
        left: most.saturating_add(OTHER_HEADERS),
        limit: limits.bytes,
    };
    let mut frames = Frames::new(&mut bounded);
    let mut assembly = Assembly::new(limits);
    while let Some(member) = frames.next()? {
        if let Some(next) = frames.global.next_group {
            assembly.raise_next_group(next);
        }
        take(store, &mut assembly, &mut frames, member)?;
    }
    if let Some(next) = frames.global.next_group {
        assembly.raise_next_group(next);
    }
    let root = assembly.store(store)?;
    Ok((root, frames.global.meta))
}

fn take(
    store: &Store,
    assembly: &mut Assembly,
    frames: &mut Frames<'_>,
    member: Member,
) -> Result<(), StoreError> {
    let Member {
        path, mode, mtime, ..
    } = member;
    let refused = |reason| StoreError::Archive {
        entry: quoted(&path),
        reason,
    };
    match member.kind {
        EntryType::Regular => {
            assembly.charge(&path, member.size)?;
            let content = store
                .put_content(frames)
                .map_err(|error| fault(&path, error))?;
            match member.group {
                None => assembly.put(&path, mode, mtime, Item::File(content)),
                Some(group) => assembly.put_linked(
                    &path,
                    LinkGroup {
                        group,
                        mode,
                        mtime,
                        content,
                        nlink: 1,
                    },
                ),
            }
        }
        EntryType::Link => assembly.put_link(&path, &member.target),
        EntryType::Symlink => {
            let item = Item::Symlink(member.target.into());
            assembly.put(&path, mode, mtime, item)
        }
        EntryType::Directory => {
            assembly.put(&path, mode, mtime, Item::Directory(Default::default()))
        }
        EntryType::Char => {
            let device = match (member.device_name.as_deref(), member.device) {
                (Some("stdin"), _) => Device::Stdin,
                (Some("stdout"), _) => Device::Stdout,
                (Some("stderr"), _) => Device::Stderr,
                (None, (1, 3)) => Device::Null,
                (None, (1, 5)) => Device::Zero,
                (None, (1, 8 | 9)) => Device::Random,
                _ => return Err(refused("it is a device that sandboxes do not have")),
            };
            assembly.put(&path, mode, mtime, Item::Device(device))
        }
        EntryType::Block => Err(refused("it is a block device")),
        EntryType::Fifo => Err(refused("it is a named pipe")),
        EntryType::GNUSparse => Err(refused("sparse entries are not supported")),
        _ => Err(refused("it is of an unknown type")),
    }
}

/// Gives up after so many bytes, whatever they are: an archive can unpack to endless headers.
struct Bounded<'a> {
    input: &'a mut dyn Read,
    left: u64,
    /// For the message.
    limit: u64,
}

impl Read for Bounded<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.input.read(buffer)?;
        match self.left.checked_sub(count as u64) {
            Some(left) => self.left = left,
            None => {
                return Err(io::Error::other(StoreError::ArchiveTooLarge {
                    entry: String::new(),
                    what: "bytes",
                    limit: self.limit,
                }));
            }
        }
        Ok(count)
    }
}
