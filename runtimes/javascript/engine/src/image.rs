//! Making the image: the builder calls `wizer-initialize` once with all JavaScript sources on standard
//! input, and keeps what memory holds afterwards. No file is open then and none may be opened, and
//! nothing that differs between processes may be read.

use std::fs::File;
use std::io::Read;
use std::mem::ManuallyDrop;
use std::os::fd::FromRawFd;

use crate::engine;
use crate::modules::Sources;

/// Makes the engine and evaluates its own JavaScript.
#[unsafe(export_name = "wizer-initialize")]
extern "C" fn initialize() {
    // SAFETY: 0 is standard input. It is never closed, and the buffer of `std::io::stdin` would be
    // part of the image.
    let mut input = ManuallyDrop::new(unsafe { File::from_raw_fd(0) });
    let mut bytes = Vec::new();
    input
        .read_to_end(&mut bytes)
        .expect("sources on standard input");
    engine::prepare(Sources::parse(&bytes));
}
