//! What the programs have in common: their arguments and the way into the network.
//!
//! The programs are in `src/bin`; each is where a firmware of your own could start.

#![no_std]
#![forbid(unsafe_code)]

pub mod network;
pub mod settings;
