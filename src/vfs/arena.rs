//! Private file contents that are too large for memory: one scratch file per filesystem, without a
//! name where the host allows that.
//!
//! Slots come in five sizes and are taken from free lists first, so that a file rewritten many times
//! needs no more room than once. Nothing here survives the process: what must, is committed to the
//! store.

use std::fs::File;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::store::Store;

/// Sizes of slots in bytes; the largest holds a whole chunk.
const SIZES: [u32; 5] = [4 << 10, 16 << 10, 64 << 10, 256 << 10, 1 << 20];

/// A scratch file, made with its first slot.
#[derive(Debug)]
pub(super) struct Arena {
    store: Store,
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    file: Option<Arc<File>>,
    end: u64,
    free: [Vec<u64>; SIZES.len()],
}

/// A range of the scratch file; given back when dropped.
#[derive(Debug)]
pub(super) struct Slot {
    arena: Arc<Arena>,
    file: Arc<File>,
    offset: u64,
    class: usize,
}

impl Arena {
    pub(super) fn new(store: Store) -> Self {
        Self {
            store,
            inner: Mutex::default(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A slot for at least `size` bytes (the largest there is for more). Its contents are undefined.
    pub(super) fn allocate(self: &Arc<Self>, size: u64) -> io::Result<Slot> {
        let class = SIZES
            .iter()
            .position(|have| u64::from(*have) >= size)
            .unwrap_or(SIZES.len() - 1);
        let mut inner = self.lock();
        let file = match &inner.file {
            Some(file) => Arc::clone(file),
            None => Arc::clone(inner.file.insert(Arc::new(self.store.scratch_file()?))),
        };
        let reused = inner.free.get_mut(class).and_then(Vec::pop);
        let offset = reused.unwrap_or_else(|| {
            let offset = inner.end;
            inner.end += u64::from(SIZES.get(class).copied().unwrap_or(0));
            offset
        });
        drop(inner);
        Ok(Slot {
            arena: Arc::clone(self),
            file,
            offset,
            class,
        })
    }
}

impl Slot {
    /// Bytes it can hold.
    pub(super) fn capacity(&self) -> u32 {
        SIZES.get(self.class).copied().unwrap_or(0)
    }

    pub(super) fn read(&self, buffer: &mut [u8], offset: u32) -> io::Result<()> {
        read_exact_at(&self.file, buffer, self.offset + u64::from(offset))
    }

    pub(super) fn write(&self, data: &[u8], offset: u32) -> io::Result<()> {
        debug_assert!(u64::from(offset) + data.len() as u64 <= u64::from(self.capacity()));
        write_all_at(&self.file, data, self.offset + u64::from(offset))
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut inner = self.arena.lock();
        if let Some(free) = inner.free.get_mut(self.class) {
            free.push(self.offset);
        }
    }
}

#[cfg(unix)]
fn read_exact_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, buffer, offset)
}

#[cfg(unix)]
fn write_all_at(file: &File, data: &[u8], offset: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::write_all_at(file, data, offset)
}

#[cfg(windows)]
fn read_exact_at(file: &File, mut buffer: &mut [u8], mut offset: u64) -> io::Result<()> {
    use std::os::windows::fs::FileExt;
    while !buffer.is_empty() {
        let read = file.seek_read(buffer, offset)?;
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        buffer = buffer.get_mut(read..).unwrap_or_default();
        offset += read as u64;
    }
    Ok(())
}

#[cfg(windows)]
fn write_all_at(file: &File, mut data: &[u8], mut offset: u64) -> io::Result<()> {
    use std::os::windows::fs::FileExt;
    while !data.is_empty() {
        let written = file.seek_write(data, offset)?;
        if written == 0 {
            return Err(io::ErrorKind::WriteZero.into());
        }
        data = data.get(written..).unwrap_or_default();
        offset += written as u64;
    }
    Ok(())
}
