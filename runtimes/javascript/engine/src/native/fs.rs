//! `native:fs`: what `node:fs` in the library stands on. Errors are thrown as Node throws them.
//!
//! Paths come without NUL characters and lone surrogates; numbers are checked as well.

use belljar_sys::posix::{self, Stat};
use rquickjs::{Ctx, Exception, TypedArray};
use wasip2::clocks::wall_clock::Datetime;
use wasip2::filesystem::types::{DescriptorStat, DescriptorType, NewTimestamp};

use super::errno::{Doing, Errno};
use super::files::{self, File, Open, TooMuch};

/// What a file may have to be read as a whole: as much as a buffer may hold.
const WHOLE: u64 = (1 << 31) - 1;
const BLOCK: u64 = 4096;
const NANOS: i64 = 1_000_000_000;
/// Type and permission bits of a pipe.
const PIPE_MODE: u32 = 0o010_600;

/// In the order of Node's own binding: device, mode, links, uid, gid, rdev, block size, inode, size,
/// blocks, and seconds and nanoseconds of access, modification, change and birth.
fn numbers<'js>(ctx: &Ctx<'js>, stat: &Stat) -> rquickjs::Result<TypedArray<'js, f64>> {
    // Nobody keeps when a file was made: not later than anything that was done to it.
    let born = stat.modified.min(stat.changed);
    let mut all = Vec::with_capacity(18);
    all.extend(
        [
            stat.device,
            u64::from(stat.mode),
            stat.links,
            u64::from(stat.uid),
            u64::from(stat.gid),
            0,
            BLOCK,
            stat.inode,
            stat.size,
            stat.blocks,
        ]
        .map(|number| number as f64),
    );
    for time in [stat.accessed, stat.modified, stat.changed, born] {
        all.push(time.div_euclid(NANOS) as f64);
        all.push(time.rem_euclid(NANOS) as f64);
    }
    TypedArray::new(ctx.clone(), all)
}

/// What an open file is, which may have another name by now, or none.
fn stat_of(file: &File) -> Result<Stat, Errno> {
    let here = file.descriptor.metadata_hash()?;
    let links = files::follow(file.flags & files::O_NOFOLLOW == 0);
    let there = files::with_root(|root| root.metadata_hash_at(links, &file.path));
    if there.is_ok_and(|there| (there.lower, there.upper) == (here.lower, here.upper)) {
        return Ok(posix::stat(&format!("/{}", file.path))?);
    }
    let stat = file.descriptor.stat()?;
    let nanos = |time: Option<Datetime>| {
        let time = time.unwrap_or(Datetime {
            seconds: 0,
            nanoseconds: 0,
        });
        let seconds = i64::try_from(time.seconds).unwrap_or(i64::MAX);
        seconds
            .saturating_mul(NANOS)
            .saturating_add(time.nanoseconds.into())
    };
    Ok(Stat {
        device: 1,
        inode: here.lower,
        mode: mode_of(&stat),
        links: stat.link_count,
        uid: posix::uid(),
        gid: posix::gid(),
        size: stat.size,
        blocks: stat.size.div_ceil(BLOCK) * (BLOCK / 512),
        accessed: nanos(stat.data_access_timestamp),
        modified: nanos(stat.data_modification_timestamp),
        changed: nanos(stat.status_change_timestamp),
    })
}

/// The usual mode: WASI knows none.
fn mode_of(stat: &DescriptorStat) -> u32 {
    match stat.type_ {
        DescriptorType::Directory => 0o040_755,
        DescriptorType::SymbolicLink => 0o120_777,
        DescriptorType::CharacterDevice => 0o020_666,
        _ => 0o100_644,
    }
}

