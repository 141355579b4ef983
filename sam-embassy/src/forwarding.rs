//! Peers that the router brings to a listening port of this device.

use core::convert::Infallible;

use embassy_futures::select::{Either, select};
use embassy_net::tcp::{AcceptError, TcpSocket};
use sam_core::error::Usage;
use sam_core::{Arrival, Connection, Forward};

use crate::dial::settle;
use crate::error::Error;
use crate::identity::Identity;
use crate::log;
use crate::pool::Lease;
use crate::router::{bounded, next};
use crate::session::{Pauses, Session};
use crate::shared::Ticket;
use crate::stream::Stream;

const NO_PORT: Error = Error::Sam(sam_core::Error::Usage(Usage::OutOfRange));

/// Over plain TCP only: behind a tunnel the router would dial the tunnel's other end, and publish
/// whatever listens there.
impl Session<TcpSocket<'static>> {
    /// Has the router dial a port of this device for every peer, as long as this is polled.
    ///
    /// Goes beside [`Session::accept_forwarded`], which takes the peers; unlike waiting in
    /// [`Session::accept`] there is no moment in which none can come. Takes one slot. It outlasts
    /// losses of the session and refusals. The router dials the address it sees this device at:
    /// behind NAT that does not work. emissary dials 127.0.0.1.
    ///
    /// # Errors
    /// [`Error::Closed`]; [`Error::Sam`] with [`Usage::OutOfRange`] for port 0.
    pub async fn forward(&self, port: u16) -> Result<Infallible, Error> {
        if port == 0 {
            return Err(NO_PORT);
        }
        let mut pauses = Pauses::new();
        loop {
            let ticket = self.shared.ready().await?;
            let ended = select(self.keep(&ticket, port), self.shared.lost(&ticket)).await;
            let Err(error) = self.unless_lost(&ticket, ended);
            log::failed("forward", error);
            pauses.after(error)?.await;
        }
    }

    /// Waits on that port for a peer that the router brings.
    ///
    /// Takes one slot, also while it waits; as many peers can come at the same moment as tasks
    /// wait here. Connections from any other address than the router's are turned down. But who
    /// can pose as the router's address on this network can pose as any peer.
    ///
    /// # Errors
    /// [`Error::Closed`]; [`Error::Sam`] with [`Usage::OutOfRange`] for port 0.
    pub async fn accept_forwarded(&self, port: u16) -> Result<Stream, Error> {
        match select(self.arrival(port), self.shared.closed()).await {
            Either::First(arrived) => arrived,
            Either::Second(()) => Err(Error::Closed),
        }
    }

    /// One forward, from the dial to its end.
    async fn keep(&self, ticket: &Ticket, port: u16) -> Result<Infallible, Error> {
        let mut lease = self.slots.dial(self.shared.router.endpoint).await?;
        let (socket, heard, said) = lease.parts()?;
        let (greeting, timeouts) = (ticket.greeting(), self.shared.router.timeouts);
        let id = ticket.id();
        let forward = Forward::new(greeting, timeouts, &id, None, port);
        let mut connection = Connection::new(forward, heard, said)?;
        bounded(next(&mut connection, socket).await)?; // greeted
        bounded(next(&mut connection, socket).await)?; // active
        let mut kept = connection.then(Forward::into_keeper);
        loop {
            bounded(next(&mut kept, socket).await)?;
        }
    }

    async fn arrival(&self, port: u16) -> Result<Stream, Error> {
        let mut pauses = Pauses::new();
        loop {
            let mut lease = self.slots.take().await;
            let (socket, ..) = lease.parts()?;
            let _ = settle(socket).await;
            match socket.accept(port).await {
                Ok(()) => match self.introduced(lease).await {
                    Ok(stream) => return Ok(stream),
                    Err(error) => log::failed("arrival", error),
                },
                Err(AcceptError::InvalidPort) => {
                    return Err(NO_PORT);
                }
                Err(_) => {
                    drop(lease);
                    pauses.after(Error::Reset)?.await;
                }
            }
        }
    }

    /// Hears from the router who it brings.
    async fn introduced(&self, mut lease: Lease<TcpSocket<'static>>) -> Result<Stream, Error> {
        let (socket, heard, said) = lease.parts()?;
        let remote = socket.remote_endpoint().ok_or(Error::Reset)?;
        if remote.addr != self.shared.router.endpoint.addr {
            return Err(Error::NotTrusted);
        }
        let arrival = Arrival::new(self.shared.router.timeouts.hello);
        let mut connection = Connection::new(arrival, heard, said)?;
        let line = bounded(next(&mut connection, socket).await)?;
        let line = line.ok_or(sam_core::Error::Closed)?;
        let peer = Identity::of_peer(connection.event(line)?.destination);
        let unread = connection.into_unread().range();
        Ok(Stream::new(lease, unread, peer))
    }
}
