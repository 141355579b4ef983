//! The client's half of a connection: one machine for each role a socket can have.
//!
//! | machine | socket | ends |
//! |---|---|---|
//! | [`Utility`] | lookups and keys without a session | with its socket |
//! | [`Create`], then [`Session`] | the control socket of a session | the session lives as long as it |
//! | [`Create`], then [`ControlDatagrams`] | the same, with datagrams on it | |
//! | [`Connect`] | becomes an outgoing stream | by turning into the stream |
//! | [`Accept`] | becomes an incoming stream | by turning into the stream |
//! | [`Forward`] | stands for a listening socket of the program's | with its socket |
//! | [`Arrival`] | one the router dialled for a [`Forward`] | by turning into the stream |
//!
//! When to make a session again is not a machine over lines: [`recovery`].

mod accept;
mod arrival;
mod connect;
mod control_datagrams;
mod create;
mod forward;
mod greeting;
mod inquiry;
mod manage;
mod naming;
pub mod recovery;
mod session;
mod subsessions;
mod utility;

pub use accept::{Accept, Accepted};
pub use arrival::Arrival;
pub use connect::{Connect, Connected};
pub use control_datagrams::{ControlDatagrams, Told};
pub use create::{Create, Created};
pub use forward::{Forward, Forwarded};
pub use greeting::{Credentials, Greeting, Versions};
pub use inquiry::{Event, Inquiry};
pub use session::Session;
pub use utility::Utility;

use self::greeting::settled;
use crate::answer::{Answer, Verb};
use crate::command::encode;
use crate::error::{Error, Malformed};
use crate::types::Version;
use crate::writer::Writer;

/// What a line came to, on a socket that waits for one answer.
enum Progress {
    /// It was no answer.
    Nothing,
    /// The router agreed to talk.
    Greeted(Version),
    /// The router did what it was asked for.
    Granted,
}

/// Takes a line where the answer with the verb `awaited` is due, or none.
///
/// PING is answered at any moment of line mode: Java I2P pings sockets that were silent for 180 s
/// and drops those that do not answer. A refusal counts whatever its verb: i2pd says
/// `SESSION STATUS` for STREAM commands, Java I2P for any command on a socket it gives up.
fn hear(line: &[u8], awaited: Option<Verb>, tx: &mut Writer<'_>) -> Result<Progress, Error> {
    let answer = Answer::parse(line)?;
    answer.result()?;
    match answer.verb {
        Verb::Ping => encode::pong(answer.text, tx).map(|()| Progress::Nothing),
        Verb::Pong => Ok(Progress::Nothing),
        verb if awaited != Some(verb) => Err(Malformed::Unexpected.into()),
        Verb::Hello => settled(&answer).map(Progress::Greeted),
        _ => Ok(Progress::Granted),
    }
}
