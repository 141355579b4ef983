#![doc = include_str!("../README.md")]
#![no_std]

#[cfg(any(feature = "control-datagrams", feature = "udp"))]
mod datagrams;
mod dial;
mod error;
mod expiry;
mod forwarding;
mod identity;
mod kept;
mod key_store;
mod log;
mod opening;
#[cfg(feature = "picoserve-0_20")]
mod picoserve;
mod pool;
mod router;
mod runner;
mod session;
mod shared;
mod show;
mod stream;
#[cfg(feature = "udp")]
mod turn;
mod waiting;

#[cfg(feature = "udp")]
pub use datagrams::DatagramSocket;
#[cfg(feature = "control-datagrams")]
pub use datagrams::{ControlDatagramSocket, DatagramBuffers};
#[cfg(any(feature = "control-datagrams", feature = "udp"))]
pub use datagrams::{Datagrams, DestinationBytes, Dropped, Received};
pub use dial::Dial;
pub use error::Error;
pub use key_store::{IdentityError, KeyStore, LONGEST_KEY};
pub use pool::{Buffers, Lines, Pool};
pub use router::Router;
pub use runner::Runner;
pub use session::Session;
pub use shared::{Shared, State};
pub use stream::{ReadHalf, Stream, WriteHalf};

pub use sam_core::options::Tunnels;
pub use sam_core::{
    Address, Destination, Ports, SessionKey, SessionOption, SessionOptions, Timeouts, TunnelOptions,
};
