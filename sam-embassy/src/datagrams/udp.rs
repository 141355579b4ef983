//! Datagrams over UDP.

use core::cell::Cell;

use embassy_futures::select::{Either, select};
use embassy_net::IpEndpoint;
use embassy_net::udp::UdpSocket;
use sam_core::error::Usage;
use sam_core::header::SendHeader;
use sam_core::operand::Name;
use sam_core::{Destination, Ports, Version, Writer};

use crate::dial::Dial;
use crate::error::Error;
use crate::identity::LONGEST_DESTINATION;
use crate::runner::Runner;
use crate::shared::{Shared, Ticket};

use super::packets::Packets;
use super::received::{Dropped, Received};
use super::settings::Datagrams;
use super::{count, usage};

/// Characters of the longest header: version, ID, destination and ports.
const LONGEST_HEADER: usize = 4 + 27 + 4 * LONGEST_DESTINATION.div_ceil(3) + 31 + 1;

/// The UDP socket of a session for datagrams, made by [`Runner::with_datagrams`].
///
/// Datagrams go to the router and come from it by UDP, each in one packet, which is copied once.
/// They may be lost, come twice or in another order, and nobody says so; on i2pd the first ones to
/// a peer are lost while it looks for that peer. All verbs take `&self`: tasks that send take
/// turns, and so do those that receive. A verb that is dropped while it waits has sent nothing and
/// lost nothing. The socket goes on after losses of the session; who sends waits until it is back.
///
/// **One packet is all a datagram has.** embassy-net puts no IP fragments together, so what does
/// not fit a packet of 1500 bytes is lost on its way here, all of it, and nobody is told. Beside
/// the header with an Ed25519 destination that leaves 947 bytes, 916 from routers that tell
/// ports; and 916 on the way to the router, 885 with ports, where more is refused. The socket's
/// receive buffer has to hold a packet, or it is lost as well.
///
/// **UDP is neither encrypted nor signed on its way to the router.** Packets of others are dropped,
/// but who can pose as the router's address on this network can pose as any peer.
pub struct DatagramSocket {
    shared: &'static Shared,
    packets: Packets,
    settings: Datagrams,
    malformed: Cell<u32>,
}

impl<R, T: Dial> Runner<R, T> {
    /// Makes sessions for datagrams instead of streams; returns their socket beside the runner.
    ///
    /// The router is told the port of `udp`, which is bound to any that is free unless it is
    /// bound, and the address that the session's own connection comes from: behind NAT that does
    /// not work.
    ///
    /// # Errors
    /// [`Error::Sam`] with [`Usage::NotNow`] for a pool whose transports are not
    /// [`in the clear`](Dial::IS_CLEAR): UDP would go beside the tunnel; also for settings that
    /// the style does not have, and for a session whose datagrams come on its own connection. With [`Usage::OutOfRange`] for protocols of other styles.
    /// [`Error::Unreachable`] if the socket cannot be bound.
    pub fn with_datagrams(
        mut self,
        settings: Datagrams,
        udp: UdpSocket<'static>,
    ) -> Result<(DatagramSocket, Self), Error> {
        #[cfg(feature = "control-datagrams")]
        if self.exchange.is_some() {
            return Err(usage(Usage::NotNow));
        }
        if !T::IS_CLEAR {
            return Err(usage(Usage::NotNow));
        }
        let router = self.shared.router.endpoint.addr;
        settings
            .parameters(Some((router, 1)))
            .validate(settings.style)
            .map_err(usage)?;
        let packets = Packets::new(udp, IpEndpoint::new(router, settings.router_port))?;
        self.datagrams = Some((settings, packets.port()));
        let socket = DatagramSocket {
            shared: self.shared,
            packets,
            settings,
            malformed: Cell::new(0),
        };
        Ok((socket, self))
    }
}

impl DatagramSocket {
    /// The longest packet that is sent, in bytes, header and payload.
    pub const LONGEST_PACKET: usize = 1472;

