//! Native halves of Node's modules, from the published package; see layer/README.md.

pub mod builtin;
mod wrappers;

/// What those modules ask of the program around them.
mod internal {
    /// Whether the image is being made: no file is opened then.
    pub fn is_wizer_active() -> bool {
        false
    }
}

/// Draws new seeds: the generator's state is part of the image.
///
/// # Panics
/// If the system gives no random bytes.
pub fn reseed() {
    rand::rng().reseed().expect("random bytes from the system");
}
