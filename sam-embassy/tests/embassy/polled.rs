//! Futures dropped half-way.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;

use embassy_time::{Duration, Timer};

/// What became of a future that was to be dropped after so many polls.
#[derive(Debug)]
pub(crate) enum Polled<T> {
    /// It was done before.
    Done(T),
    Dropped,
    /// It was polled more rarely, as nothing woke it any more; and was dropped then.
    Idle,
}

/// Polls a future so many times, each time it is woken, and drops it.
pub(crate) async fn polled<T>(times: usize, future: impl Future<Output = T>) -> Polled<T> {
    let mut future = pin!(future);
    let mut patience = pin!(Timer::after(Duration::from_secs(5)));
    let mut left = times;
    poll_fn(|cx| {
        if patience.as_mut().poll(cx).is_ready() {
            return Poll::Ready(Polled::Idle);
        }
        left -= 1;
        match future.as_mut().poll(cx) {
            Poll::Ready(value) => Poll::Ready(Polled::Done(value)),
            Poll::Pending if left == 0 => Poll::Ready(Polled::Dropped),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}