    /// Sends a datagram.
    ///
    /// Waits while the session is not online, and while the socket has no room for the packet.
    /// Takes whole destinations only, as most routers do; see
    /// [`Session::lookup`](crate::Session::lookup).
    ///
    /// # Errors
    /// [`Error::Sam`] with [`Usage::Empty`] for nothing, and with [`Usage::TooLong`] for what does
    /// not fit a packet of [`Self::LONGEST_PACKET`] bytes, or the socket's buffer.
    /// [`Error::Unreachable`] without a way to the router; [`Error::SessionLost`];
    /// [`Error::Closed`]. Nothing is sent then. That a datagram was lost is no error.
    pub async fn send_to<B: AsRef<[u8]>>(
        &self,
        payload: &[u8],
        to: &Destination<B>,
    ) -> Result<(), Error> {
        self.send(payload, to.borrowed(), None).await
    }

    /// Sends a datagram with I2CP ports.
    ///
    /// Only for routers known to be Java I2P, emissary or go-sam-bridge: **i2pd drops it**, in
    /// whatever version it speaks. Ports for all datagrams of a session do no harm there, see
    /// [`Datagrams::ports`].
    ///
    /// # Errors
    /// As [`Self::send_to`]; [`Usage::NeedsVersion`] from a router below 3.2.
    pub async fn send_to_with_ports<B: AsRef<[u8]>>(
        &self,
        payload: &[u8],
        to: &Destination<B>,
        ports: Ports,
    ) -> Result<(), Error> {
        self.send(payload, to.borrowed(), Some(ports)).await
    }

    /// Waits for a datagram and puts it into `out`; waits on while the session is lost.
    ///
    /// # Errors
    /// [`Error::Oversized`] for a datagram that is larger than `out`, which is lost then;
    /// [`Error::Closed`].
    pub async fn recv(&self, out: &mut [u8]) -> Result<Received, Error> {
        let received = self.packets.recv(|packet| self.read(packet, out));
        match select(received, self.shared.closed()).await {
            Either::First(received) => received,
            Either::Second(()) => Err(Error::Closed),
        }
    }

    /// How many packets were dropped because nobody could take them for datagrams.
    pub const fn dropped(&self) -> Dropped {
        Dropped {
            foreign: self.packets.foreign(),
            malformed: self.malformed.get(),
            missed: 0,
        }
    }

    /// The port the router sends received datagrams to.
    pub const fn port(&self) -> u16 {
        self.packets.port()
    }

    async fn send(
        &self,
        payload: &[u8],
        to: Destination<&[u8]>,
        ports: Option<Ports>,
    ) -> Result<(), Error> {
        if payload.is_empty() {
            return Err(usage(Usage::Empty));
        }
        let ticket = self.shared.ready().await?;
        if ports.is_some() && ticket.version() < Version::V3_2 {
            return Err(usage(Usage::NeedsVersion(Version::V3_2)));
        }
        let packet = self.send_packet(payload, &ticket, to, ports);
        match select(packet, self.shared.lost(&ticket)).await {
            Either::First(sent) => sent,
            Either::Second(error) => Err(error),
        }
    }

    async fn send_packet(
        &self,
        payload: &[u8],
        ticket: &Ticket,
        to: Destination<&[u8]>,
        ports: Option<Ports>,
    ) -> Result<(), Error> {
        let id = ticket.id();
        let header = SendHeader::new(&id, Name::Target((&to).into()));
        let header = match ports {
            Some(ports) => header.ports(ports),
            None => header,
        };
        let len = header_len(&header)? + payload.len();
        if len > Self::LONGEST_PACKET {
            return Err(usage(Usage::TooLong));
        }
        let fill = |packet: &mut [u8]| {
            let mut packet = Writer::new(packet);
            // It has been written once, and has room.
            let _ = header
                .encode(&mut packet)
                .and_then(|()| packet.put(payload));
        };
        self.packets.send(len, fill).await
    }

    /// Takes a packet of the router's; `None` if it is no datagram.
    fn read(&self, packet: &[u8], out: &mut [u8]) -> Option<Result<Received, Error>> {
        let Some((mut received, payload)) = Received::read(packet, self.settings) else {
            count(&self.malformed);
            return None;
        };
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

/// How long a header is: a packet's place in the socket's buffer is as long as it is.
fn header_len(header: &SendHeader<'_>) -> Result<usize, Error> {
    let mut line = [0; LONGEST_HEADER];
    let mut line = Writer::new(&mut line);
    match header.encode(&mut line) {
        Ok(()) => Ok(line.written().len()),
        Err(sam_core::Error::Full(_)) => Err(usage(Usage::TooLong)),
        Err(error) => Err(error.into()),
    }
}
