//! Measured running time.
//!
//! A guest's running time is the time its future is being polled. It is charged to the sandbox's
//! [`CpuAccount`]; when that is in debt, the guest is simply not polled until the debt is paid
//! off. Guests yield at every epoch tick, so a debt is about one tick deep.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use tokio::time::Sleep;

use super::config::clock_tick;
use crate::limits::cpu::CpuAccount;

/// Runs a future on an account: measures its polls and pauses it when the account is in debt.
#[derive(Debug)]
pub(crate) struct Metered<F, T> {
    inner: Pin<Box<F>>,
    account: Arc<CpuAccount>,
    pause: Option<Pin<Box<Sleep>>>,
    ran: Duration,
    tell: T,
}

impl<F: Future, T: Fn(Duration) + Unpin> Metered<F, T> {
    /// `tell` is told the time of each poll.
    pub(crate) fn new(inner: F, account: Arc<CpuAccount>, tell: T) -> Self {
        Self {
            inner: Box::pin(inner),
            account,
            pause: None,
            ran: Duration::ZERO,
            tell,
        }
    }

    /// Running time of this future alone.
    pub(crate) fn ran(&self) -> Duration {
        self.ran
    }
}

impl<F: Future, T: Fn(Duration) + Unpin> Future for Metered<F, T> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = &mut *self;
        loop {
            if let Some(pause) = &mut this.pause {
                std::task::ready!(pause.as_mut().poll(cx));
                this.pause = None;
            }
            let wait = this.account.wait(Instant::now(), clock_tick());
            if wait.is_zero() {
                break;
            }
            this.pause = Some(Box::pin(tokio::time::sleep(wait)));
        }
        let start = Instant::now();
        let polled = this.inner.as_mut().poll(cx);
        let ran = start.elapsed();
        this.ran += ran;
        this.account.charge(ran);
        (this.tell)(ran);
        polled
    }
}
