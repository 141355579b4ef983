//! The end of a tunnel that a pool holds.

use embassy_futures::select::{Either, select};
use embassy_net::IpEndpoint;
use embedded_io_async::{ErrorType, Read, ReadReady, Write};
use sam_embassy::{Dial, Error};

use super::link::{End, Link};

/// A connection to the router that nobody between can read or change, one after the other.
///
/// Its [`Keeper`](super::Keeper) has to run. All of it can be dropped at any time: reads and writes
/// go through pipes, and the keeper alone touches TLS, whose records must not be left half done.
pub struct Tunnel {
    pub(super) link: &'static Link,
}

/// The direction from the router.
pub struct TunnelReader<'t>(&'t Link);

/// The direction to the router.
pub struct TunnelWriter<'t>(&'t Link);

impl Dial for Tunnel {
    type ReadHalf<'s> = TunnelReader<'s>;
    type WriteHalf<'s> = TunnelWriter<'s>;

    async fn dial(&mut self, router: IpEndpoint) -> Result<(), Error> {
        self.link.dialled.reset();
        self.link.wanted.signal(Some(router));
        self.link.dialled.wait().await.map_err(Error::from)
    }

    fn split(&mut self) -> (TunnelReader<'_>, TunnelWriter<'_>) {
        (TunnelReader(self.link), TunnelWriter(self.link))
    }

    async fn close(&mut self) -> Result<(), Error> {
        self.link.closing.signal(());
        match select(self.link.closed.wait(), self.link.ended()).await {
            Either::First(true) => Ok(()),
            Either::First(false) => Err(Error::Reset),
            // The router was faster. It may have missed something.
            Either::Second(End::Closed) => self.link.all_sent().await,
            Either::Second(End::Broken) => Err(Error::Reset),
        }
    }

    fn abort(&mut self) {
        self.link.set_end(End::Broken);
        self.link.wanted.signal(None);
    }
}

impl ErrorType for Tunnel {
    type Error = Error;
}

impl ErrorType for TunnelReader<'_> {
    type Error = Error;
}

impl ErrorType for TunnelWriter<'_> {
    type Error = Error;
}

impl Read for TunnelReader<'_> {
    async fn read(&mut self, out: &mut [u8]) -> Result<usize, Error> {
        if out.is_empty() {
            return Ok(0);
        }
        // What is there comes before the end.
        match select(self.0.incoming.read(out), self.0.ended()).await {
            Either::First(count) => Ok(count),
            Either::Second(End::Closed) => Ok(0),
            Either::Second(End::Broken) => Err(Error::Reset),
        }
    }
}

impl ReadReady for TunnelReader<'_> {
    fn read_ready(&mut self) -> Result<bool, Error> {
        Ok(!self.0.incoming.is_empty() || self.0.end().is_some())
    }
}

impl Write for TunnelWriter<'_> {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, Error> {
        if bytes.is_empty() {
            return Ok(0);
        }
        match select(self.0.ended(), self.0.outgoing.write(bytes)).await {
            Either::First(_) => Err(Error::Reset),
            Either::Second(count) => {
                self.0.add_unsent(count);
                Ok(count)
            }
        }
    }

    /// Waits until all is on its way.
    async fn flush(&mut self) -> Result<(), Error> {
        self.0.all_sent().await
    }
}

impl Read for Tunnel {
    async fn read(&mut self, out: &mut [u8]) -> Result<usize, Error> {
        TunnelReader(self.link).read(out).await
    }
}

impl ReadReady for Tunnel {
    fn read_ready(&mut self) -> Result<bool, Error> {
        TunnelReader(self.link).read_ready()
    }
}

impl Write for Tunnel {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, Error> {
        TunnelWriter(self.link).write(bytes).await
    }

    async fn flush(&mut self) -> Result<(), Error> {
        TunnelWriter(self.link).flush().await
    }
}
