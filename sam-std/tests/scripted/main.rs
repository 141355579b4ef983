//! The crate as its users see it, against routers that play literal lines.
//!
//! What the routers say is taken from the recordings in the workspace's `tests/transcripts` and
//! from what routers were observed to do.

mod accept;
mod connect;
mod control_datagrams;
mod counting;
mod create;
#[cfg(feature = "loopback-bridge")]
mod datagrams;
#[cfg(target_os = "linux")]
mod economy;
mod forward;
mod hello;
mod key_file;
mod keygen;
mod keys;
mod lookup;
#[cfg(feature = "loopback-bridge")]
mod loopback;
mod names;
mod primary;
mod router;
mod secrets;
mod session_end;
mod stream;
mod transports;
mod utility;
mod watchdog;
