//! Transports and buffers that live as long as the program, lent and given back.

use core::cell::Cell;

use embassy_net::{IpEndpoint, Stack, tcp::TcpSocket};
use embassy_time::Duration;
use zeroize::Zeroize;

use crate::dial::Dial;
use crate::error::Error;
use crate::waiting::Waiting;

/// A silent socket asks the other end this often whether it is there,
const KEEP_ALIVE: Duration = Duration::from_secs(10);
/// and is given up after this: a router that lost its power says no goodbye.
const SILENCE: Duration = Duration::from_secs(45);

/// The memory of one slot with a TCP socket: `RX + TX + 2 * LINE` bytes.
///
/// `RX` and `TX` are the socket's windows; for `LINE` see [`Lines`].
pub struct Buffers<const RX: usize = 1024, const TX: usize = 1024, const LINE: usize = 1536> {
    rx: [u8; RX],
    tx: [u8; TX],
    lines: Lines<LINE>,
}

impl<const RX: usize, const TX: usize, const LINE: usize> Buffers<RX, TX, LINE> {
    /// All zeros: lies in `.bss` and costs no flash.
    pub const NEW: Self = Self {
        rx: [0; RX],
        tx: [0; TX],
        lines: Lines::NEW,
    };
}

/// The memory of one slot for the lines of SAM: `2 * LINE` bytes.
///
/// `LINE` bounds the longest line of the router's, twice: heard and said. 1536 is enough for
/// Ed25519 keys; a peer whose destination needs more is refused with
/// [`Full`](sam_core::Error::Full).
pub struct Lines<const LINE: usize = 1536> {
    heard: [u8; LINE],
    said: [u8; LINE],
}

impl<const LINE: usize> Lines<LINE> {
    /// All zeros: lies in `.bss` and costs no flash.
    pub const NEW: Self = Self {
        heard: [0; LINE],
        said: [0; LINE],
    };
}

/// `N` transports with their buffers.
///
/// A session takes one slot for as long as its runner runs, and one for each stream, from the
/// beginning of `connect` or `accept` to the end of the [`Stream`](crate::Stream). Who finds no
/// slot free waits for one: so leave slots for the session itself, and for streams out if many
/// tasks accept.
pub struct Pool<const N: usize, T = TcpSocket<'static>> {
    /// The one that has been free longest comes first: its RST has had time to leave.
    free: Cell<heapless::Deque<Slot<T>, N>>,
    waiting: Waiting,
}

pub(crate) struct Slot<T> {
    transport: T,
    heard: &'static mut [u8],
    said: &'static mut [u8],
}

impl<const N: usize> Pool<N> {
    /// Makes `N` sockets of the stack, each one of the `N` in `StackResources<N>`; panics, as
    /// embassy-net does, if the stack has no room for them.
    pub fn new<const RX: usize, const TX: usize, const LINE: usize>(
        stack: Stack<'static>,
        buffers: &'static mut [Buffers<RX, TX, LINE>; N],
    ) -> Self {
        Self::of(buffers.iter_mut().map(|Buffers { rx, tx, lines }| {
            let mut socket = TcpSocket::new(stack, rx, tx);
            // One line is one segment, and nobody waits for more to come.
            socket.set_nagle_enabled(false);
            socket.set_keep_alive(Some(KEEP_ALIVE));
            socket.set_timeout(Some(SILENCE));
            (socket, lines)
        }))
    }
}

impl<const N: usize, T: Dial> Pool<N, T> {
    /// A pool of transports that are not sockets of embassy-net's, such as TLS over them.
    pub fn with_transports<const LINE: usize>(
        transports: [T; N],
        lines: &'static mut [Lines<LINE>; N],
    ) -> Self {
        Self::of(transports.into_iter().zip(lines))
    }

    /// How many slots nobody has.
    pub fn free(&self) -> usize {
        self.with(|free| free.len())
    }

    pub(crate) const fn lender(&'static self) -> Lender<T> {
        Lender(self)
    }

    fn of<const LINE: usize>(slots: impl Iterator<Item = (T, &'static mut Lines<LINE>)>) -> Self {
        let mut free = heapless::Deque::new();
        for (transport, Lines { heard, said }) in slots {
            let _ = free.push_back(Slot {
                transport,
                heard,
                said,
            }); // there is room for N
        }
        Self {
            free: Cell::new(free),
            waiting: Waiting::new(),
        }
    }
}

impl<const N: usize, T> Pool<N, T> {
    fn with<R>(&self, act: impl FnOnce(&mut heapless::Deque<Slot<T>, N>) -> R) -> R {
        let mut free = self.free.take();
        let result = act(&mut free);
        self.free.set(free);
        result
    }
}

/// A pool without its size.
trait Slots<T> {
    fn take(&self) -> Option<Slot<T>>;
    fn give(&self, slot: Slot<T>);
    fn waiting(&self) -> &Waiting;
}

impl<const N: usize, T> Slots<T> for Pool<N, T> {
    fn take(&self) -> Option<Slot<T>> {
        self.with(heapless::Deque::pop_front)
    }

    fn give(&self, slot: Slot<T>) {
        let _ = self.with(|free| free.push_back(slot)); // its place is still empty
        self.waiting.wake();
    }

    fn waiting(&self) -> &Waiting {
        &self.waiting
    }
}

/// Who lends slots.
pub(crate) struct Lender<T: 'static>(&'static dyn Slots<T>);

impl<T> Clone for Lender<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Lender<T> {}

impl<T: Dial> Lender<T> {
    /// Waits for a slot.
    pub(crate) fn take(self) -> impl Future<Output = Lease<T>> {
        self.0.waiting().until(move || {
            let slot = Some(self.0.take()?);
            Some(Lease { slot, lender: self })
        })
    }

    /// Waits for a slot and connects its transport.
    pub(crate) async fn dial(self, router: IpEndpoint) -> Result<Lease<T>, Error> {
        let mut lease = self.take().await;
        let (transport, ..) = lease.parts()?;
        transport.dial(router).await?;
        Ok(lease)
    }
}

/// A slot that goes back when this is dropped, however the user of it ended.
pub(crate) struct Lease<T: Dial> {
    /// There until the drop.
    slot: Option<Slot<T>>,
    lender: Lender<T>,
}

impl<T: Dial> Lease<T> {
    /// The transport, and the buffers for lines heard and said.
    pub(crate) fn parts(&mut self) -> Result<(&mut T, &mut [u8], &mut [u8]), Error> {
        let slot = self.slot.as_mut().ok_or(Error::Closed)?;
        Ok((&mut slot.transport, slot.heard, slot.said))
    }
}

impl<T: Dial> Drop for Lease<T> {
    fn drop(&mut self) {
        if let Some(mut slot) = self.slot.take() {
            slot.transport.abort();
            // A private key may have passed through.
            slot.heard.zeroize();
            slot.said.zeroize();
            self.lender.0.give(slot);
        }
    }
}
