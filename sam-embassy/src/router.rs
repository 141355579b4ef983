//! Where the router is, and one wait for it.

use embassy_net::IpEndpoint;
use embassy_time::with_timeout;
use sam_core::io::asynch;
use sam_core::time::Duration;
use sam_core::{Connection, Line, Machine, Timeouts};

use crate::dial::Dial;
use crate::error::{Error, from_driver};

/// A router's SAM port, and the patience with it.
///
/// SAM has no encryption: private keys and all data cross the local network in clear, unless the
/// pool's transports see to that, see [`Dial`](crate::Dial).
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Router {
    /// Its address and port, 7656 unless told otherwise.
    pub endpoint: IpEndpoint,
    /// How long each wait for it may last.
    pub timeouts: Timeouts,
    /// After how much silence a session's router is asked for a sign of life, 50 s unless told
    /// otherwise; none within [`Timeouts::naming`], and the session counts as lost. go-sam-bridge
    /// ends sessions that are silent for a minute.
    pub silence: Duration,
}

impl Router {
    /// A router with the patience of [`Timeouts::DEFAULT`].
    pub fn new(endpoint: impl Into<IpEndpoint>) -> Self {
        Self {
            endpoint: endpoint.into(),
            timeouts: Timeouts::DEFAULT,
            silence: Duration::from_secs(50),
        }
    }
}

/// Waits for the next event, as long as the connection says that this wait may last.
pub(crate) async fn next<M: Machine>(
    connection: &mut Connection<M, &mut [u8]>,
    transport: &mut impl Dial,
) -> Result<Option<Line>, Error> {
    match connection.timeout() {
        Some(limit) => with_timeout(span(limit), asynch::next(connection, transport))
            .await
            .map_err(|_| Error::TimedOut)?,
        None => asynch::next(connection, transport).await,
    }
    .map_err(from_driver)
}

/// A span of the core's as one of the clock's.
pub(crate) fn span(span: Duration) -> embassy_time::Duration {
    embassy_time::Duration::from_millis(span.as_millis().into())
}
