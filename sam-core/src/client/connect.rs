//! Reaching a peer.

use super::greeting::Greeting;
use super::{Progress, hear};
use crate::answer::{Answer, Verb};
use crate::command::StreamConnect;
use crate::error::{Error, Malformed, Usage};
use crate::key::Target;
use crate::machine::{Heard, Machine, Timeouts};
use crate::operand::Name;
use crate::session_id::SessionId;
use crate::time::Duration;
use crate::types::{Ports, Version};
use crate::writer::Writer;

/// Greets the router and connects to a peer; the socket then *is* the stream.
///
/// Events: [`Connected::Greeted`], then [`Connected::Ready`]. On i2pd that means only that the
/// peer's leaseset is known; a peer that refuses shows as an early end of the stream.
#[derive(Debug)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Connect<'a> {
    greeting: Greeting<'a>,
    id: &'a SessionId,
    target: Target<'a>,
    ports: Option<Ports>,
    silent: bool,
    hello: Duration,
    connect: Duration,
    version: Option<Version>,
}

/// How far a connection has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Connected {
    /// The router agreed to talk and was asked for the stream.
    Greeted(Version),
    /// The stream begins.
    Ready,
}

impl<'a> Connect<'a> {
    /// A machine that has not said anything yet.
    pub fn new(
        greeting: Greeting<'a>,
        timeouts: Timeouts,
        id: &'a SessionId,
        target: impl Into<Target<'a>>,
    ) -> Self {
        Self {
            greeting,
            id,
            target: target.into(),
            ports: None,
            silent: false,
            hello: timeouts.hello,
            connect: timeouts.connect,
            version: None,
        }
    }

    /// Gives the stream I2CP ports; refused below 3.2, before anything but HELLO is sent.
    #[must_use]
    pub fn ports(self, ports: Ports) -> Self {
        Self {
            ports: Some(ports),
            ..self
        }
    }

    /// Asks the router to say nothing: the stream begins at once, and a failure looks like its
    /// end. Java I2P writes a status line into the stream all the same if the ID is unknown.
    #[must_use]
    pub fn silent(self) -> Self {
        Self {
            silent: true,
            ..self
        }
    }

    fn command(&self) -> StreamConnect<'_> {
        StreamConnect {
            id: self.id.as_str().into(),
            destination: Name::Target(self.target),
            silent: self.silent,
            ports: self.ports,
        }
    }
}

impl Machine for Connect<'_> {
    type Event<'l> = Connected;

    fn start(&mut self, tx: &mut Writer<'_>) -> Result<(), Error> {
        self.greeting.say(tx)
    }

    fn handle_line(&mut self, line: &[u8], tx: &mut Writer<'_>) -> Result<Heard, Error> {
        let awaited = self.version.map_or(Verb::Hello, |_| Verb::Stream);
        match hear(line, Some(awaited), tx)? {
            Progress::Nothing => Ok(Heard::Nothing),
            Progress::Greeted(version) => {
                if self.ports.is_some() && version < Version::V3_2 {
                    return Err(Usage::NeedsVersion(Version::V3_2).into());
                }
                self.version = Some(version);
                self.command().encode(tx)?;
                Ok(Heard::Event)
            }
            Progress::Granted => Ok(Heard::Last),
        }
    }

    fn view(&self, line: &[u8]) -> Result<Connected, Error> {
        match (self.version, Answer::parse(line)?.verb) {
            (Some(version), Verb::Hello) => Ok(Connected::Greeted(version)),
            (Some(_), Verb::Stream) => Ok(Connected::Ready),
            _ => Err(Malformed::Unexpected.into()),
        }
    }

    fn is_done(&self) -> bool {
        self.silent && self.version.is_some()
    }

    fn timeout(&self) -> Option<Duration> {
        Some(match self.version {
            None => self.hello,
            Some(_) => self.connect,
        })
    }
}
