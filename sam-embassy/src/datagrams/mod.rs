//! Sessions for datagrams instead of streams: by UDP, or on the session's own connection.

#[cfg(feature = "control-datagrams")]
mod control;
#[cfg(feature = "control-datagrams")]
mod exchange;
#[cfg(feature = "control-datagrams")]
mod inbox;
#[cfg(feature = "control-datagrams")]
mod outbox;
#[cfg(feature = "udp")]
mod packets;
mod received;
mod settings;
#[cfg(feature = "udp")]
mod udp;

use core::cell::Cell;

use sam_core::error::Usage;

use crate::error::Error;

#[cfg(feature = "control-datagrams")]
pub use control::{ControlDatagramSocket, DatagramBuffers};
#[cfg(feature = "control-datagrams")]
pub(crate) use exchange::{Exchange, next};
#[cfg(feature = "control-datagrams")]
pub(crate) use inbox::skip;
pub use received::{DestinationBytes, Dropped, Received};
pub use settings::Datagrams;
#[cfg(feature = "udp")]
pub use udp::DatagramSocket;

fn count(counter: &Cell<u32>) {
    counter.set(counter.get().wrapping_add(1));
}

fn usage(usage: Usage) -> Error {
    Error::Sam(usage.into())
}
