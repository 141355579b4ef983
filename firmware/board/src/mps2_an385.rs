//! What is where on the MPS2 board with Arm's FPGA image AN385.

pub(crate) use crate::ethernet::lan9118::Lan9118 as Mac;

/// Frequency of the core.
pub(crate) const CORE_HZ: u32 = 25_000_000;

/// Number of the Ethernet interrupt.
pub(crate) const ETHERNET_IRQ: u16 = 13;

/// Interrupts in the vector table.
pub(crate) const INTERRUPTS: usize = 32;
