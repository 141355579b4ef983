//! The real program, against a loopback bridge in this process.

mod address;
mod bridge;
mod connect;
mod demo;
#[cfg(unix)]
mod exec;
mod keygen;
mod listen;
mod lookup;
mod program;
mod tls;
mod version;
