//! `wasi:filesystem/types`: descriptors and what can be done with them.

use std::sync::Arc;

use wasmtime::component::Resource;
use wasmtime_wasi::p2::{DynInputStream, DynOutputStream};

use super::bindings::wasi::filesystem::types::{
    self, Advice, DescriptorFlags, DescriptorStat, DescriptorType, DirectoryEntry, ErrorCode,
    MetadataHashValue, NewTimestamp, OpenFlags, PathFlags,
};
use super::convert::{descriptor_type, follow, hash, set_time, stat};
use super::error::{Failure, StreamFailure};
use super::streams::{FileInput, FileOutput};
use super::{Descriptor, DirectoryEntryStream, FilesystemView, MAX_READ, Rights};
use crate::host::stdio::{GuestInput, GuestOutput};
use crate::store::Device;
use crate::vfs::{self, Access, Handle, Kind};

/// Mode of a new directory before the umask is applied, which is what programs ask for that know of
/// modes.
const DIRECTORY_MODE: u16 = 0o777;
/// Mode of a new file, likewise.
const FILE_MODE: u16 = 0o666;

type Answer<T> = Result<T, Failure>;
type Fd = Resource<Descriptor>;

impl types::Host for FilesystemView<'_> {
    fn convert_error_code(&mut self, failure: Failure) -> wasmtime::Result<ErrorCode> {
        match failure {
            Failure::Code(code) => Ok(code),
            Failure::Bug(error) => Err(error),
        }
    }

    fn filesystem_error_code(
        &mut self,
        error: Resource<wasmtime::Error>,
    ) -> wasmtime::Result<Option<ErrorCode>> {
        let failure = self.table.get(&error)?.downcast_ref::<StreamFailure>();
        Ok(failure.map(|failure| failure.0.into()))
    }
}

