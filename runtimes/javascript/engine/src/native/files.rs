//! Open files by number, as POSIX has them: files with a position, and streams (the standard ones,
//! ends of pipes, devices), which may make whoever reads or writes wait.

use std::cell::{Cell, OnceCell, RefCell};
use std::io;
use std::pin::pin;
use std::rc::Rc;

use belljar_sys::descriptions::How;
use belljar_sys::{Description, posix, signals};
use futures::channel::oneshot;
use futures::future::{Either, select};
use wasip2::filesystem::preopens;
use wasip2::filesystem::types::{Descriptor, DescriptorFlags, ErrorCode, OpenFlags, PathFlags};
use wasip2::io::poll::Pollable;
use wstd::runtime::AsyncPollable;

use super::errno::Errno;

pub const O_ACCMODE: i32 = 3;
pub const O_WRONLY: i32 = 1;
pub const O_RDWR: i32 = 2;
pub const O_CREAT: i32 = 0o100;
pub const O_EXCL: i32 = 0o200;
pub const O_TRUNC: i32 = 0o1000;
pub const O_APPEND: i32 = 0o2000;
pub const O_DIRECTORY: i32 = 0o200_000;
pub const O_NOFOLLOW: i32 = 0o400_000;

/// What one call reads at most; the host gives no more either.
pub const CHUNK: u64 = 256 << 10;
/// What can be written to a pipe that is said to be ready without waiting: `PIPE_BUF`.
const PIPE_BUF: usize = 4 << 10;
/// Mode of a new file that every program gets that does not ask for another.
const FILE_MODE: u32 = 0o666;

