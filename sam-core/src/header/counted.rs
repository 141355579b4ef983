//! The lines in front of datagrams on the control socket: a payload of so many bytes follows.

use super::{Source, read_ports, read_protocol};
use crate::error::{Error, Malformed, Usage};
use crate::field::Field;
use crate::grammar::{Pairs, Sentence};
use crate::operand::Name;
use crate::types::{Ports, Version};
use crate::value::Value;
use crate::writer::Writer;

/// What a client says in front of a datagram:
/// `DATAGRAM SEND` or `RAW SEND`, `DESTINATION= SIZE=[ FROM_PORT= TO_PORT=][ PROTOCOL=]`.
///
/// Nobody answers it, but some routers close the connection if they do not like it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct CountedSend<'a> {
    /// Whether the datagram is raw.
    pub is_raw: bool,
    /// Whom to.
    pub destination: Name<'a>,
    /// The bytes of payload that follow.
    pub size: usize,
    /// The I2CP ports (3.2).
    pub ports: Option<Ports>,
    /// The I2CP protocol of a raw datagram (3.2).
    pub protocol: Option<u8>,
}

/// What a router says in front of a datagram:
/// `DATAGRAM RECEIVED DESTINATION= SIZE=[ FROM_PORT= TO_PORT=]` or
/// `RAW RECEIVED SIZE=[ FROM_PORT= TO_PORT=][ PROTOCOL=]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct CountedReceived<'a> {
    /// Who sent it; `None` for raw datagrams.
    pub source: Option<Source<'a>>,
    /// The bytes of payload that follow.
    pub size: usize,
    /// The I2CP ports, if the router tells them; i2pd does not.
    pub ports: Option<Ports>,
    /// The I2CP protocol of a raw datagram, if the router tells it.
    pub protocol: Option<u8>,
}

const DATAGRAM: &[u8] = b"DATAGRAM";
const RAW: &[u8] = b"RAW";

impl<'a> CountedSend<'a> {
    /// The longest payload that real routers take, in bytes: i2pd drops what is not there in one
    /// read of 8192, and 8000 never arrived (2.45.1).
    pub const MAX_PAYLOAD: usize = 7_600;

    /// The longest line with its payload, in bytes.
    pub const MAX_LEN: usize = 8_192;

    /// Writes the line, and the payload right behind it; both leave in one write.
    ///
    /// # Errors
    /// [`Usage::Empty`] for no payload, on which Java I2P closes; [`Usage::TooLarge`] above
    /// [`Self::MAX_PAYLOAD`], and above [`Self::MAX_LEN`] with the line; [`Usage::OutOfRange`] if
    /// `size` is another number; [`Usage::Busy`] while another payload waits to leave;
    /// [`Full`](crate::error::Full). Nothing is written then.
    pub fn encode_with(&self, payload: &[u8], writer: &mut Writer<'_>) -> Result<(), Error> {
        if payload.is_empty() {
            return Err(Usage::Empty.into());
        }
        if payload.len() > Self::MAX_PAYLOAD {
            return Err(Usage::TooLarge(Self::MAX_PAYLOAD as u16).into());
        }
        if payload.len() != self.size {
            return Err(Usage::OutOfRange.into());
        }
        writer.counted(payload, |line| {
            let start = line.len();
            self.encode(line)?;
            let room = Self::MAX_LEN.saturating_sub(line.len() - start);
            match payload.len() <= room {
                true => Ok(()),
                false => Err(Usage::TooLarge(room as u16).into()),
            }
        })
    }

    /// Whether a line is one of these, however malformed: a payload may follow it.
    pub fn is_in(line: &[u8]) -> bool {
        opening(line, b"SEND").is_some()
    }

    pub(crate) fn read(is_raw: bool, pairs: Pairs<'a>) -> Result<Self, Malformed> {
        let [destination, protocol] = pairs.fields(&[Field::Destination, Field::Protocol])?;
        let destination: Option<Value<'_>> = destination;
        Ok(Self {
            is_raw,
            destination: Name::Text(destination.unwrap_or(Value::EMPTY)),
            size: size(pairs)?,
            ports: ports(pairs)?,
            protocol: read_protocol(protocol.filter(|_| is_raw))?,
        })
    }

    pub(crate) fn encode(&self, writer: &mut Writer<'_>) -> Result<(), Error> {
        writer.sentence(|line| {
            line.add(verb(self.is_raw));
            line.add(b" SEND");
            self.destination.encode("DESTINATION", line);
            put_numbers(self.is_raw, self.size, self.ports, self.protocol, line);
        })
    }
}

