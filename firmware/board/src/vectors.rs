//! The vector table behind the core's own exceptions: one interrupt, the network's.

use cortex_m::interrupt::InterruptNumber;
use cortex_m::peripheral::NVIC;

use crate::chip::{ETHERNET_IRQ, INTERRUPTS, Mac};
use crate::ethernet::on_interrupt;

// SAFETY: cortex-m-rt's linker script puts this section and this name behind the exceptions, which
// is where the core looks for the handlers of interrupts; each entry is such a handler.
#[unsafe(link_section = ".vector_table.interrupts")]
#[unsafe(no_mangle)]
static __INTERRUPTS: [extern "C" fn(); INTERRUPTS] = {
    let mut table = [unexpected as extern "C" fn(); INTERRUPTS];
    table[ETHERNET_IRQ as usize] = on_interrupt::<Mac>;
    table
};

/// Lets the network's interrupt through.
pub(crate) fn enable_ethernet() {
    // SAFETY: whoever is interrupted holds no state that the handler touches without an atomic.
    unsafe { NVIC::unmask(EthernetInterrupt) }
}

extern "C" fn unexpected() {
    panic!("an interrupt that nobody enabled");
}

#[derive(Clone, Copy)]
struct EthernetInterrupt;

// SAFETY: always the same number, that of an interrupt the board has.
unsafe impl InterruptNumber for EthernetInterrupt {
    fn number(self) -> u16 {
        ETHERNET_IRQ
    }
}
