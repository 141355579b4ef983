//! Sessions and streams over two embassy-net stacks, wired back to back in one process: on one
//! sam-embassy, on the other a router made of sam-core's bridge half, whose clock jumps from alarm
//! to alarm; or a gateway to sam-std's loopback bridge, on the real clock.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests fail by panicking"
)]

mod answers;
mod bench;
mod bridge;
mod cancelling;
mod clock;
#[cfg(feature = "control-datagrams")]
mod control_datagrams;
mod count;
#[cfg(feature = "udp")]
mod datagrams;
mod dummies;
mod expiry;
mod forwarding;
mod gateway;
mod keys;
mod lan;
mod manner;
mod meeting;
mod outages;
mod polled;
mod recovering;
mod router;
mod running;
mod sessions;
mod streams;
mod tasks;
mod transports;
mod wire;
