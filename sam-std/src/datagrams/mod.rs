//! Datagrams, in the shape of the UDP sockets of `std::net`.

mod inbox;
mod packets;
mod received;
mod settings;

use std::fmt;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use sam_core::error::Usage;
use sam_core::header::{CountedSend, SendHeader};
use sam_core::operand::Name;
use sam_core::{Address, Ports, Target, Version, Writer};

use crate::Destination;
use crate::answer::own_destination;
use crate::dial::{Dial, Transport};
use crate::endpoint::Endpoint;
use crate::error::{Error, Result};
use crate::session::{PrimarySession, Session, SessionBuilder};
use crate::target::ToTarget;

pub(crate) use inbox::{Datagram, Inbox};
pub use received::{Dropped, Received, Source};
pub use settings::Datagrams;

use packets::Packets;

/// A session for datagrams, made by [`SessionBuilder::create_datagrams`] or
/// [`PrimarySession::add_datagrams`].
///
/// Datagrams go to the router and come from it by UDP, each in one packet, or on the session's own
/// socket: that is the default over transports other than plain TCP, see
/// [`Datagrams::on_control_socket`]. They may be lost, come twice or in another order, and nobody
/// says so; on i2pd the first ones to a peer are lost while it looks for that peer. All verbs take
/// `&self` and can be used from many threads at once. The session lives as long as its control
/// socket, which a thread reads as it does for streams; when it ends, whoever waits here returns
/// [`Error::SessionEnded`].
///
/// **UDP is neither encrypted nor signed on its way to the router**: use it on this machine, or
/// where nobody else can send or listen.
pub struct DatagramSocket<D: Dial = Endpoint> {
    session: Session<D>,
    way: Way,
    settings: Datagrams,
    peer: RwLock<Option<Destination>>,
    malformed: AtomicU64,
}

/// How datagrams get to the router and from it.
enum Way {
    Udp(Arc<Packets>),
    Control(Arc<Inbox>),
}

impl<D: Dial> DatagramSocket<D> {
    /// The longest datagram that can be sent by UDP, in bytes; see [`Self::max_len`]. About 11 000
    /// arrive reliably: longer ones travel in many pieces, all of which have to arrive.
    pub const MAX_LEN: usize = SendHeader::MAX_PAYLOAD;

    pub(crate) fn open(builder: SessionBuilder<'_, D>, settings: Datagrams) -> Result<Self> {
        if settings.listens() {
            return Err(Usage::NotNow.into());
        }
        let router = builder.router();
        let (way, here) = match settings.is_on_control_socket(router.is_plain()) {
            true if settings.local.is_some() => return Err(Usage::NotNow.into()),
            true => (Way::Control(Arc::new(Inbox::new(settings.style))), None),
            false => {
                let packets = Packets::towards(router, settings)?;
                let here = packets.local_addr();
                (Way::Udp(Arc::new(packets)), Some(here))
            }
        };
        let wanted = Some((settings.style, settings.parameters(here)));
        let inbox = match &way {
            Way::Udp(_) => None,
            Way::Control(inbox) => Some(Arc::clone(inbox)),
        };
        let session = builder.open_with(wanted, inbox)?;
        Self::over(session, way, settings)
    }

    pub(crate) fn inside(primary: &PrimarySession<D>, settings: Datagrams) -> Result<Self> {
        if settings.is_on_control_socket(primary.router().is_plain()) {
            return Err(Usage::NotNow.into());
        }
        let packets = Packets::towards(primary.router(), settings)?;
        let receiver = packets.local_addr();
        let session = primary.add_safely(|id| settings.add(id, receiver))?;
        Self::over(session, Way::Udp(Arc::new(packets)), settings)
    }

    fn over(session: Session<D>, way: Way, settings: Datagrams) -> Result<Self> {
        match &way {
            Way::Udp(packets) => session.wake_at_end(packets)?,
            Way::Control(inbox) => session.wake_at_end(inbox)?,
        }
        Ok(Self {
            session,
            way,
            settings,
            peer: RwLock::new(None),
            malformed: AtomicU64::new(0),
        })
    }

    /// The longest datagram that can be sent, in bytes: [`Self::MAX_LEN`] by UDP, 7600 on the
    /// control socket, since i2pd takes no more.
    pub const fn max_len(&self) -> usize {
        match self.way {
            Way::Udp(_) => Self::MAX_LEN,
            Way::Control(_) => CountedSend::MAX_PAYLOAD,
        }
    }

