//! `/dev/stdin` and the like, and `/dev/fd/N`: files that stand for what a process was started with.

use std::sync::Arc;

use super::FilesystemView;
use crate::process::Description;
use crate::store::Device;
use crate::vfs::{Follow, Handle, Kind};

/// Where numbers stand for what a process was started with.
const BY_NUMBER: &str = "dev/fd/";
/// What such a number is shown as by `stat`.
const SHOWN_AS: &str = "dev/stdin";

/// The number that a path from the root names, if it is one of those.
pub(in crate::host) fn number(path: &str) -> Option<u32> {
    let path = path.trim_start_matches(['/', '.']);
    path.strip_prefix(BY_NUMBER)?.parse().ok()
}

/// The number that a device stands for.
fn of_device(kind: Kind) -> Option<u32> {
    match kind {
        Kind::Device(Device::Stdin) => Some(0),
        Kind::Device(Device::Stdout) => Some(1),
        Kind::Device(Device::Stderr) => Some(2),
        Kind::Device(Device::Null | Device::Zero | Device::Random)
        | Kind::File
        | Kind::Directory
        | Kind::Symlink => None,
    }
}

impl FilesystemView<'_> {
    /// What a number below `/dev/fd` stands for, and a file to show for it.
    pub(super) fn by_number(&self, base: &Handle, path: &str) -> Option<(Description, Handle)> {
        // Only from the root, where the one preopened directory is.
        let number = number(path).filter(|_| base.is_root())?;
        let description = self.descriptions.get(&number)?.clone();
        let shown = base.open(
            SHOWN_AS,
            Follow::Yes,
            crate::vfs::OpenFlags::default(),
            crate::vfs::Access {
                read: true,
                write: true,
            },
        );
        Some((description, shown.ok()?))
    }

    /// What an open file stands for.
    pub(in crate::host) fn inherited(&self, handle: &Handle) -> Option<Description> {
        self.descriptions.get(&of_device(handle.kind())?).cloned()
    }

    /// Mode bits of something new, by this process's umask.
    pub(in crate::host) fn mode(&self, wanted: u16) -> u16 {
        let mask = self.process.map_or(0o022, crate::process::Process::umask);
        wanted & !mask
    }

    /// One more reference to what streams need of the process.
    pub(super) fn control(&self) -> Arc<crate::process::Control> {
        Arc::clone(self.control)
    }
}
