//! Datagrams over UDP, in the shape of the sockets of `std::net`.

mod packets;
mod received;
mod settings;

use std::fmt;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use sam_core::error::Usage;
use sam_core::header::SendHeader;
use sam_core::operand::Name;
use sam_core::{Address, Ports, Target, Version, Writer};

use crate::Destination;
use crate::answer::own_destination;
use crate::dial::Dial;
use crate::endpoint::Endpoint;
use crate::error::{Error, Result};
use crate::session::{Session, SessionBuilder};
use crate::target::ToTarget;

pub use received::{Dropped, Received};
pub use settings::Datagrams;

use packets::Packets;

/// A session for datagrams, made by [`SessionBuilder::create_datagrams`].
///
/// Datagrams go to the router and come from it by UDP, each in one packet. They may be lost, come
/// twice or in another order, and nobody says so; on i2pd the first ones to a peer are lost while
/// it looks for that peer. All verbs take `&self` and can be used from many threads at once. The
/// session lives as long as its control socket, which a thread reads as it does for streams; when
/// it ends, whoever waits here returns [`Error::SessionEnded`].
///
/// **UDP is neither encrypted nor signed on its way to the router**: use it on this machine, or
/// where nobody else can send or listen.
pub struct DatagramSocket<D: Dial = Endpoint> {
    session: Session<D>,
    packets: Arc<Packets>,
    settings: Datagrams,
    peer: RwLock<Option<Destination>>,
    malformed: AtomicU64,
}

impl<D: Dial> DatagramSocket<D> {
    /// The longest datagram that can be sent, in bytes. About 11 000 arrive reliably: longer ones
    /// travel in many pieces, all of which have to arrive.
    pub const MAX_LEN: usize = SendHeader::MAX_PAYLOAD;

    pub(crate) fn open(builder: SessionBuilder<'_, D>, settings: Datagrams) -> Result<Self> {
        let router = builder.router().udp().ok_or(Usage::NotNow)?;
        let packets = Arc::new(Packets::bind(router, settings.local)?);
        let parameters = settings.parameters(packets.local_addr());
        let session = builder.open(Some((settings.style, parameters)))?;
        session.wake_at_end(&packets)?;
        Ok(Self {
            session,
            packets,
            settings,
            peer: RwLock::new(None),
            malformed: AtomicU64::new(0),
        })
    }

    /// Sends a datagram; returns how many bytes it has, which is all of them.
    ///
    /// A name or an address is looked up each time: better look it up once, and send to what
    /// [`Session::lookup`] returns.
    ///
    /// # Errors
    /// [`Usage::Empty`] and [`Usage::TooLong`] for nothing and for more than [`Self::MAX_LEN`]
    /// bytes; [`Error::Refused`] for a name nobody knows; [`Error::SessionEnded`]. Nothing is
    /// sent then. That a datagram was lost is no error.
    pub fn send_to(&self, payload: &[u8], to: impl ToTarget) -> Result<usize> {
        self.send_with(payload, to, None)
    }

    /// Sends a datagram with I2CP ports.
    ///
    /// Only for routers known to be Java I2P, emissary or go-sam-bridge: **i2pd drops it**, in
    /// whatever version it speaks. Ports for all datagrams of a session do no harm there, see
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
        loop {
            let received = self.packets.recv(
                || self.session.check_alive(),
                |packet| self.read(packet, out),
            )?;
            if let Some(received) = received {
                return received;
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

    /// Where the router sends received datagrams to.
    pub fn local_addr(&self) -> SocketAddr {
        self.packets.local_addr()
    }

    /// Bounds each wait for a datagram; `None`, the default, is for ever. Packets that are
    /// dropped can double it at the most.
    ///
    /// # Errors
    /// Those of the system; zero is one.
    pub fn set_read_timeout(&self, limit: Option<Duration>) -> Result<()> {
        Ok(self.packets.socket().set_read_timeout(limit)?)
    }

    /// Bounds each wait for room in the system's buffers; `None`, the default, is for ever.
    ///
    /// # Errors
    /// Those of the system; zero is one.
    pub fn set_write_timeout(&self, limit: Option<Duration>) -> Result<()> {
        Ok(self.packets.socket().set_write_timeout(limit)?)
    }

    /// The read time-out.
    ///
    /// # Errors
    /// Those of the system.
    pub fn read_timeout(&self) -> Result<Option<Duration>> {
        Ok(self.packets.socket().read_timeout()?)
    }

    /// The write time-out.
    ///
    /// # Errors
    /// Those of the system.
    pub fn write_timeout(&self) -> Result<Option<Duration>> {
        Ok(self.packets.socket().write_timeout()?)
    }

    /// How many packets were dropped because nobody could take them for datagrams.
    pub fn dropped(&self) -> Dropped {
        Dropped {
            foreign: self.packets.foreign(),
            malformed: self.malformed.load(Ordering::Relaxed),
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
        if payload.len() > Self::MAX_LEN {
            return Err(Usage::TooLong.into());
        }
        self.session.check_alive()?;
        to.to_target(|target| match target {
            // Routers but Java I2P take whole destinations only.
            Target::Address(address) => {
                let destination = self.session.lookup(address)?;
                self.send_packet(payload, (&destination).into(), ports)
            }
            target => self.send_packet(payload, target, ports),
        })?
    }

    fn send_packet(&self, payload: &[u8], to: Target<'_>, ports: Option<Ports>) -> Result<usize> {
        let header = SendHeader::new(self.session.id(), Name::Target(to));
        let header = match ports {
            Some(ports) => header.ports(ports),
            None => header,
        };
        self.packets.send(|packet| {
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
        })?;
        Ok(payload.len())
    }

    /// Takes a packet of the router's; `None` if it is not for the caller.
    fn read(&self, packet: &[u8], out: &mut [u8]) -> Option<Result<Received>> {
        let Some((mut received, payload)) = Received::read(packet, self.settings) else {
            self.malformed.fetch_add(1, Ordering::Relaxed);
            return None;
        };
        if received.source.is_some()
            && self
                .peer()
                .is_some_and(|peer| received.source != Some(peer))
        {
            return None;
        }
        received.len = payload.len();
        Some(match out.get_mut(..payload.len()) {
            Some(out) => {
                out.copy_from_slice(payload);
                Ok(received)
            }
            None => Err(Error::Oversized { len: payload.len() }),
        })
    }
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