/// A number of Linux's `d_type`, as `UV_DIRENT_*` count them.
fn entry_type(kind: DescriptorType) -> u8 {
    match kind {
        DescriptorType::RegularFile => 1,
        DescriptorType::Directory => 2,
        DescriptorType::SymbolicLink => 3,
        DescriptorType::Fifo => 4,
        DescriptorType::Socket => 5,
        DescriptorType::CharacterDevice => 6,
        DescriptorType::BlockDevice => 7,
        DescriptorType::Unknown => 0,
    }
}

/// A position; none for the current one.
fn position(at: f64) -> Option<u64> {
    (at >= 0.0).then_some(at as u64)
}

fn timestamp(seconds: f64, nanos: u32) -> Result<NewTimestamp, Errno> {
    if !seconds.is_finite() || seconds < 0.0 {
        // WASI knows no time before 1970.
        return Err(Errno::INVAL);
    }
    Ok(NewTimestamp::Timestamp(Datetime {
        seconds: seconds as u64,
        nanoseconds: nanos,
    }))
}

/// Reads a whole file, by a path.
fn whole(ctx: &Ctx<'_>, path: &str, flags: i32) -> rquickjs::Result<Vec<u8>> {
    let doing = Doing::on("open", path);
    let place = files::place(path).map_err(|errno| doing.failed(ctx, errno))?;
    let opened = files::open_at(&place, flags, 0o666).map_err(|errno| doing.failed(ctx, errno))?;
    match files::read_whole(&opened, WHOLE) {
        Ok(bytes) => Ok(bytes),
        Err(TooMuch::Errno(Errno::SPIPE)) => {
            drop(opened);
            let open = files::open(path, flags, 0o666).map_err(|errno| doing.failed(ctx, errno))?;
            let fd = files::insert(open);
            let all = rest(ctx, fd);
            // It was just opened.
            let _closed = files::close(fd);
            all
        }
        Err(TooMuch::Errno(errno)) => Err(Doing::call("read").failed(ctx, errno)),
        Err(TooMuch::Size(size)) => Err(too_large(ctx, size)),
    }
}

/// Reads what is left of an open file.
fn rest(ctx: &Ctx<'_>, fd: i32) -> rquickjs::Result<Vec<u8>> {
    let mut all: Vec<u8> = Vec::new();
    loop {
        let bytes = read_some(fd, files::CHUNK, None)
            .map_err(|errno| Doing::call("read").failed(ctx, errno))?;
        if bytes.is_empty() {
            return Ok(all);
        }
        if all.len() as u64 + bytes.len() as u64 > WHOLE {
            return Err(too_large(ctx, all.len() as u64 + bytes.len() as u64));
        }
        if all.try_reserve(bytes.len()).is_err() {
            return Err(Doing::call("read").failed(ctx, Errno::NOMEM));
        }
        all.extend_from_slice(&bytes);
    }
}

fn too_large(ctx: &Ctx<'_>, size: u64) -> rquickjs::Error {
    let message = format!("File size ({size}) is greater than 2 GiB");
    let error = Exception::throw_range(ctx, &message);
    let thrown = ctx.catch();
    if let Some(object) = thrown.as_object()
        && object.set("code", "ERR_FS_FILE_TOO_LARGE").is_err()
    {
        return error;
    }
    ctx.throw(thrown)
}

/// Reads from whatever is open, waiting if need be.
fn read_some(fd: i32, length: u64, at: Option<u64>) -> Result<Vec<u8>, Errno> {
    let open = files::get(fd)?;
    let open = match &*open {
        Open::File(file) => match file.read(length, at) {
            Err(Errno::SPIPE) => files::into_stream(fd, file)?,
            other => return other,
        },
        Open::Stream(_) => open,
    };
    match &*open {
        Open::Stream(_) if at.is_some() => Err(Errno::SPIPE),
        Open::Stream(stream) => stream.read(usize::try_from(length).unwrap_or(usize::MAX)),
        Open::File(file) => file.read(length, at),
    }
}

