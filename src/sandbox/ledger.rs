//! The ledger: one thread that owns the records, and a handle to it that async code may use.
//!
//! Records block on a disk; request tasks and guest threads must not. So everything that touches
//! records is a request in one queue, worked off in order by the thread `belljar-records`:
//!
//! - **Order.** Requests of one handle, and of handles that order themselves otherwise, take effect
//!   in the order in which they were made. A read sees every write before it.
//! - **Batches.** Writes that have piled up go to [`Records::apply`] together: one transaction for
//!   many small changes. If a batch fails, its requests are tried one by one, so that nobody pays for
//!   somebody else's bad change; each request stays atomic.
//! - **Bounds.** The queue has none: a state machine that had to wait for a disk in the middle of a
//!   transition would hold up guests. What bounds it in practice is that the record of a sandbox
//!   changes a few times per execution and executions are limited; callers that produce changes at
//!   a client's will use [`commit`](Ledger::commit), which waits.
//!
//! **Durability.** [`write`](Ledger::write) promises nothing until a later `commit`, `read` or
//! `close` has returned; `commit` promises what the records' `apply` does.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;

use tokio::sync::{mpsc, oneshot};

use super::records::{Change, Records, RecordsError};

/// Where one transaction stops collecting. Bounds how long a `commit` waits for others' changes
/// (about 10 ms of SQLite work), not how many changes one request may carry.
const MAX_BATCH_CHANGES: usize = 1024;

/// A handle to the thread that owns the records. Cloning gives another handle to the same thread,
/// which ends when [`close`](Self::close) is called or the last handle is dropped.
#[derive(Debug, Clone)]
pub struct Ledger {
    requests: mpsc::UnboundedSender<Request>,
}

type Reply = oneshot::Sender<Result<(), RecordsError>>;
type Read = Box<dyn FnOnce(&mut dyn Records) + Send>;

enum Request {
    /// Changes, and whoever waits for them.
    Write(Vec<Change>, Option<Reply>),
    /// Something to do with the records as they are then.
    Read(Read),
    /// Let go of the records, then answer.
    Close(oneshot::Sender<()>),
}

impl Ledger {
    /// Starts the thread. It takes `records` with it and drops them when it ends.
    ///
    /// If the operating system gives no thread, that is logged and every request is answered with
    /// [`RecordsError::Closed`].
    #[must_use]
    pub fn start(records: Box<dyn Records>) -> Self {
        let (requests, queue) = mpsc::unbounded_channel();
        let worker = Worker { records, queue };
        let thread = thread::Builder::new().name("belljar-records".to_owned());
        if let Err(error) = thread.spawn(move || worker.work()) {
            tracing::error!(%error, "no thread for the records");
        }
        Self { requests }
    }

    /// Queues changes, all or nothing, and returns at once. What goes wrong is logged.
    pub fn write(&self, changes: Vec<Change>) {
        if let Err(refused) = self.requests.send(Request::Write(changes, None))
            && let Request::Write(changes, _) = refused.0
        {
            log_lost(&changes, &RecordsError::Closed);
        }
    }

    /// Makes changes, all or nothing, after everything queued before, and waits until they are made.
    /// Dropping the future does not take them back.
    ///
    /// # Errors
    /// If the changes could not be made; none of them has been. (With [`RecordsError::Closed`] they
    /// may have been, if the thread died meanwhile.)
    pub async fn commit(&self, changes: Vec<Change>) -> Result<(), RecordsError> {
        self.begin(changes).await
    }

    /// As [`commit`](Self::commit), but queued before it returns: the future says whether they were made.
    pub(crate) fn begin(
        &self,
        changes: Vec<Change>,
    ) -> impl Future<Output = Result<(), RecordsError>> + Send + use<> {
        let (reply, answer) = oneshot::channel();
        let queued = self.requests.send(Request::Write(changes, Some(reply)));
        let queued = queued.map_err(|_| RecordsError::Closed);
        async move {
            queued?;
            answer.await.map_err(|_| RecordsError::Closed)?
        }
    }

    /// Calls `read` with the records, on their thread, after everything queued before. Keep it short:
    /// everybody waits. Dropping the future lets the call happen, if it has not been made yet.
    ///
    /// # Errors
    /// What `read` answers, [`RecordsError::Panicked`] if it panics, or [`RecordsError::Closed`].
    pub async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&mut dyn Records) -> Result<T, RecordsError> + Send + 'static,
    ) -> Result<T, RecordsError> {
        let (reply, answer) = oneshot::channel();
        let call: Read = Box::new(move |records| {
            let result = catch_unwind(AssertUnwindSafe(|| read(records)))
                .unwrap_or(Err(RecordsError::Panicked));
            // Whoever asked may have gone; there is nobody to tell then.
            drop(reply.send(result));
        });
        self.requests
            .send(Request::Read(call))
            .map_err(|_| RecordsError::Closed)?;
        answer.await.map_err(|_| RecordsError::Closed)?
    }

    /// Calls `then` on the records' thread once everything queued before is done. Keep it short. It is
    /// not called if the ledger is closed first.
    pub(super) fn afterwards(&self, then: impl FnOnce() + Send + 'static) {
        let call: Read = Box::new(move |_| {
            // The thread serves every sandbox and must survive it; the panic itself is logged.
            drop(catch_unwind(AssertUnwindSafe(then)));
        });
        if self.requests.send(Request::Read(call)).is_err() {
            tracing::debug!("the ledger is closed: something that was to follow is left undone");
        }
    }

    /// Calls `work` with the records as [`read`](Self::read) does, to look and then change what
    /// depends on it: nothing else happens to the records in between. What `work` applies is as durable
    /// as a [`commit`](Self::commit) once this has returned.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub async fn transact<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut dyn Records) -> Result<T, RecordsError> + Send + 'static,
    ) -> Result<T, RecordsError> {
        self.read(work).await
    }

    /// Makes all changes queued before, lets go of the records (which closes their file) and ends the
    /// thread. Later writes are logged as lost, other requests answered with
    /// [`RecordsError::Closed`]. Closing again returns once the first close is done or under way.
    pub async fn close(&self) {
        let (reply, answer) = oneshot::channel();
        if self.requests.send(Request::Close(reply)).is_ok() {
            // An error means that the thread has ended already, which is what is waited for.
            let _closed = answer.await;
        }
    }
}

