//! Waiting for a peer.

use super::greeting::Greeting;
use super::{Progress, hear};
use crate::answer::{Answer, Verb};
use crate::command::StreamAccept;
use crate::error::{Error, Malformed};
use crate::header::Peer;
use crate::machine::{Heard, Machine, Timeouts};
use crate::session_id::SessionId;
use crate::time::Duration;
use crate::types::Version;
use crate::writer::Writer;

/// Greets the router and waits for one peer; the socket then *is* the stream.
///
/// Events: [`Accepted::Greeted`], [`Accepted::Waiting`], and at some time [`Accepted::Peer`]. The
/// stream begins when line mode is over, which is not always at the peer: if one has waited
/// already, i2pd 2.45.1 sometimes names it before it says that it accepts (7 times in 400).
///
/// A refusal may still come instead of the peer. [`Error::Closed`] while waiting means "try again
/// later": new i2pd closes young accepts when another one fires.
#[derive(Debug)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Accept<'a> {
    greeting: Greeting<'a>,
    id: &'a SessionId,
    silent: bool,
    hello: Duration,
    patience: Option<Duration>,
    at: At,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
enum At {
    Hello,
    Status(Version),
    /// The peer came first.
    LateStatus,
    Peer,
}

/// How far an accept has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Accepted<'l> {
    /// The router agreed to talk and was asked for a peer.
    Greeted(Version),
    /// The router waits for a peer.
    Waiting,
    /// A peer is there.
    Peer(Peer<'l>),
}

impl<'a> Accept<'a> {
    /// A machine that has not said anything yet.
    pub const fn new(greeting: Greeting<'a>, timeouts: Timeouts, id: &'a SessionId) -> Self {
        Self {
            greeting,
            id,
            silent: false,
            hello: timeouts.hello,
            patience: timeouts.accept,
            at: At::Hello,
        }
    }

    /// Asks the router for the peer's data alone: no status, no peer line.
    #[must_use]
    pub fn silent(self) -> Self {
        Self {
            silent: true,
            ..self
        }
    }
}

impl Machine for Accept<'_> {
    type Event<'l> = Accepted<'l>;

    fn start(&mut self, tx: &mut Writer<'_>) -> Result<(), Error> {
        self.greeting.say(tx)
    }

    fn handle_line(&mut self, line: &[u8], tx: &mut Writer<'_>) -> Result<Heard, Error> {
        let awaited = match self.at {
            At::Hello => Some(Verb::Hello),
            At::Status(_) if Peer::parse(line).is_ok() => {
                self.at = At::LateStatus;
                return Ok(Heard::Event);
            }
            At::Status(_) | At::LateStatus => Some(Verb::Stream),
            At::Peer => return hear_peer(line, tx),
        };
        match hear(line, awaited, tx)? {
            Progress::Nothing => Ok(Heard::Nothing),
            Progress::Greeted(version) => {
                self.at = At::Status(version);
                let id = self.id.as_str().into();
                let accept = StreamAccept {
                    id,
                    silent: self.silent,
                };
                accept.encode(tx)?;
                Ok(Heard::Event)
            }
            Progress::Granted => {
                let is_late = self.at == At::LateStatus;
                self.at = At::Peer;
                Ok(if is_late { Heard::Last } else { Heard::Event })
            }
        }
    }

    fn view<'l>(&self, line: &'l [u8]) -> Result<Accepted<'l>, Error> {
        match self.at {
            At::Hello => Err(Malformed::Unexpected.into()),
            At::Status(version) => Ok(Accepted::Greeted(version)),
            At::LateStatus | At::Peer => match Answer::parse(line) {
                Ok(answer) if answer.verb == Verb::Stream => Ok(Accepted::Waiting),
                _ => Ok(Accepted::Peer(Peer::parse(line)?)),
            },
        }
    }

    fn is_done(&self) -> bool {
        self.silent && self.at != At::Hello
    }

    fn timeout(&self) -> Option<Duration> {
        match self.at {
            At::Hello | At::LateStatus => Some(self.hello),
            At::Status(_) | At::Peer => self.patience,
        }
    }
}

/// Takes the peer line, or what may come instead of it: PING, or a late refusal.
fn hear_peer(line: &[u8], tx: &mut Writer<'_>) -> Result<Heard, Error> {
    let malformed = match Peer::parse(line) {
        Ok(_) => return Ok(Heard::Last),
        Err(malformed) => malformed,
    };
    match hear(line, None, tx) {
        Ok(_) => Ok(Heard::Nothing),
        Err(Error::Peer(other)) if other != Malformed::Unexpected => Err(malformed.into()),
        Err(error) => Err(error),
    }
}
