//! What lines mean and what they must never do: tables of known lines, and properties.

#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "these are tests"
)]

mod commands;
mod common;
mod counted;
mod datagram_headers;
mod datagram_sessions;
mod injection;
mod lookups;
mod malformed;
mod manage;
mod parsing;
mod replies;
mod round_trip;
mod secrets;
mod subsessions;
