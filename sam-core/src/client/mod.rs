//! The client's half of a connection: one machine for each role a socket can have.
//!
//! | machine | socket | ends |
//! |---|---|---|
//! | [`Utility`] | lookups and keys without a session | with its socket |
//! | [`Create`], then [`Session`] | the control socket of a session | the session lives as long as it |
//! | [`Connect`] | becomes an outgoing stream | by turning into the stream |
//! | [`Accept`] | becomes an incoming stream | by turning into the stream |
//! | [`Forward`] | stands for a listening socket of the program's | with its socket |
//! | [`Arrival`] | one the router dialled for a [`Forward`] | by turning into the stream |
//!
//! When to make a session again is not a machine over lines: [`recovery`].

mod accept;
mod arrival;
mod connect;
mod create;
mod forward;
mod greeting;
mod inquiry;
pub mod recovery;
mod session;
mod utility;

pub use accept::{Accept, Accepted};
pub use arrival::Arrival;
pub use connect::{Connect, Connected};
pub use create::{Create, Created};
pub use forward::{Forward, Forwarded};
pub use greeting::{Credentials, Greeting, Versions};
pub use inquiry::{Event, Inquiry};
pub use session::Session;
pub use utility::Utility;

use crate::command::encode;
use crate::error::{Error, Malformed};
use crate::reply::Reply;
use crate::writer::Writer;

/// Parses a line and answers it if it is a PING, at any moment of line mode.
///
/// Java I2P pings sockets that were silent for 180 s and drops those that do not answer.
fn hear<'l>(line: &'l [u8], tx: &mut Writer<'_>) -> Result<Option<Reply<'l>>, Error> {
    match Reply::parse(line)? {
        Reply::Ping(text) => encode::pong(text, tx).map(|()| None),
        Reply::Pong(_) => Ok(None),
        reply => Ok(Some(reply)),
    }
}

/// The error in a reply that is not the one waited for.
///
/// A refusal counts whatever its verb: i2pd says `SESSION STATUS` for STREAM commands, Java I2P
/// for any command on a socket it gives up.
fn unexpected(reply: &Reply<'_>) -> Error {
    match reply.status().map(|status| status.into_result()) {
        Some(Err(refused)) => refused,
        _ => Malformed::Unexpected.into(),
    }
}
