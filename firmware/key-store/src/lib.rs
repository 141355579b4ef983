//! Where a device keeps its I2P identity, so that its address survives a reset.
//!
//! | store | the key |
//! |---|---|
//! | [`FlashPage`] | is made by the router at the first boot, and kept in a page of flash |
//! | [`CompiledIn`] | is part of the program; `i2p-sam keygen` makes one |
//! | `SelfMade` | is made by the device, and kept in another store; needs the feature `keygen` |
//!
//! None encrypts it: whoever reads the flash can pose as the device.

#![cfg_attr(not(test), no_std)]
#![forbid(unsafe_code)]

mod compiled_in;
mod flash_page;
#[cfg(test)]
mod nor_flash;
#[cfg(feature = "keygen")]
mod self_made;

pub use compiled_in::{CompiledIn, ReadOnly};
pub use flash_page::{FlashPage, NotKept};
#[cfg(feature = "keygen")]
pub use self_made::{NotMade, SelfMade};
