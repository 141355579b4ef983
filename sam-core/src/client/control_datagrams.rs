//! The control socket of a session whose datagrams go over it.

use super::inquiry::{Event, Inquiry};
use crate::error::{Error, Malformed, Usage};
use crate::header::{CountedReceived, CountedSend};
use crate::key::Target;
use crate::machine::{Heard, Machine, Timeouts};
use crate::operand::Name;
use crate::time::Duration;
use crate::types::{Ports, Style, Version};
use crate::writer::Writer;

/// Keeps a session, as [`Session`](super::Session) does, and sends and receives its datagrams.
///
/// Datagrams come whenever they come, also while a question is outstanding. Each is an event with
/// a payload behind it: take or skip that before the next step. The socket is TCP, so what the
/// router takes is not lost on the way to it; what it does with a datagram it does not tell.
#[derive(Debug)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct ControlDatagrams {
    inquiry: Inquiry,
    style: Style,
}

/// What a line of the router's told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Told<'l> {
    /// A datagram; its payload follows.
    Datagram(CountedReceived<'l>),
    /// A datagram whose header makes no sense; its payload follows all the same.
    Unreadable(Malformed),
    /// Something else: an answer, the session's end.
    Other(Event<'l>),
}

impl ControlDatagrams {
    pub(super) const fn new(style: Style, version: Version, timeouts: Timeouts) -> Self {
        Self {
            inquiry: Inquiry::new(version, timeouts),
            style,
        }
    }

    /// What can be asked on the session's socket; lookups are surest here.
    pub const fn ask(&mut self) -> &mut Inquiry {
        &mut self.inquiry
    }

    /// Whether a question is outstanding.
    pub const fn is_busy(&self) -> bool {
        self.inquiry.is_busy()
    }

    /// The version both sides speak.
    pub const fn version(&self) -> Version {
        self.inquiry.version()
    }

    /// Sends a datagram of 1 to [`CountedSend::MAX_PAYLOAD`] bytes; nobody answers.
    ///
    /// i2pd and emissary take whole destinations only.
    ///
    /// # Errors
    /// [`Usage::NotNow`] unless the session is one for DATAGRAM or RAW; those of
    /// [`CountedSend::encode_with`]. Nothing is sent then.
    pub fn send<'t>(
        &mut self,
        to: impl Into<Target<'t>>,
        payload: &[u8],
        tx: &mut Writer<'_>,
    ) -> Result<(), Error> {
        self.send_with(to.into(), None, payload, tx)
    }

    /// Sends a datagram with I2CP ports.
    ///
    /// # Errors
    /// As [`Self::send`]; [`Usage::NeedsVersion`] below 3.2.
    pub fn send_with_ports<'t>(
        &mut self,
        to: impl Into<Target<'t>>,
        ports: Ports,
        payload: &[u8],
        tx: &mut Writer<'_>,
    ) -> Result<(), Error> {
        if self.version() < Version::V3_2 {
            return Err(Usage::NeedsVersion(Version::V3_2).into());
        }
        self.send_with(to.into(), Some(ports), payload, tx)
    }

    fn send_with(
        &self,
        to: Target<'_>,
        ports: Option<Ports>,
        payload: &[u8],
        tx: &mut Writer<'_>,
    ) -> Result<(), Error> {
        let is_raw = match self.style {
            Style::Datagram => false,
            Style::Raw => true,
            _ => return Err(Usage::NotNow.into()),
        };
        let send = CountedSend {
            is_raw,
            destination: Name::Target(to),
            size: payload.len(),
            ports,
            protocol: None,
        };
        send.encode_with(payload, tx)
    }
}

impl Machine for ControlDatagrams {
    type Event<'l> = Told<'l>;

    fn start(&mut self, _tx: &mut Writer<'_>) -> Result<(), Error> {
        Ok(())
    }

    /// A datagram of unknown size ends the connection: its payload could pass for lines.
    fn handle_line(&mut self, line: &[u8], tx: &mut Writer<'_>) -> Result<Heard, Error> {
        match CountedReceived::size_in(line)? {
            Some(size) => Ok(Heard::Payload(size)),
            None => self.inquiry.handle_line(line, tx),
        }
    }

    fn view<'l>(&self, line: &'l [u8]) -> Result<Told<'l>, Error> {
        if !CountedReceived::is_in(line) {
            return Ok(Told::Other(self.inquiry.view(line)));
        }
        Ok(CountedReceived::parse(line).map_or_else(Told::Unreadable, Told::Datagram))
    }

    fn timeout(&self) -> Option<Duration> {
        self.inquiry.timeout()
    }
}
