//! The Ethernet MAC of Stellaris chips.
//!
//! Offsets and bits are those of the LM3S6965's data sheet, chapter "Ethernet Controller". Tried on
//! QEMU's model of it, which lets 31 frames wait and then holds the sender back.

use super::{Mac, address_from, word};
use crate::registers::Registers;

// SAFETY: the MAC's registers; it has no DMA.
const MAC: Registers = unsafe { Registers::at(0x4004_8000, 0x40) };
/// Interrupt status; write a bit to clear it. Clearing the bit TXER empties the transmit queue.
const STATUS: usize = 0x00;
const INTERRUPT_MASK: usize = 0x04;
const RX_CONTROL: usize = 0x08;
const TX_CONTROL: usize = 0x0c;
const DATA: usize = 0x10;
const ADDRESS_LOW: usize = 0x14;
const ADDRESS_HIGH: usize = 0x18;
const TX_THRESHOLD: usize = 0x1c;
const FRAMES_WAITING: usize = 0x34;
const TX_REQUEST: usize = 0x38;

const RX_INTERRUPT: u32 = 1;
const ALL_INTERRUPTS: u32 = 0x7f;
const RX_ENABLE: u32 = 1;
const RX_RESET_FIFO: u32 = 1 << 4;
const TX_ENABLE: u32 = 1;
const TX_PAD: u32 = 1 << 1;
const TX_CRC: u32 = 1 << 2;
const TX_FULL_DUPLEX: u32 = 1 << 4;
const TX_ONLY_ON_REQUEST: u32 = 0x3f;

// SAFETY: the one register that lets clocks through to peripherals.
const CLOCKS: Registers = unsafe { Registers::at(0x400f_e108, 4) };
const CLOCK_MAC_AND_PHY: u32 = 1 << 28 | 1 << 30;

/// Bytes of a destination, a source and a type: the MAC counts a frame's length without them.
const HEADER: usize = 14;
/// Bytes around a received frame: its length before, its checksum behind.
const AROUND: usize = 2 + 4;

/// The MAC.
pub struct Stellaris(());

impl Stellaris {
    /// Switches it on.
    pub(crate) fn start() -> Self {
        CLOCKS.write(0, CLOCKS.read(0) | CLOCK_MAC_AND_PHY);
        CLOCKS.read(0); // the clock runs a few cycles later
        MAC.write(INTERRUPT_MASK, 0);
        MAC.write(RX_CONTROL, RX_RESET_FIFO);
        MAC.write(STATUS, ALL_INTERRUPTS);
        MAC.write(TX_THRESHOLD, TX_ONLY_ON_REQUEST);
        MAC.write(TX_CONTROL, TX_FULL_DUPLEX | TX_CRC | TX_PAD | TX_ENABLE);
        MAC.write(RX_CONTROL, RX_ENABLE);
        MAC.write(INTERRUPT_MASK, RX_INTERRUPT);
        Self(())
    }
}

impl Mac for Stellaris {
    fn address(&self) -> [u8; 6] {
        address_from(MAC.read(ADDRESS_LOW), MAC.read(ADDRESS_HIGH))
    }

    fn has_frame(&self) -> bool {
        MAC.read(FRAMES_WAITING) & 0x3f != 0
    }

    fn receive(&mut self, frame: &mut [u8]) -> usize {
        // The first word: the length of all, itself included, then the frame's first two bytes.
        let [low, high, first @ ..] = MAC.read(DATA).to_le_bytes();
        let total = usize::from(u16::from_le_bytes([low, high]));
        let len = total.saturating_sub(AROUND);
        let fits = first.len() <= len && len <= frame.len();
        let room = if fits { &mut frame[..len] } else { &mut [] };
        let mut free = room.iter_mut();
        let mut put = |bytes: &[u8]| free.by_ref().zip(bytes).for_each(|(to, byte)| *to = *byte);
        put(&first);
        // The MAC forgets a frame only when it was read to its end.
        for _ in 1..total.div_ceil(4) {
            put(&MAC.read(DATA).to_le_bytes());
        }
        if fits { len } else { 0 }
    }

    fn has_room(&mut self) -> bool {
        MAC.read(TX_REQUEST) & 1 == 0
    }

    fn send(&mut self, frame: &[u8]) {
        let Some((first, rest)) = frame.split_first_chunk::<2>() else {
            return;
        };
        let len = frame.len().saturating_sub(HEADER) as u32;
        MAC.write(DATA, len | word(first) << 16);
        for bytes in rest.chunks(4) {
            MAC.write(DATA, word(bytes));
        }
        MAC.write(TX_REQUEST, 1);
    }

    fn listen(&mut self) {} // always on: the status is an edge, cleared by each interrupt

    fn hush() {
        MAC.write(STATUS, RX_INTERRUPT);
    }
}