    /// Sends a datagram; returns how many bytes it has, which is all of them.
    ///
    /// A name, an address or a hash is looked up each time: better look it up once, and send to what
    /// [`Session::lookup`] returns.
    ///
    /// # Errors
    /// [`Usage::Empty`] and [`Usage::TooLarge`] for nothing and for more than [`Self::max_len`]
    /// bytes; [`Error::Refused`] for a name nobody knows; [`Error::SessionEnded`]. Nothing is
    /// sent then. That a datagram was lost is no error.
    pub fn send_to(&self, payload: &[u8], to: impl ToTarget) -> Result<usize> {
        self.send_with(payload, to, None)
    }

    /// Sends a datagram with I2CP ports.
    ///
    /// Only for routers known to be Java I2P, emissary or go-sam-bridge: **i2pd drops it** if it
    /// comes by UDP, in whatever version it speaks. Ports for all datagrams of a session do no harm there, see
    /// [`Datagrams::ports`].
    ///
    /// # Errors
    /// As [`Self::send_to`]; [`Usage::NeedsVersion`] from a router below 3.2.
    pub fn send_to_with_ports(
        &self,
        payload: &[u8],
        to: impl ToTarget,
        ports: Ports,
    ) -> Result<usize> {
        if self.session.version() < Version::V3_2 {
            return Err(Usage::NeedsVersion(Version::V3_2).into());
        }
        self.send_with(payload, to, Some(ports))
    }

    /// Waits for a datagram and puts it into `out`.
    ///
    /// # Errors
    /// [`Error::Oversized`] for a datagram that is larger than `out`, which is lost then;
    /// [`Error::TimedOut`] after the read time-out; [`Error::SessionEnded`].
    pub fn recv_from(&self, out: &mut [u8]) -> Result<Received> {
        match &self.way {
            Way::Udp(packets) => loop {
                let received = packets.recv(
                    || self.session.check_alive(),
                    |packet| self.read(packet, out),
                )?;
                if let Some(received) = received {
                    return received;
                }
            },
            Way::Control(inbox) => {
                let limit = inbox.read_timeout();
                let end = limit.and_then(|limit| Instant::now().checked_add(limit));
                loop {
                    let datagram = inbox.next(end)?;
                    if self.is_for_caller(&datagram.about) {
                        return fill(out, &datagram.payload, datagram.about);
                    }
                }
            }
        }
    }

    /// Settles whom [`Self::send`] sends to. From then on only that peer's datagrams are
    /// received, unless they are raw and nobody knows whose they are.
    ///
    /// Nothing is sent, but that a name or an address is looked up.
    ///
    /// # Errors
    /// As [`Session::lookup`].
    pub fn connect(&self, to: impl ToTarget) -> Result<()> {
        let destination = to.to_target(|target| match target {
            Target::Address(address) => self.session.lookup(address),
            Target::Destination(text) => own_destination(text),
            Target::Bytes(bytes) => Ok(Destination::new(bytes.as_bytes().into())?),
            _ => Err(Usage::NotI2p.into()),
        })??;
        *self.peer.write().unwrap_or_else(PoisonError::into_inner) = Some(destination);
        Ok(())
    }

    /// Sends a datagram to the peer settled on.
    ///
    /// # Errors
    /// As [`Self::send_to`]; [`Usage::NotNow`] before [`Self::connect`].
    pub fn send(&self, payload: &[u8]) -> Result<usize> {
        let peer = self.peer().ok_or(Usage::NotNow)?;
        self.send_to(payload, peer)
    }

    /// Waits for a datagram and puts it into `out`; returns its length.
    ///
    /// # Errors
    /// As [`Self::recv_from`].
    pub fn recv(&self, out: &mut [u8]) -> Result<usize> {
        self.recv_from(out).map(|received| received.len)
    }

