//! What a tunnel and its keeper tell each other.

use core::cell::Cell;
use core::future::poll_fn;
use core::task::Poll;

use embassy_net::IpEndpoint;
use embassy_sync::blocking_mutex::raw::NoopRawMutex;
use embassy_sync::pipe::Pipe;
use embassy_sync::signal::Signal;
use embassy_sync::waitqueue::MultiWakerRegistration;
use sam_embassy::Error;

/// Bytes on their way between a tunnel and its keeper, for each direction.
const PIPE: usize = 256;

/// The state of one tunnel. Cells suffice: both ends share one executor.
///
/// A new one is all zeros, and so lies in `.bss` and costs no flash. What is signalled is small for
/// that reason: a large enum would lend the signal its unused values.
pub(super) struct Link {
    /// Where to dial; or nothing, and to let go of everything at once.
    pub(super) wanted: Signal<NoopRawMutex, Option<IpEndpoint>>,
    /// What came of a dial.
    pub(super) dialled: Signal<NoopRawMutex, Result<(), Failure>>,
    /// To send what is left, and the end.
    pub(super) closing: Signal<NoopRawMutex, ()>,
    /// Whether all of it has arrived.
    pub(super) closed: Signal<NoopRawMutex, bool>,
    /// Decrypted.
    pub(super) incoming: Pipe<NoopRawMutex, PIPE>,
    /// To be encrypted.
    pub(super) outgoing: Pipe<NoopRawMutex, PIPE>,
    /// Bytes written that are in no record yet.
    unsent: Cell<usize>,
    end: Cell<Option<End>>,
    wakers: Cell<MultiWakerRegistration<2>>,
}

/// Why no more bytes come.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// It broke, it was tampered with, or it was never there. The first, since a link begins so.
    Broken,
    /// The router said so, and it was the router.
    Closed,
}

/// Why a dial came to nothing.
#[derive(Clone, Copy)]
pub(super) enum Failure {
    Unreachable,
    NotTrusted,
    TimedOut,
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Unreachable => Self::Unreachable,
            Failure::NotTrusted => Self::NotTrusted,
            Failure::TimedOut => Self::TimedOut,
        }
    }
}

impl Link {
    pub(super) const fn new() -> Self {
        Self {
            wanted: Signal::new(),
            dialled: Signal::new(),
            closing: Signal::new(),
            closed: Signal::new(),
            incoming: Pipe::new(),
            outgoing: Pipe::new(),
            unsent: Cell::new(0),
            end: Cell::new(Some(End::Broken)),
            wakers: Cell::new(MultiWakerRegistration::new()),
        }
    }

    /// For a new connection: nothing said, nothing heard.
    pub(super) fn clear(&self) {
        self.closing.reset();
        self.closed.reset();
        self.incoming.clear();
        self.outgoing.clear();
        self.unsent.set(0);
        self.end.set(None);
    }

    pub(super) fn end(&self) -> Option<End> {
        self.end.get()
    }

    /// The first reason stays.
    pub(super) fn set_end(&self, end: End) {
        self.end.set(Some(self.end.get().unwrap_or(end)));
        self.wake();
    }

    pub(super) async fn ended(&self) -> End {
        self.wait(|| self.end.get()).await
    }

    /// More was written.
    pub(super) fn add_unsent(&self, count: usize) {
        self.unsent.set(self.unsent.get().saturating_add(count));
    }

    /// Some of it has left.
    pub(super) fn subtract_unsent(&self, count: usize) {
        self.unsent.set(self.unsent.get().saturating_sub(count));
        self.wake();
    }

    /// Waits until all that was written has left.
    pub(super) async fn all_sent(&self) -> Result<(), Error> {
        self.wait(|| match (self.unsent.get(), self.end.get()) {
            (0, _) => Some(Ok(())),
            (_, Some(_)) => Some(Err(Error::Reset)),
            _ => None,
        })
        .await
    }

    async fn wait<T>(&self, mut look: impl FnMut() -> Option<T>) -> T {
        poll_fn(|cx| match look() {
            Some(seen) => Poll::Ready(seen),
            None => {
                let mut wakers = self.wakers.replace(MultiWakerRegistration::new());
                wakers.register(cx.waker());
                self.wakers.set(wakers);
                Poll::Pending
            }
        })
        .await
    }

    fn wake(&self) {
        self.wakers.replace(MultiWakerRegistration::new()).wake();
    }
}
