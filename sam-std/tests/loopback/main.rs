//! The loopback bridge, as a client sees it that knows nothing but the specification.

#![cfg(feature = "loopback-bridge")]

mod accepting;
mod addresses;
mod client;
mod control_datagrams;
mod datagram_subsessions;
mod datagrams;
mod forwarding;
mod hostile;
mod keys_and_names;
mod lease_set_options;
mod personalities;
mod sessions;
mod streams;
mod subsessions;
mod users;
