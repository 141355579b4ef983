//! Board support for two Cortex-M3 boards with Ethernet, as QEMU emulates them.
//!
//! | feature | flash | RAM | Ethernet |
//! |---|---|---|---|
//! | `lm3s6965evb` | 256 KiB | 64 KiB | the Stellaris MAC |
//! | `mps2-an385` | 4 MiB | 4 MiB | LAN9118 |
//!
//! A program is a task that gets a [`Board`] from [`run`]: its Ethernet, a driver for embassy-net,
//! and the arguments that came from the host. The clock of embassy-time runs, the executor sleeps
//! whenever no task has work, [`println!`] writes to the host's terminal and [`exit`] ends the
//! emulator. A panic or a fault is printed and ends it, too, with status 1. The host also stands in
//! for what the emulated boards lack: [`Flash`] and [`entropy`].
//!
//! All `unsafe` of the firmware is in this crate, where the hardware demands it: registers, the
//! vector table, the idle loop, the trap to the host and the look at the stack.

#![no_std]

mod clock;
mod console;
pub mod ethernet;
mod executor;
mod fault;
mod flash;
mod host_file;
mod registers;
mod semihosting;
mod stack;
mod vectors;

#[cfg(feature = "lm3s6965evb")]
mod lm3s6965evb;
#[cfg(feature = "lm3s6965evb")]
use lm3s6965evb as chip;

#[cfg(all(feature = "mps2-an385", not(feature = "lm3s6965evb")))]
mod mps2_an385;
#[cfg(all(feature = "mps2-an385", not(feature = "lm3s6965evb")))]
use mps2_an385 as chip;

#[cfg(all(feature = "lm3s6965evb", feature = "mps2-an385"))]
compile_error!("a firmware is for one board: choose lm3s6965evb or mps2-an385");
#[cfg(not(any(feature = "lm3s6965evb", feature = "mps2-an385")))]
compile_error!("choose the board by a feature: lm3s6965evb or mps2-an385");

use embassy_executor::Spawner;
use static_cell::StaticCell;

pub use flash::Flash;
pub use semihosting::{Arguments, ExitCode, entropy, exit};
pub use stack::Stack;

/// What [`println!`] needs.
#[doc(hidden)]
pub mod export {
    #[cfg(not(feature = "defmt"))]
    pub use cortex_m_semihosting::hprintln;
    #[cfg(feature = "defmt")]
    pub use defmt;
}

/// The Ethernet of this board.
pub type Ethernet = ethernet::Ethernet<chip::Mac>;

/// What a program gets.
pub struct Board {
    /// What the host passed to the program.
    pub arguments: Arguments,
    /// The network interface; by reference, since it holds two frames.
    pub ethernet: &'static mut Ethernet,
}

/// Starts the clock and the network interface, then runs tasks for ever, the first of which
/// `init` spawns.
///
/// # Panics
/// If it is called twice.
pub fn run(init: impl FnOnce(Spawner, Board)) -> ! {
    static ETHERNET: StaticCell<Ethernet> = StaticCell::new();

    let mut core = cortex_m::Peripherals::take().expect("the board runs already");
    clock::start(&mut core.SYST, chip::CORE_HZ);
    let board = Board {
        arguments: Arguments::from_host(),
        ethernet: ETHERNET.init_with(|| Ethernet::new(chip::Mac::start())),
    };
    vectors::enable_ethernet();
    executor::run(|spawner| init(spawner, board))
}
