//! `belljar:process/descriptions`.

use std::sync::Arc;

use bytes::Bytes;
use wasmtime::component::Resource;
use wasmtime_wasi::async_trait;
use wasmtime_wasi::p2::{DynPollable, Pollable, subscribe};

use super::bindings::belljar::process::descriptions::{
    ErrorCode, Host, HostDescription, OpenFlags,
};
use super::{OpenDescription, View};
use crate::host::filesystem::number;
use crate::host::stdio::EndedBySignal;
use crate::limits::Charge;
use crate::process::{Action, Control, Description, Fail, Read, Signal};
use crate::vfs::{self, Access, Follow, Kind};

/// Most that `bytes` takes: a here-document, not a way to store files.
const MAX_BYTES: usize = 16 << 20;

type Answer<T> = wasmtime::Result<Result<T, ErrorCode>>;

/// What a failed operation means: an error code, or the end of the process.
fn failed(control: &Control, fail: Fail) -> wasmtime::Result<ErrorCode> {
    match fail {
        Fail::Errno(errno) => Ok(errno.into()),
        Fail::BrokenPipe if control.action(Signal::Pipe) == Action::Default => {
            Err(wasmtime::Error::new(EndedBySignal(Signal::Pipe)))
        }
        Fail::BrokenPipe => {
            control.send(Signal::Pipe);
            Ok(ErrorCode::Pipe)
        }
    }
}

/// Waits until `description` is ready; `false` if a signal came first.
async fn ready(description: &Description, control: &Control) -> bool {
    tokio::select! {
        biased;
        () = description.ready() => true,
        () = control.pending() => false,
    }
}

/// Reads, waiting until there is something.
async fn read_with(
    description: &Description,
    control: &Control,
    read: impl Fn(&Description) -> Result<Read, Fail>,
) -> Answer<Bytes> {
    loop {
        match read(description) {
            Ok(Read::Bytes(bytes)) => return Ok(Ok(bytes)),
            Ok(Read::End) => return Ok(Ok(Bytes::new())),
            Ok(Read::Wait) => {
                if !ready(description, control).await {
                    return Ok(Err(ErrorCode::Interrupted));
                }
            }
            Err(fail) => return failed(control, fail).map(Err),
        }
    }
}

impl View<'_> {
    fn reading(
        &self,
        this: &Resource<OpenDescription>,
    ) -> wasmtime::Result<(Description, Arc<Control>)> {
        Ok((self.description(this)?, Arc::clone(&self.0.control)))
    }
}

impl HostDescription for View<'_> {
    async fn read(&mut self, this: Resource<OpenDescription>, max: u32) -> Answer<Vec<u8>> {
        let max = usize::try_from(max).unwrap_or(usize::MAX);
        let (description, control) = self.reading(&this)?;
        let read = read_with(&description, &control, |from| from.try_read(max)).await?;
        Ok(read.map(Vec::from))
    }

    async fn read_until(
        &mut self,
        this: Resource<OpenDescription>,
        delimiter: u8,
        max: u32,
    ) -> Answer<Vec<u8>> {
        let max = usize::try_from(max).unwrap_or(usize::MAX);
        let max = max.min(crate::process::MAX_READ);
        let (description, control) = self.reading(&this)?;
        let mut all = Vec::new();
        while all.len() < max && all.last() != Some(&delimiter) {
            let room = max - all.len();
            let search = |from: &Description| from.try_read_until(delimiter, room);
            match read_with(&description, &control, search).await? {
                Ok(bytes) if bytes.is_empty() => break,
                Ok(bytes) => all.extend_from_slice(&bytes),
                // What there is, is not lost.
                Err(ErrorCode::Interrupted) if !all.is_empty() => break,
                Err(code) => return Ok(Err(code)),
            }
        }
        Ok(Ok(all))
    }

    async fn write(&mut self, this: Resource<OpenDescription>, bytes: Vec<u8>) -> Answer<u32> {
        let description = self.description(&this)?;
        let control = Arc::clone(&self.0.control);
        let mut rest = Bytes::from(bytes);
        let mut written = 0;
        while !rest.is_empty() {
            match description.try_write(rest.clone()) {
                Ok(0) => {
                    if !ready(&description, &control).await {
                        break;
                    }
                }
                Ok(some) => {
                    written += some;
                    drop(rest.split_to(some));
                }
                // A part has gone out: that is what is told, and the next call fails.
                Err(Fail::Errno(_)) if written > 0 => break,
                Err(fail) => return failed(&control, fail).map(Err),
            }
        }
        if written == 0 && !rest.is_empty() {
            return Ok(Err(ErrorCode::Interrupted));
        }
        Ok(Ok(u32::try_from(written).unwrap_or(u32::MAX)))
    }

    fn subscribe(
        &mut self,
        this: Resource<OpenDescription>,
    ) -> wasmtime::Result<Resource<DynPollable>> {
        let ready = Ready(self.description(&this)?);
        let ready = self.table().push(ready)?;
        subscribe(self.table(), ready)
    }

    fn is_terminal(&mut self, this: Resource<OpenDescription>) -> wasmtime::Result<bool> {
        // There are none yet.
        self.description(&this).map(|_| false)
    }

    fn same(
        &mut self,
        this: Resource<OpenDescription>,
        other: Resource<OpenDescription>,
    ) -> wasmtime::Result<bool> {
        Ok(self.description(&this)?.same(&self.description(&other)?))
    }

    fn drop(&mut self, this: Resource<OpenDescription>) -> wasmtime::Result<()> {
        self.table().delete(this)?;
        Ok(())
    }
}

