//! SMSC's LAN9118, on a bus of 32 bits.
//!
//! Offsets and bits are those of its data sheet. Tried on QEMU's model of it, whose receive queue
//! has 10.5 KiB and loses frames silently when it is full.

use super::{Mac, address_from, word};
use crate::registers::Registers;

// SAFETY: the chip's registers; it has no DMA.
const CHIP: Registers = unsafe { Registers::at(0x4020_0000, 0x100) };
const RX_DATA: usize = 0x00;
const TX_DATA: usize = 0x20;
const RX_STATUS: usize = 0x40;
const TX_STATUS: usize = 0x48;
const INTERRUPT_CONFIG: usize = 0x54;
/// Write a bit to clear it.
const INTERRUPT_STATUS: usize = 0x58;
const INTERRUPT_ENABLE: usize = 0x5c;
const BYTE_TEST: usize = 0x64;
const FIFO_LEVELS: usize = 0x68;
const RX_CONFIG: usize = 0x6c;
const TX_CONFIG: usize = 0x70;
const CONFIG: usize = 0x74;
const RX_USED: usize = 0x7c;
const TX_USED: usize = 0x80;
const MAC_COMMAND: usize = 0xa4;
const MAC_DATA: usize = 0xa8;

const BYTES_IN_ORDER: u32 = 0x8765_4321;
const RX_STATUS_LEVEL: u32 = 1 << 3;
const INTERRUPT_ON_ACTIVE_HIGH_PUSH_PULL: u32 = 1 | 1 << 4 | 1 << 8;
/// Data level 0x48, which is not used; status levels 0: one frame is enough.
const ONE_FRAME: u32 = 0x4800_0000;
const RESET: u32 = 1;
/// 5 KiB for frames to send; bit 20 must be one.
const TX_QUEUE_5_KIB: u32 = 5 << 16 | 1 << 20;
const TX_ON: u32 = 1 << 1;
const FIRST_AND_LAST_SEGMENT: u32 = 1 << 13 | 1 << 12;
const RX_ERROR: u32 = 1 << 15;

const MAC_BUSY: u32 = 1 << 31;
const MAC_READ: u32 = 1 << 30;
const MAC_CONTROL: u32 = 1;
const MAC_ADDRESS_HIGH: u32 = 2;
const MAC_ADDRESS_LOW: u32 = 3;
const MAC_RX_TX_FULL_DUPLEX: u32 = 1 << 2 | 1 << 3 | 1 << 20;

/// Room that a frame takes in the transmit queue at most, in bytes: its commands, too.
const LONGEST: u32 = 1536 + 16;
const CHECKSUM: usize = 4;

/// The chip.
pub struct Lan9118(());

impl Lan9118 {
    /// Resets it and switches it on.
    ///
    /// # Panics
    /// If there is no such chip, or it is wired in another byte order.
    pub(crate) fn start() -> Self {
        assert_eq!(CHIP.read(BYTE_TEST), BYTES_IN_ORDER, "no LAN9118 here");
        CHIP.write(CONFIG, RESET);
        while CHIP.read(CONFIG) & RESET != 0 {}
        CHIP.write(CONFIG, TX_QUEUE_5_KIB);
        CHIP.write(RX_CONFIG, 0);
        CHIP.write(FIFO_LEVELS, ONE_FRAME);
        write_mac(MAC_CONTROL, MAC_RX_TX_FULL_DUPLEX);
        CHIP.write(TX_CONFIG, TX_ON);
        CHIP.write(INTERRUPT_STATUS, u32::MAX);
        CHIP.write(INTERRUPT_CONFIG, INTERRUPT_ON_ACTIVE_HIGH_PUSH_PULL);
        CHIP.write(INTERRUPT_ENABLE, RX_STATUS_LEVEL);
        Self(())
    }
}

impl Mac for Lan9118 {
    fn address(&self) -> [u8; 6] {
        address_from(read_mac(MAC_ADDRESS_LOW), read_mac(MAC_ADDRESS_HIGH))
    }

    fn has_frame(&self) -> bool {
        CHIP.read(RX_USED) >> 16 & 0xff != 0
    }

    fn receive(&mut self, frame: &mut [u8]) -> usize {
        let status = CHIP.read(RX_STATUS);
        let total = (status >> 16 & 0x3fff) as usize;
        let len = total.saturating_sub(CHECKSUM);
        let fits = len <= frame.len() && status & RX_ERROR == 0;
        let room = if fits { &mut frame[..len] } else { &mut [] };
        let mut free = room.iter_mut();
        for _ in 0..total.div_ceil(4) {
            let bytes = CHIP.read(RX_DATA).to_le_bytes();
            free.by_ref().zip(bytes).for_each(|(to, byte)| *to = byte);
        }
        if fits { len } else { 0 }
    }

    fn has_room(&mut self) -> bool {
        // What became of earlier frames is of no interest, but it would fill its queue.
        while CHIP.read(TX_USED) >> 16 & 0xff != 0 {
            CHIP.read(TX_STATUS);
        }
        CHIP.read(TX_USED) & 0xffff >= LONGEST
    }

    fn send(&mut self, frame: &[u8]) {
        let len = frame.len() as u32;
        CHIP.write(TX_DATA, FIRST_AND_LAST_SEGMENT | len);
        CHIP.write(TX_DATA, len);
        for bytes in frame.chunks(4) {
            CHIP.write(TX_DATA, word(bytes));
        }
    }

    fn listen(&mut self) {
        CHIP.write(INTERRUPT_ENABLE, RX_STATUS_LEVEL);
    }

    fn hush() {
        // The line stays high while a frame is there, so it is listened to only when none is.
        CHIP.write(INTERRUPT_ENABLE, 0);
        CHIP.write(INTERRUPT_STATUS, u32::MAX);
    }
}

/// Reads a register of the MAC, which is behind two of the chip's.
fn read_mac(register: u32) -> u32 {
    command_mac(MAC_READ | register);
    CHIP.read(MAC_DATA)
}

fn write_mac(register: u32, value: u32) {
    CHIP.write(MAC_DATA, value);
    command_mac(register);
}

fn command_mac(command: u32) {
    CHIP.write(MAC_COMMAND, MAC_BUSY | command);
    while CHIP.read(MAC_COMMAND) & MAC_BUSY != 0 {}
}
