//! The connection of a session that is online: with datagrams on it, if built for them.

use sam_core::io::IoError;
#[cfg(not(feature = "control-datagrams"))]
use sam_core::io::asynch;
use sam_core::{Connection, Create, Line};

use crate::dial::Dial;
use crate::error::Error;
use crate::runner::Runner;

/// What keeps a session.
#[cfg(not(feature = "control-datagrams"))]
pub(crate) type Kept = sam_core::Session;
/// What keeps a session; one for streams as well.
#[cfg(feature = "control-datagrams")]
pub(crate) type Kept = sam_core::ControlDatagrams;

#[cfg(not(feature = "control-datagrams"))]
pub(crate) fn of(created: Create<'_>) -> Kept {
    created.into_session()
}

#[cfg(feature = "control-datagrams")]
pub(crate) fn of(created: Create<'_>) -> Kept {
    created.into_control_datagrams()
}

#[cfg(not(feature = "control-datagrams"))]
impl<R: FnMut(&mut [u8]), T: Dial> Runner<R, T> {
    /// Reads to the next event.
    pub(crate) fn next(
        &self,
        connection: &mut Connection<Kept, &mut [u8]>,
        transport: &mut T,
    ) -> impl Future<Output = Result<Option<Line>, IoError<T::Error>>> {
        asynch::next(connection, transport)
    }

    /// Hands on what was read.
    pub(crate) fn hear(
        &self,
        connection: &mut Connection<Kept, &mut [u8]>,
        line: Option<Line>,
    ) -> Result<(), Error> {
        let line = line.ok_or(crate::runner::UNEXPECTED)?;
        self.tell(connection.event(line)?)
    }
}

#[cfg(feature = "control-datagrams")]
impl<R: FnMut(&mut [u8]), T: Dial> Runner<R, T> {
    /// Sends datagrams, and reads to the next event or more of a payload.
    pub(crate) fn next(
        &self,
        connection: &mut Connection<Kept, &mut [u8]>,
        transport: &mut T,
    ) -> impl Future<Output = Result<Option<Line>, IoError<T::Error>>> {
        let exchange = self.exchange.map(|(_, exchange)| exchange);
        crate::datagrams::next(exchange, connection, transport)
    }

    /// Hands on what was read; datagrams in a session for streams are nobody's.
    pub(crate) fn hear(
        &self,
        connection: &mut Connection<Kept, &mut [u8]>,
        line: Option<Line>,
    ) -> Result<(), Error> {
        use sam_core::client::Told;

        let exchange = self.exchange.map(|(_, exchange)| exchange);
        if let Some(line) = line {
            match (connection.event(line)?, exchange) {
                (Told::Other(event), _) => return self.tell(event),
                (told, Some(exchange)) => exchange.begin(told),
                (_, None) => {}
            }
        }
        match exchange {
            Some(exchange) => exchange.fill(connection),
            None => crate::datagrams::skip(connection),
        }
        Ok(())
    }
}