    /// The peer settled on.
    pub fn peer(&self) -> Option<Destination> {
        let peer = self.peer.read();
        peer.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Where the router sends received datagrams to; `None` on the control socket.
    pub fn local_addr(&self) -> Option<SocketAddr> {
        match &self.way {
            Way::Udp(packets) => Some(packets.local_addr()),
            Way::Control(_) => None,
        }
    }

    /// Bounds each wait for a datagram; `None`, the default, is for ever. Packets that are
    /// dropped can double it at the most.
    ///
    /// # Errors
    /// Those of the system; zero is one.
    pub fn set_read_timeout(&self, limit: Option<Duration>) -> Result<()> {
        match &self.way {
            Way::Udp(packets) => packets.socket().set_read_timeout(limit)?,
            Way::Control(_) if limit.is_some_and(|limit| limit.is_zero()) => {
                return Err(Usage::OutOfRange.into());
            }
            Way::Control(inbox) => inbox.set_read_timeout(limit),
        }
        Ok(())
    }

    /// Bounds each wait for room in the system's buffers. `None` is for ever, the default for UDP;
    /// on the control socket it is [`Timeouts::hello`](crate::Timeouts::hello), and a datagram that
    /// took longer ends the session, since a part of it has left.
    ///
    /// # Errors
    /// Those of the system; zero is one.
    pub fn set_write_timeout(&self, limit: Option<Duration>) -> Result<()> {
        match &self.way {
            Way::Udp(packets) => packets.socket().set_write_timeout(limit)?,
            Way::Control(_) => self.session.transport().set_write_timeout(limit)?,
        }
        Ok(())
    }

    /// The read time-out.
    ///
    /// # Errors
    /// Those of the system.
    pub fn read_timeout(&self) -> Result<Option<Duration>> {
        match &self.way {
            Way::Udp(packets) => Ok(packets.socket().read_timeout()?),
            Way::Control(inbox) => Ok(inbox.read_timeout()),
        }
    }

    /// How many datagrams were dropped because nobody could take them for such, or took them in
    /// time.
    pub fn dropped(&self) -> Dropped {
        match &self.way {
            Way::Udp(packets) => Dropped {
                foreign: packets.foreign(),
                malformed: self.malformed.load(Ordering::Relaxed),
                overflow: 0,
            },
            Way::Control(inbox) => inbox.dropped(),
        }
    }

    /// The session: its destination, lookups, its end. It has no streams.
    pub const fn session(&self) -> &Session<D> {
        &self.session
    }

    /// The session's own destination: what peers see and send to.
    pub const fn destination(&self) -> &Destination {
        self.session.destination()
    }

    /// The session's own b32 address.
    pub fn address(&self) -> Address {
        self.session.address()
    }

    fn send_with(&self, payload: &[u8], to: impl ToTarget, ports: Option<Ports>) -> Result<usize> {
        if payload.is_empty() {
            return Err(Usage::Empty.into());
        }
        if payload.len() > self.max_len() {
            return Err(Usage::TooLarge(self.max_len() as u16).into());
        }
        self.session.check_alive()?;
        to.to_target(|target| match target {
            // Routers but Java I2P take whole destinations only.
            Target::Address(address) => {
                let destination = self.session.lookup(address)?;
                self.send_on_way(payload, (&destination).into(), ports)
            }
            target => self.send_on_way(payload, target, ports),
        })??;
        Ok(payload.len())
    }

    fn send_on_way(&self, payload: &[u8], to: Target<'_>, ports: Option<Ports>) -> Result<()> {
        match &self.way {
            Way::Udp(packets) => self.send_packet(packets, payload, to, ports),
            Way::Control(_) => self.session.send_datagram(to, ports, payload),
        }
    }

    fn send_packet(
        &self,
        packets: &Packets,
        payload: &[u8],
        to: Target<'_>,
        ports: Option<Ports>,
    ) -> Result<()> {
        let header = SendHeader::new(self.session.id(), Name::Target(to));
        let header = match ports {
            Some(ports) => header.ports(ports),
            None => header,
        };
        packets.send(|packet| {
            let mut packet = Writer::new(packet);
            header
                .encode(&mut packet)
                .and_then(|()| packet.put(payload))
                .map_err(|error| Error::about(error, &[]))?;
            // i2pd would cut what is longer, and send the rest.
            match packet.len() <= SendHeader::MAX_PACKET {
                true => Ok(packet.len()),
                false => Err(Usage::TooLong.into()),
            }
        })
    }

    /// Takes a packet of the router's; `None` if it is not for the caller.
    fn read(&self, packet: &[u8], out: &mut [u8]) -> Option<Result<Received>> {
        let Some((received, payload)) = Received::read(packet, self.settings) else {
            self.malformed.fetch_add(1, Ordering::Relaxed);
            return None;
        };
        let is_for_caller = self.is_for_caller(&received);
        is_for_caller.then(|| fill(out, payload, received))
    }

    fn is_for_caller(&self, received: &Received) -> bool {
        let Some(source) = &received.source else {
            return true;
        };
        self.peer().is_none_or(|peer| *source == peer)
    }
}

/// Puts a datagram into the caller's buffer, or tells its size.
fn fill(out: &mut [u8], payload: &[u8], received: Received) -> Result<Received> {
    let len = payload.len();
    let out = out.get_mut(..len).ok_or(Error::Oversized { len })?;
    out.copy_from_slice(payload);
    Ok(Received { len, ..received })
}

impl<D: Dial> fmt::Debug for DatagramSocket<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DatagramSocket")
            .field("session", &self.session)
            .field("local_addr", &self.local_addr())
            .field("dropped", &self.dropped())
            .finish_non_exhaustive()
    }
}