/// Requests for changes that go to the records together.
#[derive(Default)]
struct Batch {
    changes: Vec<Change>,
    /// How many of `changes` each request has, and who waits for it.
    requests: Vec<(usize, Option<Reply>)>,
}

impl Batch {
    fn add(&mut self, mut changes: Vec<Change>, reply: Option<Reply>) {
        self.requests.push((changes.len(), reply));
        self.changes.append(&mut changes);
    }

    /// Applies everything and answers everybody.
    fn apply(mut self, records: &mut dyn Records) {
        let Err(error) = apply(records, &self.changes) else {
            self.requests
                .into_iter()
                .for_each(|(_, reply)| answer(reply, &[], Ok(())));
            return;
        };
        match self.requests.pop() {
            Some((_, reply)) if self.requests.is_empty() => {
                answer(reply, &self.changes, Err(error));
            }
            last => {
                self.requests.extend(last);
                self.apply_one_by_one(records);
            }
        }
    }

    fn apply_one_by_one(self, records: &mut dyn Records) {
        let mut rest = self.changes.as_slice();
        for (count, reply) in self.requests {
            let (own, others) = rest.split_at_checked(count).unwrap_or((rest, &[]));
            rest = others;
            answer(reply, own, apply(records, own));
        }
    }
}

/// [`Records::apply`], with a panic of the implementation as an error: the thread serves every
/// sandbox and must survive it. The implementation is still in a state to be used, because a batch
/// is atomic.
fn apply(records: &mut dyn Records, changes: &[Change]) -> Result<(), RecordsError> {
    if changes.is_empty() {
        return Ok(());
    }
    catch_unwind(AssertUnwindSafe(|| records.apply(changes))).unwrap_or(Err(RecordsError::Panicked))
}

/// Tells whoever waits, or else the log.
fn answer(reply: Option<Reply>, changes: &[Change], result: Result<(), RecordsError>) {
    let unheard = match reply {
        // Whoever waited may have gone since; a failure must not go with them.
        Some(reply) => reply.send(result).err(),
        None => Some(result),
    };
    if let Some(Err(error)) = unheard {
        log_lost(changes, &error);
    }
}

/// Names what was lost, but nothing of its content: records hold environment values.
fn log_lost(changes: &[Change], error: &RecordsError) {
    let cause = std::error::Error::source(error)
        .map(ToString::to_string)
        .unwrap_or_default();
    for change in changes {
        let (kind, id) = (change.kind(), change.subject());
        tracing::error!(%error, cause, kind, id, "a change of the records was lost");
    }
}

/// The thread's side.
struct Worker {
    records: Box<dyn Records>,
    queue: mpsc::UnboundedReceiver<Request>,
}

impl Worker {
    /// Works until closed or until the last handle is gone.
    fn work(mut self) {
        while let Some(request) = self.queue.blocking_recv() {
            let mut next = Some(request);
            while let Some(request) = next.take() {
                match request {
                    Request::Write(changes, reply) => next = self.write(changes, reply),
                    Request::Read(read) => read(&mut *self.records),
                    Request::Close(reply) => return self.close(reply),
                }
            }
        }
    }

    /// Applies a write together with the writes queued behind it. Answers the request that ended the
    /// batch, if one did.
    fn write(&mut self, changes: Vec<Change>, reply: Option<Reply>) -> Option<Request> {
        let mut batch = Batch::default();
        batch.add(changes, reply);
        let mut next = None;
        while next.is_none() && batch.changes.len() < MAX_BATCH_CHANGES {
            match self.queue.try_recv() {
                Ok(Request::Write(changes, reply)) => batch.add(changes, reply),
                Ok(other) => next = Some(other),
                Err(_) => break,
            }
        }
        batch.apply(&mut *self.records);
        next
    }

    /// Turns away what was queued after the close, lets go of the records, and answers.
    fn close(mut self, reply: oneshot::Sender<()>) {
        self.queue.close();
        let mut others = Vec::new();
        while let Ok(request) = self.queue.try_recv() {
            match request {
                Request::Write(changes, reply) => {
                    answer(reply, &changes, Err(RecordsError::Closed));
                }
                Request::Close(reply) => others.push(reply),
                // Dropping it answers with `Closed`.
                Request::Read(read) => drop(read),
            }
        }
        drop(self.records);
        for reply in others.into_iter().chain([reply]) {
            // Whoever asked may have gone.
            let _gone = reply.send(());
        }
    }
}

#[cfg(test)]
mod tests;