fn write_some(fd: i32, bytes: &[u8], at: Option<u64>) -> Result<usize, Errno> {
    let open = files::get(fd)?;
    let open = match &*open {
        Open::File(file) => match file.write(bytes, at) {
            Err(Errno::SPIPE) => files::into_stream(fd, file)?,
            other => return other,
        },
        Open::Stream(_) => open,
    };
    match &*open {
        Open::Stream(_) if at.is_some() => Err(Errno::SPIPE),
        Open::Stream(stream) => stream.write(bytes),
        Open::File(file) => file.write(bytes, at),
    }
}

/// Whether this process may give a file to these: it has one user, who owns everything.
fn may_own(uid: f64, gid: f64) -> Result<(), Errno> {
    let same = |wanted: f64, own: u32| {
        wanted == -1.0 || wanted == f64::from(u32::MAX) || wanted == f64::from(own)
    };
    if same(uid, posix::uid()) && same(gid, posix::gid()) {
        Ok(())
    } else {
        Err(Errno::PERM)
    }
}

fn own(path: &str, follow: bool, uid: f64, gid: f64) -> Result<(), Errno> {
    let path = files::absolute(path)?;
    if follow {
        posix::stat(&path)?;
    } else {
        posix::lstat(&path)?;
    }
    may_own(uid, gid)
}

/// The bytes of an array; `EINVAL` if its buffer is gone.
fn bytes<'a>(array: &'a TypedArray<'_, u8>) -> Result<&'a [u8], Errno> {
    // SAFETY: nothing of JavaScript runs before whoever asked is done with them.
    unsafe { array.as_bytes() }.ok_or(Errno::INVAL)
}

#[rquickjs::module]
pub mod native_module {
    use belljar_sys::posix;
    use rquickjs::promise::Promised;
    use rquickjs::{ArrayBuffer, Ctx, TypedArray};

    use super::super::errno::{Doing, Errno};
    use super::super::files::{self, Open, with_root};
    use super::super::trees;

    type Done<T = ()> = rquickjs::Result<T>;
    type Bytes<'js> = TypedArray<'js, u8>;
    type Numbers<'js> = TypedArray<'js, f64>;

