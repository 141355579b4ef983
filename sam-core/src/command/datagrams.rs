//! What SESSION CREATE says of datagrams.

use super::read_flag;
use crate::error::{Malformed, Usage};
use crate::field::Field;
use crate::grammar::Pairs;
use crate::header::{read_ports, read_protocol};
use crate::operand::Host;
use crate::types::{Ports, Style, Version};
use crate::value::Value;
use crate::writer::Writer;

/// `[HOST= PORT=] [FROM_PORT= TO_PORT=] [PROTOCOL=] [HEADER=]` of a session.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct DatagramParameters<'a> {
    /// Where the router forwards received datagrams to by UDP. i2pd wants both host and port.
    pub host: Option<Host<'a>>,
    /// The port that goes with it; without one, datagrams come on the control socket.
    pub port: Option<u16>,
    /// The I2CP ports of what is sent without ports of its own (3.2); of streams as well.
    pub ports: Option<Ports>,
    /// The I2CP protocol of raw datagrams, 0 to 255 but for 6, 17, 19 and 20 (3.2); without
    /// one, 18.
    pub protocol: Option<u8>,
    /// Whether ports and protocol stand in front of forwarded raw datagrams (3.2).
    pub header: bool,
}

impl<'a> DatagramParameters<'a> {
    /// Whether a session of this style can be asked for so.
    ///
    /// # Errors
    /// [`Usage::NotNow`] for what that style does not have, and for a host without a port or a
    /// port without a host; [`Usage::OutOfRange`] for a port of 0, a host that is no address of
    /// one machine, and protocols that belong to other styles.
    pub fn validate(&self, style: Style) -> Result<(), Usage> {
        match (self.host, self.port) {
            (None, None) if !self.header => {}
            (Some(Host::Ip(ip)), Some(1..)) if !ip.is_unspecified() && !ip.is_multicast() => {}
            (Some(_), Some(_)) => return Err(Usage::OutOfRange),
            _ => return Err(Usage::NotNow),
        }
        let is_raw = style == Style::Raw;
        let has_forward = self.port.is_some() && !carries_datagrams(style);
        if has_forward || !is_raw && (self.header || self.protocol.is_some()) {
            return Err(Usage::NotNow);
        }
        match self.protocol {
            Some(6 | 17 | 19 | 20) => Err(Usage::OutOfRange),
            _ => Ok(()),
        }
    }

    /// The lowest version that knows all of it.
    pub const fn needs(&self) -> Version {
        match (self.ports, self.protocol, self.header) {
            (None, None, false) => Version::V3_0,
            _ => Version::V3_2,
        }
    }

    pub(super) fn read(pairs: Pairs<'a>) -> Result<Self, Malformed> {
        let [host, port, from, to, protocol, header] = pairs.fields(&[
            Field::Host,
            Field::Port,
            Field::FromPort,
            Field::ToPort,
            Field::Protocol,
            Field::Header,
        ])?;
        let port = port.map(|port: Value<'_>| port.number().ok_or(Malformed::Value(Field::Port)));
        Ok(Self {
            host: host.map(Host::read),
            port: port.transpose()?,
            ports: read_ports(from, to)?,
            protocol: read_protocol(protocol)?,
            header: read_flag(header, Field::Header)?,
        })
    }

    pub(crate) fn encode(&self, line: &mut Writer<'_>) {
        if let Some(host) = self.host {
            host.encode(line);
        }
        let numbers = [
            ("PORT", self.port),
            ("FROM_PORT", self.ports.map(|ports| ports.from)),
            ("TO_PORT", self.ports.map(|ports| ports.to)),
            ("PROTOCOL", self.protocol.map(u16::from)),
        ];
        for (key, number) in numbers {
            if let Some(number) = number {
                line.add_number(key, number.into());
            }
        }
        if self.header {
            line.word("HEADER", "true");
        }
    }
}

const fn carries_datagrams(style: Style) -> bool {
    matches!(
        style,
        Style::Datagram | Style::Raw | Style::Datagram2 | Style::Datagram3
    )
}
