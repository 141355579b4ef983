//! A router behind TLS, as users see it.

#![cfg(all(feature = "tls", feature = "loopback-bridge"))]

mod certificates;
mod endings;
mod handshake;
mod pace;
mod relay;
mod trust;
mod verbs;
#[path = "../scripted/watchdog.rs"]
mod watchdog;
