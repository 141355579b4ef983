#![doc = include_str!("../README.md")]
#![no_std]

mod error;
mod identity;
mod pool;
mod router;
mod runner;
mod session;
mod shared;
mod stream;

pub use error::Error;
pub use pool::{Buffers, Pool};
pub use router::Router;
pub use runner::Runner;
pub use session::Session;
pub use shared::{Shared, State};
pub use stream::{ReadHalf, Stream, WriteHalf};

pub use sam_core::{Address, Destination, SessionKey, SessionOptions, Timeouts};
