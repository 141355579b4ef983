//! What the programs have in common: their arguments, the way into the network, who they are, and
//! what they say of their session.
//!
//! The programs are in `src/bin`; each is where a firmware of your own could start.

#![no_std]
#![forbid(unsafe_code)]

pub mod clock;
pub mod identity;
pub mod network;
pub mod random;
pub mod secured;
pub mod session;
pub mod settings;
