//! What a slot of the pool reaches the router through.

use core::future::Future;

use embassy_net::tcp::{TcpReader, TcpSocket, TcpWriter};
use embassy_net::{IpAddress, IpEndpoint};
use embassy_time::{Duration, with_timeout};
use embedded_io_async::{Read, ReadReady, Write};

use crate::error::Error;

/// How long a dial may take: the router is on the local network.
const DIAL: Duration = Duration::from_secs(3);
/// How long a dial waits for the RST of the connection before to leave.
const RESET: Duration = Duration::from_secs(1);
/// How long `close` waits for the other end to close as well.
const LINGER: Duration = Duration::from_secs(2);

/// A transport to the router, used for one connection after the other as long as the program runs.
///
/// [`TcpSocket`] is one. Something that secures a socket can be another: give it to
/// [`Pool::with_transports`](crate::Pool::with_transports), and all verbs go through it.
///
/// Reads, writes and dials must be cancel-safe: what is dropped while it waits has taken no byte
/// from the connection and given it none. Verbs are dropped by their users, and a session's runner
/// drops reads all the time.
pub trait Dial: Read + Write + ReadReady + 'static {
    /// Whether the connection is in the clear, as UDP packets beside it would be: only then there
    /// are [datagrams by UDP](crate::Runner::with_datagrams). Not unless it says so.
    const IS_CLEAR: bool = false;

    /// The direction from the router.
    type ReadHalf<'s>: Read<Error = Self::Error> + ReadReady;
    /// The direction to the router.
    type WriteHalf<'s>: Write<Error = Self::Error>;

    /// Connects to the router, whatever became of the connection before.
    ///
    /// # Errors
    /// [`Error::Unreachable`], soon: nothing else bounds a dial; [`Error::NotTrusted`].
    fn dial(&mut self, router: IpEndpoint) -> impl Future<Output = Result<(), Error>>;

    /// This device's address, as the router sees it on this connection: where it sends UDP packets
    /// to. Nobody asks unless [`Self::IS_CLEAR`].
    fn local_address(&self) -> Option<IpAddress> {
        None
    }

    /// Both directions, to be used at the same time.
    fn split(&mut self) -> (Self::ReadHalf<'_>, Self::WriteHalf<'_>);

    /// Sends what was written, and the end; waits until the other end has it all, and a little
    /// for its end.
    ///
    /// # Errors
    /// Whatever kept some of it from arriving.
    fn close(&mut self) -> impl Future<Output = Result<(), Self::Error>>;

    /// Ends the connection at once; what was not sent yet is lost.
    fn abort(&mut self);
}

impl Dial for TcpSocket<'static> {
    const IS_CLEAR: bool = true;

    type ReadHalf<'s> = TcpReader<'s>;
    type WriteHalf<'s> = TcpWriter<'s>;

    async fn dial(&mut self, router: IpEndpoint) -> Result<(), Error> {
        let _ = settle(self).await;
        match with_timeout(DIAL, self.connect(router)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(Error::Unreachable),
        }
    }

    fn local_address(&self) -> Option<IpAddress> {
        Some(self.local_endpoint()?.addr)
    }

    fn split(&mut self) -> (TcpReader<'_>, TcpWriter<'_>) {
        TcpSocket::split(self)
    }

    async fn close(&mut self) -> Result<(), Self::Error> {
        TcpSocket::close(self);
        TcpSocket::flush(self).await?;
        let ended = async { while self.read_with(|rest| (rest.len(), ())).await.is_ok() {} };
        let _ = with_timeout(LINGER, ended).await;
        Ok(())
    }

    fn abort(&mut self) {
        TcpSocket::abort(self);
    }
}

/// Waits until an aborted socket has sent its RST, since a new connection would swallow it.
///
/// A line that is down must not hold the slot up; the socket is fit for use all the same.
pub(crate) fn settle(socket: &mut TcpSocket<'_>) -> impl Future {
    with_timeout(RESET, socket.flush())
}
