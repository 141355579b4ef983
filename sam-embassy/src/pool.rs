//! Sockets and buffers that live as long as the program, lent and given back.

use embassy_net::{IpEndpoint, Stack, tcp::TcpSocket};
use embassy_sync::blocking_mutex::raw::NoopRawMutex;
use embassy_sync::channel::{Channel, DynamicReceiver, DynamicSender};
use embassy_time::{Duration, with_timeout};
use zeroize::Zeroize;

use crate::error::Error;

/// How long a dial may take: the router is on the local network.
const DIAL: Duration = Duration::from_secs(3);
/// How long the next taker of a slot waits for the RST of the last one to leave.
const RESET: Duration = Duration::from_secs(1);
/// A silent socket asks the other end this often whether it is there,
const KEEP_ALIVE: Duration = Duration::from_secs(10);
/// and is given up after this: a router that lost its power says no goodbye.
const SILENCE: Duration = Duration::from_secs(45);

/// The memory of one slot: `RX + TX + 2 * LINE` bytes.
///
/// `RX` and `TX` are the socket's windows. `LINE` bounds the longest line of the router's, twice:
/// heard and said. 1536 is enough for Ed25519 keys; a peer whose destination needs more is refused
/// with [`Full`](sam_core::Error::Full).
pub struct Buffers<const RX: usize = 1024, const TX: usize = 1024, const LINE: usize = 1536> {
    rx: [u8; RX],
    tx: [u8; TX],
    heard: [u8; LINE],
    said: [u8; LINE],
}

impl<const RX: usize, const TX: usize, const LINE: usize> Buffers<RX, TX, LINE> {
    /// All zeros: lies in `.bss` and costs no flash.
    pub const NEW: Self = Self {
        rx: [0; RX],
        tx: [0; TX],
        heard: [0; LINE],
        said: [0; LINE],
    };
}

/// `N` sockets with their buffers; each is one of the `N` in `StackResources<N>`.
///
/// A session takes one slot for as long as its runner runs, and one for each stream, from the
/// beginning of `connect` or `accept` to the end of the [`Stream`](crate::Stream). Who finds no
/// slot free waits for one: so leave slots for the session itself, and for streams out if many
/// tasks accept.
pub struct Pool<const N: usize> {
    free: Channel<NoopRawMutex, Slot, N>,
}

pub(crate) struct Slot {
    socket: TcpSocket<'static>,
    heard: &'static mut [u8],
    said: &'static mut [u8],
}

impl<const N: usize> Pool<N> {
    /// Makes `N` sockets of the stack; panics, as embassy-net does, if it has no room for them.
    pub fn new<const RX: usize, const TX: usize, const LINE: usize>(
        stack: Stack<'static>,
        buffers: &'static mut [Buffers<RX, TX, LINE>; N],
    ) -> Self {
        let free = Channel::new();
        for Buffers {
            rx,
            tx,
            heard,
            said,
        } in buffers
        {
            let mut socket = TcpSocket::new(stack, rx, tx);
            // One line is one segment, and nobody waits for more to come.
            socket.set_nagle_enabled(false);
            socket.set_keep_alive(Some(KEEP_ALIVE));
            socket.set_timeout(Some(SILENCE));
            let slot = Slot {
                socket,
                heard,
                said,
            };
            let _ = free.try_send(slot); // there is room for N
        }
        Self { free }
    }

    /// How many slots nobody has.
    pub fn free(&self) -> usize {
        self.free.len()
    }

    pub(crate) fn lender(&'static self) -> Lender {
        Lender {
            take: self.free.dyn_receiver(),
            give: self.free.dyn_sender(),
        }
    }
}

/// A pool without its size.
#[derive(Clone, Copy)]
pub(crate) struct Lender {
    take: DynamicReceiver<'static, Slot>,
    give: DynamicSender<'static, Slot>,
}

impl Lender {
    /// Waits for a slot and connects its socket.
    pub(crate) async fn dial(&self, router: IpEndpoint) -> Result<Lease, Error> {
        let mut lease = Lease {
            slot: Some(self.take.receive().await),
            give: self.give,
        };
        let (socket, ..) = lease.parts()?;
        // A line that is down must not hold the slot up; the socket is fit for use all the same.
        let _ = with_timeout(RESET, socket.flush()).await;
        match with_timeout(DIAL, socket.connect(router)).await {
            Ok(Ok(())) => Ok(lease),
            Ok(Err(_)) | Err(_) => Err(Error::Unreachable),
        }
    }
}

/// A slot that goes back when this is dropped, however the user of it ended.
pub(crate) struct Lease {
    /// There until the drop.
    slot: Option<Slot>,
    give: DynamicSender<'static, Slot>,
}

impl Lease {
    /// The socket, and the buffers for lines heard and said.
    pub(crate) fn parts(
        &mut self,
    ) -> Result<(&mut TcpSocket<'static>, &mut [u8], &mut [u8]), Error> {
        let slot = self.slot.as_mut().ok_or(Error::Closed)?;
        Ok((&mut slot.socket, slot.heard, slot.said))
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if let Some(mut slot) = self.slot.take() {
            slot.socket.abort();
            // A private key may have passed through.
            slot.heard.zeroize();
            slot.said.zeroize();
            let _ = self.give.try_send(slot); // its place is still empty
        }
    }
}