    #[rquickjs::function]
    #[qjs(rename = "readFile")]
    pub fn read_file(ctx: Ctx<'_>, path: String, flags: i32) -> Done<ArrayBuffer<'_>> {
        let bytes = super::whole(&ctx, &path, flags)?;
        ArrayBuffer::new(ctx, bytes)
    }

    #[rquickjs::function]
    #[qjs(rename = "readText")]
    pub fn read_text(ctx: Ctx<'_>, path: String, flags: i32) -> Done<rquickjs::String<'_>> {
        let bytes = super::whole(&ctx, &path, flags)?;
        rquickjs::String::from_str(ctx, &String::from_utf8_lossy(&bytes))
    }

    #[rquickjs::function]
    #[qjs(rename = "readRest")]
    pub fn read_rest(ctx: Ctx<'_>, fd: i32) -> Done<ArrayBuffer<'_>> {
        let bytes = super::rest(&ctx, fd)?;
        ArrayBuffer::new(ctx, bytes)
    }

    fn write_whole(ctx: &Ctx<'_>, path: &str, bytes: &[u8], flags: i32, mode: u32) -> Done {
        let open = files::open(path, flags, mode)
            .map_err(|errno| Doing::on("open", path).failed(ctx, errno))?;
        let Open::File(file) = &open else {
            return Ok(());
        };
        match file.write(bytes, None) {
            Ok(_) => Ok(()),
            Err(Errno::SPIPE) => {
                let fd = files::insert(open);
                let written = super::write_some(fd, bytes, None);
                // It was just opened.
                let _closed = files::close(fd);
                written
                    .map(drop)
                    .map_err(|errno| Doing::call("write").failed(ctx, errno))
            }
            Err(errno) => Err(Doing::call("write").failed(ctx, errno)),
        }
    }

    #[rquickjs::function]
    #[qjs(rename = "writeFile")]
    pub fn write_file<'js>(
        ctx: Ctx<'js>,
        path: String,
        data: Bytes<'js>,
        flags: i32,
        mode: u32,
    ) -> Done {
        let bytes =
            super::bytes(&data).map_err(|errno| Doing::call("write").failed(&ctx, errno))?;
        write_whole(&ctx, &path, bytes, flags, mode)
    }

    #[rquickjs::function]
    #[qjs(rename = "writeText")]
    pub fn write_text(ctx: Ctx<'_>, path: String, text: String, flags: i32, mode: u32) -> Done {
        write_whole(&ctx, &path, text.as_bytes(), flags, mode)
    }

    #[rquickjs::function]
    pub fn open(ctx: Ctx<'_>, path: String, flags: i32, mode: u32) -> Done<i32> {
        files::open(&path, flags, mode)
            .map(files::insert)
            .map_err(|errno| Doing::on("open", &path).failed(&ctx, errno))
    }

    #[rquickjs::function]
    pub fn close(ctx: Ctx<'_>, fd: i32) -> Done {
        files::close(fd).map_err(|errno| Doing::call("close").failed(&ctx, errno))
    }

    /// Reads into `target` and tells how many bytes. A negative position is the current one.
    #[rquickjs::function]
    pub fn read<'js>(
        ctx: Ctx<'js>,
        fd: i32,
        target: Bytes<'js>,
        offset: usize,
        length: usize,
        position: f64,
    ) -> Done<usize> {
        let failed = |errno| Doing::call("read").failed(&ctx, errno);
        let raw = target.as_raw().ok_or_else(|| failed(Errno::INVAL))?;
        if offset.checked_add(length).is_none_or(|end| end > raw.len()) {
            return Err(failed(Errno::INVAL));
        }
        let mut done = 0;
        let at = super::position(position);
        while done < length {
            let from = at.map(|at| at + done as u64);
            let bytes = super::read_some(fd, (length - done) as u64, from).map_err(failed)?;
            // SAFETY: the place is inside of the buffer, which nothing has changed meanwhile.
            unsafe {
                let place = raw.as_ptr().cast::<u8>().add(offset + done);
                std::ptr::copy_nonoverlapping(bytes.as_ptr(), place, bytes.len());
            }
            done += bytes.len();
            // The host gives a large read in parts; any other read that is short is all there is.
            if (bytes.len() as u64) < files::CHUNK {
                break;
            }
        }
        Ok(done)
    }

    #[rquickjs::function]
    pub fn write<'js>(
        ctx: Ctx<'js>,
        fd: i32,
        data: Bytes<'js>,
        offset: usize,
        length: usize,
        position: f64,
    ) -> Done<usize> {
        let failed = |errno| Doing::call("write").failed(&ctx, errno);
        let bytes = super::bytes(&data).map_err(failed)?;
        let end = offset.checked_add(length);
        let bytes = end
            .and_then(|end| bytes.get(offset..end))
            .ok_or_else(|| failed(Errno::INVAL))?;
        super::write_some(fd, bytes, super::position(position)).map_err(failed)
    }

    /// Whether reading or writing may wait, so that it should be done with `read_soon` and
    /// `write_soon`.
    #[rquickjs::function]
    #[qjs(rename = "mayWait")]
    pub fn may_wait(fd: i32) -> bool {
        matches!(files::get(fd).as_deref(), Ok(Open::Stream(_)))
    }