impl<'a> CountedReceived<'a> {
    /// The payload that follows a line; `None` for a line that has none.
    ///
    /// # Errors
    /// [`Malformed`] if nobody can tell where the payload ends: the connection is useless then.
    pub fn size_in(line: &[u8]) -> Result<Option<usize>, Malformed> {
        opening(line, b"RECEIVED")
            .map(|(_, pairs)| size(pairs))
            .transpose()
    }

    /// Whether a line is one of these, however malformed.
    pub fn is_in(line: &[u8]) -> bool {
        opening(line, b"RECEIVED").is_some()
    }

    /// Parses the line without its `\n`.
    ///
    /// # Errors
    /// [`Malformed::Verb`] for another line; [`Malformed::Missing`], [`Malformed::Value`],
    /// [`Malformed::Twice`] and [`Malformed::Key`] for its keys.
    pub fn parse(line: &'a [u8]) -> Result<Self, Malformed> {
        let (is_raw, pairs) = opening(line, b"RECEIVED").ok_or(Malformed::Verb)?;
        let [destination, protocol] = pairs.fields(&[Field::Destination, Field::Protocol])?;
        let source = match is_raw {
            true => None,
            false => {
                let text = destination.ok_or(Malformed::Missing(Field::Destination))?;
                let text = text.as_bytes().unwrap_or_default();
                Some(Source::read(text).map_err(Malformed::Key)?)
            }
        };
        Ok(Self {
            source,
            size: size(pairs)?,
            ports: ports(pairs)?,
            protocol: read_protocol(protocol.filter(|_| is_raw))?,
        })
    }

    /// What of it a client of this version is told: ports and protocol from 3.2 on.
    #[must_use]
    pub fn in_version(self, version: Version) -> Self {
        let reads_ports = version >= Version::V3_2;
        Self {
            ports: self.ports.filter(|_| reads_ports),
            protocol: self.protocol.filter(|_| reads_ports),
            ..self
        }
    }

    /// Writes the line, and the payload right behind it.
    ///
    /// # Errors
    /// [`Usage::OutOfRange`] if `size` is not that of the payload; [`Usage::NotNow`] for a
    /// protocol of what is not raw; [`Usage::Busy`] while another payload waits to leave;
    /// [`Full`](crate::error::Full). Nothing is written then.
    pub fn encode_with(&self, payload: &[u8], writer: &mut Writer<'_>) -> Result<(), Error> {
        if payload.len() != self.size {
            return Err(Usage::OutOfRange.into());
        }
        writer.counted(payload, |line| self.encode(line))
    }

    pub(crate) fn encode(&self, writer: &mut Writer<'_>) -> Result<(), Error> {
        let is_raw = self.source.is_none();
        writer.sentence(|line| {
            line.add(verb(is_raw));
            line.add(b" RECEIVED");
            if let Some(source) = self.source {
                line.key("DESTINATION");
                source.encode(line);
            }
            put_numbers(is_raw, self.size, self.ports, self.protocol, line);
        })
    }
}

const fn verb(is_raw: bool) -> &'static [u8] {
    if is_raw { RAW } else { DATAGRAM }
}

/// Whether a line with this second word is about a raw datagram, and its pairs.
fn opening<'a>(line: &'a [u8], wanted: &[u8]) -> Option<(bool, Pairs<'a>)> {
    let Sentence { verb, noun, pairs } = Sentence::parse(line).ok()?;
    let is_raw = verb == RAW;
    ((is_raw || verb == DATAGRAM) && noun == Some(wanted)).then_some((is_raw, pairs))
}

fn size(pairs: Pairs<'_>) -> Result<usize, Malformed> {
    let [size] = pairs.fields(&[Field::Size])?;
    let size: Value<'_> = size.ok_or(Malformed::Missing(Field::Size))?;
    size.number().ok_or(Malformed::Value(Field::Size))
}

fn ports(pairs: Pairs<'_>) -> Result<Option<Ports>, Malformed> {
    let [from, to] = pairs.fields(&[Field::FromPort, Field::ToPort])?;
    read_ports(from, to)
}

fn put_numbers(
    is_raw: bool,
    size: usize,
    ports: Option<Ports>,
    protocol: Option<u8>,
    line: &mut Writer<'_>,
) {
    match u32::try_from(size) {
        Ok(size) => line.add_number("SIZE", size),
        Err(_) => line.fail(Usage::OutOfRange.into()),
    }
    if let Some(ports) = ports {
        line.ports(ports);
    }
    match protocol {
        Some(protocol) if is_raw => line.add_number("PROTOCOL", protocol.into()),
        Some(_) => line.fail(Usage::NotNow.into()),
        None => {}
    }
}
