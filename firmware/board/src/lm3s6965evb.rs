//! What is where on the LM3S6965 evaluation board.

pub(crate) use crate::ethernet::stellaris::Stellaris as Mac;

/// Frequency of the core after reset, as QEMU has it.
pub(crate) const CORE_HZ: u32 = 12_500_000;

/// Number of the Ethernet interrupt.
pub(crate) const ETHERNET_IRQ: u16 = 42;

/// Interrupts in the vector table.
pub(crate) const INTERRUPTS: usize = 44;
