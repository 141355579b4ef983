//! The control socket of a living session.

use super::inquiry::{Event, Inquiry};
use crate::error::Error;
use crate::machine::{Heard, Machine, Timeouts};
use crate::time::Duration;
use crate::types::Version;
use crate::writer::Writer;

/// Keeps a session: answers PING, asks what the program wants to know, notices the end.
///
/// Somebody has to read this socket all the time: only here a router says that the session is
/// gone, and Java I2P ends sessions that do not answer its PING for 180 s.
#[derive(Debug)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Session {
    inquiry: Inquiry,
}

impl Session {
    pub(super) const fn new(version: Version, timeouts: Timeouts) -> Self {
        Self {
            inquiry: Inquiry::new(version, timeouts),
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
}

impl Machine for Session {
    type Event<'l> = Event<'l>;

    fn start(&mut self, _tx: &mut Writer<'_>) -> Result<(), Error> {
        Ok(())
    }

    fn handle_line(&mut self, line: &[u8], tx: &mut Writer<'_>) -> Result<Heard, Error> {
        self.inquiry.handle_line(line, tx)
    }

    fn view<'l>(&self, line: &'l [u8]) -> Result<Event<'l>, Error> {
        Ok(self.inquiry.view(line))
    }

    fn timeout(&self) -> Option<Duration> {
        self.inquiry.timeout()
    }
}
