//! The engine: compile once, start in microseconds, stop always.
//!
//! An [`Engine`] owns one configured [`wasmtime::Engine`], the disk cache of compiled programs,
//! the threads that guests run on and the thread that ticks the epoch. It knows nothing of files,
//! processes or sandboxes: it turns bytes into a [`Program`] and runs futures that contain guests.
//!
//! Invariants:
//! - A guest never runs on a thread that the engine does not own.
//! - Nothing is loaded from the cache that was not verified in this process.
//! - Guests can always be stopped: every compiled loop and function checks the epoch.

mod adapt;
pub(crate) mod cache;
mod config;
mod error;
pub(crate) mod limiter;
pub(crate) mod meter;
mod pool;
pub(crate) mod watch;

pub(crate) use config::{EngineOptions, Metering};
pub(crate) use error::EngineError;

use std::future::Future;
use std::path::Path;
use std::sync::Arc;

use wasmtime::component::Component;

use crate::digest::Digest;
use cache::CompileCache;
use pool::{GuestThreads, Ticker};

/// A program that is compiled and mapped, ready to be linked. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Program {
    digest: Digest,
    component: Component,
}

impl Program {
    /// The digest of the WebAssembly bytes this program was compiled from.
    pub(crate) fn digest(&self) -> Digest {
        self.digest
    }

    /// The compiled component.
    pub(crate) fn component(&self) -> &Component {
        &self.component
    }
}

impl std::fmt::Debug for Program {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Program")
            .field("digest", &self.digest)
            .finish_non_exhaustive()
    }
}

/// One engine configuration with its cache and its threads. Clones share everything.
#[derive(Clone, Debug)]
pub(crate) struct Engine {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    wasmtime: wasmtime::Engine,
    cache: CompileCache,
    threads: GuestThreads,
    ticker: Ticker,
}

impl Engine {
    /// Configures wasmtime, reserves the instance pool and starts the guest threads.
    ///
    /// # Errors
    /// [`EngineError::Configure`] if this machine cannot run the configuration (for example, not
    /// enough address space for the pool), [`EngineError::CacheFolder`] and
    /// [`EngineError::CacheNotPrivate`] if the cache folder cannot be used.
    pub(crate) fn new(options: &EngineOptions, cache_dir: &Path) -> Result<Self, EngineError> {
        let config = options.to_wasmtime();
        let wasmtime = wasmtime::Engine::new(&config).map_err(EngineError::Configure)?;
        let cache = CompileCache::open(cache_dir, &wasmtime)?;
        let threads = GuestThreads::start(options.guest_threads, options.metering)?;
        let ticker = Ticker::start(wasmtime.clone())?;
        Ok(Self {
            inner: Arc::new(Inner {
                wasmtime,
                cache,
                threads,
                ticker,
            }),
        })
    }

    /// The wasmtime engine, for linkers and stores.
    pub(crate) fn wasmtime(&self) -> &wasmtime::Engine {
        &self.inner.wasmtime
    }

    /// Compiled programs on disk.
    pub(crate) fn cache(&self) -> &CompileCache {
        &self.inner.cache
    }

    /// Runs `guest` on the guest threads. The epoch ticks for as long as any such future lives.
    ///
    /// Dropping the returned handle does not stop the guest; aborting it does, at its next epoch
    /// tick or host call.
    pub(crate) fn spawn<F>(&self, guest: F) -> tokio::task::JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        let ticking = self.inner.ticker.keep_ticking();
        self.inner.threads.spawn(async move {
            let _ticking = ticking;
            guest.await
        })
    }

    /// Runs a future that starts guests or waits for them on the guest threads, without keeping
    /// the epoch ticking.
    pub(crate) fn spawn_beside_guests<F>(&self, future: F) -> tokio::task::JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        self.inner.threads.spawn(future)
    }

    /// Runs blocking work (compiling, hashing, unpacking) away from both guests and callers.
    pub(crate) fn spawn_blocking<F, T>(&self, work: F) -> tokio::task::JoinHandle<T>
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        self.inner.threads.spawn_blocking(work)
    }

    /// Loads a compiled program from the cache, compiling it first if need be. Blocking.
    ///
    /// `read` gives the WebAssembly bytes and is only called on a miss. What a digest means is the
    /// caller's business: equal ones must stand for equal bytes, and `read` must have verified
    /// them. Several callers of one digest, in this process or another one, compile it once.
    ///
    /// # Errors
    /// [`EngineError::Compile`] for bytes that are neither a valid component of the enabled features
    /// nor a module for WASI preview 1, and I/O errors of the cache.
    pub(crate) fn load(
        &self,
        digest: Digest,
        read: impl FnOnce() -> std::io::Result<Vec<u8>>,
    ) -> Result<Program, EngineError> {
        let component = self.inner.cache.load(&self.inner.wasmtime, digest, read)?;
        Ok(Program { digest, component })
    }

    /// Whether `digest` is compiled already, in memory or on disk.
    pub(crate) fn is_compiled(&self, digest: Digest) -> bool {
        self.inner.cache.contains(digest)
    }
}
