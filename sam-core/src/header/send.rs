//! The line in front of a datagram on its way to the router.

use core::convert::Infallible;

use super::{read_ports, read_protocol, split, split_word};
use crate::error::{Error, Malformed, Usage};
use crate::field::Field;
use crate::grammar::Pairs;
use crate::operand::Name;
use crate::session_id::SessionId;
use crate::types::{Ports, Version};
use crate::value::Value;
use crate::writer::Writer;

/// Whose datagram it is and whom it is for:
/// `3.x ID DESTINATION[ FROM_PORT= TO_PORT=][ PROTOCOL=]`.
///
/// Nobody answers it: a datagram that a router cannot send is lost without a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct SendHeader<'a> {
    /// The version the header is written in.
    pub version: Version,
    /// The session that sends.
    pub id: Value<'a>,
    /// Whom to. i2pd and emissary take a whole destination only.
    pub destination: Name<'a>,
    /// The I2CP ports (3.2). i2pd drops a datagram that has them.
    pub ports: Option<Ports>,
    /// The I2CP protocol of a raw datagram (3.2). i2pd drops a datagram that has it.
    pub protocol: Option<u8>,
}

impl<'a> SendHeader<'a> {
    /// The longest payload that passes through every router, in bytes.
    pub const MAX_PAYLOAD: usize = 31_000;

    /// The longest packet, in bytes, header and payload; i2pd cuts longer ones, and sends the
    /// rest.
    pub const MAX_PACKET: usize = 32_767;

    /// A header that every router takes: without options.
    pub fn new(id: &'a SessionId, destination: impl Into<Name<'a>>) -> Self {
        Self {
            version: Version::V3_0,
            id: id.as_str().into(),
            destination: destination.into(),
            ports: None,
            protocol: None,
        }
    }

    /// The same with ports, for routers that are known to take them.
    #[must_use]
    pub fn ports(self, ports: Ports) -> Self {
        Self {
            version: Version::V3_2,
            ports: Some(ports),
            ..self
        }
    }

    /// Takes a packet apart into its header and its payload.
    ///
    /// # Errors
    /// [`Malformed::Syntax`] for a packet without `\n`, a session or a destination;
    /// [`Malformed::Version`] unless it starts with `3.x`; [`Malformed::Value`] and
    /// [`Malformed::Twice`] for options. Other options are ignored.
    pub fn parse(packet: &'a [u8]) -> Result<(Self, &'a [u8]), Malformed> {
        let (line, payload) = split(packet)?;
        let (version, rest) = split_word(line);
        let version = Version::parse(version).filter(|version| version.major == 3);
        let (id, rest) = split_word(rest.strip_prefix(b" ").unwrap_or_default());
        let (destination, rest) = split_word(rest.strip_prefix(b" ").unwrap_or_default());
        if id.is_empty() || destination.is_empty() {
            return Err(Malformed::Syntax);
        }
        let [from, to, protocol] =
            Pairs::new(rest).fields(&[Field::FromPort, Field::ToPort, Field::Protocol])?;
        let header = Self {
            version: version.ok_or(Malformed::Version)?,
            id: Value::new(id),
            destination: Name::Text(Value::new(destination)),
            ports: read_ports(from, to)?,
            protocol: read_protocol(protocol)?,
        };
        Ok((header, payload))
    }

    /// Writes the header with its `\n`.
    ///
    /// # Errors
    /// [`Full`](crate::error::Full) if it does not fit; [`Usage::Empty`] and [`Usage::Forbidden`]
    /// for an ID or destination that is no word. Nothing is written then.
    pub fn encode(&self, writer: &mut Writer<'_>) -> Result<(), Error> {
        writer.sentence(|line| {
            line.digits(self.version.major.into());
            line.add(b".");
            line.digits(self.version.minor.into());
            put_word(Name::Text(self.id), line);
            put_word(self.destination, line);
            if let Some(ports) = self.ports {
                line.ports(ports);
            }
            if let Some(protocol) = self.protocol {
                line.add_number("PROTOCOL", protocol.into());
            }
        })
    }
}

/// Writes a space and a text that may have none: nothing here can be quoted.
fn put_word(word: Name<'_>, line: &mut Writer<'_>) {
    line.add(b" ");
    let start = line.len();
    let Ok(()) = word.text(&mut |piece| {
        match piece.iter().find(|byte| is_break(**byte)) {
            Some(byte) => line.fail(Usage::Forbidden(*byte).into()),
            None => line.add(piece),
        }
        Ok::<_, Infallible>(())
    });
    if line.len() == start {
        line.fail(Usage::Empty.into());
    }
}

const fn is_break(byte: u8) -> bool {
    matches!(byte, b' ' | b'\n' | b'\r' | 0)
}