thread_local! {
    /// The root directory. Not in the image: the first call of a process finds it.
    static ROOT: OnceCell<Option<Descriptor>> = const { OnceCell::new() };
    static TABLE: RefCell<Vec<Slot>> = const { RefCell::new(Vec::new()) };
    /// Signals that came while something had to be waited for without the event loop.
    static SIGNALS: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

#[derive(Default)]
enum Slot {
    /// Not looked at yet: a standard stream that was not used.
    #[default]
    Unknown,
    Closed,
    Open(Rc<Open>),
}

pub enum Open {
    File(File),
    Stream(Stream),
}

/// A file with a position.
pub struct File {
    pub descriptor: Descriptor,
    pub position: Cell<u64>,
    /// Where it was opened, relative to the root.
    pub path: String,
    pub flags: i32,
    /// What is written goes through this one, always to the end.
    appender: Option<Description>,
}

/// Something without a position, or with one that is shared with other processes.
pub struct Stream {
    description: Description,
    /// A path for `stat`, if there is one.
    pub path: Option<String>,
    ready: OnceCell<AsyncPollable>,
    waiting: RefCell<Vec<oneshot::Sender<()>>>,
    /// How often `stop` was called.
    stops: Cell<u32>,
}

impl Open {
    /// How often those who wait for it have been stopped.
    pub fn stops(&self) -> u32 {
        match self {
            Self::File(_) => 0,
            Self::Stream(stream) => stream.stops(),
        }
    }
}

/// Does something with the root directory.
pub fn with_root<R>(
    operation: impl FnOnce(&Descriptor) -> Result<R, ErrorCode>,
) -> Result<R, Errno> {
    ROOT.with(|root| {
        let root = root.get_or_init(|| {
            let mut directories = preopens::get_directories();
            let at = directories.iter().position(|(_, path)| path == "/")?;
            Some(directories.swap_remove(at).0)
        });
        // A process that sees no files.
        let root = root.as_ref().ok_or(Errno::NOENT)?;
        operation(root).map_err(Errno::from)
    })
}

/// What a path is relative to the root.
pub fn place(path: &str) -> Result<String, Errno> {
    if path.is_empty() {
        return Err(Errno::NOENT);
    }
    let relative = if path.starts_with('/') {
        path.trim_start_matches('/').to_owned()
    } else {
        let cwd = std::env::current_dir().unwrap_or_default();
        let cwd = cwd.to_string_lossy();
        format!("{}/{path}", cwd.trim_matches('/'))
            .trim_start_matches('/')
            .to_owned()
    };
    Ok(if relative.is_empty() {
        ".".to_owned()
    } else {
        relative
    })
}

/// An absolute path.
pub fn absolute(path: &str) -> Result<String, Errno> {
    place(path).map(|place| format!("/{place}"))
}

pub fn follow(links: bool) -> PathFlags {
    if links {
        PathFlags::SYMLINK_FOLLOW
    } else {
        PathFlags::empty()
    }
}

/// Opens a file, with the flags of Linux.
pub fn open(path: &str, flags: i32, mode: u32) -> Result<Open, Errno> {
    let path = place(path)?;
    let descriptor = open_at(&path, flags, mode)?;
    let appender = if flags & O_APPEND != 0 && flags & O_ACCMODE != 0 {
        let how = How {
            write: true,
            append: true,
            ..How::default()
        };
        Some(Description::open(&format!("/{path}"), how, FILE_MODE)?)
    } else {
        None
    };
    Ok(Open::File(File {
        descriptor,
        position: Cell::new(0),
        path,
        flags,
        appender,
    }))
}

/// Opens what is at a path relative to the root.
pub fn open_at(path: &str, flags: i32, mode: u32) -> Result<Descriptor, Errno> {
    let mut access = DescriptorFlags::empty();
    match flags & O_ACCMODE {
        0 => access |= DescriptorFlags::READ,
        O_WRONLY => access |= DescriptorFlags::WRITE,
        O_RDWR => access |= DescriptorFlags::READ | DescriptorFlags::WRITE,
        _ => return Err(Errno::INVAL),
    }
    let mut how = OpenFlags::empty();
    for (flag, meant) in [
        (O_CREAT, OpenFlags::CREATE),
        (O_TRUNC, OpenFlags::TRUNCATE),
        (O_DIRECTORY, OpenFlags::DIRECTORY),
    ] {
        if flags & flag != 0 {
            how |= meant;
        }
    }
    let create = flags & O_CREAT != 0;
    let exclusive = create && flags & O_EXCL != 0;
    let links = follow(flags & O_NOFOLLOW == 0);
    let open = |links, how| {
        let opened = with_root(|root| root.open_at(links, path, how, access));
        opened.map_err(|errno| match errno {
            // WASI has no EMFILE, and the host says this when there are too many.
            Errno::NOMEM => Errno::MFILE,
            other => other,
        })
    };
    if exclusive {
        let opened = open(follow(false), how | OpenFlags::EXCLUSIVE)?;
        return with_mode(opened, path, mode);
    }
    if !create || mode & 0o7777 == FILE_MODE {
        return open(links, how);
    }
    // WASI makes files with the usual mode only, so that it has to be known which were made here.
    match open(follow(false), how | OpenFlags::EXCLUSIVE) {
        Ok(opened) => with_mode(opened, path, mode),
        Err(Errno::EXIST) => open(links, how),
        Err(errno) => Err(errno),
    }
}

/// Gives something new its mode.
fn with_mode(opened: Descriptor, path: &str, mode: u32) -> Result<Descriptor, Errno> {
    if mode & 0o7777 != FILE_MODE {
        posix::chmod(&format!("/{path}"), mode & 0o7777 & !posix::umask())?;
    }
    Ok(opened)
}

impl File {
    /// Reads at a place, or at the position if there is none.
    pub fn read(&self, length: u64, at: Option<u64>) -> Result<Vec<u8>, Errno> {
        let offset = at.unwrap_or_else(|| self.position.get());
        let (bytes, _) = self.descriptor.read(length, offset)?;
        if at.is_none() {
            self.position.set(offset + bytes.len() as u64);
        }
        Ok(bytes)
    }

    /// Writes all of it.
    pub fn write(&self, bytes: &[u8], at: Option<u64>) -> Result<usize, Errno> {
        if let Some(appender) = &self.appender {
            return write_all(appender, bytes);
        }
        let offset = at.unwrap_or_else(|| self.position.get());
        write_at(&self.descriptor, bytes, offset)?;
        if at.is_none() {
            self.position.set(offset + bytes.len() as u64);
        }
        Ok(bytes.len())
    }

    /// The same file for another process, at the same place. (Its position is not shared from then
    /// on, which WASI's files cannot do.)
    fn description(&self) -> Result<Description, Errno> {
        let access = self.flags & O_ACCMODE;
        let position = self.position.get();
        let writes = access != 0;
        let mut how = How {
            read: access != O_WRONLY,
            write: writes,
            ..How::default()
        };
        if writes && (self.appender.is_some() || position > 0) {
            how.append = true;
            if self.appender.is_none() && self.descriptor.stat()?.size != position {
                // It would write somewhere else.
                return Err(Errno::NOTSUP);
            }
        }
        let description = Description::open(&format!("/{}", self.path), how, FILE_MODE)?;
        let mut skipped = 0;
        while !writes && skipped < position {
            let ahead = usize::try_from(position - skipped).unwrap_or(usize::MAX);
            let bytes = description.read_some(ahead)?;
            if bytes.is_empty() {
                break;
            }
            skipped += bytes.len() as u64;
        }
        Ok(description)
    }

    /// As a stream: what has no positions is none of WASI's files.
    fn stream(&self) -> Result<Stream, Errno> {
        let description = self.description()?;
        Ok(Stream::new(description, Some(format!("/{}", self.path))))
    }
}

/// Writes all of it at a place.
pub fn write_at(descriptor: &Descriptor, bytes: &[u8], offset: u64) -> Result<(), Errno> {
    let mut written = 0;
    while written < bytes.len() {
        let some = descriptor.write(&bytes[written..], offset + written as u64)?;
        written += usize::try_from(some).unwrap_or(usize::MAX);
        if some == 0 {
            return Err(ErrorCode::Io.into());
        }
    }
    Ok(())
}

/// Everything of a file that was just opened. `limit` is what may come at most.
pub fn read_whole(descriptor: &Descriptor, limit: u64) -> Result<Vec<u8>, TooMuch> {
    let (mut all, _) = descriptor.read(CHUNK, 0)?;
    // Less than was asked for is the end: what may give less before has no positions.
    if (all.len() as u64) < CHUNK {
        return Ok(all);
    }
    let size = descriptor.stat()?.size;
    if size > limit {
        return Err(TooMuch::Size(size));
    }
    let more = usize::try_from(size)
        .unwrap_or(usize::MAX)
        .saturating_sub(all.len());
    if all.try_reserve_exact(more).is_err() {
        return Err(Errno::NOMEM.into());
    }
    loop {
        let (bytes, _) = descriptor.read(CHUNK, all.len() as u64)?;
        if bytes.is_empty() {
            return Ok(all);
        }
        if all.len() as u64 + bytes.len() as u64 > limit {
            return Err(TooMuch::Size(all.len() as u64 + bytes.len() as u64));
        }
        if all.try_reserve(bytes.len()).is_err() {
            return Err(Errno::NOMEM.into());
        }
        all.extend_from_slice(&bytes);
    }
}

/// Why a whole file cannot be read.
#[derive(Clone, Copy, Debug)]
pub enum TooMuch {
    Errno(Errno),
    /// It is larger than what may be read.
    Size(u64),
}

impl From<Errno> for TooMuch {
    fn from(errno: Errno) -> Self {
        Self::Errno(errno)
    }
}

impl From<ErrorCode> for TooMuch {
    fn from(code: ErrorCode) -> Self {
        Self::Errno(code.into())
    }
}

impl Stream {
    pub fn new(description: Description, path: Option<String>) -> Self {
        Self {
            description,
            path,
            ready: OnceCell::new(),
            waiting: RefCell::new(Vec::new()),
            stops: Cell::new(0),
        }
    }

    pub fn stops(&self) -> u32 {
        self.stops.get()
    }

    pub fn is_terminal(&self) -> bool {
        self.description.is_terminal()
    }

    /// Reads, making the whole process wait.
    pub fn read(&self, max: usize) -> Result<Vec<u8>, Errno> {
        loop {
            match self.description.read_some(max) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => keep_signals(),
                other => return Ok(other?),
            }
        }
    }

    /// Writes all of it, making the whole process wait.
    pub fn write(&self, bytes: &[u8]) -> Result<usize, Errno> {
        write_all(&self.description, bytes)
    }

    /// Reads what there is; nothing at the end. `None` if it was told to stop waiting since it had
    /// been so often.
    pub async fn read_soon(&self, max: usize, stops: u32) -> Result<Option<Vec<u8>>, Errno> {
        loop {
            if !self.wait(stops).await {
                return Ok(None);
            }
            match self.description.read_some(max) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                other => return Ok(Some(other?)),
            }
        }
    }

    /// Writes all of it; tells how many bytes, fewer if it was told to stop waiting.
    pub async fn write_soon(&self, bytes: &[u8], stops: u32) -> Result<usize, Errno> {
        let mut written = 0;
        while written < bytes.len() {
            if !self.wait(stops).await {
                break;
            }
            let part = &bytes[written..bytes.len().min(written + PIPE_BUF)];
            match self.description.write_some(part) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                other => written += other?,
            }
        }
        Ok(written)
    }

    /// Whether a read or a small write would not wait.
    pub fn is_ready(&self) -> bool {
        pollable(self.description.event()).ready()
    }

    /// Until it is ready; `false` if it was told to stop since it had been so often.
    async fn wait(&self, stops: u32) -> bool {
        if self.stops.get() != stops {
            return false;
        }
        let ready = self
            .ready
            .get_or_init(|| AsyncPollable::new(pollable(self.description.event())));
        interruptible(&self.waiting, ready.wait_for()).await
    }

    /// Ends all waits for it.
    pub fn stop(&self) {
        self.stops.set(self.stops.get().wrapping_add(1));
        self.waiting.borrow_mut().clear();
    }
}