    /// Reads what there is: an empty array at the end, nothing if `stop` was called.
    #[rquickjs::function]
    #[qjs(rename = "readSoon")]
    pub fn read_soon<'js>(
        ctx: Ctx<'js>,
        fd: i32,
        max: usize,
    ) -> Promised<impl Future<Output = Done<Option<Bytes<'js>>>>> {
        let open = files::get(fd);
        // Known now: it may be stopped before this is begun.
        let stops = open.as_deref().map_or(0, Open::stops);
        Promised(async move {
            let failed = |errno| Doing::call("read").failed(&ctx, errno);
            let bytes = match &*open.map_err(failed)? {
                Open::Stream(stream) => stream.read_soon(max, stops).await,
                Open::File(file) => file.read(max as u64, None).map(Some),
            };
            match bytes.map_err(failed)? {
                Some(bytes) => Bytes::new(ctx.clone(), bytes).map(Some),
                None => Ok(None),
            }
        })
    }

    /// As `read_soon`, without waiting: nothing if there is nothing yet.
    #[rquickjs::function]
    #[qjs(rename = "readNow")]
    pub fn read_now(ctx: Ctx<'_>, fd: i32, max: usize) -> Done<Option<Bytes<'_>>> {
        let failed = |errno| Doing::call("read").failed(&ctx, errno);
        let open = files::get(fd).map_err(failed)?;
        let bytes = match &*open {
            Open::Stream(stream) if !stream.is_ready() => return Ok(None),
            Open::Stream(stream) => stream.read(max),
            Open::File(file) => file.read(max as u64, None),
        };
        Bytes::new(ctx.clone(), bytes.map_err(failed)?).map(Some)
    }

    /// Writes all of it, and tells how many bytes: fewer if `stop` was called.
    #[rquickjs::function]
    #[qjs(rename = "writeSoon")]
    pub async fn write_soon<'js>(ctx: Ctx<'js>, fd: i32, data: Bytes<'js>) -> Done<usize> {
        let failed = |errno| Doing::call("write").failed(&ctx, errno);
        let open = files::get(fd).map_err(failed)?;
        // A copy: whoever writes may change what was given meanwhile.
        let bytes = super::bytes(&data).map_err(failed)?.to_vec();
        match &*open {
            Open::Stream(stream) => stream.write_soon(&bytes, stream.stops()).await,
            Open::File(file) => file.write(&bytes, None),
        }
        .map_err(failed)
    }

    /// Gives what this process was started with under a number another one, of ours.
    #[rquickjs::function]
    pub fn adopt(ctx: Ctx<'_>, number: u32) -> Done<i32> {
        let stream = belljar_sys::Description::inherited(number)
            .map(|description| Open::Stream(files::Stream::new(description, None)))
            .ok_or_else(|| Doing::call("open").failed(&ctx, Errno::BADF))?;
        Ok(files::insert(stream))
    }

    /// Ends the waits for a stream.
    #[rquickjs::function]
    pub fn stop(fd: i32) {
        if let Ok(Open::Stream(stream)) = files::get(fd).as_deref() {
            stream.stop();
        }
    }

    /// With `quiet`, nothing is said of what does not exist.
    #[rquickjs::function]
    pub fn stat(
        ctx: Ctx<'_>,
        path: String,
        follow: bool,
        quiet: bool,
    ) -> Done<Option<Numbers<'_>>> {
        let found = files::absolute(&path).and_then(|path| {
            let found = if follow {
                posix::stat(&path)
            } else {
                posix::lstat(&path)
            };
            Ok(found?)
        });
        match found {
            Ok(stat) => super::numbers(&ctx, &stat).map(Some),
            Err(Errno::NOENT | Errno::NOTDIR) if quiet => Ok(None),
            Err(errno) => {
                let call = if follow { "stat" } else { "lstat" };
                Err(Doing::on(call, &path).failed(&ctx, errno))
            }
        }
    }

    #[rquickjs::function]
    pub fn fstat(ctx: Ctx<'_>, fd: i32) -> Done<Numbers<'_>> {
        let stat = files::get(fd).and_then(|open| match &*open {
            Open::File(file) => super::stat_of(file),
            Open::Stream(stream) => match &stream.path {
                Some(path) => Ok(posix::stat(path)?),
                None => {
                    let mut stat = posix::stat("/")?;
                    (stat.mode, stat.size, stat.blocks, stat.links) = (super::PIPE_MODE, 0, 0, 1);
                    stat.inode = u64::from(fd.unsigned_abs());
                    Ok(stat)
                }
            },
        });
        let stat = stat.map_err(|errno| Doing::call("fstat").failed(&ctx, errno))?;
        super::numbers(&ctx, &stat)
    }

    #[rquickjs::function]
    pub fn access(ctx: Ctx<'_>, path: String, how: u8) -> Done {
        let result = files::absolute(&path).and_then(|path| Ok(posix::access(&path, how)?));
        result.map_err(|errno| Doing::on("access", &path).failed(&ctx, errno))
    }

    #[rquickjs::function]
    pub fn exists(path: String) -> bool {
        files::absolute(&path).is_ok_and(|path| posix::access(&path, 0).is_ok())
    }

    /// Names, or names and types in turn.
    #[rquickjs::function]
    pub fn readdir(ctx: Ctx<'_>, path: String, types: bool) -> Done<rquickjs::Array<'_>> {
        let entries = files::place(&path).and_then(|place| {
            let directory = files::open_at(&place, files::O_DIRECTORY, 0)?;
            Ok(trees::entries(&directory)?)
        });
        let mut entries =
            entries.map_err(|errno| Doing::on("scandir", &path).failed(&ctx, errno))?;
        entries.sort_unstable_by(|one, other| one.0.cmp(&other.0));
        let array = rquickjs::Array::new(ctx)?;
        let mut at = 0;
        for (name, kind) in entries {
            array.set(at, name)?;
            at += 1;
            if types {
                array.set(at, super::entry_type(kind))?;
                at += 1;
            }
        }
        Ok(array)
    }

    #[rquickjs::function]
    pub fn mkdir(ctx: Ctx<'_>, path: String, mode: u32) -> Done {
        trees::make(&path, mode).map_err(|errno| Doing::on("mkdir", &path).failed(&ctx, errno))
    }

    #[rquickjs::function]
    #[qjs(rename = "mkdirAll")]
    pub fn mkdir_all(ctx: Ctx<'_>, path: String, mode: u32) -> Done<Option<String>> {
        trees::make_all(&path, mode).map_err(|errno| Doing::on("mkdir", &path).failed(&ctx, errno))
    }

    #[rquickjs::function]
    pub fn mkdtemp(ctx: Ctx<'_>, prefix: String) -> Done<String> {
        const LETTERS: &[u8; 62] =
            b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
        let shown = format!("{prefix}XXXXXX");
        let failed = |errno| Doing::on("mkdtemp", &shown).failed(&ctx, errno);
        for _ in 0..100 {
            let mut random = wasip2::random::random::get_random_u64();
            let mut path = prefix.clone();
            for _ in 0..6 {
                path.push(char::from(LETTERS[(random % 62) as usize]));
                random /= 62;
            }
            match trees::make(&path, 0o700) {
                Ok(()) => return Ok(path),
                Err(Errno::EXIST) => {}
                Err(errno) => return Err(failed(errno)),
            }
        }
        Err(failed(Errno::EXIST))
    }

    /// Does something with the place of a path.
    fn at(
        ctx: &Ctx<'_>,
        call: &str,
        path: &str,
        operation: impl FnOnce(&str) -> Result<(), Errno>,
    ) -> Done {
        let result = files::place(path).and_then(|place| operation(&place));
        result.map_err(|errno| Doing::on(call, path).failed(ctx, errno))
    }

    /// Does something with the places of two paths.
    fn between(
        ctx: &Ctx<'_>,
        call: &str,
        from: &str,
        to: &str,
        operation: impl FnOnce(&str, &str) -> Result<(), Errno>,
    ) -> Done {
        let places = files::place(from).and_then(|place| Ok((place, files::place(to)?)));
        let result = places.and_then(|(place, dest)| operation(&place, &dest));
        result.map_err(|errno| Doing::between(call, from, to).failed(ctx, errno))
    }

    #[rquickjs::function]
    pub fn rmdir(ctx: Ctx<'_>, path: String) -> Done {
        at(&ctx, "rmdir", &path, |place| {
            with_root(|root| root.remove_directory_at(place))
        })
    }

    #[rquickjs::function]
    pub fn unlink(ctx: Ctx<'_>, path: String) -> Done {
        at(&ctx, "unlink", &path, |place| {
            with_root(|root| root.unlink_file_at(place))
        })
    }

    #[rquickjs::function]
    #[qjs(rename = "removeAll")]
    pub fn remove_all(ctx: Ctx<'_>, path: String) -> Done {
        trees::remove_all(&path).map_err(|errno| Doing::on("rm", &path).failed(&ctx, errno))
    }

    #[rquickjs::function]
    pub fn rename(ctx: Ctx<'_>, from: String, to: String) -> Done {
        between(&ctx, "rename", &from, &to, |from, to| {
            with_root(|root| root.rename_at(from, root, to))
        })
    }

    #[rquickjs::function]
    pub fn link(ctx: Ctx<'_>, from: String, to: String) -> Done {
        between(&ctx, "link", &from, &to, |from, to| {
            with_root(|root| root.link_at(files::follow(false), from, root, to))
        })
    }

    #[rquickjs::function]
    pub fn symlink(ctx: Ctx<'_>, target: String, path: String) -> Done {
        let result = if target.is_empty() {
            Err(Errno::NOENT)
        } else {
            files::place(&path).and_then(|place| with_root(|root| root.symlink_at(&target, &place)))
        };
        result.map_err(|errno| Doing::between("symlink", &target, &path).failed(&ctx, errno))
    }

    #[rquickjs::function]
    pub fn readlink(ctx: Ctx<'_>, path: String) -> Done<String> {
        let target =
            files::place(&path).and_then(|place| with_root(|root| root.readlink_at(&place)));
        target.map_err(|errno| Doing::on("readlink", &path).failed(&ctx, errno))
    }

    #[rquickjs::function]
    pub fn realpath(ctx: Ctx<'_>, path: String, call: String) -> Done<String> {
        trees::real(&path).map_err(|(errno, part)| {
            // As Node's own walk tells it, while the C library's knows the whole only.
            let path = if call == "lstat" { &part } else { &path };
            Doing::on(&call, path).failed(&ctx, errno)
        })
    }

    #[rquickjs::function]
    #[qjs(rename = "copyFile")]
    pub fn copy_file(ctx: Ctx<'_>, from: String, to: String, exclusive: bool) -> Done {
        trees::copy(&from, &to, exclusive)
            .map_err(|errno| Doing::between("copyfile", &from, &to).failed(&ctx, errno))
    }

    #[rquickjs::function]
    pub fn chmod(ctx: Ctx<'_>, path: String, mode: u32) -> Done {
        at(&ctx, "chmod", &path, |place| {
            Ok(posix::chmod(&format!("/{place}"), mode & 0o7777)?)
        })
    }

    #[rquickjs::function]
    pub fn fchmod(ctx: Ctx<'_>, fd: i32, mode: u32) -> Done {
        let result = files::get_file(fd, |file| {
            let here = file.descriptor.metadata_hash()?;
            let there = with_root(|root| root.metadata_hash_at(files::follow(true), &file.path));
            match there {
                Ok(there) if (there.lower, there.upper) == (here.lower, here.upper) => {
                    Ok(posix::chmod(&format!("/{}", file.path), mode & 0o7777)?)
                }
                // It has no name any more, and nobody will open it again.
                _ if file.descriptor.stat()?.link_count == 0 => Ok(()),
                _ => Err(Errno::NOTSUP),
            }
        });
        result.map_err(|errno| Doing::call("fchmod").failed(&ctx, errno))
    }

    #[rquickjs::function]
    pub fn chown(ctx: Ctx<'_>, path: String, uid: f64, gid: f64, follow: bool) -> Done {
        let call = if follow { "chown" } else { "lchown" };
        super::own(&path, follow, uid, gid)
            .map_err(|errno| Doing::on(call, &path).failed(&ctx, errno))
    }

    #[rquickjs::function]
    pub fn fchown(ctx: Ctx<'_>, fd: i32, uid: f64, gid: f64) -> Done {
        let result = files::get(fd).and_then(|_| super::may_own(uid, gid));
        result.map_err(|errno| Doing::call("fchown").failed(&ctx, errno))
    }

    /// Times as seconds and nanoseconds: of access, of modification.
    #[rquickjs::function]
    pub fn utimes(
        ctx: Ctx<'_>,
        path: String,
        times: rquickjs::prelude::List<(f64, u32, f64, u32)>,
        follow: bool,
    ) -> Done {
        let call = if follow { "utime" } else { "lutime" };
        at(&ctx, call, &path, |place| {
            let accessed = super::timestamp(times.0.0, times.0.1)?;
            let modified = super::timestamp(times.0.2, times.0.3)?;
            let links = files::follow(follow);
            with_root(|root| root.set_times_at(links, place, accessed, modified))
        })
    }

    #[rquickjs::function]
    pub fn futimes(
        ctx: Ctx<'_>,
        fd: i32,
        times: rquickjs::prelude::List<(f64, u32, f64, u32)>,
    ) -> Done {
        let result = files::get_file(fd, |file| {
            let accessed = super::timestamp(times.0.0, times.0.1)?;
            let modified = super::timestamp(times.0.2, times.0.3)?;
            Ok(file.descriptor.set_times(accessed, modified)?)
        });
        result.map_err(|errno| Doing::call("futime").failed(&ctx, errno))
    }

    #[rquickjs::function]
    pub fn truncate(ctx: Ctx<'_>, path: String, length: f64) -> Done {
        let opened = files::place(&path).and_then(|place| files::open_at(&place, files::O_RDWR, 0));
        let opened = opened.map_err(|errno| Doing::on("open", &path).failed(&ctx, errno))?;
        let result = opened.set_size(length.max(0.0) as u64);
        result.map_err(|errno| Doing::call("ftruncate").failed(&ctx, errno))
    }

    #[rquickjs::function]
    pub fn ftruncate(ctx: Ctx<'_>, fd: i32, length: f64) -> Done {
        let result = files::get_file(fd, |file| {
            if file.flags & files::O_ACCMODE == 0 {
                return Err(Errno::INVAL);
            }
            Ok(file.descriptor.set_size(length.max(0.0) as u64)?)
        });
        result.map_err(|errno| Doing::call("ftruncate").failed(&ctx, errno))
    }

    #[rquickjs::function]
    pub fn fsync(ctx: Ctx<'_>, fd: i32, call: String) -> Done {
        let result = files::get_file(fd, |file| Ok(file.descriptor.sync()?));
        result.map_err(|errno| Doing::call(&call).failed(&ctx, errno))
    }

    /// Block size, blocks, free ones, names, free ones.
    #[rquickjs::function]
    pub fn statfs(ctx: Ctx<'_>, path: String) -> Done<Numbers<'_>> {
        let found = files::absolute(&path).and_then(|path| Ok(posix::filesystem_of(&path)?));
        let found = found.map_err(|errno| Doing::on("statfs", &path).failed(&ctx, errno))?;
        let numbers = [
            found.block_size,
            found.blocks,
            found.free,
            found.files,
            found.files_free,
        ];
        Numbers::new(ctx, numbers.map(|number| number as f64).to_vec())
    }

    #[rquickjs::function]
    pub fn umask(mask: Option<u32>) -> u32 {
        match mask {
            Some(mask) => posix::set_umask(mask & 0o777),
            None => posix::umask(),
        }
    }
}
