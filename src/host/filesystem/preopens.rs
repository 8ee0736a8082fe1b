//! `wasi:filesystem/preopens`: the one directory that everything begins at.

use std::sync::Arc;

use wasmtime::component::Resource;

use super::bindings::wasi::filesystem::preopens;
use super::bindings::wasi::filesystem::types::DescriptorFlags;
use super::error::Failure;
use super::{Descriptor, FilesystemView};

impl preopens::Host for FilesystemView<'_> {
    fn get_directories(&mut self) -> wasmtime::Result<Vec<(Resource<Descriptor>, String)>> {
        match self.preopen() {
            Ok(root) => Ok(root.map(|root| (root, "/".into())).into_iter().collect()),
            // The call cannot fail; a guest that has used up its handles gets no more.
            Err(Failure::Code(_)) => Ok(Vec::new()),
            Err(Failure::Bug(error)) => Err(error),
        }
    }
}

impl FilesystemView<'_> {
    fn preopen(&mut self) -> Result<Option<Resource<Descriptor>>, Failure> {
        let Some((vfs, rights)) = &self.filesystem.shown else {
            return Ok(None);
        };
        let root = Descriptor {
            handle: Arc::new(vfs.root()),
            inherited: None,
            rights: *rights,
            wishes: DescriptorFlags::empty(),
            _slot: self.filesystem.slot()?,
        };
        self.push(root).map(Some)
    }
}
