#![doc = include_str!("../README.md")]

mod answer;
mod conversation;
mod datagrams;
mod dial;
mod endpoint;
mod error;
mod forwarding;
mod key_file;
pub mod keygen;
mod learnt;
#[cfg(feature = "loopback-bridge")]
pub mod loopback;
mod manage;
mod router;
mod session;
mod stream;
mod target;
#[cfg(feature = "tls")]
mod tls;

pub use answer::Lookup;
pub use datagrams::{DatagramSocket, Datagrams, Dropped, Received, Source};
pub use dial::{Dial, Transport};
pub use endpoint::Endpoint;
pub use error::{Error, Result};
pub use forwarding::Forwarding;
pub use key_file::KeyFile;
pub use router::Router;
pub use session::{Incoming, PrimarySession, Session, SessionBuilder};
pub use stream::Stream;
pub use target::ToTarget;
#[cfg(feature = "tls")]
pub use tls::{Pin, Tls, TlsError, TlsStream};

pub use sam_core;
pub use sam_core::options::Tunnels;
pub use sam_core::{
    Address, Ports, ResultCode, SessionId, SessionOption, SignatureType, Timeouts, TunnelOptions,
    Version,
};

/// A destination: what peers see of each other. Cheap to clone.
pub type Destination = sam_core::Destination<std::sync::Arc<[u8]>>;

/// A destination with its private keys; wiped from memory when dropped.
pub type PrivateKey = sam_core::PrivateKey<Box<[u8]>>;
