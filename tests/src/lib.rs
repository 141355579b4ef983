//! Shared pieces of the workspace tests.
//!
//! [`transcript`] reads recorded conversations, [`client`] plays them on the client's machines,
//! [`router`] with arrows swapped on the router's, [`replay`] at a
//! bridge on sockets; [`wire`] is a transport that does whatever a
//! transport may do, and [`drivers`] run a connection over it. [`vectors`] says to bridges on
//! sockets what they answer differently.

pub mod client;
pub mod drivers;
mod habits;
mod recorded;
pub mod replay;
pub mod router;
pub mod tell;
pub mod transcript;
pub mod vectors;
pub mod wire;

/// The programs of the README are compiled, and run where they can.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