impl types::HostDescriptor for FilesystemView<'_> {
    fn read_via_stream(&mut self, fd: Fd, offset: u64) -> Answer<Resource<DynInputStream>> {
        let descriptor = self.descriptor(&fd)?;
        let handle = &descriptor.handle;
        if let Some(description) = &descriptor.inherited {
            if !description.is_readable() {
                return Err(ErrorCode::BadDescriptor.into());
            }
            let stream = GuestInput::new(description.clone(), self.control()).stream();
            return self.push(stream);
        }
        let stream: DynInputStream = match handle.kind() {
            Kind::Directory => return Err(ErrorCode::IsDirectory.into()),
            _ if !handle.access().read => return Err(ErrorCode::BadDescriptor.into()),
            // This process has none.
            Kind::Device(Device::Stdin | Device::Stdout | Device::Stderr) => {
                return Err(ErrorCode::BadDescriptor.into());
            }
            Kind::File
            | Kind::Symlink
            | Kind::Device(Device::Null | Device::Zero | Device::Random) => Box::new(
                FileInput::new(Arc::clone(handle), offset, self.filesystem.slot()?),
            ),
        };
        self.push(stream)
    }

    fn write_via_stream(&mut self, fd: Fd, offset: u64) -> Answer<Resource<DynOutputStream>> {
        self.output(&fd, |handle, slot| {
            FileOutput::write_at(handle, offset, slot)
        })
    }

    fn append_via_stream(&mut self, fd: Fd) -> Answer<Resource<DynOutputStream>> {
        self.output(&fd, FileOutput::append)
    }

    fn advise(&mut self, fd: Fd, offset: u64, length: u64, _advice: Advice) -> Answer<()> {
        match self.descriptor(&fd)?.handle.kind() {
            Kind::Directory => return Err(ErrorCode::BadDescriptor.into()),
            Kind::Device(_) => return Err(ErrorCode::InvalidSeek.into()),
            Kind::File | Kind::Symlink => {}
        }
        // Everything is at hand already, so that no advice changes anything.
        match offset.checked_add(length) {
            Some(_) => Ok(()),
            None => Err(ErrorCode::Invalid.into()),
        }
    }

    /// What a call wrote is as durable when it returns as anything in a running sandbox; see
    /// [`crate::vfs`].
    fn sync_data(&mut self, fd: Fd) -> Answer<()> {
        self.descriptor(&fd).map(drop)
    }

    fn get_flags(&mut self, fd: Fd) -> Answer<DescriptorFlags> {
        let descriptor = self.descriptor(&fd)?;
        let access = descriptor.handle.access();
        let is_directory = descriptor.handle.kind() == Kind::Directory;
        let mut flags = descriptor.wishes;
        if access.read {
            flags |= DescriptorFlags::READ;
        }
        if is_directory && descriptor.rights == Rights::Change {
            flags |= DescriptorFlags::MUTATE_DIRECTORY;
        }
        if !is_directory && access.write {
            flags |= DescriptorFlags::WRITE;
        }
        Ok(flags)
    }

    fn get_type(&mut self, fd: Fd) -> Answer<DescriptorType> {
        Ok(descriptor_type(self.descriptor(&fd)?.handle.kind()))
    }

    fn set_size(&mut self, fd: Fd, size: u64) -> Answer<()> {
        Ok(self.descriptor(&fd)?.handle.set_size(size)?)
    }

    fn set_times(&mut self, fd: Fd, atime: NewTimestamp, mtime: NewTimestamp) -> Answer<()> {
        let handle = self.descriptor(&fd)?.changing()?;
        Ok(handle.set_times(set_time(atime)?, set_time(mtime)?)?)
    }

    fn read(&mut self, fd: Fd, length: u64, offset: u64) -> Answer<(Vec<u8>, bool)> {
        let handle = positioned(self.descriptor(&fd)?)?;
        let length = usize::try_from(length).map_or(MAX_READ, |length| length.min(MAX_READ));
        let bytes = handle.read(length, offset)?;
        // A read that is short may have met the end, but only nothing says so for sure: a guest
        // must not stop early because a device gave less.
        let end = bytes.is_empty() && length > 0;
        Ok((bytes, end))
    }

    /// Not called: `write.rs` has the one that is linked.
    fn write(&mut self, fd: Fd, buffer: Vec<u8>, offset: u64) -> Answer<u64> {
        let handle = positioned(self.descriptor(&fd)?)?;
        Ok(handle.write(&buffer, offset)? as u64)
    }

    fn read_directory(&mut self, fd: Fd) -> Answer<Resource<DirectoryEntryStream>> {
        let stream = DirectoryEntryStream {
            entries: self.descriptor(&fd)?.handle.read_dir()?,
            _slot: self.filesystem.slot()?,
        };
        self.push(stream)
    }

    /// As `sync_data`.
    fn sync(&mut self, fd: Fd) -> Answer<()> {
        self.descriptor(&fd).map(drop)
    }

    fn create_directory_at(&mut self, fd: Fd, path: String) -> Answer<()> {
        let mode = self.mode(DIRECTORY_MODE);
        Ok(self.descriptor(&fd)?.changing()?.create_dir(&path, mode)?)
    }

    fn stat(&mut self, fd: Fd) -> Answer<DescriptorStat> {
        Ok(stat(&self.descriptor(&fd)?.handle.stat()?))
    }

    fn stat_at(&mut self, fd: Fd, flags: PathFlags, path: String) -> Answer<DescriptorStat> {
        let handle = &self.descriptor(&fd)?.handle;
        if let Some((_, shown)) = self.by_number(handle, &path) {
            return Ok(stat(&shown.stat()?));
        }
        Ok(stat(&handle.stat_at(&path, follow(flags))?))
    }

    fn set_times_at(
        &mut self,
        fd: Fd,
        flags: PathFlags,
        path: String,
        atime: NewTimestamp,
        mtime: NewTimestamp,
    ) -> Answer<()> {
        let handle = self.descriptor(&fd)?.changing()?;
        let (atime, mtime) = (set_time(atime)?, set_time(mtime)?);
        Ok(handle.set_times_at(&path, follow(flags), atime, mtime)?)
    }

    fn link_at(
        &mut self,
        fd: Fd,
        old_flags: PathFlags,
        old: String,
        new_fd: Fd,
        new: String,
    ) -> Answer<()> {
        // Both: a link changes what it leads to, and would lend the rights of its directory.
        let from = self.descriptor(&fd)?.changing()?;
        let into = self.descriptor(&new_fd)?.changing()?;
        Ok(from.link(&old, follow(old_flags), into, &new)?)
    }

    fn open_at(
        &mut self,
        fd: Fd,
        path_flags: PathFlags,
        path: String,
        open_flags: OpenFlags,
        flags: DescriptorFlags,
    ) -> Answer<Fd> {
        let base = self.descriptor(&fd)?;
        let may_change = flags
            .intersects(DescriptorFlags::WRITE | DescriptorFlags::MUTATE_DIRECTORY)
            || open_flags.intersects(OpenFlags::CREATE | OpenFlags::TRUNCATE);
        if may_change {
            base.changing()?;
        }
        let slot = self.filesystem.slot()?;
        let write = flags.contains(DescriptorFlags::WRITE);
        let (opened, inherited) = match self.by_number(&base.handle, &path) {
            Some((description, shown)) => (shown, Some(description)),
            None => {
                let opened = base.handle.open(
                    &path,
                    follow(path_flags),
                    vfs::OpenFlags {
                        create: open_flags.contains(OpenFlags::CREATE),
                        exclusive: open_flags.contains(OpenFlags::EXCLUSIVE),
                        truncate: open_flags.contains(OpenFlags::TRUNCATE),
                        directory: open_flags.contains(OpenFlags::DIRECTORY),
                        mode: Some(self.mode(FILE_MODE)),
                    },
                    Access {
                        // As O_RDONLY is 0 in POSIX: who asks for nothing reads.
                        read: flags.contains(DescriptorFlags::READ) || !write,
                        write,
                    },
                )?;
                let inherited = self.inherited(&opened);
                (opened, inherited)
            }
        };
        let opened = Descriptor {
            handle: Arc::new(opened),
            inherited,
            rights: base.rights,
            wishes: flags
                & (DescriptorFlags::FILE_INTEGRITY_SYNC
                    | DescriptorFlags::DATA_INTEGRITY_SYNC
                    | DescriptorFlags::REQUESTED_WRITE_SYNC),
            _slot: slot,
        };
        self.push(opened)
    }

    fn readlink_at(&mut self, fd: Fd, path: String) -> Answer<String> {
        Ok(self.descriptor(&fd)?.handle.read_link(&path)?)
    }

    fn remove_directory_at(&mut self, fd: Fd, path: String) -> Answer<()> {
        Ok(self.descriptor(&fd)?.changing()?.remove_dir(&path)?)
    }

    fn rename_at(&mut self, fd: Fd, old: String, new_fd: Fd, new: String) -> Answer<()> {
        let from = self.descriptor(&fd)?.changing()?;
        let into = self.descriptor(&new_fd)?.changing()?;
        Ok(from.rename(&old, into, &new)?)
    }

    fn symlink_at(&mut self, fd: Fd, target: String, path: String) -> Answer<()> {
        Ok(self.descriptor(&fd)?.changing()?.symlink(&target, &path)?)
    }

    fn unlink_file_at(&mut self, fd: Fd, path: String) -> Answer<()> {
        Ok(self.descriptor(&fd)?.changing()?.unlink(&path)?)
    }

    fn is_same_object(&mut self, fd: Fd, other: Fd) -> wasmtime::Result<bool> {
        let (one, other) = (self.table.get(&fd)?, self.table.get(&other)?);
        Ok(one.handle.same_object(&other.handle))
    }

    fn metadata_hash(&mut self, fd: Fd) -> Answer<MetadataHashValue> {
        Ok(hash(self.descriptor(&fd)?.handle.identity()))
    }

    fn metadata_hash_at(
        &mut self,
        fd: Fd,
        flags: PathFlags,
        path: String,
    ) -> Answer<MetadataHashValue> {
        let handle = &self.descriptor(&fd)?.handle;
        Ok(hash(handle.stat_at(&path, follow(flags))?.ino))
    }

    fn drop(&mut self, fd: Fd) -> wasmtime::Result<()> {
        self.table.delete(fd)?;
        Ok(())
    }
}

