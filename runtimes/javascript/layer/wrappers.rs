//! Bytes of JavaScript buffers, copied before anything can run that would change them.

use rquickjs::{ArrayBuffer, TypedArray};

pub(crate) fn copy_typed_array_bytes<T>(array: &TypedArray<'_, T>) -> Option<Vec<u8>> {
    // SAFETY: the array keeps its buffer alive, and copying neither calls JavaScript nor waits.
    unsafe { array.as_bytes().map(<[u8]>::to_vec) }
}

pub(crate) fn copy_array_buffer_bytes(buffer: &ArrayBuffer<'_>) -> Option<Vec<u8>> {
    // SAFETY: as above.
    unsafe { buffer.as_bytes().map(<[u8]>::to_vec) }
}
