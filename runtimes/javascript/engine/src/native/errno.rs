//! Errors of the system as Node shows them: Linux's numbers, libuv's words.

use std::io;

use rquickjs::object::Property;
use rquickjs::{Ctx, Object, Value, qjs};
use wasip2::filesystem::types::ErrorCode;

/// An error number of Linux.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Errno(pub i32);

impl Errno {
    pub const PERM: Self = Self(1);
    pub const NOENT: Self = Self(2);
    pub const SRCH: Self = Self(3);
    pub const BIG: Self = Self(7);
    pub const NOEXEC: Self = Self(8);
    pub const BADF: Self = Self(9);
    pub const AGAIN: Self = Self(11);
    pub const NOMEM: Self = Self(12);
    pub const ACCES: Self = Self(13);
    pub const EXIST: Self = Self(17);
    pub const NOTDIR: Self = Self(20);
    pub const ISDIR: Self = Self(21);
    pub const INVAL: Self = Self(22);
    pub const MFILE: Self = Self(24);
    pub const SPIPE: Self = Self(29);
    pub const NAMETOOLONG: Self = Self(36);
    pub const LOOP: Self = Self(40);
    pub const NOTSUP: Self = Self(95);
    pub const NOBUFS: Self = Self(105);
    pub const TIMEDOUT: Self = Self(110);

    /// Its name.
    pub fn name(self) -> &'static str {
        self.described().0
    }

    /// Its name and what libuv says of it.
    fn described(self) -> (&'static str, &'static str) {
        let found = DESCRIBED.iter().find(|(number, ..)| *number == self.0);
        found.map_or(("UNKNOWN", "unknown error"), |(_, name, text)| (name, text))
    }
}

const DESCRIBED: &[(i32, &str, &str)] = &[
    (1, "EPERM", "operation not permitted"),
    (2, "ENOENT", "no such file or directory"),
    (3, "ESRCH", "no such process"),
    (4, "EINTR", "interrupted system call"),
    (5, "EIO", "i/o error"),
    (6, "ENXIO", "no such device or address"),
    (7, "E2BIG", "argument list too long"),
    (8, "ENOEXEC", "exec format error"),
    (9, "EBADF", "bad file descriptor"),
    (11, "EAGAIN", "resource temporarily unavailable"),
    (12, "ENOMEM", "not enough memory"),
    (13, "EACCES", "permission denied"),
    (16, "EBUSY", "resource busy or locked"),
    (17, "EEXIST", "file already exists"),
    (18, "EXDEV", "cross-device link not permitted"),
    (19, "ENODEV", "no such device"),
    (20, "ENOTDIR", "not a directory"),
    (21, "EISDIR", "illegal operation on a directory"),
    (22, "EINVAL", "invalid argument"),
    (24, "EMFILE", "too many open files"),
    (25, "ENOTTY", "inappropriate ioctl for device"),
    (26, "ETXTBSY", "text file is busy"),
    (27, "EFBIG", "file too large"),
    (28, "ENOSPC", "no space left on device"),
    (29, "ESPIPE", "invalid seek"),
    (30, "EROFS", "read-only file system"),
    (31, "EMLINK", "too many links"),
    (32, "EPIPE", "broken pipe"),
    (35, "EDEADLK", "resource deadlock avoided"),
    (36, "ENAMETOOLONG", "name too long"),
    (37, "ENOLCK", "no locks available"),
    (38, "ENOSYS", "function not implemented"),
    (39, "ENOTEMPTY", "directory not empty"),
    (40, "ELOOP", "too many symbolic links encountered"),
    (75, "EOVERFLOW", "value too large for defined data type"),
    (84, "EILSEQ", "illegal byte sequence"),
    (90, "EMSGSIZE", "message too long"),
    (95, "ENOTSUP", "operation not supported on socket"),
    (105, "ENOBUFS", "no buffer space available"),
    (110, "ETIMEDOUT", "connection timed out"),
    (114, "EALREADY", "connection already in progress"),
    (115, "EINPROGRESS", "operation now in progress"),
    (122, "EDQUOT", "disk quota exceeded"),
    (131, "ENOTRECOVERABLE", "state not recoverable"),
];

