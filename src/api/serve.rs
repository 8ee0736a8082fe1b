//! The router on a listener.

use std::io;

use axum::serve::ListenerExt;
use tokio::net::TcpListener;

use crate::api::router::router;
use crate::api::state::{ApiState, Phase};

/// Serves the API on `listener` until `shutdown` resolves, then ends in order: no new connection is
/// taken, held polls answer with the current state, other requests finish, and output streams may
/// go on for [`ApiOptions::drain`](crate::api::ApiOptions) before they are cut.
///
/// Sandboxes are not touched: close the engine afterwards. Dropping the future stops taking
/// connections but leaves those that are open to their end.
///
/// # Errors
/// When the listener cannot be used.
pub async fn serve(
    listener: TcpListener,
    state: ApiState,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let listener = listener.tap_io(|connection| {
        // An answer is often one small packet; waiting to fill it would add 40 ms.
        if let Err(error) = connection.set_nodelay(true) {
            tracing::debug!(%error, "cannot switch off Nagle's algorithm");
        }
    });
    let closing = state.clone();
    let signal = async move {
        shutdown.await;
        closing.enter(Phase::Draining);
    };
    let server = axum::serve(listener, router(state.clone())).with_graceful_shutdown(signal);
    let deadline = async {
        state.reached(Phase::Draining).await;
        tokio::time::sleep(state.options().drain).await;
        state.enter(Phase::Cut);
        // Cut streams end within a moment; a connection that does not is abandoned.
        tokio::time::sleep(state.options().drain).await;
    };
    tokio::select! {
        result = server => result,
        () = deadline => Ok(()),
    }
}
