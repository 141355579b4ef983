//! The line in front of a raw datagram that a router forwards, if it was asked for.

use super::{read_ports, read_protocol, split};
use crate::error::{Error, Malformed};
use crate::field::Field;
use crate::grammar::Pairs;
use crate::types::Ports;
use crate::writer::Writer;

/// What is known of a raw datagram: `FROM_PORT= TO_PORT= PROTOCOL=`, in any order.
///
/// Only with HEADER=true, from 3.2 on, and from i2pd not even then: look with
/// [`RawHeader::is_in`] first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct RawHeader {
    /// The I2CP ports.
    pub ports: Ports,
    /// The I2CP protocol, 18 unless the sender chose another.
    pub protocol: u8,
}

impl RawHeader {
    /// Whether a packet starts as one with a header does.
    ///
    /// A payload may start so as well: a router that sends no headers lets every peer write them.
    pub fn is_in(packet: &[u8]) -> bool {
        const STARTS: [&str; 3] = ["FROM_PORT=", "TO_PORT=", "PROTOCOL="];
        STARTS
            .iter()
            .any(|start| packet.starts_with(start.as_bytes()))
    }

    /// Takes a packet apart into its header and its payload.
    ///
    /// # Errors
    /// [`Malformed::Syntax`] for a packet without `\n`; [`Malformed::Missing`],
    /// [`Malformed::Value`] and [`Malformed::Twice`] unless both ports and the protocol are
    /// there. What else stands in the header is ignored.
    pub fn parse(packet: &[u8]) -> Result<(Self, &[u8]), Malformed> {
        let (line, payload) = split(packet)?;
        let [from, to, protocol] =
            Pairs::new(line).fields(&[Field::FromPort, Field::ToPort, Field::Protocol])?;
        for (value, field) in [(from, Field::FromPort), (to, Field::ToPort)] {
            value.ok_or(Malformed::Missing(field))?;
        }
        let header = Self {
            ports: read_ports(from, to)?.unwrap_or_default(),
            protocol: read_protocol(protocol)?.ok_or(Malformed::Missing(Field::Protocol))?,
        };
        Ok((header, payload))
    }

    /// Writes the header with its `\n`, in the order of the specification.
    ///
    /// # Errors
    /// [`Full`](crate::error::Full) if it does not fit; nothing is written then.
    pub fn encode(&self, writer: &mut Writer<'_>) -> Result<(), Error> {
        writer.sentence(|line| {
            line.add(b"FROM_PORT=");
            line.digits(self.ports.from.into());
            line.add_number("TO_PORT", self.ports.to.into());
            line.add_number("PROTOCOL", self.protocol.into());
        })
    }
}