/// Waits for `event`; `false` if the list of those who wait is cleared first.
pub async fn interruptible(
    waiting: &RefCell<Vec<oneshot::Sender<()>>>,
    event: impl Future<Output = ()>,
) -> bool {
    let (keep, stopped) = oneshot::channel::<()>();
    {
        let mut waiting = waiting.borrow_mut();
        waiting.retain(|other| !other.is_canceled());
        waiting.push(keep);
    }
    matches!(select(pin!(event), stopped).await, Either::Left(_))
}

/// Something to wait for, for the event loop.
pub fn pollable(event: belljar_sys::clock::Event) -> Pollable {
    super::pollable(event.into_handle())
}

fn write_all(description: &Description, bytes: &[u8]) -> Result<usize, Errno> {
    let mut written = 0;
    while written < bytes.len() {
        match description.write_some(&bytes[written..]) {
            Ok(some) => written += some,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => keep_signals(),
            Err(error) => return Err(error.into()),
        }
    }
    Ok(written)
}

/// Takes the pending signals, so that a wait is not ended by them again and again.
pub fn keep_signals() {
    SIGNALS.with_borrow_mut(|kept| {
        kept.extend(std::iter::from_fn(signals::take));
    });
}

/// The signals that came during waits outside of the event loop, oldest first.
pub fn kept_signals() -> Vec<u8> {
    SIGNALS.take()
}

