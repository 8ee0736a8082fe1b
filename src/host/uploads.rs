//! What programs that guests bring may take of the engine.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::digest::Digest;
use crate::process::LaunchError;

/// How long the compilation of a program is waited for. It cannot be stopped, but the next one begins
/// only when it has ended.
pub(super) const COMPILE_PATIENCE: Duration = Duration::from_secs(60);
/// Programs whose compiled code is kept, in memory and on disk: it is about three times as large as
/// they are, and who uploads them could fill the disk.
const MAX_KEPT: usize = 64;

/// See the module.
#[derive(Debug)]
pub(super) struct Uploads {
    /// One compilation at a time: each uses all cores.
    turns: Arc<Semaphore>,
    /// Those that are kept, the one loaded longest ago first.
    kept: Mutex<VecDeque<Digest>>,
}

impl Default for Uploads {
    fn default() -> Self {
        Self {
            turns: Arc::new(Semaphore::new(1)),
            kept: Mutex::default(),
        }
    }
}

impl Uploads {
    /// Waits for its turn to load a program.
    pub(super) async fn turn(&self) -> Result<OwnedSemaphorePermit, LaunchError> {
        let turn = Arc::clone(&self.turns).acquire_owned();
        match tokio::time::timeout(COMPILE_PATIENCE, turn).await {
            Ok(turn) => turn.map_err(|error| LaunchError::Engine(error.into())),
            Err(_) => Err(LaunchError::NotAProgram {
                reason: "too many programs are waiting to be compiled".to_owned(),
            }),
        }
    }

    /// Notes that a program was loaded, and gives one that must go for it.
    pub(super) fn loaded(&self, digest: Digest) -> Option<Digest> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|known| *known != digest);
        kept.push_back(digest);
        if kept.len() > MAX_KEPT {
            kept.pop_front()
        } else {
            None
        }
    }
}
