//! STREAM CONNECT: a client that waits until its peer accepts.

use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use sam_core::key::DestinationText;
use sam_core::{Peer, Ports, ResultCode, Status};

use super::acceptor::Acceptor;
use super::forward::Forward;
use super::group::{Close, Membership};
use super::hub::Hub;
use super::session::Session;
use super::slot::Slot;
use super::socket::Socket;
use super::stream::Stream;

/// How long the peer line waits for the first data, if they are to travel together.
const FIRST_DATA_TIME: Duration = Duration::from_millis(50);

/// Bytes of data that travel together with the peer line.
const FIRST_DATA_BYTES: usize = 4 * 1024;

/// A client after its CONNECT.
pub(super) struct Connector {
    socket: Arc<Socket>,
    pub(super) offers: Slot<Offer>,
}

/// Who takes the stream.
pub(super) enum Offer {
    /// A client that waits for it.
    Acceptor(Arc<Acceptor>),
    /// A server that has to be dialled.
    Forward(Arc<Forward>),
}

/// A stream to be, in the backlog of its target.
pub(super) struct Parked {
    connector: Arc<Connector>,
    source: Arc<Session>,
    target: Arc<Session>,
    ports: Ports,
    /// `None` is for ever.
    deadline: Option<Instant>,
    _memberships: [Membership; 2],
}

impl Parked {
    /// Lines up at `target`.
    pub(super) fn new(
        hub: &Hub,
        socket: &Arc<Socket>,
        [source, target]: [Arc<Session>; 2],
        ports: Ports,
    ) -> Result<Self, Status<'static>> {
        let connector = Arc::new(Connector {
            socket: Arc::clone(socket),
            offers: Slot::new(),
        });
        let member_of = |session: &Session, code| {
            let membership = session.group.join(&connector);
            membership.ok_or(Status::new(code))
        };
        let memberships = [
            member_of(&source, ResultCode::InvalidId)?,
            member_of(&target, ResultCode::CantReachPeer)?,
        ];
        target.park(&connector, hub.settings.personality.backlog())?;
        Ok(Self {
            connector,
            source,
            target,
            ports,
            deadline: Instant::now().checked_add(hub.settings.backlog_timeout),
            _memberships: memberships,
        })
    }

    /// Waits for the peer and carries the connecting client's bytes to it, `first` before all.
    pub(super) fn serve(&self, hub: &Arc<Hub>, mut first: Vec<u8>) {
        while let Some(offer) = self.connector.offers.take(self.deadline) {
            if hub.settings.peer_line_with_first_data && first.is_empty() {
                first = self.first_data();
            }
            // What leaves together with the peer line, and what follows it.
            let (with_line, after) = if hub.settings.peer_line_with_first_data {
                (&first[..], &[][..])
            } else {
                (&[][..], &first[..])
            };
            match offer {
                Offer::Forward(forward) => {
                    if let Ok(stream) = self.dial(hub, &forward, with_line) {
                        stream.carry_from_connector(after);
                    }
                    return;
                }
                Offer::Acceptor(acceptor) => {
                    let Some(stream) = self.join(acceptor.socket()) else {
                        return self.target.accept_again(acceptor);
                    };
                    if self.meet(&acceptor, with_line, &stream).is_ok() {
                        return stream.carry_from_connector(after);
                    }
                    acceptor.dismiss();
                    self.target.park_again(&self.connector);
                }
            }
        }
    }

    fn meet(&self, acceptor: &Acceptor, first: &[u8], stream: &Arc<Stream>) -> io::Result<()> {
        if acceptor.is_gone() {
            return Err(io::ErrorKind::NotConnected.into());
        }
        acceptor.meet(self.peer()?, first, stream)
    }

    fn dial(&self, hub: &Arc<Hub>, forward: &Forward, first: &[u8]) -> io::Result<Arc<Stream>> {
        let socket = Arc::new(forward.dial(self.peer()?, first)?);
        let stream = self.join(&socket).ok_or(io::ErrorKind::NotConnected)?;
        let back = Arc::clone(&stream);
        hub.threads.spawn("sam-loopback-forward", move || {
            back.carry_from_acceptor(&[]);
        })?;
        Ok(stream)
    }

    /// `None` if one of the sessions has just ended.
    fn join(&self, acceptor: &Arc<Socket>) -> Option<Arc<Stream>> {
        let groups = [&self.source.group, &self.target.group];
        Stream::join(&self.connector.socket, acceptor, groups)
    }

    fn peer(&self) -> io::Result<Peer<'_>> {
        let destination = DestinationText::new(self.source.destination.as_bytes());
        Ok(Peer {
            destination: destination.map_err(io::Error::other)?,
            ports: Some(self.ports),
        })
    }

    /// What the client says within [`FIRST_DATA_TIME`], if it says anything.
    fn first_data(&self) -> Vec<u8> {
        let mut first = vec![0; FIRST_DATA_BYTES];
        let deadline = Instant::now() + FIRST_DATA_TIME;
        let read = self.connector.socket.read(&mut first, Some(deadline));
        first.truncate(read.unwrap_or(0));
        first
    }
}

impl Drop for Parked {
    fn drop(&mut self) {
        self.target.leave(&self.connector);
    }
}

impl Close for Connector {
    fn close(&self) {
        self.socket.close();
        self.offers.close();
    }
}
