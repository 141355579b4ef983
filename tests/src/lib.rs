//! Shared pieces of the workspace tests.
//!
//! [`transcript`] reads recorded conversations, [`client`] plays them on the client's machines,
//! [`router`] with arrows swapped on the router's; [`wire`] is a transport that does whatever a
//! transport may do, and [`drivers`] run a connection over it.

pub mod client;
pub mod drivers;
pub mod router;
pub mod tell;
pub mod transcript;
pub mod wire;