impl types::HostDirectoryEntryStream for FilesystemView<'_> {
    fn read_directory_entry(
        &mut self,
        stream: Resource<DirectoryEntryStream>,
    ) -> Answer<Option<DirectoryEntry>> {
        let stream = self.table.get_mut(&stream).map_err(Failure::bug)?;
        Ok(stream.entries.next().map(|item| DirectoryEntry {
            type_: descriptor_type(item.kind),
            name: (*item.name).into(),
        }))
    }

    fn drop(&mut self, stream: Resource<DirectoryEntryStream>) -> wasmtime::Result<()> {
        self.table.delete(stream)?;
        Ok(())
    }
}

impl FilesystemView<'_> {
    /// A stream that writes into an open file.
    fn output(
        &mut self,
        fd: &Fd,
        file: impl FnOnce(Arc<Handle>, super::Slot) -> FileOutput,
    ) -> Answer<Resource<DynOutputStream>> {
        let descriptor = self.descriptor(fd)?;
        let handle = &descriptor.handle;
        if let Some(description) = &descriptor.inherited {
            if !description.is_writable() {
                return Err(ErrorCode::BadDescriptor.into());
            }
            let stream = GuestOutput::new(description.clone(), self.control()).stream();
            return self.push(stream);
        }
        let stream: DynOutputStream = match handle.kind() {
            Kind::Directory => return Err(ErrorCode::IsDirectory.into()),
            _ if !handle.access().write => return Err(ErrorCode::BadDescriptor.into()),
            // This process has none.
            Kind::Device(Device::Stdin | Device::Stdout | Device::Stderr) => {
                return Err(ErrorCode::BadDescriptor.into());
            }
            Kind::File
            | Kind::Symlink
            | Kind::Device(Device::Null | Device::Zero | Device::Random) => {
                Box::new(file(Arc::clone(handle), self.filesystem.slot()?))
            }
        };
        self.push(stream)
    }
}

/// What can be read and written at a position; standard streams cannot, as a pipe cannot.
pub(super) fn positioned(descriptor: &Descriptor) -> Result<&Arc<Handle>, ErrorCode> {
    match descriptor.handle.kind() {
        _ if descriptor.inherited.is_some() => Err(ErrorCode::InvalidSeek),
        Kind::Device(Device::Stdin | Device::Stdout | Device::Stderr) => {
            Err(ErrorCode::InvalidSeek)
        }
        Kind::File
        | Kind::Directory
        | Kind::Symlink
        | Kind::Device(Device::Null | Device::Zero | Device::Random) => Ok(&descriptor.handle),
    }
}