impl From<ErrorCode> for Errno {
    fn from(code: ErrorCode) -> Self {
        Self(match code {
            ErrorCode::NotPermitted => 1,
            ErrorCode::NoEntry => 2,
            ErrorCode::Interrupted => 4,
            ErrorCode::Io => 5,
            ErrorCode::NoSuchDevice => 6,
            ErrorCode::BadDescriptor => 9,
            ErrorCode::WouldBlock => 11,
            ErrorCode::InsufficientMemory => 12,
            ErrorCode::Access => 13,
            ErrorCode::Busy => 16,
            ErrorCode::Exist => 17,
            ErrorCode::CrossDevice => 18,
            ErrorCode::NoDevice => 19,
            ErrorCode::NotDirectory => 20,
            ErrorCode::IsDirectory => 21,
            ErrorCode::Invalid => 22,
            ErrorCode::NoTty => 25,
            ErrorCode::TextFileBusy => 26,
            ErrorCode::FileTooLarge => 27,
            ErrorCode::InsufficientSpace => 28,
            ErrorCode::InvalidSeek => 29,
            ErrorCode::ReadOnly => 30,
            ErrorCode::TooManyLinks => 31,
            ErrorCode::Pipe => 32,
            ErrorCode::Deadlock => 35,
            ErrorCode::NameTooLong => 36,
            ErrorCode::NoLock => 37,
            ErrorCode::NotEmpty => 39,
            ErrorCode::Loop => 40,
            ErrorCode::Overflow => 75,
            ErrorCode::IllegalByteSequence => 84,
            ErrorCode::MessageSize => 90,
            ErrorCode::Unsupported => 95,
            ErrorCode::Already => 114,
            ErrorCode::InProgress => 115,
            ErrorCode::Quota => 122,
            ErrorCode::NotRecoverable => 131,
        })
    }
}

impl From<io::Error> for Errno {
    /// The crate `belljar-sys` and the standard library speak with WASI preview 1's numbers.
    fn from(error: io::Error) -> Self {
        let number = error.raw_os_error().unwrap_or(0);
        let found = PREVIEW1.iter().find(|(theirs, _)| *theirs == number);
        Self(found.map_or(5, |(_, linux)| *linux))
    }
}

const PREVIEW1: &[(i32, i32)] = &[
    (1, 7),
    (2, 13),
    (6, 11),
    (7, 114),
    (8, 9),
    (10, 16),
    (16, 35),
    (19, 122),
    (20, 17),
    (22, 27),
    (25, 84),
    (26, 115),
    (27, 4),
    (28, 22),
    (29, 5),
    (31, 21),
    (32, 40),
    (33, 24),
    (34, 31),
    (35, 90),
    (37, 36),
    (43, 19),
    (44, 2),
    (46, 37),
    (48, 12),
    (51, 28),
    (54, 20),
    (55, 39),
    (56, 131),
    (58, 95),
    (59, 25),
    (60, 6),
    (61, 75),
    (63, 1),
    (64, 32),
    (69, 30),
    (70, 29),
    (71, 3),
    (74, 26),
    (75, 18),
];

/// What was being done when an error came.
#[derive(Clone, Copy, Debug, Default)]
pub struct Doing<'a> {
    pub call: &'a str,
    pub path: Option<&'a str>,
    pub dest: Option<&'a str>,
}

impl<'a> Doing<'a> {
    /// A call that names no path.
    pub fn call(call: &'a str) -> Self {
        Self {
            call,
            ..Self::default()
        }
    }

    pub fn on(call: &'a str, path: &'a str) -> Self {
        Self {
            call,
            path: Some(path),
            dest: None,
        }
    }

    pub fn between(call: &'a str, path: &'a str, dest: &'a str) -> Self {
        Self {
            call,
            path: Some(path),
            dest: Some(dest),
        }
    }

    /// Throws the error as a JavaScript exception with `errno`, `code`, `syscall`, `path` and `dest`.
    pub fn failed(&self, ctx: &Ctx<'_>, errno: impl Into<Errno>) -> rquickjs::Error {
        match self.exception(ctx, errno.into()) {
            Ok(exception) => ctx.throw(exception.into_value()),
            Err(error) => error,
        }
    }

    fn exception<'js>(&self, ctx: &Ctx<'js>, errno: Errno) -> rquickjs::Result<Object<'js>> {
        let (code, text) = errno.described();
        let mut message = format!("{code}: {text}, {}", self.call);
        if let Some(path) = self.path {
            message.push_str(&format!(" '{path}'"));
        }
        if let Some(dest) = self.dest {
            message.push_str(&format!(" -> '{dest}'"));
        }
        let error = new_error(ctx)?;
        error.prop("message", Property::from(message).writable().configurable())?;
        error.set("errno", -errno.0)?;
        error.set("code", code)?;
        error.set("syscall", self.call)?;
        if let Some(path) = self.path {
            error.set("path", path)?;
        }
        if let Some(dest) = self.dest {
            error.set("dest", dest)?;
        }
        Ok(error)
    }
}

/// An empty `Error`. (The message that `rquickjs` would give it is enumerable.)
fn new_error<'js>(ctx: &Ctx<'js>) -> rquickjs::Result<Object<'js>> {
    // SAFETY: the context is alive, and the value is owned by whoever called.
    let value = unsafe { Value::from_raw(ctx.clone(), qjs::JS_NewError(ctx.as_raw().as_ptr())) };
    value.into_object().ok_or(rquickjs::Error::Exception)
}
