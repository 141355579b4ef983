//! Tasks that wait for something to change.

use core::cell::Cell;
use core::future::poll_fn;
use core::task::{Poll, Waker};

use embassy_time::{Duration, Instant};

/// How many tasks are woken at once; whoever finds no room looks again now and then.
const ROOM: usize = 8;
const NOW_AND_THEN: Duration = Duration::from_millis(50);

/// The tasks that wait.
///
/// embassy-sync's registrations have those who find no room wake the others, who then find none:
/// the device would never sleep.
pub(crate) struct Waiting(Cell<heapless::Vec<Waker, ROOM>>);

impl Waiting {
    pub(crate) const fn new() -> Self {
        Self(Cell::new(heapless::Vec::new()))
    }

    /// Looks after each change until there is something to see.
    pub(crate) fn until<T>(&self, mut look: impl FnMut() -> Option<T>) -> impl Future<Output = T> {
        poll_fn(move |cx| match look() {
            Some(seen) => Poll::Ready(seen),
            None => {
                self.register(cx.waker());
                Poll::Pending
            }
        })
    }

    /// Something has changed.
    pub(crate) fn wake(&self) {
        for waker in self.0.take() {
            waker.wake();
        }
    }

    /// Has it woken by the next change; not inlined, since each wait has this.
    #[inline(never)]
    fn register(&self, waker: &Waker) {
        let mut wakers = self.0.take();
        let is_in =
            wakers.iter().any(|other| other.will_wake(waker)) || wakers.push(waker.clone()).is_ok();
        self.0.set(wakers);
        if !is_in {
            let later = Instant::now() + NOW_AND_THEN;
            embassy_time_driver::schedule_wake(later.as_ticks(), waker);
        }
    }
}
