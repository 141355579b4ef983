#![doc = include_str!("../README.md")]
#![no_std]

#[cfg(test)]
extern crate std;

// In reading order: what lines are made of, what they say, who says it, how it moves.
pub mod error;
pub mod field;
pub mod session_id;
pub mod time;
pub mod types;

pub mod line;
pub mod value;
pub mod writer;

mod grammar;
mod ip;

pub mod key;

mod answer;
pub mod command;
pub mod header;
mod lease_set_options;
pub mod operand;
pub mod options;
pub mod reply;
pub mod status;

pub mod connection;
pub mod machine;
mod queue;
mod wire;

pub mod bridge;
pub mod client;

pub mod io;

pub use client::{
    Accept, Accepted, Arrival, Connect, Connected, ControlDatagrams, Create, Created, Credentials,
    Event, Forward, Forwarded, Greeting, Session, Utility, Versions,
};
pub use command::Command;
pub use connection::{Connection, Step};
pub use error::Error;
pub use header::Peer;
pub use key::{Address, Destination, DestinationHash, DestinationText, PrivateKey, Target};
pub use lease_set_options::LeaseSetOptions;
pub use line::{Line, RxBuffer, Unread};
pub use machine::{Heard, Machine, Timeouts};
pub use operand::SessionKey;
pub use options::{SessionOption, SessionOptions, TunnelOptions};
pub use reply::Reply;
pub use session_id::SessionId;
pub use status::{ResultCode, Status};
pub use types::{Ports, SignatureType, Style, Version};
pub use value::{Secret, Value};
pub use writer::Writer;