/// What is open under a number.
pub fn get(fd: i32) -> Result<Rc<Open>, Errno> {
    let at = usize::try_from(fd).map_err(|_| Errno::BADF)?;
    TABLE.with_borrow_mut(|table| {
        standard(table);
        match table.get(at) {
            Some(Slot::Open(open)) => Ok(Rc::clone(open)),
            Some(Slot::Unknown) => {
                let number = u32::try_from(fd).map_err(|_| Errno::BADF)?;
                let description = Description::inherited(number).ok_or(Errno::BADF)?;
                let stream = Stream::new(description, Some(format!("/dev/fd/{fd}")));
                let open = Rc::new(Open::Stream(stream));
                table[at] = Slot::Open(Rc::clone(&open));
                Ok(open)
            }
            Some(Slot::Closed) | None => Err(Errno::BADF),
        }
    })
}

/// Does something with the file under a number; a stream is none.
pub fn get_file<R>(fd: i32, with: impl FnOnce(&File) -> Result<R, Errno>) -> Result<R, Errno> {
    match &*get(fd)? {
        Open::File(file) => with(file),
        Open::Stream(_) => Err(Errno::INVAL),
    }
}

/// Gives it the lowest number that is free.
pub fn insert(open: Open) -> i32 {
    put(Rc::new(open))
}

fn put(open: Rc<Open>) -> i32 {
    TABLE.with_borrow_mut(|table| {
        standard(table);
        let free = table.iter().position(|slot| matches!(slot, Slot::Closed));
        let at = free.unwrap_or(table.len());
        if at == table.len() {
            table.push(Slot::Closed);
        }
        table[at] = Slot::Open(open);
        i32::try_from(at).unwrap_or(i32::MAX)
    })
}

/// Makes what turned out to be a stream one.
pub fn into_stream(fd: i32, file: &File) -> Result<Rc<Open>, Errno> {
    let open = Rc::new(Open::Stream(file.stream()?));
    let at = usize::try_from(fd).map_err(|_| Errno::BADF)?;
    TABLE.with_borrow_mut(|table| {
        if let Some(slot) = table.get_mut(at) {
            *slot = Slot::Open(Rc::clone(&open));
        }
    });
    Ok(open)
}

/// Closes a number; whoever waits for what was under it stops.
pub fn close(fd: i32) -> Result<(), Errno> {
    let open = get(fd)?;
    if let Open::Stream(stream) = &*open {
        stream.stop();
    }
    TABLE.with_borrow_mut(|table| {
        if let Some(slot) = usize::try_from(fd).ok().and_then(|at| table.get_mut(at)) {
            *slot = Slot::Closed;
        }
    });
    Ok(())
}

/// What is under a number, for another process.
pub fn to_hand_on(fd: i32) -> Result<Description, Errno> {
    match &*get(fd)? {
        Open::Stream(stream) => Ok(stream.description.clone()),
        Open::File(file) => file.description(),
    }
}

/// The places of the standard streams.
fn standard(table: &mut Vec<Slot>) {
    while table.len() < 3 {
        table.push(Slot::Unknown);
    }
}
