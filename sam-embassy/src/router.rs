//! Where the router is, and one wait for it.

use embassy_net::{IpAddress, IpEndpoint};
use embassy_time::{Instant, TimeoutError, with_deadline};
use sam_core::io::{IoError, asynch};
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
    /// Where none is.
    pub(crate) const NOWHERE: Self = Self {
        endpoint: IpEndpoint::new(IpAddress::v4(0, 0, 0, 0), 0),
        timeouts: Timeouts::DEFAULT,
        silence: Duration::from_secs(50),
    };

    /// A router with the patience of [`Timeouts::DEFAULT`].
    pub fn new(endpoint: impl Into<IpEndpoint>) -> Self {
        Self {
            endpoint: endpoint.into(),
            ..Self::NOWHERE
        }
    }
}

/// Waits for the next event, as long as the connection says that this wait may last; what came of
/// it is for [`bounded`].
///
/// A future of the clock's around one of the core's and nothing around both: it is the same for all
/// machines, compiled once, and moved nowhere.
pub(crate) fn next<M: Machine, T: Dial>(
    connection: &mut Connection<M, &mut [u8]>,
    transport: &mut T,
) -> impl Future<Output = Bounded<T::Error>> {
    // Without a limit until the end of time: one future instead of two.
    let deadline = connection.timeout().map_or(Instant::MAX, after);
    with_deadline(deadline, asynch::next(connection, transport))
}

/// What came of a wait with a deadline.
type Bounded<E> = Result<Result<Option<Line>, IoError<E>>, TimeoutError>;

/// The two errors as one.
#[inline(never)]
pub(crate) fn bounded<E>(came: Bounded<E>) -> Result<Option<Line>, Error> {
    came.map_err(|_| Error::TimedOut)?.map_err(from_driver)
}

/// The end of a span that begins now.
#[inline(never)]
pub(crate) fn after(span: Duration) -> Instant {
    let span = embassy_time::Duration::from_millis(span.as_millis().into());
    Instant::now().checked_add(span).unwrap_or(Instant::MAX)
}
