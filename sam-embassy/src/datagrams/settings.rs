//! What datagrams a session is for.

use embassy_net::IpAddress;
use sam_core::command::DatagramParameters;
use sam_core::operand::Host;
use sam_core::{Ports, Style};

/// Which kind of datagrams a session is for, and the router's UDP port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Datagrams {
    pub(crate) style: Style,
    pub(super) router_port: u16,
    ports: Option<Ports>,
    protocol: Option<u8>,
    pub(super) header: bool,
}

impl Datagrams {
    /// Signed datagrams that say who sent them (DATAGRAM).
    pub const fn repliable() -> Self {
        Self::of(Style::Datagram)
    }

    /// Datagrams that nobody signs and that do not say who sent them (RAW): anybody can send them.
    ///
    /// i2pd 2.45.1 loses those of one or two bytes.
    pub const fn raw() -> Self {
        Self::of(Style::Raw)
    }

    /// The UDP port of the router, at its address; 7655 unless told otherwise.
    #[must_use]
    pub const fn router_port(mut self, port: u16) -> Self {
        self.router_port = port;
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

    /// Asks for ports and protocol of raw datagrams received by UDP; 3.2 and above. On the
    /// session's connection those routers tell them that know them.
    ///
    /// i2pd ignores it. Its peers can then make up ports and protocol, by sending what looks like
    /// the header the router should have sent.
    #[must_use]
    pub const fn header(mut self) -> Self {
        self.header = true;
        self
    }

    const fn of(style: Style) -> Self {
        Self {
            style,
            router_port: 7655,
            ports: None,
            protocol: None,
            header: false,
        }
    }

    /// What the router is told: where to forward to by UDP, with both HOST and PORT, since i2pd
    /// forwards nothing without; or to send all on the session's connection.
    pub(crate) fn parameters(
        &self,
        forward: Option<(IpAddress, u16)>,
    ) -> DatagramParameters<'static> {
        DatagramParameters {
            host: forward.map(|(host, _)| Host::Ip(host.into())),
            port: forward.map(|(_, port)| port),
            ports: self.ports,
            protocol: self.protocol,
            header: self.header,
        }
    }
}
