//! What is said to people, and how errors are worded.

use std::io::{self, Write};
use std::sync::OnceLock;

static NAME: OnceLock<String> = OnceLock::new();

/// Sets the name that messages begin with.
pub(crate) fn set_name(name: &str) {
    // Only `main` sets it, once.
    let _earlier = NAME.set(name.to_owned());
}

pub(crate) fn name() -> &'static str {
    NAME.get().map_or("coreutils", String::as_str)
}

/// Writes to standard error, in one write.
pub(crate) fn raw(text: &str) {
    // There is nobody left to tell.
    let _lost = io::stderr().write_all(text.as_bytes());
}

/// Writes help and the like to standard output.
pub(crate) fn output(text: &str) {
    let mut out = io::stdout();
    if let Err(error) = out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        message(format_args!("write error: {}", reason(&error)));
    }
}

/// Writes a line to standard error that begins with the tool's name.
pub(crate) fn message(text: impl std::fmt::Display) {
    raw(&format!("{}: {text}\n", name()));
}

/// Says what could not be done and why.
pub(crate) fn failure(what: impl std::fmt::Display, error: &io::Error) {
    message(format_args!("{what}: {}", reason(error)));
}

/// `say!("...", ...)`: a message.
macro_rules! say {
    ($($arg:tt)*) => { $crate::report::message(format_args!($($arg)*)) };
}
pub(crate) use say;

/// An error as the GNU system words it.
pub(crate) fn reason(error: &io::Error) -> String {
    // Where the C library of WASI has other words, by its numbers.
    if cfg!(target_os = "wasi")
        && let Some(number) = error.raw_os_error()
    {
        let text = match number {
            6 => "Resource temporarily unavailable",
            19 => "Disk quota exceeded",
            25 => "Invalid or incomplete multibyte or wide character",
            28 => "Invalid argument",
            29 => "Input/output error",
            32 => "Too many levels of symbolic links",
            33 => "Too many open files",
            37 => "File name too long",
            41 => "Too many open files in system",
            48 => "Cannot allocate memory",
            55 => "Directory not empty",
            58 => "Operation not supported",
            59 => "Inappropriate ioctl for device",
            61 => "Value too large for defined data type",
            63 | 76 => "Operation not permitted",
            70 => "Illegal seek",
            74 => "Text file busy",
            75 => "Invalid cross-device link",
            _ => "",
        };
        if !text.is_empty() {
            return text.to_owned();
        }
    }
    let text = error.to_string();
    match text.rfind(" (os error ") {
        Some(end) => text[..end].to_owned(),
        None => text,
    }
}
