//! A word of a guest's memory that the host may set while the guest is computing.
//!
//! An interpreter checks a flag of its own in every loop. A guest that lends us that flag (see
//! `signals.watch` in `wit/process.wit`) learns of a signal within an epoch tick even in
//! `while True: pass`, without ever calling the host.

use std::sync::atomic::{AtomicU32, Ordering};

use wasmtime::StoreContext;
use wasmtime::component::WasmList;

/// A lent word. Valid only together with the store it was lent from; [`WatchedWord::set`] asks for
/// that store so that the two cannot be parted.
pub(crate) struct WatchedWord {
    word: WasmList<u8>,
    mask: u32,
}

impl WatchedWord {
    /// Accepts a word of exactly four bytes, aligned to four; `None` otherwise.
    pub(crate) fn lend<T: 'static>(
        store: StoreContext<'_, T>,
        word: WasmList<u8>,
        mask: u32,
    ) -> Option<Self> {
        let bytes = word.as_le_slice(store);
        let aligned = bytes.as_ptr().align_offset(align_of::<AtomicU32>()) == 0;
        (bytes.len() == size_of::<u32>() && aligned).then_some(Self { word, mask })
    }

    /// Sets the mask's bits in the word. The guest must be suspended in `store`, as it is in an
    /// epoch callback or a host call.
    pub(crate) fn set<T: 'static>(&self, store: StoreContext<'_, T>) {
        let address = self.word.as_le_slice(store).as_ptr().expose_provenance();
        let word = std::ptr::with_exposed_provenance_mut::<AtomicU32>(address);
        #[expect(unsafe_code, reason = "wasmtime has no mutable view of a lent list")]
        // SAFETY: `as_le_slice` has just resolved the list against the live memory of this store:
        // the pointer is in bounds for the four bytes and the alignment that `lend` checked, since
        // the list cannot change and a linear memory neither shrinks nor moves. It points into
        // the linear memory itself, which the host owns and may write (it does so for every
        // result it lowers). The guest is suspended on this thread and memories are not shared,
        // so nothing else accesses the word; the shared slice is not used after this point, and
        // the access is atomic.
        let word = unsafe { &*word };
        word.fetch_or(self.mask.to_le(), Ordering::Relaxed);
    }
}

impl std::fmt::Debug for WatchedWord {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WatchedWord")
            .field("mask", &self.mask)
            .finish_non_exhaustive()
    }
}
