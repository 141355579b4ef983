//! A connection that the router dialled for a forward.

use crate::error::Error;
use crate::header::Peer;
use crate::machine::{Heard, Machine};
use crate::time::Duration;
use crate::writer::Writer;

/// Hears the peer line with which the router starts each connection it dials for a
/// [`Forward`](super::Forward); the socket then *is* the stream.
///
/// Says nothing. Anyone who can reach the listening socket can claim to be the router, so listen
/// where only the router can dial.
#[derive(Debug)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Arrival {
    patience: Duration,
}

impl Arrival {
    /// A machine that waits `patience` for the peer line; routers send it at once.
    pub const fn new(patience: Duration) -> Self {
        Self { patience }
    }
}

impl Machine for Arrival {
    type Event<'l> = Peer<'l>;

    fn start(&mut self, _tx: &mut Writer<'_>) -> Result<(), Error> {
        Ok(())
    }

    fn handle_line(&mut self, line: &[u8], _tx: &mut Writer<'_>) -> Result<Heard, Error> {
        Peer::parse(line)?;
        Ok(Heard::Last)
    }

    fn view<'l>(&self, line: &'l [u8]) -> Result<Peer<'l>, Error> {
        Ok(Peer::parse(line)?)
    }

    fn timeout(&self) -> Option<Duration> {
        Some(self.patience)
    }
}
