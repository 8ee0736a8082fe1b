//! Reading and writing.

use super::super::content::{Io, MAX_SIZE, Plan};
use super::super::errno::Errno;
use super::super::inode::Body;
use super::super::state::State;
use super::super::table::Ino;
use crate::store::Device;

/// Most bytes of one read or write of a device: they cost nothing but time.
const MAX_DEVICE: usize = 1 << 20;

pub(in super::super) fn read(
    state: &mut State,
    io: &Io,
    ino: Ino,
    len: usize,
    offset: u64,
) -> Result<Plan, Errno> {
    match &state.inode(ino)?.body {
        Body::Directory(_) => return Err(Errno::IsDir),
        Body::Symlink(_) => return Err(Errno::Inval),
        Body::Device(device) => return read_device(*device, len.min(MAX_DEVICE)),
        Body::File(_) => {}
    }
    let inode = state.inode_mut(ino)?;
    match &mut inode.body {
        Body::File(data) => data.plan(io, offset, len),
        _ => Err(Errno::Inval),
    }
}

fn read_device(device: Device, len: usize) -> Result<Plan, Errno> {
    match device {
        Device::Null => Ok(Plan::Done(Vec::new())),
        Device::Zero => Ok(Plan::Done(vec![0; len])),
        Device::Random => {
            let mut bytes = vec![0; len];
            getrandom::fill(&mut bytes).map_err(|error| {
                tracing::error!(%error, "the operating system gives no randomness");
                Errno::Io
            })?;
            Ok(Plan::Done(bytes))
        }
        // They belong to a process, and this is none.
        Device::Stdin | Device::Stdout | Device::Stderr => Err(Errno::Inval),
    }
}

/// Writes at `offset`, or at the end without one.
pub(in super::super) fn write(
    state: &mut State,
    io: &Io,
    ino: Ino,
    data: &[u8],
    offset: Option<u64>,
    now: i64,
) -> Result<usize, Errno> {
    let size = match &state.inode(ino)?.body {
        Body::Directory(_) => return Err(Errno::IsDir),
        Body::Symlink(_) => return Err(Errno::Inval),
        Body::Device(Device::Null | Device::Zero | Device::Random) => return Ok(data.len()),
        Body::Device(_) => return Err(Errno::Inval),
        Body::File(contents) => contents.size(),
    };
    if data.is_empty() {
        return Ok(0);
    }
    let offset = offset.unwrap_or(size);
    // Up to where the quota and the longest file allow; a gap before the data counts, too.
    let end = size.saturating_add(state.room()).min(MAX_SIZE);
    let fits = end.max(size).saturating_sub(offset);
    if fits == 0 {
        return Err(if offset >= MAX_SIZE {
            Errno::FBig
        } else {
            Errno::NoSpc
        });
    }
    let fits = usize::try_from(fits).unwrap_or(usize::MAX);
    let data = data.get(..fits).unwrap_or(data);
    state.change_file(ino, now, |contents, inline| {
        contents.write(io, offset, data, inline)
    })?;
    Ok(data.len())
}

pub(in super::super) fn set_size(
    state: &mut State,
    io: &Io,
    ino: Ino,
    size: u64,
    now: i64,
) -> Result<(), Errno> {
    let old = match &state.inode(ino)?.body {
        Body::Directory(_) => return Err(Errno::IsDir),
        Body::File(contents) => contents.size(),
        Body::Symlink(_) | Body::Device(_) => return Err(Errno::Inval),
    };
    if size > MAX_SIZE {
        return Err(Errno::FBig);
    }
    if size.saturating_sub(old) > state.room() {
        return Err(Errno::NoSpc);
    }
    state.change_file(ino, now, |contents, inline| {
        contents.set_size(io, size, inline)
    })
}
