//! Sessions and streams over two embassy-net stacks, wired back to back in one process: on one
//! sam-embassy, on the other a router made of sam-core's bridge half.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unreachable,
    clippy::unwrap_used,
    reason = "tests fail by panicking"
)]

mod bench;
mod cancelling;
mod recovering;
mod router;
mod sessions;
mod streams;
mod wire;
