//! `belljar:posix`.

use std::thread;

use super::View;
use super::bindings::belljar::posix::{files, identity};
use crate::host::filesystem::{bindings::wasi::filesystem::types::ErrorCode, number};
use crate::vfs::{Follow, Kind, Stat};

/// The one user, who owns everything; `/etc/passwd` says so, too.
const USER: &str = "agentuity";
const UID: u32 = 1000;
const GID: u32 = 1000;
const HOSTNAME: &str = "belljar";
/// Unit of `st_blocks`, by POSIX's tradition.
const BLOCK: u64 = 512;
/// Unit of [`files::Filesystem`].
const FILESYSTEM_BLOCK: u64 = 4096;
/// The number of the one filesystem.
const DEVICE: u64 = 1;

type Answer<T> = wasmtime::Result<Result<T, ErrorCode>>;

/// Type bits of a pipe, as `S_IFIFO` on Linux.
const PIPE: u32 = 0o010_000;

fn shown(stat: &Stat) -> files::FileStat {
    let kind = match stat.kind {
        Kind::File => 0o100_000,
        Kind::Directory => 0o040_000,
        Kind::Symlink => 0o120_000,
        Kind::Device(_) => 0o020_000,
    };
    let blocks = match stat.kind {
        Kind::File => stat.size.div_ceil(FILESYSTEM_BLOCK) * (FILESYSTEM_BLOCK / BLOCK),
        Kind::Directory | Kind::Symlink | Kind::Device(_) => 0,
    };
    files::FileStat {
        device: DEVICE,
        inode: stat.ino,
        mode: kind | u32::from(stat.mode),
        links: stat.nlink.into(),
        uid: UID,
        gid: GID,
        size: stat.size,
        blocks,
        accessed: stat.atime,
        modified: stat.mtime,
        changed: stat.ctime,
    }
}

impl View<'_> {
    fn stat(&mut self, path: &str, follow: Follow) -> Result<files::FileStat, ErrorCode> {
        let files = self.0.files();
        let (root, relative) = files
            .filesystem
            .seen_from_root(path)
            .ok_or(ErrorCode::NoEntry)?;
        let number = number(&relative).or(match relative.as_str() {
            "dev/stdin" => Some(0),
            "dev/stdout" => Some(1),
            "dev/stderr" => Some(2),
            _ => None,
        });
        let Some(number) = number else {
            return Ok(shown(&root.stat_at(&relative, follow)?));
        };
        // What such a name stands for is described, and not the name.
        let description = files.descriptions.get(&number).ok_or(ErrorCode::NoEntry)?;
        if let Some(handle) = description.handle() {
            return Ok(shown(&handle.stat()?));
        }
        let mut device = shown(&root.stat_at("dev/null", Follow::Yes)?);
        if description.is_pipe() {
            device.mode = PIPE | 0o600;
        }
        Ok(device)
    }

    fn change_mode(&mut self, path: &str, mode: u32) -> Result<(), ErrorCode> {
        let files = self.0.files();
        if !files.filesystem.may_change() {
            return Err(ErrorCode::ReadOnly);
        }
        let (root, relative) = files
            .filesystem
            .seen_from_root(path)
            .ok_or(ErrorCode::NoEntry)?;
        let mode = u16::try_from(mode & 0o7777).unwrap_or(0);
        Ok(root.set_mode_at(&relative, Follow::Yes, mode)?)
    }

    fn allowed(&mut self, path: &str, how: u8) -> Result<(), ErrorCode> {
        if how > 7 {
            return Err(ErrorCode::Invalid);
        }
        let files = self.0.files();
        let (root, relative) = files
            .filesystem
            .seen_from_root(path)
            .ok_or(ErrorCode::NoEntry)?;
        if how & 2 != 0 && !files.filesystem.may_change() {
            return Err(ErrorCode::ReadOnly);
        }
        Ok(root.access_at(&relative, how.into())?)
    }
}

impl files::Host for View<'_> {
    fn stat(&mut self, path: String, follow: bool) -> Answer<files::FileStat> {
        let follow = if follow { Follow::Yes } else { Follow::No };
        Ok(View::stat(self, &path, follow))
    }

    fn chmod(&mut self, path: String, mode: u32) -> Answer<()> {
        Ok(self.change_mode(&path, mode))
    }

    fn access(&mut self, path: String, how: u8) -> Answer<()> {
        Ok(self.allowed(&path, how))
    }

    fn umask(&mut self) -> wasmtime::Result<u32> {
        Ok(self
            .0
            .process
            .as_ref()
            .map_or(0o022, |process| process.umask().into()))
    }

    fn set_umask(&mut self, mask: u32) -> wasmtime::Result<u32> {
        Ok(self
            .0
            .process
            .as_ref()
            .map_or(0o022, |process| process.set_umask(mask)))
    }

    fn filesystem_of(&mut self, path: String) -> Answer<files::Filesystem> {
        if let Err(code) = View::stat(self, &path, Follow::Yes) {
            return Ok(Err(code));
        }
        let Some((used, limit)) = self.0.files().filesystem.usage() else {
            return Ok(Err(ErrorCode::NoEntry));
        };
        Ok(Ok(files::Filesystem {
            block_size: FILESYSTEM_BLOCK,
            blocks: limit.bytes / FILESYSTEM_BLOCK,
            free: limit.bytes.saturating_sub(used.bytes) / FILESYSTEM_BLOCK,
            files: limit.nodes,
            files_free: limit.nodes.saturating_sub(used.nodes),
        }))
    }
}

impl identity::Host for View<'_> {
    fn user_name(&mut self) -> wasmtime::Result<String> {
        Ok(USER.to_owned())
    }

    fn uid(&mut self) -> wasmtime::Result<u32> {
        Ok(UID)
    }

    fn gid(&mut self) -> wasmtime::Result<u32> {
        Ok(GID)
    }

    fn hostname(&mut self) -> wasmtime::Result<String> {
        Ok(HOSTNAME.to_owned())
    }

    fn terminal_size(&mut self) -> wasmtime::Result<Option<(u16, u16)>> {
        // There are no terminals yet.
        Ok(None)
    }

    fn processors(&mut self) -> wasmtime::Result<u32> {
        let cores = thread::available_parallelism().map_or(1, usize::from);
        Ok(u32::try_from(cores).unwrap_or(1))
    }
}
