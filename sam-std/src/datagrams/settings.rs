//! What datagrams a session is for.

use std::net::SocketAddr;

use sam_core::command::{DatagramParameters, SessionAdd};
use sam_core::operand::Host;
use sam_core::{Ports, SessionId, Style, Value};

use crate::session::NO_OPTIONS;

/// Which kind of datagrams a session is for, and where they come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Datagrams {
    pub(super) style: Style,
    pub(super) local: Option<SocketAddr>,
    ports: Option<Ports>,
    protocol: Option<u8>,
    pub(super) header: bool,
    way: Option<Way>,
    listen_port: Option<u16>,
    listen_protocol: Option<u8>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Udp,
    Control,
}

impl Datagrams {
    /// Signed datagrams that say who sent them (DATAGRAM).
    pub const fn repliable() -> Self {
        Self::of(Style::Datagram)
    }

    /// Signed datagrams that name their receiver as well, so that nobody can send them to another
    /// (DATAGRAM2).
    ///
    /// Not i2pd 2.45.1 nor Java I2P 2.8; a router below 3.2 is not asked, others refuse. SAM does
    /// not send them on the control socket, only receives.
    pub const fn datagram2() -> Self {
        Self::of(Style::Datagram2)
    }

    /// Datagrams that nobody signs and that say who sent them, who may be anybody (DATAGRAM3).
    ///
    /// The source is a hash, or with i2pd a destination; see [`Source`](crate::Source). Known
    /// where [`Self::datagram2`] is, but for emissary.
    pub const fn datagram3() -> Self {
        Self::of(Style::Datagram3)
    }

    /// Datagrams that nobody signs and that do not say who sent them (RAW).
    ///
    /// i2pd 2.45.1 loses those of one or two bytes.
    pub const fn raw() -> Self {
        Self::of(Style::Raw)
    }

    /// The UDP address to receive at, which the router has to reach; port 0 is any that is free.
    ///
    /// By default, and for `0.0.0.0` and `::`, it is the address of this host that packets to the
    /// router leave from.
    #[must_use]
    pub const fn bind(mut self, local: SocketAddr) -> Self {
        self.local = Some(local);
        self
    }

    /// The I2CP ports of every datagram that is sent; 3.2 and above, and i2pd ignores them.
    #[must_use]
    pub const fn ports(mut self, ports: Ports) -> Self {
        self.ports = Some(ports);
        self
    }

    /// The I2CP protocol of raw datagrams, 0 to 255 but for 6, 17, 19 and 20; 3.2 and above.
    /// Without one it is 18.
    #[must_use]
    pub const fn protocol(mut self, protocol: u8) -> Self {
        self.protocol = Some(protocol);
        self
    }

    /// Asks for ports and protocol of received raw datagrams; 3.2 and above.
    ///
    /// i2pd ignores it. Its peers can then make up ports and protocol, by sending what looks like
    /// the header the router should have sent.
    #[must_use]
    pub const fn header(mut self) -> Self {
        self.header = true;
        self
    }

    /// Sends and receives on the session's own socket instead of by UDP: up to 7600 bytes, none of
    /// which others can read, forge or lose on the way to a router behind TLS. It is the default
    /// there, and over every transport but plain TCP. Each takes 5 ms to send, since i2pd has to
    /// read it alone: 200 a second at the most.
    ///
    /// emissary does not know it, and go-sam-bridge receives so but cannot send.
    #[must_use]
    pub const fn on_control_socket(mut self) -> Self {
        self.way = Some(Way::Control);
        self
    }

    /// Sends and receives by UDP although the router is behind TLS or a tunnel.
    ///
    /// **UDP goes past it**: whoever is on the way reads each datagram and the session's ID, with
    /// which anybody can send and receive in its name.
    #[must_use]
    pub const fn udp_in_clear(mut self) -> Self {
        self.way = Some(Way::Udp);
        self
    }

    /// Whether datagrams come on the control socket, to a router dialled so.
    pub(super) fn is_on_control_socket(&self, is_plain: bool) -> bool {
        match self.way {
            Some(way) => way == Way::Control,
            None => !is_plain,
        }
    }

    /// Which I2CP port a subsession receives from, 0 for those that no other one listens on.
    ///
    /// By default the port that its datagrams come from, see [`Self::ports`]. Only for
    /// [`PrimarySession::add_datagrams`](crate::PrimarySession::add_datagrams).
    #[must_use]
    pub const fn listen_port(mut self, port: u16) -> Self {
        self.listen_port = Some(port);
        self
    }

    /// Which I2CP protocol a subsession for raw datagrams receives, but for 6; 0 for those that
    /// no other one listens for.
    ///
    /// By default that of its datagrams, see [`Self::protocol`]. Only for
    /// [`PrimarySession::add_datagrams`](crate::PrimarySession::add_datagrams).
    #[must_use]
    pub const fn listen_protocol(mut self, protocol: u8) -> Self {
        self.listen_protocol = Some(protocol);
        self
    }

    const fn of(style: Style) -> Self {
        Self {
            style,
            local: None,
            ports: None,
            protocol: None,
            header: false,
            way: None,
            listen_port: None,
            listen_protocol: None,
        }
    }

    /// Whether only a subsession can be so.
    pub(super) const fn listens(&self) -> bool {
        self.listen_port.is_some() || self.listen_protocol.is_some()
    }

    /// A subsession like this; tunnels and leaseset are the primary session's.
    pub(super) fn add<'a>(&self, id: &'a SessionId, receiver: SocketAddr) -> SessionAdd<'a> {
        SessionAdd {
            style: self.style,
            id: Value::from(id.as_str()),
            listen_port: self.listen_port,
            listen_protocol: self.listen_protocol,
            datagrams: self.parameters(Some(receiver)),
            options: NO_OPTIONS.into(),
        }
    }

    /// What the router is told, with both HOST and PORT: i2pd forwards nothing without. On the
    /// control socket nobody has to ask for a header.
    pub(super) fn parameters(&self, receiver: Option<SocketAddr>) -> DatagramParameters<'static> {
        DatagramParameters {
            host: receiver.map(|receiver| Host::Ip(receiver.ip())),
            port: receiver.map(|receiver| receiver.port()),
            ports: self.ports,
            protocol: self.protocol,
            header: self.header && receiver.is_some(),
        }
    }
}
