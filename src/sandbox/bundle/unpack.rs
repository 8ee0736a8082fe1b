//! Reading archives.

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};

use flate2::read::MultiGzDecoder;
use tar::EntryType;

use super::plan::{Content, Item};
use super::{ArchiveFormat, Repr, SandboxError, invalid, zip};
use crate::store::{Frames, Member};

/// The most bytes that are decompressed.
const MOST: u64 = 12 << 30;

/// Gives every entry of an archive, with its content, in its order.
pub(super) fn each(
    file: &mut File,
    format: ArchiveFormat,
    visit: &mut dyn FnMut(&Item, &mut dyn Read) -> Result<(), SandboxError>,
) -> Result<(), SandboxError> {
    file.seek(SeekFrom::Start(0))
        .map_err(|source| invalid(format!("it cannot be read: {source}")))?;
    match format {
        ArchiveFormat::Zip => zip::each(&mut BufReader::new(file), visit),
        ArchiveFormat::TarGz => {
            // What no archive within the limits needs, headers and all, is not even read.
            let mut plain = MultiGzDecoder::new(BufReader::new(file)).take(MOST);
            let mut frames = Frames::new(&mut plain);
            while let Some(member) = frames.next().map_err(Repr::Import)? {
                visit(&item(member), &mut frames)?;
            }
            Ok(())
        }
    }
}

fn item(member: Member) -> Item {
    Item {
        what: match member.kind {
            EntryType::Directory => Content::Directory,
            EntryType::Regular => Content::File { size: member.size },
            EntryType::Symlink => Content::Symlink {
                target: member.target,
            },
            EntryType::Link => Content::Link {
                target: member.target,
            },
            _ => Content::Other,
        },
        mode: member.mode,
        mtime: member.mtime,
        name: member.path,
    }
}
