//! The network interface as embassy-net wants it, over a MAC that queues whole frames.

#[cfg(feature = "mps2-an385")]
pub(crate) mod lan9118;
#[cfg(feature = "lm3s6965evb")]
pub(crate) mod stellaris;

use core::task::Context;

use embassy_net_driver::{Capabilities, Driver, HardwareAddress, LinkState, RxToken, TxToken};
use embassy_sync::waitqueue::AtomicWaker;

/// Bytes of the longest frame, without its checksum.
const FRAME: usize = 1514;

/// The network stack's task, to be woken when a frame has come.
static STACK: AtomicWaker = AtomicWaker::new();

/// A MAC with queues for whole frames, which are read and written word by word.
pub trait Mac {
    /// Its hardware address.
    fn address(&self) -> [u8; 6];

    /// Whether a frame has come.
    fn has_frame(&self) -> bool;

    /// Takes the next frame out of the queue; 0 if it is damaged or too long for `frame`.
    fn receive(&mut self, frame: &mut [u8]) -> usize;

    /// Whether there is room for a frame to send.
    fn has_room(&mut self) -> bool;

    /// Sends a frame.
    fn send(&mut self, frame: &[u8]);

    /// Interrupts when the next frame comes.
    fn listen(&mut self);

    /// Ends the interrupt; a frame that is there already does not cause another.
    fn hush();
}

/// The handler of the MAC's interrupt.
pub(crate) extern "C" fn on_interrupt<M: Mac>() {
    M::hush();
    STACK.wake();
}

/// A driver for embassy-net.
pub struct Ethernet<M> {
    mac: M,
    received: [u8; FRAME],
    to_send: [u8; FRAME],
}

/// A frame that was received.
pub struct Received<'a>(&'a mut [u8]);

/// Room for a frame to send.
pub struct Room<'a, M> {
    mac: &'a mut M,
    buffer: &'a mut [u8; FRAME],
}

impl<M: Mac> Ethernet<M> {
    pub(crate) const fn new(mac: M) -> Self {
        Self {
            mac,
            received: [0; FRAME],
            to_send: [0; FRAME],
        }
    }

    /// Whether there is room; if not, asks to be tried again.
    fn has_room(&mut self, context: &Context<'_>) -> bool {
        let has_room = self.mac.has_room();
        if !has_room {
            // Frames leave within microseconds, and no interrupt tells.
            context.waker().wake_by_ref();
        }
        has_room
    }
}

impl<M: Mac> Driver for Ethernet<M> {
    type RxToken<'a>
        = Received<'a>
    where
        M: 'a;
    type TxToken<'a>
        = Room<'a, M>
    where
        M: 'a;

    fn receive(&mut self, context: &mut Context<'_>) -> Option<(Received<'_>, Room<'_, M>)> {
        STACK.register(context.waker());
        loop {
            if !self.mac.has_frame() {
                self.mac.listen();
                if !self.mac.has_frame() {
                    return None;
                }
            }
            // A frame is taken only if it could be answered.
            if !self.has_room(context) {
                return None;
            }
            let len = self.mac.receive(&mut self.received);
            if len > 0 {
                let room = Room {
                    mac: &mut self.mac,
                    buffer: &mut self.to_send,
                };
                return Some((Received(&mut self.received[..len]), room));
            }
        }
    }

    fn transmit(&mut self, context: &mut Context<'_>) -> Option<Room<'_, M>> {
        self.has_room(context).then_some(Room {
            mac: &mut self.mac,
            buffer: &mut self.to_send,
        })
    }

    fn link_state(&mut self, _context: &mut Context<'_>) -> LinkState {
        LinkState::Up // a cable that is out only loses frames: the PHY is not asked
    }

    fn capabilities(&self) -> Capabilities {
        let mut capabilities = Capabilities::default();
        capabilities.max_transmission_unit = FRAME;
        capabilities.max_burst_size = Some(1);
        capabilities
    }

    fn hardware_address(&self) -> HardwareAddress {
        HardwareAddress::Ethernet(self.mac.address())
    }
}

impl RxToken for Received<'_> {
    fn consume<R, F: FnOnce(&mut [u8]) -> R>(self, read: F) -> R {
        read(self.0)
    }
}

impl<M: Mac> TxToken for Room<'_, M> {
    fn consume<R, F: FnOnce(&mut [u8]) -> R>(self, len: usize, fill: F) -> R {
        let frame = &mut self.buffer[..len];
        let result = fill(frame);
        self.mac.send(frame);
        result
    }
}

/// Up to four bytes as the word that stands for them in a queue.
fn word(bytes: &[u8]) -> u32 {
    let mut word = [0; 4];
    word[..bytes.len()].copy_from_slice(bytes);
    u32::from_le_bytes(word)
}

/// A hardware address as MACs keep it in two registers.
fn address_from(low: u32, high: u32) -> [u8; 6] {
    let ([a, b, c, d], [e, f, ..]) = (low.to_le_bytes(), high.to_le_bytes());
    [a, b, c, d, e, f]
}
