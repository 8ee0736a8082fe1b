//! What tools say when something is wrong.

use std::io::{self, Write};

/// The words for an error, as `strerror` has them.
pub(crate) fn text(error: &io::Error) -> String {
    let whole = error.to_string();
    match whole.rfind(" (os error ") {
        Some(at) => whole[..at].to_owned(),
        None => whole,
    }
}

/// `name: message` on standard error.
pub(crate) fn say(name: &str, message: &str) {
    line(&format!("{name}: {message}"));
}

/// A line on standard error.
pub(crate) fn line(message: &str) {
    // In one write, so that lines of processes that run at the same time do not mix.
    let line = format!("{message}\n");
    // Nothing is left to complain to.
    let _lost = io::stderr().write_all(line.as_bytes());
}

/// `name: path: error` on standard error.
pub(crate) fn file(name: &str, path: &str, error: &io::Error) {
    say(name, &format!("{path}: {}", text(error)));
}
