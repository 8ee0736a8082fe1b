//! The router on a listener.

use std::io;
use std::time::Duration;

use axum::serve::ListenerExt;
use tokio::net::TcpListener;

use crate::api::router::router;
use crate::api::state::{ApiState, Phase};

/// How often it is looked whether running work has ended, while the server waits for that.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// Serves the API on `listener` until `shutdown` resolves, then ends in order:
///
/// 1. New work is refused with 503 and `retry-after`, on open connections and on new ones, while
///    running executions may go on for [`ApiOptions::grace`](crate::api::ApiOptions); whoever waits for
///    one or reads its output is served.
/// 2. No new connection is taken, held polls answer with the current state, other requests finish, and
///    output streams may go on for [`ApiOptions::drain`](crate::api::ApiOptions) before they are cut.
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
        closing.enter(Phase::Refusing);
        let quiet = async {
            while closing.belljar().usage().executions > 0 {
                tokio::time::sleep(LOOK_EVERY).await;
            }
        };
        // What still runs is cancelled when the engine closes, and recorded so.
        let _in_time = tokio::time::timeout(closing.options().grace, quiet).await;
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
