//! Having peers handed to a listening socket.

use core::net::IpAddr;

use super::greeting::Greeting;
use super::session::Session;
use super::{Progress, hear};
use crate::answer::Verb;
use crate::command::StreamForward;
use crate::error::{Error, Malformed, Usage};
use crate::machine::{Heard, Machine, Timeouts};
use crate::operand::Host;
use crate::session_id::SessionId;
use crate::time::Duration;
use crate::types::Version;
use crate::writer::Writer;

/// Greets the router and has it dial a listening socket for each peer.
///
/// Events: [`Forwarded::Greeted`], then [`Forwarded::Active`]. Peers come as long as this
/// connection lives; keep reading it, for PING and to notice the end. Each dialled connection
/// starts with a [`Peer`](crate::Peer) line, unless [`Forward::silent`].
#[derive(Debug)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Forward<'a> {
    greeting: Greeting<'a>,
    id: &'a SessionId,
    port: u16,
    #[cfg_attr(feature = "defmt", defmt(Debug2Format))]
    host: Option<IpAddr>,
    silent: bool,
    ssl: bool,
    hello: Duration,
    forward: Duration,
    at: At,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
enum At {
    Hello,
    Status(Version),
    Active(Version),
}

/// How far a forward has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Forwarded {
    /// The router agreed to talk and was asked to forward.
    Greeted(Version),
    /// The router dials the socket from now on.
    Active,
}

impl<'a> Forward<'a> {
    /// A machine that has not said anything yet.
    ///
    /// `host` is where the listening socket is, seen from the router; without it the router
    /// dials the address this connection comes from. i2pd 2.45.1 does so in any case, emissary
    /// always dials 127.0.0.1.
    pub const fn new(
        greeting: Greeting<'a>,
        timeouts: Timeouts,
        id: &'a SessionId,
        host: Option<IpAddr>,
        port: u16,
    ) -> Self {
        Self {
            greeting,
            id,
            port,
            host,
            silent: false,
            ssl: false,
            hello: timeouts.hello,
            forward: timeouts.forward,
            at: At::Hello,
        }
    }

    /// The machine that keeps an active forward: it answers PING and borrows nothing.
    pub fn into_keeper(self) -> Session {
        let version = match self.at {
            At::Hello => Version::V3_0,
            At::Status(version) | At::Active(version) => version,
        };
        Session::new(version, Timeouts::DEFAULT)
    }

    /// Asks the router to dial with TLS: Java I2P does, others take no notice and dial without.
    ///
    /// A router that speaks less than SAM 3.2 is not asked:
    /// [`Usage::NeedsVersion`].
    #[must_use]
    pub fn ssl(self) -> Self {
        Self { ssl: true, ..self }
    }

    /// Asks the router to leave the peer line out of the connections it dials.
    #[must_use]
    pub fn silent(self) -> Self {
        Self {
            silent: true,
            ..self
        }
    }
}

impl Machine for Forward<'_> {
    type Event<'l> = Forwarded;

    fn start(&mut self, tx: &mut Writer<'_>) -> Result<(), Error> {
        self.greeting.say(tx)
    }

    fn handle_line(&mut self, line: &[u8], tx: &mut Writer<'_>) -> Result<Heard, Error> {
        let (awaited, version) = match self.at {
            At::Hello => (Some(Verb::Hello), Version::V3_0),
            At::Status(version) => (Some(Verb::Stream), version),
            At::Active(version) => (None, version),
        };
        match hear(line, awaited, tx)? {
            Progress::Nothing => Ok(Heard::Nothing),
            Progress::Greeted(version) => {
                if self.ssl && version < Version::V3_2 {
                    return Err(Usage::NeedsVersion(Version::V3_2).into());
                }
                self.at = At::Status(version);
                let forward = StreamForward {
                    id: self.id.as_str().into(),
                    port: self.port,
                    host: self.host.map(Host::Ip),
                    silent: self.silent,
                    ssl: self.ssl,
                };
                forward.encode(tx)?;
                Ok(Heard::Event)
            }
            Progress::Granted => {
                self.at = At::Active(version);
                Ok(Heard::Event)
            }
        }
    }

    fn view(&self, _line: &[u8]) -> Result<Forwarded, Error> {
        match self.at {
            At::Hello => Err(Malformed::Unexpected.into()),
            At::Status(version) => Ok(Forwarded::Greeted(version)),
            At::Active(_) => Ok(Forwarded::Active),
        }
    }

    fn timeout(&self) -> Option<Duration> {
        match self.at {
            At::Hello => Some(self.hello),
            At::Status(_) => Some(self.forward),
            At::Active(_) => None,
        }
    }
}