/// What a pollable of a description waits for.
struct Ready(Description);

#[async_trait]
impl Pollable for Ready {
    async fn ready(&mut self) {
        self.0.ready().await;
    }
}

impl Host for View<'_> {
    fn inherited(&mut self, number: u32) -> wasmtime::Result<Option<Resource<OpenDescription>>> {
        match self.0.descriptions.get(&number).cloned() {
            None => Ok(None),
            // Without room for a handle there is nothing to hand out.
            Some(description) => Ok(self.push(description).ok()),
        }
    }

    fn pipe(&mut self) -> Answer<(Resource<OpenDescription>, Resource<OpenDescription>)> {
        let Some((reader, writer)) = Description::pipe(&self.0.memory) else {
            return Ok(Err(ErrorCode::InsufficientMemory));
        };
        let reader = match self.push(reader) {
            Ok(reader) => reader,
            Err(code) => return Ok(Err(code)),
        };
        match self.push(writer) {
            Ok(writer) => Ok(Ok((reader, writer))),
            Err(code) => {
                self.table().delete(reader)?;
                Ok(Err(code))
            }
        }
    }

    fn open(
        &mut self,
        path: String,
        how: OpenFlags,
        mode: u32,
    ) -> Answer<Resource<OpenDescription>> {
        Ok(self
            .open_file(&path, how, mode)
            .and_then(|description| self.push(description)))
    }

    fn bytes(&mut self, bytes: Vec<u8>) -> Answer<Resource<OpenDescription>> {
        if bytes.len() > MAX_BYTES {
            return Ok(Err(ErrorCode::FileTooLarge));
        }
        let Some(charge) = Charge::take(&self.0.memory, bytes.len() as u64) else {
            return Ok(Err(ErrorCode::InsufficientMemory));
        };
        Ok(self.push(Description::bytes(bytes.into(), charge)))
    }
}

impl View<'_> {
    fn open_file(
        &mut self,
        path: &str,
        how: OpenFlags,
        mode: u32,
    ) -> Result<Description, ErrorCode> {
        let files = self.0.files();
        if let Some(number) = number(path).filter(|_| path.starts_with('/')) {
            let description = files.descriptions.get(&number);
            return description.cloned().ok_or(ErrorCode::NoEntry);
        }
        let (root, relative) = files
            .filesystem
            .seen_from_root(path)
            .ok_or(ErrorCode::NoEntry)?;
        let append = how.contains(OpenFlags::APPEND);
        let write = how.contains(OpenFlags::WRITE) || append;
        let may_change = files.filesystem.may_change();
        if !may_change && (write || how.intersects(OpenFlags::CREATE | OpenFlags::TRUNCATE)) {
            return Err(ErrorCode::ReadOnly);
        }
        let mode = u16::try_from(mode & 0o7777).unwrap_or(0);
        let opened = root.open(
            &relative,
            Follow::Yes,
            vfs::OpenFlags {
                create: how.contains(OpenFlags::CREATE),
                exclusive: how.contains(OpenFlags::EXCLUSIVE),
                truncate: how.contains(OpenFlags::TRUNCATE),
                directory: false,
                mode: Some(files.mode(mode)),
            },
            Access {
                read: how.contains(OpenFlags::READ) || !write,
                write,
            },
        )?;
        if let Some(inherited) = files.inherited(&opened) {
            return Ok(inherited);
        }
        if opened.kind() == Kind::Directory {
            return Err(ErrorCode::IsDirectory);
        }
        Ok(Description::file(opened, append))
    }
}
